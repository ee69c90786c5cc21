//! Folding of signs that look alike, the first step of every normaliser.

use crate::{Change, FaultCode, Read};

/// A text that differs from what came only in width, spaces and signs that nobody sees.
pub(crate) struct Folded {
    pub(crate) text: String,
    pub(crate) change: Change,
}

/// Which full-width signs become their ASCII ones.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Width {
    All,
    /// Digits and letters only: in running Chinese text full-width punctuation is right.
    Alphanumeric,
}

/// Folds full-width signs, drops invisible ones and trims spaces; `None` when nothing changes.
pub(crate) fn fold(text: &str, width: Width) -> Option<Folded> {
    if text.bytes().all(|byte| (0x21..0x7f).contains(&byte)) {
        return None;
    }
    let mut out = String::with_capacity(text.len());
    let mut widened = false;
    let mut spaced = false;
    for sign in text.chars() {
        match sign {
            '\u{ff01}'..='\u{ff5e}' => {
                let narrow = char::from((u32::from(sign) - 0xff00 + 0x20) as u8);
                if width == Width::All || narrow.is_ascii_alphanumeric() {
                    widened = true;
                    out.push(narrow);
                } else {
                    out.push(sign);
                }
            }
            '\u{ffe5}' => {
                widened = true;
                out.push('¥');
            }
            '\u{2010}'..='\u{2015}' | '\u{2212}' if width == Width::All => {
                widened = true;
                out.push('-');
            }
            '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' => {
                spaced = true;
            }
            '\t' | '\r' | '\n' => {
                spaced = true;
                out.push(' ');
            }
            ' ' => out.push(' '),
            other if other.is_whitespace() => {
                spaced = true;
                out.push(' ');
            }
            other => out.push(other),
        }
    }
    let trimmed = out.trim_matches(' ');
    if trimmed.len() != out.len() {
        spaced = true;
        out = trimmed.to_owned();
    }
    let change = match (widened, spaced) {
        (true, _) => Change::FullWidth,
        (false, true) => Change::Space,
        (false, false) => return None,
    };
    Some(Folded { text: out, change })
}

/// Reads a text that the canonical path has refused: folds it, then hands it to `read`.
#[cold]
pub(crate) fn read_folded<T>(text: &str, read: impl FnOnce(&str) -> Read<T>) -> Read<T> {
    let folded = fold(text, Width::All);
    let (plain, change) = match &folded {
        Some(folded) => (folded.text.as_str(), Some(folded.change)),
        None => (text, None),
    };
    if plain.is_empty() {
        return Read::Invalid(FaultCode::Empty);
    }
    match change {
        Some(change) => read(plain).after(change),
        None => read(plain),
    }
}
