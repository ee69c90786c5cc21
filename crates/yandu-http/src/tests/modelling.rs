use serde_json::json;

use super::city::City;
use crate::Options;

const BY_AGE: &str = "\
dataset: club.by_age
title: {zh: 各年龄会员数, en: Members by age}
owner: 市民政局
origin: model
sharing: {class: unconditional}
opening: open
refresh: daily
key: [age]
columns:
  age: {title: {zh: 年龄}, type: integer}
  members: {title: {zh: 会员数}, type: integer}
checks:
  - {name: crowded, title: {zh: 人数过多}, column: members, between: [0, 2]}
";
const BY_AGE_SQL: &str = "SELECT m.age AS age, count(*) AS members FROM club.member m WHERE m.age IS NOT NULL GROUP BY m.age";

async fn city() -> City {
    let files = [
        ("models/by_age.yaml", BY_AGE),
        ("models/by_age.sql", BY_AGE_SQL),
    ];
    City::with_files(Options::default(), &files).await
}

async fn ages(city: &City) -> serde_json::Value {
    let sql = json!({"sql": "SELECT age, members FROM club.by_age ORDER BY age"});
    city.post("/api/v1/query", &sql.to_string()).await.json()["rows"].clone()
}

#[tokio::test]
async fn a_model_waits_is_run_is_followed_and_tells_its_runs() {
    let city = city().await;
    let model = city.get("/api/v1/models/club.by_age").await.json();
    assert_eq!(
        (&model["state"], &model["title"]),
        (&json!("never"), &json!("各年龄会员数"))
    );
    assert_eq!(model["mode_possible"]["incremental"], true);
    let waits = city.post("/api/v1/models/club.by_age/run", "{}").await;
    assert_eq!(waits.problem(), (409, "model-waits".to_owned()));

    city.deliver("a.csv", "会员号,会员姓名,年龄\n1,王芳,30\n2,李强,40\n")
        .await;
    let ran = city.post("/api/v1/models/run", "{}").await.json();
    assert_eq!(ran["runs"][0]["mode"], "full");
    assert_eq!(ages(&city).await, json!([[30, 1], [40, 1]]));

    city.deliver("b.csv", "会员号,会员姓名,年龄\n3,张伟,30\n")
        .await;
    let list = city.get("/api/v1/models").await.json();
    assert_eq!(
        (&list["models"][0]["state"], &list["models"][0]["rows"]),
        (&json!("stale"), &json!(2))
    );
    let ran = city
        .post("/api/v1/models/club.by_age/run", r#"{"downstream": true}"#)
        .await
        .json();
    let run = &ran["runs"][0];
    assert_eq!(
        (&run["mode"], &run["status"], &run["why"]),
        (
            &json!("incremental"),
            &json!("done"),
            &json!("`club.member`: 1 rows came, 0 went")
        )
    );
    assert_eq!(run["inputs"]["club.member"], json!({"from": 0, "to": 1}));
    assert_eq!(ages(&city).await, json!([[30, 2], [40, 1]]));

    let page = city
        .get("/api/v1/models/club.by_age/runs?limit=1")
        .await
        .json();
    assert_eq!(page["runs"][0]["id"], run["id"]);
    let next = page["next"].as_str().unwrap();
    let older = city
        .get(&format!("/api/v1/models/club.by_age/runs?after={next}"))
        .await
        .json();
    assert_eq!(
        (older["runs"][0]["mode"].as_str(), &older["next"]),
        (Some("full"), &json!(null))
    );
    let explained = city.get("/api/v1/models/club.by_age/explain").await.json();
    assert_eq!(explained["inputs"]["club.member"]["by"], "rows");
    assert!(explained["plan"].as_str().unwrap().contains("Aggregate"));
}

#[tokio::test]
async fn a_run_that_breaks_a_hard_check_tells_the_rows_and_the_good_version_stays() {
    let city = city().await;
    city.deliver("a.csv", "会员号,会员姓名,年龄\n1,王芳,30\n2,李强,30\n")
        .await;
    city.post("/api/v1/models/run", "{}").await;
    city.deliver("b.csv", "会员号,会员姓名,年龄\n3,张伟,30\n")
        .await;
    let ran = city
        .post("/api/v1/models/club.by_age/run", "{}")
        .await
        .json();
    let run = &ran["runs"][0];
    assert_eq!(
        (&run["status"], &run["error"]["code"]),
        (&json!("failed"), &json!("model-checks"))
    );
    let path = format!(
        "/api/v1/models/club.by_age/runs/{}",
        run["id"].as_str().unwrap()
    );
    let finding = city.get(&path).await.json()["findings"][0].clone();
    assert_eq!(
        (&finding["reason"], &finding["title"], &finding["rows"]),
        (&json!("crowded"), &json!("人数过多"), &json!(1))
    );
    assert_eq!(ages(&city).await, json!([[30, 2]]));
    let model = city.get("/api/v1/models/club.by_age").await.json();
    assert_eq!(
        (&model["state"], &model["version"]),
        (&json!("failed"), &json!(0))
    );
}

#[tokio::test]
async fn what_is_no_model_is_not_there() {
    let city = city().await;
    for path in ["", "/runs", "/explain"] {
        let answer = city.get(&format!("/api/v1/models/club.member{path}")).await;
        assert_eq!(answer.problem(), (404, "no-model".to_owned()), "{path}");
    }
}
