//! A number of a target as it is told: in which unit, and whether it says where something stands or by how much it changed.

use std::fmt;

use super::Actual;
use crate::amount::{amount, change_text};
use crate::reading::Comparison;
use crate::record::{Figure, Source, Way};

/// A number with its unit. A change is signed: below zero it went down.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    pub value: f64,
    /// Of a change that of the target: `%` of the baseline, `percentage point`, or a unit of measure. Empty or `1` of a bare number.
    pub unit: String,
    pub is_change: bool,
}

impl Told {
    /// The number that is compared with a target; where none can be, the actual in its own unit.
    pub(super) fn of(
        target: &Figure,
        source: Option<&Source>,
        actual: &Actual,
        compared: Option<f64>,
    ) -> Self {
        let measured = source.and_then(Source::measured);
        let is_change = target.said.comparison == Comparison::Change
            || measured.is_some_and(|measured| measured.way == Way::Change);
        if let Some(value) = compared.filter(|_| is_change) {
            return Self {
                value,
                unit: target.said.unit.clone(),
                is_change,
            };
        }
        let is_bare = actual.unit.is_empty() || actual.unit == "1";
        let unit = if is_bare {
            &target.said.unit
        } else {
            &actual.unit
        };
        Self {
            value: compared.unwrap_or(actual.value),
            unit: unit.clone(),
            is_change: false,
        }
    }
}

/// What is reached, in Chinese: `205座`, `下降12.4%`, `提高6个百分点`.
impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = if self.is_change {
            change_text(self.value, &self.unit)
        } else {
            amount(self.value, &self.unit)
        };
        f.write_str(&text)
    }
}
