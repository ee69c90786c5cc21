//! Taking a batch back as a whole.

use yandu_lake::{Change, Commit, Principal};
use yandu_words::id::{BatchId, DatasetId};

use crate::batch::{Batch, BatchDetail, BatchStatus};
use crate::collector::Collector;
use crate::{Error, Mode, Result};

impl Collector {
    /// Takes a collected batch back, and records who did it and why.
    ///
    /// The newest batch of a dataset gives way to the version before it, with everything it replaced. An older one
    /// can go only where nothing builds on it, that is when it was appended.
    pub async fn undo(
        &self,
        principal: &Principal,
        id: &BatchId,
        reason: &str,
    ) -> Result<BatchDetail> {
        if reason.trim().is_empty() {
            return Err(Error::NoReason);
        }
        let found = self.inner.batches.find(id).await?;
        let turn = self.turn(&found.dataset);
        let _turn = turn.lock().await;
        let batch = self.inner.batches.find(id).await?;
        if batch.status != BatchStatus::Collected {
            return Err(Error::NotUndoable {
                batch: id.clone(),
                status: batch.status.name(),
            });
        }
        // What was written row by row since is a change too, and must be in the history to be seen.
        self.lake().fold(&batch.dataset).await?;
        if batch.mode != Mode::Append {
            let later = self.later_changes(&batch).await?;
            if later > 0 {
                return Err(Error::LaterBatches {
                    batch: id.clone(),
                    dataset: batch.dataset,
                    later,
                });
            }
        }
        let undoing = self.new_batch_id().await?;
        sqlx::query(
            "INSERT INTO undoing (batch, undone_by, reason, commit_id, at) VALUES (?, ?, ?, ?, ?)",
        )
        .bind(id.as_str())
        .bind(principal.name())
        .bind(reason)
        .bind(undoing.as_str())
        .bind(self.now().as_microsecond())
        .execute(self.inner.batches.pool())
        .await?;
        if let Some(version) = batch.version {
            let lake = &self.inner.lake;
            match batch.mode {
                // The version before the commit, which may hold rows of the tail that the commit folded.
                Mode::Snapshot | Mode::Upsert if version > 0 => {
                    lake.restore(&batch.dataset, version - 1, undoing).await?;
                }
                _ => {
                    let commit = Commit {
                        batch: undoing,
                        change: Change::RemoveBatch {
                            removed: id.clone(),
                        },
                        files: Vec::new(),
                        operation: "undo".to_owned(),
                    };
                    lake.commit(&batch.dataset, commit).await?;
                }
            }
        }
        self.inner
            .batches
            .settle(id, BatchStatus::Undone, None, None, self.now())
            .await?;
        tracing::info!(dataset.id = %batch.dataset, batch.id = %id, principal = principal.name(), "batch undone");
        self.look_at_references(&batch.dataset).await?;
        self.inner.batches.detail(id).await
    }

    /// Makes the content of an older version of a dataset the present one, and records who did it and why.
    ///
    /// Batches that came after that version count as undone: delivered again, they are collected again.
    pub async fn restore(
        &self,
        principal: &Principal,
        dataset: &DatasetId,
        version: u64,
        reason: &str,
    ) -> Result<u64> {
        if reason.trim().is_empty() {
            return Err(Error::NoReason);
        }
        let turn = self.turn(dataset);
        let _turn = turn.lock().await;
        let restoring = self.new_batch_id().await?;
        let restored = self
            .lake()
            .restore(dataset, version, restoring.clone())
            .await?;
        let pool = self.inner.batches.pool();
        let mut transaction = pool.begin().await?;
        sqlx::query(
            "INSERT INTO undoing (batch, undone_by, reason, commit_id, at) \
             SELECT id, ?, ?, ?, ? FROM batch WHERE dataset = ? AND version > ? AND status = 'collected'",
        )
        .bind(principal.name())
        .bind(reason)
        .bind(restoring.as_str())
        .bind(self.now().as_microsecond())
        .bind(dataset.as_str())
        .bind(version as i64)
        .execute(&mut *transaction)
        .await?;
        sqlx::query("UPDATE batch SET status = 'undone' WHERE dataset = ? AND version > ? AND status = 'collected'")
            .bind(dataset.as_str())
            .bind(version as i64)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        tracing::info!(dataset.id = %dataset, version, principal = principal.name(), "dataset restored");
        self.look_at_references(dataset).await?;
        Ok(restored.version)
    }

    /// Changes of the rows after a batch: later batches, rows released or written one by one. Compactions change none,
    /// and what was taken back since counts no more.
    async fn later_changes(&self, batch: &Batch) -> Result<usize> {
        let Some(version) = batch.version else {
            return Ok(0);
        };
        let taken_back: Vec<String> = sqlx::query_scalar(
            "SELECT undoing.batch FROM undoing JOIN batch ON batch.id = undoing.batch WHERE batch.dataset = ?1 \
             UNION SELECT undoing.commit_id FROM undoing JOIN batch ON batch.id = undoing.batch \
             WHERE batch.dataset = ?1",
        )
        .bind(batch.dataset.as_str())
        .fetch_all(self.inner.batches.pool())
        .await?;
        let versions = self.inner.lake.versions(&batch.dataset).await?;
        Ok(versions
            .iter()
            .filter(|later| later.version > version && later.rows_added + later.rows_removed > 0)
            .filter(|later| {
                let by = later.batch.as_ref().map(BatchId::as_str);
                !taken_back.iter().any(|id| Some(id.as_str()) == by)
            })
            .count())
    }
}
