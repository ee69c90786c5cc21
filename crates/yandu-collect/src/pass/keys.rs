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
        places: KeyMap<u64>,
        superseded: Vec<u64>,
    },
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

    /// Takes in the rows of the next block; returns those that must go because an earlier row has their key.
    ///
    /// A row that broke a hard check holds no key: it is in quarantine, and a later good row may be kept.
    pub(crate) fn settle(
        &mut self,
        keys: &[Option<Key>],
        hard: &[bool],
        first_row: u64,
    ) -> Vec<u32> {
        match self {
            Self::Unkeyed => Vec::new(),
            Self::First(seen) => repeated(keys, hard, seen),
            Self::Last { places, superseded } => {
                for (row, key) in held(keys, hard) {
                    let place = first_row + u64::from(row);
                    match places.entry(key) {
                        Entry::Occupied(mut earlier) => superseded.push(earlier.insert(place)),
                        Entry::Vacant(free) => {
                            free.insert(place);
                        }
                    }
                }
                Vec::new()
            }
        }
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
            keys.settle(&KEYS, &[true, false, false, false, false], 1),
            vec![4]
        );
        assert_eq!(keys.settle(&[Some(8)], &[false], 6), vec![0]);
    }

    #[test]
    fn an_upsert_keeps_the_last_good_row_of_a_key() {
        let mut keys = Keys::new(Mode::Upsert, true);
        assert!(
            keys.settle(&KEYS, &[false, false, false, false, true], 1)
                .is_empty()
        );
        let (held, superseded) = keys.finish();
        assert_eq!((held.len(), superseded), (2, vec![1]));
    }
}
