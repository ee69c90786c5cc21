//! What is to be reminded of, supervised, and answered for in person: 催办, 督办, 约谈, by rule. The cases themselves are opened elsewhere.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use crate::record::{Plan, Task, place_of};
use crate::rules::{Counted, Rules};
use crate::standing::{Lamp, Standing};

/// What is done about an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// 催办: it falls due soon.
    Remind,
    /// 督办: it is late.
    Supervise,
    /// 约谈: it is late for long, or one of many matters of its unit.
    Interview,
}

impl Step {
    pub const ALL: [Self; 3] = [Self::Remind, Self::Supervise, Self::Interview];

    pub fn name(self) -> &'static str {
        match self {
            Self::Remind => "remind",
            Self::Supervise => "supervise",
            Self::Interview => "interview",
        }
    }

    /// In Chinese.
    pub fn text(self) -> &'static str {
        match self {
            Self::Remind => "催办",
            Self::Supervise => "督办",
            Self::Interview => "约谈",
        }
    }
}

/// A matter of a list, told by its item that is most behind, with the rule that put it there.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    pub step: Step,
    /// `target/12`, `node/3.2.1`, or `task/3.2` of a task that has no nodes.
    pub item: String,
    pub title: String,
    pub point: u32,
    pub task: Option<String>,
    /// Who leads it; absent while that is open.
    pub unit: Option<String>,
    pub county: Option<String>,
    pub due: Counted,
    pub days_left: i64,
    /// The setting that put it into the list.
    pub rule: &'static str,
    /// What else of the same matter is near or behind its date, what is most behind first.
    pub rest: Vec<Self>,
}

/// Lists what is open and near or behind its date: what is most behind first. A target and the tasks and nodes that are to reach it are
/// one matter of each unit that leads them: it is listed, and counted against its unit, once.
pub fn overdue(plan: &Plan, standing: &Standing, rules: &Rules) -> Vec<Listed> {
    let mut matters: BTreeMap<Matter, Vec<Listed>> = BTreeMap::new();
    let items = open(plan, standing);
    for item in items.into_iter().filter_map(|item| step_of(item, rules)) {
        let matter = Matter::of(plan, &item);
        matters.entry(matter).or_default().push(item);
    }
    let mut late: BTreeMap<String, u32> = BTreeMap::new();
    for (matter, items) in &matters {
        if let Some(unit) = &matter.unit
            && items.iter().any(|item| item.days_left < 0)
        {
            *late.entry(unit.clone()).or_default() += 1;
        }
    }
    let told = matters.into_iter().filter_map(|(matter, mut items)| {
        let unit = matter.unit.as_ref();
        let count = unit.and_then(|unit| late.get(unit)).copied().unwrap_or(0);
        for item in &mut items {
            if item.step == Step::Supervise && count >= rules.interview_items {
                (item.step, item.rule) = (Step::Interview, "interview_items");
            }
        }
        items.sort_by(order);
        let mut items = items.into_iter();
        let head = items.next()?;
        Some(Listed {
            rest: items.collect(),
            ..head
        })
    });
    let mut listed: Vec<Listed> = told.collect();
    listed.sort_by(order);
    listed
}

/// What is most behind comes first; of what is as much behind, a target comes before what is on the way to it.
fn order(a: &Listed, b: &Listed) -> Ordering {
    let is_on_way = |one: &Listed| !one.item.starts_with("target/");
    let key = |one: &Listed| {
        (
            one.days_left,
            one.point,
            is_on_way(one),
            place_of(&one.item),
        )
    };
    b.step.cmp(&a.step).then_with(|| key(a).cmp(&key(b)))
}

/// What an item stands for, and who answers for it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Matter {
    /// A target, or a task that has none.
    of: String,
    unit: Option<String>,
    county: Option<String>,
}

impl Matter {
    fn of(plan: &Plan, item: &Listed) -> Self {
        let task = item.task.as_ref().and_then(|task| plan.tasks.get(task));
        let of = match task {
            Some(task) => match task.target {
                Some(target) => format!("target/{target}"),
                None => format!("task/{}", task.of.as_ref().unwrap_or(&task.id)),
            },
            None => item.item.clone(),
        };
        Self {
            of,
            unit: item.unit.clone(),
            county: item.county.clone(),
        }
    }
}

fn step_of(item: Listed, rules: &Rules) -> Option<Listed> {
    let late = -item.days_left;
    let (step, rule) = if late > 0 && late >= i64::from(rules.interview_days) {
        (Step::Interview, "interview_days")
    } else if late > 0 && late >= i64::from(rules.supervise_days) {
        (Step::Supervise, "supervise_days")
    } else if item.days_left <= i64::from(rules.remind_days) {
        (Step::Remind, "remind_days")
    } else {
        return None;
    };
    Some(Listed { step, rule, ..item })
}

/// Nodes and targets that are not closed, and tasks that no node stands for.
fn open(plan: &Plan, standing: &Standing) -> Vec<Listed> {
    let mut items = Vec::new();
    for node in plan.nodes.values() {
        let (Some(stands), Some(task)) = (standing.nodes.get(&node.id), plan.tasks.get(&node.task))
        else {
            continue;
        };
        if is_open(stands.lamp) {
            let title = &node.said.title;
            let item = format!("node/{}", node.id);
            items.push(of_task(task, item, title, (stands.due, stands.days_left)));
        }
    }
    let divided: BTreeSet<&str> = plan.nodes.values().map(|node| node.task.as_str()).collect();
    for task in plan.tasks.values() {
        let Some(stands) = standing.tasks.get(&task.id) else {
            continue;
        };
        let is_alone = !divided.contains(task.id.as_str()) && !is_told(task, standing);
        if is_alone && !stands.is_closed {
            let title = &task.said.title;
            let item = format!("task/{}", task.id);
            items.push(of_task(task, item, title, (stands.due, stands.days_left)));
        }
    }
    for target in plan.targets() {
        let Some(stands) = standing.targets.get(&target.number) else {
            continue;
        };
        if let (true, Some(due), Some(days_left)) =
            (is_open(stands.lamp), stands.due, stands.days_left)
        {
            items.push(Listed {
                step: Step::Remind,
                item: format!("target/{}", target.number),
                title: target.wording(),
                point: target.point.unwrap_or(0),
                task: plan.task_of(target).map(|task| task.id.clone()),
                unit: plan.lead_of(target).cloned(),
                county: None,
                due,
                days_left,
                rule: "",
                rest: Vec::new(),
            });
        }
    }
    items
}

/// A task or a node of it, with the day on which that is due and the days that are left.
fn of_task(task: &Task, item: String, title: &str, (due, days_left): (Counted, i64)) -> Listed {
    Listed {
        step: Step::Remind,
        item,
        title: title.to_owned(),
        point: task.point,
        task: Some(task.id.clone()),
        unit: task.said.lead.clone(),
        county: task.county.clone(),
        due,
        days_left,
        rule: "",
        rest: Vec::new(),
    }
}

/// Whether the open target of a task stands for it on its day or before. It is the city's, and no county's.
fn is_told(task: &Task, standing: &Standing) -> bool {
    let target = task.target.filter(|_| task.of.is_none());
    let target = target.and_then(|target| standing.targets.get(&target));
    let due = target.filter(|target| is_open(target.lamp));
    let due = due.and_then(|target| target.due);
    let own = standing.tasks.get(&task.id).map(|task| task.due.day);
    due.zip(own).is_some_and(|(due, own)| due.day <= own)
}

fn is_open(lamp: Lamp) -> bool {
    !lamp.is_closed()
}
