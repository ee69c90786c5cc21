//! Entity tags: whoever has an answer already is told so and not sent it again (RFC 9110, sections 8.8.3 and 13).
//!
//! A handler whose resource has a revision tags the answer itself. Any other answer that is there as a whole is tagged by
//! its content: a weak tag of 128 bits of its BLAKE3 hash, made before compression. Hashing a list costs microseconds;
//! what is saved is the way to the caller. Answers that are made while they are sent have no tag.
//!
//! By default an answer may not be stored, because rows and samples of rows are personal data. What only describes data is
//! marked with [`kept`]: it may be stored by the one who asked, and is asked for again each time.

use axum::body::{Body, HttpBody as _};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::problem::Problem;

/// The largest answer that is tagged by its content.
const WHOLE_BYTES: usize = 8 << 20;

/// Tags answers, and answers 304 to a caller that has the answer already.
pub(crate) async fn validate(request: Request, next: Next) -> Response {
    let is_safe = request.method().is_safe();
    let known = list(request.headers(), &header::IF_NONE_MATCH);
    let response = next.run(request).await;
    if !is_safe || response.status() != StatusCode::OK {
        return response;
    }
    let response = if response.headers().contains_key(header::ETAG) {
        response
    } else {
        tagged(response).await
    };
    unless_known(&known, response)
}

/// The answer, or 304 without a body when `known` (the value of `If-None-Match`) has its tag. Tags are compared weakly.
fn unless_known(known: &str, mut response: Response) -> Response {
    let tag = response
        .headers()
        .get(header::ETAG)
        .and_then(|tag| tag.to_str().ok());
    let is_known = tag.is_some_and(|tag| matches(known, tag));
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = Body::empty();
        for about_the_body in [
            header::CONTENT_TYPE,
            header::CONTENT_LENGTH,
            header::CONTENT_ENCODING,
            header::CONTENT_DISPOSITION,
        ] {
            response.headers_mut().remove(about_the_body);
        }
    }
    response
}

/// The same for an answer that is made outside the routes, with its tag on it.
pub(crate) fn unless_had(headers: &HeaderMap, response: Response) -> Response {
    unless_known(&list(headers, &header::IF_NONE_MATCH), response)
}

async fn tagged(response: Response) -> Response {
    let is_whole = response
        .body()
        .size_hint()
        .exact()
        .is_some_and(|bytes| bytes <= WHOLE_BYTES as u64);
    if !is_whole {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    // A body of a known size is in memory already.
    let Ok(bytes) = axum::body::to_bytes(body, WHOLE_BYTES).await else {
        return Problem::new("internal", "the answer broke off").into_response();
    };
    let hash = blake3::hash(&bytes).to_hex();
    let half: String = hash.chars().take(32).collect();
    if let Ok(tag) = HeaderValue::try_from(format!("W/\"{half}\"")) {
        parts.headers.insert(header::ETAG, tag);
    }
    Response::from_parts(parts, Body::from(bytes))
}

/// Marks an answer that describes data and holds none: it may be stored, and is never used without asking.
pub(crate) async fn kept(mut response: Response) -> Response {
    if response.status().is_success() {
        response
            .headers_mut()
            .entry(header::CACHE_CONTROL)
            .or_insert(HeaderValue::from_static("private, no-cache"));
    }
    response
}

/// The tag of a revision.
pub(crate) fn revision_tag(revision: &str) -> String {
    format!("\"{revision}\"")
}

/// All values of a header that is a list.
fn list(headers: &HeaderMap, name: &header::HeaderName) -> String {
    let values: Vec<&str> = headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    values.join(",")
}

/// Whether a list of tags has one. Weak and strong are the same here: an answer differs from itself in nothing but its coding.
fn matches(list: &str, tag: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let wanted = opaque(tag);
    list.trim() == "*" || list.split(',').any(|one| opaque(one) == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_tags_is_read_as_the_standard_writes_it() {
        for list in [
            "\"7\"",
            "W/\"7\"",
            " \"6\" , W/\"7\"",
            "*",
            "\"a\",\"7\",\"b\"",
        ] {
            assert!(matches(list, "\"7\""), "{list}");
            assert!(matches(list, "W/\"7\""), "{list}");
        }
        for list in ["", "7", "\"77\"", "W/\"6\"", "\"7", "**"] {
            assert!(!matches(list, "\"7\""), "{list}");
        }
    }
}
