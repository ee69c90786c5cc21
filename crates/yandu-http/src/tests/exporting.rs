use std::time::Duration;

use axum::http::{Method, StatusCode, header};
use futures::StreamExt as _;
use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};

use super::city::{Answer, City, parts_of, request};
use crate::Options;
use crate::export::{PARQUET, WORKBOOK};

async fn city() -> City {
    let city = City::with(Options {
        query_rows: 2,
        ..Options::default()
    })
    .await;
    city.deliver(
        "a.csv",
        "number,name,age,fee\n1,王芳,30,10.50\n2,李强,,\n3,张伟,5,3\n",
    )
    .await;
    city
}

fn asked(accept: &str) -> axum::http::request::Builder {
    request(Method::POST, "/api/v1/query")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, accept)
}

async fn take(city: &City, accept: &str, sql: &str) -> Answer {
    city.ask(asked(accept), json!({ "sql": sql }).to_string())
        .await
}

/// A receipt that has ended.
pub(super) async fn receipt(city: &City, number: &str) -> Value {
    let path = format!("/api/v1/exports/{number}");
    for _ in 0..2_000 {
        let receipt = city.get(&path).await.json();
        if receipt["state"] != "open" {
            return receipt;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{number} stays open");
}

const ALL: &str = "SELECT number, name, fee FROM club.member ORDER BY number";

#[tokio::test]
async fn every_form_of_a_file_leaves_a_receipt_and_a_page_leaves_none() {
    let city = city().await;
    let forms = [
        ("text/csv", "csv", &b"number,"[..]),
        (WORKBOOK, "xlsx", b"PK"),
        (PARQUET, "parquet", b"PAR1"),
    ];
    for (accept, form, begins) in forms {
        let answer = take(&city, accept, ALL).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        assert!(answer.body.starts_with(begins), "{form}");
        let number = answer.header("yandu-receipt");
        let name = format!("attachment; filename*=UTF-8''{number}.{form}");
        assert_eq!(answer.header("content-disposition"), name);
        let receipt = receipt(&city, number).await;
        assert_eq!(receipt["form"], form);
        assert_eq!(receipt["rows"], 3);
        assert_eq!(receipt["bytes"], answer.body.len());
        assert_eq!(receipt["read"][0]["dataset"], "club.member");
        assert_eq!(receipt["policy"], Value::Null);
    }
    let page = take(&city, "application/json", ALL).await;
    assert_eq!(page.header("yandu-receipt"), "");
    let more = json!({"sql": ALL, "limit": 3}).to_string();
    let more = city.ask(asked("application/json"), more).await;
    let receipt = receipt(&city, more.header("yandu-receipt")).await;
    assert_eq!(
        (&receipt["form"], &receipt["rows"]),
        (&json!("json"), &json!(3))
    );
}

#[tokio::test]
async fn every_workbook_says_on_a_sheet_and_on_its_printed_pages_who_took_it() {
    let city = city().await;
    city.deliver("b.csv", "number,name,age\n4,赵六,200\n").await;
    let quarantine = "/api/v1/batches/club.member/quarantine.xlsx";
    for path in [quarantine, "/api/v1/ledger/export?format=xlsx"] {
        let book = city.get(path).await;
        assert_eq!(book.status, StatusCode::OK, "{path}");
        assert_eq!(book.header("content-type"), WORKBOOK);
        let number = book.header("yandu-receipt");
        let receipt = receipt(&city, number).await;
        assert_eq!(
            (&receipt["form"], &receipt["rows"]),
            (&json!("xlsx"), &json!(1))
        );
        assert_eq!(receipt["bytes"], book.body.len(), "{path}");
        let parts = parts_of(&book.body);
        assert!(parts["xl/workbook.xml"].contains("说明"), "{path}");
        let said: String = parts.values().map(String::as_str).collect();
        let text = |name: &str| receipt[name].as_str().unwrap().to_owned();
        let reader = format!("{}（{}）", text("name"), text("reader"));
        let cell = format!("<t>{reader}</t>");
        let labels = ["凭证 · Receipt", "读者 · Reader", "时间 · Time"];
        for part in labels.into_iter().chain([number, &cell]) {
            assert!(said.contains(part), "{path}: {part}");
        }
        // The data and what is said of it.
        assert_eq!(said.matches("<oddHeader>").count(), 2, "{path}");
        assert_eq!(
            said.matches(&format!("凭证 {number}&amp;R")).count(),
            2,
            "{path}"
        );
    }
}

#[tokio::test]
async fn an_export_of_the_ledger_leaves_a_receipt_in_every_form() {
    let city = city().await;
    for (format, form) in [("csv", "csv"), ("jsonl", "json"), ("xlsx", "xlsx")] {
        let file = city
            .get(&format!("/api/v1/ledger/export?format={format}&sort=title"))
            .await;
        assert_eq!(file.status, StatusCode::OK, "{format}");
        let name = format!("attachment; filename*=UTF-8''ledger.{format}");
        assert_eq!(file.header("content-disposition"), name);
        let receipt = receipt(&city, file.header("yandu-receipt")).await;
        assert_eq!(receipt["form"], form);
        assert_eq!(receipt["rows"], 1, "{format}");
        assert_eq!(receipt["bytes"], file.body.len(), "{format}");
        assert_eq!(receipt["sql"], format!("LEDGER format={format}&sort=title"));
        assert_eq!(receipt["state"], "complete");
    }
}

#[tokio::test]
async fn whoever_goes_away_leaves_a_receipt_that_says_so() {
    let city = city().await;
    let sql =
        "SELECT a.number, b.value FROM club.member a CROSS JOIN generate_series(1, 2000000) b";
    let body = json!({ "sql": sql }).to_string();
    let response = city.open(asked("text/csv"), body).await;
    let number = response.headers()["yandu-receipt"]
        .to_str()
        .unwrap()
        .to_owned();
    let mut chunks = response.into_body().into_data_stream();
    let first = chunks.next().await.unwrap().unwrap();
    let path = format!("/api/v1/exports/{number}");
    assert_eq!(city.get(&path).await.json()["state"], "open");
    drop(chunks);
    let receipt = receipt(&city, &number).await;
    assert_eq!(receipt["state"], "broken");
    assert_eq!(receipt["broken"], "whoever read went away");
    assert_eq!(receipt["bytes"], first.len());
}

#[tokio::test]
async fn a_file_whose_reading_fails_on_its_way_breaks_off_and_says_why() {
    let city = city().await;
    let sql = "SELECT 1 / (1000000 - value) AS n FROM generate_series(1, 2000000)";
    for accept in ["text/csv", PARQUET] {
        let body = json!({ "sql": sql }).to_string();
        let response = city.open(asked(accept), body).await;
        assert_eq!(response.status(), StatusCode::OK);
        let number = response.headers()["yandu-receipt"]
            .to_str()
            .unwrap()
            .to_owned();
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await;
        assert!(body.is_err(), "no half is taken for whole");
        let receipt = receipt(&city, &number).await;
        assert_eq!(receipt["state"], "broken", "{receipt}");
        let why = receipt["broken"].as_str().unwrap().to_lowercase();
        assert!(why.contains("divide by zero"), "{why}");
    }
    // A workbook is made before anything is sent.
    let refused = take(&city, WORKBOOK, sql).await;
    assert_eq!(refused.problem().0, 422);
}

#[tokio::test]
async fn a_column_that_no_parquet_file_holds_is_refused_before_anything_is_sent() {
    let city = city().await;
    let refused = take(&city, PARQUET, "SELECT interval '1 month' AS term").await;
    assert_eq!(refused.problem(), (406, "not-acceptable".to_owned()));
    let listed = city.get("/api/v1/exports").await.json();
    assert_eq!(listed["exports"], json!([]));
}

#[tokio::test]
async fn a_csv_begins_with_a_mark_when_it_is_asked_for() {
    let city = city().await;
    let body = json!({"sql": "SELECT 1 AS n", "bom": true}).to_string();
    let answer = city.ask(asked("text/csv"), body).await;
    assert_eq!(answer.body, b"\xEF\xBB\xBFn\n1\n");
}

#[tokio::test]
async fn a_number_that_is_no_receipt_is_not_found() {
    let city = city().await;
    for number in ["R9", "R0", "9", "x"] {
        let answer = city.get(&format!("/api/v1/exports/{number}")).await;
        assert_eq!(answer.problem(), (404, "no-receipt".to_owned()));
    }
}

#[tokio::test]
async fn a_workbook_of_rows_that_wait_comes_back_mended() {
    let city = city().await;
    let rows = "number,name,age\n4,赵六,200\n5,钱七,300\n";
    let batch = city.deliver("b.csv", rows).await;
    let id = batch["id"].as_str().unwrap();
    let address = format!("/api/v1/batches/{id}/quarantine.xlsx");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("问题数据.xlsx");
    let write = |age: &str| {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet();
        sheet.set_name("问题数据1").unwrap();
        let header = ["批次", "记录序号", "问题", "会员号", "年龄"];
        let first = [id, "1", "", "4", age];
        let second = [id, "2", "", "5", "300"];
        for (line, cells) in (0..).zip([header, first, second]) {
            for (column, text) in (0..).zip(cells) {
                sheet.write_string(line, column, text).unwrap();
            }
        }
        workbook.save(&path).unwrap();
    };
    let hand_back = json!({"path": &path, "reason": "部门已更正"}).to_string();
    write("200");
    let returned = city.post(&address, &hand_back).await;
    let nothing = json!({"released": [], "refused": [], "version": null, "former_snapshot": null});
    assert_eq!(
        returned.json(),
        json!({"corrected": [], "unchanged": 2, "left": [], "released": nothing})
    );
    write("20");
    let returned = city.post(&address, &hand_back).await.json();
    assert_eq!(returned["corrected"], json!([1]));
    assert_eq!(returned["unchanged"], 1);
    assert_eq!(returned["released"]["released"], json!([1]));
    let ages = "SELECT age FROM club.member WHERE number >= '4'";
    let ages = city
        .post("/api/v1/query", &json!({"sql": ages}).to_string())
        .await;
    assert_eq!(ages.json()["rows"], json!([[20]]));
    let unreasoned = json!({"path": &path}).to_string();
    let unreasoned = city.post(&address, &unreasoned).await;
    assert_eq!(unreasoned.status, StatusCode::UNPROCESSABLE_ENTITY);
}
