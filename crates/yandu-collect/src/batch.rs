//! The record of a delivery.

use jiff::Timestamp;
use serde::Serialize;
use yandu_check::profile::ColumnProfile;
use yandu_check::{FindingCount, Score};
use yandu_lake::Principal;
use yandu_words::id::{BatchId, DatasetId, SourceId};

use crate::Mode;

/// What became of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum BatchStatus {
    Running,
    /// Everything is written; the one commit is under way.
    Committing,
    Collected,
    /// The same bytes were collected before.
    Unchanged,
    /// The file as a whole is at fault; the lake is as it was.
    Refused,
    /// Something around the delivery failed, or it was cancelled; the lake is as it was.
    RolledBack,
    Undone,
    /// Rows written one by one; there from the moment each was acknowledged.
    Written,
}

impl BatchStatus {
    const ALL: [Self; 8] = [
        Self::Running,
        Self::Committing,
        Self::Collected,
        Self::Unchanged,
        Self::Refused,
        Self::RolledBack,
        Self::Undone,
        Self::Written,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Committing => "committing",
            Self::Collected => "collected",
            Self::Unchanged => "unchanged",
            Self::Refused => "refused",
            Self::RolledBack => "rolled-back",
            Self::Undone => "undone",
            Self::Written => "written",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }

    /// Whether nothing more will happen to it by itself.
    pub fn is_settled(self) -> bool {
        !matches!(self, Self::Running | Self::Committing)
    }
}

/// Why a delivery did not reach the lake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct Failure {
    pub code: String,
    pub message: String,
    pub help: Option<String>,
}

/// A delivery and what became of it. In = kept + superseded + quarantined.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Batch {
    pub id: BatchId,
    pub dataset: DatasetId,
    pub source: Option<SourceId>,
    pub status: BatchStatus,
    pub mode: Mode,
    /// The name of the delivered file, or what was asked of the source.
    pub delivered_as: String,
    pub delivered_by: String,
    /// BLAKE3 of the bytes as they came.
    pub content_hash: Option<String>,
    pub size_bytes: Option<u64>,
    pub rows_in: u64,
    pub rows_kept: u64,
    pub rows_superseded: u64,
    pub rows_quarantined: u64,
    /// Rows of the former snapshot that this one does not have.
    pub rows_deleted: u64,
    /// The version of the table before the commit.
    pub base_version: Option<u64>,
    pub version: Option<u64>,
    /// What decoding found out, as JSON.
    pub report: Option<serde_json::Value>,
    pub score: Option<Score>,
    pub error: Option<Failure>,
    pub started_at: Timestamp,
    pub finished_at: Option<Timestamp>,
}

impl Batch {
    pub(crate) fn new(
        id: BatchId,
        dataset: DatasetId,
        status: BatchStatus,
        mode: Mode,
        delivered_as: String,
        principal: &Principal,
        started_at: Timestamp,
    ) -> Self {
        Self {
            id,
            dataset,
            source: None,
            status,
            mode,
            delivered_as,
            delivered_by: principal.name().to_owned(),
            content_hash: None,
            size_bytes: None,
            rows_in: 0,
            rows_kept: 0,
            rows_superseded: 0,
            rows_quarantined: 0,
            rows_deleted: 0,
            base_version: None,
            version: None,
            report: None,
            score: None,
            error: None,
            started_at,
            finished_at: None,
        }
    }

    /// The encoding that the delivery was read in.
    pub fn encoding(&self) -> Option<&str> {
        self.report.as_ref()?.get("encoding")?.as_str()
    }
}

/// What a note of the report says of a check; the words of the engine behind it may quote a cell.
pub const NOT_EVALUATED: &str = "could not be evaluated on every row";

/// A batch with everything that is known of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BatchDetail {
    #[serde(flatten)]
    pub batch: Batch,
    pub findings: Vec<FindingCount>,
    pub profile: Vec<ColumnProfile>,
}
