//! Keys of rows as 128-bit hashes, the same for a text block on its way in and for rows read back.

use std::hash::BuildHasherDefault;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{DataType, Date32Type, Decimal128Type, Float64Type, Int64Type, TimeUnit};
use hashbrown::{HashMap, HashSet};
use siphasher::sip128::{Hash128, Hasher128, SipHasher13};

/// A 128-bit hash of the key columns of a row. Two rows with the same key have the same hash in every process.
pub type Key = u128;

/// A set of row keys, 16 bytes a key and nothing hashed twice.
pub type KeySet = HashSet<Key, BuildHasherDefault<Folded>>;

/// Something of each row key, which is not hashed twice either.
pub type KeyMap<V> = HashMap<Key, V, BuildHasherDefault<Folded>>;

/// The low half of a key is its own hash.
#[derive(Debug, Default, Clone, Copy)]
pub struct Folded(u64);

impl std::hash::Hasher for Folded {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u128(&mut self, key: u128) {
        self.0 = key as u64;
    }
}

/// The secret-free key of the hash: keys are compared across processes and versions, so it is fixed.
const SEED: (u64, u64) = (0x59_61_6e_64_75_6b_65_79, 0x31_32_38_5f_73_69_70_31);

/// Hashes the keys of rows, column by column; `None` for a row with a NULL in its key.
///
/// Text, integer, decimal, float, boolean, date, time and timestamp columns are supported; any other type
/// hashes as NULL.
pub fn hash_rows(columns: &[ArrayRef], rows: usize) -> Vec<Option<Key>> {
    let mut hashers = vec![Some(SipHasher13::new_with_keys(SEED.0, SEED.1)); rows];
    for column in columns {
        hash_column(column, &mut hashers);
    }
    hashers
        .into_iter()
        .map(|hasher| {
            hasher.map(|hasher| {
                let Hash128 { h1, h2 } = hasher.finish128();
                (u128::from(h1) << 64) | u128::from(h2)
            })
        })
        .collect()
}

/// The rows that hold a key, each with it. A row that broke something hard holds none: it goes no further, and a later good
/// row may.
pub fn held(keys: &[Option<Key>], hard: &[bool]) -> impl Iterator<Item = (u32, Key)> {
    keys.iter()
        .zip(hard)
        .enumerate()
        .filter(|(_, (_, hard))| !**hard)
        .filter_map(|(row, (key, _))| Some((row as u32, (*key)?)))
}

/// Adds the keys that rows hold to those that were seen, and gives the rows whose key was there.
pub fn repeated(keys: &[Option<Key>], hard: &[bool], seen: &mut KeySet) -> Vec<u32> {
    seen.reserve(keys.len());
    held(keys, hard)
        .filter(|(_, key)| !seen.insert(*key))
        .map(|(row, _)| row)
        .collect()
}

fn hash_column(column: &ArrayRef, hashers: &mut [Option<SipHasher13>]) {
    match column.data_type() {
        DataType::Utf8View => feed(hashers, column.as_string_view().iter(), write_text),
        DataType::Utf8 => feed(hashers, column.as_string::<i32>().iter(), write_text),
        DataType::LargeUtf8 => feed(hashers, column.as_string::<i64>().iter(), write_text),
        DataType::Int64 => feed(
            hashers,
            column.as_primitive::<Int64Type>().iter(),
            |hasher, value| write(hasher, &value.to_le_bytes()),
        ),
        DataType::Decimal128(_, _) => feed(
            hashers,
            column.as_primitive::<Decimal128Type>().iter(),
            |hasher, value| write(hasher, &value.to_le_bytes()),
        ),
        DataType::Float64 => feed(
            hashers,
            column.as_primitive::<Float64Type>().iter(),
            |hasher, value| write(hasher, &value.to_bits().to_le_bytes()),
        ),
        DataType::Date32 => feed(
            hashers,
            column.as_primitive::<Date32Type>().iter(),
            |hasher, value| write(hasher, &i64::from(value).to_le_bytes()),
        ),
        DataType::Time64(TimeUnit::Microsecond) => feed(
            hashers,
            column
                .as_primitive::<arrow::datatypes::Time64MicrosecondType>()
                .iter(),
            |hasher, value| write(hasher, &value.to_le_bytes()),
        ),
        DataType::Timestamp(TimeUnit::Microsecond, _) => feed(
            hashers,
            column
                .as_primitive::<arrow::datatypes::TimestampMicrosecondType>()
                .iter(),
            |hasher, value| write(hasher, &value.to_le_bytes()),
        ),
        DataType::Boolean => feed(hashers, column.as_boolean().iter(), |hasher, value| {
            write(hasher, &[u8::from(value)]);
        }),
        _ => hashers.fill(None),
    }
}

fn feed<T>(
    hashers: &mut [Option<SipHasher13>],
    values: impl Iterator<Item = Option<T>>,
    write: impl Fn(&mut SipHasher13, T),
) {
    for (slot, value) in hashers.iter_mut().zip(values) {
        match (slot.as_mut(), value) {
            (Some(hasher), Some(value)) => write(hasher, value),
            _ => *slot = None,
        }
    }
}

fn write(hasher: &mut SipHasher13, bytes: &[u8]) {
    std::hash::Hasher::write(hasher, bytes);
}

/// The length goes with the text, so that ("ab", "c") and ("a", "bc") differ.
fn write_text(hasher: &mut SipHasher13, text: &str) {
    write(hasher, text.as_bytes());
    write(hasher, &(text.len() as u32).to_le_bytes());
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Int64Array, StringArray, StringViewArray};

    use super::*;

    #[test]
    fn a_key_is_the_same_for_every_text_layout() {
        let view: ArrayRef = Arc::new(StringViewArray::from(vec![Some("盐城"), None]));
        let plain: ArrayRef = Arc::new(StringArray::from(vec![Some("盐城"), None]));
        assert_eq!(hash_rows(&[view], 2), hash_rows(&[plain], 2));
    }

    #[test]
    fn a_null_in_the_key_leaves_the_row_without_a_key() {
        let text: ArrayRef = Arc::new(StringViewArray::from(vec![Some("a"), None]));
        let number: ArrayRef = Arc::new(Int64Array::from(vec![None, Some(1)]));
        assert_eq!(hash_rows(&[text, number], 2), vec![None, None]);
    }

    #[test]
    fn a_row_repeats_what_stood_in_an_earlier_good_row() {
        let keys = [Some(7), Some(8), Some(7), None, Some(8), None];
        let hard = [true, false, false, false, false, false];
        let mut seen = KeySet::default();
        assert_eq!(repeated(&keys, &hard, &mut seen), vec![4]);
        assert_eq!(repeated(&keys, &[false; 6], &mut seen), vec![0, 1, 2, 4]);
    }

    #[test]
    fn columns_do_not_run_into_each_other() {
        let row = |a: &str, b: &str| {
            let columns: [ArrayRef; 2] = [
                Arc::new(StringViewArray::from(vec![a])),
                Arc::new(StringViewArray::from(vec![b])),
            ];
            hash_rows(&columns, 1)
        };
        assert_ne!(row("ab", "c"), row("a", "bc"));
    }
}
