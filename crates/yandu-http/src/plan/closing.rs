//! Which values of closings are told to whom. That a target is closed, and when, is the plan's own; what its metric showed is told to
//! whoever reads the records of the metric.

use serde_json::Value;
use yandu_lake::Principal;
use yandu_plan::{Closing, ItemChange, Plan, ShownBy};

use super::actual::definition;
use crate::state::State;

/// Fields of a closing that tell the number or when it was reached.
const TELLING: [&str; 2] = ["value", "as_of"];

/// The closings of a plan as somebody is told of them.
pub(super) struct Closings<'a> {
    state: &'a State,
    principal: &'a Principal,
    plan: &'a Plan,
}

impl<'a> Closings<'a> {
    pub(super) fn new(state: &'a State, principal: &'a Principal, plan: &'a Plan) -> Self {
        Self {
            state,
            principal,
            plan,
        }
    }

    /// Whether the value of a closing is told.
    pub(super) fn tell(&self, target: u32, closing: &Closing) -> bool {
        if self.principal.is_administrator() {
            return true;
        }
        match self.plan.shown_by(target, closing) {
            ShownBy::Metric(metric) => self.shows(metric),
            // Evidence is the plan's own, and told to everybody.
            ShownBy::Evidence => true,
            ShownBy::Unknown => false,
        }
    }

    fn shows(&self, metric: &str) -> bool {
        let metrics = self.state.metrics();
        definition(self.state, metric)
            .is_some_and(|definition| metrics.shows_records(self.principal, &definition))
    }

    /// A change without the values that are not told.
    pub(super) fn told(&self, mut change: ItemChange) -> ItemChange {
        let target = change.item.strip_prefix("closing/");
        let Some(target) = target.map(str::parse::<u32>) else {
            return change;
        };
        for side in [&mut change.from, &mut change.to] {
            // A closing that cannot be read is not told of.
            match (side.as_array_mut(), &target) {
                (Some(closings), Ok(target)) => {
                    for closing in closings {
                        self.redact(*target, closing);
                    }
                }
                _ => *side = Value::Null,
            }
        }
        change
    }

    fn redact(&self, target: u32, closing: &mut Value) {
        let is_told = serde_json::from_value::<Closing>(closing.clone())
            .is_ok_and(|closing| self.tell(target, &closing));
        if is_told {
            return;
        }
        if let Some(fields) = closing.as_object_mut() {
            for field in TELLING {
                fields.remove(field);
            }
        }
    }
}
