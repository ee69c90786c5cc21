//! Things that are put into service over the years.

use serde::Deserialize;

use super::Entries;
use crate::day::from_civil;
use crate::random::{Purpose, Weighted};

/// How many things there were before the three years, and how many came in each of them. In a whole city.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Growth {
    pub(crate) before: f64,
    /// The year in which the first of them came.
    pub(crate) since: i32,
    pub(crate) a_year: [f64; 3],
}

/// The number of a thing within its year, behind the year, where no year has more than so many.
pub(crate) fn serial(index: u64, a_year: u64) -> u64 {
    (index >> 24 & 0xFFFF) * a_year + (index & 0xFF_FFFF)
}

impl Growth {
    /// Index and day of each thing, up to the last day of the last whole month. The share of a city is taken of every
    /// number; an index says the year, so that a number more changes no other thing.
    pub(crate) fn days(&self, entries: &Entries<'_>) -> Vec<(u64, i32)> {
        let world = entries.world;
        let season = Weighted::new(&world.city.settings.registers.season);
        let first = entries.first_month();
        let mut days = Vec::new();
        for number in 0..world.of_city(self.before) {
            let mut stream = entries.stream(Purpose::Register, number);
            let from = from_civil(self.since, 1, 1).min(first.first_day() - 1);
            days.push((number, stream.between(from, first.first_day() - 1)));
        }
        for (year, count) in (first.year()..).zip(self.a_year) {
            for number in 0..world.of_city(count) {
                let index = ((year as u64) << 24) | number;
                let mut stream = entries.stream(Purpose::Register, index);
                let month = season.draw(&mut stream) as u32 + 1;
                let day = from_civil(year, month, 1 + stream.below(28));
                if day <= entries.last_month().last_day() {
                    days.push((index, day));
                }
            }
        }
        days
    }
}
