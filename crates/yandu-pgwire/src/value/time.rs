//! Days and times. PostgreSQL counts from 2000, Arrow from 1970.

use std::fmt::Write as _;

/// Days from 1970 to 2000.
pub(super) const EPOCH_DAYS: i32 = 10_957;
pub(super) const DAY_MICROS: i64 = 86_400_000_000;
/// Microseconds from 1970 to 2000.
pub(super) const EPOCH_MICROS: i64 = EPOCH_DAYS as i64 * DAY_MICROS;

/// A day as year, month and day, of the calendar that is used now, for all of time (Howard Hinnant, `civil_from_days`).
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

fn write_day(days: i64, text: &mut String) -> bool {
    let (year, month, day) = civil(days);
    let is_before = year <= 0;
    let year = if is_before { 1 - year } else { year };
    let _ = write!(text, "{year:04}-{month:02}-{day:02}");
    is_before
}

pub(super) fn write_date(days: i64, text: &mut String) {
    if write_day(days, text) {
        text.push_str(" BC");
    }
}

/// A time of a day, in microseconds.
pub(super) fn write_time(micros: i64, text: &mut String) {
    let (seconds, fraction) = (micros / 1_000_000, micros % 1_000_000);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let _ = write!(text, "{hours:02}:{minutes:02}:{seconds:02}");
    if fraction != 0 {
        let digits = format!("{fraction:06}");
        let _ = write!(text, ".{}", digits.trim_end_matches('0'));
    }
}

/// A moment in microseconds since 1970; one with a zone is told in UTC.
pub(super) fn write_timestamp(micros: i64, has_zone: bool, text: &mut String) {
    let is_before = write_day(micros.div_euclid(DAY_MICROS), text);
    text.push(' ');
    write_time(micros.rem_euclid(DAY_MICROS), text);
    if has_zone {
        text.push_str("+00");
    }
    if is_before {
        text.push_str(" BC");
    }
}

/// Months, days and microseconds, as PostgreSQL writes them by default.
pub(super) fn write_interval(months: i32, days: i32, micros: i64, text: &mut String) {
    let start = text.len();
    let mut part = |count: i32, one: &str, many: &str| {
        if count == 0 {
            return;
        }
        if text.len() > start {
            text.push(' ');
        }
        let _ = write!(text, "{count} {}", if count == 1 { one } else { many });
    };
    part(months / 12, "year", "years");
    part(months % 12, "mon", "mons");
    part(days, "day", "days");
    if micros != 0 || text.len() == start {
        if text.len() > start {
            text.push(' ');
        }
        if micros < 0 {
            text.push('-');
        }
        write_time(micros.abs(), text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(write: impl FnOnce(&mut String)) -> String {
        let mut text = String::new();
        write(&mut text);
        text
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        for (days, text) in [
            (0, "1970-01-01"),
            (10_957, "2000-01-01"),
            (19_782, "2024-02-29"),
            (-1, "1969-12-31"),
            (-719_528, "0001-01-01 BC"),
            (2_932_896, "9999-12-31"),
        ] {
            assert_eq!(told(|to| write_date(days, to)), text);
        }
    }

    #[test]
    fn times_say_as_much_as_they_know() {
        assert_eq!(told(|to| write_time(3_661_000_000, to)), "01:01:01");
        assert_eq!(told(|to| write_time(1_500_000, to)), "00:00:01.5");
        let before = told(|to| write_timestamp(-1, false, to));
        assert_eq!(before, "1969-12-31 23:59:59.999999");
        let zoned = told(|to| write_timestamp(0, true, to));
        assert_eq!(zoned, "1970-01-01 00:00:00+00");
    }

    #[test]
    fn an_interval_leaves_out_what_is_nothing() {
        assert_eq!(
            told(|to| write_interval(14, 1, 0, to)),
            "1 year 2 mons 1 day"
        );
        assert_eq!(told(|to| write_interval(0, 0, 0, to)), "00:00:00");
        let negative = told(|to| write_interval(0, 2, -1_500_000, to));
        assert_eq!(negative, "2 days -00:00:01.5");
    }
}
