//! A text of policies cut into statements, so that every problem has a place.

use std::ops::Range;

/// One policy of a text, with the places of its annotations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cut {
    /// From its first sign to its `;`.
    pub(crate) span: Range<usize>,
    /// The names of its annotations, with the place of the name and of what stands between the quotes.
    pub(crate) annotations: Vec<CutAnnotation>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CutAnnotation {
    pub(crate) name: String,
    pub(crate) name_span: Range<usize>,
    pub(crate) value_span: Option<Range<usize>>,
}

/// Cuts at each `;` that stands in no text and in no comment. What follows the last one is a statement too.
pub(crate) fn cut(text: &str) -> Vec<Cut> {
    let mut cuts = Vec::new();
    let mut signs = text.char_indices().peekable();
    let mut start = None;
    let mut annotations: Vec<CutAnnotation> = Vec::new();
    while let Some((at, sign)) = signs.next() {
        match sign {
            '/' if signs.peek().is_some_and(|(_, next)| *next == '/') => {
                while signs.next_if(|(_, sign)| *sign != '\n').is_some() {}
            }
            sign if sign.is_whitespace() => {}
            '"' => {
                start.get_or_insert(at);
                let value = string(text, &mut signs, at + 1);
                let waiting = annotations.last_mut();
                if let Some(annotation) = waiting.filter(|last| last.value_span.is_none()) {
                    annotation.value_span = Some(value);
                }
            }
            '@' => {
                start.get_or_insert(at);
                let mut end = at + 1;
                while let Some((next, sign)) =
                    signs.next_if(|(_, sign)| sign.is_alphanumeric() || *sign == '_')
                {
                    end = next + sign.len_utf8();
                }
                annotations.push(CutAnnotation {
                    name: text.get(at + 1..end).unwrap_or_default().to_owned(),
                    name_span: at..end,
                    value_span: None,
                });
            }
            ';' => {
                cuts.push(Cut {
                    span: start.take().unwrap_or(at)..at + 1,
                    annotations: std::mem::take(&mut annotations),
                });
            }
            _ => {
                start.get_or_insert(at);
            }
        }
    }
    if let Some(start) = start {
        cuts.push(Cut {
            span: start..text.trim_end().len().max(start),
            annotations,
        });
    }
    cuts
}

/// Reads on to the end of a quoted text, and gives the place of what it holds.
fn string(
    text: &str,
    signs: &mut std::iter::Peekable<std::str::CharIndices<'_>>,
    start: usize,
) -> Range<usize> {
    while let Some((at, sign)) = signs.next() {
        match sign {
            '\\' => {
                signs.next();
            }
            '"' => return start..at,
            _ => {}
        }
    }
    start..text.len()
}

/// A text as it stands in a policy, with its quotes.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for sign in text.chars() {
        match sign {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\0' => quoted.push_str("\\0"),
            sign => quoted.push(sign),
        }
    }
    quoted.push('"');
    quoted
}
