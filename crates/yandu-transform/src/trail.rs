//! The trail of rows: from rows of a dataset to the query and the run that made them, the rows of its inputs at the very
//! versions that the run read, and so on down to rows that were collected.
//!
//! Each step is about the rows that it shows. Where they are not all, the steps below are those of the rows shown, and say
//! so. Nothing is computed anew: which rows belong together is read from the query ([`yandu_lake::Provenance`]).
//!
//! Not here: what is known of the batch of a collected row, which is with those who collect.

mod back;
mod forth;
mod named;

use std::collections::BTreeMap;
use std::time::Duration;

use arrow::array::RecordBatch;
use yandu_lake::Version;
use yandu_words::id::DatasetId;

use crate::Result;
use crate::run::Run;

/// Values of columns by which rows are named; `None` stands for a missing value. Values are texts as they are shown.
pub type Named = BTreeMap<String, Option<String>>;

/// How much of a trail is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Rows of a step that are shown and followed.
    pub rows: usize,
    /// Models that are gone through one below the other.
    pub depth: usize,
    /// Whether the rows of each step are counted, which takes as long as reading them.
    pub counted: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            rows: 20,
            depth: 8,
            counted: false,
        }
    }
}

/// Rows of one dataset in a trail.
#[derive(Debug, Clone)]
pub struct Step {
    pub dataset: DatasetId,
    /// The department that answers for the dataset; `None` for one that no pack declares any more.
    pub owner: Option<String>,
    /// The snapshot that was read; `None` before the first commit.
    pub version: Option<Version>,
    /// The rows with all their columns, `_batch` and `_row` at the end, in order of these.
    pub rows: RecordBatch,
    /// Whether there are others.
    pub more: bool,
    /// How many there are, when that was asked for, or is known.
    pub count: Option<u64>,
    /// Whether values of the rows flow into those above. When they do not, the dataset only decides, and no row is shown.
    pub contributes: bool,
    /// Whether rows of the dataset decide which rows there are above, perhaps beside contributing.
    pub decides: bool,
    /// Why some of the rows may not have contributed; none when all have.
    pub doubts: Vec<String>,
    /// Why no row can be shown, such as a version that is kept no longer.
    pub gone: Option<String>,
    /// What made the rows, when the dataset is a model.
    pub made: Option<Made>,
}

/// Rows of one dataset, and what was made of them.
#[derive(Debug, Clone)]
pub struct Onward {
    /// Of a model: the rows that those of the step before took part in. `contributes` is whether values flow, `decides`
    /// whether other rows of the model may depend on them too, and `doubts` why they may not have taken part.
    pub step: Step,
    /// What the models that read it made of these rows, in order of their names.
    pub readers: Vec<Onward>,
}

/// How rows of a model came about.
#[derive(Debug, Clone)]
pub struct Made {
    /// The refresh that left the model as it was read.
    pub run: Option<Run>,
    /// The query of that refresh, with the settings of the site filled in.
    pub sql: Option<String>,
    /// Whether the rows below are those of the rows shown, which are not all.
    pub partial: bool,
    /// The rows of the inputs, at the versions that the refresh read.
    pub inputs: Vec<Step>,
    /// Why the trail goes no further here.
    pub end: Option<String>,
}

/// How long a trail may take as a whole, however many steps it has.
const SECONDS: u64 = 60;

/// Gives a trail up that takes too long; what is being read for it stops.
async fn in_time<T>(trail: impl Future<Output = Result<T>>) -> Result<T> {
    let limit = Duration::from_secs(SECONDS);
    let over = || Err(yandu_lake::Error::TimeLimit { seconds: SECONDS }.into());
    tokio::time::timeout(limit, trail)
        .await
        .unwrap_or_else(|_| over())
}

impl Step {
    /// A dataset of which no row is shown.
    fn without_rows(dataset: &DatasetId, owner: Option<String>) -> Self {
        Self {
            dataset: dataset.clone(),
            owner,
            version: None,
            rows: RecordBatch::new_empty(std::sync::Arc::new(arrow::datatypes::Schema::empty())),
            more: false,
            count: None,
            contributes: false,
            decides: false,
            doubts: Vec::new(),
            gone: None,
            made: None,
        }
    }
}

#[cfg(test)]
mod tests;
