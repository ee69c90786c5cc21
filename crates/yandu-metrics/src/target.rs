//! How a number stands against what it should be.

use jiff::civil::Date;
use yandu_lake::Number;
use yandu_pack::declare::{Comparison, Direction, MetricFile};
use yandu_words::Period;

use crate::answer::Value;
use crate::ask::Target;
use crate::forecast::Forecast;

/// A number held against its target.
#[derive(Debug, Clone, PartialEq)]
pub struct TargetStanding {
    /// Of a change, by how much the number should differ from the baseline of the metric.
    pub value: f64,
    pub comparison: Comparison,
    pub due: Option<Period>,
    /// Whether it should be reached by now: its due date is over, or there is none.
    pub is_due: bool,
    /// Whether it is reached; none where there is no number, or one of a part alone, or a change and no baseline.
    pub is_met: Option<bool>,
    /// What is missing to the target; negative when it is passed.
    pub gap: Option<f64>,
    /// The part of the target that is reached, in percent, where more is what is wanted.
    pub percent: Option<f64>,
    /// Whether the forecast reaches it when it is due.
    pub will_be_met: Option<bool>,
}

impl TargetStanding {
    pub(crate) fn of(
        target: &Target,
        metric: &MetricFile,
        value: Value,
        forecast: Option<&Forecast>,
        today: Date,
    ) -> Self {
        let comparison = target.comparison.unwrap_or(metric.comparison);
        // Of a change, how far a number is from the baseline.
        let compared = |number: f64| match (comparison, &metric.baseline) {
            (Comparison::Change, None) => None,
            (Comparison::Change, Some(baseline)) => Some(number - baseline.value),
            _ => Some(number),
        };
        let actual = match value {
            Number::Value(actual) => compared(actual),
            _ => None,
        };
        let wants = wanted(comparison, metric.direction, target.value);
        let gap = actual.map(|actual| {
            if wants == Direction::Down {
                actual - target.value
            } else {
                target.value - actual
            }
        });
        let percent = actual
            .filter(|_| wants == Direction::Up && target.value > 0.0)
            .map(|actual| 100.0 * actual / target.value);
        let foreseen = forecast
            .and_then(|forecast| forecast.at(target.due))
            .and_then(compared);
        let is_met = |number| fits(comparison, wants, number, target.value);
        Self {
            value: target.value,
            comparison,
            due: target.due,
            is_due: target.due.is_none_or(|due| due.last_day() < today),
            is_met: actual.map(is_met),
            gap,
            percent,
            will_be_met: foreseen.map(is_met),
        }
    }

    /// What is asked for alone: a number of a part is not held against it, because it may be meant of the whole.
    pub(crate) fn not_compared(self) -> Self {
        Self {
            is_met: None,
            gap: None,
            percent: None,
            will_be_met: None,
            ..self
        }
    }
}

/// Which way leads to the target. A plan that says "open ten routes" is not missed by eleven, and a rise or a fall by more than was
/// asked for is one.
fn wanted(comparison: Comparison, direction: Direction, target: f64) -> Direction {
    match comparison {
        Comparison::AtMost | Comparison::Below => Direction::Down,
        Comparison::Equal => direction,
        Comparison::Change if target < 0.0 => Direction::Down,
        Comparison::AtLeast | Comparison::Above | Comparison::Change => Direction::Up,
    }
}

/// Whether a number, or how far it is from its baseline, fits a comparison.
fn fits(comparison: Comparison, wants: Direction, actual: f64, target: f64) -> bool {
    // Numbers of a hundred cells differ in their last digits by the order in which they were added.
    let is_near = (actual - target).abs() <= 1e-9 * target.abs().max(1.0);
    let is_beyond = match wants {
        Direction::Up => actual > target,
        Direction::Down => actual < target,
        Direction::None => false,
    };
    match comparison {
        Comparison::AtLeast | Comparison::AtMost | Comparison::Equal | Comparison::Change => {
            is_near || is_beyond
        }
        Comparison::Above | Comparison::Below => !is_near && is_beyond,
    }
}
