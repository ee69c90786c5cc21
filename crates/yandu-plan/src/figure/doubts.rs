//! What the words around a number leave open.

use crate::due::When;
use crate::flow::Flow;
use crate::lexicon::{ACHIEVE, EACH, EFFORT, NOT_EACH};
use crate::reading::Doubt;
use crate::unit::{self, Class};

use super::Written;
use super::clause::{Parts, Share};
use super::literal::skip_fillers;

/// Where the words of a clause begin: with the clause before it where that says nothing but a day and words such as 力争.
fn lead_in(flow: &Flow, from: usize, dates: &[When]) -> usize {
    const SIGNS: usize = 24;
    if flow.before(from) != ',' {
        return from;
    }
    let end = from - 1;
    let first = end.saturating_sub(SIGNS);
    let start = (first..end)
        .rev()
        .find(|place| matches!(flow.at(*place), ',' | ';' | '。' | ':'))
        .map_or(first, |place| place + 1);
    let mut said = skip_fillers(flow, start, end, dates);
    if matches!(flow.at(said), '到' | '至' | '在') && said < end {
        said = skip_fillers(flow, said + 1, end, dates);
    }
    if said == end { start } else { from }
}

/// 各建成5个, 各不少于3处, 各县区新增2个: so many for each of several.
fn is_for_each(flow: &Flow, from: usize, start: usize) -> bool {
    (from..start).any(|place| {
        if flow.at(place) != '各' || flow.word_at(place, NOT_EACH).is_some() {
            return false;
        }
        let verb = skip_fillers(flow, place + 1, start, &[]);
        let is_subject =
            || flow.word_at(place, EACH).is_some() && !flow.holds_any(from, place, ACHIEVE);
        verb == start || flow.word_at(verb, ACHIEVE).is_some() || is_subject()
    })
}

pub(super) fn of(
    flow: &Flow,
    parts: &Parts,
    share: &Share<'_>,
    dates: &[When],
    (from, to): (usize, usize),
) -> Vec<Doubt> {
    let quantity = share.quantity;
    let mut doubts = Vec::new();
    let before = |words: &[&'static str]| flow.holds_any(parts.from, quantity.start, words);
    let lead = lead_in(flow, parts.from, dates);
    if flow.holds_any(lead, quantity.start, EFFORT) {
        doubts.push(Doubt::EffortOnly);
    }
    if before(&["每年", "每月", "每季度", "每半年", "年均", "每周"]) {
        doubts.push(Doubt::Recurring);
    }
    let is_each = before(&[
        "每个",
        "每县",
        "每区",
        "每镇",
        "每乡",
        "每村",
        "每校",
        "每家",
        "每户",
        "分别建",
        "每",
    ]) && !before(&["每年", "每月", "每季度", "每半年", "每周"]);
    if is_each || is_for_each(flow, parts.from, quantity.start) {
        doubts.push(Doubt::PerArea);
    }
    if flow.has(parts.from, "其中") || flow.find(share.from, quantity.start, "其中").is_some() {
        doubts.push(Doubt::PartOfAnother);
    }
    if quantity.unit.is_none() {
        doubts.push(Doubt::UnitMissing);
    }
    // 提升5个点: per cent points are meant, and not said.
    if quantity.class == Class::Point && flow.holds_any(quantity.number, quantity.end, &["个点"])
    {
        doubts.push(Doubt::PercentOrPoint);
    }
    if quantity.is_vague {
        doubts.push(Doubt::Vague);
    }
    if quantity.is_bound_open {
        doubts.push(Doubt::ComparisonUnclear);
    }
    let is_compute =
        matches!(&quantity.unit, Some(Written::Symbol(symbol)) if unit::is_compute(symbol));
    let precisions: &[&'static str] = &[
        "fp16",
        "fp32",
        "fp64",
        "fp8",
        "int8",
        "半精度",
        "单精度",
        "双精度",
    ];
    if is_compute && !flow.holds_any(from.min(parts.from), to.max(parts.to), precisions) {
        doubts.push(Doubt::PrecisionNotSaid);
    }
    doubts
}
