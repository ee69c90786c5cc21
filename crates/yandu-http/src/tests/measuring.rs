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

/// The same with somebody in it, and a program of theirs.
async fn city_read_under(policies: &str) -> (City, Somebody, Somebody) {
    let city = city_under(policies, JOINED).await;
    let root = city.claim().await;
    let wang = city.somebody(&root, "wang", &[]).await;
    let program = city.program(&wang, &["read"]).await;
    (city, wang, program)
}

#[tokio::test]
async fn numbers_leave_to_a_token_under_a_receipt_and_to_a_person_as_a_page() {
    let (city, wang, program) = city_read_under(READERS).await;
    let path = "/api/v1/metrics/ask";
    let by_name =
        json!({"metric": "club.joined", "period": "2025-04", "by": [{"dimension": "name"}]});
    let asked = json!({"asks": [by_name]});
    let answer = city.send(&program, Method::POST, path, &asked).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(answer.text().contains("王芳"), "{}", answer.text());
    let told = format!("/api/v1/exports/{}", answer.header("yandu-receipt"));
    let told = city.ok(&wang, Method::GET, &told, &Value::Null).await;
    let groups = &answer.json()["outcomes"][0]["answer"]["groups"];
    let points = groups.as_array().unwrap().iter();
    let points: usize = points
        .map(|group| group["points"].as_array().unwrap().len())
        .sum();
    assert_eq!(
        (&told["answers"], &told["rows"], &told["sql"]),
        (&json!(1), &json!(points), &json!("FIGURES club.joined"))
    );
    assert_eq!(told["read"][0]["dataset"], "club.joined");
    let page = city.send(&wang, Method::POST, path, &asked).await;
    assert_eq!(page.header("yandu-receipt"), "");
    assert_eq!(
        page.json()["outcomes"][0]["answer"]["groups"],
        answer.json()["outcomes"][0]["answer"]["groups"]
    );
    // That somebody is not among them is told too.
    let by_nobody = json!({
        "metric": "club.joined", "period": "2020-01", "by": [{"dimension": "name"}]
    });
    let asked = json!({"asks": [by_nobody]});
    let answer = city.send(&program, Method::POST, path, &asked).await;
    let groups = &answer.json()["outcomes"][0]["answer"]["groups"];
    assert_eq!(*groups, json!([]), "{}", answer.text());
    let told = format!("/api/v1/exports/{}", answer.header("yandu-receipt"));
    let told = city.ok(&wang, Method::GET, &told, &Value::Null).await;
    assert_eq!(
        (&told["answers"], &told["rows"]),
        (&json!(2), &json!(points))
    );
}

/// Staff read a part of the rows of the model, and no member.
pub(super) const READERS_OF_PART: &str = r#"
@id("browse") @about("工作人员查看看板")
permit (principal is Person, action == Action::"browse", resource == City::"city");
@id("part") @about("工作人员读取有人入会的月份") @up_to("core") @rows("joined >= 1")
permit (principal is Person, action == Action::"read", resource == Dataset::"club.joined");
"#;

#[tokio::test]
async fn a_number_that_is_followed_leaves_to_a_token_under_a_receipt_also_where_no_row_does() {
    let (city, wang, program) = city_read_under(READERS_OF_PART).await;
    let path = "/api/v1/metrics/club.joined/trail";
    let of_one = json!({"period": "2025-04", "only": {"name": ["王芳"]}});
    // Of the first no row is shown, because not all of them are seen; the other is put together from none.
    let withheld = city.send(&program, Method::POST, path, &of_one).await;
    assert_eq!(withheld.status, 200, "{}", withheld.text());
    let shown = withheld.json();
    assert_eq!(shown["point"]["value"], json!(1.0));
    assert_eq!(
        (&shown["trail"]["withheld"], &shown["trail"]["rows"]),
        (&json!(true), &json!([]))
    );
    let receipt = withheld.header("yandu-receipt");
    assert_ne!(receipt, "");
    assert_eq!(shown["trail"]["receipt"], receipt);
    let none = json!({"period": "2020-01"});
    let none = city.send(&program, Method::POST, path, &none).await;
    assert_eq!(none.status, 200, "{}", none.text());
    assert_eq!(none.json()["trail"], Value::Null);
    assert_eq!(none.header("yandu-receipt"), receipt);
    let told = format!("/api/v1/exports/{receipt}");
    let told = city.ok(&wang, Method::GET, &told, &Value::Null).await;
    assert_eq!(
        (&told["answers"], &told["rows"], &told["sql"]),
        (&json!(2), &json!(2), &json!("TRAIL METRIC club.joined"))
    );
    let read = told["read"].as_array().unwrap();
    assert_eq!(read.len(), 1, "{read:?}");
    assert_eq!(read[0]["dataset"], "club.joined");
    assert_eq!(read[0]["permits"], json!(["club/part"]));
    let page = city.send(&wang, Method::POST, path, &of_one).await;
    assert_eq!(page.header("yandu-receipt"), "");
}

/// Staff look at boards, and read nothing.
pub(super) const BROWSERS: &str = r#"
@id("browse") @about("工作人员查看看板")
permit (principal is Person, action == Action::"browse", resource == City::"city");
"#;

/// Staff read what is graded lowest.
const READERS_OF_COLUMNS: &str = r#"
@id("browse") @about("工作人员查看看板")
permit (principal is Person, action == Action::"browse", resource == City::"city");
@id("low") @about("工作人员读取一般数据") @up_to("general-1")
permit (principal is Person, action == Action::"read", resource == Dataset::"club.joined");
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

#[tokio::test]
async fn a_number_of_what_somebody_does_not_see_is_not_permitted_and_no_fault_in_sql() {
    for policies in [BROWSERS, READERS_OF_SOME] {
        let city = city_under(policies, JOINED).await;
        // Whoever sees everything has asked before, so that what they saw is held.
        let whole = ask(&city, json!({"metric": "club.joined"})).await;
        assert_eq!(whole["problem"], Value::Null, "{whole}");
        let root = city.claim().await;
        let wang = city.somebody(&root, "wang", &[]).await;
        let (outcome, trail) = asked_of(&city, &wang, "club.joined").await;
        for problem in [&outcome["problem"], &trail] {
            assert_eq!(
                (&problem["code"], &problem["status"]),
                (&json!("not-permitted"), &json!(403)),
                "{problem}"
            );
            assert_eq!(
                (&problem["line"], &problem["column"]),
                (&Value::Null, &Value::Null)
            );
            let help = problem["help"].as_str().unwrap();
            assert!(help.contains("`club.joined`"), "{help}");
        }
        let history = "/api/v1/metrics/club.joined/history?period=2025-04";
        let refused = city
            .refused(&wang, Method::GET, history, &Value::Null)
            .await;
        assert_eq!(refused, "not-permitted");
    }
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

#[tokio::test]
async fn no_number_is_put_together_from_values_under_a_mask() {
    // What is counted, what it is counted by, and when.
    for mask in ["joined: step 10", "name: fixed 某人", "month: year"] {
        let city = city_under(&readers_under(mask), JOINED).await;
        let root = city.claim().await;
        let wang = city.somebody(&root, "wang", &[]).await;
        let (outcome, trail) = asked_of(&city, &wang, "club.joined").await;
        for problem in [&outcome["problem"], &trail] {
            assert_eq!(problem["code"], "not-permitted", "{mask}: {problem}");
        }
    }
    // Nothing follows from the fees.
    let city = city_under(&readers_under("fees: step 10"), JOINED).await;
    let root = city.claim().await;
    let wang = city.somebody(&root, "wang", &[]).await;
    let (outcome, _) = asked_of(&city, &wang, "club.joined").await;
    let answer = &outcome["answer"];
    assert_eq!(answer["groups"][0]["points"][0]["value"], json!(2.0));
    assert_eq!(answer["is_part"], Value::Null, "{answer}");
}

#[tokio::test]
async fn a_number_of_a_part_is_not_held_against_a_target() {
    let target = json!({"value": 4, "comparison": ">=", "due": "2025-12"});
    let asks = json!({"asks": [{"metric": "club.joined", "period": "2025-04", "target": target}]});
    for (policies, is_met, gap, percent) in [
        (READERS, json!(false), json!(2.0), json!(50.0)),
        (READERS_OF_PART, Value::Null, Value::Null, Value::Null),
    ] {
        let city = city_under(policies, JOINED).await;
        let root = city.claim().await;
        let wang = city.somebody(&root, "wang", &[]).await;
        let path = "/api/v1/metrics/ask";
        let told = city.ok(&wang, Method::POST, path, &asks).await;
        let told = &told["outcomes"][0]["answer"]["target"];
        // What is asked for is no secret.
        assert_eq!(
            (&told["value"], &told["comparison"], &told["due"]),
            (&json!(4.0), &json!(">="), &json!("2025-12"))
        );
        assert_eq!(
            (&told["met"], &told["gap"], &told["percent"]),
            (&is_met, &gap, &percent),
            "{told}"
        );
        assert_eq!(told["will_be_met"], Value::Null, "{told}");
    }
}

/// Staff browse, and read what these permits show of the model: an id and what is annotated.
fn readers_of(permits: &[(&str, &str)]) -> String {
    let browse = "@id(\"browse\") @about(\"工作人员查看看板\")\n\
                  permit (principal is Person, action == Action::\"browse\", resource == City::\"city\");\n";
    let reads = permits.iter().map(|(id, shows)| {
        format!(
            "@id(\"{id}\") @about(\"工作人员读取部分数据\") @up_to(\"core\") {shows}\n\
             permit (principal is Person, action == Action::\"read\", resource == Dataset::\"club.joined\");\n"
        )
    });
    std::iter::once(browse.to_owned()).chain(reads).collect()
}

#[tokio::test]
async fn no_number_is_put_together_from_columns_that_are_shown_of_other_rows_than_each_other() {
    let of_one = ("one", "@rows(\"name = '王芳'\")");
    let names = ("names", "@columns(\"month, name\")");
    let named = (
        "named",
        "@rows(\"name = '李强'\") @columns(\"month, name\")",
    );
    let counts = ("counts", "@columns(\"month, name, joined\")");
    let of_other = ("other", "@rows(\"name = '李强'\")");
    let told = [
        (vec![of_one], Some(1.0)),
        (vec![of_one, of_other], Some(2.0)),
        (vec![of_one, names], None),
        (vec![of_one, named], None),
        // What is counted is shown of every row, and what is not is in no number.
        (vec![of_one, counts], Some(2.0)),
    ];
    for (permits, number) in told {
        let city = city_under(&readers_of(&permits), JOINED).await;
        let root = city.claim().await;
        let wang = city.somebody(&root, "wang", &[]).await;
        let (outcome, trail) = asked_of(&city, &wang, "club.joined").await;
        if let Some(number) = number {
            let value = &outcome["answer"]["groups"][0]["points"][0]["value"];
            assert_eq!(value, &json!(number), "{permits:?}: {outcome}");
            continue;
        }
        for problem in [&outcome["problem"], &trail] {
            assert_eq!(problem["code"], "not-permitted", "{permits:?}: {problem}");
        }
        let help = outcome["problem"]["help"].as_str().unwrap();
        assert!(help.contains("`club.joined`"), "{help}");
    }
}

#[tokio::test]
async fn a_number_of_a_part_of_the_rows_says_that_it_is_one() {
    for (policies, is_part) in [(READERS, Value::Null), (READERS_OF_PART, json!(true))] {
        let city = city_under(policies, JOINED).await;
        let root = city.claim().await;
        let wang = city.somebody(&root, "wang", &[]).await;
        let (outcome, trail) = asked_of(&city, &wang, "club.joined").await;
        assert_eq!(outcome["answer"]["is_part"], is_part, "{outcome}");
        assert_eq!(trail["is_part"], is_part, "{trail}");
    }
}

#[tokio::test]
async fn the_list_tells_the_newest_number_or_that_it_is_kept_back_from_whoever_sees_a_part() {
    for (policies, is_whole) in [
        (READERS, true),
        (READERS_OF_PART, false),
        (READERS_OF_SOME, false),
        (BROWSERS, false),
    ] {
        let city = city_under(policies, JOINED).await;
        city.state.metrics().record().await.unwrap();
        let root = city.claim().await;
        let wang = city.somebody(&root, "wang", &[]).await;
        let path = "/api/v1/metrics";
        let list = city.ok(&wang, Method::GET, path, &Value::Null).await;
        let lines = list["metrics"].as_array().unwrap();
        assert_eq!(lines.len(), 2, "{list}");
        for line in lines {
            let (period, value) = if is_whole {
                (json!("2025-04"), json!(2.0))
            } else {
                (Value::Null, Value::Null)
            };
            assert_eq!(line["is_whole"], json!(is_whole), "{policies}: {line}");
            assert_eq!(
                (&line["newest"]["period"], &line["newest"]["value"]),
                (&period, &value),
                "{policies}: {line}"
            );
        }
    }
    // Where nothing has been computed there is no number to keep back.
    let files = [
        ("models/joined.yaml", JOINED),
        ("models/joined.sql", JOINED_SQL),
        ("metrics/joined.yaml", METRIC),
    ];
    let city = City::with_files(Options::default(), &files).await;
    let list = city.get("/api/v1/metrics").await.json();
    let line = &list["metrics"][0];
    assert_eq!(
        (&line["is_whole"], &line["newest"]),
        (&json!(true), &Value::Null)
    );
}

#[tokio::test]
async fn a_number_is_followed_by_whoever_does_not_see_the_key_of_its_model_and_shows_no_row() {
    let graded = JOINED.replace(
        "name: {title: {zh: 姓名}, type: text}",
        "name: {title: {zh: 姓名}, type: text, grade: general-2}",
    );
    let city = city_under(READERS_OF_COLUMNS, &graded).await;
    let root = city.claim().await;
    let wang = city.somebody(&root, "wang", &[]).await;
    let (outcome, trail) = asked_of(&city, &wang, "club.total").await;
    let number = &outcome["answer"]["groups"][0]["points"][0]["value"];
    assert_eq!(*number, json!(2.0), "{outcome}");
    assert_eq!(trail["point"]["value"], json!(2.0), "{trail}");
    let step = &trail["trail"];
    assert_eq!(
        (&step["dataset"], &step["withheld"], &step["rows"]),
        (&json!("club.joined"), &json!(true), &json!([]))
    );
    assert!(!trail.to_string().contains("王芳"), "{trail}");
}

/// The same staff work on the plan.
const EDITORS: &str = r#"
@id("browse") @about("工作人员查看看板")
permit (principal is Person, action == Action::"browse", resource == City::"city");
@id("edit") @about("工作人员编制要点")
permit (principal is Person, action == Action::"edit-plan", resource == City::"city");
"#;

#[tokio::test]
async fn notes_are_read_written_and_removed_by_whoever_sees_all_of_the_number() {
    let everybody = format!("{EDITORS}{EVERYBODY}");
    for (policies, sees) in [(EDITORS, false), (everybody.as_str(), true)] {
        let city = city_under(policies, JOINED).await;
        let notes = "/api/v1/metrics/club.joined/notes";
        let note = json!({"period": "2025-04", "text": "补录一人"});
        let written = city.post(notes, &note.to_string()).await.json();
        let one = format!("{notes}/{}", written["id"]);
        let root = city.claim().await;
        let wang = city.somebody(&root, "wang", &[]).await;
        for (method, path, body, done) in [
            (Method::GET, notes, &Value::Null, 200),
            (Method::POST, notes, &note, 201),
            (Method::DELETE, one.as_str(), &Value::Null, 204),
        ] {
            let answer = city.send(&wang, method, path, body).await;
            if sees {
                assert_eq!(answer.status.as_u16(), done, "{path}: {}", answer.text());
            } else {
                assert_eq!(answer.problem(), (403, "not-permitted".to_owned()));
                assert!(!answer.text().contains("补录"), "{}", answer.text());
            }
        }
    }
}

#[tokio::test]
async fn whether_a_number_is_restated_and_what_is_noted_at_it_is_told_to_whoever_may_read_its_history()
 {
    for (policies, expected) in [(READERS, json!(true)), (READERS_OF_PART, Value::Null)] {
        let city = city_under(policies, JOINED).await;
        city.state.metrics().record().await.unwrap();
        let rows = "会员号,会员姓名,年龄,会费\n3,张伟,4,1\n";
        city.deliver("b.csv", rows).await;
        city.post("/api/v1/models/run", "{}").await;
        city.state.metrics().record().await.unwrap();
        let note = json!({"period": "2025-04", "text": "补录一人"}).to_string();
        city.post("/api/v1/metrics/club.joined/notes", &note).await;
        // What is narrowed to a name has no history.
        let narrowed =
            json!({"metric": "club.joined", "period": "2025-04", "only": {"name": ["王芳"]}});
        let narrowed = ask(&city, narrowed).await;
        assert_eq!(narrowed["answer"]["restated"], Value::Null, "{narrowed}");
        let root = city.claim().await;
        let wang = city.somebody(&root, "wang", &[]).await;
        let (outcome, _) = asked_of(&city, &wang, "club.joined").await;
        let answer = &outcome["answer"];
        assert_eq!(answer["restated"], expected, "{outcome}");
        let told = answer["notes"].as_array().unwrap();
        assert_eq!(told.len(), usize::from(expected != Value::Null));
        let history = "/api/v1/metrics/club.joined/history?period=2025-04";
        let history = city.send(&wang, Method::GET, history, &Value::Null).await;
        assert_eq!(history.status == 200, expected != Value::Null);
        let notes = "/api/v1/metrics/club.joined/notes";
        let notes = city.send(&wang, Method::GET, notes, &Value::Null).await;
        if expected == Value::Null {
            assert_eq!(notes.problem(), (403, "not-permitted".to_owned()));
        } else {
            assert_eq!(notes.json()["notes"], answer["notes"]);
            assert_eq!(answer["notes"][0]["text"], "补录一人", "{outcome}");
        }
    }
}

/// One service reads all of the model, others a part of its rows or columns.
const SERVICES: &str = r#"
@id("all") @about("监测系统读取各月入会人数") @up_to("core")
permit (principal == Service::"watch", action == Action::"read", resource == Dataset::"club.joined");
@id("rows") @about("一个系统读取有人入会的月份") @up_to("core") @rows("joined >= 1")
permit (principal == Service::"rows", action == Action::"read", resource == Dataset::"club.joined");
@id("columns") @about("一个系统读取各月人数，不读姓名") @up_to("core") @columns("month, joined, fees")
permit (principal == Service::"columns", action == Action::"read", resource == Dataset::"club.joined");
"#;
/// Everybody reads everything, but for those whom no policy lets read.
const EVERYBODY: &str = r#"
@id("all") @about("所有人读取全部数据") @up_to("core")
permit (principal, action == Action::"read", resource is Dataset);
"#;
const TOLD: &str = "yandu_metric_value{metric=\"club.joined\",unit=\"人\"} 2";
const OF_THE_PROGRAM: [&str; 3] = [
    "yandu_http_requests_total{",
    "yandu_uptime_seconds ",
    "yandu_collections_under_way ",
];

/// What a scrape of Prometheus is told.
async fn scraped(city: &City, who: &Somebody) -> String {
    let answer = city.send(who, Method::GET, "/metrics", &Value::Null).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(
        answer
            .header("content-type")
            .starts_with("application/openmetrics-text")
    );
    assert!(answer.text().ends_with("# EOF\n"));
    answer.text().to_owned()
}

#[tokio::test]
async fn a_scrape_tells_a_service_the_numbers_of_what_it_sees_all_of_and_nothing_of_the_program() {
    let city = city_under(SERVICES, JOINED).await;
    city.state.metrics().record().await.unwrap();
    let root = city.claim().await;
    for (id, is_told) in [
        ("watch", true),
        ("rows", false),
        ("columns", false),
        ("other", false),
    ] {
        let service = city.service(&root, id, &[], &["read"]).await;
        let told = scraped(&city, &service).await;
        assert_eq!(told.contains(TOLD), is_told, "{id}: {told}");
        assert_eq!(told.contains("club.joined"), is_told, "{id}: {told}");
        for of_the_program in OF_THE_PROGRAM {
            assert!(!told.contains(of_the_program), "{id}: {told}");
        }
    }
}

#[tokio::test]
async fn a_scrape_tells_counts_of_the_program_to_whoever_operates_it_and_no_number_of_the_city() {
    let city = city_under(EVERYBODY, JOINED).await;
    city.state.metrics().record().await.unwrap();
    let root = city.claim().await;
    let office = ["system-administrator"];
    let watch = city.service(&root, "watch", &office, &["read"]).await;
    for who in [&root, &watch] {
        let told = scraped(&city, who).await;
        for of_the_program in OF_THE_PROGRAM {
            assert!(told.contains(of_the_program), "{told}");
        }
        assert!(!told.contains("club."), "{told}");
    }
    // Whoever is none of the three reads, and operates nothing.
    let reader = city.service(&root, "reader", &[], &["read"]).await;
    let told = scraped(&city, &reader).await;
    assert!(told.contains(TOLD), "{told}");
    assert!(!told.contains(OF_THE_PROGRAM[0]), "{told}");
    // The token on the disk of Prometheus changes nothing, whatever its account may do.
    let run = "/api/v1/models/run";
    let refused = city.refused(&watch, Method::POST, run, &json!({})).await;
    assert_eq!(refused, "not-permitted");
    let deliverer = city.service(&root, "deliverer", &[], &["deliver"]).await;
    for (who, expected) in [
        (&deliverer, "not-permitted"),
        (&Somebody(None), "login-needed"),
    ] {
        let refused = city
            .refused(who, Method::GET, "/metrics", &Value::Null)
            .await;
        assert_eq!(refused, expected);
    }
}
