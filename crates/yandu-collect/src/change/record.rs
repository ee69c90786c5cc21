//! The SQL of changes of the packs.

use jiff::Timestamp;
use serde::Serialize;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqlitePool};
use yandu_pack::Packs;
use yandu_store::Migration;
use yandu_words::id::{BatchId, DatasetId};

use super::installed::State;
use super::look::Counts;
use crate::store::parse_id;
use crate::{Error, Result};

pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        name: "pack",
        sql: include_str!("../../migrations/change_0001_pack.sql"),
    },
    Migration {
        version: 2,
        name: "field",
        sql: include_str!("../../migrations/change_0002_field.sql"),
    },
    Migration {
        version: 3,
        name: "passed-over",
        sql: include_str!("../../migrations/change_0003_passed_over.sql"),
    },
    Migration {
        version: 4,
        name: "notice-words",
        sql: include_str!("../../migrations/change_0004_notice_words.sql"),
    },
];

/// Why packs were installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeKind {
    /// The first packs of a data folder.
    Install,
    Change,
    /// Packs of before came back.
    Rollback,
}

/// How far a change came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeStatus {
    Applying,
    Applied,
    /// It failed or was cut short, and everything is as it was.
    Undone,
}

/// A change of the installed packs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChangeRecord {
    pub number: u64,
    pub kind: ChangeKind,
    pub status: ChangeStatus,
    /// Digest of the packs before; absent for the first ones.
    pub from: Option<String>,
    pub to: String,
    pub applied_by: String,
    pub reason: String,
    /// What was to be done, as it was told before.
    pub plan: serde_json::Value,
    /// The oldest change that a rollback took back.
    pub takes_back: Option<u64>,
    pub started_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub steps: Vec<Step>,
}

/// What a change did to the rows of one dataset.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    pub dataset: DatasetId,
    /// The batch id that its commit has in the history of the dataset.
    pub commit: BatchId,
    pub version_before: Option<u64>,
    /// Absent when the table was as it should be.
    pub version: Option<u64>,
    /// Whether the table is committed at all; absent until its rows were looked at.
    #[serde(skip)]
    pub commits: Option<bool>,
    pub counts: Option<Counts>,
    /// The rollback that took it back.
    pub taken_back_by: Option<u64>,
}

/// The records of changes.
#[derive(Debug, Clone)]
pub(crate) struct Records {
    pub(super) pool: SqlitePool,
}

/// A change that begins.
pub(crate) struct Begun<'a> {
    pub(crate) kind: ChangeKind,
    pub(crate) from: Option<&'a str>,
    pub(crate) to: &'a State,
    pub(crate) by: &'a str,
    pub(crate) reason: &'a str,
    pub(crate) plan: &'a serde_json::Value,
    pub(crate) takes_back: Option<u64>,
    pub(crate) at: Timestamp,
    pub(crate) steps: &'a [Step],
}

impl Records {
    pub(crate) fn new(pool: SqlitePool) -> Self {
        Self { pool }
    }

    /// The digest of the installed packs, and the number of the change that installed them.
    pub(crate) async fn installed(&self) -> Result<Option<(u64, String)>> {
        let newest = "SELECT number, to_state FROM pack_change WHERE status = 'applied' ORDER BY number DESC LIMIT 1";
        let row = sqlx::query(newest).fetch_optional(&self.pool).await?;
        row.map(|row| Ok((row.try_get::<i64, _>(0)? as u64, row.try_get(1)?)))
            .transpose()
    }

    pub(crate) async fn state(&self, digest: &str) -> Result<State> {
        let state: Option<String> =
            sqlx::query_scalar("SELECT state FROM pack_state WHERE digest = ?")
                .bind(digest)
                .fetch_optional(&self.pool)
                .await?;
        let state = state.ok_or_else(|| Error::NoPackState(digest.to_owned()))?;
        Ok(serde_json::from_str(&state)?)
    }

    /// Records a change that begins, with the tables that it is going to commit; gives its number.
    pub(crate) async fn begin(&self, begun: &Begun<'_>) -> Result<u64> {
        let mut transaction = yandu_store::writing(&self.pool).await?;
        sqlx::query("INSERT INTO pack_state (digest, state) VALUES (?, ?) ON CONFLICT DO NOTHING")
            .bind(&begun.to.digest)
            .bind(serde_json::to_string(begun.to)?)
            .execute(&mut *transaction)
            .await?;
        let number: i64 = sqlx::query_scalar(
            "INSERT INTO pack_change (kind, status, from_state, to_state, applied_by, reason, plan, takes_back, started_at) \
             VALUES (?, 'applying', ?, ?, ?, ?, ?, ?, ?) RETURNING number",
        )
        .bind(kind_name(begun.kind))
        .bind(begun.from)
        .bind(&begun.to.digest)
        .bind(begun.by)
        .bind(begun.reason)
        .bind(begun.plan.to_string())
        .bind(begun.takes_back.map(|number| number as i64))
        .bind(begun.at.as_microsecond())
        .fetch_one(&mut *transaction)
        .await?;
        for (place, step) in begun.steps.iter().enumerate() {
            sqlx::query(
                "INSERT INTO pack_change_step (change, place, dataset, commit_id, version_before) VALUES (?, ?, ?, ?, ?)",
            )
            .bind(number)
            .bind(place as i64)
            .bind(step.dataset.as_str())
            .bind(step.commit.as_str())
            .bind(step.version_before.map(|version| version as i64))
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await?;
        Ok(number as u64)
    }

    /// What a step did, recorded before the table is committed.
    pub(crate) async fn counted(&self, number: u64, step: &Step) -> Result<()> {
        sqlx::query(
            "UPDATE pack_change_step SET counts = ?, version_before = ?, commits = ? WHERE change = ? AND dataset = ?",
        )
        .bind(step.counts.as_ref().map(serde_json::to_string).transpose()?)
        .bind(step.version_before.map(|version| version as i64))
        .bind(step.commits)
        .bind(number as i64)
        .bind(step.dataset.as_str())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// The change is done: from here on its packs are the installed ones, and their columns are fields.
    pub(crate) async fn applied(
        &self,
        number: u64,
        steps: &[Step],
        packs: &Packs,
        at: Timestamp,
    ) -> Result<()> {
        let moves = self.moves(number).await?;
        let mut transaction = yandu_store::writing(&self.pool).await?;
        super::field::settle(&mut transaction, packs, &moves, Some(number)).await?;
        for step in steps {
            sqlx::query("UPDATE pack_change_step SET version = ? WHERE change = ? AND dataset = ?")
                .bind(step.version.map(|version| version as i64))
                .bind(number as i64)
                .bind(step.dataset.as_str())
                .execute(&mut *transaction)
                .await?;
        }
        sqlx::query(
            "UPDATE pack_change_step SET taken_back_by = ?1 WHERE taken_back_by IS NULL AND change < ?1 AND change >= \
             (SELECT takes_back FROM pack_change WHERE number = ?1)",
        )
        .bind(number as i64)
        .execute(&mut *transaction)
        .await?;
        sqlx::query("UPDATE pack_change SET status = 'applied', ended_at = ? WHERE number = ?")
            .bind(at.as_microsecond())
            .bind(number as i64)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Everything is as it was before the change.
    pub(crate) async fn undone(&self, number: u64, at: Timestamp) -> Result<()> {
        sqlx::query("UPDATE pack_change SET status = 'undone', ended_at = ? WHERE number = ?")
            .bind(at.as_microsecond())
            .bind(number as i64)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// A change that was under way when the process ended.
    pub(crate) async fn under_way(&self) -> Result<Option<ChangeRecord>> {
        let sql = format!("{CHANGES} WHERE status = 'applying' ORDER BY number LIMIT 1");
        let row = sqlx::query(sqlx::AssertSqlSafe(sql))
            .fetch_optional(&self.pool)
            .await?;
        match row {
            Some(row) => Ok(Some(self.record_of(&row).await?)),
            None => Ok(None),
        }
    }

    pub(crate) async fn change(&self, number: u64) -> Result<ChangeRecord> {
        let sql = format!("{CHANGES} WHERE number = ?");
        let row = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(number as i64)
            .fetch_optional(&self.pool)
            .await?
            .ok_or(Error::NoPackChange(number))?;
        self.record_of(&row).await
    }

    /// Changes, newest first.
    pub(crate) async fn list(&self, before: Option<u64>, limit: u32) -> Result<Vec<ChangeRecord>> {
        let sql =
            format!("{CHANGES} WHERE (?1 IS NULL OR number < ?1) ORDER BY number DESC LIMIT ?2");
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(before.map(|number| number as i64))
            .bind(if limit == 0 { 100 } else { limit })
            .fetch_all(&self.pool)
            .await?;
        self.records_of(&rows).await
    }

    /// Applied changes from one on, oldest first.
    pub(crate) async fn since(&self, number: u64) -> Result<Vec<ChangeRecord>> {
        let sql = format!("{CHANGES} WHERE number >= ? AND status = 'applied' ORDER BY number");
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(number as i64)
            .fetch_all(&self.pool)
            .await?;
        self.records_of(&rows).await
    }

    /// Changes that had not ended at a moment and were not undone, without the first packs.
    pub(super) async fn lasting_since(&self, at: Timestamp) -> Result<Vec<ChangeRecord>> {
        let sql = format!(
            "{CHANGES} WHERE kind <> 'install' AND status <> 'undone' AND (ended_at IS NULL OR ended_at >= ?) ORDER BY number"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(at.as_microsecond())
            .fetch_all(&self.pool)
            .await?;
        self.records_of(&rows).await
    }

    async fn records_of(&self, rows: &[SqliteRow]) -> Result<Vec<ChangeRecord>> {
        let mut changes = Vec::with_capacity(rows.len());
        for row in rows {
            changes.push(self.record_of(row).await?);
        }
        Ok(changes)
    }

    async fn record_of(&self, row: &SqliteRow) -> Result<ChangeRecord> {
        let time = |at: i64| Timestamp::from_microsecond(at).unwrap_or_default();
        let number: i64 = row.try_get("number")?;
        let kind: &str = row.try_get("kind")?;
        let status: &str = row.try_get("status")?;
        let steps = sqlx::query(
            "SELECT dataset, commit_id, version_before, version, commits, counts, taken_back_by FROM pack_change_step \
             WHERE change = ? ORDER BY place",
        )
        .bind(number)
        .fetch_all(&self.pool)
        .await?;
        Ok(ChangeRecord {
            number: number as u64,
            kind: match kind {
                "install" => ChangeKind::Install,
                "rollback" => ChangeKind::Rollback,
                _ => ChangeKind::Change,
            },
            status: match status {
                "applied" => ChangeStatus::Applied,
                "undone" => ChangeStatus::Undone,
                _ => ChangeStatus::Applying,
            },
            from: row.try_get("from_state")?,
            to: row.try_get("to_state")?,
            applied_by: row.try_get("applied_by")?,
            reason: row.try_get("reason")?,
            plan: serde_json::from_str(row.try_get("plan")?)?,
            takes_back: row
                .try_get::<Option<i64>, _>("takes_back")?
                .map(|number| number as u64),
            started_at: time(row.try_get("started_at")?),
            ended_at: row.try_get::<Option<i64>, _>("ended_at")?.map(time),
            steps: steps.iter().map(step_of).collect::<Result<_>>()?,
        })
    }

    /// The commits that moved rows of a dataset to quarantine and were not taken back.
    pub(crate) async fn live_commits(&self, dataset: &DatasetId) -> Result<Vec<String>> {
        Ok(sqlx::query_scalar(
            "SELECT commit_id FROM pack_change_step JOIN pack_change ON number = change \
             WHERE dataset = ? AND status = 'applied' AND taken_back_by IS NULL ORDER BY change",
        )
        .bind(dataset.as_str())
        .fetch_all(&self.pool)
        .await?)
    }

    /// Whether the rows of a version were held to the packs that are installed now, as far as changes went over them.
    pub(crate) async fn allow(&self, dataset: &DatasetId, version: u64) -> Result<bool> {
        let then: Option<Option<String>> = sqlx::query_scalar(
            "SELECT from_state FROM pack_change_step JOIN pack_change ON number = change \
             WHERE dataset = ? AND status = 'applied' AND version > ? ORDER BY number LIMIT 1",
        )
        .bind(dataset.as_str())
        .bind(version as i64)
        .fetch_optional(&self.pool)
        .await?;
        let installed = self.installed().await?.map(|(_, digest)| digest);
        Ok(then.is_none_or(|then| then == installed))
    }

    /// The newest record of what became of a quarantined row; rows that move later know only later ones.
    pub(crate) async fn newest_action(&self) -> Result<i64> {
        let newest: Option<i64> = sqlx::query_scalar("SELECT max(id) FROM quarantine_action")
            .fetch_one(&self.pool)
            .await?;
        Ok(newest.unwrap_or(0))
    }

    pub(crate) async fn seen(&self, folder: &str, fingerprint: &str) -> Result<Option<String>> {
        let digest =
            sqlx::query_scalar("SELECT digest FROM pack_seen WHERE folder = ? AND fingerprint = ?")
                .bind(folder)
                .bind(fingerprint)
                .fetch_optional(&self.pool)
                .await?;
        Ok(digest)
    }

    pub(crate) async fn see(&self, folder: &str, fingerprint: &str, digest: &str) -> Result<()> {
        sqlx::query(
            "INSERT INTO pack_seen (folder, fingerprint, digest) VALUES (?, ?, ?) ON CONFLICT (folder) DO UPDATE SET \
             fingerprint = excluded.fingerprint, digest = excluded.digest",
        )
        .bind(folder)
        .bind(fingerprint)
        .bind(digest)
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}

const CHANGES: &str = "SELECT number, kind, status, from_state, to_state, applied_by, reason, plan, takes_back, \
     started_at, ended_at FROM pack_change";

fn kind_name(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Install => "install",
        ChangeKind::Change => "change",
        ChangeKind::Rollback => "rollback",
    }
}

fn step_of(row: &SqliteRow) -> Result<Step> {
    let number = |column: &str| -> Result<Option<u64>> {
        Ok(row.try_get::<Option<i64>, _>(column)?.map(|n| n as u64))
    };
    let dataset: String = row.try_get("dataset")?;
    let counts: Option<String> = row.try_get("counts")?;
    Ok(Step {
        dataset: serde_json::from_value(dataset.into())?,
        commit: parse_id(row.try_get("commit_id")?)?,
        version_before: number("version_before")?,
        version: number("version")?,
        commits: row.try_get("commits")?,
        counts: counts
            .map(|counts| serde_json::from_str(&counts))
            .transpose()?,
        taken_back_by: number("taken_back_by")?,
    })
}
