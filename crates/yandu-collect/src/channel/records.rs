//! What is remembered of sources: how their runs went, and which files were dealt with.

use std::collections::HashMap;

use jiff::Timestamp;
use sqlx::{Row, SqlitePool};
use yandu_words::id::SourceId;

use crate::Result;
use crate::batch::BatchStatus;
use crate::collector::Outcome;
use crate::schedule::History;

pub(super) struct Records<'a> {
    pool: &'a SqlitePool,
}

/// A file as it stood when it was dealt with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Taken {
    pub(super) fingerprint: String,
    pub(super) is_refused: bool,
}

/// How a run ended, for the schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Succeeded,
    /// A delivery came and was refused: asking again would bring the same.
    Refused,
    Failed,
}

impl<'a> Records<'a> {
    pub(super) fn new(pool: &'a SqlitePool) -> Self {
        Self { pool }
    }

    /// The histories of all sources that are known.
    pub(super) async fn histories(&self) -> Result<HashMap<String, History>> {
        let time = |at: i64| Timestamp::from_microsecond(at).unwrap_or_default();
        sqlx::query(
            "SELECT source, known_since, attempted_at, succeeded_at, failures FROM source_run",
        )
        .fetch_all(self.pool)
        .await?
        .iter()
        .map(|row| {
            let history = History {
                known_since: time(row.try_get("known_since")?),
                attempted_at: row.try_get::<Option<i64>, _>("attempted_at")?.map(time),
                succeeded_at: row.try_get::<Option<i64>, _>("succeeded_at")?.map(time),
                failures: row.try_get("failures")?,
            };
            Ok((row.try_get("source")?, history))
        })
        .collect()
    }

    /// Makes a source known.
    pub(super) async fn know(&self, source: &SourceId, now: Timestamp) -> Result<()> {
        sqlx::query(
            "INSERT INTO source_run (source, known_since) VALUES (?, ?) ON CONFLICT DO NOTHING",
        )
        .bind(source.as_str())
        .bind(now.as_microsecond())
        .execute(self.pool)
        .await?;
        Ok(())
    }

    pub(super) async fn ran(&self, source: &SourceId, end: End, now: Timestamp) -> Result<()> {
        let succeeded = (end == End::Succeeded).then_some(now.as_microsecond());
        sqlx::query(
            "INSERT INTO source_run (source, known_since, attempted_at, succeeded_at, failures) VALUES (?1, ?2, ?2, ?3, ?4) \
             ON CONFLICT DO UPDATE SET attempted_at = ?2, succeeded_at = coalesce(?3, succeeded_at), \
             failures = CASE ?4 WHEN 0 THEN 0 ELSE failures + 1 END",
        )
        .bind(source.as_str())
        .bind(now.as_microsecond())
        .bind(succeeded)
        .bind(i64::from(end == End::Failed))
        .execute(self.pool)
        .await?;
        Ok(())
    }

    /// The files of a source that were dealt with, by path.
    pub(super) async fn taken(&self, source: &SourceId) -> Result<HashMap<String, Taken>> {
        sqlx::query("SELECT path, fingerprint, status FROM taken_file WHERE source = ?")
            .bind(source.as_str())
            .fetch_all(self.pool)
            .await?
            .iter()
            .map(|row| {
                let taken = Taken {
                    fingerprint: row.try_get("fingerprint")?,
                    is_refused: row.try_get::<String, _>("status")? == BatchStatus::Refused.name(),
                };
                Ok((row.try_get("path")?, taken))
            })
            .collect()
    }

    pub(super) async fn take(
        &self,
        source: &SourceId,
        path: &str,
        fingerprint: &str,
        outcome: &Outcome,
        now: Timestamp,
    ) -> Result<()> {
        sqlx::query(
            "INSERT INTO taken_file (source, path, fingerprint, status, batch, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
             ON CONFLICT DO UPDATE SET fingerprint = ?3, status = ?4, batch = ?5, at = ?6",
        )
        .bind(source.as_str())
        .bind(path)
        .bind(fingerprint)
        .bind(outcome.status.name())
        .bind(outcome.batch.as_str())
        .bind(now.as_microsecond())
        .execute(self.pool)
        .await?;
        Ok(())
    }
}
