//! The one pass over the rows that a query made: they get their declared types, are checked like those of any dataset,
//! and are written to files that no version lists yet.

use std::cell::OnceCell;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Int64Array, RecordBatch, StringViewArray, UInt32Array};
use arrow::compute::{CastOptions, cast_with_options, take};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use futures::{Stream, StreamExt};
use tokio::sync::mpsc;
use yandu_check::key::{Key, KeySet};
use yandu_check::profile::{ColumnProfile, Profiler};
use yandu_check::{
    Cause, Checked, Checker, Expectations, Finding, FindingCount, Level, SYSTEM_BATCH, SYSTEM_ROW,
    Tally,
};
use yandu_lake::{FileWriter, NewFile};
use yandu_words::FaultCode;
use yandu_words::id::{BatchId, DatasetId};

use crate::progress::Progress;
use crate::{Error, Result};

/// Batches that wait for the pass.
const WAITING: usize = 2;

/// What came out of a pass whose rows may all be kept.
pub(super) struct Passed {
    pub(super) rows: u64,
    pub(super) files: Vec<NewFile>,
    pub(super) keys: KeySet,
    pub(super) findings: Vec<FindingCount>,
    pub(super) profile: Vec<ColumnProfile>,
}

pub(super) struct Pass {
    model: DatasetId,
    checker: Checker,
    writer: FileWriter,
    profiler: Profiler,
    tally: Tally,
    keys: KeySet,
    unique: Vec<(u32, KeySet)>,
    batch: StringViewArray,
    schema: SchemaRef,
    rows: u64,
    hard_rows: u64,
}

impl Pass {
    pub(super) fn new(
        model: &DatasetId,
        run: &BatchId,
        expectations: Expectations,
        writer: FileWriter,
    ) -> Self {
        let expectations = Arc::new(expectations);
        let mut fields = expectations.schema().fields().to_vec();
        fields.push(Arc::new(Field::new(
            SYSTEM_BATCH,
            DataType::Utf8View,
            false,
        )));
        fields.push(Arc::new(Field::new(SYSTEM_ROW, DataType::Int64, false)));
        Self {
            model: model.clone(),
            writer,
            profiler: Profiler::new(&expectations),
            tally: Tally::default(),
            keys: KeySet::default(),
            unique: Vec::new(),
            batch: StringViewArray::from(vec![run.as_str()]),
            schema: Arc::new(Schema::new(fields)),
            rows: 0,
            hard_rows: 0,
            checker: Checker::new(expectations, Vec::new()),
        }
    }

    /// Sends all rows through. On an error every file that was written is removed again.
    pub(super) async fn run<E: Into<Error>>(
        self,
        rows: impl Stream<Item = Result<RecordBatch, E>> + Unpin,
        progress: &Arc<Progress>,
    ) -> Result<Passed> {
        let (send, receive) = mpsc::channel(WAITING);
        let seen = Arc::clone(progress);
        let work = tokio::task::spawn_blocking(move || self.work(receive, &seen));
        let mut rows = rows;
        let mut failure = None;
        while let Some(batch) = rows.next().await {
            match batch {
                Ok(batch) => {
                    if send.send(Some(batch)).await.is_err() {
                        break;
                    }
                }
                Err(error) => {
                    failure = Some(error.into());
                    break;
                }
            }
        }
        if failure.is_none() {
            // The pass itself has failed when nobody receives this.
            let _ = send.send(None).await;
        }
        drop(send);
        let worked = work.await?;
        match failure {
            Some(error) => Err(error),
            None => worked,
        }
    }

    /// Takes batches until `None` says that these were all.
    fn work(
        mut self,
        mut batches: mpsc::Receiver<Option<RecordBatch>>,
        progress: &Progress,
    ) -> Result<Passed> {
        loop {
            let taken = match batches.blocking_recv() {
                Some(Some(rows)) => progress.check().and_then(|()| self.take(&rows)),
                Some(None) => return self.finish(),
                None => Err(Error::Cancelled),
            };
            match taken {
                Ok(rows) => progress.advance(rows),
                Err(error) => {
                    self.writer.abandon();
                    return Err(error);
                }
            }
        }
    }

    fn take(&mut self, rows: &RecordBatch) -> Result<u64> {
        let expectations = Arc::clone(self.checker.expectations());
        let (typed, misfits) = conform(&self.model, rows, expectations.schema())?;
        let mut checked = self.checker.check_typed(typed)?;
        self.settle(&mut checked, misfits, &expectations);
        let first = self.rows + 1;
        for finding in &checked.findings {
            let text = OnceCell::new();
            let shown = || evidence(&checked.rows, finding, &expectations);
            let place = first + u64::from(finding.row);
            self.tally
                .add(finding, place, || text.get_or_init(shown).as_str());
        }
        self.hard_rows += checked.hard.iter().filter(|hard| **hard).count() as u64;
        self.profiler.update(&checked.rows, first);
        let count = checked.rows.num_rows();
        if self.hard_rows == 0 {
            let rows = self.output(&checked.rows, first)?;
            self.writer.write(&rows)?;
        }
        self.rows += count as u64;
        Ok(count as u64)
    }

    /// Adds what the rows before have to do with: keys and values that must stand once.
    fn settle(&mut self, checked: &mut Checked, found: Vec<Finding>, expectations: &Expectations) {
        let mut found = found;
        if self.unique.is_empty() {
            let checks = checked.unique.iter();
            self.unique = checks
                .map(|(check, _)| (*check, KeySet::default()))
                .collect();
        }
        for ((check, seen), (_, keys)) in self.unique.iter_mut().zip(&checked.unique) {
            for row in repeated(keys, seen) {
                found.push(Finding {
                    row,
                    column: None,
                    cause: Cause::Check(*check),
                });
            }
        }
        let column = match expectations.key.as_slice() {
            [column] => Some(*column as u32),
            _ => None,
        };
        for row in repeated(&checked.keys, &mut self.keys) {
            found.push(Finding {
                row,
                column,
                cause: Cause::DuplicateKey,
            });
        }
        for finding in &found {
            if let Some(hard) = checked.hard.get_mut(finding.row as usize) {
                *hard |= finding.cause.level(expectations) == Level::Hard;
            }
        }
        checked.findings.extend(found);
    }

    fn output(&self, typed: &RecordBatch, first: u64) -> Result<RecordBatch> {
        let count = typed.num_rows();
        let mut columns = typed.columns().to_vec();
        columns.push(take(&self.batch, &UInt32Array::from(vec![0; count]), None)?);
        let first = first as i64;
        let places = Int64Array::from_iter_values(first..first + count as i64);
        columns.push(Arc::new(places));
        Ok(RecordBatch::try_new(Arc::clone(&self.schema), columns)?)
    }

    fn finish(self) -> Result<Passed> {
        let findings = self.tally.counts(self.checker.expectations());
        if self.hard_rows > 0 {
            self.writer.abandon();
            return Err(Error::Checks {
                model: self.model,
                rows: self.hard_rows,
                findings,
            });
        }
        Ok(Passed {
            rows: self.rows,
            files: self.writer.finish()?,
            keys: self.keys,
            findings,
            profile: self.profiler.finish(),
        })
    }
}

/// The rows whose key stood before.
fn repeated(keys: &[Option<Key>], seen: &mut KeySet) -> Vec<u32> {
    keys.iter()
        .enumerate()
        .filter_map(|(row, key)| Some((row as u32, (*key)?)))
        .filter(|(_, key)| !seen.insert(*key))
        .map(|(row, _)| row)
        .collect()
}

/// The rows in the declared columns and types, with a finding for each value that does not fit into its type.
pub(super) fn conform(
    model: &DatasetId,
    rows: &RecordBatch,
    schema: &SchemaRef,
) -> Result<(RecordBatch, Vec<Finding>)> {
    let mut found = Vec::new();
    let mut columns: Vec<ArrayRef> = Vec::with_capacity(schema.fields().len());
    for (index, field) in schema.fields().iter().enumerate() {
        let column = rows
            .column_by_name(field.name())
            .ok_or_else(|| Error::MissingColumn {
                model: model.clone(),
                column: field.name().clone(),
            })?;
        let options = CastOptions::default();
        let typed = cast_with_options(column, field.data_type(), &options)?;
        if typed.null_count() > column.null_count() {
            let lost = (0..typed.len()).filter(|row| typed.is_null(*row) && column.is_valid(*row));
            found.extend(lost.map(|row| Finding {
                row: row as u32,
                column: Some(index as u32),
                cause: Cause::Fault(FaultCode::Range),
            }));
        }
        columns.push(typed);
    }
    Ok((RecordBatch::try_new(Arc::clone(schema), columns)?, found))
}

/// The cell that a finding speaks of, or the key of the row.
fn evidence(rows: &RecordBatch, finding: &Finding, expectations: &Expectations) -> String {
    let shown: Vec<usize> = match finding.column {
        Some(column) if finding.cause != Cause::Missing => vec![column as usize],
        _ if expectations.key.is_empty() => (0..rows.num_columns().min(3)).collect(),
        _ => expectations.key.clone(),
    };
    let options = FormatOptions::default();
    shown
        .into_iter()
        .filter_map(|column| {
            let column = rows.columns().get(column)?;
            let formatter = ArrayFormatter::try_new(column, &options).ok()?;
            Some(formatter.value(finding.row as usize).to_string())
        })
        .collect::<Vec<_>>()
        .join(", ")
}
