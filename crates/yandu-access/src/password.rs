//! Passwords: which are too weak, and their hashes.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, LazyLock};

use argon2::{
    Algorithm, Argon2, Params, PasswordHash, PasswordHasher as _, PasswordVerifier as _,
    RECOMMENDED_SALT_LEN, Version,
};
use rand::RngCore as _;
use serde::Serialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use yandu_words::sign::fold;

use crate::secret::Secret;
use crate::settings::{HASH_LANES, HASH_MEMORY_KIB, HASH_PASSES, PASSWORD_BYTES};
use crate::{Error, Result};
use yandu_words::AccountId;

/// Hashes that are made at a time: each takes memory and a core, and anybody may ask for one.
const AT_A_TIME: usize = 2;

/// Classes of signs of which a password has at least this many.
const CLASSES: usize = 3;

/// An account name that is shorter may stand in a password by chance.
const NAME_IN_PASSWORD: usize = 3;

static COMMON: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    include_str!("common_passwords.txt")
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect()
});

/// Why a password may not be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weakness {
    /// It has fewer signs than this.
    Short(u32),
    Long,
    /// It has too few of the four classes: small letters, capital letters, digits, other signs.
    Plain,
    /// The name of the account stands in it.
    HoldsName,
    /// Everybody tries it first.
    Common,
    /// It is among the last ones of the account.
    UsedBefore,
}

impl fmt::Display for Weakness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Short(least) => write!(f, "has fewer than {least} signs"),
            Self::Long => write!(f, "has more than {PASSWORD_BYTES} bytes"),
            Self::Plain => write!(
                f,
                "has fewer than {CLASSES} of small letters, capital letters, digits and other signs"
            ),
            Self::HoldsName => f.write_str("holds the name of the account"),
            Self::Common => f.write_str("is one that everybody tries first"),
            Self::UsedBefore => f.write_str("was used before"),
        }
    }
}

/// All that is wrong with a password for an account, its history apart.
pub(crate) fn weaknesses(password: &str, account: &AccountId, least: u32) -> Vec<Weakness> {
    let mut weaknesses = Vec::new();
    if password.len() > PASSWORD_BYTES {
        return vec![Weakness::Long];
    }
    if password.chars().count() < least as usize {
        weaknesses.push(Weakness::Short(least));
    }
    if classes(password) < CLASSES {
        weaknesses.push(Weakness::Plain);
    }
    let folded: String = password.chars().map(fold).collect();
    let name = account.as_str();
    if folded == name || (name.len() >= NAME_IN_PASSWORD && folded.contains(name)) {
        weaknesses.push(Weakness::HoldsName);
    }
    // `Admin@123456` is `admin123456`.
    let letters_and_digits: String = folded
        .chars()
        .filter(|sign| sign.is_alphanumeric())
        .collect();
    if COMMON.contains(folded.as_str()) || COMMON.contains(letters_and_digits.as_str()) {
        weaknesses.push(Weakness::Common);
    }
    weaknesses
}

fn classes(password: &str) -> usize {
    let classes: [fn(char) -> bool; 4] = [
        char::is_lowercase,
        char::is_uppercase,
        |sign| sign.is_ascii_digit(),
        |sign| !sign.is_lowercase() && !sign.is_uppercase() && !sign.is_ascii_digit(),
    ];
    classes
        .iter()
        .filter(|is_in| password.chars().any(**is_in))
        .count()
}

/// What one hash costs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    pub(crate) memory_kib: u32,
    pub(crate) passes: u32,
    pub(crate) lanes: u32,
}

impl Default for Cost {
    fn default() -> Self {
        Self {
            memory_kib: HASH_MEMORY_KIB,
            passes: HASH_PASSES,
            lanes: HASH_LANES,
        }
    }
}

/// Leave to make one hash. The work holds it to its end, so that who hangs up does not make room for the next. It is never none,
/// because the semaphore is never closed.
pub(crate) type Turn = Option<OwnedSemaphorePermit>;

/// Makes and compares hashes, away from the threads that serve requests.
pub(crate) struct Passwords {
    argon: Argon2<'static>,
    turns: Arc<Semaphore>,
    /// The hash of a password that nobody knows, compared where there is no account.
    nobodys: String,
}

impl Passwords {
    pub(crate) async fn new(cost: Cost) -> Result<Self> {
        let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, None)
            .map_err(argon2::password_hash::Error::from)?;
        let mut passwords = Self {
            argon: Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
            turns: Arc::new(Semaphore::new(AT_A_TIME)),
            nobodys: String::new(),
        };
        passwords.nobodys = passwords.hash(Secret::generate("").reveal()).await?;
        Ok(passwords)
    }

    /// Waits until a hash may be made.
    pub(crate) async fn turn(&self) -> Turn {
        Arc::clone(&self.turns).acquire_owned().await.ok()
    }

    /// The hash of a password with a salt of its own, as a PHC string.
    pub(crate) async fn hash(&self, password: &str) -> Result<String> {
        let turn = self.turn().await;
        let password = password.to_owned();
        self.work(turn, move |argon| {
            let mut salt = [0; RECOMMENDED_SALT_LEN];
            rand::rng().fill_bytes(&mut salt);
            let hash: PasswordHash = argon.hash_password_with_salt(password.as_bytes(), &salt)?;
            Ok(hash.to_string())
        })
        .await
    }

    /// Whether a password has a hash. Without a hash the answer is no, and costs the same.
    pub(crate) async fn verify(
        &self,
        turn: Turn,
        password: &str,
        hash: Option<String>,
    ) -> Result<bool> {
        let can_be = hash.is_some() && password.len() <= PASSWORD_BYTES;
        let hash = hash.unwrap_or_else(|| self.nobodys.clone());
        let password = if password.len() <= PASSWORD_BYTES {
            password.to_owned()
        } else {
            String::new()
        };
        let is_right = self
            .work(turn, move |argon| is_right(argon, &password, &hash))
            .await?;
        Ok(is_right && can_be)
    }

    /// Whether a password has any of these hashes.
    pub(crate) async fn has_any(&self, password: &str, hashes: Vec<String>) -> Result<bool> {
        let turn = self.turn().await;
        let password = password.to_owned();
        self.work(turn, move |argon| {
            for hash in &hashes {
                if is_right(argon, &password, hash)? {
                    return Ok(true);
                }
            }
            Ok(false)
        })
        .await
    }

    async fn work<T: Send + 'static>(
        &self,
        turn: Turn,
        work: impl FnOnce(&Argon2<'static>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let argon = self.argon.clone();
        tokio::task::spawn_blocking(move || {
            let worked = work(&argon);
            drop(turn);
            worked
        })
        .await?
    }
}

fn is_right(argon: &Argon2<'_>, password: &str, hash: &str) -> Result<bool> {
    match argon.verify_password(password.as_bytes(), hash) {
        Ok(()) => Ok(true),
        Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(Error::Hash(error)),
    }
}
