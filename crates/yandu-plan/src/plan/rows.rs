//! Rows of tables: each adds to the point of its number or title, or is a point itself where the text has none.

use std::collections::HashMap;

use jiff::civil::Date;

use super::{Draught, Span, TITLE_SIGNS};
use crate::FindingCode;
use crate::due::{self, Sense};
use crate::figure::{self, Context, Written};
use crate::office::{self, Named};
use crate::outline;
use crate::reading::{Assignment, Doubt, Figure, Point, Reading, Role, Value};
use crate::sentence;
use crate::table::{Column, Grid, Row};

impl Draught<'_> {
    /// Reads the tables: a row adds to the point of its number or title, or is a point itself where the text has none.
    pub(super) fn tables(
        &mut self,
        points: &mut Vec<Span>,
        context: Context,
        reading: &mut Reading,
    ) {
        let grids = std::mem::take(&mut self.layout.grids);
        let has_points = !points.is_empty();
        let mut titles: HashMap<String, usize> = HashMap::new();
        for (place, span) in points.iter().enumerate() {
            titles.entry(span.point.title.clone()).or_insert(place);
        }
        let mut said = Said::new();
        for (place, figure) in reading.targets.iter().enumerate() {
            if let Some(key) = said_key(figure) {
                said.entry(key).or_insert(place);
            }
        }
        let mut sink = Sink {
            context: Context {
                is_cell: true,
                ..context
            },
            said,
            reading,
        };
        let mut numbers: HashMap<u32, usize> = HashMap::new();
        for (place, span) in points.iter().enumerate() {
            numbers.entry(span.point.number).or_insert(place);
        }
        for grid in &grids {
            let mut last = None;
            for row in &grid.rows {
                let owner =
                    self.owner(grid, row, points, (&titles, &mut numbers), has_points, last);
                last = owner.or(last);
                self.row(grid, row, owner, points, &mut sink);
            }
        }
        self.layout.grids = grids;
    }

    /// The point that a row belongs to; made where the text has no points.
    fn owner(
        &mut self,
        grid: &Grid,
        row: &Row,
        points: &mut Vec<Span>,
        (titles, numbers): (&HashMap<String, usize>, &mut HashMap<u32, usize>),
        has_points: bool,
        last: Option<usize>,
    ) -> Option<usize> {
        let flow = &self.layout.flow;
        let number = grid
            .cells(row, Column::Number)
            .next()
            .and_then(|(from, to)| crate::numeral::whole(&flow.text(from, to)));
        let task = grid.cells(row, Column::Task).next();
        let is_indicators = grid.columns.contains(&Column::Indicator) && task.is_none();
        if is_indicators {
            return None;
        }
        let (title, marked) = match task {
            Some((from, to)) => {
                let mark = outline::mark_at(flow, from).filter(|(.., text)| *text < to);
                let start = mark.map_or(from, |(.., text)| text);
                (Some(self.raw(start, to)), mark.map(|(_, number, _)| number))
            }
            None => (None, None),
        };
        if number.is_none() && title.is_none() {
            return last;
        }
        if !has_points {
            // A title that goes on over several rows stands in the first of them.
            let number = number
                .or(marked)
                .unwrap_or_else(|| u32::try_from(points.len() + 1).unwrap_or(u32::MAX));
            let known = numbers.get(&number).copied().filter(|place| {
                points.get(*place).is_some_and(|span| {
                    title
                        .as_ref()
                        .is_none_or(|title| span.point.title == *title)
                })
            });
            if known.is_some() {
                return known;
            }
            numbers.entry(number).or_insert(points.len());
            let (from, to) = row.cells.iter().fold((usize::MAX, 0), |(from, to), cell| {
                if cell.0 < cell.1 {
                    (from.min(cell.0), to.max(cell.1))
                } else {
                    (from, to)
                }
            });
            let content = grid.cells(row, Column::Content).next();
            let title = title
                .or_else(|| content.map(|(from, to)| self.raw(from, to.min(from + TITLE_SIGNS))));
            points.push(Span {
                point: Point {
                    number,
                    label: number.to_string(),
                    title: title.unwrap_or_default(),
                    offset: flow.place(from),
                    end: flow.place_after(to),
                    leads: Vec::new(),
                    supports: Vec::new(),
                    lead_open: true,
                    assignments: Vec::new(),
                    sentences: Vec::new(),
                },
                from,
                to,
            });
            return Some(points.len() - 1);
        }
        let by_title = title.as_ref().and_then(|title| titles.get(title).copied());
        let by_number = || numbers.get(&marked.or(number)?).copied();
        let found = by_title.or_else(by_number);
        if found.is_none() {
            let from = row
                .cells
                .iter()
                .find(|(from, to)| from < to)
                .map_or(0, |cell| cell.0);
            self.notes.push((
                FindingCode::RowWithoutPoint,
                flow.place(from),
                format!(
                    "附表中的一行“{}”在正文中没有对应的要点",
                    title.unwrap_or_default()
                ),
                None,
            ));
        }
        found
    }

    fn row(
        &mut self,
        grid: &Grid,
        row: &Row,
        owner: Option<usize>,
        points: &mut [Span],
        sink: &mut Sink<'_>,
    ) {
        let flow = &self.layout.flow;
        let due = grid.cells(row, Column::Due).next().and_then(|(from, to)| {
            due::all(flow, from, to, sink.context.year)
                .into_iter()
                .rfind(|when| when.sense == Sense::By)
                .and_then(|when| when.last)
        });
        let has_lead = grid.cells(row, Column::Lead).next().is_some();
        let has_support = grid.columns.contains(&Column::Support);
        let mut units = Vec::new();
        for (column, role) in [
            (Column::Lead, Role::Lead),
            (
                Column::Responsible,
                if has_lead {
                    Role::Support
                } else if has_support {
                    Role::Lead
                } else {
                    Role::Shared
                },
            ),
            (Column::Support, Role::Support),
        ] {
            let named: Vec<(usize, usize)> = grid
                .cells(row, column)
                .flat_map(|(from, to)| office::names(flow, from, to))
                .collect();
            let role = if role == Role::Shared && named.len() == 1 {
                Role::Lead
            } else {
                role
            };
            units.extend(
                named
                    .into_iter()
                    .map(|(from, to)| self.unit(&Named { role, from, to })),
            );
        }
        let (from, to) = row.cells.iter().fold((usize::MAX, 0), |(from, to), cell| {
            if cell.0 < cell.1 {
                (from.min(cell.0), to.max(cell.1))
            } else {
                (from, to)
            }
        });
        if let Some(span) = owner.and_then(|owner| points.get_mut(owner))
            && !units.is_empty()
        {
            span.point.assignments.push(Assignment {
                from: flow.place(from),
                offset: units.first().map_or(0, |unit| unit.offset),
                end: flow.place_after(to),
                units,
                due: due.map(|due| due.to_string()),
            });
        }
        let number = owner
            .and_then(|owner| points.get(owner))
            .map(|span| span.point.number);
        let texts: Vec<(usize, usize)> = [Column::Task, Column::Content, Column::Other]
            .into_iter()
            .flat_map(|column| grid.cells(row, column))
            .collect();
        for (from, to) in texts {
            let from = outline::mark_at(flow, from).map_or(from, |(.., text)| text.min(to));
            for (from, to) in sentence::sentences(flow, from, to) {
                let found = figure::read(flow, from, to, sink.context);
                for draft in found.figures {
                    let is_said = draft.due.is_some();
                    let figure = self.figure(draft, number, due, sink.context.year);
                    restate_or_add(figure, due.filter(|_| !is_said), sink);
                }
                sink.reading
                    .offers
                    .extend(found.offers.iter().map(|offer| self.offer(offer, number)));
            }
        }
        self.indicator(grid, row, number, due, sink);
    }

    /// A row of indicators: the value stands in one cell, its unit in another.
    fn indicator(
        &self,
        grid: &Grid,
        row: &Row,
        number: Option<u32>,
        due: Option<Date>,
        sink: &mut Sink<'_>,
    ) {
        let flow = &self.layout.flow;
        let measure = grid.cells(row, Column::Measure).next();
        let values = grid
            .columns
            .iter()
            .zip(&row.cells)
            .zip(&grid.titles)
            .filter(|((column, (from, to)), _)| **column == Column::Value && from < to);
        for ((_, (from, to)), (title, title_end)) in values {
            let (from, to) = (*from, *to);
            // 2026年目标值: the title says when.
            let due = due::all(flow, *title, *title_end, sink.context.year)
                .into_iter()
                .rfind(|when| when.sense == Sense::By)
                .and_then(|when| when.last)
                .or(due);
            // Value and unit are read as one, as they would stand in a sentence.
            let mut joined = flow.part(from, to);
            let length = joined.len();
            let has_unit = (from..to).any(|place| {
                !flow.at(place).is_ascii_digit() && crate::unit::at(flow, place).is_some()
            });
            if let Some((from, to)) = measure.filter(|_| !has_unit) {
                let unit = flow.part(from, to);
                for index in 0..unit.len() {
                    joined.push(unit.at(index), unit.place(index), false);
                }
            }
            let found = figure::read(&joined, 0, joined.len(), sink.context);
            for mut draft in found.figures {
                let unit = match &draft.unit {
                    Written::Place(start, end) => Some(
                        (*start..*end)
                            .filter_map(|index| self.signs.get(joined.place(index)))
                            .collect::<String>(),
                    ),
                    Written::Symbol(_) => None,
                };
                draft.to = draft.to.min(length);
                draft.from += from;
                draft.to += from;
                draft.unit = match draft.unit {
                    Written::Place(..) => Written::Symbol(""),
                    symbol @ Written::Symbol(_) => symbol,
                };
                if draft.from >= draft.to {
                    continue;
                }
                let mut figure = self.figure(draft, number, due, sink.context.year);
                if let Some(unit) = unit {
                    figure.unit = unit;
                }
                restate_or_add(figure, None, sink);
            }
        }
    }
}

/// Where the figures of tables go.
struct Sink<'r> {
    context: Context,
    said: Said,
    reading: &'r mut Reading,
}

/// What tells that a table repeats a figure of the text.
type Said = HashMap<(u32, String, String), usize>;

fn said_key(figure: &Figure) -> Option<(u32, String, String)> {
    let value = match &figure.value {
        Value::Number(number) => number.to_string(),
        Value::Text(text) => text.clone(),
    };
    Some((figure.point?, value, figure.unit.clone()))
}

/// A table repeats what the text says: then it only adds the day. Another figure is added.
fn restate_or_add(figure: Figure, due: Option<Date>, sink: &mut Sink<'_>) {
    let Sink { said, reading, .. } = sink;
    let key = said_key(&figure);
    let same = key
        .as_ref()
        .and_then(|key| said.get(key))
        .and_then(|place| reading.targets.get_mut(*place))
        .filter(|one| one.kind == figure.kind);
    if let Some(one) = same {
        if let (Some(due), true) = (due, one.doubts.contains(&Doubt::DueNotSaid)) {
            one.due = Some(due.to_string());
            one.doubts.retain(|doubt| *doubt != Doubt::DueNotSaid);
        }
        return;
    }
    if let Some(key) = key {
        said.entry(key).or_insert(reading.targets.len());
    }
    reading.targets.push(figure);
}
