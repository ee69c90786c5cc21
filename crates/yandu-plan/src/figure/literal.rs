//! From a quantity and its run to a figure: which words are its wording, how it is compared, what it changes.

use crate::due::{Sense, When};
use crate::flow::Flow;
use crate::lexicon::{
    ACHIEVE, CALL, COMPARE_BEFORE, DOWN, FOCUS, LEVEL, MEANS, NEXT, NO_RATES, RATES, REACH, UP,
    WORK,
};
use crate::reading::{Comparison, Doubt, Kind, Value};
use crate::unit::Class;

use super::clause::{Parts, Share, is_post, respectively};
use super::compared::turned;
use super::judge::{self, Verdict, noun_end};
use super::quantity::Quantity;
use super::{Context, Draft, Found, Maybe, Written, doubts, side};

/// Signs of the longest noun that is looked at behind a number.
const NOUN_SIGNS: usize = 24;

pub(super) fn read(
    flow: &Flow,
    parts: &Parts,
    share: &Share<'_>,
    dates: &[When],
    context: Context,
    found: &mut Found,
) {
    let quantity = share.quantity;
    let is_post = is_post(flow, quantity, parts.to);
    let verdict = judge::verdict(flow, parts, share, is_post, dates, context);
    let kind = match verdict {
        Verdict::Is(kind) => kind,
        Verdict::Open(why) => {
            let to = share.to.min(quantity.end + NOUN_SIGNS);
            found.offers.push(Maybe {
                from: share.from.max(quantity.start.saturating_sub(NOUN_SIGNS)),
                to: to.max(quantity.end),
                why,
            });
            return;
        }
        Verdict::None => return,
    };
    let (from, to, kind) = wording(flow, parts, share, is_post, kind);
    let change =
        change(flow, share, dates, is_post).or_else(|| shared_change(flow, parts, share, dates));
    let before = quantity
        .before
        .or_else(|| bound(flow, share, dates))
        .or_else(|| bound_of_share(flow, parts, share));
    let mut doubts = doubts::of(flow, parts, share, dates, (from, to));
    if kind == Kind::Target
        && from == quantity.start
        && share.from < from
        && is_listed(flow, parts, share)
        && !flow.ends_with(from, "等")
    {
        doubts.push(Doubt::NamedList);
    }
    let mut draft = Draft {
        from,
        to,
        value: value(quantity, false),
        name: None,
        unit: quantity.unit.clone().unwrap_or(Written::Symbol("")),
        comparison: level(quantity, before, &mut doubts),
        bound: None,
        range: quantity
            .high
            .map(|high| (quantity.value.number(), high.number())),
        baseline: None,
        kind,
        due: None,
        doubts,
    };
    if let Some(change) = change.filter(|_| matches!(kind, Kind::Target | Kind::Preference)) {
        apply(flow, parts, share, change, dates, &mut draft);
    }
    let is_bare = draft.comparison == Comparison::Equal
        && matches!(draft.value, Value::Number(_))
        && !draft.doubts.contains(&Doubt::ComparisonUnclear);
    if is_bare && !side::is_said(flow, parts, share, dates) {
        draft.doubts.push(Doubt::SideNotSaid);
    }
    found.figures.push(draft);
}

/// Whether an enumeration stands directly before the number: what is counted is named first.
pub(super) fn is_listed(flow: &Flow, parts: &Parts, share: &Share<'_>) -> bool {
    let start = share.quantity.start;
    parts
        .breaks
        .iter()
        .rfind(|place| **place >= share.from && **place < start)
        .is_some_and(|place| {
            let long: Vec<&'static str> = ACHIEVE
                .iter()
                .filter(|word| word.chars().count() > 1)
                .copied()
                .collect();
            flow.before(start) != '各'
                && flow.word_before(start, ACHIEVE).is_none()
                && flow.word_before(start, LEVEL).is_none()
                && !flow.holds_any(place + 1, start, &long)
        })
}

/// The words of a figure. They are those of the run, but where the run's verb does not govern the number: then the counted
/// phrase alone.
fn wording(
    flow: &Flow,
    parts: &Parts,
    share: &Share<'_>,
    is_post: bool,
    kind: Kind,
) -> (usize, usize, Kind) {
    let quantity = share.quantity;
    let (from, to) = (share.from, share.to);
    let (start, end) = (quantity.start, quantity.end);
    if share.is_scope {
        return (start, end, kind);
    }
    let is_count = quantity.class == Class::Count;
    let without_deed = |to: usize| !flow.holds_any(from, to, ACHIEVE);
    if flow.word_at(from, MEANS).is_some() && without_deed(start) {
        let next =
            (end..to).find_map(|place| flow.word_at(place, NEXT).map(|(_, length)| place + length));
        return (from, next.unwrap_or(to), Kind::Description);
    }
    if is_count && !is_post {
        let noun = noun_end(flow, parts, end, to, NOUN_SIGNS);
        if is_listed(flow, parts, share) {
            let kind = if quantity.is_chinese || flow.word_at(from, FOCUS).is_some() {
                Kind::ListCount
            } else {
                kind
            };
            return (start, noun, kind);
        }
        if flow.word_at(from, FOCUS).is_some() && without_deed(start) {
            return (start, noun, Kind::ListCount);
        }
        if let Some(of) = possessive(flow, end, to) {
            return (start, of, kind);
        }
        if flow.word_before(start, CALL).is_some() {
            return (start, to, kind);
        }
    }
    (from, to, kind)
}

/// 1个赛道的承办权: what is reached is a right over the counted thing. The place of 的.
fn possessive(flow: &Flow, from: usize, to: usize) -> Option<usize> {
    const RIGHTS: &[&str] = &["权", "权限", "资格", "名额", "资质", "机会", "冠名"];
    let of = flow.find(from + 1, to, "的")?;
    (flow.word_before(to, RIGHTS).is_some() && flow.word_before(to, WORK).is_none()).then_some(of)
}

fn value(quantity: &Quantity, is_negative: bool) -> Value {
    if let Some(text) = &quantity.text {
        return Value::Text(if is_negative {
            format!("-{text}")
        } else {
            text.clone()
        });
    }
    let sign =
        |value: crate::numeral::Decimal| if is_negative { value.negated() } else { value }.number();
    match quantity.high {
        // 减少10%至15%: both ends are below what it is measured against.
        Some(high) if is_negative => Value::Text(format!(
            "{}至{}",
            quantity.value.negated().number(),
            high.negated().number()
        )),
        Some(high) => Value::Text(format!("{}-{}", quantity.value.number(), high.number())),
        None => Value::Number(sign(quantity.value)),
    }
}

/// 至少建成1个, 不少于新建园区3个: the least or the most that stands before the verb of a number.
fn bound(flow: &Flow, share: &Share<'_>, dates: &[When]) -> Option<Comparison> {
    let start = share.quantity.start;
    (share.from..start).rev().find_map(|place| {
        let (comparison, length) = flow.meaning_at(place, COMPARE_BEFORE)?;
        let comparison = turned(flow, place, comparison).map_or(comparison, |(meant, _)| meant);
        if !matches!(comparison, Comparison::AtLeast | Comparison::AtMost) {
            return None;
        }
        let verb = skip_fillers(flow, place + length, start, dates);
        let (_, length) = flow.word_at(verb, ACHIEVE)?;
        (verb + length <= start).then_some(comparison)
    })
}

/// 不低于上年预算的2%: the comparison stands before what the share is taken of.
fn bound_of_share(flow: &Flow, parts: &Parts, share: &Share<'_>) -> Option<Comparison> {
    const SIGNS: usize = 16;
    let start = share.quantity.start;
    if share.quantity.class != Class::Percent || flow.before(start) != '的' {
        return None;
    }
    let first = share.from.max(start.saturating_sub(SIGNS));
    let bound_at = |place: usize| {
        let (comparison, _) = flow.meaning_at(place, COMPARE_BEFORE)?;
        turned(flow, place, comparison).map(|(meant, _)| meant)
    };
    let place = (first..start)
        .rev()
        .find(|place| flow.at(*place) == '、' || bound_at(*place).is_some())?;
    let comparison = bound_at(place)?;
    let is_between = |one: &Quantity| one.start > place && one.start < start;
    (!parts.quantities.iter().any(is_between)).then_some(comparison)
}

/// How the value compares, apart from any change.
fn level(quantity: &Quantity, before: Option<Comparison>, doubts: &mut Vec<Doubt>) -> Comparison {
    if let (Some(before), Some(after)) = (before, quantity.after) {
        if before != after {
            doubts.push(Doubt::ComparisonUnclear);
        }
        return if before == Comparison::About {
            after
        } else if after == Comparison::About {
            before
        } else {
            after
        };
    }
    if quantity.high.is_some() {
        return Comparison::Between;
    }
    if quantity.is_rank {
        return Comparison::AtMost;
    }
    let is_about = quantity.is_round && quantity.is_chinese && quantity.class == Class::Count;
    before.or(quantity.after).unwrap_or(if quantity.is_vague {
        // 1200余个 are so many and some more.
        Comparison::AtLeast
    } else if is_about {
        Comparison::About
    } else {
        Comparison::Equal
    })
}

/// A change that a quantity says.
#[derive(Debug, Clone, Copy)]
struct Change {
    is_down: bool,
    /// Words that say what changes.
    subject: (usize, usize),
}

/// Words between a date and what is done that say nothing about it.
const FILLERS: &[&str] = &[
    "力争",
    "确保",
    "努力",
    "推动",
    "实现",
    "进一步",
    "有效",
    "大幅",
    "平均",
    "累计",
    "再",
    "同比",
    "使",
    "促进",
    "带动",
    "推进",
    "持续",
    "显著",
    "稳步",
    "年均",
    "每年",
    "总体",
    "整体",
    "分别",
    "均",
    "较",
    "比",
    "将",
    "全市",
    "全年",
    "不断",
    "切实",
    "着力",
    "全面",
    "大力",
    "加快",
    "深入",
    "继续",
    "同时",
    "同步",
    "坚决",
    "每月",
    "每季度",
    "至少",
    "最少",
    "至多",
    "最多",
];

fn change(flow: &Flow, share: &Share<'_>, dates: &[When], is_post: bool) -> Option<Change> {
    let quantity = share.quantity;
    if quantity.is_doubling {
        return Some(Change {
            is_down: false,
            subject: (share.from, quantity.start),
        });
    }
    if quantity.is_word || quantity.is_rank {
        return None;
    }
    let is_relative = matches!(quantity.class, Class::Percent | Class::Point | Class::Times);
    let mut end = quantity.start;
    if let Some((word, length)) = flow.word_before(end, LEVEL) {
        if !REACH.contains(&word) {
            return None;
        }
        end -= length;
        verb_before(flow, end)?;
    }
    end -= usize::from(flow.before(end) == '了');
    if let Some((is_down, length)) = verb_before(flow, end) {
        let subject = (share.from, end - length);
        let is_stated = skip_fillers(flow, share.from, end - length, dates) < end - length;
        return (is_relative || is_post && is_stated).then_some(Change { is_down, subject });
    }
    // 压减申报材料30%: the verb stands before what changes.
    let head = skip_fillers(flow, share.from, quantity.start, dates);
    let (is_down, length) = verb_at(flow, head)?;
    let subject = (head + length, quantity.start);
    let is_said = (is_relative || is_down) && is_post;
    (is_said && subject.0 < subject.1).then_some(Change { is_down, subject })
}

/// 分别减少2%和3%: the verb before the first number is that of the others too.
fn shared_change(flow: &Flow, parts: &Parts, share: &Share<'_>, dates: &[When]) -> Option<Change> {
    let quantity = share.quantity;
    let first = parts
        .quantities
        .iter()
        .rfind(|one| {
            one.start < quantity.start && respectively(flow, parts.from, one.start).is_some()
        })
        .filter(|one| one.class == quantity.class && quantity.start - one.end <= 2)?;
    let before = Share {
        quantity: first,
        from: parts.from,
        to: first.end,
        is_scope: false,
    };
    change(flow, &before, dates, true)
}

fn verb_before(flow: &Flow, end: usize) -> Option<(bool, usize)> {
    flow.word_before(end, UP)
        .map(|(_, length)| (false, length))
        .or_else(|| {
            flow.word_before(end, DOWN)
                .map(|(_, length)| (true, length))
        })
}

fn verb_at(flow: &Flow, index: usize) -> Option<(bool, usize)> {
    flow.word_at(index, UP)
        .map(|(_, length)| (false, length))
        .or_else(|| flow.word_at(index, DOWN).map(|(_, length)| (true, length)))
}

pub(super) fn skip_fillers(flow: &Flow, from: usize, to: usize, dates: &[When]) -> usize {
    let mut index = from;
    loop {
        let date = dates
            .iter()
            .find(|when| when.from == index)
            .map(|when| when.to - when.from);
        let filler = flow.word_at(index, FILLERS).map(|(_, length)| length);
        match date.or(filler) {
            Some(length) if index + length <= to && length > 0 => index += length,
            _ => return index.min(to),
        }
    }
}

/// Makes the figure one of a change.
fn apply(
    flow: &Flow,
    parts: &Parts,
    share: &Share<'_>,
    change: Change,
    dates: &[When],
    draft: &mut Draft,
) {
    let quantity = share.quantity;
    if draft.comparison != Comparison::Equal {
        draft.bound = Some(draft.comparison);
    }
    draft.comparison = Comparison::Change;
    draft.value = value(quantity, change.is_down);
    if let Some(high) = quantity.high.filter(|_| change.is_down) {
        // The lower end of a fall is the larger one.
        let (low, high) = (high.negated(), quantity.value.negated());
        draft.range = Some((low.number(), high.number()));
    }
    if quantity.class == Class::Percent
        && !quantity.is_doubling
        && quantity.text.is_none()
        && is_rate(flow, change.subject.0, change.subject.1)
    {
        draft.unit = Written::Symbol("% or percentage point");
        draft.doubts.push(Doubt::PercentOrPoint);
    }
    draft.baseline = baseline(flow, parts, dates);
    if draft.baseline.is_none() {
        draft.doubts.push(Doubt::BaselineMissing);
    }
}

/// Whether the words name a share or a rate.
pub(super) fn is_rate(flow: &Flow, from: usize, to: usize) -> bool {
    let from = from.max(to.saturating_sub(NOUN_SIGNS));
    (from..to).any(|place| {
        flow.word_at(place, RATES).is_some_and(|(word, length)| {
            let end = place + length;
            end <= to
                && !(word == "率"
                    && (flow.word_before(end, NO_RATES).is_some()
                        || matches!(flow.at(end), '先' | '领')))
        })
    })
}

/// What a change is measured against: 较上年, 同比, 在2024年基础上.
fn baseline(flow: &Flow, parts: &Parts, dates: &[When]) -> Option<(usize, usize)> {
    let dated = dates
        .iter()
        .find(|when| when.sense == Sense::Against && when.from >= parts.from && when.to <= parts.to)
        .map(|when| (when.from, when.to));
    let (from, to) = dated.or_else(|| {
        let words: &[&'static str] = &[
            "同比",
            "环比",
            "上年",
            "去年",
            "上年同期",
            "去年同期",
            "上年度",
            "前三年平均",
            "全国平均",
            "全省平均",
            "基期",
        ];
        (parts.from..parts.to).find_map(|place| {
            flow.word_at(place, words)
                .map(|(_, length)| (place, place + length))
        })
    })?;
    // 较2025年的92%: the day with its number.
    let mut bases = parts.bases.iter();
    let base = bases.find(|(start, _)| (to..=to + 1).contains(start));
    Some((from, base.map_or(to, |(_, end)| *end)))
}
