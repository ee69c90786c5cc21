//! The SQL of suggestions and decisions.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection, SqlitePool};
use yandu_store::Migration;
use yandu_words::{DatasetId, FieldId, Grade};

use crate::classification::{Bearing, Classified, DatasetCount, Filter, Status, Suggestion};
use crate::{Error, Result};

pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        name: "classification",
        sql: include_str!("../migrations/0001_classification.sql"),
    },
    Migration {
        version: 2,
        name: "pack-change",
        sql: include_str!("../migrations/0002_pack_change.sql"),
    },
];

pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    suggestion: &Suggestion,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO suggestion (dataset, owner, field, name, class, grade, confidence, reasons, evidence, present, bearing, \
         holds, status, batch, opened_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(suggestion.dataset.as_str())
    .bind(&suggestion.owner)
    .bind(suggestion.field.map(number))
    .bind(&suggestion.name)
    .bind(&suggestion.class)
    .bind(suggestion.grade.name())
    .bind(suggestion.confidence)
    .bind(serde_json::to_string(&suggestion.reasons)?)
    .bind(&suggestion.evidence)
    .bind(suggestion.present.name())
    .bind(suggestion.bearing.rank())
    .bind(suggestion.holds)
    .bind(suggestion.status.name())
    .bind(suggestion.batch.as_ref().map(yandu_words::BatchId::as_str))
    .bind(suggestion.opened_at.as_microsecond())
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes what another look at the same evidence found: counts, and what the field is called.
pub(crate) async fn refresh(
    connection: &mut SqliteConnection,
    suggestion: &Suggestion,
) -> Result<()> {
    sqlx::query(
        "UPDATE suggestion SET owner = ?, name = ?, confidence = ?, reasons = ?, present = ?, bearing = ?, holds = ?, batch = ? \
         WHERE id = ?",
    )
    .bind(&suggestion.owner)
    .bind(&suggestion.name)
    .bind(suggestion.confidence)
    .bind(serde_json::to_string(&suggestion.reasons)?)
    .bind(suggestion.present.name())
    .bind(suggestion.bearing.rank())
    .bind(suggestion.holds)
    .bind(suggestion.batch.as_ref().map(yandu_words::BatchId::as_str))
    .bind(suggestion.id)
    .execute(connection)
    .await?;
    Ok(())
}

/// Ends a suggestion that nobody decided on.
pub(crate) async fn end(
    connection: &mut SqliteConnection,
    id: i64,
    status: Status,
    at: Timestamp,
) -> Result<()> {
    sqlx::query("UPDATE suggestion SET status = ?, decided_at = ?, holds = 0 WHERE id = ? AND status = 'open'")
        .bind(status.name())
        .bind(at.as_microsecond())
        .bind(id)
        .execute(connection)
        .await?;
    Ok(())
}

/// What somebody decided on a suggestion.
pub(crate) async fn decide(
    connection: &mut SqliteConnection,
    suggestion: &Suggestion,
) -> Result<()> {
    sqlx::query(
        "UPDATE suggestion SET status = ?, decided_by = ?, decided_at = ?, reason = ?, holds = 0 WHERE id = ?",
    )
    .bind(suggestion.status.name())
    .bind(&suggestion.decided_by)
    .bind(suggestion.decided_at.map(Timestamp::as_microsecond))
    .bind(&suggestion.reason)
    .bind(suggestion.id)
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes down what was decided, or what a change of the packs brought.
pub(crate) async fn classify(
    connection: &mut SqliteConnection,
    classified: &Classified,
    pack_change: Option<u64>,
) -> Result<i64> {
    let id = sqlx::query_scalar(
        "INSERT INTO classified (dataset, owner, field, name, class, grade, before, declared, inflow, inflow_from, is_lowering, \
         reason, decided_by, decided_at, suggestion, pack_change) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
    )
    .bind(classified.dataset.as_str())
    .bind(&classified.owner)
    .bind(classified.field.map(number))
    .bind(&classified.name)
    .bind(&classified.class)
    .bind(classified.grade.name())
    .bind(classified.before.name())
    .bind(classified.declared.name())
    .bind(classified.inflow.map(Grade::name))
    .bind(serde_json::to_string(&classified.inflow_from)?)
    .bind(classified.is_lowering)
    .bind(&classified.reason)
    .bind(&classified.decided_by)
    .bind(classified.decided_at.as_microsecond())
    .bind(classified.suggestion)
    .bind(pack_change.map(u64::cast_signed))
    .fetch_one(connection)
    .await?;
    Ok(id)
}

/// Whether something of a change of the packs is on record.
pub(crate) async fn is_noted(connection: &mut SqliteConnection, pack_change: u64) -> Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM classified WHERE pack_change = ?)";
    Ok(sqlx::query_scalar(sql)
        .bind(pack_change.cast_signed())
        .fetch_one(connection)
        .await?)
}

pub(crate) async fn find(connection: &mut SqliteConnection, id: i64) -> Result<Suggestion> {
    let row = sqlx::query("SELECT * FROM suggestion WHERE id = ?")
        .bind(id)
        .fetch_optional(connection)
        .await?;
    suggestion_of(&row.ok_or(Error::NoSuggestion(id))?)
}

/// The newest suggestion of each field of a dataset, and of the dataset as a whole.
pub(crate) async fn newest(
    connection: &mut SqliteConnection,
    dataset: &DatasetId,
) -> Result<HashMap<Option<FieldId>, Suggestion>> {
    let sql = "SELECT * FROM suggestion WHERE id IN (SELECT max(id) FROM suggestion WHERE dataset = ? \
               GROUP BY coalesce(field, 0))";
    sqlx::query(sql)
        .bind(dataset.as_str())
        .fetch_all(connection)
        .await?
        .iter()
        .map(|row| suggestion_of(row).map(|suggestion| (suggestion.field, suggestion)))
        .collect()
}

/// Open suggestions that hold until somebody decides.
pub(crate) async fn holding(connection: &mut SqliteConnection) -> Result<Vec<Suggestion>> {
    sqlx::query("SELECT * FROM suggestion WHERE status = 'open' AND holds = 1")
        .fetch_all(connection)
        .await?
        .iter()
        .map(suggestion_of)
        .collect()
}

/// The datasets with an open suggestion.
pub(crate) async fn open_datasets(connection: &mut SqliteConnection) -> Result<Vec<String>> {
    Ok(
        sqlx::query_scalar("SELECT DISTINCT dataset FROM suggestion WHERE status = 'open'")
            .fetch_all(connection)
            .await?,
    )
}

pub(crate) async fn list(
    pool: &SqlitePool,
    filter: &Filter,
    after: Option<(u8, i64)>,
    limit: u32,
) -> Result<Vec<Suggestion>> {
    sqlx::query(
        "SELECT * FROM suggestion WHERE (?1 IS NULL OR dataset IN (SELECT value FROM json_each(?1))) \
         AND (?2 IS NULL OR owner = ?2) AND (?3 IS NULL OR status = ?3) AND (?4 IS NULL OR class = ?4) \
         AND (?5 IS NULL OR grade = ?5) AND (?6 IS NULL OR bearing = ?6) AND (?7 IS NULL OR field = ?7) \
         AND (?8 IS NULL OR bearing < ?8 OR (bearing = ?8 AND id > ?9)) ORDER BY bearing DESC, id LIMIT ?10",
    )
    .bind(filter.datasets.as_ref().map(names).transpose()?)
    .bind(&filter.owner)
    .bind(filter.status.map(Status::name))
    .bind(&filter.class)
    .bind(filter.grade.map(Grade::name))
    .bind(filter.bearing.map(Bearing::rank))
    .bind(filter.field.map(number))
    .bind(after.map(|(rank, _)| rank))
    .bind(after.map(|(_, id)| id))
    .bind(limit)
    .fetch_all(pool)
    .await?
    .iter()
    .map(suggestion_of)
    .collect()
}

pub(crate) async fn counts(pool: &SqlitePool) -> Result<HashMap<DatasetId, DatasetCount>> {
    let mut counts: HashMap<DatasetId, DatasetCount> = HashMap::new();
    let open = "SELECT dataset, count(*) AS open, sum(bearing = 3) AS higher, sum(bearing = 0) AS unexplained FROM suggestion \
                WHERE status = 'open' GROUP BY dataset";
    for row in &sqlx::query(open).fetch_all(pool).await? {
        let count = counts.entry(dataset_of(row)?).or_default();
        count.open = counted(row, "open")?;
        count.higher = counted(row, "higher")?;
        count.nothing = counted(row, "unexplained")?;
    }
    let decided = "SELECT dataset, count(DISTINCT field) AS decided FROM classified WHERE field IS NOT NULL \
                   AND pack_change IS NULL GROUP BY dataset";
    for row in &sqlx::query(decided).fetch_all(pool).await? {
        counts.entry(dataset_of(row)?).or_default().decided = counted(row, "decided")?;
    }
    let rejected = "SELECT dataset, sum(status = 'rejected') AS rejected FROM suggestion WHERE id IN \
                    (SELECT max(id) FROM suggestion GROUP BY dataset, coalesce(field, 0)) GROUP BY dataset";
    for row in &sqlx::query(rejected).fetch_all(pool).await? {
        counts.entry(dataset_of(row)?).or_default().rejected = counted(row, "rejected")?;
    }
    Ok(counts)
}

pub(crate) async fn decisions(
    pool: &SqlitePool,
    dataset: &DatasetId,
    field: Option<FieldId>,
) -> Result<Vec<Classified>> {
    sqlx::query("SELECT * FROM classified WHERE dataset = ? AND field IS ? ORDER BY id DESC")
        .bind(dataset.as_str())
        .bind(field.map(number))
        .fetch_all(pool)
        .await?
        .iter()
        .map(classified_of)
        .collect()
}

/// What was decided last of each field, of one dataset or of all.
pub(crate) async fn in_force(
    connection: &mut SqliteConnection,
    dataset: Option<&DatasetId>,
) -> Result<HashMap<(DatasetId, Option<FieldId>), Classified>> {
    let asked = match dataset {
        // By its index: every dataset is looked at in turn.
        Some(dataset) => sqlx::query(
            "SELECT * FROM classified WHERE id IN \
             (SELECT max(id) FROM classified WHERE dataset = ? AND pack_change IS NULL GROUP BY coalesce(field, 0))",
        )
        .bind(dataset.as_str()),
        None => sqlx::query(
            "SELECT * FROM classified WHERE id IN \
             (SELECT max(id) FROM classified WHERE pack_change IS NULL GROUP BY dataset, coalesce(field, 0))",
        ),
    };
    asked
        .fetch_all(connection)
        .await?
        .iter()
        .map(|row| {
            let classified = classified_of(row)?;
            Ok(((classified.dataset.clone(), classified.field), classified))
        })
        .collect()
}

pub(crate) async fn lowerings(
    pool: &SqlitePool,
    datasets: Option<&BTreeSet<DatasetId>>,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<Classified>> {
    let sql = "SELECT * FROM classified WHERE is_lowering = 1 \
               AND (?1 IS NULL OR dataset IN (SELECT value FROM json_each(?1))) \
               AND (?2 IS NULL OR id < ?2) ORDER BY id DESC LIMIT ?3";
    sqlx::query(sql)
        .bind(datasets.map(names).transpose()?)
        .bind(before)
        .bind(limit)
        .fetch_all(pool)
        .await?
        .iter()
        .map(classified_of)
        .collect()
}

fn names(datasets: &BTreeSet<DatasetId>) -> Result<String> {
    Ok(serde_json::to_string(datasets)?)
}

fn number(field: FieldId) -> i64 {
    field.0 as i64
}

fn dataset_of(row: &SqliteRow) -> Result<DatasetId> {
    let text: String = row.try_get("dataset")?;
    text.parse().map_err(|_| Error::Damaged("a dataset"))
}

fn counted(row: &SqliteRow, name: &str) -> Result<u64> {
    Ok(row.try_get::<i64, _>(name)?.cast_unsigned())
}

fn grade_of(name: &str) -> Result<Grade> {
    Grade::from_name(name).ok_or(Error::Damaged("a grade"))
}

fn time(microseconds: i64) -> Result<Timestamp> {
    Timestamp::from_microsecond(microseconds).map_err(|_| Error::Damaged("a time"))
}

fn field_of(row: &SqliteRow) -> Result<Option<FieldId>> {
    let field: Option<i64> = row.try_get("field")?;
    Ok(field.map(|field| FieldId(field.cast_unsigned())))
}

fn suggestion_of(row: &SqliteRow) -> Result<Suggestion> {
    let batch: Option<String> = row.try_get("batch")?;
    let decided_at: Option<i64> = row.try_get("decided_at")?;
    Ok(Suggestion {
        id: row.try_get("id")?,
        dataset: dataset_of(row)?,
        owner: row.try_get("owner")?,
        field: field_of(row)?,
        name: row.try_get("name")?,
        class: row.try_get("class")?,
        grade: grade_of(row.try_get("grade")?)?,
        confidence: row.try_get("confidence")?,
        reasons: serde_json::from_str(row.try_get("reasons")?)?,
        evidence: row.try_get("evidence")?,
        present: grade_of(row.try_get("present")?)?,
        bearing: Bearing::of_rank(row.try_get("bearing")?).ok_or(Error::Damaged("a bearing"))?,
        holds: row.try_get("holds")?,
        status: Status::from_name(row.try_get("status")?).ok_or(Error::Damaged("a status"))?,
        batch: batch
            .map(|batch| batch.parse().map_err(|_| Error::Damaged("a batch")))
            .transpose()?,
        opened_at: time(row.try_get("opened_at")?)?,
        decided_by: row.try_get("decided_by")?,
        decided_at: decided_at.map(time).transpose()?,
        reason: row.try_get("reason")?,
    })
}

fn classified_of(row: &SqliteRow) -> Result<Classified> {
    let inflow: Option<String> = row.try_get("inflow")?;
    Ok(Classified {
        id: row.try_get("id")?,
        dataset: dataset_of(row)?,
        owner: row.try_get("owner")?,
        field: field_of(row)?,
        name: row.try_get("name")?,
        class: row.try_get("class")?,
        grade: grade_of(row.try_get("grade")?)?,
        before: grade_of(row.try_get("before")?)?,
        declared: grade_of(row.try_get("declared")?)?,
        inflow: inflow.as_deref().map(grade_of).transpose()?,
        inflow_from: serde_json::from_str(row.try_get("inflow_from")?)?,
        is_lowering: row.try_get("is_lowering")?,
        reason: row.try_get("reason")?,
        decided_by: row.try_get("decided_by")?,
        decided_at: time(row.try_get("decided_at")?)?,
        suggestion: row.try_get("suggestion")?,
    })
}
