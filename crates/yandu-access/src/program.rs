//! Programs that log in with a token and stay: who they are, what they read at each moment, and when that is over.
//!
//! Rights are looked up for every question, and never kept with a login.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;
use yandu_lake::Principal;

use crate::door::{Asked, Door};
use crate::separation::{LOCAL_ADMINISTRATOR, LOCAL_ADMINISTRATOR_NAME};
use crate::verifier::Verifier;
use crate::{Result, TokenId};

/// How far ahead it is known that a login holds; then it is looked at again.
const AHEAD: Duration = Duration::from_hours(1);

/// However soon a login ends, it is not looked at more often.
const SOONEST: Duration = Duration::from_millis(100);

/// Those who may log in where programs do. Clones are one.
#[derive(Clone)]
pub struct Programs {
    inner: Arc<Inner>,
}

struct Inner {
    door: Door,
    /// Of the key of whoever holds the data folder.
    local_key: blake3::Hash,
    local_verifier: Verifier,
}

/// Who has logged in.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Login {
    Token(TokenId),
    /// Whoever holds the data folder.
    Local,
}

/// What a login is good for at a moment.
#[derive(Debug, Clone)]
pub enum Standing {
    /// It reads, with the rights of this moment.
    Reads(Principal),
    /// The token is for something else than reading.
    ReadsNothing,
    /// The token was revoked, has expired, or rests with its account.
    Ended,
}

/// Why a login that was good is no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lost {
    Login,
    /// The accounts are closed, and the server with them.
    Site,
}

impl Programs {
    /// `local_key` is what whoever holds the data folder shows.
    pub fn new(door: Door, local_key: &str) -> Self {
        Self {
            inner: Arc::new(Inner {
                door,
                local_key: blake3::hash(local_key.as_bytes()),
                local_verifier: Verifier::new(local_key),
            }),
        }
    }

    pub fn door(&self) -> &Door {
        &self.inner.door
    }

    /// What a proof under a name is held against, and whom it shows.
    ///
    /// The key of the local administrator lies on this machine, and from another one the name is like any that nobody has.
    pub async fn verifier(&self, name: &str, is_here: bool) -> Result<(Verifier, Option<Login>)> {
        if name == LOCAL_ADMINISTRATOR && is_here {
            let verifier = self.inner.local_verifier.clone();
            return Ok((verifier, Some(Login::Local)));
        }
        let login = self.inner.door.accounts().token_login(name).await?;
        Ok((login.verifier, login.token.map(Login::Token)))
    }

    /// Whom a secret shows that is sent as it is; nobody where it is wrong or has ended.
    pub async fn by_secret(&self, secret: &str, is_here: bool) -> Result<Option<Login>> {
        if is_here && self.is_local_key(secret) {
            return Ok(Some(Login::Local));
        }
        let token = self.inner.door.accounts().token(secret).await?;
        Ok(token.map(|token| Login::Token(token.id)))
    }

    /// The same under a name, which must be that of the secret.
    pub async fn by_name(&self, name: &str, secret: &str, is_here: bool) -> Result<Option<Login>> {
        if name == LOCAL_ADMINISTRATOR {
            return Ok((is_here && self.is_local_key(secret)).then_some(Login::Local));
        }
        let token = self.inner.door.accounts().token(secret).await?;
        let token = token.filter(|token| token.login.as_deref() == Some(name));
        Ok(token.map(|token| Login::Token(token.id)))
    }

    /// How long the comparison takes tells nothing of how much of it is right.
    fn is_local_key(&self, secret: &str) -> bool {
        blake3::hash(secret.as_bytes()) == self.inner.local_key
    }

    /// What a login is good for at this moment. A grant that says how often it may be used is counted by [`Door::count_use`].
    pub async fn standing(&self, login: &Login) -> Result<Standing> {
        let Login::Token(id) = login else {
            return Ok(Standing::Reads(Principal::local_administrator()));
        };
        let door = self.door();
        let Some(token) = door.accounts().proved_token(id).await? else {
            return Ok(Standing::Ended);
        };
        if !token.may_read() {
            return Ok(Standing::ReadsNothing);
        }
        let asked = Asked {
            principal: token.account.principal(),
            revision: token.account.revision,
            circumstances: token.circumstances(),
            is_counted: true,
        };
        let rights = door.rights(&asked);
        let name = asked.principal.id.as_str();
        Ok(Standing::Reads(Principal::with_rights(name, rights)))
    }

    /// What whoever has logged in is called; nothing where the login has ended meanwhile.
    pub async fn called(&self, login: &Login) -> Result<String> {
        let Login::Token(id) = login else {
            return Ok(LOCAL_ADMINISTRATOR_NAME.to_owned());
        };
        let token = self.door().accounts().proved_token(id).await?;
        Ok(token.map_or_else(String::new, |token| token.account.name))
    }

    /// For how long a login holds unless it is changed, as far as one looks ahead; not at all where it holds no more.
    async fn left(&self, login: &Login) -> Duration {
        let Login::Token(id) = login else {
            return AHEAD;
        };
        let accounts = self.door().accounts();
        match accounts.proved_token(id).await {
            Ok(Some(token)) => {
                let left = token.expires_at.duration_since(accounts.now());
                Duration::try_from(left).map_or(Duration::ZERO, |left| left.min(AHEAD))
            }
            Ok(None) => Duration::ZERO,
            // What cannot be looked up now is told at the next question.
            Err(_) => AHEAD,
        }
    }

    /// Looks after a login from now on.
    pub fn watch(&self, login: Login) -> Watch {
        Watch {
            changes: self.door().accounts().changes(),
            // The login may have changed since its proof was looked at.
            has_news: true,
            until: Instant::now(),
            programs: self.clone(),
            login,
        }
    }
}

/// Looks after one login.
pub struct Watch {
    programs: Programs,
    login: Login,
    changes: watch::Receiver<u64>,
    /// Something of accounts has changed that was not looked at yet.
    has_news: bool,
    /// How long the login holds without any change: a token ends by itself.
    until: Instant,
}

impl Watch {
    /// Waits until the login does not hold any more. Nothing is missed when this is given up and begun again.
    pub async fn lost(&mut self) -> Lost {
        loop {
            if !self.has_news {
                tokio::select! {
                    changed = self.changes.changed() => if changed.is_err() {
                        return Lost::Site;
                    },
                    () = tokio::time::sleep_until(self.until) => {}
                }
                self.has_news = true;
            }
            let left = self.programs.left(&self.login).await;
            if left.is_zero() {
                return Lost::Login;
            }
            self.until = Instant::now() + left.max(SOONEST);
            self.has_news = false;
        }
    }
}
