//! Sources: where rows come from, how they stand, and asking one for a delivery now.

use axum::Json;
use axum::extract::State as Shared;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yandu_collect::Batch;
use yandu_lake::WholeColumns;
use yandu_pack::declare::{Channel, SourceFile};
use yandu_words::id::SourceId;

use crate::Result;
use crate::access::{Asker, HANDLES, KEEPS, not_permitted};
use crate::batch::{DELIVERY_FAILED, finish, help_of, word};
use crate::caller::Caller;
use crate::extract::{Path, Query};
use crate::page::{After, Limit};
use crate::problem::Problem;
use crate::state::State;

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list_sources))
        .routes(routes!(run_source))
}

/// A source and how it stands.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Source {
    pub id: String,
    /// In Chinese.
    pub title: String,
    pub dataset: String,
    /// `snapshot`, `upsert` or `append`.
    pub mode: String,
    /// `folder`, `file`, `upload`, `sql` or `http`.
    pub channel: String,
    /// How often a delivery is expected: `24 h`.
    pub every: Option<String>,
    pub last_batch: Option<String>,
    pub last_status: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_at: Option<Timestamp>,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Pages {
    /// The `next` of the page before.
    #[param(value_type = Option<String>, pattern = "^[A-Za-z0-9_-]+$")]
    after: Option<After<SourceId>>,
    /// Sources of one page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000, default = 100)]
    limit: Limit<100, 1000>,
}

/// A page of the sources of the installed packs, by their ids.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct SourceList {
    pub sources: Vec<Source>,
    /// What to ask for as `after` to get the next page; absent on the last one.
    #[serde(default)]
    pub next: Option<String>,
}

/// Lists the sources of datasets that whoever asks handles, and their last deliveries.
#[utoipa::path(get, path = "/sources", tag = "sources", params(Pages), responses((status = 200, body = SourceList), Problem))]
async fn list_sources(
    Shared(state): Shared<State>,
    asker: Asker,
    Query(pages): Query<Pages>,
) -> Result<Json<SourceList>> {
    let packs = state.collector().packs();
    let duty = asker.duty(&state);
    let mut sources: Vec<_> = packs
        .sources()
        .filter(|source| duty.may(HANDLES, &source.file().dataset))
        .collect();
    sources.sort_by_key(|source| source.id());
    sources.retain(|source| {
        pages
            .after
            .as_ref()
            .is_none_or(|after| *source.id() > after.0)
    });
    let (sources, next) = pages.limit.cut(sources, |source| source.id().clone());
    let mut newest = state.collector().newest_batches_of_sources().await?;
    let sources = sources
        .into_iter()
        .map(|source| Source::new(source.file(), newest.remove(source.id())))
        .collect();
    Ok(Json(SourceList { sources, next }))
}

impl Source {
    fn new(file: &SourceFile, last: Option<Batch>) -> Self {
        Self {
            id: file.source.to_string(),
            title: file.title.zh.clone(),
            dataset: file.dataset.to_string(),
            mode: word(&file.mode),
            channel: channel(&file.channel).to_owned(),
            every: file.schedule.map(|schedule| schedule.every.to_string()),
            last_status: last.as_ref().map(|batch| batch.status.name().to_owned()),
            last_at: last.as_ref().map(|batch| batch.started_at),
            last_batch: last.map(|batch| batch.id.to_string()),
        }
    }
}

fn channel(channel: &Channel) -> &'static str {
    match channel {
        Channel::Folder(_) => "folder",
        Channel::File(_) => "file",
        Channel::Upload(_) => "upload",
        Channel::Sql(_) => "sql",
        Channel::Http(_) => "http",
    }
}

/// The batches that a run of a source brought; none when nothing was new.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Ran {
    pub source: String,
    pub dataset: String,
    pub batches: Vec<String>,
}

/// Why a run failed, as it is told to whoever sees these columns of the dataset: what may quote a cell is kept back with its words.
fn failed(error: yandu_collect::Error, seen: &WholeColumns) -> Box<Problem> {
    let is_told = seen.shows_all() || !error.may_quote_cells();
    let mut problem = Box::<Problem>::from(error);
    if !is_told {
        DELIVERY_FAILED.clone_into(&mut problem.detail);
        problem.help = Some(help_of(&problem.code));
        problem.causes.clear();
        problem.rows.clear();
    }
    problem
}

/// Fetches what is new from a source now and collects it. The answer comes when that is done.
///
/// The work goes on when the one who asked goes away; a source that is running already is waited for.
#[utoipa::path(post, path = "/sources/{id}/run", tag = "sources", params(("id" = String, Path)), responses((status = 200, body = Ran), Problem))]
async fn run_source(
    Shared(state): Shared<State>,
    asker: Asker,
    Caller(principal): Caller,
    Path(id): Path<SourceId>,
) -> Result<Json<Ran>> {
    let collector = state.collector().clone();
    let packs = collector.packs();
    let absent = || yandu_collect::Error::NoSource(id.clone());
    let dataset = &packs.source(&id).ok_or_else(absent)?.file().dataset;
    let duty = asker.duty(&state);
    if !duty.may(KEEPS, dataset) {
        return Err(if duty.may(HANDLES, dataset) {
            not_permitted()
        } else {
            absent().into()
        });
    }
    let seen = asker.whole_columns(&state, dataset);
    let dataset = dataset.to_string();
    let source = id.to_string();
    let ran = finish(&state, async move {
        Ok(collector.run_source(&principal, &id).await)
    })
    .await?;
    let outcomes = ran.map_err(|error| failed(error, &seen))?;
    Ok(Json(Ran {
        source,
        dataset,
        batches: outcomes
            .iter()
            .map(|outcome| outcome.batch.to_string())
            .collect(),
    }))
}
