//! Folders of backups: what a data folder was at one moment, once or many times.
//!
//! A folder of backups holds objects and lists. An object is the content of a file, named by its BLAKE3 hash, written
//! once and never changed; a list says which files a backup has and which object each is. A list is written last, under
//! its final name at once and with its own hash in that name, so that whatever is cut short is no backup. A second
//! backup into the same folder writes only objects that are not there yet, and leaves the first as it was.
//!
//! ```text
//! DIR/yandu-backups.json            what the folder is
//! DIR/backups/<id>.<hash>.json      one list a backup
//! DIR/objects/<2 digits>/<hash>     contents
//! DIR/partial/                      what is being written
//! ```
//!
//! Not here: what belongs into a backup and at which moment; whoever owns the files says so.

mod list;
mod progress;
mod restore;
mod vault;
mod write;

use std::path::PathBuf;

pub use list::{BackupFile, BackupInfo, BackupList, BackupTable, Listed};
pub use progress::{BackupPhase, BackupProgress, BackupReading};
pub use restore::Restored;
pub use vault::{Checked, Vault};
pub use write::Written;

/// A file that goes into a backup.
#[derive(Debug, Clone)]
pub struct BackupItem {
    /// Where it stands in the data folder, with `/`.
    pub path: String,
    pub content: BackupContent,
}

#[derive(Debug, Clone)]
pub enum BackupContent {
    /// A file that is never changed once it is there: when the backup before has one of the same path, size and time,
    /// it is the same and need not be read.
    Fixed(PathBuf),
    /// A file that may grow; only its beginning, of so many bytes, belongs to the backup.
    Beginning(PathBuf, u64),
    /// A file that may be changed or be gone by the time it is read.
    Loose(PathBuf),
    /// The bytes themselves.
    Bytes(Vec<u8>),
}

/// What a backup is of, beside its files.
#[derive(Debug, Clone, Default)]
pub struct BackupAbout {
    pub tables: Vec<BackupTable>,
    /// Batches in the records.
    pub batches: u64,
    /// Whether the key that opens the stored secrets is in it.
    pub has_key: bool,
}

#[cfg(test)]
mod tests;
