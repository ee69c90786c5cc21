//! Drafts: what somebody has begun in a page and not sent yet.

use axum::Json;
use axum::extract::{DefaultBodyLimit, State as Shared};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yandu_store::{DRAFT_BYTES, DraftInfo, Drafts};

use crate::Result;
use crate::caller::Caller;
use crate::etag::revision_tag;
use crate::extract::{AnyJson, Path, Query};
use crate::page::{After, Limit};
use crate::precondition::expected;
use crate::problem::Problem;
use crate::state::State;

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list_drafts))
        .routes(routes!(read_draft, write_draft, remove_draft))
        .layer(DefaultBodyLimit::max(DRAFT_BYTES))
}

/// A draft without its value.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Draft {
    #[schema(example = "query")]
    pub key: String,
    /// The tag of its state, without quotes.
    pub etag: String,
    pub size_bytes: u64,
    #[schema(value_type = String, format = DateTime)]
    pub changed_at: Timestamp,
}

/// A page of drafts, by key.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct DraftPage {
    pub drafts: Vec<Draft>,
    /// What to ask for as `after` to get the next page; absent on the last one.
    pub next: Option<String>,
}

/// The state of a draft that was written.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct DraftWritten {
    /// The tag of the new state, without quotes; also in `ETag`.
    pub etag: String,
    #[schema(value_type = String, format = DateTime)]
    pub changed_at: Timestamp,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Filter {
    /// Only drafts whose keys begin with this.
    #[serde(default)]
    prefix: String,
    /// The `next` of the page before.
    #[param(value_type = Option<String>, pattern = "^[A-Za-z0-9_-]+$")]
    after: Option<After<String>>,
    /// Drafts of one page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000, default = 100)]
    limit: Limit<100, 1000>,
}

/// Lists the caller's own drafts.
#[utoipa::path(get, path = "/drafts", tag = "drafts", params(Filter), responses((status = 200, body = DraftPage), Problem))]
async fn list_drafts(
    Shared(state): Shared<State>,
    caller: Caller,
    Query(filter): Query<Filter>,
) -> Result<Json<DraftPage>> {
    let after = filter.after.map(|after| after.0);
    let found = drafts(&state, &caller)
        .list(&filter.prefix, after.as_deref(), filter.limit.and_one())
        .await?;
    let (found, next) = filter.limit.cut(found, |draft| draft.key.clone());
    Ok(Json(DraftPage {
        drafts: found.into_iter().map(Draft::from).collect(),
        next,
    }))
}

/// Reads a draft of the caller.
#[utoipa::path(
    get,
    path = "/drafts/{key}",
    tag = "drafts",
    params(("key" = String, Path, pattern = "^[A-Za-z0-9._:~-]{1,128}$")),
    responses((status = 200, body = serde_json::Value), Problem)
)]
async fn read_draft(
    Shared(state): Shared<State>,
    caller: Caller,
    Path(key): Path<String>,
) -> Result<Response> {
    let draft = drafts(&state, &caller).read(&key).await?;
    let etag = [(header::ETAG, revision_tag(&draft.state.tag()))];
    let kind = [(header::CONTENT_TYPE, "application/json")];
    Ok((etag, kind, draft.value).into_response())
}

/// Keeps a JSON value as a draft of the caller. With `If-Match` only when the draft is still in that state, with
/// `If-None-Match: *` only when there is none; otherwise what was written last stays.
#[utoipa::path(
    put,
    path = "/drafts/{key}",
    tag = "drafts",
    params(
        ("key" = String, Path, pattern = "^[A-Za-z0-9._:~-]{1,128}$", description = "Letters, digits and `.`, `_`, `-`, `:`, `~`."),
        ("If-Match" = Option<String>, Header, description = "Tag of the state that is replaced."),
        ("If-None-Match" = Option<String>, Header, description = "`*` when there must be no draft yet.")
    ),
    request_body = serde_json::Value,
    responses((status = 200, body = DraftWritten, headers(("ETag" = String, description = "Tag of the new state."))), Problem)
)]
async fn write_draft(
    Shared(state): Shared<State>,
    caller: Caller,
    Path(key): Path<String>,
    headers: HeaderMap,
    AnyJson(value): AnyJson<serde_json::Value>,
) -> Result<Response> {
    let written = drafts(&state, &caller)
        .write(&key, &value.to_string(), &expected(&headers))
        .await?;
    let tag = written.tag();
    let etag = [(header::ETAG, revision_tag(&tag))];
    let body = DraftWritten {
        etag: tag,
        changed_at: written.changed_at(),
    };
    Ok((etag, Json(body)).into_response())
}

/// Throws a draft of the caller away; with `If-Match` only when it is still in that state.
#[utoipa::path(
    delete,
    path = "/drafts/{key}",
    tag = "drafts",
    params(
        ("key" = String, Path, pattern = "^[A-Za-z0-9._:~-]{1,128}$"),
        ("If-Match" = Option<String>, Header, description = "Tag of the state that is thrown away.")
    ),
    responses((status = 204, description = "It is gone."), Problem)
)]
async fn remove_draft(
    Shared(state): Shared<State>,
    caller: Caller,
    Path(key): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode> {
    drafts(&state, &caller)
        .remove(&key, &expected(&headers))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

fn drafts(state: &State, Caller(principal): &Caller) -> Drafts {
    state.collector().store().drafts(principal.name())
}

impl From<DraftInfo> for Draft {
    fn from(draft: DraftInfo) -> Self {
        Self {
            etag: draft.state.tag(),
            changed_at: draft.state.changed_at(),
            key: draft.key,
            size_bytes: draft.size_bytes,
        }
    }
}
