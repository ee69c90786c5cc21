//! What a plan tells to whoever does not see all that its metrics are made of.

use axum::http::{Method, header};
use serde_json::{Value, json};
use yandu_store::Clock;

use super::accounts::Somebody;
use super::city::{City, request};
use super::measuring::{self, BROWSERS, READERS, READERS_OF_PART, READERS_OF_SOME};
use super::plan_reviewing::approved;
use crate::Options;

const PLAN: &str = "/api/v1/plans/2026";

/// A city on a day in June under these policies, each of whose months until May has as many stations, and a plan in force whose
/// first target asks for three hundred of them by the end of June. Somebody who is under the policies alone.
async fn city_under(policies: &str, day: &str, of_each_month: u32) -> (City, Somebody) {
    let sql = measuring::JOINED_SQL
        .replace("make_date(2025", "make_date(2026")
        .replace("count(*)", &format!("{of_each_month} * count(*)"));
    let metric = measuring::METRIC.replace("unit: 人", "unit: 座");
    let files = [
        ("models/joined.yaml", measuring::JOINED),
        ("models/joined.sql", &sql),
        ("metrics/joined.yaml", &metric),
        ("policies/readers.cedar", policies),
    ];
    let at = format!("{day}T01:00:00Z").parse().unwrap();
    let city = City::at(Clock::standing(at), Options::default(), &files).await;
    let rows: Vec<String> = (1..=5)
        .map(|month| format!("{month},王芳,{month},1\n"))
        .collect();
    let table = format!("会员号,会员姓名,年龄,会费\n{}", rows.concat());
    city.deliver("a.csv", &table).await;
    city.post("/api/v1/models/run", "{}").await;
    approved(&city).await;
    let binding = request(Method::PUT, &format!("{PLAN}/targets/1/binding"))
        .header(header::CONTENT_TYPE, "application/json");
    let body = r#"{"kind": "metric", "id": "club.joined", "way": "year-sum", "reason": "核对"}"#;
    let bound = city.ask(binding, body).await;
    assert_eq!(bound.status, 200, "{}", bound.text());
    crate::plan::settle_plans(city.state.clone(), std::future::ready(())).await;
    let root = city.claim().await;
    let wang = city.somebody(&root, "wang", &[]).await;
    (city, wang)
}

async fn told(city: &City, who: &Somebody, path: &str) -> Value {
    city.ok(who, Method::GET, &format!("{PLAN}{path}"), &Value::Null)
        .await
}

#[tokio::test]
async fn what_a_metric_showed_when_a_target_was_closed_is_told_to_whoever_sees_all_that_it_is_made_of()
 {
    for (policies, is_told) in [
        (READERS, true),
        (READERS_OF_PART, false),
        (READERS_OF_SOME, false),
        (BROWSERS, false),
    ] {
        let (city, wang) = city_under(policies, "2026-06-20", 211).await;
        let target = told(&city, &wang, "/targets/1").await;
        let closing = &target["closings"][0];
        // That a target is closed, and when, is told to everybody.
        assert_eq!(closing["closed_on"], "2026-02-28", "{closing}");
        let (value, as_of) = if is_told {
            (json!(1055.0), json!("2026-05-31"))
        } else {
            (Value::Null, Value::Null)
        };
        assert_eq!((&closing["value"], &closing["as_of"]), (&value, &as_of));
        let history = told(&city, &wang, "/history").await;
        let settled = &history["revisions"][0];
        assert_eq!(settled["kind"], "settled", "{history}");
        let change = &settled["changes"][0];
        assert_eq!(change["item"], "closing/1", "{settled}");
        assert_eq!(change["to"][0]["closed_on"], "2026-02-28", "{change}");
        assert_eq!(
            (&change["to"][0]["value"], &change["to"][0]["as_of"]),
            (&value, &as_of),
            "{policies}"
        );
    }
}
