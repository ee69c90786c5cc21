//! What the metric of a target foresees for the time when it is due, held against what the target says.

use yandu_words::Period;

use super::target::{is_met, measure};
use super::{Actual, Lack, Told};
use crate::record::{Figure, Plan};
use crate::rules::Rules;

/// What a metric foresees for a period, in its own unit, with the ends of an interval that four of five lie in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ahead {
    pub period: Period,
    pub value: f64,
    pub low: f64,
    pub high: f64,
    /// Against what a change is measured then, where the binding does not say it.
    pub baseline: Option<f64>,
}

/// The same as it is compared with a target.
#[derive(Debug, Clone, PartialEq)]
pub struct Foreseen {
    pub period: Period,
    pub told: Told,
    /// In the unit of `told`.
    pub low: f64,
    pub high: f64,
    /// Whether the target would be met; `None` where that cannot be said.
    pub is_met: Option<bool>,
}

/// Why nothing is foreseen of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoForecast {
    /// Its metric has too few periods that follow on each other.
    TooFew,
    /// The number of a year counts, and it is no sum of those of its parts.
    NoSum,
    /// It is summed up over several years, and a metric foresees one.
    SeveralYears,
    /// A change, and what it is measured against is not known yet.
    NoBaseline,
}

impl NoForecast {
    pub const ALL: [Self; 4] = [
        Self::TooFew,
        Self::NoSum,
        Self::SeveralYears,
        Self::NoBaseline,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Self::TooFew => "too-few",
            Self::NoSum => "no-sum",
            Self::SeveralYears => "several-years",
            Self::NoBaseline => "no-baseline",
        }
    }

    /// In Chinese.
    pub fn text(self) -> &'static str {
        match self {
            Self::TooFew => "连续的历史数据太少",
            Self::NoSum => "全年的数不是各期的数相加，不能由各期推算",
            Self::SeveralYears => "目标跨年累计，不能按一年的走势推算",
            Self::NoBaseline => "到期时用来比较的基数还没有",
        }
    }
}

/// What a metric foresees, as it is compared with a target whose newest actual is `newest`.
///
/// # Errors
/// There is no baseline for a change.
pub fn foreseen(
    plan: &Plan,
    target: &Figure,
    newest: &Actual,
    ahead: &Ahead,
    rules: &Rules,
) -> Result<Foreseen, NoForecast> {
    let source = plan.bindings.get(&target.number).map(|one| &one.source);
    let at = |value: f64| Actual {
        value,
        baseline: ahead.baseline,
        ..newest.clone()
    };
    let compared = |value: f64| match measure(target, &at(value), source) {
        Ok(value) => Ok(Some(value)),
        Err(Lack::NoBaseline) => Err(NoForecast::NoBaseline),
        // What is counted in another unit than the target says nothing about it.
        Err(_) => Ok(None),
    };
    let value = compared(ahead.value)?;
    Ok(Foreseen {
        period: ahead.period,
        told: Told::of(target, source, &at(ahead.value), value),
        low: compared(ahead.low)?.unwrap_or(ahead.low),
        high: compared(ahead.high)?.unwrap_or(ahead.high),
        is_met: value
            .and_then(|value| is_met(target, value, newest.is_more_better, rules.about_share)),
    })
}
