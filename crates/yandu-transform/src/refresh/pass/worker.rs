//! One of those that take the batches of a pass.

use std::cell::OnceCell;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{Int64Array, RecordBatch, UInt32Array};
use arrow::compute::take;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use tokio::sync::mpsc;
use yandu_check::key::{KeySet, repeated};
use yandu_check::profile::Profiler;
use yandu_check::{Cause, Checked, Expectations, Finding, Level, Tally};
use yandu_lake::{FileWriter, NewFile};

use super::{Pass, conform};
use crate::progress::Progress;
use crate::{Error, Result};

/// Rows of a query, with the place of the first among all of them, from 1.
pub(super) struct Numbered {
    pub(super) first: u64,
    pub(super) rows: RecordBatch,
}

/// Batches that wait for whichever worker is free.
#[derive(Clone)]
pub(super) struct Queue(Arc<Mutex<mpsc::Receiver<Numbered>>>);

impl Queue {
    pub(super) fn new(batches: mpsc::Receiver<Numbered>) -> Self {
        Self(Arc::new(Mutex::new(batches)))
    }

    fn next(&self) -> Option<Numbered> {
        let mut batches = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        batches.blocking_recv()
    }
}

/// What a worker has done with its batches.
pub(super) struct Worked {
    pub(super) rows: u64,
    pub(super) files: Vec<NewFile>,
    pub(super) tally: Tally,
    pub(super) profiler: Profiler,
}

pub(super) struct Worker {
    pass: Arc<Pass>,
    writer: FileWriter,
    profiler: Profiler,
    tally: Tally,
    rows: u64,
}

impl Worker {
    pub(super) fn new(pass: Arc<Pass>) -> Result<Self> {
        Ok(Self {
            writer: pass.lake.writer(&pass.model)?,
            profiler: Profiler::new(pass.checker.expectations()),
            tally: Tally::default(),
            rows: 0,
            pass,
        })
    }

    /// Takes batches until there are no more. On an error what it has written is removed.
    pub(super) fn work(mut self, queue: &Queue, progress: &Progress) -> Result<Worked> {
        match self.work_through(queue, progress) {
            Ok(()) if self.pass.hard_rows.load(Ordering::Acquire) == 0 => self.finish(),
            Ok(()) => {
                self.writer.abandon();
                Ok(Worked {
                    rows: self.rows,
                    files: Vec::new(),
                    tally: self.tally,
                    profiler: self.profiler,
                })
            }
            Err(error) => {
                self.writer.abandon();
                Err(error)
            }
        }
    }

    fn work_through(&mut self, queue: &Queue, progress: &Progress) -> Result<()> {
        while let Some(batch) = queue.next() {
            progress.check()?;
            progress.advance(self.take(&batch)?);
        }
        // The queue ends too when the query fails, another worker does, or nobody waits for the pass any more.
        if self.pass.is_whole.load(Ordering::Acquire) {
            Ok(())
        } else {
            Err(Error::Cancelled)
        }
    }

    fn finish(self) -> Result<Worked> {
        Ok(Worked {
            rows: self.rows,
            files: self.writer.finish()?,
            tally: self.tally,
            profiler: self.profiler,
        })
    }

    fn take(&mut self, batch: &Numbered) -> Result<u64> {
        let pass = Arc::clone(&self.pass);
        let expectations = pass.checker.expectations();
        let (typed, misfits) = conform(&pass.model, &batch.rows, expectations.schema())?;
        let mut checked = pass.checker.check_typed(typed)?;
        pass.settle(&mut checked, misfits);
        for finding in &checked.findings {
            let text = OnceCell::new();
            let shown = || evidence(&checked.rows, finding, expectations);
            let place = batch.first + u64::from(finding.row);
            self.tally
                .add(finding, place, || text.get_or_init(shown).as_str());
        }
        let hard = checked.hard.iter().filter(|hard| **hard).count() as u64;
        let hard_rows = pass.hard_rows.fetch_add(hard, Ordering::AcqRel) + hard;
        self.profiler.update(&checked.rows, batch.first);
        let count = checked.rows.num_rows() as u64;
        if hard_rows == 0 {
            let rows = pass.output(&checked.rows, batch.first)?;
            self.writer.write(&rows)?;
        }
        self.rows += count;
        Ok(count)
    }
}

impl Pass {
    /// Adds what the rows before have to do with: keys and values that must stand once.
    fn settle(&self, checked: &mut Checked, found: Vec<Finding>) {
        let expectations = self.checker.expectations();
        let mut found = found;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.unique.is_empty() {
            let checks = checked.unique.iter();
            seen.unique = checks
                .map(|(check, _)| (*check, KeySet::default()))
                .collect();
        }
        for ((check, seen), (_, keys)) in seen.unique.iter_mut().zip(&checked.unique) {
            for row in repeated(keys, &checked.hard, seen) {
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
        for row in repeated(&checked.keys, &checked.hard, &mut seen.keys) {
            found.push(Finding {
                row,
                column,
                cause: Cause::DuplicateKey,
            });
        }
        drop(seen);
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
