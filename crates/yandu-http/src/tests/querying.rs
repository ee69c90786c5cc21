use axum::http::{Method, header};
use serde_json::json;

use super::city::{City, request};
use crate::Options;

async fn city() -> City {
    let city = City::with(Options {
        query_rows: 2,
        ..Options::default()
    })
    .await;
    city.deliver(
        "a.csv",
        "number,name,age,fee\n1,王芳,30,10.50\n2,李强,,\n\"3,\"\"a\",张伟,5,3\n",
    )
    .await;
    city
}

fn sql(text: &str) -> String {
    json!({ "sql": text }).to_string()
}

#[tokio::test]
async fn an_answer_has_columns_types_versions_and_rows() {
    let city = city().await;
    let answer = city
        .post(
            "/api/v1/query",
            &sql("SELECT number, age, fee FROM club.member ORDER BY number LIMIT 2"),
        )
        .await
        .json();
    assert_eq!(
        answer,
        json!({
            "columns": [
                {"name": "number", "type": "text"}, {"name": "age", "type": "integer"}, {"name": "fee", "type": "decimal(12,2)"}
            ],
            "versions": {"club.member": 0},
            "rows": [["1", 30, "10.50"], ["2", null, null]],
            "truncated": false,
        })
    );
}

#[tokio::test]
async fn a_chain_of_operators_is_answered_or_refused_and_ends_nothing() {
    let city = city().await;
    let chain = |terms: usize| sql(&format!("SELECT {} AS n", vec!["1"; terms].join("+")));
    let answer = city.post("/api/v1/query", &chain(2_001)).await.json();
    assert_eq!(answer["rows"], json!([[2_001]]));
    let refused = city.post("/api/v1/query", &chain(30_000)).await;
    assert_eq!(refused.problem(), (422, "query".to_owned()));
    assert_eq!(
        city.post("/api/v1/query", &sql("SELECT 1 AS n"))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn a_query_counts_as_a_use_of_what_it_reads() {
    let city = city().await;
    let uses = async || {
        city.get("/api/v1/ledger/entries/club.member").await.json()["facts"]["uses_30_days"].clone()
    };
    let before = uses().await.as_u64().unwrap();
    city.post(
        "/api/v1/query",
        &sql("SELECT a.number FROM club.member a JOIN club.member b ON a.number = b.number"),
    )
    .await;
    city.post("/api/v1/query", &sql("SELECT 1 AS n")).await;
    assert_eq!(uses().await, before + 1);
}

#[tokio::test]
async fn the_limit_of_rows_is_told_and_can_be_set() {
    let city = city().await;
    let text = "SELECT number FROM club.member ORDER BY number";
    let answer = city.post("/api/v1/query", &sql(text)).await.json();
    assert_eq!(
        (&answer["rows"], &answer["truncated"]),
        (&json!([["1"], ["2"]]), &json!(true))
    );
    let wide = json!({"sql": text, "limit": 3}).to_string();
    let answer = city.post("/api/v1/query", &wide).await.json();
    assert_eq!(
        (
            answer["rows"].as_array().unwrap().len(),
            &answer["truncated"]
        ),
        (3, &json!(false))
    );
    let none = json!({"sql": text, "limit": 0}).to_string();
    let answer = city.post("/api/v1/query", &none).await.json();
    assert_eq!(
        (&answer["rows"], &answer["truncated"]),
        (&json!([]), &json!(true))
    );
    let empty = city
        .post(
            "/api/v1/query",
            &sql("SELECT number FROM club.member WHERE age > 99"),
        )
        .await
        .json();
    assert_eq!(
        (&empty["rows"], &empty["truncated"]),
        (&json!([]), &json!(false))
    );
}

#[tokio::test]
async fn csv_has_all_rows_and_quotes_where_it_must() {
    let city = city().await;
    let asked = request(Method::POST, "/api/v1/query")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "text/csv");
    let answer = city
        .ask(
            asked,
            sql("SELECT number, name, fee FROM club.member ORDER BY number"),
        )
        .await;
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(
        answer.text(),
        "number,name,fee\n1,王芳,10.50\n2,李强,\n\"3,\"\"a\",张伟,3.00\n"
    );
}

#[tokio::test]
async fn a_fault_in_the_sql_has_its_place() {
    let city = city().await;
    let answer = city
        .post(
            "/api/v1/query",
            &sql("SELECT number,\n  nme FROM club.member"),
        )
        .await;
    assert_eq!(answer.problem(), (422, "query".to_owned()));
    let problem = answer.json();
    assert_eq!(
        (&problem["line"], &problem["column"]),
        (&json!(2), &json!(3))
    );
    for text in [
        "DELETE FROM club.member",
        "SELECT 1; SELECT 2",
        "SELECT * FROM club.nobody",
        "",
        "SET a = 1",
    ] {
        assert_eq!(
            city.post("/api/v1/query", &sql(text)).await.problem(),
            (422, "query".to_owned()),
            "{text}"
        );
    }
}

#[tokio::test]
async fn older_versions_can_be_asked() {
    let city = city().await;
    city.deliver("b.csv", "number,name\n4,赵敏\n").await;
    let count = "SELECT count(*) FROM club.member";
    let at = |version: u64| json!({"sql": count, "versions": {"club.member": version}}).to_string();
    assert_eq!(
        city.post("/api/v1/query", &at(0)).await.json()["rows"],
        json!([[3]])
    );
    assert_eq!(
        city.post("/api/v1/query", &at(1)).await.json()["rows"],
        json!([[4]])
    );
    assert_eq!(
        city.post("/api/v1/query", &at(7)).await.problem(),
        (404, "no-version".to_owned())
    );
    let early = json!({"sql": count, "as_of": "2001-01-01"}).to_string();
    assert_eq!(
        city.post("/api/v1/query", &early).await.problem(),
        (404, "no-version".to_owned())
    );
}
