//! What people are told of deliveries and refreshes that failed: the words of a failure may quote cells that rights do not show.

use yandu_store::Clock;

use super::*;

const FAILING: &str =
    "SELECT CAST(m.name AS BIGINT) AS age, count(*) AS members FROM club.member m GROUP BY m.name";
const FAILING_MODEL: [(&str, &str); 2] = [
    ("models/by_age.yaml", BY_AGE),
    ("models/by_age.sql", FAILING),
];

#[tokio::test]
async fn a_model_takes_no_rows_from_people_and_its_failure_quotes_no_cell_to_them() {
    let files = [&FILES[..], &FAILING_MODEL].concat();
    let (city, root) = City::claimed_with(&files).await;
    let steward = city.somebody(&root, "wang", &["steward"]).await;
    let row = json!({"age": 30, "members": 9});
    let rows = "/api/v1/datasets/club.by_age/rows";
    let refused = city.refused(&steward, Method::POST, rows, &row).await;
    assert_eq!(refused, "not-collected");
    let run = "/api/v1/models/club.by_age/run";
    let ran = city.ok(&steward, Method::POST, run, &json!({})).await;
    assert_eq!(ran["runs"][0]["status"], "failed", "{ran}");
    let local = local(&city);
    let all = city
        .ok(&local, Method::GET, "/api/v1/models", &Value::Null)
        .await;
    assert!(
        all.to_string().contains("王芳") || all.to_string().contains("李娜"),
        "{all}"
    );
    for path in [
        "/api/v1/models",
        "/api/v1/models/club.by_age",
        "/api/v1/models/club.by_age/runs",
    ] {
        let told = city.ok(&steward, Method::GET, path, &Value::Null).await;
        let told = format!("{ran}{told}");
        assert!(!told.contains("王芳") && !told.contains("李娜"), "{told}");
    }
}

#[tokio::test]
async fn an_event_of_what_failed_tells_its_words_to_whoever_sees_all_that_was_read() {
    let files = [&FILES[..], &FAILING_MODEL].concat();
    // By a clock that stands no event is held back.
    let clock = Clock::standing("2025-06-20T04:00:00Z".parse().unwrap());
    let (city, root) = City::claimed_at(clock, &files).await;
    let steward = city.somebody(&root, "wang", &["steward"]).await;
    let run = "/api/v1/models/club.by_age/run";
    city.ok(&steward, Method::POST, run, &json!({})).await;
    let refused = city.delivered_as(&steward, "颜色,尺寸\n红,3\n").await;
    assert_eq!(refused["status"], "refused", "{refused}");
    let failures = async |who: &Somebody| -> Vec<String> {
        let path = "/api/v1/lineage/events?limit=1000";
        let list = city.ok(who, Method::GET, path, &Value::Null).await;
        let events = list["events"].as_array().unwrap().iter();
        let failed = events.filter(|event| event["eventType"] == "FAIL");
        let words = failed.map(|event| {
            let error = &event["run"]["facets"]["errorMessage"];
            error["message"].as_str().unwrap().to_owned()
        });
        let words: Vec<String> = words.collect();
        assert_eq!(words.len(), 2, "{list}");
        words
    };
    let all = failures(&local(&city)).await.join("\n");
    assert!(all.contains("王芳") || all.contains("李娜"), "{all}");
    assert!(!all.contains("is told to whoever"), "{all}");
    // Whoever runs the system sees what runs, and no row.
    let told = failures(&root).await;
    let delivery = "the delivery failed; why is told to whoever sees all of its dataset";
    let refresh = "the refresh failed; why is told to whoever sees all that the model reads";
    let code = refused["error"]["code"].as_str().unwrap();
    assert!(told.contains(&format!("{code}: {delivery}")), "{told:?}");
    let is_refresh = |words: &String| words.ends_with(refresh);
    assert!(told.iter().any(is_refresh), "{told:?}");
}

#[tokio::test]
async fn why_a_delivery_failed_is_told_in_words_to_whoever_sees_all_of_its_dataset() {
    let (city, root) = City::claimed_with(&FILES).await;
    let steward = city.somebody(&root, "wang", &["steward"]).await;
    // A file without headers: its first row is taken for them.
    let rows = format!("会员号,{HIDDEN}\n9,30\n");
    let batch = city.delivered_as(&steward, &rows).await;
    assert_eq!(batch["status"], "refused", "{batch}");
    let path = format!("/api/v1/batches/{}", batch["id"].as_str().unwrap());
    let errors = async |who: &Somebody| {
        let get = async |path: &str| city.ok(who, Method::GET, path, &Value::Null).await;
        let one = get(&path).await;
        let listed = get("/api/v1/batches").await;
        let dataset = get("/api/v1/datasets/club.member").await;
        [
            one["error"].clone(),
            listed["batches"][0]["error"].clone(),
            dataset["last_batch"]["error"].clone(),
        ]
    };
    for error in errors(&local(&city)).await {
        assert!(error.to_string().contains(HIDDEN), "{error}");
    }
    for error in errors(&steward).await {
        assert_eq!(
            (&error["code"], &error["message"]),
            (
                &json!("missing-columns"),
                &json!("the delivery failed; why is told to whoever sees all of its dataset")
            )
        );
        let help = error["help"].as_str().unwrap();
        assert!(help.contains("/errors/missing-columns"), "{help}");
    }
}

/// A database that quotes a cell in what it says, and one that is not there.
const BASE: &str = "\
source: club.base
title: {zh: 会员库}
dataset: club.member
mode: upsert
channel: {sql: {engine: sqlite, url: inbox/base.sqlite, query: \"SELECT json_extract('{}', name) AS number FROM (SELECT '赵铁柱' AS name)\"}}
";
const ABSENT: &str = "\
source: club.absent
title: {zh: 旧会员库}
dataset: club.member
mode: upsert
channel: {sql: {engine: sqlite, url: inbox/absent.sqlite, table: member}}
";

#[tokio::test]
async fn why_a_source_failed_is_told_to_whoever_handles_it_unless_it_may_quote_a_cell() {
    let sources = [("sources/base.yaml", BASE), ("sources/absent.yaml", ABSENT)];
    let files = [&FILES[..], &sources].concat();
    let (city, root) = City::claimed_with(&files).await;
    let steward = city.somebody(&root, "wang", &["steward"]).await;
    let inbox = city.state.collector().folder().root().join("inbox");
    std::fs::create_dir_all(&inbox).unwrap();
    // An empty file is a database without tables.
    std::fs::write(inbox.join("base.sqlite"), "").unwrap();
    let local = local(&city);
    for (source, words, is_told) in [
        ("club.base", HIDDEN, false),
        ("club.absent", "absent.sqlite", true),
        ("club.member_file", "by upload", true),
    ] {
        let run = format!("/api/v1/sources/{source}/run");
        for (who, is_told) in [(&local, true), (&steward, is_told)] {
            let ran = city.send(who, Method::POST, &run, &Value::Null).await;
            let problem = ran.json();
            assert_eq!(problem["code"], "source-refused", "{problem}");
            assert_eq!(problem.to_string().contains(words), is_told, "{problem}");
            let notices = city
                .ok(who, Method::GET, "/api/v1/notices", &Value::Null)
                .await;
            let mut listed = notices["notices"].as_array().unwrap().iter();
            let notice = listed.find(|notice| notice["source"] == source).unwrap();
            assert_eq!(notice["kind"], "failed", "{notice}");
            let message = notice["message"].as_str().unwrap();
            assert_eq!(message.contains(words), is_told, "{message}");
            assert_eq!(
                message.contains("is told to whoever"),
                !is_told,
                "{message}"
            );
        }
    }
}

#[tokio::test]
async fn why_a_check_could_not_be_evaluated_is_told_to_whoever_sees_all_of_its_dataset() {
    let odd = "checks:\n  - {name: odd, title: {zh: 姓名为数}, \
               expect: \"case when age = 99 then cast(name as bigint) else 1 end > 0\"}\n";
    let member = MEMBER.replace("checks:\n", odd);
    let files = [&FILES[..], &[("datasets/member.yaml", member.as_str())]].concat();
    let (city, root) = City::claimed_with(&files).await;
    let steward = city.somebody(&root, "wang", &["steward"]).await;
    let rows = format!("会员号,姓名,年龄\n9,{HIDDEN},99\n");
    let batch = city.delivered_as(&steward, &rows).await;
    let path = format!("/api/v1/batches/{}", batch["id"].as_str().unwrap());
    let whole = city
        .ok(&local(&city), Method::GET, &path, &Value::Null)
        .await;
    let note = |batch: &Value| {
        let notes = batch["report"]["notes"].as_array().unwrap().iter();
        let mut notes = notes.filter_map(Value::as_str);
        let note = notes.find(|note| note.starts_with("check `odd`"));
        note.unwrap_or_else(|| panic!("{batch}")).to_owned()
    };
    let said = "check `odd` could not be evaluated on every row";
    assert_eq!(note(&batch), said);
    let words = note(&whole);
    assert!(words.starts_with(&format!("{said}: ")), "{words}");
}
