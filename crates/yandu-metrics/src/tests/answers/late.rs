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
async fn a_county_that_stays_away_is_missed_in_each_period_until_it_has_been_away_for_long() {
    let mut city = City::on("2025-12-10").await;
    let mut cells = Vec::new();
    for month in 1..=11 {
        let month = format!("2025-{month:02}");
        cells.push(cell(&month, Some("320902"), "5G", 1, 1));
        if month.as_str() < "2025-05" || month.as_str() > "2025-10" {
            cells.push(cell(&month, Some("320903"), "5G", 1, 1));
        }
    }
    city.write("base.cell", &cells).await;
    let months = (1..=11).map(|month| format!("2025-{month:02}").parse().unwrap());
    let months: Vec<yandu_words::Period> = months.collect();
    let me = Principal::local_administrator();
    let gaps = city.metrics.gaps(&me, &ask("opened").metric, &months).await;
    let told: Vec<String> = gaps
        .unwrap()
        .into_iter()
        .map(|(month, gaps)| format!("{month} {}", gaps[0].area))
        .collect();
    assert_eq!(
        told,
        ["2025-05 320903", "2025-06 320903", "2025-07 320903"],
        "what has not come for as long as it takes to be missed is not expected any more"
    );
}
