//! Deliveries: handing one over, following it, and taking it back.

mod deliver;
mod preview;
mod shape;

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State as Shared;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yandu_access::FileForm;
use yandu_collect::{BatchFilter, BatchStatus};
use yandu_lake::WholeColumns;
use yandu_policy::{Action, Way};
use yandu_words::id::{BatchId, DatasetId};

use crate::Result;
use crate::access::{Asker, HANDLES, KEEPS, not_permitted};
use crate::caller::Caller;
use crate::export;
use crate::extract::{BatchName, Body, Path, Query};
use crate::page::{After, Limit};
use crate::problem::Problem;
use crate::state::State;
use crate::stream::rows::Tally;

pub use deliver::{Accepted, DeliverFile};
pub use preview::{
    AbsentColumn, Candidate, DeliveryPreview, PreviewFile, PreviewHeader, PreviewRow,
};
pub use shape::{
    Batch, BatchDetail, DimensionScore, Failure, Finding, Frequent, Profile, Progress, Sample,
};
pub(crate) use shape::{DELIVERY_FAILED, findings, help_of, keep_back, word};

pub(crate) fn routes(state: &State) -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list_batches))
        .routes(routes!(show_batch))
        .routes(routes!(read_batch))
        .routes(routes!(undo_batch))
        .routes(routes!(cancel_batch))
        .merge(deliver::routes(state))
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Filter {
    /// Only batches of this dataset.
    #[param(value_type = Option<String>, example = "population.resident", pattern = "^[a-z][a-z0-9_]{0,62}\\.[a-z][a-z0-9_]{0,62}$")]
    dataset: Option<DatasetId>,
    /// Only batches with this status: `running`, `committing`, `collected`, `unchanged`, `refused`, `rolled-back` or
    /// `undone`.
    #[param(value_type = Option<String>, example = "collected", pattern = "^(running|committing|collected|unchanged|refused|rolled-back|undone)$")]
    status: Option<String>,
    /// The `next` of the page before.
    #[param(value_type = Option<String>, pattern = "^[A-Za-z0-9_-]+$")]
    after: Option<After<BatchId>>,
    /// Batches of one page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000, default = 100)]
    limit: Limit<100, 1000>,
}

/// A page of batches, newest first.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct BatchPage {
    pub batches: Vec<Batch>,
    /// What to ask for as `after` to get the next page; absent on the last one.
    pub next: Option<String>,
}

/// Lists batches of datasets that whoever asks handles, newest first.
#[utoipa::path(get, path = "/batches", tag = "batches", params(Filter), responses((status = 200, body = BatchPage), Problem))]
async fn list_batches(
    Shared(state): Shared<State>,
    asker: Asker,
    Query(filter): Query<Filter>,
) -> Result<Json<BatchPage>> {
    let status = filter.status.as_deref().map(status).transpose()?;
    let batches = state
        .collector()
        .batches(&BatchFilter {
            dataset: filter.dataset,
            among: asker.duty(&state).datasets(HANDLES),
            status,
            before: filter.after.map(|after| after.0),
            limit: filter.limit.and_one(),
        })
        .await?;
    let (batches, next) = filter.limit.cut(batches, |batch| batch.id.clone());
    let mut seen: BTreeMap<DatasetId, WholeColumns> = BTreeMap::new();
    let batches = batches.into_iter().map(|batch| {
        let seen = seen
            .entry(batch.dataset.clone())
            .or_insert_with(|| asker.whole_columns(&state, &batch.dataset));
        Batch::new(batch, seen)
    });
    Ok(Json(BatchPage {
        batches: batches.collect(),
        next,
    }))
}

fn status(name: &str) -> Result<BatchStatus> {
    BatchStatus::from_name(name).ok_or_else(|| {
        Problem::new("invalid-parameter", format!("`{name}` is no status of a batch")).with_help(
            "one of `running`, `committing`, `collected`, `unchanged`, `refused`, `rolled-back`, `undone`".to_owned(),
        )
    })
}

/// Shows a batch: what became of it, its findings with evidence, its profile, and while it runs how far it is.
#[utoipa::path(get, path = "/batches/{id}", tag = "batches", params(("id" = String, Path)), responses((status = 200, body = BatchDetail), Problem))]
async fn show_batch(
    Shared(state): Shared<State>,
    asker: Asker,
    Path(name): Path<BatchName>,
) -> Result<Json<BatchDetail>> {
    let (id, _) = named(&state, &asker, &name, HANDLES).await?;
    // Read first: a collection that ends in between is seen as settled and not as one without progress.
    let progress = state
        .collector()
        .progress(&id)
        .map(|progress| progress.read());
    let detail = state.collector().batch(&id).await?;
    let packs = state.collector().packs();
    let seen = seen_of(&state, &asker, &detail.batch).await?;
    let seen = (&asker.duty(&state), &seen);
    Ok(Json(BatchDetail::new(detail, progress, &packs, seen)))
}

/// Of which columns cells of a batch are shown.
async fn seen_of(
    state: &State,
    asker: &Asker,
    batch: &yandu_collect::Batch,
) -> Result<WholeColumns> {
    asker
        .whole_columns_since(Way::Page, state, &batch.dataset, batch.started_at)
        .await
}

/// The batch that an address names, and its dataset, for whoever may do one of these to it. Whoever has nothing to do with the dataset is
/// not told that there is such a batch.
pub(crate) async fn named(
    state: &State,
    asker: &Asker,
    name: &BatchName,
    actions: &[Action],
) -> Result<(BatchId, DatasetId)> {
    let found = async {
        let id = state.collector().batch_named(&name.0).await?;
        let dataset = state.collector().dataset_of(&id).await?;
        Ok::<_, yandu_collect::Error>((id, dataset))
    };
    if matches!(asker, Asker::Local) {
        return Ok(found.await?);
    }
    let absent = || yandu_collect::Error::NoBatch(name.0.clone());
    let (id, dataset) = match found.await {
        Ok(found) => found,
        Err(yandu_collect::Error::NoBatch(_) | yandu_collect::Error::NoDataset(_)) => {
            return Err(absent().into());
        }
        Err(error) => return Err(error.into()),
    };
    let duty = asker.duty(state);
    if duty.may(actions, &dataset) {
        Ok((id, dataset))
    } else if duty.may(HANDLES, &dataset) {
        Err(not_permitted())
    } else {
        Err(absent().into())
    }
}

/// The delivery as it came, byte for byte, for whoever sees every column of the dataset as it is. It leaves a receipt, which the header
/// `yandu-receipt` names.
#[utoipa::path(get, path = "/batches/{id}/raw", tag = "batches", params(("id" = String, Path)), responses((status = 200, headers(("yandu-receipt" = Option<String>, description = "The receipt of the delivery.")), body = [u8], content_type = "application/octet-stream"), Problem))]
async fn read_batch(
    Shared(state): Shared<State>,
    asker: Asker,
    Path(name): Path<BatchName>,
) -> Result<Response> {
    let (id, dataset) = named(&state, &asker, &name, HANDLES).await?;
    let seen = asker.whole_columns_on(Way::Export, &state, &dataset);
    if !seen.shows_all() {
        return Err(Problem::new(
            "not-permitted",
            format!("a delivery of `{dataset}` has values that your rights do not show"),
        )
        .with_help("ask for a grant of all its columns as they are".to_owned()));
    }
    let batch = state.collector().batch(&id).await?.batch;
    let hash = batch.content_hash.ok_or_else(|| {
        Problem::new(
            "not-kept",
            format!("batch `{id}` ended before its bytes were kept"),
        )
    })?;
    let reader = state.collector().keep().open(&hash)?;
    let read = (dataset, batch.version);
    let (_, recording) = export::of_batch(&state, &asker, &id, read, FileForm::Delivery).await?;
    let tally = Tally::of(batch.rows_in, false);
    let kind = ("application/octet-stream", None);
    let body = crate::stream::from_reader(reader);
    let file = export::File::of(recording, tally.into(), kind, None, body);
    Ok(file.named(batch.delivered_as).into_response())
}

/// The header that makes a browser save a file under a name of any script (RFC 6266, RFC 8187).
pub(crate) fn attachment(name: &str) -> header::HeaderValue {
    use std::fmt::Write as _;
    let mut encoded = String::from("attachment; filename*=UTF-8''");
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    header::HeaderValue::from_str(&encoded)
        .unwrap_or(header::HeaderValue::from_static("attachment"))
}

/// Why something is done.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Because {
    /// Kept with what was done.
    #[schema(min_length = 1, example = "公安局要求撤回")]
    pub reason: String,
}

/// Takes a collected batch back as a whole; later ones stay. The undoing is recorded with its reason.
#[utoipa::path(post, path = "/batches/{id}/undo", tag = "batches", params(("id" = String, Path)), request_body = Because, responses((status = 200, body = BatchDetail), Problem))]
async fn undo_batch(
    Shared(state): Shared<State>,
    asker: Asker,
    Caller(principal): Caller,
    Path(name): Path<BatchName>,
    Body(because): Body<Because>,
) -> Result<Json<BatchDetail>> {
    let (id, _) = named(&state, &asker, &name, KEEPS).await?;
    let collector = state.collector().clone();
    let packs = collector.packs();
    let detail = finish(&state, async move {
        collector.undo(&principal, &id, &because.reason).await
    })
    .await?;
    let seen = seen_of(&state, &asker, &detail.batch).await?;
    let seen = (&asker.duty(&state), &seen);
    Ok(Json(BatchDetail::new(detail, None, &packs, seen)))
}

/// Stops a collection that is under way: it is rolled back as `cancelled`, and nothing of it is visible. Answers when it
/// has ended; a collection whose commit has begun goes through, and can be undone.
#[utoipa::path(post, path = "/batches/{id}/cancel", tag = "batches", params(("id" = String, Path)), responses((status = 200, body = BatchDetail), Problem))]
async fn cancel_batch(
    Shared(state): Shared<State>,
    asker: Asker,
    Caller(principal): Caller,
    Path(name): Path<BatchName>,
) -> Result<Json<BatchDetail>> {
    let (id, _) = named(&state, &asker, &name, HANDLES).await?;
    let collector = state.collector().clone();
    let packs = collector.packs();
    let detail = finish(
        &state,
        async move { collector.cancel(&principal, &id).await },
    )
    .await?;
    let seen = seen_of(&state, &asker, &detail.batch).await?;
    let seen = (&asker.duty(&state), &seen);
    Ok(Json(BatchDetail::new(detail, None, &packs, seen)))
}

/// Carries work through even when the one who asked goes away.
pub(crate) async fn finish<T: Send + 'static>(
    state: &State,
    work: impl Future<Output = yandu_collect::Result<T>> + Send + 'static,
) -> Result<T> {
    match state.works().spawn(work).await {
        Ok(result) => Ok(result?),
        Err(error) => Err(yandu_collect::Error::from(error).into()),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_of_any_script_survive_a_download() {
        assert_eq!(
            super::attachment("登记 1.csv").to_str().unwrap(),
            "attachment; filename*=UTF-8''%E7%99%BB%E8%AE%B0%201.csv"
        );
        assert_eq!(
            super::attachment("a\"\r\nb").to_str().unwrap(),
            "attachment; filename*=UTF-8''a%22%0D%0Ab"
        );
    }
}
