//! Which rows are to go.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, BooleanArray, RecordBatch};
use arrow::datatypes::Int64Type;
use yandu_check::key::{Key, KeySet, hash_rows};
use yandu_words::id::BatchId;

use crate::file::DataFile;
use crate::places::Places;
use crate::schema::{BATCH, ROW};
use crate::table::Table;

/// Which rows go.
#[derive(Debug, Clone)]
pub(crate) enum Take {
    /// Rows whose key is in the set.
    Keys(Arc<KeySet>),
    /// Rows that a batch brought.
    Batch(BatchId),
    /// Rows at these places of the one batch that the files hold.
    Places(Arc<HashSet<i64>>),
    /// Rows of any batch.
    Rows(Arc<Places>),
}

impl Take {
    pub(super) fn columns(&self, table: &Table) -> Vec<String> {
        match self {
            Self::Keys(_) => table.key.clone(),
            Self::Batch(_) => vec![BATCH.to_owned()],
            Self::Places(_) => vec![ROW.to_owned()],
            Self::Rows(_) => vec![BATCH.to_owned(), ROW.to_owned()],
        }
    }

    /// Whether the rows were in the table, so that somebody may ask which they were.
    pub(super) fn is_traced(&self) -> bool {
        !matches!(self, Self::Places(_))
    }

    pub(super) fn may_hit(&self, file: &DataFile) -> bool {
        match self {
            Self::Keys(keys) => !keys.is_empty(),
            Self::Places(places) => !places.is_empty(),
            Self::Rows(rows) => file
                .text_bounds(BATCH)
                .is_none_or(|(from, to)| rows.batches().any(|id| from <= id && id <= to)),
            Self::Batch(batch) => file
                .text_bounds(BATCH)
                .is_none_or(|(from, to)| from <= batch.as_str() && batch.as_str() <= to),
        }
    }

    /// True for every row that goes.
    pub(super) fn hits(&self, columns: &[String], rows: &RecordBatch) -> BooleanArray {
        match self {
            Self::Keys(keys) => keys_of(columns, rows)
                .into_iter()
                .map(|key| Some(key.is_some_and(|key| keys.contains(&key))))
                .collect(),
            Self::Places(places) => rows
                .column_by_name(ROW)
                .and_then(|column| column.as_primitive_opt::<Int64Type>())
                .map_or_else(
                    || BooleanArray::from(vec![false; rows.num_rows()]),
                    |rows| {
                        rows.iter()
                            .map(|row| Some(row.is_some_and(|row| places.contains(&row))))
                            .collect()
                    },
                ),
            Self::Rows(places) => {
                let batches = rows.column_by_name(BATCH);
                let batches = batches.and_then(|column| column.as_string_view_opt());
                let numbers = rows.column_by_name(ROW);
                let numbers = numbers.and_then(|column| column.as_primitive_opt::<Int64Type>());
                let (Some(batches), Some(numbers)) = (batches, numbers) else {
                    return BooleanArray::from(vec![false; rows.num_rows()]);
                };
                let named = batches.iter().zip(numbers.iter());
                named
                    .map(|(batch, row)| Some(places.contains(batch?, row?)))
                    .map(|is_there| Some(is_there.unwrap_or_default()))
                    .collect()
            }
            Self::Batch(batch) => rows
                .column_by_name(BATCH)
                .and_then(|column| column.as_string_view_opt())
                .map_or_else(
                    || BooleanArray::from(vec![false; rows.num_rows()]),
                    |ids| {
                        ids.iter()
                            .map(|id| Some(id == Some(batch.as_str())))
                            .collect()
                    },
                ),
        }
    }
}

/// The hash of these columns for each row; `None` where one of them has no value, and for all rows without columns.
pub(crate) fn keys_of(columns: &[String], rows: &RecordBatch) -> Vec<Option<Key>> {
    let found: Option<Vec<ArrayRef>> = columns
        .iter()
        .map(|column| rows.column_by_name(column).cloned())
        .collect();
    match found {
        Some(found) if !found.is_empty() => hash_rows(&found, rows.num_rows()),
        _ => vec![None; rows.num_rows()],
    }
}
