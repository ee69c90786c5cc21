use axum::body::Body;
use axum::http::Method;
use futures::StreamExt as _;
use serde_json::{Value, json};
use yandu_store::Clock;

use super::city::{City, request};
use super::{measuring, plan_reviewing};
use crate::Options;

const BOARD: &str = "\
board: club.overview
title: {zh: 会员看板, en: Members}
about: {zh: 会员和会费, en: Members and fees}
tiles:
  - {id: joined, kind: number, metric: club.joined, period: year, target: {value: 10, comparison: '>='}, slot: {x: 0, y: 0, w: 4, h: 2}}
  - {id: names, kind: ranking, metric: club.joined, period: year, by: name, limit: 2, slot: {x: 4, y: 0, w: 4, h: 2}, wide: {x: 8, y: 0, w: 8, h: 2}}
  - {id: words, kind: text, text: {zh: 按入会月份计, en: By month}, slot: {x: 8, y: 0, w: 4, h: 2}}
  - {id: fees, kind: trend, metric: club.fees, points: 2, slot: {x: 0, y: 2, w: 4, h: 2}}
";

async fn city() -> City {
    let fees = measuring::METRIC
        .replace("club.joined\ntitle", "club.fees\ntitle")
        .replace("sum(joined)", "sum(fees)");
    let files = [
        ("models/joined.yaml", measuring::JOINED),
        ("models/joined.sql", measuring::JOINED_SQL),
        ("metrics/joined.yaml", measuring::METRIC),
        ("metrics/fees.yaml", &fees),
        ("boards/overview.yaml", BOARD),
    ];
    let clock = Clock::standing("2025-06-20T04:00:00Z".parse().unwrap());
    let city = City::at(clock, Options::default(), &files).await;
    deliver(&city, "a.csv", "1,王芳,4,1.50\n2,李强,4,2\n3,王芳,5,0.10\n").await;
    city
}

async fn deliver(city: &City, name: &str, rows: &str) {
    city.deliver(name, &format!("会员号,会员姓名,年龄,会费\n{rows}"))
        .await;
    city.post("/api/v1/models/run", "{}").await;
    city.state.metrics().record().await.unwrap();
}

fn tile<'a>(board: &'a Value, id: &str) -> &'a Value {
    let tiles = board["tiles"].as_array().unwrap();
    tiles.iter().find(|tile| tile["id"] == id).unwrap()
}

#[tokio::test]
async fn a_board_has_all_its_numbers_in_one_answer() {
    let city = city().await;
    let list = city.get("/api/v1/boards").await.json();
    let about = json!({"zh": "会员和会费", "en": "Members and fees"});
    assert_eq!(
        (&list["boards"][0]["id"], &list["boards"][0]["about"]),
        (&json!("club.overview"), &about)
    );
    let answer = city.get("/api/v1/boards/club.overview").await;
    let board = answer.json();
    assert_eq!(board["about"], about);
    let joined = tile(&board, "joined");
    assert_eq!(joined["answer"]["groups"][0]["points"][0]["value"], 3.0);
    assert_eq!(joined["answer"]["target"]["gap"], 7.0);
    assert_eq!(joined["title"]["zh"], "入会人数");
    let names = tile(&board, "names");
    assert_eq!(names["answer"]["groups"][0]["keys"][0]["value"], "王芳");
    assert_eq!(
        (&names["wide"]["x"], &joined["wide"]["x"]),
        (&json!(8), &json!(0)),
        "the place of the desk, twice as wide, where there is no other"
    );
    assert_eq!(tile(&board, "words")["text"]["zh"], "按入会月份计");
    assert!(tile(&board, "words")["answer"].is_null());
    assert_eq!(
        city.get("/api/v1/boards/club.nothing").await.problem(),
        (404, "no-board".to_owned())
    );
    assert_eq!(
        city.get("/api/v1/boards/club.overview?area=320902")
            .await
            .problem(),
        (404, "no-board-area".to_owned())
    );

    let known = request(Method::GET, "/api/v1/boards/club.overview")
        .header("if-none-match", answer.header("etag"));
    assert_eq!(city.ask(known, Body::empty()).await.status, 304);
    deliver(&city, "b.csv", "4,张伟,5,1\n").await;
    let known = request(Method::GET, "/api/v1/boards/club.overview")
        .header("if-none-match", answer.header("etag"));
    let newer = city.ask(known, Body::empty()).await;
    assert_eq!(newer.status, 200);
    assert_eq!(
        tile(&newer.json(), "joined")["answer"]["groups"][0]["points"][0]["value"],
        4.0
    );
}

/// The next event of a stream.
async fn next(stream: &mut axum::body::BodyDataStream) -> Value {
    let mut text = String::new();
    while !text.contains("\n\n") {
        let piece = tokio::time::timeout(std::time::Duration::from_secs(20), stream.next());
        let piece = piece.await.expect("an event comes").unwrap().unwrap();
        text.push_str(std::str::from_utf8(&piece).unwrap());
        if text.starts_with(':') {
            text.clear();
        }
    }
    assert!(text.contains("event: tiles\n"), "{text}");
    let data = text
        .lines()
        .find_map(|line| line.strip_prefix("data: "))
        .unwrap();
    serde_json::from_str(data).unwrap()
}

#[tokio::test]
async fn a_board_that_is_followed_tells_the_tiles_that_changed() {
    let city = city().await;
    let (mut one, mut other) = (
        city.follow("/api/v1/boards/club.overview/changes").await,
        city.follow("/api/v1/boards/club.overview/changes").await,
    );
    let first = next(&mut one).await;
    assert_eq!(first["tiles"].as_array().unwrap().len(), 4);
    next(&mut other).await;
    deliver(&city, "b.csv", "4,王芳,5,\n").await;
    let changed = next(&mut one).await;
    let ids: Vec<&str> = changed["tiles"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tile| tile["id"].as_str().unwrap())
        .collect();
    assert_eq!(
        ids,
        ["joined", "names", "fees"],
        "what stands on other data is not sent again"
    );
    assert_eq!(
        changed["tiles"][0]["answer"]["groups"][0]["points"][0]["value"],
        4.0
    );
    assert_eq!(next(&mut other).await, changed);
    let board = city.get("/api/v1/boards/club.overview").await.json();
    assert_eq!(board["data_version"], changed["data_version"]);
    city.state.stop();
    assert!(
        one.next().await.is_none(),
        "the stream ends with the program"
    );
}

const LAMPS: &str = "\
board: club.plan
title: {zh: 工作要点, en: Plan}
tiles:
  - {id: units, kind: lamps, title: {zh: 各单位, en: Units}, lamps: {by: unit}, slot: {x: 0, y: 0, w: 6, h: 4}}
  - {id: nodes, kind: lamps, title: {zh: 节点, en: Nodes}, lamps: {by: node, only: [not-begun]}, limit: 1, slot: {x: 6, y: 0, w: 6, h: 4}}
  - {id: words, kind: text, text: {zh: 按时限}, slot: {x: 0, y: 4, w: 6, h: 1}}
";

#[tokio::test]
async fn lamps_of_the_plan_stand_on_a_board_and_a_step_is_told_to_whoever_follows_it() {
    let clock = Clock::standing("2026-04-01T04:00:00Z".parse().unwrap());
    let files = [("boards/plan.yaml", LAMPS)];
    let city = City::at(clock, Options::default(), &files).await;
    let board = city.get("/api/v1/boards/club.plan").await.json();
    let units = tile(&board, "units");
    assert_eq!(
        (&units["problem"]["code"], &units["lamps"]),
        (&json!("no-plan"), &Value::Null),
        "nothing is in force"
    );
    plan_reviewing::approved(&city).await;
    let mut followed = city.follow("/api/v1/boards/club.plan/changes").await;
    let first = next(&mut followed).await;
    let units = &tile(&first, "units")["lamps"];
    assert_eq!(
        (&units["plan"], &units["day"], &units["by"]),
        (&json!("2026"), &json!("2026-04-01"), &json!("unit"))
    );
    assert_eq!(units["lines"][0]["item"], "unit/市工信局");
    assert_eq!(units["lines"][0]["tasks"]["not_begun"], Value::Null);
    assert_eq!(units["lines"][0]["tasks"]["not-begun"], 2);
    let nodes = &tile(&first, "nodes")["lamps"];
    assert_eq!(nodes["lines"].as_array().unwrap().len(), 1);
    let open = nodes["counts"]["not-begun"].as_u64().unwrap();
    assert!(open > 1, "{nodes}");

    let step = r#"{"step": "begin"}"#;
    let began = city
        .post("/api/v1/plans/2026/nodes/1.1.1/steps", step)
        .await;
    assert_eq!(began.status, 200, "{}", began.text());
    let changed = next(&mut followed).await;
    let ids: Vec<&str> = changed["tiles"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tile| tile["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["units", "nodes"], "what has no lamps is not sent");
    assert_eq!(
        changed["tiles"][1]["lamps"]["counts"]["not-begun"],
        open - 1
    );
    let units = &changed["tiles"][0]["lamps"];
    assert_eq!(units["lines"][0]["tasks"]["on-course"], 1);
}

#[tokio::test]
async fn a_tile_of_what_somebody_does_not_see_says_that_it_is_closed_to_them() {
    let tiles = BOARD.lines().filter(|line| !line.contains("club.fees"));
    let board = tiles.collect::<Vec<_>>().join("\n");
    let files = [
        ("models/joined.yaml", measuring::JOINED),
        ("models/joined.sql", measuring::JOINED_SQL),
        ("metrics/joined.yaml", measuring::METRIC),
        ("boards/overview.yaml", &board),
        ("policies/browse.cedar", measuring::BROWSERS),
    ];
    let city = City::with_files(Options::default(), &files).await;
    let root = city.claim().await;
    let wang = city.somebody(&root, "wang", &[]).await;
    let path = "/api/v1/boards/club.overview";
    let shown = city.ok(&wang, Method::GET, path, &Value::Null).await;
    for id in ["joined", "names"] {
        let problem = &tile(&shown, id)["problem"];
        assert_eq!(
            (&problem["code"], &problem["status"], &problem["line"]),
            (&json!("not-permitted"), &json!(403), &Value::Null),
            "{problem}"
        );
        assert_eq!(
            tile(&shown, id)["title"]["zh"],
            "入会人数",
            "it has its name"
        );
    }
}
