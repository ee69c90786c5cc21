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
use tokio::task::JoinSet;
use yandu_check::key::KeySet;
use yandu_check::profile::{ColumnProfile, Profiler};
use yandu_check::{
    Cause, Checker, Expectations, Finding, FindingCount, SYSTEM_BATCH, SYSTEM_ROW, Tally,
};
use yandu_lake::{Lake, NewFile};
use yandu_words::FaultCode;
use yandu_words::id::{BatchId, DatasetId};

use self::worker::{Numbered, Queue, Worked, Worker};
use super::paths;
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

type Workers = JoinSet<Result<Worked>>;

pub(super) struct Pass {
    lake: Lake,
    model: DatasetId,
    checker: Checker,
    batch: StringViewArray,
    schema: SchemaRef,
    seen: Mutex<Seen>,
    hard_rows: AtomicU64,
    /// No batch comes after those that wait, and nothing has failed.
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

    /// Sends all rows through. On an error every file that was written is removed again; the first error ends the pass, whatever the
    /// query still waits for, and is the one that is told.
    ///
    /// What fits into one row group is written by one worker, into one file. With each row group more another worker begins, up to
    /// the threads of the lake, and writes files of its own.
    pub(super) async fn run<E: Into<Error>>(
        self,
        rows: impl Stream<Item = Result<RecordBatch, E>> + Unpin,
        progress: &Arc<Progress>,
    ) -> Result<Passed> {
        let pass = Arc::new(self);
        let mut workers = Workers::new();
        let failure = pass.feed(rows, &mut workers, progress).await.err();
        pass.join(workers, failure).await
    }

    /// Gives the batches to workers, until there are no more or something fails.
    async fn feed<E: Into<Error>>(
        self: &Arc<Self>,
        mut rows: impl Stream<Item = Result<RecordBatch, E>> + Unpin,
        workers: &mut Workers,
        progress: &Arc<Progress>,
    ) -> Result<()> {
        let threads = self.lake.options().threads.max(1);
        let group = self.lake.options().row_group_rows as u64;
        // With the sender the queue ends for all workers.
        let (send, receive) = mpsc::channel(WAITING);
        let queue = Queue::new(receive);
        self.begin(workers, &queue, progress)?;
        let mut first = 1;
        while let Some(rows) = unless_ended(workers, rows.next()).await? {
            let rows = rows.map_err(Into::<Error>::into)?;
            let count = rows.num_rows() as u64;
            let room = workers.len() as u64 * group;
            if first + count > room + 1 && workers.len() < threads {
                self.begin(workers, &queue, progress)?;
            }
            let sending = send.send(Numbered { first, rows });
            let sent = unless_ended(workers, sending).await?;
            sent.map_err(|_| Error::Cancelled)?;
            first += count;
        }
        self.is_whole.store(true, Ordering::Release);
        Ok(())
    }

    fn begin(
        self: &Arc<Self>,
        workers: &mut Workers,
        queue: &Queue,
        progress: &Arc<Progress>,
    ) -> Result<()> {
        let worker = Worker::new(Arc::clone(self))?;
        let (queue, progress) = (queue.clone(), Arc::clone(progress));
        workers.spawn_blocking(move || worker.work(&queue, &progress));
        Ok(())
    }

    /// Waits for the workers, and puts together what they have done.
    async fn join(&self, mut workers: Workers, failure: Option<Error>) -> Result<Passed> {
        let mut failure = failure;
        let mut profiler = Profiler::new(self.checker.expectations());
        let mut tally = Tally::default();
        let mut rows = 0;
        let mut files = Vec::new();
        while let Some(ended) = workers.join_next().await {
            match ended.map_err(Error::from).flatten() {
                Ok(worked) => {
                    rows += worked.rows;
                    files.extend(worked.files);
                    tally.merge(worked.tally);
                    profiler.merge(worked.profiler);
                }
                Err(error) => {
                    // Whoever has not come to the end of the queue yet has nothing to finish.
                    self.is_whole.store(false, Ordering::Release);
                    // Who was only stopped does not say why.
                    if matches!(failure, None | Some(Error::Cancelled)) {
                        failure = Some(error);
                    }
                }
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
            self.lake.sweep(&self.model, &paths(&files)).await;
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

/// What a step gives, or why a worker has ended before it: while batches come, none ends but for a fault.
async fn unless_ended<T>(workers: &mut Workers, step: impl Future<Output = T>) -> Result<T> {
    tokio::select! {
        biased;
        Some(ended) = workers.join_next() => {
            let worked = ended.map_err(Error::from).flatten();
            Err(worked.err().unwrap_or(Error::Cancelled))
        }
        given = step => Ok(given),
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
