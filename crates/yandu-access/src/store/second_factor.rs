//! Second factors, their secrets sealed.

use jiff::Timestamp;
use sqlx::{Row, SqliteConnection};

use crate::Result;
use yandu_words::AccountId;

/// A second factor as it is stored.
pub(crate) struct SecondFactor {
    pub(crate) sealed: Vec<u8>,
    /// Whether the owner has shown that they have it.
    pub(crate) is_confirmed: bool,
    pub(crate) last_step: i64,
}

pub(crate) async fn find(
    connection: &mut SqliteConnection,
    account: &AccountId,
) -> Result<Option<SecondFactor>> {
    let row =
        sqlx::query("SELECT sealed, confirmed_at, last_step FROM second_factor WHERE account = ?")
            .bind(account.as_str())
            .fetch_optional(connection)
            .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    Ok(Some(SecondFactor {
        sealed: row.try_get("sealed")?,
        is_confirmed: row.try_get::<Option<i64>, _>("confirmed_at")?.is_some(),
        last_step: row.try_get("last_step")?,
    }))
}

/// Keeps a secret that is to be confirmed, in place of another.
pub(crate) async fn put(
    connection: &mut SqliteConnection,
    account: &AccountId,
    sealed: &[u8],
) -> Result<()> {
    sqlx::query(
        "INSERT OR REPLACE INTO second_factor (account, sealed, confirmed_at, last_step) VALUES (?, ?, NULL, 0)",
    )
    .bind(account.as_str())
    .bind(sealed)
    .execute(connection)
    .await?;
    Ok(())
}

pub(crate) async fn confirm(
    connection: &mut SqliteConnection,
    account: &AccountId,
    at: Timestamp,
) -> Result<()> {
    sqlx::query("UPDATE second_factor SET confirmed_at = ? WHERE account = ?")
        .bind(at.as_microsecond())
        .bind(account.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

/// Remembers that the code of a step was accepted.
pub(crate) async fn accept(
    connection: &mut SqliteConnection,
    account: &AccountId,
    step: i64,
) -> Result<()> {
    sqlx::query("UPDATE second_factor SET last_step = ? WHERE account = ?")
        .bind(step)
        .bind(account.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

/// Takes a second factor away; false when there was none.
pub(crate) async fn remove(connection: &mut SqliteConnection, account: &AccountId) -> Result<bool> {
    let done = sqlx::query("DELETE FROM second_factor WHERE account = ?")
        .bind(account.as_str())
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}
