//! Addresses of files: signed for one reader and what they see, and good until a time. They end earlier when the token is revoked, the
//! account is disabled, or what the reader sees of the dataset is something else.

use std::fmt::Write as _;

use jiff::Timestamp;
use serde::Deserialize;
use yandu_access::{Asked, LOCAL_ADMINISTRATOR, Status, Uses};
use yandu_lake::{Principal, ReadPoint, Terms};
use yandu_words::id::DatasetId;

use super::table::{Reader, Table, of_administrator};
use crate::Result;
use crate::access::Asker;
use crate::address::{Base, encode};
use crate::problem::Problem;
use crate::state::State;

/// What stands in an address behind the name of the file.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Link {
    dataset: String,
    reader: String,
    /// The id of the token that was shown; empty for whoever holds the data folder.
    #[serde(default)]
    token: String,
    rights: String,
    /// The first millisecond since 1970 at which it is not good any more.
    until: i64,
    signature: String,
}

impl Link {
    /// The address of files of a table for a reader.
    pub(super) fn new(state: &State, reader: &Reader, table: &Table) -> Self {
        let token = match &reader.asker {
            Asker::Token(token) => token.id.to_string(),
            Asker::Local | Asker::Session(_) | Asker::Visitor => String::new(),
        };
        let term = state.options().sharing.link.as_millis() as i64;
        Self {
            dataset: table.dataset.to_string(),
            reader: reader.asker.name().to_owned(),
            token,
            rights: table.rights.clone(),
            until: state.now().as_millisecond().saturating_add(term),
            signature: String::new(),
        }
    }

    /// When it ends, in milliseconds since 1970.
    pub(super) fn until(&self) -> i64 {
        self.until
    }

    /// The address of one file.
    pub(super) fn to(&self, state: &State, base: &Base, file: &str) -> String {
        let mut path = format!("/delta-sharing/files/{file}.parquet?");
        for (name, value) in [
            ("dataset", &self.dataset),
            ("reader", &self.reader),
            ("token", &self.token),
            ("rights", &self.rights),
        ] {
            let _ = write!(path, "{name}={}&", encode(value));
        }
        let signature = state.door().sign(&self.signed(file));
        let _ = write!(path, "until={}&signature={signature}", self.until);
        base.at(&path)
    }

    /// What is signed. No part can have the sign between them in it.
    fn signed(&self, file: &str) -> String {
        let until = self.until.to_string();
        [
            file,
            &self.dataset,
            &self.reader,
            &self.token,
            &self.rights,
            &until,
        ]
        .join("\n")
    }

    /// Refuses an address that was not given out so, has ended, or whose reader sees something else by now. Gives the permits
    /// under which the file is read.
    pub(super) async fn check(&self, state: &State, file: &str) -> Result<Terms> {
        if !state.door().is_signed(&self.signed(file), &self.signature) {
            return Err(refused("the address was not given out so"));
        }
        let now = state.now();
        if now.as_millisecond() >= self.until {
            return Err(refused("the address has expired"));
        }
        let seen = match self.reader.as_str() {
            LOCAL_ADMINISTRATOR => (of_administrator(state) == self.rights).then(Terms::default),
            _ => self.seen_now(state, now).await?,
        };
        let ended = || refused("the permission under which it was given has ended");
        seen.ok_or_else(ended)
    }

    /// The permits under which the reader sees now what it saw then; none where it sees something else, and where the token or the
    /// account is in use no more.
    async fn seen_now(&self, state: &State, now: Timestamp) -> Result<Option<Terms>> {
        let accounts = state.door().accounts();
        let (Ok(id), Ok(dataset)) = (self.reader.parse(), self.dataset.parse::<DatasetId>()) else {
            return Ok(None);
        };
        let account = accounts.find(&id).await?;
        let tokens = accounts.tokens_of(&id).await?;
        let mut tokens = tokens.iter();
        let token = tokens.find(|token| token.id.as_str() == self.token && now < token.expires_at);
        let Some(token) = token.filter(|_| account.status == Status::Active) else {
            return Ok(None);
        };
        // A grant may have been used for the last time before the address was given out, or by its being given out.
        let mut rights = [Uses::Counted, Uses::GivenOut].into_iter().map(|uses| {
            state.door().rights(&Asked {
                revision: account.revision,
                circumstances: token.circumstances(),
                uses,
                principal: account.principal(),
            })
        });
        let found = rights.find(|rights| {
            let key = rights.fingerprint(&dataset, now);
            key.is_some_and(|key| key == self.rights)
        });
        let Some(rights) = found else {
            return Ok(None);
        };
        let principal = Principal::with_rights(self.reader.as_str(), rights);
        let session = state.lake().session(&principal, ReadPoint::default());
        Ok(session.terms(&dataset).ok())
    }
}

fn refused(why: &str) -> Box<Problem> {
    Problem::new("not-permitted", why).with_help("query the table again".to_owned())
}
