//! Setting up a second factor and taking it away.

use serde_json::json;

use super::prove::Factor;
use super::{Accounts, put};
use crate::account::Account;
use crate::event::{EventKind, Note, note};
use crate::secret::Secret;
use crate::separation::check_access;
use crate::{Error, Result, store, totp};
use yandu_words::AccountId;

/// What an authenticator is set up with. It is shown this once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolment {
    /// The address `otpauth://totp/…` that is shown as a picture.
    pub uri: Secret,
    /// The secret in base32, to be typed.
    pub secret: Secret,
}

impl Accounts {
    /// Begins to set up a second factor. It is asked for after [`Accounts::confirm_second_factor`]; beginning again gives another
    /// secret until then.
    pub async fn begin_second_factor(&self, id: &AccountId) -> Result<Enrolment> {
        let mut writing = self.begin().await?;
        let at = self.now();
        let account = store::account(&mut writing, id, at).await?;
        account.must_be_active()?;
        if account.password_changed_at.is_none() {
            return Err(account.not_now("has no password that a second factor could stand beside"));
        }
        if account.has_second_factor {
            return Err(Error::SecondFactor("is set up already"));
        }
        let secret = totp::generate();
        let sealed = self.inner.key.seal(id.as_str(), &secret)?;
        store::second_factor::put(&mut writing, id, &sealed).await?;
        let begun = Note {
            at,
            actor: Some(id.as_str()),
            kind: EventKind::SecondFactorBegun,
            subject: id.as_str(),
            detail: json!({}),
        };
        note(&mut writing, &begun).await?;
        self.commit(writing).await?;
        Ok(Enrolment {
            uri: totp::uri(id, &secret),
            secret: Secret::new(totp::base32(&secret)),
        })
    }

    /// Puts the second factor in force that was begun, for whose authenticator the code speaks. The code is used up by it.
    pub async fn confirm_second_factor(&self, id: &AccountId, code: &str) -> Result<Account> {
        let mut writing = self.begin().await?;
        let at = self.now();
        let before = store::account(&mut writing, id, at).await?;
        before.must_be_active()?;
        let factor = store::second_factor::find(&mut writing, id).await?;
        let factor = factor.ok_or(Error::SecondFactor("was not begun"))?;
        if factor.is_confirmed {
            return Err(Error::SecondFactor("is set up already"));
        }
        let secret = self.inner.key.open(id.as_str(), &factor.sealed)?;
        let step = totp::accepted(&secret, code, at, factor.last_step);
        let step = step.ok_or(Error::SecondFactor("shows another code"))?;
        store::second_factor::confirm(&mut writing, id, at).await?;
        store::second_factor::accept(&mut writing, id, step).await?;
        let after = Account {
            has_second_factor: true,
            ..before.next(at)
        };
        put(&mut writing, id.as_str(), Some(&before), &after).await?;
        let set = Note {
            at,
            actor: Some(id.as_str()),
            kind: EventKind::SecondFactorSet,
            subject: id.as_str(),
            detail: json!({}),
        };
        note(&mut writing, &set).await?;
        self.commit(writing).await?;
        Ok(after)
    }

    /// Takes one's own second factor away, with a proof of both factors.
    pub async fn give_up_second_factor(
        &self,
        id: &AccountId,
        password: &str,
        code: &str,
    ) -> Result<Account> {
        let asked = Factor::Asked(Some(code));
        let proved = self.prove(id.as_str(), password, asked).await?;
        self.commit(proved.writing).await?;
        self.remove_second_factor(id.as_str(), id).await
    }

    /// Takes a second factor away, so that the password alone is asked for.
    pub async fn remove_second_factor(&self, by: &str, id: &AccountId) -> Result<Account> {
        let mut writing = self.begin().await?;
        let at = self.now();
        let before = store::account(&mut writing, id, at).await?;
        check_access(by, &before)?;
        if !store::second_factor::remove(&mut writing, id).await? {
            return Err(Error::SecondFactor("is not set up"));
        }
        let after = Account {
            has_second_factor: false,
            ..before.next(at)
        };
        put(&mut writing, by, Some(&before), &after).await?;
        let removed = Note {
            at,
            actor: Some(by),
            kind: EventKind::SecondFactorRemoved,
            subject: id.as_str(),
            detail: json!({}),
        };
        note(&mut writing, &removed).await?;
        self.commit(writing).await?;
        Ok(after)
    }
}
