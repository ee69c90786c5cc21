//! The whole text of a plan in pieces, in its order: what a page draws, and what a person reviews one by one.
//!
//! The sentences of points and the namings of units are those of the reading. What lies between them (the letter before the
//! first point, headings, rows of tables, marks) is cut at the ends of lines and sentences, so that every sign of the text that
//! is not blank stands in exactly one piece.

use serde::{Deserialize, Serialize};

use crate::reading::Reading;

/// A piece of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cut {
    pub(crate) kind: PieceKind,
    pub(crate) point: Option<u32>,
    /// Unicode code points from the start of the text.
    pub(crate) offset: usize,
    pub(crate) end: usize,
    pub(crate) text: String,
    pub(crate) starts_line: bool,
}

/// What a piece of the text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PieceKind {
    /// A sentence of a point.
    Sentence,
    /// Where responsible units are named.
    Units,
    /// A heading, or the mark with which a point begins.
    Heading,
    /// What stands outside of points, or between sentences.
    Other,
}

impl PieceKind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Sentence => "sentence",
            Self::Units => "units",
            Self::Heading => "heading",
            Self::Other => "other",
        }
    }
}

struct Known {
    kind: PieceKind,
    point: u32,
    offset: usize,
    end: usize,
}

/// Cuts a text into pieces.
pub(crate) fn cut(signs: &[char], reading: &Reading) -> Vec<Cut> {
    let mut known: Vec<Known> = Vec::new();
    for point in &reading.points {
        known.extend(point.sentences.iter().map(|sentence| Known {
            kind: PieceKind::Sentence,
            point: point.number,
            offset: sentence.offset,
            end: sentence.end,
        }));
        known.extend(point.assignments.iter().map(|assignment| Known {
            kind: PieceKind::Units,
            point: point.number,
            offset: assignment.offset,
            end: assignment.end,
        }));
    }
    known.sort_by_key(|one| (one.offset, one.end));
    let mut headings: Vec<usize> = reading.chapters.iter().map(|one| one.offset).collect();
    headings.extend(reading.points.iter().map(|point| point.offset));
    headings.sort_unstable();
    let points = reading.points.iter();
    let mut spans: Vec<(usize, usize, u32)> = points
        .map(|point| (point.offset, point.end, point.number))
        .collect();
    spans.sort_unstable();
    let mut cutter = Cutter {
        signs,
        headings,
        spans,
        cuts: Vec::new(),
    };
    let mut at = 0;
    for one in known {
        let offset = one.offset.max(at);
        let end = one.end.min(signs.len());
        if offset >= end {
            continue;
        }
        cutter.between(at, offset);
        cutter.push(one.kind, Some(one.point), offset, end);
        at = end;
    }
    cutter.between(at, signs.len());
    cutter.cuts
}

struct Cutter<'t> {
    signs: &'t [char],
    headings: Vec<usize>,
    /// Where each point begins and ends, with its number, in the order of the text.
    spans: Vec<(usize, usize, u32)>,
    cuts: Vec<Cut>,
}

impl Cutter<'_> {
    fn sign(&self, at: usize) -> char {
        self.signs.get(at).copied().unwrap_or('\n')
    }

    /// Cuts what lies between two known pieces at the ends of lines and sentences, and where a heading begins.
    fn between(&mut self, from: usize, to: usize) {
        let mut start = from;
        let mut at = from;
        while at < to {
            let sign = self.sign(at);
            at += 1;
            let ends = matches!(sign, '\n' | '\r' | '。' | '！' | '？');
            let is_heading_next = self.headings.binary_search(&at).is_ok();
            if ends || is_heading_next || at == to {
                while !matches!(sign, '\n' | '\r')
                    && at < to
                    && matches!(self.sign(at), '”' | '’' | '」' | '）' | ')')
                {
                    at += 1;
                }
                self.loose(start, at);
                start = at;
            }
        }
    }

    /// A loose piece without the blanks around it.
    fn loose(&mut self, mut from: usize, mut to: usize) {
        while from < to && is_blank(self.sign(from)) {
            from += 1;
        }
        while from < to && is_blank(self.sign(to - 1)) {
            to -= 1;
        }
        if from == to {
            return;
        }
        let behind = self.spans.partition_point(|(offset, ..)| *offset <= from);
        let point = behind
            .checked_sub(1)
            .and_then(|place| self.spans.get(place))
            .filter(|(_, end, _)| from < *end)
            .map(|(.., number)| *number);
        let kind = if self.headings.binary_search(&from).is_ok() {
            PieceKind::Heading
        } else {
            PieceKind::Other
        };
        self.push(kind, point, from, to);
    }

    fn push(&mut self, kind: PieceKind, point: Option<u32>, offset: usize, end: usize) {
        let before = self.signs.get(..offset).unwrap_or_default();
        let starts_line = before
            .iter()
            .rev()
            .find(|sign| !matches!(sign, ' ' | '\u{3000}' | '\t' | '\u{feff}'))
            .is_none_or(|sign| matches!(sign, '\n' | '\r'));
        let text = self.signs.get(offset..end).unwrap_or_default();
        self.cuts.push(Cut {
            kind,
            point,
            offset,
            end,
            text: text.iter().collect(),
            starts_line,
        });
    }
}

fn is_blank(sign: char) -> bool {
    sign.is_whitespace() || sign == '\u{feff}' || sign == '\u{c}'
}
