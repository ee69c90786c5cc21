//! A SQL condition over one row, compiled elsewhere: this crate has no SQL of its own.

use arrow::array::{BooleanArray, RecordBatch};

/// A boolean expression over the typed columns of a block.
pub trait Condition: Send + Sync {
    /// One verdict a row; NULL passes, as in a SQL CHECK.
    ///
    /// An error means that at least one row of the block cannot be evaluated; it carries the engine's own words.
    fn evaluate(&self, rows: &RecordBatch) -> Result<BooleanArray, String>;

    /// Names of the columns that it reads, where they are known. What it says of a row in which one of them could not be read
    /// follows from that, and is not told.
    fn reads(&self) -> Vec<&str> {
        Vec::new()
    }
}
