//! Tags of entries, so that nobody writes over what he has not read (RFC 9110, sections 8.8.3 and 13.1.1).
//!
//! A tag names the revision and, behind a dash, what became of the data since: a copy with old facts is not taken for a new one,
//! and a change is made to a revision whatever the facts are by then.

use std::hash::{DefaultHasher, Hash, Hasher};

use axum::http::{HeaderMap, header};

use crate::Result;
use crate::etag::revision_tag;
use crate::problem::Problem;

pub(super) fn of(entry: &yandu_ledger::Entry) -> String {
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
    )
        .hash(&mut hasher);
    revision_tag(&format!(
        "{}-{:08x}",
        entry.revision,
        hasher.finish() as u32
    ))
}

/// The revision that a change was made to; `None` where any will do.
pub(super) fn expected(headers: &HeaderMap) -> Result<Option<u64>> {
    let Some(value) = headers.get(header::IF_MATCH) else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let tag = text.strip_prefix("W/").unwrap_or(text).trim_matches('"');
    tag.split('-')
        .next()
        .unwrap_or_default()
        .parse()
        .map(Some)
        .map_err(|_| {
            Problem::new(
                "invalid-parameter",
                "`If-Match` is not the `ETag` of an entry",
            )
        })
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
            expected(&headers).map_err(|problem| problem.code)
        };
        assert_eq!(read("\"7-0012abcd\"").unwrap(), Some(7));
        assert_eq!(read("W/\"7\"").unwrap(), Some(7));
        assert_eq!(read("*").unwrap(), None);
        assert!(read("\"x\"").is_err());
        assert_eq!(expected(&HeaderMap::new()).unwrap(), None);
    }
}
