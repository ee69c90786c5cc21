//! Names with which a login failed. A name is counted and locked whether an account has it or not, so that a lock tells nothing.

use jiff::Timestamp;
use sqlx::SqliteConnection;

use super::time;
use crate::Result;
use crate::settings::{Settings, earlier, later, minutes};

/// Names that are remembered. Names of no account give way first, then those that are not locked, then the oldest.
const NAMES: i64 = 10_000;

/// Until when a name is locked.
pub(crate) async fn locked_until(
    connection: &mut SqliteConnection,
    name: &str,
    now: Timestamp,
) -> Result<Option<Timestamp>> {
    let until: Option<i64> = sqlx::query_scalar(
        "SELECT locked_until FROM failure WHERE name = ? AND locked_until IS NOT NULL",
    )
    .bind(name)
    .fetch_optional(connection)
    .await?;
    Ok(until.map(time).filter(|until| *until > now))
}

/// Counts one more failure, and says until when it locks the name where it does.
pub(crate) async fn count(
    connection: &mut SqliteConnection,
    name: &str,
    now: Timestamp,
    settings: &Settings,
) -> Result<Option<Timestamp>> {
    let since = earlier(now, minutes(settings.failure_minutes));
    let known: Option<(i64, i64)> =
        sqlx::query_as("SELECT count, first_at FROM failure WHERE name = ?")
            .bind(name)
            .fetch_optional(&mut *connection)
            .await?;
    let (count, first_at) = match known {
        Some((count, first_at)) if time(first_at) > since => (count + 1, time(first_at)),
        _ => (1, now),
    };
    let is_locked = count >= i64::from(settings.failures.max(1));
    let until = is_locked.then(|| later(now, minutes(settings.lock_minutes)));
    // After a lock the count begins anew.
    let (count, first_at) = if is_locked {
        (0, now)
    } else {
        (count, first_at)
    };
    sqlx::query(
        "INSERT INTO failure (name, count, first_at, locked_until) VALUES (?, ?, ?, ?) \
         ON CONFLICT (name) DO UPDATE SET count = excluded.count, first_at = excluded.first_at, \
         locked_until = excluded.locked_until",
    )
    .bind(name)
    .bind(count)
    .bind(first_at.as_microsecond())
    .bind(until.map(Timestamp::as_microsecond))
    .execute(&mut *connection)
    .await?;
    if known.is_none() {
        prune(connection, since, now).await?;
    }
    Ok(until)
}

/// Forgets the failures of a name.
pub(crate) async fn clear(connection: &mut SqliteConnection, name: &str) -> Result<()> {
    sqlx::query("DELETE FROM failure WHERE name = ?")
        .bind(name)
        .execute(connection)
        .await?;
    Ok(())
}

async fn prune(connection: &mut SqliteConnection, since: Timestamp, now: Timestamp) -> Result<()> {
    sqlx::query(
        "DELETE FROM failure WHERE first_at <= ?1 AND (locked_until IS NULL OR locked_until <= ?2)",
    )
    .bind(since.as_microsecond())
    .bind(now.as_microsecond())
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "DELETE FROM failure WHERE name IN (SELECT name FROM failure \
         ORDER BY name IN (SELECT id FROM account) DESC, locked_until IS NOT NULL DESC, first_at DESC \
         LIMIT -1 OFFSET ?)",
    )
    .bind(NAMES)
    .execute(connection)
    .await?;
    Ok(())
}
