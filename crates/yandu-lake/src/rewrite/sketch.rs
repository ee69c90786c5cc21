//! What few keys look like: most rows are told apart from them by a few bytes of their first key column, without hashing
//! whole keys.

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray};
use arrow::datatypes::{DataType, Int64Type};

/// Values of which a sketch is made; of more it tells too few rows apart.
pub(super) const MOST: u64 = 4_000;

const BITS: u32 = 16;
const WORDS: usize = 1 << (BITS - 6);

/// A bit for each look that a value may have.
#[derive(Debug)]
pub(super) struct Sketch(Vec<u64>);

impl Sketch {
    /// `None` for values of a type that has no look.
    pub(super) fn of(columns: &[ArrayRef]) -> Option<Self> {
        let mut words = vec![0_u64; WORDS];
        for column in columns {
            each(column, |_, look| {
                if let Some(word) = words.get_mut(look >> 6) {
                    *word |= 1 << (look & 63);
                }
            })?;
        }
        Some(Self(words))
    }

    /// True for each row that may have one of the values; `None` when the column is of another type.
    pub(super) fn may_have(&self, column: &ArrayRef) -> Option<BooleanArray> {
        let mut found = vec![false; column.len()];
        each(column, |row, look| {
            let word = self.0.get(look >> 6).copied().unwrap_or(u64::MAX);
            if word & (1 << (look & 63)) != 0
                && let Some(found) = found.get_mut(row)
            {
                *found = true;
            }
        })?;
        Some(BooleanArray::from(found))
    }
}

/// Gives the place and the look of each value of a column.
fn each(column: &ArrayRef, mut give: impl FnMut(usize, usize)) -> Option<()> {
    match column.data_type() {
        DataType::Utf8View => {
            for (row, text) in column.as_string_view().iter().enumerate() {
                if let Some(text) = text {
                    give(row, look_of(text.len() as u64, last_bytes(text.as_bytes())));
                }
            }
        }
        DataType::Int64 => {
            for (row, number) in column.as_primitive::<Int64Type>().iter().enumerate() {
                if let Some(number) = number {
                    give(row, look_of(0, number as u64));
                }
            }
        }
        _ => return None,
    }
    Some(())
}

/// Numbers that were counted up differ at their end.
fn last_bytes(text: &[u8]) -> u64 {
    match text.last_chunk() {
        Some(last) => u64::from_le_bytes(*last),
        None => text
            .iter()
            .fold(0, |all, byte| (all << 8) | u64::from(*byte)),
    }
}

fn look_of(length: u64, bytes: u64) -> usize {
    let mixed = (bytes ^ length.rotate_left(32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> (64 - BITS)) as usize
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Int64Array, StringViewArray};
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    use super::*;

    #[test]
    fn no_value_that_is_looked_for_is_passed_over_and_few_others_are_not() {
        let seed: u64 = rand::random();
        println!("seed {seed}");
        let mut random = StdRng::seed_from_u64(seed);
        for _ in 0..20 {
            let first: i64 = random.random_range(0..1 << 50);
            let count = 20_000;
            let (long, short) = (random.random(), random.random_range(0..12));
            let text = |number: i64| {
                if long {
                    format!("盐城市{number:018}")
                } else {
                    format!("{:0short$}", number % 1_000_000)
                }
            };
            let texts: StringViewArray = (first..first + count)
                .map(|number| (number % 97 != 0).then(|| text(number)))
                .collect();
            let texts: ArrayRef = Arc::new(texts);
            let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values(first..first + count));
            for column in [texts, numbers] {
                let wanted = column.slice(random.random_range(0..19_000), 50);
                let sketch = Sketch::of(std::slice::from_ref(&wanted)).unwrap();
                let all = sketch.may_have(&wanted).unwrap();
                assert_eq!(all.true_count(), wanted.len() - wanted.null_count());
                let found = sketch.may_have(&column).unwrap();
                assert!(found.true_count() < 400, "{} rows", found.true_count());
            }
        }
        let dates: ArrayRef = Arc::new(arrow::array::Date32Array::from(vec![1]));
        assert!(Sketch::of(std::slice::from_ref(&dates)).is_none());
        let none = Sketch::of(&[]).unwrap();
        assert!(none.may_have(&dates).is_none());
    }
}
