//! Tags of entries, so that nobody writes over what he has not read (RFC 9110, sections 8.8.3 and 13.1.1).
//!
//! A tag names the revision and, behind a dash, what became of the data since and what flows into it: a copy with old facts is
//! not taken for a new one, and a change is made to a revision whatever the facts are by then.

use std::hash::{DefaultHasher, Hash, Hasher};

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
