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
    #[error(
        "column `{column}` of `{dataset}` holds {stored} and is declared as {declared}; \
         give the column with the new type another name"
    )]
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

    /// The text of the query is at fault.
    #[error("{0}")]
    Query(QueryProblem),

    #[error(
        "the query was stopped after {seconds} s, the limit of one query; \
         narrow it, or raise `query_seconds`"
    )]
    TimeLimit { seconds: u64 },

    #[error(
        "the query needs more than the {megabytes} MB that queries may use together; \
         narrow it, or raise `query_memory`"
    )]
    MemoryLimit { megabytes: usize },

    #[error("the query failed")]
    Engine(#[source] Box<DataFusionError>),

    #[error("a task of the lake was stopped")]
    Stopped(#[from] tokio::task::JoinError),
}

/// What is wrong with a SQL text, and where, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryProblem {
    pub message: String,
    pub line: Option<u64>,
    pub column: Option<u64>,
    pub help: Option<String>,
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
