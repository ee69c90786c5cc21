//! Sessions.

use jiff::Timestamp;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row, SqliteConnection, SqlitePool};

use super::{ACCOUNT, account_of, time};
use crate::secret::SecretHash;
use crate::session::{Client, Means, Session};
use crate::{Error, Result};
use yandu_words::{AccountId, SessionId};

const SESSION: &str = "session.id AS session_id, session.purpose AS purpose, \
    session.created_at AS session_created_at, session.seen_at AS seen_at, session.ends_at AS ends_at, \
    session.address AS address, session.agent AS agent, session.means AS means";

pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    hash: SecretHash,
    session: &Session,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO session (hash, id, account, purpose, created_at, seen_at, ends_at, address, agent, means) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(hash.bytes())
    .bind(session.id.as_str())
    .bind(session.account.id.as_str())
    .bind(&session.purpose)
    .bind(session.created_at.as_microsecond())
    .bind(session.seen_at.as_microsecond())
    .bind(session.ends_at.as_microsecond())
    .bind(&session.client.address)
    .bind(&session.client.agent)
    .bind(session.means.name())
    .execute(connection)
    .await?;
    Ok(())
}

/// The session with a secret, whether it is alive or not.
pub(crate) async fn find(
    pool: &SqlitePool,
    hash: SecretHash,
    now: Timestamp,
) -> Result<Option<Session>> {
    let sql = format!(
        "SELECT {SESSION}, {ACCOUNT} FROM session JOIN account ON account.id = session.account WHERE session.hash = ?"
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(hash.bytes())
        .fetch_optional(pool)
        .await?
        .map(|row| session_of(&row, now))
        .transpose()
}

/// The sessions of an account, the newest first.
pub(crate) async fn list(
    pool: &SqlitePool,
    account: &AccountId,
    now: Timestamp,
) -> Result<Vec<Session>> {
    let sql = format!(
        "SELECT {SESSION}, {ACCOUNT} FROM session JOIN account ON account.id = session.account \
         WHERE session.account = ? ORDER BY session.created_at DESC"
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(account.as_str())
        .fetch_all(pool)
        .await?
        .iter()
        .map(|row| session_of(row, now))
        .collect()
}

/// Records that a session was used.
pub(crate) async fn touch(pool: &SqlitePool, hash: SecretHash, at: Timestamp) -> Result<()> {
    sqlx::query("UPDATE session SET seen_at = max(seen_at, ?) WHERE hash = ?")
        .bind(at.as_microsecond())
        .bind(hash.bytes())
        .execute(pool)
        .await?;
    Ok(())
}

/// Says what a session is for; false when there is no such session.
pub(crate) async fn set_purpose(
    connection: &mut SqliteConnection,
    id: &SessionId,
    purpose: Option<&str>,
) -> Result<bool> {
    let done = sqlx::query("UPDATE session SET purpose = ? WHERE id = ?")
        .bind(purpose)
        .bind(id.as_str())
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends one session of an account; false when it has none such.
pub(crate) async fn end(
    connection: &mut SqliteConnection,
    account: &AccountId,
    id: &SessionId,
) -> Result<bool> {
    let done = sqlx::query("DELETE FROM session WHERE account = ? AND id = ?")
        .bind(account.as_str())
        .bind(id.as_str())
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends the sessions of an account, one of them apart where it is named, and says how many.
pub(crate) async fn end_all(
    connection: &mut SqliteConnection,
    account: &AccountId,
    but: Option<&SessionId>,
) -> Result<u64> {
    let done = sqlx::query("DELETE FROM session WHERE account = ? AND id IS NOT ?")
        .bind(account.as_str())
        .bind(but.map(SessionId::as_str))
        .execute(connection)
        .await?;
    Ok(done.rows_affected())
}

/// Ends the sessions of an account that were begun as a provider of identities has proved it, and says how many.
pub(crate) async fn end_identified(
    connection: &mut SqliteConnection,
    account: &AccountId,
) -> Result<u64> {
    let done = sqlx::query("DELETE FROM session WHERE account = ? AND means = ?")
        .bind(account.as_str())
        .bind(Means::Identity.name())
        .execute(connection)
        .await?;
    Ok(done.rows_affected())
}

/// Ends the oldest sessions of an account beyond the newest `count`, and says how many.
pub(crate) async fn end_oldest(
    connection: &mut SqliteConnection,
    account: &AccountId,
    count: u32,
) -> Result<u64> {
    let done = sqlx::query(
        "DELETE FROM session WHERE hash IN (SELECT hash FROM session WHERE account = ? \
         ORDER BY created_at DESC LIMIT -1 OFFSET ?)",
    )
    .bind(account.as_str())
    .bind(count)
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}

/// Forgets the sessions that have ended by themselves: whose end is past, or that were last used before `seen_before`.
pub(crate) async fn prune(
    connection: &mut SqliteConnection,
    now: Timestamp,
    seen_before: Timestamp,
) -> Result<()> {
    sqlx::query("DELETE FROM session WHERE ends_at <= ? OR seen_at <= ?")
        .bind(now.as_microsecond())
        .bind(seen_before.as_microsecond())
        .execute(connection)
        .await?;
    Ok(())
}

fn session_of(row: &SqliteRow, now: Timestamp) -> Result<Session> {
    let id: &str = row.try_get("session_id")?;
    Ok(Session {
        id: id
            .parse()
            .map_err(|_| Error::damaged("the id of a session"))?,
        account: account_of(row, now)?,
        purpose: row.try_get("purpose")?,
        created_at: time(row.try_get("session_created_at")?),
        seen_at: time(row.try_get("seen_at")?),
        ends_at: time(row.try_get("ends_at")?),
        client: Client {
            address: row.try_get("address")?,
            agent: row.try_get("agent")?,
        },
        means: Means::from_name(row.try_get("means")?)
            .ok_or_else(|| Error::damaged("the means of a session"))?,
    })
}
