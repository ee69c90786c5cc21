//! SQL over the datasets: as JSON, or as a file.

mod explain;
mod form;
mod hidden;

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::State as Shared;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yandu_lake::{Principal, QueryCause, ReadPoint, Rows};
use yandu_policy::Way;
use yandu_words::calendar::CITY_CLOCK;
use yandu_words::id::DatasetId;

use crate::Result;
use crate::access::Asker;
use crate::export::{self, File, Leaving, Workbook};
use crate::extract::Body;
use crate::problem::Problem;
use crate::state::State;
use crate::stream::rows::Opened;
use crate::value;

pub(crate) use form::Form;
use form::Text;

pub use explain::{ExplainQuery, Explained, ExplainedInput};
pub use hidden::HiddenField;

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(run_query))
        .routes(routes!(explain::explain_query))
}

/// A question in SQL.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Query {
    /// One `SELECT` over datasets, each named `pack.dataset`.
    #[schema(example = "SELECT sex, count(*) AS people FROM population.resident GROUP BY sex")]
    pub sql: String,
    /// Every dataset as it was at this time: RFC 3339, or a date and time of the city.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-01-01T00:00:00+08:00")]
    pub as_of: Option<String>,
    /// Single datasets at a version; goes before `as_of`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = BTreeMap<String, u64>)]
    pub versions: BTreeMap<String, u64>,
    /// Most rows of the answer. When absent, the limit of the server for JSON, and none for files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// Begins a CSV with the mark by which Excel reads UTF-8.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub bom: bool,
    /// Reads under no grant whose uses are counted, and uses none up: for what a page shows by itself.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub uncounted: bool,
}

/// The answer to a question.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Answer {
    pub columns: Vec<Column>,
    /// Which fields are not shown as they are, of those that go into the columns or decide what rows there are, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hidden: Vec<HiddenField>,
    /// The version of each dataset that was read.
    pub versions: BTreeMap<String, u64>,
    /// Values in the order of the columns. Decimals, dates and times are texts.
    #[schema(value_type = Vec<Vec<serde_json::Value>>)]
    pub rows: Vec<Vec<serde_json::Value>>,
    /// Whether there are more rows than the limit.
    pub truncated: bool,
    /// Why the rows end early, when reading failed after the answer had begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = AnswerColumn)]
pub struct Column {
    pub name: String,
    /// `text`, `integer`, `decimal(12,2)`, `float`, `boolean`, `date`, `time`, `timestamp` …
    #[serde(rename = "type")]
    pub data_type: String,
}

/// Runs a query. The answer is JSON, or what `Accept` asks for: `text/csv`, a workbook, or Parquet. Whatever has the form of a file, or
/// more rows than a page, leaves a receipt, which the header `yandu-receipt` names; shorter answers to a token are counted under one for their kind.
#[utoipa::path(
    post,
    path = "/query",
    tag = "query",
    request_body = Query,
    responses(
        (
            status = 200,
            headers(
                ("yandu-hidden" = Option<u64>, description = "How many fields a file does not hold as they are."),
                ("yandu-receipt" = Option<String>, description = "The receipt of what left, or the one under which it is counted."),
            ),
            content(
                (Answer = "application/json"),
                (String = "text/csv"),
                (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
                (Vec<u8> = "application/vnd.apache.parquet"),
            )
        ),
        Problem
    )
)]
async fn run_query(
    Shared(state): Shared<State>,
    asker: Asker,
    headers: HeaderMap,
    Body(query): Body<Query>,
) -> Result<Response> {
    let form = Form::accepted(&headers, query.bom);
    let page = state.options().query_rows;
    let limit = match (form, query.limit) {
        (_, Some(limit)) => limit,
        (Form::Json, None) => page,
        (Form::Csv { .. } | Form::Workbook | Form::Parquet, None) => u64::MAX,
    };
    // More than a page of rows leaves as a file would.
    let way = if limit > page || matches!(form, Form::Workbook | Form::Parquet) {
        Way::Export
    } else {
        Way::Page
    };
    let principal = if query.uncounted {
        asker.reader(&state, way)
    } else {
        asker.counted_reader(&state, way)
    };
    let at = read_point(&query)?;
    let opened = open(&state, &principal, &query.sql, at.clone(), limit).await;
    let opened = match opened {
        Ok(opened) => opened,
        Err(error) => return Err(refusal(&state, &asker, way, &query.sql, at, error).await),
    };
    let leaving = Leaving {
        asker: &asker,
        principal: &principal,
        way,
        form: form.file_form(),
        sql: &query.sql,
    };
    answer(&state, &leaving, form, at, opened).await
}

async fn open(
    state: &State,
    principal: &Principal,
    sql: &str,
    at: ReadPoint,
    limit: u64,
) -> Result<Opened, yandu_lake::Error> {
    let session = state.lake().session(principal, at);
    let opened = match session.query(sql).await {
        Ok(rows) => Opened::read(rows, limit).await,
        Err(error) => Err(error),
    };
    state.counts().query(opened.is_ok());
    opened
}

/// Why a question is not answered. Whoever may look at all that it names on a page knows that it is there, and is told that they
/// may not take it away; to everybody else it is as absent as before.
async fn refusal(
    state: &State,
    asker: &Asker,
    way: Way,
    sql: &str,
    at: ReadPoint,
    error: yandu_lake::Error,
) -> Box<Problem> {
    let is_absent =
        matches!(&error, yandu_lake::Error::Query(query) if query.cause == QueryCause::Dataset);
    if is_absent && way == Way::Export {
        let reader = asker.counted_reader(state, Way::Page);
        let session = state.lake().session(&reader, at);
        // It is planned, and no row is read.
        if session.query(sql).await.is_ok() {
            return Problem::new(
                "not-permitted",
                "this may be looked at on pages, and not be taken away as a file",
            )
            .with_help(
                "ask the security administrator for a grant that names the way `export`".to_owned(),
            );
        }
    }
    error.into()
}

/// Every row of an answer as a file with its receipt.
pub(crate) async fn file(state: &State, asker: &Asker, form: Form, sql: &str) -> Result<Response> {
    let way = Way::Export;
    let principal = asker.counted_reader(state, way);
    let at = ReadPoint::default();
    let opened = match open(state, &principal, sql, at.clone(), u64::MAX).await {
        Ok(opened) => opened,
        Err(error) => return Err(refusal(state, asker, way, sql, at, error).await),
    };
    let leaving = Leaving {
        asker,
        principal: &principal,
        way,
        form: form.file_form(),
        sql,
    };
    answer(state, &leaving, form, at, opened).await
}

/// The first rows of an answer, for a page that the program writes itself.
pub(crate) async fn first_rows(
    state: &State,
    asker: &Asker,
    sql: &str,
    most: u64,
) -> Result<Vec<Vec<Value>>> {
    let principal = asker.counted_reader(state, Way::Page);
    let at = ReadPoint::default();
    let mut opened = open(state, &principal, sql, at, most).await?;
    count(state, &principal, &opened.rows).await?;
    let mut rows = Vec::new();
    while let Some((batch, is_cut)) = opened.next().await? {
        let more = value::rows(&batch, batch.num_rows());
        rows.extend(more.map_err(|error| Problem::new("internal", error.to_string()))?);
        if is_cut {
            break;
        }
    }
    Ok(rows)
}

/// Sends the rows in a form. The use of a grant is counted, and the receipt opened, when nothing but the sending can fail.
async fn answer(
    state: &State,
    leaving: &Leaving<'_>,
    form: Form,
    at: ReadPoint,
    opened: Opened,
) -> Result<Response> {
    match form {
        Form::Json if leaving.way == Way::Page => {
            // Before its use is counted, since the last one of a grant shows what those before have shown.
            let hidden = hidden::fields(state, leaving, at, opened.rows.datasets()).await;
            count(state, leaving.principal, &opened.rows).await?;
            let (read, columns) = (export::read(&opened.rows), opened.rows.schema());
            let recording = leaving.count(state, &read, &columns).await?;
            let sending = opened.send(Text::Json { hidden });
            let tally = sending.tally();
            Ok(export::page(JSON, recording, tally, sending.body()))
        }
        Form::Json => {
            let hidden = hidden::fields(state, leaving, at, opened.rows.datasets()).await;
            let file = (JSON, None);
            text(state, leaving, opened, Text::Json { hidden }, file).await
        }
        Form::Csv { with_mark } => {
            let hidden = hidden::fields(state, leaving, at, opened.rows.datasets()).await;
            let file = (CSV, Some("csv"));
            let response = text(state, leaving, opened, Text::Csv { with_mark }, file).await?;
            Ok(saying(&hidden, response))
        }
        Form::Parquet => {
            export::parquet::check(&opened.rows.schema())?;
            let hidden = hidden::fields(state, leaving, at, opened.rows.datasets()).await;
            count(state, leaving.principal, &opened.rows).await?;
            let begun = leaving.begin(state, &opened.rows).await?;
            let response = File::parquet(begun, opened)?.into_response();
            Ok(saying(&hidden, response))
        }
        Form::Workbook => {
            let hidden = hidden::fields(state, leaving, at, opened.rows.datasets()).await;
            let begun = leaving.receipt(state, &opened.rows);
            let read = opened.rows.datasets().to_vec();
            let workbook = Workbook::fill(state, opened).await?;
            count_read(state, leaving.principal, &read).await?;
            let begun = state.door().receipts().begin(begun).await?;
            let response = workbook.file(state, begun).await?.into_response();
            Ok(saying(&hidden, response))
        }
    }
}

/// A file that says how many fields it does not hold as they are: it has no place for that itself.
fn saying(hidden: &[HiddenField], mut response: Response) -> Response {
    let shown = hidden.iter().filter(|one| one.place.is_some());
    let fields: BTreeSet<&str> = shown.map(|one| one.field.as_str()).collect();
    if !fields.is_empty() {
        response
            .headers_mut()
            .insert("yandu-hidden", HeaderValue::from(fields.len()));
    }
    response
}

/// Rows that leave as a text; the file is its media type and the ending of its name.
async fn text(
    state: &State,
    leaving: &Leaving<'_>,
    opened: Opened,
    text: Text,
    file: (&'static str, Option<&'static str>),
) -> Result<Response> {
    count(state, leaving.principal, &opened.rows).await?;
    let (_, recording) = leaving.begin(state, &opened.rows).await?;
    Ok(File::streamed(recording, opened, text, file).into_response())
}

const JSON: &str = "application/json";
const CSV: &str = "text/csv; charset=utf-8";

async fn count(state: &State, principal: &Principal, rows: &Rows) -> Result<()> {
    count_read(state, principal, rows.datasets()).await
}

/// Counts the use of what is read, for grants and for the ledger.
async fn count_read(state: &State, principal: &Principal, read: &[DatasetId]) -> Result<()> {
    if let Some(rights) = principal.rights() {
        state.door().count_use(rights, read).await?;
    }
    state.note_uses(principal, read.iter());
    Ok(())
}

fn read_point(query: &Query) -> Result<ReadPoint> {
    let versions = query
        .versions
        .iter()
        .map(|(dataset, version)| {
            let id: DatasetId = dataset
                .parse()
                .map_err(|error| Problem::new("invalid-body", format!("`versions`: {error}")))?;
            Ok((id, *version))
        })
        .collect::<Result<_>>()?;
    Ok(ReadPoint {
        as_of: query.as_of.as_deref().map(time).transpose()?,
        versions,
        ..ReadPoint::default()
    })
}

/// A time with an offset, or one of the city, which keeps China Standard Time.
fn time(text: &str) -> Result<Timestamp> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok(time);
    }
    text.parse::<DateTime>()
        .ok()
        .and_then(|time| CITY_CLOCK.to_timestamp(time).ok())
        .ok_or_else(|| {
            Problem::new("invalid-body", format!("`as_of`: `{text}` is no time")).with_help(
                "write it as `2026-01-01T08:00:00+08:00` or `2026-01-01 08:00`".to_owned(),
            )
        })
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_time_without_an_offset_is_one_of_the_city() {
        let time = |text| super::time(text).unwrap().to_string();
        assert_eq!(time("2026-01-01T08:00:00+08:00"), "2026-01-01T00:00:00Z");
        assert_eq!(time("2026-01-01 08:00"), "2026-01-01T00:00:00Z");
        assert_eq!(time("2026-01-01"), "2025-12-31T16:00:00Z");
        assert_eq!(super::time("yesterday").unwrap_err().code, "invalid-body");
    }
}
