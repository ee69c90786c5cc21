//! Which row of a batch holds a key.

use hashbrown::hash_map::Entry;
use yandu_check::key::{Key, KeyMap, KeySet, held, repeated};
use yandu_check::{CheckKind, Expectations};

use crate::Mode;

/// Keys seen so far, in file order. About 17 bytes a key for snapshots, 33 for upserts.
pub(crate) enum Keys {
    /// The dataset has no key.
    Unkeyed,
    /// The first row of a key is kept.
    First(KeySet),
    /// The last row of a key is kept.
    Last {
        places: KeyMap<Seen>,
        superseded: Vec<u64>,
    },
}

/// Where a key stood last, and a hash of what stood there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seen {
    place: u64,
    content: u64,
}

/// What became of the keys of a block.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Settled {
    /// Rows that must go because an earlier row has their key.
    pub(crate) gone: Vec<u32>,
    /// Rows that take the place of an earlier one with other contents, each with the place of that one.
    pub(crate) replacing: Vec<(u32, u64)>,
}

impl Keys {
    pub(crate) fn new(mode: Mode, keyed: bool) -> Self {
        match mode {
            _ if !keyed => Self::Unkeyed,
            Mode::Snapshot | Mode::Append => Self::First(KeySet::default()),
            Mode::Upsert => Self::Last {
                places: KeyMap::default(),
                superseded: Vec::new(),
            },
        }
    }

    /// Takes in the rows of the next block, each with a hash of its contents where a later row may take its place.
    ///
    /// A row that broke a hard check holds no key: it is in quarantine, and a later good row may be kept.
    pub(crate) fn settle(
        &mut self,
        keys: &[Option<Key>],
        hard: &[bool],
        contents: &[u64],
        first_row: u64,
    ) -> Settled {
        let mut settled = Settled::default();
        match self {
            Self::Unkeyed => {}
            Self::First(seen) => settled.gone = repeated(keys, hard, seen),
            Self::Last { places, superseded } => {
                for (row, key) in held(keys, hard) {
                    let now = Seen {
                        place: first_row + u64::from(row),
                        content: contents.get(row as usize).copied().unwrap_or_default(),
                    };
                    match places.entry(key) {
                        Entry::Occupied(mut earlier) => {
                            let before = earlier.insert(now);
                            superseded.push(before.place);
                            if before.content != now.content {
                                settled.replacing.push((row, before.place));
                            }
                        }
                        Entry::Vacant(free) => {
                            free.insert(now);
                        }
                    }
                }
            }
        }
        settled
    }

    /// The keys of the kept rows, and the places of the rows that later ones replace.
    pub(crate) fn finish(self) -> (KeySet, Vec<u64>) {
        match self {
            Self::Unkeyed => (KeySet::default(), Vec::new()),
            Self::First(seen) => (seen, Vec::new()),
            Self::Last {
                places,
                mut superseded,
            } => {
                superseded.sort_unstable();
                (places.into_keys().collect(), superseded)
            }
        }
    }
}

/// The values that a check of uniqueness has seen, besides those of the key.
pub(crate) struct Unique {
    check: u32,
    seen: KeySet,
}

impl Unique {
    pub(crate) fn of(expectations: &Expectations) -> Vec<Self> {
        expectations
            .checks
            .iter()
            .enumerate()
            .filter(|(_, check)| matches!(check.kind, CheckKind::Unique(_)))
            .map(|(index, _)| Self {
                check: index as u32,
                seen: KeySet::default(),
            })
            .collect()
    }

    pub(crate) fn check(&self) -> u32 {
        self.check
    }

    /// The good rows of the next block whose values stood in an earlier good row.
    pub(crate) fn settle(&mut self, keys: &[Option<Key>], hard: &[bool]) -> Vec<u32> {
        repeated(keys, hard, &mut self.seen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: [Option<Key>; 5] = [Some(7), Some(8), Some(7), None, Some(7)];

    #[test]
    fn a_snapshot_keeps_the_first_good_row_of_a_key() {
        let mut keys = Keys::new(Mode::Snapshot, true);
        assert_eq!(
            keys.settle(&KEYS, &[true, false, false, false, false], &[], 1)
                .gone,
            vec![4]
        );
        assert_eq!(keys.settle(&[Some(8)], &[false], &[], 6).gone, vec![0]);
    }

    #[test]
    fn an_upsert_keeps_the_last_good_row_of_a_key() {
        let mut keys = Keys::new(Mode::Upsert, true);
        let hard = [false, false, false, false, true];
        let settled = keys.settle(&KEYS, &hard, &[1, 2, 3, 4, 5], 1);
        assert_eq!((settled.gone, settled.replacing), (vec![], vec![(2, 1)]));
        let again = keys.settle(&[Some(8)], &[false], &[2], 6);
        assert_eq!(again, Settled::default(), "it says the same once more");
        let (held, superseded) = keys.finish();
        assert_eq!((held.len(), superseded), (2, vec![1, 2]));
    }
}
