use tantivy::TantivyError;

use crate::entry::EntryId;
use crate::lacks::Element;
use crate::status::Status;

/// Why work on the ledger did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no entry `{0}` in the ledger")]
    NoEntry(String),

    #[error("the entry `{0}` is in the ledger already")]
    Exists(EntryId),

    #[error("`{field}` of the entry: {why}")]
    Invalid { field: String, why: String },

    #[error("`{field}` of `{id}` is declared by its pack")]
    ReadOnly { id: EntryId, field: String },

    #[error("`{id}` is {from} and cannot be moved to {to}")]
    Refused {
        id: EntryId,
        from: Status,
        to: Status,
    },

    #[error("`{id}` cannot be published: it lacks {}", names(lacks))]
    Incomplete { id: EntryId, lacks: Vec<Element> },

    #[error("`{id}` is at revision {revision}, and the change was made to revision {expected}")]
    Outdated {
        id: EntryId,
        revision: u64,
        expected: u64,
    },

    #[error("a reason is missing: say why")]
    NoReason,

    #[error("`{parameter}`: {why}")]
    Parameter {
        parameter: &'static str,
        why: String,
    },

    #[error("the text index cannot be read or written")]
    Index(#[from] TantivyError),

    #[error("cannot {doing} the folder of the text index")]
    Folder {
        doing: &'static str,
        source: std::io::Error,
    },

    #[error(transparent)]
    Store(#[from] yandu_store::Error),

    #[error("cannot read or write the records of the ledger")]
    Records(#[from] sqlx::Error),

    #[error("a stored record of the ledger is damaged")]
    Stored(#[from] serde_json::Error),

    #[error("a task was stopped")]
    Stopped(#[from] tokio::task::JoinError),
}

fn names(lacks: &[Element]) -> String {
    let names: Vec<&str> = lacks.iter().map(|element| element.name()).collect();
    names.join(", ")
}

impl Error {
    /// Every code that [`Error::code`] gives, in alphabetical order.
    pub const CODES: &'static [&'static str] = &[
        "entry-exists",
        "entry-incomplete",
        "internal",
        "invalid-entry",
        "invalid-parameter",
        "no-entry",
        "no-reason",
        "read-only-field",
        "revision-changed",
        "transition-refused",
    ];

    /// Stable name of the cause, the name of its page under `docs/errors/`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoEntry(_) => "no-entry",
            Self::Exists(_) => "entry-exists",
            Self::Invalid { .. } => "invalid-entry",
            Self::ReadOnly { .. } => "read-only-field",
            Self::Refused { .. } => "transition-refused",
            Self::Incomplete { .. } => "entry-incomplete",
            Self::Outdated { .. } => "revision-changed",
            Self::NoReason => "no-reason",
            Self::Parameter { .. } => "invalid-parameter",
            Self::Index(_)
            | Self::Folder { .. }
            | Self::Store(_)
            | Self::Records(_)
            | Self::Stored(_)
            | Self::Stopped(_) => "internal",
        }
    }

    /// What to do about it.
    pub fn help(&self) -> Option<String> {
        let help = match self {
            Self::NoEntry(_) => "`yandu ledger search` finds entries".to_owned(),
            Self::Exists(_) => "change the entry that is there, or use another id".to_owned(),
            Self::ReadOnly { .. } => {
                "change it in the file of the dataset; the ledger follows the pack".to_owned()
            }
            Self::Refused { from, .. } => {
                let allowed: Vec<&str> = from.moves().iter().map(|to| to.name()).collect();
                format!("from {from} it can be moved to {}", allowed.join(", "))
            }
            Self::Incomplete { .. } => "add what is missing, then publish".to_owned(),
            Self::Outdated { .. } => {
                "somebody else has changed it; read it again and repeat the change".to_owned()
            }
            _ => return None,
        };
        Some(help)
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
