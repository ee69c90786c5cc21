//! How a number stands against what it should be.

use yandu_lake::Number;
use yandu_pack::declare::{Comparison, Direction};
use yandu_words::Period;

use crate::answer::Value;
use crate::ask::Target;
use crate::forecast::Forecast;

/// A number held against its target.
#[derive(Debug, Clone, PartialEq)]
pub struct TargetStanding {
    pub value: f64,
    pub comparison: Comparison,
    pub due: Option<Period>,
    /// Whether it is reached; none where there is no number, or the target is about a change.
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
        usual: Comparison,
        direction: Direction,
        value: Value,
        forecast: Option<&Forecast>,
    ) -> Self {
        let comparison = target.comparison.unwrap_or(usual);
        let actual = match value {
            Number::Value(actual) => Some(actual),
            _ => None,
        };
        let wants = wanted(comparison, direction);
        let gap = actual.and_then(|actual| match comparison {
            Comparison::Change => None,
            _ if wants == Direction::Down => Some(actual - target.value),
            _ => Some(target.value - actual),
        });
        let percent = actual
            .filter(|_| wants == Direction::Up && target.value > 0.0)
            .map(|actual| 100.0 * actual / target.value);
        let foreseen = forecast.and_then(|forecast| forecast.at(target.due));
        Self {
            value: target.value,
            comparison,
            due: target.due,
            is_met: actual.and_then(|actual| fits(comparison, wants, actual, target.value)),
            gap,
            percent,
            will_be_met: foreseen
                .and_then(|foreseen| fits(comparison, wants, foreseen, target.value)),
        }
    }
}

/// Which way leads to the target. A plan that says "open ten routes" is not missed by eleven.
fn wanted(comparison: Comparison, direction: Direction) -> Direction {
    match comparison {
        Comparison::AtLeast | Comparison::Above => Direction::Up,
        Comparison::AtMost | Comparison::Below => Direction::Down,
        Comparison::Equal => direction,
        Comparison::Change => Direction::None,
    }
}

/// Whether a number fits a comparison; none for a change, which needs a baseline.
fn fits(comparison: Comparison, wants: Direction, actual: f64, target: f64) -> Option<bool> {
    // Numbers of a hundred cells differ in their last digits by the order in which they were added.
    let is_near = (actual - target).abs() <= 1e-9 * target.abs().max(1.0);
    let is_beyond = match wants {
        Direction::Up => actual > target,
        Direction::Down => actual < target,
        Direction::None => false,
    };
    Some(match comparison {
        Comparison::AtLeast | Comparison::AtMost | Comparison::Equal => is_near || is_beyond,
        Comparison::Above | Comparison::Below => !is_near && is_beyond,
        Comparison::Change => return None,
    })
}
