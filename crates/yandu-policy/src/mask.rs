//! Masks as they stand in an annotation: `keep 6 4`, `month`, `step 1000`.

use yandu_words::Mask;

/// What a mask can be, for whoever wrote none.
const FORMS: &str =
    "null, fixed TEXT, keep FIRST LAST, month, year, step NUMBER, grid METRES, hash or fpe";

/// Reads a mask; the error says what masks there are.
pub fn mask_of(text: &str) -> Result<Mask, String> {
    let text = text.trim();
    let (word, rest) = text
        .split_once(char::is_whitespace)
        .map_or((text, ""), |(word, rest)| (word, rest.trim()));
    let words: Vec<&str> = rest.split_whitespace().collect();
    let mask = match (word, words.as_slice()) {
        ("null", []) => Some(Mask::Null),
        ("fixed", [_, ..]) => Some(Mask::Fixed {
            value: rest.to_owned(),
        }),
        ("keep", [first, last]) => first
            .parse()
            .ok()
            .zip(last.parse().ok())
            .map(|(first, last)| Mask::Keep { first, last }),
        ("month", []) => Some(Mask::Month),
        ("year", []) => Some(Mask::Year),
        ("step", [by]) => by
            .parse()
            .ok()
            .filter(|by| *by > 0)
            .map(|by| Mask::Step { by }),
        ("grid", [metres]) => metres
            .parse()
            .ok()
            .filter(|metres| *metres > 0)
            .map(|metres| Mask::Grid { metres }),
        ("hash", []) => Some(Mask::Hash),
        ("fpe", []) => Some(Mask::Fpe),
        _ => None,
    };
    mask.ok_or_else(|| format!("`{text}` is no mask; there are {FORMS}"))
}

/// A mask as [`mask_of`] reads it.
pub fn text_of_mask(mask: &Mask) -> String {
    match mask {
        Mask::Null => "null".to_owned(),
        Mask::Fixed { value } => format!("fixed {value}"),
        Mask::Keep { first, last } => format!("keep {first} {last}"),
        Mask::Month => "month".to_owned(),
        Mask::Year => "year".to_owned(),
        Mask::Step { by } => format!("step {by}"),
        Mask::Grid { metres } => format!("grid {metres}"),
        Mask::Hash => "hash".to_owned(),
        Mask::Fpe => "fpe".to_owned(),
    }
}
