//! Tokens.

use std::collections::BTreeSet;

use jiff::Timestamp;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row, SqliteConnection, SqlitePool};

use super::{ACCOUNT, account_of, time, time_of};
use crate::secret::SecretHash;
use crate::token::{Scope, Token};
use crate::verifier::Verifier;
use crate::{Error, Result};
use yandu_words::{AccountId, TokenId};

const TOKEN: &str = "token.id AS token_id, token.name AS token_name, token.scope AS scope, \
    token.login AS login, token.purpose AS purpose, token.created_at AS token_created_at, token.expires_at AS expires_at, token.last_used_at AS last_used_at";

pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    hash: SecretHash,
    verifier: &Verifier,
    token: &Token,
) -> Result<()> {
    let scope: Vec<&str> = token.scope.iter().map(|scope| scope.name()).collect();
    sqlx::query(
        "INSERT INTO token (id, hash, account, name, scope, created_at, expires_at, login, salt, iterations, stored_key, server_key, purpose) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(token.id.as_str())
    .bind(hash.bytes())
    .bind(token.account.id.as_str())
    .bind(&token.name)
    .bind(scope.join(","))
    .bind(token.created_at.as_microsecond())
    .bind(token.expires_at.as_microsecond())
    .bind(token.login.as_deref())
    .bind(verifier.salt.as_slice())
    .bind(verifier.iterations)
    .bind(verifier.stored_key.as_slice())
    .bind(verifier.server_key.as_slice())
    .bind(token.purpose.as_deref())
    .execute(connection)
    .await?;
    Ok(())
}

/// The token with a secret, whether it can be used or not.
pub(crate) async fn find(
    pool: &SqlitePool,
    hash: SecretHash,
    now: Timestamp,
) -> Result<Option<Token>> {
    let sql = format!(
        "SELECT {TOKEN}, {ACCOUNT} FROM token JOIN account ON account.id = token.account WHERE token.hash = ?"
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(hash.bytes())
        .fetch_optional(pool)
        .await?
        .map(|row| token_of(&row, now))
        .transpose()
}

/// The token with an id, whether it can be used or not.
pub(crate) async fn by_id(
    pool: &SqlitePool,
    id: &TokenId,
    now: Timestamp,
) -> Result<Option<Token>> {
    let sql = format!(
        "SELECT {TOKEN}, {ACCOUNT} FROM token JOIN account ON account.id = token.account WHERE token.id = ?"
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(id.as_str())
        .fetch_optional(pool)
        .await?
        .map(|row| token_of(&row, now))
        .transpose()
}

/// The token that logs in under a name, and what its proof is held against.
pub(crate) async fn by_login(
    pool: &SqlitePool,
    login: &str,
) -> Result<Option<(TokenId, Verifier)>> {
    let row = sqlx::query(
        "SELECT id, salt, iterations, stored_key, server_key FROM token WHERE login = ?",
    )
    .bind(login)
    .fetch_optional(pool)
    .await?;
    row.map(|row| {
        let id: &str = row.try_get("id")?;
        let damaged = || Error::damaged("the verifier of a token");
        let key = |name: &str| -> Result<_> {
            let bytes: Vec<u8> = row.try_get(name)?;
            bytes.try_into().map_err(|_| damaged())
        };
        let verifier = Verifier {
            salt: row.try_get("salt")?,
            iterations: row.try_get("iterations")?,
            stored_key: key("stored_key")?,
            server_key: key("server_key")?,
        };
        Ok((id.parse().map_err(|_| damaged())?, verifier))
    })
    .transpose()
}

/// Whether a token logs in under a name.
pub(crate) async fn has_login(connection: &mut SqliteConnection, login: &str) -> Result<bool> {
    let count: i64 = sqlx::query_scalar("SELECT count(*) FROM token WHERE login = ?")
        .bind(login)
        .fetch_one(connection)
        .await?;
    Ok(count > 0)
}

/// The tokens of an account, the newest first, those that have expired among them.
pub(crate) async fn list(
    pool: &SqlitePool,
    account: &AccountId,
    now: Timestamp,
) -> Result<Vec<Token>> {
    let sql = format!(
        "SELECT {TOKEN}, {ACCOUNT} FROM token JOIN account ON account.id = token.account \
         WHERE token.account = ? ORDER BY token.created_at DESC"
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(account.as_str())
        .fetch_all(pool)
        .await?
        .iter()
        .map(|row| token_of(row, now))
        .collect()
}

/// How many tokens of an account can be used at a time.
pub(crate) async fn count(
    connection: &mut SqliteConnection,
    account: &AccountId,
    now: Timestamp,
) -> Result<i64> {
    Ok(
        sqlx::query_scalar("SELECT count(*) FROM token WHERE account = ? AND expires_at > ?")
            .bind(account.as_str())
            .bind(now.as_microsecond())
            .fetch_one(connection)
            .await?,
    )
}

/// Records that a token was used.
pub(crate) async fn touch(pool: &SqlitePool, id: &TokenId, at: Timestamp) -> Result<()> {
    sqlx::query("UPDATE token SET last_used_at = ? WHERE id = ?")
        .bind(at.as_microsecond())
        .bind(id.as_str())
        .execute(pool)
        .await?;
    Ok(())
}

/// Takes a token of an account out of use; false when it has none such.
pub(crate) async fn remove(
    connection: &mut SqliteConnection,
    account: &AccountId,
    id: &TokenId,
) -> Result<bool> {
    let done = sqlx::query("DELETE FROM token WHERE account = ? AND id = ?")
        .bind(account.as_str())
        .bind(id.as_str())
        .execute(connection)
        .await?;
    Ok(done.rows_affected() == 1)
}

fn token_of(row: &SqliteRow, now: Timestamp) -> Result<Token> {
    let id: &str = row.try_get("token_id")?;
    let scope: &str = row.try_get("scope")?;
    let scope = scope
        .split(',')
        .map(|name| Scope::from_name(name).ok_or_else(|| Error::damaged("the scope of a token")))
        .collect::<Result<BTreeSet<Scope>>>()?;
    Ok(Token {
        id: id
            .parse()
            .map_err(|_| Error::damaged("the id of a token"))?,
        account: account_of(row, now)?,
        name: row.try_get("token_name")?,
        login: row.try_get("login")?,
        scope,
        purpose: row.try_get("purpose")?,
        created_at: time(row.try_get("token_created_at")?),
        expires_at: time(row.try_get("expires_at")?),
        last_used_at: time_of(row, "last_used_at")?,
    })
}

/// Takes all tokens of an account out of use.
pub(crate) async fn remove_all(
    connection: &mut SqliteConnection,
    account: &AccountId,
) -> Result<()> {
    sqlx::query("DELETE FROM token WHERE account = ?")
        .bind(account.as_str())
        .execute(connection)
        .await?;
    Ok(())
}
