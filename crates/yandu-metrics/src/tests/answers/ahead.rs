//! Targets, and what is foreseen.

use serde_json::Value;
use yandu_pack::declare::Comparison;
use yandu_words::Grain;

use super::{City, ask, by, cell};
use crate::{Ask, By, NoForecast, Target};

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
    assert!(!standing.is_due, "the year is not over");
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
async fn a_target_should_be_reached_when_its_due_date_is_over_or_it_has_none() {
    for (due, is_due) in [
        (Some("2025-07"), false),
        (Some("2025-07-10"), false),
        (Some("2025-07-09"), true),
        (Some("2025-06"), true),
        (None, true),
    ] {
        let mut city = City::on("2025-07-10").await;
        let cells = [cell("2025-06", Some("320902"), "5G", 1, 60)];
        city.write("base.cell", &cells).await;
        let target = Target {
            value: 100.0,
            comparison: None,
            due: due.map(|due| due.parse().unwrap()),
        };
        let asked = Ask {
            target: Some(target),
            ..ask("in_use")
        };
        let standing = city.ask(&asked).await.target.unwrap();
        assert_eq!(
            (standing.is_met, standing.is_due),
            (Some(false), is_due),
            "{due:?}"
        );
    }
}

#[tokio::test]
async fn a_newest_period_that_lacks_a_county_is_waited_for_and_foreseen() {
    let months = |lacking: &[&str]| -> Vec<Value> {
        let months = (1..=12).map(|month| format!("2024-{month:02}"));
        let months = months.chain((1..=6).map(|month| format!("2025-{month:02}")));
        let cells = months.flat_map(|month| {
            let one = cell(&month, Some("320902"), "5G", 10, 100);
            let other = cell(&month, Some("320903"), "5G", 30, 100);
            let is_lacking = lacking.contains(&month.as_str());
            [Some(one), Some(other).filter(|_| !is_lacking)]
        });
        cells.flatten().collect()
    };
    let mut city = City::on("2025-07-10").await;
    let asked = Ask {
        forecast: Some("2025-08".parse().unwrap()),
        ..ask("opened")
    };
    city.write("base.cell", &months(&["2025-06"])).await;
    let forecast = city.ask(&asked).await.forecast.unwrap();
    let points: Vec<_> = forecast
        .points
        .iter()
        .map(|point| (point.period.to_string(), point.value.round()))
        .collect();
    let expected = ["2025-06", "2025-07", "2025-08"].map(|month| (month.to_owned(), 40.0));
    assert_eq!(points, expected);
    // An older one, after which the county reported, is as it is told.
    city.write("base.cell", &months(&["2025-04"])).await;
    let forecast = city.ask(&asked).await.forecast.unwrap();
    assert_eq!(forecast.points[0].period.to_string(), "2025-07");
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
async fn a_month_without_anything_is_nothing_in_the_year_that_is_foreseen() {
    let mut city = City::on("2026-09-10").await;
    let months = (1..=8).filter(|month| *month != 2);
    let cells = months.map(|month| {
        let month = format!("2026-{month:02}");
        cell(&month, Some("320902"), "5G", 10, 100)
    });
    let cells: Vec<Value> = cells.collect();
    city.write("base.cell", &cells).await;
    let asked = Ask {
        grain: Some(Grain::Year),
        forecast: Some("2026".parse().unwrap()),
        ..ask("opened")
    };
    let forecast = city.ask(&asked).await.forecast.unwrap();
    assert!(forecast.is_total);
    let last = forecast.points.last().unwrap();
    assert_eq!(
        (last.period.to_string(), last.value.round()),
        ("2026-12".to_owned(), 110.0)
    );
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
