use std::fmt;
use std::path::{Path, PathBuf};

use arrow::error::ArrowError;
use jiff::civil::Date;
use sqlx::error::DatabaseError;
use yandu_words::Period;
use yandu_words::id::{BatchId, DatasetId, SourceId};

/// Why a source failed, in words that hold no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// Of the connection, an address, a setting, a table, a time: no cell stands in it.
    Plain(String),
    /// As the source says it while it is read, or of what it sent: a cell may stand in it.
    Quoting(String),
}

impl Why {
    pub fn words(&self) -> &str {
        match self {
            Self::Plain(words) | Self::Quoting(words) => words,
        }
    }

    pub fn may_quote_cells(&self) -> bool {
        matches!(self, Self::Quoting(_))
    }

    /// The same with words around it that quote no cell.
    pub(crate) fn with(self, say: impl FnOnce(String) -> String) -> Self {
        match self {
            Self::Plain(words) => Self::Plain(say(words)),
            Self::Quoting(words) => Self::Quoting(say(words)),
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

/// Why a collection, or work on its outcome, did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot {doing} `{}`", path.display())]
    File {
        doing: &'static str,
        path: PathBuf,
        source: std::io::Error,
    },

    #[error("the disk is full: cannot {doing} `{}`", path.display())]
    DiskFull { doing: &'static str, path: PathBuf },

    #[error(transparent)]
    Decode(#[from] yandu_decode::Error),

    #[error("there is no dataset `{0}`")]
    NoDataset(DatasetId),

    #[error("there is no source `{0}`")]
    NoSource(SourceId),

    #[error("the rows of `{0}` are not collected: they come from elsewhere")]
    NotCollected(DatasetId),

    #[error("mode `upsert` needs a key, and `{0}` has none")]
    NoKey(DatasetId),

    #[error("there is no batch `{0}`")]
    NoBatch(String),

    #[error("the delivery lacks {} that `{dataset}` requires: {}", plural(columns), columns.join(", "))]
    MissingColumns {
        dataset: DatasetId,
        columns: Vec<String>,
        headers: Vec<String>,
        /// Another row of the file that has all of them.
        row: Option<u32>,
    },

    #[error("the headers {} both stand for the column `{column}`", headers.iter().map(|h| format!("`{h}`")).collect::<Vec<_>>().join(" and "))]
    AmbiguousHeaders {
        column: String,
        headers: Vec<String>,
    },

    #[error("the delivery has no header `{header}`")]
    NoSuchHeader {
        header: String,
        headers: Vec<String>,
    },

    #[error(
        "the numbers are said to be in `{told}`, and `{header}` stands for `{column}`, which is in `{declared}`"
    )]
    OtherUnit {
        told: String,
        header: String,
        column: String,
        declared: String,
    },

    #[error("check `{check}` of `{dataset}` cannot be evaluated: {message}")]
    Check {
        dataset: DatasetId,
        check: String,
        message: String,
    },

    #[error("the delivery has {rows} rows, and `{dataset}` expects {expected}")]
    RowCount {
        dataset: DatasetId,
        rows: u64,
        expected: String,
    },

    #[error("the delivery has a header and no rows")]
    NoRows,

    #[error("the collection was cancelled")]
    Cancelled,

    #[error("a worker stopped without a reason")]
    WorkerPanicked,

    #[error("batch `{batch}` cannot be undone: it is {status}")]
    NotUndoable {
        batch: BatchId,
        status: &'static str,
    },

    #[error("batch `{batch}` cannot be cancelled: it is {status}")]
    NotCancellable {
        batch: BatchId,
        status: &'static str,
    },

    #[error("a backup is under way")]
    BackupRunning,

    #[error("row {row} of batch `{batch}` is not in quarantine")]
    NotQuarantined { batch: BatchId, row: u64 },

    #[error("these are rows that wait in quarantine with what is wrong with them, and no delivery")]
    WaitingRows,

    #[error("this is no workbook of rows that wait in batch `{batch}`: {why}")]
    NotReturned { batch: BatchId, why: String },

    #[error("rows of snapshot `{batch}` cannot be released: snapshot `{newer}` came later")]
    NewerSnapshot { batch: BatchId, newer: BatchId },

    #[error("`{dataset}` has no column `{column}`")]
    NoColumn { dataset: DatasetId, column: String },

    #[error("{} of the rows for `{dataset}` cannot be written", rows.len())]
    RowsRefused {
        dataset: DatasetId,
        rows: Vec<crate::write::RowRefusal>,
    },

    #[error("`{0}` is no form that people fill")]
    NoForm(DatasetId),

    #[error("this is no report of the form: {0}")]
    Report(String),

    #[error("`{unit}` does not report `{dataset}`")]
    FormUnit { dataset: DatasetId, unit: String },

    #[error("`{period}` cannot be reported so: {why}")]
    FormPeriod { period: Period, why: String },

    #[error("`{period}` is closed since {closed}")]
    FormClosed { period: Period, closed: Date },

    #[error("the files are not as the form asks for: {0}")]
    FormEvidence(String),

    #[error("`{unit}` has reported `{period}` already, in batch `{batch}`")]
    Reported {
        unit: String,
        period: Period,
        batch: BatchId,
    },

    #[error("`{submission}` names another report, which is batch `{batch}`")]
    SubmissionUsed { submission: String, batch: BatchId },

    #[error("the report was refused in batch `{batch}`: {why}")]
    ReportRefused { batch: BatchId, why: String },

    #[error("there is no report `{0}` of the form")]
    NoReport(String),

    #[error("the form has no file `{0}`")]
    NoEvidence(String),

    #[error("a reason is missing: say why")]
    NoReason,

    #[error("{what} have errors")]
    Packs {
        what: &'static str,
        problems: Vec<String>,
    },

    #[error("the pack `{0}` was changed while it was read")]
    PackMoved(yandu_words::id::PackId),

    #[error("the model `{name}` cannot be saved: {message}")]
    Model {
        name: String,
        message: String,
        /// Place in the SQL, from 1.
        line: Option<u64>,
        column: Option<u64>,
        help: Option<String>,
    },

    #[error("there is no copy of the packs `{0}`")]
    NoPackState(String),

    #[error("there is no pack change {0}")]
    NoPackChange(u64),

    #[error("the offered packs are the installed ones")]
    NoPackOffer,

    #[error("the offered packs are not those whose plan was shown")]
    PackChangeMoved,

    #[error("a change of the packs is under way")]
    PackChangeUnderWay,

    #[error("pack change {number} cannot be rolled back: {why}")]
    NotRolledBack { number: u64, why: String },

    #[error(
        "version {version} of `{dataset}` is older than a change of the packs that went over its rows"
    )]
    OlderThanChange { dataset: DatasetId, version: u64 },

    #[error("secret {secret} cannot be read: {why}")]
    Secret { secret: String, why: String },

    #[error("`{0}` is no name of a secret")]
    SecretName(String),

    #[error("the source `{source_id}` refused: {message}")]
    SourceRefused { source_id: SourceId, message: Why },

    #[error("the source `{source_id}` stopped answering: {message}")]
    SourceSilent { source_id: SourceId, message: Why },

    #[error("the source `{source_id}` answered what is not expected: {message}")]
    SourceAnswer { source_id: SourceId, message: Why },

    #[error(transparent)]
    Lake(#[from] yandu_lake::Error),

    #[error(transparent)]
    Store(#[from] yandu_store::Error),

    #[error("cannot read or write the records of collections")]
    Records(#[from] sqlx::Error),

    #[error("rows could not be put together")]
    Rows(#[from] ArrowError),

    #[error("cannot read or write quarantined rows")]
    Quarantine(#[from] parquet::errors::ParquetError),

    #[error("a stored record of a collection is damaged")]
    Stored(#[from] serde_json::Error),

    #[error(
        "the stored plan of the pack change {number} is damaged: it does not say which columns were renamed"
    )]
    PackPlan {
        number: u64,
        source: serde_json::Error,
    },

    #[error("what is settled of fields cannot be read: {0}")]
    Settled(String),

    #[error("a workbook could not be written")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),

    #[error("a task was stopped")]
    Stopped(#[from] tokio::task::JoinError),
}

fn plural(columns: &[String]) -> &'static str {
    if columns.len() == 1 {
        "a column"
    } else {
        "columns"
    }
}

impl Error {
    pub(crate) fn file(doing: &'static str, path: &Path, source: std::io::Error) -> Self {
        let path = path.to_owned();
        if is_full(source.kind()) {
            Self::DiskFull { doing, path }
        } else {
            Self::File {
                doing,
                path,
                source,
            }
        }
    }

    /// Every code that [`Error::code`] gives beside those of decoding and of the lake, in alphabetical order.
    pub const CODES: &'static [&'static str] = &[
        "ambiguous-headers",
        "backup-running",
        "cancelled",
        "check-failed",
        "disk-full",
        "file",
        "form-closed",
        "form-evidence",
        "form-period",
        "form-report",
        "form-reported",
        "form-submission",
        "form-unit",
        "internal",
        "missing-columns",
        "model-refused",
        "newer-snapshot",
        "no-batch",
        "no-column",
        "no-dataset",
        "no-form",
        "no-form-evidence",
        "no-key",
        "no-pack-change",
        "no-reason",
        "no-report",
        "no-rows",
        "no-source",
        "no-such-header",
        "not-cancellable",
        "not-collected",
        "not-quarantined",
        "not-rolled-back",
        "not-undoable",
        "other-unit",
        "pack-change-between",
        "pack-change-moved",
        "pack-change-none",
        "pack-change-under-way",
        "packs",
        "row-count",
        "rows-refused",
        "secret",
        "secret-name",
        "source-answer",
        "source-refused",
        "source-silent",
    ];

    /// Stable name of the cause, the name of its page under `docs/errors/`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::File { .. } => "file",
            Self::DiskFull { .. } => "disk-full",
            Self::Decode(error) => error.code(),
            Self::NoDataset(_) => "no-dataset",
            Self::NoSource(_) => "no-source",
            Self::NotCollected(_) => "not-collected",
            Self::NoKey(_) => "no-key",
            Self::NoBatch(_) => "no-batch",
            Self::MissingColumns { .. } => "missing-columns",
            Self::AmbiguousHeaders { .. } => "ambiguous-headers",
            Self::NoSuchHeader { .. } => "no-such-header",
            Self::OtherUnit { .. } => "other-unit",
            Self::Check { .. } => "check-failed",
            Self::RowCount { .. } => "row-count",
            Self::NoRows => "no-rows",
            Self::Cancelled => "cancelled",
            Self::NotUndoable { .. } => "not-undoable",
            Self::BackupRunning => "backup-running",
            Self::NotCancellable { .. } => "not-cancellable",
            Self::NotQuarantined { .. } => "not-quarantined",
            Self::WaitingRows | Self::NotReturned { .. } => "quarantine-workbook",
            Self::NewerSnapshot { .. } => "newer-snapshot",
            Self::NoColumn { .. } => "no-column",
            Self::RowsRefused { .. } | Self::ReportRefused { .. } => "rows-refused",
            Self::NoForm(_) => "no-form",
            Self::Report(_) => "form-report",
            Self::FormUnit { .. } => "form-unit",
            Self::FormPeriod { .. } => "form-period",
            Self::FormClosed { .. } => "form-closed",
            Self::FormEvidence(_) => "form-evidence",
            Self::Reported { .. } => "form-reported",
            Self::SubmissionUsed { .. } => "form-submission",
            Self::NoReport(_) => "no-report",
            Self::NoEvidence(_) => "no-form-evidence",
            Self::NoReason => "no-reason",
            Self::Packs { .. } => "packs",
            Self::PackMoved(_) | Self::PackChangeMoved => "pack-change-moved",
            Self::Model { .. } => "model-refused",
            Self::NoPackState(_) => "internal",
            Self::NoPackChange(_) => "no-pack-change",
            Self::NoPackOffer => "pack-change-none",
            Self::PackChangeUnderWay => "pack-change-under-way",
            Self::NotRolledBack { .. } => "not-rolled-back",
            Self::OlderThanChange { .. } => "pack-change-between",
            Self::Secret { .. } => "secret",
            Self::SecretName(_) => "secret-name",
            Self::SourceRefused { .. } => "source-refused",
            Self::SourceSilent { .. } => "source-silent",
            Self::SourceAnswer { .. } => "source-answer",
            Self::Lake(error) => error.code(),
            _ if self.is_disk_full() => "disk-full",
            Self::Store(error) => error.code(),
            Self::Records(_)
            | Self::Rows(_)
            | Self::Quarantine(_)
            | Self::Stored(_)
            | Self::PackPlan { .. }
            | Self::Settled(_)
            | Self::Workbook(_)
            | Self::WorkerPanicked
            | Self::Stopped(_) => "internal",
        }
    }

    /// What to do about it.
    pub fn help(&self) -> Option<String> {
        let help = match self {
            Self::Decode(error) => return Some(error.help()),
            Self::NoDataset(_) => "`yandu dataset list` shows the datasets of the installed packs".to_owned(),
            Self::NoSource(_) => "`yandu pack list` shows the sources of the installed packs".to_owned(),
            Self::NoKey(dataset) => format!("declare a `key` for `{dataset}`, or collect with mode `append` or `snapshot`"),
            Self::NoBatch(_) => "`yandu batch list` shows the batches".to_owned(),
            Self::MissingColumns { headers, row, .. } => {
                let row = match row {
                    Some(row) => format!("row {row} looks like the header: deliver it with `--header-row {row}`"),
                    None => "where a title stands above the header, say in which row that is: `--header-row N`".to_owned(),
                };
                format!(
                    "the delivery has the headers {}; {row}; where a header has another name, say what it stands for, \
                     `--header HEADER=COLUMN`, or add it to `from:` of the column or to `headers:` of the source",
                    headers.join(", ")
                )
            }
            Self::AmbiguousHeaders { .. } => "say under `headers:` of the source which of them is meant".to_owned(),
            Self::OtherUnit { header, column, declared, .. } => format!(
                "ask for the numbers in `{declared}`; where they are in it whatever the file says, say so of the header: \
                 `--header {header}={column}`"
            ),
            Self::NoSuchHeader { headers, .. } => format!("the delivery has the headers {}", headers.join(", ")),
            Self::NotCancellable { .. } => "once it is collected, undo it".to_owned(),
            Self::NoRows => "check the export; to empty a dataset undo its batches, a file without rows never does".to_owned(),
            Self::NotQuarantined { .. } => "`yandu quarantine list` shows the rows that wait".to_owned(),
            Self::WaitingRows => "hand the workbook back once its cells are mended: `yandu quarantine return BATCH FILE --reason …`".to_owned(),
            Self::NotReturned { batch, .. } => format!(
                "write it with `yandu quarantine export {batch}`, mend its cells, and leave its first columns as they are"
            ),
            Self::NewerSnapshot { newer, .. } => format!(
                "correct and release the rows of `{newer}`; if that is the wrong one, take it back first: \
                 `yandu batch undo {newer} --reason …`"
            ),
            Self::RowsRefused { .. } => "correct the cells that are named and send the rows again; none of them was stored".to_owned(),
            Self::NoForm(_) => "`yandu form list` shows the forms".to_owned(),
            Self::Report(_) | Self::FormUnit { .. } | Self::FormPeriod { .. } | Self::FormEvidence(_) => {
                "`yandu form show` says what the form asks for".to_owned()
            }
            Self::Reported { .. } => "have the earlier one undone first: `yandu batch undo`".to_owned(),
            Self::SubmissionUsed { .. } => "give this report a name of its own, or none".to_owned(),
            Self::NoReport(_) => "`yandu form reports` lists the reports".to_owned(),
            Self::NoEvidence(_) => "hand it in first; its hash is in the answer".to_owned(),
            Self::Secret { .. } => "set the environment variable, the file or the stored secret that the source names".to_owned(),
            Self::Model { help, .. } => return help.clone(),
            Self::Packs { problems, .. } => problems.join("\n"),
            Self::PackMoved(_) | Self::PackChangeMoved => "look at the plan again with `yandu pack plan`".to_owned(),
            Self::NoPackChange(_) => "`yandu pack history` shows the changes".to_owned(),
            Self::NoPackOffer => "change something in the packs first".to_owned(),
            Self::PackChangeUnderWay => "wait until it is done; `yandu pack plan` shows how far it is".to_owned(),
            Self::OlderThanChange { .. } => {
                "roll the change back with `yandu pack rollback`, then go back, and apply the change again".to_owned()
            }
            Self::SecretName(_) => "write small letters, digits and `_`, a letter first, 63 at most".to_owned(),
            Self::SourceSilent { .. } => "the delivery was rolled back; it is tried again at the next scheduled time".to_owned(),
            Self::SourceRefused { .. } => "check the address, the user and the secret of the source".to_owned(),
            Self::Lake(error) => return error.help(),
            Self::Store(error) => return error.help().map(ToOwned::to_owned),
            Self::BackupRunning => "wait until it ends".to_owned(),
            _ if self.is_disk_full() => {
                "free space on the disk of the data folder and deliver again; nothing was changed".to_owned()
            }
            _ => return None,
        };
        Some(help)
    }

    /// Whether a cell of a row may stand in the words, and in those of what lies below. Others are told to whoever has to do with a source.
    pub fn may_quote_cells(&self) -> bool {
        match self {
            Self::SourceRefused { message, .. }
            | Self::SourceSilent { message, .. }
            | Self::SourceAnswer { message, .. } => message.may_quote_cells(),
            Self::File { .. }
            | Self::DiskFull { .. }
            | Self::Secret { .. }
            | Self::NoDataset(_)
            | Self::NoSource(_)
            | Self::NotCollected(_)
            | Self::NoKey(_)
            | Self::Cancelled
            | Self::WorkerPanicked => false,
            _ => true,
        }
    }

    /// Whether a report is at fault that was handed over.
    pub(crate) fn is_of_report(&self) -> bool {
        matches!(
            self,
            Self::Report(_)
                | Self::FormUnit { .. }
                | Self::FormPeriod { .. }
                | Self::FormClosed { .. }
                | Self::FormEvidence(_)
                | Self::Reported { .. }
                | Self::SubmissionUsed { .. }
        )
    }

    /// Whether a file, a table or the records found no room.
    fn is_disk_full(&self) -> bool {
        /// `SQLITE_FULL`.
        const FULL: &str = "13";
        if matches!(self, Self::DiskFull { .. }) {
            return true;
        }
        let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(self);
        while let Some(error) = cause {
            let file = error.downcast_ref::<std::io::Error>();
            // A transparent error leaves out its own source, and only what that one wraps is seen.
            let records = match error.downcast_ref::<sqlx::Error>() {
                Some(error) => error.as_database_error(),
                None => error
                    .downcast_ref::<Box<dyn DatabaseError>>()
                    .map(|error| &**error),
            };
            if file.is_some_and(|error| is_full(error.kind()))
                || records
                    .and_then(DatabaseError::code)
                    .is_some_and(|code| code == FULL)
            {
                return true;
            }
            cause = error.source();
        }
        false
    }
}

fn is_full(kind: std::io::ErrorKind) -> bool {
    matches!(
        kind,
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded
    )
}

impl From<yandu_pack::expectation::CheckProblem> for Error {
    fn from(problem: yandu_pack::expectation::CheckProblem) -> Self {
        Self::Check {
            dataset: problem.dataset,
            check: problem.check,
            message: problem.message,
        }
    }
}
