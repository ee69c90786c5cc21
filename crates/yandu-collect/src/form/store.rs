//! The SQL of forms.

use std::collections::HashMap;

use jiff::Timestamp;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqlitePool};
use yandu_store::Migration;
use yandu_words::Period;
use yandu_words::id::{BatchId, DatasetId};

use super::history::{Report, ReportFilter};
use super::judge::Head;
use super::standing::{Seen, day_of};
use super::{Evidence, Exif};
use crate::batch::BatchStatus;
use crate::store::parse_id;
use crate::{Error, Result};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    name: "report",
    sql: include_str!("../../migrations/form_0001_report.sql"),
}];

/// Reports with their batches; whether a later one of its unit and period counts in place of it.
const REPORT: &str = "SELECT report.*, batch.status, batch.delivered_by, batch.started_at, EXISTS (\
     SELECT 1 FROM form_report AS later JOIN batch AS of_later ON of_later.id = later.batch \
     WHERE later.dataset = report.dataset AND later.unit = report.unit AND later.period = report.period \
     AND later.batch > report.batch AND of_later.status = 'collected') AS is_replaced \
     FROM form_report AS report JOIN batch ON batch.id = report.batch";

/// Reports that were taken, those that were undone among them.
const TAKEN: &str = "batch.status IN ('collected', 'undone')";

/// The records of reports.
pub(crate) struct Reports<'a> {
    pool: &'a SqlitePool,
}

impl<'a> Reports<'a> {
    pub(crate) fn new(pool: &'a SqlitePool) -> Self {
        Self { pool }
    }

    /// Records whose report a batch is, before its commit.
    pub(crate) async fn insert(
        &self,
        batch: &BatchId,
        dataset: &DatasetId,
        head: &Head,
    ) -> Result<()> {
        sqlx::query(
            "INSERT INTO form_report (batch, dataset, unit, period, submission, reporter, filled_on, evidence) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(batch.as_str())
        .bind(dataset.as_str())
        .bind(&head.unit)
        .bind(head.period.to_string())
        .bind(&head.submission)
        .bind(head.reporter.as_deref())
        .bind(head.filled_on.map(|day| day.to_string()))
        .bind(serde_json::to_string(&head.evidence)?)
        .execute(self.pool)
        .await?;
        Ok(())
    }

    /// The collected batch of a submission, with the hash of its bytes.
    pub(crate) async fn of_submission(
        &self,
        dataset: &DatasetId,
        submission: &str,
    ) -> Result<Option<(BatchId, Option<String>)>> {
        let found = sqlx::query(
            "SELECT batch.id, batch.content_hash FROM form_report AS report JOIN batch ON batch.id = report.batch \
             WHERE report.dataset = ? AND report.submission = ? AND batch.status = 'collected' \
             ORDER BY batch.id DESC LIMIT 1",
        )
        .bind(dataset.as_str())
        .bind(submission)
        .fetch_optional(self.pool)
        .await?;
        let Some(row) = found else {
            return Ok(None);
        };
        let id: String = row.try_get("id")?;
        Ok(Some((parse_id(&id)?, row.try_get("content_hash")?)))
    }

    /// The first report of a unit for a period that counts.
    pub(crate) async fn first(
        &self,
        dataset: &DatasetId,
        unit: &str,
        period: Period,
    ) -> Result<Option<BatchId>> {
        let found: Option<String> = sqlx::query_scalar(
            "SELECT report.batch FROM form_report AS report JOIN batch ON batch.id = report.batch \
             WHERE report.dataset = ? AND report.unit = ? AND report.period = ? AND batch.status = 'collected' \
             ORDER BY report.batch LIMIT 1",
        )
        .bind(dataset.as_str())
        .bind(unit)
        .bind(period.to_string())
        .fetch_optional(self.pool)
        .await?;
        found.map(|id| parse_id(&id)).transpose()
    }

    /// Which units have reported which periods, from one on.
    pub(crate) async fn seen(
        &self,
        dataset: &DatasetId,
        from: Period,
    ) -> Result<HashMap<(String, Period), Seen>> {
        let rows = sqlx::query(
            "SELECT report.batch, report.unit, report.period, report.filled_on, batch.started_at \
             FROM form_report AS report JOIN batch ON batch.id = report.batch \
             WHERE report.dataset = ? AND report.period >= ? AND batch.status = 'collected' ORDER BY report.batch",
        )
        .bind(dataset.as_str())
        .bind(from.to_string())
        .fetch_all(self.pool)
        .await?;
        let mut seen: HashMap<(String, Period), Seen> = HashMap::new();
        for row in &rows {
            let batch: String = row.try_get("batch")?;
            let filled_on: Option<String> = row.try_get("filled_on")?;
            let on = match filled_on.map(|day| day.parse()) {
                Some(Ok(day)) => day,
                _ => day_of(at(row, "started_at")?),
            };
            let newest = parse_id(&batch)?;
            let key = (row.try_get("unit")?, period_of(row)?);
            seen.entry(key)
                .and_modify(|known| {
                    known.first_on = known.first_on.min(on);
                    known.newest = newest.clone();
                })
                .or_insert(Seen {
                    first_on: on,
                    newest,
                });
        }
        Ok(seen)
    }

    /// Reports that were taken, the newest first.
    pub(crate) async fn list(
        &self,
        dataset: &DatasetId,
        filter: &ReportFilter,
    ) -> Result<Vec<Report>> {
        let sql = format!(
            "{REPORT} WHERE report.dataset = ?1 AND {TAKEN} \
             AND (?2 IS NULL OR report.unit = ?2) AND (?3 IS NULL OR report.period = ?3) \
             AND (?4 IS NULL OR report.batch < ?4) \
             AND (?6 IS NULL OR EXISTS (SELECT 1 FROM json_each(report.evidence) WHERE value = ?6)) ORDER BY report.batch DESC LIMIT ?5"
        );
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(dataset.as_str())
            .bind(filter.unit.as_deref())
            .bind(filter.period.map(|period| period.to_string()))
            .bind(filter.before.as_ref().map(BatchId::as_str))
            .bind(filter.limit)
            .bind(filter.with_file.as_deref())
            .fetch_all(self.pool)
            .await?
            .iter()
            .map(report_of)
            .collect()
    }

    /// The report that a batch is, when it was taken.
    pub(crate) async fn find(&self, batch: &BatchId) -> Result<Option<Report>> {
        let sql = format!("{REPORT} WHERE report.batch = ? AND {TAKEN}");
        let found = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(batch.as_str())
            .fetch_optional(self.pool)
            .await?;
        found.as_ref().map(report_of).transpose()
    }

    /// Records a file of a form; one that is there stays as it was recorded first.
    pub(crate) async fn keep_evidence(
        &self,
        dataset: &DatasetId,
        evidence: &Evidence,
    ) -> Result<()> {
        let exif = evidence.exif.as_ref();
        sqlx::query(
            "INSERT INTO form_evidence (dataset, hash, name, media_type, size_bytes, taken_at, latitude, longitude, kept_by, \
             kept_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        )
        .bind(dataset.as_str())
        .bind(&evidence.hash)
        .bind(&evidence.name)
        .bind(&evidence.media_type)
        .bind(evidence.size_bytes as i64)
        .bind(exif.and_then(|exif| exif.taken_at.as_deref()))
        .bind(exif.and_then(|exif| Some(exif.position?.0)))
        .bind(exif.and_then(|exif| Some(exif.position?.1)))
        .bind(&evidence.kept_by)
        .bind(evidence.kept_at.as_microsecond())
        .execute(self.pool)
        .await?;
        Ok(())
    }

    pub(crate) async fn evidence(
        &self,
        dataset: &DatasetId,
        hash: &str,
    ) -> Result<Option<Evidence>> {
        let found = sqlx::query("SELECT * FROM form_evidence WHERE dataset = ? AND hash = ?")
            .bind(dataset.as_str())
            .bind(hash)
            .fetch_optional(self.pool)
            .await?;
        found.as_ref().map(evidence_of).transpose()
    }
}

fn report_of(row: &SqliteRow) -> Result<Report> {
    let batch: String = row.try_get("batch")?;
    let dataset: String = row.try_get("dataset")?;
    let status: String = row.try_get("status")?;
    let filled_on: Option<String> = row.try_get("filled_on")?;
    let evidence: String = row.try_get("evidence")?;
    Ok(Report {
        batch: parse_id(&batch)?,
        dataset: serde_json::from_value(dataset.into())?,
        status: BatchStatus::from_name(&status).unwrap_or(BatchStatus::RolledBack),
        unit: row.try_get("unit")?,
        period: period_of(row)?,
        reporter: row.try_get("reporter")?,
        filled_on: filled_on.and_then(|day| day.parse().ok()),
        submitted_by: row.try_get("delivered_by")?,
        submitted_at: at(row, "started_at")?,
        evidence: serde_json::from_str(&evidence)?,
        is_replaced: row.try_get("is_replaced")?,
    })
}

fn evidence_of(row: &SqliteRow) -> Result<Evidence> {
    let taken_at: Option<String> = row.try_get("taken_at")?;
    let latitude: Option<f64> = row.try_get("latitude")?;
    let position = latitude.zip(row.try_get("longitude")?);
    let exif = (taken_at.is_some() || position.is_some()).then_some(Exif { taken_at, position });
    Ok(Evidence {
        hash: row.try_get("hash")?,
        name: row.try_get("name")?,
        media_type: row.try_get("media_type")?,
        size_bytes: row.try_get::<i64, _>("size_bytes")? as u64,
        exif,
        kept_by: row.try_get("kept_by")?,
        kept_at: at(row, "kept_at")?,
    })
}

fn period_of(row: &SqliteRow) -> Result<Period> {
    let text: String = row.try_get("period")?;
    text.parse()
        .map_err(|_| Error::Records(sqlx::Error::Decode(format!("`{text}` is no period").into())))
}

fn at(row: &SqliteRow, column: &str) -> Result<Timestamp> {
    let at: i64 = row.try_get(column)?;
    Ok(Timestamp::from_microsecond(at).unwrap_or_default())
}
