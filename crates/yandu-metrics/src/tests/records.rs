use serde_json::json;
use yandu_lake::{Number, Principal};
use yandu_words::Period;

use super::{City, ask};
use crate::AlertKind;

fn cells(opened: &[(&str, &str, i64)]) -> Vec<serde_json::Value> {
    opened
        .iter()
        .map(|(month, division, opened)| {
            json!({
                "month": format!("{month}-01"), "division": division, "kind": "5G", "opened": opened, "in_use": 10,
                "cost": "1.00", "level": 1.0,
            })
        })
        .collect()
}

fn period(text: &str) -> Period {
    text.parse().unwrap()
}

async fn told(city: &City, area: &str, month: &str) -> Vec<Option<Number>> {
    let metric = ask("opened").metric;
    let history = city
        .metrics
        .history(&metric, area, period(month))
        .await
        .unwrap();
    history.into_iter().map(|recorded| recorded.value).collect()
}

#[tokio::test]
async fn a_restated_month_shows_both_numbers() {
    let mut city = City::on("2025-07-10").await;
    city.write(
        "base.cell",
        &cells(&[
            ("2025-05", "320902", 5),
            ("2025-06", "320902", 7),
            ("2025-06", "320903", 1),
        ]),
    )
    .await;
    city.metrics.record().await.unwrap();
    assert_eq!(city.metrics.record().await.unwrap(), 0, "nothing changed");
    assert_eq!(city.ask(&ask("opened")).await.is_restated, Some(false));
    city.write(
        "base.cell",
        &cells(&[("2025-05", "320902", 5), ("2025-06", "320902", 9)]),
    )
    .await;
    assert!(city.metrics.record().await.unwrap() > 0);
    assert_eq!(
        told(&city, "", "2025-06").await,
        [Some(Number::Value(8.0)), Some(Number::Value(9.0))]
    );
    assert_eq!(
        told(&city, "320902", "2025-06").await,
        [Some(Number::Value(7.0)), Some(Number::Value(9.0))]
    );
    assert_eq!(
        told(&city, "320903", "2025-06").await,
        [Some(Number::Value(1.0)), None]
    );
    assert_eq!(told(&city, "", "2025-05").await, [Some(Number::Value(5.0))]);
    assert_eq!(city.ask(&ask("opened")).await.is_restated, Some(true));
    let newest = city.metrics.newest().await.unwrap();
    let opened = newest
        .iter()
        .find(|recorded| recorded.metric == ask("opened").metric)
        .unwrap();
    assert_eq!(
        (opened.period, opened.value),
        (period("2025-06"), Some(Number::Value(9.0)))
    );
}

#[tokio::test]
async fn the_newest_numbers_are_those_of_now_where_nobody_watches() {
    let mut city = City::on("2025-07-10").await;
    let metric = ask("opened").metric;
    for (opened, told) in [(7, 7.0), (9, 9.0)] {
        let written = cells(&[("2025-06", "320902", opened)]);
        city.write("base.cell", &written).await;
        let newest = city.metrics.newest().await.unwrap();
        let newest = newest.iter().find(|one| one.metric == metric).unwrap();
        assert_eq!(newest.period, period("2025-06"));
        assert_eq!(newest.value, Some(Number::Value(told)));
    }
}

#[tokio::test]
async fn a_changed_unit_is_told_with_the_numbers_of_before() {
    let mut city = City::on("2025-07-10").await;
    city.write("base.cell", &cells(&[("2025-06", "320902", 70_000)]))
        .await;
    city.metrics.record().await.unwrap();
    city.declare(|name, text| {
        if name == "opened" {
            text.replace("unit: 座", "unit: 万座")
                .replace("sum(opened)", "sum(opened) / 10000.0")
        } else {
            text
        }
    });
    city.metrics.record().await.unwrap();
    let metric = ask("opened").metric;
    let history = city
        .metrics
        .history(&metric, "", period("2025-06"))
        .await
        .unwrap();
    let told: Vec<_> = history
        .iter()
        .map(|recorded| (recorded.value, recorded.unit.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (Some(Number::Value(70_000.0)), "座"),
            (Some(Number::Value(7.0)), "万座")
        ]
    );
    assert_ne!(history[0].definition, history[1].definition);
}

#[tokio::test]
async fn an_alert_opens_below_its_bound_and_closes_when_the_number_is_inside_again() {
    let mut city = City::on("2025-07-10").await;
    city.write(
        "base.cell",
        &cells(&[("2025-06", "320902", 1), ("2025-06", "320903", 5)]),
    )
    .await;
    city.metrics.record().await.unwrap();
    let open = city.metrics.alerts(true, None, 10, |_| true).await.unwrap();
    let told: Vec<_> = open
        .iter()
        .map(|alert| (alert.area.as_str(), alert.kind, alert.value))
        .collect();
    assert_eq!(told, [("320902", AlertKind::Below, 1.0)]);
    city.write(
        "base.cell",
        &cells(&[
            ("2025-06", "320902", 1),
            ("2025-06", "320903", 5),
            ("2025-07", "320902", 3),
        ]),
    )
    .await;
    city.metrics.record().await.unwrap();
    assert_eq!(
        city.metrics.alerts(true, None, 10, |_| true).await.unwrap(),
        []
    );
    let all = city
        .metrics
        .alerts(false, None, 10, |_| true)
        .await
        .unwrap();
    assert_eq!(all.len(), 1);
    assert_eq!(
        (all[0].closed_value, all[0].closed_at.is_some()),
        (Some(3.0), true)
    );
}

#[tokio::test]
async fn a_note_stands_at_its_period_until_it_is_removed() {
    let mut city = City::on("2025-07-10").await;
    city.write("base.cell", &cells(&[("2025-06", "320902", 1)]))
        .await;
    let (me, metric) = (Principal::local_administrator(), ask("opened").metric);
    assert!(city.ask(&ask("opened")).await.notes.is_empty());
    let note = city
        .metrics
        .add_note(&me, &metric, "", period("2025-06"), "  台风停工  ")
        .await
        .unwrap();
    assert_eq!(
        city.ask(&ask("opened")).await.notes,
        std::slice::from_ref(&note)
    );
    assert_eq!(note.text, "台风停工");
    assert!(
        city.metrics
            .add_note(&me, &metric, "", period("2025-06"), " ")
            .await
            .is_err()
    );
    city.metrics
        .remove_note(&me, &metric, note.id)
        .await
        .unwrap();
    assert!(city.ask(&ask("opened")).await.notes.is_empty());
    assert!(
        city.metrics
            .remove_note(&me, &metric, note.id)
            .await
            .is_err()
    );
}
