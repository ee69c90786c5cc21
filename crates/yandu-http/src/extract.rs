//! Extractors whose refusals are problem details.

use std::time::Duration;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::problem::Problem;
use crate::state::State;

/// How long the small body of a request may take to arrive.
const BODY_SECONDS: u64 = 30;

/// A JSON body that is an object. A list is refused: its items would be taken for the fields in their order. It is held in
/// memory, so that it is small also where an upload may be large.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<State> for Body<T> {
    type Rejection = Box<Problem>;

    async fn from_request(mut request: Request, state: &State) -> Result<Self, Box<Problem>> {
        DefaultBodyLimit::max(state.options().body_bytes).apply(&mut request);
        let (parts, body) = request.into_parts();
        let read = Request::from_parts(parts.clone(), body);
        let Bytes(bytes) = Bytes::from_request(read, state).await?;
        if bytes.trim_ascii_start().starts_with(b"[") && is_json(&parts.headers) {
            return Err(Problem::new(
                "invalid-body",
                "the body is a list, and an object is expected",
            )
            .with_help("write it as `{…}`".to_owned()));
        }
        let request = Request::from_parts(parts, bytes.into());
        let AnyJson(body) = AnyJson::from_request(request, state).await?;
        Ok(Self(body))
    }
}

/// What a body is marked as, in small letters and without parameters; empty where it is not marked.
pub(crate) fn media_type(headers: &HeaderMap) -> String {
    let kind = headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind.to_ascii_lowercase()
}

/// Refuses a body that is not marked as JSON; `what` is what comes in it.
pub(crate) fn as_json(headers: &HeaderMap, what: &str) -> Result<(), Box<Problem>> {
    if media_type(headers) == "application/json" {
        return Ok(());
    }
    Err(Problem::new(
        "unsupported-media-type",
        format!("{what} as `application/json`"),
    ))
}

/// Whether a body is marked as JSON, as that of a program (`application/vnd.….+json`) too.
fn is_json(headers: &HeaderMap) -> bool {
    let kind = media_type(headers);
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

/// A JSON body of any kind.
pub(crate) struct AnyJson<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for AnyJson<T> {
    type Rejection = Box<Problem>;

    async fn from_request(request: Request, state: &S) -> Result<Self, Box<Problem>> {
        match in_time(Json::from_request(request, state)).await? {
            Ok(Json(body)) => Ok(Self(body)),
            Err(rejection) => Err(refuse_json(&rejection)),
        }
    }
}

/// The bytes of a body.
pub(crate) struct Bytes(pub(crate) bytes::Bytes);

impl<S: Send + Sync> FromRequest<S> for Bytes {
    type Rejection = Box<Problem>;

    async fn from_request(request: Request, state: &S) -> Result<Self, Box<Problem>> {
        match in_time(bytes::Bytes::from_request(request, state)).await? {
            Ok(bytes) => Ok(Self(bytes)),
            Err(rejection) => Err(refuse(
                rejection.status(),
                &rejection.body_text(),
                "invalid-body",
            )),
        }
    }
}

/// The fields of a form that a page has sent.
pub(crate) struct Form<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Form<T> {
    type Rejection = Box<Problem>;

    async fn from_request(request: Request, state: &S) -> Result<Self, Box<Problem>> {
        match in_time(axum::Form::from_request(request, state)).await? {
            Ok(axum::Form(fields)) => Ok(Self(fields)),
            Err(rejection) => Err(refuse(
                rejection.status(),
                &rejection.body_text(),
                "invalid-body",
            )),
        }
    }
}

/// The parameters in the query of an address.
pub(crate) struct Query<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Box<Problem>;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Box<Problem>> {
        if !parts.uri.query().is_none_or(is_well_formed) {
            return Err(Problem::new(
                "invalid-parameter",
                "the query of the address is no UTF-8 with `%` and two hexadecimal digits for other signs",
            ));
        }
        axum::extract::Query::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Query(query)| Self(query))
            .map_err(|rejection| {
                refuse(
                    rejection.status(),
                    &rejection.body_text(),
                    "invalid-parameter",
                )
            })
    }
}

/// The parameters in the path of an address.
pub(crate) struct Path<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Box<Problem>;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Box<Problem>> {
        axum::extract::Path::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Path(path)| Self(path))
            .map_err(|rejection| {
                refuse(
                    rejection.status(),
                    &rejection.body_text(),
                    "invalid-parameter",
                )
            })
    }
}

/// A batch in an address: its id, or the id of a dataset for its newest collected batch.
#[derive(Debug, Deserialize)]
pub(crate) struct BatchName(pub(crate) String);

async fn in_time<T>(reading: impl Future<Output = T>) -> Result<T, Box<Problem>> {
    tokio::time::timeout(Duration::from_secs(BODY_SECONDS), reading)
        .await
        .map_err(|_| {
            Problem::new(
                "timeout",
                format!("the body did not arrive within {BODY_SECONDS} s"),
            )
        })
}

/// Whether every `%` of a query stands before two hexadecimal digits, and all together are UTF-8. The decoder that comes
/// after would put a replacement sign where they are not, and the handler would take it for what was asked.
fn is_well_formed(query: &str) -> bool {
    let mut bytes = query.bytes();
    let mut decoded = Vec::with_capacity(query.len());
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            decoded.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
        let (Some(high), Some(low)) = (digit(bytes.next()), digit(bytes.next())) else {
            return false;
        };
        decoded.push((high * 16 + low) as u8);
    }
    std::str::from_utf8(&decoded).is_ok()
}

fn refuse_json(rejection: &JsonRejection) -> Box<Problem> {
    let code = match rejection {
        JsonRejection::JsonDataError(_) => "invalid-body",
        _ => "invalid-json",
    };
    refuse(rejection.status(), &rejection.body_text(), code)
}

/// The refusal of an extractor in our words: its own text without what it says about types of the program.
fn refuse(status: StatusCode, text: &str, code: &'static str) -> Box<Problem> {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => {
            Problem::new("body-too-large", "the body is larger than the server takes")
        }
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Problem::new(
            "unsupported-media-type",
            "the body is not marked as `application/json`",
        ),
        _ => Problem::new(code, reason(text)),
    }
}

fn reason(text: &str) -> String {
    let prefixes = [
        "Failed to deserialize the JSON body into the target type: ",
        "Failed to parse the request body as JSON: ",
        "Failed to deserialize query string: ",
        "Invalid URL: ",
    ];
    let text = prefixes
        .iter()
        .find_map(|prefix| text.strip_prefix(prefix))
        .unwrap_or(text);
    let mut letters = text.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::is_well_formed;

    #[test]
    fn a_query_is_utf8_or_refused() {
        for well in [
            "",
            "a=1&b=2",
            "q=%E7%9B%90%e5%9f%8e",
            "q=盐城",
            "q=100%25",
            "+%20",
        ] {
            assert!(is_well_formed(well), "{well}");
        }
        for ill in [
            "%",
            "a=%4",
            "a=%zz",
            "a=%FF",
            "a=%E7%9B",
            "a=%C0%80",
            "a=%ED%A0%80",
        ] {
            assert!(!is_well_formed(ill), "{ill}");
        }
    }
}
