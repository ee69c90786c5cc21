//! Tokens: what a program presents in place of a password.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rand::seq::IndexedRandom as _;
use serde::{Deserialize, Serialize};
use yandu_policy::{Circumstances, Way};

use crate::account::Account;
use crate::secret::Secret;
use crate::session::purpose_of;
use crate::settings::{Settings, days, later};
use crate::verifier::Verifier;
use crate::{Error, Result};
use yandu_words::{AccountId, TokenId};

/// How many tokens an account has at a time.
pub const TOKENS: u32 = 50;

/// Signs of the longest name of a token.
const NAME_LENGTH: usize = 64;

/// Letters behind the name of the account in the name of a login: fifty tokens of an account hardly ever have the same.
const LOGIN_LETTERS: usize = 6;

/// Those that nobody takes for another one.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// What a token is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Reads what the account may read.
    Read,
    /// Delivers data in the account's name.
    Deliver,
    /// Does all that the account may do.
    Manage,
}

impl Scope {
    pub const ALL: [Self; 3] = [Self::Read, Self::Deliver, Self::Manage];

    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Deliver => "deliver",
            Self::Manage => "manage",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}

/// A token that is to be made.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenRequest {
    /// What its owner knows it by.
    pub name: String,
    pub scope: BTreeSet<Scope>,
    /// What it is for: policies and grants for this purpose hold for whoever shows it.
    #[serde(default)]
    pub purpose: Option<String>,
    pub expires_at: Timestamp,
}

/// A token without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Token {
    pub id: TokenId,
    pub account: Account,
    pub name: String,
    /// The name under which it logs in where one is asked for; tokens of before there were any have none.
    pub login: Option<String>,
    pub scope: BTreeSet<Scope>,
    /// What it is for, as was said when it was made.
    pub purpose: Option<String>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
}

impl Token {
    /// A program has the purpose of its token, and stays a program whatever it asks for.
    pub fn circumstances(&self) -> Circumstances {
        Circumstances {
            purpose: self.purpose.clone(),
            way: Way::Interface,
        }
    }

    /// Whether it may read what its account may read.
    pub fn may_read(&self) -> bool {
        self.scope.contains(&Scope::Read) || self.scope.contains(&Scope::Manage)
    }
}

/// What is needed to let somebody in under a name: there is one for every name.
#[derive(Debug, Clone)]
pub struct TokenLogin {
    pub verifier: Verifier,
    /// The token that is meant; none where there is no such name.
    pub token: Option<TokenId>,
}

/// A token with its secret, which is shown this once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewToken {
    pub secret: Secret,
    pub token: Token,
}

/// A name under which a token of an account could log in. It needs no escaping in an address of a database.
pub(crate) fn login_name(account: &AccountId) -> String {
    let mut random = rand::rng();
    let letters: String = (0..LOGIN_LETTERS)
        .filter_map(|_| LETTERS.choose(&mut random).copied().map(char::from))
        .collect();
    format!("{account}_{letters}")
}

/// A token that may be made, without the blanks around its name and its purpose.
pub(crate) fn checked(
    request: TokenRequest,
    settings: &Settings,
    now: Timestamp,
) -> Result<TokenRequest> {
    let wrong = |field: &'static str, why: String| Err(Error::Token { field, why });
    let name = request.name.trim();
    if name.is_empty() || name.chars().count() > NAME_LENGTH || name.chars().any(char::is_control) {
        return wrong("name", format!("it has 1 to {NAME_LENGTH} signs"));
    }
    if request.scope.is_empty() {
        return wrong("scope", "it is good for nothing".to_owned());
    }
    if request.expires_at <= now {
        return wrong("expires_at", "this time is past".to_owned());
    }
    if request.expires_at > later(now, days(settings.token_days)) {
        let longest = settings.token_days;
        return wrong(
            "expires_at",
            format!("a token lives at most {longest} days"),
        );
    }
    let name = name.to_owned();
    let purpose = purpose_of(request.purpose).map_err(|why| Error::Token {
        field: "purpose",
        why,
    })?;
    Ok(TokenRequest {
        name,
        purpose,
        ..request
    })
}
