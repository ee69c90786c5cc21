//! Signing in at the provider of identities without scripts.
//!
//! The button is a sealed form, like any other that begins something. What leads on to another site is a page and no answer to the
//! form, because the policy of these pages lets forms go to this program alone; and whoever comes back arrives at such a page too,
//! because a browser does not send the cookie of a session along with what another site has led it to.

use axum::extract::State as Shared;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::entrance::{self, Entrance, in_words, onward, own};
use super::frame::{self, Place};
use super::language::{Language, Speech};
use super::seal::{self, Seal};
use super::told;
use crate::Result;
use crate::access::openid::{self, Pages};
use crate::access::{Asker, Browser, OpenidLine, with_cookies};
use crate::address::Base;
use crate::extract::{Form, Query};
use crate::line::Line;
use crate::state::State;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Beginning {
    seal: String,
    /// Where the one who has signed in goes on.
    next: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Coding {
    code: String,
    seal: String,
    next: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Arriving {
    to: String,
}

/// A page that asks whom the provider has let in for the code of their second factor.
#[derive(Default)]
pub(super) struct CodePage<'a> {
    pub(super) next: &'a str,
    pub(super) told: Option<&'a str>,
    pub(super) status: StatusCode,
}

/// Begins to sign in, and leads on to the provider.
pub(super) async fn begin(
    Shared(state): Shared<State>,
    speech: Speech,
    asker: Asker,
    base: Base,
    line: Line,
    headers: HeaderMap,
    beginning: Result<Form<Beginning>>,
) -> Response {
    let Form(beginning) = match beginning {
        Ok(beginning) => beginning,
        Err(problem) => return frame::refused(&speech, Place::Mine, &problem),
    };
    let again = |told: &str, status: StatusCode| {
        let entrance = Entrance {
            next: own(&beginning.next),
            told: Some(told),
            status,
            ..Entrance::default()
        };
        entrance::show(&state, &speech, &asker, &headers, line, &entrance)
    };
    if !Seal::is_right(&state, &asker, &headers, &beginning.seal) {
        return again(seal::broken(&speech), StatusCode::FORBIDDEN);
    }
    let language = speech.chosen().map(str::to_owned);
    let pages = Pages::Citizens { language };
    let to = onward(&speech, &beginning.next);
    match openid::begin_from(&state, &base, line, to, pages).await {
        Ok((begun, cookie)) => {
            let title = speech.say("正在转到登录平台", "On the way to the provider");
            let text = speech.say(
                "没有自动转到的，请点下面的链接。",
                "If nothing happens, follow the link.",
            );
            let response = leading_on(&speech, title, text, &begun.address);
            with_cookies(response, [cookie])
        }
        Err(problem) => {
            let told = refusal(&state, &speech, &problem.code);
            let told = told.unwrap_or_else(|| in_words(&speech, &problem));
            again(&told, problem.status_code())
        }
    }
}

/// Takes the code of a second factor.
pub(super) async fn send_code(
    Shared(state): Shared<State>,
    speech: Speech,
    asker: Asker,
    browser: Browser,
    headers: HeaderMap,
    coding: Result<Form<Coding>>,
) -> Response {
    let Form(coding) = match coding {
        Ok(coding) => coding,
        Err(problem) => return frame::refused(&speech, Place::Mine, &problem),
    };
    let (line, next) = (browser.line, own(&coding.next));
    let again = |told: &str, status: StatusCode| {
        let page = CodePage {
            next,
            told: Some(told),
            status,
        };
        show_code(&state, &speech, &asker, &headers, line, &page)
    };
    if !Seal::is_right(&state, &asker, &headers, &coding.seal) {
        return again(seal::broken(&speech), StatusCode::FORBIDDEN);
    }
    match openid::send_code(&state, browser, &headers, coding.code.trim()).await {
        Ok((_, cookies)) => {
            let onward = onward(&speech, next);
            with_cookies(Redirect::to(&onward).into_response(), cookies)
        }
        Err(problem) if problem.code == "login-refused" => {
            let told = told::text(speech.language, "login.code-refused", &[]);
            let told = told.unwrap_or_else(|| in_words(&speech, &problem));
            again(&told, problem.status_code())
        }
        // There is nobody any more whose code this could be.
        Err(problem) => {
            let told = refusal(&state, &speech, &problem.code);
            let told = told.unwrap_or_else(|| in_words(&speech, &problem));
            let entrance = Entrance {
                next,
                told: Some(&told),
                status: problem.status_code(),
                ..Entrance::default()
            };
            entrance::show(&state, &speech, &asker, &headers, line, &entrance)
        }
    }
}

/// Where the browser arrives from the provider: from here on it is ours again.
pub(super) async fn arrive(speech: Speech, arriving: Result<Query<Arriving>>) -> Response {
    let to = arriving.map(|Query(arriving)| arriving.to);
    let onward = onward(&speech, to.as_deref().unwrap_or_default());
    let title = speech.say("已登录", "Signed in");
    let text = speech.say(
        "没有自动转到下一页的，请点下面的链接。",
        "If nothing happens, follow the link.",
    );
    leading_on(&speech, title, text, &onward)
}

/// A page that leads on by itself, and by a link where a browser does not let it.
fn leading_on(speech: &Speech, title: &str, text: &str, address: &str) -> Response {
    let content = html! {
        h1 { (title) }
        p { (text) }
        p { a class="button" href=(address) { (speech.say("继续", "Go on")) } }
    };
    let mut response = frame::page(speech, Place::Mine, title, &content);
    if let Ok(refresh) = HeaderValue::from_str(&format!("0; url={address}")) {
        response.headers_mut().insert(header::REFRESH, refresh);
    }
    response
}

/// The page with the form for a code.
pub(super) fn show_code(
    state: &State,
    speech: &Speech,
    asker: &Asker,
    headers: &HeaderMap,
    line: Line,
    page: &CodePage<'_>,
) -> Response {
    let seal = Seal::new(asker, headers);
    let title = speech.say("登录", "Log in");
    let about = worded(state, speech, "openid.code-about");
    let content = html! {
        h1 { (title) }
        @if let Some(told) = page.told { div class="note" role="alert" { p { (told) } } }
        form class="box stack" method="post" action=(speech.to("/mine/code")) {
            @if let Some(about) = about { p { (about) } }
            input type="hidden" name="seal" value=(seal.text(state));
            input type="hidden" name="next" value=(page.next);
            div {
                label for="code" { (speech.say("动态验证码", "Code of the second factor")) }
                input id="code" name="code" required inputmode="numeric" maxlength="6" autocomplete="one-time-code";
            }
            button type="submit" { (speech.say("登录", "Log in")) }
        }
        p { a href=(speech.to("/mine")) { (speech.say("重新登录", "Sign in anew")) } }
    };
    let mut response = frame::page(speech, Place::Mine, title, &content);
    *response.status_mut() = page.status;
    seal.put(line, response)
}

/// The button above a password; nothing where people do not sign in elsewhere.
pub(super) fn button(state: &State, speech: &Speech, seal: &str, next: &str) -> Markup {
    let Some(openid) = openid::line_of_provider(state) else {
        return Markup::default();
    };
    let or = if openid.replaces_passwords {
        "openid.or-administrator"
    } else {
        "openid.or"
    };
    let say = |key: &str| text(speech, key, &openid).unwrap_or_default();
    html! {
        form class="box stack" method="post" action=(speech.to("/mine/openid")) {
            input type="hidden" name="seal" value=(seal);
            input type="hidden" name="next" value=(next);
            button type="submit" { (say("openid.do")) }
            @if !openid.is_reachable { p class="hint" { (say("openid.unreachable")) } }
        }
        p class="hint" { (say(or)) }
    }
}

/// That the session of the provider goes on after ours has ended, and how to end it.
pub(super) fn left(state: &State, speech: &Speech) -> Markup {
    let Some(openid) = openid::line_of_provider(state) else {
        return Markup::default();
    };
    let say = |key: &str| text(speech, key, &openid).unwrap_or_default();
    html! {
        div class="note" role="status" {
            p { (say("openid.left")) }
            @if openid.ends_sessions {
                p { a href=(openid::END) { (say("openid.end")) } }
            }
        }
    }
}

/// Why somebody was refused, in words; none for a code that has none.
pub(super) fn refusal(state: &State, speech: &Speech, code: &str) -> Option<String> {
    worded(state, speech, &format!("openid-refusal.{code}"))
}

/// A text about the provider; none where there is no provider.
fn worded(state: &State, speech: &Speech, key: &str) -> Option<String> {
    text(speech, key, &openid::line_of_provider(state)?)
}

fn text(speech: &Speech, key: &str, openid: &OpenidLine) -> Option<String> {
    let name = match speech.language {
        Language::Chinese => &openid.name,
        Language::English => &openid.name_en,
    };
    told::text(speech.language, key, &[("name", name)])
}
