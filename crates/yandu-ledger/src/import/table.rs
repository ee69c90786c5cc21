//! Tables of catalogues: a header and a line for each entry.

use std::fs;
use std::path::Path;

use calamine::{Data, Reader as _, open_workbook_auto};
use serde_json::{Map, Value, json};
use tokio::sync::mpsc::Sender;

use super::line::Line;
use super::{CHUNK, Fault, Read, word};
use crate::{Error, Result};

/// The largest table, in bytes, and what a workbook may unpack to.
const LARGEST: u64 = 512 << 20;
const UNPACKED: u64 = 1 << 30;

pub(super) fn read_csv(path: &Path, sender: &Sender<Read>) -> Result<()> {
    check_size(path)?;
    let bytes = fs::read(path).map_err(|error| unreadable(&error))?;
    let text = decoded(&bytes)?;
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(&text))
        .from_reader(text.as_bytes());
    let rows = reader.records().map(|record| match record {
        Ok(record) => Ok(record.iter().map(ToOwned::to_owned).collect()),
        Err(error) => Err(error.to_string()),
    });
    take(rows, sender)
}

pub(super) fn read_workbook(path: &Path, sender: &Sender<Read>) -> Result<()> {
    check_size(path)?;
    check_unpacked(path)?;
    let mut workbook = open_workbook_auto(path)
        .map_err(|error| Error::invalid("file", format!("it is no workbook: {error}")))?;
    let range = workbook
        .worksheet_range_at(0)
        .ok_or_else(|| Error::invalid("file", "the workbook has no sheet"))?
        .map_err(|error| Error::invalid("file", error.to_string()))?;
    let rows = range
        .rows()
        .map(|row| Ok(row.iter().map(cell).collect::<Vec<String>>()));
    take(rows, sender)
}

fn cell(cell: &Data) -> String {
    match cell {
        // A code that a workbook holds as a number has no fraction.
        Data::Float(number) if number.fract() == 0.0 && number.abs() < 9e15 => {
            format!("{number:.0}")
        }
        Data::Error(_) => String::new(),
        other => other.to_string(),
    }
}

fn check_size(path: &Path) -> Result<()> {
    let size = fs::metadata(path)
        .map_err(|error| unreadable(&error))?
        .len();
    if size > LARGEST {
        return Err(Error::invalid(
            "file",
            "a table of more than 512 MiB; hand it over as JSON Lines",
        ));
    }
    Ok(())
}

/// A workbook is packed: what it unpacks to may be a thousand times its size.
fn check_unpacked(path: &Path) -> Result<()> {
    let file = fs::File::open(path).map_err(|error| unreadable(&error))?;
    let Ok(mut archive) = zip::ZipArchive::new(file) else {
        // An old workbook is no archive.
        return Ok(());
    };
    let mut unpacked = 0_u64;
    for place in 0..archive.len() {
        let size = archive
            .by_index_raw(place)
            .map_or(UNPACKED, |file| file.size());
        unpacked = unpacked.saturating_add(size);
    }
    if unpacked > UNPACKED {
        return Err(Error::invalid(
            "file",
            "the workbook unpacks to more than 1 GiB",
        ));
    }
    Ok(())
}

fn unreadable(error: &std::io::Error) -> Error {
    Error::invalid("file", format!("it cannot be read: {error}"))
}

/// The text of a table, which offices write as UTF-8 or as GB18030.
fn decoded(bytes: &[u8]) -> Result<String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(text.to_owned());
    }
    encoding_rs::GB18030
        .decode_without_bom_handling_and_without_replacement(bytes)
        .map(std::borrow::Cow::into_owned)
        .ok_or_else(|| Error::invalid("file", "the table is neither UTF-8 nor GB18030"))
}

/// The sign that sets the cells of the header apart.
fn delimiter(text: &str) -> u8 {
    let header = text.lines().next().unwrap_or_default();
    [b',', b'\t', b';']
        .into_iter()
        .max_by_key(|sign| {
            (
                header.bytes().filter(|byte| byte == sign).count(),
                *sign == b',',
            )
        })
        .unwrap_or(b',')
}

fn take(
    rows: impl Iterator<Item = std::result::Result<Vec<String>, String>>,
    sender: &Sender<Read>,
) -> Result<()> {
    let mut rows = rows.enumerate();
    let header = match rows.next() {
        Some((_, Ok(header))) => header,
        Some((_, Err(why))) => return Err(Error::invalid("file", why)),
        None => return Err(Error::invalid("file", "the table is empty")),
    };
    let fields: Vec<Option<&'static str>> = header.iter().map(|name| word::field(name)).collect();
    if !fields.contains(&Some("title")) {
        return Err(Error::invalid(
            "file",
            "no header of the first row means the name of the resource",
        ));
    }
    let ignored = header
        .iter()
        .zip(&fields)
        .filter(|(name, field)| field.is_none() && !name.trim().is_empty())
        .map(|(name, _)| name.chars().take(60).collect())
        .collect();
    let send = |read| sender.blocking_send(read).is_ok();
    let mut lines = Vec::with_capacity(CHUNK);
    if !send(Read::Ignored(ignored)) {
        return Ok(());
    }
    for (place, row) in rows {
        let number = place as u64 + 1;
        match row {
            Ok(row) if row.iter().all(|cell| cell.trim().is_empty()) => {}
            Ok(row) => lines.push(Line::read(number, entry(&fields, &row))),
            Err(why) => lines.push(Err(Fault {
                line: number,
                id: None,
                field: None,
                why,
            })),
        }
        if lines.len() == CHUNK && !send(Read::Lines(std::mem::take(&mut lines))) {
            return Ok(());
        }
    }
    send(Read::Lines(lines));
    Ok(())
}

/// The fields of a row, as an entry in JSON.
fn entry(fields: &[Option<&'static str>], row: &[String]) -> Map<String, Value> {
    let mut entry = Map::new();
    for (field, cell) in fields.iter().zip(row) {
        let (Some(field), cell) = (field, cell.trim()) else {
            continue;
        };
        if field.is_empty() || cell.is_empty() {
            continue;
        }
        let value = value(field, cell);
        match field.split_once('.') {
            Some((outer, inner)) => {
                let outer = entry.entry(outer).or_insert_with(|| json!({}));
                if let Some(outer) = outer.as_object_mut() {
                    outer.insert(inner.to_owned(), value);
                }
            }
            None if *field == "title" => {
                let title = entry.entry("title").or_insert_with(|| json!({}));
                if let Some(title) = title.as_object_mut() {
                    title.insert("zh".to_owned(), value);
                }
            }
            None => {
                entry.insert((*field).to_owned(), value);
            }
        }
    }
    entry
}

fn value(field: &str, cell: &str) -> Value {
    match field {
        "tags" | "related" => parts(cell).collect::<Vec<&str>>().into(),
        "points" => parts(cell)
            .map(|point| {
                point
                    .parse::<u64>()
                    .map_or_else(|_| point.into(), Value::from)
            })
            .collect::<Vec<Value>>()
            .into(),
        "columns" => parts(cell).map(column).collect::<Vec<Value>>().into(),
        field => word::value(field, cell).into(),
    }
}

/// An item: its name, and behind a colon or in brackets its type.
fn column(item: &str) -> Value {
    let cut = item
        .split_once([':', '：'])
        .or_else(|| item.trim_end_matches([')', '）']).split_once(['(', '（']));
    let (name, value_type) = cut.map_or((item, None), |(name, of)| (name, Some(of.trim())));
    json!({
        "name": name.trim(),
        "title": {"zh": name.trim()},
        "type": value_type,
    })
}

fn parts(cell: &str) -> impl Iterator<Item = &str> {
    cell.split([',', '，', '、', ';', '；', '\n'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
}
