//! Who has read what a page shows, and when.

use axum::response::Response;
use maud::{Markup, html};
use yandu_access::Account;

use super::frame::{self, Place};
use super::language::{Language, Speech};
use super::told;
use crate::export::VISITOR;
use crate::state::State;

/// How often the reader and the time stand over what is read.
const MARKS: usize = 12;

/// The reader and the time.
pub(super) struct Mark {
    reader: String,
    at: String,
}

impl Mark {
    /// The reader of what is open is a visitor, whoever looks.
    pub(super) fn of_visitor(state: &State, speech: &Speech) -> Self {
        Self::new(state, speech.say(VISITOR, "A visitor").to_owned())
    }

    /// An account by its department and name, as on the desk.
    pub(super) fn of_account(state: &State, account: &Account) -> Self {
        let reader = match &account.department {
            Some(department) => format!("{department} {}", account.name),
            None => account.name.clone(),
        };
        Self::new(state, reader)
    }

    fn new(state: &State, reader: String) -> Self {
        Self {
            reader,
            at: told::time(state.now()),
        }
    }

    /// As a line beside what is read.
    pub(super) fn line(&self, speech: &Speech) -> Markup {
        let Self { reader, at } = self;
        let read = match speech.language {
            Language::Chinese => format!("读取人：{reader} · {at}（北京时间）"),
            Language::English => format!("Read by: {reader} · {at} (UTC+8)"),
        };
        html! { p class="hint" { (read) } }
    }

    /// As a watermark over the page, wherever it is scrolled.
    pub(super) fn sheet(&self) -> Markup {
        html! {
            div class="watermark" aria-hidden="true" {
                @for _ in 0..MARKS { span { (self.reader) " " (self.at) } }
            }
        }
    }
}

/// A page of what somebody has who has logged in.
pub(super) fn own_page(
    state: &State,
    speech: &Speech,
    account: &Account,
    title: &str,
    content: &Markup,
) -> Response {
    let mark = Mark::of_account(state, account);
    let marked = html! {
        (content)
        (mark.line(speech))
        (mark.sheet())
    };
    frame::page(speech, Place::Mine, title, &marked)
}
