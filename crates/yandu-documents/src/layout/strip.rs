//! What is placed on pages: strips from the left end of the text to the right, which are never cut.

use crate::document::Level;
use crate::line::Line;

/// What a line belongs to, in the order of reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Part {
    Title,
    /// Beside the blocks: a number, recipients, a signature.
    Paragraph,
    /// By the place of the block.
    Heading(Level, usize),
    Text(usize),
    /// A cell by block, row (0 is the head) and column.
    Cell(usize, usize, usize),
    Note(usize),
    /// What is repeated, and numbers of pages.
    Furniture,
}

/// A line within a strip.
#[derive(Debug, Clone)]
pub(crate) struct Text {
    /// From the left end of the text.
    pub(crate) x: f32,
    /// From the top of the strip to that of the line.
    pub(crate) top: f32,
    pub(crate) line: Line,
    pub(crate) part: Part,
}

/// A ruled line within a strip or on a page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rule {
    pub(crate) from: Spot,
    pub(crate) to: Spot,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spot {
    pub(crate) x: f32,
    pub(crate) y: f32,
}

#[derive(Debug, Clone)]
pub(crate) struct Strip {
    pub(crate) height: f32,
    /// The height of a line in it.
    pub(crate) line: f32,
    pub(crate) texts: Vec<Text>,
    /// Of a table: where its ruled lines stand.
    pub(crate) table: Option<Ruled>,
    /// It stays on the page of the next one.
    pub(crate) keeps_next: bool,
}

/// The ruled lines of a strip of a table.
#[derive(Debug, Clone)]
pub(crate) struct Ruled {
    /// The block.
    pub(crate) table: usize,
    /// From the left end of the text.
    pub(crate) columns: Vec<f32>,
    /// The first strip of its row.
    pub(crate) begins_row: bool,
    pub(crate) is_head: bool,
}

impl Strip {
    pub(crate) fn line(height: f32, text: Text) -> Self {
        Self {
            height,
            line: height,
            texts: vec![text],
            table: None,
            keeps_next: false,
        }
    }

    pub(crate) fn blank(height: f32) -> Self {
        Self {
            height,
            line: height,
            texts: Vec::new(),
            table: None,
            keeps_next: false,
        }
    }

    pub(crate) fn notes(&self) -> impl Iterator<Item = usize> + '_ {
        self.texts.iter().flat_map(|text| text.line.notes())
    }
}
