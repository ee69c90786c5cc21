//! Pages: the parts of a document one below the other on the sheet, footnotes at the foot of the page that refers to them.

mod notes;
mod paper;
mod strip;
mod table;

use std::collections::BTreeMap;

use self::paper::Paper;
pub(crate) use self::paper::{Drawn, Page};
pub(crate) use self::strip::{Part, Rule};
use self::strip::{Strip, Text};
use crate::document::{Block, Document, Run};
use crate::fonts::{Face, Glyphs};
use crate::line::{Letters, Line, break_lines};
use crate::numeral::date_text;
use crate::sheet;

/// The pages of a document.
pub(crate) fn pages(document: &Document, glyphs: &mut Glyphs<'_>) -> Vec<Page> {
    let numbers = document.numbers();
    let notes = notes::lines(document, glyphs);
    let mut setter = Setter {
        glyphs,
        numbers: &numbers,
        strips: Vec::new(),
    };
    setter.head(document);
    for (place, (number, block)) in document.numbered().enumerate() {
        setter.block(place, &number, block);
    }
    setter.foot(document);
    let mut paper = Paper::new(notes);
    paper.place(setter.strips);
    paper.finish(setter.glyphs)
}

/// The body of the text on its grid.
pub(crate) const BODY: Letters = Letters {
    face: Face::Fangsong,
    size: sheet::BODY,
    pitch: sheet::SIGN,
};

struct Setter<'a, 'f> {
    glyphs: &'a mut Glyphs<'f>,
    /// Of footnotes.
    numbers: &'a BTreeMap<usize, usize>,
    strips: Vec<Strip>,
}

/// Where the lines of a paragraph stand.
#[derive(Clone, Copy)]
enum Place {
    /// Both ends in line; the first line two signs to the right.
    Text,
    Left,
    Centre,
    /// So many signs from the right end.
    FromRight(f32),
    /// In the middle of so many signs at the right end.
    CentreOfRight(f32),
}

impl Setter<'_, '_> {
    fn head(&mut self, document: &Document) {
        if let Some(number) = &document.number {
            self.paragraph(Part::Paragraph, BODY, Place::Centre, number);
            self.blank();
        }
        let letters = Letters {
            face: Face::Biaosong,
            size: sheet::TITLE,
            pitch: sheet::TITLE,
        };
        for line in document.title_lines() {
            self.paragraph(Part::Title, letters, Place::Centre, &line);
        }
        self.blank();
        if let Some(recipients) = &document.recipients {
            let text = format!("{recipients}：");
            self.paragraph(Part::Paragraph, BODY, Place::Left, &text);
        }
    }

    fn block(&mut self, place: usize, number: &str, block: &Block) {
        match block {
            Block::Heading(heading) => {
                let letters = Letters {
                    face: sheet::face_of(heading.level),
                    ..BODY
                };
                let part = Part::Heading(heading.level, place);
                let from = self.strips.len();
                self.runs(part, letters, (Place::Text, number), &heading.text);
                // A heading stays with what follows.
                for strip in self.strips.iter_mut().skip(from) {
                    strip.keeps_next = true;
                }
            }
            Block::Paragraph(runs) => {
                self.runs(Part::Text(place), BODY, (Place::Text, ""), runs);
            }
            Block::Table(table) => {
                let numbers = self.numbers;
                let of = |note| numbers.get(&note).copied();
                self.strips
                    .extend(table::strips(table, place, self.glyphs, &of));
            }
        }
    }

    /// The signature and the date. They stay with the end of the text: a page that holds nothing else can be exchanged.
    fn foot(&mut self, document: &Document) {
        if document.signature.is_none() && document.date.is_none() {
            return;
        }
        let from = self.strips.len().saturating_sub(1);
        self.blank();
        self.blank();
        let date = document.date.map(date_text);
        if let Some(signature) = &document.signature {
            let room = sheet::room_of_signature(date.as_deref());
            let place = Place::CentreOfRight(room);
            self.paragraph(Part::Paragraph, BODY, place, signature);
        }
        if let Some(date) = date {
            let place = Place::FromRight(sheet::DATE_FROM_RIGHT);
            self.paragraph(Part::Paragraph, BODY, place, &date);
        }
        let last = self.strips.len().saturating_sub(1);
        for strip in self.strips.iter_mut().take(last).skip(from) {
            strip.keeps_next = true;
        }
    }

    fn blank(&mut self) {
        self.strips.push(Strip::blank(sheet::LINE));
    }

    fn paragraph(&mut self, part: Part, letters: Letters, place: Place, text: &str) {
        self.runs(part, letters, (place, ""), &[Run::plain(text)]);
    }

    fn runs(&mut self, part: Part, letters: Letters, (place, before): (Place, &str), runs: &[Run]) {
        let numbers = self.numbers;
        let mut signs = letters.signs(self.glyphs, before);
        signs.extend(letters.of_runs(self.glyphs, runs, |note| numbers.get(&note).copied()));
        let indent = if matches!(place, Place::Text) {
            2.0 * letters.pitch
        } else {
            0.0
        };
        let whole: f32 = signs.iter().map(|sign| sign.width).sum();
        let room = match place {
            // What is longer than its place at the right has the whole line.
            Place::CentreOfRight(signs) if whole <= signs * sheet::SIGN => signs * sheet::SIGN,
            Place::Centre => balanced(whole),
            _ => sheet::TEXT_WIDTH,
        };
        let height = if part == Part::Title {
            sheet::TITLE_LINE
        } else {
            sheet::LINE
        };
        for mut line in break_lines(&signs, room, indent) {
            let x = match place {
                Place::Text => {
                    line.spread(sheet::TEXT_WIDTH);
                    line.indent
                }
                Place::Left => 0.0,
                Place::Centre => (sheet::TEXT_WIDTH - line.width()) / 2.0,
                Place::FromRight(signs) => sheet::TEXT_WIDTH - signs * sheet::SIGN - line.width(),
                Place::CentreOfRight(_) => sheet::TEXT_WIDTH - f32::midpoint(room, line.width()),
            };
            self.strips.push(Strip::line(
                height,
                Text {
                    x: x.max(0.0),
                    top: 0.0,
                    line,
                    part,
                },
            ));
        }
    }
}

/// A room in which a text of several lines is not left with a word on the last.
fn balanced(width: f32) -> f32 {
    let lines = (width / sheet::TEXT_WIDTH).ceil().max(1.0);
    if lines < 2.0 {
        return sheet::TEXT_WIDTH;
    }
    (width / lines + 2.0 * sheet::TITLE).min(sheet::TEXT_WIDTH)
}

/// A line of letters without marks.
pub(crate) fn plain_line(glyphs: &mut Glyphs<'_>, letters: Letters, text: &str) -> Line {
    Line {
        signs: letters.signs(glyphs, text),
        indent: 0.0,
        is_last: true,
    }
}
