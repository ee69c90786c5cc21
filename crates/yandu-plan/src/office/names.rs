//! Names of units in a row: where each ends, and what belongs together.

use crate::flow::Flow;
use crate::lexicon::{ACHIEVE, NEXT, UNIT_ENDS};

/// The names between two places. 各县（市、区） and 各县、市、区人民政府 are one name each.
pub(super) fn names(flow: &Flow, from: usize, to: usize) -> Vec<(usize, usize)> {
    let mut pieces: Vec<(usize, usize)> = Vec::new();
    let (mut start, mut index) = (from, from);
    while index < to {
        if flow.at(index) == '('
            && let Some(end) = flow.closing(index, to)
        {
            index = end;
            continue;
        }
        let length = separator(flow, start, index, to);
        if let Some(length) = length {
            pieces.push((start, index));
            start = index + length;
            index = start.max(index + usize::from(length > 0));
            if length == 0 {
                index += 1;
            }
            continue;
        }
        index += 1;
    }
    pieces.push((start, to));
    let mut names: Vec<(usize, usize)> = Vec::new();
    for (from, to) in pieces {
        let (from, to) = stripped(flow, from, to);
        if from >= to {
            continue;
        }
        match names.last_mut() {
            Some(last) if goes_on(flow, *last, (from, to)) => last.1 = to,
            _ => names.push((from, to)),
        }
    }
    names.retain(|(from, to)| {
        let length = to - from;
        (2..=40).contains(&length) && !(*from..*to).all(|place| flow.at(place).is_ascii())
    });
    names
}

/// Signs that part two names at an index: their number, zero for a space.
fn separator(flow: &Flow, start: usize, index: usize, to: usize) -> Option<usize> {
    let is_name_before = || index > start + 1 && flow.word_before(index, UNIT_ENDS).is_some();
    match flow.at(index) {
        '、' | ',' | ';' | '/' | '|' => Some(1),
        '和' | '及' | '与' if is_name_before() && ends_as_unit(flow, index + 1, to) => Some(1),
        _ if index > start
            && flow.gap(index)
            && is_name_before()
            && ends_as_unit(flow, index, to) =>
        {
            Some(0)
        }
        _ => None,
    }
}

/// Whether the words up to the next sign that parts names end as a unit does.
fn ends_as_unit(flow: &Flow, from: usize, to: usize) -> bool {
    let end = (from..to)
        .find(|place| {
            matches!(flow.at(*place), '、' | ',' | ';' | '等' | '(')
                || *place > from
                    && flow.gap(*place)
                    && flow.word_before(*place, UNIT_ENDS).is_some()
        })
        .unwrap_or(to);
    end > from + 1 && flow.word_before(end, UNIT_ENDS).is_some()
}

/// The name without 由 before it and 等部门 behind it.
fn stripped(flow: &Flow, mut from: usize, mut to: usize) -> (usize, usize) {
    while from < to
        && matches!(
            flow.at(from),
            ':' | '.' | '、' | '。' | ',' | '(' | '-' | '由'
        )
        && !(flow.at(from) == '(' && flow.closing(from, to).is_some())
    {
        from += 1;
    }
    while from < to && matches!(flow.before(to), '。' | '.' | ',' | ';' | ':') {
        to -= 1;
    }
    let ends: &[&'static str] = &[
        "等有关部门单位",
        "等相关部门单位",
        "等有关部门",
        "等相关部门",
        "等有关单位",
        "等相关单位",
        "等部门单位",
        "等部门",
        "等单位",
        "等",
    ];
    if let Some((_, length)) = flow.word_before(to, ends) {
        to -= length;
    }
    (from, to.max(from))
}

/// Whether a piece belongs to the name before it: 各县、市、区人民政府; 市直有关部门、单位.
fn goes_on(flow: &Flow, last: (usize, usize), (from, to): (usize, usize)) -> bool {
    let text = flow.text(from, to);
    let before = flow.text(last.0, last.1);
    let is_general = before.starts_with('各') || before.contains("有关") || before.contains("相关");
    if !is_general {
        return false;
    }
    if matches!(text.as_str(), "单位" | "部门" | "机构" | "企业") {
        return true;
    }
    let is_open = before
        .trim_start_matches('各')
        .trim_end_matches(['(', ')'])
        .chars()
        .all(|sign| "县市区旗乡镇街道村、()".contains(sign));
    let rest = text.trim_start_matches([
        '县', '市', '区', '旗', '乡', '镇', '街', '道', '(', ')', '、',
    ]);
    before.starts_with('各')
        && is_open
        && rest != text
        && (rest.is_empty()
            || matches!(
                rest,
                "人民政府" | "政府" | "党委政府" | "党委" | "办事处" | "人民政府办公室"
            ))
}

/// Whether a run ends as a unit does, and is no sentence of what is done to one: 推进智慧园区; 全年新建5个服务站.
pub(super) fn is_unit(flow: &Flow, (from, to): (usize, usize)) -> bool {
    let is_verb = |place: usize, rest: usize| {
        [ACHIEVE, NEXT].iter().any(|words| {
            flow.word_at(place, words)
                .is_some_and(|(_, length)| length > 1 && place + length + rest < to)
        })
    };
    (2..=20).contains(&(to - from))
        && flow.word_before(to, UNIT_ENDS).is_some()
        && !(from..to).any(|place| flow.at(place).is_ascii_digit())
        && !is_verb(from, 1)
        && !is_verb(from + 2, 2)
}

/// The unit in a name that a person follows: 市数据局 张三; 市数据局（张三）. The bracket of 各县（市、区） is the unit's own, and 局长 and
/// 党组书记 are no ends of units.
pub(super) fn without_person(flow: &Flow, (from, to): (usize, usize)) -> Option<(usize, usize)> {
    let mut end = from;
    let mut index = from;
    while index < to {
        let close = flow.closing(index, to);
        let next = close.unwrap_or(index + 1);
        let last = close.map_or(next, |close| close - 1);
        if flow.word_before(last, UNIT_ENDS).is_some()
            && !matches!(flow.at(next), '长' | '书' | '成')
        {
            end = next;
        }
        index = next;
    }
    (end > from + 1).then_some((from, end))
}

/// The names in a cell below a title; the units alone where it asks for the persons in them too: 责任单位及责任人.
pub(crate) fn names_below(
    flow: &Flow,
    title: (usize, usize),
    (from, to): (usize, usize),
) -> Vec<(usize, usize)> {
    let named = names(flow, from, to);
    if !flow.holds_any(title.0, title.1, &["责任人", "负责人"]) {
        return named;
    }
    named
        .into_iter()
        .filter_map(|name| without_person(flow, name))
        .collect()
}

pub(super) fn has_unit(flow: &Flow, from: usize, to: usize) -> bool {
    (from..to).any(|place| flow.word_before(place + 1, UNIT_ENDS).is_some())
}
