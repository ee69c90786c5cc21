//! `/datastore/dump/{resource}`: the rows of a resource as a file, sent while they are read.

use std::collections::VecDeque;

use arrow::array::RecordBatch;
use axum::body::Body;
use axum::extract::State as Shared;
use axum::http::{Uri, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::{StreamExt as _, stream};
use serde_json::json;

use super::Context;
use super::datastore::{self, Table};
use super::parameters::Parameters;
use super::refusal::{Outcome, Refusal};
use crate::Result;
use crate::address::Base;
use crate::batch::attachment;
use crate::caller::Caller;
use crate::extract::Path;
use crate::problem::Problem;
use crate::state::State;
use crate::value;

/// A byte order mark, with which Excel reads UTF-8.
const MARK: &[u8] = b"\xEF\xBB\xBF";

pub(super) async fn dump(
    Shared(state): Shared<State>,
    Caller(principal): Caller,
    base: Base,
    Path(resource): Path<String>,
    uri: Uri,
) -> Result<Response> {
    let context = Context {
        state,
        principal,
        base,
    };
    open(&context, &resource, &uri).await.map_err(problem)
}

async fn open(context: &Context, resource: &str, uri: &Uri) -> Outcome<Response> {
    let parameters = Parameters::of_form(uri.query().unwrap_or_default().as_bytes())?;
    let format = parameters
        .text("format")?
        .unwrap_or_else(|| "csv".to_owned());
    let media = match format.as_str() {
        "csv" => "text/csv; charset=utf-8",
        "tsv" => "text/tab-separated-values; charset=utf-8",
        "json" => "application/json",
        _ => return Err(Refusal::invalid("format", "one of csv, tsv, json")),
    };
    let table = Table::open(context, resource)?;
    let (fields, question) = table.question(&parameters)?;
    let limit = match parameters.value("limit") {
        None => None,
        Some(_) => Some(parameters.count("limit", 0, usize::MAX >> 1)?),
    };
    let offset = parameters.count("offset", 0, usize::MAX >> 1)?;
    let mut rows = table.read(&question.rows(&table.id, limit, offset)).await?;
    // Most of what can go wrong has gone wrong when the first rows are there.
    let first = rows.next().await.transpose()?;
    let sending = Sending {
        with_mark: parameters.flag("bom", false)?,
        fields,
        first: first.into_iter().collect(),
        rows,
        format: format.clone(),
        step: Step::Head,
    };
    let name = attachment(&format!("{}.{format}", table.id));
    let body = Body::from_stream(stream::unfold(sending, Sending::next));
    Ok((
        [(header::CONTENT_DISPOSITION, name)],
        [(header::CONTENT_TYPE, media)],
        body,
    )
        .into_response())
}

/// A file is asked for by people and browsers too, so it is refused like everything outside CKAN's actions.
fn problem(refusal: Refusal) -> Box<Problem> {
    match refusal {
        Refusal::NotFound(what) => Problem::new("not-found", what),
        Refusal::NotAllowed(why) | Refusal::Bad(why) | Refusal::Query(why) => {
            Problem::new("invalid-parameter", why)
        }
        Refusal::Invalid(why) => Problem::new(
            "invalid-parameter",
            serde_json::Value::from(why).to_string(),
        ),
        Refusal::Other(problem) => problem,
    }
}

enum Step {
    Head,
    /// Whether a row was sent.
    Rows(bool),
    Over,
}

/// A file under way.
struct Sending {
    format: String,
    with_mark: bool,
    fields: Vec<String>,
    first: VecDeque<RecordBatch>,
    rows: yandu_lake::Rows,
    step: Step,
}

impl Sending {
    async fn next(mut self) -> Option<(std::io::Result<Bytes>, Self)> {
        let chunk = match self.step {
            Step::Over => return None,
            Step::Head => {
                self.step = Step::Rows(false);
                self.head()
            }
            Step::Rows(any) => self.piece(any).await,
        };
        if chunk.is_err() {
            self.step = Step::Over;
        }
        Some((chunk.map(Bytes::from), self))
    }

    fn head(&self) -> std::io::Result<Vec<u8>> {
        let schema = self.rows.schema();
        if self.format == "json" {
            let fields: Vec<_> = self
                .fields
                .iter()
                .filter_map(|name| schema.field_with_name(name).ok())
                .map(|field| json!({ "id": field.name(), "type": datastore::type_name(field.data_type()) }))
                .collect();
            let fields = serde_json::to_string(&fields)?;
            return Ok(format!("{{\"fields\":{fields},\"records\":[").into_bytes());
        }
        let mut bytes = if self.with_mark {
            MARK.to_vec()
        } else {
            Vec::new()
        };
        let none = RecordBatch::new_empty(schema);
        datastore::write_csv(&mut bytes, &none, &self.format, true)
            .map_err(std::io::Error::other)?;
        Ok(bytes)
    }

    /// The rows of one batch, or the end. A reading that breaks off breaks the file off, so that no half is taken for whole.
    async fn piece(&mut self, any: bool) -> std::io::Result<Vec<u8>> {
        let next = match self.first.pop_front() {
            Some(batch) => Some(Ok(batch)),
            None => self.rows.next().await,
        };
        let batch = if let Some(batch) = next {
            batch.map_err(std::io::Error::other)?
        } else {
            self.step = Step::Over;
            let end: &[u8] = if self.format == "json" { b"]}" } else { b"" };
            return Ok(end.to_vec());
        };
        self.step = Step::Rows(any || batch.num_rows() > 0);
        let mut bytes = Vec::new();
        if self.format != "json" {
            datastore::write_csv(&mut bytes, &batch, &self.format, false)
                .map_err(std::io::Error::other)?;
            return Ok(bytes);
        }
        let rows = value::rows(&batch, batch.num_rows()).map_err(std::io::Error::other)?;
        for (place, row) in rows.iter().enumerate() {
            if any || place > 0 {
                bytes.push(b',');
            }
            serde_json::to_writer(&mut bytes, row)?;
        }
        Ok(bytes)
    }
}
