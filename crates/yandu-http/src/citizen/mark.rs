//! Who has read what a page shows, and when.

use maud::{Markup, html};

use super::language::{Language, Speech};
use super::told;
use crate::export::VISITOR;
use crate::state::State;

/// How often the reader and the time stand over what is read.
const MARKS: usize = 12;

/// The reader, who is a visitor whoever looks, and the time.
pub(super) struct Mark {
    reader: &'static str,
    at: String,
}

impl Mark {
    pub(super) fn new(state: &State, speech: &Speech) -> Self {
        Self {
            reader: speech.say(VISITOR, "A visitor"),
            at: told::time(state.now()),
        }
    }

    /// As a line above.
    pub(super) fn line(&self, speech: &Speech) -> Markup {
        let Self { reader, at } = self;
        let read = match speech.language {
            Language::Chinese => format!("读取人：{reader} · {at}（北京时间）"),
            Language::English => format!("Read by: {reader} · {at} (UTC+8)"),
        };
        html! { p class="hint" { (read) } }
    }

    /// As a watermark over what is read.
    pub(super) fn over(&self, content: &Markup) -> Markup {
        html! {
            div class="seen" {
                (content)
                div class="watermark" aria-hidden="true" {
                    @for _ in 0..MARKS { span { (self.reader) " " (self.at) } }
                }
            }
        }
    }
}
