//! An entry of the ledger.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use yandu_words::id::DatasetId;

use crate::content::Content;
use crate::facts::Facts;
use crate::lacks::Element;
use crate::status::Status;

/// The longest id, in signs: two names of a dataset and the dot between them.
const LONGEST_ID: usize = 127;

/// The name of an entry: the id of its dataset, or what it was registered under.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EntryId(Arc<str>);

/// Why a text is no id of an entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no id of an entry: up to {LONGEST_ID} of a-z, 0-9, `.`, `_`, `-`, a letter or a digit first"
)]
pub struct EntryIdError(String);

impl EntryId {
    pub const PATTERN: &'static str = "^[a-z0-9][a-z0-9._-]{0,126}$";

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for EntryId {
    type Err = EntryIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let is_id = text.bytes().next().is_some_and(is_name)
            && text.len() <= LONGEST_ID
            && text
                .bytes()
                .all(|byte| is_name(byte) || matches!(byte, b'.' | b'_' | b'-'));
        if is_id {
            Ok(Self(text.into()))
        } else {
            Err(EntryIdError(text.chars().take(LONGEST_ID).collect()))
        }
    }
}

impl TryFrom<String> for EntryId {
    type Error = EntryIdError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<EntryId> for String {
    fn from(id: EntryId) -> Self {
        id.0.as_ref().to_owned()
    }
}

impl From<&DatasetId> for EntryId {
    fn from(id: &DatasetId) -> Self {
        Self(id.as_str().into())
    }
}

impl Borrow<str> for EntryId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// An entry as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub id: EntryId,
    /// All that is said of it. In lists without its columns.
    pub content: Content,
    pub status: Status,
    /// Counts from 1.
    pub revision: u64,
    /// Whether a dataset of the installed packs stands behind it, so that most of it is declared there.
    pub is_pack: bool,
    /// What an entry needs and this one does not have.
    pub lacks: Vec<Element>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    /// When it was last published.
    pub published_at: Option<Timestamp>,
    pub facts: Facts,
    pub uses_30_days: u64,
}

/// What somebody has to do with an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Answers for the data.
    Owner,
    /// Looks after it day by day.
    Steward,
    /// Is asked about it.
    Contact,
    /// Is told when a delivery is late.
    ToldWhenLate,
}

/// A role, and who has it; nobody where it is vacant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Duty {
    pub role: Role,
    pub who: Option<String>,
}

impl Entry {
    /// Who has to do with it. Where nobody is named to be told of a late delivery it is the steward, or else the owner.
    pub fn duties(&self) -> Vec<Duty> {
        let content = &self.content;
        let owner = Some(content.owner.clone()).filter(|owner| !owner.is_empty());
        let told = content
            .late_contact
            .clone()
            .or_else(|| content.steward.clone())
            .or_else(|| owner.clone());
        vec![
            Duty {
                role: Role::Owner,
                who: owner,
            },
            Duty {
                role: Role::Steward,
                who: content.steward.clone(),
            },
            Duty {
                role: Role::Contact,
                who: content.contact.clone(),
            },
            Duty {
                role: Role::ToldWhenLate,
                who: told,
            },
        ]
    }
}
