//! One dataset of the open data: what it is, a look at it, and its files; or how to ask for it.

use axum::extract::State as Shared;
use axum::response::Response;
use maud::{Markup, html};
use yandu_pack::Dataset;
use yandu_words::id::DatasetId;

use super::catalogue::{Access, Opening, tag};
use super::frame::{self, Missing, Place};
use super::language::{Language, Speech};
use super::{fields, rows, told};
use crate::Result;
use crate::address::encode;
use crate::batch::word;
use crate::extract::Path;
use crate::line::Peer;
use crate::state::State;

/// A dataset that visitors may know of. What they may not is as absent as what is not there.
pub(super) async fn show_dataset(
    Shared(state): Shared<State>,
    speech: Speech,
    peer: Peer,
    Path(id): Path<String>,
) -> Response {
    let packs = state.collector().packs();
    let id: Option<DatasetId> = id.parse().ok();
    let opening = Opening::of(&state);
    let known = id.and_then(|id| Some((packs.dataset(&id)?, opening.access(&id)?)));
    let Some((dataset, access)) = known else {
        return frame::absent(&speech, Missing::Data);
    };
    let Some(_place) = state.visitors().look(peer).await else {
        return frame::crowded(&speech);
    };
    let title = speech.title(&dataset.file().title);
    let shown = match access {
        Access::Read => read(&state, &speech, dataset).await,
        Access::Apply => apply(&state, &speech, dataset).await,
    };
    let content = shown.map(|(facts, rest)| {
        html! {
            p { a href=(speech.to("/open")) { (speech.say("全部开放数据", "All open data")) } }
            h1 { (title) " " (tag(&speech, access)) }
            @if let Some(about) = &dataset.file().about { p { (told::prose(about)) } }
            (facts)
            (rest)
        }
    });
    match content {
        Ok(content) => frame::page(&speech, Place::Open, title, &content),
        Err(problem) => frame::refused(&speech, Place::Open, &problem),
    }
}

async fn read(state: &State, speech: &Speech, dataset: &Dataset) -> Result<(Markup, Markup)> {
    let fields = fields::shown(state, dataset);
    let look = rows::look(state, speech, dataset, &fields).await?;
    let facts = facts(state, speech, dataset).await?;
    let at = |form: &str| speech.to(&format!("/open/{}/{form}", encode(dataset.id().as_str())));
    let rest = html! {
        section class="box" {
            h2 { (speech.say("数据预览", "A look at the data")) }
            (look)
        }
        section class="box" {
            h2 { (speech.say("下载", "Download")) }
            p class="hint" { (speech.say(
                "下载全部可以公开的行。每个文件都留有凭证，文件名就是凭证号；Excel 和 Parquet 文件里写有读取人和时间。",
                "Every row that is public. Each file leaves a receipt, whose number is its name; in Excel and Parquet files stand the reader and the time.",
            )) }
            p class="actions" {
                a class="button" href=(at("csv")) { "CSV" }
                a class="button button-quiet" href=(at("xlsx")) { "Excel" }
                a class="button button-quiet" href=(at("parquet")) { "Parquet" }
            }
        }
        section class="box" {
            h2 { (speech.say("字段", "Fields")) }
            (fields::list(speech, dataset, &fields))
        }
    };
    Ok((facts, rest))
}

async fn apply(state: &State, speech: &Speech, dataset: &Dataset) -> Result<(Markup, Markup)> {
    let facts = facts(state, speech, dataset).await?;
    let title = speech.title(&dataset.file().title);
    let (id, owner) = (dataset.id(), &dataset.file().owner);
    let request = match speech.language {
        Language::Chinese => format!(
            "申请使用有条件开放的数据：{title}（{id}）\n申请人：＿＿\n联系方式：＿＿\n用途：＿＿\n需要的字段和范围：＿＿\n使用期限：＿＿\n安全保护措施：＿＿"
        ),
        Language::English => format!(
            "Request for data that is open on conditions: {title} ({id})\nApplicant: ____\nContact: ____\nPurpose: ____\nFields and extent: ____\nTerm: ____\nProtection: ____"
        ),
    };
    let entry = state.ledger().entry(id.as_str()).await.ok();
    let contact = entry.and_then(|entry| entry.content.contact);
    // Without scripts nothing can be put on the clipboard; a file can be kept, filled in and printed.
    let file = format!("data:text/plain;charset=utf-8,{}", encode(&request));
    let file_name = match speech.language {
        Language::Chinese => format!("申请使用{title}.txt"),
        Language::English => format!("request-{id}.txt"),
    };
    let to_whom = match speech.language {
        Language::Chinese => format!("把下面的申请填好，交给提供部门：{owner}。"),
        Language::English => {
            format!("Fill in the request below and hand it to the department: {owner}.")
        }
    };
    let rest = html! {
        section class="box" {
            h2 { (speech.say("怎样申请", "How to ask for it")) }
            p { (to_whom) }
            @if let Some(contact) = contact {
                p { (speech.say("联系方式：", "Contact: ")) (contact) }
            } @else {
                p class="hint" { (speech.say(
                    "提供部门没有登记联系方式，请向该部门的办公室提出。",
                    "The department has registered no contact; ask at its office.",
                )) }
            }
            p { (speech.say(
                "同意后，安全管理员把授权登记到您的账号，写明字段、用途和期限；登录“我的授权”可以看到，也可以放弃。",
                "When it is agreed, the security administrator registers a grant to your account with its fields, purpose and term; you see it under \"My grants\", and can give it up.",
            )) }
            label for="request" { (speech.say("申请的文字", "The text of the request")) }
            textarea id="request" rows="8" readonly { (request) }
            p { a href=(file) download=(file_name) { (speech.say("下载申请书", "Take the request as a file")) } }
        }
        section class="box" {
            h2 { (speech.say("字段", "Fields")) }
            (fields::names(speech, dataset))
        }
    };
    Ok((facts, rest))
}

/// Who provides it, how often it is renewed, and on which conditions it may be used.
async fn facts(state: &State, speech: &Speech, dataset: &Dataset) -> Result<Markup> {
    let file = dataset.file();
    let entry = state.ledger().entry(dataset.id().as_str()).await.ok();
    let content = entry.map(|entry| entry.content);
    let theme = content.as_ref().and_then(|content| content.theme.clone());
    let condition = content.and_then(|content| content.opening_condition);
    let freshness = state.collector().freshness(dataset.id()).await?;
    let mut renewed = freshness.last_delivery_at;
    if renewed.is_none() {
        let newest = state.lake().newest_versions(dataset.id(), None, 1).await?;
        renewed = newest.first().map(|version| version.committed_at);
    }
    let unsaid = speech.say(
        "提供部门没有另外写明",
        "The department has said nothing else",
    );
    Ok(html! {
        dl class="facts" {
            dt { (speech.say("提供部门", "Department")) }
            dd { (file.owner) }
            @if let Some(theme) = theme {
                dt { (speech.say("主题", "Theme")) }
                dd { (theme) }
            }
            dt { (speech.say("更新周期", "Renewed")) }
            dd { (told::word(speech.language, "refresh", &word(&file.refresh))) }
            dt { (speech.say("最近更新", "Last renewed")) }
            dd {
                @match renewed {
                    Some(at) => (told::time(at)),
                    None => (speech.say("还没有数据", "no data yet")),
                }
            }
            dt { (speech.say("使用条件", "Conditions")) }
            dd { (condition.as_deref().unwrap_or(unsaid)) }
            dt { (speech.say("编号", "Id")) }
            dd { code translate="no" { (dataset.id()) } }
        }
    })
}
