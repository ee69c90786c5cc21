//! The SQL of the ledger.

use std::collections::HashMap;

use futures::TryStreamExt as _;
use jiff::Timestamp;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection, SqlitePool};
use yandu_store::Migration;

use crate::content::{Column, Content};
use crate::entry::EntryId;
use crate::facts::{Facts, FactsOf};
use crate::revision::{Revision, RevisionKind};
use crate::status::Status;
use crate::{Error, Result};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    name: "entry",
    sql: include_str!("../migrations/0001_entry.sql"),
}];

/// An entry as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Stored {
    pub(crate) id: EntryId,
    /// Its place in the working copies, from 0.
    pub(crate) number: u32,
    pub(crate) change: i64,
    pub(crate) revision: u64,
    pub(crate) status: Status,
    pub(crate) is_pack: bool,
    /// Without columns where only the head was read.
    pub(crate) content: Content,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) published_at: Option<Timestamp>,
}

const COLUMNS: &str = "id, number, change, revision, status, is_pack, head, columns, created_at, updated_at, published_at";
const HEADS: &str = "id, number, change, revision, status, is_pack, head, NULL AS columns, created_at, updated_at, published_at";

/// The newest number of a change and of an entry; none before the first.
pub(crate) async fn newest(connection: &mut SqliteConnection) -> Result<(i64, Option<u32>)> {
    let (change, number): (Option<i64>, Option<i64>) =
        sqlx::query_as("SELECT max(change), max(number) FROM entry")
            .fetch_one(connection)
            .await?;
    let number = number
        .map(u32::try_from)
        .transpose()
        .map_err(|_| Error::damaged("the number of an entry"))?;
    Ok((change.unwrap_or(0), number))
}

/// When, and in which entry, a change came: what a working copy remembers to know these records again.
pub(crate) async fn mark_of(pool: &SqlitePool, change: i64) -> Result<Option<String>> {
    let mark: Option<(String, i64)> =
        sqlx::query_as("SELECT entry, at FROM entry_revision WHERE change = ?")
            .bind(change)
            .fetch_optional(pool)
            .await?;
    Ok(mark.map(|(entry, at)| format!("{entry} {at}")))
}

pub(crate) async fn find(connection: &mut SqliteConnection, id: &str) -> Result<Option<Stored>> {
    let sql = format!("SELECT {COLUMNS} FROM entry WHERE id = ?");
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(id)
        .fetch_optional(connection)
        .await?
        .map(|row| stored_of(&row))
        .transpose()
}

/// Those of the ids that are there.
pub(crate) async fn find_all(
    connection: &mut SqliteConnection,
    ids: &[&str],
) -> Result<Vec<Stored>> {
    let sql = format!("SELECT {COLUMNS} FROM entry WHERE id IN (SELECT value FROM json_each(?))");
    all(connection, sql, serde_json::to_string(ids)?).await
}

/// All that packs declare, with their columns.
pub(crate) async fn of_packs(connection: &mut SqliteConnection) -> Result<Vec<Stored>> {
    let sql = format!("SELECT {COLUMNS} FROM entry WHERE is_pack = 1");
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .fetch_all(connection)
        .await?
        .iter()
        .map(stored_of)
        .collect()
}

/// Entries that changed after a change, oldest first: at most `limit`, and no more once their texts are longer than `bytes`.
pub(crate) async fn changed_after(
    pool: &SqlitePool,
    change: i64,
    limit: u32,
    bytes: usize,
) -> Result<Vec<Stored>> {
    let sql = format!("SELECT {COLUMNS} FROM entry WHERE change > ? ORDER BY change LIMIT ?");
    let mut rows = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(change)
        .bind(limit)
        .fetch(pool);
    let mut entries = Vec::new();
    let mut length = 0;
    while length <= bytes
        && let Some(row) = rows.try_next().await?
    {
        length += row.try_get::<&str, _>("head")?.len() + row.try_get::<&str, _>("columns")?.len();
        entries.push(stored_of(&row)?);
    }
    Ok(entries)
}

/// The heads of entries by their numbers, in any order.
pub(crate) async fn heads(pool: &SqlitePool, numbers: &[u32]) -> Result<Vec<Stored>> {
    let mut connection = pool.acquire().await?;
    let sql = format!("SELECT {HEADS} FROM entry WHERE number IN (SELECT value FROM json_each(?))");
    all(&mut connection, sql, serde_json::to_string(numbers)?).await
}

/// Whole entries by their numbers, in any order.
pub(crate) async fn whole(pool: &SqlitePool, numbers: &[u32]) -> Result<Vec<Stored>> {
    let mut connection = pool.acquire().await?;
    let sql =
        format!("SELECT {COLUMNS} FROM entry WHERE number IN (SELECT value FROM json_each(?))");
    all(&mut connection, sql, serde_json::to_string(numbers)?).await
}

async fn all(
    connection: &mut SqliteConnection,
    sql: String,
    wanted: String,
) -> Result<Vec<Stored>> {
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(wanted)
        .fetch_all(connection)
        .await?
        .iter()
        .map(stored_of)
        .collect()
}

/// The heads of all entries by number, each with the elements that it lacks, one bit an element.
pub(crate) async fn board(pool: &SqlitePool) -> Result<Vec<(Stored, u32)>> {
    let sql = format!("SELECT {HEADS}, lacks FROM entry ORDER BY number");
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .fetch_all(pool)
        .await?
        .iter()
        .map(|row| Ok((stored_of(row)?, row.try_get::<i64, _>("lacks")? as u32)))
        .collect()
}

/// Writes an entry, new or changed, and the revision that made it so.
pub(crate) async fn write(
    connection: &mut SqliteConnection,
    entry: &Stored,
    lacks: u32,
    revision: &Revision,
) -> Result<()> {
    let (head, columns) = texts_of(&entry.content)?;
    sqlx::query(
        "INSERT INTO entry (id, number, change, revision, status, is_pack, head, columns, lacks, created_at, updated_at, \
         published_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET change = excluded.change, \
         revision = excluded.revision, status = excluded.status, is_pack = excluded.is_pack, head = excluded.head, \
         columns = excluded.columns, lacks = excluded.lacks, updated_at = excluded.updated_at, \
         published_at = excluded.published_at",
    )
    .bind(entry.id.as_str())
    .bind(entry.number)
    .bind(entry.change)
    .bind(entry.revision as i64)
    .bind(entry.status.name())
    .bind(entry.is_pack)
    .bind(head)
    .bind(columns)
    .bind(lacks)
    .bind(entry.created_at.as_microsecond())
    .bind(entry.updated_at.as_microsecond())
    .bind(entry.published_at.map(Timestamp::as_microsecond))
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "INSERT INTO entry_revision (entry, revision, change, kind, who, at, reason, status_from, status_to, changes) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(entry.id.as_str())
    .bind(entry.revision as i64)
    .bind(entry.change)
    .bind(revision.kind.name())
    .bind(&revision.who)
    .bind(revision.at.as_microsecond())
    .bind(&revision.reason)
    .bind(revision.status_from.map(Status::name))
    .bind(revision.status_to.name())
    .bind(serde_json::to_string(&revision.changes)?)
    .execute(connection)
    .await?;
    Ok(())
}

/// The revisions of an entry, newest first.
pub(crate) async fn history(
    pool: &SqlitePool,
    id: &EntryId,
    before: Option<u64>,
    limit: u32,
) -> Result<Vec<Revision>> {
    sqlx::query(
        "SELECT revision, kind, who, at, reason, status_from, status_to, changes FROM entry_revision \
         WHERE entry = ?1 AND (?2 IS NULL OR revision < ?2) ORDER BY revision DESC LIMIT ?3",
    )
    .bind(id.as_str())
    .bind(before.map(|before| before as i64))
    .bind(limit)
    .fetch_all(pool)
    .await?
    .iter()
    .map(revision_of)
    .collect()
}

pub(crate) async fn write_facts(
    connection: &mut SqliteConnection,
    FactsOf { id, facts }: &FactsOf,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO entry_fact (entry, rows, bytes, version, last_batch, last_at, score, fresh) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (entry) DO UPDATE SET rows = excluded.rows, bytes = excluded.bytes, \
         version = excluded.version, last_batch = excluded.last_batch, last_at = excluded.last_at, score = excluded.score, \
         fresh = excluded.fresh",
    )
    .bind(id.as_str())
    .bind(facts.rows.map(|rows| rows as i64))
    .bind(facts.bytes.map(|bytes| bytes as i64))
    .bind(facts.version.map(|version| version as i64))
    .bind(&facts.last_batch)
    .bind(facts.last_at.map(Timestamp::as_microsecond))
    .bind(facts.score)
    .bind(facts.fresh)
    .execute(connection)
    .await?;
    Ok(())
}

/// All facts, with the number of their entry.
pub(crate) async fn facts(pool: &SqlitePool) -> Result<Vec<(u32, Facts)>> {
    sqlx::query(
        "SELECT number, rows, bytes, version, last_batch, last_at, score, fresh FROM entry_fact \
         JOIN entry ON entry.id = entry_fact.entry",
    )
    .fetch_all(pool)
    .await?
    .iter()
    .map(|row| {
        let facts = Facts {
            rows: natural(row, "rows")?,
            bytes: natural(row, "bytes")?,
            version: natural(row, "version")?,
            last_batch: row.try_get("last_batch")?,
            last_at: row.try_get::<Option<i64>, _>("last_at")?.map(time),
            score: row.try_get("score")?,
            fresh: row.try_get("fresh")?,
        };
        Ok((number_of(row)?, facts))
    })
    .collect()
}

/// Adds to the uses of a day.
pub(crate) async fn add_uses(
    connection: &mut SqliteConnection,
    entry: &str,
    day: i64,
    principal: &str,
    uses: u64,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO entry_use (entry, day, principal, uses) VALUES (?, ?, ?, ?) \
         ON CONFLICT (entry, day, principal) DO UPDATE SET uses = uses + excluded.uses",
    )
    .bind(entry)
    .bind(day)
    .bind(principal)
    .bind(uses as i64)
    .execute(connection)
    .await?;
    Ok(())
}

/// Uses of entries since a day; those without any are left out.
pub(crate) async fn uses_since(
    pool: &SqlitePool,
    entries: &[&str],
    day: i64,
) -> Result<HashMap<String, u64>> {
    sqlx::query(
        "SELECT entry, sum(uses) AS uses FROM entry_use WHERE entry IN (SELECT value FROM json_each(?)) AND day > ? \
         GROUP BY entry",
    )
    .bind(serde_json::to_string(entries)?)
    .bind(day)
    .fetch_all(pool)
    .await?
    .iter()
    .map(|row| Ok((row.try_get("entry")?, row.try_get::<i64, _>("uses")? as u64)))
    .collect()
}

fn texts_of(content: &Content) -> Result<(String, String)> {
    let mut head = serde_json::to_value(content)?;
    if let Some(fields) = head.as_object_mut() {
        fields.retain(|field, value| {
            let is_empty = value.as_array().is_some_and(Vec::is_empty);
            field != "columns" && !value.is_null() && !is_empty
        });
    }
    Ok((
        serde_json::to_string(&head)?,
        serde_json::to_string(&content.columns)?,
    ))
}

fn stored_of(row: &SqliteRow) -> Result<Stored> {
    let mut content: Content = serde_json::from_str(row.try_get("head")?)?;
    if let Some(columns) = row.try_get::<Option<&str>, _>("columns")? {
        content.columns = serde_json::from_str::<Vec<Column>>(columns)?;
    }
    let id: String = row.try_get("id")?;
    Ok(Stored {
        id: id
            .parse()
            .map_err(|_| Error::damaged("the id of an entry"))?,
        number: number_of(row)?,
        change: row.try_get("change")?,
        revision: row.try_get::<i64, _>("revision")? as u64,
        status: status_of(row.try_get("status")?)?,
        is_pack: row.try_get("is_pack")?,
        content,
        created_at: time(row.try_get("created_at")?),
        updated_at: time(row.try_get("updated_at")?),
        published_at: row.try_get::<Option<i64>, _>("published_at")?.map(time),
    })
}

fn revision_of(row: &SqliteRow) -> Result<Revision> {
    let kind: &str = row.try_get("kind")?;
    let status_from: Option<&str> = row.try_get("status_from")?;
    Ok(Revision {
        revision: row.try_get::<i64, _>("revision")? as u64,
        kind: RevisionKind::from_name(kind)
            .ok_or_else(|| Error::damaged("the kind of a revision"))?,
        who: row.try_get("who")?,
        at: time(row.try_get("at")?),
        reason: row.try_get("reason")?,
        status_from: status_from.map(status_of).transpose()?,
        status_to: status_of(row.try_get("status_to")?)?,
        changes: serde_json::from_str(row.try_get("changes")?)?,
    })
}

fn status_of(name: &str) -> Result<Status> {
    Status::from_name(name).ok_or_else(|| Error::damaged("the status of an entry"))
}

fn number_of(row: &SqliteRow) -> Result<u32> {
    u32::try_from(row.try_get::<i64, _>("number")?)
        .map_err(|_| Error::damaged("the number of an entry"))
}

fn natural(row: &SqliteRow, column: &str) -> Result<Option<u64>> {
    Ok(row
        .try_get::<Option<i64>, _>(column)?
        .map(|value| value as u64))
}

fn time(at: i64) -> Timestamp {
    Timestamp::from_microsecond(at).unwrap_or_default()
}

/// The numbers of those ids that are there.
pub(crate) async fn numbers(pool: &SqlitePool, ids: &[&str]) -> Result<HashMap<String, u32>> {
    sqlx::query("SELECT id, number FROM entry WHERE id IN (SELECT value FROM json_each(?))")
        .bind(serde_json::to_string(ids)?)
        .fetch_all(pool)
        .await?
        .iter()
        .map(|row| Ok((row.try_get("id")?, number_of(row)?)))
        .collect()
}

/// Uses of all entries since a day, by their numbers.
pub(crate) async fn all_uses_since(
    pool: &SqlitePool,
    day: i64,
) -> Result<std::collections::BTreeMap<u32, u64>> {
    sqlx::query(
        "SELECT number, sum(uses) AS uses FROM entry_use JOIN entry ON entry.id = entry_use.entry WHERE day > ? \
         GROUP BY number",
    )
    .bind(day)
    .fetch_all(pool)
    .await?
    .iter()
    .map(|row| Ok((number_of(row)?, row.try_get::<i64, _>("uses")? as u64)))
    .collect()
}
