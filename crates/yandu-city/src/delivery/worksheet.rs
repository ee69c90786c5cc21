//! Cells of a workbook: numbers and days as such, whatever else as the text that it is.

use rust_xlsxwriter::{Format, Worksheet, XlsxError};

use crate::day::{from_civil, to_civil};
use crate::register::Kind;
use crate::sink::Cell;

pub(crate) fn write_row(
    sheet: &mut Worksheet,
    row: u32,
    cells: &[Cell],
    kinds: &[Kind],
    date: &Format,
) -> Result<(), XlsxError> {
    for ((column, cell), kind) in (0_u16..).zip(cells).zip(kinds) {
        let text = cell.text();
        let number = match (cell, kind) {
            (Cell::Absent, _) => continue,
            (Cell::Text(_), Kind::Number) => text.parse::<f64>().ok(),
            (Cell::Text(_), Kind::Date) if text.bytes().all(|byte| byte.is_ascii_digit()) => {
                text.parse().ok()
            }
            _ => None,
        };
        let day = (*kind == Kind::Date).then(|| serial_of(cell)).flatten();
        match (number, day) {
            (Some(number), _) => sheet.write_number(row, column, number)?,
            (None, Some(serial)) => sheet.write_number_with_format(row, column, serial, date)?,
            (None, None) => sheet.write_string(row, column, text)?,
        };
    }
    Ok(())
}

/// The serial of a day that exists; `None` for any other text, which stays a text.
fn serial_of(cell: &Cell) -> Option<f64> {
    let Cell::Text(text) = cell else { return None };
    let mut parts = text.split('-').map(str::parse::<u32>);
    let (year, month, day) = (
        parts.next()?.ok()?,
        parts.next()?.ok()?,
        parts.next()?.ok()?,
    );
    let number = from_civil(year as i32, month, day);
    (to_civil(number) == (year as i32, month, day))
        .then(|| f64::from(number - from_civil(1899, 12, 30)))
}
