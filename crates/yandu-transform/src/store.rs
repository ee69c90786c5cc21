//! The SQL of models.

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqlitePool};
use yandu_check::FindingCount;
use yandu_check::profile::ColumnProfile;
use yandu_store::Migration;
use yandu_words::id::{BatchId, DatasetId};

use crate::run::{Run, RunDetail};
use crate::{Error, Result};

pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        name: "model",
        sql: include_str!("../migrations/0001_model.sql"),
    },
    Migration {
        version: 2,
        name: "query",
        sql: include_str!("../migrations/0002_query.sql"),
    },
];

const COLUMNS: &str = "id, model, trigger, mode, why, status, inputs, fingerprint, state, rows_in, rows_added, \
     rows_removed, rows_quarantined, version, score, error, started_at, ended_at";

/// The records of runs.
#[derive(Debug, Clone)]
pub(crate) struct Runs {
    pool: SqlitePool,
}

impl Runs {
    pub(crate) fn new(pool: SqlitePool) -> Self {
        Self { pool }
    }

    /// Records a run as it stands now.
    pub(crate) async fn save(&self, run: &Run) -> Result<()> {
        self.save_in(run, &mut *self.pool.acquire().await?).await
    }

    async fn save_in(&self, run: &Run, connection: &mut sqlx::SqliteConnection) -> Result<()> {
        sqlx::query(
            "INSERT INTO model_run (id, model, trigger, mode, why, status, inputs, fingerprint, state, rows_in, \
             rows_added, rows_removed, rows_quarantined, version, score, error, started_at, ended_at) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET \
             mode = excluded.mode, why = excluded.why, status = excluded.status, inputs = excluded.inputs, \
             state = excluded.state, rows_in = excluded.rows_in, rows_added = excluded.rows_added, \
             rows_removed = excluded.rows_removed, rows_quarantined = excluded.rows_quarantined, \
             version = excluded.version, score = excluded.score, error = excluded.error, ended_at = excluded.ended_at",
        )
        .bind(run.id.as_str())
        .bind(run.model.as_str())
        .bind(word(&run.trigger)?)
        .bind(word(&run.mode)?)
        .bind(&run.why)
        .bind(word(&run.status)?)
        .bind(serde_json::to_string(&run.inputs)?)
        .bind(&run.fingerprint)
        .bind(&run.state)
        .bind(run.rows_in as i64)
        .bind(run.rows_added as i64)
        .bind(run.rows_removed as i64)
        .bind(run.rows_quarantined as i64)
        .bind(run.version.map(|version| version as i64))
        .bind(run.score.as_ref().map(serde_json::to_string).transpose()?)
        .bind(run.error.as_ref().map(serde_json::to_string).transpose()?)
        .bind(run.started_at.as_microsecond())
        .bind(run.ended_at.map(Timestamp::as_microsecond))
        .execute(connection)
        .await?;
        Ok(())
    }

    /// Records a run with what was found of its rows, all or nothing.
    pub(crate) async fn save_found(
        &self,
        run: &Run,
        findings: &[FindingCount],
        profile: &[ColumnProfile],
    ) -> Result<()> {
        let mut transaction = yandu_store::writing(&self.pool).await?;
        self.save_in(run, &mut transaction).await?;
        sqlx::query("UPDATE model_run SET profile = ? WHERE id = ?")
            .bind(serde_json::to_string(profile)?)
            .bind(run.id.as_str())
            .execute(&mut *transaction)
            .await?;
        sqlx::query("DELETE FROM model_finding WHERE run = ?")
            .bind(run.id.as_str())
            .execute(&mut *transaction)
            .await?;
        for (place, finding) in findings.iter().enumerate() {
            sqlx::query("INSERT INTO model_finding (run, place, finding) VALUES (?, ?, ?)")
                .bind(run.id.as_str())
                .bind(place as i64)
                .bind(serde_json::to_string(finding)?)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    pub(crate) async fn detail(&self, id: &BatchId) -> Result<Option<RunDetail>> {
        let sql = format!("SELECT {COLUMNS}, profile FROM model_run WHERE id = ?");
        let row = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(id.as_str())
            .fetch_optional(&self.pool)
            .await?;
        let Some(row) = row else {
            return Ok(None);
        };
        let profile: Option<String> = row.try_get("profile")?;
        let findings =
            sqlx::query("SELECT finding FROM model_finding WHERE run = ? ORDER BY place")
                .bind(id.as_str())
                .fetch_all(&self.pool)
                .await?
                .iter()
                .map(|row| Ok(serde_json::from_str(row.try_get("finding")?)?))
                .collect::<Result<_>>()?;
        Ok(Some(RunDetail {
            run: run_of(&row)?,
            findings,
            profile: profile
                .map(|text| serde_json::from_str(&text))
                .transpose()?
                .unwrap_or_default(),
        }))
    }

    /// The runs of a model, newest first.
    pub(crate) async fn list(
        &self,
        model: Option<&DatasetId>,
        before: Option<&BatchId>,
        limit: u32,
    ) -> Result<Vec<Run>> {
        self.select(
            "(?1 IS NULL OR model = ?1) AND (?2 IS NULL OR id < ?2) ORDER BY id DESC LIMIT ?3",
            model,
            before.map(BatchId::as_str),
            limit,
        )
        .await
    }

    pub(crate) async fn newest(&self, model: &DatasetId) -> Result<Option<Run>> {
        Ok(self.list(Some(model), None, 1).await?.pop())
    }

    /// The newest run that ended well: what the model holds now.
    pub(crate) async fn newest_done(&self, model: &DatasetId) -> Result<Option<Run>> {
        let mut runs = self
            .select(
                "model = ?1 AND status = ?2 ORDER BY id DESC LIMIT ?3",
                Some(model),
                Some("done"),
                1,
            )
            .await?;
        Ok(runs.pop())
    }

    /// The run that left a model as it is in a version: the newest before `reader` that ended well, and not later.
    /// One that found nothing changed made no row, and stands for itself only where there is no other.
    pub(crate) async fn done_at(
        &self,
        model: &DatasetId,
        version: u64,
        reader: Option<&BatchId>,
    ) -> Result<Option<Run>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM model_run WHERE model = ?1 AND status = 'done' AND version <= ?2 \
             AND (?3 IS NULL OR id < ?3) ORDER BY mode = 'unchanged', id DESC LIMIT 1"
        );
        let row = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(model.as_str())
            .bind(version as i64)
            .bind(reader.map(BatchId::as_str))
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(run_of).transpose()
    }

    /// Keeps the query that a fingerprint stands for.
    pub(crate) async fn keep_query(&self, fingerprint: &str, sql: &str) -> Result<()> {
        sqlx::query(
            "INSERT INTO model_query (fingerprint, sql) VALUES (?, ?) ON CONFLICT DO NOTHING",
        )
        .bind(fingerprint)
        .bind(sql)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The query that a fingerprint stands for.
    pub(crate) async fn query(&self, fingerprint: &str) -> Result<Option<String>> {
        Ok(
            sqlx::query_scalar("SELECT sql FROM model_query WHERE fingerprint = ?")
                .bind(fingerprint)
                .fetch_optional(&self.pool)
                .await?,
        )
    }

    /// Runs that are under way, or were when the process last ended.
    pub(crate) async fn under_way(&self) -> Result<Vec<Run>> {
        self.select(
            "status IN ('running', 'committing') AND (?1 IS NULL OR model = ?1) AND ?2 IS NULL ORDER BY id LIMIT ?3",
            None,
            None,
            u32::MAX,
        )
        .await
    }

    async fn select(
        &self,
        what: &str,
        model: Option<&DatasetId>,
        text: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Run>> {
        let sql = format!("SELECT {COLUMNS} FROM model_run WHERE {what}");
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(model.map(DatasetId::as_str))
            .bind(text)
            .bind(i64::from(limit))
            .fetch_all(&self.pool)
            .await?
            .iter()
            .map(run_of)
            .collect()
    }
}

fn run_of(row: &SqliteRow) -> Result<Run> {
    let number = |column: &str| -> Result<u64> { Ok(row.try_get::<i64, _>(column)? as u64) };
    let time = |micros: i64| Timestamp::from_microsecond(micros).unwrap_or(Timestamp::UNIX_EPOCH);
    let id: String = row.try_get("id")?;
    let model: String = row.try_get("model")?;
    let version: Option<i64> = row.try_get("version")?;
    Ok(Run {
        id: parsed(&id)?,
        model: parsed(&model)?,
        trigger: unworded(row.try_get("trigger")?)?,
        mode: unworded(row.try_get("mode")?)?,
        why: row.try_get("why")?,
        status: unworded(row.try_get("status")?)?,
        inputs: serde_json::from_str(row.try_get("inputs")?)?,
        rows_in: number("rows_in")?,
        rows_added: number("rows_added")?,
        rows_removed: number("rows_removed")?,
        rows_quarantined: number("rows_quarantined")?,
        version: version.map(|version| version as u64),
        score: json(row, "score")?,
        error: json(row, "error")?,
        started_at: time(row.try_get("started_at")?),
        ended_at: row.try_get::<Option<i64>, _>("ended_at")?.map(time),
        fingerprint: row.try_get("fingerprint")?,
        state: row.try_get("state")?,
    })
}

fn json<T: DeserializeOwned>(row: &SqliteRow, column: &str) -> Result<Option<T>> {
    let text: Option<String> = row.try_get(column)?;
    Ok(text.map(|text| serde_json::from_str(&text)).transpose()?)
}

pub(crate) fn parsed<T: std::str::FromStr>(text: &str) -> Result<T> {
    text.parse().map_err(|_| {
        let why = format!("`{text}` is no id");
        Error::Stored(<serde_json::Error as serde::de::Error>::custom(why))
    })
}

/// The word that a unit variant is written as.
fn word(value: &impl Serialize) -> Result<String> {
    Ok(serde_json::to_value(value)?
        .as_str()
        .unwrap_or_default()
        .to_owned())
}

fn unworded<T: DeserializeOwned>(word: String) -> Result<T> {
    Ok(serde_json::from_value(word.into())?)
}
