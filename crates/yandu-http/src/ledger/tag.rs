//! Tags of entries, so that nobody writes over what he has not read (RFC 9110, sections 8.8.3 and 13.1.1).
//!
//! A tag names the revision and, behind a dash, what became of the data since and what flows into it: a copy with old facts is
//! not taken for a new one, and a change is made to a revision whatever the facts are by then.

use std::hash::{DefaultHasher, Hash, Hasher};

use axum::http::{HeaderMap, header};

use super::inherited::Inherited;
use crate::etag::revision_tag;

pub(super) fn of(entry: &yandu_ledger::Entry, inherited: Option<&Inherited>) -> String {
    let facts = &entry.facts;
    let mut hasher = DefaultHasher::new();
    (
        facts.rows,
        facts.bytes,
        facts.version,
        &facts.last_batch,
        facts.last_at,
        facts.score.map(f64::to_bits),
        facts.fresh,
        entry.uses_30_days,
        inherited,
    )
        .hash(&mut hasher);
    revision_tag(&format!(
        "{}-{:08x}",
        entry.revision,
        hasher.finish() as u32
    ))
}

/// The revisions that a change may be made to; `None` where any will do. Tags of anything else are of no revision.
pub(super) fn expected(headers: &HeaderMap) -> Option<Vec<u64>> {
    let mut tags = headers
        .get_all(header::IF_MATCH)
        .iter()
        .flat_map(|value| value.to_str().unwrap_or_default().split(','))
        .map(str::trim)
        .peekable();
    tags.peek()?;
    let mut revisions = Vec::new();
    for tag in tags {
        if tag == "*" {
            return None;
        }
        let tag = tag.strip_prefix("W/").unwrap_or(tag).trim_matches('"');
        revisions.extend(
            tag.split('-')
                .next()
                .and_then(|revision| revision.parse::<u64>().ok()),
        );
    }
    Some(revisions)
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
            expected(&headers)
        };
        assert_eq!(read("\"7-0012abcd\""), Some(vec![7]));
        assert_eq!(read("W/\"7\""), Some(vec![7]));
        assert_eq!(read("\"7-0012abcd\", \"9\" ,\"x\""), Some(vec![7, 9]));
        assert_eq!(read("*"), None);
        assert_eq!(read("\"x\""), Some(vec![]));
        assert_eq!(expected(&HeaderMap::new()), None);
    }
}
