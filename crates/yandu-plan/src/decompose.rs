//! 清单化分解: tasks and nodes that a reviewed text proposes, to be edited by people.
//!
//! Each target is a task; a sentence without targets is one, but for the sentence that is the point's title. A task is led by the one
//! unit that the text names for its part of the point, or by the one that was assigned to the point; otherwise its lead is open.

use jiff::ToSpan;
use jiff::civil::{Date, date};

use crate::reading::{Comparison, Role};
use crate::record::{Figure, Gone, Node, NodeFields, Plan, PlanPiece, PlanPoint, Task, TaskFields};
use crate::rules::Pace;
use crate::sheet::PieceKind;

/// Signs of the title of a task that is cut from a long sentence.
const TITLE_SIGNS: usize = 60;
/// Nodes of one task; a task of ten years has no node a month.
const NODES: usize = 48;

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
        .flat_map(|task| {
            let target = task.target.and_then(|target| plan.figures.get(&target));
            nodes_of(task, target, start, pace)
        })
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
            task(&target.literal, due, Some(target.number))
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
pub(crate) fn nodes_of(task: &Task, target: Option<&Figure>, start: Date, pace: Pace) -> Vec<Node> {
    let days = days_of(start, task.said.due, pace);
    let count = days.len();
    days.into_iter()
        .enumerate()
        .map(|(place, due)| {
            let is_last = place + 1 == count;
            let share = (place + 1) as f64 / count as f64;
            let amount = target
                .filter(|_| !is_last)
                .and_then(|target| amount_of(target, task, share));
            let title = match (&amount, is_last) {
                (_, true) => format!("完成：{}", task.said.title),
                (Some(amount), _) => format!("{}累计{amount}", name_of(due)),
                (None, _) => format!("{}阶段进展", name_of(due)),
            };
            Node {
                id: format!("{}.{}", task.id, place + 1),
                task: task.id.clone(),
                said: NodeFields {
                    title,
                    due,
                    deliverable: None,
                    share: (amount.is_some() || is_last && target.is_some()).then_some(share),
                },
                begun: None,
                finished: None,
            }
        })
        .collect()
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
    format!("{}年{}月底", day.year(), day.month())
}

/// How much of a target that counts things is to be there, as text.
fn amount_of(target: &Figure, task: &Task, share: f64) -> Option<String> {
    let is_sum = matches!(
        target.said.comparison,
        Comparison::Equal | Comparison::AtLeast | Comparison::Above | Comparison::About
    );
    let is_count = !target.said.unit.is_empty() && !target.said.unit.contains('%');
    let crate::Value::Number(value) = &target.said.value else {
        return None;
    };
    let whole = task.said.quantity.or(value.as_f64())?;
    if !is_sum || !is_count || whole < 2.0 {
        return None;
    }
    Some(format!("{}{}", (whole * share).ceil(), target.said.unit))
}
