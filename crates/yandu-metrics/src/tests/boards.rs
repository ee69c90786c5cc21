use serde_json::json;
use yandu_lake::{Number, Principal};

use super::City;
use crate::{Answer, Error, Group};

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

const OF_UNITS: &str = "board: base.units
title: {zh: 各区}
narrow: managing
tiles:
  - {id: opened, kind: number, metric: base.opened, slot: {x: 0, y: 0, w: 3, h: 2}}
  - {id: map, kind: map, metric: base.opened, by: area, slot: {x: 3, y: 0, w: 3, h: 2}}
";

/// The names of areas with the last number of each.
fn areas(answer: &Answer) -> Vec<(&str, Number)> {
    answer.groups.iter().map(area).collect()
}

fn area(group: &Group) -> (&str, Number) {
    let name = group.keys[0].name.as_ref();
    let name = name.map_or("", |name| name.zh.as_str());
    (name, group.points[0].value)
}

#[tokio::test]
async fn a_board_of_managing_units_compares_them_and_is_opened_for_a_zone_without_a_code() {
    let mut city = City::on("2025-07-10").await;
    city.add_file("boards/units.yaml", OF_UNITS);
    let cell = |division: &str, opened: i64| json!({"month": "2025-06-01", "division": division, "kind": "5G", "opened": opened, "in_use": 1, "cost": "1.00", "level": 1.0});
    let cells = [
        cell("320902001", 4),
        cell("320902010", 6),
        cell("320903100", 9),
    ];
    city.write("base.cell", &cells).await;
    let me = Principal::local_administrator();
    let id = "base.units".parse().unwrap();
    let board = city.metrics.board(&me, &id, None).await.unwrap();
    let map = board.tiles[1].outcome.as_ref().unwrap().as_ref().unwrap();
    assert_eq!(
        areas(map),
        [
            ("亭湖区", Number::Value(4.0)),
            ("盐都区", Number::Value(9.0)),
            ("盐南高新区", Number::Value(6.0)),
        ]
    );
    let list = map.list_of_unit().unwrap();
    assert_eq!(list.0, "base.unit_area", "which says what is whose");
    let zone = city.metrics.board(&me, &id, Some("yannan")).await.unwrap();
    assert_eq!(zone.area.as_ref().unwrap().name, "盐南高新区");
    let opened = zone.tiles[0].outcome.as_ref().unwrap().as_ref().unwrap();
    assert_eq!(number(opened), [Number::Value(6.0)]);

    // Without the list of units there are the counties, of which the codes tell.
    city.write("base.unit_area", &[]).await;
    city.write("base.managing_unit", &[]).await;
    let board = city.metrics.board(&me, &id, None).await.unwrap();
    let map = board.tiles[1].outcome.as_ref().unwrap().as_ref().unwrap();
    assert_eq!(
        areas(map),
        [
            ("亭湖区", Number::Value(10.0)),
            ("盐都区", Number::Value(9.0)),
        ]
    );
    assert!(map.list_of_unit().is_none() && board.areas.is_empty());
}

const PART: &str = "board: base.part
title: {zh: 四代}
extends: base.city
without: [ranking]
only: {kind: [4G]}
tiles:
  - {id: trend, kind: number, metric: base.opened, slot: {x: 3, y: 0, w: 3, h: 2}}
";

#[tokio::test]
async fn a_board_that_extends_another_answers_its_tiles_narrower() {
    let mut city = City::on("2025-07-10").await;
    city.add_file("boards/city.yaml", BOARD);
    city.add_file("boards/part.yaml", PART);
    let cell = |month: &str, division: &str, kind: &str, opened: i64| json!({"month": format!("{month}-01"), "division": division, "kind": kind, "opened": opened, "in_use": 1, "cost": "1.00", "level": 1.0});
    let cells = [
        cell("2025-05", "320902001", "4G", 30),
        cell("2025-06", "320903100", "4G", 100),
        cell("2025-06", "320903100", "5G", 9),
    ];
    city.write("base.cell", &cells).await;
    let me = Principal::local_administrator();
    let id = "base.part".parse().unwrap();
    let board = city.metrics.board(&me, &id, None).await.unwrap();
    let tiles: Vec<(&str, Option<Vec<Number>>)> = board
        .tiles
        .iter()
        .map(|tile| {
            let answer = tile
                .outcome
                .as_ref()
                .map(|outcome| outcome.as_ref().unwrap());
            (tile.tile.id.as_str(), answer.map(number))
        })
        .collect();
    assert_eq!(
        tiles,
        [
            ("opened", Some(vec![Number::Value(130.0)])),
            ("trend", Some(vec![Number::Value(100.0)])),
            ("words", None),
        ]
    );
    let county = city.metrics.board(&me, &id, Some("320902")).await.unwrap();
    let opened = county.tiles[0].outcome.as_ref().unwrap().as_ref().unwrap();
    assert_eq!(number(opened), [Number::Value(30.0)]);
}
