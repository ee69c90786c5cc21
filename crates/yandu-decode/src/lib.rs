//! A delivered file becomes a header, a report of how it was read, and rows of text.
//!
//! What the file is, is judged by its content and never by its name: delimited text in any encoding a Chinese
//! office writes, workbooks, HTML tables under any name, JSON, and each of these inside a zip or gzip. Memory is
//! bounded. Faults of a row travel with the row ([`RowFault`](yandu_check::block::RowFault)); only what makes
//! the whole file unreadable is an [`Error`].
//!
//! The place of a row counts data records from 1: the header, what stands above it, and blank rows have none.
//!
//! Not here: mapping of names to columns, types, and checks.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use serde::Serialize;
use yandu_check::block::TextBlock;

mod archive;
pub mod delimited;
mod encoding;
mod error;
mod header;
mod html;
mod json;
mod rows;
mod serial;
mod sniff;
mod source;
mod spreadsheet;

pub use delimited::{Cutter, Delimited, Limits, Parser, RawBlock};
pub use error::Error;

use archive::Content;
use header::{Cells, Header};
use sniff::Kind;
use source::{LOADED_BYTES, Source};

/// What is known of a file beforehand. Everything may be left open.
#[derive(Debug, Clone, Default)]
pub struct Hints {
    pub encoding: Option<String>,
    pub delimiter: Option<char>,
    /// Row of the file that holds the header, from 1.
    pub header_row: Option<u32>,
    pub sheet: Option<String>,
    /// Column names of a file without a header.
    pub columns: Option<Vec<String>>,
    /// Names and aliases that the dataset declares; they help to find the header row, the sheet and the table.
    pub known_headers: Vec<String>,
    /// Those of columns whose values are texts: zeros that a workbook shows before a number there are a part of it.
    pub text_headers: Vec<String>,
    /// JSON pointer to the list of rows in a document.
    pub rows: Option<String>,
}

/// What a file turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    Csv,
    Xlsx,
    Xlsb,
    Xls,
    Ods,
    Html,
    JsonLines,
    Json,
}

/// How a file was read, and why so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    pub format: Format,
    /// Name of the file inside an archive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub encoding_reason: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<char>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote: Option<char>,
    /// `lf`, `crlf` or `cr`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line_end: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// Other sheets that hold something.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub other_sheets: Vec<String>,
    /// Row of the file that names the columns, from 1; 0 when the file has no header.
    pub header_row: u32,
    /// Rows above the header that hold a text, such as titles.
    pub skipped_rows_above: u32,
    /// Their texts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub titles: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

impl Report {
    fn of(format: Format, header: &Header, rows: &[Cells]) -> Self {
        let (top, bottom) = header.rows.unwrap_or((0, 0));
        let above = rows.get(..top).unwrap_or_default();
        let titles: Vec<String> = above.iter().filter_map(title).collect();
        Self {
            format,
            member: None,
            encoding: None,
            encoding_reason: String::new(),
            delimiter: None,
            quote: None,
            line_end: None,
            sheet: None,
            other_sheets: Vec::new(),
            header_row: header.rows.map_or(0, |_| bottom as u32 + 1),
            skipped_rows_above: titles.len() as u32,
            titles,
            notes: Vec::new(),
        }
    }
}

/// The text of a row above the header.
fn title(row: &Cells) -> Option<String> {
    let mut texts: Vec<&str> = row.iter().flatten().map(|text| text.trim()).collect();
    texts.retain(|text| !text.is_empty());
    texts.dedup();
    (!texts.is_empty()).then(|| texts.join(" "))
}

/// The rows of a file.
pub enum Rows {
    /// Cut one block after the other, parse on any thread.
    Delimited(Box<Delimited>),
    Serial(Blocks),
}

/// Blocks in the order of the file.
pub type Blocks = Box<dyn Iterator<Item = Result<TextBlock, Error>> + Send>;

impl Rows {
    /// All blocks in order, on the calling thread.
    pub fn into_blocks(self) -> Blocks {
        match self {
            Self::Delimited(delimited) => Box::new(delimited.into_blocks()),
            Self::Serial(blocks) => blocks,
        }
    }
}

/// A file whose header is read.
pub struct Opened {
    pub report: Report,
    pub header: Vec<String>,
    pub rows: Rows,
}

/// Opens a delivered file.
pub fn open(path: &Path, hints: &Hints) -> Result<Opened, Error> {
    let metadata = fs::metadata(path).map_err(Error::Read)?;
    if metadata.is_dir() {
        return Err(Error::Directory);
    }
    open_source(
        &Source::File(path.to_owned()),
        hints,
        Limits::default(),
        PACKED,
    )
}

/// How deep an archive may stand in another.
const PACKED: u8 = 2;

/// Opens a file that is in memory.
pub fn open_bytes(bytes: Vec<u8>, hints: &Hints) -> Result<Opened, Error> {
    open_bytes_within(bytes, hints, Limits::default())
}

/// Opens a file that is in memory, with limits of one's own.
pub fn open_bytes_within(bytes: Vec<u8>, hints: &Hints, limits: Limits) -> Result<Opened, Error> {
    open_source(&Source::Bytes(Arc::from(bytes)), hints, limits, PACKED)
}

fn open_source(
    source: &Source,
    hints: &Hints,
    limits: Limits,
    packed: u8,
) -> Result<Opened, Error> {
    let head = source.head()?;
    if head.is_empty() {
        return Err(Error::Empty);
    }
    match sniff::sniff(&head) {
        Kind::Text => delimited::open(source, &head, hints, limits),
        Kind::Html => html::open(source, &head, hints),
        Kind::Json => json::open(source, &head, hints, limits),
        Kind::Compound => {
            sniff::compound(&source.load(LOADED_BYTES)?)?;
            spreadsheet::open(source, Format::Xls, hints)
        }
        Kind::Gzip | Kind::Zip if packed == 0 => Err(Error::Binary {
            what: "an archive in an archive",
        }),
        Kind::Gzip => {
            let unpacked = Source::Gzip(Box::new(source.clone()));
            open_source(&unpacked, hints, limits, packed - 1)
        }
        Kind::Zip => match archive::look(source, hints.sheet.as_deref())? {
            Content::Xlsx => spreadsheet::open(source, Format::Xlsx, hints),
            Content::Xlsb => spreadsheet::open(source, Format::Xlsb, hints),
            Content::Ods(content) => {
                spreadsheet::within(content.open(source.seekable()?)?)?;
                spreadsheet::open(source, Format::Ods, hints)
            }
            Content::Files { chosen, others } => {
                let name = chosen.name.clone();
                let unpacked = Source::Member(Box::new(source.clone()), chosen);
                let mut opened = open_source(&unpacked, hints, limits, packed - 1)?;
                opened.report.member = Some(name);
                if !others.is_empty() {
                    let note = format!(
                        "files of the archive that were not read: {}",
                        others.join(", ")
                    );
                    opened.report.notes.push(note);
                }
                Ok(opened)
            }
        },
        Kind::Binary(what) => Err(Error::Binary { what }),
    }
}

#[cfg(test)]
mod tests;
