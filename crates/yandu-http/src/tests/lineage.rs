use serde_json::{Value, json};

use super::city::City;
use crate::Options;

const MODEL: &str = "\
dataset: club.fee_by_age
title: {zh: 各年龄会费, en: Fees by age}
owner: 市财政局
steward: 张三
origin: model
sharing: {class: unconditional}
opening: open
refresh: daily
key: [age]
columns:
  age: {title: {zh: 年龄}, type: integer, required: false}
  fees: {title: {zh: 会费合计}, type: 'decimal(22,2)', required: false}
  members: {title: {zh: 人数}, type: integer}
";
const SQL: &str = "SELECT age, sum(fee) AS fees, count(*) AS members FROM club.member WHERE name <> '' GROUP BY age";

async fn city() -> City {
    let files = [
        ("models/fee_by_age.yaml", MODEL),
        ("models/fee_by_age.sql", SQL),
    ];
    City::with_files(Options::default(), &files).await
}

fn edges(graph: &Value) -> Vec<String> {
    let edges = graph["edges"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    edges
        .iter()
        .map(|edge| {
            format!(
                "{} -> {} {}",
                text(&edge["from"]),
                text(&edge["to"]),
                text(&edge["kind"])
            )
        })
        .collect()
}

#[tokio::test]
async fn a_column_is_followed_to_what_it_feeds_and_back() {
    let city = city().await;
    let down = city
        .get("/api/v1/lineage?of=club.member.fee&direction=down")
        .await
        .json();
    assert_eq!(
        edges(&down),
        ["club.member.fee -> club.fee_by_age.fees aggregated"]
    );
    assert_eq!(
        (&down["root"], &down["truncated"]),
        (&json!("club.member.fee"), &json!(false))
    );
    let node = &down["nodes"][0];
    assert_eq!(
        (&node["id"], &node["title"], &node["owner"]),
        (
            &json!("club.fee_by_age"),
            &json!("各年龄会费"),
            &json!("市财政局")
        )
    );
    assert_eq!(
        node["columns"],
        json!([{"name": "fees", "title": "会费合计", "grade": "general-1"}])
    );

    let up = city
        .get("/api/v1/lineage?of=club.fee_by_age.members&direction=up")
        .await
        .json();
    assert_eq!(
        edges(&up),
        [
            "club.member.name -> club.fee_by_age filter",
            "club.member.age -> club.fee_by_age group",
            "source:club.member_file -> club.member collects",
        ]
    );
    let values = city
        .get("/api/v1/lineage?of=club.member.name&indirect=false")
        .await
        .json();
    assert_eq!(
        edges(&values),
        ["source:club.member_file -> club.member collects"]
    );
    let datasets = city
        .get("/api/v1/lineage?of=club.member&columns=false&direction=down")
        .await
        .json();
    assert_eq!(
        edges(&datasets),
        ["copied", "aggregated", "filter", "group"]
            .map(|kind| format!("club.member -> club.fee_by_age {kind}"))
    );
}

#[tokio::test]
async fn what_is_not_there_has_no_lineage() {
    let city = city().await;
    for (of, problem) in [
        ("club", (400, "invalid-parameter")),
        ("club.Member", (400, "invalid-parameter")),
        ("club.nobody", (404, "no-dataset")),
        ("club.member.nothing", (422, "no-column")),
        ("club.member&depth=0", (400, "invalid-parameter")),
        ("club.member&depth=65", (400, "invalid-parameter")),
        ("club.member&limit=50001", (400, "invalid-parameter")),
        ("club.member&direction=left", (400, "invalid-parameter")),
    ] {
        let answer = city.get(&format!("/api/v1/lineage?of={of}")).await;
        assert_eq!(answer.problem(), (problem.0, problem.1.to_owned()), "{of}");
    }
}

#[tokio::test]
async fn an_impact_names_whom_to_call() {
    let city = city().await;
    let impact = city
        .get("/api/v1/lineage/impact?of=club.member.age")
        .await
        .json();
    assert_eq!(
        impact,
        json!({"datasets": 1, "columns": 3, "owners": [{
            "name": "市财政局", "stewards": ["张三"],
            "datasets": [{"id": "club.fee_by_age", "direct": true, "columns": []}],
        }]})
    );
}

#[tokio::test]
async fn a_query_is_explained_before_it_is_run() {
    let city = city().await;
    city.deliver("a.csv", "number,name,age,fee\n1,王芳,30,10.50\n2,李强,,\n")
        .await;
    let asked =
        json!({"sql": "SELECT upper(name) AS n FROM club.member WHERE age > 3"}).to_string();
    let explained = city.post("/api/v1/query/explain", &asked).await.json();
    assert_eq!(explained["inputs"][0]["dataset"], "club.member");
    assert_eq!(
        (
            &explained["inputs"][0]["rows"],
            &explained["inputs"][0]["version"]
        ),
        (&json!(2), &json!(0))
    );
    assert_eq!(explained["bytes_estimate"], explained["inputs"][0]["bytes"]);
    assert!(explained["bytes_estimate"].as_u64().unwrap() > 0);
    assert_eq!(explained["columns"], json!([{"name": "n", "type": "text"}]));
    assert!(explained["plan"].as_str().unwrap().contains("club.member"));
    assert_eq!(
        explained["lineage"]["columns"][0]["from"],
        json!([{"dataset": "club.member", "column": "name", "kind": "transformed"}])
    );
    assert_eq!(explained["lineage"]["whole"][0]["kind"], "filter");
    let past = json!({"sql": "SELECT 1 FROM club.member", "at": "2001-01-01"}).to_string();
    let answer = city.post("/api/v1/query/explain", &past).await;
    assert_eq!(answer.problem(), (404, "no-version".to_owned()));
    let wrong = json!({"sql": "SELECT nothing FROM club.member"}).to_string();
    let answer = city.post("/api/v1/query/explain", &wrong).await;
    assert_eq!(answer.problem(), (422, "query".to_owned()));
}

/// The events after a key, once there are so many.
async fn events(city: &City, after: &str, count: usize) -> (Vec<Value>, String) {
    for _ in 0..1_000 {
        let list = city
            .get(&format!("/api/v1/lineage/events?limit=1000{after}"))
            .await
            .json();
        let events = list["events"].as_array().unwrap();
        if events.len() >= count {
            return (events.clone(), list["next"].as_str().unwrap().to_owned());
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("the events do not come");
}

#[tokio::test]
async fn deliveries_are_told_as_events_each_once() {
    let city = city().await;
    let batch = city
        .deliver(
            "a.csv",
            "number,name,age,fee\n1,王芳,30,10.50\n2,李强,400,\n",
        )
        .await;
    let (told, next) = events(&city, "", 2).await;
    assert_eq!(told.len(), 2);
    assert_eq!(
        (&told[0]["eventType"], &told[1]["eventType"]),
        (&json!("START"), &json!("COMPLETE"))
    );
    assert_eq!(told[0]["run"]["runId"], told[1]["run"]["runId"]);
    let record = &told[1]["run"]["facets"]["externalQuery"]["externalQueryId"];
    assert_eq!(record, &batch["id"]);
    let output = &told[1]["outputs"][0];
    assert_eq!(output["name"], "club.member");
    assert_eq!(output["facets"]["version"]["datasetVersion"], "0");
    let broken = output["facets"]["dataQualityAssertions"]["assertions"]
        .as_array()
        .unwrap();
    let broken: Vec<&Value> = broken
        .iter()
        .filter(|check| check["success"] == json!(false))
        .collect();
    assert_eq!(
        (&broken[0]["name"], &broken[0]["actual"]),
        (&json!("age-range"), &json!("1"))
    );

    // One at a time they are the same.
    let mut after = String::new();
    let mut one_by_one = Vec::new();
    loop {
        let list = city
            .get(&format!("/api/v1/lineage/events?limit=1{after}"))
            .await
            .json();
        one_by_one.extend(list["events"].as_array().unwrap().clone());
        after = format!("&after={}", list["next"].as_str().unwrap());
        if list["more"] == json!(false) {
            break;
        }
    }
    assert_eq!(one_by_one, told);

    let refused = city.deliver("b.csv", "colour,size\nred,3\n").await;
    assert_eq!(refused["status"], "refused");
    let (failed, _) = events(&city, &format!("&after={next}"), 2).await;
    assert_eq!(failed[1]["eventType"], "FAIL");
    let message = failed[1]["run"]["facets"]["errorMessage"]["message"].as_str();
    let code = refused["error"]["code"].as_str().unwrap();
    assert!(message.unwrap().starts_with(code));
    let answer = city.get("/api/v1/lineage/events?after=x").await;
    assert_eq!(answer.problem(), (400, "invalid-parameter".to_owned()));
}

#[tokio::test]
async fn a_city_whose_clock_stands_in_another_year_tells_its_events_too() {
    for year in ["2001", "2099"] {
        let at = format!("{year}-06-01T00:00:00Z").parse().unwrap();
        let city = City::at(yandu_store::Clock::standing(at), Options::default(), &[]).await;
        city.deliver("a.csv", "number,name\n1,王芳\n").await;
        let (told, _) = events(&city, "", 2).await;
        assert!(told[0]["eventTime"].as_str().unwrap().starts_with(year));
    }
}

#[tokio::test]
async fn refreshes_are_told_with_where_their_columns_come_from() {
    let city = city().await;
    city.deliver(
        "a.csv",
        "number,name,age,fee\n1,王芳,30,10.50\n2,李强,30,\n",
    )
    .await;
    let asked = json!({"full": false, "downstream": false}).to_string();
    let ran = city
        .post("/api/v1/models/club.fee_by_age/run", &asked)
        .await;
    assert_eq!(ran.status, 200, "{}", ran.text());
    let (told, _) = events(&city, "", 4).await;
    let end = told
        .iter()
        .find(|event| {
            event["job"]["name"] == "model.club.fee_by_age" && event["eventType"] == "COMPLETE"
        })
        .unwrap();
    assert_eq!(end["job"]["facets"]["sql"]["query"], SQL);
    assert_eq!(end["inputs"][0]["name"], "club.member");
    assert_eq!(end["inputs"][0]["facets"]["version"]["datasetVersion"], "0");
    let output = &end["outputs"][0];
    assert_eq!(output["outputFacets"]["outputStatistics"]["rowCount"], 1);
    let fees = &output["facets"]["columnLineage"]["fields"]["fees"]["inputFields"][0];
    assert_eq!(
        (&fees["field"], &fees["transformations"][0]["subtype"]),
        (&json!("fee"), &json!("AGGREGATION"))
    );
}

#[tokio::test]
async fn an_entry_of_a_model_shows_what_it_inherits_beside_what_it_declares() {
    let model = MODEL.replace(
        "{title: {zh: 会费合计}, type",
        "{title: {zh: 会费合计}, grade: general-1, lowered: 同龄人的合计, type",
    );
    let member = super::city::MEMBER.replace(
        "type: 'decimal(12,2)'",
        "grade: general-3, type: 'decimal(12,2)'",
    );
    let files = [
        ("datasets/member.yaml", member.as_str()),
        ("models/fee_by_age.yaml", model.as_str()),
        ("models/fee_by_age.sql", SQL),
    ];
    let city = City::with_files(Options::default(), &files).await;
    let answer = city.get("/api/v1/ledger/entries/club.fee_by_age").await;
    let entry = answer.json();
    assert_eq!(entry["grade"], "general-1");
    assert_eq!(entry["inherited"]["grade"], "general-3");
    assert_eq!(entry["inherited"]["from"], json!(["club.member.fee"]));
    assert_eq!(
        entry["inherited"]["columns"][1],
        json!({
            "name": "fees", "declared": "general-1", "inherited": "general-3",
            "from": ["club.member.fee"], "lowered": "同龄人的合计",
        })
    );
    let register = city.get("/api/v1/ledger/entries/club.member").await.json();
    assert_eq!(register.get("inherited"), None);
}
