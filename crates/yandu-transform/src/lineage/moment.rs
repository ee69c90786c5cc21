//! When models were refreshed: the beginning and the end of each run, as one list in order of time.

use jiff::Timestamp;
use sqlx::Row;
use yandu_words::BatchId;

use crate::{Result, Transform};

/// The beginning or the end of a run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    pub at: Timestamp,
    pub id: BatchId,
    pub is_end: bool,
}

impl Transform {
    /// The moments after one and before a time, oldest first.
    pub async fn moments(
        &self,
        after: Option<&Moment>,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<Moment>> {
        sqlx::query(
            "SELECT at, id, is_end FROM (SELECT started_at AS at, id, 0 AS is_end FROM model_run \
             UNION ALL SELECT ended_at, id, 1 FROM model_run WHERE ended_at IS NOT NULL) \
             WHERE at < ?1 AND (?2 IS NULL OR (at, id, is_end) > (?2, ?3, ?4)) ORDER BY at, id, is_end LIMIT ?5",
        )
        .bind(before.as_microsecond())
        .bind(after.map(|after| after.at.as_microsecond()))
        .bind(after.map(|after| after.id.as_str()))
        .bind(after.map(|after| after.is_end))
        .bind(limit)
        .fetch_all(self.inner.store.pool())
        .await?
        .iter()
        .map(|row| {
            let id: String = row.try_get("id")?;
            Ok(Moment {
                at: Timestamp::from_microsecond(row.try_get("at")?).unwrap_or(Timestamp::UNIX_EPOCH),
                id: crate::store::parsed(&id)?,
                is_end: row.try_get("is_end")?,
            })
        })
        .collect()
    }
}
