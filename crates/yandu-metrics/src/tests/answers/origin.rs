//! The rows that a number is put together from.

use std::collections::BTreeMap;

use yandu_lake::{Number, Principal};

use super::{ask, city, only};
use crate::Ask;

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
