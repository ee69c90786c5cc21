//! What people are not told of deliveries and models: cells that rights do not show, and what is another department's.

use super::*;

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
    for said in [
        "未列出的列 · Left out",
        "姓名（name）：分级为一般",
        "，高于许可的级别；依据 数据管理员读取本单位的数据（club/own） · ",
        "is above what is permitted; under 数据管理员读取本单位的数据 (club/own)",
    ] {
        assert!(texts.contains(said), "{said}: {texts}");
    }
    assert!(!texts.contains("（age）："), "{texts}");
    let receipt = format!("/api/v1/exports/{}", workbook.header("yandu-receipt"));
    let receipt = city.ok(&steward, Method::GET, &receipt, &Value::Null).await;
    let held = rows["rows"].as_array().unwrap().len();
    assert_eq!(
        (&receipt["form"], &receipt["rows"]),
        (&json!("xlsx"), &json!(held))
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
    let texts = texts_of(&workbook.body);
    assert!(
        texts.contains(HIDDEN) && !texts.contains("未列出的列"),
        "{texts}"
    );
}

/// Stewards see some columns of some rows.
const OF_SOME_ROWS: &str = r#"
@id("own") @about("数据管理员读取成年会员") @up_to("core") @columns("number, name, age") @rows("age >= 18")
permit (principal is Person in Role::"steward", action == Action::"read", resource == Dataset::"club.member");
"#;
/// Two policies mask the same column, and the second leaves more of it.
const OF_TWO_MASKS: &str = r#"
@id("a") @about("数据管理员读取会员") @up_to("core") @masks("name: null")
permit (principal is Person in Role::"steward", action == Action::"read", resource == Dataset::"club.member");
@id("b") @about("数据管理员读取姓氏") @up_to("core") @masks("name: keep 1 0")
permit (principal is Person in Role::"steward", action == Action::"read", resource == Dataset::"club.member");
"#;
/// Stewards see everything on pages, and take nothing away.
const ON_PAGES: &str = r#"
@id("own") @about("数据管理员在页面上读取会员") @up_to("core")
permit (principal is Person in Role::"steward", action == Action::"read", resource == Dataset::"club.member")
when { context.way == "page" };
"#;
/// Stewards take deliveries and mend them.
const KEEPERS: &str = r#"
@id("keep") @about("数据管理员收数、整改")
permit (principal is Person in Role::"steward", action in [Action::"deliver", Action::"steward"], resource is Dataset)
when { principal has department && resource in principal.department };
"#;

/// A city whose stewards see so much, one of them, and the path of what they delivered.
async fn delivered_under(policies: &str) -> (City, Somebody, String) {
    let policies = format!("{policies}{KEEPERS}");
    let files = [
        FILES[0],
        FILES[1],
        FILES[2],
        ("policies/duties.cedar", policies.as_str()),
    ];
    let (city, root) = City::claimed_with(&files).await;
    let steward = city.somebody(&root, "wang", &["steward"]).await;
    let batch = city.delivered_as(&steward, &members()).await;
    let path = format!("/api/v1/batches/{}", batch["id"].as_str().unwrap());
    (city, steward, path)
}

/// What the workbook of the rows of a delivery that wait says.
async fn workbook(city: &City, who: &Somebody, path: &str) -> String {
    let path = format!("{path}/quarantine.xlsx");
    let workbook = city.send(who, Method::GET, &path, &Value::Null).await;
    assert_eq!(workbook.status, StatusCode::OK);
    texts_of(&workbook.body)
}

#[tokio::test]
async fn a_workbook_of_rows_that_wait_says_why_each_column_is_left_out() {
    let (city, steward, path) = delivered_under(OF_SOME_ROWS).await;
    let texts = workbook(&city, &steward, &path).await;
    let condition = "只能看符合条件的行，隔离的记录还没有入库，不判断条件；字段分级为一般";
    for (column, why) in [
        ("会员号（number）：", condition),
        ("姓名（name）：", condition),
        ("年龄（age）：", condition),
        ("会费（fee）：", "没有读取它的授权；字段分级为一般"),
    ] {
        let said = format!("{column}{why}");
        assert!(texts.contains(&said), "{said}: {texts}");
    }
    let under = "；依据 数据管理员读取成年会员（club/own） · ";
    assert_eq!(texts.matches(under).count(), 3, "{texts}");
    assert!(!texts.contains(HIDDEN), "{texts}");
}

#[tokio::test]
async fn a_column_that_several_policies_mask_is_left_out_by_the_one_that_leaves_most() {
    let (city, steward, path) = delivered_under(OF_TWO_MASKS).await;
    let texts = workbook(&city, &steward, &path).await;
    let under = "；依据 数据管理员读取姓氏（club/b） · ";
    assert_eq!(texts.matches(under).count(), 1, "{texts}");
    assert!(!texts.contains("；依据 数据管理员读取会员"), "{texts}");
    assert!(!texts.contains(HIDDEN), "{texts}");
}

#[tokio::test]
async fn samples_of_findings_that_rights_do_not_show_say_which_columns_keep_them_back() {
    let (city, root) = City::claimed_with(&FILES).await;
    let steward = city.somebody(&root, "wang", &["steward"]).await;
    let rows = format!("会员号,姓名,年龄\n3,{HIDDEN}9,30\n4,王芳,200\n合计,{HIDDEN},230\n");
    let batch = city.delivered_as(&steward, &rows).await;
    let samples = |batch: &Value, column: &Value| {
        let found = batch["findings"].as_array().unwrap().iter();
        let mut found = found.filter(|one| one["column"] == *column);
        let finding = found.next().unwrap_or_else(|| panic!("{column}: {batch}"));
        assert_eq!(finding["rows"], 1, "{batch}");
        (finding["samples"].clone(), finding["hidden"].clone())
    };
    let age = (json!([{"row": 2, "text": "200"}]), Value::Null);
    assert_eq!(samples(&batch, &json!("age")), age);
    // Of a whole row it is not known whose cells stand in its text.
    for column in [json!("name"), Value::Null] {
        let kept_back = (json!([]), json!(["name"]));
        assert_eq!(samples(&batch, &column), kept_back, "{column}");
    }
    let path = format!("/api/v1/batches/{}", batch["id"].as_str().unwrap());
    let all = city
        .ok(&local(&city), Method::GET, &path, &Value::Null)
        .await;
    let name = json!([{"row": 1, "text": format!("{HIDDEN}9")}]);
    assert_eq!(samples(&all, &json!("name")), (name, Value::Null));
    let (row, hidden) = samples(&all, &Value::Null);
    assert_eq!((&row[0]["row"], &hidden), (&json!(3), &Value::Null));
}

const NAMED: &str = "\
dataset: club.named
title: {zh: 各姓名会员}
owner: 市民政局
origin: model
sharing: {class: unconditional}
opening: closed
refresh: daily
key: [name]
columns:
  name: {title: {zh: 姓名}, standard: name}
  fee: {title: {zh: 会费}, type: 'decimal(12,2)'}
";
const NAMED_SQL: &str =
    "SELECT m.name AS name, max(m.fee) AS fee FROM club.member m GROUP BY m.name";

#[tokio::test]
async fn the_key_of_a_models_row_that_lacks_a_value_is_kept_back_with_its_own_column() {
    let model = [
        ("models/named.yaml", NAMED),
        ("models/named.sql", NAMED_SQL),
    ];
    let files = [&FILES[..], &model].concat();
    let (city, root) = City::claimed_with(&files).await;
    let steward = city.somebody(&root, "wang", &["steward"]).await;
    let run = "/api/v1/models/club.named/run";
    let ran = city.ok(&steward, Method::POST, run, &json!({})).await;
    let run = ran["runs"][0]["id"].as_str().unwrap();
    let path = format!("/api/v1/models/club.named/runs/{run}");
    let all = city
        .ok(&local(&city), Method::GET, &path, &Value::Null)
        .await;
    let finding = &all["findings"][0];
    assert_eq!(
        (&finding["column"], &finding["reason"]),
        (&json!("fee"), &json!("missing")),
        "{all}"
    );
    assert!(finding.to_string().contains("王芳"), "{all}");
    let told = city.ok(&steward, Method::GET, &path, &Value::Null).await;
    let finding = &told["findings"][0];
    assert_eq!(
        (&finding["samples"], &finding["hidden"][0]),
        (&json!([]), &json!("name")),
        "{told}"
    );
}

#[tokio::test]
async fn cells_in_quarantine_leave_to_a_token_under_a_receipt_and_to_a_person_as_a_page() {
    let (city, root) = City::claimed_with(&FILES).await;
    let steward = city.somebody(&root, "wang", &["steward"]).await;
    let batch = city.delivered_as(&steward, &members()).await;
    let id = batch["id"].as_str().unwrap();
    let quarantine = format!("/api/v1/batches/{id}/quarantine");
    let page = async |who: &Somebody| city.send(who, Method::GET, &quarantine, &Value::Null).await;
    let reader = city.program(&steward, &["read", "deliver"]).await;
    let deliverer = city.program(&steward, &["deliver"]).await;
    let first = page(&reader).await;
    let again = page(&reader).await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.text());
    assert_ne!(first.header("yandu-receipt"), "");
    assert_eq!(first.header("yandu-receipt"), again.header("yandu-receipt"));
    let told = format!("/api/v1/exports/{}", first.header("yandu-receipt"));
    let told = city.ok(&steward, Method::GET, &told, &Value::Null).await;
    let rows = first.json()["rows"].as_array().unwrap().len();
    assert_eq!(
        (&told["answers"], &told["rows"], &told["sql"]),
        (
            &json!(2),
            &json!(2 * rows),
            &json!("QUARANTINE club.member")
        )
    );
    assert_eq!(told["read"][0]["dataset"], "club.member");
    let columns = told["columns"].as_array().unwrap();
    assert!(columns.iter().any(|column| column["name"] == "age"));
    assert!(!columns.iter().any(|column| column["name"] == "name"));
    // Whoever only delivers is shown no cell, and a person a page.
    for who in [&deliverer, &steward] {
        let page = page(who).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text());
        assert_eq!(page.header("yandu-receipt"), "");
    }
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

#[tokio::test]
async fn what_is_shown_on_pages_alone_leaves_in_no_file_of_a_delivery() {
    let (city, steward, path) = delivered_under(ON_PAGES).await;
    let quarantine = format!("{path}/quarantine");
    let page = city
        .ok(&steward, Method::GET, &quarantine, &Value::Null)
        .await;
    assert_eq!(page["rows"][0]["cells"]["name"], HIDDEN, "{page}");
    let texts = workbook(&city, &steward, &path).await;
    assert!(
        texts.contains("（name）：") && !texts.contains(HIDDEN),
        "{texts}"
    );
    let raw = format!("{path}/raw");
    let refused = city
        .refused(&steward, Method::GET, &raw, &Value::Null)
        .await;
    assert_eq!(refused, "not-permitted");
}
