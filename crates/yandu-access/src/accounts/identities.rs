//! Coming in as a provider of identities has proved it, and which identity comes in to which account.
//!
//! What finds an account is its link to a subject of an issuer. The name that a claim holds links once, where the site says so: to
//! an account that no identity of the issuer comes in to, of a subject that was never linked, and never to an administrator. So
//! nobody comes in to an account by taking its name at the provider.
//!
//! A second factor of the account is asked for here also where the provider has asked for one, unless the site takes the
//! provider's word for it. Wrong codes lock the name, as after a password.

use jiff::Timestamp;
use serde_json::json;
use sqlx::SqliteConnection;

use super::change::note_created;
use super::prove::{Factor, Proved};
use super::{Accounts, Writing, put};
use crate::account::{Account, Kind, NewAccount, Status, built};
use crate::event::{EventKind, Note, cut, note};
use crate::identity::{Identified, Identity, IdentityId, PROVIDER, checked_subject};
use crate::separation::{RESERVED, check_access, is_administrator};
use crate::session::{Client, LoggedIn, Means};
use crate::store::{self, failure};
use crate::{Error, Result};
use yandu_words::AccountId;

impl Accounts {
    /// Begins a session of the account that somebody comes in to whom the provider has proved.
    ///
    /// It is refused with [`Error::Unidentified`] where no account is linked and none may be, with [`Error::IdentityTaken`] where
    /// the account that the claim names has another identity, with [`Error::AdministratorIdentity`], and with
    /// [`Error::NotNow`] where the account is disabled. [`Error::SecondFactorNeeded`] asks for the same with a code, and nothing
    /// was linked until then.
    pub async fn login_identified(
        &self,
        identified: &Identified,
        code: Option<&str>,
        client: Client,
    ) -> Result<LoggedIn> {
        let mut writing = self.begin().await?;
        let at = self.now();
        let found = match self.resolve(&mut writing, identified, at).await {
            Ok(found) => found,
            Err(error) => {
                drop(writing);
                self.note_refused(identified, &error).await?;
                return Err(error);
            }
        };
        // Before anything is written, because a wrong code is counted in the same transaction.
        if let Found::Linked(_, account) | Found::Named(account) = &found
            && account.has_second_factor
            && !identified.has_second_factor
        {
            let name = account.id.as_str();
            if let Some(until) = failure::locked_until(&mut writing, name, at).await? {
                return Err(Error::Locked { until });
            }
            let code = code.ok_or(Error::SecondFactorNeeded)?;
            if !self.takes_code(&mut writing, account, code, at).await? {
                return Err(self.failed(writing, name, "code", at).await?);
            }
            failure::clear(&mut writing, name).await?;
        }
        let (linked, account) = match found {
            Found::Linked(identity, account) => (Some(identity), account),
            Found::Named(account) => (None, account),
            Found::Missing(id) => (None, create(&mut writing, id, identified, at).await?),
        };
        let account = taken_up(&mut writing, account, at).await?;
        let identity = match linked {
            Some(identity) => identity,
            None => link(&mut writing, PROVIDER, &account, identified, at).await?,
        };
        store::identity::touch(&mut writing, identity.id, identified.name.as_deref(), at).await?;
        let proved = Proved {
            writing,
            account,
            at,
        };
        self.begin_session(proved, client, Some(&identity)).await
    }

    /// Links a subject of an issuer to an account, for its owner or an administrator.
    pub async fn link_identity(
        &self,
        by: &str,
        id: &AccountId,
        identified: &Identified,
    ) -> Result<Identity> {
        let subject = checked_subject(&identified.subject)?;
        let identified = Identified {
            subject: subject.to_owned(),
            ..identified.clone()
        };
        let mut writing = self.begin().await?;
        let at = self.now();
        let account = store::account(&mut writing, id, at).await?;
        check_access(by, &account)?;
        self.may_have_identity(&account)?;
        must_be_in_use(&account)?;
        let Identified { issuer, .. } = &identified;
        if let Some(other) = store::identity::find(&mut writing, issuer, subject).await? {
            if other.account == *id {
                return Ok(other);
            }
            return Err(Error::IdentityTaken);
        }
        if store::identity::has(&mut writing, id, issuer).await? {
            return Err(Error::IdentityTaken);
        }
        let identity = link(&mut writing, by, &account, &identified, at).await?;
        self.commit(writing).await?;
        Ok(identity)
    }

    /// Links the owner's own account to whom the provider has proved, with a proof that the owner is there: whoever has only found
    /// their session links nobody to it.
    pub async fn link_proved(
        &self,
        id: &AccountId,
        password: &str,
        code: Option<&str>,
        identified: &Identified,
    ) -> Result<Identity> {
        let account = self.find(id).await?;
        if account.password_changed_at.is_none() {
            return Err(account.not_now("has no password by which its owner shows who they are"));
        }
        let proved = self
            .prove(id.as_str(), password, Factor::Asked(code))
            .await?;
        self.commit(proved.writing).await?;
        self.link_identity(id.as_str(), id, identified).await
    }

    /// The identities that come in to an account, the oldest first.
    pub async fn identities_of(&self, id: &AccountId) -> Result<Vec<Identity>> {
        self.find(id).await?;
        store::identity::list(self.inner.store.pool(), id).await
    }

    /// Takes an identity of an account away. The sessions that were begun with it end. Whoever has no other way in keeps it.
    pub async fn remove_identity(
        &self,
        by: &str,
        id: &AccountId,
        identity: IdentityId,
    ) -> Result<()> {
        let mut writing = self.begin().await?;
        let at = self.now();
        let account = store::account(&mut writing, id, at).await?;
        check_access(by, &account)?;
        let removed = store::identity::remove(&mut writing, id, identity, by, at).await?;
        let removed = removed.ok_or(Error::NoIdentity(identity))?;
        if by == id.as_str() && !self.takes_password(&account) {
            return Err(account.not_now("has no other way to log in"));
        }
        note_identity(&mut writing, EventKind::IdentityRemoved, by, &removed, at).await?;
        let count = store::session::end_identified(&mut writing, id).await?;
        if count > 0 {
            let ended = Note {
                at,
                actor: Some(by),
                kind: EventKind::SessionsEnded,
                subject: id.as_str(),
                detail: json!({ "count": count, "why": "identity-removed" }),
            };
            note(&mut writing, &ended).await?;
        }
        self.commit(writing).await
    }

    /// Whether the owner of an account may log in with a password.
    pub(super) fn takes_password(&self, account: &Account) -> bool {
        account.password_changed_at.is_some() && self.lets_password(account)
    }

    /// Whether the site lets an account log in with a password, if it has one.
    pub(super) fn lets_password(&self, account: &Account) -> bool {
        !self.inner.settings.identities.replaces_passwords || is_administrator(account)
    }

    /// The account that somebody comes in to. Nothing is written.
    async fn resolve(
        &self,
        writing: &mut Writing,
        identified: &Identified,
        at: Timestamp,
    ) -> Result<Found> {
        let Identified {
            issuer, subject, ..
        } = identified;
        if let Some(identity) = store::identity::find(writing, issuer, subject).await? {
            let account = store::account(writing, &identity.account, at).await?;
            self.may_have_identity(&account)?;
            must_be_in_use(&account)?;
            return Ok(Found::Linked(identity, account));
        }
        // A link that was taken away is not made again by a name.
        if store::identity::was_linked(writing, issuer, subject).await? {
            return Err(Error::Unidentified);
        }
        // Letters of ASCII alone are folded: another sign that has a small one of them (`K`, the kelvin) is another name.
        let named = identified.account.as_deref();
        let named = named.map(str::to_ascii_lowercase);
        let named = named.and_then(|name| name.parse::<AccountId>().ok());
        let named = named.ok_or(Error::Unidentified)?;
        if RESERVED.contains(&named.as_str()) {
            return Err(Error::Unidentified);
        }
        match store::find(writing, &named, at).await? {
            // Whoever chooses names at the provider would choose an administrator's.
            Some(account) if is_administrator(&account) || account.kind == Kind::Service => {
                Err(Error::Unidentified)
            }
            Some(_) if store::identity::has(writing, &named, issuer).await? => {
                Err(Error::IdentityTaken)
            }
            Some(account) => {
                must_be_in_use(&account)?;
                Ok(Found::Named(account))
            }
            None if self.inner.settings.identities.creates_accounts => Ok(Found::Missing(named)),
            None => Err(Error::Unidentified),
        }
    }

    /// Refuses what no provider proves: a program, and an administrator where the site does not let them come this way.
    fn may_have_identity(&self, account: &Account) -> Result<()> {
        if account.kind == Kind::Service {
            return Err(account.not_now("is a service, which has tokens and does not log in"));
        }
        if is_administrator(account) && !self.inner.settings.identities.admits_administrators {
            return Err(Error::AdministratorIdentity(account.id.clone()));
        }
        Ok(())
    }

    /// Tells that somebody whom the provider has proved was refused. The subject of the event is the name that the claim holds,
    /// or what the issuer calls them.
    async fn note_refused(&self, identified: &Identified, error: &Error) -> Result<()> {
        let given = identified.account.as_ref().unwrap_or(&identified.subject);
        let subject = cut(given);
        let mut writing = self.begin().await?;
        let refused = Note {
            at: self.now(),
            actor: None,
            kind: EventKind::LoginRefused,
            subject: &subject,
            detail: json!({
                "why": error.code(),
                "means": Means::Identity.name(),
                "issuer": identified.issuer,
                "subject": identified.subject,
            }),
        };
        note(&mut writing, &refused).await?;
        self.commit(writing).await
    }
}

/// The account that somebody is to come in to.
enum Found {
    Linked(Identity, Account),
    /// The claim names it, and it is to be linked.
    Named(Account),
    /// The claim names it, and it is to be made.
    Missing(AccountId),
}

fn must_be_in_use(account: &Account) -> Result<()> {
    if account.status == Status::Disabled {
        return Err(account.not_now("is disabled"));
    }
    Ok(())
}

/// An account whose owner has come in: one that was invited is in use from now on, and its link is withdrawn.
async fn taken_up(
    writing: &mut SqliteConnection,
    account: Account,
    at: Timestamp,
) -> Result<Account> {
    if account.status != Status::Invited {
        return Ok(account);
    }
    let after = Account {
        status: Status::Active,
        ..account.next(at)
    };
    let id = account.id.as_str();
    put(writing, id, Some(&account), &after).await?;
    store::invitation::withdraw(writing, &account.id).await?;
    let accepted = Note {
        at,
        actor: Some(id),
        kind: EventKind::Accepted,
        subject: id,
        detail: json!({ "means": Means::Identity.name() }),
    };
    note(writing, &accepted).await?;
    Ok(after)
}

/// A person of whom nothing is known but what the provider says, without any role.
async fn create(
    writing: &mut SqliteConnection,
    id: AccountId,
    identified: &Identified,
    at: Timestamp,
) -> Result<Account> {
    let name = identified.name.as_deref().unwrap_or(id.as_str()).to_owned();
    // Nothing that has to be known is said of it.
    let account = built(NewAccount::person(id, name), &crate::Known::default(), at)?;
    put(writing, PROVIDER, None, &account).await?;
    note_created(writing, PROVIDER, &account).await?;
    Ok(account)
}

async fn link(
    writing: &mut SqliteConnection,
    by: &str,
    account: &Account,
    identified: &Identified,
    at: Timestamp,
) -> Result<Identity> {
    let identity = store::identity::insert(writing, identified, &account.id, by, at).await?;
    note_identity(writing, EventKind::IdentityLinked, by, &identity, at).await?;
    Ok(identity)
}

/// Writes the event of an identity that is linked to its account or taken away from it.
pub(super) async fn note_identity(
    writing: &mut SqliteConnection,
    kind: EventKind,
    by: &str,
    identity: &Identity,
    at: Timestamp,
) -> Result<()> {
    let told = Note {
        at,
        actor: Some(by),
        kind,
        subject: identity.account.as_str(),
        detail: json!({ "issuer": identity.issuer, "subject": identity.subject }),
    };
    note(writing, &told).await
}
