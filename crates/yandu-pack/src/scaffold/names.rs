//! Names of columns for headers that departments write.

use std::collections::HashSet;

use pinyin::ToPinyin as _;
use yandu_words::ColumnName;

use super::usual::usual;
use crate::check::names::is_reserved;

/// The longest name that is made from a header; a number may be added to it.
const MAX_LENGTH: usize = 40;

/// A name for each header, no two alike: the usual one, or the header's own letters, or pinyin, or `column_3`.
pub fn column_names<S: AsRef<str>>(headers: &[S]) -> Vec<ColumnName> {
    let mut taken = HashSet::new();
    headers
        .iter()
        .enumerate()
        .filter_map(|(index, header)| {
            let name = match usual(header.as_ref()) {
                Some(usual) => usual.name.to_owned(),
                None => spelled(header.as_ref()).unwrap_or_else(|| format!("column_{}", index + 1)),
            };
            free(&name, &mut taken)
        })
        .collect()
}

/// The name, or the name with the first number that makes it a new one.
fn free(name: &str, taken: &mut HashSet<String>) -> Option<ColumnName> {
    let mut candidate = name.to_owned();
    let mut number = 1_u32;
    while !taken.insert(candidate.clone()) {
        number += 1;
        candidate = format!("{name}_{number}");
    }
    candidate.parse().ok()
}

/// The letters, digits and syllables of a header, joined by `_`.
fn spelled(header: &str) -> Option<String> {
    let mut name = String::new();
    let mut push = |part: &str, joined: bool| {
        if name.len() + part.len() < MAX_LENGTH {
            if !name.is_empty() && !joined {
                name.push('_');
            }
            name.push_str(part);
        }
    };
    let mut after_sign = false;
    let mut after_lower = false;
    // What stands in brackets is a unit or a remark.
    for sign in header
        .split(['(', '（', '[', '【'])
        .next()
        .unwrap_or(header)
        .chars()
    {
        let sign = match sign {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(sign) - 0xfee0).unwrap_or(sign),
            _ => sign,
        };
        if sign.is_ascii_alphanumeric() {
            let starts_word = sign.is_ascii_uppercase() && after_lower;
            push(
                &sign.to_ascii_lowercase().to_string(),
                after_sign && !starts_word,
            );
            after_sign = true;
            after_lower = !sign.is_ascii_uppercase();
        } else {
            after_sign = false;
            after_lower = false;
            if let Some(syllable) = sign.to_pinyin() {
                push(&syllable.plain().replace('ü', "v"), false);
            }
        }
    }
    if !name.is_ascii() || name.is_empty() {
        return None;
    }
    if name.starts_with(|sign: char| sign.is_ascii_digit()) {
        name.insert_str(0, "column_");
    }
    if is_reserved(&name) {
        name.push_str("_value");
    }
    Some(name)
}
