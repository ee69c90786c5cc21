//! Tables of catalogues: a header and a line for each entry.

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use calamine::{Cell, Data, DataRef, Range, Reader as _, Sheets, open_workbook_auto};
use serde_json::{Map, Value, json};
use tokio::sync::mpsc::Sender;

use super::line::{Line, Said};
use super::{CHUNK, Fault, Read, item, unreadable, word};
use crate::{Error, Result};

/// The largest table, in bytes, and what a workbook may unpack to.
const LARGEST: u64 = 512 << 20;
const UNPACKED: u64 = 1 << 30;
/// The columns of a sheet that are looked at.
const COLUMNS: usize = 1_000;

pub(super) fn read_csv(path: &Path, sender: &Sender<Read>) -> Result<()> {
    check_size(path)?;
    let bytes = fs::read(path).map_err(|error| unreadable(&error))?;
    let text = decoded(&bytes)?;
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(&text))
        .from_reader(text.as_bytes());
    let mut table = Table::new(sender);
    for (place, record) in reader.records().enumerate() {
        let row = match record {
            Ok(record) => Ok(record.iter().map(plain).collect()),
            Err(error) => Err(error.to_string()),
        };
        if table.row(place as u64 + 1, row)?.is_break() {
            return Ok(());
        }
    }
    table.finish()
}

/// Sheets of xlsx and xlsb are read cell by cell: two cells in far corners would otherwise be a grid of billions.
pub(super) fn read_workbook(path: &Path, sender: &Sender<Read>) -> Result<()> {
    check_size(path)?;
    check_unpacked(path)?;
    let mut workbook = open_workbook_auto(path)
        .map_err(|error| Error::invalid("file", format!("it is no workbook: {error}")))?;
    let names = workbook.sheet_names();
    let name = names
        .first()
        .ok_or_else(|| Error::invalid("file", "the workbook has no sheet"))?;
    let table = Table::new(sender);
    match &mut workbook {
        Sheets::Xlsx(book) => {
            let mut cells = book.worksheet_cells_reader(name).map_err(broken)?;
            read_cells(|| cells.next_cell(), table)
        }
        Sheets::Xlsb(book) => {
            let mut cells = book.worksheet_cells_reader(name).map_err(broken)?;
            read_cells(|| cells.next_cell(), table)
        }
        Sheets::Xls(_) | Sheets::Ods(_) => {
            let range = workbook.worksheet_range(name).map_err(broken)?;
            read_range(&range, table)
        }
    }
}

fn broken(error: impl std::fmt::Display) -> Error {
    Error::invalid("file", format!("the sheet cannot be read: {error}"))
}

fn read_cells<'a, E: std::fmt::Display>(
    mut next: impl FnMut() -> std::result::Result<Option<Cell<DataRef<'a>>>, E>,
    mut table: Table<'_>,
) -> Result<()> {
    let mut row = Vec::new();
    let mut at = 0;
    while let Some(found) = next().map_err(broken)? {
        let (number, column) = found.get_position();
        if number != at {
            let whole = std::mem::take(&mut row);
            if table.row(u64::from(at) + 1, Ok(whole))?.is_break() {
                return Ok(());
            }
            at = number;
        }
        let column = column as usize;
        if column >= COLUMNS {
            continue;
        }
        if row.len() <= column {
            row.resize(column + 1, String::new());
        }
        if let Some(place) = row.get_mut(column) {
            *place = cell(&Data::from(found.get_value().clone()));
        }
    }
    if table.row(u64::from(at) + 1, Ok(row))?.is_break() {
        return Ok(());
    }
    table.finish()
}

fn read_range(range: &Range<Data>, mut table: Table<'_>) -> Result<()> {
    let first = range.start().map_or(0, |(row, _)| u64::from(row));
    for (place, row) in range.rows().enumerate() {
        let row = row.iter().take(COLUMNS).map(cell).collect();
        if table.row(first + place as u64 + 1, Ok(row))?.is_break() {
            return Ok(());
        }
    }
    table.finish()
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

/// A table on its way: the header first, then an entry each row.
struct Table<'a> {
    sender: &'a Sender<Read>,
    /// What the columns mean, and which fields that are in all; none before the header.
    header: Option<(Vec<Option<&'static str>>, Said)>,
    lines: Vec<std::result::Result<Line, Fault>>,
}

impl<'a> Table<'a> {
    fn new(sender: &'a Sender<Read>) -> Self {
        Self {
            sender,
            header: None,
            lines: Vec::with_capacity(CHUNK),
        }
    }

    /// Takes a row; the end of all work when nobody waits for it any more.
    fn row(
        &mut self,
        number: u64,
        row: std::result::Result<Vec<String>, String>,
    ) -> Result<ControlFlow<()>> {
        if row
            .as_ref()
            .is_ok_and(|row| row.iter().all(|cell| cell.trim().is_empty()))
        {
            return Ok(ControlFlow::Continue(()));
        }
        let Some((fields, said)) = &self.header else {
            let row = row.map_err(|why| Error::invalid("file", why))?;
            return self.head(&row);
        };
        self.lines.push(match row {
            Ok(row) => Line::read(number, entry(fields, &row), Some(Arc::clone(said))),
            Err(why) => Err(Fault {
                line: number,
                id: None,
                field: None,
                why,
            }),
        });
        if self.lines.len() < CHUNK {
            return Ok(ControlFlow::Continue(()));
        }
        let lines = std::mem::take(&mut self.lines);
        Ok(self.send(Read::Lines(lines)))
    }

    fn head(&mut self, header: &[String]) -> Result<ControlFlow<()>> {
        let fields: Vec<Option<&'static str>> =
            header.iter().map(|name| word::field(name)).collect();
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
        let said = fields.iter().flatten().copied().collect();
        self.header = Some((fields, said));
        Ok(self.send(Read::Ignored(ignored)))
    }

    fn send(&self, read: Read) -> ControlFlow<()> {
        match self.sender.blocking_send(read) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    }

    fn finish(mut self) -> Result<()> {
        if self.header.is_none() {
            return Err(Error::invalid("file", "the table is empty"));
        }
        let lines = std::mem::take(&mut self.lines);
        // Whoever asked is gone when this fails.
        let _ = self.send(Read::Lines(lines));
        Ok(())
    }
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
        "tags" | "related" | "key" => list(cell).into(),
        "points" => parts(cell)
            .map(|point| {
                point
                    .parse::<u64>()
                    .map_or_else(|_| point.into(), Value::from)
            })
            .collect::<Vec<Value>>()
            .into(),
        "columns" => item::read(cell).into(),
        field => word::value(field, cell).into(),
    }
}

/// A list: a JSON list of texts, or texts with any of the usual signs between them.
fn list(cell: &str) -> Vec<String> {
    let as_json = Some(cell)
        .filter(|cell| cell.starts_with('['))
        .and_then(|cell| serde_json::from_str(cell).ok());
    as_json.unwrap_or_else(|| parts(cell).map(str::to_owned).collect())
}

/// A list as it is written: people read it with commas, and where one stands in a text it is JSON.
pub(crate) fn listed(values: &[String]) -> String {
    let is_plain = |value: &String| parts(value).eq([value.as_str()]) && !value.starts_with('[');
    if values.iter().all(is_plain) {
        values.join("、")
    } else {
        Value::from(values).to_string()
    }
}

/// Whether an office takes a cell for a formula; a quotation mark before it says that it is a text.
pub(crate) fn is_formula(cell: &str) -> bool {
    let cell = cell.trim_start_matches('\'');
    cell.starts_with(['=', '+', '-', '@', '\t']) && cell.parse::<f64>().is_err()
}

/// A cell without the quotation mark that keeps it from being a formula.
fn plain(cell: &str) -> String {
    let inside = cell.strip_prefix('\'').filter(|inside| is_formula(inside));
    inside.unwrap_or(cell).to_owned()
}

const BETWEEN: [char; 6] = [',', '，', '、', ';', '；', '\n'];

fn parts(cell: &str) -> impl Iterator<Item = &str> {
    cell.split(BETWEEN)
        .map(str::trim)
        .filter(|part| !part.is_empty())
}

/// The items of a cell that only names them. A sign between items stands in the brackets of a type too, as in `decimal(12,2)`.
pub(super) fn items(cell: &str) -> Vec<&str> {
    let mut depth = 0_i32;
    let split = |sign: char| {
        depth += match sign {
            '(' | '（' => 1,
            ')' | '）' => -1,
            _ => 0,
        };
        depth == 0 && BETWEEN.contains(&sign)
    };
    let items = cell
        .split(split)
        .map(str::trim)
        .filter(|item| !item.is_empty())
        .collect();
    // Brackets that do not match say nothing of what belongs together.
    if depth == 0 {
        items
    } else {
        parts(cell).collect()
    }
}
