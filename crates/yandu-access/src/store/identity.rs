//! Identities at providers.

use jiff::Timestamp;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection, SqlitePool};

use super::{id_of, time, time_of};
use crate::Result;
use crate::identity::{Identified, Identity, IdentityId};
use yandu_words::AccountId;

/// An identity that is in force.
pub(crate) async fn find(
    connection: &mut SqliteConnection,
    issuer: &str,
    subject: &str,
) -> Result<Option<Identity>> {
    sqlx::query(
        "SELECT id, account, issuer, subject, name, linked_by, linked_at, last_used_at FROM identity \
         WHERE issuer = ? AND subject = ? AND removed_at IS NULL",
    )
    .bind(issuer)
    .bind(subject)
    .fetch_optional(connection)
    .await?
    .map(|row| identity_of(&row))
    .transpose()
}

/// Whether a subject was ever linked, in force or not.
pub(crate) async fn was_linked(
    connection: &mut SqliteConnection,
    issuer: &str,
    subject: &str,
) -> Result<bool> {
    let found: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM identity WHERE issuer = ? AND subject = ?)",
    )
    .bind(issuer)
    .bind(subject)
    .fetch_one(connection)
    .await?;
    Ok(found)
}

/// Whether an account has an identity of an issuer in force.
pub(crate) async fn has(
    connection: &mut SqliteConnection,
    account: &AccountId,
    issuer: &str,
) -> Result<bool> {
    let found: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM identity WHERE account = ? AND issuer = ? AND removed_at IS NULL)",
    )
    .bind(account.as_str())
    .bind(issuer)
    .fetch_one(connection)
    .await?;
    Ok(found)
}

/// The identities of an account in force, the oldest first.
pub(crate) async fn list(pool: &SqlitePool, account: &AccountId) -> Result<Vec<Identity>> {
    sqlx::query(
        "SELECT id, account, issuer, subject, name, linked_by, linked_at, last_used_at FROM identity \
         WHERE account = ? AND removed_at IS NULL ORDER BY id",
    )
    .bind(account.as_str())
    .fetch_all(pool)
    .await?
    .iter()
    .map(identity_of)
    .collect()
}

pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    identified: &Identified,
    account: &AccountId,
    by: &str,
    at: Timestamp,
) -> Result<Identity> {
    let row = sqlx::query(
        "INSERT INTO identity (issuer, subject, account, name, linked_by, linked_at) VALUES (?, ?, ?, ?, ?, ?) \
         RETURNING id, account, issuer, subject, name, linked_by, linked_at, last_used_at",
    )
    .bind(&identified.issuer)
    .bind(&identified.subject)
    .bind(account.as_str())
    .bind(&identified.name)
    .bind(by)
    .bind(at.as_microsecond())
    .fetch_one(connection)
    .await?;
    identity_of(&row)
}

/// Records that somebody came with an identity, and what the provider calls them now.
pub(crate) async fn touch(
    connection: &mut SqliteConnection,
    id: IdentityId,
    name: Option<&str>,
    at: Timestamp,
) -> Result<()> {
    sqlx::query("UPDATE identity SET last_used_at = ?, name = ? WHERE id = ?")
        .bind(at.as_microsecond())
        .bind(name)
        .bind(id.0)
        .execute(connection)
        .await?;
    Ok(())
}

/// Takes an identity of an account out of force; none where it has none such.
pub(crate) async fn remove(
    connection: &mut SqliteConnection,
    account: &AccountId,
    id: IdentityId,
    by: &str,
    at: Timestamp,
) -> Result<Option<Identity>> {
    sqlx::query(
        "UPDATE identity SET removed_by = ?, removed_at = ? WHERE account = ? AND id = ? AND removed_at IS NULL \
         RETURNING id, account, issuer, subject, name, linked_by, linked_at, last_used_at",
    )
    .bind(by)
    .bind(at.as_microsecond())
    .bind(account.as_str())
    .bind(id.0)
    .fetch_optional(connection)
    .await?
    .map(|row| identity_of(&row))
    .transpose()
}

/// Takes the identities of an account out of force that its owner has linked, and gives them.
pub(crate) async fn remove_own(
    connection: &mut SqliteConnection,
    account: &AccountId,
    by: &str,
    at: Timestamp,
) -> Result<Vec<Identity>> {
    sqlx::query(
        "UPDATE identity SET removed_by = ?, removed_at = ? WHERE account = ? AND linked_by = account AND removed_at IS NULL \
         RETURNING id, account, issuer, subject, name, linked_by, linked_at, last_used_at",
    )
    .bind(by)
    .bind(at.as_microsecond())
    .bind(account.as_str())
    .fetch_all(connection)
    .await?
    .iter()
    .map(identity_of)
    .collect()
}

fn identity_of(row: &SqliteRow) -> Result<Identity> {
    Ok(Identity {
        id: IdentityId(row.try_get("id")?),
        account: id_of(row, "account")?,
        issuer: row.try_get("issuer")?,
        subject: row.try_get("subject")?,
        name: row.try_get("name")?,
        linked_by: row.try_get("linked_by")?,
        linked_at: time(row.try_get("linked_at")?),
        last_used_at: time_of(row, "last_used_at")?,
    })
}
