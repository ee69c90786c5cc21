//! The quantities of a clause, and what of the clause belongs to each.

use yandu_words::sign::is_han;

use crate::due::{Sense, When};
use crate::flow::Flow;
use crate::lexicon::{ACHIEVE, DOWN, NEXT, RESPECTIVELY, UP};
use crate::numeral;
use crate::reading::Comparison;
use crate::sentence::enclosed;
use crate::unit::{self, Class};

use super::quantity::{self, Lexed, Quantity};
use super::{Context, Found, Maybe, Written, judge, literal, scheme};

/// Signs of the longest run that is offered before a number.
const OFFERED_SIGNS: usize = 24;

/// What stands in a clause outside of brackets, quotations and dates.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) quantities: Vec<Quantity>,
    /// Numbers that changes are measured against.
    pub(super) bases: Vec<(usize, usize)>,
    /// The signs 、 of enumerations.
    pub(super) breaks: Vec<usize>,
    /// Quotations, with their marks.
    pub(super) quotes: Vec<(usize, usize)>,
    brackets: Vec<(usize, usize)>,
}

/// A quantity with the run of the clause that is its own.
#[derive(Debug, Clone)]
pub(super) struct Share<'q> {
    pub(super) quantity: &'q Quantity,
    pub(super) from: usize,
    pub(super) to: usize,
    /// Another quantity of the same run says what is reached.
    pub(super) is_scope: bool,
}

pub(super) fn read(
    flow: &Flow,
    (from, to): (usize, usize),
    dates: &[When],
    context: Context,
    found: &mut Found,
) {
    let mut parts = Parts {
        from,
        to,
        ..Parts::default()
    };
    scan(flow, &mut parts, dates, context, found);
    set_bases_apart(flow, &mut parts, dates);
    drop_baselines(flow, &mut parts.quantities, dates);
    join_ranges(flow, &mut parts.quantities);
    share_comparisons(flow, &mut parts.quantities);
    for share in shares(flow, &parts) {
        literal::read(flow, &parts, &share, dates, context, found);
    }
    for (open, close) in std::mem::take(&mut parts.brackets) {
        // 总投资（亿元） names the unit of the number behind it, and no number.
        if matches!(flow.at(open + 1), '万' | '亿') && unit::fills(flow, open + 1, close - 1) {
            continue;
        }
        let before = found.figures.len();
        for (start, end) in crate::sentence::clauses(flow, open + 1, close - 1) {
            read(flow, (start, end), dates, context, found);
        }
        for figure in found.figures.iter_mut().skip(before) {
            figure.doubts.push(crate::reading::Doubt::PartOfAnother);
        }
    }
}

/// Walks the clause once. Names and counted lists are found on the way.
fn scan(flow: &Flow, parts: &mut Parts, dates: &[When], context: Context, found: &mut Found) {
    let mut index = parts.from;
    let first = dates.partition_point(|when| when.from < index);
    let mut dates = dates.iter().skip(first).peekable();
    while index < parts.to {
        while dates.peek().is_some_and(|when| when.from < index) {
            dates.next();
        }
        if let Some(when) = dates.peek().filter(|when| when.from == index) {
            index = when.to.max(index + 1);
            continue;
        }
        if let Some(end) = enclosed(flow, index, parts.to) {
            enclosure(flow, parts, (index, end), found);
            index = end;
            continue;
        }
        if flow.at(index) == '、' {
            parts.breaks.push(index);
        }
        if let Some(end) = judge::listing(flow, parts, index, context, found) {
            index = end;
            continue;
        }
        let is_digit = numeral::is_chinese_digit(flow.at(index)) || flow.at(index).is_ascii_digit();
        if is_digit && let Some(end) = scheme::formula(flow, index, parts.to) {
            let start = run_start(parts, index);
            found.figures.push(scheme::draft(
                flow,
                (start, run_end(flow, parts, end)),
                (index, end),
            ));
            index = end;
            continue;
        }
        match quantity::at(flow, index, parts.to) {
            Some(Lexed::Quantity(quantity)) => {
                index = quantity.end.max(index + 1);
                if context.is_cell || !quantity.is_bare_name(flow) {
                    parts.quantities.push(quantity);
                } else if quantity.may_count(flow) {
                    offer(flow, parts, (quantity.start, quantity.end), found);
                }
            }
            Some(Lexed::Other(end)) => {
                let end = end.max(index + 1).min(parts.to);
                // 完成投资两亿: what is counted is not said.
                let is_end = end == parts.to || matches!(flow.at(end), '、' | ')' | '的');
                if is_end && quantity::is_in_ten_thousands(flow, index, end) {
                    offer(flow, parts, (index, end), found);
                }
                index = end;
            }
            None => index += 1,
        }
    }
}

/// Offers a number without a unit, with the words of its run before it.
fn offer(flow: &Flow, parts: &Parts, (start, end): (usize, usize), found: &mut Found) {
    let behind = parts.quantities.last().map_or(0, |last| last.end);
    let from = run_start(parts, start)
        .max(start.saturating_sub(OFFERED_SIGNS))
        .max(behind)
        .min(start);
    found.offers.push(Maybe {
        from: skip_joint(flow, from, start),
        to: end,
        why: "数字没有计量单位",
    });
}

/// A bracket is read as a clause of its own; a quotation is looked at for a name alone.
fn enclosure(flow: &Flow, parts: &mut Parts, (from, to): (usize, usize), found: &mut Found) {
    match flow.at(from) {
        '(' => parts.brackets.push((from, to)),
        '《' | '〔' => {}
        _ => {
            let (open, close) = (from + 1, to - 1);
            if let Some(end) = scheme::formula(flow, open, close) {
                // An arrangement is stated by its whole clause.
                let start = run_start(parts, from);
                let run = (start, run_end(flow, parts, to));
                found.figures.push(scheme::draft(flow, run, (open, end)));
            } else if scheme::is_counted_name(flow, open, close) {
                found
                    .figures
                    .push(scheme::draft(flow, (from, to), (open, close)));
            }
            parts.quotes.push((from, to));
        }
    }
}

/// Where the run of an enumeration begins that is under way.
fn run_start(parts: &Parts, index: usize) -> usize {
    parts
        .breaks
        .iter()
        .rfind(|place| **place < index)
        .map_or(parts.from, |place| place + 1)
}

/// Where the run ends that goes on at a place.
fn run_end(flow: &Flow, parts: &Parts, from: usize) -> usize {
    let mut index = from;
    while index < parts.to && flow.at(index) != '、' {
        index = enclosed(flow, index, parts.to).unwrap_or(index + 1);
    }
    index
}

/// Keeps the numbers apart that changes are measured against.
fn set_bases_apart(flow: &Flow, parts: &mut Parts, dates: &[When]) {
    let (bases, quantities): (Vec<Quantity>, Vec<Quantity>) = std::mem::take(&mut parts.quantities)
        .into_iter()
        .partition(|quantity| is_base(flow, quantity, dates));
    parts.bases = bases.iter().map(|base| (base.start, base.end)).collect();
    parts.quantities = quantities;
}

/// Whether a number is what had been at the time against which a change is measured: 较2025年的92%提高4个百分点, 在去年1200座的基础上.
/// 较2025年10%的增长 is the change itself.
fn is_base(flow: &Flow, quantity: &Quantity, dates: &[When]) -> bool {
    const TIMES: &[&str] = &[
        "上年",
        "去年",
        "上年度",
        "上年末",
        "去年末",
        "上年底",
        "去年底",
        "上年同期",
        "去年同期",
        "基期",
        "目前",
        "当前",
    ];
    let behind = quantity.end;
    let is_change = flow.at(behind) == '的'
        && [UP, DOWN]
            .iter()
            .any(|words| flow.word_at(behind + 1, words).is_some());
    if quantity.is_doubling || quantity.before.is_some() || quantity.after.is_some() || is_change {
        return false;
    }
    let end = quantity.start - usize::from(flow.before(quantity.start) == '的');
    let is_of_day = dates
        .iter()
        .any(|when| when.to == end && when.sense == Sense::Against);
    let goes_on = flow.has(behind, "基础上") || flow.has(behind, "的基础上");
    let is_of_time = flow.word_before(end, TIMES).is_some_and(|(_, length)| {
        let start = end - length;
        flow.word_before(start, &["较", "比", "与", "同"]).is_some()
            || goes_on && flow.before(start) == '在'
    });
    is_of_day || is_of_time
}

/// 由60%提高到75%: the first number is where the change begins.
fn drop_baselines(flow: &Flow, quantities: &mut Vec<Quantity>, dates: &[When]) {
    let mut kept: Vec<Quantity> = Vec::with_capacity(quantities.len());
    for quantity in quantities.drain(..) {
        // 提高到2026年的97%: the day stands between.
        let start = before_day(flow, quantity.start, dates);
        let is_base = kept.last().is_some_and(|last| {
            last.class == quantity.class
                && start >= last.end
                && start - last.end <= 8
                && flow.word_before(start, &["到", "至", "为"]).is_some()
                && begins_from(flow, last.start)
        });
        if is_base {
            kept.pop();
        }
        // 实现100%全覆盖 says one thing twice.
        let says_again = quantity.is_word
            && kept
                .last()
                .is_some_and(|last| last.class == Class::Percent && last.end == quantity.start);
        if !says_again {
            kept.push(quantity);
        }
    }
    *quantities = kept;
}

/// The place before the day that a number is said of, as that of 2026年的 in 至2026年的97%; where there is none, its own.
fn before_day(flow: &Flow, start: usize, dates: &[When]) -> usize {
    let end = start - usize::from(flow.before(start) == '的');
    dates
        .iter()
        .find(|when| when.to == end)
        .map_or(start, |when| when.from)
}

/// 100家以上200家以下: two quantities that are the ends of one range.
fn join_ranges(flow: &Flow, quantities: &mut Vec<Quantity>) {
    let mut kept: Vec<Quantity> = Vec::with_capacity(quantities.len());
    for quantity in quantities.drain(..) {
        match kept.last_mut() {
            Some(low) if are_ends(flow, low, &quantity) => {
                low.high = Some(quantity.value);
                (low.after, low.end) = (None, quantity.end);
            }
            _ => kept.push(quantity),
        }
    }
    *quantities = kept;
}

/// Signs of [`RESPECTIVELY`].
const RESPECTIVELY_SIGNS: usize = 2;

/// Where 分别 stands in a run.
pub(super) fn respectively(flow: &Flow, from: usize, to: usize) -> Option<usize> {
    flow.find(from, to, RESPECTIVELY)
}

/// 分别不超过10件、5件: the comparison before the first number is that of all. Without 分别 that is left open.
fn share_comparisons(flow: &Flow, quantities: &mut [Quantity]) {
    /// Signs of a verb between 分别 and the comparison.
    const BETWEEN: usize = 4;
    let mut before: Option<(usize, Comparison, bool)> = None;
    for quantity in quantities {
        if let Some(comparison) = quantity.before {
            let start = quantity.start;
            let first = start.saturating_sub(RESPECTIVELY_SIGNS + BETWEEN);
            let is_each = respectively(flow, first, start)
                .is_some_and(|at| (at..start).all(|place| is_han(flow.at(place))));
            let is_bound = !matches!(comparison, Comparison::About | Comparison::Equal);
            let is_shared = is_bound && quantity.after.is_none();
            before = is_shared.then_some((quantity.end, comparison, is_each));
            continue;
        }
        let joint = before.and_then(|(end, comparison, is_each)| {
            let (_, length) = flow.word_at(end, &["、", "和", "及", "与", "以及"])?;
            (end + length == quantity.start).then_some((comparison, is_each))
        });
        let is_bare = quantity.after.is_none() && quantity.high.is_none() && !quantity.is_word;
        before = joint.filter(|_| is_bare).map(|(comparison, is_each)| {
            if is_each {
                quantity.before = Some(comparison);
            } else {
                quantity.is_bound_open = true;
            }
            (quantity.end, comparison, is_each)
        });
    }
}

fn are_ends(flow: &Flow, low: &Quantity, high: &Quantity) -> bool {
    let said = |quantity: &Quantity| match quantity.unit {
        Some(Written::Place(from, to)) => flow.text(from, to),
        Some(Written::Symbol(symbol)) => symbol.to_owned(),
        None => String::new(),
    };
    let is_lower = low
        .value
        .as_whole()
        .zip(high.value.as_whole())
        .is_some_and(|(low, high)| low < high);
    low.end == high.start
        && low.after == Some(Comparison::AtLeast)
        && high.after == Some(Comparison::AtMost)
        && [low.before, high.before] == [None, None]
        && [low.high, high.high].iter().all(Option::is_none)
        && low.class == high.class
        && low.class != Class::Time
        && said(low) == said(high)
        && is_lower
}

/// Whether 由 or 从 stands before a number, with the words of a time between: 由上年末的71.5%.
fn begins_from(flow: &Flow, start: usize) -> bool {
    (start.saturating_sub(10)..start)
        .rev()
        .take_while(|place| !matches!(flow.at(*place), ',' | '、' | ';' | '。' | ')'))
        .any(|place| matches!(flow.at(place), '由' | '从'))
}

const JOINTS: &[&str] = &["以及", "和", "及", "与", "并", "且", "或", "其中"];

/// Whether nothing that is counted follows the number.
pub(super) fn is_post(flow: &Flow, quantity: &Quantity, to: usize) -> bool {
    let end = quantity.end;
    if end >= to || matches!(flow.at(end), '、' | ')' | '”' | '(' | ';' | '。') {
        return true;
    }
    if flow.word_at(end, JOINTS).is_some() {
        return true;
    }
    let begins_anew = flow.word_at(end, NEXT).is_some()
        || (!matches!(quantity.class, Class::Count) && flow.word_at(end, ACHIEVE).is_some());
    begins_anew && (quantity.class != Class::Count || !governs(flow, quantity))
}

/// Whether the words behind a counted number are of it: its verb stands directly before it, or there is none and they are its predicate.
fn governs(flow: &Flow, quantity: &Quantity) -> bool {
    let start = quantity.start;
    let first = (start.saturating_sub(40)..start)
        .rev()
        .find(|place| matches!(flow.at(*place), ',' | ';' | '。' | ':'))
        .map_or(start.saturating_sub(40), |place| place + 1);
    flow.word_before(start, ACHIEVE).is_some() || !flow.holds_any(first, start, ACHIEVE)
}

/// Cuts the clause between its quantities.
pub(super) fn shares<'q>(flow: &Flow, parts: &'q Parts) -> Vec<Share<'q>> {
    let mut shares = Vec::new();
    let mut start = skip_joint(flow, parts.from, parts.to);
    for (place, quantity) in parts.quantities.iter().enumerate() {
        let Some(next) = parts.quantities.get(place + 1) else {
            let to = if is_post(flow, quantity, parts.to) {
                quantity.end
            } else {
                parts.to
            };
            shares.push(Share {
                quantity,
                from: start.min(quantity.start),
                to: to.max(quantity.end),
                is_scope: false,
            });
            break;
        };
        let cut = cut(flow, parts, quantity, next);
        shares.push(Share {
            quantity,
            from: start.min(quantity.start),
            to: cut.map_or(quantity.end, |(end, _)| end.max(quantity.end)),
            is_scope: cut.is_none(),
        });
        if let Some((_, next)) = cut {
            start = next;
        }
    }
    shares
}

fn skip_joint(flow: &Flow, from: usize, to: usize) -> usize {
    flow.word_at(from, &["以及", "和", "及", "、"])
        .map_or(from, |(_, length)| (from + length).min(to))
}

/// Where the run of a quantity ends and that of the next begins; `None` when they are one run.
fn cut(flow: &Flow, parts: &Parts, quantity: &Quantity, next: &Quantity) -> Option<(usize, usize)> {
    let (end, start) = (quantity.end, next.start);
    let breaks = || {
        let first = parts.breaks.partition_point(|place| *place < end);
        parts
            .breaks
            .iter()
            .skip(first)
            .take_while(move |place| **place < start)
            .copied()
    };
    if is_post(flow, quantity, parts.to) {
        if let Some((_, length)) = flow.word_at(end, JOINTS) {
            return Some((end, end + length));
        }
        if let Some(first) = breaks().next() {
            return Some((end, first + 1));
        }
        return (flow.word_at(end, NEXT).is_some() || flow.word_at(end, ACHIEVE).is_some())
            .then_some((end, end));
    }
    if let Some(last) = breaks().last()
        && last + 1 == start
    {
        return Some((last, start));
    }
    if let Some((_, length)) = flow.word_before(start, &["和", "及", "以及", "与"]) {
        return Some((start - length, start));
    }
    if let Some(first) = breaks().next() {
        return Some((first, first + 1));
    }
    // 建设3个平台并接入20个系统.
    ["并", "和", "及"].into_iter().find_map(|joint| {
        let place = flow.find(end, start, joint)?;
        let after = place + joint.chars().count();
        flow.word_at(after, ACHIEVE).map(|_| (place, after))
    })
}
