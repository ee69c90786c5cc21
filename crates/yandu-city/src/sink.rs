//! Where a row goes, cell by cell: into the bytes of a file, or into texts that a defect can be worked into.

use crate::term::{Charset, Term, encode};

pub(crate) trait Sink {
    fn begin(&mut self);
    fn ascii(&mut self, bytes: &[u8]);
    fn term(&mut self, term: &Term);
    /// A text that stands in no list of words; it is encoded, and escaped where the format needs it.
    fn text(&mut self, text: &str);
    /// Marks the cell as one that a csv has to quote.
    fn quote(&mut self);
    fn end(&mut self);
    /// A whole cell without a value.
    fn absent(&mut self);

    fn number(&mut self, mut number: u64) {
        let mut digits = [0_u8; 20];
        let mut count = 0;
        for place in digits.iter_mut().rev() {
            *place = b'0' + (number % 10) as u8;
            number /= 10;
            count += 1;
            if number == 0 {
                break;
            }
        }
        self.ascii(digits.get(20 - count..).unwrap_or_default());
    }

    /// Hundredths as a decimal with two places.
    fn cents(&mut self, cents: i64) {
        if cents < 0 {
            self.ascii(b"-");
        }
        let cents = cents.unsigned_abs();
        self.number(cents / 100);
        let rest = (cents % 100) as u8;
        self.ascii(&[b'.', b'0' + rest / 10, b'0' + rest % 10]);
    }

    fn ascii_cell(&mut self, bytes: &[u8]) {
        self.begin();
        self.ascii(bytes);
        self.end();
    }

    fn term_cell(&mut self, term: &Term) {
        self.begin();
        self.term(term);
        self.end();
    }

    fn number_cell(&mut self, number: u64) {
        self.begin();
        self.number(number);
        self.end();
    }

    fn cents_cell(&mut self, cents: i64) {
        self.begin();
        self.cents(cents);
        self.end();
    }
}

/// A row of one dataset.
pub(crate) trait Row {
    fn write<S: Sink>(&self, sink: &mut S);
}

/// What stands around the cells of a delivery.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    pub(crate) charset: Charset,
    pub(crate) row_open: &'static str,
    pub(crate) row_close: &'static str,
    pub(crate) cells: Vec<CellFrame>,
    pub(crate) escape: Escape,
}

#[derive(Debug, Clone)]
pub(crate) struct CellFrame {
    pub(crate) open: String,
    pub(crate) close: &'static str,
    /// Written in place of a cell that has no value.
    pub(crate) absent: String,
    /// The cell in quotation marks, for a value of the wrong type.
    pub(crate) quoted: Option<(String, &'static str)>,
}

/// How a format writes what its own signs would break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Escape {
    Csv,
    Html,
    Json,
    Sql,
}

impl Frame {
    pub(crate) fn csv(charset: Charset, columns: usize) -> Self {
        let cell = |at: usize| CellFrame {
            open: if at == 0 { String::new() } else { ",".into() },
            close: "",
            absent: if at == 0 { String::new() } else { ",".into() },
            quoted: None,
        };
        Self {
            charset,
            row_open: "",
            row_close: "\r\n",
            cells: (0..columns).map(cell).collect(),
            escape: Escape::Csv,
        }
    }

    pub(crate) fn html(columns: usize) -> Self {
        let cell = |_| CellFrame {
            open: "<td>".into(),
            close: "</td>",
            absent: "<td></td>".into(),
            quoted: None,
        };
        Self {
            charset: Charset::GbkInHtml,
            row_open: "<tr>",
            row_close: "</tr>\r\n",
            cells: (0..columns).map(cell).collect(),
            escape: Escape::Html,
        }
    }

    /// JSON lines from what stands before and after each value, in place of a missing one, and before one
    /// that is quoted against its type.
    pub(crate) fn json(cells: &[[&'static str; 4]]) -> Self {
        let cell = |[open, close, absent, quoted]: &[&'static str; 4]| CellFrame {
            open: (*open).to_owned(),
            close,
            absent: (*absent).to_owned(),
            quoted: (!quoted.is_empty()).then(|| ((*quoted).to_owned(), "\"")),
        };
        Self {
            charset: Charset::Utf8,
            row_open: "{",
            row_close: "}\n",
            cells: cells.iter().map(cell).collect(),
            escape: Escape::Json,
        }
    }

    /// The cell that the column at `at` has; past the last column the last one's.
    pub(crate) fn cell(&self, at: usize) -> Option<&CellFrame> {
        self.cells.get(at).or_else(|| self.cells.last())
    }

    pub(crate) fn write_row<R: Row>(&self, row: &R, out: &mut Vec<u8>) {
        let mut sink = Framed {
            frame: self,
            out,
            column: 0,
        };
        sink.out.extend_from_slice(self.row_open.as_bytes());
        row.write(&mut sink);
        out.extend_from_slice(self.row_close.as_bytes());
    }

    /// Writes cells that hold any text, with the escapes that the format needs.
    pub(crate) fn write_cells(&self, cells: &[Cell], out: &mut Vec<u8>) {
        out.extend_from_slice(self.row_open.as_bytes());
        for (at, cell) in cells.iter().enumerate() {
            let Some(frame) = self.cell(at) else { continue };
            match cell {
                Cell::Absent => out.extend_from_slice(frame.absent.as_bytes()),
                Cell::Text(text) => {
                    out.extend_from_slice(frame.open.as_bytes());
                    self.write_text(text, out);
                    out.extend_from_slice(frame.close.as_bytes());
                }
                Cell::Quoted(text) => {
                    let (open, close) = match &frame.quoted {
                        Some((open, close)) => (open.as_str(), *close),
                        None => (frame.open.as_str(), frame.close),
                    };
                    out.extend_from_slice(open.as_bytes());
                    self.write_text(text, out);
                    out.extend_from_slice(close.as_bytes());
                }
                Cell::Foreign(bytes) => {
                    out.extend_from_slice(frame.open.as_bytes());
                    out.extend_from_slice(bytes);
                    out.extend_from_slice(frame.close.as_bytes());
                }
            }
        }
        out.extend_from_slice(self.row_close.as_bytes());
    }

    fn write_text(&self, text: &str, out: &mut Vec<u8>) {
        let escaped;
        let text = match self.escape {
            Escape::Csv if text.contains([',', '"', '\r', '\n']) => {
                escaped = format!("\"{}\"", text.replace('"', "\"\""));
                &escaped
            }
            Escape::Html if text.contains(['&', '<', '>']) => {
                escaped = text
                    .replace('&', "&amp;")
                    .replace('<', "&lt;")
                    .replace('>', "&gt;");
                &escaped
            }
            Escape::Json if text.contains(['"', '\\']) => {
                escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
                &escaped
            }
            Escape::Sql if text.contains('\'') => {
                escaped = text.replace('\'', "''");
                &escaped
            }
            _ => text,
        };
        if self.charset == Charset::Utf8 {
            out.extend_from_slice(text.as_bytes());
        } else {
            out.extend_from_slice(&encode(text, self.charset));
        }
    }
}

struct Framed<'a> {
    frame: &'a Frame,
    out: &'a mut Vec<u8>,
    column: usize,
}

impl Sink for Framed<'_> {
    #[inline]
    fn begin(&mut self) {
        if let Some(cell) = self.frame.cells.get(self.column) {
            self.out.extend_from_slice(cell.open.as_bytes());
        }
    }

    #[inline]
    fn ascii(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    #[inline]
    fn term(&mut self, term: &Term) {
        self.out.extend_from_slice(term.bytes(self.frame.charset));
    }

    fn text(&mut self, text: &str) {
        self.frame.write_text(text, self.out);
    }

    #[inline]
    fn quote(&mut self) {
        if self.frame.escape == Escape::Csv {
            self.out.push(b'"');
        }
    }

    #[inline]
    fn end(&mut self) {
        if let Some(cell) = self.frame.cells.get(self.column) {
            self.out.extend_from_slice(cell.close.as_bytes());
        }
        self.column += 1;
    }

    #[inline]
    fn absent(&mut self) {
        if let Some(cell) = self.frame.cells.get(self.column) {
            self.out.extend_from_slice(cell.absent.as_bytes());
        }
        self.column += 1;
    }
}

/// One cell of a row that is worked on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Cell {
    Absent,
    Text(String),
    /// A text where the format would write a number.
    Quoted(String),
    /// Bytes that are no text in the encoding of the delivery.
    Foreign(Vec<u8>),
}

impl Cell {
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Quoted(text) => text,
            Self::Absent | Self::Foreign(_) => "",
        }
    }
}

/// Collects the cells of a row as texts.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    cells: Vec<Cell>,
    open: String,
}

impl Texts {
    pub(crate) fn of<R: Row>(row: &R) -> Vec<Cell> {
        let mut sink = Self::default();
        row.write(&mut sink);
        sink.cells
    }
}

impl Sink for Texts {
    fn begin(&mut self) {
        self.open.clear();
    }

    fn ascii(&mut self, bytes: &[u8]) {
        self.open.extend(bytes.iter().map(|byte| char::from(*byte)));
    }

    fn term(&mut self, term: &Term) {
        self.open.push_str(term.text());
    }

    fn text(&mut self, text: &str) {
        self.open.push_str(text);
    }

    fn quote(&mut self) {}

    fn end(&mut self) {
        self.cells.push(Cell::Text(std::mem::take(&mut self.open)));
    }

    fn absent(&mut self) {
        self.cells.push(Cell::Absent);
    }
}
