//! Numbers of metrics: what they are, and who is told of them.

mod leaving;
mod scraped;
mod seen;

use axum::http::Method;
use serde_json::{Value, json};
use yandu_store::Clock;

use super::accounts::Somebody;
use super::city::City;
use crate::Options;

pub(super) const JOINED: &str = "\
dataset: club.joined
title: {zh: 各月入会人数, en: Members who joined by month}
owner: 市民政局
origin: model
sharing: {class: unconditional}
opening: open
refresh: monthly
key: [month, name]
columns:
  month: {title: {zh: 月份}, type: date}
  name: {title: {zh: 姓名}, type: text}
  joined: {title: {zh: 入会人数}, type: integer}
  fees: {title: {zh: 会费}, type: 'decimal(14,2)', required: false}
";
pub(super) const JOINED_SQL: &str = "SELECT make_date(2025, m.age, 1) AS month, m.name AS name, count(*) AS joined, \
     cast(sum(m.fee) AS decimal(14,2)) AS fees FROM club.member m WHERE m.age BETWEEN 1 AND 12 \
     GROUP BY make_date(2025, m.age, 1), m.name";
pub(super) const METRIC: &str = "\
metric: club.joined
title: {zh: 入会人数, en: Members who joined}
owner: 市民政局
formula: 当月入会的人数
basis: {zh: 章程, en: Statutes}
of: club.joined
measure: sum(joined)
unit: 人
time: {column: month, grain: month}
dimensions: {name: {}}
direction: up
thresholds: {below: 2}
fresh: 10 d
";

async fn city() -> City {
    city_with(METRIC).await
}

async fn city_with(metric: &str) -> City {
    let files = [
        ("models/joined.yaml", JOINED),
        ("models/joined.sql", JOINED_SQL),
        ("metrics/joined.yaml", metric),
    ];
    let clock = Clock::standing("2025-06-20T04:00:00Z".parse().unwrap());
    let city = City::at(clock, Options::default(), &files).await;
    city.deliver(
        "a.csv",
        "会员号,会员姓名,年龄,会费\n1,王芳,4,1.50\n2,李强,4,2\n3,王芳,5,0.10\n4,王芳,4,1\n",
    )
    .await;
    city.post("/api/v1/models/run", "{}").await;
    city.state.metrics().record().await.unwrap();
    city
}

async fn ask(city: &City, ask: Value) -> Value {
    let body = json!({ "asks": [ask] }).to_string();
    let answer = city.post("/api/v1/metrics/ask", &body).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["outcomes"][0].clone()
}

#[tokio::test]
async fn a_metric_is_listed_shown_and_asked() {
    let city = city().await;
    let list = city.get("/api/v1/metrics").await.json();
    let line = &list["metrics"][0];
    assert_eq!(
        (&line["id"], &line["unit"]),
        (&json!("club.joined"), &json!("人"))
    );
    assert_eq!(
        (&line["newest"]["period"], &line["newest"]["value"]),
        (&json!("2025-05"), &json!(1.0))
    );
    let shown = city.get("/api/v1/metrics/club.joined").await.json();
    assert_eq!(shown["model_sql"], JOINED_SQL);
    assert_eq!(shown["dimensions"][0]["name"], "name");
    assert_eq!(
        (&shown["formula"], &shown["basis"]),
        (
            &json!({"zh": "当月入会的人数", "en": null}),
            &json!({"zh": "章程", "en": "Statutes"})
        )
    );

    let asked = json!({"metric": "club.joined", "period": "2025", "by": [{"dimension": "name"}], "order": "greatest"});
    let answer = ask(&city, asked).await["answer"].clone();
    assert_eq!(answer["definition"], shown["version"]);
    let groups = answer["groups"].as_array().unwrap();
    let told: Vec<_> = groups
        .iter()
        .map(|group| (&group["keys"][0]["value"], &group["points"][0]["value"]))
        .collect();
    assert_eq!(
        told,
        [(&json!("王芳"), &json!(3.0)), (&json!("李强"), &json!(1.0))]
    );
    assert_eq!(groups[0]["points"][0]["partial"], true);

    let asked = json!({"metric": "club.joined", "points": 2, "target": {"value": 5, "comparison": ">=", "due": "2025"}});
    let answer = ask(&city, asked).await["answer"].clone();
    let points = &answer["groups"][0]["points"];
    assert_eq!(
        (&points[0]["value"], &points[1]["value"]),
        (&json!(3.0), &json!(1.0))
    );
    assert_eq!(answer["groups"][0]["before"]["change"], -2.0);
    assert_eq!(
        (&answer["target"]["met"], &answer["target"]["gap"]),
        (&json!(false), &json!(4.0))
    );
}

#[tokio::test]
async fn a_definition_tells_its_baseline_its_bounds_and_what_is_promised() {
    let metric = format!("{METRIC}baseline: {{value: 40, period: 2024-12, source: 年报}}\n");
    let city = city_with(&metric).await;
    let shown = city.get("/api/v1/metrics/club.joined").await.json();
    assert_eq!(
        shown["baseline"],
        json!({"value": 40.0, "period": "2024-12", "source": "年报"})
    );
    assert_eq!(shown["bounds"], json!({"below": 2.0, "above": null}));
    assert_eq!(shown["promised_days"], 10);
    // Of a change a target says by how much the number should differ from the baseline.
    let about = json!({"value": 5, "comparison": "change"});
    let asked = json!({"metric": "club.joined", "target": about});
    let answer = ask(&city, asked).await["answer"].clone();
    let target = &answer["target"];
    assert_eq!(
        (&target["comparison"], &target["met"], &target["gap"]),
        (&json!("change"), &json!(false), &json!(44.0)),
        "1 in May is 39 less than 40"
    );
    let unknown = json!({"metric": "club.joined", "target": {"value": 5, "comparison": "~"}});
    let unknown = json!({"asks": [unknown]}).to_string();
    let refused = city.post("/api/v1/metrics/ask", &unknown).await;
    assert!(refused.text().contains("= or change"), "{}", refused.text());
}

#[tokio::test]
async fn a_question_that_cannot_be_answered_spoils_no_other_one() {
    let city = city().await;
    let asks = [
        json!({"metric": "club.left"}),
        json!({"metric": "club.joined"}),
        json!({"metric": "club.joined", "by": [{"dimension": "place"}]}),
        json!({"metric": "club.joined", "period": "2025-05-01"}),
    ];
    let answer = city
        .post("/api/v1/metrics/ask", &json!({ "asks": asks }).to_string())
        .await;
    let outcomes = answer.json()["outcomes"].clone();
    let codes: Vec<&str> = outcomes
        .as_array()
        .unwrap()
        .iter()
        .map(|outcome| outcome["problem"]["code"].as_str().unwrap_or("answer"))
        .collect();
    assert_eq!(
        codes,
        ["no-metric", "answer", "metric-question", "metric-period"]
    );
    for malformed in [
        json!([]),
        json!([{"metric": "no id"}]),
        json!([{"metric": "club.joined"}, {"metric": "club.joined", "period": "2025-13"}]),
        json!([{"metric": "club.joined", "grain": "week"}]),
        json!([{"metric": "club.joined", "points": 0}]),
        json!([{"metric": "club.joined", "limit": 20_001}]),
    ] {
        let body = json!({ "asks": malformed }).to_string();
        let refused = city.post("/api/v1/metrics/ask", &body).await;
        assert_eq!(
            refused.problem(),
            (422, "invalid-body".to_owned()),
            "{body}"
        );
    }
    assert_eq!(
        city.get("/api/v1/metrics/club.left").await.problem(),
        (404, "no-metric".to_owned())
    );
}

#[tokio::test]
async fn a_number_has_a_history_notes_and_alerts() {
    let city = city().await;
    city.deliver("b.csv", "会员号,会员姓名,年龄\n9,张伟,5\n")
        .await;
    city.post("/api/v1/models/run", "{}").await;
    city.state.metrics().record().await.unwrap();
    let history = city
        .get("/api/v1/metrics/club.joined/history?period=2025-05")
        .await
        .json();
    let numbers: Vec<&Value> = history["numbers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|number| &number["value"])
        .collect();
    assert_eq!(numbers, [&json!(1.0), &json!(2.0)]);
    // One member in May was below two; two are not.
    let alerts = city.get("/api/v1/alerts").await.json();
    assert_eq!(alerts["alerts"][0]["closed_value"], 2.0);
    assert_eq!(
        city.get("/api/v1/alerts?open=true").await.json()["alerts"],
        json!([])
    );

    let note = json!({"period": "2025-05", "text": "补录一人"}).to_string();
    let written = city.post("/api/v1/metrics/club.joined/notes", &note).await;
    assert_eq!(written.status, 201);
    let answer = ask(&city, json!({"metric": "club.joined"})).await["answer"].clone();
    assert_eq!(answer["notes"][0]["text"], "补录一人");
    assert_eq!(answer["restated"], true);
    let id = written.json()["id"].as_i64().unwrap();
    let address = format!("/api/v1/metrics/club.joined/notes/{id}");
    assert_eq!(city.delete(&address).await.status, 204);
    assert_eq!(
        city.delete(&address).await.problem(),
        (404, "no-metric-note".to_owned())
    );
    let empty = city
        .post(
            "/api/v1/metrics/club.joined/notes",
            r#"{"period": "2025-05", "text": " "}"#,
        )
        .await;
    assert_eq!(empty.problem(), (422, "metric-note".to_owned()));
}

#[tokio::test]
async fn a_number_is_followed_down_to_the_rows_of_a_delivery() {
    let city = city().await;
    let asked = json!({"period": "2025-04", "only": {"name": ["王芳"]}}).to_string();
    let answer = city.post("/api/v1/metrics/club.joined/trail", &asked).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let told = answer.json();
    assert_eq!(
        (&told["point"]["value"], &told["point"]["period"]),
        (&json!(2.0), &json!("2025-04"))
    );
    assert_eq!(told["definition"]["model_sql"], JOINED_SQL);
    let step = &told["trail"];
    assert_eq!(
        (&step["dataset"], &told["more"]),
        (&json!("club.joined"), &json!(false))
    );
    let members = &step["made"]["inputs"][0];
    assert_eq!(members["dataset"], "club.member");
    assert_eq!(members["rows"].as_array().unwrap().len(), 2, "{members}");
    assert!(
        members.to_string().contains("a.csv"),
        "the delivery is named: {members}"
    );
    assert!(members.to_string().contains("市民政局"), "{members}");
    // As much of a year as another one is compared with.
    let part = json!({"period": "2025", "until": "2025-04", "only": {"name": ["王芳"]}});
    let path = "/api/v1/metrics/club.joined/trail";
    let part = city.post(path, &part.to_string()).await.json();
    assert_eq!(
        (&part["point"]["value"], &part["trail"]["rows"]),
        (&json!(2.0), &step["rows"])
    );
    // Of many rows the first are shown, and how many there are is told.
    let first = json!({"period": "2025", "limit": 1}).to_string();
    let first = city.post(path, &first).await.json();
    assert_eq!(
        (&first["more"], &first["trail"]["count"]),
        (&json!(true), &json!(3))
    );
    assert_eq!(first["trail"]["rows"].as_array().unwrap().len(), 1);
    assert_eq!(first["definition"]["time"], "month");
    let nothing = city
        .post(
            "/api/v1/metrics/club.joined/trail",
            r#"{"period": "2020-01"}"#,
        )
        .await
        .json();
    assert!(nothing["trail"].is_null());
    assert_eq!(
        city.post("/api/v1/metrics/club.left/trail", "{}")
            .await
            .problem(),
        (404, "no-metric".to_owned())
    );
}

#[tokio::test]
async fn codes_in_the_rows_of_a_trail_have_their_names() {
    let model = JOINED.replace(
        "name: {title: {zh: 姓名}, type: text}",
        "name: {title: {zh: 姓名}, codes: club.person}",
    );
    assert_ne!(model, JOINED);
    let files = [
        ("models/joined.yaml", model.as_str()),
        ("models/joined.sql", JOINED_SQL),
        ("metrics/joined.yaml", METRIC),
        (
            "codes/person.yaml",
            "codes: club.person\ntitle: {zh: 会员}\nvalues: {王芳: {zh: 甲会员, en: First}, 李强: {zh: 乙会员}}\n",
        ),
    ];
    let clock = Clock::standing("2025-06-20T04:00:00Z".parse().unwrap());
    let city = City::at(clock, Options::default(), &files).await;
    let rows = "会员号,会员姓名,年龄,会费\n1,王芳,4,1.50\n2,李强,5,2\n";
    city.deliver("a.csv", rows).await;
    city.post("/api/v1/models/run", "{}").await;
    let asked = json!({"period": "2025-04"}).to_string();
    let path = "/api/v1/metrics/club.joined/trail";
    let told = city.post(path, &asked).await.json();
    let columns = told["trail"]["columns"].as_array().unwrap();
    let codes = |name: &str| {
        let column = columns.iter().find(|column| column["name"] == name);
        column.unwrap()["codes"].clone()
    };
    // Those that the rows have, and no others.
    assert_eq!(
        codes("name"),
        json!({"王芳": {"zh": "甲会员", "en": "First"}})
    );
    assert!(codes("month").is_null());
}

/// Staff browse, and read everything.
pub(super) const READERS: &str = r#"
@id("browse") @about("工作人员查看看板")
permit (principal is Person, action == Action::"browse", resource == City::"city");
@id("all") @about("工作人员读取全部数据") @up_to("core")
permit (principal is Person, action == Action::"read", resource is Dataset);
"#;

/// A city with two members under these policies, whose model is declared so.
async fn city_under(policies: &str, joined: &str) -> City {
    let total = METRIC.replace("metric: club.joined", "metric: club.total");
    let total = total.replace("dimensions: {name: {}}\n", "");
    let total = format!("{total}baseline: {{value: 1, period: 2024-12, source: 年报}}\n");
    let files = [
        ("models/joined.yaml", joined),
        ("models/joined.sql", JOINED_SQL),
        ("metrics/joined.yaml", METRIC),
        ("metrics/total.yaml", &total),
        ("policies/readers.cedar", policies),
    ];
    let city = City::with_files(Options::default(), &files).await;
    let rows = "会员号,会员姓名,年龄,会费\n1,王芳,4,1.50\n2,李强,4,2\n";
    city.deliver("a.csv", rows).await;
    city.post("/api/v1/models/run", "{}").await;
    city
}

/// Staff read a part of the rows of the model, and no member.
pub(super) const READERS_OF_PART: &str = r#"
@id("browse") @about("工作人员查看看板")
permit (principal is Person, action == Action::"browse", resource == City::"city");
@id("part") @about("工作人员读取有人入会的月份") @up_to("core") @rows("joined >= 1")
permit (principal is Person, action == Action::"read", resource == Dataset::"club.joined");
"#;

/// Staff look at boards, and read nothing.
pub(super) const BROWSERS: &str = r#"
@id("browse") @about("工作人员查看看板")
permit (principal is Person, action == Action::"browse", resource == City::"city");
"#;

/// Staff read some columns, and not the names.
pub(super) const READERS_OF_SOME: &str = r#"
@id("browse") @about("工作人员查看看板")
permit (principal is Person, action == Action::"browse", resource == City::"city");
@id("some") @about("工作人员读取各月人数") @up_to("general-1") @columns("month, joined, fees")
permit (principal is Person, action == Action::"read", resource == Dataset::"club.joined");
"#;

/// How a question of somebody to a metric is answered, and how its trail is.
async fn asked_of(city: &City, who: &Somebody, metric: &str) -> (Value, Value) {
    let asks = json!({"asks": [{"metric": metric, "period": "2025-04"}]});
    let path = "/api/v1/metrics/ask";
    let answer = city.ok(who, Method::POST, path, &asks).await;
    let path = format!("/api/v1/metrics/{metric}/trail");
    let period = json!({"period": "2025-04"});
    let trail = city.send(who, Method::POST, &path, &period).await;
    (answer["outcomes"][0].clone(), trail.json())
}

/// Staff read every row, and one column of it under a mask.
pub(super) fn readers_under(mask: &str) -> String {
    format!(
        r#"
@id("browse") @about("工作人员查看看板")
permit (principal is Person, action == Action::"browse", resource == City::"city");
@id("masked") @about("工作人员读取遮盖后的数据") @up_to("core") @masks("{mask}")
permit (principal is Person, action == Action::"read", resource == Dataset::"club.joined");
"#
    )
}

/// Everybody reads everything, but for those whom no policy lets read.
const EVERYBODY: &str = r#"
@id("all") @about("所有人读取全部数据") @up_to("core")
permit (principal, action == Action::"read", resource is Dataset);
"#;
