//! What to do about a text that is not YAML. The parser says where it gave up; what is wrong often stands before that, and
//! on a Chinese keyboard it is mostly a full-width sign.

use super::Place;

/// A fault as it is told: where, what, and what to do.
pub(super) struct Mended {
    pub(super) place: Place,
    pub(super) message: String,
    pub(super) help: &'static str,
}

/// Looks for the cause of what the parser says around the place where it gave up.
pub(super) fn mend(text: &str, place: Place, message: String) -> Mended {
    let lines = Lines::around(text, place.line);
    let near = [&lines.above, &lines.here];
    if let Some(mended) = near.into_iter().flatten().find_map(wide) {
        return mended;
    }
    if message.contains("simple key") || message.contains("mapping values") {
        let glued = near.into_iter().flatten().find_map(glued);
        if let Some(mended) = glued {
            return mended;
        }
    }
    let place = match text.chars().nth(place.start.wrapping_sub(1)) {
        // The parser stands behind the tab.
        Some('\t') if message.contains("tab") && place.column > 0 => Place {
            start: place.start - 1,
            end: place.start,
            column: place.column - 1,
            ..place
        },
        _ => place,
    };
    let help = help(&message, lines.here.as_ref(), place);
    Mended {
        place,
        message,
        help,
    }
}

/// Words of the parser's messages, each with what to do.
const HELP: [(&str, &str); 9] = [
    ("tab", "indent with spaces"),
    ("mapping values", "the line before it is no `key: value`"),
    ("simple key", "the line before it is no `key: value`"),
    ("quoted scalar", "close the quote that is opened there"),
    (
        "end of stream",
        "close the quote or bracket that is opened there",
    ),
    (
        "unexpected character",
        "put the text in quotes: it begins with a sign that YAML keeps for itself",
    ),
    (
        "anchor",
        "put the text in quotes: `*` begins an alias, and packs have none",
    ),
    (
        "flow",
        "close the `{` or `[` before it, or put a text that holds `,`, `{` or `[` in quotes",
    ),
    (
        "expected key",
        "indent it as deep as the lines that it belongs to",
    ),
];

fn help(message: &str, line: Option<&Line>, place: Place) -> &'static str {
    let has_colon_before =
        line.is_some_and(|line| line.text.chars().take(place.column).any(|sign| sign == ':'));
    if message.contains("mapping values") && has_colon_before {
        return "put the text in quotes: a colon and a space end a key";
    }
    let known = HELP.iter().find(|(words, _)| message.contains(words));
    known.map_or(
        "see whether quotes and brackets are closed, and lines that belong together indented alike",
        |(_, help)| help,
    )
}

/// A line, and where it begins.
struct Line {
    /// In characters of the file.
    start: usize,
    /// From 1.
    number: usize,
    text: String,
}

/// The line of a place, and the last one before it that is not blank.
struct Lines {
    above: Option<Line>,
    here: Option<Line>,
}

impl Lines {
    fn around(text: &str, number: usize) -> Self {
        let mut lines = Self {
            above: None,
            here: None,
        };
        let mut start = 0;
        for (index, line) in text.split('\n').take(number).enumerate() {
            let found = Line {
                start,
                number: index + 1,
                text: line.to_owned(),
            };
            start += line.chars().count() + 1;
            if found.number == number {
                lines.here = Some(found);
            } else if !line.trim().is_empty() {
                lines.above = Some(found);
            }
        }
        lines
    }
}

impl Line {
    fn mended(&self, column: usize, message: String, help: &'static str) -> Mended {
        let start = self.start + column;
        Mended {
            place: Place {
                start,
                end: start + 1,
                line: self.number,
                column,
            },
            message,
            help,
        }
    }

    /// The place after the key that the line begins with, and after the mark of a list item before it.
    fn end_of_key(&self) -> Option<usize> {
        let signs: Vec<char> = self.text.chars().collect();
        let is_mark = |sign: char| matches!(sign, ' ' | '-' | '{');
        let key = signs.iter().position(|sign| !is_mark(*sign))?;
        let rest = signs.get(key..)?;
        let length = rest.iter().position(|sign| !is_of_name(*sign))?;
        (length > 0).then_some(key + length)
    }
}

fn is_of_name(sign: char) -> bool {
    sign.is_ascii_alphanumeric() || sign == '_'
}

/// A full-width sign where YAML wants one of its own: a colon after a key, a comma before one, brackets around a value.
fn wide(line: &Line) -> Option<Mended> {
    let signs: Vec<char> = line.text.chars().collect();
    let told = |column: usize, sign: char, help| {
        line.mended(
            column,
            format!("`{sign}` is a full-width sign, which ends nothing in YAML"),
            help,
        )
    };
    if let Some(end) = line.end_of_key()
        && signs.get(end) == Some(&'：')
    {
        let help = "write the colon of the English keyboard and a space: `: `";
        return Some(told(end, '：', help));
    }
    let mut before = ':';
    for (column, sign) in signs.iter().copied().enumerate() {
        let rest = signs.get(column + 1..).unwrap_or_default();
        let is_before_key = || {
            let mut rest = rest.iter().skip_while(|sign| **sign == ' ').peekable();
            rest.peek().is_some_and(|sign| is_of_name(**sign))
                && rest
                    .find(|sign| !is_of_name(**sign))
                    .is_some_and(|sign| matches!(sign, ':' | '：'))
        };
        match sign {
            '，' if is_before_key() => {
                let help = "write the comma of the English keyboard and a space: `, `";
                return Some(told(column, sign, help));
            }
            '｛' | '［' | '【' if matches!(before, ':' | ',' | '[' | '{') => {
                let help = "write the brackets of the English keyboard: `{…}` or `[…]`";
                return Some(told(column, sign, help));
            }
            ' ' => continue,
            _ => {}
        }
        before = sign;
    }
    None
}

/// A key whose colon has no space after it.
fn glued(line: &Line) -> Option<Mended> {
    let end = line.end_of_key()?;
    let mut rest = line.text.chars().skip(end);
    let is_glued = rest.next() == Some(':')
        && rest
            .next()
            .is_some_and(|sign| !sign.is_whitespace() && sign != '/');
    (is_glued && !line.text.contains(": ")).then(|| {
        let message = "the colon after a key has no space after it".to_owned();
        line.mended(end, message, "put a space after the colon")
    })
}
