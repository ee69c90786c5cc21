//! Logging in and out without scripts: the sessions are those of the other pages.

use axum::extract::State as Shared;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use yandu_access::Means;

use super::frame::{self, Place};
use super::language::Speech;
use super::provider;
use super::seal::{self, Seal};
use super::told;
use crate::Result;
use crate::access::{self, Asker, Browser, Login, with_cookies};
use crate::address::is_own_path;
use crate::extract::Form;
use crate::line::Line;
use crate::problem::Problem;
use crate::state::State;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Entering {
    account: String,
    password: String,
    code: String,
    seal: String,
    /// Where the one who has logged in goes on.
    next: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Leaving {
    seal: String,
}

/// A page that asks for a login.
#[derive(Default)]
pub(super) struct Entrance<'a> {
    pub(super) account: &'a str,
    /// Where the one who has logged in goes on; the grants where it is empty.
    pub(super) next: &'a str,
    /// Why it is asked for.
    pub(super) told: Option<&'a str>,
    /// A session has ended that was begun at the provider of identities, whose own goes on.
    pub(super) has_left: bool,
    pub(super) status: StatusCode,
}

pub(super) async fn log_in(
    Shared(state): Shared<State>,
    speech: Speech,
    asker: Asker,
    browser: Browser,
    headers: HeaderMap,
    entering: Result<Form<Entering>>,
) -> Response {
    let Form(entering) = match entering {
        Ok(entering) => entering,
        Err(problem) => return frame::refused(&speech, Place::Mine, &problem),
    };
    let next = own(&entering.next);
    let line = browser.line;
    let again = |told: &str, status: StatusCode| {
        let entrance = Entrance {
            account: &entering.account,
            next,
            told: Some(told),
            status,
            ..Entrance::default()
        };
        show(&state, &speech, &asker, &headers, line, &entrance)
    };
    if !Seal::is_right(&state, &asker, &headers, &entering.seal) {
        return again(seal::broken(&speech), StatusCode::FORBIDDEN);
    }
    let code = entering.code.trim();
    let login = Login {
        account: entering.account.trim().to_owned(),
        password: entering.password.clone(),
        code: (!code.is_empty()).then(|| code.to_owned()),
    };
    match access::begin(&state, browser, &login).await {
        Ok((_, cookie)) => {
            let onward = onward(&speech, next);
            with_cookies(Redirect::to(&onward).into_response(), [cookie])
        }
        Err(problem) => {
            let told = in_words(&speech, &problem);
            again(&told, problem.status_code())
        }
    }
}

pub(super) async fn log_out(
    Shared(state): Shared<State>,
    speech: Speech,
    asker: Asker,
    headers: HeaderMap,
    leaving: Result<Form<Leaving>>,
) -> Response {
    let home = speech.to("/mine");
    let Asker::Session(session) = &asker else {
        return Redirect::to(&home).into_response();
    };
    let is_sealed =
        |Form(leaving): &Form<Leaving>| Seal::is_right(&state, &asker, &headers, &leaving.seal);
    if !leaving.as_ref().is_ok_and(is_sealed) {
        // What could not be shown to come from here changes nothing.
        return Redirect::to(&home).into_response();
    }
    match state.door().accounts().logout(session).await {
        Ok(()) => {
            let home = match session.means {
                Means::Identity => speech.to("/mine?left=openid"),
                Means::Password => home,
            };
            with_cookies(Redirect::to(&home).into_response(), [access::ENDED])
        }
        Err(error) => frame::refused(&speech, Place::Mine, &Box::<Problem>::from(error)),
    }
}

/// The page with the form.
pub(super) fn show(
    state: &State,
    speech: &Speech,
    asker: &Asker,
    headers: &HeaderMap,
    line: Line,
    entrance: &Entrance<'_>,
) -> Response {
    let seal = Seal::new(asker, headers);
    let title = speech.say("登录", "Log in");
    let content = html! {
        h1 { (speech.say("我的授权", "My grants")) }
        p class="lead" { (speech.say(
            "登录后可以看到授予您的数据授权，也可以放弃。",
            "After logging in you see what data you have been granted, and can give it up.",
        )) }
        @if let Some(told) = entrance.told { div class="note" role="alert" { p { (told) } } }
        @if entrance.has_left { (provider::left(state, speech)) }
        (provider::button(state, speech, &seal.text(state), entrance.next))
        (form(speech, &seal.text(state), entrance))
    };
    let mut response = frame::page(speech, Place::Mine, title, &content);
    *response.status_mut() = entrance.status;
    seal.put(line, response)
}

fn form(speech: &Speech, seal: &str, entrance: &Entrance<'_>) -> Markup {
    html! {
        form class="box stack" method="post" action=(speech.to("/mine")) {
            input type="hidden" name="seal" value=(seal);
            input type="hidden" name="next" value=(entrance.next);
            div {
                label for="account" { (speech.say("账号", "Account")) }
                input id="account" name="account" required maxlength="100" autocomplete="username" autocapitalize="none" value=(entrance.account);
            }
            div {
                label for="password" { (speech.say("口令", "Password")) }
                input id="password" name="password" type="password" required maxlength="1000" autocomplete="current-password";
            }
            div {
                label for="code" { (speech.say("动态验证码（设置了的才填）", "Code of the second factor, if there is one")) }
                input id="code" name="code" inputmode="numeric" maxlength="6" autocomplete="one-time-code";
            }
            button type="submit" { (speech.say("登录", "Log in")) }
        }
    }
}

/// What became of a request that was refused, in one line.
pub(super) fn in_words(speech: &Speech, problem: &Problem) -> String {
    match told::problem(speech.language, &problem.code) {
        Some(words) => format!("{}{}{}", words.title, speech.say("。", ". "), words.help),
        None => problem.title.clone(),
    }
}

/// An address of one of these pages; nothing for any other.
pub(super) fn own(address: &str) -> &str {
    if is_own(address) { address } else { "" }
}

/// Where somebody goes on who has come in.
pub(super) fn onward(speech: &Speech, next: &str) -> String {
    match own(next) {
        "" => speech.to("/mine"),
        next => next.to_owned(),
    }
}

/// Whether somebody may be sent on to an address: to one of their own pages, and to no other site.
fn is_own(address: &str) -> bool {
    is_own_path(address) && address.starts_with("/mine/")
}

#[cfg(test)]
mod tests {
    use super::is_own;

    #[test]
    fn nobody_is_sent_on_to_another_site() {
        assert!(is_own("/mine/grants/G1?why=%E4%B8%8D"));
        for other in [
            "",
            "/",
            "//evil.example",
            "/mine//evil.example",
            "https://evil.example/mine/",
            "/mine/\\evil.example",
            "/mine/\r\nSet-Cookie: a=b",
            "/open",
        ] {
            assert!(!is_own(other), "{other}");
        }
    }
}
