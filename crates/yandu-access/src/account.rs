//! What an account is.

mod said;

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use yandu_policy::Principal;

use crate::{Error, Result};
use yandu_words::{AccountId, RoleId};

pub(crate) use said::{Said, built, changed};

/// Who stands behind an account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    #[default]
    Person,
    /// A program. It has no password and comes with tokens.
    Service,
    Organisation,
}

impl Kind {
    pub const ALL: [Self; 3] = [Self::Person, Self::Service, Self::Organisation];

    pub fn name(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Service => "service",
            Self::Organisation => "organisation",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Whether an account can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Nobody has set a password yet.
    Invited,
    Active,
    /// Nobody logs in, and its tokens rest until it is used again.
    Disabled,
}

impl Status {
    pub const ALL: [Self; 3] = [Self::Invited, Self::Active, Self::Disabled];

    pub fn name(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}

/// An account as it is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Account {
    pub id: AccountId,
    pub kind: Kind,
    /// What the owner is called by people.
    pub name: String,
    /// The name of the department that the owner belongs to, as the ledger has it.
    pub department: Option<String>,
    /// The code of the division that the owner works for.
    pub division: Option<String>,
    /// The unified social credit code of an organisation.
    pub uscc: Option<String>,
    pub roles: BTreeSet<RoleId>,
    pub status: Status,
    /// Until when no login is looked at, because too many have failed; none when that is over.
    pub locked_until: Option<Timestamp>,
    pub has_second_factor: bool,
    /// None where there is no password.
    pub password_changed_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub changed_at: Timestamp,
    /// Counts the changes, from 1.
    pub revision: u64,
}

impl Account {
    /// The account as policies see it.
    pub fn principal(&self) -> Principal {
        Principal {
            kind: match self.kind {
                Kind::Person => yandu_policy::Kind::Person,
                Kind::Service => yandu_policy::Kind::Service,
                Kind::Organisation => yandu_policy::Kind::Organisation,
            },
            id: self.id.as_str().to_owned(),
            roles: self.roles.iter().map(ToString::to_string).collect(),
            department: self.department.clone(),
            division: self.division.clone(),
        }
    }

    /// The account as it is to be after one more change.
    pub(crate) fn next(&self, at: Timestamp) -> Self {
        Self {
            revision: self.revision + 1,
            changed_at: at,
            ..self.clone()
        }
    }

    pub(crate) fn must_be_active(&self) -> Result<()> {
        match self.status {
            Status::Active => Ok(()),
            Status::Invited => Err(self.not_now("has not been taken up yet")),
            Status::Disabled => Err(self.not_now("is disabled")),
        }
    }

    pub(crate) fn not_now(&self, why: &'static str) -> Error {
        Error::NotNow {
            id: self.id.clone(),
            why,
        }
    }
}

/// An account that is to be made. A person and an organisation are invited; a service is active at once.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewAccount {
    pub id: AccountId,
    #[serde(default)]
    pub kind: Kind,
    pub name: String,
    #[serde(default)]
    pub department: Option<String>,
    #[serde(default)]
    pub division: Option<String>,
    #[serde(default)]
    pub uscc: Option<String>,
    #[serde(default)]
    pub roles: BTreeSet<RoleId>,
}

impl NewAccount {
    /// A person of whom nothing else is known.
    pub fn person(id: AccountId, name: impl Into<String>) -> Self {
        Self {
            id,
            kind: Kind::Person,
            name: name.into(),
            department: None,
            division: None,
            uscc: None,
            roles: BTreeSet::new(),
        }
    }
}

/// What is to be changed of an account. What is left out stays; an empty text takes a value away.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AccountChange {
    pub name: Option<String>,
    pub department: Option<String>,
    pub division: Option<String>,
    pub uscc: Option<String>,
    /// All roles that the account holds from now on.
    pub roles: Option<BTreeSet<RoleId>>,
    /// Whether it is taken out of use, or put back to what it was before.
    pub disabled: Option<bool>,
}

/// Which accounts are listed: those that fit everything that is said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// A part of the id or of the name.
    pub text: Option<String>,
    pub role: Option<RoleId>,
    pub department: Option<String>,
    pub status: Option<Status>,
    /// Only those that are locked now.
    pub is_locked: bool,
}
