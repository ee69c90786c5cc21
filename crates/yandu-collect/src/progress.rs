//! How far a collection under way has come; cheap to write from worker threads, cheap to read.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};

use serde::Serialize;

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
    cancelled: AtomicBool,
}

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

    /// Asks the collection to stop at the next block and roll back.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }
}
