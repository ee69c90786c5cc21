//! Which rows of the datasets a query's rows were made of: the why-provenance of a row, read from its plan.
//!
//! **What it promises.** Take rows of the answer, named by values of some columns. [`Provenance`] names, for every
//! dataset whose values flow into the query, the rows that contributed, and never leaves one out. Where a contribution
//! has no doubts ([`Contribution::doubts`]), the rows that it names are all that is needed: a query over them alone, with
//! the datasets that only decide left as they are, gives the same rows of the answer. Random queries over random tables
//! hold this against the engine.
//!
//! **How.** The query is planned as it was written, by the session, like any other. What is wanted of a node (conditions
//! over its columns, and partners that a row must have or must not have) is carried down to what is wanted of its inputs,
//! until a scan is met; the rows of the scan for which it holds are the contributors. Through projections, filters, unions,
//! joins and groups that is exact. What looks at rows together (a window, a limit, the first of several rows) lets more
//! through than contributed, and says so.
//!
//! **What decides.** Rows that only decide which other rows there are (those of a sub-query in a filter, those that a row
//! must have no partner among) flow into nothing. Their datasets are named, and their rows are not listed.

mod condition;
mod forth;
mod join;
mod plain;
mod read;
mod replace;
mod trace;
mod wanted;

use arrow::array::RecordBatch;
use yandu_words::id::DatasetId;

use crate::Version;

/// How much is wanted of a provenance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amount {
    /// Rows of one dataset that are read at most.
    pub rows: usize,
    /// Whether all are counted, which takes as long as reading them.
    pub counted: bool,
}

/// The rows that rows of an answer were made of.
#[derive(Debug, Clone, Default)]
pub struct Provenance {
    /// One for each dataset that the query reads, in order.
    pub contributions: Vec<Contribution>,
}

/// What one dataset contributed.
#[derive(Debug, Clone)]
pub struct Contribution {
    pub dataset: DatasetId,
    /// The snapshot that was read; `None` when none of its rows had to be, or before the first commit.
    pub version: Option<Version>,
    /// The contributing rows with all their columns, as many as were asked for, in order of batch and place.
    pub rows: RecordBatch,
    /// Whether there are others.
    pub more: bool,
    /// How many there are, when that was asked for, or is known.
    pub count: Option<u64>,
    /// Whether values of the dataset flow into the query. When they do not, it only decides.
    pub contributes: bool,
    /// Whether rows of the dataset decide, perhaps beside contributing, which rows there are.
    pub decides: bool,
    /// Why some of the rows may not have contributed; none when all have.
    pub doubts: Vec<String>,
}

/// The rows of an answer that rows of one dataset take part in.
#[derive(Debug, Clone)]
pub struct Touched {
    /// With the columns of the answer, as many as were asked for; a row can come more than once.
    pub rows: RecordBatch,
    /// Whether there are others.
    pub more: bool,
    /// Whether rows that are not given may depend on them too. False only where each row follows from single rows, or from
    /// groups that are made once.
    pub decides: bool,
    /// Why they may not take part in some of the rows; none when they do in all.
    pub doubts: Vec<String>,
}

impl Provenance {
    pub fn of(&self, dataset: &DatasetId) -> Option<&Contribution> {
        self.contributions
            .iter()
            .find(|contribution| contribution.dataset == *dataset)
    }
}

#[cfg(test)]
mod tests;
