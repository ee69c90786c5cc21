//! A release while it is under way. Which rows it is about is recorded before the lake changes, with the id of its commit. The
//! one commit decides, as with a batch: with it, they are released; without it, they still wait.

use yandu_lake::Principal;
use yandu_words::id::{BatchId, DatasetId};

use crate::batch::Batch;
use crate::collector::Collector;
use crate::{Result, reference};

/// Rows that a commit is about to release.
pub(super) struct Releasing<'a> {
    pub(super) batch: &'a Batch,
    /// The batch id that the commit has: that of their own batch where they take the place of the former snapshot.
    pub(super) commit: &'a BatchId,
    pub(super) rows: &'a [u64],
    /// How many rows of the former snapshot go, where the released ones take its place.
    pub(super) rows_deleted: Option<u64>,
    pub(super) principal: &'a Principal,
    pub(super) reason: &'a str,
}

impl Collector {
    /// Records what a commit is about to release.
    pub(super) async fn begin_release(&self, releasing: &Releasing<'_>) -> Result<()> {
        let (batch, commit) = (releasing.batch, releasing.commit);
        let mut transaction = yandu_store::writing(self.inner.batches.pool()).await?;
        sqlx::query(
            "INSERT INTO releasing (commit_id, dataset, batch, rows, principal, reason, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(commit.as_str())
        .bind(batch.dataset.as_str())
        .bind(batch.id.as_str())
        .bind(serde_json::to_string(releasing.rows)?)
        .bind(releasing.principal.name())
        .bind(releasing.reason)
        .bind(self.now().as_microsecond())
        .execute(&mut *transaction)
        .await?;
        reference::mark(&mut transaction, &batch.dataset, commit, false).await?;
        if let Some(rows_deleted) = releasing.rows_deleted {
            sqlx::query("UPDATE batch SET status = 'committing', rows_deleted = ? WHERE id = ?")
                .bind(rows_deleted as i64)
                .bind(batch.id.as_str())
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Lets the records say of rows that they were released, as the lake has it; without a commit forgets the release.
    pub(crate) async fn settle_release(&self, dataset: &DatasetId, commit: &BatchId) -> Result<()> {
        let version = self.lake().find_commit(dataset, commit).await?;
        let mut transaction = yandu_store::writing(self.inner.batches.pool()).await?;
        if version.is_some() {
            sqlx::query(
                "INSERT INTO quarantine_action (batch, row, action, reason, principal, at, commit_id) \
                 SELECT batch, place.value, 'released', reason, principal, at, commit_id \
                 FROM releasing, json_each(releasing.rows) AS place WHERE commit_id = ?",
            )
            .bind(commit.as_str())
            .execute(&mut *transaction)
            .await?;
        } else {
            reference::unmark(&mut transaction, commit).await?;
        }
        // A batch has this id only where its snapshot is completed.
        sqlx::query(
            "UPDATE batch SET status = 'collected', version = ?1, \
             rows_deleted = iif(?1 IS NULL, 0, rows_deleted) WHERE id = ?2 AND status = 'committing'",
        )
        .bind(version.map(|version| version as i64))
        .bind(commit.as_str())
        .execute(&mut *transaction)
        .await?;
        sqlx::query("DELETE FROM releasing WHERE commit_id = ?")
            .bind(commit.as_str())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }
}
