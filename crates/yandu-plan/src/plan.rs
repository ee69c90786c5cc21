//! Puts the parts of a reading together.

mod rows;
mod structure;
mod title;

use std::collections::HashSet;

use jiff::civil::Date;

use crate::decode::{Decoded, frequent_share};
use crate::error::Error;
use crate::figure::{self, Context, Draft, Maybe, Written};
use crate::flow::Flow;
use crate::layout::{self, Layout};
use crate::office::{self, Named, Naming};
use crate::outline::{self, Heading, Mark};
use crate::reading::{
    Assignment, Doubt, Figure, Kind, Offer, Point, Reading, Role, Sentence, Unit, Value,
};
use crate::review;
use crate::sentence;
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
    let title::Head {
        title,
        years,
        is_of_plan,
    } = title::title(&layout, &signs, &headings);
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
    refuse(&decoded.text, &draught, &reading, is_of_plan)?;
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
            let mut start = outline::behind_mark(&self.headings, *from).unwrap_or(*from);
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
        // Only what is to be reached is reached from a side.
        doubts.retain(|doubt| *doubt != Doubt::SideNotSaid || draft.kind == Kind::Target);
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
        was_labelled = is_labelled
            || namings
                .last()
                .is_some_and(|naming| naming.is_labelled && naming.to == *to);
    }
    namings.sort_by_key(|naming| naming.from);
    namings
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

/// A text in which nothing of a plan was found is none. Laws and reports have numbered parts and figures too: without any unit that
/// answers, the title has to say that it is a plan.
fn refuse(
    text: &str,
    draught: &Draught<'_>,
    reading: &Reading,
    is_of_plan: bool,
) -> Result<(), Error> {
    let (mut han, mut all, mut odd, mut stops) = (0_usize, 1_usize, 0_usize, 0_usize);
    for sign in text.chars().filter(|sign| !sign.is_whitespace()) {
        all += 1;
        han += usize::from(yandu_words::sign::is_han(sign));
        stops += usize::from(matches!(sign, '。' | '；' | '，' | ',' | '、'));
        odd += usize::from(
            !yandu_words::sign::is_han(sign)
                && !sign.is_ascii_alphanumeric()
                && !matches!(sign, '\u{3000}'..='\u{303f}' | '\u{ff01}'..='\u{ff5e}' | '\u{2010}'..='\u{2026}' | ',' | '.' | '(' | ')' | ':' | ';' | '%' | '-' | '+' | '/' | '"' | '|' | '×' | '·' | '#' | '*' | '<' | '=' | '>' | '_' | '`' | '①'..='⑳'),
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
    let has_figures = !reading.targets.is_empty();
    let is_plan = !reading.points.is_empty() && (units || has_figures && is_of_plan);
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
    } else if has_figures {
        "it names no responsible units, and no title above its numbered parts says that it is a plan"
            .to_owned()
    } else {
        "its numbered parts name neither responsible units nor figures".to_owned()
    };
    Err(Error::NotAPlan { why })
}
