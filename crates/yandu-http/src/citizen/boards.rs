//! Boards that packs declare open: their figures as a visitor reads them, and nothing else.
//!
//! What is open of them is decided by the policies in force and no declaration: a figure is shown where every column that it
//! follows from is shown to visitors as it is, in every row; for a managing unit also the list of what belongs to it. Any other stays
//! closed, and so do the lamps of work plans.

use axum::extract::State as Shared;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use yandu_metrics::{Board, BoardArea};
use yandu_pack::declare::BoardFile;
use yandu_policy::Way;
use yandu_words::BoardId;

use super::figure;
use super::frame::{self, Missing, Place};
use super::language::Speech;
use super::mark::Mark;
use crate::Result;
use crate::access::Asker;
use crate::address::encode;
use crate::extract::{Path, Query};
use crate::line::Peer;
use crate::problem::Problem;
use crate::state::State;

#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    /// One of the areas of the board; the whole city without one.
    area: Option<String>,
}

/// The boards that are declared open, in the order of their ids.
pub(super) fn open_boards(state: &State) -> Vec<BoardFile> {
    let heads = state.metrics().board_heads().into_iter();
    heads
        .map(|head| head.file)
        .filter(|file| file.open)
        .collect()
}

pub(super) async fn list_boards(Shared(state): Shared<State>, speech: Speech) -> Response {
    let title = speech.say("公开看板", "Open boards");
    let boards = open_boards(&state);
    let content = html! {
        (back(&speech, "/open", speech.say("全部开放数据", "All open data")))
        h1 { (title) }
        @if boards.is_empty() {
            div class="box" { p { (speech.say("还没有公开的看板。", "No board is open yet.")) } }
        }
        ul class="cards" {
            @for board in &boards {
                li class="card" {
                    h2 { a href=(speech.to(&format!("/open/boards/{}", encode(board.board.as_str())))) { (speech.title(&board.title)) } }
                    @if let Some(about) = &board.about { p class="about" { (speech.title(about)) } }
                }
            }
        }
    };
    frame::page(&speech, Place::Open, title, &content)
}

/// An open board. One that is not is as absent as what is not there.
pub(super) async fn show_board(
    Shared(state): Shared<State>,
    speech: Speech,
    peer: Peer,
    Path(id): Path<String>,
    asked: Result<Query<Asked>>,
) -> Response {
    let id: Option<BoardId> = id.parse().ok();
    let boards = open_boards(&state);
    let known = id.filter(|id| boards.iter().any(|board| board.board == *id));
    let Some(id) = known else {
        return frame::absent(&speech, Missing::Board);
    };
    let Some(_place) = state.visitors().look(peer).await else {
        return frame::crowded(&speech);
    };
    let board = match asked {
        Ok(Query(asked)) => read(&state, &id, asked.area.as_deref()).await,
        Err(problem) => Err(problem),
    };
    match board {
        Ok(board) => {
            let title = speech.title(&board.file.title);
            frame::page(
                &speech,
                Place::Open,
                title,
                &content(&state, &speech, &board),
            )
        }
        Err(problem) => frame::refused(&speech, Place::Open, &problem),
    }
}

/// The board as a visitor reads it, whoever asks.
async fn read(state: &State, id: &BoardId, area: Option<&str>) -> Result<Board> {
    let reader = Asker::Visitor.reader(state, Way::Page);
    let area = area.filter(|area| !area.is_empty());
    let board = state.metrics().board(&reader, id, area).await;
    board.map_err(Box::<Problem>::from)
}

fn content(state: &State, speech: &Speech, board: &Board) -> Markup {
    let mark = Mark::of_visitor(state, speech);
    html! {
        (back(speech, "/open/boards", speech.say("全部公开看板", "All open boards")))
        h1 {
            (speech.title(&board.file.title))
            @if let Some(area) = &board.area { " · " (area.name) }
        }
        @if let Some(about) = &board.file.about { p { (speech.title(about)) } }
        @if !board.areas.is_empty() { (areas(speech, board)) }
        (mark.line(speech))
        @for tile in &board.tiles { (figure::tile(state, speech, tile)) }
        (mark.sheet())
    }
}

/// For which area a board is opened.
fn areas(speech: &Speech, board: &Board) -> Markup {
    let chosen = board.area.as_ref().map(|area| area.code.as_str());
    let address = format!("/open/boards/{}", encode(board.file.board.as_str()));
    html! {
        form class="find box" method="get" action=(address) {
            @if let Some(language) = speech.chosen() { input type="hidden" name="lang" value=(language); }
            div {
                label for="area" { (speech.say("区域", "Area")) }
                select id="area" name="area" {
                    option value="" { (speech.say("全市", "The whole city")) }
                    @for BoardArea { code, name } in &board.areas {
                        option value=(code) selected[chosen == Some(code.as_str())] { (name) }
                    }
                }
            }
            button type="submit" { (speech.say("查看", "Show")) }
        }
    }
}

fn back(speech: &Speech, to: &str, text: &str) -> Markup {
    html! { p { a href=(speech.to(to)) { (text) } } }
}
