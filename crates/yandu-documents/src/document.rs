//! The structure of an official document.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::numeral::Numbers;
use crate::sheet;

/// An official document.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Document {
    /// A break of lines in it is one where the title needs several.
    pub title: String,
    /// The number of the document (发文字号).
    pub number: Option<String>,
    /// To whom it goes (主送机关), without the colon.
    pub recipients: Option<String>,
    pub blocks: Vec<Block>,
    /// Who issues it (发文机关署名).
    pub signature: Option<String>,
    pub date: Option<Date>,
    /// Who took the file and when. It stands in the properties of the file and on no page: outside the text GB/T 9704-2012 has a place
    /// for the number of the page alone (7.5).
    pub taken: Option<String>,
    pub(crate) notes: Vec<Note>,
}

/// A part of the text.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    Heading(Heading),
    Paragraph(Runs),
    Table(Table),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Heading {
    pub level: Level,
    /// Without its number, which follows from its place.
    pub text: Runs,
}

/// The four levels of headings (结构层次序数).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    First,
    Second,
    Third,
    Fourth,
}

impl Level {
    pub const ALL: [Self; 4] = [Self::First, Self::Second, Self::Third, Self::Fourth];
}

/// Pieces of text that follow each other.
pub type Runs = Vec<Run>;

/// A piece of text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Run {
    pub text: String,
    /// The footnote whose mark stands behind it: what [`Document::note`] gave.
    pub note: Option<usize>,
}

impl Run {
    pub fn plain(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            note: None,
        }
    }

    pub fn noted(text: impl Into<String>, note: usize) -> Self {
        Self {
            text: text.into(),
            note: Some(note),
        }
    }
}

/// A footnote.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Note {
    pub text: String,
    /// Where a reader goes on, a URL.
    pub address: Option<String>,
    /// The same for a program, such as `metric/telecom.new_station@2025-06`. It is not printed.
    pub trail: Option<String>,
}

/// A table whose header is repeated on each page.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    pub columns: Vec<Column>,
    /// A cell for each column; what is missing is empty.
    pub rows: Vec<Vec<Cell>>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    pub title: String,
    /// Its part of the width of the text, among those of all columns.
    pub width: u16,
    pub align: Align,
}

pub type Cell = Runs;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Align {
    #[default]
    Left,
    Centre,
    Right,
}

impl Document {
    /// Keeps a footnote. What was said before in the same words is the same footnote.
    pub fn note(&mut self, note: Note) -> usize {
        if let Some(place) = self.notes.iter().position(|one| *one == note) {
            return place;
        }
        self.notes.push(note);
        self.notes.len() - 1
    }

    /// The title on one line.
    pub fn title(&self) -> String {
        self.title.replace('\n', "")
    }

    /// The lines of the title: as it is broken, where one line of the sheet does not hold it.
    pub(crate) fn title_lines(&self) -> Vec<String> {
        let whole = self.title();
        if sheet::width_of(&whole) * sheet::TITLE <= sheet::TEXT_WIDTH {
            return vec![whole];
        }
        self.title.split('\n').map(str::to_owned).collect()
    }

    /// The footnotes in the order in which the text comes to them, which is that of their numbers from 1. One that the text never
    /// comes to is none.
    pub fn notes(&self) -> Vec<&Note> {
        let numbers = self.numbers();
        let mut notes: Vec<(usize, &Note)> = numbers
            .iter()
            .filter_map(|(place, number)| Some((*number, self.notes.get(*place)?)))
            .collect();
        notes.sort_by_key(|(number, _)| *number);
        notes.into_iter().map(|(_, note)| note).collect()
    }

    /// The number of each footnote by what [`Self::note`] gave, from 1 in the order of the text.
    pub fn numbers(&self) -> BTreeMap<usize, usize> {
        let mut numbers = BTreeMap::new();
        for run in self.blocks.iter().flat_map(Block::runs) {
            if let Some(note) = run.note.filter(|note| *note < self.notes.len()) {
                let next = numbers.len() + 1;
                numbers.entry(note).or_insert(next);
            }
        }
        numbers
    }

    /// The blocks with the numbers that stand before headings; empty before what has none.
    pub fn numbered(&self) -> impl Iterator<Item = (String, &Block)> {
        let mut numbers = Numbers::default();
        self.blocks.iter().map(move |block| {
            let number = match block {
                Block::Heading(heading) => numbers.next(heading.level),
                Block::Paragraph(_) | Block::Table(_) => String::new(),
            };
            (number, block)
        })
    }
}

impl Block {
    pub fn heading(level: Level, text: impl Into<String>) -> Self {
        Self::Heading(Heading {
            level,
            text: vec![Run::plain(text)],
        })
    }

    /// All its pieces of text in the order of reading.
    pub(crate) fn runs(&self) -> Box<dyn Iterator<Item = &Run> + '_> {
        match self {
            Self::Heading(heading) => Box::new(heading.text.iter()),
            Self::Paragraph(runs) => Box::new(runs.iter()),
            Self::Table(table) => Box::new(table.rows.iter().flat_map(|row| {
                // A cell behind the last column has no place.
                row.iter().take(table.columns.len()).flatten()
            })),
        }
    }
}
