//! Figures of a sentence: what is counted, against what, until when, and whether it is a target at all.
//!
//! The words decide: a verb of doing before the number makes a target, a word of looking at (聚焦, 围绕) a counted list, a word of means
//! (利用, 依托) a description. Quantities that are to be reached are written in Arabic signs (GB/T 15835); a number in Chinese
//! signs without a verb of doing is offered and not taken.

mod clause;
mod compared;
mod doubts;
mod gift;
mod judge;
mod literal;
mod quantity;
mod scheme;
mod side;
mod worded;

use jiff::civil::Date;

use crate::due::{self, Sense, When};
use crate::flow::Flow;
use crate::lexicon::{AHEAD, DONE_WORK, EFFORT};
use crate::numeral;
use crate::reading::{Comparison, Doubt, Kind, Value};
use crate::sentence;

/// What the whole text says to each of its sentences.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Context {
    /// The last year of the plan.
    pub(crate) year: Option<i16>,
    /// Its first year: what was due before is past.
    pub(crate) first_year: Option<i16>,
    /// 個 rather than 个.
    pub(crate) is_traditional: bool,
    /// A cell of a table: there are no verbs.
    pub(crate) is_cell: bool,
}

impl Context {
    /// Whether a day lies before the plan begins.
    pub(crate) fn is_before(self, day: Option<Date>) -> bool {
        day.zip(self.first_year)
            .is_some_and(|(day, first)| day.year() < first)
    }
}

/// A figure whose places are of the flow.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) value: Value,
    /// Where the text itself is the value.
    pub(crate) name: Option<(usize, usize)>,
    pub(crate) unit: Written,
    pub(crate) comparison: Comparison,
    pub(crate) bound: Option<Comparison>,
    pub(crate) range: Option<(serde_json::Number, serde_json::Number)>,
    pub(crate) baseline: Option<(usize, usize)>,
    pub(crate) kind: Kind,
    /// The day that the sentence says.
    pub(crate) due: Option<Date>,
    pub(crate) doubts: Vec<Doubt>,
}

/// A unit: by its symbol, or as the text has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Written {
    Symbol(&'static str),
    Place(usize, usize),
}

/// What may be a figure.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Maybe {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) why: &'static str,
}

#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) figures: Vec<Draft>,
    pub(crate) offers: Vec<Maybe>,
}

/// Reads one sentence.
pub(crate) fn read(flow: &Flow, from: usize, to: usize, context: Context) -> Found {
    let dates = due::all(flow, from, to, context.year);
    let clauses = sentence::clauses(flow, from, to);
    let mut found = Found::default();
    for (place, (start, end)) in clauses.iter().enumerate() {
        let before = found.figures.len();
        clause::read(flow, (*start, *end), &dates, context, &mut found);
        let next = clauses.get(place + 1).copied();
        for figure in found.figures.iter_mut().skip(before) {
            time(flow, figure, (from, *start, *end), next, &dates, context);
            if context.is_before(figure.due) && figure.kind == Kind::Target {
                figure.kind = Kind::Description;
            }
        }
        let stated = found.figures.get_mut(before..).unwrap_or_default();
        each_by_its_day(flow, stated, (*start, *end), &dates);
    }
    scheme::drop_restated(&mut found);
    let first = context.first_year.or(context.year);
    let span = first.and_then(|first| longest_span(flow, from, to, first));
    let longer = longer_plan(flow, from, to).max(span);
    for figure in &mut found.figures {
        // 三年内 in the words of the figure itself is said of it, whatever day the sentence began with.
        let is_inherited = figure.doubts.contains(&Doubt::DueInherited);
        let own = first.filter(|_| is_inherited);
        let own = own.and_then(|first| longest_span(flow, figure.from, figure.to, first));
        let last = own.max(longer.filter(|_| figure.due.is_none()));
        if last
            .zip(context.year)
            .is_some_and(|(last, year)| last > year)
        {
            figure.doubts.push(Doubt::LongerPlan);
        }
    }
    found.figures.sort_by_key(|figure| figure.from);
    found
}

/// Finds the day of a figure: in its clause, in a clause behind it that says when it is done, or before it in the sentence.
fn time(
    flow: &Flow,
    figure: &mut Draft,
    (sentence, start, end): (usize, usize, usize),
    next: Option<(usize, usize)>,
    dates: &[When],
    context: Context,
) {
    let is_past = figure.kind == Kind::Description;
    // 截至2025年底，建有基站18000座 in a plan for 2026: what had been by then, unless the words look ahead.
    let looks_ahead = |words: &[&'static str]| flow.holds_any(start, figure.to, words);
    let is_told = !looks_ahead(AHEAD) && !looks_ahead(EFFORT);
    let is_meant = |when: &When| {
        when.sense == Sense::By
            || when.sense == Sense::Until && (is_past || is_told && context.is_before(when.last))
    };
    let by = || dates.iter().filter(|when| is_meant(when));
    let own = by()
        .rfind(|when| when.from >= start && when.to <= figure.to)
        .or_else(|| by().find(|when| when.from >= figure.to && when.to <= end));
    // 6月底前完成: a clause that only says when.
    let behind = || {
        let (from, to) = next?;
        let when = by().find(|when| when.from == from && when.to <= to)?;
        let done = due::done(flow, when.to)?;
        // 三月底前完成盘点 and 年底前实现全覆盖 say of something else when it is done.
        let is_of_it = to == done
            || flow.at(end) == ','
                && flow
                    .word_at(done, DONE_WORK)
                    .is_some_and(|(_, length)| done + length == to);
        is_of_it.then_some(when)
    };
    // 巩固2025年创建成果，新创建10个: the day of what went before is not that of what is to be done. 2025年， alone is said of all
    // behind it.
    let is_asked = matches!(figure.kind, Kind::Target | Kind::Preference);
    let is_gone = |when: &When| {
        when.sense == Sense::By && flow.at(when.to) != ',' && context.is_before(when.last)
    };
    // The date with which the sentence begins is of all of it, a later one of what ; does not part from it.
    let carries = |when: &&When| {
        let leads = when.from <= sentence + 2 && when.sense == Sense::By;
        when.from >= sentence
            && when.to <= start
            && (leads || flow.find(when.to, start, ";").is_none())
            && !flow.ends_with(when.from, "其中")
            && !(is_asked && is_gone(when))
    };
    let earlier = || by().rfind(carries);
    let found = own
        .or_else(behind)
        .map(|when| (when, false))
        .or_else(|| earlier().map(|when| (when, true)));
    if let Some((when, is_inherited)) = found {
        figure.due = when.last;
        if is_inherited {
            figure.doubts.push(Doubt::DueInherited);
        }
        if when.is_strict {
            figure.doubts.push(Doubt::MonthBefore);
        }
        let is_of_years = context
            .first_year
            .zip(context.year)
            .is_some_and(|(first, last)| first < last);
        if is_of_years && !when.names_year {
            figure.doubts.push(Doubt::YearNotSaid);
        }
    }
}

/// 二季度、三季度分别完成30%、60%: each number has its day where there are as many days as numbers, and else that is left open.
fn each_by_its_day(
    flow: &Flow,
    figures: &mut [Draft],
    (start, end): (usize, usize),
    dates: &[When],
) {
    /// Signs between the last day and 分别.
    const BETWEEN: usize = 4;
    let Some(each) = clause::respectively(flow, start, end) else {
        return;
    };
    let before: Vec<&When> = dates
        .iter()
        .filter(|when| when.sense == Sense::By && when.from >= start && when.to <= each)
        .collect();
    let is_row = before.windows(2).all(|pair| {
        let [one, next] = pair else { return false };
        one.to + 1 == next.from && matches!(flow.at(one.to), '、' | '和' | '及' | '与')
    });
    let is_close = before.last().is_some_and(|last| each - last.to <= BETWEEN);
    if before.len() < 2 || !is_row || !is_close {
        return;
    }
    let is_stated = |figure: &&mut Draft| {
        figure.to > each && matches!(figure.kind, Kind::Target | Kind::Preference)
    };
    let count = figures.iter_mut().filter(is_stated).count();
    for (place, figure) in figures.iter_mut().filter(is_stated).enumerate() {
        match before.get(place) {
            Some(when) if count == before.len() => figure.due = when.last,
            _ => figure.doubts.push(Doubt::DueInherited),
        }
    }
}

/// The last year of a document that the sentence names with the years of its run.
fn longer_plan(flow: &Flow, from: usize, to: usize) -> Option<i16> {
    let mut last = None;
    let mut index = from;
    while let Some(open) = flow.find(index, to, "《") {
        let close = flow.find(open, to, "》").unwrap_or(to);
        let inside = flow.part(open + 1, close);
        for when in due::all(&inside, 0, inside.len(), None) {
            last = last.max(when.last.map(Date::year));
        }
        index = close.max(open + 1);
    }
    last
}

/// The last year of a span such as 三年内 or 未来五年, which begins with the first year of the plan.
fn longest_span(flow: &Flow, from: usize, to: usize, first: i16) -> Option<i16> {
    let begins = |place: &usize| {
        let before = flow.before(*place);
        !before.is_ascii_digit()
            && !numeral::is_chinese_digit(before)
            && !matches!(before, '.' | '近' | '前' | '去')
    };
    (from..to)
        .filter(begins)
        .filter_map(|place| {
            let numeral = numeral::at(flow, place)?;
            let years = numeral.value.as_whole()?;
            let years = i16::try_from(years)
                .ok()
                .filter(|years| (2..=10).contains(years))?;
            let behind = flow.word_at(numeral.end, &["年内", "年以内", "年之内", "年累计"]);
            let is_within = behind.is_some_and(|(_, length)| flow.at(numeral.end + length) != '的');
            let is_ahead = flow.at(numeral.end) == '年'
                && flow.word_before(place, &["未来", "今后"]).is_some();
            (is_within || is_ahead).then_some(first + years - 1)
        })
        .max()
}
