//! JSON: one object a line, an array of objects, or a document with a list of objects somewhere in it.
//!
//! Lines and arrays are streamed, and read twice: the columns of all rows are known before the first row is
//! given out. A document is loaded, within a limit.

use std::collections::{HashMap, HashSet};
use std::io::{Cursor, Read};

use encoding_rs::UTF_8;
use serde_json::value::RawValue;
use yandu_check::block::RowFaultKind;

mod flat;
mod records;

use super::encoding::{self, Detected};
use super::header::{Header, MAX_COLUMNS};
use super::rows::RowJudge;
use super::serial::{Drain, blocks};
use super::source::{Input, LOADED_BYTES, Source, Transcoder, skip};
use super::{Error, Format, Hints, Limits, Opened, Report, Rows};
use flat::{flatten, members};
use records::{Layout, Record, Records};

/// Where the records of a file come from; can be opened again.
#[derive(Clone)]
enum Place {
    Stream(Source, Detected, Layout),
    /// The list inside a document, as JSON.
    List(std::sync::Arc<str>),
}

pub(crate) fn open(
    source: &Source,
    head: &[u8],
    hints: &Hints,
    limits: Limits,
) -> Result<Opened, Error> {
    let detected = source.detect_encoding(head, hints.encoding.as_deref())?;
    let (text, _) = detected
        .encoding
        .decode_without_bom_handling(head.get(detected.mark..).unwrap_or_default());
    let (format, place) = place(source, &detected, &text, hints)?;
    let columns = columns(&place, limits)?;
    if columns.is_empty() {
        return Err(Error::NoTable);
    }
    let header = Header {
        names: columns.clone(),
        ..Header::default()
    };
    let report = Report {
        encoding: Some(encoding::name(detected.encoding).to_owned()),
        encoding_reason: detected.reason.clone(),
        ..Report::of(format, &header, &[])
    };
    let judge = RowJudge::new(columns.clone(), Vec::new());
    let by_name: HashMap<String, usize> = columns
        .iter()
        .cloned()
        .enumerate()
        .map(|(place, name)| (name, place))
        .collect();
    let read = move |drain: &mut Drain| {
        let mut records = place.records(limits)?;
        while let Some(record) = records.next()? {
            give(&record, &by_name, limits, drain);
            if !drain.hand_on() {
                break;
            }
        }
        Ok(())
    };
    Ok(Opened {
        report,
        header: columns,
        rows: Rows::Serial(blocks(judge, "document", read)),
    })
}

/// Gives a record out as a row.
fn give(record: &Record, columns: &HashMap<String, usize>, limits: Limits, drain: &mut Drain) {
    if record.length > limits.record_bytes as u64 {
        let start = record.bytes.get(..STUB_BYTES).unwrap_or(&record.bytes);
        let fault = RowFaultKind::CellTooLong {
            bytes: record.length,
        };
        drain
            .rows
            .push_broken(&format!("{} ...", String::from_utf8_lossy(start)), fault);
        return;
    }
    let (text, fault) = match std::str::from_utf8(&record.bytes) {
        Ok(text) => {
            let replaced = text.contains('\u{FFFD}').then_some(RowFaultKind::Encoding);
            (std::borrow::Cow::Borrowed(text), replaced)
        }
        Err(_) => (
            String::from_utf8_lossy(&record.bytes),
            Some(RowFaultKind::Encoding),
        ),
    };
    let text = text.trim();
    let mut cells: Vec<Option<String>> = vec![None; columns.len()];
    let read = flatten(text, &mut |name, value| {
        if let Some(cell) = columns.get(name).and_then(|place| cells.get_mut(*place)) {
            *cell = value;
        }
    });
    if read.is_ok() {
        drain.rows.push_with_record(text, &cells, fault);
    } else {
        let fault = fault.unwrap_or_else(|| broken(text));
        drain.rows.push_broken(text, fault);
    }
}

/// Why a record is no JSON object. Nothing that stands in it is quoted: whoever handles the batch is told the reason,
/// also one who may not see the record.
fn broken(record: &str) -> RowFaultKind {
    match members(record) {
        Err(error) if error.is_data() => {
            RowFaultKind::syntax("不是 JSON 对象", "not a JSON object")
        }
        Err(error) => {
            let line = error.line();
            let torn = record.split('\n').nth(line.saturating_sub(1));
            // The parser counts bytes.
            let character = torn.unwrap_or_default().char_indices();
            let character = character
                .take_while(|(start, _)| *start < error.column())
                .count();
            RowFaultKind::syntax(
                format!("不是 JSON 对象：记录的第 {line} 行第 {character} 个字符处有误"),
                format!(
                    "not a JSON object: broken at line {line}, character {character} of the record"
                ),
            )
        }
        Ok(_) => RowFaultKind::syntax(
            "其中有无法识别的转义字符",
            "an escape in it stands for no character",
        ),
    }
}

const STUB_BYTES: usize = 200;

impl Place {
    fn records(&self, limits: Limits) -> Result<Records<Input>, Error> {
        let (input, layout): (Input, Layout) = match self {
            Self::Stream(source, detected, layout) => {
                let mut input = source.open()?;
                skip(&mut input, detected.mark)?;
                let input: Input = if detected.encoding == UTF_8 {
                    input
                } else {
                    Box::new(Transcoder::new(input, detected.encoding))
                };
                (input, *layout)
            }
            Self::List(list) => (
                Box::new(Cursor::new(std::sync::Arc::<[u8]>::from(list.clone()))),
                Layout::Array,
            ),
        };
        Ok(Records::new(input, layout, limits.record_bytes))
    }
}

/// Names of all columns, in the order in which they first occur.
fn columns(place: &Place, limits: Limits) -> Result<Vec<String>, Error> {
    let mut names: Vec<String> = Vec::new();
    let mut known: HashSet<String> = HashSet::new();
    let mut records = place.records(limits)?;
    while let Some(record) = records.next()? {
        let Ok(text) = std::str::from_utf8(&record.bytes) else {
            continue;
        };
        let mut found = Vec::new();
        let read = flatten(text.trim(), &mut |name, _| {
            if !known.contains(name) {
                found.push(name.to_owned());
            }
        });
        if read.is_ok() {
            for name in found {
                if known.insert(name.clone()) {
                    names.push(name);
                }
            }
        }
        if names.len() > MAX_COLUMNS {
            return Err(Error::TooManyColumns { limit: MAX_COLUMNS });
        }
    }
    Ok(names)
}

fn place(
    source: &Source,
    detected: &Detected,
    start: &str,
    hints: &Hints,
) -> Result<(Format, Place), Error> {
    let stream = |layout| Place::Stream(source.clone(), detected.clone(), layout);
    let pointer = hints.rows.as_deref().unwrap_or_default();
    let text = start.trim_start();
    if text.starts_with('[') && pointer.is_empty() {
        return Ok((Format::Json, stream(Layout::Array)));
    }
    let first = text.lines().next().unwrap_or_default();
    let one_line = text.trim_end().len() == first.trim_end().len();
    let line_is_object = members(first.trim()).is_ok();
    if pointer.is_empty() && text.starts_with('{') && line_is_object && !one_line {
        return Ok((Format::JsonLines, stream(Layout::Lines)));
    }
    let mut input = source.open()?;
    skip(&mut input, detected.mark)?;
    let mut input = Transcoder::new(input, detected.encoding).take(LOADED_BYTES + 1);
    let mut document = String::new();
    input
        .read_to_string(&mut document)
        .map_err(Error::from_read)?;
    if document.len() as u64 > LOADED_BYTES {
        return Err(Error::TooLarge {
            limit_bytes: LOADED_BYTES,
        });
    }
    if pointer.is_empty() && serde_json::from_str::<&RawValue>(document.trim()).is_err() {
        // The first line is torn; the others may be rows.
        let rows = document.lines().filter(|line| members(line.trim()).is_ok());
        if rows.count() > 0 {
            return Ok((Format::JsonLines, stream(Layout::Lines)));
        }
    }
    let list = if pointer.is_empty() {
        find_list(&document, 3)
    } else {
        at_pointer(&document, pointer)
    };
    match list {
        Some(list) => Ok((Format::Json, Place::List(list.into()))),
        None if pointer.is_empty() && line_is_object => {
            Ok((Format::JsonLines, stream(Layout::Lines)))
        }
        None if pointer.is_empty() => {
            Err(match serde_json::from_str::<&RawValue>(document.trim()) {
                Ok(_) => Error::NoTable,
                Err(error) => Error::damaged("document", error),
            })
        }
        None => Err(Error::NoSuchPath {
            path: pointer.to_owned(),
        }),
    }
}

/// The longest list of objects in a document, not deeper than `depth`.
fn find_list(value: &str, depth: usize) -> Option<&str> {
    let members = members(value.trim()).ok()?;
    let mut best: Option<&str> = None;
    for (_, member) in members {
        let text = member.get();
        let found = match text.bytes().next() {
            Some(b'[') if is_list_of_objects(text) => Some(text),
            Some(b'{') if depth > 0 => find_list(text, depth - 1),
            _ => None,
        };
        if found.map_or(0, str::len) > best.map_or(0, str::len) {
            best = found;
        }
    }
    best
}

fn is_list_of_objects(list: &str) -> bool {
    list.strip_prefix('[')
        .is_some_and(|inside| inside.trim_start().starts_with('{'))
}

/// The list at a JSON pointer (RFC 6901).
fn at_pointer<'a>(document: &'a str, pointer: &str) -> Option<&'a str> {
    let mut value = document.trim();
    for step in pointer.strip_prefix('/')?.split('/') {
        let step = step.replace("~1", "/").replace("~0", "~");
        value = if value.starts_with('[') {
            let elements: Vec<&RawValue> = serde_json::from_str(value).ok()?;
            elements.get(step.parse::<usize>().ok()?)?.get()
        } else {
            let members = members(value).ok()?;
            members.into_iter().find(|(key, _)| *key == step)?.1.get()
        };
    }
    value.starts_with('[').then_some(value)
}
