//! How a plan stands on a day: a pure function of the plan, of what its metrics show, of the day, the rules and the calendar.
//!
//! A lamp says how work stands against its date. Work that was finished late never turns green, and nothing above it does either:
//! a task, a point, a unit and a county show the worst of what they hold.

mod ahead;
mod lamp;
mod side;
mod target;
mod told;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use yandu_words::calendar::Calendar;

pub use ahead::{Ahead, Foreseen, NoForecast, foreseen};
pub use lamp::{Counts, Lamp, Tally};
pub(crate) use side::{grows, is_ceiling, is_level, is_open};
pub use target::{Actual, Actuals, Closed, Lack, TargetStanding, Wanted, wanted};
pub use told::Told;

use crate::decompose::is_proposed;
use crate::record::{Node, Plan, Task};
use crate::rules::{Counted, Rules};

/// What a standing is computed with, beside the plan and its actuals.
#[derive(Debug, Clone, Copy)]
pub struct Today<'a> {
    pub day: Date,
    pub rules: &'a Rules,
    pub calendar: &'a Calendar,
}

/// How a plan stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    pub day: Date,
    pub targets: BTreeMap<u32, TargetStanding>,
    pub nodes: BTreeMap<String, NodeStanding>,
    pub tasks: BTreeMap<String, TaskStanding>,
    /// By point: over its tasks.
    pub points: BTreeMap<u32, Tally>,
    /// By leading unit: over the tasks that it leads, copies of counties apart.
    pub units: BTreeMap<String, Tally>,
    /// By county: over its copies of tasks.
    pub counties: BTreeMap<String, Tally>,
    /// Over the tasks of the city.
    pub whole: Tally,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NodeStanding {
    pub lamp: Lamp,
    pub closed_on: Option<Date>,
    /// The actual of its task's target says whether it is closed, and nobody else.
    pub is_measured: bool,
    pub due: Counted,
    /// Calendar days from today to the due date; negative behind it.
    pub days_left: i64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct TaskStanding {
    /// The worst of its parts: one that was late colours a task that goes on too.
    pub lamp: Lamp,
    /// All of its parts are closed.
    pub is_closed: bool,
    pub due: Counted,
    pub days_left: i64,
    /// Its own nodes.
    pub nodes: Counts,
    /// Copies of counties.
    pub copies: Counts,
    /// What the copies of counties are to reach together, where they have shares.
    pub quantity: Option<f64>,
}

/// How a plan stands on a day.
pub fn standing(plan: &Plan, actuals: &Actuals, today: Today<'_>) -> Standing {
    let at_work = at_work(plan);
    let targets: BTreeMap<u32, TargetStanding> = plan
        .targets()
        .map(|target| {
            let is_begun = at_work.contains(&target.number);
            let stands = target::stand(plan, target, actuals, is_begun, today);
            (target.number, stands)
        })
        .collect();
    let nodes: BTreeMap<String, NodeStanding> = plan
        .nodes
        .iter()
        .map(|(id, node)| {
            let measured = measuring(plan, node).and_then(|target| targets.get(&target));
            let followed = following(plan, node).and_then(|target| targets.get(&target));
            (id.clone(), node_of(node, (measured, followed), today))
        })
        .collect();
    let mut tasks: BTreeMap<String, TaskStanding> = BTreeMap::new();
    let grouped = grouped(plan);
    // Copies of counties first, as the city's tasks hold them.
    let copies = plan.tasks.values().filter(|task| task.of.is_some());
    let own = plan.tasks.values().filter(|task| task.of.is_none());
    for task in copies.chain(own) {
        let standing = task_of(task, &grouped, (&nodes, &targets, &tasks), today);
        tasks.insert(task.id.clone(), standing);
    }
    let mut standing = Standing {
        day: today.day,
        targets,
        nodes,
        tasks,
        points: plan
            .points
            .keys()
            .map(|point| (*point, Tally::default()))
            .collect(),
        units: BTreeMap::new(),
        counties: BTreeMap::new(),
        whole: Tally::default(),
    };
    standing.sum_up(plan);
    standing
}

impl Standing {
    /// Leaves out the numbers of these targets, for whoever may not see them. Every lamp is the same for everybody.
    pub fn hide(&mut self, targets: &BTreeSet<u32>) {
        for number in targets {
            if let Some(target) = self.targets.get_mut(number) {
                target.hide();
            }
        }
    }

    fn sum_up(&mut self, plan: &Plan) {
        for task in plan.tasks.values() {
            let Some(lamp) = self.tasks.get(&task.id).map(|one| one.lamp) else {
                continue;
            };
            if let Some(county) = &task.county {
                self.counties.entry(county.clone()).or_default().add(lamp);
                continue;
            }
            self.points.entry(task.point).or_default().add(lamp);
            self.whole.add(lamp);
            if let Some(lead) = &task.said.lead {
                self.units.entry(lead.clone()).or_default().add(lamp);
            }
        }
    }
}

/// Targets on which somebody works: a node of one of their tasks has begun.
fn at_work(plan: &Plan) -> BTreeSet<u32> {
    let begun: BTreeSet<&str> = plan
        .nodes
        .values()
        .filter(|node| node.begun.is_some() || node.finished.is_some())
        .map(|node| node.task.as_str())
        .collect();
    let tasks = plan.tasks.values();
    tasks
        .filter(|task| begun.contains(task.id.as_str()))
        .filter_map(|task| task.target)
        .collect()
}

/// Nodes by task, and copies by the city's task.
struct Grouped<'a> {
    nodes: BTreeMap<&'a str, Vec<&'a str>>,
    copies: BTreeMap<&'a str, Vec<&'a Task>>,
}

fn grouped(plan: &Plan) -> Grouped<'_> {
    let mut grouped = Grouped {
        nodes: BTreeMap::new(),
        copies: BTreeMap::new(),
    };
    for node in plan.nodes.values() {
        let nodes = grouped.nodes.entry(node.task.as_str()).or_default();
        nodes.push(node.id.as_str());
    }
    for task in plan.tasks.values() {
        if let Some(of) = task.of.as_deref() {
            grouped.copies.entry(of).or_default().push(task);
        }
    }
    grouped
}

/// The target that measures a node: that of its task, where the node says how much of it is to be reached and a metric tells.
/// Counties are not measured by the city's target, and there is no part of what is to be reached from above.
pub(crate) fn measuring(plan: &Plan, node: &Node) -> Option<u32> {
    let share = node.said.share?;
    let task = plan
        .tasks
        .get(&node.task)
        .filter(|task| task.of.is_none())?;
    let target = plan.figures.get(&task.target?);
    let target = target.filter(|figure| figure.is_target())?;
    if share < 1.0 && is_ceiling(target, None) {
        return None;
    }
    let binding = plan.bindings.get(&target.number)?;
    binding.source.measured().map(|_| target.number)
}

/// The target that a node follows, which its task has and its decomposition made it for: what the target shows to be reached is done by the
/// node too, and the target takes nothing from the node. Counties do not follow the city's target.
fn following(plan: &Plan, node: &Node) -> Option<u32> {
    let task = plan
        .tasks
        .get(&node.task)
        .filter(|task| task.of.is_none())?;
    let target = plan.figures.get(&task.target?);
    let target = target.filter(|figure| figure.is_target())?;
    let is_of_target = node.said.share.is_some() || is_proposed(plan, task, node);
    is_of_target.then_some(target.number)
}

/// The target that measures a node, and the one that it follows, as they stand.
type Leading<'a> = (Option<&'a TargetStanding>, Option<&'a TargetStanding>);

fn node_of(node: &Node, (measured, followed): Leading<'_>, today: Today<'_>) -> NodeStanding {
    let due = today.rules.rest_day.count(node.said.due, today.calendar);
    let closed_on = match (measured, node.said.share) {
        (Some(target), Some(share)) => target.reached(share),
        (_, share) => {
            let reached = followed.and_then(|target| target.reached(share.unwrap_or(1.0)));
            let finished = node.finished.as_ref().map(|finish| finish.on);
            reached.into_iter().chain(finished).min()
        }
    };
    let is_begun = node.begun.is_some() || measured.is_some_and(|one| one.actual.is_some());
    NodeStanding {
        lamp: lamp::of(closed_on, due.day, is_begun, today),
        closed_on,
        is_measured: measured.is_some(),
        due,
        days_left: days_to(today.day, due.day),
    }
}

/// How nodes, targets and tasks stand, as far as that is known.
type Standings<'a> = (
    &'a BTreeMap<String, NodeStanding>,
    &'a BTreeMap<u32, TargetStanding>,
    &'a BTreeMap<String, TaskStanding>,
);

fn task_of(
    task: &Task,
    grouped: &Grouped<'_>,
    (nodes, targets, tasks): Standings<'_>,
    today: Today<'_>,
) -> TaskStanding {
    let due = today.rules.rest_day.count(task.said.due, today.calendar);
    let own = grouped.nodes.get(task.id.as_str()).into_iter().flatten();
    let own: Counts = own
        .filter_map(|id| nodes.get(*id))
        .map(|node| node.lamp)
        .collect();
    let copies = || grouped.copies.get(task.id.as_str()).into_iter().flatten();
    let of_copies: Counts = copies()
        .filter_map(|copy| tasks.get(&copy.id))
        .map(|copy| copy.lamp)
        .collect();
    let mut all = own.clone();
    all.join(&of_copies);
    // A county's copy is not measured by the city's target.
    let target = task.target.filter(|_| task.of.is_none());
    if let Some(target) = target.and_then(|target| targets.get(&target)) {
        all.add(target.lamp);
    }
    let lamp = all
        .worst()
        .unwrap_or_else(|| lamp::of(None, due.day, false, today));
    let parts = grouped.nodes.get(task.id.as_str()).into_iter().flatten();
    let ends = parts.filter_map(|id| nodes.get(*id)?.closed_on);
    let reached = target.and_then(|target| targets.get(&target)?.closed);
    let was_late = ends
        .chain(reached.map(|closed| closed.on))
        .any(|on| on > due.day);
    // A task that is not closed by its own day is late, whatever the days of its parts.
    let is_closed = all.is_closed();
    let lamp = if !is_closed && today.day > due.day {
        Lamp::Late
    } else if lamp == Lamp::Done && was_late {
        Lamp::DoneLate
    } else {
        lamp
    };
    let shares: Vec<f64> = copies().filter_map(|copy| copy.said.quantity).collect();
    TaskStanding {
        lamp,
        is_closed,
        due,
        days_left: days_to(today.day, due.day),
        nodes: own,
        copies: of_copies,
        quantity: (!shares.is_empty()).then(|| shares.iter().sum()),
    }
}

pub(crate) fn days_to(from: Date, to: Date) -> i64 {
    i64::from((to - from).get_days())
}
