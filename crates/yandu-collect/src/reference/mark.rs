//! What is to be looked at even when the process ends before: a change of rows is marked before the lake changes, and the
//! mark goes once the references of its dataset were looked at.

use sqlx::{Row, SqliteConnection};
use yandu_check::FindingCount;
use yandu_words::id::{BatchId, DatasetId};

use crate::Result;
use crate::collector::Collector;
use crate::store::{Batches, insert_findings, parse_id};

/// A change that is to be looked at.
pub(super) struct Mark {
    pub(super) commit: BatchId,
    /// The commit is a delivery, of which the orphans that it brought are found.
    pub(super) is_delivery: bool,
}

impl Collector {
    /// Looks at the references that the process did not look at before it last ended.
    pub(crate) async fn look_at_marked_references(&self) -> Result<()> {
        for dataset in self.inner.batches.marked().await? {
            tracing::info!(dataset.id = %dataset, "the references of a dataset are looked at again");
            self.look_at_references(&dataset).await;
        }
        Ok(())
    }
}

impl Batches {
    /// A change is about to be made that is no delivery.
    pub(crate) async fn mark(&self, dataset: &DatasetId, commit: &BatchId) -> Result<()> {
        let mut transaction = yandu_store::writing(self.pool()).await?;
        mark(&mut transaction, dataset, commit, false).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// The datasets with changes that were not looked at.
    async fn marked(&self) -> Result<Vec<DatasetId>> {
        let datasets: Vec<String> =
            sqlx::query_scalar("SELECT DISTINCT dataset FROM reference_mark ORDER BY dataset")
                .fetch_all(self.pool())
                .await?;
        let ids = datasets
            .into_iter()
            .map(|dataset| Ok(serde_json::from_value(dataset.into())?));
        ids.collect()
    }

    /// The changes of a dataset that were not looked at.
    pub(super) async fn marks_of(&self, dataset: &DatasetId) -> Result<Vec<Mark>> {
        let records = sqlx::query(
            "SELECT commit_id, is_delivery FROM reference_mark WHERE dataset = ? ORDER BY commit_id",
        )
        .bind(dataset.as_str())
        .fetch_all(self.pool())
        .await?;
        let marks = records.iter().map(|record| {
            Ok(Mark {
                commit: parse_id(record.try_get("commit_id")?)?,
                is_delivery: record.try_get("is_delivery")?,
            })
        });
        marks.collect()
    }

    /// A change was looked at: what was found of it stands in the records from the moment on at which its mark is gone.
    pub(super) async fn looked_at(&self, commit: &BatchId, found: &[FindingCount]) -> Result<()> {
        let mut transaction = yandu_store::writing(self.pool()).await?;
        insert_findings(&mut transaction, commit, found).await?;
        unmark(&mut transaction, commit).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// Marks a change before it is made.
pub(crate) async fn mark(
    connection: &mut SqliteConnection,
    dataset: &DatasetId,
    commit: &BatchId,
    is_delivery: bool,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO reference_mark (commit_id, dataset, is_delivery) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
    )
    .bind(commit.as_str())
    .bind(dataset.as_str())
    .bind(is_delivery)
    .execute(connection)
    .await?;
    Ok(())
}

/// Forgets a change that was not made, or was looked at.
pub(crate) async fn unmark(connection: &mut SqliteConnection, commit: &BatchId) -> Result<()> {
    sqlx::query("DELETE FROM reference_mark WHERE commit_id = ?")
        .bind(commit.as_str())
        .execute(connection)
        .await?;
    Ok(())
}
