//! What a metric answers.

use std::sync::Arc;

use yandu_lake::{Number, Version};
use yandu_words::{ColumnName, DatasetId, Period, Title};

use crate::areas::{AreaLevel, PARTS_OF_UNITS, list_of_unit};
use crate::ask::{By, Only};
use crate::definition::Definition;
use crate::forecast::{Forecast, NoForecast};
use crate::record::Note;
use crate::target::TargetStanding;

/// The answer to one question.
#[derive(Debug, Clone)]
pub struct Answer {
    pub definition: Definition,
    /// What it was asked of; everything when empty.
    pub only: Vec<Only>,
    /// What it was asked by; one number when empty.
    pub by: Vec<By>,
    /// The last period of the points; none while there are no cells.
    pub period: Option<Period>,
    pub groups: Vec<Group>,
    /// How many groups there are; `groups` has fewer where a limit was asked for.
    pub groups_in_all: usize,
    pub freshness: Freshness,
    /// Areas that had cells in each of some periods before the newest one that the last point holds, and have none in it nor since.
    pub gaps: Vec<Gap>,
    pub data: Data,
    pub baseline: Option<BaselineChange>,
    pub target: Option<TargetStanding>,
    pub forecast: Option<Forecast>,
    /// Why nothing is foreseen where it was wanted: for the target, or by itself.
    pub no_forecast: Option<NoForecast>,
    /// None where they are not for the reader.
    pub notes: Vec<Note>,
    /// Whether a number of the last point was told differently before; `None` where that is not for the reader, and of a number
    /// that is not recorded.
    pub is_restated: Option<bool>,
    /// Whether the reader does not see all rows of the model, so that the number of the whole may be another one.
    pub is_part: bool,
}

impl Answer {
    /// The list beside the model that the numbers follow from, and its columns, where they were asked for a managing unit, or by
    /// managing units: which parts of the city are whose.
    pub fn list_of_unit(&self) -> Option<(&'static str, &'static [&'static str])> {
        let mut levels = self.by.iter().filter_map(|by| by.level);
        if levels.any(|level| level == AreaLevel::Managing) {
            return Some(PARTS_OF_UNITS);
        }
        let (area, _) = self.definition.file.area()?;
        let only = self.only.iter().filter(|only| only.dimension == *area);
        let mut values = only.flat_map(|only| &only.values);
        values.find_map(|value| list_of_unit(value))
    }
}

/// The numbers of one combination of values.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    pub keys: Vec<Key>,
    /// Oldest first.
    pub points: Vec<Point>,
    /// The last point against the period before it.
    pub before: Change,
    /// The last point against the same period of the year before.
    pub year_before: Change,
}

/// The value of a dimension; `None` for cells that have none, or lie in no area of the level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    pub dimension: ColumnName,
    pub value: Option<Arc<str>>,
    /// The name of an area, or what a code stands for.
    pub name: Option<Title>,
}

/// A number of a period.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    pub period: Period,
    /// The newest period of the metric's own length that it holds; none when it holds no cells.
    pub through: Option<Period>,
    /// Whether more cells of the period are to come.
    pub is_partial: bool,
    pub value: Value,
    /// The cells that it is put together from.
    pub cells: usize,
}

/// A number, or why there is none.
pub type Value = Number;

/// How a number differs from one of another time. Of a partial period as much of the other period is taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    pub period: Period,
    /// Up to where the other period was taken.
    pub through: Option<Period>,
    pub value: Value,
    /// Of numbers that are there.
    pub change: Option<f64>,
    /// In percent of the other number; none where it is zero.
    pub percent: Option<f64>,
    pub no_change: Option<NoChange>,
}

/// Why two numbers are not compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoChange {
    /// The number itself is missing.
    NoValue,
    /// The other one is missing.
    NoOther,
    /// The other one is zero, so there is no percentage.
    OtherIsZero,
    /// A county that reports steadily is missing from one of them, and in the other.
    AreasMissing,
}

impl NoChange {
    pub fn name(self) -> &'static str {
        match self {
            Self::NoValue => "no-value",
            Self::NoOther => "no-other",
            Self::OtherIsZero => "other-is-zero",
            Self::AreasMissing => "areas-missing",
        }
    }
}

/// How old the cells are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Freshness {
    /// The newest period with cells, of the whole metric.
    pub newest: Option<Period>,
    /// Days since it ended; negative while it runs.
    pub age_days: Option<i64>,
    /// Days after its end that were promised.
    pub promised_days: Option<i64>,
    /// By how many days the next period is late; none when nothing was promised, or all is in time.
    pub late_days: Option<i64>,
}

/// An area without cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    pub area: Arc<str>,
    pub name: Option<String>,
    /// The newest period in which it has cells.
    pub newest: Option<Period>,
    /// The period in which it has none: of a longer one that was asked for the newest part.
    pub period: Period,
}

/// The data that an answer was made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Data {
    pub model: DatasetId,
    pub version: Option<Version>,
    /// Cells of what was asked of that are of periods which have not begun, and in no number.
    pub later_cells: usize,
}

/// The change since the baseline of a metric.
#[derive(Debug, Clone, PartialEq)]
pub enum BaselineChange {
    Since {
        period: Period,
        value: f64,
        source: Option<String>,
        /// None where there is no number, or one of a part alone.
        change: Option<f64>,
        percent: Option<f64>,
    },
    /// The metric counts changes, and has no baseline.
    Missing,
}

impl BaselineChange {
    /// The baseline alone: a number of a part is not compared with it, because it is one of the whole.
    pub(crate) fn not_compared(self) -> Self {
        match self {
            Self::Since {
                period,
                value,
                source,
                ..
            } => Self::Since {
                period,
                value,
                source,
                change: None,
                percent: None,
            },
            Self::Missing => Self::Missing,
        }
    }
}

impl Change {
    pub(crate) fn between(
        value: Value,
        other: Value,
        period: Period,
        through: Option<Period>,
    ) -> Self {
        let (change, percent, no_change) = match (value, other) {
            (Number::Value(value), Number::Value(other)) => {
                let change = value - other;
                if other == 0.0 {
                    (Some(change), None, Some(NoChange::OtherIsZero))
                } else {
                    (Some(change), Some(100.0 * change / other.abs()), None)
                }
            }
            (Number::Value(_), _) => (None, None, Some(NoChange::NoOther)),
            _ => (None, None, Some(NoChange::NoValue)),
        };
        Self {
            period,
            through,
            value: other,
            change,
            percent,
            no_change,
        }
    }

    /// Two numbers that are not about the same areas: both are told, and not what lies between them.
    pub(crate) fn unlike(self) -> Self {
        if self.change.is_none() {
            return self;
        }
        Self {
            change: None,
            percent: None,
            no_change: Some(NoChange::AreasMissing),
            ..self
        }
    }
}
