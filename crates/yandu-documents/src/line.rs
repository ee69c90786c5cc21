//! Lines: signs of a paragraph one after the other, broken where Chinese and Latin text may be.
//!
//! Full-width signs stand on the grid of the sheet; others have the width of their font. A line neither begins with a closing sign nor
//! ends with an opening one as long as another place is left to break it.

use unicode_width::UnicodeWidthChar as _;

use crate::clean::clean;
use crate::document::Run;
use crate::fonts::{Face, Glyph, Glyphs};

/// A sign of a line.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sign {
    pub(crate) letter: char,
    pub(crate) glyph: Glyph,
    pub(crate) size: f32,
    /// From its beginning to that of the next one.
    pub(crate) width: f32,
    /// Above the line.
    pub(crate) rise: f32,
    /// The number of the footnote whose mark ends with it.
    pub(crate) note: Option<usize>,
    /// It is a part of the address of a footnote.
    pub(crate) is_link: bool,
}

impl Sign {
    fn is_mark(&self) -> bool {
        self.rise > 0.0
    }
}

/// Signs on one line.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Line {
    pub(crate) signs: Vec<Sign>,
    /// Before the first sign.
    pub(crate) indent: f32,
    pub(crate) is_last: bool,
}

impl Line {
    /// Without spaces at the end, which nobody sees.
    pub(crate) fn width(&self) -> f32 {
        let end = self.signs.iter().rposition(|sign| sign.letter != ' ');
        let seen = self.signs.iter().take(end.map_or(0, |end| end + 1));
        seen.map(|sign| sign.width).sum()
    }

    pub(crate) fn notes(&self) -> impl Iterator<Item = usize> + '_ {
        self.signs.iter().filter_map(|sign| sign.note)
    }

    /// Spreads what is left of the room between signs, so that the line ends where others do.
    pub(crate) fn spread(&mut self, room: f32) {
        let left = room - self.indent - self.width();
        let gaps: Vec<usize> = self
            .signs
            .windows(2)
            .enumerate()
            .filter(|(_, pair)| may_widen(pair))
            .map(|(place, _)| place)
            .collect();
        // A line that a long word cut short would be torn apart.
        let most = gaps.len() as f32 * 0.25 * self.signs.first().map_or(0.0, |sign| sign.size);
        if self.is_last || left <= 0.0 || left > most {
            return;
        }
        let each = left / gaps.len() as f32;
        for place in gaps {
            if let Some(sign) = self.signs.get_mut(place) {
                sign.width += each;
            }
        }
    }
}

fn may_widen(pair: &[Sign]) -> bool {
    let [one, next] = pair else { return false };
    next.letter != ' ' && !next.is_mark() && (is_wide(one.letter) || is_wide(next.letter))
}

/// How the letters of a paragraph are set.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Letters {
    pub(crate) face: Face,
    pub(crate) size: f32,
    /// Width of a full-width sign.
    pub(crate) pitch: f32,
}

impl Letters {
    pub(crate) fn sign(self, glyphs: &mut Glyphs<'_>, sign: char) -> Sign {
        let glyph = glyphs.of(sign, self.face);
        let is_full = glyph.advance > 0.99 && glyph.advance < 1.01;
        Sign {
            letter: sign,
            glyph,
            size: self.size,
            width: if is_full {
                self.pitch
            } else {
                glyph.advance * self.size
            },
            rise: 0.0,
            note: None,
            is_link: false,
        }
    }

    pub(crate) fn signs(self, glyphs: &mut Glyphs<'_>, text: &str) -> Vec<Sign> {
        let text = clean(text);
        text.chars().map(|sign| self.sign(glyphs, sign)).collect()
    }

    /// The mark of a footnote, small and above the line.
    fn mark(self, glyphs: &mut Glyphs<'_>, number: usize) -> Vec<Sign> {
        let small = Self {
            size: self.size * 0.6,
            pitch: self.size * 0.6,
            ..self
        };
        let mut signs = small.signs(glyphs, &format!("[{number}]"));
        for sign in &mut signs {
            sign.rise = self.size * 0.4;
        }
        if let Some(last) = signs.last_mut() {
            last.note = Some(number);
        }
        signs
    }

    /// The signs of runs with the marks of their footnotes.
    pub(crate) fn of_runs(
        self,
        glyphs: &mut Glyphs<'_>,
        runs: &[Run],
        number: impl Fn(usize) -> Option<usize>,
    ) -> Vec<Sign> {
        let mut signs = Vec::new();
        for run in runs {
            signs.extend(self.signs(glyphs, &run.text));
            if let Some(number) = run.note.and_then(&number) {
                signs.extend(self.mark(glyphs, number));
            }
        }
        signs
    }
}

/// Breaks signs into lines of a width, the first one with an indent. Without signs there is one empty line.
pub(crate) fn break_lines(signs: &[Sign], room: f32, indent: f32) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut rest = signs;
    let mut indent = indent;
    loop {
        let end = end_of_line(rest, room - indent);
        let (own, behind) = rest.split_at(end);
        lines.push(Line {
            signs: own.to_vec(),
            indent,
            is_last: behind.is_empty(),
        });
        if behind.is_empty() {
            return lines;
        }
        (rest, indent) = (behind, 0.0);
    }
}

/// How many signs stand on the first line.
fn end_of_line(signs: &[Sign], room: f32) -> usize {
    let mut width = 0.0;
    let mut full = signs.len();
    for (place, sign) in signs.iter().enumerate() {
        width += sign.width;
        // Spaces may stand behind the end of a line.
        if width > room + 0.01 && sign.letter != ' ' {
            full = place;
            break;
        }
    }
    if full == signs.len() {
        return full;
    }
    let pairs = || {
        let first = signs.get(..=full).unwrap_or(signs).windows(2).enumerate();
        first.rev().map(|(place, pair)| (place + 1, pair))
    };
    let at = |is_good: fn(&Sign, &Sign) -> bool| {
        pairs().find_map(|(end, pair)| match pair {
            [one, next] if is_good(one, next) => Some(end),
            _ => None,
        })
    };
    at(may_break)
        .or_else(|| at(may_split))
        .unwrap_or(full.max(1))
}

/// Whether a line may end between two signs.
fn may_break(one: &Sign, next: &Sign) -> bool {
    may_split(one, next)
        && (one.letter == ' ' || is_wide(one.letter) || is_wide(next.letter) || one.is_mark())
}

/// Whether a word that is longer than a line may be split between two signs.
pub(crate) fn may_split(one: &Sign, next: &Sign) -> bool {
    let stays = next.is_mark() || next.letter == ' ' || may_not_begin(next.letter);
    !stays && (one.is_mark() || !may_not_end(one.letter))
}

/// Signs with which no line begins: closing ones, and what belongs to the sign before.
fn may_not_begin(sign: char) -> bool {
    const CLOSING: &str = "!),.:;?]}°·’”…‰′″℃、。〃々〉》」』】〕〗〞％！），．：；？］｝～%—";
    CLOSING.contains(sign) || sign.width() == Some(0)
}

/// Signs with which no line ends: opening ones.
fn may_not_end(sign: char) -> bool {
    const OPENING: &str = "([{$£¥‘“〈《「『【〔〖〝（［｛￥￡";
    OPENING.contains(sign)
}

fn is_wide(sign: char) -> bool {
    sign.width() == Some(2) || matches!(sign, '—' | '…' | '“' | '”' | '‘' | '’' | '·')
}
