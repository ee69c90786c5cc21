use yandu_store::DocumentRefused;

use crate::record::Status;

/// Why a text cannot be read as a plan, or work on a plan did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the text is empty")]
    Empty,

    #[error("the text has {bytes} bytes, and at most {limit} are read")]
    TooLarge { bytes: usize, limit: usize },

    #[error("this is {what} and no text")]
    NotText { what: &'static str },

    #[error("the encoding cannot be told: {why}")]
    Encoding { why: String },

    #[error("this looks like a scan: {why}")]
    Scan { why: String },

    #[error("this is no work plan: {why}")]
    NotAPlan { why: String },

    #[error("there is no plan `{0}`")]
    NoPlan(String),

    #[error("the plan `{plan}` has no {kind} `{key}`")]
    NoItem {
        plan: String,
        kind: &'static str,
        key: String,
    },

    #[error("there is a plan `{0}` already, of another text")]
    Exists(String),

    #[error(
        "the plan `{id}` is at revision {revision}, and the change was made to revision {expected}"
    )]
    Outdated {
        id: String,
        revision: u64,
        expected: u64,
    },

    #[error(
        "the plan `{id}` is at revision {revision}, and the decision was made to revision {expected}: {told}"
    )]
    Overtaken {
        id: String,
        revision: u64,
        expected: u64,
        /// What was decided, by whom and when.
        told: String,
    },

    #[error(
        "the plan `{id}` is at revision {revision}, and the decision was made to revision {expected}: {item} is as it was, and something else of the plan has changed"
    )]
    Elsewhere {
        id: String,
        revision: u64,
        expected: u64,
        /// What was to be decided.
        item: String,
    },

    #[error("{told}")]
    AlreadyDecided {
        /// What was decided, by whom and when.
        told: String,
    },

    #[error("the plan `{id}` is {}, and cannot be {doing}", status.name())]
    NotNow {
        id: String,
        status: Status,
        doing: &'static str,
    },

    #[error("not everything is decided: {0}")]
    ReviewOpen(String),

    #[error("`{field}`: {why}")]
    Invalid { field: String, why: String },

    #[error("a reason is missing: say why")]
    NoReason,

    #[error("{0} is in force as it was approved")]
    ChangeNeeded(String),

    #[error("the setting `{name}` of the pack `plan`: {why}")]
    Rule { name: String, why: String },

    #[error("`{item}` cannot be closed so: {why}")]
    NotProved { item: String, why: &'static str },

    #[error("no paper is made for `{period}`: {why}")]
    Period { period: String, why: String },

    #[error("the document is refused: {0}")]
    Document(#[from] DocumentRefused),

    #[error(transparent)]
    Store(#[from] yandu_store::Error),

    #[error("cannot read or write the records of plans")]
    Records(#[from] sqlx::Error),

    #[error("a stored record of a plan is damaged")]
    Stored(#[from] serde_json::Error),

    #[error("a task was stopped")]
    Stopped(#[from] tokio::task::JoinError),
}

impl Error {
    /// Every code that [`Self::code`] can give.
    pub const CODES: &'static [&'static str] = &[
        "plan-empty",
        "plan-too-large",
        "plan-not-text",
        "plan-encoding",
        "plan-scan",
        "not-a-plan",
        "no-plan",
        "no-plan-item",
        "plan-exists",
        "precondition-failed",
        "already-decided",
        "plan-status",
        "plan-review-open",
        "invalid-plan-edit",
        "no-reason",
        "plan-change-needed",
        "plan-rules",
        "plan-not-proved",
        "plan-document",
        "plan-period",
        "internal",
    ];

    /// Stable name of the cause, the name of its page under `docs/errors/`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "plan-empty",
            Self::TooLarge { .. } => "plan-too-large",
            Self::NotText { .. } => "plan-not-text",
            Self::Encoding { .. } => "plan-encoding",
            Self::Scan { .. } => "plan-scan",
            Self::NotAPlan { .. } => "not-a-plan",
            Self::NoPlan(_) => "no-plan",
            Self::NoItem { .. } => "no-plan-item",
            Self::Exists(_) => "plan-exists",
            Self::Outdated { .. } | Self::Overtaken { .. } | Self::Elsewhere { .. } => {
                "precondition-failed"
            }
            Self::AlreadyDecided { .. } => "already-decided",
            Self::NotNow { .. } => "plan-status",
            Self::ReviewOpen(_) => "plan-review-open",
            Self::Invalid { .. } => "invalid-plan-edit",
            Self::NoReason => "no-reason",
            Self::ChangeNeeded(_) => "plan-change-needed",
            Self::Rule { .. } => "plan-rules",
            Self::NotProved { .. } => "plan-not-proved",
            Self::Document(_) => "plan-document",
            Self::Period { .. } => "plan-period",
            Self::Store(error) => error.code(),
            Self::Records(_) | Self::Stored(_) | Self::Stopped(_) => "internal",
        }
    }

    /// What to do about it.
    pub fn help(&self) -> Option<String> {
        let help = match self {
            Self::Empty => "choose the file that holds the text of the plan",
            Self::TooLarge { .. } => "choose the text of the plan alone; a plan has some pages",
            Self::NotText { .. } => {
                "open the file, copy its whole text and save it as plain text (UTF-8); a picture needs character recognition first"
            }
            Self::Encoding { .. } => "open the file where it shows well and save it as UTF-8",
            Self::Scan { .. } => {
                "take the text from the original document, or recognise the pages again and correct the result"
            }
            Self::NotAPlan { .. } => {
                "a plan numbers its points, such as 一、 or （一） or 1., in Chinese; check that the right file was chosen"
            }
            Self::NoPlan(_) => "`yandu plan list` shows the stored plans",
            Self::NoItem { .. } => "`yandu plan show` lists what the plan has",
            Self::Exists(_) => "give another `id`",
            Self::Outdated { .. } => {
                "somebody else has changed it; read it again and repeat the change"
            }
            Self::Overtaken { .. } => {
                "somebody else has decided it meanwhile; read it again before it is decided otherwise"
            }
            Self::Elsewhere { .. } => {
                "the plan has changed elsewhere; look at it again and repeat the decision"
            }
            Self::AlreadyDecided { .. } => {
                "a change is decided once; evidence is decided otherwise with `If-Match` and the `ETag` of what was looked at, in the command line with `--again`"
            }
            Self::NotNow { .. } => {
                "a plan is reviewed, then approved, then closed; after approval it is changed by approved changes"
            }
            Self::ReviewOpen(_) => "`yandu plan review` lists what waits for a decision",
            Self::ChangeNeeded(_) => {
                "ask for a change: `POST /api/v1/plans/{id}/changes`, or `yandu plan change`"
            }
            Self::Rule { .. } => {
                "install the pack `plan`, whose settings are the rules of supervision"
            }
            Self::NotProved { .. } => {
                "a target closes when its metric shows it, or when evidence with a dated figure, its source and documents is accepted"
            }
            Self::Period { .. } => {
                "a brief is made for a month (`2025-06`), a pack for a quarter (`2025-Q2`), a review for a year (`2025`), of the plan's years and begun"
            }
            Self::Document(_) => {
                "hand in a PDF, an OFD, a picture (JPEG, PNG), a document of Word, Excel or PowerPoint (docx, xlsx, pptx), or plain text"
            }
            _ => return None,
        };
        Some(help.to_owned())
    }

    pub(crate) fn invalid(field: impl Into<String>, why: impl Into<String>) -> Self {
        Self::Invalid {
            field: field.into(),
            why: why.into(),
        }
    }

    /// A text of a record that the program itself did not write so.
    pub(crate) fn damaged(what: &str) -> Self {
        Self::Records(sqlx::Error::Decode(what.to_owned().into()))
    }
}
