//! Problem details: what a caller is told when a request does not succeed (RFC 9457).

mod kind;

use std::collections::BTreeMap;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::openapi::{Content, RefOr, ResponseBuilder, schema};
use utoipa::{IntoResponses, ToSchema};

pub use kind::{KINDS, Kind};

/// Why a request did not succeed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// Address of the page about this kind of problem, `/errors/<code>`.
    #[serde(rename = "type")]
    pub page: String,
    /// What kind of problem it is, in Chinese.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What went wrong with this request.
    pub detail: String,
    /// Stable name of the kind of problem.
    pub code: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// What lies below, from the nearest cause to the farthest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<String>,
    /// Line of the SQL text, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// Sign in that line, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u64>,
    /// The rows at fault, where single rows are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<RowProblem>,
}

/// What is wrong with one of the rows that were sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RowProblem {
    /// Place of the row among those that were sent, from 1.
    pub row: u64,
    pub reasons: Vec<crate::quarantine::Reason>,
}

impl Problem {
    /// A problem of a known kind; a code that is not known is the program's own fault.
    pub fn new(code: &str, detail: impl Into<String>) -> Box<Self> {
        let kind = Kind::of(code);
        Box::new(Self {
            page: format!("/errors/{}", kind.code),
            title: kind.title.to_owned(),
            status: kind.status,
            detail: detail.into(),
            code: kind.code.to_owned(),
            help: None,
            causes: Vec::new(),
            line: None,
            column: None,
            rows: Vec::new(),
        })
    }

    #[must_use]
    pub fn with_help(mut self: Box<Self>, help: impl Into<Option<String>>) -> Box<Self> {
        self.help = help.into();
        self
    }

    pub(crate) fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The problem that an error of a module is.
    fn of(
        code: &str,
        help: Option<String>,
        error: &(dyn std::error::Error + 'static),
    ) -> Box<Self> {
        let mut problem = Self::new(code, error.to_string()).with_help(help);
        let mut cause = error.source();
        while let Some(source) = cause {
            problem.causes.push(source.to_string());
            cause = source.source();
        }
        if problem.status == 500 {
            tracing::error!(
                code = problem.code,
                error = problem.detail,
                causes = problem.causes.join(": "),
                "request failed"
            );
        }
        problem
    }
}

impl From<yandu_collect::Error> for Box<Problem> {
    fn from(error: yandu_collect::Error) -> Self {
        match error {
            yandu_collect::Error::Lake(error) => error.into(),
            yandu_collect::Error::Model { line, column, .. } => {
                let mut problem = Problem::of(error.code(), error.help(), &error);
                (problem.line, problem.column) = (line, column);
                problem
            }
            error => Problem::of(error.code(), error.help(), &error),
        }
    }
}

impl From<yandu_ledger::Error> for Box<Problem> {
    fn from(error: yandu_ledger::Error) -> Self {
        Problem::of(error.code(), error.help(), &error)
    }
}

impl From<yandu_metrics::Error> for Box<Problem> {
    fn from(error: yandu_metrics::Error) -> Self {
        match error {
            yandu_metrics::Error::Lake(error) => error.into(),
            error => Problem::of(error.code(), error.help(), &error),
        }
    }
}

impl From<yandu_classify::Error> for Box<Problem> {
    fn from(error: yandu_classify::Error) -> Self {
        Problem::of(error.code(), error.help(), &error)
    }
}

impl From<yandu_access::Error> for Box<Problem> {
    fn from(error: yandu_access::Error) -> Self {
        match &error {
            yandu_access::Error::Import(faults) => {
                let mut problem = Problem::of(error.code(), error.help(), &error);
                problem.causes = faults.iter().map(ToString::to_string).collect();
                problem
            }
            yandu_access::Error::Forbidden(conflicts) => {
                let mut problem = Problem::of(error.code(), error.help(), &error);
                problem.causes = conflicts.iter().map(ToString::to_string).collect();
                problem
            }
            yandu_access::Error::Terms(problems) | yandu_access::Error::Policies(problems) => {
                let mut problem = Problem::of(error.code(), error.help(), &error);
                problem.causes = problems.iter().map(|one| one.message.clone()).collect();
                problem
            }
            _ => Problem::of(error.code(), error.help(), &error),
        }
    }
}

impl From<yandu_documents::Error> for Box<Problem> {
    fn from(error: yandu_documents::Error) -> Self {
        Problem::of(error.code(), error.help(), &error)
    }
}

impl From<yandu_plan::Error> for Box<Problem> {
    fn from(error: yandu_plan::Error) -> Self {
        Problem::of(error.code(), error.help(), &error)
    }
}

impl From<yandu_transform::Error> for Box<Problem> {
    fn from(error: yandu_transform::Error) -> Self {
        match error {
            yandu_transform::Error::Lake(error) => error.into(),
            error => Problem::of(error.code(), error.help(), &error),
        }
    }
}

impl From<yandu_lake::Error> for Box<Problem> {
    fn from(error: yandu_lake::Error) -> Self {
        let mut problem = Problem::of(error.code(), error.help(), &error);
        if let yandu_lake::Error::Query(query) = &error {
            problem.line = query.line;
            problem.column = query.column;
        }
        problem
    }
}

impl From<yandu_store::Error> for Box<Problem> {
    fn from(error: yandu_store::Error) -> Self {
        Problem::of(error.code(), error.help().map(ToOwned::to_owned), &error)
    }
}

impl IntoResponse for Box<Problem> {
    fn into_response(self) -> Response {
        let mut response = (self.status_code(), axum::Json(self)).into_response();
        response.headers_mut().insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        response
    }
}

/// How an answer with problem details is described.
pub(crate) fn described() -> utoipa::openapi::Response {
    let reference = schema::Ref::from_schema_name(Problem::name());
    ResponseBuilder::new()
        .description("The request did not succeed.")
        .content(
            "application/problem+json",
            Content::new(Some(RefOr::<schema::Schema>::Ref(reference))),
        )
        .build()
}

/// A mark of a handler: the statuses of its problems are written into the document once all operations are known.
impl IntoResponses for Problem {
    fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
        BTreeMap::from([("default".to_owned(), described().into())])
    }
}

/// The page about a kind of problem, as Markdown.
pub(crate) async fn page(
    crate::extract::Path(code): crate::extract::Path<String>,
) -> crate::Result<Response> {
    let kind = KINDS.iter().find(|kind| kind.code == code).ok_or_else(|| {
        Problem::new("not-found", format!("there is no kind of problem `{code}`"))
    })?;
    Ok((
        [(header::CONTENT_TYPE, "text/markdown; charset=utf-8")],
        kind.page,
    )
        .into_response())
}

#[cfg(test)]
mod tests;
