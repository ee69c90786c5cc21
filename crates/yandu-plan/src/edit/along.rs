//! What is due earlier because what it belongs to is: tasks of a target, nodes of a task, copies of counties.

use jiff::civil::Date;

use crate::decompose::retitle;
use crate::record::Plan;

/// Lets what was made out of targets follow what a review says of them.
pub(crate) fn follow(before: &Plan, plan: &mut Plan) {
    let dues: Vec<(u32, Option<Date>)> = plan
        .targets()
        .map(|target| (target.number, target.said.due))
        .collect();
    for (number, due) in dues {
        let was = before.figures.get(&number).and_then(|was| was.said.due);
        come_along(plan, number, was, due);
    }
    retitle(before, plan, |_| true);
}

/// What was made out of a target comes along when that is moved to an earlier day: its tasks that are due behind it, with all of theirs.
pub(super) fn come_along(plan: &mut Plan, target: u32, before: Option<Date>, due: Option<Date>) {
    let Some(due) = due.filter(|due| before.is_some_and(|before| *due < before)) else {
        return;
    };
    let behind = plan
        .tasks
        .values_mut()
        .filter(|task| task.target == Some(target) && task.of.is_none() && task.said.due > due);
    let mut moved: Vec<(String, Date)> = Vec::new();
    for task in behind {
        moved.push((task.id.clone(), task.said.due));
        task.said.due = due;
    }
    for (task, before) in moved {
        bring(plan, &task, before, due);
    }
}

/// What is behind the new day of a task comes with it, and is a part of the change: its nodes, and where it is moved to an earlier day
/// the copies that counties have of it, with theirs.
pub(super) fn bring(plan: &mut Plan, key: &str, before: Date, due: Date) {
    let mut moved = vec![key.to_owned()];
    if due < before {
        for copy in plan.tasks.values_mut() {
            if copy.of.as_deref() == Some(key) && copy.said.due > due {
                copy.said.due = due;
                moved.push(copy.id.clone());
            }
        }
    }
    for node in plan.nodes.values_mut() {
        if moved.contains(&node.task) {
            node.said.due = node.said.due.min(due);
        }
    }
}
