use std::path::{Path, PathBuf};

use arrow::error::ArrowError;
use yandu_check::FindingCount;
use yandu_words::id::DatasetId;

/// Why a model was not refreshed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no model `{0}`")]
    NoModel(String),

    #[error("the model `{model}` waits for {}, which has no rows yet", inputs.iter().map(|input| format!("`{input}`")).collect::<Vec<_>>().join(", "))]
    Waits {
        model: DatasetId,
        inputs: Vec<DatasetId>,
    },

    #[error("the models {} need each other", models.iter().map(|model| format!("`{model}`")).collect::<Vec<_>>().join(", "))]
    Circle { models: Vec<DatasetId> },

    #[error(
        "{rows} rows of `{model}` break hard checks ({}); its last good version stays",
        reasons(findings)
    )]
    Checks {
        model: DatasetId,
        rows: u64,
        findings: Vec<FindingCount>,
    },

    #[error(
        "`{model}` would have {rows} rows, and {expected} are expected; its last good version stays"
    )]
    RowCount {
        model: DatasetId,
        rows: u64,
        expected: String,
    },

    #[error("the query of `{model}` gives no column `{column}`")]
    MissingColumn { model: DatasetId, column: String },

    #[error("`{dataset}` has no column `{column}`")]
    NoColumn { dataset: DatasetId, column: String },

    #[error("`{value}` is no value of the column `{column}` of `{dataset}`")]
    NamedValue {
        dataset: DatasetId,
        column: String,
        value: String,
    },

    #[error("the rows of `{0}` are not all named by the same columns")]
    NamedApart(DatasetId),

    #[error("check `{check}` of `{dataset}` cannot be evaluated: {message}")]
    Check {
        dataset: DatasetId,
        check: String,
        message: String,
    },

    #[error("a setting in the query of `{model}` cannot be filled in: {message}")]
    Setting { model: DatasetId, message: String },

    /// A change cannot be followed after all; the model is computed in full.
    #[error("the change cannot be followed: {0}")]
    NotFollowed(String),

    #[error("the refresh was cancelled")]
    Cancelled,

    #[error("cannot {doing} `{}`", path.display())]
    File {
        doing: &'static str,
        path: PathBuf,
        source: std::io::Error,
    },

    #[error(transparent)]
    Lake(#[from] yandu_lake::Error),

    #[error(transparent)]
    Store(#[from] yandu_store::Error),

    #[error("cannot read or write the records of models")]
    Records(#[from] sqlx::Error),

    #[error("rows could not be put together")]
    Rows(#[from] ArrowError),

    #[error("cannot read or write what is kept of groups")]
    State(#[from] parquet::errors::ParquetError),

    #[error("a stored record of a model is damaged")]
    Stored(#[from] serde_json::Error),

    #[error("a task was stopped")]
    Stopped(#[from] tokio::task::JoinError),
}

/// The hard reasons with their rows and the first samples.
fn reasons(findings: &[FindingCount]) -> String {
    findings
        .iter()
        .filter(|finding| finding.level == yandu_check::Level::Hard)
        .map(|finding| {
            let column = finding
                .column
                .as_deref()
                .map(|column| format!(" in `{column}`"));
            let samples: Vec<&str> = finding
                .samples
                .iter()
                .take(3)
                .map(|sample| sample.text.as_str())
                .collect();
            format!(
                "`{}`{} {} rows, such as {}",
                finding.reason,
                column.unwrap_or_default(),
                finding.rows,
                samples.join(" | ")
            )
        })
        .collect::<Vec<_>>()
        .join("; ")
}

impl Error {
    /// Every code that [`Error::code`] gives beside those of the lake, in alphabetical order.
    pub const CODES: &'static [&'static str] = &[
        "cancelled",
        "check-failed",
        "file",
        "internal",
        "model-checks",
        "model-circle",
        "model-columns",
        "model-waits",
        "no-column",
        "no-model",
        "row-count",
        "row-named",
    ];

    pub(crate) fn file(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File {
            doing,
            path,
            source,
        }
    }

    /// Stable name of the cause, the name of its page under `docs/errors/`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoModel(_) => "no-model",
            Self::Waits { .. } => "model-waits",
            Self::Circle { .. } => "model-circle",
            Self::Checks { .. } => "model-checks",
            Self::RowCount { .. } => "row-count",
            Self::MissingColumn { .. } | Self::Setting { .. } => "model-columns",
            Self::NoColumn { .. } => "no-column",
            Self::NamedValue { .. } | Self::NamedApart(_) => "row-named",
            Self::Check { .. } => "check-failed",
            Self::Cancelled => "cancelled",
            Self::File { .. } => "file",
            Self::Lake(error) => error.code(),
            Self::NotFollowed(_)
            | Self::Store(_)
            | Self::Records(_)
            | Self::Rows(_)
            | Self::State(_)
            | Self::Stored(_)
            | Self::Stopped(_) => "internal",
        }
    }

    /// What to do about it.
    pub fn help(&self) -> Option<String> {
        let help = match self {
            Self::NoModel(_) => "`yandu model list` shows the models of the installed packs",
            Self::Waits { .. } => "collect the datasets it waits for; the model follows by itself",
            Self::Circle { .. } => {
                "let one of them read something else; `yandu pack check` shows where"
            }
            Self::Checks { .. } => {
                "mend the rows upstream, or the query or the checks of the model, and run it again"
            }
            Self::RowCount { .. } => {
                "see whether the inputs are complete; change the `rows` check when the number has really changed"
            }
            Self::MissingColumn { .. } | Self::Setting { .. } => {
                "`yandu pack check` shows where the query and the declared columns differ"
            }
            Self::NoColumn { .. } => "`yandu dataset show` lists the columns",
            Self::NamedValue { .. } => "write the value as answers show it; a missing one is null",
            Self::NamedApart(_) => "name every row by the same columns, or ask for each by itself",
            Self::Lake(error) => return error.help(),
            _ => return None,
        };
        Some(help.to_owned())
    }
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

#[cfg(test)]
mod tests {
    #[test]
    fn the_codes_are_in_order() {
        assert!(super::Error::CODES.is_sorted());
    }
}
