//! What a reading by a watermark counts.

use crate::channel::mark::{Mark, Standing};

/// Where a row stands: before the newest watermark, at it, or without one.
pub(super) const BEFORE: u8 = 0;
pub(super) const AT: u8 = 1;
pub(super) const WITHOUT: u8 = 2;

/// The rows of a reading.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Rows at the newest watermark.
    rows: u64,
    /// Of their hashes, so that their order does not matter.
    sum: u128,
    without: u64,
}

impl Tally {
    pub(super) fn add(&mut self, place: u8, line: &[u8]) {
        match place {
            AT => {
                let hash = blake3::hash(line);
                let half = hash.as_bytes().first_chunk().copied().unwrap_or_default();
                self.sum = self.sum.wrapping_add(u128::from_le_bytes(half));
                self.rows += 1;
            }
            WITHOUT => self.without += 1,
            _ => {}
        }
    }

    pub(super) fn without(&self) -> u64 {
        self.without
    }

    /// Whether all rows that were read are those that stood at the watermark before.
    pub(super) fn is_all_of(&self, rows: u64, known: &Standing) -> bool {
        rows == self.rows && known.rows == self.rows && known.digest == self.digest()
    }

    pub(super) fn mark(&self, value: String, without: u64, passed: u64) -> Mark {
        Mark {
            value,
            standing: Some(Standing {
                rows: self.rows,
                digest: self.digest(),
                without,
                passed,
            }),
        }
    }

    fn digest(&self) -> String {
        format!("{:032x}", self.sum)
    }
}

/// Rows that a reading behind a watermark does not take.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Left {
    pub(super) without: u64,
    /// Rows at the last watermark.
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
    /// In words, with a mend.
    pub(super) fn told(self, column: &str) -> Option<String> {
        let mut told = Vec::new();
        if self.passed > 0 {
            told.push(format!(
                "passed over: {} that came at a value of `{column}` which had been read, and an append takes later ones \
                 alone; declare `mode: upsert`, or a watermark that grows with every row",
                rows(self.passed)
            ));
        }
        if self.without > 0 {
            told.push(format!(
                "passed over: {} without a value in `{column}`, which only the first reading takes; read by a `query` that \
                 gives every row one, such as `coalesce({column}, …)`",
                rows(self.without)
            ));
        }
        (!told.is_empty()).then(|| told.join("; "))
    }
}

fn rows(count: u64) -> String {
    match count {
        1 => "1 row".to_owned(),
        count => format!("{count} rows"),
    }
}
