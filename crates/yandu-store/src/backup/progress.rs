use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// What a backup, a check or a restore is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum BackupPhase {
    /// The moment is taken: records are copied while tables stand still.
    Freezing = 0,
    /// Files are listed.
    Listing = 1,
    /// Files are copied, or read again.
    Copying = 2,
    Done = 3,
}

/// How far a backup has come; shared by those who work and those who watch.
#[derive(Debug, Default)]
pub struct BackupProgress {
    phase: AtomicU8,
    files_total: AtomicU64,
    files_done: AtomicU64,
    bytes_total: AtomicU64,
    bytes_done: AtomicU64,
    cancelled: AtomicBool,
}

/// A reading of a [`BackupProgress`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupReading {
    pub phase: BackupPhase,
    pub files_total: u64,
    pub files_done: u64,
    pub bytes_total: u64,
    pub bytes_done: u64,
}

impl BackupProgress {
    pub fn start(&self, phase: BackupPhase, files: u64, bytes: u64) {
        self.files_done.store(0, Ordering::Relaxed);
        self.bytes_done.store(0, Ordering::Relaxed);
        self.files_total.store(files, Ordering::Relaxed);
        self.bytes_total.store(bytes, Ordering::Relaxed);
        self.phase.store(phase as u8, Ordering::Relaxed);
    }

    pub(super) fn advance(&self, files: u64, bytes: u64) {
        self.files_done.fetch_add(files, Ordering::Relaxed);
        self.bytes_done.fetch_add(bytes, Ordering::Relaxed);
    }

    pub fn read(&self) -> BackupReading {
        BackupReading {
            phase: match self.phase.load(Ordering::Relaxed) {
                0 => BackupPhase::Freezing,
                1 => BackupPhase::Listing,
                2 => BackupPhase::Copying,
                _ => BackupPhase::Done,
            },
            files_total: self.files_total.load(Ordering::Relaxed),
            files_done: self.files_done.load(Ordering::Relaxed),
            bytes_total: self.bytes_total.load(Ordering::Relaxed),
            bytes_done: self.bytes_done.load(Ordering::Relaxed),
        }
    }

    /// Asks whoever works to stop at the next file.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    pub(super) fn go_on(&self) -> Result<()> {
        if self.cancelled.load(Ordering::Relaxed) {
            return Err(Error::BackupCancelled);
        }
        Ok(())
    }
}
