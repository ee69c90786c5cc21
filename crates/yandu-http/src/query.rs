//! SQL over the datasets, as JSON or CSV, sent while it is read.

mod explain;

use std::collections::BTreeMap;

use arrow::array::RecordBatch;
use arrow::csv::WriterBuilder;
use axum::extract::State as Shared;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::civil::DateTime;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yandu_lake::{ReadPoint, Rows};
use yandu_policy::Way;
use yandu_words::calendar::CITY_CLOCK;
use yandu_words::id::DatasetId;

use crate::Result;
use crate::access::Asker;
use crate::extract::Body;
use crate::problem::Problem;
use crate::state::State;
use crate::stream::rows::{self, End, Sending};
use crate::value;

pub use explain::{ExplainQuery, Explained, ExplainedInput};

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
    /// Most rows of the answer. When absent, the limit of the server for JSON, and none for CSV.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
}

/// The answer to a question.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Answer {
    pub columns: Vec<Column>,
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

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Json,
    Csv,
}

/// Runs a query. JSON, or CSV when `Accept` asks for `text/csv`.
#[utoipa::path(
    post,
    path = "/query",
    tag = "query",
    request_body = Query,
    responses((status = 200, content((Answer = "application/json"), (String = "text/csv"))), Problem)
)]
async fn run_query(
    Shared(state): Shared<State>,
    asker: Asker,
    headers: HeaderMap,
    Body(query): Body<Query>,
) -> Result<Response> {
    let form = form(&headers);
    let limit = match (form, query.limit) {
        (_, Some(limit)) => limit,
        (Form::Json, None) => state.options().query_rows,
        (Form::Csv, None) => u64::MAX,
    };
    // More than a page of rows leaves as a file would.
    let way = if limit > state.options().query_rows {
        Way::Export
    } else {
        Way::Page
    };
    let principal = asker.counted_reader(&state, way);
    let session = state.lake().session(&principal, read_point(&query)?);
    let opened = match session.query(&query.sql).await {
        Ok(rows) => {
            let read: Vec<DatasetId> = rows.datasets().to_vec();
            let answer = Sending::open(rows, form, limit).await;
            answer.map(|answer| (answer, read))
        }
        Err(error) => Err(error),
    };
    state.counts().query(opened.is_ok());
    let (answer, read) = opened?;
    if let Some(rights) = principal.rights() {
        state.door().count_use(rights, &read).await?;
    }
    state.note_uses(&principal, read.iter());
    let kind = match form {
        Form::Json => "application/json",
        Form::Csv => "text/csv; charset=utf-8",
    };
    Ok(([(header::CONTENT_TYPE, kind)], answer.body()).into_response())
}

fn form(headers: &HeaderMap) -> Form {
    let accept = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if accept.contains("text/csv") {
        Form::Csv
    } else {
        Form::Json
    }
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

impl rows::Form for Form {
    fn head(&self, rows: &Rows) -> std::io::Result<Vec<u8>> {
        let schema = rows.schema();
        if *self == Self::Csv {
            return csv(&RecordBatch::new_empty(schema), true);
        }
        let columns: Vec<Column> = schema
            .fields()
            .iter()
            .map(|field| Column {
                name: field.name().clone(),
                data_type: value::type_name(field.data_type()),
            })
            .collect();
        let mut head = b"{\"columns\":".to_vec();
        serde_json::to_writer(&mut head, &columns)?;
        head.extend_from_slice(b",\"versions\":");
        let versions: BTreeMap<&str, u64> = rows
            .versions()
            .iter()
            .map(|(id, version)| (id.as_str(), *version))
            .collect();
        serde_json::to_writer(&mut head, &versions)?;
        head.extend_from_slice(b",\"rows\":[");
        Ok(head)
    }

    fn rows(&self, batch: &RecordBatch, follows: bool) -> std::io::Result<Vec<u8>> {
        match self {
            Self::Csv => csv(batch, false),
            Self::Json => rows::items(batch, follows),
        }
    }

    /// A CSV has no place for a problem, so its body breaks off instead.
    fn end(&self, end: End) -> std::io::Result<Vec<u8>> {
        let is_cut = matches!(end, End::Cut);
        let problem = match end {
            End::Broken(error) => Some(Box::<Problem>::from(error)),
            End::Whole | End::Cut => None,
        };
        match (self, problem) {
            (Self::Csv, None) => Ok(Vec::new()),
            (Self::Csv, Some(problem)) => Err(std::io::Error::other(problem.detail)),
            (Self::Json, problem) => {
                let mut end = format!("],\"truncated\":{is_cut}").into_bytes();
                if let Some(problem) = problem {
                    end.extend_from_slice(b",\"problem\":");
                    serde_json::to_writer(&mut end, &problem)?;
                }
                end.push(b'}');
                Ok(end)
            }
        }
    }
}

fn csv(batch: &RecordBatch, with_header: bool) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut writer = WriterBuilder::new()
        .with_header(with_header)
        .with_timestamp_format("%Y-%m-%d %H:%M:%S%.f".to_owned())
        .build(&mut bytes);
    writer.write(batch).map_err(std::io::Error::other)?;
    drop(writer);
    Ok(bytes)
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
