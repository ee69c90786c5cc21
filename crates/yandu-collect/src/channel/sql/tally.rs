//! What a reading by a watermark counts.

use std::collections::BTreeSet;

use crate::channel::mark::{Mark, Standing};

/// Where a row stands: before the newest watermark, at it, without one, or before it at the last one that was read.
pub(super) const BEFORE: u8 = 0;
pub(super) const AT: u8 = 1;
pub(super) const WITHOUT: u8 = 2;
pub(super) const AGAIN: u8 = 3;

/// Hashes of lines that a mark keeps at most. Where more rows stand at the newest watermark, all of them are read again
/// once one of them is new.
const LINES: usize = 1_000;

/// The rows of a reading.
#[derive(Debug, Default)]
pub(super) struct Tally<'a> {
    /// The hashes of the lines that stood at the last watermark.
    known: Option<&'a BTreeSet<String>>,
    /// Whether the next reading takes the rows at the newest watermark again.
    reads_again: bool,
    /// Rows at the newest watermark.
    rows: u64,
    /// Of their hashes, so that their order does not matter.
    sum: u128,
    lines: BTreeSet<String>,
    without: u64,
}

impl<'a> Tally<'a> {
    /// Counts what comes behind the mark.
    pub(super) fn behind(since: Option<&'a Mark>, reads_again: bool) -> Self {
        let standing = since.and_then(|since| since.standing.as_ref());
        Self {
            known: standing
                .map(|standing| &standing.lines)
                .filter(|lines| !lines.is_empty()),
            reads_again,
            ..Self::default()
        }
    }

    /// Counts a row by its line, which holds its watermark. Says whether it belongs into the delivery: a line that stood
    /// at the last watermark does not, since its row may have been written anew since, or wait in quarantine.
    pub(super) fn add(&mut self, place: u8, line: &[u8]) -> bool {
        if place == WITHOUT {
            self.without += 1;
        }
        // Only a line at the last watermark can be one that stood there.
        if place != AT && (place != AGAIN || self.known.is_none()) {
            return true;
        }
        let hash = blake3::hash(line);
        let half = hash.as_bytes().first_chunk().copied().unwrap_or_default();
        let half = u128::from_le_bytes(half);
        let text = hex(half);
        let is_new = self.known.is_none_or(|known| !known.contains(&text));
        if place == AT {
            self.sum = self.sum.wrapping_add(half);
            self.rows += 1;
            if self.reads_again && self.lines.len() <= LINES {
                self.lines.insert(text);
            }
        }
        is_new
    }

    pub(super) fn without(&self) -> u64 {
        self.without
    }

    /// Whether all rows of the delivery are those that stood at the watermark before.
    pub(super) fn is_all_of(&self, rows: u64, known: &Standing) -> bool {
        rows == self.rows && known.rows == self.rows && known.digest == self.digest()
    }

    pub(super) fn mark(&self, value: String, without: u64, passed: u64) -> Mark {
        Mark {
            value,
            standing: Some(Standing {
                rows: self.rows,
                digest: self.digest(),
                lines: if self.lines.len() > LINES {
                    BTreeSet::new()
                } else {
                    self.lines.clone()
                },
                without,
                passed,
            }),
        }
    }

    fn digest(&self) -> String {
        hex(self.sum)
    }
}

fn hex(number: u128) -> String {
    format!("{number:032x}")
}

/// Rows that a reading behind a watermark does not take.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Left {
    pub(super) without: u64,
    /// Rows at the last watermark; 0 where they are read again.
    pub(super) at: u64,
}

impl Left {
    /// What of it was never read, given what was known at the last watermark.
    pub(super) fn behind(self, known: Option<&Standing>, reads_again: bool) -> Unread {
        let Some(known) = known else {
            return Unread {
                known: self.without,
                ..Unread::default()
            };
        };
        let passed = known.passed + self.at.saturating_sub(known.rows);
        Unread {
            known: known.without.min(self.without),
            without: self.without.saturating_sub(known.without),
            passed: if reads_again { 0 } else { passed },
        }
    }
}

/// Rows that no reading has taken.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Unread {
    /// Rows without a watermark that were read.
    pub(super) known: u64,
    without: u64,
    pub(super) passed: u64,
}

impl Unread {
    /// In words, each with a mend behind it.
    pub(super) fn told(self, column: &str) -> Option<String> {
        let Self {
            without, passed, ..
        } = self;
        let mut told = Vec::new();
        if passed > 0 {
            told.push(format!(
                "rows that came at a value of `{column}` which had been read, and that an append passes over: {passed}"
            ));
            told.push(
                "declare `mode: upsert`, or a watermark that grows with every row".to_owned(),
            );
        }
        if without > 0 {
            told.push(format!(
                "rows without a value in `{column}`, which only the first reading takes: {without}"
            ));
            told.push(format!(
                "read by a `query` that gives every row one, such as `coalesce({column}, …)`"
            ));
        }
        (!told.is_empty()).then(|| told.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_row_at_the_last_watermark_is_held_against_the_lines_that_stood_there() {
        let mut first = Tally::behind(None, true);
        assert!(first.add(AT, b"1,one,2025-01-03"));
        let mark = first.mark("2025-01-03".to_owned(), first.without(), 0);
        let mut second = Tally::behind(Some(&mark), true);
        for (place, is_taken) in [(BEFORE, true), (WITHOUT, true), (AGAIN, false), (AT, false)] {
            assert_eq!(second.add(place, b"1,one,2025-01-03"), is_taken, "{place}");
        }
        assert!(second.add(AGAIN, b"2,two,2025-01-03"));
    }
}
