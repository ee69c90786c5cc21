//! Settings in SQL, and the way back from a place of what is compiled to a place of what was written.

use crate::declare::Literal;
use crate::packs::{ExpandError, Settings};

/// A SQL text with its settings put in.
#[derive(Debug, Default)]
pub(crate) struct Expanded {
    pub(crate) text: String,
    /// Pieces in their order, with places counted in characters.
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, Copy)]
struct Piece {
    /// Where the piece begins in the expanded text.
    start: usize,
    /// Where it begins as it was written.
    written: usize,
    is_setting: bool,
}

impl Expanded {
    /// Puts the value of a setting in place of each `${name}`, as SQL wants it: see [`literal`].
    pub(crate) fn new(settings: &Settings, sql: &str) -> Result<Self, ExpandError> {
        let mut expanded = Self::default();
        let (mut length, mut written) = (0, 0);
        let mut rest = sql;
        loop {
            let (before, after) = rest.split_once("${").unwrap_or((rest, ""));
            expanded.push(before, length, written, false);
            length += before.chars().count();
            written += before.chars().count();
            if before.len() == rest.len() {
                return Ok(expanded);
            }
            let (name, after) = after.split_once('}').ok_or(ExpandError::Open)?;
            let value = settings
                .value(name)
                .ok_or_else(|| ExpandError::Unknown(name.to_owned()))?;
            let value = literal(value, &expanded.text);
            expanded.push(&value, length, written, true);
            length += value.chars().count();
            written += name.chars().count() + "${}".len();
            rest = after;
        }
    }

    fn push(&mut self, text: &str, start: usize, written: usize, is_setting: bool) {
        self.text.push_str(text);
        self.pieces.push(Piece {
            start,
            written,
            is_setting,
        });
    }

    /// The character of the written text that a character of the expanded text comes from.
    pub(crate) fn written(&self, offset: usize) -> usize {
        let past = self.pieces.partition_point(|piece| piece.start <= offset);
        // Of pieces that begin together all but the last are empty.
        match past.checked_sub(1).and_then(|last| self.pieces.get(last)) {
            Some(piece) if piece.is_setting => piece.written,
            Some(piece) => piece.written + (offset - piece.start),
            None => offset,
        }
    }
}

/// A value as it stands in SQL after the text before it: a quote in a text is doubled, `2.0` stays no integer, by which a
/// division would be cut, and `-5` behind a minus begins no comment.
fn literal(value: &Literal, before: &str) -> String {
    let text = match value {
        Literal::Text(text) => text.replace('\'', "''"),
        Literal::Number(number) => format!("{number:?}"),
        Literal::Integer(_) | Literal::Boolean(_) => value.to_string(),
    };
    if before.ends_with('-') && text.starts_with('-') {
        format!(" {text}")
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use indexmap::IndexMap;

    use super::*;

    fn settings() -> Settings {
        let name = |text: &str| text.parse().unwrap();
        Settings::of(IndexMap::from([
            (name("days"), Literal::Integer(27)),
            (name("city"), Literal::Text("盐城's".to_owned())),
            (name("rate"), Literal::Number(2.0)),
            (name("less"), Literal::Integer(-5)),
        ]))
    }

    #[test]
    fn values_stand_in_for_names_and_quotes_are_doubled() {
        let expanded = Expanded::new(&settings(), "a > ${days} and c = '${city}'").unwrap();
        assert_eq!(expanded.text, "a > 27 and c = '盐城''s'");
    }

    #[test]
    fn a_number_keeps_its_kind_and_never_begins_a_comment() {
        let written = "a / ${rate} -${less} - ${less} = b";
        let expanded = Expanded::new(&settings(), written).unwrap();
        assert_eq!(expanded.text, "a / 2.0 - -5 - -5 = b");
        let place = expanded.text.find('=').unwrap();
        assert_eq!(expanded.written(place), written.find('=').unwrap());
    }

    #[test]
    fn a_place_after_a_value_leads_back_to_what_was_written() {
        let written = "区 > ${days} and ${city} = x";
        let expanded = Expanded::new(&settings(), written).unwrap();
        let offset = |text: &str, word: &str| text[..text.find(word).unwrap()].chars().count();
        for word in ["区", "and", "= x", "x"] {
            assert_eq!(
                expanded.written(offset(&expanded.text, word)),
                offset(written, word),
                "{word}"
            );
        }
        assert_eq!(
            expanded.written(offset(&expanded.text, "27") + 1),
            offset(written, "${days}")
        );
    }

    #[test]
    fn an_unknown_setting_and_an_open_one_are_errors() {
        let settings = settings();
        let unknown = Expanded::new(&settings, "a > ${dais}").unwrap_err();
        assert_eq!(unknown, ExpandError::Unknown("dais".to_owned()));
        let open = Expanded::new(&settings, "a > ${days").unwrap_err();
        assert_eq!(open, ExpandError::Open);
    }
}
