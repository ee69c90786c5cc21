//! Rows as aligned text. Chinese signs take two columns of a terminal, so widths are counted and not lengths.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Text in columns.
#[derive(Debug, Clone, Default)]
pub(crate) struct Table {
    header: Vec<Cell>,
    rows: Vec<Vec<Cell>>,
}

#[derive(Debug, Clone)]
pub(crate) struct Cell {
    text: String,
    is_number: bool,
}

impl Cell {
    pub(crate) fn text(text: &str) -> Self {
        Self {
            text: printable(text),
            is_number: false,
        }
    }

    pub(crate) fn number(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            is_number: true,
        }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::text(&text)
    }
}

impl From<Option<String>> for Cell {
    fn from(text: Option<String>) -> Self {
        Self::text(text.as_deref().unwrap_or("-"))
    }
}

impl From<u64> for Cell {
    fn from(number: u64) -> Self {
        Self::number(number.to_string())
    }
}

impl From<Option<u64>> for Cell {
    fn from(number: Option<u64>) -> Self {
        number.map_or_else(|| Self::number("-"), Self::from)
    }
}

impl Table {
    pub(crate) fn new<const N: usize>(header: [&str; N]) -> Self {
        Self::with_header(header.iter().map(|name| Cell::text(name)).collect())
    }

    pub(crate) fn with_header(header: Vec<Cell>) -> Self {
        Self {
            header,
            rows: Vec::new(),
        }
    }

    pub(crate) fn row(&mut self, cells: Vec<Cell>) {
        self.rows.push(cells);
    }

    /// The lines, each with a line end; the header alone when there are no rows.
    pub(crate) fn render(&self) -> String {
        let mut widths: Vec<usize> = self.header.iter().map(|cell| cell.text.width()).collect();
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.text.width());
            }
        }
        let mut text = String::new();
        let rules: Vec<Cell> = widths
            .iter()
            .map(|width| Cell::text(&"─".repeat(*width)))
            .collect();
        // A column of numbers has its header on the right too.
        let header: Vec<Cell> = self
            .header
            .iter()
            .enumerate()
            .map(|(place, cell)| Cell {
                text: cell.text.clone(),
                is_number: self
                    .rows
                    .first()
                    .and_then(|row| row.get(place))
                    .is_some_and(|cell| cell.is_number),
            })
            .collect();
        for row in [&header, &rules].into_iter().chain(&self.rows) {
            line(&mut text, row, &widths);
        }
        text
    }
}

fn line(text: &mut String, row: &[Cell], widths: &[usize]) {
    let start = text.len();
    for (cell, width) in row.iter().zip(widths) {
        if text.len() > start {
            text.push_str("  ");
        }
        let room = " ".repeat(width.saturating_sub(cell.text.width()));
        if cell.is_number {
            text.push_str(&room);
            text.push_str(&cell.text);
        } else {
            text.push_str(&cell.text);
            text.push_str(&room);
        }
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
}

/// A text without what a terminal would obey: data of others may hold escape sequences.
pub(crate) fn printable(text: &str) -> String {
    text.chars()
        .map(|sign| match sign {
            '\n' | '\r' | '\t' => ' ',
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
            sign if sign.is_control() || sign.width().is_none() => '\u{fffd}',
            sign => sign,
        })
        .collect()
}

/// The start of a long text.
pub(crate) fn clipped(text: &str) -> String {
    const LONGEST: usize = 32;
    let mut clipped: String = text.chars().take(LONGEST).collect();
    if text.chars().count() > LONGEST {
        clipped.push('…');
    }
    clipped
}

/// A number with its thousands set apart.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stay_aligned_under_chinese_signs() {
        let mut table = Table::new(["name", "rows"]);
        table.row(vec!["盐城市".into(), 5_u64.into()]);
        table.row(vec!["a".into(), 1_234_u64.into()]);
        assert_eq!(
            table.render(),
            "name    rows\n──────  ────\n盐城市     5\na       1234\n"
        );
    }

    #[test]
    fn data_cannot_steer_the_terminal() {
        assert_eq!(
            printable("a\x1b[31mb\nc\u{202e}d"),
            "a\u{fffd}[31mb c\u{fffd}d"
        );
    }

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(6_700_000), "6,700,000");
    }
}
