//! The frame of a page: head, navigation, foot, and the policy under which a browser shows it.

use std::sync::LazyLock;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};

use super::language::Speech;
use super::told;
use crate::problem::Problem;

const STYLE: &str = include_str!("style.css");

/// Allows the one style sheet, by its hash, forms to this program and its picture, and nothing else.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    format!(
        "default-src 'none'; script-src 'none'; style-src 'sha256-{hash}'; img-src 'self'; form-action 'self'; \
         base-uri 'none'; frame-ancestors 'none'"
    )
});

/// Where in the navigation a page stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Open,
    Mine,
}

/// A whole page.
pub(super) fn page(speech: &Speech, place: Place, title: &str, content: &Markup) -> Response {
    let (other, language) = speech.other();
    let link = |to: &str, of: Place, text: &str| {
        let current = (place == of).then_some("page");
        html! { a href=(speech.to(to)) aria-current=[current] { (text) } }
    };
    let markup = html! {
        (DOCTYPE)
        html lang=(speech.language.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) " · " (speech.site()) }
                link rel="icon" href="/favicon.svg";
                style { (PreEscaped(STYLE)) }
            }
            body {
                a class="skip" href="#main" { (speech.say("跳到正文", "To the content")) }
                header {
                    div class="bar" {
                        strong class="brand" { (speech.site()) }
                        nav aria-label=(speech.say("栏目", "Sections")) {
                            (link("/open", Place::Open, speech.say("开放数据", "Open data")))
                            (link("/mine", Place::Mine, speech.say("我的授权", "My grants")))
                        }
                        a class="language" href=(other) lang=(language.tag()) hreflang=(language.tag()) {
                            (speech.say("English", "中文"))
                        }
                    }
                }
                main id="main" { (content) }
                footer {
                    p { (speech.say(
                        "本站页面不使用脚本。数据由各部门提供，谁能看、看到什么，由公开的策略和授权决定。",
                        "These pages use no scripts. The departments provide the data; published policies and grants decide who sees what.",
                    )) }
                }
            }
        }
    };
    let mut response = Html(markup.into_string()).into_response();
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&POLICY) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    // Browsers name the origin of a form only where they may name where they come from.
    let referrer = HeaderValue::from_static("same-origin");
    headers.insert(header::REFERRER_POLICY, referrer);
    headers.insert(header::VARY, HeaderValue::from_static("accept-language"));
    let language = HeaderValue::from_static(speech.language.tag());
    headers.insert(header::CONTENT_LANGUAGE, language);
    response
}

/// The way on from a page of a list; the way back is the first page, since pages are found by what stands at their beginning.
pub(super) fn pages(speech: &Speech, first: Option<&str>, next: Option<&str>) -> Markup {
    html! {
        @if first.is_some() || next.is_some() {
            nav class="pages" aria-label=(speech.say("翻页", "Pages")) {
                @if let Some(first) = first {
                    a class="button button-quiet" href=(first) { (speech.say("第一页", "First page")) }
                }
                @if let Some(next) = next {
                    a class="button button-quiet" rel="next" href=(next) { (speech.say("下一页", "Next page")) }
                }
            }
        }
    }
}

/// A request that was refused, in words.
pub(super) fn refused(speech: &Speech, place: Place, problem: &Problem) -> Response {
    let words = told::problem(speech.language, &problem.code);
    let title = words.map_or(problem.title.as_str(), |words| &words.title);
    let (back, to_back) = match place {
        Place::Open => ("/open", speech.say("回到开放数据", "Back to open data")),
        Place::Mine => ("/mine", speech.say("回到我的授权", "Back to my grants")),
    };
    let content = html! {
        h1 { (title) }
        div class="note" role="alert" {
            @if let Some(words) = words {
                p { (words.text) }
                p { (words.help) }
            } @else {
                p { (problem.detail) }
            }
        }
        p { a href=(speech.to(back)) { (to_back) } }
    };
    let mut response = page(speech, place, title, &content);
    *response.status_mut() = problem.status_code();
    response
}

/// Too many visitors want the same at once.
pub(super) fn busy(speech: &Speech, title: &str) -> Response {
    let content = html! {
        h1 { (title) }
        p { (speech.say("请过一分钟再试。", "Please try again in a minute.")) }
        p { a href=(speech.to("/open")) { (speech.say("回到开放数据", "Back to open data")) } }
    };
    let mut response = page(speech, Place::Open, title, &content);
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    let soon = HeaderValue::from_static("60");
    response.headers_mut().insert(header::RETRY_AFTER, soon);
    response
}

/// Too many visitors look at data at once.
pub(super) fn crowded(speech: &Speech) -> Response {
    busy(
        speech,
        speech.say("现在查看的人较多", "Many are looking now"),
    )
}

/// What somebody has asked for that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    Data,
    Board,
    Grant,
}

/// What is not there, or may not be known of: both read the same.
pub(super) fn absent(speech: &Speech, missing: Missing) -> Response {
    let (title, text) = match missing {
        Missing::Data => (
            speech.say("没有这份开放数据", "There is no such open data"),
            speech.say(
                "地址可能写错了，或者这份数据没有向社会开放。",
                "The address may be wrong, or the data is not open to the public.",
            ),
        ),
        Missing::Board => (
            speech.say("没有这个公开看板", "There is no such open board"),
            speech.say(
                "地址可能写错了，或者这个看板没有公开。",
                "The address may be wrong, or the board is not open to the public.",
            ),
        ),
        Missing::Grant => (
            speech.say("没有这项授权", "There is no such grant"),
            speech.say(
                "地址可能写错了，或者这项授权不是给您的。",
                "The address may be wrong, or the grant is not yours.",
            ),
        ),
    };
    let (place, back, to_back) = match missing {
        Missing::Data => (
            Place::Open,
            "/open",
            speech.say("看全部开放数据", "See all open data"),
        ),
        Missing::Board => (
            Place::Open,
            "/open/boards",
            speech.say("看全部公开看板", "See all open boards"),
        ),
        Missing::Grant => (
            Place::Mine,
            "/mine",
            speech.say("看我的授权", "See my grants"),
        ),
    };
    let content = html! {
        h1 { (title) }
        p { (text) }
        p { a href=(speech.to(back)) { (to_back) } }
    };
    let mut response = page(speech, place, title, &content);
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}
