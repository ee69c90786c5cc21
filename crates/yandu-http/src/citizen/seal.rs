//! Seals: what a form carries so that only a page of this program can send it (CSRF).
//!
//! The seal of somebody who has logged in is a signature over the session; that of a visitor a signature over a random text
//! in a cookie that no script reads and no other site sends. What another site makes a browser send has neither.

use axum::http::HeaderMap;
use axum::response::Response;

use super::language::Speech;
use crate::access::{Asker, cookie_named, with_cookies};
use crate::line::Line;
use crate::state::State;

/// The cookie that the seal of a visitor's form belongs to.
const COOKIE: &str = "yandu_form";

/// What the forms of a page are sealed over.
pub(super) struct Seal {
    over: String,
    /// The cookie that has to be set for it.
    fresh: Option<String>,
}

impl Seal {
    /// For the forms of a page.
    pub(super) fn new(asker: &Asker, headers: &HeaderMap) -> Self {
        Self::known(asker, headers).unwrap_or_else(|| {
            let secret = format!("{:032x}", rand::random::<u128>());
            Self {
                over: format!("visitor {secret}"),
                fresh: Some(secret),
            }
        })
    }

    fn known(asker: &Asker, headers: &HeaderMap) -> Option<Self> {
        let over = match asker {
            Asker::Session(session) => format!("session {}", session.id),
            Asker::Local | Asker::Token(_) | Asker::Visitor => {
                format!("visitor {}", cookie_named(headers, COOKIE)?)
            }
        };
        Some(Self { over, fresh: None })
    }

    /// What a form carries.
    pub(super) fn text(&self, state: &State) -> String {
        state.door().sign(&signed(&self.over))
    }

    /// Whether a form that came carries what it must.
    pub(super) fn is_right(
        state: &State,
        asker: &Asker,
        headers: &HeaderMap,
        carried: &str,
    ) -> bool {
        let known = Self::known(asker, headers);
        known.is_some_and(|known| state.door().is_signed(&signed(&known.over), carried))
    }

    /// Sets the cookie where there was none.
    pub(super) fn put(&self, line: Line, response: Response) -> Response {
        let end = line.end_of_cookie();
        let cookie = self
            .fresh
            .iter()
            .map(|secret| format!("{COOKIE}={secret}; Path=/mine; HttpOnly; SameSite=Strict{end}"));
        with_cookies(response, cookie)
    }
}

fn signed(over: &str) -> String {
    format!("form {over}")
}

/// What somebody is told whose form was not sealed.
pub(super) fn broken(speech: &Speech) -> &'static str {
    speech.say(
        "这张表单已经失效，什么也没有改动。请再提交一次。",
        "This form does not hold any more, and nothing was changed. Please send it again.",
    )
}
