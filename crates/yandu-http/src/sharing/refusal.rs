//! Refusals in the words of the protocol.

use axum::Json;
use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::problem::Problem;

/// Bytes of the longest problem.
const PROBLEM_BYTES: usize = 1 << 20;

#[derive(Debug, Serialize)]
struct Refusal {
    #[serde(rename = "errorCode")]
    code: &'static str,
    message: String,
}

/// Turns a problem that answers a request of the protocol into one of its errors, whoever has refused it.
pub(crate) async fn in_words_of_the_protocol(request: Request, next: Next) -> Response {
    let is_of_protocol = request.uri().path().starts_with("/delta-sharing/");
    let response = next.run(request).await;
    let kind = response.headers().get(header::CONTENT_TYPE);
    let is_problem = kind.is_some_and(|kind| kind == "application/problem+json");
    if !is_of_protocol || !is_problem {
        return response;
    }
    let (status, code) = error(response.status());
    let mut parts = response.into_parts();
    let body = to_bytes(parts.1, PROBLEM_BYTES).await.unwrap_or_default();
    let message = match serde_json::from_slice::<Problem>(&body) {
        Ok(Problem {
            detail,
            help: Some(help),
            ..
        }) => format!("{detail}; {help}"),
        Ok(problem) => problem.detail,
        Err(_) => code.to_owned(),
    };
    let mut refused = (status, Json(Refusal { code, message })).into_response();
    parts.0.headers.remove(header::CONTENT_TYPE);
    parts.0.headers.remove(header::CONTENT_LENGTH);
    refused.headers_mut().extend(parts.0.headers);
    refused
}

/// The statuses of the protocol are 400, 401, 403, 404 and 500.
fn error(status: StatusCode) -> (StatusCode, &'static str) {
    match status.as_u16() {
        401 => (status, "UNAUTHENTICATED"),
        403 => (status, "PERMISSION_DENIED"),
        404 | 410 => (StatusCode::NOT_FOUND, "RESOURCE_DOES_NOT_EXIST"),
        500.. => (status, "INTERNAL_ERROR"),
        _ => (StatusCode::BAD_REQUEST, "INVALID_PARAMETER_VALUE"),
    }
}
