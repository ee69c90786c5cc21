//! Links that set a password once.

use jiff::Timestamp;
use sqlx::{Row, SqliteConnection};

use super::{id_of, time};
use crate::Result;
use crate::secret::SecretHash;
use yandu_words::AccountId;

/// A link that can be used.
pub(crate) struct Invitation {
    /// None where it makes the first system administrator.
    pub(crate) account: Option<AccountId>,
}

/// Keeps a link in place of the one that the account has, and forgets those that have ended.
pub(crate) async fn put(
    connection: &mut SqliteConnection,
    hash: SecretHash,
    account: Option<&AccountId>,
    ends_at: Timestamp,
    now: Timestamp,
) -> Result<()> {
    sqlx::query("DELETE FROM invitation WHERE account IS ? OR ends_at <= ?")
        .bind(account.map(AccountId::as_str))
        .bind(now.as_microsecond())
        .execute(&mut *connection)
        .await?;
    sqlx::query("INSERT INTO invitation (hash, account, ends_at) VALUES (?, ?, ?)")
        .bind(hash.bytes())
        .bind(account.map(AccountId::as_str))
        .bind(ends_at.as_microsecond())
        .execute(connection)
        .await?;
    Ok(())
}

/// The link with a secret, where it has not ended.
pub(crate) async fn find(
    connection: &mut SqliteConnection,
    hash: SecretHash,
    now: Timestamp,
) -> Result<Option<Invitation>> {
    let row = sqlx::query("SELECT account, ends_at FROM invitation WHERE hash = ?")
        .bind(hash.bytes())
        .fetch_optional(connection)
        .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    if time(row.try_get("ends_at")?) <= now {
        return Ok(None);
    }
    let account: Option<String> = row.try_get("account")?;
    let account = account.map(|_| id_of(&row, "account")).transpose()?;
    Ok(Some(Invitation { account }))
}

/// Takes a link out of use; false when somebody else was first.
pub(crate) async fn take(connection: &mut SqliteConnection, hash: SecretHash) -> Result<bool> {
    let done = sqlx::query("DELETE FROM invitation WHERE hash = ?")
        .bind(hash.bytes())
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Takes the link of an account out of use.
pub(crate) async fn withdraw(connection: &mut SqliteConnection, account: &AccountId) -> Result<()> {
    sqlx::query("DELETE FROM invitation WHERE account = ?")
        .bind(account.as_str())
        .execute(connection)
        .await?;
    Ok(())
}
