//! The SQL of plans.

use jiff::Timestamp;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection, SqlitePool};
use yandu_store::Migration;

use crate::record::{Head, ItemChange, Kept, Plan, Status};
use crate::revision::{Baseline, Revision};
use crate::{Error, Result};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    name: "plan",
    sql: include_str!("../migrations/0001_plan.sql"),
}];

const COLUMNS: &str = "id, revision, status, updated_at, head";

/// All plans without their parts, the newest first.
pub(crate) async fn heads(pool: &SqlitePool) -> Result<Vec<Plan>> {
    let sql = format!("SELECT {COLUMNS} FROM plan ORDER BY created_at DESC, id");
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .fetch_all(pool)
        .await?
        .iter()
        .map(head_of)
        .collect()
}

/// The id of the plan that was imported from a text, of the newest of several.
pub(crate) async fn of_source(
    connection: &mut SqliteConnection,
    source: &str,
) -> Result<Option<String>> {
    Ok(
        sqlx::query_scalar("SELECT id FROM plan WHERE source = ? ORDER BY created_at DESC LIMIT 1")
            .bind(source)
            .fetch_optional(connection)
            .await?,
    )
}

/// The first of these ids that no plan has.
pub(crate) async fn first_free(
    connection: &mut SqliteConnection,
    ids: &[String],
) -> Result<String> {
    for id in ids {
        let taken: Option<i64> = sqlx::query_scalar("SELECT 1 FROM plan WHERE id = ?")
            .bind(id)
            .fetch_optional(&mut *connection)
            .await?;
        if taken.is_none() {
            return Ok(id.clone());
        }
    }
    Err(Error::Exists(ids.last().cloned().unwrap_or_default()))
}

/// A whole plan.
pub(crate) async fn find(connection: &mut SqliteConnection, id: &str) -> Result<Option<Plan>> {
    let sql = format!("SELECT {COLUMNS} FROM plan WHERE id = ?");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(id)
        .fetch_optional(&mut *connection)
        .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let mut plan = head_of(&row)?;
    let items: Vec<(String, String, String)> =
        sqlx::query_as("SELECT kind, key, body FROM plan_item WHERE plan = ?")
            .bind(id)
            .fetch_all(connection)
            .await?;
    let kept: Kept = items
        .into_iter()
        .map(|(kind, key, body)| ((kind, key), body))
        .collect();
    plan.fill(&kept)?;
    Ok(Some(plan))
}

/// The reading that a plan was made of, as JSON.
pub(crate) async fn reading(pool: &SqlitePool, id: &str) -> Result<Option<String>> {
    Ok(sqlx::query_scalar("SELECT reading FROM plan WHERE id = ?")
        .bind(id)
        .fetch_optional(pool)
        .await?)
}

/// Writes a plan that was not there.
pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    plan: &Plan,
    reading: &str,
) -> Result<()> {
    let at = plan.updated_at.as_microsecond();
    sqlx::query(
        "INSERT INTO plan (id, revision, status, source, created_at, updated_at, head, reading) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(&plan.id)
    .bind(plan.revision as i64)
    .bind(plan.status.name())
    .bind(&plan.head.source.hash)
    .bind(at)
    .bind(at)
    .bind(serde_json::to_string(&plan.head)?)
    .bind(reading)
    .execute(&mut *connection)
    .await?;
    write_items(connection, &plan.id, &Kept::new(), &plan.kept()?).await
}

/// Writes what a change made of a plan.
pub(crate) async fn update(
    connection: &mut SqliteConnection,
    plan: &Plan,
    (before, after): (&Kept, &Kept),
) -> Result<()> {
    sqlx::query("UPDATE plan SET revision = ?, status = ?, updated_at = ?, head = ? WHERE id = ?")
        .bind(plan.revision as i64)
        .bind(plan.status.name())
        .bind(plan.updated_at.as_microsecond())
        .bind(serde_json::to_string(&plan.head)?)
        .bind(&plan.id)
        .execute(&mut *connection)
        .await?;
    write_items(connection, &plan.id, before, after).await
}

async fn write_items(
    connection: &mut SqliteConnection,
    plan: &str,
    before: &Kept,
    after: &Kept,
) -> Result<()> {
    for (kind, key) in before.keys().filter(|key| !after.contains_key(*key)) {
        sqlx::query("DELETE FROM plan_item WHERE plan = ? AND kind = ? AND key = ?")
            .bind(plan)
            .bind(kind)
            .bind(key)
            .execute(&mut *connection)
            .await?;
    }
    for (key, body) in after {
        if before.get(key) == Some(body) {
            continue;
        }
        sqlx::query(
            "INSERT INTO plan_item (plan, kind, key, body) VALUES (?, ?, ?, ?) \
             ON CONFLICT (plan, kind, key) DO UPDATE SET body = excluded.body",
        )
        .bind(plan)
        .bind(&key.0)
        .bind(&key.1)
        .bind(body)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Records a change.
pub(crate) async fn record(
    connection: &mut SqliteConnection,
    plan: &str,
    revision: &Revision,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO plan_revision (plan, revision, kind, who, at, reason, changes) VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(plan)
    .bind(revision.revision as i64)
    .bind(revision.kind.name())
    .bind(&revision.who)
    .bind(revision.at.as_microsecond())
    .bind(&revision.reason)
    .bind(serde_json::to_string(&revision.changes)?)
    .execute(connection)
    .await?;
    Ok(())
}

/// The changes of a plan, newest first; before a revision where one is named.
pub(crate) async fn history(
    pool: &SqlitePool,
    id: &str,
    before: Option<u64>,
    limit: u32,
) -> Result<Vec<Revision>> {
    sqlx::query(
        "SELECT revision, kind, who, at, reason, changes FROM plan_revision \
         WHERE plan = ?1 AND (?2 IS NULL OR revision < ?2) ORDER BY revision DESC LIMIT ?3",
    )
    .bind(id)
    .bind(before.map(|before| before as i64))
    .bind(limit)
    .fetch_all(pool)
    .await?
    .iter()
    .map(|row| {
        Ok(Revision {
            revision: row.try_get::<i64, _>("revision")? as u64,
            kind: crate::revision::RevisionKind::from_name(row.try_get("kind")?)
                .ok_or_else(|| Error::damaged("the kind of a revision"))?,
            who: row.try_get("who")?,
            at: time(row.try_get("at")?),
            reason: row.try_get("reason")?,
            changes: serde_json::from_str(row.try_get("changes")?)?,
        })
    })
    .collect()
}

/// Whether an item of a plan came, went or was changed after a revision.
pub(crate) async fn is_changed_since(
    connection: &mut SqliteConnection,
    plan: &str,
    revision: u64,
    item: &str,
) -> Result<bool> {
    let later = sqlx::query("SELECT changes FROM plan_revision WHERE plan = ? AND revision > ?")
        .bind(plan)
        .bind(revision as i64)
        .fetch_all(connection)
        .await?;
    for row in &later {
        let changes: Vec<ItemChange> = serde_json::from_str(row.try_get("changes")?)?;
        if changes.iter().any(|change| change.item == item) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Writes a baseline.
pub(crate) async fn put_baseline(
    connection: &mut SqliteConnection,
    plan: &str,
    baseline: &Baseline,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO plan_baseline (plan, number, revision, who, at, reason, items) VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(plan)
    .bind(baseline.number)
    .bind(baseline.revision as i64)
    .bind(&baseline.by.who)
    .bind(baseline.by.at.as_microsecond())
    .bind(&baseline.by.reason)
    .bind(serde_json::to_string(&baseline.items)?)
    .execute(connection)
    .await?;
    Ok(())
}

/// The baselines of a plan, oldest first.
pub(crate) async fn baselines(
    connection: &mut SqliteConnection,
    plan: &str,
) -> Result<Vec<Baseline>> {
    sqlx::query(
        "SELECT number, revision, who, at, reason, items FROM plan_baseline WHERE plan = ? ORDER BY number",
    )
    .bind(plan)
    .fetch_all(connection)
    .await?
    .iter()
    .map(baseline_of)
    .collect()
}

/// The newest baseline of a plan.
pub(crate) async fn last_baseline(
    connection: &mut SqliteConnection,
    plan: &str,
) -> Result<Option<Baseline>> {
    let row = sqlx::query(
        "SELECT number, revision, who, at, reason, items FROM plan_baseline WHERE plan = ? ORDER BY number DESC LIMIT 1",
    )
    .bind(plan)
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(baseline_of).transpose()
}

fn baseline_of(row: &SqliteRow) -> Result<Baseline> {
    Ok(Baseline {
        number: u32::try_from(row.try_get::<i64, _>("number")?)
            .map_err(|_| Error::damaged("the number of a baseline"))?,
        revision: row.try_get::<i64, _>("revision")? as u64,
        by: crate::record::Decision {
            who: row.try_get("who")?,
            at: time(row.try_get("at")?),
            reason: row.try_get("reason")?,
        },
        items: serde_json::from_str(row.try_get("items")?)?,
    })
}

fn head_of(row: &SqliteRow) -> Result<Plan> {
    let head: Head = serde_json::from_str(row.try_get("head")?)?;
    Ok(Plan {
        id: row.try_get("id")?,
        revision: row.try_get::<i64, _>("revision")? as u64,
        status: Status::from_name(row.try_get("status")?)
            .ok_or_else(|| Error::damaged("the status of a plan"))?,
        updated_at: time(row.try_get("updated_at")?),
        ..Plan::empty(head)
    })
}

fn time(at: i64) -> Timestamp {
    Timestamp::from_microsecond(at).unwrap_or_default()
}
