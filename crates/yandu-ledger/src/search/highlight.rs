//! What was found in the texts of an entry. Texts come back in pieces, so that nobody has to mark them up.

use super::near::Near;
use super::query::{Fit, Query, Term};
use super::sign::{fold, is_han};
use super::{Field, pinyin};
use crate::content::Content;

/// A piece of a text, and whether it is what was searched for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub text: String,
    pub is_hit: bool,
}

/// The texts of an entry in which something was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Highlight {
    pub title: Option<Vec<Piece>>,
    /// The neighbourhood of the first finding.
    pub about: Option<Vec<Piece>>,
    /// Names of columns with their titles; a few of them.
    pub columns: Vec<(String, Vec<Piece>)>,
}

/// The signs around the first finding in a long text.
const AROUND: usize = 60;
const COLUMNS: usize = 5;

pub(crate) fn highlight(query: &Query, content: &Content) -> Highlight {
    let about = content.about.as_deref().and_then(|about| {
        let signs: Vec<char> = about.chars().collect();
        let marks = marks(query, &signs, false);
        let first = marks.iter().position(|mark| *mark)?;
        let start = first.saturating_sub(AROUND / 3);
        let end = (start + 2 * AROUND).min(signs.len());
        Some(pieces(signs.get(start..end)?, marks.get(start..end)?))
    });
    Highlight {
        title: found(query, &content.title.zh, true),
        about,
        columns: content
            .columns
            .iter()
            .filter_map(|column| {
                let title = found(query, &column.title.zh, false);
                let name = found(query, &column.name, false);
                title
                    .or_else(|| {
                        name.map(|_| {
                            vec![Piece {
                                text: column.title.zh.clone(),
                                is_hit: false,
                            }]
                        })
                    })
                    .map(|title| (column.name.clone(), title))
            })
            .take(COLUMNS)
            .collect(),
    }
}

fn found(query: &Query, text: &str, by_sound: bool) -> Option<Vec<Piece>> {
    let signs: Vec<char> = text.chars().collect();
    let marks = marks(query, &signs, by_sound);
    marks.contains(&true).then(|| pieces(&signs, &marks))
}

fn pieces(signs: &[char], marks: &[bool]) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for (sign, mark) in signs.iter().zip(marks) {
        match pieces.last_mut() {
            Some(piece) if piece.is_hit == *mark => piece.text.push(*sign),
            _ => pieces.push(Piece {
                text: sign.to_string(),
                is_hit: *mark,
            }),
        }
    }
    pieces
}

/// Of each sign, whether it belongs to something that was searched for.
fn marks(query: &Query, signs: &[char], by_sound: bool) -> Vec<bool> {
    let folded: Vec<char> = signs.iter().copied().map(fold).collect();
    let mut marks = vec![false; signs.len()];
    for way in query.words.iter().flat_map(|word| &word.ways) {
        let places: Vec<Vec<(usize, usize)>> = way
            .terms
            .iter()
            .map(|term| places(term, &folded, by_sound))
            .collect();
        let terms = places.iter().filter(|places| !places.is_empty()).count();
        if terms < way.need {
            continue;
        }
        for (start, end) in places.into_iter().flatten() {
            for mark in marks.get_mut(start..end).unwrap_or_default() {
                *mark = true;
            }
        }
    }
    marks
}

fn places(term: &Term, folded: &[char], by_sound: bool) -> Vec<(usize, usize)> {
    if term.fields.contains(&Field::Sounds) || term.fields.contains(&Field::Initials) {
        let typed = pinyin::typed(folded, &term.text).filter(|_| by_sound);
        return typed.into_iter().collect();
    }
    let text: Vec<char> = term.text.chars().collect();
    if text.iter().all(|sign| is_han(*sign)) {
        let windows = folded.windows(text.len().max(1)).enumerate();
        return windows
            .filter(|(_, window)| *window == text.as_slice())
            .map(|(start, window)| (start, start + window.len()))
            .collect();
    }
    let near = (term.fit == Fit::OneOff).then(|| Near::new(&term.text));
    words(folded)
        .into_iter()
        .filter_map(|(start, end)| {
            let word: String = folded.get(start..end)?.iter().collect();
            let length = match (&near, term.fit) {
                (Some(near), _) => near.holds(&word).then_some(end - start),
                (None, Fit::Starts) => word.starts_with(&term.text).then_some(text.len()),
                (None, _) => (word == term.text).then_some(end - start),
            }?;
            Some((start, start + length))
        })
        .collect()
}

/// The words of letters and digits in a text: their places, from and to.
fn words(folded: &[char]) -> Vec<(usize, usize)> {
    let mut words = Vec::new();
    let mut start = None;
    for (place, sign) in folded.iter().chain(std::iter::once(&' ')).enumerate() {
        let is_word = !is_han(*sign) && sign.is_alphanumeric();
        match (start, is_word) {
            (None, true) => start = Some(place),
            (Some(from), false) => {
                words.push((from, place));
                start = None;
            }
            _ => {}
        }
    }
    words
}
