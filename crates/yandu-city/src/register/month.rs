//! Months as numbers, in order.

use crate::day::{from_civil, to_civil};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Month(i32);

impl Month {
    /// `month` is from 1 to 12.
    pub(crate) fn new(year: i32, month: u32) -> Self {
        Self(year * 12 + month as i32 - 1)
    }

    pub(crate) fn of(day: i32) -> Self {
        let (year, month, _) = to_civil(day);
        Self::new(year, month)
    }

    pub(crate) fn year(self) -> i32 {
        self.0.div_euclid(12)
    }

    /// From 1 to 12.
    pub(crate) fn month(self) -> u32 {
        self.0.rem_euclid(12) as u32 + 1
    }

    pub(crate) fn first_day(self) -> i32 {
        from_civil(self.year(), self.month(), 1)
    }

    pub(crate) fn last_day(self) -> i32 {
        self.after(1).first_day() - 1
    }

    pub(crate) fn after(self, months: i32) -> Self {
        Self(self.0 + months)
    }

    /// A number that no other month has, for streams.
    pub(crate) fn number(self) -> u64 {
        self.0 as u64
    }

    /// All months from this one up to and with another.
    pub(crate) fn up_to(self, last: Self) -> impl Iterator<Item = Self> {
        (self.0..=last.0).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_go_over_years_and_end_where_the_next_begins() {
        let month = Month::new(2023, 11);
        assert_eq!(month.after(3), Month::new(2024, 2));
        assert_eq!(month.after(3).last_day(), from_civil(2024, 2, 29));
        assert_eq!(Month::of(from_civil(2024, 2, 29)), Month::new(2024, 2));
        assert_eq!(month.up_to(Month::new(2024, 1)).count(), 3);
    }
}
