//! Lamps of a plan as a list, the worst first: a pure function of the plan and of how it stands.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::record::{Figure, Plan, Task};
use crate::standing::{Actual, Counts, Lamp, Standing, Tally};

/// What has a lamp of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LampsOf {
    Points,
    /// Units, over the tasks that they lead.
    Units,
    /// Counties, over their copies of tasks.
    Counties,
    Tasks,
    Targets,
    Nodes,
}

/// Which lamps are listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LampsWanted {
    pub of: LampsOf,
    /// The county whose copies of tasks are looked at; the tasks of the city where there is none.
    pub county: Option<String>,
    /// Points whose work is looked at; all where there are none.
    pub points: BTreeSet<u32>,
    /// Leading units whose work is looked at; all where there are none.
    pub units: BTreeSet<String>,
    /// Lamps that are listed; all where there are none.
    pub only: BTreeSet<Lamp>,
    /// Whether only what is due in the month of the day is listed. What has no date of its own is due at no time.
    pub due_this_month: bool,
}

/// Something with its lamp.
#[derive(Debug, Clone, PartialEq)]
pub struct LampLine {
    /// `point/3`, `unit/市数据局`, `county/亭湖区`, `task/3.2`, `target/5` or `node/3.2.1`.
    pub item: String,
    pub name: String,
    /// The unit that leads; of all but units and counties.
    pub lead: Option<String>,
    pub lamp: Lamp,
    pub due: Option<Date>,
    /// Days to the due date; negative behind it.
    pub days_left: Option<i64>,
    /// How much of a target is reached, where that can be said; 1 is all.
    pub share: Option<f64>,
    /// Of a target: the number of which that is said.
    pub actual: Option<Actual>,
    /// Of a point, a unit and a county: its tasks by their lamps.
    pub tasks: Option<Counts>,
}

/// The lamps of a plan, the worst first and of like ones the oldest.
pub fn lamps(plan: &Plan, standing: &Standing, wanted: &LampsWanted) -> Vec<LampLine> {
    let looked = Looked {
        plan,
        standing,
        wanted,
    };
    let mut lines = match wanted.of {
        LampsOf::Points => looked.points(),
        LampsOf::Units => looked.grouped("unit", |task| looked.lead(task).cloned()),
        LampsOf::Counties => looked.grouped("county", |task| task.county.clone()),
        LampsOf::Tasks => looked.tasks(),
        LampsOf::Targets => looked.targets(),
        LampsOf::Nodes => looked.nodes(),
    };
    let month = |day: Date| (day.year(), day.month());
    lines.retain(|line| {
        let is_due = line
            .due
            .is_some_and(|due| month(due) == month(standing.day));
        (wanted.only.is_empty() || wanted.only.contains(&line.lamp))
            && (!wanted.due_this_month || is_due)
    });
    // What is open leads by its date, and lines without one keep their order.
    lines.sort_by_key(|line| (Reverse(line.lamp), line.days_left));
    lines
}

/// A plan as far as it is looked at.
struct Looked<'a> {
    plan: &'a Plan,
    standing: &'a Standing,
    wanted: &'a LampsWanted,
}

impl<'a> Looked<'a> {
    /// The tasks that are looked at, in their order.
    fn own_tasks(&self) -> impl Iterator<Item = &'a Task> {
        let tasks = self.plan.tasks_in_order().into_iter();
        tasks.filter(|task| self.is_own(task) && self.is_wanted(Some(task.point), self.lead(task)))
    }

    fn is_own(&self, task: &Task) -> bool {
        match (&self.wanted.county, self.wanted.of) {
            (Some(county), _) => task.county.as_ref() == Some(county),
            (None, LampsOf::Counties) => task.county.is_some(),
            (None, _) => task.county.is_none(),
        }
    }

    fn is_wanted(&self, point: Option<u32>, lead: Option<&String>) -> bool {
        let LampsWanted { points, units, .. } = self.wanted;
        (points.is_empty() || point.is_some_and(|point| points.contains(&point)))
            && (units.is_empty() || lead.is_some_and(|lead| units.contains(lead)))
    }

    /// The unit that leads. A county leads its copy itself, and for the city the unit of the city's task does.
    fn lead(&self, task: &'a Task) -> Option<&'a String> {
        let whole = task.of.as_ref().and_then(|of| self.plan.tasks.get(of));
        whole.unwrap_or(task).said.lead.as_ref()
    }

    fn points(&self) -> Vec<LampLine> {
        let mut tallies: BTreeMap<u32, Tally> = BTreeMap::new();
        for (task, lamp) in self.lit() {
            tallies.entry(task.point).or_default().add(lamp);
        }
        let line = |(number, tally): (u32, Tally)| {
            let point = self.plan.points.get(&number);
            let name = point.map_or_else(String::new, |point| point.title.clone());
            let lead = point.and_then(|point| point.lead.clone());
            let line = tallied(format!("point/{number}"), name, tally)?;
            Some(LampLine { lead, ..line })
        };
        tallies.into_iter().filter_map(line).collect()
    }

    fn grouped(&self, kind: &str, key: impl Fn(&'a Task) -> Option<String>) -> Vec<LampLine> {
        let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
        for (task, lamp) in self.lit() {
            if let Some(name) = key(task) {
                tallies.entry(name).or_default().add(lamp);
            }
        }
        let line = |(name, tally): (String, Tally)| tallied(format!("{kind}/{name}"), name, tally);
        tallies.into_iter().filter_map(line).collect()
    }

    fn lit(&self) -> impl Iterator<Item = (&'a Task, Lamp)> {
        let lit = |task: &'a Task| Some((task, self.standing.tasks.get(&task.id)?.lamp));
        self.own_tasks().filter_map(lit)
    }

    fn tasks(&self) -> Vec<LampLine> {
        self.own_tasks()
            .filter_map(|task| self.task(task))
            .collect()
    }

    fn task(&self, task: &'a Task) -> Option<LampLine> {
        let stands = self.standing.tasks.get(&task.id)?;
        let dated = (stands.lamp, stands.due.day, stands.days_left);
        let item = format!("task/{}", task.id);
        Some(self.dated(task, (item, &task.said.title), dated))
    }

    /// A task or a node of it, with its date.
    fn dated(
        &self,
        task: &'a Task,
        (item, name): (String, &str),
        (lamp, due, days_left): (Lamp, Date, i64),
    ) -> LampLine {
        LampLine {
            item,
            name: name.to_owned(),
            lead: self.lead(task).cloned(),
            lamp,
            due: Some(due),
            days_left: Some(days_left),
            share: None,
            actual: None,
            tasks: None,
        }
    }

    /// A county has no targets of its own: what it is to reach of one is its copy of the task.
    fn targets(&self) -> Vec<LampLine> {
        if self.wanted.county.is_some() {
            let of_target = self.own_tasks().filter(|task| task.target.is_some());
            return of_target.filter_map(|task| self.task(task)).collect();
        }
        let targets = self.plan.targets();
        targets.filter_map(|target| self.target(target)).collect()
    }

    fn target(&self, target: &'a Figure) -> Option<LampLine> {
        let task = self.plan.task_of(target);
        let lead = self.plan.lead_of(target);
        let stands = self.standing.targets.get(&target.number)?;
        self.is_wanted(target.point, lead).then(|| LampLine {
            item: format!("target/{}", target.number),
            // The sentence says more than the figure in it.
            name: task
                .map_or(&target.literal, |task| &task.said.title)
                .clone(),
            lead: lead.cloned(),
            lamp: stands.lamp,
            due: stands.due.map(|due| due.day),
            days_left: stands.days_left,
            share: stands.share,
            actual: stands.actual.clone(),
            tasks: None,
        })
    }

    fn nodes(&self) -> Vec<LampLine> {
        let tasks: BTreeMap<&str, &Task> = self
            .own_tasks()
            .map(|task| (task.id.as_str(), task))
            .collect();
        let nodes = self.plan.nodes_in_order().into_iter();
        let lines = nodes.filter_map(|node| {
            let task = tasks.get(node.task.as_str())?;
            let stands = self.standing.nodes.get(&node.id)?;
            let dated = (stands.lamp, stands.due.day, stands.days_left);
            let item = format!("node/{}", node.id);
            Some(self.dated(task, (item, &node.said.title), dated))
        });
        lines.collect()
    }
}

fn tallied(item: String, name: String, tally: Tally) -> Option<LampLine> {
    Some(LampLine {
        item,
        name,
        lead: None,
        lamp: tally.lamp()?,
        due: None,
        days_left: None,
        share: None,
        actual: None,
        tasks: Some(tally.counts),
    })
}
