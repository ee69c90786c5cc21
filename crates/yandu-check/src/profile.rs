//! What the values of a batch look like: nulls, distinct values, extremes, frequent values, patterns.

mod column;
mod look;
mod pattern;

use serde::{Deserialize, Serialize};

use arrow::array::RecordBatch;
pub use column::ColumnProfiler;
pub use look::{Look, Looks};

use crate::Expectations;

/// A value and how often it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frequent {
    pub value: String,
    pub rows: u64,
}

/// The profile of one column of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnProfile {
    pub column: String,
    pub rows: u64,
    /// Empty cells and cells that could not be read.
    pub nulls: u64,
    /// Distinct values, approximate (HyperLogLog, standard error about 1.6 %).
    pub distinct: u64,
    pub min: Option<String>,
    pub max: Option<String>,
    /// The most frequent values of the sampled rows, scaled to all rows.
    pub frequent: Vec<Frequent>,
    /// The most frequent shapes of the sampled rows: `9{18}` is 18 digits, `汉{2,4}` Chinese characters.
    pub patterns: Vec<Frequent>,
    /// Whether `frequent` and `patterns` were counted over every row.
    pub exact: bool,
    /// How many values were looked at for what they look like; profiles of before say nothing.
    #[serde(default)]
    pub looked: u64,
    #[serde(default)]
    pub looks: Vec<Looks>,
}

/// Profiles every column of the rows that pass by.
#[derive(Clone)]
pub struct Profiler {
    columns: Vec<ColumnProfiler>,
}

impl Profiler {
    pub fn new(expectations: &Expectations) -> Self {
        Self {
            columns: expectations
                .columns
                .iter()
                .map(|column| ColumnProfiler::new(&column.name))
                .collect(),
        }
    }

    /// Takes in a block of typed rows, in the order of the expectations' columns; `first_row` is its place in the batch.
    pub fn update(&mut self, rows: &RecordBatch, first_row: u64) {
        for (profiler, column) in self.columns.iter_mut().zip(rows.columns()) {
            profiler.update(column, first_row);
        }
    }

    /// Adds the profile of other blocks of the same batch.
    pub fn merge(&mut self, other: Self) {
        for (mine, theirs) in self.columns.iter_mut().zip(other.columns) {
            mine.merge(theirs);
        }
    }

    pub fn finish(self) -> Vec<ColumnProfile> {
        self.columns
            .into_iter()
            .map(ColumnProfiler::finish)
            .collect()
    }
}

#[cfg(test)]
mod tests;
