//! Hashes of passwords: the one in force, and those before it.

use jiff::Timestamp;
use sqlx::SqliteConnection;

use crate::Result;
use yandu_words::AccountId;

/// The hash of the password with which an account can log in.
pub(crate) async fn in_force(
    connection: &mut SqliteConnection,
    account: &AccountId,
) -> Result<Option<String>> {
    Ok(sqlx::query_scalar(
        "SELECT password FROM account WHERE id = ? AND status = 'active' AND password IS NOT NULL \
         AND NOT password_ended",
    )
    .bind(account.as_str())
    .fetch_optional(connection)
    .await?)
}

/// The hashes of the last passwords of an account, at most `count` of them, the newest first.
pub(crate) async fn last(
    connection: &mut SqliteConnection,
    account: &AccountId,
    count: u32,
) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar(
        "SELECT password FROM (SELECT password, password_changed_at AS changed_at FROM account \
         WHERE id = ?1 AND password IS NOT NULL \
         UNION ALL SELECT password, changed_at FROM old_password WHERE account = ?1) \
         ORDER BY changed_at DESC LIMIT ?2",
    )
    .bind(account.as_str())
    .bind(count)
    .fetch_all(connection)
    .await?)
}

/// Puts a password in force, and keeps those before it as far as `history` reaches, the new one among them.
pub(crate) async fn set(
    connection: &mut SqliteConnection,
    account: &AccountId,
    hash: &str,
    at: Timestamp,
    history: u32,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO old_password (account, changed_at, password) \
         SELECT id, password_changed_at, password FROM account WHERE id = ? AND password IS NOT NULL",
    )
    .bind(account.as_str())
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "UPDATE account SET password = ?, password_changed_at = ?, password_ended = 0 WHERE id = ?",
    )
    .bind(hash)
    .bind(at.as_microsecond())
    .bind(account.as_str())
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "DELETE FROM old_password WHERE account = ?1 AND changed_at NOT IN \
         (SELECT changed_at FROM old_password WHERE account = ?1 ORDER BY changed_at DESC LIMIT ?2)",
    )
    .bind(account.as_str())
    .bind(history.saturating_sub(1))
    .execute(connection)
    .await?;
    Ok(())
}

/// Takes the password out of use: nobody logs in with it, and it cannot be set again.
pub(crate) async fn end(connection: &mut SqliteConnection, account: &AccountId) -> Result<()> {
    sqlx::query("UPDATE account SET password_ended = 1 WHERE id = ?")
        .bind(account.as_str())
        .execute(connection)
        .await?;
    Ok(())
}
