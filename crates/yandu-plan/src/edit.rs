//! Edits of what a plan says is to be done: set, add, remove. The same edits are made directly, or asked for in a change.

mod along;
mod county;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::decompose::retitle;
use crate::record::{
    ChangeRequest, ChangeState, Decision, FigureState, Gone, ItemChange, Items, Node, NodeFields,
    Origin, Plan, Status, Task, TaskFields, difference,
};
use crate::reviewing::{Units, because, merged, name, patched, said, set_units};
use crate::{Error, Result};

pub(crate) use along::follow;
use along::{bring, come_along};
use county::shares_hold;
pub(crate) use county::split;

/// Signs of the longest title.
const TITLE_SIGNS: usize = 300;
/// Tasks of one point, and nodes of one task.
const MANY: usize = 500;

/// One edit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edit {
    pub op: Op,
    /// `point/3`, `target/12`, `task/3.2` or `node/3.2.1`; of `add` that to which is added: a point, or a task.
    pub item: String,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub fields: Map<String, Value>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Op {
    Set,
    Add,
    Remove,
}

/// A county with its share of a target.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CountyShare {
    pub county: String,
    #[serde(default)]
    pub quantity: Option<f64>,
}

/// Makes edits, all or none: the caller writes nothing when one is refused.
pub(crate) fn apply(plan: &mut Plan, edits: &[Edit], by: &Decision) -> Result<()> {
    let before = apply_and(plan, edits, by, |_, _| Ok(()))?;
    retitle(&before, plan, |_| true);
    Ok(())
}

/// The same, looking at the plan after each edit, with all titles as they were. Gives the plan as it was.
pub(crate) fn apply_and(
    plan: &mut Plan,
    edits: &[Edit],
    by: &Decision,
    look: impl Fn(&Plan, &Edit) -> Result<()>,
) -> Result<Plan> {
    let before = plan.clone();
    let shared: BTreeSet<String> = edits
        .iter()
        .filter_map(|edit| shared_of(plan, edit))
        .collect();
    for edit in edits {
        make(plan, edit, by)?;
        look(plan, edit)?;
    }
    shared.iter().try_for_each(|task| shares_hold(plan, task))?;
    nodes_fit(&before, plan)?;
    Ok(before)
}

impl Plan {
    /// What the fields that an edit sets say as the plan stands; null where one says nothing, and nothing of what is added or removed.
    pub fn present(&self, edit: &Edit) -> Map<String, Value> {
        if edit.op != Op::Set {
            return Map::new();
        }
        let said = self.said_of(&edit.item).unwrap_or_default();
        let now = |field: &String| said.get(field).cloned().unwrap_or_default();
        let fields = edit.fields.keys();
        fields.map(|field| (field.clone(), now(field))).collect()
    }

    fn said_of(&self, item: &str) -> Option<Value> {
        let (kind, key) = item.split_once('/')?;
        let said = match kind {
            "point" => {
                let point = self.points.get(&key.parse::<u32>().ok()?)?;
                Ok(serde_json::json!({"lead": point.lead, "supports": point.supports}))
            }
            "target" => serde_json::to_value(&self.figures.get(&key.parse::<u32>().ok()?)?.said),
            "task" => serde_json::to_value(&self.tasks.get(key)?.said),
            "node" => serde_json::to_value(&self.nodes.get(key)?.said),
            _ => return None,
        };
        said.ok()
    }

    /// All that a change that waits would make otherwise as the plan stands; nothing once it is decided, or cannot be made any more.
    pub fn effects(&self, change: &ChangeRequest) -> Vec<ItemChange> {
        if change.state != ChangeState::Requested {
            return Vec::new();
        }
        let mut after = self.clone();
        let made = apply(&mut after, &change.edits, &change.requested);
        match (made, self.binding(), after.binding()) {
            (Ok(()), Ok(now), Ok(then)) => difference(&now, &then),
            _ => Vec::new(),
        }
    }
}

/// A node that is set or added is due with its task at the latest.
fn nodes_fit(before: &Plan, plan: &Plan) -> Result<()> {
    for node in plan.nodes.values() {
        let was = before.nodes.get(&node.id);
        let is_moved = was.is_none_or(|was| was.said.due != node.said.due);
        let Some(task) = plan.tasks.get(&node.task).filter(|_| is_moved) else {
            continue;
        };
        if node.said.due > task.said.due {
            return Err(Error::invalid(
                "due",
                format!(
                    "node {} is due on {}, after its task on {}; set the date of the task with it",
                    node.id, node.said.due, task.said.due
                ),
            ));
        }
    }
    Ok(())
}

/// The city's task whose shares an edit may leave short: that of a county's copy, and that of a target.
fn shared_of(plan: &Plan, edit: &Edit) -> Option<String> {
    match edit.item.split_once('/')? {
        ("task", key) => plan.tasks.get(key)?.of.clone(),
        ("target", key) => {
            let number: u32 = key.parse().ok()?;
            let target = plan.figures.get(&number)?;
            plan.task_of(target).map(|task| task.id.clone())
        }
        _ => None,
    }
}

fn make(plan: &mut Plan, edit: &Edit, by: &Decision) -> Result<()> {
    let (kind, key) = edit
        .item
        .split_once('/')
        .ok_or_else(|| Error::invalid("item", "such as `task/3.2`"))?;
    match (edit.op, kind) {
        (Op::Set, "point") => set_point(plan, key, &edit.fields, by),
        (Op::Set, "target") => set_target(plan, key, &edit.fields),
        (Op::Remove, "target") => remove_target(plan, key),
        (Op::Set, "task") => set_task(plan, key, &edit.fields),
        (Op::Set, "node") => set_node(plan, key, &edit.fields),
        (Op::Add, "point") => add_task(plan, key, &edit.fields),
        (Op::Add, "task") => add_node(plan, key, &edit.fields),
        (Op::Remove, "task") => remove_task(plan, key),
        (Op::Remove, "node") => remove_node(plan, key),
        _ => Err(Error::invalid(
            "item",
            "points, targets, tasks and nodes are set; tasks are added to points and nodes to tasks; targets, tasks and nodes are removed",
        )),
    }
}

/// What of a baseline is otherwise now: all that it says and holds, but for what it leaves open.
pub(crate) fn broken(baseline: &Items, now: &Items) -> Option<String> {
    let is_open = |value: &Value| {
        value.is_null()
            || value.as_array().is_some_and(Vec::is_empty)
            || value.as_str().is_some_and(str::is_empty)
    };
    difference(baseline, now)
        .into_iter()
        .find(|change| !is_open(&change.from) && !is_appointment(baseline, now, change))
        .map(|change| match change.field {
            Some(field) => format!("`{field}` of {}", change.item),
            None => change.item,
        })
}

/// Whether units that answered together became a leading one and the others.
fn is_appointment(baseline: &Items, now: &Items, change: &ItemChange) -> bool {
    let lead = |items: &Items| {
        items
            .get(&change.item)
            .and_then(|item| item.get("lead").cloned())
    };
    let (Some(Value::Null), Some(appointed)) = (lead(baseline), lead(now)) else {
        return false;
    };
    let (Some(before), Some(after)) = (change.from.as_array(), change.to.as_array()) else {
        return false;
    };
    let stays = |unit: &Value| *unit == appointed || after.contains(unit);
    change.field.as_deref() == Some("supports") && before.iter().all(stays)
}

fn set_point(plan: &mut Plan, key: &str, fields: &Map<String, Value>, by: &Decision) -> Result<()> {
    let number = number(key)?;
    let missing = plan.missing("point", key);
    let point = plan.points.get(&number).ok_or(missing)?;
    let before = serde_json::json!({"lead": point.lead, "supports": point.supports});
    let mut units: Units = merged(before, fields)?;
    units
        .supports
        .retain(|unit| units.lead.as_deref() != Some(unit.trim()));
    let reason = by.reason.clone().ok_or(Error::NoReason)?;
    set_units(plan, number, &units, &because(by, &reason))?;
    let point = plan.points.get(&number).cloned();
    // Tasks whose lead was open follow the point.
    for task in plan.tasks.values_mut().filter(|task| task.point == number) {
        if let (None, Some(point)) = (&task.said.lead, &point)
            && task.county.is_none()
        {
            task.said.lead = point.lead.clone();
            task.said
                .supports
                .retain(|unit| point.lead.as_ref() != Some(unit));
        }
    }
    Ok(())
}

fn set_target(plan: &mut Plan, key: &str, fields: &Map<String, Value>) -> Result<()> {
    let number = number(key)?;
    let is_reviewed = plan.status == Status::Reviewing;
    let missing = plan.missing("target", key);
    let figure = plan
        .figures
        .get_mut(&number)
        .filter(|figure| figure.is_target())
        .ok_or(missing)?;
    let after = patched(&figure.said, fields)?;
    if after.kind != figure.said.kind {
        return Err(Error::invalid(
            "kind",
            "a target is removed, not made another kind of figure",
        ));
    }
    let before = figure.said.due;
    if is_reviewed {
        if figure.said != after {
            figure.correct(after);
            figure.state = if figure.as_read.is_some() || figure.origin != Origin::Read {
                FigureState::Corrected
            } else {
                FigureState::Accepted
            };
        }
    } else {
        figure.change(after);
    }
    let due = figure.said.due;
    come_along(plan, number, before, due);
    Ok(())
}

fn remove_target(plan: &mut Plan, key: &str) -> Result<()> {
    let number = number(key)?;
    let missing = plan.missing("target", key);
    let figure = plan
        .figures
        .get_mut(&number)
        .filter(|figure| figure.is_target())
        .ok_or(missing)?;
    figure.state = FigureState::Rejected;
    for task in plan.tasks.values_mut() {
        if task.target == Some(number) {
            task.target = None;
        }
    }
    Ok(())
}

fn set_task(plan: &mut Plan, key: &str, fields: &Map<String, Value>) -> Result<()> {
    let missing = plan.missing("task", key);
    let task = plan.tasks.get_mut(key).ok_or(missing)?;
    let before = task.said.due;
    task.said = checked(merged(serde_json::to_value(&task.said)?, fields)?)?;
    let due = task.said.due;
    bring(plan, key, before, due);
    Ok(())
}

fn add_task(plan: &mut Plan, key: &str, fields: &Map<String, Value>) -> Result<()> {
    let point = number(key)?;
    let Some(of) = plan.points.get(&point) else {
        return Err(plan.missing("point", key));
    };
    let said = checked(merged(Value::Object(Map::new()), fields)?)?;
    let own: Vec<&String> = plan
        .tasks
        .values()
        .filter(|task| task.point == point && task.of.is_none())
        .map(|task| &task.id)
        .collect();
    if own.len() >= MANY {
        return Err(Error::invalid("item", "a point has no more than 500 tasks"));
    }
    let id = format!("{point}.{}", of.gone_tasks.next(own.into_iter()));
    plan.tasks.insert(
        id.clone(),
        Task {
            id,
            point,
            said,
            sentence: None,
            target: None,
            of: None,
            county: None,
            gone_nodes: Gone::default(),
            gone_copies: Gone::default(),
        },
    );
    Ok(())
}

fn remove_task(plan: &mut Plan, key: &str) -> Result<()> {
    let missing = plan.missing("task", key);
    let task = plan.tasks.remove(key).ok_or(missing)?;
    let gone = match &task.of {
        Some(of) => plan.tasks.get_mut(of).map(|task| &mut task.gone_copies),
        None => plan
            .points
            .get_mut(&task.point)
            .map(|point| &mut point.gone_tasks),
    };
    if let Some(gone) = gone {
        gone.add(key);
    }
    plan.tasks.retain(|_, task| task.of.as_deref() != Some(key));
    let tasks = &plan.tasks;
    plan.nodes.retain(|_, node| tasks.contains_key(&node.task));
    Ok(())
}

fn set_node(plan: &mut Plan, key: &str, fields: &Map<String, Value>) -> Result<()> {
    let missing = plan.missing("node", key);
    let node = plan.nodes.get_mut(key).ok_or(missing)?;
    node.said = checked_node(merged(serde_json::to_value(&node.said)?, fields)?)?;
    Ok(())
}

fn add_node(plan: &mut Plan, key: &str, fields: &Map<String, Value>) -> Result<()> {
    let Some(of) = plan.tasks.get(key) else {
        return Err(plan.missing("task", key));
    };
    let said = checked_node(merged(Value::Object(Map::new()), fields)?)?;
    let own: Vec<&String> = plan
        .nodes
        .values()
        .filter(|node| node.task == key)
        .map(|node| &node.id)
        .collect();
    if own.len() >= MANY {
        return Err(Error::invalid("item", "a task has no more than 500 nodes"));
    }
    let id = format!("{key}.{}", of.gone_nodes.next(own.into_iter()));
    plan.nodes.insert(
        id.clone(),
        Node {
            id,
            task: key.to_owned(),
            said,
            begun: None,
            finished: None,
        },
    );
    Ok(())
}

fn remove_node(plan: &mut Plan, key: &str) -> Result<()> {
    let missing = plan.missing("node", key);
    let node = plan.nodes.remove(key).ok_or(missing)?;
    if let Some(task) = plan.tasks.get_mut(&node.task) {
        task.gone_nodes.add(key);
    }
    Ok(())
}

fn number(key: &str) -> Result<u32> {
    key.parse()
        .map_err(|_| Error::invalid("item", format!("`{key}` is no number")))
}

fn checked(mut task: TaskFields) -> Result<TaskFields> {
    task.title = title(&task.title)?;
    task.lead = task.lead.as_deref().map(name).transpose()?;
    task.deliverable = said(task.deliverable.as_deref());
    for units in [&mut task.supports, &mut task.counties] {
        *units = units.iter().map(|unit| name(unit)).collect::<Result<_>>()?;
    }
    if let Some(lead) = &task.lead
        && task.supports.contains(lead)
    {
        return Err(Error::invalid(
            "supports",
            format!("`{lead}` leads already"),
        ));
    }
    if task
        .quantity
        .is_some_and(|share| !share.is_finite() || share < 0.0)
    {
        return Err(Error::invalid("quantity", "a number from 0"));
    }
    Ok(task)
}

fn checked_node(mut node: NodeFields) -> Result<NodeFields> {
    node.title = title(&node.title)?;
    node.deliverable = said(node.deliverable.as_deref());
    if node
        .share
        .is_some_and(|share| !(0.0..=1.0).contains(&share))
    {
        return Err(Error::invalid("share", "a number from 0 to 1"));
    }
    Ok(node)
}

fn title(text: &str) -> Result<String> {
    let title = text.trim();
    if title.is_empty() || title.chars().count() > TITLE_SIGNS {
        return Err(Error::invalid("title", "from 1 to 300 signs"));
    }
    Ok(title.to_owned())
}
