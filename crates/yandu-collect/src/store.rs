//! The SQL of collection.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use jiff::Timestamp;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection, SqlitePool};
use yandu_check::FindingCount;
use yandu_check::profile::ColumnProfile;
use yandu_store::Migration;
use yandu_words::id::{BatchId, DatasetId, SourceId};

use crate::batch::{Batch, BatchDetail, BatchStatus, Failure};
use crate::{Error, Mode, Result, reference};

pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        name: "batch",
        sql: include_str!("../migrations/0001_batch.sql"),
    },
    Migration {
        version: 2,
        name: "channel",
        sql: include_str!("../migrations/0002_channel.sql"),
    },
    Migration {
        version: 3,
        name: "reversal",
        sql: include_str!("../migrations/0003_reversal.sql"),
    },
    Migration {
        version: 4,
        name: "freshness",
        sql: include_str!("../migrations/0004_freshness.sql"),
    },
    Migration {
        version: 5,
        name: "newest",
        sql: include_str!("../migrations/0005_newest.sql"),
    },
    Migration {
        version: 6,
        name: "reference",
        sql: include_str!("../migrations/0006_reference.sql"),
    },
    Migration {
        version: 7,
        name: "declaration",
        sql: include_str!("../migrations/0007_declaration.sql"),
    },
    Migration {
        version: 8,
        name: "reference_mark",
        sql: include_str!("../migrations/0008_reference_mark.sql"),
    },
    Migration {
        version: 9,
        name: "releasing",
        sql: include_str!("../migrations/0009_releasing.sql"),
    },
    Migration {
        version: 10,
        name: "released_by",
        sql: include_str!("../migrations/0010_released_by.sql"),
    },
];

const BATCH_COLUMNS: &str = "id, dataset, source, status, mode, delivered_as, delivered_by, content_hash, size_bytes, \
     rows_in, rows_kept, rows_superseded, rows_quarantined, rows_deleted, base_version, version, report, score, error, \
     started_at, finished_at";

/// Which batches are listed, newest first.
#[derive(Debug, Clone, Default)]
pub struct BatchFilter {
    pub dataset: Option<DatasetId>,
    /// Only batches of these datasets; `None` for all.
    pub among: Option<Arc<BTreeSet<DatasetId>>>,
    pub status: Option<BatchStatus>,
    /// Only batches before this one, for paging.
    pub before: Option<BatchId>,
    pub limit: u32,
}

/// The records of batches.
#[derive(Debug, Clone)]
pub(crate) struct Batches {
    pool: SqlitePool,
}

/// What is known once the pass is over, written before the commit.
pub(crate) struct Ready<'a> {
    pub(crate) batch: &'a Batch,
    pub(crate) findings: &'a [FindingCount],
    pub(crate) profile: &'a [ColumnProfile],
    pub(crate) watermark: Option<&'a str>,
}

/// A batch that brought the same bytes as a delivery, and whose rows stand.
pub(crate) struct Same {
    pub(crate) batch: BatchId,
    /// Whether another declaration of the dataset read them; false where that was not written down.
    pub(crate) is_read_otherwise: bool,
}

impl Batches {
    pub(crate) fn new(pool: SqlitePool) -> Self {
        Self { pool }
    }

    pub(crate) fn pool(&self) -> &SqlitePool {
        &self.pool
    }

    pub(crate) async fn insert(&self, batch: &Batch) -> Result<()> {
        sqlx::query(
            "INSERT INTO batch (id, dataset, source, status, mode, delivered_as, delivered_by, base_version, started_at) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(batch.id.as_str())
        .bind(batch.dataset.as_str())
        .bind(batch.source.as_ref().map(SourceId::as_str))
        .bind(batch.status.name())
        .bind(mode_name(batch.mode))
        .bind(&batch.delivered_as)
        .bind(&batch.delivered_by)
        .bind(batch.base_version.map(|version| version as i64))
        .bind(batch.started_at.as_microsecond())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The bytes are kept: from here on they can be found by their hash, with the declaration that they are read by.
    pub(crate) async fn kept(
        &self,
        id: &BatchId,
        hash: &str,
        size_bytes: u64,
        declaration: &str,
    ) -> Result<()> {
        sqlx::query(
            "UPDATE batch SET content_hash = ?, size_bytes = ?, declaration = ? WHERE id = ?",
        )
        .bind(hash)
        .bind(size_bytes as i64)
        .bind(declaration)
        .bind(id.as_str())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Everything but the commit is done.
    pub(crate) async fn ready(&self, ready: &Ready<'_>) -> Result<()> {
        let batch = ready.batch;
        let mut transaction = yandu_store::writing(&self.pool).await?;
        sqlx::query(
            "UPDATE batch SET status = 'committing', rows_in = ?, rows_kept = ?, rows_superseded = ?, \
             rows_quarantined = ?, rows_deleted = ?, base_version = ?, report = ?, score = ?, watermark = ? WHERE id = ?",
        )
        .bind(batch.rows_in as i64)
        .bind(batch.rows_kept as i64)
        .bind(batch.rows_superseded as i64)
        .bind(batch.rows_quarantined as i64)
        .bind(batch.rows_deleted as i64)
        .bind(batch.base_version.map(|version| version as i64))
        .bind(batch.report.as_ref().map(ToString::to_string))
        .bind(batch.score.as_ref().map(serde_json::to_string).transpose()?)
        .bind(ready.watermark)
        .bind(batch.id.as_str())
        .execute(&mut *transaction)
        .await?;
        insert_findings(&mut transaction, &batch.id, ready.findings).await?;
        sqlx::query("INSERT INTO batch_profile (batch, columns) VALUES (?, ?)")
            .bind(batch.id.as_str())
            .bind(serde_json::to_string(ready.profile)?)
            .execute(&mut *transaction)
            .await?;
        if batch.rows_kept > 0 {
            reference::mark(&mut transaction, &batch.dataset, &batch.id, true).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// What else was found of a delivery than its pass did.
    pub(crate) async fn found(
        &self,
        id: &BatchId,
        findings: &[FindingCount],
        report: &serde_json::Value,
    ) -> Result<()> {
        let mut transaction = yandu_store::writing(&self.pool).await?;
        insert_findings(&mut transaction, id, findings).await?;
        sqlx::query("UPDATE batch SET report = ? WHERE id = ?")
            .bind(report.to_string())
            .bind(id.as_str())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Findings and score of a delivery under other rules.
    pub(crate) async fn note_again(
        &self,
        id: &BatchId,
        findings: &[FindingCount],
        score: Option<&yandu_check::Score>,
    ) -> Result<()> {
        let mut transaction = yandu_store::writing(&self.pool).await?;
        sqlx::query("DELETE FROM finding WHERE batch = ?")
            .bind(id.as_str())
            .execute(&mut *transaction)
            .await?;
        insert_findings(&mut transaction, id, findings).await?;
        sqlx::query("UPDATE batch SET score = ? WHERE id = ?")
            .bind(score.map(serde_json::to_string).transpose()?)
            .bind(id.as_str())
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    pub(crate) async fn settle(
        &self,
        id: &BatchId,
        status: BatchStatus,
        version: Option<u64>,
        failure: Option<&Failure>,
        at: Timestamp,
    ) -> Result<()> {
        sqlx::query(
            "UPDATE batch SET status = ?, version = coalesce(?, version), error = coalesce(?, error), finished_at = ? \
             WHERE id = ?",
        )
        .bind(status.name())
        .bind(version.map(|version| version as i64))
        .bind(failure.map(serde_json::to_string).transpose()?)
        .bind(at.as_microsecond())
        .bind(id.as_str())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Rows that were written one by one are in the snapshot, and their raw bytes are kept.
    ///
    /// A journal whose bytes were recorded, and that a crash left in place, is recorded no second time.
    pub(crate) async fn written(
        &self,
        id: &str,
        hash: &str,
        size_bytes: u64,
        rows: u64,
        at: Timestamp,
    ) -> Result<()> {
        sqlx::query(
            "UPDATE batch SET content_hash = ?, size_bytes = coalesce(size_bytes, 0) + ?, rows_in = rows_in + ?, \
             rows_kept = rows_kept + ?, finished_at = ? \
             WHERE id = ? AND status = 'written' AND content_hash IS NOT ?",
        )
        .bind(hash)
        .bind(size_bytes as i64)
        .bind(rows as i64)
        .bind(rows as i64)
        .bind(at.as_microsecond())
        .bind(id)
        .bind(hash)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// What decoding found out, known before the rows are read.
    pub(crate) async fn record_report(
        &self,
        id: &BatchId,
        report: &serde_json::Value,
    ) -> Result<()> {
        sqlx::query("UPDATE batch SET report = ? WHERE id = ?")
            .bind(report.to_string())
            .bind(id.as_str())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    pub(crate) async fn find(&self, id: &BatchId) -> Result<Batch> {
        let sql = format!("SELECT {BATCH_COLUMNS} FROM batch WHERE id = ?");
        let row = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(id.as_str())
            .fetch_optional(&self.pool)
            .await?
            .ok_or_else(|| Error::NoBatch(id.to_string()))?;
        batch_of(&row)
    }

    pub(crate) async fn detail(&self, id: &BatchId) -> Result<BatchDetail> {
        let batch = self.find(id).await?;
        let findings = sqlx::query(
            "SELECT column_name, reason, level, dimension, rows, samples FROM finding WHERE batch = ? ORDER BY place",
        )
        .bind(id.as_str())
        .fetch_all(&self.pool)
        .await?
        .iter()
        .map(finding_of)
        .collect::<Result<_>>()?;
        let profile: Option<String> =
            sqlx::query_scalar("SELECT columns FROM batch_profile WHERE batch = ?")
                .bind(id.as_str())
                .fetch_optional(&self.pool)
                .await?;
        Ok(BatchDetail {
            batch,
            findings,
            profile: profile
                .map(|text| serde_json::from_str(&text))
                .transpose()?
                .unwrap_or_default(),
        })
    }

    pub(crate) async fn list(&self, filter: &BatchFilter) -> Result<Vec<Batch>> {
        let sql = format!(
            "SELECT {BATCH_COLUMNS} FROM batch WHERE (?1 IS NULL OR dataset = ?1) AND (?2 IS NULL OR status = ?2) \
             AND (?3 IS NULL OR id < ?3) AND (?5 IS NULL OR dataset IN (SELECT value FROM json_each(?5))) \
             ORDER BY id DESC LIMIT ?4"
        );
        let among = filter.among.as_deref();
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(filter.dataset.as_ref().map(DatasetId::as_str))
            .bind(filter.status.map(BatchStatus::name))
            .bind(filter.before.as_ref().map(BatchId::as_str))
            .bind(if filter.limit == 0 { 100 } else { filter.limit })
            .bind(among.map(serde_json::to_string).transpose()?)
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(batch_of)
            .collect()
    }

    pub(crate) async fn ids(&self, dataset: &DatasetId) -> Result<HashSet<BatchId>> {
        sqlx::query_scalar::<_, String>("SELECT id FROM batch WHERE dataset = ?")
            .bind(dataset.as_str())
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(|id| parse_id(id))
            .collect()
    }

    /// The newest batch of each dataset; those without one are left out.
    pub(crate) async fn newest_of_datasets(&self, datasets: &[&DatasetId]) -> Result<Vec<Batch>> {
        let newest = "SELECT newest.id FROM batch AS newest WHERE newest.dataset = wanted.value";
        self.newest(newest, serde_json::to_string(datasets)?).await
    }

    /// The newest batch of each source; those without one are left out.
    pub(crate) async fn newest_of_sources(&self, sources: &[&SourceId]) -> Result<Vec<Batch>> {
        let newest = "SELECT newest.id FROM batch AS newest WHERE newest.source = wanted.value";
        self.newest(newest, serde_json::to_string(sources)?).await
    }

    async fn newest(&self, newest: &str, wanted: String) -> Result<Vec<Batch>> {
        let sql = format!(
            "SELECT {BATCH_COLUMNS} FROM batch WHERE id IN \
             (SELECT ({newest} ORDER BY newest.id DESC LIMIT 1) FROM json_each(?) AS wanted)"
        );
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(wanted)
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(batch_of)
            .collect()
    }

    /// The newest collected snapshot that came after a batch of its dataset.
    pub(crate) async fn newer_snapshot(&self, batch: &Batch) -> Result<Option<BatchId>> {
        let newer: Option<String> = sqlx::query_scalar(
            "SELECT id FROM batch WHERE dataset = ? AND id > ? AND mode = 'snapshot' AND status = 'collected' \
             ORDER BY id DESC LIMIT 1",
        )
        .bind(batch.dataset.as_str())
        .bind(batch.id.as_str())
        .fetch_optional(&self.pool)
        .await?;
        newer.map(|id| parse_id(&id)).transpose()
    }

    /// Batches that were under way when the process ended.
    pub(crate) async fn under_way(&self) -> Result<Vec<Batch>> {
        let sql = format!(
            "SELECT {BATCH_COLUMNS} FROM batch WHERE status IN ('running', 'committing') ORDER BY id"
        );
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(batch_of)
            .collect()
    }

    /// The collected batch of the same bytes whose rows stand, so that a delivery of them would bring nothing that is not
    /// there.
    ///
    /// A snapshot says what the whole dataset is, so only the newest batch counts: a return to an older state is a
    /// change. An upsert or append that was collected once stands until a snapshot takes its place. Rows that came in
    /// another mode are read again, but for an append: it would have them there twice, however they came.
    pub(crate) async fn same_content(
        &self,
        batch: &Batch,
        hash: &str,
        given: Option<&serde_json::Value>,
        declaration: &str,
    ) -> Result<Option<Same>> {
        let sql = match batch.mode {
            Mode::Snapshot => {
                "SELECT id, declaration IS NOT NULL AND declaration <> ?5 FROM \
                 (SELECT id, mode, content_hash, report, declaration FROM batch WHERE dataset = ?1 \
                 AND status = 'collected' ORDER BY id DESC LIMIT 1) WHERE content_hash = ?2 \
                 AND json_extract(report, '$.given') IS ?3 AND mode = ?4"
            }
            Mode::Upsert | Mode::Append => {
                "SELECT id, declaration IS NOT NULL AND declaration <> ?5 FROM batch AS earlier WHERE dataset = ?1 \
                 AND content_hash = ?2 AND status = 'collected' AND json_extract(report, '$.given') IS ?3 \
                 AND (mode = ?4 OR ?4 = 'append') AND NOT EXISTS (SELECT 1 FROM batch AS later \
                 WHERE later.dataset = earlier.dataset AND later.mode = 'snapshot' AND later.status = 'collected' \
                 AND later.version IS NOT NULL AND coalesce(later.version > earlier.version, later.id > earlier.id)) \
                 ORDER BY id DESC LIMIT 1"
            }
        };
        let same: Option<(String, bool)> = sqlx::query_as(sql)
            .bind(batch.dataset.as_str())
            .bind(hash)
            .bind(given.map(ToString::to_string))
            .bind(mode_name(batch.mode))
            .bind(declaration)
            .fetch_optional(&self.pool)
            .await?;
        same.map(|(id, is_read_otherwise)| {
            Ok(Same {
                batch: parse_id(&id)?,
                is_read_otherwise,
            })
        })
        .transpose()
    }

    /// Where the next reading of a source starts: the watermark of its newest collected batch.
    pub(crate) async fn watermark(&self, source: &SourceId) -> Result<Option<String>> {
        let watermark: Option<Option<String>> = sqlx::query_scalar(
            "SELECT watermark FROM batch WHERE source = ? AND status = 'collected' AND watermark IS NOT NULL \
             ORDER BY id DESC LIMIT 1",
        )
        .bind(source.as_str())
        .fetch_optional(&self.pool)
        .await?;
        Ok(watermark.flatten())
    }
}

pub(crate) async fn insert_findings(
    connection: &mut SqliteConnection,
    batch: &BatchId,
    findings: &[FindingCount],
) -> Result<()> {
    let first: i64 =
        sqlx::query_scalar("SELECT coalesce(max(place) + 1, 0) FROM finding WHERE batch = ?")
            .bind(batch.as_str())
            .fetch_one(&mut *connection)
            .await?;
    for (place, finding) in (first..).zip(findings) {
        sqlx::query(
            "INSERT INTO finding (batch, place, column_name, reason, level, dimension, rows, samples) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(batch.as_str())
        .bind(place)
        .bind(finding.column.as_deref())
        .bind(&finding.reason)
        .bind(word(&finding.level)?)
        .bind(word(&finding.dimension)?)
        .bind(finding.rows as i64)
        .bind(serde_json::to_string(&finding.samples)?)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// The id of a new batch: its start to the microsecond, in UTC, so that ids ascend and can be read. The time is recorded,
/// so that no later process gives an earlier id, however the clock of its machine stands.
pub(crate) async fn new_id(store: &yandu_store::Store) -> Result<BatchId> {
    let now = store.stamp().await?;
    parse_id(&now.strftime("%Y%m%d-%H%M%S-%6f").to_string())
}

pub(crate) fn parse_id(text: &str) -> Result<BatchId> {
    text.parse().map_err(|_| Error::NoBatch(text.to_owned()))
}

pub(crate) fn mode_name(mode: Mode) -> &'static str {
    match mode {
        Mode::Snapshot => "snapshot",
        Mode::Upsert => "upsert",
        Mode::Append => "append",
    }
}

fn batch_of(row: &SqliteRow) -> Result<Batch> {
    let count = |column: &str| -> Result<u64> { Ok(row.try_get::<i64, _>(column)? as u64) };
    let number = |column: &str| -> Result<Option<u64>> {
        Ok(row.try_get::<Option<i64>, _>(column)?.map(|n| n as u64))
    };
    let json =
        |column: &str| -> Result<Option<String>> { Ok(row.try_get::<Option<String>, _>(column)?) };
    let word = |column: &str| -> Result<serde_json::Value> {
        Ok(row.try_get::<String, _>(column)?.into())
    };
    let time = |at: i64| Timestamp::from_microsecond(at).unwrap_or_default();
    let status: String = row.try_get("status")?;
    let source: Option<String> = row.try_get("source")?;
    let version = number("version")?;
    Ok(Batch {
        id: serde_json::from_value(word("id")?)?,
        dataset: serde_json::from_value(word("dataset")?)?,
        source: source
            .map(|source| serde_json::from_value(source.into()))
            .transpose()?,
        status: BatchStatus::from_name(&status).unwrap_or(BatchStatus::RolledBack),
        mode: serde_json::from_value(word("mode")?)?,
        delivered_as: row.try_get("delivered_as")?,
        delivered_by: row.try_get("delivered_by")?,
        content_hash: row.try_get("content_hash")?,
        size_bytes: number("size_bytes")?,
        rows_in: count("rows_in")?,
        rows_kept: count("rows_kept")?,
        rows_superseded: count("rows_superseded")?,
        rows_quarantined: count("rows_quarantined")?,
        // A snapshot that is in no version has replaced none.
        rows_deleted: match version {
            Some(_) => count("rows_deleted")?,
            None => 0,
        },
        base_version: number("base_version")?,
        version,
        report: json("report")?
            .map(|text| serde_json::from_str(&text))
            .transpose()?,
        score: json("score")?
            .map(|text| serde_json::from_str(&text))
            .transpose()?,
        error: json("error")?
            .map(|text| serde_json::from_str(&text))
            .transpose()?,
        started_at: time(row.try_get("started_at")?),
        finished_at: row.try_get::<Option<i64>, _>("finished_at")?.map(time),
    })
}

fn finding_of(row: &SqliteRow) -> Result<FindingCount> {
    let word = |column: &str| -> Result<serde_json::Value> {
        Ok(row.try_get::<String, _>(column)?.into())
    };
    let samples: String = row.try_get("samples")?;
    Ok(FindingCount {
        column: row.try_get("column_name")?,
        reason: row.try_get("reason")?,
        level: serde_json::from_value(word("level")?)?,
        dimension: serde_json::from_value(word("dimension")?)?,
        rows: row.try_get::<i64, _>("rows")? as u64,
        samples: serde_json::from_str(&samples)?,
    })
}

/// The word that a unit variant is written as.
fn word(value: &impl serde::Serialize) -> Result<String> {
    Ok(serde_json::to_value(value)?
        .as_str()
        .unwrap_or_default()
        .to_owned())
}
