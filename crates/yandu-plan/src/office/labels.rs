//! Labels such as 责任单位：, what each says, and where what it says ends.

use super::names::{is_unit, names, without_person};
use crate::flow::Flow;

/// What a label says of what stands behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    Units(Stated),
    /// Units, each with the person who answers in it.
    UnitsAndPersons,
    /// People, who are no units; a unit in their place answers.
    Persons,
    Due,
}

/// What the text calls a group of units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stated {
    Lead,
    Responsible,
    Support,
}

const LABELS: &[(&str, Label)] = &[
    ("牵头单位", Label::Units(Stated::Lead)),
    ("牵头部门", Label::Units(Stated::Lead)),
    ("总牵头单位", Label::Units(Stated::Lead)),
    ("牵头责任单位", Label::Units(Stated::Lead)),
    ("牵头负责单位", Label::Units(Stated::Lead)),
    ("市级牵头单位", Label::Units(Stated::Lead)),
    ("牵头", Label::Units(Stated::Lead)),
    ("主办单位", Label::Units(Stated::Lead)),
    ("主责单位", Label::Units(Stated::Lead)),
    ("主要责任单位", Label::Units(Stated::Lead)),
    ("第一责任单位", Label::Units(Stated::Lead)),
    ("责任单位", Label::Units(Stated::Responsible)),
    ("责任部门", Label::Units(Stated::Responsible)),
    ("责任主体", Label::Units(Stated::Responsible)),
    ("责任分工", Label::Units(Stated::Responsible)),
    ("负责单位", Label::Units(Stated::Responsible)),
    ("承办单位", Label::Units(Stated::Responsible)),
    ("落实单位", Label::Units(Stated::Responsible)),
    ("实施单位", Label::Units(Stated::Responsible)),
    ("实施主体", Label::Units(Stated::Responsible)),
    ("完成单位", Label::Units(Stated::Responsible)),
    ("责任", Label::Units(Stated::Responsible)),
    ("配合单位", Label::Units(Stated::Support)),
    ("配合部门", Label::Units(Stated::Support)),
    ("协办单位", Label::Units(Stated::Support)),
    ("协助单位", Label::Units(Stated::Support)),
    ("协同单位", Label::Units(Stated::Support)),
    ("协作单位", Label::Units(Stated::Support)),
    ("参与单位", Label::Units(Stated::Support)),
    ("参加单位", Label::Units(Stated::Support)),
    ("支持单位", Label::Units(Stated::Support)),
    ("配合", Label::Units(Stated::Support)),
    ("完成时限", Label::Due),
    ("完成时间", Label::Due),
    ("完成期限", Label::Due),
    ("时间节点", Label::Due),
    ("时限要求", Label::Due),
    ("时限", Label::Due),
    ("牵头领导", Label::Persons),
    ("牵头市领导", Label::Persons),
    ("责任领导", Label::Persons),
    ("责任市领导", Label::Persons),
    ("分管领导", Label::Persons),
    ("挂钩领导", Label::Persons),
    ("联系领导", Label::Persons),
    ("包保领导", Label::Persons),
    ("市级领导", Label::Persons),
    ("牵头人", Label::Persons),
    ("负责人", Label::Persons),
    ("主要负责人", Label::Persons),
    ("责任人", Label::Persons),
    ("责任单位及责任人", Label::UnitsAndPersons),
    ("责任单位和责任人", Label::UnitsAndPersons),
];

/// The label at an index: what it says, and the place behind its colon.
pub(super) fn label_at(flow: &Flow, index: usize) -> Option<(Label, usize)> {
    let (label, length) = flow.meaning_at(index, LABELS)?;
    let end = index + length;
    (flow.at(end) == ':').then_some((label, end + 1))
}

/// Whether a paragraph is nothing but a naming, such as 责任单位：市教育局.
pub(crate) fn is_labelled(flow: &Flow, from: usize, to: usize) -> bool {
    from < to && label_at(flow, from).is_some()
}

/// Where the labelled parts end that begin at an index: behind the first 。 that no label follows, or ; that neither a label nor
/// units follow.
pub(super) fn end_of_labels(flow: &Flow, from: usize, to: usize) -> usize {
    let label = |index: usize| label_at(flow, index).map(|(label, _)| label);
    let mut last = label(from);
    let mut index = from;
    while index < to {
        if let Some(end) = flow.closing(index, to) {
            index = end;
            continue;
        }
        let sign = flow.at(index);
        index += 1;
        if !matches!(sign, ';' | '。') {
            continue;
        }
        let next = label(index);
        if next.is_none() && (sign == '。' || !units_follow(flow, index, to, last)) {
            return index;
        }
        last = next.or(last);
    }
    to
}

/// Whether nothing but units stands from an index to the next sign or label that parts a naming.
fn units_follow(flow: &Flow, from: usize, to: usize, label: Option<Label>) -> bool {
    let mut end = from;
    while end < to && !matches!(flow.at(end), ';' | '。') && label_at(flow, end).is_none() {
        end = flow.closing(end, to).unwrap_or(end + 1);
    }
    let names = names(flow, from, end);
    !names.is_empty()
        && names.iter().all(|(from, to)| {
            let unit = if label == Some(Label::UnitsAndPersons) {
                without_person(flow, (*from, *to)).filter(|(_, end)| {
                    let parts = |place: usize| flow.gap(place) || flow.at(place) == '(';
                    end == to || (*end..*to).any(parts)
                })
            } else {
                Some((*from, *to))
            };
            unit.is_some_and(|unit| is_unit(flow, unit))
        })
}

/// Parts of a naming: set apart by 。 and ;, and before each label. Units behind a ; are of the part before it, unless it names who leads.
pub(super) fn segments(flow: &Flow, from: usize, to: usize) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let (mut start, mut index) = (from, from);
    while index < to {
        if flow.at(index) == '(' {
            index = flow.closing(index, to).unwrap_or(index + 1);
            continue;
        }
        let is_end = match flow.at(index) {
            '。' => true,
            ';' => !label_goes_on(flow, start, index + 1, to),
            _ => false,
        };
        if is_end
            || index > start && label_at(flow, index).is_some() && !label_inside(flow, start, index)
        {
            found.push((start, index));
            start = index + usize::from(is_end);
        }
        index += 1;
    }
    found.push((start, to));
    found.retain(|(from, to)| from < to);
    found
}

/// Whether the label of a part is that of the units behind a ; as well.
fn label_goes_on(flow: &Flow, start: usize, index: usize, to: usize) -> bool {
    label_at(flow, start).is_some_and(|(label, _)| {
        matches!(
            label,
            Label::Units(Stated::Responsible | Stated::Support) | Label::UnitsAndPersons
        ) && units_follow(flow, index, to, Some(label))
    })
}

/// 牵头责任单位 holds 责任单位, which begins no part of its own.
fn label_inside(flow: &Flow, start: usize, index: usize) -> bool {
    label_at(flow, start).is_some_and(|(_, end)| index < end)
}
