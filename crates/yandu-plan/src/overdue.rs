//! What is to be reminded of, supervised, and answered for in person: 催办, 督办, 约谈, by rule. The cases themselves are opened elsewhere.

use std::collections::BTreeMap;

use crate::record::{Plan, place_of};
use crate::rules::{Counted, Rules};
use crate::standing::{Lamp, Standing};

/// What is done about an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// 催办: it falls due soon.
    Remind,
    /// 督办: it is late.
    Supervise,
    /// 约谈: it is late for long, or one of many of its unit.
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

/// An item of a list, with the rule that put it there.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    pub step: Step,
    /// `target/12` or `node/3.2.1`.
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
}

/// Lists what is open and near or behind its date: what is most behind first.
pub fn overdue(plan: &Plan, standing: &Standing, rules: &Rules) -> Vec<Listed> {
    let mut listed: Vec<Listed> = open(plan, standing)
        .into_iter()
        .filter_map(|item| step_of(item, rules))
        .collect();
    let mut late: BTreeMap<String, u32> = BTreeMap::new();
    for item in listed.iter().filter(|item| item.days_left < 0) {
        if let Some(unit) = &item.unit {
            *late.entry(unit.clone()).or_default() += 1;
        }
    }
    for item in &mut listed {
        let unit = item.unit.as_ref();
        let count = unit.and_then(|unit| late.get(unit)).copied().unwrap_or(0);
        if item.step == Step::Supervise && count >= rules.interview_items {
            (item.step, item.rule) = (Step::Interview, "interview_items");
        }
    }
    listed.sort_by(|a, b| {
        (b.step, a.days_left, a.point, place_of(&a.item)).cmp(&(
            a.step,
            b.days_left,
            b.point,
            place_of(&b.item),
        ))
    });
    listed
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

/// Nodes and targets that are not closed.
fn open(plan: &Plan, standing: &Standing) -> Vec<Listed> {
    let mut items = Vec::new();
    for node in plan.nodes.values() {
        let (Some(stands), Some(task)) = (standing.nodes.get(&node.id), plan.tasks.get(&node.task))
        else {
            continue;
        };
        if is_open(stands.lamp) {
            items.push(Listed {
                step: Step::Remind,
                item: format!("node/{}", node.id),
                title: node.said.title.clone(),
                point: task.point,
                task: Some(task.id.clone()),
                unit: task.said.lead.clone(),
                county: task.county.clone(),
                due: stands.due,
                days_left: stands.days_left,
                rule: "",
            });
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
            });
        }
    }
    items
}

fn is_open(lamp: Lamp) -> bool {
    !lamp.is_closed()
}
