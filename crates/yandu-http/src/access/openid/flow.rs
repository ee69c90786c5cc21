//! What has to be known of a sign-in between its requests, sealed in cookies of the browser that began it.
//!
//! The cookie of an attempt has a name of its own, so that two windows can sign in at once. It is sent along with what the
//! provider sends the browser to (`SameSite=Lax`), for the routes of signing in alone. What it names is used once: the attempts
//! that came back are remembered for as long as they would be good.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use axum::http::HeaderMap;
use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use yandu_access::{AccountId, Identified, SessionId};
use yandu_openid::Attempt;

use crate::Result;
use crate::access::cookie_named;
use crate::address::{encode, is_own_path};
use crate::line::Line;
use crate::state::State;

/// How long somebody may take to sign in at the provider, and to find their code.
const LASTS: SignedDuration = SignedDuration::from_mins(10);
const PATH: &str = "/api/v1/session/openid";
/// The name under which an attempt is sealed; no account has such a name.
const ATTEMPT: &str = "openid attempt";

/// Signs of the longest place.
const PLACE_LENGTH: usize = 2_000;

/// The pages from which somebody signs in, and to which they come back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Pages {
    Desk,
    /// Those without scripts, in a language where their addresses name it.
    Citizens {
        language: Option<String>,
    },
}

impl Pages {
    /// The page that says why somebody did not come in, and from which they try again.
    pub(super) fn refused(&self, code: &str, to: &str) -> String {
        self.login("refused", code, to)
    }

    /// The page that asks for the code of a second factor.
    pub(super) fn code(&self, to: &str) -> String {
        self.login("openid", "code", to)
    }

    /// Where somebody goes on who has signed in. A browser does not send the cookie of a session along with what another site has
    /// led it to; a page without scripts, which would not see it, is led to by one of our own.
    pub(super) fn arrival(&self, to: &str) -> String {
        match self {
            Self::Desk => to.to_owned(),
            Self::Citizens { .. } => self.named(format!("/mine/arrived?to={}", encode(to))),
        }
    }

    fn login(&self, name: &str, value: &str, to: &str) -> String {
        let page = match self {
            Self::Desk => "/login",
            Self::Citizens { .. } => "/mine",
        };
        self.named(format!("{page}?{name}={}&to={}", encode(value), encode(to)))
    }

    /// An address that names the language.
    fn named(&self, address: String) -> String {
        match self {
            Self::Citizens {
                language: Some(tag),
            } => format!("{address}&lang={}", encode(tag)),
            Self::Desk | Self::Citizens { language: None } => address,
        }
    }
}

/// What somebody signs in for.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Intent {
    SignIn(Pages),
    /// To link themselves to their account, in this session.
    Link(Linking),
}

/// An account that its owner links, and the session in which they do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Linking {
    pub(super) account: AccountId,
    pub(super) session: SessionId,
}

/// A sign-in from its beginning until the browser comes back.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Flow {
    pub(super) attempt: Attempt,
    /// A place of our own.
    pub(super) to: String,
    pub(super) intent: Intent,
    until: Timestamp,
}

/// Somebody whom the provider has proved, until the owner of the account says that it is to be linked to them.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Proved {
    pub(super) identified: Identified,
    pub(super) linking: Linking,
}

/// What is kept in the browser between two steps of a sign-in.
pub(super) struct Step {
    cookie: &'static str,
    /// The routes that it is for.
    path: &'static str,
    /// The name under which it is sealed; no account has such a name.
    purpose: &'static str,
}

/// Somebody ([`Identified`]) whom the provider has let in, until their code comes: from the desk, or from a page without scripts.
pub(super) const CODE: Step = Step {
    cookie: "yandu_openid_code",
    path: "/",
    purpose: "openid code",
};
/// [`Proved`].
pub(super) const PROVED: Step = Step {
    cookie: "yandu_openid_proved",
    path: "/api/v1/account/identities",
    purpose: "openid proved",
};

#[derive(Debug, Serialize, Deserialize)]
struct Kept<T> {
    what: T,
    until: Timestamp,
}

/// The attempts that came back, each until when it would have been good.
#[derive(Default)]
pub(crate) struct Used(Mutex<HashMap<blake3::Hash, Timestamp>>);

impl Used {
    /// Takes an attempt; false where it was taken before.
    fn take(&self, state: &str, until: Timestamp, now: Timestamp) -> bool {
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        used.retain(|_, until| *until > now);
        used.insert(blake3::hash(state.as_bytes()), until).is_none()
    }
}

impl Flow {
    pub(super) fn new(state: &State, attempt: Attempt, to: String, intent: Intent) -> Self {
        Self {
            attempt,
            to,
            intent,
            until: state.now().checked_add(LASTS).unwrap_or(Timestamp::MAX),
        }
    }

    pub(super) fn cookie(&self, state: &State, line: Line) -> Result<String> {
        let name = cookie_of(&self.attempt.state);
        Ok(set(&name, &sealed(state, ATTEMPT, self)?, PATH, line))
    }

    /// The attempt that a browser comes back from, and its own; none where it did not begin it, has come back before or is late.
    pub(super) fn taken(state: &State, headers: &HeaderMap, given: &str) -> Option<Self> {
        let flow: Self = opened(state, ATTEMPT, headers, &cookie_of(given))?;
        let now = state.now();
        let is_good = flow.attempt.state == given && now < flow.until;
        (is_good && state.used().take(given, flow.until, now)).then_some(flow)
    }

    /// Takes the cookie away.
    pub(super) fn over(&self) -> String {
        gone(&cookie_of(&self.attempt.state), PATH)
    }
}

impl Step {
    /// The cookie that keeps it.
    pub(super) fn keep(&self, state: &State, line: Line, what: &impl Serialize) -> Result<String> {
        let until = state.now().checked_add(LASTS).unwrap_or(Timestamp::MAX);
        let sealed = sealed(state, self.purpose, &Kept { what, until })?;
        Ok(set(self.cookie, &sealed, self.path, line))
    }

    /// What the browser keeps, unless it is over.
    pub(super) fn kept<T: DeserializeOwned>(
        &self,
        state: &State,
        headers: &HeaderMap,
    ) -> Option<T> {
        let kept: Kept<T> = opened(state, self.purpose, headers, self.cookie)?;
        (state.now() < kept.until).then_some(kept.what)
    }

    /// Takes the cookie away.
    pub(super) fn over(&self) -> String {
        gone(self.cookie, self.path)
    }
}

/// A place of our own to go on to: a path that no browser takes for an address of another site. The first page for any other.
pub(super) fn own_place(wanted: Option<&str>) -> String {
    let wanted = wanted.unwrap_or_default();
    let is_page = is_own_path(wanted) && !wanted.starts_with("/api/");
    if is_page && wanted.len() <= PLACE_LENGTH {
        wanted.to_owned()
    } else {
        "/".to_owned()
    }
}

/// Takes a cookie of a sign-in away.
fn gone(name: &str, path: &str) -> String {
    format!("{name}=; Path={path}; HttpOnly; SameSite=Lax; Max-Age=0")
}

/// The name of the cookie of an attempt. The state comes from anywhere, and a hash of it is always a name.
fn cookie_of(state: &str) -> String {
    let hash = blake3::hash(state.as_bytes()).to_hex();
    format!("yandu_openid_{}", hash.chars().take(16).collect::<String>())
}

fn set(name: &str, value: &str, path: &str, line: Line) -> String {
    let (seconds, end) = (LASTS.as_secs(), line.end_of_cookie());
    format!("{name}={value}; Path={path}; HttpOnly; SameSite=Lax; Max-Age={seconds}{end}")
}

fn sealed(state: &State, purpose: &str, what: &impl Serialize) -> Result<String> {
    let text = serde_json::to_string(what).map_err(yandu_access::Error::from)?;
    Ok(state.door().accounts().seal(purpose, &text)?)
}

fn opened<T: DeserializeOwned>(
    state: &State,
    purpose: &str,
    headers: &HeaderMap,
    name: &str,
) -> Option<T> {
    let sealed = cookie_named(headers, name)?;
    let text = state.door().accounts().unseal(purpose, sealed)?;
    serde_json::from_str(&text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_goes_on_to_a_place_of_our_own_and_no_other() {
        for own in ["/", "/account", "/boards/a?x=1#y", "/plans/2025?to=%2F"] {
            assert_eq!(own_place(Some(own)), own);
        }
        let long = format!("/{}", "a".repeat(PLACE_LENGTH));
        for other in [
            "",
            "account",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "https://evil.example/",
            "/a\r\nSet-Cookie: a=b",
            "/a\tb",
            "/盐城",
            "/api/v1/session/openid/end",
            "javascript:alert(1)",
            long.as_str(),
        ] {
            assert_eq!(own_place(Some(other)), "/", "{other}");
        }
        assert_eq!(own_place(None), "/");
    }

    #[test]
    fn an_attempt_is_taken_once_and_forgotten_when_it_is_over() {
        let used = Used::default();
        let at = |second| Timestamp::from_second(second).unwrap();
        assert!(used.take("a", at(10), at(1)));
        assert!(!used.take("a", at(10), at(9)));
        assert!(used.take("b", at(20), at(11)));
        assert_eq!(
            used.0.lock().unwrap().len(),
            1,
            "what is late is refused by its term"
        );
    }

    #[test]
    fn one_comes_back_to_the_pages_that_one_began_from() {
        let (plain, english) = (None, Some("en".to_owned()));
        let desk = Pages::Desk;
        assert_eq!(
            desk.refused("x", "/a?b=c"),
            "/login?refused=x&to=%2Fa%3Fb%3Dc"
        );
        assert_eq!(desk.code("/"), "/login?openid=code&to=%2F");
        assert_eq!(desk.arrival("/a?b=c"), "/a?b=c");
        let citizens = Pages::Citizens { language: plain };
        assert_eq!(citizens.refused("x", "/mine"), "/mine?refused=x&to=%2Fmine");
        assert_eq!(citizens.arrival("/mine"), "/mine/arrived?to=%2Fmine");
        let citizens = Pages::Citizens { language: english };
        assert_eq!(
            citizens.code("/mine"),
            "/mine?openid=code&to=%2Fmine&lang=en"
        );
        assert_eq!(
            citizens.arrival("/mine"),
            "/mine/arrived?to=%2Fmine&lang=en"
        );
    }

    #[test]
    fn a_cookie_of_an_encrypted_line_goes_over_no_other() {
        let own = set("a", "b", PATH, Line::Own);
        assert_eq!(
            own,
            "a=b; Path=/api/v1/session/openid; HttpOnly; SameSite=Lax; Max-Age=600"
        );
        assert_eq!(
            set("a", "b", PATH, Line::Encrypted),
            format!("{own}; Secure")
        );
    }
}
