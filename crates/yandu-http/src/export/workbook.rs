//! Rows as a workbook: one sheet of data, and one that says who took it, when and by which question.
//!
//! Its parts are written to the disk while rows are read, so that memory does not grow with them. Nothing of it leaves before all of it
//! is there: what a sheet cannot hold is a problem, and no file that lacks rows.

mod about;

use std::fs::File;
use std::io::Seek as _;
use std::path::PathBuf;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use rust_xlsxwriter::{ExcelDateTime, Format, IgnoreError, Workbook, Worksheet, XlsxError};
use tokio::sync::mpsc;
use yandu_access::Receipt;
use yandu_lake::Terms;

pub(crate) use about::taken;

use super::cell::{Cell, TEXT_LENGTH};
use crate::Result;
use crate::problem::Problem;
use crate::stream::rows::Opened;

/// Rows of one sheet below its header, and columns (Microsoft, "Excel specifications and limits").
const ROWS: u32 = 1_048_575;
const COLUMNS: usize = 16_384;

/// Batches that wait for the disk.
const WAITING: usize = 2;
/// Signs that fit into a column.
const WIDTH: f64 = 16.0;
/// Digits behind the point of a decimal number, at most.
const MOST_SCALE: u8 = 38;

/// A workbook with all of its rows, which does not say yet whose it is.
pub(super) struct Filled {
    workbook: Workbook,
    pub(super) rows: u64,
    pub(super) is_cut: bool,
    /// The columns that its sheets do not have, each with the reason.
    pub(super) left_out: Vec<String>,
    /// The permits that its rows were read under.
    pub(super) terms: Terms,
}

/// Writes all rows; `folder` is for what is under way.
pub(super) async fn fill(mut opened: Opened, folder: PathBuf) -> Result<Filled> {
    let schema = opened.rows.schema();
    let terms = opened.rows.terms().clone();
    if schema.fields().len() > COLUMNS {
        return Err(limit(&format!("a sheet has {COLUMNS} columns at most")));
    }
    let (send, receive) = mpsc::channel(WAITING);
    let writing = tokio::task::spawn_blocking(move || write(&schema, folder, receive));
    let mut is_cut = false;
    while let Some((batch, is_last)) = opened.next().await? {
        is_cut = is_last;
        // Whoever writes has met a limit when nobody receives.
        if send.send(batch).await.is_err() || is_last {
            break;
        }
    }
    drop(send);
    let (workbook, rows) = writing.await.map_err(stopped)??;
    Ok(Filled {
        workbook,
        rows: rows.into(),
        is_cut,
        left_out: Vec::new(),
        terms,
    })
}

impl Filled {
    /// A workbook whose sheets were filled elsewhere.
    pub(super) fn of(workbook: Workbook, rows: u64) -> Self {
        Self {
            workbook,
            rows,
            is_cut: false,
            left_out: Vec::new(),
            terms: Terms::default(),
        }
    }

    /// The file, which says of itself what stands on its receipt, and its size in bytes.
    pub(super) async fn finish(mut self, receipt: Receipt, folder: PathBuf) -> Result<(File, u64)> {
        let saving = tokio::task::spawn_blocking(move || {
            let (rows, is_cut) = (self.rows, self.is_cut);
            about::tell(&mut self.workbook, &receipt, rows, is_cut, &self.left_out)
                .map_err(failed)?;
            let unwritten = |error: std::io::Error| failed(XlsxError::IoError(error));
            let mut file = tempfile::tempfile_in(folder).map_err(unwritten)?;
            self.workbook.save_to_writer(&mut file).map_err(failed)?;
            let size = file.stream_position().map_err(unwritten)?;
            file.rewind().map_err(unwritten)?;
            Ok((file, size))
        });
        saving.await.map_err(stopped)?
    }
}

fn write(
    schema: &SchemaRef,
    folder: PathBuf,
    mut receive: mpsc::Receiver<RecordBatch>,
) -> Result<(Workbook, u32)> {
    let mut workbook = Workbook::new();
    workbook.set_tempdir(folder).map_err(failed)?;
    let sheet = workbook
        .add_worksheet_with_constant_memory()
        .map_err(failed)?;
    let mut rows = Rows {
        looks: Looks::new(),
        names: schema
            .fields()
            .iter()
            .map(|field| field.name().clone())
            .collect(),
        sheet,
        count: 0,
    };
    rows.head().map_err(failed)?;
    while let Some(batch) = receive.blocking_recv() {
        rows.write(&batch)?;
    }
    let count = rows.count;
    rows.end().map_err(failed)?;
    Ok((workbook, count))
}

/// The sheet of data.
struct Rows<'a> {
    sheet: &'a mut Worksheet,
    names: Vec<String>,
    looks: Looks,
    count: u32,
}

/// How cells look.
struct Looks {
    head: Format,
    text: Format,
    day: Format,
    moment: Format,
    numbers: Vec<Format>,
}

impl Looks {
    fn new() -> Self {
        let number = |scale: u8| match scale {
            0 => Format::new().set_num_format("0"),
            scale => Format::new().set_num_format(format!("0.{}", "0".repeat(scale.into()))),
        };
        Self {
            head: Format::new().set_bold(),
            text: Format::new().set_num_format("@"),
            day: Format::new().set_num_format("yyyy-mm-dd"),
            moment: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
            numbers: (0..=MOST_SCALE).map(number).collect(),
        }
    }
}

impl Rows<'_> {
    fn head(&mut self) -> Result<(), XlsxError> {
        self.sheet.set_name("数据")?;
        self.sheet.set_freeze_panes(1, 0)?;
        self.sheet.set_repeat_rows(0, 0)?;
        self.sheet.set_landscape();
        for (column, name) in (0..).zip(&self.names) {
            self.sheet.set_column_width(column, WIDTH)?;
            self.sheet
                .write_string_with_format(0, column, name, &self.looks.head)?;
        }
        Ok(())
    }

    fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        for row in 0..batch.num_rows() {
            if self.count == ROWS {
                return Err(limit(&format!(
                    "a sheet has {ROWS} rows at most below its header"
                )));
            }
            self.count += 1;
            for (column, values) in (0..).zip(batch.columns()) {
                let cell = Cell::of(values, row)
                    .map_err(|error| Problem::new("internal", error.to_string()))?;
                self.put(column, &cell)?;
            }
        }
        Ok(())
    }

    fn put(&mut self, column: u16, cell: &Cell) -> Result<()> {
        let (row, sheet, looks) = (self.count, &mut *self.sheet, &self.looks);
        let put = match cell {
            Cell::Empty => return Ok(()),
            Cell::Text(text) if text.encode_utf16().count() > TEXT_LENGTH => {
                let name = self.names.get(usize::from(column));
                return Err(limit(&format!(
                    "a cell holds {TEXT_LENGTH} signs at most, and a text of `{}` has more",
                    name.map_or("", String::as_str)
                )));
            }
            Cell::Text(text) => sheet.write_string_with_format(row, column, text, &looks.text),
            Cell::Truth(truth) => sheet.write_boolean(row, column, *truth),
            Cell::Number(number, scale) => {
                match scale.and_then(|scale| looks.numbers.get(usize::from(scale))) {
                    Some(look) => sheet.write_number_with_format(row, column, *number, look),
                    None => sheet.write_number(row, column, *number),
                }
            }
            Cell::Day(day) => excel_day(*day)
                .and_then(|day| sheet.write_datetime_with_format(row, column, &day, &looks.day)),
            Cell::Moment(at) => excel_moment(*at)
                .and_then(|at| sheet.write_datetime_with_format(row, column, &at, &looks.moment)),
        };
        put.map(|_| ()).map_err(failed)
    }

    /// Numbers that are texts on purpose are not marked as mistakes.
    fn end(self) -> Result<(), XlsxError> {
        let last = u16::try_from(self.names.len()).unwrap_or(u16::MAX);
        if self.count > 0 && last > 0 {
            let what = IgnoreError::NumberStoredAsText;
            self.sheet
                .ignore_error_range(1, 0, self.count, last - 1, what)?;
        }
        Ok(())
    }
}

fn excel_day(day: jiff::civil::Date) -> Result<ExcelDateTime, XlsxError> {
    ExcelDateTime::from_ymd(
        day.year().unsigned_abs(),
        day.month().unsigned_abs(),
        day.day().unsigned_abs(),
    )
}

fn excel_moment(at: jiff::civil::DateTime) -> Result<ExcelDateTime, XlsxError> {
    excel_day(at.date())?.and_hms_milli(
        at.hour().unsigned_abs().into(),
        at.minute().unsigned_abs(),
        at.second().unsigned_abs(),
        at.millisecond().unsigned_abs(),
    )
}

fn limit(why: &str) -> Box<Problem> {
    Problem::new("workbook-limit", why)
        .with_help("ask for Parquet or csv, or for fewer rows".to_owned())
}

#[expect(clippy::needless_pass_by_value, reason = "errors are handed over")]
fn failed(error: XlsxError) -> Box<Problem> {
    match &error {
        XlsxError::IoError(cause) if cause.kind() == std::io::ErrorKind::StorageFull => {
            Problem::new("disk-full", "there is no room for the workbook")
        }
        error => {
            tracing::error!(
                error = error as &dyn std::error::Error,
                "a workbook could not be made"
            );
            Problem::new("internal", "the workbook could not be made")
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "errors are handed over")]
fn stopped(error: tokio::task::JoinError) -> Box<Problem> {
    Problem::new(
        "internal",
        format!("the workbook was not finished: {error}"),
    )
}
