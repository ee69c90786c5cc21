use axum::http::Method;
use serde_json::{Value, json};

use super::accounts::Somebody;
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
        (&found["permits"], &found["receipt"]),
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

/// Staff browse the ledger.
const BROWSE: &str = r#"
@id("browse") @about("工作人员查看一本账")
permit (principal is Person, action == Action::"browse", resource == City::"city");
"#;
/// Leaders see models alone, analysts every value of both datasets, registrars the members.
const POLICIES: &str = r#"
@id("lead") @about("领导读取汇总") @basis("市委办文件") @up_to("general-2")
permit (principal is Person in Role::"leader", action == Action::"read", resource is Dataset) when { resource.origin == "model" };
@id("analyse") @about("分析人员读取全部") @up_to("core")
permit (principal is Person in Role::"analyst", action == Action::"read", resource is Dataset);
@id("register") @about("登记人员读取会员") @up_to("core")
permit (principal is Person in Role::"registrar", action == Action::"read", resource == Dataset::"club.member");
@id("part") @about("经办人读取三十岁以上的会员") @up_to("core") @rows("age >= 30")
permit (principal is Person in Role::"clerk", action == Action::"read", resource == Dataset::"club.member");
"#;
const PACK: &str = "\
pack: club
version: 0.1.0
title: {zh: 社团}
settings:
  old: {title: {zh: 高龄}, default: 60}
roles:
  leader: {zh: 领导}
  analyst: {zh: 分析人员}
  clerk: {zh: 经办人}
  registrar: {zh: 登记人员}
";

async fn claimed() -> (City, Somebody) {
    claimed_under(&format!("{BROWSE}{POLICIES}")).await
}

async fn claimed_under(policies: &str) -> (City, Somebody) {
    let files = [
        ("pack.yaml", PACK),
        ("models/by_age.yaml", BY_AGE),
        ("models/by_age.sql", BY_AGE_SQL),
        ("policies/readers.cedar", policies),
    ];
    let city = City::with_files(Options::default(), &files).await;
    city.deliver("a.csv", "会员号,会员姓名,年龄\n1,王芳,30\n2,李强,40\n")
        .await;
    city.post("/api/v1/models/run", "{}").await;
    let root = city.claim().await;
    (city, root)
}

#[tokio::test]
async fn rows_are_followed_for_whoever_sees_all_of_the_way_and_others_see_what_it_leads_through() {
    let (city, root) = claimed().await;
    let leader = city.somebody(&root, "zhao", &["leader"]).await;
    let analyst = city.somebody(&root, "qian", &["analyst"]).await;
    let clerk = city.somebody(&root, "li", &["clerk"]).await;
    let number = json!({"dataset": "club.by_age", "rows": [{"age": 30}]});
    let path = "/api/v1/trail";
    let all = city.ok(&analyst, Method::POST, path, &number).await;
    let below = &all["made"]["inputs"][0];
    assert_eq!(below["rows"][0][1], "王芳");
    assert_eq!(below["permits"][0]["policy"], "club/analyse");
    let part = city.ok(&leader, Method::POST, path, &number).await;
    assert_eq!(part["rows"][0][1], 1);
    let permit = json!({"policy": "club/lead", "about": "领导读取汇总", "basis": "市委办文件"});
    assert_eq!(part["permits"], json!([permit]));
    assert_eq!(part["made"]["sql"], BY_AGE_SQL);
    let below = &part["made"]["inputs"][0];
    assert_eq!(
        (&below["dataset"], &below["owner"], &below["withheld"]),
        (&json!("club.member"), &json!("市民政局"), &json!(true))
    );
    assert_eq!(
        (&below["rows"], &below["deliveries"]),
        (&json!([]), &json!({}))
    );
    assert!(!part.to_string().contains("王芳"), "{part}");
    // Whether a row is there is told to nobody who does not see all of them.
    let member = json!({"dataset": "club.member", "rows": [{"number": "1"}]});
    let nobody = json!({"dataset": "club.member", "rows": [{"number": "99"}]});
    for path in [path, "/api/v1/trail/onward"] {
        for asked in [&member, &nobody] {
            let refused = city.refused(&clerk, Method::POST, path, asked).await;
            assert_eq!(refused, "not-permitted");
            let refused = city.refused(&leader, Method::POST, path, asked).await;
            assert_eq!(refused, "no-dataset");
        }
    }
    let onward = city
        .ok(&analyst, Method::POST, "/api/v1/trail/onward", &member)
        .await;
    assert_eq!(onward["readers"][0]["rows"][0][0], 30);
}

#[tokio::test]
async fn whoever_may_not_browse_is_told_of_no_query_and_of_no_dataset_that_they_do_not_see() {
    let (city, root) = claimed_under(POLICIES).await;
    let leader = city.somebody(&root, "zhao", &["leader"]).await;
    let analyst = city.somebody(&root, "qian", &["analyst"]).await;
    let registrar = city.somebody(&root, "zhou", &["registrar"]).await;
    for page in [
        "/api/v1/models/club.by_age",
        "/api/v1/lineage?of=club.by_age",
    ] {
        let refused = city.refused(&leader, Method::GET, page, &Value::Null).await;
        assert_eq!(refused, "not-permitted", "{page}");
    }
    let path = "/api/v1/trail";
    let number = json!({"dataset": "club.by_age", "rows": [{"age": 30}]});
    let part = city.ok(&leader, Method::POST, path, &number).await;
    assert_eq!(part["rows"][0][1], 1, "{part}");
    assert_eq!(part["made"]["inputs"], json!([]), "{part}");
    assert!(!part.to_string().contains("club.member"), "{part}");
    // Rows that somebody sees anyhow are followed, and no more is told of how they were made.
    let all = city.ok(&analyst, Method::POST, path, &number).await;
    assert_eq!(all["made"]["inputs"][0]["rows"][0][1], "王芳", "{all}");
    for made in [&part["made"], &all["made"]] {
        assert_eq!(
            (&made["sql"], &made["run"]),
            (&Value::Null, &Value::Null),
            "{made}"
        );
        let end = made["end"].as_str().unwrap();
        assert!(end.contains("browse"), "{end}");
    }
    let path = "/api/v1/trail/onward";
    let member = json!({"dataset": "club.member", "rows": [{"number": "1"}]});
    let onward = city.ok(&registrar, Method::POST, path, &member).await;
    assert_eq!(onward["rows"][0][1], "王芳", "{onward}");
    assert!(!onward.to_string().contains("club.by_age"), "{onward}");
    let onward = city.ok(&analyst, Method::POST, path, &member).await;
    assert_eq!(onward["readers"][0]["rows"][0][0], 30, "{onward}");
    // Whoever may browse is told that it goes on.
    let (city, root) = claimed().await;
    let registrar = city.somebody(&root, "zhou", &["registrar"]).await;
    let onward = city.ok(&registrar, Method::POST, path, &member).await;
    let reader = &onward["readers"][0];
    assert_eq!(
        (&reader["dataset"], &reader["withheld"], &reader["rows"]),
        (&json!("club.by_age"), &json!(true), &json!([]))
    );
}

#[tokio::test]
async fn rows_of_a_trail_leave_to_a_token_under_a_receipt_and_to_a_person_as_a_page() {
    let (city, root) = claimed().await;
    let analyst = city.somebody(&root, "qian", &["analyst"]).await;
    let program = city.program(&analyst, &["read"]).await;
    let path = "/api/v1/trail";
    let number = |age: u32| json!({"dataset": "club.by_age", "rows": [{"age": age}]});
    let one = city.send(&program, Method::POST, path, &number(30)).await;
    let other = city.send(&program, Method::POST, path, &number(40)).await;
    assert_eq!(one.status, 200, "{}", one.text());
    let receipt = one.header("yandu-receipt");
    assert_ne!(receipt, "");
    assert_eq!(one.json()["receipt"], receipt);
    assert_eq!(other.header("yandu-receipt"), receipt);
    // A row of the model and one of the members it was made of, in each of the two.
    let told = format!("/api/v1/exports/{receipt}");
    let told = city.ok(&analyst, Method::GET, &told, &Value::Null).await;
    assert_eq!(
        (&told["answers"], &told["rows"], &told["sql"]),
        (&json!(2), &json!(4), &json!("TRAIL club.by_age"))
    );
    let read = told["read"].as_array().unwrap();
    let read: Vec<&Value> = read.iter().map(|read| &read["dataset"]).collect();
    assert_eq!(read, [&json!("club.by_age"), &json!("club.member")]);
    assert_eq!(told["read"][1]["permits"], json!(["club/analyse"]));
    let onward = json!({"dataset": "club.member", "rows": [{"number": "1"}]});
    let onward = city
        .send(&program, Method::POST, "/api/v1/trail/onward", &onward)
        .await;
    assert_ne!(onward.header("yandu-receipt"), "");
    assert_ne!(onward.header("yandu-receipt"), receipt);
    // That a row is not there is told too.
    let absent = json!({"dataset": "club.member", "rows": [{"number": "99"}]});
    let absent = city.send(&program, Method::POST, path, &absent).await;
    assert_eq!(absent.json()["rows"], json!([]), "{}", absent.text());
    let told = format!("/api/v1/exports/{}", absent.header("yandu-receipt"));
    let told = city.ok(&analyst, Method::GET, &told, &Value::Null).await;
    assert_eq!(
        (&told["answers"], &told["rows"], &told["sql"]),
        (&json!(1), &json!(0), &json!("TRAIL club.member"))
    );
    assert_eq!(told["read"][0]["dataset"], "club.member");
    let page = city.send(&analyst, Method::POST, path, &number(30)).await;
    assert_eq!(page.header("yandu-receipt"), "");
    assert_eq!(page.json()["receipt"], Value::Null);
}
