//! `/datastore/dump/{resource}`: the rows of a resource as a file, sent while they are read under a receipt.

use arrow::array::RecordBatch;
use axum::extract::State as Shared;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use serde_json::json;
use yandu_access::FileForm;
use yandu_policy::Way;

use super::Context;
use super::datastore::{self, Table};
use super::parameters::Parameters;
use super::refusal::{Outcome, Refusal};
use crate::Result;
use crate::access::Asker;
use crate::address::Base;
use crate::export::{self, Leaving};
use crate::extract::Path;
use crate::problem::Problem;
use crate::state::State;
use crate::stream::rows::{self, End, MARK, Opened};

pub(super) async fn dump(
    Shared(state): Shared<State>,
    asker: Asker,
    base: Base,
    Path(resource): Path<String>,
    uri: Uri,
) -> Result<Response> {
    let context = Context {
        principal: asker.reader(&state, Way::Export),
        state,
        asker,
        base,
    };
    open(&context, &resource, &uri).await.map_err(problem)
}

async fn open(context: &Context, resource: &str, uri: &Uri) -> Outcome<Response> {
    let parameters = Parameters::of_form(uri.query().unwrap_or_default().as_bytes())?;
    let format = parameters
        .text("format")?
        .unwrap_or_else(|| "csv".to_owned());
    let (media, form) = match format.as_str() {
        "csv" => ("text/csv; charset=utf-8", FileForm::Csv),
        "tsv" => ("text/tab-separated-values; charset=utf-8", FileForm::Tsv),
        "json" => ("application/json", FileForm::Json),
        _ => return Err(Refusal::invalid("format", "one of csv, tsv, json")),
    };
    let table = Table::open(context, resource)?;
    let (fields, question) = table.question(&parameters)?;
    let limit = match parameters.value("limit") {
        None => None,
        Some(_) => Some(parameters.count("limit", 0, usize::MAX >> 1)?),
    };
    let offset = parameters.count("offset", 0, usize::MAX >> 1)?;
    let sql = question.rows(&table.id, limit, offset);
    let rows = table.read(&sql).await?;
    let file = File {
        with_mark: parameters.flag("bom", false)?,
        fields,
        format: format.clone(),
    };
    let opened = Opened::read(rows, u64::MAX).await?;
    let leaving = Leaving {
        asker: &context.asker,
        principal: &context.principal,
        way: Way::Export,
        form,
        sql: &sql,
    };
    let (_, recording) = leaving.begin(&context.state, &opened.rows).await?;
    let file = export::File::streamed(recording, opened, file, (media, None));
    Ok(file.named(format!("{}.{format}", table.id)).into_response())
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

/// A file under way.
struct File {
    format: String,
    with_mark: bool,
    fields: Vec<String>,
}

impl rows::Form for File {
    fn head(&mut self, rows: &yandu_lake::Rows) -> std::io::Result<Vec<u8>> {
        let schema = rows.schema();
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
        bytes.extend(self.lines(&RecordBatch::new_empty(schema), true)?);
        Ok(bytes)
    }

    fn rows(&mut self, batch: &RecordBatch, follows: bool) -> std::io::Result<Vec<u8>> {
        if self.format == "json" {
            rows::items(batch, follows)
        } else {
            self.lines(batch, false)
        }
    }

    fn end(&mut self, end: End) -> std::io::Result<Vec<u8>> {
        match end {
            End::Broken(error) => Err(std::io::Error::other(error)),
            End::Whole | End::Cut if self.format == "json" => Ok(b"]}".to_vec()),
            End::Whole | End::Cut => Ok(Vec::new()),
        }
    }
}

impl File {
    fn lines(&self, batch: &RecordBatch, with_header: bool) -> std::io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        datastore::write_csv(&mut bytes, batch, &self.format, with_header)
            .map_err(std::io::Error::other)?;
        Ok(bytes)
    }
}
