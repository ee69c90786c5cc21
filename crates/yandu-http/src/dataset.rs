//! Datasets: what they are, what is in them, and what they were.

mod declaration;

use axum::Json;
use axum::extract::State as Shared;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yandu_collect::{BatchFilter, ReferenceState};
use yandu_lake::{Count, Principal, ReadPoint};
use yandu_words::id::DatasetId;

use crate::Result;
use crate::batch::{Batch, finish};
use crate::caller::Caller;
use crate::extract::{Body, Path};
use crate::problem::Problem;
use crate::state::State;

pub use declaration::{Check, Column, Declaration};

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
}

/// The datasets of the installed packs, each after those that it refers to.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct DatasetList {
    pub datasets: Vec<DatasetLine>,
}

/// Lists the datasets.
#[utoipa::path(get, path = "/datasets", tag = "datasets", responses((status = 200, body = DatasetList), Problem))]
async fn list_datasets(
    Shared(state): Shared<State>,
    Caller(principal): Caller,
) -> Result<Json<DatasetList>> {
    let packs = state.collector().packs();
    let mut newest = state.collector().newest_batches().await?;
    let mut datasets = Vec::with_capacity(packs.datasets().len());
    for dataset in packs.datasets() {
        let count = count(&state, &principal, dataset.id()).await?;
        datasets.push(line(dataset, count, newest.remove(dataset.id())));
    }
    Ok(Json(DatasetList { datasets }))
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
        owner: file.owner.clone(),
        origin: crate::batch::word(&file.origin),
        refresh: crate::batch::word(&file.refresh),
        grade: dataset.grade().name().to_owned(),
        rows: count.rows,
        version: count.version,
        last_at: last.as_ref().map(|batch| batch.started_at),
        last_batch: last.map(|batch| batch.id.to_string()),
    }
}

async fn last_batch(state: &State, id: &DatasetId) -> Result<Option<Batch>> {
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
        .map(Batch::from))
}

async fn count(state: &State, principal: &Principal, id: &DatasetId) -> Result<Count> {
    let session = state.lake().session(principal, ReadPoint::default());
    Ok(session.count(id).await?)
}

/// A dataset with all that is known of it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct DatasetDetail {
    #[serde(flatten)]
    pub declaration: Declaration,
    pub rows: u64,
    /// Rows that wait in the hot tail, counted in `rows` too.
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
    pub samples: Vec<String>,
    #[schema(value_type = String, format = DateTime)]
    pub looked_at: Timestamp,
}

impl From<ReferenceState> for Reference {
    fn from(state: ReferenceState) -> Self {
        Self {
            check: state.check,
            target: state.target,
            rows: state.rows,
            orphans: state.orphans,
            samples: state.samples,
            looked_at: Timestamp::from_microsecond(state.looked_at).unwrap_or_default(),
        }
    }
}

/// Shows a dataset: its declaration, how much is in it, where it came from, its references.
#[utoipa::path(get, path = "/datasets/{id}", tag = "datasets", params(("id" = String, Path)), responses((status = 200, body = DatasetDetail), Problem))]
async fn show_dataset(
    Shared(state): Shared<State>,
    Caller(principal): Caller,
    Path(id): Path<DatasetId>,
) -> Result<Json<DatasetDetail>> {
    let packs = state.collector().packs();
    let dataset = known(&packs, &id)?;
    let references = state.collector().references(&id).await?;
    let count = count(&state, &principal, &id).await?;
    let freshness = state.collector().freshness(&id).await?;
    Ok(Json(DatasetDetail {
        declaration: Declaration::of(dataset),
        rows: count.rows,
        tail_rows: state.lake().tail(&id).await?.rows as u64,
        version: count.version,
        last_batch: last_batch(&state, &id).await?,
        fresh: freshness.is_fresh,
        last_delivery_at: freshness.last_delivery_at,
        references: references.into_iter().map(Reference::from).collect(),
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

/// The versions of a dataset, oldest first, as far as they are kept.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct VersionList {
    pub dataset: String,
    pub versions: Vec<Version>,
}

/// Lists the versions of a dataset.
#[utoipa::path(get, path = "/datasets/{id}/versions", tag = "datasets", params(("id" = String, Path)), responses((status = 200, body = VersionList), Problem))]
async fn list_versions(
    Shared(state): Shared<State>,
    _caller: Caller,
    Path(id): Path<DatasetId>,
) -> Result<Json<VersionList>> {
    known(&state.collector().packs(), &id)?;
    let versions = state.lake().versions(&id).await?;
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
    Caller(principal): Caller,
    Path(id): Path<DatasetId>,
    Body(restore): Body<Restore>,
) -> Result<Json<Restored>> {
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
