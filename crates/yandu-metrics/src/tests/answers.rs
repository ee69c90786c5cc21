mod ahead;
mod areas;
mod compared;
mod late;
mod origin;
mod refused;

use serde_json::{Value, json};
use yandu_lake::{Number, Principal};

use super::{City, ask, value};
use crate::{AreaLevel, Ask, BaselineChange, By, NoChange, Only, Order};

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
    assert_eq!(before.period.to_string(), "2025-05");
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
