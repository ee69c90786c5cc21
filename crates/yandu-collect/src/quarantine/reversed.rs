//! Released rows of quarantine that went out of the table when it became what it had been, or came back into it. The commits of
//! their releases say which: a row is released where one of them is among those that made the table, and otherwise waits.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sqlx::{Row, SqliteConnection};
use yandu_lake::Ancestry;
use yandu_words::id::{BatchId, DatasetId};

use super::read::{Files, Standing, Wanted};
use crate::Result;
use crate::batch::BatchStatus;
use crate::collector::Collector;
use crate::store::parse_id;
use crate::undo::ChangedBatch;

/// A row of which the records do not say what an ancestry does.
pub(crate) struct ReversedRow {
    batch: BatchId,
    row: u64,
    /// The commit that released it, where it is in the table; without one it waits.
    released_by: Option<String>,
}

/// One record of what became of a row.
struct Record {
    number: i64,
    is_release: bool,
    commit: Option<String>,
}

/// The records of rows, by their places, oldest first.
type Records = BTreeMap<u64, Vec<Record>>;

impl Collector {
    /// The released rows of a dataset whose records do not say what an ancestry does, given the batches that go or come back with it.
    pub(crate) async fn rows_changed_by(
        &self,
        dataset: &DatasetId,
        ancestry: &Ancestry,
        changed: &[ChangedBatch],
    ) -> Result<Vec<ReversedRow>> {
        let batches: Vec<(String, String)> = sqlx::query_as(
            "SELECT id, status FROM batch WHERE dataset = ? AND status IN ('collected', 'undone', 'written') \
             AND EXISTS (SELECT 1 FROM quarantine_action AS released WHERE released.batch = batch.id \
             AND released.action = 'released' AND released.commit_id IS NOT NULL) ORDER BY id",
        )
        .bind(dataset.as_str())
        .fetch_all(self.inner.batches.pool())
        .await?;
        if batches.is_empty() {
            return Ok(Vec::new());
        }
        let changed: HashMap<&str, BatchStatus> = changed
            .iter()
            .map(|changed| (changed.batch.as_str(), changed.status))
            .collect();
        let live = self.pack_records().live_commits(dataset).await?;
        let mut reversed = Vec::new();
        for (id, status) in batches {
            let status = changed
                .get(id.as_str())
                .map_or(status.as_str(), |status| status.name());
            // Of a batch that is undone no row waits.
            if status != BatchStatus::Undone.name() {
                let batch = parse_id(&id)?;
                reversed.extend(self.rows_of_batch(&batch, ancestry, &live).await?);
            }
        }
        Ok(reversed)
    }

    async fn rows_of_batch(
        &self,
        batch: &BatchId,
        ancestry: &Ancestry,
        live: &[String],
    ) -> Result<Vec<ReversedRow>> {
        let records = self.records_of_released(batch).await?;
        let releases = records
            .values()
            .flatten()
            .filter(|record| record.is_release);
        let commits: BTreeSet<&String> = releases
            .filter_map(|record| record.commit.as_ref())
            .collect();
        let mut standing = BTreeSet::new();
        for commit in commits {
            if ancestry.has(&parse_id(commit)?) {
                standing.insert(commit.clone());
            }
        }
        let (folder, live) = (self.quarantine_folder(batch), live.to_vec());
        let rows: BTreeSet<u64> = records.keys().copied().collect();
        let found = tokio::task::spawn_blocking(move || {
            let wanted = Wanted {
                after: 0,
                rows: &rows,
                reason: None,
            };
            Files::open(&folder, &live)?.find(&wanted, usize::MAX)
        })
        .await??;
        Ok(found
            .iter()
            .filter_map(|found| {
                let records = records.get(&found.row)?;
                reversed(batch, *found, records, &standing)
            })
            .collect())
    }

    /// The records of the rows of a batch that were released by a commit which is known.
    async fn records_of_released(&self, batch: &BatchId) -> Result<Records> {
        let found = sqlx::query(
            "SELECT id, row, action = 'released' AS is_release, commit_id FROM quarantine_action AS record \
             WHERE batch = ?1 AND EXISTS (SELECT 1 FROM quarantine_action AS released WHERE released.batch = ?1 \
             AND released.row = record.row AND released.action = 'released' AND released.commit_id IS NOT NULL) \
             ORDER BY id",
        )
        .bind(batch.as_str())
        .fetch_all(self.inner.batches.pool())
        .await?;
        let mut records = Records::new();
        for record in found {
            let row = record.try_get::<i64, _>("row")? as u64;
            records.entry(row).or_default().push(Record {
                number: record.try_get("id")?,
                is_release: record.try_get("is_release")?,
                commit: record.try_get("commit_id")?,
            });
        }
        Ok(records)
    }
}

/// What a row is now, where its last record does not say so, given its records, oldest first, and the commits that made the table.
/// Of a release whose commit nobody knows nothing can be said.
fn reversed(
    batch: &BatchId,
    found: Standing,
    records: &[Record],
    standing: &BTreeSet<String>,
) -> Option<ReversedRow> {
    // Those before a change of the packs that moved the row out of the table are about an earlier stay.
    let earlier = records.partition_point(|record| record.number <= found.mark);
    let records = records.get(earlier..)?;
    let last = records.last()?;
    let mut released_by = records
        .iter()
        .rev()
        .filter(|record| record.is_release)
        .filter_map(|record| record.commit.as_ref());
    let released_by = released_by.find(|commit| standing.contains(*commit));
    let is_known = !last.is_release || last.commit.is_some();
    (is_known && released_by.is_some() != last.is_release).then(|| ReversedRow {
        batch: batch.clone(),
        row: found.row,
        released_by: released_by.cloned(),
    })
}

/// Records of rows that they wait again, or are released again, with a reversal.
pub(crate) async fn record(
    transaction: &mut SqliteConnection,
    rows: &[ReversedRow],
    reversal: &BatchId,
) -> Result<()> {
    for row in rows {
        let (action, commit) = match &row.released_by {
            Some(commit) => ("released", commit.as_str()),
            None => ("waiting", reversal.as_str()),
        };
        sqlx::query(
            "INSERT INTO quarantine_action (batch, row, action, reason, principal, at, commit_id) \
             SELECT ?1, ?2, ?3, reason, principal, at, ?4 FROM reversal WHERE commit_id = ?5",
        )
        .bind(row.batch.as_str())
        .bind(row.row as i64)
        .bind(action)
        .bind(commit)
        .bind(reversal.as_str())
        .execute(&mut *transaction)
        .await?;
    }
    Ok(())
}
