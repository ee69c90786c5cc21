//! Workbooks. Sheets of xlsx and xlsb are streamed; the other formats are read whole, within a limit.

use std::collections::HashSet;
use std::io::BufReader;
use std::ops::ControlFlow;

use calamine::{
    Cell, Data, DataRef, Dimensions, Ods, OdsError, Range, Reader, SheetType, SheetVisible, Xls,
    XlsError, Xlsb, XlsbError, Xlsx, XlsxError,
};
use yandu_words::fold_header;

mod cell;
mod extent;
mod merges;
mod zeros;

use super::header::{self, Cells, Header};
use super::rows::RowJudge;
use super::serial::{blocks, guarded};
use super::source::{LOADED_BYTES, Seekable, Source};
use super::{Error, Format, Hints, Opened, Report, Rows};
use cell::{CellText, Written};
pub(crate) use extent::within;
use merges::Merges;
use zeros::Zeros;

type Input = BufReader<Box<dyn Seekable>>;

enum Book {
    Xlsx(Xlsx<Input>),
    Xlsb(Xlsb<Input>),
    Xls(Xls<Input>),
    Ods(Ods<Input>),
}

const WHAT: &str = "workbook";

pub(crate) fn open(source: &Source, format: Format, hints: &Hints) -> Result<Opened, Error> {
    let mut book = guarded(WHAT, || Book::open(source, format))?;
    let (sheet, sample) = guarded(WHAT, || choose(&mut book, hints))?;
    let Sample {
        header,
        rows,
        merges,
        others,
    } = sample;
    let mut report = Report {
        sheet: Some(sheet.clone()),
        ..Report::of(format, &header, &rows)
    };
    report.notes.clone_from(&header.notes);
    if !others.is_empty() {
        report
            .notes
            .push(format!("sheets that were not read: {}", others.join(", ")));
        report.other_sheets = others;
    }
    let start = header.data_start() as u32;
    let names = header.names.clone();
    let text_headers = hints.text_headers.iter();
    let text_headers: HashSet<String> = text_headers.map(|name| fold_header(name)).collect();
    let is_text: Vec<bool> = names
        .iter()
        .map(|name| text_headers.contains(&fold_header(name)))
        .collect();
    let judge = RowJudge::new(header.names.clone(), header.written);
    let read = move |drain: &mut super::serial::Drain| {
        let mut merges = Merges::new(merges);
        book.each_row(&sheet, &is_text, &mut |row, cells| {
            let mut texts = Vec::with_capacity(cells.len());
            let mut fault = None;
            for (column, written) in cells {
                let CellText { text, fault: lost } = written.text();
                let name = || names.get(column as usize).map_or("?", String::as_str);
                if let (None, Some(lost)) = (&fault, lost) {
                    fault = Some(lost.kind(name()));
                }
                place(&mut texts, column, text);
            }
            let blank = texts
                .iter()
                .flatten()
                .all(|text: &String| text.trim().is_empty());
            merges.fill(row, &mut texts, row < start);
            if row >= start && (!blank || fault.is_some()) {
                drain.rows.push(&texts, fault);
            }
            if drain.hand_on() {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        })
    };
    Ok(Opened {
        report,
        header: header.names,
        rows: Rows::Serial(blocks(judge, WHAT, read)),
    })
}

fn place(cells: &mut Cells, column: u32, text: Option<String>) {
    let column = column as usize;
    if column >= header::MAX_COLUMNS {
        return;
    }
    if cells.len() <= column {
        cells.resize(column + 1, None);
    }
    if let Some(cell) = cells.get_mut(column) {
        *cell = text;
    }
}

/// What a sheet starts with.
struct Sample {
    header: Header,
    rows: Vec<Cells>,
    merges: Vec<Dimensions>,
    /// Other sheets that hold something.
    others: Vec<String>,
}

/// The declared sheet, or the visible one that has most of the declared names, or the first with a table.
fn choose(book: &mut Book, hints: &Hints) -> Result<(String, Sample), Error> {
    let all = book.sheets();
    let candidates: Vec<String> = match &hints.sheet {
        Some(sheet) => {
            let found = all.iter().find(|(name, _)| name == sheet);
            let (name, _) = found.ok_or_else(|| Error::NoSuchSheet {
                sheet: sheet.clone(),
                sheets: all.iter().map(|(name, _)| name.clone()).collect(),
            })?;
            vec![name.clone()]
        }
        None => all
            .into_iter()
            .filter(|(_, visible)| *visible)
            .map(|(name, _)| name)
            .collect(),
    };
    let mut best: Option<(String, Sample)> = None;
    let mut others = Vec::new();
    let mut failure = Error::NoTable;
    for name in candidates {
        let (rows, merges) = book.sample(&name)?;
        let header = match header::find(&rows, hints) {
            Ok(header) => header,
            Err(Error::NoTable) => continue,
            Err(error) => {
                others.push(name);
                failure = error;
                continue;
            }
        };
        let better = best
            .as_ref()
            .is_none_or(|(_, sample)| header.known > sample.header.known);
        let sample = Sample {
            header,
            rows,
            merges,
            others: Vec::new(),
        };
        if better {
            others.extend(best.replace((name, sample)).map(|(name, _)| name));
        } else {
            others.push(name);
        }
    }
    let (name, mut sample) = best.ok_or(failure)?;
    sample.others = others;
    Ok((name, sample))
}

impl Book {
    fn open(source: &Source, format: Format) -> Result<Self, Error> {
        if format == Format::Xls {
            // The old format is held in memory as a whole.
            let mut input = source.seekable()?;
            let size = input
                .seek(std::io::SeekFrom::End(0))
                .map_err(Error::from_read)?;
            if size > LOADED_BYTES {
                return Err(Error::TooLarge {
                    limit_bytes: LOADED_BYTES,
                });
            }
        }
        let input = BufReader::new(source.seekable()?);
        Ok(match format {
            Format::Xlsb => Self::Xlsb(Xlsb::new(input).map_err(xlsb_error)?),
            Format::Xls => Self::Xls(Xls::new(input).map_err(xls_error)?),
            Format::Ods => Self::Ods(Ods::new(input).map_err(ods_error)?),
            _ => Self::Xlsx(Xlsx::new(input).map_err(xlsx_error)?),
        })
    }

    /// Names of the worksheets, and whether they are visible.
    fn sheets(&self) -> Vec<(String, bool)> {
        let sheets = match self {
            Self::Xlsx(book) => book.sheets_metadata(),
            Self::Xlsb(book) => book.sheets_metadata(),
            Self::Xls(book) => book.sheets_metadata(),
            Self::Ods(book) => book.sheets_metadata(),
        };
        sheets
            .iter()
            .filter(|sheet| sheet.typ == SheetType::WorkSheet)
            .map(|sheet| (sheet.name.clone(), sheet.visible == SheetVisible::Visible))
            .collect()
    }

    fn merges(&mut self, sheet: &str) -> Vec<Dimensions> {
        // A sheet whose merged cells cannot be read is one without.
        match self {
            Self::Xlsx(book) => book.merge_cells_by_sheet_name(sheet).unwrap_or_default(),
            Self::Xls(book) => book.merge_cells_by_sheet_name(sheet).unwrap_or_default(),
            Self::Xlsb(_) | Self::Ods(_) => Vec::new(),
        }
    }

    /// The rows at the start of a sheet, in the grid of the sheet, with merged cells filled.
    fn sample(&mut self, sheet: &str) -> Result<(Vec<Cells>, Vec<Dimensions>), Error> {
        let ranges = self.merges(sheet);
        let mut merges = Merges::new(ranges.clone());
        let mut rows: Vec<Cells> = Vec::new();
        self.each_row(sheet, &[], &mut |row, cells| {
            if row as usize >= header::LOOKED_AT {
                return ControlFlow::Break(());
            }
            while rows.len() < row as usize {
                rows.push(Cells::new());
            }
            let mut texts = Cells::new();
            for (column, written) in cells {
                place(&mut texts, column, written.text().text);
            }
            merges.fill(row, &mut texts, true);
            rows.push(texts);
            ControlFlow::Continue(())
        })?;
        Ok((rows, ranges))
    }

    /// Calls `each` with the cells of every row that has some, by row and column of the sheet. `is_text` says which
    /// columns hold texts.
    fn each_row(&mut self, sheet: &str, is_text: &[bool], each: &mut EachRow) -> Result<(), Error> {
        match self {
            Self::Xlsx(book) => {
                let zeros = Zeros::of(book, sheet, is_text).map_err(xlsx_error)?;
                let mut cells = book.worksheet_cells_reader(sheet).map_err(xlsx_error)?;
                let next = || -> Result<Option<Placed>, Error> {
                    let record = cells.next_cell_with_formula_metadata();
                    Ok(record.map_err(xlsx_error)?.map(|record| {
                        let data = Data::from(record.value);
                        let written = Written {
                            is_uncomputed: record.formula.is_some() && data == Data::Empty,
                            digits: zeros.digits(record.pos),
                            data,
                        };
                        (record.pos, written)
                    }))
                };
                stream(next, each)
            }
            Self::Xlsb(book) => {
                let mut cells = book.worksheet_cells_reader(sheet).map_err(xlsb_error)?;
                stream(
                    || Ok(cells.next_cell().map_err(xlsb_error)?.as_ref().map(own)),
                    each,
                )
            }
            Self::Xls(book) => {
                walk(&book.worksheet_range(sheet).map_err(xls_error)?, each);
                Ok(())
            }
            Self::Ods(book) => {
                walk(&book.worksheet_range(sheet).map_err(ods_error)?, each);
                Ok(())
            }
        }
    }
}

type EachRow<'a> = dyn FnMut(u32, Vec<(u32, Written)>) -> ControlFlow<()> + 'a;

/// A cell and its place, row and column.
type Placed = ((u32, u32), Written);

fn own(cell: &Cell<DataRef<'_>>) -> Placed {
    let data = Data::from(cell.get_value().clone());
    (cell.get_position(), Written::plain(data))
}

/// Calls `each` with the cells that come one by one, row by row.
fn stream(
    mut next: impl FnMut() -> Result<Option<Placed>, Error>,
    each: &mut EachRow,
) -> Result<(), Error> {
    let mut row = 0;
    let mut cells: Vec<(u32, Written)> = Vec::new();
    while let Some(((at, column), written)) = next()? {
        if at != row {
            if !cells.is_empty() && each(row, std::mem::take(&mut cells)).is_break() {
                return Ok(());
            }
            row = at;
        }
        if written.holds_something() {
            cells.push((column, written));
        }
    }
    if !cells.is_empty() {
        let _ = each(row, cells);
    }
    Ok(())
}

fn walk(range: &Range<Data>, each: &mut EachRow) {
    let (top, left) = range.start().unwrap_or_default();
    for (row, cells) in range.rows().enumerate() {
        let cells: Vec<(u32, Written)> = cells
            .iter()
            .enumerate()
            .filter(|(_, data)| **data != Data::Empty)
            .map(|(column, data)| (left + column as u32, Written::plain(data.clone())))
            .collect();
        if !cells.is_empty() && each(top + row as u32, cells).is_break() {
            return;
        }
    }
}

fn xlsx_error(error: XlsxError) -> Error {
    match error {
        XlsxError::Password => Error::Encrypted { what: WHAT },
        error => Error::damaged(WHAT, error),
    }
}

fn xlsb_error(error: XlsbError) -> Error {
    match error {
        XlsbError::Password => Error::Encrypted { what: WHAT },
        error => Error::damaged(WHAT, error),
    }
}

fn xls_error(error: XlsError) -> Error {
    match error {
        XlsError::Password => Error::Encrypted { what: WHAT },
        error => Error::damaged(WHAT, error),
    }
}

fn ods_error(error: OdsError) -> Error {
    match error {
        OdsError::Password => Error::Encrypted { what: WHAT },
        error => Error::damaged(WHAT, error),
    }
}
