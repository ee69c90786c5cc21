use jiff::civil::date;
use proptest::prelude::*;

use super::{Grain, Period};

fn period(text: &str) -> Period {
    text.parse().unwrap()
}

#[test]
fn a_period_has_a_first_and_a_last_day() {
    let days = |text: &str| {
        let period = period(text);
        (period.first_day(), period.last_day())
    };
    assert_eq!(days("2025"), (date(2025, 1, 1), date(2025, 12, 31)));
    assert_eq!(days("2025-Q2"), (date(2025, 4, 1), date(2025, 6, 30)));
    assert_eq!(days("2024-02"), (date(2024, 2, 1), date(2024, 2, 29)));
    assert_eq!(days("2025-06-30"), (date(2025, 6, 30), date(2025, 6, 30)));
}

#[test]
fn the_same_period_of_the_year_before_is_as_long() {
    let before = |text: &str| period(text).year_before().to_string();
    assert_eq!(before("2025-Q1"), "2024-Q1");
    assert_eq!(before("2025-01"), "2024-01");
    assert_eq!(before("2024-02-29"), "2023-02-28");
    assert_eq!(before("2025"), "2024");
}

#[test]
fn what_is_no_period_is_refused() {
    for text in [
        "",
        "25",
        "2025-",
        "2025-Q5",
        "2025-Q0",
        "2025-q1",
        "2025-13",
        "2025-00",
        "2025-6",
        "2025-02-29",
        "2025-06-31",
        "2025-06-30-1",
        "0000",
        "+202",
        "２０２５",
        "2025-Q",
        "2025 -06",
    ] {
        assert!(text.parse::<Period>().is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn a_written_period_is_read_again(year in 1i16..=9998, month in 1i8..=12, day in 1i8..=28, grain in 0usize..4) {
        let grain = Grain::ALL[grain];
        let day = date(year, month, day);
        let found = Period::of(day, grain);
        prop_assert!(found.contains(day));
        prop_assert_eq!(found.to_string().parse::<Period>().unwrap(), found);
        prop_assert_eq!(found.next().previous(), found);
        prop_assert_eq!(found.last_day().tomorrow().unwrap(), found.next().first_day());
        prop_assert_eq!(found.within(Grain::Year).year(), year);
    }
}
