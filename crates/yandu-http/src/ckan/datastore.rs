//! Rows through CKAN's datastore actions, and as a file. All are read by `lake.session(principal)`, like any query.

#![expect(
    clippy::indexing_slicing,
    reason = "an object of JSON takes and gives any name"
)]

use arrow::array::{AsArray, RecordBatch};
use arrow::csv::WriterBuilder;
use arrow::datatypes::{DataType, Int64Type, Schema};
use futures::StreamExt as _;
use serde_json::{Map, Value, json};
use yandu_lake::{ReadPoint, Session};
use yandu_words::id::DatasetId;

use super::Context;
use super::leaving::{Done, leave};
use super::parameters::Parameters;
use super::refusal::{Outcome, Refusal};
use super::resource;
use super::sql::{self, Question};
use crate::address::encode;
use crate::export::{self, Taken};
use crate::value;

/// Rows of one answer when nothing is asked for, and at most: CKAN's own numbers.
const USUAL_ROWS: usize = 100;
const MOST_ROWS: usize = 32_000;
/// The columns that the program keeps beside those of a dataset.
const OWN: &str = "_";
const SEARCH: &[&str] = &[
    "resource_id",
    "id",
    "filters",
    "q",
    "distinct",
    "plain",
    "language",
    "limit",
    "offset",
    "fields",
    "sort",
    "include_total",
    "total_estimation_threshold",
    "records_format",
    "full_text",
];

/// A dataset whose rows can be read.
pub(super) struct Table {
    pub(super) id: DatasetId,
    session: Session,
    schema: Schema,
    key: Vec<String>,
}

impl Table {
    pub(super) fn open(context: &Context, resource: &str) -> Outcome<Self> {
        let absent =
            || Refusal::NotFound(format!("Resource \"{}\" was not found.", clipped(resource)));
        let id = resource::dataset_of(context, resource).ok_or_else(absent)?;
        let session = context
            .state
            .lake()
            .session(&context.principal, ReadPoint::default());
        // What is not to be known of is as absent as what is not there.
        let schema = match session.schema(&id) {
            Ok(schema) => schema.as_ref().clone(),
            Err(yandu_lake::Error::NoDataset(_)) => return Err(absent()),
            Err(error) => return Err(error.into()),
        };
        context.state.note_uses(&context.principal, [&id]);
        let packs = context.state.collector().packs();
        let declared = packs.dataset(&id).ok_or_else(absent)?;
        let key = declared
            .file()
            .key
            .iter()
            .map(ToString::to_string)
            .collect();
        Ok(Self {
            id,
            session,
            schema,
            key,
        })
    }

    /// The columns of the dataset itself.
    pub(super) fn columns(&self) -> Vec<String> {
        let names = self
            .schema
            .fields()
            .iter()
            .map(|field| field.name().clone());
        names.filter(|name| !name.starts_with(OWN)).collect()
    }

    /// What orders rows that nothing else orders: the key, or the place in the delivery. Where the reader does not see all of it, what
    /// is seen of it comes first and then everything else that is: a hidden column orders nothing.
    fn last(&self) -> Vec<String> {
        let mut last = if self.key.is_empty() {
            vec!["_batch".to_owned(), "_row".to_owned()]
        } else {
            self.key.clone()
        };
        let whole = last.len();
        last.retain(|name| self.schema.field_with_name(name).is_ok());
        if last.len() < whole {
            let columns = self.columns().into_iter();
            let others: Vec<String> = columns.filter(|name| !last.contains(name)).collect();
            last.extend(others);
        }
        last
    }

    /// The rows that are asked for, all of them unless `limit` says otherwise.
    pub(super) fn question(&self, parameters: &Parameters) -> Outcome<(Vec<String>, Question)> {
        let fields = match parameters.list("fields")? {
            Some(fields) if !fields.is_empty() => fields,
            _ => self.columns(),
        };
        for name in &fields {
            sql::column(&self.schema, name, "fields")?;
        }
        let mut question = Question::new(fields.clone(), parameters.flag("distinct", false)?);
        if let Some(filters) = parameters.object("filters")? {
            question.filter(&self.schema, &filters)?;
        }
        match parameters.json("q")? {
            Some(Value::Object(by_column)) => {
                for (name, words) in &by_column {
                    sql::column(&self.schema, name, "q")?;
                    let words = words
                        .as_str()
                        .ok_or_else(|| Refusal::invalid("q", "Not a string"))?;
                    question.search(std::slice::from_ref(name), words);
                }
            }
            Some(_) => {
                let words = parameters.text("q")?.unwrap_or_default();
                question.search(&self.columns(), &words);
            }
            None => {}
        }
        let terms = parameters.list("sort")?.unwrap_or_default();
        question.sort(&self.schema, &terms, &self.last())?;
        Ok((fields, question))
    }

    pub(super) async fn read(&self, sql: &str) -> Outcome<yandu_lake::Rows> {
        Ok(self.session.query(sql).await?)
    }

    async fn count(&self, sql: &str) -> Outcome<i64> {
        let batches = all(self.read(sql).await?).await?;
        let counts = batches.iter().filter(|batch| batch.num_rows() > 0);
        let count = counts.filter_map(|batch| {
            let column = batch.columns().first()?;
            Some(column.as_primitive_opt::<Int64Type>()?.value(0))
        });
        Ok(count.sum())
    }
}

async fn all(mut rows: yandu_lake::Rows) -> Outcome<Vec<RecordBatch>> {
    let mut batches = Vec::new();
    while let Some(batch) = rows.next().await {
        batches.push(batch?);
    }
    Ok(batches)
}

pub(super) async fn search(context: &Context, parameters: &Parameters) -> Outcome<Done> {
    if let Some(unknown) = parameters.names().find(|name| !SEARCH.contains(name)) {
        let field = json!([format!("invalid value \"{}\"", clipped(unknown))]);
        return Err(Refusal::Invalid(Map::from_iter([(
            "fields".to_owned(),
            field,
        )])));
    }
    let resource = match parameters.text("resource_id")? {
        Some(resource) => resource,
        None => parameters
            .text("id")?
            .ok_or_else(|| Refusal::missing("resource_id"))?,
    };
    let format = parameters
        .text("records_format")?
        .unwrap_or_else(|| "objects".to_owned());
    if !["objects", "lists", "csv", "tsv"].contains(&format.as_str()) {
        return Err(Refusal::invalid("records_format", "invalid value"));
    }
    let limit = parameters.count("limit", USUAL_ROWS, MOST_ROWS)?;
    let offset = parameters.count("offset", 0, usize::MAX >> 1)?;
    let table = Table::open(context, &resource)?;
    let (fields, question) = table.question(parameters)?;
    let sql = question.rows(&table.id, Some(limit), offset);
    let rows = table.read(&sql).await?;
    let (read, columns) = (export::read(&rows), rows.schema());
    let batches = all(rows).await?;
    let mut result = json!({
        "resource_id": resource,
        "fields": described(&table.schema, &fields),
        "records_format": format,
        "records": records(&batches, &fields, &format)?,
        "limit": limit,
        "offset": offset,
        "include_total": parameters.flag("include_total", true)?,
        "_links": links(context, &resource, parameters, limit, offset),
    });
    if parameters.flag("include_total", true)? {
        result["total"] = table.count(&question.total(&table.id)).await?.into();
        result["total_was_estimated"] = false.into();
    }
    for echoed in ["filters", "q", "distinct"] {
        if let Some(value) = parameters.json(echoed)? {
            result[echoed] = value;
        }
    }
    let taken = Taken {
        read: &read,
        columns: &columns,
        rows: count(&batches),
        is_cut: false,
    };
    let left = leave(context, &sql, &taken).await?;
    Ok(Done { result, left })
}

fn count(batches: &[RecordBatch]) -> u64 {
    let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
    rows as u64
}

fn described(schema: &Schema, fields: &[String]) -> Value {
    let described = fields
        .iter()
        .filter_map(|name| schema.field_with_name(name).ok());
    described
        .map(|field| json!({ "id": field.name(), "type": type_name(field.data_type()) }))
        .collect()
}

/// The types of PostgreSQL, in which CKAN speaks.
pub(super) fn type_name(data_type: &DataType) -> String {
    match value::type_name(data_type).as_str() {
        "integer" => "int8".to_owned(),
        "float" => "float8".to_owned(),
        "boolean" => "bool".to_owned(),
        decimal if decimal.starts_with("decimal") => "numeric".to_owned(),
        other => other.to_owned(),
    }
}

fn records(batches: &[RecordBatch], fields: &[String], format: &str) -> Outcome {
    let broken = |error: arrow::error::ArrowError| {
        Refusal::Other(crate::Problem::new("internal", error.to_string()))
    };
    if format == "csv" || format == "tsv" {
        let mut bytes = Vec::new();
        for batch in batches {
            write_csv(&mut bytes, batch, format, false).map_err(broken)?;
        }
        return Ok(String::from_utf8_lossy(&bytes).into_owned().into());
    }
    let mut records = Vec::new();
    for batch in batches {
        for row in value::rows(batch, batch.num_rows()).map_err(broken)? {
            records.push(match format {
                "lists" => Value::Array(row),
                _ => fields
                    .iter()
                    .cloned()
                    .zip(row)
                    .collect::<Map<_, _>>()
                    .into(),
            });
        }
    }
    Ok(records.into())
}

pub(super) fn write_csv(
    bytes: &mut Vec<u8>,
    batch: &RecordBatch,
    format: &str,
    with_header: bool,
) -> Result<(), arrow::error::ArrowError> {
    WriterBuilder::new()
        .with_header(with_header)
        .with_delimiter(if format == "tsv" { b'\t' } else { b',' })
        .with_timestamp_format("%Y-%m-%dT%H:%M:%S%.f".to_owned())
        .build(bytes)
        .write(batch)
}

/// Where the page and the one behind it are.
fn links(
    context: &Context,
    resource: &str,
    parameters: &Parameters,
    limit: usize,
    offset: usize,
) -> Value {
    let mut query = format!("resource_id={}", encode(resource));
    for name in SEARCH {
        if matches!(*name, "resource_id" | "id" | "offset") {
            continue;
        }
        if let Some(value) = parameters.value(name) {
            let value = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            query.push_str(&format!("&{name}={}", encode(&value)));
        }
    }
    let at = |offset: usize| {
        let offset = if offset == 0 {
            String::new()
        } else {
            format!("&offset={offset}")
        };
        context
            .base
            .at(&format!("/api/3/action/datastore_search?{query}{offset}"))
    };
    let mut links = json!({ "start": at(0), "next": at(offset.saturating_add(limit)) });
    if offset > 0 {
        links["prev"] = at(offset.saturating_sub(limit)).into();
    }
    links
}

/// What the table of a resource is.
pub(super) async fn info(context: &Context, parameters: &Parameters) -> Outcome {
    let resource = match parameters.text("resource_id")? {
        Some(resource) => resource,
        None => parameters
            .text("id")?
            .ok_or_else(|| Refusal::missing("id"))?,
    };
    let table = Table::open(context, &resource)?;
    let count = table.session.count(&table.id).await?;
    let packs = context.state.collector().packs();
    let declared = packs
        .dataset(&table.id)
        .map(|dataset| &dataset.file().columns);
    let fields: Vec<Value> = table
        .columns()
        .iter()
        .filter_map(|name| table.schema.field_with_name(name).ok())
        .map(|field| {
            let column = declared.and_then(|columns| columns.get(field.name().as_str()));
            json!({
                "id": field.name(),
                "type": type_name(field.data_type()),
                "schema": {
                    "notnull": column.is_some_and(|column| column.required),
                    "uniquekey": table.key.as_slice() == [field.name().clone()],
                    "is_index": table.key.contains(field.name()),
                },
                "info": {
                    "label": column.map(|column| column.title.zh.clone()),
                    "label_en": column.and_then(|column| column.title.en.clone()),
                    "notes": column.and_then(|column| column.about.clone()),
                },
            })
        })
        .collect();
    let schema: Map<String, Value> = fields
        .iter()
        .filter_map(|field| Some((field["id"].as_str()?.to_owned(), field["type"].clone())))
        .collect();
    Ok(json!({
        "meta": {
            "id": resource,
            "table_type": "BASE TABLE",
            "count": count.rows,
            "aliases": [],
            "version": count.version,
        },
        "fields": fields,
        "schema": schema,
    }))
}

/// A statement by the same planner as every query: one `SELECT`, over datasets that the caller may see.
pub(super) async fn search_sql(context: &Context, parameters: &Parameters) -> Outcome<Done> {
    let sql = parameters.needed("sql")?;
    let session = context
        .state
        .lake()
        .session(&context.principal, ReadPoint::default());
    let mut rows = session.query(&sql).await?;
    context
        .state
        .note_uses(&context.principal, rows.versions().keys());
    let (read, schema) = (export::read(&rows), rows.schema());
    let fields: Vec<String> = schema
        .fields()
        .iter()
        .map(|field| field.name().clone())
        .collect();
    let mut batches = Vec::new();
    let mut left = MOST_ROWS;
    let mut truncated = false;
    while let Some(batch) = rows.next().await {
        let batch = batch?;
        truncated = batch.num_rows() > left;
        batches.push(batch.slice(0, batch.num_rows().min(left)));
        left = left.saturating_sub(batch.num_rows());
        if truncated {
            break;
        }
    }
    let mut result = json!({
        "sql": sql,
        "fields": described(&schema, &fields),
        "records": records(&batches, &fields, "objects")?,
    });
    if truncated {
        result["records_truncated"] = true.into();
    }
    let taken = Taken {
        read: &read,
        columns: &schema,
        rows: count(&batches),
        is_cut: truncated,
    };
    let left = leave(context, &sql, &taken).await?;
    Ok(Done { result, left })
}

fn clipped(text: &str) -> String {
    text.chars().take(100).collect()
}
