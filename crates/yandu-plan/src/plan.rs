//! Puts the parts of a reading together.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::civil::Date;

use crate::decode::{Decoded, frequent_share};
use crate::due::{self, Sense};
use crate::error::Error;
use crate::figure::{self, Context, Draft, Maybe, Written};
use crate::flow::Flow;
use crate::layout::{self, Layout};
use crate::office::{self, Named, Naming};
use crate::outline::{self, Heading, Mark};
use crate::reading::{
    Assignment, Chapter, Doubt, Figure, Kind, Offer, Point, Reading, Role, Sentence, Unit, Value,
};
use crate::review;
use crate::sentence;
use crate::table::{Column, Grid, Row};
use crate::{FindingCode, Options};

/// Signs of a title that is cut from a long sentence.
const TITLE_SIGNS: usize = 40;

pub(crate) struct Draught<'t> {
    pub(crate) signs: &'t [char],
    pub(crate) layout: Layout,
    pub(crate) headings: Vec<Heading>,
    pub(crate) ends: Vec<usize>,
    pub(crate) mark: Option<Mark>,
    pub(crate) namings: Vec<Naming>,
    pub(crate) notes: Vec<(FindingCode, usize, String, Option<u32>)>,
    pub(crate) is_cut: bool,
}

pub(crate) fn read(decoded: &Decoded, options: &Options) -> Result<Reading, Error> {
    let signs: Vec<char> = decoded.text.chars().collect();
    let layout = layout::read(&signs);
    let headings = outline::headings(&layout.flow, &layout.paragraphs);
    let (title, years) = title(&layout, &signs, &headings);
    let year = options.year.or(years.map(|(_, last)| last));
    let first_year = years
        .map(|(first, _)| first)
        .filter(|_| options.year.is_none())
        .or(year);
    let namings = namings(&layout, year);
    let prose_end = layout.paragraphs.last().map_or(0, |(_, to)| *to);
    let ends = outline::ends(&headings, prose_end);
    let units: Vec<(usize, usize)> = namings.iter().map(|one| (one.from, one.to)).collect();
    let mark = outline::point_mark(&headings, &ends, &units);
    let mut draught = Draught {
        signs: &signs,
        layout,
        headings,
        ends,
        mark,
        namings,
        notes: Vec::new(),
        is_cut: decoded.is_cut,
    };
    let context = Context {
        year,
        first_year,
        is_traditional: is_traditional(&signs),
        is_cell: false,
    };
    let (chapters, mut points) = draught.outline();
    let mut reading = Reading {
        title,
        year,
        encoding: decoded.encoding,
        signs: signs.len(),
        chapters,
        points: Vec::new(),
        everywhere: draught.everywhere(),
        targets: Vec::new(),
        offers: Vec::new(),
        findings: Vec::new(),
    };
    draught.prose(&mut points, context, &mut reading);
    draught.tables(&mut points, context, &mut reading);
    reading.points = points.into_iter().map(|span| sum_up(span.point)).collect();
    reading.targets.sort_by_key(|figure| figure.offset);
    reading.offers.sort_by_key(|offer| offer.offset);
    refuse(&decoded.text, &draught, &reading)?;
    review::look(&mut draught, &mut reading, &decoded.text);
    Ok(reading)
}

/// A point with its place in the flow.
pub(crate) struct Span {
    point: Point,
    from: usize,
    to: usize,
}

impl Draught<'_> {
    fn unit(&self, named: &Named) -> Unit {
        Unit {
            name: self.raw(named.from, named.to),
            role: named.role,
            offset: self.layout.flow.place(named.from),
        }
    }

    /// The signs of a run as the text has them, without the spaces and line ends inside.
    fn raw(&self, from: usize, to: usize) -> String {
        (from..to)
            .filter_map(|index| self.signs.get(self.layout.flow.place(index)))
            .collect()
    }

    /// A run as it stands in the text, with all that is inside.
    fn literal(&self, from: usize, to: usize) -> (String, usize) {
        let (start, end) = (
            self.layout.flow.place(from),
            self.layout.flow.place_after(to),
        );
        let text = self.signs.get(start..end).unwrap_or_default();
        (text.iter().collect(), start)
    }

    fn everywhere(&self) -> Vec<Unit> {
        let mut units: Vec<Unit> = Vec::new();
        let mut names = HashSet::new();
        for named in self.namings.iter().flat_map(|naming| &naming.everywhere) {
            let unit = self.unit(named);
            if names.insert(unit.name.clone()) {
                units.push(unit);
            }
        }
        units
    }

    /// Chapters and points, without what the points hold.
    fn outline(&mut self) -> (Vec<Chapter>, Vec<Span>) {
        let Some(mark) = self.mark else {
            return (Vec::new(), Vec::new());
        };
        let coarse = self
            .headings
            .iter()
            .map(|heading| heading.mark)
            .min()
            .filter(|one| *one < mark);
        let mut chapters: Vec<Chapter> = Vec::new();
        let mut points: Vec<Span> = Vec::new();
        let mut chapter_of: Vec<usize> = Vec::new();
        for (heading, end) in self.headings.iter().zip(&self.ends) {
            if Some(heading.mark) == coarse {
                chapters.push(Chapter {
                    label: self.label(heading),
                    title: self.heading_title(heading),
                    offset: self.layout.flow.place(heading.from),
                    points: Vec::new(),
                });
            } else if heading.mark == mark {
                chapter_of.push(chapters.len());
                points.push(self.span(heading, *end));
            }
        }
        self.number(mark, &mut points);
        for (span, chapter) in points.iter().zip(&chapter_of) {
            if let Some(chapter) = chapter
                .checked_sub(1)
                .and_then(|place| chapters.get_mut(place))
            {
                chapter.points.push(span.point.number);
            }
        }
        (chapters, points)
    }

    fn label(&self, heading: &Heading) -> String {
        let label = self.raw(heading.from, heading.text);
        label
            .trim_start_matches("任务")
            .trim_start_matches("任務")
            .trim_matches(['(', ')', '（', '）', '、', '.', '．', ':', '：'])
            .to_owned()
    }

    fn span(&self, heading: &Heading, end: usize) -> Span {
        let flow = &self.layout.flow;
        Span {
            point: Point {
                number: heading.number,
                label: self.label(heading),
                title: self.heading_title(heading),
                offset: flow.place(heading.from),
                end: flow.place_after(end),
                leads: Vec::new(),
                supports: Vec::new(),
                lead_open: true,
                assignments: Vec::new(),
                sentences: Vec::new(),
            },
            from: heading.from,
            to: end,
        }
    }

    /// The first words of a heading: to the end of its first sentence, or before its units.
    fn heading_title(&self, heading: &Heading) -> String {
        let flow = &self.layout.flow;
        let from = heading.text;
        let first = self.namings.partition_point(|naming| naming.from < from);
        let naming = self
            .namings
            .get(first)
            .filter(|naming| naming.from < heading.to);
        let limit = naming.map_or(heading.to, |naming| naming.from);
        let mut end = (from..limit)
            .find(|place| {
                matches!(flow.at(*place), '。' | '!' | '?')
                    || flow.at(*place) == ':' && place - from <= 30
            })
            .unwrap_or(limit);
        if end - from > TITLE_SIGNS {
            end = (from..end)
                .find(|place| matches!(flow.at(*place), ',' | ';'))
                .unwrap_or(end);
        }
        self.raw(from, end.min(from + 2 * TITLE_SIGNS))
    }

    /// Numbers as the text has them where they run through it, else the order of the text.
    fn number(&mut self, mark: Mark, points: &mut [Span]) {
        let begins_again = {
            let (mut last, mut is_under_new) = (0, false);
            self.headings.iter().any(|heading| {
                is_under_new |= heading.mark < mark;
                let again = heading.mark == mark && heading.number <= last && is_under_new;
                if heading.mark == mark {
                    (last, is_under_new) = (heading.number, false);
                }
                again
            })
        };
        review::numbering(
            &mut self.notes,
            &self.layout.flow,
            &self.headings,
            mark,
            begins_again,
        );
        let mut seen = BTreeMap::new();
        for span in points.iter() {
            *seen.entry(span.point.number).or_insert(0) += 1;
        }
        if begins_again || seen.values().any(|count| *count > 1) {
            for (place, span) in points.iter_mut().enumerate() {
                span.point.number = u32::try_from(place + 1).unwrap_or(u32::MAX);
            }
        }
    }

    /// Reads the sentences: those of the points, then those of parts without points.
    fn prose(&mut self, points: &mut [Span], context: Context, reading: &mut Reading) {
        let Self {
            layout, namings, ..
        } = &*self;
        let first_heading = self
            .headings
            .first()
            .map_or(usize::MAX, |heading| heading.from);
        let mut naming = 0;
        let mut span_at = 0;
        let mut drafts: Vec<(Option<usize>, Draft)> = Vec::new();
        let mut offers: Vec<(Option<usize>, Maybe)> = Vec::new();
        for (from, to) in &layout.paragraphs {
            while points.get(span_at).is_some_and(|span| span.to <= *from) {
                span_at += 1;
            }
            let owner = points
                .get(span_at)
                .filter(|span| span.from <= *from)
                .map(|_| span_at);
            let mut start =
                outline::mark_at(&layout.flow, *from).map_or(*from, |(_, _, text)| text.min(*to));
            let mut runs = Vec::new();
            while let Some(one) = namings.get(naming).filter(|one| one.from < *to) {
                runs.push((start, one.from.max(start)));
                start = one.to.max(start);
                naming += 1;
            }
            runs.push((start.min(*to), *to));
            for (start, end) in runs {
                for (from, to) in sentence::sentences(&layout.flow, start, end) {
                    if let Some(span) = owner.and_then(|owner| points.get_mut(owner)) {
                        let (text, offset) = self.literal(from, to);
                        span.point.sentences.push(Sentence {
                            text,
                            offset,
                            end: layout.flow.place_after(to),
                        });
                    }
                    if owner.is_none()
                        && from < first_heading
                        && is_salutation(&layout.flow, from, to)
                    {
                        continue;
                    }
                    let found = figure::read(&layout.flow, from, to, context);
                    let is_kept = |kind: Kind| {
                        owner.is_some() || matches!(kind, Kind::Target | Kind::Preference)
                    };
                    drafts.extend(
                        found
                            .figures
                            .into_iter()
                            .filter(|draft| is_kept(draft.kind))
                            .map(|draft| (owner, draft)),
                    );
                    if owner.is_some() {
                        offers.extend(found.offers.into_iter().map(|offer| (owner, offer)));
                    }
                }
            }
        }
        self.assign(points);
        for (owner, draft) in drafts {
            let span = owner.and_then(|owner| points.get(owner));
            let (number, stated) = self.standing(span, draft.from);
            reading
                .targets
                .push(self.figure(draft, number, stated, context.year));
        }
        for (owner, offer) in offers {
            let number = owner
                .and_then(|owner| points.get(owner))
                .map(|span| span.point.number);
            reading.offers.push(self.offer(&offer, number));
        }
    }

    fn offer(&self, offer: &Maybe, point: Option<u32>) -> Offer {
        let (literal, offset) = self.literal(offer.from, offer.to);
        Offer {
            point,
            literal,
            offset,
            why: offer.why,
        }
    }

    /// The number of a point, and the day that the naming of the units says for this part of it.
    fn standing(&self, span: Option<&Span>, from: usize) -> (Option<u32>, Option<Date>) {
        let Some(span) = span else {
            return (None, None);
        };
        let after = self.namings.partition_point(|naming| naming.from < from);
        let due = self
            .namings
            .get(after)
            .filter(|naming| naming.from < span.to)
            .and_then(|naming| naming.due);
        (Some(span.point.number), due)
    }

    /// Gives the points their units.
    fn assign(&self, points: &mut [Span]) {
        let flow = &self.layout.flow;
        for span in points.iter_mut() {
            let first = self
                .namings
                .partition_point(|naming| naming.from < span.from);
            let mut from = span.point.offset;
            for naming in self
                .namings
                .iter()
                .skip(first)
                .take_while(|naming| naming.from < span.to)
            {
                let end = flow.place_after(naming.to);
                if !naming.units.is_empty() {
                    span.point.assignments.push(Assignment {
                        from,
                        offset: flow.place(naming.from),
                        end,
                        units: naming.units.iter().map(|named| self.unit(named)).collect(),
                        due: naming.due.map(|due| due.to_string()),
                    });
                }
                from = end;
            }
        }
    }

    fn figure(
        &self,
        draft: Draft,
        point: Option<u32>,
        stated: Option<Date>,
        year: Option<i16>,
    ) -> Figure {
        let (literal, offset) = self.literal(draft.from, draft.to);
        let mut doubts = draft.doubts;
        let due = draft.due.or(stated);
        if due.is_none() && matches!(draft.kind, Kind::Target) {
            doubts.push(Doubt::DueNotSaid);
        }
        let due = due.or_else(|| year.and_then(|year| Date::new(year, 12, 31).ok()));
        doubts.sort_unstable();
        doubts.dedup();
        Figure {
            point,
            literal,
            offset,
            value: match draft.name {
                Some((from, to)) => Value::Text(self.raw(from, to)),
                None => draft.value,
            },
            unit: match draft.unit {
                Written::Symbol(symbol) => symbol.to_owned(),
                Written::Place(from, to) => self.raw(from, to),
            },
            comparison: draft.comparison,
            due: due.map(|due| due.to_string()),
            kind: draft.kind,
            bound: draft.bound,
            range: draft.range,
            baseline: draft.baseline.map(|(from, to)| self.raw(from, to)),
            doubts,
        }
    }

    /// Reads the tables: a row adds to the point of its number or title, or is a point itself where the text has none.
    fn tables(&mut self, points: &mut Vec<Span>, context: Context, reading: &mut Reading) {
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
                draft.from = from + draft.from;
                draft.to = from + draft.to;
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
    match same {
        Some(one) => {
            if let (Some(due), true) = (due, one.doubts.contains(&Doubt::DueNotSaid)) {
                one.due = Some(due.to_string());
                one.doubts.retain(|doubt| *doubt != Doubt::DueNotSaid);
            }
        }
        None => {
            if let Some(key) = key {
                said.entry(key).or_insert(reading.targets.len());
            }
            reading.targets.push(figure);
        }
    }
}

/// Sums up who leads a point and who supports.
fn sum_up(mut point: Point) -> Point {
    let units = || point.assignments.iter().flat_map(|one| &one.units);
    let mut seen = HashSet::new();
    let mut leads: Vec<String> = Vec::new();
    for unit in units().filter(|unit| unit.role == Role::Lead) {
        if seen.insert(unit.name.as_str()) {
            leads.push(unit.name.clone());
        }
    }
    let mut supports: Vec<String> = Vec::new();
    for unit in units() {
        if seen.insert(unit.name.as_str()) {
            supports.push(unit.name.clone());
        }
    }
    point.lead_open = leads.is_empty();
    (point.leads, point.supports) = (leads, supports);
    point
}

/// The namings of all paragraphs; those of paragraphs that follow each other are one.
fn namings(layout: &Layout, year: Option<i16>) -> Vec<Naming> {
    let mut namings: Vec<Naming> = Vec::new();
    let mut was_labelled = false;
    for (from, to) in &layout.paragraphs {
        let found = office::namings(&layout.flow, (*from, *to), year);
        let is_labelled = office::is_labelled(&layout.flow, *from, *to);
        for naming in found {
            match namings.last_mut() {
                Some(last) if is_labelled && was_labelled => last.join(naming),
                _ => namings.push(naming),
            }
        }
        if let Some(named) = office::everywhere(&layout.flow, *from, *to)
            && namings
                .last()
                .is_none_or(|naming| naming.to < *from || naming.everywhere.is_empty())
        {
            namings.push(Naming::of_all(*from, named));
        }
        was_labelled = is_labelled;
    }
    namings.sort_by_key(|naming| naming.from);
    namings
}

/// The title and the year of the plan: of the first lines, the one that is named like a plan.
fn title(
    layout: &Layout,
    signs: &[char],
    headings: &[Heading],
) -> (Option<String>, Option<(i16, i16)>) {
    let first = headings.first().map_or(usize::MAX, |heading| heading.from);
    let names: &[&'static str] = &[
        "工作要点",
        "行动计划",
        "行动方案",
        "实施方案",
        "工作方案",
        "工作计划",
        "重点任务",
        "任务分解",
        "工作安排",
        "建设方案",
        "重点工作",
        "任务清单",
        "年度计划",
        "实施计划",
        "规划",
        "任务分工",
    ];
    let flow = &layout.flow;
    let head = || {
        layout
            .paragraphs
            .iter()
            .filter(|(from, _)| *from < first)
            .take(40)
    };
    let text = |from: usize, to: usize| -> String {
        (from..to)
            .filter_map(|index| signs.get(flow.place(index)))
            .collect()
    };
    let named = head()
        .filter(|(from, to)| {
            to - from <= 60 && flow.word_before(*to, names).is_some()
                || to - from <= 60 && flow.holds_any(*from, *to, names) && flow.before(*to) == ')'
        })
        .last();
    let years_in = |flow: &Flow, from: usize, to: usize| {
        due::years(flow, from, to)
            .into_iter()
            .fold(None, |years, year| {
                let (first, last) = years.unwrap_or((year, year));
                Some((year.min(first), year.max(last)))
            })
    };
    let by_title = named.and_then(|(from, to)| years_in(flow, *from, *to));
    // 关于印发《2025年…工作要点》的通知 names it too.
    let by_notice = || {
        head().find_map(|(from, to)| {
            let open = flow.find(*from, *to, "《")?;
            let close = flow.find(open, *to, "》")?;
            let inside = flow.part(open + 1, close);
            flow.holds_any(open, close, names).then_some(())?;
            years_in(&inside, 0, inside.len())
        })
    };
    // Else the day on which the plan was given out.
    let by_day = || {
        head()
            .filter(|(from, to)| to - from <= 14)
            .find_map(|(from, to)| years_in(flow, *from, *to))
    };
    let year = by_title.or_else(by_notice).or_else(by_day);
    let title = named.map(|(from, to)| text(*from, *to)).or_else(|| {
        head()
            .find(|(from, to)| to - from <= 60 && flow.before(*to) != ':')
            .map(|(from, to)| text(*from, *to))
    });
    (title, year)
}

fn is_traditional(signs: &[char]) -> bool {
    let count = |one: char| signs.iter().filter(|sign| **sign == one).count();
    count('個') + count('設') + count('數') > count('个') + count('设') + count('数')
}

/// Greetings, signatures and days before the first heading.
fn is_salutation(flow: &Flow, from: usize, to: usize) -> bool {
    flow.before(to) == ':'
        || to - from < 16
        || flow.holds_any(from, to, &["印发给你们", "认真贯彻", "贯彻执行"])
}

/// A text in which nothing of a plan was found is none.
fn refuse(text: &str, draught: &Draught<'_>, reading: &Reading) -> Result<(), Error> {
    let (mut han, mut all, mut odd, mut stops) = (0_usize, 1_usize, 0_usize, 0_usize);
    for sign in text.chars().filter(|sign| !sign.is_whitespace()) {
        all += 1;
        han += usize::from(yandu_words::sign::is_han(sign));
        stops += usize::from(matches!(sign, '。' | '；' | '，' | ',' | '、'));
        odd += usize::from(
            !yandu_words::sign::is_han(sign)
                && !sign.is_ascii_alphanumeric()
                && !matches!(sign, '\u{3000}'..='\u{303f}' | '\u{ff01}'..='\u{ff5e}' | '\u{2010}'..='\u{2026}' | ',' | '.' | '(' | ')' | ':' | ';' | '%' | '-' | '+' | '/' | '"' | '|' | '×' | '·' | '①'..='⑳'),
        );
    }
    let units = draught
        .namings
        .iter()
        .any(|naming| !naming.units.is_empty())
        || reading
            .points
            .iter()
            .any(|point| !point.assignments.is_empty());
    let is_plan = !reading.points.is_empty() && (units || !reading.targets.is_empty());
    let is_garbled = odd * 12 > all || frequent_share(text) < 0.3 && han > 30;
    if han >= 4
        && (is_garbled || text.contains('\u{c}') && han < 200 || han * 4 < all && stops < 3)
        && !is_plan
    {
        return Err(Error::Scan {
            why: format!(
                "of {all} signs {han} are Chinese and {odd} are stray marks, and there is hardly a whole sentence"
            ),
        });
    }
    if is_plan {
        return Ok(());
    }
    let why = if han * 5 < all {
        "it is hardly in Chinese".to_owned()
    } else if reading.points.is_empty() {
        "no numbered points were found".to_owned()
    } else {
        "its numbered parts name neither responsible units nor figures".to_owned()
    };
    Err(Error::NotAPlan { why })
}
