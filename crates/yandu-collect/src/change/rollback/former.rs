//! Rows that a change moved to quarantine and that were released before it was taken back: what they had in columns that
//! the change took away, and that nobody could give them when they were released.

use std::collections::{BTreeMap, HashMap};

use arrow::array::{Array, RecordBatch};
use arrow::compute::{cast, interleave};
use yandu_pack::Dataset;

use crate::change::cells::places;
use crate::{Error, Result};

/// Such rows as they were before the change.
pub(super) struct Former {
    /// The columns that come back.
    columns: Vec<String>,
    rows: Vec<RecordBatch>,
    /// By batch and place: which of `rows`, and which row of it.
    place_of: HashMap<String, HashMap<i64, (usize, usize)>>,
}

impl Former {
    /// For the columns of the declaration of before that the present one does not have. A renamed one has its values under
    /// its present name.
    pub(super) fn new(
        before: &Dataset,
        present: Option<&Dataset>,
        renamed: &BTreeMap<String, String>,
    ) -> Self {
        let names = before.file().columns.keys().map(ToString::to_string);
        let is_present = |name: &str| present.is_some_and(|present| present.column(name).is_some());
        Self {
            columns: names
                .filter(|name| !is_present(name) && !renamed.contains_key(name))
                .collect(),
            rows: Vec::new(),
            place_of: HashMap::new(),
        }
    }

    /// Keeps rows of before.
    pub(super) fn keep(&mut self, rows: RecordBatch) -> Result<()> {
        let (batches, numbers) = places(&rows).ok_or(Error::WorkerPanicked)?;
        for (row, (batch, number)) in batches.iter().zip(&numbers).enumerate() {
            let of_batch = self.place_of.entry((*batch).to_owned()).or_default();
            of_batch.insert(*number, (self.rows.len(), row));
        }
        self.rows.push(rows);
        Ok(())
    }

    /// Present rows, those that are kept with what they had where they have nothing now.
    pub(super) fn fill(&self, rows: RecordBatch) -> Result<RecordBatch> {
        let (batches, numbers) = places(&rows).ok_or(Error::WorkerPanicked)?;
        let kept: Vec<Option<(usize, usize)>> = batches
            .iter()
            .zip(&numbers)
            .map(|(batch, number)| self.place_of.get(*batch)?.get(number).copied())
            .collect();
        if kept.iter().all(Option::is_none) {
            return Ok(rows);
        }
        let mut filled = rows.columns().to_vec();
        for name in &self.columns {
            let Some((place, _)) = rows.schema_ref().column_with_name(name) else {
                continue;
            };
            let Some(slot) = filled.get_mut(place) else {
                continue;
            };
            let before = self.rows.iter().map(|rows| rows.column_by_name(name));
            let Some(before) = before.collect::<Option<Vec<_>>>() else {
                continue;
            };
            let mut all = vec![slot.clone()];
            for column in before {
                all.push(cast(column, slot.data_type())?);
            }
            let from: Vec<(usize, usize)> = kept
                .iter()
                .enumerate()
                .map(|(row, kept)| match kept {
                    Some((block, before)) if slot.is_null(row) => (block + 1, *before),
                    _ => (0, row),
                })
                .collect();
            let all: Vec<&dyn Array> = all.iter().map(AsRef::as_ref).collect();
            *slot = interleave(&all, &from)?;
        }
        Ok(RecordBatch::try_new(rows.schema(), filled)?)
    }
}
