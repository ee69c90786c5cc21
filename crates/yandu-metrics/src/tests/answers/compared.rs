//! Periods against others: which are whole, and which are about the same areas.

use yandu_lake::Number;

use super::{City, ask, by, cell, only, value};
use crate::{Answer, AreaLevel, Ask, Change, NoChange};

fn of(metric: &str, period: &str) -> Ask {
    Ask {
        period: Some(period.parse().unwrap()),
        ..ask(metric)
    }
}

/// Nine things in the first quarter and five in the second, none of them in June; and one before, in a county.
async fn seldom(day: &str, before: &str) -> City {
    let mut city = City::on(day).await;
    let cells = [
        cell("2025-12", Some(before), "5G", 1, 10),
        cell("2026-01", Some("320902"), "5G", 3, 10),
        cell("2026-01", Some("320903"), "5G", 1, 10),
        cell("2026-02", Some("320903"), "5G", 1, 10),
        cell("2026-03", Some("320902"), "5G", 4, 10),
        cell("2026-04", Some("320902"), "5G", 2, 20),
        cell("2026-05", Some("320902"), "5G", 3, 30),
        cell("2026-08", Some("320902"), "5G", 6, 40),
    ];
    city.write("base.cell", &cells).await;
    city
}

#[tokio::test]
async fn a_period_that_is_over_is_whole_when_data_came_after_it() {
    let city = seldom("2026-11-30", "320902").await;
    let answer = city.ask(&of("opened", "2026-Q2")).await;
    let group = &answer.groups[0];
    assert_eq!(value(&answer), Some(5.0));
    assert!(!group.points[0].is_partial, "June had nothing to count");
    assert_eq!(
        (group.before.value, group.before.through),
        (Number::Value(9.0), None)
    );
    assert_eq!(group.before.percent.map(f64::round), Some(-44.0));

    // So is each month without anything, and not the one that is awaited.
    let months = Ask {
        points: 3,
        ..of("opened", "2026-09")
    };
    let points = &city.ask(&months).await.groups[0].points;
    let partial: Vec<_> = points.iter().map(|point| point.is_partial).collect();
    assert_eq!(partial, [false, false, true]);

    // What is asked of has no later data: it may be late.
    let late = Ask {
        only: vec![only("area", &["320903"])],
        ..of("opened", "2026-Q1")
    };
    let late = &city.ask(&late).await.groups[0];
    assert!(late.points[0].is_partial);
    assert_eq!(late.before.through.unwrap().to_string(), "2025-11");

    // Of a stock the number is that of May.
    let stock = &city.ask(&of("in_use", "2026-Q2")).await.groups[0];
    assert_eq!(stock.points[0].through.unwrap().to_string(), "2026-05");
    assert!(stock.points[0].is_partial);
}

#[tokio::test]
async fn a_quarter_that_is_under_way_is_compared_with_as_much_of_the_one_before() {
    let city = seldom("2026-06-10", "320902").await;
    let group = &city.ask(&of("opened", "2026-Q2")).await.groups[0];
    assert!(group.points[0].is_partial);
    let before = &group.before;
    assert_eq!(
        (before.through.unwrap().to_string(), before.value),
        ("2026-02".to_owned(), Number::Value(5.0))
    );
}

#[tokio::test]
async fn a_county_with_something_in_a_long_period_is_missing_from_its_newest_month_alone() {
    let city = seldom("2026-11-30", "320903").await;
    let gaps = |answer: &Answer| -> Vec<(String, String)> {
        let gaps = answer.gaps.iter();
        gaps.map(|gap| (gap.area.to_string(), gap.period.to_string()))
            .collect()
    };
    let of_month = |month: &str| ("320903".to_owned(), month.to_owned());
    let answer = city.ask(&of("opened", "2026-Q1")).await;
    assert_eq!(gaps(&answer), [of_month("2026-03")]);
    let group = &answer.groups[0];
    assert_eq!(group.before.no_change, None, "it is in the number");
    // It has stayed away from the whole of the next.
    let next = city.ask(&of("opened", "2026-Q2")).await;
    assert_eq!(gaps(&next), [of_month("2026-05")]);
    let group = &next.groups[0];
    assert_eq!(group.before.no_change, Some(NoChange::AreasMissing));
}

#[tokio::test]
async fn numbers_of_which_one_lacks_a_county_are_told_and_not_compared() {
    let mut city = City::on("2025-08-10").await;
    let mut cells = Vec::new();
    for month in [
        "2024-06", "2025-03", "2025-04", "2025-05", "2025-06", "2025-07",
    ] {
        cells.push(cell(month, Some("320902001"), "5G", 8, 10));
        cells.push(cell(month, Some("320902010"), "4G", 2, 10));
        if month != "2025-06" {
            cells.push(cell(month, Some("320903100"), "5G", 30, 10));
        }
    }
    city.write("base.cell", &cells).await;
    let unlike = |change: &Change| (change.percent, change.no_change);
    let not_compared = (None, Some(NoChange::AreasMissing));

    let june = &city.ask(&of("opened", "2025-06")).await.groups[0];
    assert_eq!(unlike(&june.before), not_compared);
    assert_eq!(unlike(&june.year_before), not_compared);
    assert_eq!(june.before.value, Number::Value(40.0), "it is told");
    let july = &city.ask(&of("opened", "2025-07")).await.groups[0];
    assert_eq!(unlike(&july.before), not_compared, "June lacks it");
    let may = &city.ask(&of("opened", "2025-05")).await.groups[0];
    assert_eq!(unlike(&may.before), (Some(0.0), None));

    // The others are whole, by area and where they were asked for alone.
    let alone = Ask {
        only: vec![only("area", &["320902"])],
        ..of("opened", "2025-06")
    };
    let alone = &city.ask(&alone).await.groups[0];
    assert_eq!(unlike(&alone.before), (Some(0.0), None));
    for level in [AreaLevel::County, AreaLevel::Managing, AreaLevel::City] {
        let by_area = Ask {
            by: vec![by("area", Some(level))],
            points: 2,
            ..of("opened", "2025-06")
        };
        for group in city.ask(&by_area).await.groups {
            let expected = match group.keys[0].value.as_deref() {
                Some("320900") => not_compared,
                Some("320903" | "yandu") => (None, Some(NoChange::NoValue)),
                _ => (Some(0.0), None),
            };
            assert_eq!(unlike(&group.before), expected, "{:?}", group.keys);
        }
    }
    // A county is of each class.
    let by_kind = Ask {
        by: vec![by("kind", None)],
        ..of("opened", "2025-06")
    };
    for group in city.ask(&by_kind).await.groups {
        assert_eq!(unlike(&group.before), not_compared, "{:?}", group.keys);
    }
}
