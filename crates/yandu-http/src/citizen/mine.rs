//! 我的授权: what somebody has been granted, what of it holds, and what has ended.

use axum::extract::State as Shared;
use axum::http::HeaderMap;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use yandu_access::{Account, Grant, GrantFilter, GrantId};
use yandu_policy::Way;
use yandu_words::id::DatasetId;

use super::entrance::{self, Entrance};
use super::frame::{self, Place};
use super::granted::{self, Standing};
use super::language::{Language, Speech};
use super::mark;
use super::provider::{self, CodePage};
use super::seal::Seal;
use super::taken;
use crate::Result;
use crate::access::Asker;
use crate::address::encode;
use crate::extract::Query;
use crate::line::Line;
use crate::page::{After, Limit};
use crate::state::State;

#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    after: Option<After<GrantId>>,
    /// The grant that was just given up.
    renounced: Option<String>,
    /// With what signing in at the provider of identities was refused.
    refused: Option<String>,
    /// `code` where the provider has let somebody in whose code is missing.
    openid: Option<String>,
    /// Where somebody goes on who comes in.
    to: Option<String>,
    /// `openid` after a session that was begun at the provider.
    left: Option<String>,
}

/// The grants of whoever has logged in; a login for everybody else.
pub(super) async fn show_grants(
    Shared(state): Shared<State>,
    speech: Speech,
    asker: Asker,
    line: Line,
    headers: HeaderMap,
    asked: Result<Query<Asked>>,
) -> Response {
    let Asker::Session(session) = &asker else {
        let asked = asked.map(|Query(asked)| asked).unwrap_or_default();
        return enter(&state, &speech, &asker, &headers, line, &asked);
    };
    let seal = Seal::new(&asker, &headers).text(&state);
    let content = match asked {
        Ok(Query(asked)) => list(&state, &speech, &session.account, &seal, asked).await,
        Err(problem) => Err(problem),
    };
    match content {
        Ok(content) => {
            let title = speech.say("我的授权", "My grants");
            mark::own_page(&state, &speech, &session.account, title, &content)
        }
        Err(problem) => frame::refused(&speech, Place::Mine, &problem),
    }
}

/// A login, or what is still missing of one that was begun at the provider of identities.
fn enter(
    state: &State,
    speech: &Speech,
    asker: &Asker,
    headers: &HeaderMap,
    line: Line,
    asked: &Asked,
) -> Response {
    let next = entrance::own(asked.to.as_deref().unwrap_or_default());
    if asked.openid.as_deref() == Some("code") {
        let page = CodePage {
            next,
            ..CodePage::default()
        };
        return provider::show_code(state, speech, asker, headers, line, &page);
    }
    let refused = asked.refused.as_deref();
    let told = refused.and_then(|code| provider::refusal(state, speech, code));
    let entrance = Entrance {
        next,
        told: told.as_deref(),
        has_left: asked.left.as_deref() == Some("openid"),
        ..Entrance::default()
    };
    entrance::show(state, speech, asker, headers, line, &entrance)
}

async fn list(
    state: &State,
    speech: &Speech,
    account: &Account,
    seal: &str,
    asked: Asked,
) -> Result<Markup> {
    let limit = Limit::<20, 20>::default();
    let is_first = asked.after.is_none();
    let before = asked.after.map(|after| after.0);
    let door = state.door();
    let filter = GrantFilter {
        account: Some(account.clone()),
        before,
        most: Some(limit.and_one()),
        ..GrantFilter::default()
    };
    let grants = door.grants(&filter).await?;
    let (grants, next) = limit.cut(grants, |grant| grant.id);
    let first = (!is_first).then(|| speech.to("/mine"));
    let next = next.map(|next| speech.to(&format!("/mine?after={}", encode(&next))));
    let now = state.now();
    let (over, holding): (Vec<&Grant>, Vec<&Grant>) = grants
        .iter()
        .partition(|grant| Standing::of(grant, now).is_over());
    let who = match speech.language {
        Language::Chinese => format!("{}（{}）", account.name, account.id),
        Language::English => format!("{} ({})", account.name, account.id),
    };
    let mut cards = Vec::new();
    for group in [&holding, &over] {
        let mut of_group = Vec::new();
        for grant in group {
            of_group.push(card(state, speech, account, grant).await);
        }
        cards.push(of_group);
    }
    let titles = [
        speech.say("现有的授权", "In force or to come"),
        speech.say("已经结束", "Ended"),
    ];
    Ok(html! {
        h1 { (speech.say("我的授权", "My grants")) }
        p class="hint" { (who) }
        (taken::link(speech))
        @if asked.renounced.is_some() {
            div class="note note-good" role="status" {
                p { (speech.say("已经放弃，从现在起不再有效。", "It has been given up and holds no more.")) }
            }
        }
        @if grants.is_empty() {
            div class="box" {
                p { (speech.say("还没有授予您的数据授权。", "You have not been granted any data.")) }
                p { (speech.say(
                    "需要有条件开放的数据，可以在开放数据里找到它，按页面上的说明申请。",
                    "Data that is open on conditions can be found among the open data, with how to ask for it.",
                )) }
                p { a href=(speech.to("/open?access=conditional")) { (speech.say("看有条件开放的数据", "See what is open on conditions")) } }
            }
        }
        @for (title, cards) in titles.into_iter().zip(&cards) {
            @if !cards.is_empty() {
                h2 { (title) }
                ul class="cards" { @for card in cards { (card) } }
            }
        }
        (frame::pages(speech, first.as_deref(), next.as_deref()))
        form method="post" action=(speech.to("/mine/end")) {
            input type="hidden" name="seal" value=(seal);
            button class="quiet" type="submit" { (speech.say("退出登录", "Log out")) }
        }
    })
}

async fn card(state: &State, speech: &Speech, account: &Account, grant: &Grant) -> Markup {
    let packs = state.collector().packs();
    let standing = Standing::of(grant, state.now());
    let renounced = speech.to(&format!("/mine/grants/{}", grant.id));
    html! {
        li class="card" {
            h3 { (granted::title(speech, &packs, &grant.granted.dataset)) " " (standing.tag(speech)) }
            (granted::facts(state, speech, account, grant).await)
            @if standing == Standing::Holds && grant.granted.ways.contains(&Way::Page) {
                p class="actions" { a class="button" href=(look(&grant.granted.dataset)) { (speech.say("看数据", "Look at the data")) } }
            }
            @if !standing.is_over() && granted::is_own(grant, account) {
                p class="actions" { a href=(renounced) { (speech.say("放弃这项授权", "Give this grant up")) } }
            }
        }
    }
}

/// Where the first rows of a dataset are asked for, as far as the reader's rights show them.
fn look(dataset: &DatasetId) -> String {
    format!(
        "/query?sql={}",
        encode(&format!("SELECT * FROM {dataset} LIMIT 100"))
    )
}
