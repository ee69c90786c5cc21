//! Delimited text: found out about on a sample, then cut sequentially and parsed in parallel.

use std::io::{Cursor, Read};
use std::sync::Arc;

use encoding_rs::{BIG5, EUC_JP, EUC_KR, Encoding, GB18030, GBK, SHIFT_JIS, UTF_8};
use yandu_check::block::TextBlock;

mod cutter;
mod dialect;
mod hits;
mod parser;
mod scanner;

pub use cutter::{Cutter, Limits, RawBlock};
pub use parser::Parser;

use super::encoding::Detected;
use super::header::{self, Cells};
use super::rows::RowJudge;
use super::source::{HEAD_BYTES, Input, Source, Transcoder, read_up_to, skip};
use super::{Error, Format, Hints, Opened, Report, Rows};
use parser::{first_record, split_record};
use scanner::Scanner;

/// The two steps over the rows of a delimited text.
pub struct Delimited {
    pub cutter: Cutter<Input>,
    pub parser: Parser,
}

impl Delimited {
    /// Both steps one after the other on the calling thread.
    pub fn into_blocks(self) -> impl Iterator<Item = Result<TextBlock, Error>> + Send {
        let Self { cutter, parser } = self;
        cutter.map(move |block| Ok(parser.parse(block?)))
    }
}

/// Whether ASCII bytes below `0`, and the few between digits and letters, only ever stand for themselves.
fn keeps_separators(encoding: &'static Encoding, delimiter: u8) -> bool {
    let many_bytes = [GB18030, GBK, BIG5, EUC_KR, EUC_JP, SHIFT_JIS].contains(&encoding);
    encoding == UTF_8
        || encoding.is_single_byte()
        || (many_bytes && (delimiter < 0x30 || (0x3A..=0x3F).contains(&delimiter)))
}

pub(crate) fn open(
    source: &Source,
    head: &[u8],
    hints: &Hints,
    limits: Limits,
) -> Result<Opened, Error> {
    if let Some(delimiter) = hints.delimiter
        && (!delimiter.is_ascii()
            || delimiter.is_ascii_alphanumeric()
            || matches!(delimiter, '\r' | '\n' | '"'))
    {
        return Err(Error::UnknownDelimiter { delimiter });
    }
    let detected = source.detect_encoding(head, hints.encoding.as_deref())?;
    let complete = head.len() < HEAD_BYTES;
    let (text, _) = detected
        .encoding
        .decode_without_bom_handling(head.get(detected.mark..).unwrap_or_default());
    let dialect = dialect::detect(&text, complete, hints);
    let scanner = dialect.scanner;
    let transcoded = !keeps_separators(detected.encoding, scanner.delimiter);
    let mut input = prepared(source, &detected, transcoded)?;
    let sample = read_up_to(&mut input, HEAD_BYTES)?;
    let encoding = if transcoded { UTF_8 } else { detected.encoding };

    let start = Start::read(scanner, encoding, &sample, sample.len() < HEAD_BYTES);
    if start.rows.iter().all(|row| row.iter().all(Option::is_none)) {
        return Err(Error::NoTable);
    }
    let mut header = header::find(&start.rows, hints)?;
    let data_start = header.data_start();
    let trailing_delimiter = start.ends_with_delimiters(data_start, header.names.len());
    let data_offset = data_start
        .checked_sub(1)
        .map_or(Some(0), |last| start.ends.get(last).copied())
        .ok_or(Error::NoSuchRow {
            row: data_start as u32,
        })?;

    let width = header.names.len();
    let judge = Arc::new(RowJudge::new(header.names.clone(), header.written.clone()));
    let mut notes = dialect.notes;
    notes.append(&mut header.notes);
    if trailing_delimiter {
        notes.push("rows end with a delimiter that opens no cell".to_owned());
    }
    let report = Report {
        encoding: Some(super::encoding::name(detected.encoding).to_owned()),
        encoding_reason: detected.reason,
        delimiter: Some(char::from(scanner.delimiter)),
        quote: scanner.quote.map(char::from),
        line_end: Some(dialect.line_end.to_owned()),
        notes,
        ..Report::of(Format::Csv, &header, &start.rows)
    };
    let rest = Cursor::new(sample.get(data_offset..).unwrap_or_default().to_vec());
    let input: Input = Box::new(rest.chain(input));
    Ok(Opened {
        report,
        header: header.names,
        rows: Rows::Delimited(Box::new(Delimited {
            cutter: Cutter::new(input, scanner, width, limits),
            parser: Parser {
                scanner,
                encoding,
                transcoded,
                trailing_delimiter,
                judge,
            },
        })),
    })
}

/// The text after its byte order mark, transcoded where needed.
fn prepared(source: &Source, detected: &Detected, transcoded: bool) -> Result<Input, Error> {
    let mut input = source.open()?;
    skip(&mut input, detected.mark)?;
    Ok(if transcoded {
        Box::new(Transcoder::new(input, detected.encoding))
    } else {
        input
    })
}

/// The records at the start of a text.
struct Start {
    rows: Vec<Cells>,
    /// Where each record ends, in bytes.
    ends: Vec<usize>,
}

impl Start {
    fn read(scanner: Scanner, encoding: &'static Encoding, sample: &[u8], complete: bool) -> Self {
        let mut start = Self {
            rows: Vec::new(),
            ends: Vec::new(),
        };
        let mut at = 0;
        while start.rows.len() < header::LOOKED_AT {
            let Some(record) = first_record(scanner, sample, at, complete) else {
                break;
            };
            let bytes = sample.get(at..record.end).unwrap_or_default();
            start.rows.push(if scanner.is_blank(bytes) {
                Cells::new()
            } else {
                let (text, _) = encoding.decode_without_bom_handling(bytes);
                split_record(scanner, &text, record.plain)
            });
            start.ends.push(record.next);
            at = record.next;
        }
        start
    }

    /// Whether the rows of data have one empty cell more than the header has names.
    fn ends_with_delimiters(&self, data_start: usize, width: usize) -> bool {
        let data = self.rows.get(data_start..).unwrap_or_default();
        let mut rows = data.iter().filter(|row| !row.is_empty()).peekable();
        rows.peek().is_some()
            && rows.all(|row| row.len() == width + 1 && row.last().is_some_and(Option::is_none))
    }
}

#[cfg(test)]
mod tests;
