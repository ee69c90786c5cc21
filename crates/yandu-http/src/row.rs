//! Rows that are written one at a time, into the hot tail of a dataset.

use axum::Json;
use axum::extract::State as Shared;
use axum::http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yandu_collect::RowRefusal;
use yandu_words::id::DatasetId;

use crate::Result;
use crate::access::{Asker, DELIVERS};
use crate::batch::finish;
use crate::caller::Caller;
use crate::extract::{Bytes, Path, as_json};
use crate::problem::{Problem, RowProblem};
use crate::quarantine::{Reason, Titles};
use crate::state::State;

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(write_rows))
}

/// Rows that are on disk and can be read.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Written {
    pub dataset: String,
    pub batch: String,
    pub rows: u64,
    /// Grows with every write to the dataset.
    pub sequence: u64,
}

/// Writes one row, a JSON object by column, or an array of rows: all of them or none.
///
/// They go through the checks of the dataset; a row that breaks a hard one is refused with its reasons. When the
/// answer is 201 they are on disk, and every query sees them.
#[utoipa::path(
    post,
    path = "/datasets/{id}/rows",
    tag = "datasets",
    params(("id" = String, Path)),
    request_body(content = Object, content_type = "application/json"),
    responses((status = 201, body = Written), Problem)
)]
async fn write_rows(
    Shared(state): Shared<State>,
    asker: Asker,
    Caller(principal): Caller,
    Path(id): Path<DatasetId>,
    headers: HeaderMap,
    Bytes(raw): Bytes,
) -> Result<(StatusCode, Json<Written>)> {
    asker.must(&state, DELIVERS, &id)?;
    as_json(&headers, "rows come")?;
    let rows = read(&raw)?;
    if rows.is_empty() {
        return Err(Problem::new("invalid-body", "there is no row to write"));
    }
    let sent = rows.len();
    let collector = state.collector().clone();
    let dataset = id.clone();
    let written = finish(&state, async move {
        match collector.write(&principal, &dataset, &rows, &raw).await {
            Err(yandu_collect::Error::RowsRefused { rows, .. }) => Ok(Err(rows)),
            other => other.map(Ok),
        }
    })
    .await?;
    let written = written.map_err(|rows| {
        let detail = format!(
            "{} of {sent} rows did not pass the checks of `{id}`; none was written",
            rows.len()
        );
        refused(&state, &id, rows, detail)
    })?;
    let written = Written {
        dataset: id.to_string(),
        batch: written.batch.to_string(),
        rows: written.rows,
        sequence: written.sequence,
    };
    Ok((StatusCode::CREATED, Json(written)))
}

/// The problem that single rows are at fault, each with its reasons.
pub(crate) fn refused(
    state: &State,
    dataset: &DatasetId,
    rows: Vec<RowRefusal>,
    detail: String,
) -> Box<Problem> {
    let titles = Titles::new(&state.collector().packs(), dataset);
    let mut problem = Problem::new("rows-refused", detail);
    problem.rows = rows
        .into_iter()
        .map(|refusal| RowProblem {
            row: refusal.row,
            reasons: refusal
                .reasons
                .into_iter()
                .map(|reason| Reason::new(reason, &titles))
                .collect(),
        })
        .collect();
    problem
}

fn read(raw: &[u8]) -> Result<Vec<Map<String, Value>>> {
    let value: Value = serde_json::from_slice(raw)
        .map_err(|error| Problem::new("invalid-json", error.to_string()))?;
    let no_object =
        |place: usize| Problem::new("invalid-body", format!("row {place} is no JSON object"));
    match value {
        Value::Array(rows) => rows
            .into_iter()
            .enumerate()
            .map(|(place, row)| match row {
                Value::Object(row) => Ok(row),
                _ => Err(no_object(place + 1)),
            })
            .collect(),
        Value::Object(row) => Ok(vec![row]),
        _ => Err(no_object(1)),
    }
}
