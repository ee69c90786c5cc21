//! Sessions, and those of them that are held in memory.
//!
//! A session is looked up with every request, so what was read is kept until anything of an account or a session changes: each
//! change begins a new generation, and what was read before it is read again. So an ended session and a disabled account count
//! at once, and nothing has to know which sessions a change is about.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::account::{Account, Status};
use crate::secret::{Secret, SecretHash};
use crate::settings::later;
use yandu_words::SessionId;

/// How often the record of a session says anew when it was last used.
pub(crate) const TOUCH: SignedDuration = SignedDuration::from_secs(60);

/// Signs of the longest purpose.
const PURPOSE_LENGTH: usize = 200;

/// Sessions that are held in memory.
const HELD: usize = 10_000;

/// Where a login comes from, as the connection and the browser say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Client {
    pub address: Option<String>,
    pub agent: Option<String>,
}

/// With what somebody has shown who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Means {
    Password,
    /// A provider of identities has proved it.
    #[serde(rename = "openid")]
    Identity,
}

impl Means {
    pub fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Identity => "openid",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        [Self::Password, Self::Identity]
            .into_iter()
            .find(|means| means.name() == name)
    }
}

/// A purpose as it is kept, without the blanks around it: none where nothing was said.
///
/// # Errors
///
/// Why it is none: it is too long, or more than a line.
pub(crate) fn purpose_of(said: Option<String>) -> Result<Option<String>, String> {
    let said = said.map(|text| text.trim().to_owned());
    let said = said.filter(|text| !text.is_empty());
    let is_wrong =
        |text: &String| text.chars().count() > PURPOSE_LENGTH || text.chars().any(char::is_control);
    if said.as_ref().is_some_and(is_wrong) {
        return Err(format!("it is one line of at most {PURPOSE_LENGTH} signs"));
    }
    Ok(said)
}

/// A session without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Session {
    pub id: SessionId,
    pub account: Account,
    /// What the owner works for in it, in their own words.
    pub purpose: Option<String>,
    pub created_at: Timestamp,
    /// When it was last used; of a session that is listed, to the minute.
    pub seen_at: Timestamp,
    /// When it ends however much it is used.
    pub ends_at: Timestamp,
    pub client: Client,
    /// With what it was begun.
    pub means: Means,
}

/// A session with its secret, which is shown this once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedIn {
    pub secret: Secret,
    pub session: Session,
}

impl Session {
    pub(crate) fn is_alive(&self, now: Timestamp, idle: SignedDuration) -> bool {
        self.account.status == Status::Active
            && now < self.ends_at
            && now < later(self.seen_at, idle)
    }
}

/// The sessions that are held in memory.
#[derive(Default)]
pub(crate) struct Cache {
    generation: AtomicU64,
    entries: Mutex<HashMap<SecretHash, Entry>>,
}

struct Entry {
    generation: u64,
    session: Session,
    /// When the record says that it was last used.
    written_at: Timestamp,
}

/// What is known of a session.
pub(crate) enum Looked {
    /// It is alive, and was used now; whether the record should say so.
    Alive {
        session: Box<Session>,
        is_due: bool,
    },
    Ended,
    /// It has to be read.
    Unknown,
}

/// The moment of a look, and how long a session may be left alone.
#[derive(Clone, Copy)]
pub(crate) struct Look {
    pub(crate) now: Timestamp,
    pub(crate) idle: SignedDuration,
    /// What is of this generation or a later one still holds.
    pub(crate) generation: u64,
}

impl Cache {
    /// The generation to name before reading the records.
    pub(crate) fn generation(&self) -> u64 {
        self.generation.load(Ordering::SeqCst)
    }

    /// Begins a new generation, after a change is in the records.
    pub(crate) fn renew(&self) {
        self.generation.fetch_add(1, Ordering::SeqCst);
    }

    pub(crate) fn look(&self, hash: SecretHash, look: Look) -> Looked {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        match entries.get_mut(&hash) {
            Some(entry) if entry.generation >= look.generation => entry.look(look),
            _ => Looked::Unknown,
        }
    }

    /// Holds what was read, and looks at it. What memory knows of its use is newer than the record.
    pub(crate) fn hold(&self, hash: SecretHash, session: Session, look: Look) -> Looked {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= HELD && !entries.contains_key(&hash) {
            entries.clear();
        }
        let mut entry = Entry {
            generation: look.generation,
            written_at: session.seen_at,
            session,
        };
        if let Some(held) = entries.get(&hash) {
            entry.session.seen_at = entry.session.seen_at.max(held.session.seen_at);
            entry.written_at = entry.written_at.max(held.written_at);
        }
        let looked = entry.look(look);
        if matches!(looked, Looked::Alive { .. }) {
            entries.insert(hash, entry);
        }
        looked
    }

    pub(crate) fn forget(&self, hash: SecretHash) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.remove(&hash);
    }
}

impl Entry {
    fn look(&mut self, look: Look) -> Looked {
        if !self.session.is_alive(look.now, look.idle) {
            return Looked::Ended;
        }
        self.session.seen_at = self.session.seen_at.max(look.now);
        let is_due = look.now.duration_since(self.written_at) >= TOUCH;
        if is_due {
            self.written_at = look.now;
        }
        Looked::Alive {
            session: Box::new(self.session.clone()),
            is_due,
        }
    }
}
