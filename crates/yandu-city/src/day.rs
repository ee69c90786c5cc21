//! Days as numbers since 1970-01-01, and their texts from a table: formatting a date must cost no more
//! than copying ten bytes.

use jiff::civil::Date;

const FIRST_YEAR: i32 = 1895;
const LAST_YEAR: i32 = 2100;

/// Days since 1970-01-01 of a civil date (H. Hinnant, "chrono-compatible low-level date algorithms").
pub(crate) fn from_civil(year: i32, month: u32, day: u32) -> i32 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400) as u32;
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era as i32 - 719_468
}

/// Year, month and day of days since 1970-01-01, by the same source.
pub(crate) fn to_civil(day: i32) -> (i32, u32, u32) {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097) as u32;
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_index = (5 * day_of_year + 2) / 153;
    let month = if month_index < 10 {
        month_index + 3
    } else {
        month_index - 9
    };
    let year = year_of_era as i32 + era * 400 + i32::from(month <= 2);
    (year, month, day_of_year - (153 * month_index + 2) / 5 + 1)
}

pub(crate) fn of_date(date: Date) -> i32 {
    from_civil(
        i32::from(date.year()),
        date.month() as u32,
        date.day() as u32,
    )
}

pub(crate) fn year_of(day: i32) -> i32 {
    to_civil(day).0
}

/// The texts of all days that a delivery may hold.
pub(crate) struct Days {
    first: i32,
    dashed: Vec<[u8; 10]>,
}

impl Days {
    pub(crate) fn new() -> Self {
        let first = from_civil(FIRST_YEAR, 1, 1);
        let last = from_civil(LAST_YEAR, 12, 31);
        let dashed = (first..=last)
            .map(|day| {
                let (year, month, day) = to_civil(day);
                let digit = |number: u32| b'0' + (number % 10) as u8;
                let year = year as u32;
                [
                    digit(year / 1000),
                    digit(year / 100),
                    digit(year / 10),
                    digit(year),
                    b'-',
                    digit(month / 10),
                    digit(month),
                    b'-',
                    digit(day / 10),
                    digit(day),
                ]
            })
            .collect();
        Self { first, dashed }
    }

    /// YYYY-MM-DD.
    #[inline]
    pub(crate) fn dashed(&self, day: i32) -> &[u8; 10] {
        self.dashed
            .get((day - self.first) as usize)
            .unwrap_or(b"1970-01-01")
    }

    /// YYYYMMDD.
    #[inline]
    pub(crate) fn packed(&self, day: i32) -> [u8; 8] {
        let digits = self.dashed(day).iter().filter(|sign| **sign != b'-');
        let mut packed = [b'0'; 8];
        for (place, digit) in packed.iter_mut().zip(digits) {
            *place = *digit;
        }
        packed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn civil_days_go_there_and_back() {
        for day in from_civil(1895, 1, 1)..=from_civil(2100, 12, 31) {
            let (year, month, day_of_month) = to_civil(day);
            assert_eq!(from_civil(year, month, day_of_month), day);
        }
        assert_eq!(from_civil(1970, 1, 1), 0);
        assert_eq!(from_civil(2000, 3, 1), 11_017);
    }

    #[test]
    fn texts_of_days_are_right() {
        let days = Days::new();
        assert_eq!(days.dashed(from_civil(1952, 2, 29)), b"1952-02-29");
        assert_eq!(&days.packed(from_civil(2025, 12, 31)), b"20251231");
    }
}
