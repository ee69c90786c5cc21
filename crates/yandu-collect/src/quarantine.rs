//! Rows that broke a hard check: where they wait, and how they leave.
//!
//! The rows of a batch stand in files that are written once; what became of a row afterwards is a record beside
//! them, with who and why.

pub(crate) mod file;
mod leave;
mod moved;
mod read;
mod releasing;
mod report;
mod returned;
mod reversed;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use yandu_check::Level;
use yandu_words::Title;
use yandu_words::id::BatchId;

pub(crate) use file::QuarantineWriter;
pub use leave::{FormerSnapshot, Refusal, Released};
pub(crate) use moved::{Moved, discard, moved_places};
pub use returned::Returned;
pub(crate) use returned::are_waiting_rows;
pub(crate) use reversed::record as record_reversed;

/// The reason of a row that stays in quarantine when the change that moved it there is taken back.
pub(crate) const SUPERSEDED: &str = "superseded";

/// What is found of a snapshot of which no row passed.
pub(crate) const FORMER_STAYS: &str = "former-snapshot-stays";

/// One thing that is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The column, where the reason is about one.
    pub column: Option<String>,
    /// The code of the fault or the name of the check.
    pub reason: String,
    pub level: Level,
    /// What else is known of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Title>,
}

impl Reason {
    /// The reason in the words of a clerk, given what its code means.
    pub fn titled(&self, title: &str) -> String {
        match &self.detail {
            Some(detail) => format!("{title}：{}", detail.zh),
            None => title.to_owned(),
        }
    }
}

/// What became of a quarantined row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RowState {
    Waiting,
    /// Its cells were corrected; it still waits.
    Corrected,
    /// It is in the lake.
    Released,
    /// Its owner gave it up.
    Dropped,
}

/// A quarantined row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuarantinedRow {
    pub batch: BatchId,
    /// Place of the row in its batch, from 1.
    pub row: u64,
    pub state: RowState,
    pub reasons: Vec<Reason>,
    /// The cells by column, as they came or as they were corrected.
    pub cells: BTreeMap<String, Option<String>>,
    /// The record as it stood in the delivery.
    pub record: String,
    /// Why it was last corrected, released, taken out of the table again or dropped, and by whom.
    pub note: Option<Note>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    pub reason: String,
    pub principal: String,
    /// Microseconds since 1970.
    pub at: i64,
}

/// Which quarantined rows are meant.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Places in the batch; all rows when empty.
    pub rows: BTreeSet<u64>,
    /// Only rows with this reason.
    pub reason: Option<String>,
    /// Only rows that still wait.
    pub waiting: bool,
    /// Only rows after this place, for paging.
    pub after: Option<u64>,
    pub limit: Option<usize>,
}

/// What a reason code means, in the words of a clerk; the code itself where it is not one of the program's.
pub fn reason_title(code: &str) -> String {
    if let Some(fault) = yandu_words::FaultCode::from_name(code) {
        return fault.title().zh;
    }
    if let Some(change) = yandu_words::Change::from_name(code) {
        return change.title().zh;
    }
    match code {
        "missing" => "必填项为空",
        "empty-word" => "以文字表示的空值",
        "synonym" => "以名称代替代码",
        "cell-count" => "列数与表头不符",
        "encoding" => "文字编码损坏",
        "open-quote" => "引号未闭合",
        "syntax" => "不是一条数据记录",
        "control-character" => "含有控制字符",
        "cell-too-long" => "单元格过长",
        "duplicate-key" => "主键与前面的行重复",
        "repeated-key" => "同一文件里主键相同而内容不同，以后面的行为准",
        "key-taken" => "主键已在库中",
        SUPERSEDED => "已被后来的数据取代",
        FORMER_STAYS => "没有一行合格，库中仍是上一次的全量数据",
        other => other,
    }
    .to_owned()
}
