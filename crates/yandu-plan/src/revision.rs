//! What became of a plan, change by change, and what it binds people to.

use jiff::Timestamp;
use serde::Serialize;

use crate::record::{Decision, ItemChange, Items};

/// What kind of change it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RevisionKind {
    Imported,
    /// Sentences, findings or units were reviewed.
    Reviewed,
    Approved,
    /// Tasks and nodes were proposed from the text.
    Decomposed,
    /// Tasks, nodes or units were edited.
    Edited,
    /// Targets were bound to what their actuals come from.
    Bound,
    /// A node began, was finished or taken up again.
    Progressed,
    /// Documents or evidence were handed in, accepted or returned.
    Proved,
    /// Targets were found closed or open again.
    Settled,
    /// A change was asked for or decided.
    Changed,
    Closed,
}

impl RevisionKind {
    pub const ALL: [Self; 11] = [
        Self::Imported,
        Self::Reviewed,
        Self::Approved,
        Self::Decomposed,
        Self::Edited,
        Self::Bound,
        Self::Progressed,
        Self::Proved,
        Self::Settled,
        Self::Changed,
        Self::Closed,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Imported => "imported",
            Self::Reviewed => "reviewed",
            Self::Approved => "approved",
            Self::Decomposed => "decomposed",
            Self::Edited => "edited",
            Self::Bound => "bound",
            Self::Progressed => "progressed",
            Self::Proved => "proved",
            Self::Settled => "settled",
            Self::Changed => "changed",
            Self::Closed => "closed",
        }
    }

    pub fn text(self) -> &'static str {
        match self {
            Self::Imported => "导入",
            Self::Reviewed => "核对",
            Self::Approved => "批准",
            Self::Decomposed => "任务分解",
            Self::Edited => "修改",
            Self::Bound => "绑定数据来源",
            Self::Progressed => "节点推进",
            Self::Proved => "佐证",
            Self::Settled => "销号核定",
            Self::Changed => "变更",
            Self::Closed => "结束",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// One change of a plan. Nothing ever changes or removes it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Revision {
    pub revision: u64,
    pub kind: RevisionKind,
    pub who: String,
    pub at: Timestamp,
    pub reason: Option<String>,
    /// None in the first revision.
    pub changes: Vec<ItemChange>,
}

/// What a plan binds people to, as it was approved.
#[derive(Debug, Clone, PartialEq)]
pub struct Baseline {
    /// From 1; one more with each approved change.
    pub number: u32,
    pub revision: u64,
    pub by: Decision,
    pub(crate) items: Items,
}

impl Baseline {
    /// How many items of a kind it has: `target`, `task`, `node` …
    pub fn count(&self, kind: &str) -> u64 {
        let of_kind = |key: &&String| key.split('/').next() == Some(kind);
        self.items.keys().filter(of_kind).count() as u64
    }
}
