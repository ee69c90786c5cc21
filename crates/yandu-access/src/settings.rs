//! How strict logins are. A site may change it in its configuration.
//!
//! GB/T 22239-2019 8.1.4.1, the identification and authentication of the third grade, asks for complex passwords that are
//! changed regularly (a), for an answer to failed logins and an end of sessions that are left alone (b) and for a second factor
//! (d), and names no numbers. The numbers here are those that assessments commonly ask for, where no other source is named.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::identity::IdentityRules;

/// Memory of one hash of a password (OWASP Password Storage Cheat Sheet, Argon2id: 19 MiB, 2 passes, 1 lane).
pub const HASH_MEMORY_KIB: u32 = 19_456;
/// Passes of one hash of a password, from the same source.
pub const HASH_PASSES: u32 = 2;
/// Lanes of one hash of a password, from the same source.
pub const HASH_LANES: u32 = 1;

/// The longest password, so that nobody makes the server read a book. NIST SP 800-63B 5.1.1.2 asks for at least 64 signs.
pub const PASSWORD_BYTES: usize = 256;

/// The settings of accounts, each with a strict default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Signs of the shortest password: GB/T 22239-2019 8.1.4.1 a.
    pub password_min_length: u32,
    /// How many of the last passwords of an account may not come back, the one in force among them.
    pub password_history: u32,
    /// Days after which a password must be changed (GB/T 22239-2019 8.1.4.1 a); 0 for never.
    pub password_days: u32,
    /// Failed logins that lock a name: GB/T 22239-2019 8.1.4.1 b. At least 1.
    pub failures: u32,
    /// Minutes within which failed logins are counted together.
    pub failure_minutes: u32,
    /// Minutes for which a name is locked.
    pub lock_minutes: u32,
    /// Minutes after which a session ends that nobody uses (NIST SP 800-63B 4.2.3: 30 minutes).
    pub idle_minutes: u32,
    /// Hours after which every session ends (NIST SP 800-63B 4.2.3: 12 hours).
    pub session_hours: u32,
    /// Hours for which the link of a new account can be used.
    pub invitation_hours: u32,
    /// Hours for which the link that resets a password can be used.
    pub reset_hours: u32,
    /// Days of the longest life of a token.
    pub token_days: u32,
    /// Days of the longest term of a grant.
    pub grant_days: u32,
    /// Sessions that an account has at a time; a further one ends the oldest. At least 1.
    pub sessions_per_account: u32,
    /// What a provider of identities may do; its settings stand elsewhere.
    #[serde(skip)]
    pub identities: IdentityRules,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            password_min_length: 10,
            password_history: 5,
            password_days: 90,
            failures: 5,
            failure_minutes: 15,
            lock_minutes: 30,
            idle_minutes: 30,
            session_hours: 12,
            invitation_hours: 24,
            reset_hours: 2,
            token_days: 90,
            grant_days: 366,
            sessions_per_account: 5,
            identities: IdentityRules::default(),
        }
    }
}

impl Settings {
    /// Whether a password that was set at a time must be changed by now.
    pub(crate) fn has_expired(&self, changed_at: Timestamp, now: Timestamp) -> bool {
        self.password_days > 0 && now >= later(changed_at, days(self.password_days))
    }
}

pub(crate) fn minutes(count: u32) -> SignedDuration {
    SignedDuration::from_mins(i64::from(count))
}

pub(crate) fn hours(count: u32) -> SignedDuration {
    SignedDuration::from_hours(i64::from(count))
}

pub(crate) fn days(count: u32) -> SignedDuration {
    SignedDuration::from_hours(24 * i64::from(count))
}

/// A time and a duration after it, or the last time that there is.
pub(crate) fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// A time and a duration before it, or the first time that there is.
pub(crate) fn earlier(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_sub(by).unwrap_or(Timestamp::MIN)
}
