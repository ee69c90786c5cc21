//! Sets of flows, small enough to be carried up a plan.

use std::collections::{BTreeMap, HashMap};

use yandu_words::id::DatasetId;

use crate::lineage::{Flow, FlowKind};

/// A column of a dataset, as a number of [`Sources`].
type Source = u32;

/// The columns of datasets that a plan has met.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    columns: Vec<(DatasetId, String)>,
    numbers: HashMap<(DatasetId, String), Source>,
}

/// A set of kinds, a bit for each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Kinds(u8);

/// What reaches one output: for each source the kinds in which it does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Flows(BTreeMap<Source, Kinds>);

impl Sources {
    /// The flow of a column that is read as it is.
    pub(crate) fn scanned(&mut self, dataset: &DatasetId, column: &str) -> Flows {
        let key = (dataset.clone(), column.to_owned());
        let next = self.columns.len() as Source;
        let number = *self.numbers.entry(key.clone()).or_insert(next);
        if number == next {
            self.columns.push(key);
        }
        Flows(BTreeMap::from([(number, Kinds::one(FlowKind::Copied))]))
    }

    /// The flows in words, in order.
    pub(crate) fn named(&self, flows: &Flows) -> Vec<Flow> {
        let mut named: Vec<Flow> = flows
            .0
            .iter()
            .filter_map(|(source, kinds)| Some((self.columns.get(*source as usize)?, kinds)))
            .flat_map(|((dataset, column), kinds)| {
                kinds.iter().map(|kind| Flow {
                    dataset: dataset.clone(),
                    column: column.clone(),
                    kind,
                })
            })
            .collect();
        named.sort();
        named
    }
}

impl Kinds {
    fn one(kind: FlowKind) -> Self {
        Self(1 << kind as u8)
    }

    fn iter(self) -> impl Iterator<Item = FlowKind> {
        FlowKind::ALL
            .into_iter()
            .filter(move |kind| self.0 & Self::one(*kind).0 != 0)
    }

    /// Direct kinds below `least` become `least`; values that went through an aggregate stay aggregated.
    fn raised(self, least: FlowKind) -> Self {
        self.iter().fold(Self::default(), |raised, kind| {
            let kind = if kind.is_direct() {
                kind.max(least)
            } else {
                kind
            };
            Self(raised.0 | Self::one(kind).0)
        })
    }
}

impl Flows {
    pub(crate) fn merge(&mut self, other: &Self) {
        for (source, kinds) in &other.0 {
            self.0.entry(*source).or_default().0 |= kinds.0;
        }
    }

    pub(crate) fn merged(mut self, other: &Self) -> Self {
        self.merge(other);
        self
    }

    /// The same sources after values were computed from them.
    pub(crate) fn raised(mut self, least: FlowKind) -> Self {
        for kinds in self.0.values_mut() {
            *kinds = kinds.raised(least);
        }
        self
    }

    /// The same sources, however they come, in the one role of deciding something.
    pub(crate) fn deciding(mut self, kind: FlowKind) -> Self {
        for kinds in self.0.values_mut() {
            *kinds = Kinds::one(kind);
        }
        self
    }
}
