use std::io::ErrorKind;
use std::path::PathBuf;

use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use datafusion::error::DataFusionError;
use deltalake::DeltaTableError;
use parquet::errors::ParquetError;
use yandu_words::id::DatasetId;

use crate::Version;

/// What can go wrong with tables and queries.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no dataset `{0}`")]
    NoDataset(DatasetId),

    #[error(
        "column `{column}` of `{dataset}` has type {data_type}, which no table of the lake can hold"
    )]
    Type {
        dataset: DatasetId,
        column: String,
        data_type: DataType,
    },

    /// The types of a column that has data never change.
    #[error("column `{column}` of `{dataset}` holds {stored} and is declared as {declared}")]
    TypeChange {
        dataset: DatasetId,
        column: String,
        stored: String,
        declared: String,
    },

    #[error("`{dataset}` declares no column `{column}`, which is part of its key")]
    KeyColumn { dataset: DatasetId, column: String },

    #[error("`{0}` has no key, so its rows cannot be replaced by key")]
    NoKey(DatasetId),

    #[error("the rows for `{dataset}` lack the column `{column}`")]
    MissingColumn { dataset: DatasetId, column: String },

    #[error("`{dataset}` has no version {version}")]
    NoVersion {
        dataset: DatasetId,
        version: Version,
    },

    #[error("`{dataset}` has no version as old as {at}")]
    NoVersionAt {
        dataset: DatasetId,
        at: jiff::Timestamp,
    },

    #[error(
        "version {version} of `{dataset}` needs files that were removed after the time that versions are kept"
    )]
    Vacuumed {
        dataset: DatasetId,
        version: Version,
    },

    #[error("`{dataset}` has {found} rows with these keys, and {expected} were to be exchanged")]
    Exchange {
        dataset: DatasetId,
        expected: u64,
        found: u64,
    },

    #[error("what changed in `{dataset}` between versions {from} and {to} is not known: {why}")]
    Untraced {
        dataset: DatasetId,
        from: Version,
        to: Version,
        why: String,
    },

    #[error("the rows of this query cannot be followed: {0}")]
    NotDerived(String),

    /// What would come back was never held to what rows are held to now.
    #[error(
        "rows of `{dataset}` would come back from before version {version}, with which a change of the packs went over them"
    )]
    ChangedSince {
        dataset: DatasetId,
        version: Version,
    },

    /// Another process has written the table.
    #[error("version {version} of `{dataset}` was written by somebody else")]
    Conflict {
        dataset: DatasetId,
        version: Version,
    },

    #[error("the log of `{dataset}` needs a reader for {feature}, which this program is not")]
    Foreign { dataset: DatasetId, feature: String },

    #[error(
        "compacting `{dataset}` changed the number of rows from {before} to {after}; \
         the table is back at its former content"
    )]
    CountChanged {
        dataset: DatasetId,
        before: u64,
        after: u64,
    },

    #[error("the journal `{}` is damaged at byte {offset}: {what}", path.display())]
    Journal {
        path: PathBuf,
        offset: u64,
        what: &'static str,
    },

    #[error("cannot {doing} `{}`", path.display())]
    Io {
        doing: &'static str,
        path: PathBuf,
        source: std::io::Error,
    },

    #[error("cannot {doing} the log of `{dataset}`")]
    Log {
        doing: &'static str,
        dataset: DatasetId,
        source: Box<DeltaTableError>,
    },

    #[error("a line of the log `{}` is no action of a Delta table", path.display())]
    LogLine {
        path: PathBuf,
        source: serde_json::Error,
    },

    #[error("cannot {doing} the data file `{}`", path.display())]
    File {
        doing: &'static str,
        path: PathBuf,
        source: ParquetError,
    },

    #[error("cannot convert rows of `{dataset}`")]
    Rows {
        dataset: DatasetId,
        source: ArrowError,
    },

    /// The reader's rights ended while the rows were read.
    #[error("the permission to read `{0}` has ended")]
    Ended(DatasetId),

    /// What is wrong is in the log of the program: it may speak of what the reader must not see.
    #[error("`{0}` cannot be read")]
    Unreadable(DatasetId),

    #[error("{what} is told to the local administrator only")]
    AdministratorOnly { what: &'static str },

    /// The text of the query is at fault.
    #[error("{0}")]
    Query(QueryProblem),

    #[error("the query was stopped after {seconds} s, the limit of one query")]
    TimeLimit { seconds: u64 },

    #[error("the query needs more than the {megabytes} MB that queries may use together")]
    MemoryLimit { megabytes: usize },

    #[error("the query failed")]
    Engine(#[source] Box<DataFusionError>),

    #[error("a task of the lake was stopped")]
    Stopped(#[from] tokio::task::JoinError),
}

/// What is wrong with a SQL text, and where, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryProblem {
    pub cause: QueryCause,
    pub message: String,
    pub line: Option<u64>,
    pub column: Option<u64>,
    pub help: Option<String>,
}

/// What is wrong with a SQL text, as far as a program tells it apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum QueryCause {
    /// It is no SQL.
    Syntax,
    /// It names a dataset that is not there for the reader.
    Dataset,
    /// It names a column that is not there for the reader.
    Column,
    /// No function has this name and takes these values.
    Call,
    /// It would change something.
    Change,
    /// It is SQL that is not answered here.
    Unsupported,
    /// A regular expression that cannot be read.
    Pattern,
    DivisionByZero,
    /// The result of a computation is out of the range of its type.
    OutOfRange,
    /// A value of a row does not suit what is done with it.
    Value,
    #[default]
    Other,
}

impl std::fmt::Display for QueryProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)?;
        if let (Some(line), Some(column)) = (self.line, self.column) {
            write!(f, " (line {line}, column {column})")?;
        }
        Ok(())
    }
}

impl Error {
    /// Every code that [`Error::code`] gives, in alphabetical order.
    pub const CODES: &'static [&'static str] = &[
        "administrator-only",
        "column-type-changed",
        "disk-full",
        "foreign-table",
        "internal",
        "journal-damaged",
        "no-dataset",
        "no-key",
        "no-version",
        "pack-change-between",
        "permission-ended",
        "query",
        "query-memory-limit",
        "query-time-limit",
        "table-conflict",
        "unreadable",
        "version-removed",
    ];

    /// Stable name of the cause, the name of its page under `docs/errors/`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoDataset(_) => "no-dataset",
            Self::TypeChange { .. } => "column-type-changed",
            Self::NoKey(_) => "no-key",
            Self::NoVersion { .. } | Self::NoVersionAt { .. } => "no-version",
            Self::Vacuumed { .. } => "version-removed",
            Self::ChangedSince { .. } => "pack-change-between",
            Self::Conflict { .. } => "table-conflict",
            Self::Foreign { .. } => "foreign-table",
            Self::Journal { .. } => "journal-damaged",
            Self::Ended(_) => "permission-ended",
            Self::Unreadable(_) => "unreadable",
            Self::AdministratorOnly { .. } => "administrator-only",
            Self::Query(_) => "query",
            Self::TimeLimit { .. } => "query-time-limit",
            Self::MemoryLimit { .. } => "query-memory-limit",
            _ if self.is_disk_full() => "disk-full",
            _ => "internal",
        }
    }

    /// What to do about it.
    pub fn help(&self) -> Option<String> {
        let help = match self {
            Self::NoDataset(_) => "`yandu dataset list` shows the datasets of the installed packs",
            Self::TypeChange { .. } => {
                "`yandu pack plan` shows what the change of the type would do, and `yandu pack apply` does it"
            }
            Self::NoKey(_) => "declare a `key`, or change rows by snapshot or append",
            Self::NoVersion { .. } | Self::NoVersionAt { .. } => {
                "`yandu dataset versions` shows the versions that there are"
            }
            Self::Vacuumed { .. } => {
                "versions are kept for the `keep_days` of the configuration: choose a younger one, or deliver what the table should hold"
            }
            Self::ChangedSince { .. } => {
                "roll the change back with `yandu pack rollback`, then do this, and apply the change again"
            }
            Self::Conflict { .. } => {
                "let nobody but yandu write into its data folder, and try again"
            }
            Self::Journal { .. } => {
                "restore the file from a backup; without one, move it away to go on without the writes that only it holds"
            }
            Self::Ended(_) => {
                "ask for a new permission, for the purpose and the time that are needed"
            }
            Self::Unreadable(_) => {
                "tell the operator when it happened; the log of the program says what went wrong"
            }
            Self::AdministratorOnly { .. } => {
                "ask with a plain SELECT, or ask the department that owns the data"
            }
            Self::TimeLimit { .. } => "narrow the query, or raise `query_seconds`",
            Self::MemoryLimit { .. } => "narrow the query, or raise `query_memory`",
            Self::Query(problem) => return problem.help.clone(),
            _ if self.is_disk_full() => {
                "free space on the disk of the data folder and try again; nothing was changed"
            }
            _ => return None,
        };
        Some(help.to_owned())
    }

    fn is_disk_full(&self) -> bool {
        let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(self);
        while let Some(error) = cause {
            if let Some(io) = error.downcast_ref::<std::io::Error>()
                && matches!(io.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
            {
                return true;
            }
            cause = error.source();
        }
        false
    }

    pub(crate) fn io(
        doing: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io {
            doing,
            path,
            source,
        }
    }

    pub(crate) fn file(
        doing: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(ParquetError) -> Self {
        let path = path.into();
        move |source| Self::File {
            doing,
            path,
            source,
        }
    }

    pub(crate) fn log(
        doing: &'static str,
        dataset: &DatasetId,
    ) -> impl FnOnce(DeltaTableError) -> Self {
        let dataset = dataset.clone();
        move |source| Self::Log {
            doing,
            dataset,
            source: Box::new(source),
        }
    }

    pub(crate) fn rows(dataset: &DatasetId) -> impl FnOnce(ArrowError) -> Self {
        let dataset = dataset.clone();
        move |source| Self::Rows { dataset, source }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_seen_below_other_errors() {
        let full = std::io::Error::from(ErrorKind::StorageFull);
        let error = Error::file("write", "/x.parquet")(ParquetError::External(Box::new(full)));
        assert_eq!(error.code(), "disk-full");
        assert!(Error::CODES.contains(&error.code()));
        let other = Error::io("write", "/x")(std::io::Error::other("no"));
        assert_eq!((other.code(), other.help()), ("internal", None));
    }

    #[test]
    fn the_codes_are_in_order() {
        assert!(Error::CODES.is_sorted());
    }
}
