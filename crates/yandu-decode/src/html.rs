//! HTML tables, which many systems export under the name of a workbook, and XML workbooks of Excel 2003.
//!
//! The document is read twice as a stream: first to choose the table, then for its rows.

use std::io::Read;

use encoding_rs::UTF_8;
use html5ever::TokenizerResult;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{BufferQueue, Tokenizer, TokenizerOpts};
use yandu_check::block::RowFaultKind;

mod grid;
mod walk;

use super::encoding::{self, Detected};
use super::header::{self, Cells, Header};
use super::rows::RowJudge;
use super::serial::blocks;
use super::source::{Source, Transcoder, skip};
use super::{Error, Format, Hints, Opened, Report, Rows};
use walk::{Row, Walker};

const TABLES: usize = 500;
const CHUNK: usize = 1 << 16;

pub(crate) fn open(source: &Source, head: &[u8], hints: &Hints) -> Result<Opened, Error> {
    let detected = encoding_of(source, head, hints)?;
    let chosen = choose(source, &detected, hints)?;
    let Header {
        names,
        written,
        notes,
        ..
    } = chosen.header.clone();
    let mut report = Report {
        encoding: Some(encoding::name(detected.encoding).to_owned()),
        encoding_reason: detected.reason.clone(),
        notes,
        ..Report::of(Format::Html, &chosen.header, &chosen.rows)
    };
    if chosen.tables > 1 {
        let note = format!("table {} of {} was read", chosen.table + 1, chosen.tables);
        report.notes.push(note);
    }
    let judge = RowJudge::new(names.clone(), written);
    let (source, table, width) = (source.clone(), chosen.table, judge.width());
    let mut above = chosen.header.data_start();
    let read = move |drain: &mut super::serial::Drain| {
        each_row(&source, &detected, &mut |row| {
            if row.table != table {
                return true;
            }
            if above > 0 {
                above -= 1;
                return true;
            }
            let fault = row
                .too_long
                .map(|bytes| RowFaultKind::CellTooLong { bytes });
            drain
                .rows
                .push(&row.cells, fault.or(too_short(&row, width)));
            drain.hand_on()
        })
    };
    Ok(Opened {
        report,
        header: names,
        rows: Rows::Serial(blocks(judge, "document", read)),
    })
}

/// The fault of a row that says something and lacks cells. A row that says nothing is no row.
fn too_short(row: &Row, width: usize) -> Option<RowFaultKind> {
    let found = row.found.filter(|found| *found < width)?;
    let is_blank = row
        .cells
        .iter()
        .flatten()
        .all(|text| text.trim().is_empty());
    (!is_blank).then_some(RowFaultKind::CellCount {
        found: found as u32,
        expected: width as u32,
    })
}

/// The encoding by mark, declaration or `meta`; where the bytes contradict `meta`, they are right.
fn encoding_of(source: &Source, head: &[u8], hints: &Hints) -> Result<Detected, Error> {
    let detected = source.detect_encoding(head, hints.encoding.as_deref())?;
    if detected.mark > 0 || hints.encoding.is_some() || detected.encoding == UTF_8 {
        return Ok(detected);
    }
    let named = charset(head).and_then(|label| encoding::by_label(&label).ok());
    Ok(match named {
        Some(encoding) if encoding != UTF_8 && encoding != detected.encoding => Detected {
            encoding,
            reason: "the document names it".to_owned(),
            mark: 0,
        },
        _ => detected,
    })
}

/// The name after `charset=` or `encoding=` at the start of a document.
fn charset(head: &[u8]) -> Option<String> {
    let start: String = head
        .iter()
        .take(4096)
        .map(|byte| char::from(byte.to_ascii_lowercase()))
        .collect();
    let (_, after) = start
        .split_once("charset=")
        .or_else(|| start.split_once("encoding="))?;
    let label: String = after
        .trim_start_matches(['"', '\'', ' '])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        .collect();
    (!label.is_empty()).then_some(label)
}

struct Chosen {
    table: usize,
    tables: usize,
    header: Header,
    rows: Vec<Cells>,
}

/// The start of one table, and how many cells it has.
#[derive(Default)]
struct Candidate {
    rows: Vec<Cells>,
    filled: usize,
}

/// The table with most of the declared names, then the one with most filled cells.
fn choose(source: &Source, detected: &Detected, hints: &Hints) -> Result<Chosen, Error> {
    let mut candidates: Vec<Candidate> = Vec::new();
    each_row(source, detected, &mut |row| {
        if row.table >= TABLES {
            return true;
        }
        if candidates.len() <= row.table {
            candidates.resize_with(row.table + 1, Candidate::default);
        }
        if let Some(candidate) = candidates.get_mut(row.table) {
            candidate.filled += row.cells.iter().flatten().count();
            if candidate.rows.len() < header::LOOKED_AT {
                candidate.rows.push(row.cells);
            }
        }
        true
    })?;
    let tables = candidates
        .iter()
        .filter(|candidate| candidate.filled > 0)
        .count();
    let mut best: Option<(usize, Chosen)> = None;
    let mut failure = Error::NoTable;
    for (table, candidate) in candidates.into_iter().enumerate() {
        let header = match header::find(&candidate.rows, hints) {
            Ok(header) => header,
            Err(Error::NoTable) => continue,
            Err(error) => {
                failure = error;
                continue;
            }
        };
        let better = best.as_ref().is_none_or(|(filled, chosen)| {
            (header.known, candidate.filled) > (chosen.header.known, *filled)
        });
        if better {
            let chosen = Chosen {
                table,
                tables,
                header,
                rows: candidate.rows,
            };
            best = Some((candidate.filled, chosen));
        }
    }
    best.map(|(_, chosen)| chosen).ok_or(failure)
}

/// Calls `each` with every row of every table until it says no.
fn each_row(
    source: &Source,
    detected: &Detected,
    each: &mut dyn FnMut(Row) -> bool,
) -> Result<(), Error> {
    let mut input = source.open()?;
    skip(&mut input, detected.mark)?;
    let mut input = Transcoder::new(input, detected.encoding);
    let tokenizer = Tokenizer::new(Walker::default(), TokenizerOpts::default());
    let queue = BufferQueue::default();
    let mut carried: Vec<u8> = Vec::new();
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = input.read(&mut chunk).map_err(Error::from_read)?;
        if read == 0 {
            break;
        }
        carried.extend_from_slice(chunk.get(..read).unwrap_or_default());
        let text = match std::str::from_utf8(&carried) {
            Ok(text) => text,
            Err(error) => {
                let whole = carried.get(..error.valid_up_to()).unwrap_or_default();
                std::str::from_utf8(whole).unwrap_or_default()
            }
        };
        let length = text.len();
        queue.push_back(StrTendril::from(text));
        carried.drain(..length);
        while let TokenizerResult::Script(()) = tokenizer.feed(&queue) {}
        for row in tokenizer.sink.take_rows() {
            if !each(row) {
                return Ok(());
            }
        }
    }
    tokenizer.end();
    for row in tokenizer.sink.take_rows() {
        if !each(row) {
            break;
        }
    }
    Ok(())
}
