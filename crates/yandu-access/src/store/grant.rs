//! The SQL of grants and of the negative list.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection, SqlitePool};
use yandu_words::id::DatasetId;

use super::time;
use crate::grant::{Ended, Grant, GrantFilter, GrantId, Grantee};
use crate::negative::{Entry, EntryId};
use crate::{Error, Result};

/// The number of the next grant; numbers are never given twice.
pub(crate) async fn next(connection: &mut SqliteConnection) -> Result<GrantId> {
    let next = sqlx::query_scalar("SELECT coalesce(max(id), 0) + 1 FROM data_grant")
        .fetch_one(connection)
        .await?;
    Ok(GrantId(next))
}

pub(crate) async fn insert(connection: &mut SqliteConnection, grant: &Grant) -> Result<()> {
    sqlx::query(
        "INSERT INTO data_grant (id, dataset, body, fields, until, uses, given_by, given_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(grant.id.0)
    .bind(grant.granted.dataset.as_str())
    .bind(serde_json::to_string(&grant.granted)?)
    .bind(serde_json::to_string(&grant.fields)?)
    .bind(grant.granted.until.as_microsecond())
    .bind(grant.granted.uses)
    .bind(&grant.given_by)
    .bind(grant.given_at.as_microsecond())
    .execute(connection)
    .await?;
    Ok(())
}

/// The grants that fit, the newest first.
///
/// Columns are named: what a connection knew of the table before a column was added to it does not hold for `*`.
pub(crate) async fn grants(pool: &SqlitePool, filter: &GrantFilter) -> Result<Vec<Grant>> {
    let to = filter.account.as_ref().map(Grantee::all);
    let to = to.as_ref().map(serde_json::to_string).transpose()?;
    sqlx::query(
        "SELECT id, body, fields, used, given_by, given_at, revoked_by, revoked_at, revoked_why \
         FROM data_grant \
         WHERE (?1 IS NULL OR dataset = ?1) \
         AND (?2 IS NULL OR EXISTS (SELECT 1 FROM json_each(?2) AS grantee \
         WHERE json_extract(data_grant.body, '$.to.kind') = json_extract(grantee.value, '$.kind') \
         AND json_extract(data_grant.body, '$.to.id') = json_extract(grantee.value, '$.id'))) \
         AND (?3 IS NULL OR CASE json_extract(data_grant.body, '$.to.kind') \
         WHEN 'department' THEN json_extract(data_grant.body, '$.to.id') = ?3 \
         WHEN 'role' THEN 0 \
         ELSE json_extract(data_grant.body, '$.to.id') IN \
         (SELECT account.id FROM account WHERE account.department = ?3) END) \
         AND (?4 IS NULL OR id < ?4) ORDER BY id DESC LIMIT coalesce(?5, -1)",
    )
    .bind(filter.dataset.as_ref().map(DatasetId::as_str))
    .bind(to)
    .bind(filter.department.as_deref())
    .bind(filter.before.map(|before| before.0))
    .bind(filter.most)
    .fetch_all(pool)
    .await?
    .iter()
    .map(grant_of)
    .collect()
}

pub(crate) async fn find(connection: &mut SqliteConnection, id: GrantId) -> Result<Grant> {
    let row = sqlx::query(
        "SELECT id, body, fields, used, given_by, given_at, revoked_by, revoked_at, revoked_why \
         FROM data_grant WHERE id = ?",
    )
    .bind(id.0)
    .fetch_optional(connection)
    .await?;
    grant_of(&row.ok_or(Error::NoGrant(id))?)
}

pub(crate) async fn revoke(
    connection: &mut SqliteConnection,
    id: GrantId,
    ended: &Ended,
) -> Result<()> {
    sqlx::query(
        "UPDATE data_grant SET revoked_by = ?, revoked_at = ?, revoked_why = ? WHERE id = ?",
    )
    .bind(&ended.by)
    .bind(ended.at.as_microsecond())
    .bind(&ended.why)
    .bind(id.0)
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes down which fields the columns are that a grant names.
pub(crate) async fn hold(connection: &mut SqliteConnection, grant: &Grant) -> Result<()> {
    sqlx::query("UPDATE data_grant SET fields = ? WHERE id = ?")
        .bind(serde_json::to_string(&grant.fields)?)
        .bind(grant.id.0)
        .execute(connection)
        .await?;
    Ok(())
}

/// Counts one use of a counted grant, and gives how many are left; `None` where none was.
pub(crate) async fn count_use(
    connection: &mut SqliteConnection,
    id: GrantId,
) -> Result<Option<i64>> {
    Ok(sqlx::query_scalar(
        "UPDATE data_grant SET used = used + 1 WHERE id = ? AND used < uses RETURNING uses - used",
    )
    .bind(id.0)
    .fetch_optional(connection)
    .await?)
}

fn grant_of(row: &SqliteRow) -> Result<Grant> {
    Ok(Grant {
        id: GrantId(row.try_get("id")?),
        granted: serde_json::from_str(row.try_get("body")?)?,
        fields: serde_json::from_str(row.try_get("fields")?)?,
        used: row.try_get("used")?,
        given_by: row.try_get("given_by")?,
        given_at: time(row.try_get("given_at")?),
        revoked: ended_of(row, "revoked")?,
        broken: None,
    })
}

fn ended_of(row: &SqliteRow, what: &str) -> Result<Option<Ended>> {
    let at: Option<i64> = row.try_get(format!("{what}_at").as_str())?;
    let Some(at) = at else {
        return Ok(None);
    };
    let why: Option<String> = row.try_get(format!("{what}_why").as_str())?;
    Ok(Some(Ended {
        by: row.try_get(format!("{what}_by").as_str())?,
        at: time(at),
        why: why.unwrap_or_default(),
    }))
}

/// The number of the next entry; numbers are never given twice.
pub(crate) async fn next_entry(connection: &mut SqliteConnection) -> Result<EntryId> {
    let next = sqlx::query_scalar("SELECT coalesce(max(id), 0) + 1 FROM negative_entry")
        .fetch_one(connection)
        .await?;
    Ok(EntryId(next))
}

pub(crate) async fn insert_entry(connection: &mut SqliteConnection, entry: &Entry) -> Result<()> {
    sqlx::query(
        "INSERT INTO negative_entry (id, body, fields, added_by, added_at) VALUES (?, ?, ?, ?, ?)",
    )
    .bind(entry.id.0)
    .bind(serde_json::to_string(&entry.entry)?)
    .bind(serde_json::to_string(&entry.fields)?)
    .bind(&entry.added_by)
    .bind(entry.added_at.as_microsecond())
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes down which fields the columns are that an entry names.
pub(crate) async fn hold_entry(connection: &mut SqliteConnection, entry: &Entry) -> Result<()> {
    sqlx::query("UPDATE negative_entry SET fields = ? WHERE id = ?")
        .bind(serde_json::to_string(&entry.fields)?)
        .bind(entry.id.0)
        .execute(connection)
        .await?;
    Ok(())
}

pub(crate) async fn remove_entry(
    connection: &mut SqliteConnection,
    id: EntryId,
    ended: &Ended,
) -> Result<()> {
    sqlx::query(
        "UPDATE negative_entry SET removed_by = ?, removed_at = ?, removed_why = ? WHERE id = ?",
    )
    .bind(&ended.by)
    .bind(ended.at.as_microsecond())
    .bind(&ended.why)
    .bind(id.0)
    .execute(connection)
    .await?;
    Ok(())
}

/// All entries, the newest first.
pub(crate) async fn entries(pool: &SqlitePool) -> Result<Vec<Entry>> {
    sqlx::query(
        "SELECT id, body, fields, added_by, added_at, removed_by, removed_at, removed_why \
         FROM negative_entry ORDER BY id DESC",
    )
    .fetch_all(pool)
    .await?
    .iter()
    .map(|row| {
        Ok(Entry {
            id: EntryId(row.try_get("id")?),
            entry: serde_json::from_str(row.try_get("body")?)?,
            fields: serde_json::from_str(row.try_get("fields")?)?,
            added_by: row.try_get("added_by")?,
            added_at: time(row.try_get("added_at")?),
            removed: ended_of(row, "removed")?,
        })
    })
    .collect()
}
