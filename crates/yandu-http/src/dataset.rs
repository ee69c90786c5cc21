//! Datasets: what they are, what is in them, and what they were.

mod declaration;

use axum::Json;
use axum::extract::State as Shared;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yandu_collect::{BatchFilter, ReferenceState};
use yandu_lake::{Count, Principal, ReadPoint, WholeColumns};
use yandu_policy::Action;
use yandu_words::id::DatasetId;

use crate::Result;
use crate::access::{Asker, Duty, HANDLES, KEEPS};
use crate::batch::{Batch, finish};
use crate::caller::Caller;
use crate::extract::{Body, Path, Query};
use crate::page::{After, Limit};
use crate::problem::Problem;
use crate::state::State;

use declaration::Known;

pub use declaration::{Check, CodeWord, Column, Declaration};

/// Whoever may do one of these to a dataset knows of all its fields, as whoever may browse the catalogue does.
const KNOWS: &[Action] = &[
    Action::Deliver,
    Action::Steward,
    Action::Grant,
    Action::Apply,
];

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list_datasets))
        .routes(routes!(show_dataset))
        .routes(routes!(list_versions))
        .routes(routes!(restore_dataset))
}

/// One line of the list of datasets.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DatasetLine {
    pub id: String,
    /// In Chinese.
    pub title: String,
    pub title_en: Option<String>,
    pub owner: String,
    /// `collect`, `model`, `matter`, `form` or `observe`.
    pub origin: String,
    pub refresh: String,
    /// The highest grade of its columns.
    pub grade: String,
    pub rows: u64,
    /// Absent until something was committed.
    pub version: Option<u64>,
    pub last_batch: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_at: Option<Timestamp>,
    /// Whether whoever asks may ask for its rows.
    pub is_readable: bool,
    /// What whoever asks may do to it: `deliver`, `steward`.
    pub may: Vec<String>,
}

/// The datasets of the installed packs, each after those that it refers to.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct DatasetList {
    pub datasets: Vec<DatasetLine>,
    /// What to ask for as `after` to get the next page; absent on the last one.
    pub next: Option<String>,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Filter {
    /// Only datasets of this pack.
    #[param(example = "population")]
    pack: Option<String>,
    /// Only datasets of this department.
    #[param(example = "市公安局")]
    owner: Option<String>,
    /// Only datasets with this origin: `collect`, `model`, `matter`, `form` or `observe`.
    #[param(example = "collect")]
    origin: Option<String>,
    /// Only datasets whose id or title, in either language, has this text.
    #[param(example = "人口")]
    q: Option<String>,
    /// The `next` of the page before.
    #[param(value_type = Option<String>, pattern = "^[A-Za-z0-9_-]+$")]
    after: Option<After<DatasetId>>,
    /// Datasets of one page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 10000, default = 1000)]
    limit: Limit<1000, 10_000>,
}

impl Filter {
    fn takes(&self, dataset: &yandu_pack::Dataset) -> bool {
        let file = dataset.file();
        let is = |wanted: &Option<String>, found: &str| {
            wanted.as_ref().is_none_or(|wanted| wanted == found)
        };
        let has = |text: &str| {
            let titles = [Some(&file.title.zh), file.title.en.as_ref()];
            let mut texts = titles
                .into_iter()
                .flatten()
                .map(|title| title.to_lowercase());
            dataset.id().as_str().contains(text) || texts.any(|title| title.contains(text))
        };
        is(&self.pack, dataset.id().parts().0)
            && is(&self.owner, &file.owner)
            && is(&self.origin, &crate::batch::word(&file.origin))
            && self.q.as_ref().is_none_or(|text| has(&text.to_lowercase()))
    }
}

/// Lists the datasets that whoever asks may read or handles, each after those that it refers to. What is in them is counted without opening a table.
#[utoipa::path(get, path = "/datasets", tag = "datasets", params(Filter), responses((status = 200, body = DatasetList), Problem))]
async fn list_datasets(
    Shared(state): Shared<State>,
    asker: Asker,
    Caller(principal): Caller,
    Query(filter): Query<Filter>,
) -> Result<Json<DatasetList>> {
    let packs = state.collector().packs();
    let session = state.lake().session(&principal, ReadPoint::default());
    let duty = asker.duty(&state);
    let is_readable = |id: &DatasetId| session.schema(id).is_ok();
    // What is not to be known of is no place to go on from either.
    let mut all = packs
        .datasets()
        .filter(|dataset| is_readable(dataset.id()) || duty.may(HANDLES, dataset.id()));
    if let Some(After(last)) = &filter.after {
        let last = all.by_ref().find(|dataset| dataset.id() == last);
        last.ok_or_else(|| {
            Problem::new(
                "invalid-parameter",
                "the list has changed since the page before",
            )
            .with_help("begin with the first page".to_owned())
        })?;
    }
    let found: Vec<&yandu_pack::Dataset> = all
        .filter(|dataset| filter.takes(dataset))
        .take(filter.limit.and_one() as usize)
        .collect();
    let (page, next) = filter.limit.cut(found, |dataset| dataset.id().clone());
    let mut newest = state.collector().newest_batches().await?;
    let mut datasets = Vec::with_capacity(page.len());
    for dataset in page {
        let id = dataset.id();
        let count = count(&state, &principal, id, &duty).await?;
        let last = newest.remove(id);
        // A delivery tells of rows that its reader may not see.
        let last = last.filter(|_| duty.may(HANDLES, id));
        datasets.push(DatasetLine {
            is_readable: is_readable(id),
            may: duty.on(id),
            ..line(dataset, count, last)
        });
    }
    Ok(Json(DatasetList { datasets, next }))
}

fn line(
    dataset: &yandu_pack::Dataset,
    count: Count,
    last: Option<yandu_collect::Batch>,
) -> DatasetLine {
    let file = dataset.file();
    DatasetLine {
        id: dataset.id().to_string(),
        title: file.title.zh.clone(),
        title_en: file.title.en.clone(),
        owner: file.owner.clone(),
        origin: crate::batch::word(&file.origin),
        refresh: crate::batch::word(&file.refresh),
        grade: dataset.grade().name().to_owned(),
        rows: count.rows,
        version: count.version,
        last_at: last.as_ref().map(|batch| batch.started_at),
        last_batch: last.map(|batch| batch.id.to_string()),
        is_readable: false,
        may: Vec::new(),
    }
}

async fn last_batch(state: &State, id: &DatasetId, seen: &WholeColumns) -> Result<Option<Batch>> {
    let newest = BatchFilter {
        dataset: Some(id.clone()),
        limit: 1,
        ..BatchFilter::default()
    };
    Ok(state
        .collector()
        .batches(&newest)
        .await?
        .pop()
        .map(|batch| Batch::new(batch, seen)))
}

/// The rows that a reader sees. Whoever handles a dataset and reads none of it knows from its deliveries how many there are.
async fn count(state: &State, principal: &Principal, id: &DatasetId, duty: &Duty) -> Result<Count> {
    let session = state.lake().session(principal, ReadPoint::default());
    if session.schema(id).is_err() && duty.may(HANDLES, id) {
        let everything = Principal::local_administrator();
        let session = state.lake().session(&everything, ReadPoint::default());
        return Ok(session.count(id).await?);
    }
    Ok(session.count(id).await?)
}

/// A dataset with all that is known of it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct DatasetDetail {
    #[serde(flatten)]
    pub declaration: Declaration,
    /// What whoever asks may do to the dataset: `deliver`, `steward`.
    pub may: Vec<String>,
    pub rows: u64,
    /// Rows that wait in the hot tail, counted in `rows` too; 0 for whoever may not see everything.
    pub tail_rows: u64,
    pub version: Option<u64>,
    pub last_batch: Option<Batch>,
    /// Whether the last delivery is as new as the checks of freshness ask. Absent when none asks, and when nothing has come
    /// yet and nothing had to.
    pub fresh: Option<bool>,
    /// When the last delivery came that was collected, or found to change nothing.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_delivery_at: Option<Timestamp>,
    /// The soft references as they stood when either side last changed.
    pub references: Vec<Reference>,
}

/// A column that points at another dataset.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Reference {
    pub check: String,
    /// `pack.dataset.column`.
    pub target: String,
    /// Rows with a value.
    pub rows: u64,
    /// Rows whose value the target does not have.
    pub orphans: u64,
    /// Some of these values, where whoever asks sees them.
    pub samples: Vec<String>,
    /// The column that keeps the samples back: its cells are not shown to whoever asks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hidden: Vec<String>,
    #[schema(value_type = String, format = DateTime)]
    pub looked_at: Timestamp,
}

impl Reference {
    fn new(state: ReferenceState, seen: &WholeColumns) -> Self {
        let is_seen = seen.shows(&state.column);
        let keeps_back = !is_seen && !state.samples.is_empty();
        Self {
            check: state.check,
            target: state.target,
            rows: state.rows,
            orphans: state.orphans,
            samples: if is_seen { state.samples } else { Vec::new() },
            hidden: keeps_back.then_some(state.column).into_iter().collect(),
            looked_at: Timestamp::from_microsecond(state.looked_at).unwrap_or_default(),
        }
    }
}

/// Shows a dataset: its declaration as far as it names fields that whoever asks knows of, how much is in it, where it came from, its references.
#[utoipa::path(get, path = "/datasets/{id}", tag = "datasets", params(("id" = String, Path)), responses((status = 200, body = DatasetDetail), Problem))]
async fn show_dataset(
    Shared(state): Shared<State>,
    asker: Asker,
    Caller(principal): Caller,
    Path(id): Path<DatasetId>,
) -> Result<Json<DatasetDetail>> {
    let packs = state.collector().packs();
    let dataset = known(&packs, &id)?;
    let duty = asker.duty(&state);
    let count = count(&state, &principal, &id, &duty).await?;
    let freshness = state.collector().freshness(&id).await?;
    let knows = duty.may(KNOWS, &id) || asker.may(&state, Action::Browse);
    let seen = if knows {
        None
    } else {
        let session = state.lake().session(&principal, ReadPoint::default());
        Some(session.schema(&id)?)
    };
    let declaration = Declaration::of(&packs, dataset, Known(seen.as_deref()));
    if !duty.may(HANDLES, &id) {
        // Deliveries, journals and references tell of rows that the reader may not see.
        return Ok(Json(DatasetDetail {
            declaration,
            may: Vec::new(),
            rows: count.rows,
            tail_rows: 0,
            version: count.version,
            last_batch: None,
            fresh: freshness.is_fresh,
            last_delivery_at: freshness.last_delivery_at,
            references: Vec::new(),
        }));
    }
    let seen = asker.whole_columns(&state, &id);
    let references = state.collector().references(&id).await?.into_iter();
    let references = references.map(|reference| Reference::new(reference, &seen));
    let references = references.collect();
    Ok(Json(DatasetDetail {
        declaration,
        may: duty.on(&id),
        rows: count.rows,
        tail_rows: state.lake().tail(&id).await?.rows as u64,
        version: count.version,
        last_batch: last_batch(&state, &id, &seen).await?,
        fresh: freshness.is_fresh,
        last_delivery_at: freshness.last_delivery_at,
        references,
    }))
}

fn known<'a>(packs: &'a yandu_pack::Packs, id: &DatasetId) -> Result<&'a yandu_pack::Dataset> {
    let absent = || yandu_collect::Error::NoDataset(id.clone());
    Ok(packs.dataset(id).ok_or_else(absent)?)
}

/// One version of a dataset.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Version {
    pub version: u64,
    #[schema(value_type = String, format = DateTime)]
    pub committed_at: Timestamp,
    /// `collect`, `release`, `undo`, `restore`, `fold`, `compact` …
    pub operation: String,
    /// The delivery that made it; releases, undoings and upkeep are none.
    pub batch: Option<String>,
    pub rows_added: u64,
    pub rows_removed: u64,
    /// Rows of the whole dataset after it.
    pub rows: u64,
}

/// The versions of a dataset, newest first, as far as they are kept.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct VersionList {
    pub dataset: String,
    pub versions: Vec<Version>,
    /// What to ask for as `after` to get the next page; absent on the last one.
    pub next: Option<String>,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct VersionFilter {
    /// The `next` of the page before.
    #[param(value_type = Option<String>, pattern = "^[A-Za-z0-9_-]+$")]
    after: Option<After<u64>>,
    /// Versions of one page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000, default = 100)]
    limit: Limit<100, 1000>,
}

/// Lists the versions of a dataset, newest first.
#[utoipa::path(get, path = "/datasets/{id}/versions", tag = "datasets", params(("id" = String, Path), VersionFilter), responses((status = 200, body = VersionList), Problem))]
async fn list_versions(
    Shared(state): Shared<State>,
    asker: Asker,
    Path(id): Path<DatasetId>,
    Query(filter): Query<VersionFilter>,
) -> Result<Json<VersionList>> {
    known(&state.collector().packs(), &id)?;
    asker.must(&state, HANDLES, &id)?;
    let before = filter.after.map(|after| after.0);
    let limit = filter.limit.and_one() as usize;
    let versions = state.lake().newest_versions(&id, before, limit).await?;
    let (versions, next) = filter.limit.cut(versions, |version| version.version);
    let recorded = state.collector().recorded(&id).await?;
    Ok(Json(VersionList {
        dataset: id.to_string(),
        versions: versions
            .into_iter()
            .map(|version| Version {
                version: version.version,
                committed_at: version.committed_at,
                operation: version.operation,
                batch: version
                    .batch
                    .filter(|batch| recorded.contains(batch))
                    .map(|batch| batch.to_string()),
                rows_added: version.rows_added,
                rows_removed: version.rows_removed,
                rows: version.rows,
            })
            .collect(),
        next,
    }))
}

/// Which version comes back, and why.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Restore {
    pub version: u64,
    #[schema(min_length = 1, example = "误导入")]
    pub reason: String,
}

/// The version that has the old content.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Restored {
    pub dataset: String,
    pub version: u64,
}

/// Makes the content of an older version the present one, as a new version. Nothing of the history is lost.
#[utoipa::path(post, path = "/datasets/{id}/restore", tag = "datasets", params(("id" = String, Path)), request_body = Restore, responses((status = 200, body = Restored), Problem))]
async fn restore_dataset(
    Shared(state): Shared<State>,
    asker: Asker,
    Caller(principal): Caller,
    Path(id): Path<DatasetId>,
    Body(restore): Body<Restore>,
) -> Result<Json<Restored>> {
    asker.must(&state, KEEPS, &id)?;
    let collector = state.collector().clone();
    let dataset = id.to_string();
    let version = finish(&state, async move {
        collector
            .restore(&principal, &id, restore.version, &restore.reason)
            .await
    })
    .await?;
    Ok(Json(Restored { dataset, version }))
}
