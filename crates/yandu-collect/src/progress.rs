//! How far a collection under way has come; cheap to write from worker threads, cheap to read.

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

use serde::Serialize;
use tokio::sync::Notify;

use crate::{Error, Result};

/// What a collection is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum Phase {
    Fetching = 0,
    Keeping = 1,
    Checking = 2,
    Committing = 3,
    Done = 4,
}

#[derive(Debug, Default)]
pub struct Progress {
    phase: AtomicU8,
    bytes_total: AtomicU64,
    bytes_done: AtomicU64,
    rows_done: AtomicU64,
    course: AtomicU8,
    /// Told when the collection is cancelled and when it is done.
    changed: Notify,
}

/// It may still be cancelled.
const OPEN: u8 = 0;
/// It stops at the next step and rolls back.
const CANCELLED: u8 = 1;
/// Its counts are being recorded: from here on it goes through.
const SETTLED: u8 = 2;

/// A reading of a [`Progress`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Reading {
    pub phase: Phase,
    pub bytes_total: u64,
    pub bytes_done: u64,
    pub rows_done: u64,
}

impl Progress {
    pub fn start(&self, phase: Phase, bytes_total: u64) {
        self.bytes_done.store(0, Ordering::Relaxed);
        self.bytes_total.store(bytes_total, Ordering::Relaxed);
        self.phase.store(phase as u8, Ordering::Relaxed);
        if phase == Phase::Done {
            self.changed.notify_waiters();
        }
    }

    pub fn advance(&self, bytes: u64, rows: u64) {
        self.bytes_done.fetch_add(bytes, Ordering::Relaxed);
        self.rows_done.fetch_add(rows, Ordering::Relaxed);
    }

    pub fn read(&self) -> Reading {
        let phase = match self.phase.load(Ordering::Relaxed) {
            0 => Phase::Fetching,
            1 => Phase::Keeping,
            2 => Phase::Checking,
            3 => Phase::Committing,
            _ => Phase::Done,
        };
        Reading {
            phase,
            bytes_total: self.bytes_total.load(Ordering::Relaxed),
            bytes_done: self.bytes_done.load(Ordering::Relaxed),
            rows_done: self.rows_done.load(Ordering::Relaxed),
        }
    }

    /// Asks the collection to stop at the next block and roll back. False when it is too late for that.
    pub fn cancel(&self) -> bool {
        let before =
            self.course
                .compare_exchange(OPEN, CANCELLED, Ordering::SeqCst, Ordering::SeqCst);
        self.changed.notify_waiters();
        before != Err(SETTLED)
    }

    pub fn is_cancelled(&self) -> bool {
        self.course.load(Ordering::SeqCst) == CANCELLED
    }

    /// From here on the collection goes through, unless it was cancelled before.
    pub(crate) fn settle(&self) -> Result<()> {
        match self
            .course
            .compare_exchange(OPEN, SETTLED, Ordering::SeqCst, Ordering::SeqCst)
        {
            Err(CANCELLED) => Err(Error::Cancelled),
            _ => Ok(()),
        }
    }

    /// Ends when the collection is cancelled.
    pub(crate) async fn cancelled(&self) {
        self.until(|| self.is_cancelled()).await;
    }

    /// Ends when the record of the collection says how it ended.
    pub(crate) async fn done(&self) {
        self.until(|| self.read().phase == Phase::Done).await;
    }

    async fn until(&self, is_true: impl Fn() -> bool) {
        loop {
            let mut told = std::pin::pin!(self.changed.notified());
            // Before the look: what changes in between is not missed.
            told.as_mut().enable();
            if is_true() {
                return;
            }
            told.await;
        }
    }
}
