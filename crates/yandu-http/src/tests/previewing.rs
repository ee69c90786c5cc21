//! What a change of rights would open and close, asked for over HTTP.

use axum::http::{Method, StatusCode, header};
use serde_json::{Value, json};

use super::accounts::{POLICIES, Somebody};
use super::city::{City, request};

const PREVIEW: &str = "/api/v1/policies/preview";

const READS: &str = "@id(\"a\") @up_to(\"general-1\")\npermit (principal == Person::\"wang\", action == Action::\"read\", resource == Dataset::\"club.member\");";

fn texts(text: &str) -> Value {
    json!({"texts": [{"file": "own.cedar", "text": text}]})
}

/// A city with a security administrator and somebody without a role. Its data is open to nobody.
async fn city() -> (City, Somebody, Somebody) {
    let (city, root) = City::claimed_with(&[("policies/members.cedar", POLICIES)]).await;
    let sec = city
        .somebody(&root, "sec", &["security-administrator"])
        .await;
    city.somebody(&root, "wang", &[]).await;
    (city, root, sec)
}

#[tokio::test]
async fn a_text_is_looked_at_with_whom_and_how_many_rows_it_is_about() {
    let (city, _, sec) = city().await;
    let seen = city.ok(&sec, Method::POST, PREVIEW, &texts(READS)).await;
    let line = &seen["lines"][0];
    assert_eq!(
        (&line["kind"], &line["dataset"], &line["is_opening"]),
        (&json!("reading"), &json!("club.member"), &json!(true)),
        "{seen}"
    );
    assert_eq!(line["who"][0]["accounts"], json!(["wang"]));
    assert_eq!(
        (&line["count_before"], &line["count_after"]),
        (&json!(0), &json!(2))
    );
    assert_ne!(seen["before"], seen["after"]);
    let columns = line["columns"].as_array().unwrap();
    let named = columns.iter().find(|one| one["name"] == "name").unwrap();
    assert_eq!(named["title"], "姓名");
    // Looking changes nothing.
    let again = city.ok(&sec, Method::POST, PREVIEW, &texts(READS)).await;
    assert_eq!(again, seen);
}

#[tokio::test]
async fn a_mistake_in_a_text_is_told_with_its_place() {
    let (city, _, sec) = city().await;
    let wrong = READS.replace("club.member", "club.membre");
    let seen = city.ok(&sec, Method::POST, PREVIEW, &texts(&wrong)).await;
    assert_eq!(seen["after"], Value::Null);
    let problem = &seen["problems"][0];
    assert_eq!(
        (&problem["file"], &problem["line"]),
        (&json!("own.cedar"), &json!(2))
    );
    assert!(
        problem["help"].as_str().unwrap().contains("club.member"),
        "{problem}"
    );
}

#[tokio::test]
async fn a_grant_is_given_only_under_the_policies_that_were_looked_at() {
    let (city, _, sec) = city().await;
    let until = city.state.now() + jiff::SignedDuration::from_hours(24);
    let grant = json!({
        "to": {"kind": "person", "id": "wang"}, "dataset": "club.member", "up_to": "general-1",
        "purpose": "核对", "until": until.to_string(),
    });
    let seen = city
        .ok(&sec, Method::POST, PREVIEW, &json!({"grant": grant}))
        .await;
    assert_eq!(seen["opening"], json!(1));
    let give = async |tag: &str| {
        let request = request(Method::POST, "/api/v1/grants")
            .header(header::COOKIE, &sec.0.as_ref().unwrap().1)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::IF_MATCH, format!("\"{tag}\""));
        city.ask(request, grant.to_string()).await
    };
    assert_eq!(
        give("another").await.status,
        StatusCode::PRECONDITION_FAILED
    );
    let given = give(seen["before"].as_str().unwrap()).await;
    assert_eq!(given.status, StatusCode::CREATED, "{}", given.text());
    assert_eq!(
        give(seen["before"].as_str().unwrap()).await.status,
        StatusCode::PRECONDITION_FAILED
    );
}

#[tokio::test]
async fn whoever_keeps_accounts_looks_at_what_becomes_of_one_and_at_nothing_else() {
    let (city, root, sec) = city().await;
    let account = json!({"account": {"id": "wang", "roles": ["system-administrator"]}});
    let seen = city.ok(&root, Method::POST, PREVIEW, &account).await;
    assert!(seen["opening"].as_u64().unwrap() > 0, "{seen}");
    let joined = json!({"account": {"id": "sec", "roles": ["system-administrator", "security-administrator"]}});
    assert_eq!(
        city.refused(&root, Method::POST, PREVIEW, &joined).await,
        "administrators-apart"
    );
    assert_eq!(
        city.refused(&root, Method::POST, PREVIEW, &texts(READS))
            .await,
        "not-permitted"
    );
    let closing =
        texts("@id(\"a\") forbid (principal, action == Action::\"manage-policies\", resource);");
    let seen = city.ok(&sec, Method::POST, PREVIEW, &closing).await;
    assert_eq!(seen["closes_ways_of"], json!(["security-administrator"]));
}

/// The policies of the packs that are offered: one more than of those that are installed.
const OFFERED: [(&str, &str); 2] = [
    ("policies/members.cedar", POLICIES),
    ("policies/more.cedar", READS),
];

#[tokio::test]
async fn offered_packs_are_looked_at_by_whoever_changes_packs_and_by_whoever_decides_on_rights() {
    let (city, root, sec) = city().await;
    let packs = json!({"packs": {}});
    city.offer(&OFFERED).await;
    for somebody in [&root, &sec] {
        let seen = city.ok(somebody, Method::POST, PREVIEW, &packs).await;
        let line = &seen["lines"][0];
        assert_eq!(
            (&line["kind"], &line["dataset"], &line["is_opening"]),
            (&json!("reading"), &json!("club.member"), &json!(true)),
            "{seen}"
        );
        assert_eq!(line["who"][0]["accounts"], json!(["wang"]));
        assert_eq!(seen["findings"], json!([]));
    }
    let keeper = city.somebody(&root, "keeper", &[]).await;
    assert_eq!(
        city.refused(&keeper, Method::POST, PREVIEW, &packs).await,
        "not-permitted"
    );
}

#[tokio::test]
async fn packs_that_are_installed_already_are_no_change() {
    let (city, root, _) = city().await;
    city.offer(&[("policies/members.cedar", POLICIES)]).await;
    let packs = json!({"packs": {}});
    assert_eq!(
        city.refused(&root, Method::POST, PREVIEW, &packs).await,
        "pack-change-none"
    );
}

#[tokio::test]
async fn letting_an_account_in_again_is_looked_at_and_what_opens_meanwhile_is_marked() {
    let (city, root, sec) = city().await;
    let accounts = city.state.door().accounts();
    let id = "wang".parse().unwrap();
    let revision = accounts.find(&id).await.unwrap().revision;
    let change = yandu_access::AccountChange {
        disabled: Some(true),
        ..yandu_access::AccountChange::default()
    };
    accounts
        .change("root", &id, revision, change)
        .await
        .unwrap();
    let seen = city.ok(&sec, Method::POST, PREVIEW, &texts(READS)).await;
    let line = &seen["lines"][0];
    assert_eq!(
        (&line["people"], &line["disabled"]),
        (&json!(1), &json!(1)),
        "{seen}"
    );
    assert_eq!(line["who"][0]["is_disabled"], true);
    let again = json!({"account": {"id": "wang", "disabled": false}});
    let seen = city.ok(&root, Method::POST, PREVIEW, &again).await;
    let opens = seen["lines"].as_array().unwrap();
    assert!(
        !opens.is_empty() && opens.iter().all(|line| line["is_opening"] == true),
        "{seen}"
    );
    assert!(opens.iter().all(|line| line["disabled"] == 0), "{seen}");
}
