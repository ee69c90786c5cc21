use serde_json::json;
use yandu_lake::{Number, Principal};

use super::City;
use crate::{Answer, Error};

const BOARD: &str = "board: base.city
title: {zh: 全市}
narrow: county
only: {kind: [5G]}
tiles:
  - {id: opened, kind: number, metric: base.opened, period: year, target: {value: 100}, slot: {x: 0, y: 0, w: 3, h: 2}}
  - {id: trend, kind: trend, metric: base.opened, points: 2, slot: {x: 3, y: 0, w: 3, h: 2}}
  - {id: ranking, kind: ranking, metric: base.opened, by: area, limit: 1, slot: {x: 6, y: 0, w: 3, h: 2}}
  - {id: words, kind: text, text: {zh: 说明}, slot: {x: 9, y: 0, w: 3, h: 2}}
";

fn number(answer: &Answer) -> Vec<Number> {
    let group = answer.groups.first().unwrap();
    group.points.iter().map(|point| point.value).collect()
}

#[tokio::test]
async fn a_board_answers_every_tile_for_the_whole_and_for_a_county() {
    let mut city = City::on("2025-07-10").await;
    city.add_file("boards/city.yaml", BOARD);
    let cell = |month: &str, division: &str, kind: &str, opened: i64| json!({"month": format!("{month}-01"), "division": division, "kind": kind, "opened": opened, "in_use": 1, "cost": "1.00", "level": 1.0});
    city.write(
        "base.cell",
        &[
            cell("2025-05", "320902001", "5G", 4),
            cell("2025-06", "320902001", "5G", 6),
            cell("2025-06", "320903100", "5G", 9),
            cell("2025-06", "320903100", "4G", 100),
        ],
    )
    .await;
    let me = Principal::local_administrator();
    let id = "base.city".parse().unwrap();
    let board = city.metrics.board(&me, &id, None).await.unwrap();
    let answers: Vec<&Answer> = board
        .tiles
        .iter()
        .filter_map(|tile| Some(tile.outcome.as_ref()?.as_ref().unwrap()))
        .collect();
    assert_eq!(number(answers[0]), [Number::Value(19.0)]);
    assert_eq!(answers[0].target.as_ref().unwrap().gap, Some(81.0));
    assert_eq!(
        number(answers[1]),
        [Number::Value(4.0), Number::Value(15.0)]
    );
    assert_eq!((answers[2].groups.len(), answers[2].groups_in_all), (1, 2));
    assert_eq!(
        answers[2].groups[0].keys[0]
            .name
            .as_ref()
            .map(|name| name.zh.as_str()),
        Some("盐都区")
    );
    assert!(board.tiles[3].outcome.is_none());
    let areas: Vec<&str> = board.areas.iter().map(|area| area.name.as_str()).collect();
    assert_eq!(areas, ["亭湖区", "盐都区"]);

    let county = city.metrics.board(&me, &id, Some("320902")).await.unwrap();
    let answer = county.tiles[0].outcome.as_ref().unwrap().as_ref().unwrap();
    assert_eq!(number(answer), [Number::Value(10.0)]);
    assert_eq!(county.area.unwrap().name, "亭湖区");
    let elsewhere = city
        .metrics
        .board(&me, &id, Some("110101"))
        .await
        .unwrap_err();
    assert!(matches!(elsewhere, Error::NoBoardArea { .. }));
    let nothing = city
        .metrics
        .board(&me, &"base.nothing".parse().unwrap(), None)
        .await
        .unwrap_err();
    assert_eq!(nothing.code(), "no-board");
}
