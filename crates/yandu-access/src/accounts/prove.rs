//! Showing who one is with a password, in a way that tells nobody else whether there is such an account.
//!
//! A name that no account has costs the same hash, is counted the same and is locked the same. The lock is looked at again in
//! the transaction that counts, so that many attempts at once are no more attempts than one after another.

use jiff::Timestamp;
use serde_json::json;
use yandu_words::sign::fold;

use super::{Accounts, Writing};
use crate::account::Account;
use crate::event::{EventKind, GIVEN_LENGTH, Note, cut, note};
use crate::store::{self, failure};
use crate::{Error, Result, totp};
use yandu_words::AccountId;

/// Whether a code is asked for where the account has a second factor.
#[derive(Clone, Copy)]
pub(super) enum Factor<'a> {
    Asked(Option<&'a str>),
    NotAsked,
}

/// Somebody who has shown who they are, in the transaction in which that holds.
pub(super) struct Proved {
    pub(super) writing: Writing,
    pub(super) account: Account,
    pub(super) at: Timestamp,
}

impl Accounts {
    /// Looks at a name and a password. What fails is counted and told in an event; what does not forgets the failures of the name
    /// when the transaction is committed.
    pub(super) async fn prove(
        &self,
        given: &str,
        password: &str,
        factor: Factor<'_>,
    ) -> Result<Proved> {
        let name = folded(given);
        let id = name.parse::<AccountId>().ok();
        let turn = self.inner.passwords.turn().await;
        let credential = self.credential(&name, id.as_ref()).await?;
        let is_right = self
            .inner
            .passwords
            .verify(turn, password, credential.clone())
            .await?;

        let mut writing = self.begin().await?;
        let at = self.now();
        if let Some(until) = failure::locked_until(&mut writing, &name, at).await? {
            return Err(Error::Locked { until });
        }
        let account = match id {
            Some(id) if is_right => {
                let is_same = store::password::in_force(&mut writing, &id).await? == credential;
                let account = store::find(&mut writing, &id, at).await?;
                account.filter(|_| is_same)
            }
            _ => None,
        };
        let Some(account) = account else {
            let why = if credential.is_some() {
                "password"
            } else {
                "no-credential"
            };
            return Err(self.failed(writing, given, why, at).await?);
        };
        if let Factor::Asked(code) = factor
            && account.has_second_factor
        {
            let code = code.ok_or(Error::SecondFactorNeeded)?;
            if !self.takes_code(&mut writing, &account, code, at).await? {
                return Err(self.failed(writing, given, "code", at).await?);
            }
        }
        failure::clear(&mut writing, &name).await?;
        Ok(Proved {
            writing,
            account,
            at,
        })
    }

    /// The hash that a password is compared with, unless the name is locked.
    async fn credential(&self, name: &str, id: Option<&AccountId>) -> Result<Option<String>> {
        let mut connection = self.inner.store.pool().acquire().await?;
        if let Some(until) = failure::locked_until(&mut connection, name, self.now()).await? {
            return Err(Error::Locked { until });
        }
        match id {
            Some(id) => store::password::in_force(&mut connection, id).await,
            None => Ok(None),
        }
    }

    /// Whether a code of the second factor is right now and was not accepted before; it is not again.
    pub(super) async fn takes_code(
        &self,
        writing: &mut Writing,
        account: &Account,
        code: &str,
        at: Timestamp,
    ) -> Result<bool> {
        let factor = store::second_factor::find(writing, &account.id).await?;
        let Some(factor) = factor.filter(|factor| factor.is_confirmed) else {
            return Ok(false);
        };
        let secret = self.inner.key.open(account.id.as_str(), &factor.sealed)?;
        let Some(step) = totp::accepted(&secret, code, at, factor.last_step) else {
            return Ok(false);
        };
        store::second_factor::accept(writing, &account.id, step).await?;
        Ok(true)
    }

    /// Counts a failure and tells of it, and gives the error that it is answered with.
    pub(super) async fn failed(
        &self,
        mut writing: Writing,
        given: &str,
        why: &str,
        at: Timestamp,
    ) -> Result<Error> {
        let name = folded(given);
        let until = failure::count(&mut writing, &name, at, &self.inner.settings).await?;
        let subject = cut(given);
        let refused = Note {
            at,
            actor: None,
            kind: EventKind::LoginRefused,
            subject: &subject,
            detail: json!({ "why": why }),
        };
        note(&mut writing, &refused).await?;
        if let Some(until) = until {
            let locked = Note {
                kind: EventKind::Locked,
                detail: json!({ "until": until }),
                ..refused
            };
            note(&mut writing, &locked).await?;
        }
        self.commit(writing).await?;
        Ok(match until {
            Some(until) => Error::Locked { until },
            None => Error::Refused,
        })
    }
}

/// A name as it is looked up and counted, whatever its width and case.
fn folded(given: &str) -> String {
    let given = given.trim().chars();
    given.map(fold).take(GIVEN_LENGTH).collect()
}
