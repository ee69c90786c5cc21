use axum::body::Body;
use axum::http::{Method, header};
use serde_json::json;

use super::city::{Answer, City, request};

const DRAFT: &str = "/api/v1/drafts/query:1";

async fn put(city: &City, conditions: &[(&str, &str)], body: &str) -> Answer {
    let mut asked = request(Method::PUT, DRAFT).header(header::CONTENT_TYPE, "application/json");
    for (name, value) in conditions {
        asked = asked.header(*name, *value);
    }
    city.ask(asked, body.to_owned()).await
}

#[tokio::test]
async fn a_draft_is_kept_read_and_thrown_away() {
    let city = City::found().await;
    assert_eq!(
        city.get(DRAFT).await.problem(),
        (404, "no-draft".to_owned())
    );
    let value = r#"{"sql":"SELECT 1","at":{"b":1,"a":null}}"#;
    let written = put(&city, &[], value).await;
    assert_eq!(written.status, 200, "{}", written.text());
    let read = city.get(DRAFT).await;
    assert_eq!(
        (read.text(), read.header("etag")),
        (value, written.header("etag"))
    );
    assert_eq!(read.header("content-type"), "application/json");
    let listed = city.get("/api/v1/drafts?prefix=query").await.json();
    assert_eq!(listed["drafts"][0]["key"], "query:1");
    assert_eq!(listed["drafts"][0]["size_bytes"], json!(value.len()));
    assert_eq!(listed["next"], json!(null));
    let again = request(Method::GET, DRAFT).header("if-none-match", written.header("etag"));
    assert_eq!(city.ask(again, Body::empty()).await.status, 304);
    let gone = city
        .ask(request(Method::DELETE, DRAFT), Body::empty())
        .await;
    assert_eq!(gone.status, 204);
    let gone = city
        .ask(request(Method::DELETE, DRAFT), Body::empty())
        .await;
    assert_eq!(gone.problem(), (404, "no-draft".to_owned()));
}

#[tokio::test]
async fn a_page_that_has_an_older_state_of_a_draft_does_not_overwrite_the_newer_one() {
    let city = City::found().await;
    let first = put(&city, &[("if-none-match", "*")], "1").await;
    let second = put(&city, &[("if-match", first.header("etag"))], "2").await;
    assert_eq!(second.status, 200, "{}", second.text());
    for stale in [
        ("if-match", first.header("etag")),
        ("if-match", "\"\""),
        ("if-none-match", "*"),
    ] {
        let refused = put(&city, &[stale], "3").await;
        assert_eq!(refused.problem(), (412, "precondition-failed".to_owned()));
    }
    let stale = request(Method::DELETE, DRAFT).header("if-match", first.header("etag"));
    assert_eq!(
        city.ask(stale, Body::empty()).await.problem(),
        (412, "precondition-failed".to_owned())
    );
    assert_eq!(city.get(DRAFT).await.text(), "2");
    assert_eq!(put(&city, &[("if-match", "*")], "4").await.status, 200);
}

#[tokio::test]
async fn a_draft_that_is_too_long_or_has_no_fit_key_is_refused() {
    let city = City::found().await;
    let long = format!("\"{}\"", "x".repeat(256 << 10));
    assert_eq!(
        put(&city, &[], &long).await.problem(),
        (413, "body-too-large".to_owned())
    );
    let odd = request(Method::PUT, "/api/v1/drafts/a%2Fb")
        .header(header::CONTENT_TYPE, "application/json");
    assert_eq!(
        city.ask(odd, "1").await.problem(),
        (400, "invalid-parameter".to_owned())
    );
}
