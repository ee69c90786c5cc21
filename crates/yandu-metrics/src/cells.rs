//! The cells of a metric: the rows of its model, held in memory by period.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use arrow::array::{AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type};
use futures::TryStreamExt as _;
use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use yandu_lake::{Session, Version};
use yandu_words::Period;

use crate::definition::Definition;
use crate::merge::PartColumn;
use crate::{Error, Result};

/// Cells that a metric may have.
const MOST: usize = 2_000_000;

/// The rows of a model as one principal sees them, in the order of their periods.
#[derive(Debug)]
pub(crate) struct Cells {
    /// The version of the model that they were read at; none while it has no rows.
    pub(crate) version: Option<Version>,
    /// The periods that have cells, oldest first.
    pub(crate) periods: Vec<Period>,
    /// Where the cells of each period begin, and where the last ones end.
    starts: Vec<usize>,
    pub(crate) dimensions: Vec<Words>,
    pub(crate) parts: Vec<PartColumn>,
}

/// A dimension of every cell, as a place in a list of its values. The value of a cell that has none is empty.
#[derive(Debug, Default)]
pub(crate) struct Words {
    pub(crate) values: Vec<Arc<str>>,
    pub(crate) of: Vec<u32>,
    places: HashMap<Arc<str>, u32>,
}

impl Words {
    fn push(&mut self, word: &str) {
        let place = self.places.get(word).copied().unwrap_or_else(|| {
            let place = self.values.len() as u32;
            let word: Arc<str> = word.into();
            self.values.push(Arc::clone(&word));
            self.places.insert(word, place);
            place
        });
        self.of.push(place);
    }
}

impl Cells {
    /// Reads them through a session.
    pub(crate) async fn read(session: &Session, definition: &Definition) -> Result<Self> {
        let measure = &definition.compiled.measure;
        let mut cells = Self {
            version: None,
            periods: Vec::new(),
            starts: vec![0],
            dimensions: definition.dimensions().map(|_| Words::default()).collect(),
            parts: measure.part_types().map(PartColumn::new).collect(),
        };
        let failed = |error| definition.failed(error);
        let rows = session.query(&definition.cells_sql()).await;
        let mut rows = rows.map_err(failed)?;
        cells.version = rows.versions().get(&definition.file.of).copied();
        while let Some(batch) = rows.try_next().await.map_err(failed)? {
            if cells.count() + batch.num_rows() > MOST {
                return Err(Error::TooManyCells {
                    model: definition.file.of.to_string(),
                    most: MOST,
                });
            }
            cells.take(definition, &batch)?;
        }
        Ok(cells)
    }

    fn take(&mut self, definition: &Definition, batch: &RecordBatch) -> Result<()> {
        let missing = |column: &str| Error::Damaged(format!("the cells have no column `{column}`"));
        let column = |name: &str, data_type: &DataType| {
            let column = batch.column_by_name(name).ok_or_else(|| missing(name))?;
            Ok::<_, Error>(cast(column, data_type)?)
        };
        let time = &definition.file.time;
        let days = column(time.column.as_str(), &DataType::Date32)?;
        for day in days.as_primitive::<Date32Type>().iter().flatten() {
            let period = Period::of(day_of(day), time.grain);
            if self.periods.last() != Some(&period) {
                // The query gives them in the order of time.
                self.periods.push(period);
                self.starts.push(self.count());
            }
            if let Some(end) = self.starts.last_mut() {
                *end += 1;
            }
        }
        for (words, (_, name)) in self.dimensions.iter_mut().zip(definition.dimensions()) {
            let values = column(name.as_str(), &DataType::Utf8)?;
            for value in values.as_string::<i32>() {
                words.push(value.unwrap_or_default());
            }
        }
        let parts = definition.compiled.measure.parts(batch)?;
        for (part, rows) in self.parts.iter_mut().zip(&parts) {
            part.extend(rows);
        }
        Ok(())
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.starts.last().copied().unwrap_or_default()
    }

    /// How many of the periods have begun on a day. What is planned for a later one, or mistyped into it, has not happened.
    pub(crate) fn begun(&self, today: Date) -> usize {
        self.periods
            .partition_point(|period| period.first_day() <= today)
    }

    /// The newest period that has begun on a day.
    pub(crate) fn newest(&self, today: Date) -> Option<Period> {
        self.periods.get(..self.begun(today))?.last().copied()
    }

    /// The periods with cells that lie in a longer one, or are it, as places in the list.
    pub(crate) fn within(&self, period: Period) -> Range<usize> {
        let first = self
            .periods
            .partition_point(|found| found.first_day() < period.first_day());
        let end = self
            .periods
            .partition_point(|found| found.first_day() <= period.last_day());
        first..end
    }

    /// The cells of some periods that follow on each other.
    pub(crate) fn of(&self, periods: &Range<usize>) -> Range<usize> {
        let start = |place: usize| self.starts.get(place).copied().unwrap_or(self.count());
        start(periods.start)..start(periods.end)
    }
}

fn day_of(days: i32) -> Date {
    date(1970, 1, 1).saturating_add(i64::from(days).days())
}
