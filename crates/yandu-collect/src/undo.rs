//! Taking a batch back as a whole.

use yandu_lake::{Change, Commit, Principal};
use yandu_words::id::BatchId;

use crate::batch::{BatchDetail, BatchStatus};
use crate::collector::Collector;
use crate::{Error, Mode, Result};

impl Collector {
    /// Takes a collected batch back, and records who did it and why.
    ///
    /// The newest batch of a dataset gives way to the version before it, with everything it replaced. An older one
    /// can go only where nothing builds on it, that is when it was appended.
    pub async fn undo(&self, principal: &Principal, id: &BatchId, reason: &str) -> Result<BatchDetail> {
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
        let later = self.inner.batches.later(&batch.dataset, id).await?;
        if !later.is_empty() && batch.mode != Mode::Append {
            return Err(Error::LaterBatches {
                batch: id.clone(),
                dataset: batch.dataset,
                later: later.len(),
            });
        }
        let undoing = self.new_batch_id()?;
        sqlx::query("INSERT INTO undoing (batch, undone_by, reason, commit_id, at) VALUES (?, ?, ?, ?, ?)")
            .bind(id.as_str())
            .bind(principal.name())
            .bind(reason)
            .bind(undoing.as_str())
            .bind(self.now().as_microsecond())
            .execute(self.inner.batches.pool())
            .await?;
        if batch.version.is_some() {
            let lake = &self.inner.lake;
            match (batch.mode, batch.base_version) {
                (Mode::Snapshot | Mode::Upsert, Some(version)) => {
                    lake.restore(&batch.dataset, version, &undoing).await?;
                }
                _ => {
                    let commit = Commit {
                        batch: undoing,
                        change: Change::RemoveBatch { removed: id.clone() },
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
}
