//! What a person should look at: gaps, cuts, names that differ in a sign.

use std::collections::HashSet;

use crate::FindingCode;
use crate::due;
use crate::finding::Finding;
use crate::flow::Flow;
use crate::outline::{self, Heading, Mark};
use crate::plan::Draught;
use crate::reading::{Assignment, Point, Reading, Role};

/// Names that are compared with each other; a plan has some dozens.
const ALIKE_NAMES: usize = 1000;

type Note = (FindingCode, usize, String, Option<u32>);

/// Looks for missing and repeated numbers among headings of one kind.
pub(crate) fn numbering(
    notes: &mut Vec<Note>,
    flow: &Flow,
    headings: &[Heading],
    mark: Mark,
    begins_again: bool,
) {
    let coarser: Vec<Mark> = headings
        .iter()
        .map(|heading| heading.mark)
        .filter(|one| *one < mark)
        .collect();
    let mut kinds: Vec<Mark> = coarser;
    kinds.push(mark);
    kinds.sort_unstable();
    kinds.dedup();
    for kind in kinds {
        let (mut last, mut ran) = (0, 0);
        for heading in headings {
            // Numbers below a heading begin again with it, but points that run through the text do not.
            if heading.mark < kind && (kind != mark || begins_again) {
                last = 0;
            }
            if heading.mark != kind {
                continue;
            }
            let place = flow.place(heading.from);
            // Below a new heading, numbers begin again or run on.
            let runs_on = last == 0 && heading.number == ran + 1;
            if heading.number > last + 1 && !runs_on {
                let from = if last == 0 { ran } else { last };
                notes.push((
                    FindingCode::NumberingGap,
                    place,
                    if from == 0 || from >= heading.number {
                        format!("编号从{}开始", heading.number)
                    } else {
                        format!("编号从{from}跳到{}", heading.number)
                    },
                    None,
                ));
            } else if heading.number <= last {
                notes.push((
                    FindingCode::NumberingRepeats,
                    place,
                    format!("编号{}在{last}之后再次出现", heading.number),
                    None,
                ));
            }
            (last, ran) = (heading.number, heading.number);
        }
    }
}

pub(crate) fn look(draught: &mut Draught<'_>, reading: &mut Reading, text: &str) {
    let mut notes = std::mem::take(&mut draught.notes);
    truncated(draught, reading, &mut notes);
    unclosed(draught, &mut notes);
    units(draught, reading, &mut notes);
    if reading.year.is_none() {
        notes.push((
            FindingCode::YearUnknown,
            0,
            "标题和落款都没有写明年份，无法推算时限".to_owned(),
            None,
        ));
    }
    if reading.targets.is_empty() {
        notes.push((
            FindingCode::NoTargets,
            0,
            "全文没有找到数字指标".to_owned(),
            None,
        ));
    }
    let lost = text.chars().filter(|sign| *sign == '\u{fffd}').count();
    if lost > 0 {
        let place = text
            .chars()
            .position(|sign| sign == '\u{fffd}')
            .unwrap_or(0);
        notes.push((
            FindingCode::Garbled,
            place,
            format!("有{lost}个字已损坏"),
            None,
        ));
    }
    notes.sort_by_key(|(code, place, ..)| (*place, *code));
    reading.findings = notes
        .into_iter()
        .map(|(code, offset, message, point)| Finding {
            code,
            message,
            mend: code.mend(),
            offset,
            line: draught
                .layout
                .lines
                .partition_point(|start| *start <= offset)
                .max(1),
            point,
        })
        .collect();
}

/// Whether the text ends in the middle.
fn truncated(draught: &Draught<'_>, reading: &Reading, notes: &mut Vec<Note>) {
    let flow = &draught.layout.flow;
    let end = draught.signs.len();
    let mut report = |message: &str| {
        notes.push((
            FindingCode::Truncated,
            end,
            message.to_owned(),
            reading.points.last().map(|point| point.number),
        ));
    };
    if draught.is_cut {
        report("文件在一个字的中间结束");
        return;
    }
    let Some((from, to)) = draught.layout.paragraphs.last().copied() else {
        return;
    };
    let last_of_text = draught
        .layout
        .grids
        .iter()
        .flat_map(|grid| &grid.rows)
        .flat_map(|row| &row.cells)
        .all(|(_, cell)| *cell <= to);
    if !last_of_text {
        return;
    }
    let is_ended = matches!(
        flow.before(to),
        '。' | '!' | '?' | ')' | '”' | '】' | '〕' | ']' | ';' | '…' | '.'
    );
    let is_labelled = draught
        .namings
        .iter()
        .any(|naming| naming.is_labelled && naming.to >= to);
    // A signature, a list of copies.
    let is_close = to - from <= 20
        && outline::behind_mark(&draught.headings, from).is_none()
        && !flow.holds_any(from, to, &[","])
        && reading
            .points
            .last()
            .is_some_and(|point| point.sentences.len() > 2);
    let is_open = (from..to).fold(0_usize, |depth, place| match flow.at(place) {
        '(' => depth + 1,
        ')' => depth.saturating_sub(1),
        _ => depth,
    }) > 0;
    if is_open {
        report("正文在一个括号里结束");
    } else if !is_ended && !is_labelled && !is_close && !is_signed(draught, (from, to)) {
        report("正文在一句话中间结束");
    } else {
        let without = |point: &Point| point.assignments.is_empty();
        let named = reading
            .points
            .iter()
            .filter(|point| !without(point))
            .count();
        if named + 1 == reading.points.len()
            && named >= 2
            && reading.points.last().is_some_and(without)
        {
            report("其他要点都写明责任单位，最后一个没有");
        }
    }
}

/// Whether a paragraph is the day below a signature, with or without who signs: it ends a text, however short its last point is.
fn is_signed(draught: &Draught<'_>, (from, to): (usize, usize)) -> bool {
    const SIGNS: usize = 40;
    const OFFICES: &[&str] = &["办公室", "人民政府", "委员会", "领导小组"];
    let flow = &draught.layout.flow;
    if to - from > SIGNS
        || flow.before(to) != '日'
        || flow.holds_any(from, to, &[",", "。"])
        || outline::behind_mark(&draught.headings, from).is_some()
    {
        return false;
    }
    let days = due::all(flow, from, to, None);
    days.last().is_some_and(|day| {
        let is_below = day.from == from || flow.word_before(day.from, OFFICES).is_some();
        day.to == to && day.names_year && is_below
    })
}

/// Brackets and quotations that do not close in their paragraph.
fn unclosed(draught: &Draught<'_>, notes: &mut Vec<Note>) {
    let flow = &draught.layout.flow;
    for (from, to) in &draught.layout.paragraphs {
        for (open, close) in [('(', ')'), ('“', '”'), ('《', '》')] {
            let mut depth = 0_i32;
            let mut at = None;
            for place in *from..*to {
                if flow.at(place) == open {
                    depth += 1;
                    at = at.or(Some(place));
                } else if flow.at(place) == close {
                    depth -= 1;
                    if depth <= 0 {
                        // A list may be numbered 1) 2) without any opening.
                        depth = 0;
                        at = None;
                    }
                }
            }
            if let (true, Some(at)) = (depth > 0, at) {
                notes.push((
                    FindingCode::Unclosed,
                    flow.place(at),
                    format!("“{open}”没有配对的“{close}”"),
                    None,
                ));
            }
        }
    }
}

/// Whether a place of the text stands in a paragraph, and not in a table.
fn is_in_prose(draught: &Draught<'_>, offset: usize) -> bool {
    let flow = &draught.layout.flow;
    let paragraphs = &draught.layout.paragraphs;
    let next = paragraphs.partition_point(|(from, _)| flow.place(*from) <= offset);
    next.checked_sub(1)
        .and_then(|place| paragraphs.get(place))
        .is_some_and(|(_, to)| offset < flow.place_after(*to))
}

/// Leads that the sentences of a point name in one place and not in another. A point that nothing marks is read as a part of the one
/// before, and so are its units.
fn leads_apart(draught: &Draught<'_>, point: &Point, notes: &mut Vec<Note>) {
    let leads = |assignment: &Assignment| -> Vec<String> {
        let units = assignment.units.iter();
        units
            .filter(|unit| unit.role == Role::Lead)
            .map(|unit| unit.name.clone())
            .collect()
    };
    let mut first: Vec<String> = Vec::new();
    for assignment in &point.assignments {
        let named = leads(assignment);
        if named.is_empty() || !is_in_prose(draught, assignment.offset) {
            continue;
        }
        if first.is_empty() {
            first = named;
        } else if !named.iter().any(|name| first.contains(name)) {
            notes.push((
                FindingCode::SeveralLeads,
                assignment.offset,
                format!(
                    "要点{}在几处写了不同的牵头单位（{}；{}），也可能漏认了一个要点的编号",
                    point.label,
                    first.join("、"),
                    named.join("、")
                ),
                Some(point.number),
            ));
            return;
        }
    }
}

fn units(draught: &Draught<'_>, reading: &Reading, notes: &mut Vec<Note>) {
    for point in &reading.points {
        leads_apart(draught, point, notes);
        if point.assignments.is_empty() {
            notes.push((
                FindingCode::NoUnit,
                point.offset,
                format!("要点{}没有写明责任单位", point.label),
                Some(point.number),
            ));
        }
        for assignment in &point.assignments {
            let leads = assignment
                .units
                .iter()
                .filter(|unit| unit.role == Role::Lead)
                .count();
            if leads > 1 {
                notes.push((
                    FindingCode::SeveralLeads,
                    assignment.offset,
                    format!("要点{}有{leads}个牵头单位", point.label),
                    Some(point.number),
                ));
            }
            for unit in &assignment.units {
                let folded: String = unit.name.chars().map(yandu_words::sign::fold).collect();
                if [
                    "有关部门",
                    "相关部门",
                    "有关单位",
                    "相关单位",
                    "各部门",
                    "各单位",
                    "有关企业",
                ]
                .iter()
                .any(|word| folded.contains(word))
                {
                    notes.push((
                        FindingCode::UnitUnnamed,
                        unit.offset,
                        format!("“{}”没有写明是哪个单位", unit.name),
                        Some(point.number),
                    ));
                }
            }
        }
    }
    alike(reading, notes);
}

/// Names of which one is the other with signs left out: 市交通局 and 市交通运输局.
fn alike(reading: &Reading, notes: &mut Vec<Note>) {
    let mut names = HashSet::new();
    let mut seen: Vec<(Vec<char>, usize, u32)> = Vec::new();
    for point in &reading.points {
        for unit in point.assignments.iter().flat_map(|one| &one.units) {
            if names.len() < ALIKE_NAMES && names.insert(unit.name.as_str()) {
                seen.push((unit.name.chars().collect(), unit.offset, point.number));
            }
        }
    }
    for (place, (name, offset, point)) in seen.iter().enumerate() {
        for (other, ..) in seen.iter().take(place) {
            let (short, long) = if name.len() < other.len() {
                (name, other)
            } else {
                (other, name)
            };
            if is_left_out(short, long) {
                let text = |name: &[char]| name.iter().collect::<String>();
                notes.push((
                    FindingCode::UnitsAlike,
                    *offset,
                    format!("“{}”与“{}”可能是同一单位", text(name), text(other)),
                    Some(*point),
                ));
            }
        }
    }
}

/// Whether the shorter name is the longer one without some signs in its middle.
fn is_left_out(short: &[char], long: &[char]) -> bool {
    if short.len() < 4 || long.len() <= short.len() || long.len() - short.len() > 4 {
        return false;
    }
    if short.get(..3) != long.get(..3) || short.last() != long.last() {
        return false;
    }
    let mut rest = long.iter();
    short.iter().all(|sign| rest.any(|one| one == sign))
}
