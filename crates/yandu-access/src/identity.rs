//! Who somebody is at a provider of identities, which proves it by OpenID Connect.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use yandu_words::AccountId;

use crate::{Error, Result};

/// Who links where the claim of the provider has named the account: nobody that an account could be called.
pub(crate) const PROVIDER: &str = "(provider)";

/// Signs of the longest subject (OpenID Connect Core 1.0, 2).
const SUBJECT_LENGTH: usize = 255;

/// What a site lets a provider of identities do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IdentityRules {
    /// Whether somebody whom the claim names, and who has no account, is given one without any role.
    pub creates_accounts: bool,
    /// Whether the three administrators may come in this way. Their accounts are linked by hand also then.
    pub admits_administrators: bool,
    /// Whether nobody but the three administrators logs in with a password.
    pub replaces_passwords: bool,
}

/// Somebody as the provider has proved them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identified {
    pub issuer: String,
    /// What the issuer calls them for ever.
    pub subject: String,
    /// The name of an account, where a claim holds one.
    pub account: Option<String>,
    pub name: Option<String>,
    /// Whether the provider has asked for a second factor that the site takes for its own.
    pub has_second_factor: bool,
}

/// The number of an identity, written `I12`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct IdentityId(pub(crate) i64);

impl fmt::Display for IdentityId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "I{}", self.0)
    }
}

impl FromStr for IdentityId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = text
            .strip_prefix('I')
            .and_then(|digits| digits.parse().ok());
        number
            .filter(|number| *number > 0)
            .map(Self)
            .ok_or_else(|| {
                format!("`{text}` is no number of an identity, which is written like I12")
            })
    }
}

impl Serialize for IdentityId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// An identity that comes in to an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Identity {
    pub id: IdentityId,
    pub account: AccountId,
    pub issuer: String,
    pub subject: String,
    /// What the provider called them when they came last.
    pub name: Option<String>,
    pub linked_by: String,
    pub linked_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
}

/// A subject as somebody has typed it.
pub(crate) fn checked_subject(subject: &str) -> Result<&str> {
    let subject = subject.trim();
    let length = subject.chars().count();
    if length == 0 || length > SUBJECT_LENGTH || subject.chars().any(char::is_control) {
        let why = format!(
            "it is one line of at most {SUBJECT_LENGTH} signs, as the provider says it in the claim `sub`"
        );
        return Err(Error::invalid("subject", why));
    }
    Ok(subject)
}
