//! What a plan tells to whoever does not see all that its metrics are made of.

use axum::http::{Method, header};
use serde_json::{Value, json};
use yandu_store::Clock;

use super::accounts::Somebody;
use super::city::{City, parts_of, request};
use super::measuring::{self, BROWSERS, READERS, READERS_OF_PART, READERS_OF_SOME, readers_under};
use super::plan_reviewing::approved;
use crate::Options;

const PLAN: &str = "/api/v1/plans/2026";
/// What a paper tells of five months of two hundred and eleven stations.
const REACHED: &str = "1055座";

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

#[tokio::test]
async fn a_target_whose_data_somebody_does_not_see_stands_as_for_everybody_and_tells_no_number() {
    let masked = readers_under("joined: step 10");
    // One that is reached, and one that is not.
    for (of_each_month, lamp, lack) in [(211, "done", Value::Null), (1, "late", json!("not-met"))] {
        let (city, wang) = city_under(READERS, "2026-07-20", of_each_month).await;
        let whole = told(&city, &wang, "").await;
        let stands = &whole["targets"][0]["standing"];
        assert_eq!((&stands["lamp"], &stands["lack"]), (&json!(lamp), &lack));
        let reached = f64::from(of_each_month * 5);
        assert_eq!(stands["actual"]["value"], json!(reached), "{stands}");
        assert_eq!(stands["is_hidden"], Value::Null, "{stands}");
        for policies in [READERS_OF_PART, READERS_OF_SOME, BROWSERS, masked.as_str()] {
            let (city, wang) = city_under(policies, "2026-07-20", of_each_month).await;
            let plan = told(&city, &wang, "").await;
            assert_eq!(plan["standing"], whole["standing"], "{policies}");
            let own = &plan["targets"][0]["standing"];
            assert_eq!(own["is_hidden"], true, "{policies}: {own}");
            for same in ["lamp", "closed_on", "closed_by", "is_reopened"] {
                assert_eq!(own[same], stands[same], "{same}: {own}");
            }
            for number in ["actual", "told", "measured", "is_met", "share", "gap"] {
                assert_eq!(own[number], Value::Null, "{number}: {own}");
            }
            assert_eq!(own["series"], json!([]), "{own}");
            let expected = if lack.is_null() {
                Value::Null
            } else {
                json!("not-shown")
            };
            assert_eq!(own["lack"], expected, "{own}");
            let next = told(&city, &wang, "/next").await;
            for point in next["points"].as_array().unwrap() {
                for carried in point["carried"].as_array().unwrap() {
                    assert_eq!(carried["measured"], Value::Null, "{carried}");
                }
            }
            let foreseen = told(&city, &wang, "/forecasts").await;
            assert_eq!(foreseen["targets"], json!([]), "{foreseen}");
        }
    }
}

#[tokio::test]
async fn a_paper_says_for_how_many_targets_no_number_is_shown() {
    for (policies, is_shown) in [(READERS, true), (READERS_OF_PART, false), (BROWSERS, false)] {
        let (city, wang) = city_under(policies, "2026-06-20", 211).await;
        for paper in ["brief?period=2026-06", "review?period=2026"] {
            let told = told(&city, &wang, &format!("/papers/{paper}")).await;
            let text = told.to_string();
            let head = "本件按生成者账号的权限生成，1项指标的数据未显示。";
            assert_eq!(text.contains(head), !is_shown, "{policies} {paper}: {text}");
            assert_eq!(
                text.contains(REACHED),
                is_shown,
                "{policies} {paper}: {text}"
            );
        }
    }
}

/// What is written between the tags of a part of a document.
fn words_of(xml: &str) -> String {
    let pieces = xml.split('<');
    let pieces = pieces.map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text));
    pieces.collect()
}

#[tokio::test]
async fn a_paper_as_a_file_shows_the_numbers_that_its_reader_may_take_away_as_files() {
    let of_pages = READERS.replace(
        "resource is Dataset);",
        "resource is Dataset)\nwhen { context.way == \"page\" };",
    );
    assert_ne!(of_pages, READERS);
    for (policies, is_taken) in [(READERS, true), (of_pages.as_str(), false)] {
        let (city, wang) = city_under(policies, "2026-06-20", 211).await;
        let paper = "/papers/review?period=2026";
        let page = told(&city, &wang, paper).await.to_string();
        assert!(page.contains(REACHED), "{page}");
        let path = format!("{PLAN}{paper}&format=docx");
        let word = city.send(&wang, Method::GET, &path, &Value::Null).await;
        assert_eq!(word.status, 200);
        let text = words_of(&parts_of(&word.body)["word/document.xml"]);
        assert_eq!(text.contains(REACHED), is_taken, "{text}");
        let head = "1项指标的数据未显示。";
        assert_eq!(text.contains(head), !is_taken, "{text}");
        let receipt = format!("/api/v1/exports/{}", word.header("yandu-receipt"));
        let receipt = city.ok(&wang, Method::GET, &receipt, &Value::Null).await;
        assert_eq!(receipt["way"], "export", "{receipt}");
    }
}
