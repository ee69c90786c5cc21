//! Files of open data, with their receipts.

use axum::extract::State as Shared;
use axum::response::Response;
use yandu_words::id::DatasetId;

use super::catalogue::{Access, Opening};
use super::frame::{self, Missing, Place};
use super::language::Speech;
use super::{fields, rows};
use crate::access::Asker;
use crate::extract::Path;
use crate::line::Peer;
use crate::query::{self, Form};
use crate::state::State;
use crate::stream::patient::patient;

/// All that visitors see of a dataset, as `csv`, `xlsx` or `parquet`.
pub(super) async fn take_file(
    Shared(state): Shared<State>,
    speech: Speech,
    peer: Peer,
    Path((id, form)): Path<(String, String)>,
) -> Response {
    let form = match form.as_str() {
        // By the mark spreadsheets know that a CSV is UTF-8.
        "csv" => Some(Form::Csv { with_mark: true }),
        "xlsx" => Some(Form::Workbook),
        "parquet" => Some(Form::Parquet),
        _ => None,
    };
    let packs = state.collector().packs();
    let id: Option<DatasetId> = id.parse().ok();
    let opening = Opening::of(&state);
    let id = id.filter(|id| opening.access(id) == Some(Access::Read));
    let (Some(dataset), Some(form)) = (id.and_then(|id| packs.dataset(&id)), form) else {
        return frame::absent(&speech, Missing::Data);
    };
    let Some((place, waits)) = state.visitors().file(peer).await else {
        let title = speech.say("现在下载的人较多", "Many are downloading now");
        return frame::busy(&speech, title);
    };
    let sql = rows::question(dataset, &fields::shown(&state, dataset));
    match query::file(&state, &Asker::Visitor, form, &sql).await {
        Ok(response) => response.map(|body| patient(body, place, waits)),
        Err(problem) => frame::refused(&speech, Place::Open, &problem),
    }
}
