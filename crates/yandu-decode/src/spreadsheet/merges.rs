//! Merged cells: their text stands in the first cell only, and holds for all of them.

use calamine::Dimensions;

/// Fills merged cells while rows go by in order.
#[derive(Default)]
pub(crate) struct Merges {
    /// By first row.
    ranges: Vec<Dimensions>,
    next: usize,
    open: Vec<(Dimensions, Option<String>)>,
}

impl Merges {
    pub(crate) fn new(mut ranges: Vec<Dimensions>) -> Self {
        ranges.sort_by_key(|range| range.start);
        Self {
            ranges,
            next: 0,
            open: Vec::new(),
        }
    }

    /// Fills the cells of a row. Over several columns only while `across`, that is above the data: there a
    /// merged cell is a title or a group of columns, below it is a remark.
    pub(crate) fn fill(&mut self, row: u32, cells: &mut Vec<Option<String>>, across: bool) {
        while let Some(range) = self
            .ranges
            .get(self.next)
            .filter(|range| range.start.0 <= row)
        {
            let text = if range.start.0 == row {
                cells.get(range.start.1 as usize).cloned().flatten()
            } else {
                None
            };
            self.open.push((*range, text));
            self.next += 1;
        }
        self.open.retain(|(range, _)| range.end.0 >= row);
        for (range, text) in &self.open {
            if text.is_none() || (!across && range.start.0 == range.end.0) {
                continue;
            }
            let last = if across { range.end.1 } else { range.start.1 };
            for column in range.start.1..=last.min(range.start.1 + 1000) {
                let column = column as usize;
                if cells.len() <= column {
                    cells.resize(column + 1, None);
                }
                if let Some(cell @ None) = cells.get_mut(column) {
                    cell.clone_from(text);
                }
            }
        }
    }
}
