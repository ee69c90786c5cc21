//! The SQL of what policies mean.

use sqlx::{Row, SqliteConnection, SqlitePool};
use yandu_policy::Meanings;

use crate::Result;

pub(crate) async fn all(pool: &SqlitePool) -> Result<Meanings> {
    sqlx::query("SELECT policy, body FROM policy_meaning")
        .fetch_all(pool)
        .await?
        .iter()
        .map(|row| {
            let policy: String = row.try_get("policy")?;
            Ok((policy.into(), serde_json::from_str(row.try_get("body")?)?))
        })
        .collect()
}

/// Writes what is meant now in the place of what was meant before.
pub(crate) async fn replace(
    connection: &mut SqliteConnection,
    before: &Meanings,
    after: &Meanings,
) -> Result<()> {
    for policy in before.keys().filter(|policy| !after.contains_key(*policy)) {
        sqlx::query("DELETE FROM policy_meaning WHERE policy = ?")
            .bind(policy.as_ref())
            .execute(&mut *connection)
            .await?;
    }
    let changed = after
        .iter()
        .filter(|(policy, meaning)| before.get(*policy) != Some(*meaning));
    for (policy, meaning) in changed {
        sqlx::query(
            "INSERT INTO policy_meaning (policy, body) VALUES (?, ?) \
             ON CONFLICT (policy) DO UPDATE SET body = excluded.body",
        )
        .bind(policy.as_ref())
        .bind(serde_json::to_string(meaning)?)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}
