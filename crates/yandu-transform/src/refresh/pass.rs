//! The one pass over the rows that a query made: they get their declared types, are checked like those of any dataset,
//! and are written to files that no version lists yet.
//!
//! Batches are numbered as they come and taken by whichever worker is free. What the rows before have to do with a row
//! (keys, values that must stand once) is looked up in one place, under a lock.

mod worker;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{Array, ArrayRef, RecordBatch, StringViewArray};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use futures::{Stream, StreamExt};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use yandu_check::key::KeySet;
use yandu_check::profile::{ColumnProfile, Profiler};
use yandu_check::{
    Cause, Checker, Expectations, Finding, FindingCount, SYSTEM_BATCH, SYSTEM_ROW, Tally,
};
use yandu_lake::{Lake, NewFile};
use yandu_words::FaultCode;
use yandu_words::id::{BatchId, DatasetId};

use self::worker::{Numbered, Queue, Worked, Worker};
use crate::progress::Progress;
use crate::{Error, Result};

/// Batches that wait for a worker.
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
    lake: Lake,
    model: DatasetId,
    checker: Checker,
    batch: StringViewArray,
    schema: SchemaRef,
    seen: Mutex<Seen>,
    hard_rows: AtomicU64,
    /// No batch comes after those that wait.
    is_whole: AtomicBool,
}

/// Keys, and values of the checks of uniqueness, of all rows so far.
#[derive(Default)]
struct Seen {
    keys: KeySet,
    unique: Vec<(u32, KeySet)>,
}

impl Pass {
    pub(super) fn new(
        lake: &Lake,
        model: &DatasetId,
        run: &BatchId,
        expectations: Expectations,
    ) -> Self {
        let mut fields = expectations.schema().fields().to_vec();
        fields.push(Arc::new(Field::new(
            SYSTEM_BATCH,
            DataType::Utf8View,
            false,
        )));
        fields.push(Arc::new(Field::new(SYSTEM_ROW, DataType::Int64, false)));
        Self {
            lake: lake.clone(),
            model: model.clone(),
            checker: Checker::new(Arc::new(expectations), Vec::new()),
            batch: StringViewArray::from(vec![run.as_str()]),
            schema: Arc::new(Schema::new(fields)),
            seen: Mutex::default(),
            hard_rows: AtomicU64::new(0),
            is_whole: AtomicBool::new(false),
        }
    }

    /// Sends all rows through. On an error every file that was written is removed again.
    ///
    /// What fits into one row group is written by one worker, into one file. With each row group more another worker begins, up to
    /// the threads of the lake, and writes files of its own.
    pub(super) async fn run<E: Into<Error>>(
        self,
        rows: impl Stream<Item = Result<RecordBatch, E>> + Unpin,
        progress: &Arc<Progress>,
    ) -> Result<Passed> {
        let threads = self.lake.options().threads.max(1);
        let group = self.lake.options().row_group_rows as u64;
        let pass = Arc::new(self);
        let (send, receive) = mpsc::channel(WAITING);
        let queue = Queue::new(receive);
        let mut workers = vec![pass.begin(&queue, progress)?];
        let mut rows = rows;
        let mut first = 1;
        let mut failure = None;
        let is_whole = loop {
            match rows.next().await {
                None => break true,
                Some(Ok(rows)) => {
                    let count = rows.num_rows() as u64;
                    let room = workers.len() as u64 * group;
                    if first + count > room + 1 && workers.len() < threads {
                        workers.push(pass.begin(&queue, progress)?);
                    }
                    // A worker that has failed takes nothing, and says why.
                    if send.send(Numbered { first, rows }).await.is_err() {
                        break false;
                    }
                    first += count;
                }
                Some(Err(error)) => {
                    failure = Some(error.into());
                    break false;
                }
            }
        };
        pass.is_whole.store(is_whole, Ordering::Release);
        drop(send);
        pass.join(workers, failure).await
    }

    fn begin(
        self: &Arc<Self>,
        queue: &Queue,
        progress: &Arc<Progress>,
    ) -> Result<JoinHandle<Result<Worked>>> {
        let worker = Worker::new(Arc::clone(self))?;
        let (queue, progress) = (queue.clone(), Arc::clone(progress));
        Ok(tokio::task::spawn_blocking(move || {
            worker.work(&queue, &progress)
        }))
    }

    /// Waits for the workers, and puts together what they have done.
    async fn join(
        &self,
        workers: Vec<JoinHandle<Result<Worked>>>,
        failure: Option<Error>,
    ) -> Result<Passed> {
        let mut failure = failure;
        let mut profiler = Profiler::new(self.checker.expectations());
        let mut tally = Tally::default();
        let mut rows = 0;
        let mut files = Vec::new();
        for worker in workers {
            match worker.await.map_err(Error::from).flatten() {
                Ok(worked) => {
                    rows += worked.rows;
                    files.extend(worked.files);
                    tally.merge(worked.tally);
                    profiler.merge(worked.profiler);
                }
                // Who was only stopped does not say why.
                Err(error) if matches!(failure, None | Some(Error::Cancelled)) => {
                    failure = Some(error);
                }
                Err(_) => {}
            }
        }
        let findings = tally.counts(self.checker.expectations());
        let hard_rows = self.hard_rows.load(Ordering::Acquire);
        if failure.is_none() && hard_rows > 0 {
            failure = Some(Error::Checks {
                model: self.model.clone(),
                rows: hard_rows,
                findings: findings.clone(),
            });
        }
        if let Some(error) = failure {
            let paths: Vec<String> = files.iter().map(|file| file.path().to_owned()).collect();
            self.lake.sweep(&self.model, &paths).await?;
            return Err(error);
        }
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Passed {
            rows,
            files,
            keys: std::mem::take(&mut seen.keys),
            findings,
            profile: profiler.finish(),
        })
    }
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

#[cfg(test)]
mod tests;
