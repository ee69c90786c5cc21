//! 清单化分解: tasks and nodes that a reviewed text proposes, to be edited by people.
//!
//! Each target is a task; a sentence without targets is one, but for the sentence that is the point's title. A task is led by the one
//! unit that the text names for its part of the point, or by the one that was assigned to the point; otherwise its lead is open.

use jiff::ToSpan;
use jiff::civil::{Date, date};

use crate::reading::Role;
use crate::record::{Figure, Gone, Node, NodeFields, Plan, PlanPiece, PlanPoint, Task, TaskFields};
use crate::rules::Pace;
use crate::sheet::PieceKind;
use crate::standing::grows;

/// Signs of the title of a task that is cut from a long sentence.
const TITLE_SIGNS: usize = 60;
/// Nodes of one task; a task of ten years has no node a month.
const NODES: usize = 48;
/// What the title of a task's last node begins with.
const DONE: &str = "完成：";

/// Proposes tasks and nodes for all points, in the place of those that are there.
pub(crate) fn propose(plan: &mut Plan, today: Date, pace: Pace) {
    let mut tasks: Vec<Task> = Vec::new();
    for point in plan.points.values() {
        let mut number = 0;
        let pieces = plan.pieces.values();
        for piece in pieces.filter(|piece| piece.point == Some(point.number)) {
            for task in tasks_of(plan, point, piece) {
                number += 1;
                tasks.push(Task {
                    id: format!("{}.{number}", point.number),
                    ..task
                });
            }
        }
    }
    plan.tasks = tasks
        .into_iter()
        .map(|task| (task.id.clone(), task))
        .collect();
    plan.nodes.clear();
    let start = start_of(plan, today);
    let nodes: Vec<Node> = plan
        .tasks
        .values()
        .flat_map(|task| nodes_of(plan, task, start, pace))
        .collect();
    plan.nodes = nodes
        .into_iter()
        .map(|node| (node.id.clone(), node))
        .collect();
}

/// The day from which the work is paced: today, where it lies in the plan's year, else the year's first day.
fn start_of(plan: &Plan, today: Date) -> Date {
    match plan.head.year {
        Some(year) if year != today.year() => date(year.clamp(1, 9999), 1, 1),
        _ => today,
    }
}

fn tasks_of(plan: &Plan, point: &PlanPoint, piece: &PlanPiece) -> Vec<Task> {
    let targets: Vec<&Figure> = plan
        .targets()
        .filter(|target| target.sentence == piece.number)
        .collect();
    if targets.is_empty() && (piece.kind != PieceKind::Sentence || is_title(point, piece)) {
        return Vec::new();
    }
    let year_end = plan.head.year.and_then(|year| Date::new(year, 12, 31).ok());
    let units = point.assignment_at(piece.offset);
    let stated = units.and_then(|units| units.due.as_deref()?.parse::<Date>().ok());
    let (lead, supports) = units_of(point, piece.offset);
    let task = |title: &str, due: Option<Date>, target: Option<u32>| {
        Some(Task {
            id: String::new(),
            point: point.number,
            said: TaskFields {
                title: title_of(title),
                lead: lead.clone(),
                supports: supports.clone(),
                counties: Vec::new(),
                deliverable: None,
                due: due?,
                quantity: None,
            },
            sentence: Some(piece.number),
            target,
            of: None,
            county: None,
            gone_nodes: Gone::default(),
            gone_copies: Gone::default(),
        })
    };
    if targets.is_empty() {
        return task(&piece.text, stated.or(year_end), None)
            .into_iter()
            .collect();
    }
    targets
        .into_iter()
        .filter_map(|target| {
            let due = target.said.due.or(stated).or(year_end);
            task(&target.wording(), due, Some(target.number))
        })
        .collect()
}

/// Who leads a part of a point, and who supports.
fn units_of(point: &PlanPoint, offset: usize) -> (Option<String>, Vec<String>) {
    let of_point = || (point.lead.clone(), point.supports.clone());
    // What people decided about the point goes before what the text says of its parts.
    let Some(units) = point
        .assignment_at(offset)
        .filter(|_| point.assigned.is_none())
    else {
        return of_point();
    };
    let leads: Vec<&str> = units
        .units
        .iter()
        .filter(|unit| unit.role == Role::Lead)
        .map(|unit| unit.name.as_str())
        .collect();
    let lead = match leads.as_slice() {
        [lead] => Some((*lead).to_owned()),
        _ => None,
    };
    let supports = units
        .units
        .iter()
        .map(|unit| unit.name.clone())
        .filter(|name| lead.as_ref() != Some(name))
        .collect();
    (lead, supports)
}

/// Whether a sentence only says the title of its point.
fn is_title(point: &PlanPoint, piece: &PlanPiece) -> bool {
    let bare = |text: &str| -> String {
        text.chars()
            .filter(|sign| !sign.is_whitespace() && !matches!(sign, '。' | '：' | ':'))
            .collect()
    };
    bare(&piece.text) == bare(&point.title)
}

fn title_of(text: &str) -> String {
    let signs: Vec<char> = text.chars().filter(|sign| !sign.is_whitespace()).collect();
    let text: String = signs.iter().collect();
    let text = text.trim_end_matches(['。', '；', ';', '，', ',']);
    if text.chars().count() <= TITLE_SIGNS {
        return text.to_owned();
    }
    let cut: String = text.chars().take(TITLE_SIGNS).collect();
    let ends = ['，', ',', '；', ';', '、'];
    let whole = cut.rfind(ends).and_then(|at| cut.get(..at));
    format!(
        "{}…",
        whole
            .filter(|part| part.chars().count() > 8)
            .unwrap_or(&cut)
    )
}

/// The nodes of a task: at the end of each month or quarter up to its day, and at its day.
fn nodes_of(plan: &Plan, task: &Task, start: Date, pace: Pace) -> Vec<Node> {
    let days = days_of(start, task.said.due, pace);
    let count = days.len();
    days.into_iter()
        .enumerate()
        .map(|(place, due)| {
            let is_last = place + 1 == count;
            let share = (place + 1) as f64 / count as f64;
            let has_share = if is_last {
                target_of(plan, task).is_some()
            } else {
                amount_of(plan, task, share).is_some()
            };
            let mut said = NodeFields {
                title: String::new(),
                due,
                deliverable: None,
                share: has_share.then_some(share),
            };
            said.title = node_title(plan, task, &said, is_last);
            Node {
                id: format!("{}.{}", task.id, place + 1),
                task: task.id.clone(),
                said,
                begun: None,
                finished: None,
            }
        })
        .collect()
}

fn target_of<'a>(plan: &'a Plan, task: &Task) -> Option<&'a Figure> {
    plan.figures.get(&task.target?)
}

/// The title with which a node is proposed: how much of the target is to be there by then, where it grows to its number.
fn node_title(plan: &Plan, task: &Task, node: &NodeFields, is_last: bool) -> String {
    if is_last {
        return format!("{DONE}{}{}", task.said.title, own_part(plan, task));
    }
    let amount = node.share.and_then(|share| amount_of(plan, task, share));
    let by = name_of(node.due);
    amount.map_or_else(
        || format!("{by}阶段进展"),
        |amount| format!("{by}累计{amount}"),
    )
}

/// What of the city's target a county's copy is to reach.
fn own_part(plan: &Plan, task: &Task) -> String {
    match (&task.county, task.said.quantity, target_of(plan, task)) {
        (Some(county), Some(quantity), Some(target)) => {
            format!("，其中{county}{quantity}{}", target.said.unit)
        }
        _ => String::new(),
    }
}

/// The node of a county's copy that stands for one of the city's task: what is proposed there is proposed here for the county's share.
pub(crate) fn copied(plan: &Plan, (of, node): (&Task, &Node), copy: &Task) -> NodeFields {
    let mut said = node.said.clone();
    if let Some(is_last) = proposed_as(plan, of, node) {
        said.title = node_title(plan, copy, &said, is_last);
    }
    said
}

/// Whether a node still has the title with which it was proposed, and then whether as the last of its task.
fn proposed_as(plan: &Plan, task: &Task, node: &Node) -> Option<bool> {
    let is_last = node.said.title.starts_with(DONE);
    (node.said.title == node_title(plan, task, &node.said, is_last)).then_some(is_last)
}

/// Whether a node still has the title with which it was proposed for its task.
pub(crate) fn is_proposed(plan: &Plan, task: &Task, node: &Node) -> bool {
    proposed_as(plan, task, node).is_some()
}

/// Lets titles that were proposed follow what a plan says now. A title that a person wrote stays, and so does one that is not `free`.
pub(crate) fn retitle(before: &Plan, plan: &mut Plan, free: impl Fn(&str) -> bool) {
    let tasks: Vec<(String, String)> = plan
        .tasks
        .values()
        .filter(|task| free(&format!("task/{}", task.id)))
        .filter_map(|task| {
            let was = before.tasks.get(&task.id)?;
            let (old, new) = (target_of(before, was)?, target_of(plan, task)?);
            let proposed = was.said.title == title_of(&old.wording());
            let title = title_of(&new.wording());
            (proposed && task.said.title == was.said.title && title != task.said.title)
                .then(|| (task.id.clone(), title))
        })
        .collect();
    for (id, title) in tasks {
        if let Some(task) = plan.tasks.get_mut(&id) {
            task.said.title = title;
        }
    }
    let nodes: Vec<(String, String)> = plan
        .nodes
        .values()
        .filter(|node| free(&format!("node/{}", node.id)))
        .filter_map(|node| {
            let was = before.nodes.get(&node.id)?;
            let is_last = proposed_as(before, before.tasks.get(&was.task)?, was)?;
            let title = node_title(plan, plan.tasks.get(&node.task)?, &node.said, is_last);
            (node.said.title == was.said.title && title != node.said.title)
                .then(|| (node.id.clone(), title))
        })
        .collect();
    for (id, title) in nodes {
        if let Some(node) = plan.nodes.get_mut(&id) {
            node.said.title = title;
        }
    }
}

fn days_of(start: Date, due: Date, pace: Pace) -> Vec<Date> {
    let step = match pace {
        Pace::Month => 1,
        Pace::Quarter => 3,
    };
    let mut days = Vec::new();
    let mut first = date(start.year(), start.month(), 1);
    while days.len() + 1 < NODES {
        let end = first.last_of_month();
        if end >= due {
            break;
        }
        if end.month() % step == 0 && end > start {
            days.push(end);
        }
        let Ok(next) = first.checked_add(1.month()) else {
            break;
        };
        first = next;
    }
    days.push(due);
    days
}

fn name_of(day: Date) -> String {
    let month = format!("{}年{}月", day.year(), day.month());
    if day == day.last_of_month() {
        format!("{month}底")
    } else {
        format!("{month}{}日前", day.day())
    }
}

/// How much of a target that grows is to be there, as text. A county's copy has no part where it has no share.
fn amount_of(plan: &Plan, task: &Task, share: f64) -> Option<String> {
    let target = target_of(plan, task)?;
    let source = plan.bindings.get(&target.number).map(|one| &one.source);
    let number = target.said.value.number()?;
    let whole = match &task.of {
        Some(_) => task.said.quantity?,
        None => task.said.quantity.unwrap_or(number),
    };
    if target.said.unit.is_empty() || !grows(target, source) || whole < 2.0 {
        return None;
    }
    // A last binary digit is no whole one more.
    let amount = (whole * share - 1e-9).ceil();
    Some(format!("{amount}{}", target.said.unit))
}
