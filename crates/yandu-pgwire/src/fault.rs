//! What is wrong with a question, as the protocol tells it: a SQLSTATE, a message, a hint, a place.
//!
//! Nothing of the engine's own errors goes to a client. What is no fault of the question is in the log, once.

use pgwire::messages::response::{ErrorResponse, NoticeResponse};
use yandu_lake::{QueryCause, QueryProblem};

use crate::place::Place;

/// An error as it goes to the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) state: &'static str,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
    /// The sign of the text at which it is, from 1.
    pub(crate) position: Option<usize>,
    /// Whether the connection ends with it.
    pub(crate) is_fatal: bool,
}

pub(crate) type Result<T, E = Fault> = std::result::Result<T, E>;

impl Fault {
    pub(crate) fn new(state: &'static str, message: impl Into<String>) -> Self {
        Self {
            state,
            message: message.into(),
            hint: None,
            position: None,
            is_fatal: false,
        }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn fatal(mut self) -> Self {
        self.is_fatal = true;
        self
    }

    /// The same where the text that it is about stands behind so many signs of what the client sent.
    pub(crate) fn behind(mut self, signs: usize) -> Self {
        self.position = self.position.map(|position| position + signs);
        self
    }

    /// What would change something.
    pub(crate) fn read_only() -> Self {
        Self::new(
            "25006",
            "this would change something, and here can only be read",
        )
        .hint("ask with a SELECT; rows are changed by collecting, by the API and by `yandu quarantine`")
    }

    pub(crate) fn unsupported(what: impl Into<String>) -> Self {
        Self::new("0A000", what)
    }

    pub(crate) fn syntax(message: impl Into<String>) -> Self {
        Self::new("42601", message)
    }

    pub(crate) fn protocol(message: impl Into<String>) -> Self {
        Self::new("08P01", message)
    }

    pub(crate) fn cancelled() -> Self {
        Self::new("57014", "the query was cancelled by its client")
    }

    /// The server is stopping.
    pub(crate) fn stopping() -> Self {
        Self::new("57P01", "the server is stopping").fatal()
    }

    /// What whoever reads cannot help.
    pub(crate) fn internal(error: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error, "a question over the PostgreSQL protocol failed");
        Self::new("XX000", "the question failed")
            .hint("tell the operator when it happened; the log of the program says what went wrong")
    }

    /// The rights of a token have ended.
    pub(crate) fn ended() -> Self {
        Self::new(
            "28000",
            "the token was revoked, has expired, or rests with its account",
        )
        .hint("make another one in your account")
        .fatal()
    }

    /// An error of the lake; `place` says where in the client's text the question stands.
    pub(crate) fn of_lake(error: &yandu_lake::Error, place: Option<&Place>) -> Self {
        use yandu_lake::Error;
        let state = match error {
            Error::Query(problem) => return Self::of_problem(problem, place),
            Error::NoDataset(_) => "42P01",
            Error::Ended(_) | Error::AdministratorOnly { .. } => "42501",
            Error::TimeLimit { .. } => "57014",
            Error::MemoryLimit { .. } => "53200",
            other if other.code() == "disk-full" => "53100",
            Error::Unreadable(_) => "58000",
            other => return Self::internal(other),
        };
        Self {
            hint: error.help(),
            ..Self::new(state, error.to_string())
        }
    }

    fn of_problem(problem: &QueryProblem, place: Option<&Place>) -> Self {
        let state = match problem.cause {
            QueryCause::Syntax => "42601",
            QueryCause::Dataset => "42P01",
            QueryCause::Column => "42703",
            QueryCause::Call => "42883",
            QueryCause::Change => "25006",
            QueryCause::Unsupported => "0A000",
            QueryCause::Pattern => "2201B",
            QueryCause::DivisionByZero => "22012",
            QueryCause::OutOfRange => "22003",
            QueryCause::Value => "22000",
            QueryCause::Other => "42000",
        };
        let at = problem.line.zip(problem.column);
        Self {
            hint: problem.help.clone(),
            position: place
                .zip(at)
                .and_then(|(place, (line, column))| place.sign(line, column)),
            ..Self::new(state, problem.message.clone())
        }
    }

    pub(crate) fn response(&self) -> ErrorResponse {
        ErrorResponse::new(self.fields(if self.is_fatal { "FATAL" } else { "ERROR" }))
    }

    /// The same as a warning.
    pub(crate) fn notice(&self) -> NoticeResponse {
        NoticeResponse::new(self.fields("WARNING"))
    }

    fn fields(&self, severity: &str) -> Vec<(u8, String)> {
        let mut fields = vec![
            (b'S', severity.to_owned()),
            (b'V', severity.to_owned()),
            (b'C', self.state.to_owned()),
            (b'M', self.message.clone()),
        ];
        fields.extend(self.hint.clone().map(|hint| (b'H', hint)));
        fields.extend(self.position.map(|position| (b'P', position.to_string())));
        fields
    }
}

impl From<yandu_access::Error> for Fault {
    fn from(error: yandu_access::Error) -> Self {
        match error.code() {
            "internal" | "disk-full" => Self::internal(&error),
            _ => Self {
                hint: error.help(),
                ..Self::new("42501", error.to_string())
            },
        }
    }
}
