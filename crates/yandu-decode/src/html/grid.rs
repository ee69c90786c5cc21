//! Cells that span columns and rows, laid out in a grid.

use std::collections::BTreeMap;

use super::walk::Cell;
use crate::header::{Cells, MAX_COLUMNS};

/// Lays out the rows of one table.
#[derive(Default)]
pub(crate) struct Grid {
    /// Cells of earlier rows that reach down, by column: how many rows are left, and the text.
    reaching: BTreeMap<usize, (usize, Option<String>)>,
    row: usize,
}

impl Grid {
    /// Rows up to `row` are left out of the file; what reaches down over them is shortened.
    pub(crate) fn skip_to(&mut self, row: usize) {
        let skipped = row.saturating_sub(self.row);
        self.row += skipped;
        self.reaching.retain(|_, (left, _)| {
            *left = left.saturating_sub(skipped);
            *left > 0
        });
    }

    /// The cells of the next row, and how many of them it really has: those that span columns or reach down counted
    /// once for each, gaps in front of them not counted.
    pub(crate) fn row(&mut self, cells: Vec<Cell>) -> (Cells, usize) {
        let mut row = Cells::new();
        let mut gaps = 0;
        let mut reach: Vec<(usize, (usize, Option<String>))> = Vec::new();
        for cell in cells {
            gaps += self.fill(&mut row, cell.at);
            let text = Some(cell.text).filter(|text| !text.is_empty());
            for _ in 0..cell.columns {
                if row.len() >= MAX_COLUMNS {
                    break;
                }
                if cell.rows > 1 {
                    reach.push((row.len(), (cell.rows, text.clone())));
                }
                row.push(text.clone());
            }
        }
        gaps += self.fill(&mut row, None);
        let beyond: Vec<usize> = self
            .reaching
            .range(row.len()..)
            .map(|(at, _)| *at)
            .collect();
        for column in beyond {
            gaps += self.fill(&mut row, Some(column));
            gaps += self.fill(&mut row, None);
        }
        self.reaching.extend(reach);
        self.reaching.retain(|_, (left, _)| {
            *left -= 1;
            *left > 0
        });
        self.row += 1;
        let found = row.len() - gaps;
        (row, found)
    }

    /// Adds what reaches into the row from above, and empty cells up to a column that the file names; gives the number
    /// of these.
    fn fill(&self, row: &mut Cells, to: Option<usize>) -> usize {
        let mut gaps = 0;
        loop {
            if let Some((_, text)) = self.reaching.get(&row.len()) {
                row.push(text.clone());
            } else if to.is_some_and(|to| row.len() < to.min(MAX_COLUMNS)) {
                row.push(None);
                gaps += 1;
            } else {
                return gaps;
            }
        }
    }
}
