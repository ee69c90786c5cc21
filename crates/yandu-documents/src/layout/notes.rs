use super::strip::{Part, Text};
use crate::document::Document;
use crate::fonts::{Face, Glyphs};
use crate::line::{Letters, break_lines};
use crate::sheet;

const LETTERS: Letters = Letters {
    face: Face::Fangsong,
    size: sheet::NOTE,
    pitch: sheet::NOTE,
};

/// The lines of each footnote, by its number less one.
pub(super) fn lines(document: &Document, glyphs: &mut Glyphs<'_>) -> Vec<Vec<Text>> {
    let notes = document.notes();
    let mut all = Vec::with_capacity(notes.len());
    for (place, note) in notes.into_iter().enumerate() {
        let number = place + 1;
        let mut signs = LETTERS.signs(glyphs, &format!("[{number}] {}", note.text));
        if let Some(address) = &note.address {
            signs.extend(LETTERS.signs(glyphs, " "));
            let mut linked = LETTERS.signs(glyphs, address);
            for sign in &mut linked {
                sign.is_link = true;
            }
            signs.extend(linked);
        }
        let lines = break_lines(&signs, sheet::TEXT_WIDTH, 0.0);
        let texts = lines.into_iter().map(|line| Text {
            x: 0.0,
            top: 0.0,
            line,
            part: Part::Note(number),
        });
        all.push(texts.collect());
    }
    all
}
