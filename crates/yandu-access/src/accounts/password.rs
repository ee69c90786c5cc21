//! Changing one's own password.

use serde_json::json;

use super::prove::{Factor, Proved};
use super::{Accounts, put};
use crate::account::Account;
use crate::event::{EventKind, Note, note};
use crate::password::{Weakness, weaknesses};
use crate::store;
use crate::{Error, Result};
use yandu_words::{AccountId, SessionId};

impl Accounts {
    /// Changes the password of an account whose owner knows the old one. All sessions but `keep` end. A wrong old password is
    /// counted like a login that fails.
    pub async fn change_password(
        &self,
        id: &AccountId,
        old: &str,
        new: &str,
        keep: Option<&SessionId>,
    ) -> Result<Account> {
        let proved = self.prove(id.as_str(), old, Factor::NotAsked).await?;
        self.replace(proved, new, keep).await
    }

    /// Changes a password that has become too old to log in with; the name is as it was given to [`Accounts::login`].
    pub async fn change_expired(
        &self,
        id_text: &str,
        old: &str,
        new: &str,
        code: Option<&str>,
    ) -> Result<Account> {
        let proved = self.prove(id_text, old, Factor::Asked(code)).await?;
        let changed_at = proved.account.password_changed_at;
        let settings = &self.inner.settings;
        if changed_at.is_none_or(|changed_at| !settings.has_expired(changed_at, proved.at)) {
            let account = proved.account;
            return Err(account.not_now("has a password that is not too old: log in to change it"));
        }
        self.replace(proved, new, None).await
    }

    /// The hash of a new password, where it follows the rules.
    pub(super) async fn fresh(&self, account: &Account, password: &str) -> Result<String> {
        let settings = &self.inner.settings;
        let weak = weaknesses(password, &account.id, settings.password_min_length);
        if !weak.is_empty() {
            return Err(Error::Weak(weak));
        }
        let mut connection = self.inner.store.pool().acquire().await?;
        let history = settings.password_history;
        let last = store::password::last(&mut connection, &account.id, history).await?;
        drop(connection);
        if self.inner.passwords.has_any(password, last).await? {
            return Err(Error::Weak(vec![Weakness::UsedBefore]));
        }
        self.inner.passwords.hash(password).await
    }

    /// Puts a new password in the place of the one that was shown.
    async fn replace(
        &self,
        proved: Proved,
        new: &str,
        keep: Option<&SessionId>,
    ) -> Result<Account> {
        let Proved {
            writing, account, ..
        } = proved;
        // Nobody else waits for the records while hashes are made.
        self.commit(writing).await?;
        let password = self.fresh(&account, new).await?;
        let mut writing = self.begin().await?;
        let at = self.now();
        let before = store::account(&mut writing, &account.id, at).await?;
        if before.revision != account.revision {
            return Err(Error::Outdated {
                id: before.id,
                revision: before.revision,
                expected: account.revision,
            });
        }
        let id = before.id.as_str();
        let after = Account {
            password_changed_at: Some(at),
            ..before.next(at)
        };
        put(&mut writing, id, Some(&before), &after).await?;
        let history = self.inner.settings.password_history;
        store::password::set(&mut writing, &before.id, &password, at, history).await?;
        let ended = store::session::end_all(&mut writing, &before.id, keep).await?;
        let changed = Note {
            at,
            actor: Some(id),
            kind: EventKind::PasswordChanged,
            subject: id,
            detail: json!({ "sessions_ended": ended }),
        };
        note(&mut writing, &changed).await?;
        self.commit(writing).await?;
        Ok(after)
    }
}
