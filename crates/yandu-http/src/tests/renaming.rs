//! A column that other packs rename, and who sees which rows then.

use std::sync::Arc;

use axum::http::Method;
use serde_json::{Value, json};
use yandu_classify::{Classification, UntilConfirmed};
use yandu_collect::PackChanges;
use yandu_lake::Principal;

use super::accounts::Somebody;
use super::city::{City, MEMBER, Offered};
use super::classifying::Doors;
use crate::Options;
use crate::classification::Settling;

const FEE: &str = "  fee: {title: {zh: 会费}, type: 'decimal(12,2)', required: false}\n";
const DUES: &str =
    "  dues: {title: {zh: 会费}, type: 'decimal(12,2)', required: false, from: [fee]}\n";
/// The same once the header `fee` may be another column's.
const KEPT: &str = "  dues: {title: {zh: 会费}, type: 'decimal(12,2)', required: false}\n";
const OTHER: &str = "  fee: {title: {zh: 罚款}, type: 'decimal(12,2)', required: false}\n";
const POLICIES: &str = r#"
@id("browse")
permit (principal is Person, action == Action::"browse", resource == City::"city");
@id("own") @up_to("general-2") @rows("fee is null")
permit (principal == Person::"wang", action == Action::"read", resource == Dataset::"club.member");
"#;
const NUMBERS: &str = "SELECT number FROM club.member ORDER BY number";

/// A city in which packs change as in a running one, with somebody who sees the members without a fee: all of them.
async fn city() -> (City, Somebody, Somebody, PackChanges, Offered) {
    let files = [("policies/members.cedar", POLICIES)];
    let (city, root) = City::claimed_with(&files).await;
    let wang = city.somebody(&root, "wang", &[]).await;
    let sec = city
        .somebody(&root, "sec", &["security-administrator"])
        .await;
    let (changes, offered) = changing(&city, &files).await;
    assert_eq!(city.rows(&wang, NUMBERS).await, json!([["1"], ["2"]]));
    (city, wang, sec, changes, offered)
}

/// Lets the packs of a city change as in a running one.
async fn changing(city: &City, files: &[(&str, &str)]) -> (PackChanges, Offered) {
    let (changes, offered) = city.offer(files).await;
    let store = city.state.collector().store().clone();
    let classification = Classification::open(store, UntilConfirmed::Declared).await;
    let lineages = city.state.options().lineages.clone();
    changes.settle_by(Arc::new(Settling::new(classification.unwrap(), lineages)));
    changes.tell(Arc::new(Doors(city.state.door().clone())));
    changes.settle_again().await.unwrap();
    (changes, offered)
}

async fn apply(changes: &PackChanges, offered: &Offered, member: &str) {
    apply_under(changes, offered, POLICIES, member).await;
}

async fn apply_under(changes: &PackChanges, offered: &Offered, policies: &str, member: &str) {
    offered.set(&[
        ("policies/members.cedar", policies),
        ("datasets/member.yaml", member),
    ]);
    let me = Principal::local_administrator();
    changes.apply(&me, "改名", None).await.unwrap();
}

#[tokio::test]
async fn a_condition_on_rows_follows_a_column_that_a_change_of_packs_renames() {
    let (city, wang, sec, changes, offered) = city().await;
    apply(&changes, &offered, &MEMBER.replace(FEE, DUES)).await;
    assert_eq!(city.rows(&wang, NUMBERS).await, json!([["1"], ["2"]]));
    let sql = "SELECT dues FROM club.member ORDER BY number";
    assert_eq!(city.rows(&wang, sql).await, json!([[null], [null]]));
    let listed = city
        .ok(&sec, Method::GET, "/api/v1/policies", &Value::Null)
        .await;
    assert_eq!(listed["findings"], json!([]));
}

#[tokio::test]
async fn a_condition_whose_name_is_given_to_another_column_shows_nothing_until_it_is_said_anew() {
    let (city, wang, sec, changes, offered) = city().await;
    apply(&changes, &offered, &MEMBER.replace(FEE, DUES)).await;
    let both = MEMBER.replace(FEE, &format!("{KEPT}{OTHER}"));
    apply(&changes, &offered, &both).await;
    let sql = json!({"sql": NUMBERS});
    assert_eq!(
        city.refused(&wang, Method::POST, "/api/v1/query", &sql)
            .await,
        "query"
    );
    let listed = city
        .ok(&sec, Method::GET, "/api/v1/policies", &Value::Null)
        .await;
    let finding = &listed["findings"][0];
    assert_eq!(
        (&finding["policy"], &finding["column"], &finding["lost"]),
        (&json!("club/own"), &json!("fee"), &json!("another")),
        "{listed}"
    );
    assert_eq!(listed["findings"].as_array().unwrap().len(), 1);
}

/// Somebody keeps the members in order, and sees what is graded lowest.
const STEWARDS: &str = r#"
@id("browse")
permit (principal is Person, action == Action::"browse", resource == City::"city");
@id("low") @up_to("general-1")
permit (principal == Person::"wang", action == Action::"read", resource == Dataset::"club.member");
@id("keep")
permit (principal == Person::"wang", action in [Action::"deliver", Action::"steward"], resource == Dataset::"club.member");
"#;
/// What is no amount of money.
const HIDDEN: &str = "赊欠";

#[tokio::test]
async fn a_cell_of_an_older_delivery_is_kept_back_when_the_name_of_its_column_is_given_to_another()
{
    let graded =
        |column: &str, grade: &str| column.replace("type:", &format!("grade: {grade}, type:"));
    let secret = MEMBER.replace(FEE, &graded(FEE, "general-3"));
    let files = [
        ("policies/members.cedar", STEWARDS),
        ("datasets/member.yaml", secret.as_str()),
    ];
    let city = City::with_files(Options::default(), &files).await;
    let rows = format!("会员号,姓名,年龄,会费\n1,王芳,30,{HIDDEN}\n2,李娜,40,1\n");
    let batch = city.deliver("members.csv", &rows).await;
    assert!(batch["findings"].to_string().contains(HIDDEN), "{batch}");
    let root = city.claim().await;
    let wang = city.somebody(&root, "wang", &[]).await;
    let path = format!("/api/v1/batches/{}", batch["id"].as_str().unwrap());
    let is_kept_back = async || {
        let told = city.ok(&wang, Method::GET, &path, &Value::Null).await;
        let findings = told["findings"].as_array().unwrap().iter();
        let mut of_fee = findings.filter(|finding| finding["column"] == "fee");
        let finding = of_fee.next().unwrap_or_else(|| panic!("{told}"));
        assert_eq!(
            (&finding["samples"], &finding["hidden"]),
            (&json!([]), &json!(["fee"])),
            "{told}"
        );
        let waiting = format!("{path}/quarantine");
        let waiting = city.ok(&wang, Method::GET, &waiting, &Value::Null).await;
        assert_eq!(waiting["rows"][0]["cells"]["number"], "1", "{waiting}");
        for text in [told.to_string(), waiting.to_string()] {
            assert!(!text.contains(HIDDEN), "{text}");
        }
    };
    is_kept_back().await;
    let (changes, offered) = changing(&city, &files).await;
    // No column is declared under the name.
    let renamed = MEMBER.replace(FEE, &graded(DUES, "general-3"));
    apply_under(&changes, &offered, STEWARDS, &renamed).await;
    is_kept_back().await;
    let both = graded(KEPT, "general-3") + &graded(OTHER, "general-1");
    let both = MEMBER.replace(FEE, &both);
    apply_under(&changes, &offered, STEWARDS, &both).await;
    // Whoever asks sees what is under the name by now, and of a moment before nothing.
    let sql = "SELECT fee FROM club.member ORDER BY number";
    assert_eq!(city.rows(&wang, sql).await, json!([[null]]));
    let before = json!({"sql": sql, "versions": {"club.member": 0}});
    let refused = city.refused(&wang, Method::POST, "/api/v1/query", &before);
    assert_eq!(refused.await, "query");
    is_kept_back().await;
}
