//! Rows by the batch that brought them and their place in it: a bit a row, however many there are.

use std::collections::HashMap;

/// Rows of one page of places.
const PAGE: i64 = 1_024;
const WORDS: usize = 16;

/// A set of rows, each named by its batch and its place there.
#[derive(Debug, Clone, Default)]
pub struct Places {
    batches: HashMap<String, HashMap<i64, [u64; WORDS]>>,
    rows: u64,
}

impl Places {
    /// Adds a row; says whether it is new.
    pub fn insert(&mut self, batch: &str, row: i64) -> bool {
        if !self.batches.contains_key(batch) {
            self.batches.insert(batch.to_owned(), HashMap::new());
        }
        let Some(pages) = self.batches.get_mut(batch) else {
            return false;
        };
        let (page, word, bit) = place(row);
        let words = pages.entry(page).or_default();
        let Some(word) = words.get_mut(word) else {
            return false;
        };
        let is_new = *word & bit == 0;
        *word |= bit;
        self.rows += u64::from(is_new);
        is_new
    }

    pub fn contains(&self, batch: &str, row: i64) -> bool {
        let (page, word, bit) = place(row);
        self.batches
            .get(batch)
            .and_then(|pages| pages.get(&page)?.get(word))
            .is_some_and(|word| word & bit != 0)
    }

    /// Number of rows.
    pub fn len(&self) -> u64 {
        self.rows
    }

    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The batches that have a row here, in no order.
    pub fn batches(&self) -> impl Iterator<Item = &str> {
        self.batches.keys().map(String::as_str)
    }
}

/// The page of a place, the word in it, and the bit in that.
fn place(row: i64) -> (i64, usize, u64) {
    let (page, rest) = (row.div_euclid(PAGE), row.rem_euclid(PAGE));
    (page, (rest / 64) as usize, 1 << (rest % 64))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_set_of_places_is_a_set_of_pairs() {
        let mut places = Places::default();
        let mut pairs = HashSet::new();
        let mut state = 7_u64;
        for _ in 0..20_000 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let batch = format!("b{}", state >> 62);
            let row = ((state >> 20) % 9_000) as i64 - 100;
            assert_eq!(places.insert(&batch, row), pairs.insert((batch, row)));
        }
        assert_eq!(places.len(), pairs.len() as u64);
        for row in -200..9_100 {
            for batch in ["b0", "b1", "b2", "b3", "b4"] {
                let is_there = pairs.contains(&(batch.to_owned(), row));
                assert_eq!(places.contains(batch, row), is_there, "{batch} {row}");
            }
        }
        assert!(places.insert("far", i64::MAX) && places.contains("far", i64::MAX));
    }
}
