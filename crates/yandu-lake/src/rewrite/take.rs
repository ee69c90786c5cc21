//! Which rows are to go.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use arrow::datatypes::Int64Type;
use yandu_check::key::{Key, KeySet, hash_rows};
use yandu_words::id::BatchId;

use crate::file::DataFile;
use crate::places::Places;
use crate::read::read;
use crate::rewrite::sketch::{self, Sketch};
use crate::schema::{BATCH, ROW};
use crate::table::Table;
use crate::writer::NewFile;
use crate::{Error, Result};

/// Keys that are looked for.
#[derive(Debug, Clone)]
pub(crate) struct Sought {
    keys: Arc<KeySet>,
    sketch: Option<Arc<Sketch>>,
}

impl Sought {
    pub(crate) fn new(keys: Arc<KeySet>) -> Self {
        Self { keys, sketch: None }
    }

    /// The same keys, when all of them are those of rows of these files or of the named ones and they are few. Blocking.
    pub(crate) fn among(
        self,
        table: &Table,
        files: &[NewFile],
        named: &[RecordBatch],
    ) -> Result<Self> {
        let rows = named.iter().map(|rows| rows.num_rows() as u64);
        let rows: u64 = files.iter().map(NewFile::rows).chain(rows).sum();
        let is_few = self.keys.len() as u64 <= rows && rows <= sketch::MOST;
        let Some(first) = table.key.first().filter(|_| is_few) else {
            return Ok(self);
        };
        let mut values: Vec<ArrayRef> = Vec::new();
        for rows in named {
            match rows.column_by_name(first) {
                Some(column) => values.push(Arc::clone(column)),
                None => return Ok(self),
            }
        }
        for new in files {
            for rows in read(&table.folder, &new.file, Some(std::slice::from_ref(first)))? {
                values.extend_from_slice(rows.map_err(Error::rows(&table.id))?.columns());
            }
        }
        Ok(Self {
            sketch: Sketch::of(&values).map(Arc::new),
            ..self
        })
    }

    /// True for every row with one of the keys.
    fn hits(&self, columns: &[String], rows: &RecordBatch) -> BooleanArray {
        let count = rows.num_rows();
        let first = columns.first().and_then(|name| rows.column_by_name(name));
        let likely = self.sketch.as_ref().zip(first);
        let likely = likely.and_then(|(sketch, first)| sketch.may_have(first));
        let Some((likely, some)) = likely.and_then(|likely| {
            let some = filter_record_batch(rows, &likely).ok()?;
            Some((likely, some))
        }) else {
            return self.are_in(columns, rows).map(Some).collect();
        };
        let mut hits = vec![false; count];
        for (row, is_hit) in likely
            .values()
            .set_indices()
            .zip(self.are_in(columns, &some))
        {
            if let Some(hit) = hits.get_mut(row) {
                *hit = is_hit;
            }
        }
        BooleanArray::from(hits)
    }

    fn are_in(&self, columns: &[String], rows: &RecordBatch) -> impl Iterator<Item = bool> {
        let keys = keys_of(columns, rows).into_iter();
        keys.map(|key| key.is_some_and(|key| self.keys.contains(&key)))
    }
}

/// Which rows go.
#[derive(Debug, Clone)]
pub(crate) enum Take {
    /// Rows whose key is in the set.
    Keys(Sought),
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
            Self::Keys(sought) => !sought.keys.is_empty(),
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
            Self::Keys(sought) => sought.hits(columns, rows),
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
