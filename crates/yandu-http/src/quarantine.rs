//! Rows that wait: looking at them, correcting, releasing and dropping them.

mod kept_back;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::slice;

use arrow::datatypes::{DataType, Field, Schema};
use axum::Json;
use axum::extract::{DefaultBodyLimit, Request, State as Shared};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yandu_access::FileForm;
use yandu_collect::quarantine::{self, QuarantinedRow, Selection, reason_title};
use yandu_lake::WholeColumns;
use yandu_pack::Packs;
use yandu_policy::Way;
use yandu_words::id::{BatchId, DatasetId};

use crate::Result;
use crate::access::{Asker, HANDLES, KEEPS};
use crate::batch::{finish, named};
use crate::caller::Caller;
use crate::document::{self, DocumentFile, DocumentUpload};
use crate::export::{self, Left, Taken};
use crate::extract::{BatchName, Body, Path, Query};
use crate::page::{After, Limit};
use crate::problem::Problem;
use crate::state::State;

pub(crate) fn routes(state: &State) -> OpenApiRouter<State> {
    let limit = usize::try_from(state.options().upload_bytes).unwrap_or(usize::MAX);
    OpenApiRouter::new()
        .routes(routes!(export_rows, return_rows))
        .layer(DefaultBodyLimit::max(limit))
        .routes(routes!(list_rows))
        .routes(routes!(correct_row))
        .routes(routes!(release_rows))
        .routes(routes!(drop_rows))
}

/// The names of reasons in Chinese: those of a dataset's checks, and the program's own.
pub(crate) struct Titles(HashMap<String, String>);

impl Titles {
    pub(crate) fn new(packs: &Packs, dataset: &DatasetId) -> Self {
        let checks = packs
            .dataset(dataset)
            .map(|dataset| dataset.file().checks.as_slice());
        let titled = checks.unwrap_or_default().iter();
        Self(
            titled
                .filter_map(|check| Some((check.name.clone(), check.title.as_ref()?.zh.clone())))
                .collect(),
        )
    }

    pub(crate) fn of(&self, reason: &str) -> String {
        self.0
            .get(reason)
            .cloned()
            .unwrap_or_else(|| reason_title(reason))
    }
}

/// A quarantined row.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Row {
    /// Place of the row in its batch, from 1.
    pub row: u64,
    /// `waiting`, `corrected`, `released` or `dropped`.
    pub state: String,
    pub reasons: Vec<Reason>,
    /// The cells by column, as they came or as they were corrected; those of columns that whoever asks sees.
    pub cells: BTreeMap<String, Option<String>>,
    /// The columns whose cells are not shown to whoever asks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hidden: Vec<String>,
    /// The record as it stood in the delivery, for whoever sees all columns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    pub note: Option<Note>,
}

/// One thing that is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reason {
    pub column: Option<String>,
    /// Code of the fault, or name of the check.
    pub reason: String,
    /// The reason in Chinese.
    pub title: String,
    /// `hard` or `soft`.
    pub level: String,
}

/// Why a row was last corrected, released or dropped, and by whom.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Note {
    pub reason: String,
    pub principal: String,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
}

impl Reason {
    pub(crate) fn new(reason: quarantine::Reason, titles: &Titles) -> Self {
        Self {
            title: reason.titled(&titles.of(&reason.reason)),
            level: crate::batch::word(&reason.level),
            column: reason.column,
            reason: reason.reason,
        }
    }
}

impl Row {
    fn new(row: QuarantinedRow, titles: &Titles, seen: &WholeColumns) -> Self {
        let (cells, hidden): (BTreeMap<_, _>, BTreeMap<_, _>) = row
            .cells
            .into_iter()
            .partition(|(column, _)| seen.shows(column));
        Self {
            row: row.row,
            state: crate::batch::word(&row.state),
            reasons: row
                .reasons
                .into_iter()
                .map(|reason| Reason::new(reason, titles))
                .collect(),
            cells,
            hidden: hidden.into_keys().collect(),
            record: seen.shows_all().then_some(row.record),
            note: row.note.map(|note| Note {
                reason: note.reason,
                principal: note.principal,
                at: Timestamp::from_microsecond(note.at).unwrap_or_default(),
            }),
        }
    }
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Filter {
    /// Only rows with this reason.
    #[param(example = "check-digit")]
    reason: Option<String>,
    /// Only rows that still wait; all rows when false or absent.
    #[serde(default)]
    waiting: bool,
    /// The `next` of the page before.
    #[param(value_type = Option<String>, pattern = "^[A-Za-z0-9_-]+$")]
    after: Option<After<u64>>,
    /// Rows of one page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 10000, default = 100)]
    limit: Limit<100, 10_000>,
}

/// A page of quarantined rows, in the order of the delivery.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RowPage {
    pub batch: String,
    pub dataset: String,
    pub rows: Vec<Row>,
    /// What to ask for as `after` to get the next page; absent on the last one.
    pub next: Option<String>,
}

/// Lists the quarantined rows of a batch with their reasons. To a token their cells leave under a receipt, as a page of SQL does.
#[utoipa::path(get, path = "/batches/{id}/quarantine", tag = "quarantine", params(("id" = String, Path), Filter), responses((status = 200, headers(("yandu-receipt" = Option<String>, description = "The receipt under which rows leave to a token.")), body = RowPage), Problem))]
async fn list_rows(
    Shared(state): Shared<State>,
    asker: Asker,
    Path(name): Path<BatchName>,
    Query(filter): Query<Filter>,
) -> Result<Response> {
    let (id, dataset) = named(&state, &asker, &name, HANDLES).await?;
    let collector = state.collector();
    let selection = Selection {
        rows: BTreeSet::new(),
        reason: filter.reason,
        waiting: filter.waiting,
        after: filter.after.map(|after| after.0),
        limit: Some(filter.limit.and_one() as usize),
    };
    let rows = collector.quarantined(&id, &selection).await?;
    let (rows, next) = filter.limit.cut(rows, |row| row.row);
    let titles = Titles::new(&collector.packs(), &dataset);
    let seen = seen(&state, &asker, Way::Page, &id, &dataset).await?;
    let rows = rows.into_iter().map(|row| Row::new(row, &titles, &seen));
    let page = RowPage {
        batch: id.to_string(),
        dataset: dataset.to_string(),
        rows: rows.collect(),
        next,
    };
    let is_cut = page.next.is_some();
    let left = leave(&state, &asker, &dataset, &page.rows, is_cut).await?;
    export::json(left, &page)
}

/// Of which columns cells of a batch are shown.
async fn seen(
    state: &State,
    asker: &Asker,
    way: Way,
    id: &BatchId,
    dataset: &DatasetId,
) -> Result<WholeColumns> {
    let batch = state.collector().batch_record(id).await?;
    asker
        .whole_columns_since(way, state, dataset, batch.started_at)
        .await
}

/// Sees to the receipt of quarantined rows in an answer, which leave like a page of SQL. Without cells they hold nothing of a dataset.
async fn leave(
    state: &State,
    asker: &Asker,
    dataset: &DatasetId,
    rows: &[Row],
    is_cut: bool,
) -> Result<Option<Left>> {
    let columns: BTreeSet<&String> = rows.iter().flat_map(|row| row.cells.keys()).collect();
    if columns.is_empty() {
        return Ok(None);
    }
    let columns = columns.into_iter();
    let columns: Vec<Field> = columns
        .map(|column| Field::new(column, DataType::Utf8, true))
        .collect();
    let taken = Taken {
        read: &[(dataset.clone(), None)],
        columns: &Schema::new(columns),
        rows: rows.len() as u64,
        is_cut,
    };
    export::leave(state, asker, &format!("QUARANTINE {dataset}"), &taken).await
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Export {
    /// Only rows with this reason.
    reason: Option<String>,
    /// Only rows that still wait.
    #[serde(default)]
    waiting: bool,
}

/// The quarantined rows as a workbook for the department: its own records with the reasons beside them. Columns that whoever asks does not
/// see are left out. It says on a sheet of its own which these are and why, and who took it and when, and leaves a receipt, which the
/// header `yandu-receipt` names.
#[utoipa::path(get, path = "/batches/{id}/quarantine.xlsx", tag = "quarantine", params(("id" = String, Path), Export), responses((status = 200, headers(("yandu-receipt" = Option<String>, description = "The receipt of the workbook.")), body = [u8], content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), Problem))]
async fn export_rows(
    Shared(state): Shared<State>,
    asker: Asker,
    Path(name): Path<BatchName>,
    Query(export): Query<Export>,
) -> Result<Response> {
    let (id, dataset) = named(&state, &asker, &name, HANDLES).await?;
    let seen = seen(&state, &asker, Way::Export, &id, &dataset).await?;
    let selection = Selection {
        reason: export.reason,
        waiting: export.waiting,
        ..Selection::default()
    };
    let (workbook, rows) = state
        .collector()
        .quarantine_workbook(&id, &selection, |column| seen.shows(column))
        .await?;
    let left_out = kept_back::lines(&state, &asker, &dataset, &seen);
    let begun = export::of_batch(&state, &asker, &id, (dataset, None), FileForm::Xlsx).await?;
    let workbook = export::Workbook::of(workbook, rows).without(left_out);
    let file = workbook.file(&state, begun).await?;
    Ok(file.named(format!("问题数据_{id}.xlsx")).into_response())
}

/// What became of a workbook of rows that waited.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Returned {
    /// Rows of which a cell was mended, now or before, by their places in the batch.
    pub corrected: Vec<u64>,
    /// How many came back as they went, and wait unmended.
    pub unchanged: u64,
    /// Rows that had left quarantine before; nothing was done with them.
    pub left: Vec<u64>,
    /// What became of those that were mended.
    pub released: Released,
}

/// Takes a workbook of quarantined rows back, mended: cells that differ from those that wait are corrected, and the rows that have such
/// cells, or were mended before, are checked again and released where they pass. The others go on waiting.
#[utoipa::path(post, path = "/batches/{id}/quarantine.xlsx", tag = "quarantine", params(("id" = String, Path)), request_body(content((DocumentUpload = "multipart/form-data"), (DocumentFile = "application/json"))), responses((status = 200, body = Returned), Problem))]
async fn return_rows(
    Shared(state): Shared<State>,
    asker: Asker,
    Caller(principal): Caller,
    Path(name): Path<BatchName>,
    request: Request,
) -> Result<Json<Returned>> {
    let workbook = document::on_disk(&state, request).await?;
    let (id, dataset) = named(&state, &asker, &name, KEEPS).await?;
    let collector = state.collector().clone();
    let titles = Titles::new(&collector.packs(), &dataset);
    let seen = seen(&state, &asker, Way::Export, &id, &dataset).await?;
    let returned = finish(&state, async move {
        let shows = |column: &str| seen.shows(column);
        let reason = workbook.reason.as_deref().unwrap_or_default();
        collector
            .take_back(&principal, &id, (workbook.path(), reason), shows)
            .await
    })
    .await?;
    Ok(Json(Returned {
        corrected: returned.corrected,
        unchanged: returned.unchanged,
        left: returned.left,
        released: Released::new(returned.released, &titles),
    }))
}

/// New cells of a row, and why.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Correction {
    /// The new text of each column that changes; null empties a cell.
    pub cells: BTreeMap<String, Option<String>>,
    #[schema(min_length = 1, example = "电话核实")]
    pub reason: String,
}

/// Corrects cells of a quarantined row. It still waits; its former cells stay in the batch.
#[utoipa::path(post, path = "/batches/{id}/quarantine/{row}/correct", tag = "quarantine", params(("id" = String, Path), ("row" = u64, Path)), request_body = Correction, responses((status = 200, headers(("yandu-receipt" = Option<String>, description = "The receipt under which rows leave to a token.")), body = Row), Problem))]
async fn correct_row(
    Shared(state): Shared<State>,
    asker: Asker,
    Caller(principal): Caller,
    Path((name, row)): Path<(BatchName, u64)>,
    Body(correction): Body<Correction>,
) -> Result<Response> {
    let (id, dataset) = named(&state, &asker, &name, KEEPS).await?;
    let collector = state.collector().clone();
    let titles = Titles::new(&collector.packs(), &dataset);
    let seen = seen(&state, &asker, Way::Page, &id, &dataset).await?;
    let row = finish(&state, async move {
        collector
            .correct(&principal, &id, row, &correction.cells, &correction.reason)
            .await
    })
    .await?;
    let row = Row::new(row, &titles, &seen);
    let left = leave(&state, &asker, &dataset, slice::from_ref(&row), false).await?;
    export::json(left, &row)
}

/// Which rows, and why.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// Places in the batch; all rows that wait when empty.
    pub rows: Vec<u64>,
    #[schema(min_length = 1, example = "部门已更正")]
    pub reason: String,
}

/// What became of rows that were to be released.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Released {
    pub released: Vec<u64>,
    /// Rows that still break something.
    pub refused: Vec<Refusal>,
    /// Version of the dataset that has the rows; absent when none was released.
    pub version: Option<u64>,
    /// Of a snapshot of which no row had passed: `replaced` when the released rows took the place of the former snapshot,
    /// `stays` when the table changed before and they were added to what is there. Absent for other batches.
    pub former_snapshot: Option<String>,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Refusal {
    pub row: u64,
    /// Codes of faults and names of checks.
    pub reasons: Vec<String>,
    /// The reasons in Chinese.
    pub titles: Vec<String>,
}

impl Released {
    fn new(released: quarantine::Released, titles: &Titles) -> Self {
        let refused = released.refused.into_iter().map(|refusal| Refusal {
            row: refusal.row,
            titles: refusal
                .reasons
                .iter()
                .map(|reason| titles.of(reason))
                .collect(),
            reasons: refusal.reasons,
        });
        Self {
            released: released.released,
            refused: refused.collect(),
            version: released.version,
            former_snapshot: released
                .former_snapshot
                .map(|former| crate::batch::word(&former)),
        }
    }
}

/// Checks waiting rows again and lets those that pass into the lake.
#[utoipa::path(post, path = "/batches/{id}/quarantine/release", tag = "quarantine", params(("id" = String, Path)), request_body = Choice, responses((status = 200, body = Released), Problem))]
async fn release_rows(
    Shared(state): Shared<State>,
    asker: Asker,
    Caller(principal): Caller,
    Path(name): Path<BatchName>,
    Body(choice): Body<Choice>,
) -> Result<Json<Released>> {
    let (id, dataset) = named(&state, &asker, &name, KEEPS).await?;
    let collector = state.collector().clone();
    let titles = Titles::new(&collector.packs(), &dataset);
    let released = finish(&state, async move {
        collector
            .release(&principal, &id, &choice.rows, &choice.reason)
            .await
    })
    .await?;
    Ok(Json(Released::new(released, &titles)))
}

/// How many rows were dropped.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Dropped {
    pub dropped: u64,
}

/// Gives quarantined rows up. They stay on disk with the batch.
#[utoipa::path(post, path = "/batches/{id}/quarantine/drop", tag = "quarantine", params(("id" = String, Path)), request_body = Choice, responses((status = 200, body = Dropped), Problem))]
async fn drop_rows(
    Shared(state): Shared<State>,
    asker: Asker,
    Caller(principal): Caller,
    Path(name): Path<BatchName>,
    Body(choice): Body<Choice>,
) -> Result<Json<Dropped>> {
    let (id, _) = named(&state, &asker, &name, KEEPS).await?;
    let collector = state.collector().clone();
    let dropped = finish(&state, async move {
        collector
            .drop_rows(&principal, &id, &choice.rows, &choice.reason)
            .await
    })
    .await?;
    Ok(Json(Dropped { dropped }))
}
