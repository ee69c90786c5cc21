//! Making accounts and changing what is said of them.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use sqlx::SqliteConnection;

use super::{Accounts, put};
use crate::account::{Account, AccountChange, NewAccount, Status, built, changed};
use crate::event::{EventKind, Note, note};
use crate::store;
use crate::{Error, Result};
use yandu_words::AccountId;

/// The fields that a change may be about.
const FIELDS: [&str; 6] = ["name", "department", "division", "uscc", "roles", "status"];

impl Accounts {
    /// Makes an account. A person and an organisation can use it after [`Accounts::invite`], a service with a token.
    pub async fn create(&self, by: &str, new: NewAccount) -> Result<Account> {
        let mut writing = self.begin().await?;
        let at = self.now();
        if store::find(&mut writing, &new.id, at).await?.is_some() {
            return Err(Error::Exists(new.id));
        }
        let account = built(new, &self.known(), at)?;
        put(&mut writing, by, None, &account).await?;
        note_created(&mut writing, by, &account).await?;
        self.commit(writing).await?;
        Ok(account)
    }

    /// Changes an account that is expected to be at a revision. One that is disabled loses its sessions and its link at once.
    pub async fn change(
        &self,
        by: &str,
        id: &AccountId,
        expected_revision: u64,
        change: AccountChange,
    ) -> Result<Account> {
        let mut writing = self.begin().await?;
        let at = self.now();
        let before = store::account(&mut writing, id, at).await?;
        if before.revision != expected_revision {
            return Err(Error::Outdated {
                id: before.id,
                revision: before.revision,
                expected: expected_revision,
            });
        }
        let after = changed(&before, change, &self.known())?;
        if after == before {
            return Ok(before);
        }
        let after = after.next(at);
        put(&mut writing, by, Some(&before), &after).await?;
        let told = Note {
            at,
            actor: Some(by),
            kind: EventKind::Changed,
            subject: id.as_str(),
            detail: difference(&before, &after)?,
        };
        note(&mut writing, &told).await?;
        if after.status == Status::Disabled {
            store::invitation::withdraw(&mut writing, id).await?;
            end_sessions(&mut writing, by, id, "disabled", at).await?;
        }
        self.commit(writing).await?;
        Ok(after)
    }
}

/// Writes the event of a new account.
pub(super) async fn note_created(
    writing: &mut SqliteConnection,
    by: &str,
    account: &Account,
) -> Result<()> {
    let created = Note {
        at: account.created_at,
        actor: Some(by),
        kind: EventKind::Created,
        subject: account.id.as_str(),
        detail: json!({ "account": account }),
    };
    note(writing, &created).await
}

/// Ends all sessions of an account, and says so where there are any.
pub(super) async fn end_sessions(
    writing: &mut SqliteConnection,
    by: &str,
    id: &AccountId,
    why: &str,
    at: Timestamp,
) -> Result<u64> {
    let count = store::session::end_all(writing, id, None).await?;
    if count > 0 {
        let ended = Note {
            at,
            actor: Some(by),
            kind: EventKind::SessionsEnded,
            subject: id.as_str(),
            detail: json!({ "count": count, "why": why }),
        };
        note(writing, &ended).await?;
    }
    Ok(count)
}

/// Each field that is another one now, from what to what.
fn difference(before: &Account, after: &Account) -> Result<Value> {
    let before = serde_json::to_value(before)?;
    let after = serde_json::to_value(after)?;
    let mut difference = Map::new();
    for field in FIELDS {
        let (from, to) = (before.get(field), after.get(field));
        if from != to {
            difference.insert(field.to_owned(), json!({ "from": from, "to": to }));
        }
    }
    Ok(Value::Object(difference))
}
