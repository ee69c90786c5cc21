//! The city's own csv files: a header, plain cells, no quotes.

use crate::Error;
use crate::random::Weighted;
use crate::term::Term;

pub(crate) struct Table {
    file: String,
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

pub(crate) struct TableRow<'a> {
    table: &'a Table,
    cells: &'a [String],
}

impl Table {
    pub(crate) fn parse(file: &str, text: &str) -> Result<Self, Error> {
        let cells = |line: &str| line.split(',').map(|cell| cell.trim().to_owned()).collect();
        let mut lines = text.trim_start_matches('\u{feff}').lines();
        let columns: Vec<String> = lines.next().map(cells).unwrap_or_default();
        let mut rows = Vec::new();
        for (at, line) in lines.enumerate().filter(|(_, line)| !line.is_empty()) {
            let row: Vec<String> = cells(line);
            if row.len() != columns.len() {
                let problem = format!(
                    "line {} has {} cells, not {}",
                    at + 2,
                    row.len(),
                    columns.len()
                );
                return Err(Error::bad_city(file, problem));
            }
            rows.push(row);
        }
        if rows.is_empty() {
            return Err(Error::bad_city(file, "it has no rows"));
        }
        Ok(Self {
            file: file.to_owned(),
            columns,
            rows,
        })
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = TableRow<'_>> {
        self.rows
            .iter()
            .map(|cells| TableRow { table: self, cells })
    }

    pub(crate) fn terms(&self, column: &str) -> Result<Vec<Term>, Error> {
        self.rows()
            .map(|row| row.text(column).map(Term::new))
            .collect()
    }

    pub(crate) fn weights(&self, column: &str) -> Result<Weighted, Error> {
        let weights: Vec<u64> = self
            .rows()
            .map(|row| row.parse(column))
            .collect::<Result<_, _>>()?;
        Ok(Weighted::new(&weights))
    }
}

impl<'a> TableRow<'a> {
    pub(crate) fn text(&self, column: &str) -> Result<&'a str, Error> {
        self.table
            .columns
            .iter()
            .position(|known| known == column)
            .and_then(|at| self.cells.get(at))
            .map(String::as_str)
            .ok_or_else(|| {
                Error::bad_city(&self.table.file, format!("there is no column `{column}`"))
            })
    }

    pub(crate) fn parse<T: std::str::FromStr>(&self, column: &str) -> Result<T, Error> {
        let text = self.text(column)?;
        text.parse().map_err(|_| {
            Error::bad_city(
                &self.table.file,
                format!("`{text}` in `{column}` is no number"),
            )
        })
    }
}
