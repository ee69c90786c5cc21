//! Programs that log in with a token and stay: who they are, what they read at each moment, and when that is over.
//!
//! Rights are looked up for every question, and never kept with a login.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;
use yandu_lake::Principal;

use crate::door::{Asked, Door, Uses};
use crate::separation::{LOCAL_ADMINISTRATOR, LOCAL_ADMINISTRATOR_NAME};
use crate::verifier::Verifier;
use crate::{Result, Taker, Token, TokenId};

/// How far ahead it is known that a login holds; then it is looked at again.
const AHEAD: Duration = Duration::from_hours(1);

/// A token that is used all the time is seen to be used this often.
const USED: Duration = Duration::from_mins(1);

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
        Ok(self.standing_of(&self.found(login).await?))
    }

    async fn found(&self, login: &Login) -> Result<Found> {
        let Login::Token(id) = login else {
            return Ok(Found::Local);
        };
        let token = self.door().accounts().proved_token(id).await?;
        Ok(token.map_or(Found::Nothing, |token| Found::Token(Box::new(token))))
    }

    fn standing_of(&self, found: &Found) -> Standing {
        let token = match found {
            Found::Local => return Standing::Reads(Principal::local_administrator()),
            Found::Nothing => return Standing::Ended,
            Found::Token(token) => token,
        };
        let door = self.door();
        if token.expires_at <= door.accounts().now() {
            return Standing::Ended;
        }
        if !token.may_read() {
            return Standing::ReadsNothing;
        }
        let asked = Asked {
            principal: token.account.principal(),
            revision: token.account.revision,
            circumstances: token.circumstances(),
            uses: Uses::Counted,
        };
        let rights = door.rights(&asked);
        let name = asked.principal.id.as_str();
        Standing::Reads(Principal::with_rights(name, rights))
    }

    /// Whoever has logged in, as receipts tell of them; nobody where the login has ended meanwhile.
    pub async fn taker(&self, login: &Login) -> Result<Taker> {
        let Login::Token(id) = login else {
            return Ok(Taker {
                name: LOCAL_ADMINISTRATOR_NAME.to_owned(),
                purpose: None,
            });
        };
        let token = self.door().accounts().proved_token(id).await?;
        Ok(token.map_or_else(Taker::default, |token| Taker {
            name: token.account.name,
            purpose: token.purpose,
        }))
    }

    /// For how long a login holds unless it is changed, as far as one looks ahead; not at all where it holds no more.
    fn left(&self, found: &Found) -> Duration {
        match found {
            Found::Local => AHEAD,
            Found::Nothing => Duration::ZERO,
            Found::Token(token) => {
                let left = token
                    .expires_at
                    .duration_since(self.door().accounts().now());
                Duration::try_from(left).map_or(Duration::ZERO, |left| left.min(AHEAD))
            }
        }
    }

    /// Looks after a login from now on.
    pub fn watch(&self, login: Login) -> Watch {
        Watch {
            changes: self.door().accounts().changes(),
            // The login may have changed since its proof was looked at.
            found: None,
            looked: Instant::now(),
            until: Instant::now(),
            programs: self.clone(),
            login,
        }
    }
}

/// What the records say of a login.
#[derive(Debug)]
enum Found {
    Local,
    Token(Box<Token>),
    /// It is good for nothing any more.
    Nothing,
}

/// Looks after one login.
pub struct Watch {
    programs: Programs,
    login: Login,
    changes: watch::Receiver<u64>,
    /// What was found last; none where something of accounts has changed that was not looked at yet.
    found: Option<Found>,
    looked: Instant,
    /// How long the login holds without any change: a token ends by itself.
    until: Instant,
}

impl Watch {
    /// What the login is good for at this moment, as [`Programs::standing`] says it. The records are read only after
    /// something of accounts has changed, and now and then so that the token counts as used.
    pub async fn standing(&mut self) -> Result<Standing> {
        if self.has_news() || self.looked.elapsed() >= USED {
            self.look().await?;
        }
        let found = self.found.as_ref().unwrap_or(&Found::Nothing);
        let standing = self.programs.standing_of(found);
        if let Standing::Ended = standing {
            self.found = Some(Found::Nothing);
        }
        Ok(standing)
    }

    /// Waits until the login does not hold any more. Nothing is missed when this is given up and begun again.
    pub async fn lost(&mut self) -> Lost {
        loop {
            if self.has_news() && self.look().await.is_err() {
                // What cannot be looked up now is told at the next question.
                self.until = Instant::now() + AHEAD;
            }
            if let Some(Found::Nothing) = self.found {
                return Lost::Login;
            }
            tokio::select! {
                changed = self.changes.changed() => if changed.is_err() {
                    return Lost::Site;
                },
                () = tokio::time::sleep_until(self.until) => {}
            }
            self.found = None;
        }
    }

    fn has_news(&self) -> bool {
        // An error means that there will be no more changes.
        let has_changed = self.changes.has_changed().unwrap_or_default();
        self.found.is_none() || has_changed || self.until <= Instant::now()
    }

    async fn look(&mut self) -> Result<()> {
        // What changes from here on is news.
        self.changes.mark_unchanged();
        self.found = None;
        let mut found = self.programs.found(&self.login).await?;
        let left = self.programs.left(&found);
        if left.is_zero() {
            found = Found::Nothing;
        }
        self.looked = Instant::now();
        self.until = self.looked + left.max(SOONEST);
        self.found = Some(found);
        Ok(())
    }
}
