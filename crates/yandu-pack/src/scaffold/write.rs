//! Texts as YAML that reads back as the same text.

use std::fmt::Write as _;

use yandu_words::Title;

/// Words that YAML, in one of its versions, takes for something else than a text.
const WORDS: [&str; 11] = [
    "null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf",
];

/// A text as a scalar: bare where nothing can be taken for anything else, in quotes otherwise.
pub(super) fn scalar(text: &str) -> String {
    let is_bare = text.chars().next().is_some_and(char::is_alphabetic)
        && text
            .chars()
            .all(|sign| sign.is_alphanumeric() || sign == '_' || sign == '-')
        && !WORDS.contains(&text.to_lowercase().as_str());
    if is_bare {
        text.to_owned()
    } else {
        quoted(text)
    }
}

/// A text in double quotes.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for sign in text.chars() {
        match sign {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            ' ' => quoted.push(' '),
            _ if sign.is_control() || sign.is_whitespace() || is_unprintable(sign) => {
                let _ = write!(quoted, "\\U{:08X}", u32::from(sign));
            }
            _ => quoted.push(sign),
        }
    }
    quoted.push('"');
    quoted
}

/// Marks of direction and order, and code points that are no characters.
fn is_unprintable(sign: char) -> bool {
    matches!(sign, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{ffff}')
        || u32::from(sign) & 0xfffe == 0xfffe
}

pub(super) fn title(title: &Title) -> String {
    let zh = if title.zh.trim().is_empty() {
        "待填写"
    } else {
        &title.zh
    };
    match &title.en {
        Some(en) => format!("{{zh: {}, en: {}}}", scalar(zh), scalar(en)),
        None => format!("{{zh: {}}}", scalar(zh)),
    }
}

/// A text on one line of a comment.
pub(super) fn comment(text: &str) -> String {
    text.chars()
        .take(200)
        .map(|sign| {
            if sign.is_control() || is_unprintable(sign) {
                ' '
            } else {
                sign
            }
        })
        .collect()
}
