//! How late the newest data are, and which county is missing.

use yandu_lake::Principal;

use super::{City, ask, cell, city, value};
use crate::Ask;

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
        .map(|gap| (&*gap.area, gap.name.as_deref(), gap.period.to_string()))
        .collect();
    assert_eq!(gaps, [("320903", Some("盐都区"), "2025-06".to_owned())]);
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
async fn a_county_that_stays_away_is_missed_for_as_long_as_it_had_been_there() {
    assert_eq!(
        missed("xxxx......x").await,
        [5, 6, 7, 8],
        "what has stayed away for longer than it came is not expected any more"
    );
    let long = "xxxxxxxxxxxxxxx..............";
    assert_eq!(missed(long).await, (16..=27).collect::<Vec<usize>>());
}

#[tokio::test]
async fn a_county_is_missed_by_how_often_it_came_itself() {
    // Every third month is its habit, once it is one.
    assert_eq!(missed("xxx..x..x..x..x").await, [4, 5]);
    // Three months in a row are none: it came every other month before.
    assert_eq!(missed("xxx.x.x.xxx.x").await, [4]);
    assert_eq!(missed("xxx.x.x.xxx....").await, [4, 13, 14, 15]);
    // One month that never came is none either.
    assert_eq!(missed("xxxxxx.xxxxx.x").await, [7, 13]);
}

/// The months, counted from the first, in which the second of two counties is missed: it has cells in those with a cross, and the first
/// in each.
async fn missed(pattern: &str) -> Vec<usize> {
    let mut city = City::on("2027-12-10").await;
    let mut cells = Vec::new();
    let mut months: Vec<yandu_words::Period> = Vec::new();
    for (place, sign) in pattern.chars().enumerate() {
        let month = format!("{}-{:02}", 2025 + place / 12, place % 12 + 1);
        cells.push(cell(&month, Some("320902"), "5G", 1, 1));
        if sign == 'x' {
            cells.push(cell(&month, Some("320903"), "5G", 1, 1));
        }
        months.push(month.parse().unwrap());
    }
    city.write("base.cell", &cells).await;
    let me = Principal::local_administrator();
    let gaps = city.metrics.gaps(&me, &ask("opened").metric, &months).await;
    let gaps = gaps.unwrap();
    let missed = months.iter().enumerate().filter(|(_, month)| {
        let gaps = gaps.get(*month);
        gaps.is_some_and(|gaps| gaps.iter().any(|gap| &*gap.area == "320903"))
    });
    missed.map(|(place, _)| place + 1).collect()
}
