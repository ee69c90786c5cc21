use jiff::civil::Date;

use crate::plans::day_of;
use crate::record::{ChangeState, Plan};

/// A plan with what had happened by the end of a day. What was reported later of that time counts; what happened later does not.
/// Its points, tasks and dates are those of the plan as it is now.
pub(crate) fn upto(plan: &Plan, day: Date) -> Plan {
    let mut plan = plan.clone();
    for node in plan.nodes.values_mut() {
        node.finished = node.finished.take().filter(|finish| finish.on <= day);
        node.begun = node.begun.take().filter(|by| day_of(by.at) <= day);
    }
    plan.evidence.retain(|_, evidence| evidence.said.on <= day);
    plan.changes
        .retain(|_, change| day_of(change.requested.at) <= day);
    for change in plan.changes.values_mut() {
        if change
            .decided
            .as_ref()
            .is_some_and(|by| day_of(by.at) > day)
        {
            change.decided = None;
            change.state = ChangeState::Requested;
        }
    }
    plan
}
