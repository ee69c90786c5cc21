//! Numbers that a workbook shows with zeros before them. In a column of texts they stand for numbers of documents, of which
//! the zeros are a part; in any other they are a look.

use std::collections::HashMap;
use std::io::{Read, Seek};

use calamine::{Xlsx, XlsxError};

/// How many digits are shown at least, by column and rows.
#[derive(Debug, Default)]
pub(crate) struct Zeros {
    runs: HashMap<u32, Vec<Run>>,
}

/// Rows of one column, one below the other, in one format.
#[derive(Debug)]
struct Run {
    first: u32,
    last: u32,
    digits: usize,
}

impl Zeros {
    /// Looks at the formats of the columns of which `is_text` says so. A workbook without such a column or such a format
    /// is not read for it.
    pub(crate) fn of<R: Read + Seek>(
        book: &mut Xlsx<R>,
        sheet: &str,
        is_text: &[bool],
    ) -> Result<Self, XlsxError> {
        let mut zeros = Self::default();
        if !is_text.contains(&true) {
            return Ok(zeros);
        }
        let mut cells = book.worksheet_cells_reader(sheet)?;
        let digits: Vec<usize> = cells
            .styles()
            .iter()
            .map(|style| {
                let format = style.number_format.as_ref();
                format.map_or(0, |format| digits_of(&format.format_code))
            })
            .collect();
        if digits.iter().all(|digits| *digits == 0) {
            return Ok(zeros);
        }
        while let Some((row, column, style)) = cells.next_style_id()? {
            let is_text = is_text.get(column as usize).is_some_and(|is_text| *is_text);
            if let Some(digits) = digits.get(style).filter(|digits| is_text && **digits > 0) {
                zeros.put(row, column, *digits);
            }
        }
        Ok(zeros)
    }

    fn put(&mut self, row: u32, column: u32, digits: usize) {
        let runs = self.runs.entry(column).or_default();
        match runs.last_mut() {
            Some(run) if run.digits == digits && run.last.checked_add(1) == Some(row) => {
                run.last = row;
            }
            _ => runs.push(Run {
                first: row,
                last: row,
                digits,
            }),
        }
    }

    /// How many digits the cell at a row and column shows at least.
    pub(crate) fn digits(&self, (row, column): (u32, u32)) -> usize {
        let Some(runs) = self.runs.get(&column) else {
            return 0;
        };
        let next = runs.partition_point(|run| run.first <= row);
        runs.get(next.wrapping_sub(1))
            .filter(|run| row <= run.last)
            .map_or(0, |run| run.digits)
    }
}

/// The number of zeros of a format that is made of them, such as `0000`; a lone one says nothing.
fn digits_of(format: &str) -> usize {
    let shown = format.split(';').next().unwrap_or_default().trim();
    let is_zeros = shown.len() > 1 && shown.bytes().all(|byte| byte == b'0');
    if is_zeros { shown.len() } else { 0 }
}
