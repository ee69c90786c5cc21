//! What became of an entry, change by change.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::status::Status;

/// How a change came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RevisionKind {
    /// Registered by hand.
    Created,
    Edited,
    /// Moved along its life.
    Moved,
    /// A pack declares it so.
    Synced,
    Imported,
}

impl RevisionKind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Edited => "edited",
            Self::Moved => "moved",
            Self::Synced => "synced",
            Self::Imported => "imported",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [
            Self::Created,
            Self::Edited,
            Self::Moved,
            Self::Synced,
            Self::Imported,
        ]
        .into_iter()
        .find(|kind| kind.name() == name)
    }
}

/// One change. Nothing ever changes or removes it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Revision {
    pub revision: u64,
    pub kind: RevisionKind,
    pub who: String,
    pub at: Timestamp,
    pub reason: Option<String>,
    /// Absent in the first revision.
    pub status_from: Option<Status>,
    pub status_to: Status,
    /// What changed, field by field; none in the first revision, whose content is that of the next with its changes taken
    /// back, but for where a column stood that is there no more.
    pub changes: Vec<Change>,
}

/// One field that changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// `about`, `sharing.basis`, `columns.mobile` …
    pub field: String,
    pub from: Value,
    pub to: Value,
}
