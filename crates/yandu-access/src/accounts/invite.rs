//! Links that set a password once: for a new account, and for a password that is to be another.

use jiff::Timestamp;
use serde_json::json;

use super::change::end_sessions;
use super::identities::note_identity;
use super::{Accounts, Link, link, put};
use crate::account::{Account, Kind, Status};
use crate::event::{EventKind, Note, note};
use crate::secret::SecretHash;
use crate::separation::check_access;
use crate::settings::hours;
use crate::store;
use crate::{Error, Result};
use yandu_words::AccountId;

impl Accounts {
    /// A link with which the owner of a new account sets the first password. It takes the place of the one before.
    pub async fn invite(&self, by: &str, id: &AccountId) -> Result<Link> {
        let mut writing = self.begin().await?;
        let at = self.now();
        let account = store::account(&mut writing, id, at).await?;
        must_have_password(&account)?;
        match account.status {
            Status::Invited => {}
            Status::Active => return Err(account.not_now("is in use, and can only be reset")),
            Status::Disabled => return Err(account.not_now("is disabled")),
        }
        let lasts = hours(self.inner.settings.invitation_hours);
        let link = link(&mut writing, Some(id), lasts, at).await?;
        let invited = Note {
            at,
            actor: Some(by),
            kind: EventKind::Invited,
            subject: id.as_str(),
            detail: json!({ "ends_at": link.ends_at }),
        };
        note(&mut writing, &invited).await?;
        self.commit(writing).await?;
        Ok(link)
    }

    /// A link with which the owner of an account in use sets another password. The old one opens nothing any more, all sessions end,
    /// and what was made in them to come in again: tokens, and an identity that was linked there. Where the link gets lost, another
    /// reset gives another one.
    pub async fn reset(&self, by: &str, id: &AccountId) -> Result<Link> {
        let mut writing = self.begin().await?;
        let at = self.now();
        let account = store::account(&mut writing, id, at).await?;
        must_have_password(&account)?;
        account.must_be_active()?;
        check_access(by, &account)?;
        if by == id.as_str() {
            return Err(account.not_now("changes its password with the old one"));
        }
        let lasts = hours(self.inner.settings.reset_hours);
        let link = link(&mut writing, Some(id), lasts, at).await?;
        let reset = Note {
            at,
            actor: Some(by),
            kind: EventKind::Reset,
            subject: id.as_str(),
            detail: json!({ "ends_at": link.ends_at }),
        };
        note(&mut writing, &reset).await?;
        // Another revision, so that nobody who has shown the old password a moment ago sets the next one with it.
        put(&mut writing, by, Some(&account), &account.next(at)).await?;
        store::password::end(&mut writing, id).await?;
        end_sessions(&mut writing, by, id, "reset", at).await?;
        // Whoever has taken the password may have made tokens with it, and linked an identity of their own. Where no password
        // lets the owner in, none was linked by it, and theirs stays.
        store::token::remove_all(&mut writing, id).await?;
        if self.lets_password(&account) {
            for identity in store::identity::remove_own(&mut writing, id, by, at).await? {
                let kind = EventKind::IdentityRemoved;
                note_identity(&mut writing, kind, by, &identity, at).await?;
            }
        }
        self.commit(writing).await?;
        Ok(link)
    }

    /// Sets the password of the account that a link names. The link is used up, the account is in use, and what failed before
    /// is forgotten. A password that is too weak leaves the link as it is.
    pub async fn accept(&self, secret: &str, password: &str) -> Result<Account> {
        let hash = SecretHash::of(secret);
        let account = self.invited(hash, self.now()).await?;
        let password = self.fresh(&account, password).await?;
        let mut writing = self.begin().await?;
        let at = self.now();
        if !store::invitation::take(&mut writing, hash).await? {
            return Err(Error::LinkRefused);
        }
        let before = store::account(&mut writing, &account.id, at).await?;
        if before.status == Status::Disabled {
            return Err(Error::LinkRefused);
        }
        let id = before.id.as_str();
        let after = Account {
            status: Status::Active,
            password_changed_at: Some(at),
            locked_until: None,
            ..before.next(at)
        };
        put(&mut writing, id, Some(&before), &after).await?;
        let history = self.inner.settings.password_history;
        store::password::set(&mut writing, &before.id, &password, at, history).await?;
        store::failure::clear(&mut writing, id).await?;
        let accepted = Note {
            at,
            actor: Some(id),
            kind: EventKind::Accepted,
            subject: id,
            detail: json!({}),
        };
        note(&mut writing, &accepted).await?;
        end_sessions(&mut writing, id, &before.id, "password", at).await?;
        self.commit(writing).await?;
        Ok(after)
    }

    /// The account whose password a link would set, where it can be used still.
    pub async fn look_at(&self, secret: &str) -> Result<Account> {
        self.invited(SecretHash::of(secret), self.now()).await
    }

    /// Lets an account be logged in to again that is locked because too many logins have failed. One that is not locked is no error.
    pub async fn unlock(&self, by: &str, id: &AccountId) -> Result<()> {
        let mut writing = self.begin().await?;
        let at = self.now();
        let account = store::account(&mut writing, id, at).await?;
        // Whoever could end the lock again and again could guess without end.
        check_access(by, &account)?;
        let Some(until) = account.locked_until else {
            return Ok(());
        };
        store::failure::clear(&mut writing, id.as_str()).await?;
        let unlocked = Note {
            at,
            actor: Some(by),
            kind: EventKind::Unlocked,
            subject: id.as_str(),
            detail: json!({ "until": until }),
        };
        note(&mut writing, &unlocked).await?;
        self.commit(writing).await
    }

    /// The account that a link names, where the link can be used.
    async fn invited(&self, hash: SecretHash, now: Timestamp) -> Result<Account> {
        let mut connection = self.inner.store.pool().acquire().await?;
        let link = store::invitation::find(&mut connection, hash, now).await?;
        let id = link.and_then(|link| link.account);
        let id = id.ok_or(Error::LinkRefused)?;
        let account = store::find(&mut connection, &id, now).await?;
        account
            .filter(|account| account.status != Status::Disabled)
            .ok_or(Error::LinkRefused)
    }
}

fn must_have_password(account: &Account) -> Result<()> {
    if account.kind == Kind::Service {
        return Err(account.not_now("is a service, which has tokens and no password"));
    }
    Ok(())
}
