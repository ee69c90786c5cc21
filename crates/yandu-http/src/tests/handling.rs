//! What people do with deliveries, forms and the plan under their duties, and what they are not told.

mod failing;
mod making;
mod plans;
mod programs;
mod telling;

use axum::http::{Method, StatusCode, header};
use serde_json::{Value, json};

use super::accounts::Somebody;
use super::city::{Answer, City, MEMBER, form, parts_of};
use super::plan_reviewing::approved;

const PACK: &str = "\
pack: club
version: 0.1.0
title: {zh: 社团}
settings:
  old: {title: {zh: 高龄}, default: 60}
roles:
  steward: {zh: 数据管理员}
  clerk: {zh: 经办人}
";
const OTHER: &str = "\
dataset: club.patrol
title: {zh: 巡逻}
owner: 市公安局
origin: collect
sharing: {class: none, basis: 某法第一条}
opening: closed
refresh: daily
key: [number]
columns:
  number: {title: {zh: 编号}, type: text}
";
const VISIT: &str = "\
dataset: club.visit
title: {zh: 走访填报}
owner: 市工信局
origin: form
sharing: {class: none, basis: 某法第一条}
opening: closed
refresh: monthly
key: [month, unit]
columns:
  month: {title: {zh: 月份}, type: date}
  unit: {title: {zh: 单位}, type: text}
  visits: {title: {zh: 走访次数}, type: integer, unit: 次}
form:
  fields: [{column: visits}]
  unit: unit
  period: month
  units: [市民政局, 市公安局]
  every: month
  since: 2025-01
  due: 5 wd
";
const BY_AGE: &str = "\
dataset: club.by_age
title: {zh: 各年龄会员数}
owner: 市民政局
origin: model
sharing: {class: unconditional}
opening: closed
refresh: daily
key: [age]
columns:
  age: {title: {zh: 年龄}, type: integer}
  members: {title: {zh: 会员数}, type: integer}
";
/// Stewards see their own department's values up to the grade of a number, which a name is above.
const POLICIES: &str = r#"
@id("browse") @about("工作人员可以查看一本账和看板")
permit (principal is Person, action == Action::"browse", resource == City::"city");
@id("own") @about("数据管理员读取本单位的数据") @up_to("general-1")
permit (principal is Person in Role::"steward", action == Action::"read", resource is Dataset)
when { principal has department && resource in principal.department };
@id("keep") @about("数据管理员收数、整改")
permit (principal is Person in Role::"steward", action in [Action::"deliver", Action::"steward"], resource is Dataset)
when { principal has department && resource in principal.department };
@id("deliver") @about("经办人交数")
permit (principal is Person in Role::"clerk", action == Action::"deliver", resource is Dataset)
when { principal has department && resource in principal.department };
@id("fill") @about("经办人填报")
permit (principal is Person in Role::"clerk", action == Action::"deliver", resource is Dataset)
when { resource.origin == "form" };
@id("report") @about("经办人报告进展")
permit (principal is Person in Role::"clerk", action == Action::"report-plan", resource == City::"city");
@id("edit") @about("数据管理员编制要点")
permit (principal is Person in Role::"steward", action in [Action::"edit-plan", Action::"report-plan"], resource == City::"city");
"#;
const FILES: [(&str, &str); 4] = [
    ("pack.yaml", PACK),
    ("datasets/patrol.yaml", OTHER),
    ("datasets/visit.yaml", VISIT),
    ("policies/duties.cedar", POLICIES),
];
/// The name of somebody whose row waits in quarantine.
const HIDDEN: &str = "赵铁柱";

fn members() -> String {
    format!("会员号,姓名,年龄\n3,王芳,30\n4,{HIDDEN},200\n5,钱小满,41\n")
}

impl City {
    async fn upload_as(&self, who: &Somebody, dataset: &str, content: &str) -> Answer {
        let file = Some(("members.csv", content));
        let (request, body) = form("/api/v1/batches", &[("dataset", dataset)], file);
        let (name, value) = who.0.clone().unwrap();
        self.ask(request.header(name, value), body).await
    }

    /// Delivers as somebody and follows the batch to its end.
    async fn delivered_as(&self, who: &Somebody, content: &str) -> Value {
        let answer = self.upload_as(who, "club.member", content).await;
        assert_eq!(answer.status, StatusCode::ACCEPTED, "{}", answer.text());
        let address = answer.header("location").to_owned();
        for _ in 0..2_000 {
            let batch = self.ok(who, Method::GET, &address, &Value::Null).await;
            if !matches!(batch["status"].as_str(), Some("running" | "committing")) {
                return batch;
            }
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        panic!("the collection does not end");
    }
}

fn local(city: &City) -> Somebody {
    let key = &city.state.options().local_key;
    Somebody(Some((header::AUTHORIZATION, format!("Bearer {key}"))))
}

/// All texts of a workbook.
fn texts_of(workbook: &[u8]) -> String {
    parts_of(workbook).into_values().collect()
}

#[tokio::test]
async fn a_steward_delivers_mends_and_takes_back_what_is_their_departments() {
    let (city, root) = City::claimed_with(&FILES).await;
    let steward = city.somebody(&root, "wang", &["steward"]).await;
    let batch = city.delivered_as(&steward, &members()).await;
    assert_eq!(batch["status"], "collected", "{batch}");
    assert_eq!(batch["delivered_by"], "wang");
    assert_eq!(batch["may"], json!(["deliver", "steward"]));
    let id = batch["id"].as_str().unwrap().to_owned();
    let correct = format!("/api/v1/batches/{id}/quarantine/2/correct");
    let mended = json!({"cells": {"age": "20"}, "reason": "电话核实"});
    let row = city.ok(&steward, Method::POST, &correct, &mended).await;
    assert_eq!(row["note"]["principal"], "wang");
    let release = format!("/api/v1/batches/{id}/quarantine/release");
    let released = city
        .ok(
            &steward,
            Method::POST,
            &release,
            &json!({"rows": [], "reason": "已更正"}),
        )
        .await;
    assert_eq!(released["released"], json!([2]));
    let sql = "SELECT count(*) FROM club.member";
    assert_eq!(city.rows(&steward, sql).await, json!([[5]]));
    let undo = format!("/api/v1/batches/{id}/undo");
    city.ok(&steward, Method::POST, &undo, &json!({"reason": "重复"}))
        .await;
    assert_eq!(city.rows(&steward, sql).await, json!([[2]]));
    let restore = "/api/v1/datasets/club.member/restore";
    let versions = "/api/v1/datasets/club.member/versions";
    let listed = city.ok(&steward, Method::GET, versions, &Value::Null).await;
    let first = listed["versions"].as_array().unwrap().last().unwrap()["version"].clone();
    let back = json!({"version": first, "reason": "误撤回"});
    city.ok(&steward, Method::POST, restore, &back).await;
}

#[tokio::test]
async fn a_clerk_hands_over_and_neither_mends_nor_takes_back() {
    let (city, root) = City::claimed_with(&FILES).await;
    let clerk = city.somebody(&root, "li", &["clerk"]).await;
    let batch = city.delivered_as(&clerk, &members()).await;
    assert_eq!(batch["may"], json!(["deliver"]));
    let id = batch["id"].as_str().unwrap();
    let because = json!({"reason": "重复"});
    let choice = json!({"rows": [], "reason": "放弃"});
    for (path, body) in [
        (format!("/api/v1/batches/{id}/undo"), &because),
        (format!("/api/v1/batches/{id}/quarantine/drop"), &choice),
        (format!("/api/v1/batches/{id}/quarantine/release"), &choice),
    ] {
        let refused = city.refused(&clerk, Method::POST, &path, body).await;
        assert_eq!(refused, "not-permitted", "{path}");
    }
    let who = city
        .ok(&clerk, Method::GET, "/api/v1/session", &Value::Null)
        .await;
    assert_eq!(who["duties"], json!(["deliver"]));
}

#[tokio::test]
async fn a_file_of_the_servers_machine_is_named_by_whoever_holds_the_data_folder_alone() {
    let (city, root) = City::claimed_with(&FILES).await;
    let steward = city.somebody(&root, "wang", &["steward"]).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    std::fs::write(&path, members()).unwrap();
    let delivery = json!({"dataset": "club.member", "path": path});
    let plan = json!({"path": path, "id": "2026"});
    for (route, body) in [
        ("/api/v1/batches", &delivery),
        ("/api/v1/deliveries/preview", &delivery),
        ("/api/v1/plans", &plan),
        ("/api/v1/plans/read", &json!({"path": path})),
    ] {
        let answer = city.send(&steward, Method::POST, route, body).await;
        assert_eq!(
            answer.problem(),
            (403, "not-permitted".to_owned()),
            "{route}"
        );
        assert!(
            answer.text().contains("upload the file"),
            "{}",
            answer.text()
        );
        let answer = city.send(&local(&city), Method::POST, route, body).await;
        assert_ne!(answer.status, StatusCode::FORBIDDEN, "{route}");
    }
}

#[tokio::test]
async fn whoever_runs_the_system_changes_packs_and_handles_no_delivery() {
    let (city, root) = City::claimed_with(&FILES).await;
    let answer = city.upload_as(&root, "club.member", &members()).await;
    assert_eq!(answer.problem(), (404, "no-dataset".to_owned()));
    let listed = city
        .ok(&root, Method::GET, "/api/v1/batches", &Value::Null)
        .await;
    assert_eq!(listed["batches"], json!([]));
    // The packs of this city do not change, and that is told, not refused.
    let refused = city
        .refused(&root, Method::GET, "/api/v1/packs/history", &Value::Null)
        .await;
    assert_eq!(refused, "not-found");
}
