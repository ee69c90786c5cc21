//! Notices: what someone must be told, such as a delivery that is late or data that is out of date.

use axum::Json;
use axum::extract::State as Shared;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yandu_collect::NoticeFilter;
use yandu_lake::WholeColumns;
use yandu_words::id::{BatchId, DatasetId};

use crate::Result;
use crate::access::{Asker, HANDLES};
use crate::batch::DELIVERY_FAILED;
use crate::extract::Query;
use crate::page::{After, Limit};
use crate::problem::Problem;
use crate::state::State;

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(list_notices))
}

/// What someone must be told.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Notice {
    pub id: i64,
    /// `late`, `failed`, `stale`, `passed-over`, `pack-change-waiting` or `recovered`.
    pub kind: String,
    /// Absent when it is about the dataset, whichever of its sources should have delivered.
    pub source: Option<String>,
    pub dataset: String,
    pub message: String,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// When it no longer held.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub settled_at: Option<Timestamp>,
}

/// Notices, newest first.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct NoticeList {
    pub notices: Vec<Notice>,
    /// What to ask for as `after` to get the next page; absent on the last one.
    pub next: Option<String>,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Filter {
    /// Settled ones too; only open ones when false or absent.
    #[serde(default)]
    all: bool,
    /// The `next` of the page before.
    #[param(value_type = Option<String>, pattern = "^[A-Za-z0-9_-]+$")]
    after: Option<After<i64>>,
    /// Notices of one page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000, default = 100)]
    limit: Limit<100, 1000>,
}

/// Lists notices about datasets that whoever asks handles, newest first.
#[utoipa::path(get, path = "/notices", tag = "sources", params(Filter), responses((status = 200, body = NoticeList), Problem))]
async fn list_notices(
    Shared(state): Shared<State>,
    asker: Asker,
    Query(filter): Query<Filter>,
) -> Result<Json<NoticeList>> {
    let found = state
        .collector()
        .notices(&NoticeFilter {
            source: None,
            among: asker.duty(&state).datasets(HANDLES),
            open: !filter.all,
            before: filter.after.map(|after| after.0),
            limit: filter.limit.and_one(),
        })
        .await?;
    let (found, next) = filter.limit.cut(found, |notice| notice.id);
    let seen = |dataset: &DatasetId| asker.whole_columns(&state, dataset);
    let notices = found.into_iter().map(|notice| Notice::new(notice, seen));
    Ok(Json(NoticeList {
        notices: notices.collect(),
        next,
    }))
}

/// What is told of a failure without its words, which may quote a cell: of which batch it is.
fn without_words(message: &str) -> String {
    let batch = message.strip_prefix("batch `");
    let batch = batch.and_then(|rest| rest.split_once('`'));
    match batch.and_then(|(id, _)| id.parse::<BatchId>().ok()) {
        Some(id) => format!("batch `{id}`: {DELIVERY_FAILED}"),
        None => DELIVERY_FAILED.to_owned(),
    }
}

impl Notice {
    /// A notice as it is told to whoever sees these columns of a dataset.
    fn new(
        mut notice: yandu_collect::Notice,
        seen: impl FnOnce(&DatasetId) -> WholeColumns,
    ) -> Self {
        if notice.may_quote_cells && !seen(&notice.dataset).shows_all() {
            notice.message = without_words(&notice.message);
        }
        Self {
            id: notice.id,
            kind: notice.kind.name().to_owned(),
            source: notice.source.as_ref().map(ToString::to_string),
            dataset: notice.dataset.to_string(),
            message: notice.message,
            at: notice.at,
            settled_at: notice.settled_at,
        }
    }
}
