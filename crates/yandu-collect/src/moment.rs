//! When things happened to batches: the beginning and the end of each, as one list in order of time.

use jiff::Timestamp;
use sqlx::{Row, SqlitePool};
use yandu_words::id::BatchId;

use crate::{Collector, Result};

/// The beginning or the end of a batch.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    pub at: Timestamp,
    pub id: BatchId,
    pub is_end: bool,
}

impl Collector {
    /// The moments after one and before a time, oldest first. Rows that are written one by one move the end of their
    /// batch each time they are folded.
    pub async fn moments(
        &self,
        after: Option<&Moment>,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<Moment>> {
        moments(self.inner.batches.pool(), after, before, limit).await
    }
}

async fn moments(
    pool: &SqlitePool,
    after: Option<&Moment>,
    before: Timestamp,
    limit: u32,
) -> Result<Vec<Moment>> {
    sqlx::query(
        "SELECT at, id, is_end FROM (SELECT started_at AS at, id, 0 AS is_end FROM batch \
         UNION ALL SELECT finished_at, id, 1 FROM batch WHERE finished_at IS NOT NULL) \
         WHERE at < ?1 AND (?2 IS NULL OR (at, id, is_end) > (?2, ?3, ?4)) ORDER BY at, id, is_end LIMIT ?5",
    )
    .bind(before.as_microsecond())
    .bind(after.map(|after| after.at.as_microsecond()))
    .bind(after.map(|after| after.id.as_str()))
    .bind(after.map(|after| after.is_end))
    .bind(limit)
    .fetch_all(pool)
    .await?
    .iter()
    .map(|row| {
        Ok(Moment {
            at: Timestamp::from_microsecond(row.try_get("at")?).unwrap_or(Timestamp::UNIX_EPOCH),
            id: crate::store::parse_id(row.try_get("id")?)?,
            is_end: row.try_get("is_end")?,
        })
    })
    .collect()
}
