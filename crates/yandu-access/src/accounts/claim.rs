//! How the first system administrator comes into a city that has none.

use std::collections::BTreeSet;

use serde_json::json;

use super::{Accounts, Link, link, put};
use crate::account::{Account, NewAccount, Status, built};
use crate::event::{EventKind, Note, note};
use crate::password::weaknesses;
use crate::secret::SecretHash;
use crate::separation::SYSTEM_ADMINISTRATOR;
use crate::settings::hours;
use crate::store;
use crate::{Error, Result};
use yandu_words::AccountId;

/// Who makes the first system administrator: nobody that an account could be called.
const FIRST: &str = "(first link)";

impl Accounts {
    /// A new secret that makes the first system administrator, in place of the one before. There is none once the city has a
    /// system administrator who can log in.
    pub async fn first_link(&self) -> Result<Link> {
        let mut writing = self.begin().await?;
        if store::governing(&mut writing, None).await? > 0 {
            return Err(Error::Claimed);
        }
        let at = self.now();
        let lasts = hours(self.inner.settings.invitation_hours);
        let link = link(&mut writing, None, lasts, at).await?;
        let made = Note {
            at,
            actor: None,
            kind: EventKind::FirstLink,
            subject: SYSTEM_ADMINISTRATOR,
            detail: json!({ "ends_at": link.ends_at }),
        };
        note(&mut writing, &made).await?;
        self.commit(writing).await?;
        Ok(link)
    }

    /// Makes the first system administrator, for whom the secret of [`Accounts::first_link`] speaks.
    pub async fn claim(
        &self,
        secret: &str,
        id: AccountId,
        name: &str,
        password: &str,
    ) -> Result<Account> {
        let hash = SecretHash::of(secret);
        self.first_or_refused(hash).await?;
        let weak = weaknesses(password, &id, self.inner.settings.password_min_length);
        if !weak.is_empty() {
            return Err(Error::Weak(weak));
        }
        let password = self.inner.passwords.hash(password).await?;
        let mut writing = self.begin().await?;
        if store::governing(&mut writing, None).await? > 0 {
            return Err(Error::Claimed);
        }
        let at = self.now();
        if !store::invitation::take(&mut writing, hash).await? {
            return Err(Error::LinkRefused);
        }
        if store::find(&mut writing, &id, at).await?.is_some() {
            return Err(Error::Exists(id));
        }
        let new = NewAccount {
            roles: BTreeSet::from([SYSTEM_ADMINISTRATOR.parse()?]),
            ..NewAccount::person(id, name)
        };
        let account = Account {
            status: Status::Active,
            password_changed_at: Some(at),
            ..built(new, &self.known(), at)?
        };
        put(&mut writing, FIRST, None, &account).await?;
        let history = self.inner.settings.password_history;
        store::password::set(&mut writing, &account.id, &password, at, history).await?;
        let claimed = Note {
            at,
            actor: None,
            kind: EventKind::Claimed,
            subject: account.id.as_str(),
            detail: json!({ "account": account }),
        };
        note(&mut writing, &claimed).await?;
        self.commit(writing).await?;
        Ok(account)
    }

    async fn first_or_refused(&self, hash: SecretHash) -> Result<()> {
        if self.is_claimed() {
            return Err(Error::Claimed);
        }
        let mut connection = self.inner.store.pool().acquire().await?;
        let link = store::invitation::find(&mut connection, hash, self.now()).await?;
        match link {
            Some(link) if link.account.is_none() => Ok(()),
            _ => Err(Error::LinkRefused),
        }
    }
}
