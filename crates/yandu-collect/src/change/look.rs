//! Stored rows under another declaration: read again, checked, and either kept or told why not.

mod reread;

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use arrow::datatypes::Schema;
use serde::{Deserialize, Serialize};
use yandu_check::key::{Key, KeySet};
use yandu_check::{Cause, Checked, Finding, FindingCount, Level, Score, Tally};
use yandu_lake::{FileWriter, NewFile, Places};
use yandu_words::id::BatchId;

use super::cells::{places, record_of};
use crate::pass::{Keys, Unique};
use crate::quarantine::{Moved, QuarantinedRow, Reason, RowState};
use crate::{Error, Mode, Result};
pub(super) use reread::{Reread, reading_spec};

/// Rows that are shown of what would happen.
const SAMPLES: usize = 5;

/// What became, or would become, of the rows of a dataset.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Counts {
    /// Rows that were looked at.
    pub rows: u64,
    /// Of these, rows with a value that was read again under another meaning.
    pub converted: u64,
    /// Of these, rows that go to quarantine.
    pub quarantined: u64,
    /// Rows that come back from quarantine with a rollback.
    pub returned: u64,
    /// Rows that stay in quarantine at a rollback: a later delivery has taken their place.
    pub superseded: u64,
    /// What is found of the rows, as in a collection.
    pub findings: Vec<FindingCount>,
    pub score: Option<Score>,
    /// Some of the rows that go to quarantine.
    pub samples: Vec<RowSample>,
}

/// A row that goes to quarantine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowSample {
    pub batch: BatchId,
    pub row: u64,
    pub reasons: Vec<Reason>,
    pub cells: BTreeMap<String, Option<String>>,
}

/// What is done with rows as they are looked at.
pub(super) struct Looking {
    reread: Reread,
    keys: Keys,
    unique: Vec<Unique>,
    tally: Tally,
    pub(super) counts: Counts,
    /// Rows that go.
    pub(super) gone: Places,
    writer: Option<FileWriter>,
    moved: Option<Moved>,
}

impl Looking {
    /// Only counts.
    pub(super) fn counting(reread: Reread) -> Self {
        let keyed = reread.needs_order && !reread.expectations().key.is_empty();
        let unique = if reread.needs_order {
            Unique::of(reread.expectations())
        } else {
            Vec::new()
        };
        Self {
            keys: Keys::new(Mode::Snapshot, keyed),
            unique,
            tally: Tally::default(),
            counts: Counts::default(),
            gone: Places::default(),
            writer: None,
            moved: None,
            reread,
        }
    }

    /// Writes the rows that stay anew when there is a writer, and those that go to quarantine.
    pub(super) fn working(reread: Reread, writer: Option<FileWriter>, moved: Moved) -> Self {
        Self {
            writer,
            moved: Some(moved),
            ..Self::counting(reread)
        }
    }

    /// For rows of a model: those that cannot stay are computed anew, and none is quarantined.
    pub(super) fn computed(reread: Reread, writer: Option<FileWriter>) -> Self {
        Self {
            writer,
            ..Self::counting(reread)
        }
    }

    /// For rows that come after others whose keys are taken.
    pub(super) fn bringing(
        reread: Reread,
        writer: Option<FileWriter>,
        moved: Option<Moved>,
    ) -> Self {
        Self {
            writer,
            moved,
            ..Self::counting(reread)
        }
    }

    /// These keys are taken by rows that stay as they are.
    pub(super) fn know(&mut self, keys: KeySet) {
        if !self.reread.expectations().key.is_empty() {
            self.keys = Keys::First(keys);
        }
    }

    /// Takes a key for a row that comes back; false when another row has it.
    pub(super) fn claim(&mut self, key: Key) -> bool {
        match &mut self.keys {
            Keys::First(keys) => keys.insert(key),
            Keys::Unkeyed | Keys::Last { .. } => true,
        }
    }

    /// A row that is in quarantine stays there.
    pub(super) fn keep_quarantined(&mut self, row: QuarantinedRow) -> Result<()> {
        match &mut self.moved {
            Some(moved) => moved.put(row),
            None => Ok(()),
        }
    }

    /// Looks at rows, and deals with them.
    pub(super) fn take(&mut self, rows: &RecordBatch) -> Result<()> {
        let rows = &self.reread.filled(rows)?;
        let mut checked = self.reread.check(rows)?;
        self.settle(&mut checked);
        let (batches, numbers) = places(rows).ok_or(Error::WorkerPanicked)?;
        self.counts.rows += rows.num_rows() as u64;
        if self.reread.converts {
            let converted = (0..rows.num_rows()).filter(|row| self.reread.is_converted(rows, *row));
            self.counts.converted += converted.count() as u64;
        }
        for finding in &checked.findings {
            let row = finding.row as usize;
            let place = numbers.get(row).copied().unwrap_or_default() as u64;
            let column = finding.column.map(|column| column as usize);
            let text = column.and_then(|column| self.reread.text(rows, column, row));
            let text = text.unwrap_or_default();
            self.tally.add(finding, place, || &text);
        }
        for (row, _) in checked.hard.iter().enumerate().filter(|(_, hard)| **hard) {
            let (Some(batch), Some(number)) = (batches.get(row), numbers.get(row)) else {
                continue;
            };
            self.counts.quarantined += 1;
            self.gone.insert(batch, *number);
            self.quarantine(rows, &checked, row, batch, *number)?;
        }
        if let Some(writer) = self.writer.as_mut().filter(|_| self.reread.converts) {
            let stays: BooleanArray = checked.hard.iter().map(|hard| Some(!hard)).collect();
            let written = filter_record_batch(&joined(&checked.rows, rows)?, &stays)?;
            writer.write(&written)?;
        }
        Ok(())
    }

    /// Of rows with one key, or with one value that may stand once, the first that comes stays.
    fn settle(&mut self, checked: &mut Checked) {
        let expectations = Arc::clone(self.reread.expectations());
        let mut repeated: Vec<(u32, Cause)> = Vec::new();
        for (unique, (_, keys)) in self.unique.iter_mut().zip(&checked.unique) {
            let cause = Cause::Check(unique.check());
            let found = unique.settle(keys, &checked.hard);
            let is_hard = cause.level(&expectations) == Level::Hard;
            for row in found {
                repeated.push((row, cause.clone()));
                if let Some(hard) = checked.hard.get_mut(row as usize) {
                    *hard |= is_hard;
                }
            }
        }
        let settled = self.keys.settle(&checked.keys, &checked.hard, &[], 0);
        for row in settled.gone {
            repeated.push((row, Cause::DuplicateKey));
            if let Some(hard) = checked.hard.get_mut(row as usize) {
                *hard = true;
            }
        }
        for (row, cause) in repeated {
            let column = None;
            checked.findings.push(Finding { row, column, cause });
        }
        checked.findings.sort_by_key(|finding| finding.row);
    }

    fn quarantine(
        &mut self,
        rows: &RecordBatch,
        checked: &Checked,
        row: usize,
        batch: &str,
        number: i64,
    ) -> Result<()> {
        let wants_sample = self.counts.samples.len() < SAMPLES;
        if self.moved.is_none() && !wants_sample {
            return Ok(());
        }
        let expectations = self.reread.expectations();
        let from = checked
            .findings
            .partition_point(|finding| (finding.row as usize) < row);
        let reasons: Vec<Reason> = checked
            .findings
            .iter()
            .skip(from)
            .take_while(|finding| finding.row as usize == row)
            .map(|finding| Reason {
                column: finding.column.and_then(|column| {
                    Some(expectations.columns.get(column as usize)?.name.clone())
                }),
                reason: finding.cause.code(expectations).to_owned(),
                level: finding.cause.level(expectations),
                detail: None,
            })
            .collect();
        let cells: BTreeMap<String, Option<String>> = expectations
            .columns
            .iter()
            .enumerate()
            .map(|(column, rule)| {
                let text = self.reread.text(rows, column, row);
                (rule.name.clone(), text.map(std::borrow::Cow::into_owned))
            })
            .collect();
        let batch: BatchId = crate::store::parse_id(batch)?;
        if wants_sample {
            self.counts.samples.push(RowSample {
                batch: batch.clone(),
                row: number as u64,
                reasons: reasons.clone(),
                cells: cells.clone(),
            });
        }
        if let Some(moved) = &mut self.moved {
            moved.put(QuarantinedRow {
                batch,
                row: number as u64,
                state: RowState::Waiting,
                reasons,
                cells,
                record: record_of(rows, &self.reread.record, row),
                note: None,
            })?;
        }
        Ok(())
    }

    /// Ends the looking: the counts, and the files with the rows that stay.
    pub(super) fn finish(mut self) -> Result<Looked> {
        let expectations = Arc::clone(self.reread.expectations());
        self.counts.findings = self.tally.counts(&expectations);
        let score = Score::new(&expectations, &self.counts.findings, self.counts.rows);
        self.counts.score = Some(score);
        if let Some(moved) = self.moved {
            moved.finish()?;
        }
        Ok(Looked {
            counts: self.counts,
            gone: self.gone,
            files: match self.writer {
                Some(writer) => writer.finish()?,
                None => Vec::new(),
            },
        })
    }

    /// Removes the files that were written. What went to quarantine is removed by whoever records that nothing did.
    pub(super) fn abandon(self) {
        if let Some(writer) = self.writer {
            writer.abandon();
        }
    }

    /// Writes rows as they are, under the columns that they have.
    pub(super) fn pass_through(&mut self, rows: &RecordBatch) -> Result<()> {
        if let Some(writer) = &mut self.writer {
            writer.write(rows)?;
        }
        Ok(())
    }
}

/// What came of looking.
pub(super) struct Looked {
    pub(super) counts: Counts,
    pub(super) gone: Places,
    pub(super) files: Vec<NewFile>,
}

/// The rows under the new declaration, with what else their files have: hidden columns, batch and place.
fn joined(typed: &RecordBatch, rows: &RecordBatch) -> Result<RecordBatch> {
    let declared = typed.schema();
    let stored = rows.schema();
    let mut fields = declared.fields().to_vec();
    let mut columns = typed.columns().to_vec();
    for (field, column) in stored.fields().iter().zip(rows.columns()) {
        if declared.column_with_name(field.name()).is_none() {
            fields.push(Arc::clone(field));
            columns.push(Arc::clone(column));
        }
    }
    Ok(RecordBatch::try_new(
        Arc::new(Schema::new(fields)),
        columns,
    )?)
}
