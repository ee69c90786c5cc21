//! Turns a block of whole records into rows of text: the pure half of decoding, for any number of threads.

use std::sync::Arc;

use encoding_rs::{DecoderResult, Encoding, UTF_8};
use memchr::memchr;
use yandu_check::block::{CellSpan, RowFault, RowFaultKind, TextBlock};

use super::super::rows::{RowJudge, has_control};
use super::cutter::RawBlock;
use super::hits::for_each_hit;
use super::scanner::{Cell, Record, Scanner, unescape};

/// Decodes and splits blocks. Cheap to clone, and a block does not depend on the blocks before it.
///
/// A cell that is empty and unquoted is absent; a quoted empty cell is the empty text (as `COPY … CSV` of
/// PostgreSQL reads them).
#[derive(Debug, Clone)]
pub struct Parser {
    pub(crate) scanner: Scanner,
    pub(crate) encoding: &'static Encoding,
    /// The text was transcoded before it was cut, and U+FFFD stands for what could not be.
    pub(crate) transcoded: bool,
    /// Rows may end with a delimiter that opens no cell.
    pub(crate) trailing_delimiter: bool,
    pub(crate) judge: Arc<RowJudge>,
}

impl Parser {
    /// Number of cells of every row.
    pub fn width(&self) -> usize {
        self.judge.width()
    }

    /// The rows of a block.
    pub fn parse(&self, raw: RawBlock) -> TextBlock {
        let RawBlock {
            bytes,
            first_row,
            rows,
            marks,
            ..
        } = raw;
        let (text, undecoded) = self.decode(&bytes, &marks);
        let mut reading = Reading {
            parser: self,
            block: TextBlock {
                text: String::new(),
                cells: Vec::with_capacity(rows as usize * self.width() + self.width()),
                records: Vec::with_capacity(rows as usize),
                width: self.width(),
                first_row,
                faults: Vec::new(),
            },
            extra: String::new(),
        };
        let quoted = self
            .scanner
            .quote
            .is_some_and(|quote| memchr(quote, text.as_bytes()).is_some());
        if quoted || !marks.is_empty() || self.scanner.newline != b'\n' {
            reading.read_quoted(&text, &marks);
        } else {
            reading.read_plain(&text);
        }
        let Reading {
            mut block, extra, ..
        } = reading;
        block.text = text;
        block.text.push_str(&extra);
        self.add_encoding_faults(&mut block, undecoded);
        add_control_faults(&mut block);
        block
            .faults
            .sort_by_key(|fault| (fault.row, weight(&fault.kind)));
        block.faults.dedup_by_key(|fault| fault.row);
        block
    }

    /// The block as UTF-8, and the rows that have bytes which are not text.
    fn decode(&self, bytes: &[u8], marks: &[(u32, RowFaultKind)]) -> (String, Vec<u32>) {
        if self.encoding == UTF_8 {
            // Checking by vectors and copying is quicker than the check that `String::from_utf8` makes.
            return match simdutf8::basic::from_utf8(bytes) {
                Ok(text) => (text.to_owned(), Vec::new()),
                Err(_) => self.decode_rows(bytes, marks),
            };
        }
        let mut decoder = self.encoding.new_decoder_without_bom_handling();
        let room = decoder
            .max_utf8_buffer_length_without_replacement(bytes.len())
            .unwrap_or(bytes.len() * 3);
        let mut text = String::with_capacity(room);
        match decoder.decode_to_string_without_replacement(bytes, &mut text, true) {
            (DecoderResult::InputEmpty, _) => (text, Vec::new()),
            _ => self.decode_rows(bytes, marks),
        }
    }

    fn decode_rows(&self, bytes: &[u8], marks: &[(u32, RowFaultKind)]) -> (String, Vec<u32>) {
        let mut text = String::with_capacity(bytes.len() + bytes.len() / 2);
        let mut undecoded = Vec::new();
        let mut row = 0;
        let mut start = 0;
        while start < bytes.len() {
            let (end, next) = self.record(bytes, start, row, marks);
            let record = bytes.get(start..next).unwrap_or_default();
            let (decoded, broken) = self.encoding.decode_without_bom_handling(record);
            text.push_str(&decoded);
            let content = bytes.get(start..end).unwrap_or_default();
            if !self.scanner.is_blank(content) {
                if broken {
                    undecoded.push(row);
                }
                row += 1;
            }
            start = next;
        }
        (text, undecoded)
    }

    /// End of the content and start of the next record.
    fn record(
        &self,
        bytes: &[u8],
        start: usize,
        row: u32,
        marks: &[(u32, RowFaultKind)],
    ) -> (usize, usize) {
        let record = if mark(marks, row).is_some() {
            self.scanner.line(bytes, start, true)
        } else {
            self.scanner.record(bytes, start, true)
        };
        match record {
            Record::Whole { end, next } => (end, next),
            Record::Partial | Record::Stray => (bytes.len(), bytes.len()),
        }
    }

    fn add_encoding_faults(&self, block: &mut TextBlock, undecoded: Vec<u32>) {
        let fault = |row| RowFault {
            row,
            kind: RowFaultKind::Encoding,
        };
        block.faults.extend(undecoded.into_iter().map(fault));
        if self.transcoded && block.text.contains('\u{FFFD}') {
            let rows = (0..block.rows()).filter(|row| block.record(*row).contains('\u{FFFD}'));
            let faults: Vec<RowFault> = rows.map(|row| fault(row as u32)).collect();
            block.faults.extend(faults);
        }
    }
}

fn mark(marks: &[(u32, RowFaultKind)], row: u32) -> Option<&RowFaultKind> {
    marks
        .iter()
        .find(|(marked, _)| *marked == row)
        .map(|(_, kind)| kind)
}

/// Order of the faults of one row; the first is kept, the others follow from it.
fn weight(kind: &RowFaultKind) -> u8 {
    match kind {
        RowFaultKind::CellTooLong { .. } => 0,
        RowFaultKind::OpenQuote => 1,
        // A torn record often ends inside a character.
        RowFaultKind::CellCount { .. } => 2,
        RowFaultKind::Encoding => 3,
        RowFaultKind::ControlCharacter => 4,
        RowFaultKind::Syntax(_) => 5,
    }
}

fn add_control_faults(block: &mut TextBlock) {
    if !has_control(&block.text) {
        return;
    }
    let rows = (0..block.rows()).filter(|row| has_control(block.record(*row)));
    let faults: Vec<RowFault> = rows
        .map(|row| RowFault {
            row: row as u32,
            kind: RowFaultKind::ControlCharacter,
        })
        .collect();
    block.faults.extend(faults);
}

struct Reading<'a> {
    parser: &'a Parser,
    block: TextBlock,
    extra: String,
}

impl Reading<'_> {
    fn read_plain(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let delimiter = self.parser.scanner.delimiter;
        let mut record = 0;
        let mut cell = 0;
        let mut row_base = 0;
        for_each_hit(bytes, delimiter, b'\n', |at, newline| {
            if !newline {
                self.block.cells.push(span(cell, at));
                cell = at + 1;
                return;
            }
            let returned = at > record && bytes.get(at - 1) == Some(&b'\r');
            let end = if returned { at - 1 } else { at };
            self.block.cells.push(span(cell, end));
            row_base = self.end_row(text, row_base, record, end);
            record = at + 1;
            cell = record;
        });
        if record < bytes.len() {
            let returned = bytes.last() == Some(&b'\r');
            let end = if returned {
                bytes.len() - 1
            } else {
                bytes.len()
            };
            self.block.cells.push(span(cell, end.max(cell)));
            self.end_row(text, row_base, record, end);
        }
    }

    fn read_quoted(&mut self, text: &str, marks: &[(u32, RowFaultKind)]) {
        let bytes = text.as_bytes();
        let mut start = 0;
        while start < bytes.len() {
            let row_base = self.block.cells.len();
            let row = self.block.records.len() as u32;
            let fault = mark(marks, row);
            let (end, next) = if fault.is_some() {
                let (end, next) = self.parser.record(bytes, start, row, marks);
                self.split_plain(text, start, end);
                (end, next)
            } else {
                self.split(text, start)
            };
            let rows = self.block.records.len();
            self.end_row(text, row_base, start, end);
            if let (Some(kind), true) = (fault, self.block.records.len() > rows) {
                self.block.faults.push(RowFault {
                    row,
                    kind: kind.clone(),
                });
            }
            start = next;
        }
    }

    /// The cells of the line from `start` to `end`, whatever quotes it has.
    fn split_plain(&mut self, text: &str, start: usize, end: usize) {
        let record = text.as_bytes().get(start..end).unwrap_or_default();
        let cells = &mut self.block.cells;
        self.parser.scanner.cells(record, true, |cell| {
            if let Cell::Plain { start: from, end } = cell {
                cells.push(span(start + from, start + end));
            }
        });
    }

    /// The cells of the record that starts at `start`; gives its end and the start of the next one.
    fn split(&mut self, text: &str, start: usize) -> (usize, usize) {
        let (cells, extra) = (&mut self.block.cells, &mut self.extra);
        let quote = self.parser.scanner.quote.unwrap_or_default();
        let scanner = self.parser.scanner;
        scanner.split(text.as_bytes(), start, |cell| match cell {
            Cell::Plain { start, end } => cells.push(span(start, end)),
            Cell::Quoted {
                start,
                end,
                inner: false,
            } => cells.push(CellSpan::new(start, end)),
            Cell::Quoted {
                start,
                end,
                inner: true,
            } => {
                let begin = text.len() + extra.len();
                unescape(text.get(start..end).unwrap_or_default(), quote, extra);
                cells.push(CellSpan::new(begin, text.len() + extra.len()));
            }
        })
    }

    /// Ends a row whose cells stand from `row_base` on; gives where the cells of the next row start.
    fn end_row(&mut self, text: &str, row_base: usize, start: usize, end: usize) -> usize {
        let parser = self.parser;
        let width = parser.width();
        let record = text.as_bytes().get(start..end).unwrap_or_default();
        if parser.scanner.is_blank(record) {
            self.block.cells.truncate(row_base);
            return row_base;
        }
        let row = self.block.records.len() as u32;
        let found = self.block.cells.len() - row_base;
        if found != width {
            let surplus = parser.trailing_delimiter
                && found == width + 1
                && self.block.cells.last().is_some_and(|cell| cell.is_absent());
            if !surplus {
                self.block.faults.push(RowFault {
                    row,
                    kind: RowFaultKind::CellCount {
                        found: found as u32,
                        expected: width as u32,
                    },
                });
            }
            self.block.cells.resize(row_base + width, CellSpan::ABSENT);
        }
        self.block.records.push(CellSpan::new(start, end));
        let cells = self.block.cells.get(row_base..).unwrap_or_default();
        let extra = &self.extra;
        let cell = |at: usize| {
            let span = cells.get(at)?;
            let (from, length) = (span.start as usize, span.len as usize);
            if span.is_absent() {
                None
            } else if from < text.len() {
                text.get(from..from + length)
            } else {
                extra.get(from - text.len()..from - text.len() + length)
            }
        };
        if let Some(kind) = parser.judge.fault(cell) {
            self.block.faults.push(RowFault { row, kind });
        }
        row_base + width
    }
}

fn span(start: usize, end: usize) -> CellSpan {
    if start == end {
        CellSpan::ABSENT
    } else {
        CellSpan::new(start, end)
    }
}

/// The cells of one record, for the rows at the start of a file.
pub(crate) fn split_record(scanner: Scanner, record: &str, plain: bool) -> Vec<Option<String>> {
    let mut cells = Vec::new();
    scanner.cells(record.as_bytes(), plain, |cell| {
        cells.push(match cell {
            Cell::Plain { start, end } => record
                .get(start..end)
                .filter(|text| !text.is_empty())
                .map(str::to_owned),
            Cell::Quoted { start, end, .. } => {
                let mut text = String::new();
                let content = record.get(start..end).unwrap_or_default();
                unescape(content, scanner.quote.unwrap_or_default(), &mut text);
                Some(text)
            }
        });
    });
    cells
}

/// One record of the start of a file: its place, and its line alone when its quotes make no sense.
pub(crate) fn first_record(
    scanner: Scanner,
    bytes: &[u8],
    start: usize,
    last: bool,
) -> Option<Head> {
    if start >= bytes.len() {
        return None;
    }
    let (record, plain) = match scanner.record(bytes, start, last) {
        Record::Stray => (scanner.line(bytes, start, last), true),
        record => (record, false),
    };
    match record {
        Record::Whole { end, next } => Some(Head { end, next, plain }),
        Record::Partial | Record::Stray => None,
    }
}

pub(crate) struct Head {
    pub(crate) end: usize,
    pub(crate) next: usize,
    pub(crate) plain: bool,
}
