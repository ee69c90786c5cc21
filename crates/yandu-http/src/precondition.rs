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

/// The set of policies that `If-Match` names, by its hash; `None` where any will do.
pub(crate) fn policies(headers: &HeaderMap) -> Option<String> {
    let tags = tags(headers, &header::IF_MATCH)?;
    let is_any = tags.iter().any(|tag| tag == "*");
    (!is_any).then(|| tags.into_iter().next().unwrap_or_default())
}

/// The revisions that `If-Match` names; `None` where any will do. A tag names a revision and, behind a dash, what else its
/// answer depended on; tags of anything else are of no revision.
pub(crate) fn revisions(headers: &HeaderMap) -> Option<Vec<u64>> {
    let tags = tags(headers, &header::IF_MATCH)?;
    if tags.iter().any(|tag| tag == "*") {
        return None;
    }
    let revision = |tag: &String| tag.split('-').next()?.parse().ok();
    Some(tags.iter().filter_map(revision).collect())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_revision_of_a_tag_is_read_back() {
        let read = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_MATCH, HeaderValue::from_static(value));
            revisions(&headers)
        };
        assert_eq!(read("\"7-0012abcd\""), Some(vec![7]));
        assert_eq!(read("W/\"7\""), Some(vec![7]));
        assert_eq!(read("\"7-0012abcd\", \"9\" ,\"x\""), Some(vec![7, 9]));
        assert_eq!(read("*"), None);
        assert_eq!(read("\"x\""), Some(vec![]));
        assert_eq!(revisions(&HeaderMap::new()), None);
    }
}
