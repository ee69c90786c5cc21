mod pairs;

use std::time::Duration;

use axum::http::{Method, StatusCode, header};
use serde_json::{Value, json};

use super::city::{Answer, City, request};
use crate::{Options, sharing};

const TABLE: &str = "/delta-sharing/shares/city/schemas/club/tables/member";

async fn city(sharing: sharing::Options) -> City {
    let city = City::with(Options {
        sharing,
        ..Options::default()
    })
    .await;
    city.deliver("a.csv", "number,name,age,fee\n1,王芳,30,10.50\n2,李强,,\n")
        .await;
    city
}

fn lines(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let lines = answer.text().lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The files of the table as it is, or at a version.
async fn files(city: &City, asked: &Value) -> Vec<Value> {
    let answer = city
        .post(&format!("{TABLE}/query"), &asked.to_string())
        .await;
    let lines = lines(&answer).into_iter().skip(2);
    lines.map(|line| line["file"].clone()).collect()
}

/// The path of a file's address.
fn path(file: &Value) -> String {
    let url = file["url"].as_str().unwrap();
    url.strip_prefix("http://localhost").unwrap().to_owned()
}

fn refusal(answer: &Answer) -> (u16, String) {
    let code = answer.json()["errorCode"].as_str().unwrap().to_owned();
    (answer.status.as_u16(), code)
}

#[tokio::test]
async fn a_table_is_shared_as_files_that_are_read_whole_or_in_parts() {
    let city = city(sharing::Options::default()).await;
    let files = files(&city, &json!({})).await;
    let [file] = files.as_slice() else {
        panic!("{files:?}");
    };
    let stats: Value = serde_json::from_str(file["stats"].as_str().unwrap()).unwrap();
    assert_eq!(stats["numRecords"], 2);
    let whole = city.get(&path(file)).await;
    assert_eq!(whole.body.len(), file["size"]);
    assert_eq!(
        whole.header("content-type"),
        "application/vnd.apache.parquet"
    );
    assert_eq!(&whole.body[..4], b"PAR1");
    let part = request(Method::GET, &path(file)).header(header::RANGE, "bytes=0-3");
    let part = city.ask(part, "").await;
    assert_eq!(part.status, StatusCode::PARTIAL_CONTENT);
    assert_eq!(part.body, b"PAR1");
    let size = file["size"].as_u64().unwrap();
    assert_eq!(part.header("content-range"), format!("bytes 0-3/{size}"));
}

#[tokio::test]
async fn an_address_that_has_expired_or_was_changed_is_refused() {
    let city = city(sharing::Options {
        link: Duration::ZERO,
        ..sharing::Options::default()
    })
    .await;
    let files = files(&city, &json!({})).await;
    let expired = city.get(&path(&files[0])).await;
    assert_eq!(refusal(&expired), (403, "PERMISSION_DENIED".to_owned()));
    assert!(expired.text().contains("expired"), "{}", expired.text());
    let later = path(&files[0]).replace("until=", "until=9");
    let forged = city.get(&later).await;
    assert_eq!(refusal(&forged), (403, "PERMISSION_DENIED".to_owned()));
    assert!(forged.text().contains("not given out"), "{}", forged.text());
}

#[tokio::test]
async fn the_address_of_whoever_was_here_before_the_first_administrator_ends_with_that() {
    let city = city(sharing::Options::default()).await;
    let files = files(&city, &json!({})).await;
    assert_eq!(city.get(&path(&files[0])).await.status, StatusCode::OK);
    let link = city.state.door().accounts().first_link().await.unwrap();
    let claim = json!({"link": link.secret.reveal(), "account": "root", "name": "管理员", "password": "Sunny-Weather-7"});
    let claimed = city.post("/api/v1/claim", &claim.to_string()).await;
    assert_eq!(claimed.status, StatusCode::CREATED);
    let ended = city.get(&path(&files[0])).await;
    assert_eq!(refusal(&ended), (403, "PERMISSION_DENIED".to_owned()));
}

#[tokio::test]
async fn a_table_is_shared_at_a_version_too() {
    let city = city(sharing::Options::default()).await;
    let before = files(&city, &json!({})).await;
    city.deliver("b.csv", "number,name\n3,赵敏\n").await;
    let at = files(&city, &json!({"version": 0})).await;
    assert_eq!(at[0]["id"], before[0]["id"], "a version never changes");
    assert_eq!(at[0]["version"], 0);
    let now = files(&city, &json!({})).await;
    assert_ne!(now[0]["id"], before[0]["id"]);
    let both = json!({"version": 0, "timestamp": "2026-01-01T00:00:00Z"});
    for wrong in [
        both,
        json!({"timestamp": "yesterday"}),
        json!({"endingVersion": 1}),
    ] {
        let answer = city
            .post(&format!("{TABLE}/query"), &wrong.to_string())
            .await;
        let expected = (400, "INVALID_PARAMETER_VALUE".to_owned());
        assert_eq!(refusal(&answer), expected, "{wrong}");
    }
}

#[tokio::test]
async fn two_who_ask_at_a_time_are_given_the_same_files() {
    let city = city(sharing::Options::default()).await;
    let asked = json!({});
    let (one, two) = tokio::join!(files(&city, &asked), files(&city, &asked));
    assert_eq!(one[0]["id"], two[0]["id"]);
    assert_eq!(city.get(&path(&two[0])).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_dataset_without_rows_that_were_committed_has_no_version() {
    let city = City::found().await;
    let answer = city.get(&format!("{TABLE}/version")).await;
    assert_eq!(
        refusal(&answer),
        (404, "RESOURCE_DOES_NOT_EXIST".to_owned())
    );
    let listed = city.get("/delta-sharing/shares/city/all-tables").await;
    assert_eq!(listed.json()["items"][0]["name"], "member");
}
