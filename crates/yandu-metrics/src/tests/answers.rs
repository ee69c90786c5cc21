use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use yandu_lake::{Number, Principal, Rights};
use yandu_pack::declare::Comparison;
use yandu_words::Grain;

use super::{City, ask, value};
use crate::metrics::HELD_AREAS;
use crate::{AreaLevel, Ask, BaselineChange, By, Error, NoChange, NoForecast, Only, Order, Target};

/// A cell: month, division, kind, opened, in use.
fn cell(month: &str, division: Option<&str>, kind: &str, opened: i64, in_use: i64) -> Value {
    json!({
        "month": format!("{month}-01"), "division": division, "kind": kind, "opened": opened, "in_use": in_use,
        "cost": "10.05", "level": 1.5,
    })
}

async fn city() -> City {
    let mut city = City::on("2025-07-10").await;
    let mut cells = Vec::new();
    for (place, month) in ["2024-05", "2024-06", "2025-04", "2025-05", "2025-06"]
        .iter()
        .enumerate()
    {
        let step = place as i64;
        cells.push(cell(month, Some("320902001"), "5G", 3 + step, 30 + step));
        cells.push(cell(month, Some("320902010"), "4G", 1, 5));
        cells.push(cell(month, None, "5G", 2, 1));
        if *month != "2025-06" {
            cells.push(cell(month, Some("320903100"), "5G", 10, 10));
        }
    }
    city.write("base.cell", &cells).await;
    city
}

fn by(dimension: &str, level: Option<AreaLevel>) -> By {
    By {
        dimension: dimension.parse().unwrap(),
        level,
    }
}

fn only(dimension: &str, values: &[&str]) -> Only {
    Only {
        dimension: dimension.parse().unwrap(),
        values: values.iter().map(|value| (*value).to_owned()).collect(),
    }
}

async fn groups(city: &City, ask: &Ask) -> Vec<String> {
    let answer = city.ask(ask).await;
    let told = answer.groups.iter().map(|group| {
        let keys: Vec<&str> = group
            .keys
            .iter()
            .map(|key| key.value.as_deref().unwrap_or("-"))
            .collect();
        let points: Vec<String> = group
            .points
            .iter()
            .map(|point| match point.value {
                Number::Value(value) => format!("{value}"),
                other => format!("{other:?}"),
            })
            .collect();
        format!("{} {}", keys.join("/"), points.join(" "))
    });
    told.collect()
}

#[tokio::test]
async fn a_flow_of_a_year_is_that_of_its_months_and_a_stock_that_of_the_newest() {
    let city = city().await;
    assert_eq!(
        value(&city.ask(&ask("opened")).await),
        Some(7.0 + 1.0 + 2.0)
    );
    let year = Ask {
        period: Some("2025".parse().unwrap()),
        ..ask("opened")
    };
    assert_eq!(
        value(&city.ask(&year).await),
        Some((5.0 + 6.0 + 7.0) + 3.0 + 6.0 + 20.0)
    );
    let stock = Ask {
        period: Some("2025".parse().unwrap()),
        ..ask("in_use")
    };
    assert_eq!(value(&city.ask(&stock).await), Some(34.0 + 5.0 + 1.0));
    // Money is added as it is written, not as floats.
    let cost = Ask {
        period: Some("2025".parse().unwrap()),
        ..ask("cost")
    };
    assert_eq!(value(&city.ask(&cost).await), Some(110.55));
}

#[tokio::test]
async fn a_share_of_a_year_is_that_of_the_year_and_not_the_mean_of_its_months() {
    let city = city().await;
    let year = Ask {
        period: Some("2025".parse().unwrap()),
        ..ask("share")
    };
    let (opened, in_use) = (47.0, (32.0 + 33.0 + 34.0) + 15.0 + 3.0 + 20.0);
    let found = value(&city.ask(&year).await).unwrap();
    assert!((found - 100.0 * opened / in_use).abs() < 1e-9, "{found}");
    let found = value(&city.ask(&ask("level")).await).unwrap();
    assert!((found - 1.5).abs() < 1e-12);
}

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
async fn it_is_asked_by_classes_and_only_for_some() {
    let city = city().await;
    let asked = Ask {
        by: vec![by("kind", None)],
        points: 3,
        ..ask("opened")
    };
    assert_eq!(groups(&city, &asked).await, ["4G 1 1 1", "5G 17 18 9"]);
    let named = city.ask(&asked).await.groups[0].keys[0].name.clone();
    assert_eq!(named, Some(yandu_words::Title::new("四代", "Fourth")));
    let asked = Ask {
        order: Order::Least,
        limit: Some(1),
        ..asked
    };
    assert_eq!(groups(&city, &asked).await, ["4G 1 1 1"]);
    assert_eq!(city.ask(&asked).await.groups_in_all, 2);
    let asked = Ask {
        only: vec![only("kind", &["4G", "6G"])],
        ..ask("opened")
    };
    assert_eq!(value(&city.ask(&asked).await), Some(1.0));
    let nothing = Ask {
        only: vec![only("kind", &["6G"])],
        ..ask("opened")
    };
    let answer = city.ask(&nothing).await;
    assert_eq!(answer.groups[0].points[0].value, Number::Missing);
    assert_eq!(value(&city.ask(&ask("of_five")).await), Some(9.0));
}

#[tokio::test]
async fn a_running_year_is_compared_with_as_much_of_the_one_before() {
    let city = city().await;
    let year = Ask {
        period: Some("2025".parse().unwrap()),
        ..ask("opened")
    };
    let answer = city.ask(&year).await;
    let group = &answer.groups[0];
    assert!(group.points[0].is_partial);
    let before = &group.year_before;
    assert_eq!(before.through.unwrap().to_string(), "2024-06");
    assert_eq!(before.value, Number::Value(3.0 + 4.0 + 2.0 + 4.0 + 20.0));
    let month = city.ask(&ask("opened")).await;
    let group = &month.groups[0];
    assert!(!group.points[0].is_partial);
    let (before, year_before) = (&group.before, &group.year_before);
    assert_eq!(
        (before.period.to_string(), before.change),
        ("2025-05".to_owned(), Some(10.0 - 19.0))
    );
    assert_eq!(year_before.period.to_string(), "2024-06");
}

#[tokio::test]
async fn a_year_as_it_stood_at_the_end_of_a_month_holds_nothing_from_after_it() {
    let city = city().await;
    let year = Ask {
        period: Some("2025".parse().unwrap()),
        until: Some("2025-05".parse().unwrap()),
        ..ask("opened")
    };
    let answer = city.ask(&year).await;
    assert_eq!(value(&answer), Some(47.0 - 10.0));
    let group = &answer.groups[0];
    assert_eq!(group.points[0].through.unwrap().to_string(), "2025-05");
    let before = group.year_before.through.unwrap();
    assert_eq!(before.to_string(), "2024-05");
}

#[tokio::test]
async fn what_has_not_begun_is_in_no_number_and_in_no_trail() {
    let mut city = City::on("2025-07-10").await;
    let cells = [
        cell("2024-05", Some("320902"), "5G", 1, 10),
        cell("2024-12", Some("320902"), "5G", 2, 20),
        cell("2025-05", Some("320902"), "5G", 4, 40),
        cell("2025-07", Some("320902"), "5G", 8, 80),
        cell("2025-08", Some("320902"), "4G", 16, 160),
        cell("2025-12", Some("320902"), "5G", 32, 320),
    ];
    city.write("base.cell", &cells).await;
    let of = |metric: &str, period: &str| Ask {
        period: Some(period.parse().unwrap()),
        ..ask(metric)
    };
    let answer = city.ask(&of("opened", "2025")).await;
    assert_eq!(
        value(&answer),
        Some(4.0 + 8.0),
        "the running month is counted"
    );
    assert_eq!(answer.data.later_cells, 2, "it says what is left out");
    let group = &answer.groups[0];
    assert_eq!(group.points[0].through.unwrap().to_string(), "2025-07");
    assert_eq!(
        group.year_before.value,
        Number::Value(1.0),
        "as much of the year before is compared"
    );
    assert_eq!(value(&city.ask(&of("in_use", "2025")).await), Some(80.0));
    let planned = city.ask(&of("opened", "2025-12")).await;
    assert_eq!(planned.groups[0].points[0].value, Number::Missing);
    assert_eq!(planned.groups[0].points[0].through, None);
    let of_four = Ask {
        only: vec![only("kind", &["4G"])],
        ..of("opened", "2025")
    };
    let of_four = city.ask(&of_four).await;
    assert_eq!((value(&of_four), of_four.data.later_cells), (None, 1));

    let me = Principal::local_administrator();
    let key = ["month", "division", "kind"].map(str::to_owned);
    let year = of("opened", "2025");
    let origin = city.metrics.origin(&me, &year, &key, 100).await.unwrap();
    assert_eq!((origin.rows.len(), origin.point.cells), (2, 2));
    city.moved("2025-08-01").await;
    let begun = city.ask(&year).await;
    assert_eq!(value(&begun), Some(4.0 + 8.0 + 16.0));
    assert_eq!(begun.data.later_cells, 1);
}

#[tokio::test]
async fn a_missing_or_zero_base_has_no_percentage_and_says_why() {
    let mut city = City::on("2025-07-10").await;
    city.write(
        "base.cell",
        &[
            cell("2025-05", Some("320902"), "5G", 0, 0),
            cell("2025-06", Some("320902"), "5G", 4, 8),
        ],
    )
    .await;
    let answer = city.ask(&ask("opened")).await;
    let group = &answer.groups[0];
    let (before, year_before) = (&group.before, &group.year_before);
    assert_eq!(
        (before.change, before.percent, before.no_change),
        (Some(4.0), None, Some(NoChange::OtherIsZero))
    );
    assert_eq!(
        (year_before.change, year_before.no_change),
        (None, Some(NoChange::NoOther))
    );
    let share = Ask {
        points: 2,
        ..ask("share")
    };
    let answer = city.ask(&share).await;
    assert_eq!(answer.groups[0].points[0].value, Number::DividedByZero);
    assert_eq!(answer.groups[0].points[1].value, Number::Value(50.0));
    assert_eq!(answer.baseline, Some(BaselineChange::Missing));
    let stock = city.ask(&ask("in_use")).await;
    let Some(BaselineChange::Since {
        change, percent, ..
    }) = stock.baseline
    else {
        panic!("{:?}", stock.baseline);
    };
    assert_eq!((change, percent), (Some(-32.0), Some(-80.0)));
}

#[tokio::test]
async fn late_data_says_how_late_and_which_county_is_missing() {
    let city = city().await;
    let answer = city.ask(&ask("opened")).await;
    assert_eq!(answer.freshness.newest.unwrap().to_string(), "2025-06");
    assert_eq!(
        (answer.freshness.age_days, answer.freshness.late_days),
        (Some(10), None)
    );
    let gaps: Vec<_> = answer
        .gaps
        .iter()
        .map(|gap| (&*gap.area, gap.name.as_deref()))
        .collect();
    assert_eq!(gaps, [("320903", Some("盐都区"))]);
    // What a county reports now and then is not missing when there is nothing.
    let mut seldom = City::on("2025-07-10").await;
    let cells = [
        cell("2025-04", Some("320902"), "5G", 1, 1),
        cell("2025-05", Some("320902"), "5G", 1, 1),
        cell("2025-05", Some("320903"), "5G", 1, 1),
        cell("2025-06", Some("320902"), "5G", 1, 1),
    ];
    seldom.write("base.cell", &cells).await;
    assert_eq!(seldom.ask(&ask("opened")).await.gaps, []);
    // A date mistyped into the future is not the newest one.
    let mistyped = [
        cell("2025-06", Some("320902"), "5G", 4, 1),
        cell("2050-06", Some("320902"), "5G", 1, 1),
    ];
    seldom.write("base.cell", &mistyped).await;
    assert_eq!(value(&seldom.ask(&ask("opened")).await), Some(4.0));
    seldom.metrics.record().await.unwrap();
    let newest = seldom.metrics.newest().await.unwrap();
    assert!(!newest.is_empty());
    assert!(newest.iter().all(|recorded| recorded.period.year() == 2025));
    // It is recorded once it has begun, though nothing was delivered since.
    seldom.moved("2050-06-02").await;
    seldom.metrics.record().await.unwrap();
    let newest = seldom.metrics.newest().await.unwrap();
    assert!(newest.iter().any(|recorded| recorded.period.year() == 2050));
    let asked = Ask {
        period: Some("2050".parse().unwrap()),
        ..ask("opened")
    };
    assert_eq!(value(&seldom.ask(&asked).await), Some(1.0));
    let corrected = [cell("2025-06", Some("320902"), "5G", 4, 1)];
    seldom.write("base.cell", &corrected).await;
    seldom.metrics.record().await.unwrap();
    let newest = seldom.metrics.newest().await.unwrap();
    assert!(!newest.is_empty());
    assert!(
        newest.iter().all(|recorded| recorded.period.year() == 2025),
        "what was taken back is not the newest"
    );
    let mut late = City::on("2025-09-30").await;
    late.write("base.cell", &[cell("2025-06", Some("320902"), "5G", 1, 1)])
        .await;
    // July ended on the 31st, and twenty days were promised.
    assert_eq!(
        late.ask(&ask("opened")).await.freshness.late_days,
        Some(61 - 20)
    );
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
async fn a_target_about_a_change_is_held_against_the_baseline() {
    let mut city = City::on("2025-07-10").await;
    let months = 1..=6;
    let cells: Vec<Value> = months
        .map(|month| cell(&format!("2025-{month:02}"), Some("320902"), "5G", 1, 60))
        .collect();
    city.write("base.cell", &cells).await;
    let asked = |metric: &str, value| Ask {
        target: Some(Target {
            value,
            comparison: Some(Comparison::Change),
            due: Some("2025-12".parse().unwrap()),
        }),
        ..ask(metric)
    };
    // 60 of them in use, and 40 when counting began.
    for (value, is_met, gap) in [
        (15.0, true, -5.0),
        (20.0, true, 0.0),
        (25.0, false, 5.0),
        (-10.0, false, 30.0),
    ] {
        let standing = city.ask(&asked("in_use", value)).await.target.unwrap();
        assert_eq!(
            (standing.is_met, standing.gap, standing.will_be_met),
            (Some(is_met), Some(gap), Some(is_met)),
            "{value}"
        );
    }
    let without = city.ask(&asked("share", 1.0)).await.target.unwrap();
    assert_eq!((without.is_met, without.gap), (None, None));
    assert_eq!(without.will_be_met, None);
}

#[tokio::test]
async fn a_target_has_a_gap_and_a_forecast() {
    let mut city = City::on("2025-07-10").await;
    let mut cells = Vec::new();
    for year in [2024, 2025] {
        for month in 1..=12 {
            if (year, month) < (2025, 7) {
                cells.push(cell(
                    &format!("{year}-{month:02}"),
                    Some("320902"),
                    "5G",
                    10,
                    100,
                ));
            }
        }
    }
    city.write("base.cell", &cells).await;
    let target = |value: f64| Target {
        value,
        comparison: None,
        due: Some("2025".parse().unwrap()),
    };
    let asked = |value| Ask {
        period: Some("2025".parse().unwrap()),
        target: Some(target(value)),
        ..ask("opened")
    };
    let answer = city.ask(&asked(110.0)).await;
    let standing = answer.target.unwrap();
    assert_eq!(
        (standing.is_met, standing.gap, standing.will_be_met),
        (Some(false), Some(50.0), Some(true))
    );
    let forecast = answer.forecast.unwrap();
    assert!(forecast.is_total);
    let last = forecast.points.last().unwrap();
    assert_eq!(
        (last.period.to_string(), last.value.round()),
        ("2025-12".to_owned(), 120.0)
    );
    assert_eq!(
        city.ask(&asked(130.0)).await.target.unwrap().will_be_met,
        Some(false)
    );
    assert_eq!(
        city.ask(&asked(60.0)).await.target.unwrap().is_met,
        Some(true)
    );
    // A share is foreseen by itself: the months of a year do not add up to it.
    let share = Ask {
        metric: ask("share").metric,
        ..asked(11.0)
    };
    let forecast = city.ask(&share).await.forecast.unwrap();
    assert!(!forecast.is_total);
    assert!((forecast.points.last().unwrap().value - 10.0).abs() < 1e-9);
}

#[tokio::test]
async fn a_share_is_no_sum_in_a_year_of_which_nothing_or_one_month_has_come() {
    for (day, last) in [("2026-01-10", "2026-01"), ("2026-02-10", "2026-02")] {
        let mut city = City::on(day).await;
        let mut cells = Vec::new();
        for year in [2024, 2025, 2026] {
            for month in 1..=12 {
                let month = format!("{year}-{month:02}");
                if month.as_str() < last {
                    cells.push(cell(&month, Some("320902"), "5G", 10, 100));
                }
            }
        }
        city.write("base.cell", &cells).await;
        for (metric, is_total) in [("opened", true), ("share", false)] {
            let asked = Ask {
                grain: Some(Grain::Year),
                forecast: Some("2026".parse().unwrap()),
                ..ask(metric)
            };
            let forecast = city.ask(&asked).await.forecast.unwrap();
            assert_eq!(forecast.is_total, is_total, "{metric} on {day}");
            let last = forecast.points.last().unwrap().value.round();
            let expected = if is_total { 120.0 } else { 10.0 };
            assert!((last - expected).abs() < 1e-9, "{metric} on {day}: {last}");
        }
    }
}

#[tokio::test]
async fn a_forecast_that_cannot_be_made_says_why() {
    let mut city = City::on("2025-07-10").await;
    let why = async |city: &City, by: Vec<By>, until: &str| {
        let asked = Ask {
            by,
            forecast: Some(until.parse().unwrap()),
            ..ask("opened")
        };
        let answer = city.ask(&asked).await;
        assert_eq!(answer.forecast.is_none(), answer.no_forecast.is_some());
        answer.no_forecast
    };
    let too_few = Some(NoForecast::TooFew);
    assert_eq!(why(&city, Vec::new(), "2025-12").await, too_few);
    let of = |months: std::ops::RangeInclusive<u32>| -> Vec<Value> {
        let months = months.filter(|month| *month != 4);
        let cells = months.map(|month| {
            let month = format!("2025-{month:02}");
            cell(&month, Some("320902"), "5G", 10, 100)
        });
        cells.collect()
    };
    // Only two months follow on each other, because one is missing before them.
    city.write("base.cell", &of(1..=6)).await;
    assert_eq!(why(&city, Vec::new(), "2025-12").await, too_few);
    let mut whole = of(1..=6);
    whole.push(cell("2025-04", Some("320902"), "5G", 10, 100));
    city.write("base.cell", &whole).await;
    assert_eq!(why(&city, Vec::new(), "2025-12").await, None);
    let past = Some(NoForecast::Past);
    assert_eq!(why(&city, Vec::new(), "2025-06").await, past);
    let groups = Some(NoForecast::Groups);
    let by_kind = vec![by("kind", None)];
    assert_eq!(why(&city, by_kind, "2025-12").await, groups);
    let unasked = city.ask(&ask("opened")).await;
    assert_eq!(unasked.no_forecast, None);
}

#[tokio::test]
async fn what_cannot_be_asked_says_what_can() {
    let city = city().await;
    let wrong = [
        Ask {
            by: vec![by("unit", None)],
            ..ask("opened")
        },
        Ask {
            by: vec![by("kind", Some(AreaLevel::County))],
            ..ask("opened")
        },
        Ask {
            grain: Some(Grain::Day),
            ..ask("opened")
        },
        Ask {
            points: 0,
            ..ask("opened")
        },
        Ask {
            only: vec![only("colour", &["red"])],
            ..ask("opened")
        },
        ask("nothing"),
    ];
    let mut told = Vec::new();
    for wrong in &wrong {
        let error = city.try_ask(wrong).await.unwrap_err();
        assert!(
            error.help().is_some() && Error::CODES.contains(&error.code()),
            "{error}"
        );
        told.push(error.to_string());
    }
    assert_eq!(
        told,
        [
            "`base.opened` cannot be asked for by `unit`",
            "`kind` of `base.opened` is no area, so it has no levels",
            "`base.opened` is told by month, and a day is shorter",
            "0 points are asked for, and at most 4000 are given",
            "`base.opened` cannot be asked for by `colour`",
            "there is no metric `base.nothing`",
        ]
    );
}

#[tokio::test]
async fn a_value_that_no_list_has_is_refused_with_those_that_there_are() {
    let mut city = city().await;
    let asked = |dimension: &str, value: &str| Ask {
        only: vec![only(dimension, &[value])],
        ..ask("opened")
    };
    let refused = async |city: &City, dimension: &str, value: &str| {
        let error = city.try_ask(&asked(dimension, value)).await.unwrap_err();
        assert_eq!(error.code(), "metric-question");
        (error.to_string(), error.help().unwrap())
    };
    let (told, help) = refused(&city, "kind", "3G").await;
    assert_eq!(told, "`kind` of `base.opened` has no value `3G`");
    assert!(help.ends_with(": 4G 四代, 5G 五代, 6G 六代"), "{help}");
    let (_, help) = refused(&city, "kind", "五代").await;
    assert!(help.ends_with(": 5G 五代"), "{help}");
    // A part of a name points to it.
    for part in ["四", "Four"] {
        let (_, help) = refused(&city, "kind", part).await;
        assert!(help.ends_with(": 4G 四代"), "{help}");
    }
    let (_, help) = refused(&city, "area", "盐都区").await;
    assert!(help.ends_with(": 320903 盐都区, yandu 盐都区"), "{help}");
    for area in ["32", "nowhere"] {
        let (_, help) = refused(&city, "area", area).await;
        assert!(help.contains("320902 亭湖区, 320903 盐都区, "), "{help}");
    }
    // What lists have, and what encloses cells, may be asked for though there is no number.
    for area in ["320903", "320903100", "320900", "320000"] {
        city.ask(&asked("area", area)).await;
    }
    // Whoever sees no list is told of none.
    for list in ["base.division", "base.managing_unit", "base.unit_area"] {
        city.write(list, &[]).await;
    }
    for area in ["32", "nowhere"] {
        let answer = city.ask(&asked("area", area)).await;
        assert_eq!(value(&answer), None);
    }
    // A value that cells have beside their list is one.
    city.write("base.cell", &[cell("2025-06", None, "3G", 2, 2)])
        .await;
    assert_eq!(value(&city.ask(&asked("kind", "3G")).await), Some(2.0));
}

#[tokio::test]
async fn a_metric_without_cells_has_no_number() {
    let city = City::on("2025-07-10").await;
    let answer = city.ask(&ask("opened")).await;
    assert_eq!((answer.period, answer.groups.len()), (None, 0));
    let asked = Ask {
        period: Some("2025-06".parse().unwrap()),
        ..ask("opened")
    };
    assert_eq!(
        city.ask(&asked).await.groups[0].points[0].value,
        Number::Missing
    );
}

#[tokio::test]
async fn a_number_names_the_rows_that_it_is_put_together_from() {
    let city = city().await;
    let me = Principal::local_administrator();
    let key = ["month", "division", "kind"].map(str::to_owned);
    let asked = Ask {
        period: Some("2025-Q2".parse().unwrap()),
        only: vec![only("area", &["320902"])],
        ..ask("opened")
    };
    let origin = city.metrics.origin(&me, &asked, &key, 100).await.unwrap();
    assert_eq!(origin.point.value, Number::Value(5.0 + 6.0 + 7.0 + 3.0));
    assert_eq!(
        (origin.rows.len(), origin.more, origin.point.cells),
        (6, false, 6)
    );
    let first = &origin.rows[0];
    let told: Vec<_> = key
        .iter()
        .map(|column| first[column].as_deref().unwrap())
        .collect();
    assert_eq!(told, ["2025-04-01", "320902001", "5G"]);
    let some = city.metrics.origin(&me, &asked, &key, 4).await.unwrap();
    assert_eq!((some.rows.len(), some.more), (4, true));
    // As much of a period as another one is compared with.
    let april = Some("2025-04".parse().unwrap());
    let part = Ask {
        until: april,
        ..asked.clone()
    };
    let origin = city.metrics.origin(&me, &part, &key, 100).await.unwrap();
    let is_of_april =
        |row: &BTreeMap<String, Option<String>>| row["month"].as_deref() == Some("2025-04-01");
    assert!(!origin.rows.is_empty() && origin.rows.iter().all(is_of_april));
    let whole = Ask {
        period: april,
        ..asked.clone()
    };
    let whole = city.metrics.origin(&me, &whole, &key, 100).await.unwrap();
    assert_eq!(origin.rows, whole.rows);
    assert_eq!(origin.point.value, whole.point.value);
    // Of a stock only the newest month counts, and what has no area is found too.
    let stock = Ask {
        period: Some("2025".parse().unwrap()),
        ..ask("in_use")
    };
    let origin = city.metrics.origin(&me, &stock, &key, 100).await.unwrap();
    assert_eq!(origin.rows.len(), 3);
    assert!(origin.rows.iter().any(|row| row["division"].is_none()));
    let nowhere = Ask {
        only: vec![only("area", &[""])],
        ..ask("opened")
    };
    let origin = city.metrics.origin(&me, &nowhere, &key, 100).await.unwrap();
    assert_eq!(
        (origin.rows.len(), origin.point.value),
        (1, Number::Value(2.0))
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
