//! Ids are distinct types over short ASCII texts, checked when they are made, cheap to clone.

use std::borrow::{Borrow, Cow};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// The longest name, in signs: PostgreSQL keeps 63 bytes of an identifier.
pub const MAX_NAME_LENGTH: usize = 63;

/// Why a text is no id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    #[error("a {what} is empty")]
    Empty { what: &'static str },
    #[error("the {what} `{text}` has {length} signs, and at most {MAX_NAME_LENGTH} are allowed")]
    TooLong {
        what: &'static str,
        text: String,
        length: usize,
    },
    #[error("the {what} `{text}` starts with `{sign}`: it must start with {start}")]
    Start {
        what: &'static str,
        text: String,
        sign: char,
        start: &'static str,
    },
    #[error("the {what} `{text}` contains `{sign}`: it is written with {allowed}")]
    Sign {
        what: &'static str,
        text: String,
        sign: char,
        allowed: &'static str,
    },
    #[error("the {what} `{text}` is not `pack.name`: it has one dot between two names")]
    Parts { what: &'static str, text: String },
}

fn check_name(what: &'static str, name: &str, whole: &str) -> Result<(), IdError> {
    check_signs(
        what,
        name,
        whole,
        (|sign| sign.is_ascii_lowercase(), "a lower-case letter"),
        (
            |sign| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == '_',
            "lower-case letters, digits and `_`",
        ),
    )
}

/// Roles are named by words with dashes between them.
fn check_role(what: &'static str, name: &str) -> Result<(), IdError> {
    check_signs(
        what,
        name,
        name,
        (|sign| sign.is_ascii_lowercase(), "a lower-case letter"),
        (
            |sign| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == '-',
            "lower-case letters, digits and `-`",
        ),
    )
}

/// People log in by the names of accounts.
fn check_account(what: &'static str, name: &str) -> Result<(), IdError> {
    check_signs(
        what,
        name,
        name,
        (|sign| sign.is_ascii_lowercase(), "a lower-case letter"),
        (
            |sign| {
                sign.is_ascii_lowercase()
                    || sign.is_ascii_digit()
                    || matches!(sign, '.' | '-' | '_')
            },
            "lower-case letters, digits, `.`, `-` and `_`",
        ),
    )
}

/// Batches, sessions and tokens are named by the program, often with a UUID, so they may start with a digit and hold dashes.
fn check_made(what: &'static str, name: &str) -> Result<(), IdError> {
    check_signs(
        what,
        name,
        name,
        (
            |sign| sign.is_ascii_lowercase() || sign.is_ascii_digit(),
            "a lower-case letter or a digit",
        ),
        (
            |sign| sign.is_ascii_lowercase() || sign.is_ascii_digit() || matches!(sign, '_' | '-'),
            "lower-case letters, digits, `_` and `-`",
        ),
    )
}

type SignRule = (fn(char) -> bool, &'static str);

fn check_signs(
    what: &'static str,
    name: &str,
    whole: &str,
    (may_start, start): SignRule,
    (may_follow, allowed): SignRule,
) -> Result<(), IdError> {
    let Some(first) = name.chars().next() else {
        return Err(IdError::Empty { what });
    };
    let text = || whole.chars().take(2 * MAX_NAME_LENGTH + 1).collect();
    if !may_start(first) {
        return Err(IdError::Start {
            what,
            text: text(),
            sign: first,
            start,
        });
    }
    if let Some(sign) = name.chars().find(|sign| !may_follow(*sign)) {
        return Err(IdError::Sign {
            what,
            text: text(),
            sign,
            allowed,
        });
    }
    if name.len() > MAX_NAME_LENGTH {
        return Err(IdError::TooLong {
            what,
            text: text(),
            length: name.len(),
        });
    }
    Ok(())
}

fn check_pair(what: &'static str, text: &str) -> Result<(), IdError> {
    let Some((pack, name)) = text.split_once('.') else {
        return Err(IdError::Parts {
            what,
            text: text.chars().take(2 * MAX_NAME_LENGTH + 1).collect(),
        });
    };
    check_name(what, pack, text)?;
    check_name(what, name, text)
}

macro_rules! id {
    ($(#[doc = $doc:literal])+ $type:ident, $what:literal, $pattern:literal, $check:expr) => {
        $(#[doc = $doc])+
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $type(Arc<str>);

        impl $type {
            /// The regular expression that every such id matches.
            pub const PATTERN: &'static str = $pattern;

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $type {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let check: fn(&'static str, &str) -> Result<(), IdError> = $check;
                check($what, text)?;
                Ok(Self(text.into()))
            }
        }

        impl TryFrom<String> for $type {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl From<$type> for String {
            fn from(id: $type) -> Self {
                id.0.as_ref().to_owned()
            }
        }

        impl AsRef<str> for $type {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl Borrow<str> for $type {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl PartialEq<str> for $type {
            fn eq(&self, other: &str) -> bool {
                self.as_str() == other
            }
        }

        impl PartialEq<&str> for $type {
            fn eq(&self, other: &&str) -> bool {
                self.as_str() == *other
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&*self.0, f)
            }
        }

        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "pattern": $pattern })
            }
        }
    };
}

macro_rules! pair {
    ($type:ident) => {
        impl $type {
            /// The id of the pack that the thing belongs to.
            pub fn pack(&self) -> PackId {
                PackId(self.parts().0.into())
            }

            /// The name inside of the pack.
            pub fn name(&self) -> &str {
                self.parts().1
            }

            /// The pack and the name inside of it, as texts.
            pub fn parts(&self) -> (&str, &str) {
                self.0.split_once('.').unwrap_or((&self.0, ""))
            }

            pub fn new(pack: &PackId, name: &str) -> Result<Self, IdError> {
                format!("{pack}.{name}").parse()
            }
        }
    };
}

id!(
    /// A pack, named as its folder: `social_aid`.
    PackId, "pack id", "^[a-z][a-z0-9_]{0,62}$", |what, text| check_name(what, text, text)
);
id!(
    /// A dataset, named `pack.dataset`.
    DatasetId, "dataset id", r"^[a-z][a-z0-9_]{0,62}\.[a-z][a-z0-9_]{0,62}$", check_pair
);
id!(
    /// A source of rows, named `pack.source`.
    SourceId, "source id", r"^[a-z][a-z0-9_]{0,62}\.[a-z][a-z0-9_]{0,62}$", check_pair
);
id!(
    /// A code list, named `pack.list`.
    CodeListId, "code list id", r"^[a-z][a-z0-9_]{0,62}\.[a-z][a-z0-9_]{0,62}$", check_pair
);
id!(
    /// A page that a pack declares, named `pack.page`.
    PageId, "page id", r"^[a-z][a-z0-9_]{0,62}\.[a-z][a-z0-9_]{0,62}$", check_pair
);
id!(
    /// A set of indicators that a pack declares, named `pack.set`.
    IndicatorSetId, "indicator set id", r"^[a-z][a-z0-9_]{0,62}\.[a-z][a-z0-9_]{0,62}$", check_pair
);
id!(
    /// A set of rules of classification that a pack declares, named `pack.set`.
    ClassificationId, "classification id", r"^[a-z][a-z0-9_]{0,62}\.[a-z][a-z0-9_]{0,62}$", check_pair
);
id!(
    /// A metric that a pack declares, named `pack.metric`.
    MetricId, "metric id", r"^[a-z][a-z0-9_]{0,62}\.[a-z][a-z0-9_]{0,62}$", check_pair
);
id!(
    /// A board that a pack declares, named `pack.board`.
    BoardId, "board id", r"^[a-z][a-z0-9_]{0,62}\.[a-z][a-z0-9_]{0,62}$", check_pair
);
id!(
    /// The name of a column. Those that start with `_` belong to the program and are no such names.
    ColumnName, "column name", "^[a-z][a-z0-9_]{0,62}$", |what, text| check_name(what, text, text)
);
id!(
    /// A role that accounts can hold.
    RoleId, "role", "^[a-z][a-z0-9-]{0,62}$", check_role
);
id!(
    /// An account, named as one logs in.
    AccountId, "account name", r"^[a-z][a-z0-9._-]{0,62}$", check_account
);
id!(
    /// A session. It names the session to people and is no secret.
    SessionId, "session id", "^[a-z0-9][a-z0-9_-]{0,62}$", check_made
);
id!(
    /// A token. It names the token to people and is no secret.
    TokenId, "token id", "^[a-z0-9][a-z0-9_-]{0,62}$", check_made
);
id!(
    /// One delivery of rows.
    BatchId, "batch id", "^[a-z0-9][a-z0-9_-]{0,62}$", check_made
);

pair!(DatasetId);
pair!(SourceId);
pair!(CodeListId);
pair!(PageId);
pair!(IndicatorSetId);
pair!(ClassificationId);
pair!(MetricId);
pair!(BoardId);

#[cfg(test)]
mod tests;
