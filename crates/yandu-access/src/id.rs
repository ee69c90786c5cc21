//! Ids are distinct types over short ASCII texts, checked when they are made, cheap to clone.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;
use yandu_words::IdError;
pub use yandu_words::RoleId;
use yandu_words::id::MAX_NAME_LENGTH;

fn is_letter(sign: char) -> bool {
    sign.is_ascii_lowercase()
}

fn is_letter_or_digit(sign: char) -> bool {
    is_letter(sign) || sign.is_ascii_digit()
}

fn check_account(text: &str) -> Result<(), IdError> {
    check(
        "account name",
        text,
        (is_letter, "a lower-case letter"),
        (
            |sign| is_letter_or_digit(sign) || matches!(sign, '.' | '-' | '_'),
            "lower-case letters, digits, `.`, `-` and `_`",
        ),
    )
}

/// Sessions and tokens are named by the program, with a UUID.
fn check_made(text: &str) -> Result<(), IdError> {
    check(
        "id",
        text,
        (is_letter_or_digit, "a lower-case letter or a digit"),
        (
            |sign| is_letter_or_digit(sign) || sign == '-',
            "lower-case letters, digits and `-`",
        ),
    )
}

type SignRule = (fn(char) -> bool, &'static str);

fn check(
    what: &'static str,
    whole: &str,
    (may_start, start): SignRule,
    (may_follow, allowed): SignRule,
) -> Result<(), IdError> {
    let Some(first) = whole.chars().next() else {
        return Err(IdError::Empty { what });
    };
    let text = || whole.chars().take(MAX_NAME_LENGTH + 1).collect();
    if !may_start(first) {
        return Err(IdError::Start {
            what,
            text: text(),
            sign: first,
            start,
        });
    }
    if let Some(sign) = whole.chars().find(|sign| !may_follow(*sign)) {
        return Err(IdError::Sign {
            what,
            text: text(),
            sign,
            allowed,
        });
    }
    if whole.len() > MAX_NAME_LENGTH {
        return Err(IdError::TooLong {
            what,
            text: text(),
            length: whole.len(),
        });
    }
    Ok(())
}

macro_rules! id {
    ($(#[doc = $doc:literal])+ $type:ident, $check:path) => {
        $(#[doc = $doc])+
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $type(Arc<str>);

        impl $type {
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $type {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $check(text)?;
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
    };
}

id!(
    /// An account, named as one logs in: 1 to 63 signs, a lower-case letter first, then lower-case letters, digits, `.`, `-` and
    /// `_`.
    AccountId, check_account
);
id!(
    /// A session. It names the session to people and is no secret.
    SessionId, check_made
);
id!(
    /// A token. It names the token to people and is no secret.
    TokenId, check_made
);

impl SessionId {
    pub(crate) fn generate() -> Self {
        Self(Uuid::now_v7().to_string().into())
    }
}

impl TokenId {
    pub(crate) fn generate() -> Self {
        Self(Uuid::now_v7().to_string().into())
    }
}
