use yandu_words::Period;

use super::{Method, NoForecast, Series, foresee};

fn period(text: &str) -> Period {
    text.parse().unwrap()
}

fn monthly(last: &str, values: Vec<f64>) -> Series {
    Series {
        last: period(last),
        values,
        total: None,
    }
}

#[test]
fn a_straight_series_is_continued_without_an_error() {
    let values = (0..24).map(|place| 10.0 + 3.0 * f64::from(place)).collect();
    let forecast = foresee(&monthly("2025-06", values), period("2025-09")).unwrap();
    assert_eq!(forecast.method, Method::Line);
    let told: Vec<String> = forecast
        .points
        .iter()
        .map(|point| format!("{} {:.3}", point.period, point.value))
        .collect();
    assert_eq!(told, ["2025-07 82.000", "2025-08 85.000", "2025-09 88.000"]);
    assert!(
        forecast.past_error < 1e-9
            && forecast
                .points
                .iter()
                .all(|point| point.high - point.low < 1e-6)
    );
}

#[test]
fn a_series_with_seasons_is_foreseen_by_them() {
    let season = [
        0.0, 9.0, -4.0, 2.0, 0.0, -7.0, 3.0, 1.0, -2.0, 5.0, -6.0, -1.0,
    ];
    let value = |place: usize| 100.0 + place as f64 + season[place % 12];
    let forecast = foresee(
        &monthly("2025-12", (0..36).map(value).collect()),
        period("2026-03"),
    )
    .unwrap();
    assert_eq!(forecast.method, Method::Seasons);
    for (place, point) in forecast.points.iter().enumerate() {
        assert!((point.value - value(36 + place)).abs() < 3.0, "{point:?}");
    }
    assert_eq!(forecast.trials, 6);
}

#[test]
fn a_total_of_a_year_holds_nothing_of_the_year_before() {
    // December of the year before is still to come when it is asked.
    let series = Series {
        total: Some((period("2026"), 0.0)),
        ..monthly("2025-11", vec![10.0; 18])
    };
    let forecast = foresee(&series, period("2026")).unwrap();
    let (first, last) = (forecast.points[0], forecast.points[11]);
    assert_eq!(forecast.points.len(), 12);
    assert_eq!(first.period, period("2026-01"));
    assert!((first.value - 10.0).abs() < 1e-6, "{first:?}");
    assert!((last.value - 120.0).abs() < 1e-6, "{last:?}");
}

#[test]
fn a_total_begins_with_what_came_already() {
    let series = Series {
        total: Some((period("2025"), 60.0)),
        ..monthly("2025-06", vec![10.0; 18])
    };
    let forecast = foresee(&series, period("2025-12")).unwrap();
    assert!(forecast.is_total);
    assert!((forecast.at(Some(period("2025-12"))).unwrap() - 120.0).abs() < 1e-9);
    assert!((forecast.at(Some(period("2025-Q3"))).unwrap() - 90.0).abs() < 1e-9);
}

#[test]
fn what_is_too_short_or_over_is_not_foreseen_and_says_why() {
    assert_eq!(
        foresee(
            &monthly("2025-06", vec![1.0, 2.0, 3.0, 4.0]),
            period("2025-12")
        ),
        Err(NoForecast::TooFew)
    );
    assert_eq!(
        foresee(&monthly("2025-06", vec![1.0; 20]), period("2025-06")),
        Err(NoForecast::Past)
    );
    assert_eq!(
        foresee(&monthly("2025-06", Vec::new()), period("2025-12")),
        Err(NoForecast::TooFew)
    );
}

#[test]
fn a_noisy_series_has_an_interval_that_widens() {
    let values = (0..30)
        .map(|place| 50.0 + f64::from(place * 7919 % 13))
        .collect();
    let forecast = foresee(&monthly("2025-06", values), period("2026-06")).unwrap();
    let width = |place: usize| forecast.points[place].high - forecast.points[place].low;
    assert!(width(0) > 1.0 && width(11) > width(0));
    assert!(forecast.past_error > 0.0 && forecast.past_percent.unwrap() > 0.0);
    assert!((0.0..=100.0).contains(&forecast.past_inside));
}
