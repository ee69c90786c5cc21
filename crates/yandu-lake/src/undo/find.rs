//! Finding the rows that come back, newest first: the newest row of a key hides the older ones.

use std::collections::HashSet;

use arrow::array::{AsArray, BooleanArray, RecordBatch, StringViewArray};
use arrow::compute::filter_record_batch;
use arrow::datatypes::SchemaRef;
use yandu_check::key::{Key, KeySet};
use yandu_words::id::BatchId;

use crate::ancestry::Ancestry;
use crate::file::DataFile;
use crate::read::read;
use crate::rewrite::keys_of;
use crate::schema::{BATCH, ROW, conform};
use crate::table::Table;
use crate::writer::{FileWriter, NewFile};
use crate::{Error, Result};

pub(super) struct Finder<'a> {
    table: &'a Table,
    schema: &'a SchemaRef,
    /// The columns that decide: the key, the batch and the place in it.
    columns: Vec<String>,
    undone: HashSet<&'a str>,
    /// Batches whose rows join those of their key and replace none.
    appended: HashSet<&'a str>,
    /// The keys whose rows may come back; `None` for all.
    wanted: Option<KeySet>,
    /// The keys whose rows are known.
    settled: KeySet,
    /// The appended rows that are in the table, by batch and place.
    there: KeySet,
    writer: FileWriter,
}

/// Rows with what decides about them.
struct Looked<'r> {
    keys: Vec<Option<Key>>,
    batches: Option<&'r StringViewArray>,
    /// Batch and place of each row, where they are asked for.
    ids: Vec<Option<Key>>,
}

impl<'a> Finder<'a> {
    pub(super) fn new(table: &'a Table, schema: &'a SchemaRef, ancestry: &'a Ancestry) -> Self {
        let mut columns = table.key.clone();
        columns.extend([BATCH.to_owned(), ROW.to_owned()]);
        Self {
            table,
            schema,
            columns,
            undone: ancestry.undone().collect(),
            appended: ancestry.appended().map(BatchId::as_str).collect(),
            wanted: None,
            settled: KeySet::default(),
            there: KeySet::default(),
            writer: FileWriter::new(table, SchemaRef::clone(schema)),
        }
    }

    /// Learns from the present rows what may come back when those of `batch` go: rows of any key that nobody else
    /// replaced when the batch took the place of the whole table, rows of its keys otherwise.
    pub(super) fn look_at(
        &mut self,
        present: &[DataFile],
        batch: &BatchId,
        is_whole: bool,
    ) -> Result<()> {
        let mut own = KeySet::default();
        for file in present {
            for rows in read(&self.table.folder, file, Some(&self.columns))? {
                let rows = rows.map_err(Error::rows(&self.table.id))?;
                let looked = self.look(&rows, !self.appended.is_empty());
                for row in 0..rows.num_rows() {
                    let of = looked.batch(row);
                    if self.appended.contains(of) {
                        self.there.extend(looked.id(row));
                    } else if is_whole && of != batch.as_str() {
                        self.settled.extend(looked.key(row));
                    } else if of == batch.as_str() {
                        own.extend(looked.key(row));
                    }
                }
            }
        }
        self.wanted = (!is_whole).then_some(own);
        Ok(())
    }

    /// Whether nothing is wanted.
    pub(super) fn is_done(&self) -> bool {
        self.wanted.as_ref().is_some_and(KeySet::is_empty)
    }

    /// Takes the wanted rows of `files`, but for those that are in `before` too. Their keys are settled from then on.
    pub(super) fn take(&mut self, files: &[DataFile], before: &[DataFile]) -> Result<()> {
        let mut known = KeySet::default();
        for file in before {
            for rows in read(&self.table.folder, file, Some(&self.columns))? {
                let rows = rows.map_err(Error::rows(&self.table.id))?;
                let looked = self.look(&rows, true);
                let hits = self.hits(&looked, &known);
                known.extend(places(&hits).filter_map(|row| looked.id(row)));
            }
        }
        let by_id = !known.is_empty() || !self.there.is_empty();
        let mut taken = KeySet::default();
        for file in files {
            let mut hits = 0;
            for rows in read(&self.table.folder, file, Some(&self.columns))? {
                let rows = rows.map_err(Error::rows(&self.table.id))?;
                let looked = self.look(&rows, by_id);
                for row in places(&self.hits(&looked, &known)) {
                    hits += 1;
                    if !self.appended.contains(looked.batch(row)) {
                        taken.extend(looked.key(row));
                    }
                }
            }
            if hits == 0 {
                continue;
            }
            for rows in read(&self.table.folder, file, None)? {
                let rows = rows.map_err(Error::rows(&self.table.id))?;
                let hits = self.hits(&self.look(&rows, by_id), &known);
                let back =
                    filter_record_batch(&rows, &hits).map_err(Error::rows(&self.table.id))?;
                self.writer
                    .write(&conform(&self.table.id, &back, self.schema)?)?;
            }
        }
        self.settled.extend(taken);
        Ok(())
    }

    fn look<'r>(&self, rows: &'r RecordBatch, with_ids: bool) -> Looked<'r> {
        let id = [BATCH.to_owned(), ROW.to_owned()];
        Looked {
            keys: keys_of(&self.table.key, rows),
            batches: rows
                .column_by_name(BATCH)
                .and_then(|column| column.as_string_view_opt()),
            ids: if with_ids {
                keys_of(&id, rows)
            } else {
                Vec::new()
            },
        }
    }

    /// True for every row that comes back.
    fn hits(&self, looked: &Looked<'_>, known: &KeySet) -> BooleanArray {
        (0..looked.keys.len())
            .map(|row| {
                let key = looked.key(row);
                let is_wanted = self
                    .wanted
                    .as_ref()
                    .is_none_or(|wanted| key.is_some_and(|key| wanted.contains(&key)));
                let is_settled = key.is_some_and(|key| self.settled.contains(&key));
                let is_there = looked
                    .id(row)
                    .is_some_and(|id| self.there.contains(&id) || known.contains(&id));
                let is_undone = || self.undone.contains(looked.batch(row));
                Some(is_wanted && !is_settled && !is_there && !is_undone())
            })
            .collect()
    }

    /// The files with the rows that were taken, on disk.
    pub(super) fn finish(self) -> Result<Vec<NewFile>> {
        self.writer.finish()
    }

    pub(super) fn abandon(self) {
        self.writer.abandon();
    }
}

/// The places of the rows that were hit.
fn places(hits: &BooleanArray) -> impl Iterator<Item = usize> {
    hits.values().set_indices()
}

impl Looked<'_> {
    fn key(&self, row: usize) -> Option<Key> {
        self.keys.get(row).copied().flatten()
    }

    fn id(&self, row: usize) -> Option<Key> {
        self.ids.get(row).copied().flatten()
    }

    fn batch(&self, row: usize) -> &str {
        self.batches.map_or("", |batches| batches.value(row))
    }
}
