//! A shared table: its version, its columns, its files.

use axum::extract::State as Shared;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use yandu_access::{FileForm, Sent};
use yandu_policy::Way;

use super::link::Link;
use super::store::{Files, SharedFile};
use super::table::{At, Named, Reader, Table, uuid};
use super::{make, schema};
use crate::Result;
use crate::address::Base;
use crate::export::{self, Leaving};
use crate::extract::{Body, Path, Query};
use crate::problem::Problem;
use crate::state::State;

const VERSION: HeaderName = HeaderName::from_static("delta-table-version");
/// In which way files are named, where whoever asks wants one: here a file has one name in all of them.
const FILE_NAMES: HeaderName = HeaderName::from_static("fileidhash");
const CAPABILITIES: HeaderName = HeaderName::from_static("delta-sharing-capabilities");

/// What is asked of a table. Hints that only leave files out are passed over: the client applies them itself.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Question {
    version: Option<u64>,
    timestamp: Option<String>,
    starting_version: Option<Value>,
    ending_version: Option<Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Since {
    starting_timestamp: Option<String>,
}

pub(super) async fn version(
    Shared(state): Shared<State>,
    reader: Reader,
    Path(named): Path<Named>,
    Query(since): Query<Since>,
) -> Result<Response> {
    if since.starting_timestamp.is_some() {
        return Err(no_changes());
    }
    let table = Table::open(&state, &reader, &named, &At::default()).await?;
    Ok(([(VERSION, table.version.to_string())], ()).into_response())
}

pub(super) async fn metadata(
    Shared(state): Shared<State>,
    reader: Reader,
    headers: HeaderMap,
    Path(named): Path<Named>,
    Query(at): Query<At>,
) -> Result<Response> {
    let table = Table::open(&state, &reader, &named, &at).await?;
    let columns = table.session.describe(&table.sql).await?;
    let lines = [
        protocol(),
        of_table(&state, &table, &schema::text(&columns)),
    ];
    Ok(answer(&headers, table.version, &lines))
}

/// The files of a table. Each question leaves a receipt, and uses a grant whose uses are counted.
pub(super) async fn query(
    Shared(state): Shared<State>,
    reader: Reader,
    base: Base,
    headers: HeaderMap,
    Path(named): Path<Named>,
    Body(question): Body<Question>,
) -> Result<Response> {
    let names = file_names(&headers)?;
    if question.starting_version.is_some() || question.ending_version.is_some() {
        return Err(no_changes());
    }
    let at = At {
        version: question.version,
        timestamp: question.timestamp,
    };
    let is_past = at.version.is_some() || at.timestamp.is_some();
    let table = Table::open(&state, &reader, &named, &at).await?;
    let schema = table.session.describe(&table.sql).await?;
    let columns = schema::text(&schema);
    let leaving = Leaving {
        asker: &reader.asker,
        principal: &reader.principal,
        way: Way::Interface,
        form: FileForm::DeltaSharing,
        sql: &table.sql,
    };
    let read = [(table.dataset.clone(), Some(table.version))];
    let receipt = leaving.receipt_of(&state, &read, &schema);
    let files = make::files(&state, &table, &columns).await?;
    // What a permit showed that has ended meanwhile is not given out any more.
    if reader.rights(&state, &table.dataset).as_ref() != Some(&table.rights) {
        return Err(Problem::new(
            "permission-ended",
            format!("what you see of `{}` has changed", table.dataset),
        )
        .with_help("query the table again".to_owned()));
    }
    if let Some(rights) = reader.principal.rights() {
        let read = [table.dataset.clone()];
        state.door().count_use(rights, &read).await?;
    }
    state.note_uses(&reader.principal, [&table.dataset]);
    let (receipt, mut recording) = state.door().receipts().begin(receipt).await?;
    recording.end_as(sent(&files)).await;
    let link = Link::new(&state, &reader, &table);
    let mut lines = vec![protocol(), of_table(&state, &table, &columns)];
    for file in &files.files {
        let url = link.to(&state, &base, &file.name);
        lines.push(of_file(file, &url, &link, is_past.then_some(table.version)));
    }
    let mut response = answer(&headers, table.version, &lines);
    if let Some(names) = names {
        response.headers_mut().insert(FILE_NAMES, names);
    }
    export::name(&mut response, receipt.id);
    Ok(response)
}

/// The way in which files are to be named, which is told back.
fn file_names(headers: &HeaderMap) -> Result<Option<HeaderValue>> {
    let Some(wanted) = headers.get(FILE_NAMES) else {
        return Ok(None);
    };
    let wanted = wanted.to_str().unwrap_or_default().to_ascii_lowercase();
    match wanted.as_str() {
        "parquet" => Ok(Some(HeaderValue::from_static("parquet"))),
        "delta" => Ok(Some(HeaderValue::from_static("delta"))),
        _ => Err(Problem::new(
            "invalid-parameter",
            "`fileidhash` is `parquet` or `delta`",
        )),
    }
}

/// The feed of changes, which is not shared: what came and went tells of rows that somebody saw under other rights.
pub(super) async fn changes(
    Shared(state): Shared<State>,
    reader: Reader,
    Path(named): Path<Named>,
) -> Result<Response> {
    Table::open(&state, &reader, &named, &At::default()).await?;
    Err(no_changes())
}

fn no_changes() -> Box<Problem> {
    Problem::new("invalid-parameter", "changes of tables are not shared")
        .with_help("read the table at a version".to_owned())
}

/// What left: the files whose addresses were given.
fn sent(files: &Files) -> Sent {
    Sent {
        rows: files.rows(),
        bytes: files.bytes(),
        hash: files.hash.clone(),
        ..Sent::default()
    }
}

fn protocol() -> Value {
    json!({"protocol": {"minReaderVersion": 1}})
}

fn of_table(state: &State, table: &Table, columns: &str) -> Value {
    let packs = state.collector().packs();
    let title = packs.dataset(&table.dataset);
    let title = title.map(|dataset| dataset.file().title.zh.clone());
    json!({"metaData": {
        "id": uuid(&table.dataset),
        "name": table.dataset.as_str(),
        "description": title,
        "accessModes": ["url"],
        "format": {"provider": "parquet"},
        "schemaString": columns,
        "partitionColumns": [],
    }})
}

fn of_file(file: &SharedFile, url: &str, link: &Link, version: Option<u64>) -> Value {
    let stats = json!({"numRecords": file.rows, "nullCount": file.nulls});
    let mut line = json!({
        "url": url,
        "id": file.name,
        "partitionValues": {},
        "size": file.bytes,
        "stats": stats.to_string(),
        "expirationTimestamp": link.until(),
    });
    if let (Some(version), Some(line)) = (version, line.as_object_mut()) {
        line.insert("version".to_owned(), version.into());
    }
    json!({"file": line})
}

/// Lines of JSON. Whoever says what it is capable of is told in which of the forms it is answered.
fn answer(headers: &HeaderMap, version: u64, lines: &[Value]) -> Response {
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let kind = "application/x-ndjson; charset=utf-8";
    let mut response = ([(header::CONTENT_TYPE, kind)], text).into_response();
    let answered = response.headers_mut();
    answered.insert(VERSION, version.into());
    if headers.contains_key(CAPABILITIES) {
        let form = HeaderValue::from_static("responseformat=parquet");
        answered.insert(CAPABILITIES, form);
    }
    response
}
