//! The state that must still be there for a change to be made (RFC 9110, section 13).

use axum::http::{HeaderMap, header};

/// What the headers `If-Match` and `If-None-Match` of a change ask for.
pub(crate) fn expected(headers: &HeaderMap) -> yandu_store::Expected {
    if let Some(tags) = tags(headers, &header::IF_MATCH) {
        return if tags.iter().any(|tag| tag == "*") {
            yandu_store::Expected::Something
        } else {
            yandu_store::Expected::State(tags)
        };
    }
    match tags(headers, &header::IF_NONE_MATCH) {
        Some(tags) if tags.iter().any(|tag| tag == "*") => yandu_store::Expected::Nothing,
        _ => yandu_store::Expected::Anything,
    }
}

/// The tags of a header without their quotes; `None` when there is no such header. A cache or a proxy may have marked
/// one as weak.
fn tags(headers: &HeaderMap, name: &header::HeaderName) -> Option<Vec<String>> {
    let values: Vec<&str> = headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    if values.is_empty() {
        return None;
    }
    let tags = values
        .iter()
        .flat_map(|value| value.split(','))
        .map(|tag| tag.trim().trim_start_matches("W/").trim_matches('"'))
        .map(ToOwned::to_owned);
    Some(tags.collect())
}
