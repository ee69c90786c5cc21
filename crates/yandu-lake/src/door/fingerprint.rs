//! A key of what somebody sees of a dataset, for whoever keeps what was made of it.

use yandu_words::id::DatasetId;

use super::{Permit, Sight};

/// Hexadecimal digits of a key: 128 bits, which no two sights share by chance.
const DIGITS: usize = 32;

pub(super) fn of(dataset: &DatasetId, sight: &Sight) -> String {
    let mut hasher = blake3::Hasher::new_derive_key("yandu 2026 what is seen of a dataset");
    let mut add = |text: &str| {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    };
    add(dataset.as_str());
    for permit in &sight.permits {
        add(&permit.name);
        let rows = permit.rows.as_ref();
        add(&rows.map_or_else(String::new, |rows| rows.expr().to_string()));
        add(&permit.columns.len().to_string());
        for (column, mask) in &permit.columns {
            add(column);
            add(&format!("{mask:?}"));
        }
        add(&key_of(permit));
    }
    let mut digits = hasher.finalize().to_hex().to_string();
    digits.truncate(DIGITS);
    digits
}

/// Values that are masked under another key are other values.
fn key_of(permit: &Permit) -> String {
    let key = permit.key.as_ref();
    key.map_or_else(String::new, |key| {
        blake3::hash(key.bytes()).to_hex().to_string()
    })
}
