//! The accounts of the city: one change is one transaction, with the event that tells of it.

mod change;
mod claim;
mod identities;
mod import;
mod invite;
mod login;
mod password;
mod prove;
mod second_factor;
mod sessions;
mod tokens;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use sqlx::{Sqlite, SqliteConnection, Transaction};
use tokio::sync::watch;
use yandu_store::Store;

use crate::account::{Account, Filter};
use crate::event::{self, Event, EventFilter, InForce};
use crate::known::Known;
use crate::password::{Cost, Passwords};
use crate::secret::{INVITATION, Key, Secret};
use crate::separation::{self, Move, RESERVED};
use crate::session::Cache;
use crate::settings::{Settings, later};
use crate::store::{self, MIGRATIONS};
use crate::{Error, Result};
use yandu_words::AccountId;

pub use second_factor::Enrolment;

/// The accounts of a city. Cheap to clone; all clones are one.
///
/// `by` names who does something: the id of an account, or a name that no account can have.
#[derive(Clone)]
pub struct Accounts {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    settings: Settings,
    key: Key,
    passwords: Passwords,
    known: RwLock<Arc<Known>>,
    sessions: Cache,
    /// Counts the changes.
    changes: watch::Sender<u64>,
    /// Never false again once it is true, because the last system administrator stays.
    is_claimed: AtomicBool,
    /// How far the time of a test is ahead of the clock, in microseconds.
    #[cfg(test)]
    ahead: std::sync::atomic::AtomicI64,
}

/// A secret that sets a password once. What address it is put into is for the caller to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub secret: Secret,
    /// Until when it can be used.
    pub ends_at: Timestamp,
}

type Writing = Transaction<'static, Sqlite>;

impl Accounts {
    /// Opens the accounts in the records of a site. Nothing but the three administrators' roles is known before
    /// [`Accounts::set_known`].
    pub async fn open(store: Store, settings: Settings, key: Key) -> Result<Self> {
        Self::open_with(store, settings, key, Cost::default()).await
    }

    /// The same with another cost of a hash.
    pub(crate) async fn open_with(
        store: Store,
        settings: Settings,
        key: Key,
        cost: Cost,
    ) -> Result<Self> {
        store.migrate("access", MIGRATIONS).await?;
        let mut connection = store.pool().acquire().await?;
        let is_claimed = store::governing(&mut connection, None).await? > 0;
        drop(connection);
        Ok(Self {
            inner: Arc::new(Inner {
                store,
                settings,
                key,
                passwords: Passwords::new(cost).await?,
                known: RwLock::default(),
                sessions: Cache::default(),
                changes: watch::Sender::new(0),
                is_claimed: AtomicBool::new(is_claimed),
                #[cfg(test)]
                ahead: std::sync::atomic::AtomicI64::default(),
            }),
        })
    }

    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// Says which roles, departments and divisions there are from now on. Accounts keep what is no longer known.
    pub fn set_known(&self, known: Known) {
        let known = Arc::new(known.with_administrators());
        *self
            .inner
            .known
            .write()
            .unwrap_or_else(PoisonError::into_inner) = known;
    }

    /// Which roles, departments and divisions there are.
    pub fn known(&self) -> Arc<Known> {
        let known = self.inner.known.read();
        Arc::clone(&known.unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether there is a system administrator who can log in. It costs nothing to ask.
    pub fn is_claimed(&self) -> bool {
        self.inner.is_claimed.load(Ordering::SeqCst)
    }

    /// Changes whenever an account, a session or a token does, for whoever serves one for longer than a question.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.inner.changes.subscribe()
    }

    /// An account.
    pub async fn find(&self, id: &AccountId) -> Result<Account> {
        let mut connection = self.inner.store.pool().acquire().await?;
        store::account(&mut connection, id, self.now()).await
    }

    /// At most `limit` accounts that fit a filter, by their ids, after one where it is named.
    pub async fn list(
        &self,
        filter: &Filter,
        after: Option<&AccountId>,
        limit: u32,
    ) -> Result<Vec<Account>> {
        store::list(self.inner.store.pool(), filter, after, limit, self.now()).await
    }

    /// At most `limit` events that fit a filter, the newest first, before one where it is named.
    pub async fn events(
        &self,
        filter: &EventFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Event>> {
        event::events(self.inner.store.pool(), filter, before, limit).await
    }

    /// Writes down that packs or policies took force.
    pub async fn note_in_force(&self, what: InForce) -> Result<()> {
        let mut writing = yandu_store::writing(self.inner.store.pool()).await?;
        let note = event::Note {
            at: what.at.unwrap_or_else(|| self.now()),
            actor: Some(&what.actor),
            kind: what.kind,
            subject: &what.subject,
            detail: what.detail,
        };
        event::note(&mut writing, &note).await?;
        Ok(writing.commit().await?)
    }

    /// Seals a text for the browser of somebody, who cannot read or change it. `purpose` is no name of an account.
    pub fn seal(&self, purpose: &str, text: &str) -> Result<String> {
        let sealed = self.inner.key.seal(purpose, text.as_bytes())?;
        Ok(URL_SAFE_NO_PAD.encode(sealed))
    }

    /// What was sealed for a purpose; none of anything else.
    pub fn unseal(&self, purpose: &str, sealed: &str) -> Option<String> {
        let sealed = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let text = self.inner.key.open(purpose, &sealed).ok()?;
        String::from_utf8(text).ok()
    }

    #[cfg(not(test))]
    pub(crate) fn now(&self) -> Timestamp {
        self.inner.store.clock().now()
    }

    #[cfg(test)]
    pub(crate) fn now(&self) -> Timestamp {
        let ahead = self.inner.ahead.load(Ordering::SeqCst);
        later(
            self.inner.store.clock().now(),
            SignedDuration::from_micros(ahead),
        )
    }

    /// Lets time pass for a test.
    #[cfg(test)]
    pub(crate) fn pass(&self, time: SignedDuration) {
        let micros = time.as_micros() as i64;
        self.inner.ahead.fetch_add(micros, Ordering::SeqCst);
    }

    async fn begin(&self) -> Result<Writing> {
        let pool = self.inner.store.pool();
        Ok(yandu_store::writing(pool).await?)
    }

    /// Ends a transaction, and makes all that is held in memory follow it, also where nobody waits for it any more: a commit that
    /// has begun is not taken back.
    async fn commit(&self, mut writing: Writing) -> Result<()> {
        let is_claimed = store::governing(&mut writing, None).await? > 0;
        let inner = Arc::clone(&self.inner);
        let committing = tokio::spawn(async move {
            writing.commit().await?;
            inner.is_claimed.fetch_or(is_claimed, Ordering::SeqCst);
            inner.sessions.renew();
            inner.changes.send_modify(|count| *count += 1);
            Ok(())
        });
        committing.await?
    }
}

/// A new link for an account, in place of the one that it has; for the first system administrator where none is named.
async fn link(
    writing: &mut SqliteConnection,
    account: Option<&AccountId>,
    lasts: SignedDuration,
    at: Timestamp,
) -> Result<Link> {
    let link = Link {
        secret: Secret::generate(INVITATION),
        ends_at: later(at, lasts),
    };
    let hash = link.secret.hash();
    store::invitation::put(writing, hash, account, link.ends_at, at).await?;
    Ok(link)
}

/// Writes an account, new or as a change made it, unless administrators would not be apart. Every change passes here.
async fn put(
    writing: &mut SqliteConnection,
    by: &str,
    before: Option<&Account>,
    after: &Account,
) -> Result<()> {
    if before.is_none() && RESERVED.contains(&after.id.as_str()) {
        return Err(Error::Exists(after.id.clone()));
    }
    keep_apart(writing, by, before, after).await?;
    match before {
        None => store::insert(writing, after).await,
        Some(_) => store::update(writing, after).await,
    }
}

/// Refuses what the administrators are kept apart by, with the offices that other accounts hold now.
pub(crate) async fn keep_apart(
    connection: &mut SqliteConnection,
    by: &str,
    before: Option<&Account>,
    after: &Account,
) -> Result<()> {
    let others = store::governing(connection, Some(&after.id)).await?;
    let held = store::offices(connection, &after.id).await?;
    separation::check(&Move {
        by,
        before,
        after,
        others,
        held: &held,
    })
}

/// The address of a client, or its agent, as far as it is kept.
fn kept(text: Option<String>) -> Option<String> {
    const LENGTH: usize = 200;
    text.map(|text| text.chars().take(LENGTH).collect())
}
