//! What happened to accounts and rights. An event is written in the transaction of what it tells of, and is never changed or
//! deleted. No secret stands in one.

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use serde_json::Value;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection, SqlitePool};

use crate::store::time;
use crate::{Error, Result};

/// Signs of a text of somebody unknown that an event keeps.
pub(crate) const GIVEN_LENGTH: usize = 64;

macro_rules! kinds {
    ($($(#[doc = $doc:literal])* $variant:ident = $name:literal,)+) => {
        /// What an event tells of.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum EventKind {
            $($(#[doc = $doc])* $variant,)+
        }

        impl EventKind {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    };
}

kinds! {
    /// A link was made that makes the first system administrator.
    FirstLink = "first-link",
    /// The first system administrator was made.
    Claimed = "claimed",
    Created = "account-created",
    /// Fields of an account are others now; `detail` says from what to what.
    Changed = "account-changed",
    Invited = "invited",
    /// A link was made that sets a new password.
    Reset = "reset",
    /// The owner has used a link and set a password.
    Accepted = "accepted",
    Login = "login",
    /// The subject is the name as it was given. What is tried with a locked name is not looked at, and not told.
    LoginRefused = "login-refused",
    Locked = "locked",
    /// An administrator has ended a lock before its time.
    Unlocked = "unlocked",
    Logout = "logout",
    /// Sessions were ended by something else than their owner's logout.
    SessionsEnded = "sessions-ended",
    PurposeSet = "purpose-set",
    PasswordChanged = "password-changed",
    SecondFactorBegun = "second-factor-begun",
    SecondFactorSet = "second-factor-set",
    SecondFactorRemoved = "second-factor-removed",
    /// Somebody at a provider of identities comes in to the account from now on.
    IdentityLinked = "identity-linked",
    IdentityRemoved = "identity-removed",
    TokenCreated = "token-created",
    TokenRevoked = "token-revoked",
    GrantGiven = "grant-given",
    GrantRevoked = "grant-revoked",
    /// An entry was added to the negative list.
    Forbidden = "negative-entry-added",
    /// An entry was taken off the negative list.
    AllowedAgain = "negative-entry-removed",
    /// Rows began to leave as a file; the subject is the receipt.
    Exported = "exported",
    /// Other packs are in force, or the first ones; the subject is the number of the change.
    PacksChanged = "packs-changed",
    /// Packs of before came back.
    PacksRolledBack = "packs-rolled-back",
    /// The policies of the city's own folder are others than before.
    PoliciesChanged = "policies-changed",
}

impl Serialize for EventKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Event {
    /// Counts the events; a later one has a larger number.
    pub id: i64,
    pub at: Timestamp,
    /// Who did it; none where nobody has shown who they are.
    pub actor: Option<String>,
    pub kind: EventKind,
    /// What it was done to.
    pub subject: String,
    pub detail: Value,
}

/// Which events are listed: those that fit everything that is said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventFilter {
    pub actor: Option<String>,
    pub kind: Option<EventKind>,
    pub subject: Option<String>,
    /// The first time of all.
    pub since: Option<Timestamp>,
    /// The time before which all are.
    pub until: Option<Timestamp>,
}

/// Packs or policies that took force, which changes what people may do.
#[derive(Debug, Clone, PartialEq)]
pub struct InForce {
    /// Now where it is not said.
    pub at: Option<Timestamp>,
    pub actor: String,
    pub kind: EventKind,
    /// The change, or the folder.
    pub subject: String,
    /// `policy` says from which hash of the set to which.
    pub detail: Value,
}

/// An event that is to be written.
pub(crate) struct Note<'a> {
    pub(crate) at: Timestamp,
    pub(crate) actor: Option<&'a str>,
    pub(crate) kind: EventKind,
    pub(crate) subject: &'a str,
    pub(crate) detail: Value,
}

/// Writes an event in the transaction of what it tells of.
pub(crate) async fn note(connection: &mut SqliteConnection, note: &Note<'_>) -> Result<()> {
    sqlx::query(
        "INSERT INTO access_event (at, actor, kind, subject, detail) VALUES (?, ?, ?, ?, ?)",
    )
    .bind(note.at.as_microsecond())
    .bind(note.actor)
    .bind(note.kind.name())
    .bind(note.subject)
    .bind(serde_json::to_string(&note.detail)?)
    .execute(connection)
    .await?;
    Ok(())
}

/// Events, the newest first; those before one where it is named.
pub(crate) async fn events(
    pool: &SqlitePool,
    filter: &EventFilter,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<Event>> {
    sqlx::query(
        "SELECT id, at, actor, kind, subject, detail FROM access_event \
         WHERE (?1 IS NULL OR id < ?1) AND (?2 IS NULL OR actor = ?2) AND (?3 IS NULL OR kind = ?3) \
         AND (?4 IS NULL OR subject = ?4) AND (?5 IS NULL OR at >= ?5) AND (?6 IS NULL OR at < ?6) \
         ORDER BY id DESC LIMIT ?7",
    )
    .bind(before)
    .bind(filter.actor.as_deref())
    .bind(filter.kind.map(EventKind::name))
    .bind(filter.subject.as_deref())
    .bind(filter.since.map(Timestamp::as_microsecond))
    .bind(filter.until.map(Timestamp::as_microsecond))
    .bind(limit)
    .fetch_all(pool)
    .await?
    .iter()
    .map(event_of)
    .collect()
}

fn event_of(row: &SqliteRow) -> Result<Event> {
    Ok(Event {
        id: row.try_get("id")?,
        at: time(row.try_get("at")?),
        actor: row.try_get("actor")?,
        kind: EventKind::from_name(row.try_get("kind")?)
            .ok_or_else(|| Error::damaged("the kind of an event"))?,
        subject: row.try_get("subject")?,
        detail: serde_json::from_str(row.try_get("detail")?)?,
    })
}

/// The beginning of a text that somebody unknown has given.
pub(crate) fn cut(text: &str) -> String {
    text.chars().take(GIVEN_LENGTH).collect()
}
