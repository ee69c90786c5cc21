//! A table as strips: one for each line of a row, so that a long row may go on on the next page.

use super::strip::{Part, Ruled, Strip, Text};
use crate::document::{Align, Column, Run, Table};
use crate::fonts::{Face, Glyphs};
use crate::line::{Letters, Line, break_lines};
use crate::sheet;

/// Between a ruled line and the letters beside it.
const BESIDE: f32 = 4.0;
const ABOVE: f32 = 3.0;
/// A row of so many lines stays on one page.
const KEPT: usize = 8;

pub(super) fn strips(
    table: &Table,
    place: usize,
    glyphs: &mut Glyphs<'_>,
    number: &dyn Fn(usize) -> Option<usize>,
) -> Vec<Strip> {
    if table.columns.is_empty() {
        return Vec::new();
    }
    let edges = edges(&table.columns);
    let titles: Vec<Vec<Run>> = table
        .columns
        .iter()
        .map(|column| vec![Run::plain(&column.title)])
        .collect();
    let mut setter = Setter {
        table,
        place,
        edges,
        glyphs,
        number,
    };
    let mut strips = setter.row(0, Face::Heiti, &titles);
    for strip in &mut strips {
        strip.keeps_next = true;
    }
    for (at, row) in table.rows.iter().enumerate() {
        strips.extend(setter.row(at + 1, Face::Fangsong, row));
    }
    strips
}

/// The left ends of the columns, and the right one of the last.
fn edges(columns: &[Column]) -> Vec<f32> {
    let whole: u32 = columns.iter().map(|one| u32::from(one.width.max(1))).sum();
    let mut edge = 0.0;
    let mut edges = vec![edge];
    for column in columns {
        edge += sheet::TEXT_WIDTH * f32::from(column.width.max(1)) / whole as f32;
        edges.push(edge);
    }
    edges
}

struct Setter<'a, 'f> {
    table: &'a Table,
    place: usize,
    edges: Vec<f32>,
    glyphs: &'a mut Glyphs<'f>,
    number: &'a dyn Fn(usize) -> Option<usize>,
}

impl Setter<'_, '_> {
    fn row(&mut self, at: usize, face: Face, cells: &[Vec<Run>]) -> Vec<Strip> {
        let letters = Letters {
            face,
            size: sheet::TABLE,
            pitch: sheet::TABLE,
        };
        let columns: Vec<Vec<Line>> = self
            .edges
            .windows(2)
            .enumerate()
            .map(|(column, edge)| {
                let room = width(edge) - 2.0 * BESIDE;
                let runs = cells.get(column).map(Vec::as_slice).unwrap_or_default();
                let signs = letters.of_runs(self.glyphs, runs, self.number);
                break_lines(&signs, room, 0.0)
            })
            .collect();
        let lines = columns.iter().map(Vec::len).max().unwrap_or(1);
        (0..lines)
            .map(|line| self.strip(at, (line, lines), &columns))
            .collect()
    }

    fn strip(&self, at: usize, (line, lines): (usize, usize), columns: &[Vec<Line>]) -> Strip {
        let above = if line == 0 { ABOVE } else { 0.0 };
        let below = if line + 1 == lines { ABOVE } else { 0.0 };
        let own = columns.iter().enumerate().filter_map(|(column, all)| {
            // Short cells stand in the middle of their row.
            let from = if lines <= KEPT {
                (lines - all.len()) / 2
            } else {
                0
            };
            // Of an odd number of lines that are free half a one stands above.
            let half = if lines <= KEPT && (lines - all.len()) % 2 == 1 {
                sheet::TABLE_LINE / 2.0
            } else {
                0.0
            };
            Some((column, half, all.get(line.checked_sub(from)?)?))
        });
        let texts = own.map(|(column, half, line)| Text {
            x: self.x(at, column, line),
            top: above + half,
            line: line.clone(),
            part: Part::Cell(self.place, at, column),
        });
        Strip {
            height: sheet::TABLE_LINE + above + below,
            line: sheet::TABLE_LINE,
            texts: texts.collect(),
            table: Some(Ruled {
                table: self.place,
                columns: self.edges.clone(),
                begins_row: line == 0,
                is_head: at == 0,
            }),
            keeps_next: lines <= KEPT && line + 1 < lines,
        }
    }

    fn x(&self, at: usize, column: usize, line: &Line) -> f32 {
        let edge = self.edges.get(column..).unwrap_or_default();
        let left = edge.first().copied().unwrap_or_default();
        let free = (width(edge) - 2.0 * BESIDE - line.width()).max(0.0);
        let align = self.table.columns.get(column).map(|one| one.align);
        left + BESIDE
            + match align {
                _ if at == 0 => free / 2.0,
                Some(Align::Centre) => free / 2.0,
                Some(Align::Right) => free,
                _ => 0.0,
            }
    }
}

fn width(edge: &[f32]) -> f32 {
    match edge {
        [left, right, ..] => right - left,
        _ => 0.0,
    }
}
