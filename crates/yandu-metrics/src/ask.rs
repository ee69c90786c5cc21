//! What is asked of a metric.

use std::hash::{Hash, Hasher};

use yandu_pack::declare::Comparison;
use yandu_words::{ColumnName, Grain, MetricId, Period};

use crate::areas::AreaLevel;

/// A question to one metric.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Ask {
    pub metric: MetricId,
    /// The last period that is wanted; the newest that has cells when none is named.
    pub period: Option<Period>,
    /// How long the points are, when no period is named; the grain of the metric when nothing is said.
    pub grain: Option<Grain>,
    /// No cells after this period are taken: the numbers as they could be told at its end.
    pub until: Option<Period>,
    /// How many periods are wanted, the last of them included.
    pub points: usize,
    /// What it is asked by; one number when empty.
    pub by: Vec<By>,
    /// What it is asked of; everything when empty.
    pub only: Vec<Only>,
    pub order: Order,
    /// Groups that are wanted.
    pub limit: Option<usize>,
    pub target: Option<Target>,
    /// Until when it is to be foreseen.
    pub forecast: Option<Period>,
}

/// A dimension that a metric is asked by, and for areas their level.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct By {
    pub dimension: ColumnName,
    pub level: Option<AreaLevel>,
}

/// A dimension whose value has to be one of these. For an area a division stands for all that lies in it. An empty text stands for
/// cells that have no value, or lie in no county.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Only {
    pub dimension: ColumnName,
    pub values: Vec<String>,
}

/// The order of groups.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Order {
    /// By their values, as codes are written.
    #[default]
    Key,
    /// The greatest number of the last period first; those without one come last.
    Greatest,
    Least,
}

/// What a number should be. Two are equal where their values are written alike.
#[derive(Debug, Clone)]
pub struct Target {
    /// In the unit of the metric; of a change, by how much the number should differ from its baseline.
    pub value: f64,
    /// How it is compared; as the metric says when nothing is said.
    pub comparison: Option<Comparison>,
    pub due: Option<Period>,
}

impl Target {
    fn parts(&self) -> (u64, Option<Comparison>, Option<Period>) {
        (self.value.to_bits(), self.comparison, self.due)
    }
}

impl PartialEq for Target {
    fn eq(&self, other: &Self) -> bool {
        self.parts() == other.parts()
    }
}

impl Eq for Target {}

impl Hash for Target {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.parts().hash(state);
    }
}

impl Ask {
    /// The newest number of everything.
    pub fn newest(metric: MetricId) -> Self {
        Self {
            metric,
            period: None,
            grain: None,
            until: None,
            points: 1,
            by: Vec::new(),
            only: Vec::new(),
            order: Order::Key,
            limit: None,
            target: None,
            forecast: None,
        }
    }
}
