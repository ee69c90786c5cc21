//! Upkeep of the tables by the process that writes them: tails are folded, small files joined, old ones removed.

use jiff::{SignedDuration, Timestamp};
use sqlx::Row;
use yandu_words::id::DatasetId;

use crate::collector::{Collector, failure_of};
use crate::{Error, Result};

/// Commits after which the files of a table are looked at for joining; each adds one or a few.
const COMMITS: u64 = 10;
/// How often what is too old is removed.
const VACUUM_EVERY: SignedDuration = SignedDuration::from_hours(24);

/// What a round of upkeep did.
#[derive(Debug, Default)]
pub struct Upkeep {
    pub folded: Vec<DatasetId>,
    pub compacted: Vec<DatasetId>,
    pub vacuumed_files: usize,
    pub vacuumed_bytes: u64,
    /// Tables that could not be kept up; the others were.
    pub failed: Vec<(DatasetId, Error)>,
}

/// How far the upkeep of a table has come.
#[derive(Debug, Clone, Copy, Default)]
struct Done {
    compacted_version: Option<u64>,
    vacuumed_at: Option<Timestamp>,
}

impl Collector {
    /// Folds the hot tails, joins small files of tables with many commits, and once a day removes files that no kept
    /// version needs. Tables whose rows are being changed are left for the next round.
    pub async fn maintain(&self) -> Upkeep {
        let mut upkeep = Upkeep::default();
        for dataset in self.lake().datasets() {
            if let Err(error) = self.keep_up(&dataset, &mut upkeep).await {
                let failure = failure_of(&error);
                tracing::error!(
                    dataset.id = %dataset,
                    code = failure.code,
                    error = failure.message,
                    "upkeep of a table failed"
                );
                upkeep.failed.push((dataset, error));
            }
        }
        upkeep
    }

    async fn keep_up(&self, dataset: &DatasetId, upkeep: &mut Upkeep) -> Result<()> {
        let lake = self.lake();
        if self.turn(dataset).try_lock().is_err() {
            return Ok(());
        }
        if lake.tail(dataset).await?.writes > 0 || !lake.folded_journals(dataset)?.is_empty() {
            let folded = self.fold(dataset).await?;
            upkeep.folded.extend(folded.then(|| dataset.clone()));
        }
        let Some(version) = lake.version(dataset).await? else {
            return Ok(());
        };
        let turn = self.turn(dataset);
        let Ok(_turn) = turn.try_lock() else {
            return Ok(());
        };
        let mut done = self.upkeep_done(dataset).await?;
        let before = done;
        if version >= done.compacted_version.unwrap_or(0) + COMMITS {
            let compacted = lake.compact(dataset).await?;
            if let Some(compacted) = &compacted {
                tracing::info!(
                    dataset.id = %dataset,
                    version = compacted.version,
                    files.before = compacted.files_before,
                    files.after = compacted.files_after,
                    "small files joined"
                );
                upkeep.compacted.push(dataset.clone());
            }
            done.compacted_version = Some(compacted.map_or(version, |compacted| compacted.version));
        }
        let now = self.now();
        if done
            .vacuumed_at
            .is_none_or(|at| now.duration_since(at) >= VACUUM_EVERY)
        {
            let vacuumed = lake.vacuum(dataset, None).await?;
            upkeep.vacuumed_files += vacuumed.files;
            upkeep.vacuumed_bytes += vacuumed.bytes;
            if vacuumed.files > 0 {
                tracing::info!(
                    dataset.id = %dataset,
                    files = vacuumed.files,
                    size_bytes = vacuumed.bytes,
                    "old files removed"
                );
            }
            done.vacuumed_at = Some(now);
        }
        if (done.compacted_version, done.vacuumed_at)
            != (before.compacted_version, before.vacuumed_at)
        {
            self.record_upkeep(dataset, done).await?;
        }
        Ok(())
    }

    async fn upkeep_done(&self, dataset: &DatasetId) -> Result<Done> {
        let row =
            sqlx::query("SELECT compacted_version, vacuumed_at FROM upkeep WHERE dataset = ?")
                .bind(dataset.as_str())
                .fetch_optional(self.inner.store.pool())
                .await?;
        let Some(row) = row else {
            return Ok(Done::default());
        };
        let version: Option<i64> = row.try_get("compacted_version")?;
        let vacuumed_at: Option<i64> = row.try_get("vacuumed_at")?;
        Ok(Done {
            compacted_version: version.map(|version| version as u64),
            vacuumed_at: vacuumed_at.and_then(|at| Timestamp::from_microsecond(at).ok()),
        })
    }

    async fn record_upkeep(&self, dataset: &DatasetId, done: Done) -> Result<()> {
        sqlx::query("INSERT OR REPLACE INTO upkeep (dataset, compacted_version, vacuumed_at) VALUES (?, ?, ?)")
            .bind(dataset.as_str())
            .bind(done.compacted_version.map(|version| version as i64))
            .bind(done.vacuumed_at.map(Timestamp::as_microsecond))
            .execute(self.inner.store.pool())
            .await?;
        Ok(())
    }
}
