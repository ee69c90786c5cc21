//! The ledger: what the city holds, who answers for it, and what became of each entry.

mod find;
mod import;
mod indicator;
mod inherited;
mod shape;
mod sums;
mod tag;

use axum::Json;
use axum::extract::State as Shared;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yandu_ledger::{Edit, EntryId};
use yandu_policy::Action;
use yandu_words::id::DatasetId;

use crate::Result;
use crate::access::{Asker, KEEPS, not_permitted};
use crate::caller::Caller;
use crate::extract::{Body, Path, Query};
use crate::page::{After, Limit};
use crate::precondition::revisions;
use crate::problem::Problem;
use crate::state::State;

pub use find::{EntryHit, EntryPage, FacetValue, Found, Highlight, Piece, Suggestions};
pub use import::{Fault, ImportFile, Imported};
pub use indicator::{Answer, Indicator, IndicatorReport, IndicatorSet, IndicatorSetList};
pub use inherited::{Inherited, InheritedColumn};
pub use shape::{Change, Column, Duty, Entry, Facts, Revision, Sharing, Title};
pub use sums::{Rollup, RollupRow};

pub(crate) fn routes(state: &State) -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(find::list_entries, register_entry))
        .routes(routes!(show_entry, change_entry))
        .routes(routes!(move_entry))
        .routes(routes!(list_history))
        .routes(routes!(find::suggest))
        .routes(routes!(sums::rollup))
        .routes(routes!(indicator::list_indicator_sets))
        .routes(routes!(indicator::show_indicators))
        .merge(import::routes(state))
}

/// The address of an entry.
fn location(id: &EntryId) -> String {
    format!("/api/v1/ledger/entries/{id}")
}

/// An entry with what it inherits and the tag of its revision.
async fn tagged(state: &State, status: StatusCode, entry: yandu_ledger::Entry) -> Response {
    let inherited = inherited::of(state, &entry).await;
    let headers = [
        (header::ETAG, tag::of(&entry, inherited.as_ref())),
        (header::LOCATION, location(&entry.id)),
    ];
    let with_location = status == StatusCode::CREATED;
    let shown = Entry {
        inherited,
        ..Entry::from(entry)
    };
    let mut response = (status, headers, Json(shown)).into_response();
    if !with_location {
        response.headers_mut().remove(header::LOCATION);
    }
    response
}

/// The one revision that a change is made to, of those that `If-Match` names; `None` where any will do.
async fn expected(state: &State, id: &str, headers: &HeaderMap) -> Result<Option<u64>> {
    match revisions(headers).as_deref() {
        None => Ok(None),
        Some([revision]) => Ok(Some(*revision)),
        Some(revisions) => {
            let now = state.ledger().entry(id).await?.revision;
            if revisions.contains(&now) {
                return Ok(Some(now));
            }
            let why = format!("`{id}` is at revision {now}, which `If-Match` does not name");
            Err(Problem::new("revision-changed", why)
                .with_help("read it again and repeat the change".to_owned()))
        }
    }
}

/// Work that goes on when the one who asked goes away.
async fn finish<T: Send + 'static>(
    state: &State,
    work: impl Future<Output = yandu_ledger::Result<T>> + Send + 'static,
) -> Result<T> {
    match state.works().spawn(work).await {
        Ok(result) => Ok(result?),
        Err(error) => Err(yandu_ledger::Error::from(error).into()),
    }
}

/// Shows an entry with its columns, its duties and what became of its data.
#[utoipa::path(get, path = "/ledger/entries/{id}", tag = "ledger", params(("id" = String, Path, description = "Id of the entry.")), responses((status = 200, body = Entry, headers(("ETag" = String, description = "The revision."))), Problem))]
async fn show_entry(
    Shared(state): Shared<State>,
    _caller: Caller,
    Path(id): Path<String>,
) -> Result<Response> {
    let entry = state.ledger().entry(&id).await?;
    Ok(tagged(&state, StatusCode::OK, entry).await)
}

/// An entry that no pack declares: what is said of it, under an id.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Register {
    #[schema(pattern = "^[a-z0-9][a-z0-9._-]{0,126}$", example = "tinghu.road_lamp")]
    pub id: String,
    /// Why; kept in the history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The fields of an entry; at least `title` with `zh`, and `owner`.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub content: Map<String, Value>,
}

/// Registers an entry by hand. It starts as `drafted`.
#[utoipa::path(post, path = "/ledger/entries", tag = "ledger", request_body = Register, responses((status = 201, body = Entry, headers(("ETag" = String, description = "The revision."), ("Location" = String, description = "Address of the entry."))), Problem))]
async fn register_entry(
    Shared(state): Shared<State>,
    Caller(principal): Caller,
    Body(register): Body<Register>,
) -> Result<Response> {
    let id: EntryId = register
        .id
        .parse()
        .map_err(|error: yandu_ledger::EntryIdError| {
            Problem::new("invalid-entry", format!("`id`: {error}"))
        })?;
    let ledger = state.ledger().clone();
    let entry = finish(&state, async move {
        ledger
            .register(&principal, id, register.content, register.reason)
            .await
    })
    .await?;
    Ok(tagged(&state, StatusCode::CREATED, entry).await)
}

/// A merge patch (RFC 7396) over the fields of an entry: null empties one, a list takes the place of the one that was there.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Patch {
    /// Why; kept in the history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Fields of an entry.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    pub set: Map<String, Value>,
}

/// Changes what is said of an entry. Of a dataset that a pack declares only `code`, `owner_code`, `contact`, `late_contact`,
/// `opening_condition`, `division`, `theme`, `tags`, `related` and `sharing.method` are set here.
///
/// Whoever keeps the ledger changes any entry, and whoever keeps a dataset its own. With `If-Match` only when the entry is still at that
/// revision.
#[utoipa::path(patch, path = "/ledger/entries/{id}", tag = "ledger", params(("id" = String, Path, description = "Id of the entry."), ("If-Match" = Option<String>, Header, description = "The `ETag` of the revision that the change was made to.")), request_body = Patch, responses((status = 200, body = Entry, headers(("ETag" = String, description = "The revision."))), Problem))]
async fn change_entry(
    Shared(state): Shared<State>,
    asker: Asker,
    Caller(principal): Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(patch): Body<Patch>,
) -> Result<Response> {
    let dataset = id.parse::<DatasetId>().ok();
    let keeps = |dataset| asker.duty(&state).may(KEEPS, &dataset);
    if !asker.may(&state, Action::KeepLedger) && !dataset.is_some_and(keeps) {
        return Err(not_permitted());
    }
    let expected = expected(&state, &id, &headers).await?;
    let edit = Edit {
        set: patch.set,
        reason: patch.reason,
    };
    let ledger = state.ledger().clone();
    let entry = finish(&state, async move {
        ledger.patch(&principal, &id, edit, expected).await
    })
    .await?;
    Ok(tagged(&state, StatusCode::OK, entry).await)
}

/// Where an entry is to be moved, and why.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Move {
    /// `drafted`, `reviewed`, `published` or `withdrawn`.
    #[schema(example = "reviewed")]
    pub to: String,
    #[schema(min_length = 1, example = "已核对编目要素")]
    pub reason: String,
}

/// Moves an entry along its life: drafted → reviewed → published → withdrawn → drafted. A published entry whose content changes is
/// `changed` until it is published again. An entry that lacks what it needs is not published.
#[utoipa::path(post, path = "/ledger/entries/{id}/transitions", tag = "ledger", params(("id" = String, Path, description = "Id of the entry."), ("If-Match" = Option<String>, Header, description = "The `ETag` of the revision that is meant.")), request_body = Move, responses((status = 200, body = Entry, headers(("ETag" = String, description = "The revision."))), Problem))]
async fn move_entry(
    Shared(state): Shared<State>,
    Caller(principal): Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(step): Body<Move>,
) -> Result<Response> {
    let expected = expected(&state, &id, &headers).await?;
    let to = yandu_ledger::Status::from_name(&step.to).ok_or_else(|| {
        Problem::new(
            "invalid-body",
            format!("`{}` is no status of an entry", clipped(&step.to)),
        )
        .with_help("one of `drafted`, `reviewed`, `published`, `withdrawn`".to_owned())
    })?;
    let ledger = state.ledger().clone();
    let entry = finish(&state, async move {
        ledger
            .transition(&principal, &id, to, &step.reason, expected)
            .await
    })
    .await?;
    Ok(tagged(&state, StatusCode::OK, entry).await)
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Pages {
    /// The `next` of the page before.
    #[param(value_type = Option<String>, pattern = "^[A-Za-z0-9_-]+$")]
    after: Option<After<u64>>,
    /// Revisions of one page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 500, default = 50)]
    limit: Limit<50, 500>,
}

/// What became of an entry.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct History {
    pub id: String,
    /// The newest first.
    pub revisions: Vec<Revision>,
    /// What to ask for as `after` to get the next page; absent on the last one.
    pub next: Option<String>,
}

/// Lists the revisions of an entry: who changed what, when and why.
#[utoipa::path(get, path = "/ledger/entries/{id}/history", tag = "ledger", params(("id" = String, Path, description = "Id of the entry."), Pages), responses((status = 200, body = History), Problem))]
async fn list_history(
    Shared(state): Shared<State>,
    _caller: Caller,
    Path(id): Path<String>,
    Query(pages): Query<Pages>,
) -> Result<Json<History>> {
    let before = pages.after.map(|after| after.0);
    let revisions = state
        .ledger()
        .history(&id, before, pages.limit.and_one())
        .await?;
    let (revisions, next) = pages.limit.cut(revisions, |revision| revision.revision);
    Ok(Json(History {
        id,
        revisions: revisions.into_iter().map(Revision::from).collect(),
        next,
    }))
}

fn clipped(text: &str) -> String {
    text.chars().take(60).collect()
}
