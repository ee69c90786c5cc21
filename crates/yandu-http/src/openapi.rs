//! The document of the interface, generated from the handlers and committed as `openapi.json`.

mod answer;

use std::sync::{Arc, LazyLock};

use axum::http::header;
use axum::response::{IntoResponse, Response};
use utoipa::PartialSchema;
use utoipa::ToSchema;
use utoipa::openapi::{Components, Info, License, OpenApi, Server, Tag};

use crate::problem::{Problem, RowProblem};
use crate::state::State;

/// The document, as JSON.
pub fn document(state: &State) -> String {
    let (_, document) = crate::router::api(state).split_for_parts();
    text(&finish(document))
}

fn text(document: &OpenApi) -> String {
    // The document is built of texts and maps with text keys, which JSON can always hold.
    document.to_pretty_json().unwrap_or_default()
}

/// Adds what no single handler knows.
fn finish(mut document: OpenApi) -> OpenApi {
    document.info = Info::builder()
        .title("盐渎 Yandu")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "归集、核查、隔离、入湖与查询。Collect a city's data, check it, quarantine what is wrong, and query it. \
             Every answer that is not a success is problem details (RFC 9457) with a stable `code`. A list that can grow \
             comes in pages: `next` of a page is `after` of the request for the page behind it. Answers carry an `ETag`; \
             with `If-None-Match` the answer is 304 when nothing has changed. HEAD answers like GET without the body. \
             zstd and gzip are used when `Accept-Encoding` takes them.",
        ))
        .license(Some(License::new("Apache-2.0")))
        .build();
    document.servers = Some(vec![Server::new("/")]);
    document.tags = Some(
        [
            ("batches", "批次 · deliveries and what became of them"),
            ("quarantine", "隔离 · rows that wait"),
            ("datasets", "数据集 · what is there, and what was there"),
            ("query", "查询 · SQL"),
            ("exports", "导出 · receipts of what left as a file"),
            (
                "lineage",
                "血缘 · where columns come from, and what they feed",
            ),
            ("sources", "数据源 · where rows come from"),
            ("packs", "场景包 · the installed packs"),
            (
                "dcat",
                "目录 · the published entries in the terms of DCAT-AP 3",
            ),
            (
                "ledger",
                "一本账 · what the city holds, and what became of it",
            ),
            (
                "plans",
                "工作要点 · the work plan: points, units and targets",
            ),
            (
                "classification",
                "分类分级 · what is suggested of fields, and what stewards decided",
            ),
            ("forms", "填报 · what people report, from whom, and when"),
            ("drafts", "草稿 · what was begun and not sent yet"),
            (
                "clock",
                "时钟 · the time that all times of the city come from",
            ),
        ]
        .map(|(name, about)| {
            let mut tag = Tag::new(name);
            tag.description = Some(about.to_owned());
            tag
        })
        .to_vec(),
    );
    let schemas = &mut document
        .components
        .get_or_insert_with(Components::new)
        .schemas;
    schemas.insert(Problem::name().into_owned(), Problem::schema());
    schemas.insert(RowProblem::name().into_owned(), RowProblem::schema());
    answer::complete(&mut document);
    document
}

/// The document, which is written when it is asked for first: no start waits for it.
#[derive(Clone)]
pub(crate) struct Document(Arc<LazyLock<String, Writing>>);

type Writing = Box<dyn FnOnce() -> String + Send>;

impl Document {
    pub(crate) fn new(document: OpenApi) -> Self {
        let writing: Writing = Box::new(move || text(&finish(document)));
        Self(Arc::new(LazyLock::new(writing)))
    }
}

impl IntoResponse for Document {
    fn into_response(self) -> Response {
        (
            [(header::CONTENT_TYPE, "application/json")],
            LazyLock::force(&self.0).clone(),
        )
            .into_response()
    }
}
