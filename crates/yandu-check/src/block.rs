//! Rows as they came: text cells over one buffer, before any type is known.

use yandu_words::Title;

/// Where a cell stands in the text of its block, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CellSpan {
    pub start: u32,
    pub len: u32,
}

impl CellSpan {
    /// A cell that the source did not deliver (SQL NULL, a missing JSON key, a row that is too short).
    pub const ABSENT: Self = Self {
        start: u32::MAX,
        len: 0,
    };

    pub fn new(start: usize, end: usize) -> Self {
        Self {
            start: start as u32,
            len: (end - start) as u32,
        }
    }

    pub fn is_absent(self) -> bool {
        self.start == u32::MAX
    }
}

/// A fault of a whole row that its decoder saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFault {
    /// Index of the row in its block.
    pub row: u32,
    pub kind: RowFaultKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RowFaultKind {
    /// The row has another number of cells than the header.
    CellCount { found: u32, expected: u32 },
    /// Bytes that are not text in the encoding of the file; they stand as U+FFFD.
    Encoding,
    /// A quote is opened and never closed.
    OpenQuote,
    /// The record is not a value of its format (for example a line that is no JSON object), and why.
    Syntax(Title),
    /// A control character that no text has, such as NUL.
    ControlCharacter,
    /// A cell is longer than the limit for one cell.
    CellTooLong { bytes: u64 },
}

impl RowFaultKind {
    /// What is no record, in Chinese and in English.
    pub fn syntax(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::Syntax(Title::new(zh, en))
    }
}

/// A run of rows of one batch whose cells are text.
///
/// `cells` holds `rows × width` spans row by row; `records` holds one span a row, the record as it stood.
/// At most 2 GiB of text.
#[derive(Debug, Clone, Default)]
pub struct TextBlock {
    pub text: String,
    pub cells: Vec<CellSpan>,
    pub records: Vec<CellSpan>,
    pub width: usize,
    /// Place of the first row in the batch; the first row of data is 1.
    pub first_row: u64,
    /// One a row, ordered by row.
    pub faults: Vec<RowFault>,
}

impl TextBlock {
    pub fn rows(&self) -> usize {
        self.records.len()
    }

    /// The text of a cell, `None` when absent.
    #[inline]
    pub fn cell(&self, row: usize, column: usize) -> Option<&str> {
        let span = *self.cells.get(row * self.width + column)?;
        self.slice(span)
    }

    /// The record of a row as it stood in the delivery.
    pub fn record(&self, row: usize) -> &str {
        self.records
            .get(row)
            .and_then(|span| self.slice(*span))
            .unwrap_or_default()
    }

    /// What the decoder says of the fault of a row, where that is more than its kind.
    pub fn detail(&self, row: u32) -> Option<&Title> {
        let at = self.faults.binary_search_by_key(&row, |fault| fault.row);
        match &self.faults.get(at.ok()?)?.kind {
            RowFaultKind::Syntax(why) => Some(why),
            _ => None,
        }
    }

    /// Bytes of the delivery that this block stands for, near enough for a progress bar.
    pub fn source_bytes(&self) -> u64 {
        self.text.len() as u64
    }

    #[inline]
    pub(crate) fn slice(&self, span: CellSpan) -> Option<&str> {
        let start = span.start as usize;
        self.text.get(start..start + span.len as usize)
    }
}
