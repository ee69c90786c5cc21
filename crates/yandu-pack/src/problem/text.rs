//! The words of messages.

use std::fmt::Write as _;

/// The longest piece of a user's text that a message repeats, in characters.
const MAX_QUOTED: usize = 60;

/// Signs that a terminal obeys instead of showing, or that make it show a line in another order than it is read.
pub(super) fn is_hidden(sign: char) -> bool {
    sign.is_control()
        || matches!(sign, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
}

/// A piece of the user's text in backticks, cut when long, with hidden signs made visible.
pub(crate) fn quoted(text: &str) -> String {
    let mut shown = String::from("`");
    for (count, sign) in text.chars().enumerate() {
        if count == MAX_QUOTED {
            shown.push('…');
            break;
        }
        if is_hidden(sign) {
            let _ = write!(shown, "{}", sign.escape_unicode());
        } else {
            shown.push(sign);
        }
    }
    shown.push('`');
    shown
}

/// The known name that a mistyped one probably means.
pub(crate) fn did_you_mean<'a>(
    wrong: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    if wrong.chars().count() > MAX_QUOTED {
        return None;
    }
    let folded = wrong.to_lowercase().replace(['-', ' '], "_");
    known
        .into_iter()
        .map(|name| (strsim::normalized_damerau_levenshtein(&folded, name), name))
        .filter(|(likeness, _)| *likeness >= 0.6)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, name)| name)
}

/// A mend for a wrong name: the one that is meant, or else all that are known.
pub(crate) fn alternatives<'a>(
    wrong: &str,
    what: &str,
    known: impl IntoIterator<Item = &'a str> + Clone,
) -> Option<String> {
    if let Some(name) = did_you_mean(wrong, known.clone()) {
        return Some(format!("did you mean `{name}`?"));
    }
    let names: Vec<&str> = known.into_iter().collect();
    let (shown, hidden) = names.split_at_checked(24).unwrap_or((&names, &[]));
    if shown.is_empty() {
        return None;
    }
    let mut list = shown
        .iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ");
    if !hidden.is_empty() {
        let _ = write!(list, " and {} more", hidden.len());
    }
    Some(format!("{what}: {list}"))
}
