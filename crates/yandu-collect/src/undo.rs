//! Taking batches back: one of them as a whole, or all that came after a version.
//!
//! Who does it and why is recorded before the lake changes. Its one commit decides: with it, the batches say what is in
//! the table now; without it, nothing was done.

use sqlx::Row;
use yandu_lake::{Ancestry, Principal};
use yandu_words::id::{BatchId, DatasetId};

use crate::batch::{BatchDetail, BatchStatus};
use crate::collector::Collector;
use crate::store::parse_id;
use crate::{Error, Result, quarantine, reference};

/// A batch of which the record does not say what an ancestry does, and what that is.
pub(crate) struct ChangedBatch {
    pub(crate) batch: BatchId,
    pub(crate) status: BatchStatus,
    version: Option<u64>,
}

/// A change of the lake that batches go or come back with.
struct Reversal<'a> {
    dataset: &'a DatasetId,
    /// The batch id that its commit has.
    commit: BatchId,
    principal: &'a Principal,
    reason: &'a str,
}

impl Collector {
    /// Takes a collected batch back, and records who did it and why.
    ///
    /// The table is then as if the batch had never been delivered: its rows go, those released into it later among
    /// them, and what it replaced comes back where no later batch replaced it again. None of its rows waits any more.
    pub async fn undo(
        &self,
        principal: &Principal,
        id: &BatchId,
        reason: &str,
    ) -> Result<BatchDetail> {
        if reason.trim().is_empty() {
            return Err(Error::NoReason);
        }
        self.recover().await?;
        let found = self.inner.batches.find(id).await?;
        let _turn = self.settled_turn(&found.dataset).await?;
        let batch = self.inner.batches.find(id).await?;
        if batch.status != BatchStatus::Collected {
            return Err(Error::NotUndoable {
                batch: id.clone(),
                status: batch.status.name(),
            });
        }
        let reversal = Reversal {
            dataset: &batch.dataset,
            commit: self.new_batch_id().await?,
            principal,
            reason,
        };
        let undoing = self
            .lake()
            .undo(&batch.dataset, id.clone(), reversal.commit.clone());
        self.reverse(&reversal, std::slice::from_ref(id), undoing)
            .await?;
        tracing::info!(dataset.id = %batch.dataset, batch.id = %id, principal = principal.name(), "batch undone");
        self.look_at_references(&batch.dataset).await;
        self.inner.batches.detail(id).await
    }

    /// Makes the content of an older version of a dataset the present one, and records who did it and why.
    ///
    /// Batches whose rows it does not have count as undone: delivered again, they are collected again. Batches that
    /// were undone and whose rows it has are collected again. Rows of the others that were released and that it does not
    /// have wait again, corrected as they were; those that it has are released again.
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
        self.recover().await?;
        let _turn = self.settled_turn(dataset).await?;
        if !self.pack_records().allow(dataset, version).await? {
            return Err(Error::OlderThanChange {
                dataset: dataset.clone(),
                version,
            });
        }
        let ancestry = self.lake().ancestry(dataset, version).await?;
        let changed = self.batches_changed_by(dataset, &ancestry).await?;
        let gone: Vec<BatchId> = changed
            .into_iter()
            .filter_map(|changed| (changed.status == BatchStatus::Undone).then_some(changed.batch))
            .collect();
        let reversal = Reversal {
            dataset,
            commit: self.new_batch_id().await?,
            principal,
            reason,
        };
        let restoring = self
            .lake()
            .restore(dataset, version, reversal.commit.clone());
        let restored = self.reverse(&reversal, &gone, restoring).await?;
        tracing::info!(dataset.id = %dataset, version, principal = principal.name(), "dataset restored");
        self.look_at_references(dataset).await;
        Ok(restored.version)
    }

    /// Records a reversal that takes `gone` back, lets `change` make it, and settles it.
    async fn reverse<T>(
        &self,
        reversal: &Reversal<'_>,
        gone: &[BatchId],
        change: impl Future<Output = yandu_lake::Result<T>>,
    ) -> Result<T> {
        self.begin(reversal, gone).await?;
        let changed = change.await;
        let settled = self
            .settle_reversal(reversal.dataset, &reversal.commit)
            .await;
        let changed = changed?;
        settled?;
        Ok(changed)
    }

    async fn begin(&self, reversal: &Reversal<'_>, gone: &[BatchId]) -> Result<()> {
        let pool = self.inner.batches.pool();
        let mut transaction = yandu_store::writing(pool).await?;
        sqlx::query(
            "INSERT INTO reversal (commit_id, dataset, principal, reason, at) VALUES (?, ?, ?, ?, ?)",
        )
        .bind(reversal.commit.as_str())
        .bind(reversal.dataset.as_str())
        .bind(reversal.principal.name())
        .bind(reversal.reason)
        .bind(self.now().as_microsecond())
        .execute(&mut *transaction)
        .await?;
        reference::mark(&mut transaction, reversal.dataset, &reversal.commit, false).await?;
        for batch in gone {
            sqlx::query(
                "INSERT INTO undoing (batch, undone_by, reason, commit_id, at) VALUES (?, ?, ?, ?, ?)",
            )
            .bind(batch.as_str())
            .bind(reversal.principal.name())
            .bind(reversal.reason)
            .bind(reversal.commit.as_str())
            .bind(self.now().as_microsecond())
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Lets the batches and the released rows of their quarantine say what a reversal did, as its commit has it; without a
    /// commit forgets the reversal.
    pub(crate) async fn settle_reversal(
        &self,
        dataset: &DatasetId,
        commit: &BatchId,
    ) -> Result<()> {
        let lake = self.lake();
        let changed = match lake.find_commit(dataset, commit).await? {
            Some(_) => {
                let ancestry = lake.ancestry(dataset, None).await?;
                let batches = self.batches_changed_by(dataset, &ancestry).await?;
                let rows = self.rows_changed_by(dataset, &ancestry, &batches).await?;
                Some((batches, rows))
            }
            None => None,
        };
        let pool = self.inner.batches.pool();
        let mut transaction = yandu_store::writing(pool).await?;
        if let Some((batches, rows)) = changed {
            for changed in batches {
                sqlx::query("UPDATE batch SET status = ?, version = ? WHERE id = ?")
                    .bind(changed.status.name())
                    .bind(changed.version.map(|version| version as i64))
                    .bind(changed.batch.as_str())
                    .execute(&mut *transaction)
                    .await?;
            }
            quarantine::record_reversed(&mut transaction, &rows, commit).await?;
        } else {
            sqlx::query("DELETE FROM undoing WHERE commit_id = ?")
                .bind(commit.as_str())
                .execute(&mut *transaction)
                .await?;
            reference::unmark(&mut transaction, commit).await?;
        }
        sqlx::query("DELETE FROM reversal WHERE commit_id = ?")
            .bind(commit.as_str())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// The batches of a dataset whose records do not say what an ancestry does.
    async fn batches_changed_by(
        &self,
        dataset: &DatasetId,
        ancestry: &Ancestry,
    ) -> Result<Vec<ChangedBatch>> {
        let records = sqlx::query(
            "SELECT id, status, version, EXISTS (SELECT 1 FROM quarantine_action AS released \
             WHERE released.batch = batch.id AND released.action = 'released' AND released.commit_id = batch.id) AS waited \
             FROM batch WHERE dataset = ? AND status IN ('collected', 'undone') ORDER BY id",
        )
        .bind(dataset.as_str())
        .fetch_all(self.inner.batches.pool())
        .await?;
        let mut changed = Vec::new();
        for record in records {
            let batch = parse_id(record.try_get("id")?)?;
            let before: Option<i64> = record.try_get("version")?;
            let before = before.map(|version| version as u64);
            // A batch without a version brought no rows of its own. One that a release completed had none before: its rows waited.
            let has_waited: bool = record.try_get("waited")?;
            let is_in = ancestry.has(&batch);
            let is_brought = before.is_none() || has_waited || is_in;
            let (status, version) = if !is_brought || ancestry.is_undone(&batch) {
                (BatchStatus::Undone, before)
            } else if has_waited && !is_in {
                (BatchStatus::Collected, None)
            } else if has_waited && before.is_none() {
                let found = self.lake().find_commit(dataset, &batch).await?;
                (BatchStatus::Collected, found)
            } else {
                (BatchStatus::Collected, before)
            };
            if record.try_get::<&str, _>("status")? != status.name() || version != before {
                changed.push(ChangedBatch {
                    batch,
                    status,
                    version,
                });
            }
        }
        Ok(changed)
    }
}
