//! What is wrong with a request, as gRPC tells it: a code, a message with a mend, and in the metadata the name of the problem that other
//! faces give it too.
//!
//! Nothing of the engine's own errors goes to a client. What is no fault of the question is in the log, once.

use tonic::metadata::{MetadataMap, MetadataValue};
use tonic::{Code, Status};
use yandu_lake::{QueryCause, QueryProblem};

/// Where the stable name of a problem stands (`docs/errors`).
const NAME: &str = "yandu-code";

/// An error as it goes to the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) code: Code,
    /// Of the problem, where other faces have it too.
    pub(crate) name: Option<&'static str>,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
}

pub(crate) type Result<T, E = Fault> = std::result::Result<T, E>;

impl Fault {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            name: None,
            message: message.into(),
            help: None,
        }
    }

    fn named(code: Code, name: &'static str, message: impl Into<String>) -> Self {
        Self {
            name: Some(name),
            ..Self::new(code, message)
        }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// A message that does not say what it ought to.
    pub(crate) fn malformed(message: impl Into<String>) -> Self {
        Self::named(Code::InvalidArgument, "invalid-body", message)
    }

    /// More than there may be.
    pub(crate) fn too_much(message: impl Into<String>) -> Self {
        Self::new(Code::ResourceExhausted, message)
    }

    /// What would change something.
    pub(crate) fn read_only() -> Self {
        Self::named(Code::Unimplemented, "query",
            "this would change something, and here can only be read",
        )
        .help("rows are delivered with `yandu collect`, by `POST /api/v1/batches`, and by the sources of packs")
    }

    pub(crate) fn unsupported(message: impl Into<String>) -> Self {
        Self::named(Code::Unimplemented, "query", message)
    }

    /// Nothing, or something wrong, was shown.
    pub(crate) fn unknown_client() -> Self {
        Self::named(Code::Unauthenticated, "login-needed",
            "the name or the secret is wrong, or the token was revoked or has expired",
        )
        .help("show a token of your account as `authorization: Bearer yt_…`, or log in with its name and its secret")
    }

    pub(crate) fn not_for_reading() -> Self {
        Self::named(
            Code::PermissionDenied,
            "not-permitted",
            "the token is not for this",
        )
        .help("make one with the scope `read`")
    }

    /// The rights of a token have ended.
    pub(crate) fn ended() -> Self {
        Self::named(
            Code::Unauthenticated,
            "login-needed",
            "the token was revoked, has expired, or rests with its account",
        )
        .help("make another one in your account")
    }

    pub(crate) fn cancelled() -> Self {
        Self::new(Code::Cancelled, "the query was cancelled by its client")
    }

    pub(crate) fn stopping() -> Self {
        Self::named(Code::Unavailable, "stopping", "the server is stopping")
    }

    /// What whoever reads cannot help.
    pub(crate) fn internal(error: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error, "a question over Arrow Flight SQL failed");
        Self::named(Code::Internal, "internal", "the question failed")
            .help("tell the operator when it happened; the log of the program says what went wrong")
    }

    pub(crate) fn of_lake(error: &yandu_lake::Error) -> Self {
        use yandu_lake::Error;
        let code = match error {
            Error::Query(problem) => return Self::of_problem(problem),
            Error::NoDataset(_) => Code::NotFound,
            Error::Ended(_) | Error::AdministratorOnly { .. } => Code::PermissionDenied,
            Error::TimeLimit { .. } => Code::DeadlineExceeded,
            Error::MemoryLimit { .. } => Code::ResourceExhausted,
            other if other.code() == "disk-full" => Code::ResourceExhausted,
            Error::Unreadable(_) => Code::DataLoss,
            other => return Self::internal(other),
        };
        Self {
            help: error.help(),
            ..Self::named(code, error.code(), error.to_string())
        }
    }

    fn of_problem(problem: &QueryProblem) -> Self {
        let code = match problem.cause {
            QueryCause::Dataset => Code::NotFound,
            QueryCause::Change | QueryCause::Unsupported => Code::Unimplemented,
            QueryCause::Syntax
            | QueryCause::Column
            | QueryCause::Call
            | QueryCause::Pattern
            | QueryCause::DivisionByZero
            | QueryCause::OutOfRange
            | QueryCause::Value
            | QueryCause::Other => Code::InvalidArgument,
        };
        let message = match problem.line.zip(problem.column) {
            Some((line, column)) => format!("line {line}, column {column}: {}", problem.message),
            None => problem.message.clone(),
        };
        Self {
            help: problem.help.clone(),
            ..Self::named(code, "query", message)
        }
    }
}

impl From<yandu_access::Error> for Fault {
    fn from(error: yandu_access::Error) -> Self {
        match error.code() {
            "internal" | "disk-full" => Self::internal(&error),
            name => Self {
                help: error.help(),
                ..Self::named(Code::PermissionDenied, name, error.to_string())
            },
        }
    }
}

impl From<yandu_lake::Error> for Fault {
    fn from(error: yandu_lake::Error) -> Self {
        Self::of_lake(&error)
    }
}

impl From<Fault> for Status {
    fn from(fault: Fault) -> Self {
        let mut metadata = MetadataMap::new();
        if let Some(name) = fault.name {
            metadata.insert(NAME, MetadataValue::from_static(name));
        }
        let message = match fault.help {
            Some(help) => format!("{} ({help})", fault.message),
            None => fault.message,
        };
        Self::with_metadata(fault.code, message, metadata)
    }
}
