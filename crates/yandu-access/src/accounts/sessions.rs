//! What goes on in sessions, and ending them.

use serde_json::json;

use super::Accounts;
use super::change::end_sessions;
use crate::event::{EventKind, Note, note};
use crate::secret::{SESSION, SecretHash};
use crate::session::{Look, Looked, Session, purpose_of};
use crate::settings::minutes;
use crate::store;
use crate::{Error, Result};
use yandu_words::{AccountId, SessionId};

impl Accounts {
    /// The session that a secret opens, which counts as used now; none where there is no such session, or it has ended.
    pub async fn session(&self, secret: &str) -> Result<Option<Session>> {
        if !secret.starts_with(SESSION) {
            return Ok(None);
        }
        let hash = SecretHash::of(secret);
        let pool = self.inner.store.pool();
        let sessions = &self.inner.sessions;
        let look = Look {
            now: self.now(),
            idle: minutes(self.inner.settings.idle_minutes),
            generation: sessions.generation(),
        };
        let mut looked = sessions.look(hash, look);
        if matches!(looked, Looked::Unknown) {
            looked = match store::session::find(pool, hash, look.now).await? {
                Some(session) => sessions.hold(hash, session, look),
                None => Looked::Ended,
            };
        }
        match looked {
            Looked::Alive { session, is_due } => {
                if is_due {
                    store::session::touch(pool, hash, look.now).await?;
                }
                Ok(Some(*session))
            }
            Looked::Ended | Looked::Unknown => {
                sessions.forget(hash);
                Ok(None)
            }
        }
    }

    /// Says what the owner works for in a session from now on.
    pub async fn set_purpose(&self, session: &Session, purpose: Option<String>) -> Result<()> {
        let purpose = purpose_of(purpose).map_err(|why| Error::invalid("purpose", why))?;
        let mut writing = self.begin().await?;
        let purpose = purpose.as_deref();
        if !store::session::set_purpose(&mut writing, &session.id, purpose).await? {
            return Err(Error::NoSession(session.id.clone()));
        }
        let id = session.account.id.as_str();
        let set = Note {
            at: self.now(),
            actor: Some(id),
            kind: EventKind::PurposeSet,
            subject: id,
            detail: json!({ "session": session.id, "purpose": purpose }),
        };
        note(&mut writing, &set).await?;
        self.commit(writing).await
    }

    /// The sessions of an account that are alive, the newest first.
    pub async fn sessions_of(&self, id: &AccountId) -> Result<Vec<Session>> {
        self.find(id).await?;
        let now = self.now();
        let idle = minutes(self.inner.settings.idle_minutes);
        let mut sessions = store::session::list(self.inner.store.pool(), id, now).await?;
        sessions.retain(|session| session.is_alive(now, idle));
        Ok(sessions)
    }

    /// Ends one session of an account at once.
    pub async fn end_session(&self, by: &str, id: &AccountId, session: &SessionId) -> Result<()> {
        let mut writing = self.begin().await?;
        if !store::session::end(&mut writing, id, session).await? {
            return Err(Error::NoSession(session.clone()));
        }
        let ended = Note {
            at: self.now(),
            actor: Some(by),
            kind: EventKind::SessionsEnded,
            subject: id.as_str(),
            detail: json!({ "count": 1, "session": session, "why": "ended" }),
        };
        note(&mut writing, &ended).await?;
        self.commit(writing).await
    }

    /// Ends all sessions of an account at once, and says how many there were.
    pub async fn end_sessions(&self, by: &str, id: &AccountId) -> Result<u64> {
        let mut writing = self.begin().await?;
        let at = self.now();
        store::account(&mut writing, id, at).await?;
        let count = end_sessions(&mut writing, by, id, "ended", at).await?;
        self.commit(writing).await?;
        Ok(count)
    }
}
