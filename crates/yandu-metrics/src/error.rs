use yandu_words::{ColumnName, DatasetId, MetricId, Period};

/// Why a metric does not answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no metric `{0}`")]
    NoMetric(String),

    #[error("there is no board `{0}`")]
    NoBoard(String),

    #[error("the board `{board}` cannot be opened for `{area}`")]
    NoBoardArea { board: String, area: String },

    #[error("`{metric}` cannot be asked for by `{dimension}`")]
    NoDimension {
        metric: MetricId,
        dimension: String,
        known: Vec<ColumnName>,
    },

    /// By the code list of the dimension, or the lists of areas, as the reader sees them.
    #[error("`{dimension}` of `{metric}` has no value `{value}`")]
    NoValue {
        metric: MetricId,
        dimension: ColumnName,
        value: String,
        /// Those that it may have, each with what it is called.
        known: String,
    },

    #[error("`{dimension}` of `{metric}` is no area, so it has no levels")]
    NoLevel {
        metric: MetricId,
        dimension: ColumnName,
    },

    #[error("`{metric}` is told by {own}, and a {asked} is shorter")]
    TooFine {
        metric: MetricId,
        own: &'static str,
        asked: &'static str,
    },

    #[error("{asked} points are asked for, and at most {most} are given")]
    TooManyPoints { asked: usize, most: usize },

    #[error(
        "the cells of `{metric}` would make {groups} groups, and at most {most} are put together"
    )]
    TooManyGroups {
        metric: MetricId,
        groups: u64,
        most: u64,
    },

    #[error("`{model}` has more than {most} rows, too many to be the cells of a metric")]
    TooManyCells { model: String, most: usize },

    #[error("`{metric}` has no number for {period}")]
    NoPeriod { metric: MetricId, period: Period },

    /// The SQL of the metric does not fit its model; `pack check` shows where.
    #[error("the {part} of `{metric}` cannot be carried out: {message}")]
    Sql {
        metric: MetricId,
        part: &'static str,
        message: String,
    },

    /// The reader does not see the model, or not all columns that the number follows from, or some of them under a mask or of fewer
    /// rows than others. Every metric names both to whoever may read what metrics there are.
    #[error("your account does not see what `{metric}` is made of, which is in `{model}`")]
    NotPermitted { metric: MetricId, model: DatasetId },

    #[error("a note has at least one character and at most {most}")]
    NoteLength { most: usize },

    #[error("there is no note {id} at `{metric}`")]
    NoNote { metric: MetricId, id: i64 },

    #[error(transparent)]
    Lake(#[from] yandu_lake::Error),

    #[error(transparent)]
    Store(#[from] yandu_store::Error),

    #[error("cannot read or write the records of metrics")]
    Records(#[from] sqlx::Error),

    #[error("a stored record of a metric is damaged: {0}")]
    Damaged(String),

    #[error("cells could not be put together")]
    Rows(#[from] arrow::error::ArrowError),
}

impl Error {
    /// Every code that [`Error::code`] gives beside those of the lake, in alphabetical order.
    pub const CODES: &'static [&'static str] = &[
        "internal",
        "metric-cells",
        "metric-groups",
        "metric-note",
        "metric-period",
        "metric-question",
        "metric-sql",
        "no-board",
        "no-board-area",
        "no-metric",
        "no-metric-note",
        "not-permitted",
    ];

    /// The stable name of the error.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoBoard(_) => "no-board",
            Self::NoBoardArea { .. } => "no-board-area",
            Self::NoMetric(_) => "no-metric",
            Self::NoDimension { .. } | Self::NoValue { .. } | Self::NoLevel { .. } => {
                "metric-question"
            }
            Self::TooFine { .. } | Self::TooManyPoints { .. } | Self::NoPeriod { .. } => {
                "metric-period"
            }
            Self::TooManyGroups { .. } => "metric-groups",
            Self::TooManyCells { .. } => "metric-cells",
            Self::Sql { .. } => "metric-sql",
            Self::NotPermitted { .. } => "not-permitted",
            Self::NoteLength { .. } => "metric-note",
            Self::NoNote { .. } => "no-metric-note",
            Self::Lake(error) => error.code(),
            Self::Store(_) | Self::Records(_) | Self::Damaged(_) | Self::Rows(_) => "internal",
        }
    }

    /// What to do about it.
    pub fn help(&self) -> Option<String> {
        Some(match self {
            Self::NoMetric(_) => "`yandu metric list` names those that there are".to_owned(),
            Self::NoBoard(_) => "`GET /api/v1/boards` lists those that there are".to_owned(),
            Self::NoBoardArea { .. } => {
                "open it for one of its areas, or for none, which is the whole city".to_owned()
            }
            Self::NoDimension { known, .. } if known.is_empty() => {
                "it has no dimensions: ask for it without `by` and `only`".to_owned()
            }
            Self::NoDimension { known, .. } => {
                let known: Vec<&str> = known.iter().map(ColumnName::as_str).collect();
                format!("ask by {}", known.join(", "))
            }
            Self::NoValue { known, .. } => format!("write the code of one of these: {known}"),
            Self::NoLevel { dimension, .. } => format!("ask by `{dimension}` without a level"),
            Self::TooFine { own, .. } => format!("ask for a {own}, or for something longer"),
            Self::TooManyPoints { .. } => "ask for fewer, or for longer periods".to_owned(),
            Self::TooManyGroups { .. } => {
                "ask by fewer dimensions, or only for some values".to_owned()
            }
            Self::TooManyCells { .. } => {
                "let the model count by period and by what is asked for, and nothing finer"
                    .to_owned()
            }
            Self::NoPeriod { .. } => {
                "ask for a period that has begun, or for none, which is the newest".to_owned()
            }
            Self::Sql { .. } => "`yandu pack check` shows the place".to_owned(),
            Self::NotPermitted { model, .. } => format!(
                "ask the security administrator for a permission to read `{model}`; what you may see is under your account"
            ),
            Self::NoteLength { .. } => "say it shorter".to_owned(),
            Self::NoNote { .. } => "it was removed, or belongs to another metric".to_owned(),
            Self::Lake(error) => return error.help(),
            Self::Store(_) | Self::Records(_) | Self::Damaged(_) | Self::Rows(_) => return None,
        })
    }
}
