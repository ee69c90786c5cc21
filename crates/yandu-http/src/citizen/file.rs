//! Files of open data, with their receipts.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State as Shared;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use futures::{StreamExt as _, stream};
use maud::html;
use tokio::sync::Semaphore;
use yandu_words::id::DatasetId;

use super::catalogue::{Access, Opening};
use super::frame::{self, Place};
use super::language::Speech;
use super::{fields, rows};
use crate::access::Asker;
use crate::extract::Path;
use crate::query::{self, Form};
use crate::state::State;

/// How many files visitors take away at the same time, all together: whoever works in the city goes first.
const AT_ONCE: usize = 8;

/// Files that visitors are taking away.
pub(crate) struct Files(Arc<Semaphore>);

impl Default for Files {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

/// All that visitors see of a dataset, as `csv`, `xlsx` or `parquet`.
pub(super) async fn take_file(
    Shared(state): Shared<State>,
    speech: Speech,
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
        return frame::absent(&speech, Place::Open);
    };
    let files = Arc::clone(&state.public_files().0);
    let Ok(held) = files.try_acquire_owned() else {
        return busy(&speech);
    };
    let sql = rows::question(dataset, &fields::shown(&state, dataset));
    match query::file(&state, &Asker::Visitor, form, &sql).await {
        Ok(response) => response.map(|body| {
            // The place is free again when the last byte has left, or whoever took it has gone.
            let leaving = (body.into_data_stream(), held);
            Body::from_stream(stream::unfold(leaving, async |(mut chunks, held)| {
                let chunk = chunks.next().await?;
                Some((chunk, (chunks, held)))
            }))
        }),
        Err(problem) => frame::refused(&speech, Place::Open, &problem),
    }
}

fn busy(speech: &Speech) -> Response {
    let title = speech.say("现在下载的人较多", "Many are downloading now");
    let content = html! {
        h1 { (title) }
        p { (speech.say("请过一分钟再试。", "Please try again in a minute.")) }
        p { a href=(speech.to("/open")) { (speech.say("回到开放数据", "Back to open data")) } }
    };
    let mut response = frame::page(speech, Place::Open, title, &content);
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    let soon = HeaderValue::from_static("60");
    response.headers_mut().insert(header::RETRY_AFTER, soon);
    response
}
