//! The gate that every change of a table passes on its way to the disk, and that a backup closes for a moment.
//!
//! While it is closed the tables and the journals on disk stand still, so that a copy of the records that is taken
//! meanwhile fits them: together they are what a crash at that moment would have left.

use std::sync::Arc;

use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};

/// Shared by all tables of a lake.
#[derive(Debug, Clone, Default)]
pub struct Gate {
    changes: Arc<RwLock<()>>,
    /// Held by whoever still reads files that nobody lists any more.
    files: Arc<RwLock<()>>,
}

/// A change is on its way.
pub(crate) type Passing = OwnedRwLockReadGuard<()>;

/// The tables stand still.
pub(crate) type Closed = OwnedRwLockWriteGuard<()>;

/// No file is removed.
pub(crate) type Holding = OwnedRwLockReadGuard<()>;

impl Gate {
    /// Waits while the gate is closed. What is held is dropped once the change is on disk.
    pub(crate) async fn pass(&self) -> Passing {
        Arc::clone(&self.changes).read_owned().await
    }

    /// Waits for the changes that are on their way, and holds up all others.
    pub(crate) async fn close(&self) -> Closed {
        Arc::clone(&self.changes).write_owned().await
    }

    /// Keeps every file in its place.
    pub(crate) async fn hold_files(&self) -> Holding {
        Arc::clone(&self.files).read_owned().await
    }

    /// Whether files may be removed now; nobody can begin to hold them while what is returned lives.
    pub(crate) fn may_remove(&self) -> Option<OwnedRwLockWriteGuard<()>> {
        Arc::clone(&self.files).try_write_owned().ok()
    }
}
