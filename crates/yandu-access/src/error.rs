use jiff::Timestamp;
use yandu_policy::{Problem, TooMuch};
use yandu_words::IdError;

use crate::door::Conflict;
use crate::grant::GrantId;
use crate::identity::IdentityId;
use crate::import::RowFault;
use crate::negative::EntryId;
use crate::password::Weakness;
use crate::receipt::ReceiptId;
use yandu_words::{AccountId, SessionId, TokenId};

/// Why work on accounts did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no account `{0}`")]
    NoAccount(AccountId),

    #[error("there is an account `{0}` already")]
    Exists(AccountId),

    #[error("`{field}` of the account: {why}")]
    Invalid { field: &'static str, why: String },

    #[error(transparent)]
    Id(#[from] IdError),

    #[error("there is no {what} `{text}`")]
    Unknown {
        what: &'static str,
        text: String,
        /// The known names that are nearest.
        near: Vec<String>,
    },

    #[error(
        "the account `{id}` is at revision {revision}, and the change was made to revision {expected}"
    )]
    Outdated {
        id: AccountId,
        revision: u64,
        expected: u64,
    },

    #[error("the account `{id}` {why}")]
    NotNow { id: AccountId, why: &'static str },

    #[error("`{id}` {why}")]
    Separated { id: AccountId, why: String },

    #[error("`{0}` is the last system administrator who can log in")]
    LastAdministrator(AccountId),

    #[error("there is a system administrator already")]
    Claimed,

    /// It was never given out, was used, was replaced by another, or has ended.
    #[error("the link cannot be used")]
    LinkRefused,

    /// The same for an account that does not exist, is disabled or has another password.
    #[error("the name or the password is wrong")]
    Refused,

    #[error("too many logins have failed: the name is locked until {until}")]
    Locked { until: Timestamp },

    #[error("a code of the second factor is needed")]
    SecondFactorNeeded,

    #[error("the second factor {0}")]
    SecondFactor(&'static str),

    #[error("only administrators log in with a password here")]
    PasswordOff,

    /// The provider has proved somebody, and no account is theirs.
    #[error("no account belongs to whoever the provider has let in")]
    Unidentified,

    /// The subject comes in to another account, or the account has another subject of the issuer.
    #[error("the account or the identity is linked to another one already")]
    IdentityTaken,

    #[error("`{0}` administers the system and logs in with a password alone")]
    AdministratorIdentity(AccountId),

    #[error("there is no identity `{0}`")]
    NoIdentity(IdentityId),

    #[error("the password is too old")]
    PasswordExpired,

    #[error("the password cannot be used: it {}", told(.0))]
    Weak(Vec<Weakness>),

    #[error("there is no session `{0}`")]
    NoSession(SessionId),

    #[error("there is no token `{0}`")]
    NoToken(TokenId),

    #[error("`{field}` of the token: {why}")]
    Token { field: &'static str, why: String },

    #[error("{}", faults(.0))]
    Import(Vec<RowFault>),

    #[error("there is no grant `{0}`")]
    NoGrant(GrantId),

    #[error("the grant `{id}` was revoked by `{by}`")]
    GrantEnded { id: GrantId, by: String },

    #[error("the grant `{0}` has been used as often as it says")]
    UsedUp(GrantId),

    #[error("`{field}`: {why}")]
    Grant { field: &'static str, why: String },

    /// Somebody else changed rights after the change was looked at, or the term of a grant has begun.
    #[error("the policies are others than those that the change was looked at under")]
    Moved,

    #[error(transparent)]
    TooMuch(#[from] TooMuch),

    /// The dataset cannot be shown, or closed, as is wanted.
    #[error("it does not fit the data: {}", first(.0))]
    Terms(Vec<Problem>),

    #[error("what is to be granted is forbidden: {}", forbidden(.0))]
    Forbidden(Vec<Conflict>),

    /// There is none, or it is somebody else's.
    #[error("there is no receipt `{0}`")]
    NoReceipt(ReceiptId),

    #[error("the negative list has no entry `{0}`")]
    NoEntry(EntryId),

    #[error("the policies have errors: {}", first(.0))]
    Policies(Vec<Problem>),

    /// The key is another one, or the record is damaged.
    #[error("what is sealed for `{0}` cannot be opened")]
    Sealed(String),

    #[error("cannot hash a password")]
    Hash(#[from] argon2::password_hash::Error),

    #[error(transparent)]
    Store(#[from] yandu_store::Error),

    #[error("cannot read or write the records of accounts")]
    Records(#[from] sqlx::Error),

    #[error("a stored record of an account is damaged")]
    Stored(#[from] serde_json::Error),

    #[error("a task was stopped")]
    Stopped(#[from] tokio::task::JoinError),
}

fn told(weaknesses: &[Weakness]) -> String {
    let told: Vec<String> = weaknesses.iter().map(Weakness::to_string).collect();
    told.join(", and ")
}

fn faults(faults: &[RowFault]) -> String {
    match faults {
        [] => "nothing can be imported".to_owned(),
        [only] => format!("nothing is imported: {only}"),
        [first, others @ ..] => format!(
            "nothing is imported: {first}, and {} more faults",
            others.len()
        ),
    }
}

fn first(problems: &[Problem]) -> String {
    match problems {
        [] => "nothing is said of it".to_owned(),
        [only] => only.message.clone(),
        [first, others @ ..] => format!("{}, and {} more", first.message, others.len()),
    }
}

fn forbidden(conflicts: &[Conflict]) -> String {
    let Some(first) = conflicts.first() else {
        return "nothing is said of it".to_owned();
    };
    match conflicts.len() {
        1 => first.to_string(),
        count => format!("{first}, and {} more", count - 1),
    }
}

impl Error {
    /// Every code that [`Error::code`] gives, in alphabetical order.
    pub const CODES: &'static [&'static str] = &[
        "account-claimed",
        "account-exists",
        "account-import",
        "account-link",
        "account-locked",
        "account-status",
        "administrators-apart",
        "grant-ended",
        "grant-forbidden",
        "grant-terms",
        "grant-used-up",
        "internal",
        "invalid-account",
        "invalid-grant",
        "invalid-token",
        "last-administrator",
        "login-refused",
        "no-account",
        "no-grant",
        "no-identity",
        "no-negative-entry",
        "no-receipt",
        "no-session",
        "no-token",
        "openid-administrator",
        "openid-taken",
        "openid-unknown",
        "password-expired",
        "password-off",
        "policies",
        "policy-change-large",
        "precondition-failed",
        "second-factor",
        "second-factor-needed",
        "weak-password",
    ];

    /// Stable name of the cause, the name of its page under `docs/errors/`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoAccount(_) => "no-account",
            Self::Exists(_) => "account-exists",
            Self::Invalid { .. } | Self::Id(_) | Self::Unknown { .. } => "invalid-account",
            Self::Outdated { .. } | Self::Moved => "precondition-failed",
            Self::TooMuch(_) => "policy-change-large",
            Self::NotNow { .. } => "account-status",
            Self::Separated { .. } => "administrators-apart",
            Self::LastAdministrator(_) => "last-administrator",
            Self::Claimed => "account-claimed",
            Self::LinkRefused => "account-link",
            Self::Refused => "login-refused",
            Self::Locked { .. } => "account-locked",
            Self::SecondFactorNeeded => "second-factor-needed",
            Self::SecondFactor(_) => "second-factor",
            Self::PasswordExpired => "password-expired",
            Self::PasswordOff => "password-off",
            Self::Unidentified => "openid-unknown",
            Self::IdentityTaken => "openid-taken",
            Self::AdministratorIdentity(_) => "openid-administrator",
            Self::NoIdentity(_) => "no-identity",
            Self::Weak(_) => "weak-password",
            Self::NoSession(_) => "no-session",
            Self::NoToken(_) => "no-token",
            Self::Token { .. } => "invalid-token",
            Self::Import(_) => "account-import",
            Self::NoGrant(_) => "no-grant",
            Self::GrantEnded { .. } => "grant-ended",
            Self::UsedUp(_) => "grant-used-up",
            Self::Grant { .. } => "invalid-grant",
            Self::Terms(_) => "grant-terms",
            Self::Forbidden(_) => "grant-forbidden",
            Self::NoEntry(_) => "no-negative-entry",
            Self::NoReceipt(_) => "no-receipt",
            Self::Policies(_) => "policies",
            Self::Store(error) => error.code(),
            Self::Sealed(_)
            | Self::Hash(_)
            | Self::Records(_)
            | Self::Stored(_)
            | Self::Stopped(_) => "internal",
        }
    }

    /// What to do about it.
    pub fn help(&self) -> Option<String> {
        let help = match self {
            Self::Exists(_) => "change the account that is there, or use another name",
            Self::Unknown { near, .. } => return nearest(near),
            Self::Outdated { .. } => {
                "somebody else has changed it; read it again and repeat the change"
            }
            Self::Moved => "look at what the change opens and closes again, then repeat it",
            Self::TooMuch(_) => {
                "change fewer policies at a time, or name in each whom and what it is about"
            }
            Self::Separated { .. } => {
                "give the role to another account, and let another administrator do it"
            }
            Self::LastAdministrator(_) => {
                "make another system administrator first, who has set a password"
            }
            Self::Claimed => "log in, or ask a system administrator for an account",
            Self::LinkRefused => "ask for a new link; each can be used once and ends by itself",
            Self::Refused => "check the name and the password; an administrator can reset it",
            Self::Locked { .. } => {
                "wait until then, or let an administrator unlock the account or reset the password"
            }
            Self::SecondFactorNeeded => "send the six digits that the authenticator shows",
            Self::PasswordOff => "sign in at the provider of identities",
            Self::Unidentified => {
                "ask a system administrator to link it to your account, or to give you one"
            }
            Self::IdentityTaken => {
                "take the link that is there away first; a system administrator sees both"
            }
            Self::AdministratorIdentity(_) => {
                "log in with the password; `openid.administrators` lets administrators come this way too"
            }
            Self::PasswordExpired => "change the password, then log in with the new one",
            Self::Weak(_) => {
                "choose a longer one of several words, capital letters, digits and other signs"
            }
            Self::Import(_) => "mend the rows that are named, then import the file again",
            Self::UsedUp(_) => "ask for another grant",
            Self::Terms(problems) | Self::Policies(problems) => {
                return problems.first().and_then(|problem| problem.help.clone());
            }
            Self::Forbidden(_) => {
                "leave out what is forbidden, or mask it with `null`; the negative list says on what basis it is"
            }
            Self::Sealed(_) => {
                "put the key of the site back, or remove the second factor and set it up again"
            }
            Self::Store(error) => return error.help().map(ToOwned::to_owned),
            _ => return None,
        };
        Some(help.to_owned())
    }

    pub(crate) fn grant(field: &'static str, why: impl Into<String>) -> Self {
        Self::Grant {
            field,
            why: why.into(),
        }
    }

    pub(crate) fn invalid(field: &'static str, why: impl Into<String>) -> Self {
        Self::Invalid {
            field,
            why: why.into(),
        }
    }

    /// A text of a record that the program itself did not write so.
    pub(crate) fn damaged(what: &str) -> Self {
        Self::Records(sqlx::Error::Decode(what.to_owned().into()))
    }
}

fn nearest(near: &[String]) -> Option<String> {
    if near.is_empty() {
        return None;
    }
    let near: Vec<String> = near.iter().map(|name| format!("`{name}`")).collect();
    Some(format!("did you mean {}?", near.join(" or ")))
}
