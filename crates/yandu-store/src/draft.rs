//! Drafts: what a person has begun in a page and not sent yet, kept on the server so that it is there after a
//! reload, on another machine, and after the program was started again.
//!
//! A draft belongs to one principal and nobody else sees it. Nothing in the city depends on one.

use jiff::Timestamp;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use crate::database::writing;
use crate::{Error, Result, Store};

/// How long a value may be, in bytes.
pub const DRAFT_BYTES: usize = 256 << 10;

/// How many drafts one principal may have.
pub const DRAFTS: usize = 1_000;

/// How long the key of a draft may be.
const KEY_BYTES: usize = 128;

/// A draft without its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftInfo {
    pub key: String,
    /// Names one state of the value: a later state never has the same.
    pub state: DraftState,
    pub size_bytes: u64,
}

/// Which state of a value is meant: the time of its last change, which is never given twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DraftState(Timestamp);

impl DraftState {
    pub fn changed_at(self) -> Timestamp {
        self.0
    }

    /// As it stands in an entity tag.
    pub fn tag(self) -> String {
        self.0.as_microsecond().to_string()
    }
}

/// A value and the state that it is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// JSON.
    pub value: String,
    pub state: DraftState,
}

/// What must hold for a change to be made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Expected {
    /// Nothing: what was written last stays.
    #[default]
    Anything,
    /// There is no draft under the key.
    Nothing,
    /// There is one, in whatever state.
    Something,
    /// It is in one of the states with these tags.
    State(Vec<String>),
}

impl Expected {
    fn permits(&self, present: Option<DraftState>) -> bool {
        match (self, present) {
            (Self::Anything, _) | (Self::Nothing, None) | (Self::Something, Some(_)) => true,
            (Self::State(tags), Some(state)) => tags.contains(&state.tag()),
            _ => false,
        }
    }
}

/// The drafts of one principal.
#[derive(Debug, Clone)]
pub struct Drafts {
    store: Store,
    principal: String,
}

impl Store {
    /// The drafts of a principal.
    pub fn drafts(&self, principal: &str) -> Drafts {
        Drafts {
            store: self.clone(),
            principal: principal.to_owned(),
        }
    }
}

impl Drafts {
    /// The value under a key.
    pub async fn read(&self, key: &str) -> Result<Draft> {
        let row =
            sqlx::query("SELECT value, changed_at FROM draft WHERE principal = ? AND key = ?")
                .bind(&self.principal)
                .bind(key)
                .fetch_optional(self.store.pool())
                .await?
                .ok_or_else(|| Error::NoDraft(key.to_owned()))?;
        Ok(Draft {
            value: row.try_get("value")?,
            state: state_of(&row)?,
        })
    }

    /// Keeps a value under a key, in place of the one that is there.
    pub async fn write(&self, key: &str, value: &str, expected: &Expected) -> Result<DraftState> {
        check_key(key)?;
        if value.len() > DRAFT_BYTES {
            return Err(Error::DraftTooLarge(value.len()));
        }
        let mut writing = writing(self.store.pool()).await?;
        let present = self.state(&mut writing, key).await?;
        if !expected.permits(present) {
            return Err(Error::DraftChanged(key.to_owned()));
        }
        if present.is_none() {
            let count: i64 = sqlx::query_scalar("SELECT count(*) FROM draft WHERE principal = ?")
                .bind(&self.principal)
                .fetch_one(&mut *writing)
                .await?;
            if count as usize >= DRAFTS {
                return Err(Error::TooManyDrafts);
            }
        }
        let state = DraftState(self.store.clock().now());
        sqlx::query(
            "INSERT OR REPLACE INTO draft (principal, key, value, changed_at) VALUES (?, ?, ?, ?)",
        )
        .bind(&self.principal)
        .bind(key)
        .bind(value)
        .bind(state.0.as_microsecond())
        .execute(&mut *writing)
        .await?;
        writing.commit().await?;
        Ok(state)
    }

    /// Throws a draft away.
    pub async fn remove(&self, key: &str, expected: &Expected) -> Result<()> {
        let mut writing = writing(self.store.pool()).await?;
        let present = self.state(&mut writing, key).await?;
        if !expected.permits(present) {
            return Err(Error::DraftChanged(key.to_owned()));
        }
        if present.is_none() {
            return Err(Error::NoDraft(key.to_owned()));
        }
        sqlx::query("DELETE FROM draft WHERE principal = ? AND key = ?")
            .bind(&self.principal)
            .bind(key)
            .execute(&mut *writing)
            .await?;
        writing.commit().await?;
        Ok(())
    }

    /// At most `limit` drafts whose keys begin with `prefix` and come after `after`, by key.
    pub async fn list(
        &self,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<DraftInfo>> {
        sqlx::query(
            "SELECT key, changed_at, length(CAST(value AS BLOB)) AS size_bytes FROM draft \
             WHERE principal = ? AND substr(key, 1, length(?)) = ? AND key > ? ORDER BY key LIMIT ?",
        )
        .bind(&self.principal)
        .bind(prefix)
        .bind(prefix)
        .bind(after.unwrap_or_default())
        .bind(limit)
        .fetch_all(self.store.pool())
        .await?
        .iter()
        .map(|row| {
            Ok(DraftInfo {
                key: row.try_get("key")?,
                state: state_of(row)?,
                size_bytes: row.try_get::<i64, _>("size_bytes")? as u64,
            })
        })
        .collect()
    }

    async fn state(
        &self,
        writing: &mut sqlx::Transaction<'static, sqlx::Sqlite>,
        key: &str,
    ) -> Result<Option<DraftState>> {
        sqlx::query("SELECT changed_at FROM draft WHERE principal = ? AND key = ?")
            .bind(&self.principal)
            .bind(key)
            .fetch_optional(&mut **writing)
            .await?
            .as_ref()
            .map(state_of)
            .transpose()
    }
}

fn state_of(row: &SqliteRow) -> Result<DraftState> {
    let at: i64 = row.try_get("changed_at")?;
    Ok(DraftState(
        Timestamp::from_microsecond(at).unwrap_or(Timestamp::UNIX_EPOCH),
    ))
}

fn check_key(key: &str) -> Result<()> {
    let is_plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b':' | b'~');
    if (1..=KEY_BYTES).contains(&key.len()) && key.bytes().all(is_plain) {
        return Ok(());
    }
    Err(Error::DraftKey(key.chars().take(KEY_BYTES).collect()))
}

#[cfg(test)]
mod tests;
