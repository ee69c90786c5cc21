//! 取走的数据: which files somebody has taken away, of which data and under which grants, each with its receipt.

use axum::extract::State as Shared;
use axum::http::HeaderMap;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use yandu_access::{Account, Ending, Receipt, ReceiptId};

use super::entrance::{self, Entrance};
use super::frame::{self, Place};
use super::language::Speech;
use super::{granted, mark, told};
use crate::Result;
use crate::access::Asker;
use crate::address::encode;
use crate::extract::Query;
use crate::line::Line;
use crate::page::{After, Limit};
use crate::state::State;

/// The address of the page.
pub(super) const TAKEN: &str = "/mine/files";

#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    after: Option<After<ReceiptId>>,
}

/// The files of whoever has logged in; a login for everybody else.
pub(super) async fn show_files(
    Shared(state): Shared<State>,
    speech: Speech,
    asker: Asker,
    line: Line,
    headers: HeaderMap,
    asked: Result<Query<Asked>>,
) -> Response {
    let Asker::Session(session) = &asker else {
        let entrance = Entrance {
            next: &speech.to(TAKEN),
            ..Entrance::default()
        };
        return entrance::show(&state, &speech, &asker, &headers, line, &entrance);
    };
    let content = match asked {
        Ok(Query(asked)) => list(&state, &speech, &session.account, asked).await,
        Err(problem) => Err(problem),
    };
    match content {
        Ok(content) => {
            let title = speech.say("取走的数据", "Data you have taken");
            mark::own_page(&state, &speech, &session.account, title, &content)
        }
        Err(problem) => frame::refused(&speech, Place::Mine, &problem),
    }
}

async fn list(state: &State, speech: &Speech, account: &Account, asked: Asked) -> Result<Markup> {
    let limit = Limit::<20, 20>::default();
    let is_first = asked.after.is_none();
    let before = asked.after.map(|after| after.0);
    let receipts = state.door().receipts();
    let found = receipts
        .list(Some(account.id.as_str()), before, limit.and_one())
        .await?;
    let (found, next) = limit.cut(found, |receipt| receipt.id);
    let first = (!is_first).then(|| speech.to(TAKEN));
    let next = next.map(|next| speech.to(&format!("{TAKEN}?after={}", encode(&next))));
    Ok(html! {
        p { a href=(speech.to("/mine")) { (speech.say("我的授权", "My grants")) } }
        h1 { (speech.say("取走的数据", "Data you have taken")) }
        p class="lead" { (speech.say(
            "以您的账号取走的每个文件都留有凭证，审计管理员也能看到；您的程序（令牌）分次取走的，同类的合记一张，每小时另起一张。如有不是您本人取走的，请马上更换登录所用的口令（在认证平台登录的，到认证平台更换），并告诉安全管理员。",
            "Each file that was taken with your account has left a receipt, which the audit administrator sees too; what your programs (tokens) take bit by bit stands together under one for its kind, and under another after an hour. If one was not taken by you, change the password that you sign in with at once (at the provider of identities, where you sign in there), and tell the security administrator.",
        )) }
        @if found.is_empty() {
            div class="box" { p { (speech.say("还没有取走过数据。", "No data has been taken yet.")) } }
        }
        ul class="cards" { @for receipt in &found { (card(state, speech, receipt)) } }
        (frame::pages(speech, first.as_deref(), next.as_deref()))
    })
}

fn card(state: &State, speech: &Speech, receipt: &Receipt) -> Markup {
    let packs = state.collector().packs();
    let file = &receipt.file;
    let comma = speech.say("、", ", ");
    let read = file.read.iter();
    let titles: Vec<String> = read
        .map(|read| granted::title(speech, &packs, &read.dataset))
        .collect();
    let permits = file.read.iter().flat_map(|read| &read.permits);
    let permits: Vec<&str> = permits.map(AsRef::as_ref).collect();
    let columns = file.columns.iter().map(|column| column.name.as_str());
    let columns: Vec<&str> = columns.collect();
    html! {
        li class="card" {
            h2 { (titles.join(comma)) " " (state_of(speech, receipt)) }
            dl class="facts" {
                dt { (speech.say("时间", "Taken")) }
                dd { (told::time(receipt.begun_at)) " · " (file.form.name()) " · " (told::word(speech.language, "way", file.way.name())) }
                @if let Some(purpose) = &file.purpose {
                    dt { (speech.say("用途", "Purpose")) }
                    dd { (purpose) }
                }
                @if !columns.is_empty() {
                    dt { (speech.say("字段", "Fields")) }
                    dd { code translate="no" { (columns.join(comma)) } }
                }
                dt { (speech.say("许可", "Permits")) }
                dd { code translate="no" { (permits.join(comma)) } }
                @if let Some(counts) = &receipt.counts {
                    dt { (speech.say("次数", "Times")) }
                    dd { (counts.answers) " · " (speech.say("最近一次", "last")) " " (told::time(counts.last_at)) }
                    dt { (speech.say("行数", "Rows")) }
                    dd { (counts.rows) (counted_until(speech, &receipt.ending)) }
                }
                @if let Ending::Ended { sent, .. } = &receipt.ending {
                    dt { (speech.say("行数", "Rows")) }
                    dd { (sent.rows) }
                    dt { "SHA-256" }
                    dd { code translate="no" { (sent.hash) } }
                }
                dt { (speech.say("凭证", "Receipt")) }
                dd { code translate="no" { (receipt.id) } }
            }
        }
    }
}

fn state_of(speech: &Speech, receipt: &Receipt) -> Markup {
    let (class, chinese, english) = match (&receipt.ending, &receipt.counts) {
        // Answers to a program that are counted together: each of them has left when it is counted.
        (Ending::Open, Some(_)) => ("tag", "分次取走", "taken bit by bit"),
        (_, Some(_)) | (Ending::Closed { .. }, None) => ("tag", "已取走", "taken"),
        (Ending::Open, None) => ("tag tag-ask", "正在取", "under way"),
        (Ending::Ended { sent, .. }, None) if sent.broken.is_none() => ("tag", "已取走", "taken"),
        (Ending::Ended { .. } | Ending::Lost { .. }, None) => {
            ("tag tag-off", "没有取完", "broken off")
        }
    };
    html! { span class=(class) { (speech.say(chinese, english)) } }
}

/// Up to when rows were counted, where that is not the end.
fn counted_until(speech: &Speech, ending: &Ending) -> &'static str {
    match ending {
        Ending::Open => speech.say("（截至目前）", " (so far)"),
        Ending::Lost { .. } => speech.say(
            "（系统停机前数秒内的未计入）",
            " (without the last seconds before the program ended)",
        ),
        Ending::Ended { .. } | Ending::Closed { .. } => "",
    }
}

/// Where the files stand that were taken.
pub(super) fn link(speech: &Speech) -> Markup {
    let text = speech.say("看取走的数据", "See what data you have taken");
    html! { p { a href=(speech.to(TAKEN)) { (text) } } }
}
