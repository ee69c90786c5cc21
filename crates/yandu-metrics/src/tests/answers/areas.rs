//! Numbers of areas, in both trees.

use std::sync::Arc;

use serde_json::json;
use yandu_lake::{Number, Principal, Rights};

use super::{City, ask, by, cell, city, groups, only, value};
use crate::metrics::HELD_AREAS;
use crate::{AreaLevel, Ask};

#[tokio::test]
async fn areas_roll_up_both_trees() {
    let city = city().await;
    let asked = |level| Ask {
        by: vec![by("area", Some(level))],
        ..ask("opened")
    };
    assert_eq!(
        groups(&city, &asked(AreaLevel::Township)).await,
        ["- 2", "320902001 7", "320902010 1"]
    );
    assert_eq!(
        groups(&city, &asked(AreaLevel::County)).await,
        ["- 2", "320902 8"]
    );
    assert_eq!(
        groups(&city, &asked(AreaLevel::City)).await,
        ["- 2", "320900 8"]
    );
    assert_eq!(
        groups(&city, &asked(AreaLevel::Managing)).await,
        ["- 2", "tinghu 7", "yannan 1"]
    );
    let named = city.ask(&asked(AreaLevel::Managing)).await;
    let names: Vec<_> = named
        .groups
        .iter()
        .map(|group| Some(group.keys[0].name.clone()?.zh))
        .collect();
    assert_eq!(
        names,
        [
            None,
            Some("亭湖区".to_owned()),
            Some("盐南高新区".to_owned())
        ]
    );
    let in_zone = Ask {
        only: vec![only("area", &["yannan"])],
        ..ask("opened")
    };
    assert_eq!(value(&city.ask(&in_zone).await), Some(1.0));
    let in_county = Ask {
        only: vec![only("area", &["320902"])],
        ..ask("opened")
    };
    assert_eq!(value(&city.ask(&in_county).await), Some(8.0));
}

#[tokio::test]
async fn a_county_that_was_merged_is_not_missed_and_its_past_goes_with_the_unit_of_today() {
    let mut city = City::on("2025-07-10").await;
    let mut cells = vec![cell("2025-06", Some("320902"), "5G", 7, 1)];
    for month in ["2025-03", "2025-04", "2025-05"] {
        cells.push(cell(month, Some("320902"), "5G", 1, 1));
        cells.push(cell(month, Some("320903"), "5G", 2, 1));
    }
    city.write("base.cell", &cells).await;
    let missed = |answer: &crate::Answer| {
        let areas = answer.gaps.iter().map(|gap| gap.area.to_string());
        areas.collect::<Vec<_>>()
    };
    assert_eq!(missed(&city.ask(&ask("opened")).await), ["320903"]);

    let area = |unit: &str, division: &str, from: &str, to: Option<&str>| json!({"unit": unit, "division": division, "valid_from": from, "valid_to": to});
    let merged = [
        area("tinghu", "320902", "2020-01-01", None),
        area("yandu", "320903", "2020-01-01", Some("2025-06-01")),
        area("tinghu", "320903", "2025-06-01", None),
        area("yannan", "320902010", "2020-01-01", None),
    ];
    city.write("base.unit_area", &merged).await;
    assert_eq!(
        missed(&city.ask(&ask("opened")).await),
        [] as [String; 0],
        "it reports with the county that it is a part of"
    );
    let of_may = |level| Ask {
        by: vec![by("area", Some(level))],
        period: Some("2025-05".parse().unwrap()),
        ..ask("opened")
    };
    assert_eq!(
        groups(&city, &of_may(AreaLevel::Managing)).await,
        ["tinghu 3"]
    );
    // By its code it stays what it was when it reported.
    assert_eq!(
        groups(&city, &of_may(AreaLevel::County)).await,
        ["320902 1", "320903 2"]
    );
}

#[tokio::test]
async fn what_lies_in_no_county_is_a_group_that_can_be_asked_for_and_named() {
    let mut city = city().await;
    let of_the_city = cell("2025-06", Some("3209"), "5G", 40, 1);
    city.write("base.cell", &[of_the_city]).await;
    let by_county = Ask {
        by: vec![by("area", Some(AreaLevel::County))],
        period: Some("2025-06".parse().unwrap()),
        ..ask("opened")
    };
    let answer = city.ask(&by_county).await;
    let nowhere = answer
        .groups
        .iter()
        .find(|group| group.keys[0].value.is_none())
        .unwrap();
    let asked = Ask {
        by: Vec::new(),
        only: vec![only("area", &[""])],
        ..by_county
    };
    let alone = city.ask(&asked).await;
    assert_eq!(alone.groups[0].points[0].value, Number::Value(40.0));
    assert_eq!(alone.groups[0].points[0].value, nowhere.points[0].value);
    assert_eq!(alone.only, asked.only, "it says what it is of");
    let me = Principal::local_administrator();
    let key = ["month", "division", "kind"].map(str::to_owned);
    let origin = city.metrics.origin(&me, &asked, &key, 100).await.unwrap();
    assert_eq!(origin.rows[0]["division"].as_deref(), Some("3209"));
}

#[tokio::test]
async fn areas_are_read_once_for_readers_who_take_turns_and_given_up_behind_many_others() {
    let city = City::on("2025-07-10").await;
    let me = Principal::local_administrator();
    let reader = |name: String| Principal::with_rights(name, Arc::new(Rights::new("policy", [])));
    let mine = city.metrics.areas(&me).await.unwrap();
    let other = city.metrics.areas(&reader("wang".to_owned())).await;
    assert_eq!(mine.name_of("320902"), Some("亭湖区"));
    assert_eq!(other.unwrap().name_of("320902"), None);
    let again = city.metrics.areas(&me).await.unwrap();
    assert!(Arc::ptr_eq(&mine, &again));
    for place in 0..HELD_AREAS.get() {
        let other = reader(format!("reader-{place}"));
        city.metrics.areas(&other).await.unwrap();
    }
    let later = city.metrics.areas(&me).await.unwrap();
    assert!(!Arc::ptr_eq(&mine, &later));
    assert_eq!(later.name_of("320902"), Some("亭湖区"));
}
