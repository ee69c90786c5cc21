//! Giving a grant up: a page that says what would be given up, and the form on it.

use axum::extract::State as Shared;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use yandu_access::{Account, Grant, GrantId};

use super::entrance::{self, Entrance};
use super::frame::{self, Missing, Place};
use super::granted::{self, Standing};
use super::language::Speech;
use super::mark;
use super::seal::{self, Seal};
use crate::Result;
use crate::access::Asker;
use crate::address::encode;
use crate::extract::{Form, Path, Query};
use crate::line::Line;
use crate::problem::Problem;
use crate::state::State;

/// What is written down where nobody says why.
const WHY: &str = "本人放弃";

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    /// What was typed before a session ended.
    why: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Renouncing {
    why: String,
    seal: String,
}

pub(super) async fn show_grant(
    Shared(state): Shared<State>,
    speech: Speech,
    asker: Asker,
    line: Line,
    headers: HeaderMap,
    Path(id): Path<String>,
    asked: Result<Query<Asked>>,
) -> Response {
    let why = asked.map(|Query(asked)| asked.why).unwrap_or_default();
    let Asker::Session(session) = &asker else {
        return log_in_first(&state, &speech, &asker, &headers, line, &id, &why);
    };
    let Some(grant) = find(&state, &session.account, &id).await else {
        return frame::absent(&speech, Missing::Grant);
    };
    let seal = Seal::new(&asker, &headers).text(&state);
    let title = speech.say("放弃授权", "Give a grant up");
    let content = content(&state, &speech, &session.account, &grant, &seal, &why, None).await;
    mark::own_page(&state, &speech, &session.account, title, &content)
}

pub(super) async fn renounce_grant(
    Shared(state): Shared<State>,
    speech: Speech,
    asker: Asker,
    line: Line,
    headers: HeaderMap,
    Path(id): Path<String>,
    form: Result<Form<Renouncing>>,
) -> Response {
    let Asker::Session(session) = &asker else {
        let why = form.map(|Form(form)| form.why).unwrap_or_default();
        return log_in_first(&state, &speech, &asker, &headers, line, &id, &why);
    };
    let Form(form) = match form {
        Ok(form) => form,
        Err(problem) => return frame::refused(&speech, Place::Mine, &problem),
    };
    let account = &session.account;
    let Some(grant) = find(&state, account, &id).await else {
        return frame::absent(&speech, Missing::Grant);
    };
    if !Seal::is_right(&state, &asker, &headers, &form.seal) {
        let seal = Seal::new(&asker, &headers).text(&state);
        let told = Some(seal::broken(&speech));
        let content = content(&state, &speech, account, &grant, &seal, &form.why, told).await;
        let title = speech.say("放弃授权", "Give a grant up");
        let mut response = mark::own_page(&state, &speech, account, title, &content);
        *response.status_mut() = StatusCode::FORBIDDEN;
        return response;
    }
    let why = match form.why.trim() {
        "" => WHY,
        why => why,
    };
    match state.door().renounce(account, grant.id, why).await {
        Ok(grant) => {
            let to = speech.to(&format!("/mine?renounced={}", grant.id));
            Redirect::to(&to).into_response()
        }
        Err(error) => frame::refused(&speech, Place::Mine, &Box::<Problem>::from(error)),
    }
}

/// A login, after which one is back with what was typed.
fn log_in_first(
    state: &State,
    speech: &Speech,
    asker: &Asker,
    headers: &HeaderMap,
    line: Line,
    id: &str,
    why: &str,
) -> Response {
    let next = format!("/mine/grants/{}?why={}", encode(id), encode(why));
    let entrance = Entrance {
        next: &speech.to(&next),
        told: Some(speech.say(
            "登录已经结束，请重新登录；您填写的内容会保留。",
            "The session has ended. Log in again; what you typed is kept.",
        )),
        status: StatusCode::UNAUTHORIZED,
        ..Entrance::default()
    };
    entrance::show(state, speech, asker, headers, line, &entrance)
}

/// A grant that the account reads under; that of somebody else is not there.
async fn find(state: &State, account: &Account, id: &str) -> Option<Grant> {
    let id: GrantId = id.parse().ok()?;
    state.door().grant_to(account, id).await.ok()
}

async fn content(
    state: &State,
    speech: &Speech,
    account: &Account,
    grant: &Grant,
    seal: &str,
    why: &str,
    told: Option<&str>,
) -> Markup {
    let packs = state.collector().packs();
    let standing = Standing::of(grant, state.now());
    let is_own = granted::is_own(grant, account);
    html! {
        p { a href=(speech.to("/mine")) { (speech.say("我的授权", "My grants")) } }
        h1 { (granted::title(speech, &packs, &grant.granted.dataset)) " " (standing.tag(speech)) }
        @if let Some(told) = told { div class="note" role="alert" { p { (told) } } }
        div class="box" { (granted::facts(state, speech, account, grant).await) }
        @if standing.is_over() {
            p { (speech.say("这项授权已经结束，不用再放弃。", "This grant has ended; there is nothing to give up.")) }
        } @else if !is_own {
            p { (speech.say(
                "这项授权给的是您的单位或角色，不能由个人放弃；有疑问请联系安全管理员。",
                "This grant is to your department or role and not yours to give up; ask the security administrator.",
            )) }
        } @else {
            form class="box stack" method="post" action=(speech.to(&format!("/mine/grants/{}", grant.id))) {
                h2 { (speech.say("放弃这项授权", "Give this grant up")) }
                p class="hint" { (speech.say(
                    "放弃后立即失效，正在进行的查询也会停止；以后要用须重新申请。",
                    "It ends at once, also for queries that are under way; to use the data later you have to ask again.",
                )) }
                input type="hidden" name="seal" value=(seal);
                div {
                    label for="why" { (speech.say("原因（可以不填）", "Why, if you like")) }
                    input id="why" name="why" maxlength="200" value=(why);
                }
                div class="actions" {
                    button class="danger" type="submit" { (speech.say("确认放弃", "Give it up")) }
                    a href=(speech.to("/mine")) { (speech.say("不放弃，返回", "Keep it")) }
                }
            }
        }
    }
}
