use yandu_words::Grade;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a decision was not taken.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no suggestion `{0}`")]
    NoSuggestion(i64),

    #[error("the suggestion `{id}` is not open any more: {status}")]
    Decided { id: i64, status: &'static str },

    #[error("`{name}` would have {to} and has {from}: a lower grade needs a reason in writing")]
    LoweringReason {
        name: String,
        from: Grade,
        to: Grade,
    },

    #[error("a rejection needs a reason in writing")]
    RejectionReason,

    #[error("the reason has more than {0} signs, or several lines")]
    Reason(usize),

    #[error("there is no class `{class}`")]
    NoClass { class: String, known: Vec<String> },

    #[error("the records of classification cannot be read: {0} is damaged")]
    Damaged(&'static str),

    #[error(transparent)]
    Store(#[from] yandu_store::Error),

    #[error(transparent)]
    Sql(#[from] sqlx::Error),

    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

impl Error {
    /// Every code that [`Error::code`] gives, in alphabetical order.
    pub const CODES: &'static [&'static str] = &[
        "internal",
        "invalid-classification",
        "no-suggestion",
        "reason-missing",
        "suggestion-decided",
    ];

    /// The stable name of the problem.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoSuggestion(_) => "no-suggestion",
            Self::Decided { .. } => "suggestion-decided",
            Self::LoweringReason { .. } | Self::RejectionReason => "reason-missing",
            Self::Reason(_) | Self::NoClass { .. } => "invalid-classification",
            Self::Damaged(_) | Self::Store(_) | Self::Sql(_) | Self::Json(_) => "internal",
        }
    }

    /// What to do about it.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::NoSuggestion(_) | Self::Decided { .. } => {
                Some("look at the open suggestions again".to_owned())
            }
            Self::LoweringReason { .. } => {
                Some("say why in `reason`; it is recorded and listed for the security and the audit administrator".to_owned())
            }
            Self::RejectionReason => Some("say why in `reason`".to_owned()),
            Self::NoClass { known, .. } => Some(format!("there are {}", known.join(", "))),
            _ => None,
        }
    }
}
