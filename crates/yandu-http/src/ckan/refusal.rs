//! Why an action did not succeed, in CKAN's own words and statuses.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use crate::problem::Problem;

/// What an action gives back.
pub(super) type Outcome<T = Value> = Result<T, Refusal>;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Refusal {
    /// The request is none that CKAN has.
    Bad(String),
    NotFound(String),
    /// What is wrong, by parameter.
    Invalid(Map<String, Value>),
    NotAllowed(String),
    /// A search that cannot be read.
    Query(String),
    Other(Box<Problem>),
}

impl Refusal {
    pub(super) fn invalid(parameter: &str, why: impl Into<String>) -> Self {
        let why = why.into();
        Self::Invalid(Map::from_iter([(parameter.to_owned(), json!([why]))]))
    }

    pub(super) fn missing(parameter: &str) -> Self {
        Self::invalid(parameter, "Missing value")
    }

    /// The status and the member `error` of the answer; CKAN writes a bad request as a bare text.
    pub(super) fn answer(self) -> (StatusCode, Value) {
        let error = |kind: &str, message: String| json!({ "__type": kind, "message": message });
        match self {
            Self::Bad(why) => (
                StatusCode::BAD_REQUEST,
                format!("Bad request - {why}").into(),
            ),
            // The client cuts what stands before the first colon.
            Self::NotFound(what) => (
                StatusCode::NOT_FOUND,
                error("Not Found Error", format!("Not found: {what}")),
            ),
            Self::NotAllowed(why) => (
                StatusCode::FORBIDDEN,
                error("Authorization Error", format!("Access denied: {why}")),
            ),
            Self::Query(why) => (
                StatusCode::BAD_REQUEST,
                error(
                    "Search Query Error",
                    format!("Search Query is invalid: {why}"),
                ),
            ),
            Self::Invalid(mut why) => {
                why.insert("__type".to_owned(), "Validation Error".into());
                (StatusCode::CONFLICT, why.into())
            }
            Self::Other(problem) => (
                problem.status_code(),
                error("Internal Server Error", problem.detail),
            ),
        }
    }
}

impl From<Box<Problem>> for Refusal {
    fn from(problem: Box<Problem>) -> Self {
        match problem.status {
            404 => Self::NotFound(problem.detail),
            403 => Self::NotAllowed(problem.detail),
            400 | 409 | 422 => Self::invalid("message", problem.detail),
            _ => Self::Other(problem),
        }
    }
}

impl From<yandu_lake::Error> for Refusal {
    fn from(error: yandu_lake::Error) -> Self {
        Box::<Problem>::from(error).into()
    }
}

impl From<yandu_ledger::Error> for Refusal {
    fn from(error: yandu_ledger::Error) -> Self {
        use yandu_ledger::Error;
        match error {
            Error::Invalid { field, why } => {
                Self::invalid(super::package::parameter_of(&field), why)
            }
            Error::Exists(id) => Self::invalid("name", format!("`{id}` is in use already")),
            Error::ReadOnly { .. } => Self::NotAllowed(error.to_string()),
            Error::Parameter { .. } => Self::Query(error.to_string()),
            error => Box::<Problem>::from(error).into(),
        }
    }
}
