use serde_json::{Value, json};

use super::city::City;
use crate::Options;

const BY_AGE: &str = "\
dataset: club.by_age
title: {zh: 各年龄会员数, en: Members by age}
owner: 市统计局
origin: model
sharing: {class: unconditional}
opening: open
refresh: daily
key: [age]
columns:
  age: {title: {zh: 年龄}, type: integer}
  members: {title: {zh: 会员数}, type: integer}
";
const BY_AGE_SQL: &str = "SELECT m.age AS age, count(*) AS members FROM club.member m WHERE m.age IS NOT NULL GROUP BY m.age";

/// A city with two deliveries and a model over them.
async fn city() -> City {
    let files = [
        ("models/by_age.yaml", BY_AGE),
        ("models/by_age.sql", BY_AGE_SQL),
    ];
    let city = City::with_files(Options::default(), &files).await;
    city.deliver("a.csv", "会员号,会员姓名,年龄\n1,王芳,30\n2,李强,40\n")
        .await;
    city.deliver("b.csv", "会员号,会员姓名,年龄\n3,张伟,30\n1,王芳,30\n")
        .await;
    city.post("/api/v1/models/run", "{}").await;
    city
}

async fn trail(city: &City, question: &Value) -> Value {
    let answer = city.post("/api/v1/trail", &question.to_string()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

#[tokio::test]
async fn a_number_leads_to_lines_of_files_and_to_departments() {
    let city = city().await;
    let question = json!({"dataset": "club.by_age", "rows": [{"age": 30}]});
    let found = trail(&city, &question).await;
    assert_eq!(found["rows"][0][1], 2);
    assert_eq!(
        (&found["owner"], &found["origin"]),
        (&json!("市统计局"), &json!("model"))
    );
    assert_eq!(
        (&found["grant"], &found["receipt"]),
        (&json!(null), &json!(null))
    );
    let made = &found["made"];
    assert_eq!(made["sql"], BY_AGE_SQL);
    assert_eq!(
        (&made["run"]["status"], &made["run"]["version"]),
        (&json!("done"), &found["version"])
    );
    let below = &made["inputs"][0];
    assert_eq!(
        (&below["dataset"], &below["owner"]),
        (&json!("club.member"), &json!("市民政局"))
    );
    assert_eq!(below["version"], made["run"]["inputs"]["club.member"]["to"]);
    let place = |row: &Value| {
        let cells = row.as_array().unwrap();
        let batch = cells[cells.len() - 2].as_str().unwrap();
        let file = below["deliveries"][batch]["delivered_as"].clone();
        (cells[1].clone(), file, cells[cells.len() - 1].clone())
    };
    let rows: Vec<_> = below["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(place)
        .collect();
    // The second delivery took the place of the first, as a file of all members.
    assert_eq!(
        rows,
        [
            (json!("张伟"), json!("b.csv"), json!(1)),
            (json!("王芳"), json!("b.csv"), json!(2)),
        ]
    );
    let delivery = below["deliveries"]
        .as_object()
        .unwrap()
        .values()
        .next()
        .unwrap();
    assert!(
        delivery["content_hash"].is_string() && delivery["started_at"].is_string(),
        "{delivery}"
    );
}

#[tokio::test]
async fn a_row_leads_up_to_the_number_that_it_is_in_and_back() {
    let city = city().await;
    let first = trail(
        &city,
        &json!({"dataset": "club.member", "rows": [{"number": "3"}]}),
    )
    .await;
    let cells = first["rows"][0].as_array().unwrap();
    let (batch, row) = (&cells[cells.len() - 2], &cells[cells.len() - 1]);
    let question = json!({"dataset": "club.member", "rows": [{"_batch": batch, "_row": row}]});
    let onward = city
        .post("/api/v1/trail/onward", &question.to_string())
        .await
        .json();
    let reader = &onward["readers"][0];
    assert_eq!(
        (&reader["dataset"], &reader["rows"][0][0]),
        (&json!("club.by_age"), &json!(30))
    );
    assert_eq!(reader["readers"], json!([]));
    let back = trail(
        &city,
        &json!({"dataset": "club.by_age", "rows": [{"age": reader["rows"][0][0]}]}),
    )
    .await;
    let rows = back["made"]["inputs"][0]["rows"].as_array().unwrap();
    assert!(rows.iter().any(|row| row[0] == "3"), "{rows:?}");
}

#[tokio::test]
async fn what_cannot_be_asked_of_a_trail_is_refused() {
    let city = city().await;
    for (question, problem) in [
        (
            json!({"dataset": "club.nothing", "rows": [{}]}),
            (404, "no-dataset"),
        ),
        (
            json!({"dataset": "no dataset", "rows": [{}]}),
            (404, "no-dataset"),
        ),
        (
            json!({"dataset": "club.member", "rows": []}),
            (422, "invalid-body"),
        ),
        (
            json!({"dataset": "club.member", "rows": vec![json!({}); 101]}),
            (422, "invalid-body"),
        ),
        (
            json!({"dataset": "club.member", "rows": [{"colour": "red"}]}),
            (422, "no-column"),
        ),
        (
            json!({"dataset": "club.member", "rows": [{"age": "old"}]}),
            (422, "row-named"),
        ),
        (
            json!({"dataset": "club.member", "rows": [{"age": 1}, {"name": "x"}]}),
            (422, "row-named"),
        ),
        (
            json!({"dataset": "club.member", "rows": [{"age": [1]}]}),
            (422, "invalid-body"),
        ),
        (
            json!({"dataset": "club.member", "rows": [{}], "limit": 0}),
            (422, "invalid-body"),
        ),
        (
            json!({"dataset": "club.member", "rows": [{}], "depth": 17}),
            (422, "invalid-body"),
        ),
        (
            json!({"dataset": "club.member", "rows": [{}], "version": 99}),
            (404, "no-version"),
        ),
        (
            json!({"dataset": "club.member", "rows": [{}], "colour": 1}),
            (422, "invalid-body"),
        ),
    ] {
        let answer = city.post("/api/v1/trail", &question.to_string()).await;
        let (status, code) = answer.problem();
        assert_eq!((status, code.as_str()), problem, "{question}");
    }
}
