//! Rows of tables: each adds to the point of its number or title, or is a point itself where the text has none.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write as _;

use jiff::civil::Date;

use super::{Draught, Span, TITLE_SIGNS};
use crate::FindingCode;
use crate::due;
use crate::figure::{self, Context, Draft, Maybe, Written};
use crate::flow::Flow;
use crate::lexicon::GAIN;
use crate::numeral;
use crate::office::{self, Named};
use crate::outline;
use crate::reading::{Assignment, Doubt, Figure, Kind, Point, Reading, Role, Value};
use crate::sentence;
use crate::table::{self, Column, Grid, Row};
use crate::unit;

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
        let mut numbers: BTreeMap<u32, usize> = BTreeMap::new();
        for (place, span) in points.iter().enumerate() {
            numbers.entry(span.point.number).or_insert(place);
        }
        let mut places = Places {
            titles,
            numbers,
            labels: HashMap::new(),
        };
        for grid in &grids {
            places.labels.clear();
            let mut last = None;
            for row in &grid.rows {
                let owner = self.owner(grid, row, points, &mut places, has_points, last);
                last = owner;
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
        places: &mut Places,
        has_points: bool,
        last: Option<usize>,
    ) -> Option<usize> {
        let flow = &self.layout.flow;
        let mut number = grid
            .cells(row, Column::Number)
            .next()
            .and_then(|(from, to)| numeral::whole(&flow.text(from, to)));
        let mut task = grid.cells(row, Column::Task).next();
        let units: Vec<String> = [Column::Lead, Column::Responsible, Column::Support]
            .into_iter()
            .flat_map(|column| grid.cells(row, column))
            .map(|(from, to)| self.raw(from, to))
            .collect();
        if grid.columns.contains(&Column::Indicator) && task.is_none() {
            if units.is_empty() {
                return None;
            }
            task = grid.cells(row, Column::Indicator).next();
            // Indicators have numbers of their own, which are not those of the points.
            number = number.filter(|_| !has_points);
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
            let known = places.labelled(number, title.as_deref(), points);
            if let Some(place) = known {
                places.labels.insert(number, place);
                return known;
            }
            places.labels.insert(number, points.len());
            let label = number.to_string();
            let number = match places.numbers.last_key_value() {
                Some((last, _)) if places.numbers.contains_key(&number) => last.saturating_add(1),
                _ => number,
            };
            places.numbers.insert(number, points.len());
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
                    label,
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
        let by_title = title
            .as_ref()
            .and_then(|title| places.titles.get(title).copied());
        // Annexes have lists of their own, and a number alone does not make a row of another title a part of the point.
        let by_number = || {
            let place = places.numbers.get(&marked.or(number)?).copied()?;
            let point = &points.get(place)?.point;
            title
                .as_ref()
                .is_none_or(|title| is_alike(title, &point.title))
                .then_some(place)
        };
        let found = by_title.or_else(by_number);
        if found.is_none() {
            let from = row
                .cells
                .iter()
                .find(|(from, to)| from < to)
                .map_or(0, |cell| cell.0);
            let mut message = format!(
                "附表中的一行“{}”在正文中没有对应的要点",
                title.unwrap_or_default()
            );
            if !units.is_empty() {
                let _ = write!(message, "，所列单位（{}）未计入", units.join("、"));
            }
            let place = flow.place(from);
            self.notes
                .push((FindingCode::RowWithoutPoint, place, message, None));
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
        let context = sink.context;
        let due = grid
            .cells(row, Column::Due)
            .next()
            .and_then(|cell| due::day(flow, cell, context.year));
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
                .titled(row, column)
                .flat_map(|(cell, title)| office::names_below(flow, title, cell))
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
        let texts: Vec<_> = [Column::Task, Column::Content, Column::Other]
            .into_iter()
            .flat_map(|column| grid.titled(row, column))
            .collect();
        for ((from, to), title) in texts {
            // 2026年上半年 as a title is earlier than the day by which all of the row is done.
            let titled = due::day(flow, title, context.year);
            let due = [due, titled].into_iter().flatten().min();
            let from = outline::mark_at(flow, from).map_or(from, |(.., text)| text.min(to));
            for (from, to) in sentence::sentences(flow, from, to) {
                let found = figure::read(flow, from, to, context);
                for mut draft in found.figures {
                    let is_said = draft.due.is_some();
                    if !is_said && context.is_before(titled) {
                        describe_past(&mut draft);
                    }
                    let figure = self.figure(draft, number, due, context.year);
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
        let context = sink.context;
        let named = grid.cells(row, Column::Measure).next().or_else(|| {
            grid.cells(row, Column::Indicator)
                .find_map(|name| bracketed(flow, name))
        });
        let day = grid.cells(row, Column::Due).next();
        for ((from, to), title) in grid.titled(row, Column::Value) {
            // 2026年目标值: the title says when, and 10月底 in the row says it more exactly.
            let titled = due::day(flow, title, context.year);
            let year = titled.map(Date::year).or(context.year);
            let exact = day.and_then(|day| due::day(flow, day, year));
            let due = match titled.zip(exact) {
                Some((titled, exact)) if titled.year() == exact.year() && titled.month() == 12 => {
                    Some(exact)
                }
                _ => titled.or(due),
            };
            let is_past = table::is_of_base(flow, title) || context.is_before(titled);
            let measure = named.or_else(|| bracketed(flow, title));
            let cell = flow.part(from, to);
            let has_unit = (0..cell.len())
                .any(|place| !cell.at(place).is_ascii_digit() && unit::at(&cell, place).is_some());
            let measure = measure
                .filter(|_| !has_unit)
                .map(|(from, to)| flow.part(from, to));
            let (joined, split) = measured(&cell, measure.as_ref());
            let added = joined.len() - cell.len();
            // A place of the joined text in the cell: the unit takes none.
            let back = |index: usize| from + index.min(split) + index.saturating_sub(split + added);
            let found = figure::read(&joined, 0, joined.len(), context);
            // 新增基站数: the name of the indicator says what its cell does not.
            let is_gained = grid
                .cells(row, Column::Indicator)
                .chain([title])
                .any(|(from, to)| flow.holds_any(from, to, GAIN));
            for mut draft in found.figures {
                if is_past {
                    describe_past(&mut draft);
                }
                let is_kept = |doubt: &Doubt| *doubt != Doubt::SideNotSaid || !is_gained;
                draft.doubts.retain(is_kept);
                let unit = match &draft.unit {
                    Written::Place(start, end) => Some(
                        (*start..*end)
                            .filter_map(|index| self.signs.get(joined.place(index)))
                            .collect::<String>(),
                    ),
                    Written::Symbol(_) => None,
                };
                (draft.from, draft.to) = (back(draft.from), back(draft.to));
                draft.name = draft.name.map(|(from, to)| (back(from), back(to)));
                draft.baseline = draft.baseline.map(|(from, to)| (back(from), back(to)));
                draft.unit = match draft.unit {
                    Written::Place(..) => Written::Symbol(""),
                    symbol @ Written::Symbol(_) => symbol,
                };
                if draft.from >= draft.to {
                    continue;
                }
                let mut figure = self.figure(draft, number, due, context.year);
                if let Some(unit) = unit {
                    figure.unit = unit;
                }
                restate_or_add(figure, due, sink);
            }
            // What was reached before the plan is no target, whatever its unit.
            let offers = found.offers.iter().filter(|_| !is_past);
            let offers = offers.map(|offer| Maybe {
                from: back(offer.from),
                to: back(offer.to),
                why: offer.why,
            });
            sink.reading.offers.extend(
                offers
                    .filter(|offer| offer.from < offer.to)
                    .map(|offer| self.offer(&offer, number)),
            );
        }
    }
}

/// A column whose title names a year before the plan holds what was reached then, and no target.
fn describe_past(draft: &mut Draft) {
    if draft.kind == Kind::Target {
        draft.kind = Kind::Description;
    }
}

/// The unit that fills a bracket behind the name of an indicator or in the title of its column: 5G基站数（万座）, 2026年目标（亿元）.
fn bracketed(flow: &Flow, (from, to): (usize, usize)) -> Option<(usize, usize)> {
    (from..to)
        .filter(|open| flow.at(*open) == '(')
        .filter_map(|open| Some((open + 1, flow.closing(open, to)? - 1)))
        .find(|(from, to)| unit::fills(flow, *from, *to))
}

/// A value with its unit behind the number, as in a sentence: 30左右 in 亿元 is 30亿元左右. With the place of the unit.
fn measured(cell: &Flow, measure: Option<&Flow>) -> (Flow, usize) {
    let split = number_end(cell).unwrap_or(cell.len());
    let mut joined = cell.part(0, split);
    if let Some(measure) = measure {
        for index in 0..measure.len() {
            joined.push(measure.at(index), measure.place(index), false);
        }
    }
    for index in split..cell.len() {
        joined.push(cell.at(index), cell.place(index), cell.gap(index));
    }
    (joined, split)
}

/// Behind the first number of a cell that is no year, or behind the second of a range.
fn number_end(cell: &Flow) -> Option<usize> {
    let mut index = 0;
    while index < cell.len() {
        if !cell.at(index).is_ascii_digit() {
            index += 1;
            continue;
        }
        let first = numeral::at(cell, index)?.end;
        let second = due::connector(cell, first).and_then(|next| numeral::at(cell, next));
        let end = second.map_or(first, |second| second.end);
        if !matches!(cell.at(end), '年' | '月') {
            return Some(end);
        }
        index = end;
    }
    None
}

/// Whether two titles name one piece of work: half of the pairs of signs of the shorter one stand in the longer one.
fn is_alike(one: &str, other: &str) -> bool {
    let signs = |text: &str| -> Vec<char> {
        text.chars()
            .map(yandu_words::sign::fold)
            .filter(|sign| sign.is_alphanumeric())
            .collect()
    };
    let (one, other) = (signs(one), signs(other));
    let (short, long) = if one.len() <= other.len() {
        (one, other)
    } else {
        (other, one)
    };
    let pairs: HashSet<&[char]> = long.windows(2).collect();
    let shared = short.windows(2).filter(|pair| pairs.contains(pair)).count();
    shared > 0 && shared * 2 >= short.len() - 1
}

/// The places of the points, by what a row may name them with.
struct Places {
    titles: HashMap<String, usize>,
    numbers: BTreeMap<u32, usize>,
    /// What the numbers of the rows of one table mean: a list of its own may count from one again.
    labels: HashMap<u32, usize>,
}

impl Places {
    /// The point that the table means by a number, or that was numbered so before it; no point of another title.
    fn labelled(&self, number: u32, title: Option<&str>, points: &[Span]) -> Option<usize> {
        let label = number.to_string();
        let is_meant = |place: &usize| {
            points.get(*place).is_some_and(|span| {
                span.point.label == label && title.is_none_or(|title| span.point.title == title)
            })
        };
        [self.labels.get(&number), self.numbers.get(&number)]
            .into_iter()
            .flatten()
            .copied()
            .find(is_meant)
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

/// The year of the day of a figure.
fn year_of(figure: &Figure) -> Option<&str> {
    figure.due.as_deref()?.get(..4)
}

/// A table repeats what the text says: then it only adds the day. Another figure is added.
fn restate_or_add(figure: Figure, due: Option<Date>, sink: &mut Sink<'_>) {
    let Sink { said, reading, .. } = sink;
    let key = said_key(&figure);
    let same = key
        .as_ref()
        .and_then(|key| said.get(key))
        .and_then(|place| reading.targets.get_mut(*place))
        .filter(|one| one.kind == figure.kind)
        // So much by the end of one year and as much by the end of the next are two.
        .filter(|one| one.doubts.contains(&Doubt::DueNotSaid) || year_of(one) == year_of(&figure));
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
