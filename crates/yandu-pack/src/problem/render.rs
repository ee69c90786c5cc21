//! A problem as text: where, the line, carets under the place, and the mend.

use std::fmt;

use unicode_width::UnicodeWidthChar as _;

use super::text::is_hidden;
use super::{Excerpt, Problem, Severity, Span};

/// How much of a long line is shown on each side of the place, in characters.
const CONTEXT: usize = 60;
/// The widest place that is underlined whole, in characters.
const MAX_MARKED: usize = 100;

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        writeln!(f, "{word}[{}]: {}", self.code, self.message)?;
        let file: String = self.file.to_string_lossy().chars().map(shown).collect();
        let Some(span) = &self.span else {
            writeln!(f, " --> {file}")?;
            return self.fmt_help(f, "");
        };
        let number = span.line.to_string();
        let margin = " ".repeat(number.len());
        writeln!(f, "{margin}--> {file}:{}:{}", span.line, span.column)?;
        if let Some(Excerpt {
            before,
            marked,
            after,
        }) = &self.excerpt
        {
            writeln!(f, "{margin} |")?;
            writeln!(f, "{number} | {before}{marked}{after}")?;
            let indent = " ".repeat(width(before));
            let carets = "^".repeat(width(marked).max(1));
            writeln!(f, "{margin} | {indent}{carets}")?;
        }
        self.fmt_help(f, &margin)
    }
}

impl Problem {
    fn fmt_help(&self, f: &mut fmt::Formatter<'_>, margin: &str) -> fmt::Result {
        match &self.help {
            Some(help) => writeln!(f, "{margin} help: {help}"),
            None => Ok(()),
        }
    }
}

/// Columns that a text takes on a terminal: East Asian wide signs take two.
fn width(text: &str) -> usize {
    text.chars().map(|sign| sign.width().unwrap_or(0)).sum()
}

/// The part of a line around a place, fit for a terminal.
pub(crate) fn excerpt(line: &str, span: Span) -> Excerpt {
    let start = span.column.saturating_sub(1);
    let before: Vec<char> = line.chars().take(start).collect();
    let mut rest = line.chars().skip(start);
    let marked: Vec<char> = rest.by_ref().take(span.length.min(MAX_MARKED)).collect();
    let cut = span.length > MAX_MARKED;
    let after: Vec<char> = rest.take(CONTEXT + 1).collect();

    let mut left = String::new();
    let hidden = before.len().saturating_sub(CONTEXT);
    if hidden > 0 {
        left.push('…');
    }
    left.extend(before.iter().skip(hidden).copied().map(shown));
    let mut right: String = after.iter().take(CONTEXT).copied().map(shown).collect();
    if cut || after.len() > CONTEXT {
        right.push('…');
    }
    Excerpt {
        before: left,
        marked: marked.into_iter().map(shown).collect(),
        after: right.trim_end().to_owned(),
    }
}

/// A tab is shown as one space, so that carets stand under their signs; hidden signs are not sent to the terminal.
fn shown(sign: char) -> char {
    match sign {
        '\t' => ' ',
        _ if is_hidden(sign) => '\u{fffd}',
        _ => sign,
    }
}
