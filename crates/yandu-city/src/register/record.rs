//! A row of a register, cell by cell.

use crate::sink::{Row, Sink};
use crate::world::World;

use super::Month;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Record(Vec<Option<String>>);

impl Record {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn text(mut self, text: impl Into<String>) -> Self {
        self.0.push(Some(text.into()));
        self
    }

    /// A code of digits, such as that of a division.
    pub(crate) fn code(self, digits: &[u8]) -> Self {
        self.text(String::from_utf8_lossy(digits))
    }

    pub(crate) fn number(self, number: u64) -> Self {
        self.text(number.to_string())
    }

    /// A number with so many places.
    pub(crate) fn decimal(self, number: f64, places: usize) -> Self {
        self.text(format!("{number:.places$}"))
    }

    pub(crate) fn day(self, world: &World, day: i32) -> Self {
        self.code(world.days.dashed(day))
    }

    pub(crate) fn day_or_absent(self, world: &World, day: Option<i32>) -> Self {
        match day {
            Some(day) => self.day(world, day),
            None => self.absent(),
        }
    }

    pub(crate) fn text_or_absent(self, text: Option<impl Into<String>>) -> Self {
        match text {
            Some(text) => self.text(text),
            None => self.absent(),
        }
    }

    /// The code of a county.
    pub(crate) fn county(self, world: &World, county: usize) -> Self {
        self.code(&world.code_of(Some(county)))
    }

    /// A month as the first of its days.
    pub(crate) fn month(self, world: &World, month: Month) -> Self {
        self.day(world, month.first_day())
    }

    /// A time of day on a day.
    pub(crate) fn time(self, world: &World, day: i32, hour: u32, minute: u32) -> Self {
        let day = String::from_utf8_lossy(world.days.dashed(day)).into_owned();
        self.text(format!("{day} {hour:02}:{minute:02}:00"))
    }

    pub(crate) fn absent(mut self) -> Self {
        self.0.push(None);
        self
    }

    pub(super) fn key(&self, columns: &[usize]) -> Vec<String> {
        columns
            .iter()
            .map(|at| self.0.get(*at).cloned().flatten().unwrap_or_default())
            .collect()
    }
}

impl Row for Record {
    fn write<S: Sink>(&self, sink: &mut S) {
        for cell in &self.0 {
            match cell {
                Some(text) => {
                    sink.begin();
                    sink.text(text);
                    sink.end();
                }
                None => sink.absent(),
            }
        }
    }
}
