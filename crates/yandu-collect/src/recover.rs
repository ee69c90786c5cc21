//! After a crash: what was under way is completed where its commit reached the lake, and rolled back elsewhere.

use crate::Result;
use crate::batch::{BatchStatus, Failure};
use crate::collector::Collector;

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
        self.recover_releases().await?;
        self.recover_reversals().await
    }
}
