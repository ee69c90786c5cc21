//! Sessions: whoever logs in with a name and a secret is given a bearer, so that the secret is sent once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::RngCore as _;
use tokio::time::Instant;
use yandu_access::Login;

const PREFIX: &str = "yf_";
const SECRET_BYTES: usize = 32;
/// Sessions of one token at a time; the one that was used longest ago ends for another one.
const OF_ONE: usize = 100;
/// However much it is used, a session ends after this.
const LONGEST: Duration = Duration::from_hours(12);

/// The sessions of the face. Clones are one. A bearer is kept as its hash, is good in this process alone, and says no more than whose
/// token it was: what that may read is looked up each time.
#[derive(Clone)]
pub(crate) struct Bearers {
    all: Arc<Mutex<HashMap<blake3::Hash, Session>>>,
    idle: Duration,
}

struct Session {
    login: Login,
    begun: Instant,
    used: Instant,
}

impl Bearers {
    pub(crate) fn new(idle: Duration) -> Self {
        Self {
            all: Arc::default(),
            idle,
        }
    }

    /// A bearer for whoever has logged in.
    pub(crate) fn issue(&self, login: &Login) -> String {
        let mut bytes = [0; SECRET_BYTES];
        rand::rng().fill_bytes(&mut bytes);
        let bearer = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes));
        let now = Instant::now();
        let mut all = self.all();
        all.retain(|_, session| session.is_good(self.idle, now));
        let own = all.iter().filter(|(_, session)| session.login == *login);
        let mut own: Vec<_> = own.map(|(hash, session)| (session.used, *hash)).collect();
        if own.len() >= OF_ONE {
            own.sort_unstable_by_key(|(used, _)| *used);
            if let Some((_, oldest)) = own.first() {
                all.remove(oldest);
            }
        }
        let session = Session {
            login: login.clone(),
            begun: now,
            used: now,
        };
        all.insert(blake3::hash(bearer.as_bytes()), session);
        bearer
    }

    /// Whose session a bearer is. That of the local administrator is good on this machine alone, like the key that it was given for.
    pub(crate) fn find(&self, bearer: &str, is_here: bool) -> Option<Login> {
        if !bearer.starts_with(PREFIX) {
            return None;
        }
        let hash = blake3::hash(bearer.as_bytes());
        let now = Instant::now();
        let mut all = self.all();
        let session = all.get_mut(&hash)?;
        if !session.is_good(self.idle, now) {
            all.remove(&hash);
            return None;
        }
        if session.login == Login::Local && !is_here {
            return None;
        }
        session.used = now;
        Some(session.login.clone())
    }

    /// Ends a session.
    pub(crate) fn end(&self, bearer: &str) {
        self.all().remove(&blake3::hash(bearer.as_bytes()));
    }

    fn all(&self) -> MutexGuard<'_, HashMap<blake3::Hash, Session>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Session {
    fn is_good(&self, idle: Duration, now: Instant) -> bool {
        now < self.used + idle && now < self.begun + LONGEST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDLE: Duration = Duration::from_hours(1);
    const SECOND: Duration = Duration::from_secs(1);
    const NEARLY: Duration = Duration::from_secs(3_599);

    /// Lets time pass for every session.
    fn pass(bearers: &Bearers, time: Duration) {
        for session in bearers.all().values_mut() {
            session.begun -= time;
            session.used -= time;
        }
    }

    #[test]
    fn a_session_ends_when_it_rests_and_when_it_is_old() {
        let bearers = Bearers::new(IDLE);
        let bearer = bearers.issue(&Login::Local);
        assert_eq!(bearers.find("yf_", true), None);
        pass(&bearers, NEARLY);
        assert_eq!(bearers.find(&bearer, true), Some(Login::Local));
        pass(&bearers, IDLE);
        assert_eq!(bearers.find(&bearer, true), None);
        let bearer = bearers.issue(&Login::Local);
        for _ in 0..12 {
            pass(&bearers, NEARLY);
            assert_eq!(bearers.find(&bearer, true), Some(Login::Local));
        }
        pass(&bearers, Duration::from_mins(1));
        assert_eq!(bearers.find(&bearer, true), None);
    }

    #[test]
    fn one_token_has_so_many_sessions_and_takes_none_of_others() {
        let bearers = Bearers::new(IDLE);
        let other = Login::Token("other".parse().unwrap());
        let theirs = bearers.issue(&other);
        let first = bearers.issue(&Login::Local);
        for _ in 0..OF_ONE {
            pass(&bearers, SECOND);
            bearers.issue(&Login::Local);
        }
        assert_eq!(bearers.find(&first, true), None);
        assert_eq!(bearers.find(&theirs, true), Some(other.clone()));
        assert_eq!(bearers.all().len(), OF_ONE + 1);
        // The key of this machine is good nowhere else, and neither is what it was given for.
        let local = bearers.issue(&Login::Local);
        assert_eq!(bearers.find(&local, false), None);
        assert_eq!(bearers.find(&local, true), Some(Login::Local));
        assert_eq!(bearers.find(&theirs, false), Some(other.clone()));
        bearers.end(&theirs);
        assert_eq!(bearers.find(&theirs, true), None);
    }
}
