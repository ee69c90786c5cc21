//! Logging in and out.

use serde_json::json;
use uuid::Uuid;

use super::prove::{Factor, Proved};
use super::{Accounts, kept};
use crate::event::{EventKind, Note, note};
use crate::identity::Identity;
use crate::secret::{SESSION, Secret};
use crate::session::{Client, LoggedIn, Means, Session, TOUCH};
use crate::settings::{earlier, hours, later, minutes};
use crate::store;
use crate::{Error, Result};

impl Accounts {
    /// Begins a session of an account: with its name, however it is capitalised, its password, and a code where it has a second
    /// factor.
    ///
    /// It is refused with [`Error::Refused`] or [`Error::Locked`], which say nothing about whether there is such an account; with
    /// [`Error::SecondFactorNeeded`] where all is right so far, with [`Error::PasswordExpired`] where only
    /// [`Accounts::change_expired`] goes, and with [`Error::PasswordOff`] where the site lets administrators alone log in so.
    pub async fn login(
        &self,
        id_text: &str,
        password: &str,
        code: Option<&str>,
        client: Client,
    ) -> Result<LoggedIn> {
        let proved = self.prove(id_text, password, Factor::Asked(code)).await?;
        if !self.lets_password(&proved.account) {
            return Err(Error::PasswordOff);
        }
        if let Some(changed_at) = proved.account.password_changed_at
            && self.inner.settings.has_expired(changed_at, proved.at)
        {
            return Err(Error::PasswordExpired);
        }
        self.begin_session(proved, client, None).await
    }

    /// Begins a session of somebody who has shown who they are: with an identity where it is named, or with a password.
    pub(super) async fn begin_session(
        &self,
        proved: Proved,
        client: Client,
        identity: Option<&Identity>,
    ) -> Result<LoggedIn> {
        let Proved {
            mut writing,
            account,
            at,
        } = proved;
        let settings = &self.inner.settings;
        let means = match identity {
            None => Means::Password,
            Some(_) => Means::Identity,
        };
        let secret = Secret::generate(SESSION);
        let session = Session {
            id: Uuid::now_v7().to_string().parse()?,
            account,
            purpose: None,
            created_at: at,
            seen_at: at,
            ends_at: later(at, hours(settings.session_hours)),
            client: Client {
                address: kept(client.address),
                agent: kept(client.agent),
            },
            means,
        };
        // A record may say up to this much too early when a session was used last.
        let idle = minutes(settings.idle_minutes).saturating_add(TOUCH);
        store::session::prune(&mut writing, at, earlier(at, idle)).await?;
        store::session::insert(&mut writing, secret.hash(), &session).await?;
        let id = &session.account.id;
        let most = settings.sessions_per_account.max(1);
        let ended = store::session::end_oldest(&mut writing, id, most).await?;
        let login = Note {
            at,
            actor: Some(id.as_str()),
            kind: EventKind::Login,
            subject: id.as_str(),
            detail: json!({
                "session": session.id,
                "address": session.client.address,
                "agent": session.client.agent,
                "means": means,
                "issuer": identity.map(|identity| &identity.issuer),
                "subject": identity.map(|identity| &identity.subject),
            }),
        };
        note(&mut writing, &login).await?;
        if ended > 0 {
            let told = Note {
                kind: EventKind::SessionsEnded,
                detail: json!({ "count": ended, "why": "too-many" }),
                ..login
            };
            note(&mut writing, &told).await?;
        }
        self.commit(writing).await?;
        Ok(LoggedIn { secret, session })
    }

    /// Ends a session as its owner wishes. One that has ended already is no error.
    pub async fn logout(&self, session: &Session) -> Result<()> {
        let mut writing = self.begin().await?;
        let id = &session.account.id;
        if !store::session::end(&mut writing, id, &session.id).await? {
            return Ok(());
        }
        let logout = Note {
            at: self.now(),
            actor: Some(id.as_str()),
            kind: EventKind::Logout,
            subject: id.as_str(),
            detail: json!({ "session": session.id }),
        };
        note(&mut writing, &logout).await?;
        self.commit(writing).await
    }
}
