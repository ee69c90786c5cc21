//! Fields are classified: suggestions of a delivery, decisions of stewards, and what readers see then.

use std::sync::Arc;

use axum::http::Method;
use futures::future::BoxFuture;
use serde_json::{Value, json};
use yandu_access::Door;
use yandu_classify::{Classification, UntilConfirmed};
use yandu_collect::PackChanges;
use yandu_collect::change::{Installed, Told};
use yandu_pack::Packs;

use super::accounts::Somebody;
use super::city::City;
use crate::classification::{Look, Renewals, Settling, and_readers, renew};
use crate::lineage::of_packs;

const PACK: &str = "\
pack: club
version: 0.1.0
title: {zh: 社团}
settings:
  old: {title: {zh: 高龄}, default: 60}
roles:
  steward: {zh: 数据管理员}
  reader: {zh: 分析员}
";
const RULES: &str = "\
classification: club.rules
title: {zh: 规则}
basis: GB/T 43697-2024
classes:
  identity: {zh: 个人身份信息}
  contact: {zh: 个人联系信息}
rules:
  - {id: number, title: {zh: 公民身份号码}, class: identity, grade: general-3, names: [证件号], looks: {resident-id: 0.6}}
  - {id: phone, title: {zh: 电话}, class: contact, grade: general-2, names: [电话]}
";
const RECORD: &str = "\
dataset: club.record
title: {zh: 登记}
owner: 市民政局
origin: collect
sharing: {class: conditional, basis: 某办法}
opening: closed
refresh: daily
key: [phone]
columns:
  spare: {title: {zh: 备用}, type: text}
  phone: {title: {zh: 电话}, type: text}
";
const SOURCE: &str = "\
source: club.record_file
title: {zh: 登记表}
dataset: club.record
mode: upsert
channel: {upload: {}}
";
const ROLL: &str = "\
dataset: club.roll
title: {zh: 名单}
owner: 市工信局
origin: model
sharing: {class: conditional, basis: 某办法}
opening: closed
refresh: daily
columns:
  spare: {title: {zh: 号}, type: text}
";
const COPY: &str = "\
dataset: club.copy
title: {zh: 副本}
owner: 市工信局
origin: model
sharing: {class: conditional, basis: 某办法}
opening: closed
refresh: daily
columns:
  spare: {title: {zh: 号}, type: text}
";
const POLICIES: &str = r#"
@id("keep") @about("数据管理员收数、整改")
permit (principal is Person in Role::"steward", action in [Action::"deliver", Action::"steward"], resource is Dataset)
when { principal has department && resource in principal.department };
@id("read") @about("分析员查看二级以下") @up_to("general-2")
permit (principal is Person in Role::"reader", action == Action::"read", resource is Dataset);
"#;
const FILES: [(&str, &str); 9] = [
    ("pack.yaml", PACK),
    ("classification/rules.yaml", RULES),
    ("datasets/record.yaml", RECORD),
    ("sources/record_file.yaml", SOURCE),
    ("models/roll.yaml", ROLL),
    ("models/roll.sql", "SELECT spare FROM club.record"),
    ("models/copy.yaml", COPY),
    ("models/copy.sql", "SELECT spare FROM club.roll"),
    ("policies/record.cedar", POLICIES),
];
/// Citizen identity numbers with right check digits, of nobody.
const NUMBERS: [&str; 2] = ["11010519491231002X", "320902199001010014"];

/// The door, told of other grades.
pub(super) struct Doors(pub(super) Door);

impl Told for Doors {
    fn name(&self) -> &'static str {
        "door"
    }

    fn told<'a>(&'a self, packs: &'a Arc<Packs>) -> BoxFuture<'a, Result<(), String>> {
        let sources = packs.policy_sources();
        Box::pin(async move {
            let set = self.0.set_city(packs.city(), sources).await;
            set.map_err(|error| error.to_string())
        })
    }
}

/// A city whose records were delivered, with its administrator.
async fn city(until: UntilConfirmed) -> (City, Somebody) {
    let (city, root) = City::claimed_with(&FILES).await;
    let collector = city.state.collector();
    let installed = Installed::open(collector.folder(), collector.store())
        .await
        .unwrap();
    installed.settle_fields(&collector.packs()).await.unwrap();
    let store = collector.store().clone();
    let classification = Classification::open(store, until).await.unwrap();
    let changes = PackChanges::new(
        collector.clone(),
        installed,
        Box::new(|| unreachable!("no packs are offered")),
    );
    changes.settle_by(Arc::new(Settling::new(
        classification.clone(),
        city.state.options().lineages.clone(),
    )));
    changes.tell(Arc::new(Doors(city.state.door().clone())));
    changes.settle_again().await.unwrap();
    city.state.set_pack_changes(changes);
    city.state.set_classification(classification);
    let steward = city.somebody(&root, "deliverer", &["steward"]).await;
    let rows: Vec<String> = (0..40)
        .map(|row| format!("{},0515-8800{row:04}", NUMBERS[row % 2]))
        .collect();
    let content = format!("备用,电话\n{}\n", rows.join("\n"));
    let content = content.replace("备用,电话", "spare,phone");
    let (request, body) = super::city::form(
        "/api/v1/batches",
        &[("dataset", "club.record")],
        Some(("a.csv", &content)),
    );
    let (name, value) = steward.0.clone().unwrap();
    let answer = city.ask(request.header(name, value), body).await;
    let address = answer.header("location").to_owned();
    loop {
        let batch = city.ok(&steward, Method::GET, &address, &Value::Null).await;
        if batch["status"] == "collected" {
            break;
        }
        assert_eq!(
            batch["status"]
                .as_str()
                .map(|status| status == "running" || status == "committing"),
            Some(true),
            "{batch}"
        );
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    renew(&city.state, None).await.unwrap();
    (city, root)
}

async fn list(city: &City, who: &Somebody, filter: &str) -> Vec<Value> {
    let path = format!("/api/v1/classification/suggestions?{filter}");
    let page = city.ok(who, Method::GET, &path, &Value::Null).await;
    page["suggestions"].as_array().unwrap().clone()
}

async fn number_of(city: &City, who: &Somebody, name: &str) -> i64 {
    let open = list(city, who, "").await;
    let found = open.iter().find(|one| one["name"] == name);
    found.unwrap_or_else(|| panic!("{open:?}"))["id"]
        .as_i64()
        .unwrap()
}

async fn decide(city: &City, who: &Somebody, decision: &Value) -> Value {
    city.ok(
        who,
        Method::POST,
        "/api/v1/classification/decisions",
        decision,
    )
    .await
}

/// What a reader is shown of the spare column.
async fn shown(city: &City, reader: &Somebody, table: &str) -> Value {
    let sql = json!({"sql": format!("SELECT spare FROM {table} ORDER BY spare LIMIT 1")});
    let answer = city.ok(reader, Method::POST, "/api/v1/query", &sql).await;
    answer["rows"][0][0].clone()
}

#[tokio::test]
async fn identity_numbers_in_a_spare_column_are_found_masked_and_confirmed() {
    let (city, root) = city(UntilConfirmed::Checked).await;
    let steward = city.somebody(&root, "wang", &["steward"]).await;
    let reader = city.somebody(&root, "li", &["reader"]).await;
    let open = list(&city, &steward, "dataset=club.record").await;
    let spare = open.iter().find(|one| one["name"] == "spare").unwrap();
    assert_eq!(
        (spare["grade"].as_str(), spare["present"].as_str()),
        (Some("general-3"), Some("general-1"))
    );
    assert_eq!(
        (spare["class"].as_str(), spare["bearing"].as_str()),
        (Some("identity"), Some("higher"))
    );
    assert_eq!(spare["reasons"][0]["kind"], "content");
    assert_eq!(
        (
            spare["reasons"][0]["values"].as_u64(),
            spare["reasons"][0]["looked"].as_u64()
        ),
        (Some(40), Some(40))
    );
    assert_eq!(
        (&spare["holds"], &spare["may"]),
        (&json!(true), &json!(["steward"]))
    );
    // The strictest comes first, and no value is in any of it.
    assert_eq!(open[0]["name"], "spare");
    let told = serde_json::to_string(&open).unwrap();
    assert!(
        NUMBERS.iter().all(|number| !told.contains(number)),
        "{told}"
    );
    // It holds before anybody has decided, since check digits speak for it.
    assert_eq!(shown(&city, &reader, "club.record").await, Value::Null);
    let decided = decide(
        &city,
        &steward,
        &json!({"suggestions": [spare["id"]], "verdict": "confirm"}),
    )
    .await;
    assert_eq!(decided["decisions"][0]["grade"], "general-3");
    assert_eq!(decided["decisions"][0]["is_lowering"], false);
    assert_eq!(shown(&city, &reader, "club.record").await, Value::Null);
    renew(&city.state, None).await.unwrap();
    let open = list(&city, &steward, "dataset=club.record").await;
    assert_eq!(open.len(), 1, "{open:?}");
    let summary = city
        .ok(
            &steward,
            Method::GET,
            "/api/v1/classification",
            &Value::Null,
        )
        .await;
    let record = summary["datasets"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["dataset"] == "club.record")
        .unwrap();
    assert_eq!(
        (
            record["decided"].as_u64(),
            record["open"].as_u64(),
            record["grade"].as_str()
        ),
        (Some(1), Some(1), Some("general-3"))
    );
}

#[tokio::test]
async fn without_the_setting_nothing_holds_until_a_steward_decides_and_then_at_once() {
    let (city, root) = city(UntilConfirmed::Declared).await;
    let steward = city.somebody(&root, "wang", &["steward"]).await;
    let reader = city.somebody(&root, "li", &["reader"]).await;
    assert_eq!(shown(&city, &reader, "club.record").await, NUMBERS[0]);
    let id = number_of(&city, &steward, "spare").await;
    decide(
        &city,
        &steward,
        &json!({"suggestions": [id], "verdict": "confirm"}),
    )
    .await;
    assert_eq!(shown(&city, &reader, "club.record").await, Value::Null);
    let dataset = city
        .ok(
            &reader,
            Method::GET,
            "/api/v1/datasets/club.record",
            &Value::Null,
        )
        .await;
    assert_eq!(dataset["columns"][0]["grade"], "general-3");
}

#[tokio::test]
async fn suggestions_are_there_for_whoever_stewards_their_dataset_alone() {
    let (city, root) = city(UntilConfirmed::Declared).await;
    let steward = city.somebody(&root, "wang", &["steward"]).await;
    let other = city.member(&root, "zhao", "市工信局", &["steward"]).await;
    let reader = city.somebody(&root, "li", &["reader"]).await;
    let id = number_of(&city, &steward, "spare").await;
    assert_eq!(list(&city, &reader, "").await, Vec::<Value>::new());
    let of_other = list(&city, &other, "").await;
    assert!(
        of_other
            .iter()
            .all(|one| one["dataset"] == "club.roll" || one["dataset"] == "club.copy"),
        "{of_other:?}"
    );
    let confirm = json!({"suggestions": [id], "verdict": "confirm"});
    for who in [&other, &reader] {
        let refused = city
            .refused(
                who,
                Method::POST,
                "/api/v1/classification/decisions",
                &confirm,
            )
            .await;
        assert_eq!(refused, "no-suggestion");
    }
    let path = "/api/v1/classification/suggestions?dataset=club.record";
    let refused = city.refused(&other, Method::GET, path, &Value::Null).await;
    assert_eq!(refused, "no-dataset");
}

#[tokio::test]
async fn a_grade_flows_into_models_and_is_lowered_there_by_whoever_answers_for_the_source() {
    let (city, root) = city(UntilConfirmed::Declared).await;
    let steward = city.somebody(&root, "wang", &["steward"]).await;
    let other = city.member(&root, "zhao", "市工信局", &["steward"]).await;
    let id = number_of(&city, &steward, "spare").await;
    decide(
        &city,
        &steward,
        &json!({"suggestions": [id], "verdict": "confirm"}),
    )
    .await;
    let packs = city.state.collector().packs();
    let roll = packs.dataset(&"club.roll".parse().unwrap()).unwrap();
    assert_eq!(
        roll.column_grade("spare"),
        Some(yandu_words::Grade::General3)
    );
    renew(&city.state, None).await.unwrap();
    let open = list(&city, &other, "dataset=club.roll").await;
    assert_eq!(open[0]["reasons"][0]["kind"], "inflow", "{open:?}");
    assert_eq!(open[0]["reasons"][0]["from"], json!(["club.record.spare"]));
    let lower = json!({"suggestions": [open[0]["id"]], "verdict": "change", "grade": "general-1", "reason": "名单公开"});
    let path = "/api/v1/classification/decisions";
    assert_eq!(
        city.refused(&other, Method::POST, path, &lower).await,
        "not-permitted"
    );
    // A model of their own between the two changes nothing.
    let copied = list(&city, &other, "dataset=club.copy").await;
    let lower = json!({"suggestions": [copied[0]["id"]], "verdict": "change", "grade": "general-1", "reason": "名单公开"});
    assert_eq!(
        city.refused(&other, Method::POST, path, &lower).await,
        "not-permitted"
    );
    // At the source, with a reason in writing alone.
    let field = list(&city, &steward, "status=confirmed").await[0]["field"].clone();
    let path = format!(
        "/api/v1/classification/club.record/{}",
        field.as_str().unwrap()
    );
    let silently = json!({"grade": "general-1"});
    assert_eq!(
        city.refused(&steward, Method::PUT, &path, &silently).await,
        "reason-missing"
    );
    let explained = json!({"grade": "general-1", "reason": "已换成流水号"});
    city.ok(&steward, Method::PUT, &path, &explained).await;
    let packs = city.state.collector().packs();
    let roll = packs.dataset(&"club.roll".parse().unwrap()).unwrap();
    assert_eq!(
        roll.column_grade("spare"),
        Some(yandu_words::Grade::General1)
    );
    let lowerings = city
        .ok(
            &steward,
            Method::GET,
            "/api/v1/classification/lowerings",
            &Value::Null,
        )
        .await;
    assert_eq!(lowerings["decided"][0]["reason"], "已换成流水号");
    let of_other = city
        .ok(
            &other,
            Method::GET,
            "/api/v1/classification/lowerings",
            &Value::Null,
        )
        .await;
    assert_eq!(of_other["decided"], json!([]));
    let history = city.ok(&steward, Method::GET, &path, &Value::Null).await;
    assert_eq!(history["decisions"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn another_grade_is_looked_at_with_the_models_that_it_flows_into() {
    let (city, root) = city(UntilConfirmed::Declared).await;
    city.somebody(&root, "li", &["reader"]).await;
    let sec = city
        .somebody(&root, "sec", &["security-administrator"])
        .await;
    let asked =
        json!({"grade": {"dataset": "club.record", "column": "spare", "grade": "general-3"}});
    let seen = city
        .ok(&sec, Method::POST, "/api/v1/policies/preview", &asked)
        .await;
    let lines = seen["lines"].as_array().unwrap();
    for dataset in ["club.record", "club.roll", "club.copy"] {
        let is_told = |line: &Value| line["dataset"] == dataset && line["is_opening"] == false;
        assert!(lines.iter().any(is_told), "{dataset}: {seen}");
    }
}

#[tokio::test]
async fn after_a_decision_its_dataset_and_what_reads_it_are_looked_at_and_nothing_else() {
    let (city, root) = city(UntilConfirmed::Declared).await;
    let steward = city.somebody(&root, "wang", &["steward"]).await;
    let changes = city.state.pack_changes().unwrap();
    changes.tell(Arc::new(Renewals::of(&city.state)));
    let wanted = &city.state.classified().wanted;
    wanted.begin(&city.state.collector().packs());
    let phone = number_of(&city, &steward, "phone").await;
    decide(
        &city,
        &steward,
        &json!({"suggestions": [phone], "verdict": "confirm"}),
    )
    .await;
    let Look::At(changed) = wanted.take() else {
        panic!("all of the city would be looked at");
    };
    let names = |datasets: &std::collections::BTreeSet<yandu_words::id::DatasetId>| {
        let names = datasets.iter().map(ToString::to_string);
        names.collect::<Vec<_>>()
    };
    assert_eq!(names(&changed), ["club.record"]);
    let lineage = of_packs(&city.state).await;
    let reached = and_readers(changed, &lineage);
    assert_eq!(names(&reached), ["club.record", "club.roll"]);
    // Nothing is wanted twice.
    assert_eq!(wanted.take(), Look::Nothing);
}
