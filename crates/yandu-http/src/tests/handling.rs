//! What people do with deliveries, forms and the plan under their duties, and what they are not told.

use axum::http::{Method, StatusCode, header};
use serde_json::{Value, json};

use super::accounts::Somebody;
use super::city::{Answer, City, form};
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
async fn cells_that_rights_do_not_show_stand_nowhere_in_what_is_told_of_a_delivery() {
    let (city, root) = City::claimed_with(&FILES).await;
    let steward = city.somebody(&root, "wang", &["steward"]).await;
    let batch = city.delivered_as(&steward, &members()).await;
    let id = batch["id"].as_str().unwrap();
    let quarantine = format!("/api/v1/batches/{id}/quarantine");
    let rows = city
        .ok(&steward, Method::GET, &quarantine, &Value::Null)
        .await;
    let row = &rows["rows"][0];
    assert_eq!(row["cells"]["number"], "4");
    assert_eq!(row["cells"]["age"], "200");
    assert_eq!(row["hidden"], json!(["name"]));
    assert!(row.get("record").is_none());
    let profiles = batch["profile"].as_array().unwrap();
    let of = |column: &str| profiles.iter().find(|one| one["column"] == column).unwrap();
    assert_eq!(
        (of("name")["rows"].as_u64(), &of("name")["min"]),
        (Some(3), &Value::Null)
    );
    assert_ne!(of("number")["min"], Value::Null);
    for text in [batch.to_string(), rows.to_string()] {
        assert!(!text.contains(HIDDEN) && !text.contains("钱小满"), "{text}");
    }
    let raw = format!("/api/v1/batches/{id}/raw");
    let refused = city
        .refused(&steward, Method::GET, &raw, &Value::Null)
        .await;
    assert_eq!(refused, "not-permitted");
    let workbook = city
        .send(
            &steward,
            Method::GET,
            &format!("{quarantine}.xlsx"),
            &Value::Null,
        )
        .await;
    let texts = texts_of(&workbook.body);
    assert!(
        texts.contains("会员号") && !texts.contains(HIDDEN),
        "{texts}"
    );
    // Whoever holds the data folder sees it all, so that there is something to hide.
    let local = local(&city);
    let all = city
        .ok(&local, Method::GET, &quarantine, &Value::Null)
        .await;
    assert_eq!(all["rows"][0]["cells"]["name"], HIDDEN);
    let workbook = city
        .send(
            &local,
            Method::GET,
            &format!("{quarantine}.xlsx"),
            &Value::Null,
        )
        .await;
    assert!(texts_of(&workbook.body).contains(HIDDEN));
}

fn local(city: &City) -> Somebody {
    let key = &city.state.options().local_key;
    Somebody(Some((header::AUTHORIZATION, format!("Bearer {key}"))))
}

/// All texts of a workbook.
fn texts_of(workbook: &[u8]) -> String {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(workbook)).unwrap();
    let mut texts = String::new();
    for place in 0..archive.len() {
        let mut file = archive.by_index(place).unwrap();
        std::io::Read::read_to_string(&mut file, &mut texts).unwrap();
    }
    texts
}

#[tokio::test]
async fn of_deliveries_of_another_department_nothing_is_told() {
    let (city, root) = City::claimed_with(&FILES).await;
    let steward = city.somebody(&root, "wang", &["steward"]).await;
    let batch = city.delivered_as(&steward, &members()).await;
    let id = batch["id"].as_str().unwrap();
    let other = city.member(&root, "zhou", "市公安局", &["steward"]).await;
    let listed = city
        .ok(&other, Method::GET, "/api/v1/batches", &Value::Null)
        .await;
    assert_eq!(listed["batches"], json!([]));
    let sources = city
        .ok(&other, Method::GET, "/api/v1/sources", &Value::Null)
        .await;
    assert_eq!(sources["sources"], json!([]));
    let notices = city
        .ok(
            &other,
            Method::GET,
            "/api/v1/notices?all=true",
            &Value::Null,
        )
        .await;
    assert_eq!(notices["notices"], json!([]));
    let absent = city
        .send(
            &other,
            Method::GET,
            "/api/v1/batches/20200101-000000-000001",
            &Value::Null,
        )
        .await;
    let because = json!({"reason": "a"});
    let choice = json!({"rows": [], "reason": "a"});
    let correction = json!({"cells": {}, "reason": "a"});
    let asked = [
        (Method::GET, "", Value::Null),
        (Method::GET, "/raw", Value::Null),
        (Method::GET, "/quarantine", Value::Null),
        (Method::GET, "/quarantine.xlsx", Value::Null),
        (Method::POST, "/undo", because),
        (Method::POST, "/cancel", Value::Null),
        (Method::POST, "/quarantine/drop", choice.clone()),
        (Method::POST, "/quarantine/release", choice),
        (Method::POST, "/quarantine/1/correct", correction),
    ];
    for (method, rest, body) in asked {
        let path = format!("/api/v1/batches/{id}{rest}");
        let answer = city.send(&other, method, &path, &body).await;
        assert_eq!(answer.problem(), absent.problem(), "{path}");
    }
    // The newest batch of a dataset goes by its name, which tells as little.
    for name in ["club.member", "club.nothing"] {
        let path = format!("/api/v1/batches/{name}");
        let answer = city.send(&other, Method::GET, &path, &Value::Null).await;
        assert_eq!(answer.problem(), absent.problem(), "{name}");
    }
    for path in ["club.member/versions", "club.nothing/versions"] {
        let path = format!("/api/v1/datasets/{path}");
        let refused = city.refused(&other, Method::GET, &path, &Value::Null).await;
        assert_eq!(refused, "no-dataset", "{path}");
    }
    let row = json!({"number": "9", "name": "孙六"});
    let rows = "/api/v1/datasets/club.member/rows";
    let refused = city.refused(&other, Method::POST, rows, &row).await;
    assert_eq!(refused, "no-dataset");
    let uploaded = city.upload_as(&other, "club.member", &members()).await;
    assert_eq!(uploaded.problem(), (404, "no-dataset".to_owned()));
    let run = "/api/v1/sources/club.member_file/run";
    let refused = city.refused(&other, Method::POST, run, &Value::Null).await;
    assert_eq!(refused, "no-source");
    let sql = "SELECT count(*) FROM club.member";
    assert_eq!(city.rows(&steward, sql).await, json!([[4]]));
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
async fn a_program_delivers_with_a_token_for_that_and_reads_nothing_else() {
    let (city, root) = City::claimed_with(&FILES).await;
    let clerk = city.somebody(&root, "li", &["clerk"]).await;
    let until = (city.state.now() + jiff::SignedDuration::from_hours(24)).to_string();
    let token = |scope: &str| json!({"name": "脚本", "scope": [scope], "expires_at": until});
    let mut programs = Vec::new();
    for scope in ["deliver", "read"] {
        let made = city
            .ok(
                &clerk,
                Method::POST,
                "/api/v1/account/tokens",
                &token(scope),
            )
            .await;
        let shown = format!("Bearer {}", made["secret"].as_str().unwrap());
        programs.push(Somebody(Some((header::AUTHORIZATION, shown))));
    }
    let batch = city.delivered_as(&programs[0], &members()).await;
    assert_eq!(batch["status"], "collected");
    let query = json!({"sql": "SELECT 1"});
    let refused = city
        .refused(&programs[0], Method::POST, "/api/v1/query", &query)
        .await;
    assert_eq!(refused, "not-permitted");
    let uploaded = city
        .upload_as(&programs[1], "club.member", &members())
        .await;
    assert_eq!(uploaded.problem(), (403, "not-permitted".to_owned()));
}

#[tokio::test]
async fn a_unit_fills_its_own_part_of_a_form_and_does_not_see_what_another_has_filled() {
    let (city, root) = City::claimed_with(&FILES).await;
    let clerk = city.somebody(&root, "li", &["clerk"]).await;
    let other = city.member(&root, "zhou", "市公安局", &["clerk"]).await;
    let shown = city
        .ok(
            &clerk,
            Method::GET,
            "/api/v1/forms/club.visit",
            &Value::Null,
        )
        .await;
    assert_eq!(shown["own_units"], json!(["市民政局"]));
    let reports = "/api/v1/forms/club.visit/reports";
    let report = |unit: &str| json!({"unit": unit, "period": "2025-01", "values": {"visits": 12}});
    let refused = city
        .refused(&clerk, Method::POST, reports, &report("市公安局"))
        .await;
    assert_eq!(refused, "not-permitted");
    let made = city
        .ok(&clerk, Method::POST, reports, &report("市民政局"))
        .await;
    let path = format!("{reports}/{}", made["batch"].as_str().unwrap());
    let filled = city.ok(&clerk, Method::GET, &path, &Value::Null).await;
    assert_eq!(filled["values"]["visits"], 12);
    let refused = city.refused(&other, Method::GET, &path, &Value::Null).await;
    assert_eq!(refused, "not-permitted");
    let steward = city.member(&root, "qian", "市公安局", &["steward"]).await;
    let forms = city
        .ok(&steward, Method::GET, "/api/v1/forms", &Value::Null)
        .await;
    assert_eq!(forms["forms"], json!([]));
    let refused = city
        .refused(&steward, Method::GET, &path, &Value::Null)
        .await;
    assert_eq!(refused, "no-dataset");
}

#[tokio::test]
async fn a_unit_reports_of_its_own_nodes_and_somebody_else_accepts_its_evidence() {
    let options = crate::Options {
        local_key: "yl_0123456789".to_owned(),
        ..crate::Options::default()
    };
    let city = City::with_files(options, &FILES).await;
    approved(&city).await;
    let root = city.claim().await;
    let own = city.member(&root, "li", "市工信局", &["clerk"]).await;
    let other = city.member(&root, "zhou", "市公安局", &["clerk"]).await;
    let office = city.member(&root, "wang", "市工信局", &["steward"]).await;
    let plan = "/api/v1/plans/2026";
    let tasks = city
        .ok(&other, Method::GET, &format!("{plan}/tasks"), &Value::Null)
        .await;
    let node = tasks["tasks"][0]["nodes"][0]["id"].as_str().unwrap();
    let steps = format!("{plan}/nodes/{node}/steps");
    let begin = json!({"step": "begin"});
    let refused = city.refused(&other, Method::POST, &steps, &begin).await;
    assert_eq!(refused, "not-permitted");
    city.ok(&own, Method::POST, &steps, &begin).await;
    let evidence = format!("{plan}/evidence");
    let file = Some(("统计月报.txt", "三月通达率提高百分之五。"));
    let (request, body) = form(&format!("{plan}/documents"), &[], file);
    let (name, value) = own.0.clone().unwrap();
    let kept = city.ask(request.header(name, value), body).await;
    assert_eq!(kept.status, StatusCode::CREATED, "{}", kept.text());
    let said = json!({
        "about": "target/2", "on": "2026-03-01", "value": 5.0, "source": "统计月报",
        "documents": [kept.json()["hash"]],
    });
    let refused = city.refused(&other, Method::POST, &evidence, &said).await;
    assert_eq!(refused, "not-permitted");
    let edit = json!({"edits": []});
    let refused = city
        .refused(&own, Method::POST, &format!("{plan}/edits"), &edit)
        .await;
    assert_eq!(refused, "not-permitted");
    city.ok(&own, Method::POST, &evidence, &said).await;
    city.ok(&office, Method::POST, &evidence, &said).await;
    let accept = json!({"accept": true, "reason": "已核对"});
    let decision = |number: u64| format!("{plan}/evidence/{number}/decision");
    city.ok(&office, Method::POST, &decision(1), &accept).await;
    // What one has handed in oneself is for somebody else to accept.
    let refused = city
        .refused(&office, Method::POST, &decision(2), &accept)
        .await;
    assert_eq!(refused, "not-permitted");
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

#[tokio::test]
async fn programs_of_ckan_read_what_their_token_may_and_whoever_keeps_the_ledger_writes() {
    let (city, root) = City::claimed_with(&FILES).await;
    let steward = city.somebody(&root, "wang", &["steward"]).await;
    let other = city.member(&root, "zhou", "市公安局", &["clerk"]).await;
    let until = (city.state.now() + jiff::SignedDuration::from_hours(24)).to_string();
    let token = json!({"name": "目录", "scope": ["read"], "expires_at": until});
    let made = city
        .ok(&steward, Method::POST, "/api/v1/account/tokens", &token)
        .await;
    // Programs of CKAN show the token alone.
    let secret = made["secret"].as_str().unwrap().to_owned();
    let program = Somebody(Some((header::AUTHORIZATION, secret)));
    let action = |name: &str| format!("/api/3/action/{name}");
    let rows = json!({"resource_id": "club.member.table", "limit": 5});
    let found = city
        .ok(&program, Method::POST, &action("datastore_search"), &rows)
        .await;
    assert_eq!(found["result"]["total"], 2);
    assert_eq!(found["result"]["records"][0]["number"], "1");
    assert!(!found.to_string().contains("王芳"), "{found}");
    let sql = json!({"sql": "SELECT number, name FROM club.member"});
    let found = city
        .ok(
            &program,
            Method::POST,
            &action("datastore_search_sql"),
            &sql,
        )
        .await;
    assert!(!found.to_string().contains("王芳"), "{found}");
    let dump = city
        .send(
            &program,
            Method::GET,
            "/datastore/dump/club.member.table",
            &Value::Null,
        )
        .await;
    assert_eq!(dump.status, StatusCode::OK);
    assert!(!dump.text().contains("王芳"), "{}", dump.text());
    // The file has a receipt of its own, and what is asked twice is counted under one.
    let again = city
        .send(
            &program,
            Method::POST,
            &action("datastore_search_sql"),
            &sql,
        )
        .await;
    let receipt = async |answer: &Answer| {
        let path = format!("/api/v1/exports/{}", answer.header("yandu-receipt"));
        city.ok(&steward, Method::GET, &path, &Value::Null).await
    };
    let file = receipt(&dump).await;
    assert_eq!(
        (&file["form"], &file["state"], &file["rows"]),
        (&json!("csv"), &json!("complete"), &json!(2))
    );
    assert_eq!(file["bytes"], dump.text().len());
    let counted = receipt(&again).await;
    assert_eq!(
        (&counted["answers"], &counted["rows"]),
        (&json!(2), &json!(4))
    );
    assert_eq!(
        (&counted["reader"], &counted["sql"]),
        (&json!("wang"), &sql["sql"])
    );
    // What somebody may not know of is as absent as what is not there.
    let hidden = city
        .send(&other, Method::POST, &action("datastore_search"), &rows)
        .await;
    let nothing = json!({"resource_id": "club.nothing.table", "limit": 5});
    let absent = city
        .send(&other, Method::POST, &action("datastore_search"), &nothing)
        .await;
    assert_eq!(hidden.status, StatusCode::NOT_FOUND);
    let message = |answer: &Answer, name: &str| answer.text().replace(name, "…");
    assert_eq!(
        message(&hidden, "club.member"),
        message(&absent, "club.nothing")
    );
    let new = json!({"name": "club-new", "title": "新目录", "owner_org": "市民政局"});
    for who in [&program, &steward] {
        let refused = city
            .send(who, Method::POST, &action("package_create"), &new)
            .await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text());
        assert_eq!(refused.json()["error"]["__type"], "Authorization Error");
    }
}

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
const FAILING: &str =
    "SELECT CAST(m.name AS BIGINT) AS age, count(*) AS members FROM club.member m GROUP BY m.name";

#[tokio::test]
async fn a_model_takes_no_rows_from_people_and_its_failure_quotes_no_cell_to_them() {
    let files = [
        &FILES[..],
        &[
            ("models/by_age.yaml", BY_AGE),
            ("models/by_age.sql", FAILING),
        ],
    ]
    .concat();
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
async fn a_token_does_not_more_than_its_scope_says() {
    let (city, root) = City::claimed_with(&FILES).await;
    let steward = city.somebody(&root, "wang", &["steward"]).await;
    let batch = city.delivered_as(&steward, &members()).await;
    let id = batch["id"].as_str().unwrap();
    let until = (city.state.now() + jiff::SignedDuration::from_hours(24)).to_string();
    let mut programs = Vec::new();
    for scope in ["read", "deliver"] {
        let token = json!({"name": "脚本", "scope": [scope], "expires_at": until});
        let made = city
            .ok(&steward, Method::POST, "/api/v1/account/tokens", &token)
            .await;
        let shown = format!("Bearer {}", made["secret"].as_str().unwrap());
        programs.push(Somebody(Some((header::AUTHORIZATION, shown))));
    }
    let entry = "/api/v1/ledger/entries/club.member";
    let tags = json!({"tags": ["x"]});
    let refused = city
        .refused(&programs[0], Method::PATCH, entry, &tags)
        .await;
    assert_eq!(refused, "not-permitted");
    city.ok(&steward, Method::PATCH, entry, &tags).await;
    // What is delivered is followed, and no cell of it read.
    let quarantine = format!("/api/v1/batches/{id}/quarantine");
    let rows = city
        .ok(&programs[1], Method::GET, &quarantine, &Value::Null)
        .await;
    assert_eq!(rows["rows"][0]["cells"], json!({}));
    assert_eq!(rows["rows"][0]["reasons"][0]["column"], "age");
}

#[tokio::test]
async fn a_page_of_datasets_begins_at_none_that_is_not_seen_and_settings_are_shown_under_no_case() {
    let (city, root) = City::claimed_with(&FILES).await;
    let other = city.member(&root, "zhou", "市公安局", &["steward"]).await;
    let after = |id: &str| {
        let place = base64::Engine::encode(
            &base64::engine::general_purpose::URL_SAFE_NO_PAD,
            format!("\"{id}\""),
        );
        format!("/api/v1/datasets?after={place}")
    };
    for id in ["club.member", "club.nothing"] {
        let refused = city
            .refused(&other, Method::GET, &after(id), &Value::Null)
            .await;
        assert_eq!(refused, "invalid-parameter", "{id}");
    }
    city.ok(&other, Method::GET, &after("club.patrol"), &Value::Null)
        .await;
    for name in ["df_settings", "\"DF_SETTINGS\"", "\"Df_Settings\""] {
        let sql = json!({"sql": format!("SELECT * FROM information_schema.{name}")});
        let refused = city
            .refused(&other, Method::POST, "/api/v1/query", &sql)
            .await;
        assert_eq!(refused, "query", "{name}");
    }
}

#[tokio::test]
async fn a_file_that_another_unit_has_handed_in_is_as_absent_as_none() {
    let with_files = VISIT.replace(
        "due: 5 wd",
        "due: 5 wd\n  evidence: {least: 0, kinds: [document]}",
    );
    let files = [
        FILES[0],
        FILES[1],
        ("datasets/visit.yaml", with_files.as_str()),
        FILES[3],
    ];
    let (city, root) = City::claimed_with(&files).await;
    let own = city.somebody(&root, "li", &["clerk"]).await;
    let other = city.member(&root, "zhou", "市公安局", &["clerk"]).await;
    let (request, body) = form(
        "/api/v1/forms/club.visit/evidence",
        &[],
        Some(("走访.txt", "一月走访十二户。")),
    );
    let (name, value) = own.0.clone().unwrap();
    let kept = city.ask(request.header(name, value), body).await;
    assert_eq!(kept.status, StatusCode::CREATED, "{}", kept.text());
    let hash = kept.json()["hash"].clone();
    let reports = "/api/v1/forms/club.visit/reports";
    let report = |unit: &str, hash: &Value| json!({"unit": unit, "period": "2025-01", "values": {"visits": 12}, "evidence": [hash]});
    city.ok(&own, Method::POST, reports, &report("市民政局", &hash))
        .await;
    let file = format!(
        "/api/v1/forms/club.visit/evidence/{}",
        hash.as_str().unwrap()
    );
    assert_eq!(
        city.send(&own, Method::GET, &file, &Value::Null)
            .await
            .status,
        StatusCode::OK
    );
    let listed = city.ok(&other, Method::GET, reports, &Value::Null).await;
    assert_eq!(listed["reports"][0]["evidence"], json!([]));
    let taken = city
        .send(&other, Method::POST, reports, &report("市公安局", &hash))
        .await;
    let none = json!("0".repeat(64));
    let absent = city
        .send(&other, Method::POST, reports, &report("市公安局", &none))
        .await;
    assert_eq!(taken.problem(), absent.problem());
    let refused = city.refused(&other, Method::GET, &file, &Value::Null).await;
    assert_eq!(refused, "not-permitted");
}
