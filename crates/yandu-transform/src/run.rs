//! The record of a refresh.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use yandu_check::profile::ColumnProfile;
use yandu_check::{FindingCount, Score};
use yandu_words::id::{BatchId, DatasetId};

/// What asked for a refresh.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trigger {
    /// Something upstream changed.
    Change,
    Request,
    /// The program started, and something upstream had changed.
    Start,
}

/// How much was computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    Full,
    Incremental,
    /// Nothing that the model reads had changed.
    Unchanged,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunStatus {
    Running,
    /// Everything is written; the one commit is under way.
    Committing,
    Done,
    /// The model is as it was.
    Failed,
    /// The program ended before the run did; the model is as it was.
    Interrupted,
}

impl RunStatus {
    /// The word for the world outside, where a commit is a moment of running.
    pub fn name(self) -> &'static str {
        match self {
            Self::Running | Self::Committing => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
        }
    }
}

/// From which version to which an input was followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// `None` when the run before did not read it or found it absent, or there was none.
    pub from: Option<u64>,
    /// `None` when it was absent: it had no table yet, and was read without rows.
    pub to: Option<u64>,
}

/// Why a run failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    pub code: String,
    pub message: String,
    pub help: Option<String>,
}

/// A refresh of a model, and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    pub id: BatchId,
    pub model: DatasetId,
    pub trigger: Trigger,
    pub mode: Mode,
    /// Why it was done in this mode.
    pub why: String,
    pub status: RunStatus,
    pub inputs: BTreeMap<DatasetId, Span>,
    /// Rows of the inputs that were read: all, or those that changed.
    pub rows_in: u64,
    pub rows_added: u64,
    pub rows_removed: u64,
    /// Rows that broke a hard check; then none of the run's rows was taken.
    pub rows_quarantined: u64,
    /// The version of the model after the run.
    pub version: Option<u64>,
    /// Of the rows that the run computed.
    pub score: Option<Score>,
    pub error: Option<Failure>,
    pub started_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    /// Stands for all that the rows depend on beside the inputs.
    pub(crate) fingerprint: String,
    /// The file with what is kept of groups.
    pub(crate) state: Option<String>,
}

/// A run with what was found of its rows.
#[derive(Debug, Clone, PartialEq)]
pub struct RunDetail {
    pub run: Run,
    pub findings: Vec<FindingCount>,
    pub profile: Vec<ColumnProfile>,
}

impl Failure {
    /// The failure with the causes below it.
    pub(crate) fn of(error: &crate::Error) -> Self {
        let mut message = error.to_string();
        let mut cause = std::error::Error::source(error);
        while let Some(source) = cause {
            message.push_str(": ");
            message.push_str(&source.to_string());
            cause = source.source();
        }
        Self {
            code: error.code().to_owned(),
            message,
            help: error.help(),
        }
    }
}
