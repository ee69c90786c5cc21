//! What became of all deliveries since the process started, whoever handed them over.

use std::collections::BTreeMap;
use std::sync::PoisonError;

use crate::batch::BatchStatus;
use crate::collector::{Collector, Outcome};

/// Counts since the start of the process.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals {
    /// Deliveries by the status that they ended with.
    pub deliveries: BTreeMap<&'static str, u64>,
    /// Rows of them: `kept`, `superseded` and `quarantined`.
    pub rows: BTreeMap<&'static str, u64>,
}

impl Totals {
    pub(crate) fn ended(&mut self, status: BatchStatus) {
        *self.deliveries.entry(status.name()).or_default() += 1;
    }

    pub(crate) fn looked_at(&mut self, outcome: &Outcome) {
        for (name, rows) in [
            ("kept", outcome.rows_kept),
            ("superseded", outcome.rows_superseded),
            ("quarantined", outcome.rows_quarantined),
        ] {
            *self.rows.entry(name).or_default() += rows;
        }
    }
}

impl Collector {
    pub fn totals(&self) -> Totals {
        self.inner
            .totals
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn count(&self, add: impl FnOnce(&mut Totals)) {
        add(&mut self
            .inner
            .totals
            .lock()
            .unwrap_or_else(PoisonError::into_inner));
    }
}
