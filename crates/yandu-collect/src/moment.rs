//! When things happened to batches: the beginning and the end of each.

use jiff::Timestamp;
use yandu_store::{Moment, Spans};

use crate::{Collector, Result};

const BATCHES: Spans = Spans {
    table: "batch",
    began_at: "started_at",
    ended_at: "finished_at",
};

impl Collector {
    /// The moments after one and before a time, oldest first. Rows that are written one by one move the end of their
    /// batch each time they are folded.
    pub async fn moments(
        &self,
        after: Option<&Moment>,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<Moment>> {
        let pool = self.inner.batches.pool();
        Ok(BATCHES.moments(pool, after, before, limit).await?)
    }
}
