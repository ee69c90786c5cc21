//! After a crash: what was under way is completed where its commit reached the lake, and rolled back elsewhere.

use tokio::sync::OwnedMutexGuard;
use yandu_words::id::{BatchId, DatasetId};

use crate::Result;
use crate::batch::{BatchStatus, Failure};
use crate::collector::Collector;
use crate::store::parse_id;

impl Collector {
    /// Settles the batches, the releases and the undoings that were under way when the process last ended, and those
    /// whose end could not be recorded because the disk was full.
    ///
    /// The commit of the lake is the one moment at which a batch is there: with it, the batch is collected, because
    /// its counts and findings were recorded before; without it, nothing of the batch is visible.
    pub(crate) async fn recover(&self) -> Result<()> {
        let inner = &self.inner;
        for batch in inner.batches.under_way().await? {
            // A batch that had ended is one whose snapshot a release completes, and is settled with it.
            if self.progress(&batch.id).is_some() || batch.finished_at.is_some() {
                continue;
            }
            let committed = match batch.status {
                BatchStatus::Committing if inner.lake.has(&batch.dataset) => {
                    inner.lake.find_commit(&batch.dataset, &batch.id).await?
                }
                _ => None,
            };
            let done = committed.is_some()
                || (batch.status == BatchStatus::Committing && batch.rows_kept == 0);
            if done {
                inner
                    .batches
                    .settle(
                        &batch.id,
                        BatchStatus::Collected,
                        committed,
                        None,
                        self.now(),
                    )
                    .await?;
                tracing::info!(dataset.id = %batch.dataset, batch.id = %batch.id, "collection found complete");
                continue;
            }
            self.discard_quarantine(&batch.id);
            let failure = Failure {
                code: "interrupted".to_owned(),
                message: "the program ended before the collection did".to_owned(),
                help: Some("deliver the file again".to_owned()),
            };
            inner
                .batches
                .settle(
                    &batch.id,
                    BatchStatus::RolledBack,
                    None,
                    Some(&failure),
                    self.now(),
                )
                .await?;
            tracing::info!(dataset.id = %batch.dataset, batch.id = %batch.id, "interrupted collection rolled back");
        }
        self.recover_changes().await
    }

    /// Takes the turn of a dataset. Releases and reversals of it whose end could not be recorded are settled then.
    pub(crate) async fn settled_turn(&self, dataset: &DatasetId) -> Result<OwnedMutexGuard<()>> {
        let turn = self.turn(dataset).lock_owned().await;
        self.settle_changes(dataset).await?;
        Ok(turn)
    }

    /// Settles the releases and reversals that were under way when the process last ended.
    async fn recover_changes(&self) -> Result<()> {
        let datasets: Vec<String> = sqlx::query_scalar(
            "SELECT dataset FROM releasing UNION SELECT dataset FROM reversal ORDER BY dataset",
        )
        .fetch_all(self.inner.batches.pool())
        .await?;
        for dataset in datasets {
            let dataset: DatasetId = serde_json::from_value(dataset.into())?;
            let turn = self.turn(&dataset);
            // Whoever holds the turn may be the one who releases or reverses, and settles it.
            let Ok(_turn) = turn.try_lock() else {
                continue;
            };
            self.settle_changes(&dataset).await?;
        }
        Ok(())
    }

    /// Settles the releases and reversals of a dataset that were under way. The caller holds its turn.
    async fn settle_changes(&self, dataset: &DatasetId) -> Result<()> {
        if !self.lake().has(dataset) {
            return Ok(());
        }
        let releases = "SELECT commit_id FROM releasing WHERE dataset = ? ORDER BY commit_id";
        for commit in self.commits_under_way(releases, dataset).await? {
            self.settle_release(dataset, &commit).await?;
            tracing::info!(dataset.id = %dataset, commit.id = %commit, "an interrupted release settled");
        }
        let reversals = "SELECT commit_id FROM reversal WHERE dataset = ? ORDER BY commit_id";
        for commit in self.commits_under_way(reversals, dataset).await? {
            self.settle_reversal(dataset, &commit).await?;
            tracing::info!(dataset.id = %dataset, commit.id = %commit, "an interrupted undoing settled");
        }
        Ok(())
    }

    async fn commits_under_way(
        &self,
        sql: &'static str,
        dataset: &DatasetId,
    ) -> Result<Vec<BatchId>> {
        let commits: Vec<String> = sqlx::query_scalar(sql)
            .bind(dataset.as_str())
            .fetch_all(self.inner.batches.pool())
            .await?;
        commits.iter().map(|commit| parse_id(commit)).collect()
    }
}
