//! Facts: what became of the data of an entry, as others have measured it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::entry::EntryId;

/// What is known of the data. Absent is what nobody has measured.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Facts {
    pub rows: Option<u64>,
    pub bytes: Option<u64>,
    pub version: Option<u64>,
    pub last_batch: Option<String>,
    /// When the newest delivery came.
    pub last_at: Option<Timestamp>,
    /// The quality score, from 0 to 100.
    pub score: Option<f64>,
    /// Whether the newest delivery is as new as was promised.
    pub fresh: Option<bool>,
}

/// The facts of one entry.
#[derive(Debug, Clone, PartialEq)]
pub struct FactsOf {
    pub id: EntryId,
    pub facts: Facts,
}
