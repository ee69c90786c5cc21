//! About how many rows a reader sees of a table: counted under the reader's own sight, so that the order in which tables are
//! joined follows nothing that is hidden.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use yandu_words::id::DatasetId;

use crate::door::{Rights, RowCondition, Sight};
use crate::session::provider::Pins;
use crate::session::scan::Moment;
use crate::{Lake, Principal, ReadPoint};

/// Counts that are kept.
const KEPT: usize = 4_096;

/// What a count depends on: the dataset, the moment of the table and which rows are seen.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Asked {
    dataset: DatasetId,
    moment: Moment,
    rows: Vec<Option<RowCondition>>,
}

/// The counts that are known, and those that are being made.
#[derive(Debug, Default)]
pub(crate) struct Estimates {
    state: Mutex<State>,
    /// Told whenever a count has been made.
    #[cfg(test)]
    found: tokio::sync::Notify,
}

#[derive(Debug, Default)]
struct State {
    known: HashMap<Asked, u64>,
    asked: HashSet<Asked>,
}

impl Lake {
    /// How many rows of a table a sight shows, where that is known. Where it is not, they are counted beside the query, and the
    /// next one knows it.
    pub(crate) fn estimate(
        &self,
        dataset: &DatasetId,
        sight: &Arc<Sight>,
        pins: &Pins,
        moment: Moment,
    ) -> Option<u64> {
        let asked = Asked {
            dataset: dataset.clone(),
            moment,
            rows: sight.conditions(),
        };
        {
            let mut state = self.inner.estimates.lock();
            if let Some(rows) = state.known.get(&asked) {
                return Some(*rows);
            }
            // A past version is read seldom, and a count of its own is no use to others.
            if !pins.is_present() || !state.asked.insert(asked.clone()) {
                return None;
            }
        }
        let lake = self.clone();
        let counting = Sight::clone(sight);
        self.inner.threads.handle().spawn(async move {
            let rights = Rights::new("estimate", [(asked.dataset.clone(), counting)]);
            let principal = Principal::with_rights("estimate", Arc::new(rights));
            let counted = lake
                .session(&principal, ReadPoint::default())
                .count(&asked.dataset)
                .await;
            lake.inner
                .estimates
                .found(asked, counted.ok().map(|count| count.rows));
        });
        None
    }

    /// Waits until no count is being made, for tests that compare plans.
    #[cfg(test)]
    pub(crate) async fn estimates_made(&self) {
        let estimates = &self.inner.estimates;
        loop {
            let mut found = std::pin::pin!(estimates.found.notified());
            // What is found from here on is told.
            found.as_mut().enable();
            if estimates.lock().asked.is_empty() {
                return;
            }
            found.await;
        }
    }
}

impl Estimates {
    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn found(&self, asked: Asked, rows: Option<u64>) {
        let mut state = self.lock();
        state.asked.remove(&asked);
        if state.known.len() >= KEPT {
            state.known.clear();
        }
        if let Some(rows) = rows {
            state.known.insert(asked, rows);
        }
        #[cfg(test)]
        self.found.notify_waiters();
    }
}
