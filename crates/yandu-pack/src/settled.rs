//! What a city has settled of the fields that packs declare: which field each column is, and grades that stewards confirmed.
//!
//! It is laid over declarations and never written into them, so that a change of packs compares what packs say.

use std::collections::BTreeMap;
use std::sync::Arc;

use yandu_words::{DatasetId, FieldId, Grade};

/// What is settled, by dataset.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settled {
    datasets: BTreeMap<DatasetId, Arc<SettledDataset>>,
}

/// What is settled of one dataset.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SettledDataset {
    /// What it has at least as a whole.
    pub grade: Option<Grade>,
    /// By the names that its columns have now.
    pub columns: BTreeMap<String, SettledColumn>,
}

/// What is settled of one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettledColumn {
    pub field: FieldId,
    /// Where it is not the declared one.
    pub grade: Option<Grade>,
    /// Why the grade may be lower than what flows in, where somebody settled that.
    pub lowered: Option<String>,
}

impl Settled {
    pub fn of(&self, dataset: &DatasetId) -> Option<&Arc<SettledDataset>> {
        self.datasets.get(dataset)
    }

    /// What is settled of a dataset, to be changed.
    pub fn entry(&mut self, dataset: &DatasetId) -> &mut SettledDataset {
        Arc::make_mut(self.datasets.entry(dataset.clone()).or_default())
    }
}
