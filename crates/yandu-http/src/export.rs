//! Rows that leave the city as a file, and their receipts.
//!
//! Whatever has the form of a file, or more rows than a page, leaves a receipt: it is opened before the first byte is sent, the bytes are
//! counted and hashed on their way, and it is ended with them, also where whoever read went away.

mod cell;
pub(crate) mod parquet;
mod recording;
mod workbook;

use arrow::datatypes::Schema;
use axum::Json;
use axum::body::Body;
use axum::extract::State as Shared;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yandu_access::{
    Ending, FileForm, NewReceipt, ReadDataset, Receipt, ReceiptColumn, ReceiptId, Sent,
};
use yandu_lake::{Principal, Rows};
use yandu_policy::{Action, Way};
use yandu_words::id::DatasetId;

use crate::Result;
use crate::access::Asker;
use crate::batch::{attachment, word};
use crate::extract::{Path, Query};
use crate::page::{After, Limit};
use crate::problem::Problem;
use crate::query::Column;
use crate::state::State;
use crate::stream;
use crate::stream::rows::{Form, Opened, Tally};
use crate::value;

pub(crate) use recording::hexadecimal;

/// Names the receipt of an answer that left as a file.
pub(crate) const RECEIPT: HeaderName = HeaderName::from_static("yandu-receipt");

/// What a reader is called who has not said who they are.
pub(crate) const VISITOR: &str = "公众访客";

pub(crate) const WORKBOOK: &str =
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
pub(crate) const PARQUET: &str = "application/vnd.apache.parquet";

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list_exports))
        .routes(routes!(show_export))
}

/// Who takes rows away, and how.
pub(crate) struct Leaving<'a> {
    pub(crate) asker: &'a Asker,
    pub(crate) principal: &'a Principal,
    pub(crate) way: Way,
    pub(crate) form: FileForm,
    pub(crate) sql: &'a str,
}

impl Leaving<'_> {
    /// Opens the receipt of rows that are about to leave.
    pub(crate) async fn begin(&self, state: &State, rows: &Rows) -> Result<Receipt> {
        let receipts = state.door().receipts();
        Ok(receipts.begin(self.receipt(state, rows)).await?)
    }

    /// What is known of them before they leave.
    pub(crate) fn receipt(&self, state: &State, rows: &Rows) -> NewReceipt {
        let read = rows.datasets().iter();
        let read = read.map(|dataset| (dataset.clone(), rows.versions().get(dataset).copied()));
        self.receipt_of(state, &read.collect::<Vec<_>>(), &rows.schema())
    }

    /// The same of rows of these datasets at their versions, with these columns.
    pub(crate) fn receipt_of(
        &self,
        state: &State,
        read: &[(DatasetId, Option<u64>)],
        schema: &Schema,
    ) -> NewReceipt {
        let rights = self.principal.rights();
        let now = state.now();
        let read = read.iter().map(|(dataset, version)| ReadDataset {
            dataset: dataset.clone(),
            version: *version,
            permits: rights.map_or_else(Vec::new, |rights| rights.permits(dataset, now)),
            rights: rights.and_then(|rights| rights.fingerprint(dataset, now)),
        });
        let columns = schema.fields().iter().map(|field| ReceiptColumn {
            name: field.name().clone(),
            data_type: value::type_name(field.data_type()),
        });
        let account = self.asker.account();
        let circumstances = self.asker.on(self.way);
        NewReceipt {
            reader: self.asker.name().to_owned(),
            name: match (account, self.asker) {
                (Some(account), _) => account.name.clone(),
                (None, Asker::Visitor) => VISITOR.to_owned(),
                (None, _) => "本机管理员".to_owned(),
            },
            token: match self.asker {
                Asker::Token(token) => Some(token.id.clone()),
                Asker::Local | Asker::Session(_) | Asker::Visitor => None,
            },
            way: circumstances.way,
            form: self.form,
            purpose: circumstances.purpose,
            sql: self.sql.to_owned(),
            policy: rights.map(|rights| rights.policy().clone()),
            read: read.collect(),
            columns: columns.collect(),
        }
    }
}

/// An answer whose bytes are written down on a receipt.
pub(crate) struct File {
    pub(crate) receipt: ReceiptId,
    pub(crate) media_type: &'static str,
    /// The ending of the name that it is saved under; none of what is no file by itself.
    pub(crate) ending: Option<&'static str>,
    pub(crate) body: Body,
    size: Option<u64>,
}

impl File {
    /// Rows that are sent while they are read.
    pub(crate) fn streamed(
        state: &State,
        receipt: ReceiptId,
        opened: Opened,
        form: impl Form,
        (media_type, ending): (&'static str, Option<&'static str>),
    ) -> Self {
        let sending = opened.send(form);
        let tally = sending.tally();
        Self {
            receipt,
            media_type,
            ending,
            body: recording::recorded(state, receipt, tally, None, sending.body()),
            size: None,
        }
    }

    /// A Parquet file.
    pub(crate) fn parquet(state: &State, receipt: &Receipt, opened: Opened) -> Result<Self> {
        let file = parquet::Parquet::new(&opened.rows.schema(), receipt)?;
        let kind = (PARQUET, Some("parquet"));
        Ok(Self::streamed(state, receipt.id, opened, file, kind))
    }
}

impl IntoResponse for File {
    fn into_response(self) -> Response {
        let mut response = ([(header::CONTENT_TYPE, self.media_type)], self.body).into_response();
        let headers = response.headers_mut();
        let receipt = self.receipt.to_string();
        if let Ok(receipt) = HeaderValue::from_str(&receipt) {
            headers.insert(RECEIPT, receipt);
        }
        if let Some(ending) = self.ending {
            let name = attachment(&format!("{receipt}.{ending}"));
            headers.insert(header::CONTENT_DISPOSITION, name);
        }
        if let Some(size) = self.size {
            headers.insert(header::CONTENT_LENGTH, size.into());
        }
        response
    }
}

/// A workbook whose rows are all there, and of which nothing has left.
pub(crate) struct Workbook(workbook::Filled);

impl Workbook {
    pub(crate) async fn fill(state: &State, opened: Opened) -> Result<Self> {
        let folder = state.collector().folder().staging();
        Ok(Self(workbook::fill(opened, folder).await?))
    }

    pub(crate) async fn file(self, state: &State, receipt: Receipt) -> Result<File> {
        let folder = state.collector().folder().staging();
        let id = receipt.id;
        let tally = Tally::of(self.0.rows.into(), self.0.is_cut);
        let (file, size) = match self.0.finish(receipt, folder).await {
            Ok(made) => made,
            Err(problem) => {
                let sent = Sent {
                    broken: Some(problem.detail.clone()),
                    ..Sent::default()
                };
                state.door().receipts().end(id, &sent).await?;
                return Err(problem);
            }
        };
        let body = stream::from_reader(file);
        Ok(File {
            receipt: id,
            media_type: WORKBOOK,
            ending: Some("xlsx"),
            body: recording::recorded(state, id, tally.into(), Some(size), body),
            size: Some(size),
        })
    }
}

/// A file that left the city, or is leaving it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ExportLine {
    #[schema(example = "R12")]
    pub id: String,
    /// The id of an account, or `local-administrator`.
    pub reader: String,
    #[schema(value_type = String, format = DateTime)]
    pub begun_at: Timestamp,
    /// `json`, `csv`, `xlsx`, `parquet` or `delta-sharing`.
    pub form: String,
    /// `page`, `export` or `interface`.
    pub way: String,
    pub datasets: Vec<String>,
    /// `open`, `complete` or `broken`.
    pub state: String,
    /// What was handed over; absent while it is open, and where the program ended before it.
    pub rows: Option<u64>,
    pub bytes: Option<u64>,
}

/// The receipt of a file.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ExportReceipt {
    #[schema(example = "R12")]
    pub id: String,
    /// The id of an account, or `local-administrator`.
    pub reader: String,
    /// What the reader is called.
    pub name: String,
    /// The token that was shown.
    pub token: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    pub begun_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<Timestamp>,
    /// `json`, `csv`, `xlsx`, `parquet` or `delta-sharing`.
    pub form: String,
    /// `page`, `export` or `interface`.
    pub way: String,
    /// What the session was for.
    pub purpose: Option<String>,
    /// The question, as it was asked.
    pub sql: String,
    /// The hash of the set of policies; absent where no policy stands above the reader.
    pub policy: Option<String>,
    pub read: Vec<ExportRead>,
    pub columns: Vec<Column>,
    /// `open`, `complete` or `broken`.
    pub state: String,
    /// Why it broke off.
    pub broken: Option<String>,
    /// Whether there were more rows than were asked for.
    pub truncated: bool,
    /// What was handed over; absent while it is open, and where the program ended before it.
    pub rows: Option<u64>,
    pub bytes: Option<u64>,
    /// SHA-256 of these bytes, as hexadecimal digits.
    pub sha256: Option<String>,
}

/// A dataset that was read.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ExportRead {
    pub dataset: String,
    /// Absent where nothing had been committed.
    pub version: Option<u64>,
    /// The policies and grants that showed it.
    pub permits: Vec<String>,
    /// The key of what they show together: rows, columns and masks. Absent where everything is shown.
    pub rights: Option<String>,
}

/// Files, the newest first.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ExportPage {
    pub exports: Vec<ExportLine>,
    /// What to ask for as `after` to get the next page; absent on the last one.
    pub next: Option<String>,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// Whose files; one's own when absent. Those of others are for the audit administrator.
    reader: Option<String>,
    /// The `next` of the page before.
    #[param(value_type = Option<String>, pattern = "^[A-Za-z0-9_-]+$")]
    after: Option<After<ReceiptId>>,
    /// Files of one page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000, default = 100)]
    limit: Limit<100, 1000>,
}

/// Lists the files that somebody took away, the newest first.
#[utoipa::path(get, path = "/exports", tag = "exports", params(Asked), responses((status = 200, body = ExportPage), Problem))]
async fn list_exports(
    Shared(state): Shared<State>,
    asker: Asker,
    Query(asked): Query<Asked>,
) -> Result<Json<ExportPage>> {
    let reader = asked.reader.as_deref().unwrap_or(asker.name());
    if reader != asker.name() && !asker.may(&state, Action::Audit) {
        return Err(
            Problem::new("not-permitted", "these are the files of somebody else")
                .with_help("leave `reader` out for your own".to_owned()),
        );
    }
    let before = asked.after.map(|after| after.0);
    let receipts = state.door().receipts();
    let found = receipts.list(reader, before, asked.limit.and_one()).await?;
    let (found, next) = asked.limit.cut(found, |receipt| receipt.id);
    Ok(Json(ExportPage {
        exports: found.into_iter().map(ExportLine::from).collect(),
        next,
    }))
}

/// The receipt of a file: one's own, and for the audit administrator everybody's.
#[utoipa::path(get, path = "/exports/{id}", tag = "exports", params(("id" = String, Path)), responses((status = 200, body = ExportReceipt), Problem))]
async fn show_export(
    Shared(state): Shared<State>,
    asker: Asker,
    Path(id): Path<String>,
) -> Result<Json<ExportReceipt>> {
    let id: ReceiptId = id
        .parse()
        .map_err(|_| Problem::new("no-receipt", format!("there is no receipt `{id}`")))?;
    let all = asker.may(&state, Action::Audit);
    let reader = (!all).then(|| asker.name());
    let receipt = state.door().receipts().find(id, reader).await?;
    Ok(Json(receipt.into()))
}

impl From<Receipt> for ExportLine {
    fn from(receipt: Receipt) -> Self {
        let sent = sent(&receipt.ending);
        let read = receipt.file.read.iter();
        Self {
            id: receipt.id.to_string(),
            begun_at: receipt.begun_at,
            form: receipt.file.form.name().to_owned(),
            way: receipt.file.way.name().to_owned(),
            datasets: read.map(|read| read.dataset.to_string()).collect(),
            state: state_of(&receipt.ending).to_owned(),
            rows: sent.map(|sent| sent.rows),
            bytes: sent.map(|sent| sent.bytes),
            reader: receipt.file.reader,
        }
    }
}

impl From<Receipt> for ExportReceipt {
    fn from(receipt: Receipt) -> Self {
        let state = state_of(&receipt.ending).to_owned();
        let (ended_at, sent, lost) = match receipt.ending {
            Ending::Open => (None, None, None),
            Ending::Ended { at, sent } => (Some(at), Some(sent), None),
            Ending::Lost { at, why } => (Some(at), None, Some(why)),
        };
        let file = receipt.file;
        Self {
            id: receipt.id.to_string(),
            reader: file.reader,
            name: file.name,
            token: file.token.map(|token| token.to_string()),
            begun_at: receipt.begun_at,
            ended_at,
            form: word(&file.form),
            way: word(&file.way),
            purpose: file.purpose,
            sql: file.sql,
            policy: file.policy.map(|policy| policy.to_string()),
            read: file.read.into_iter().map(ExportRead::from).collect(),
            columns: file.columns.into_iter().map(Column::from).collect(),
            state,
            truncated: sent.as_ref().is_some_and(|sent| sent.is_cut),
            rows: sent.as_ref().map(|sent| sent.rows),
            bytes: sent.as_ref().map(|sent| sent.bytes),
            broken: sent.as_ref().and_then(|sent| sent.broken.clone()).or(lost),
            sha256: sent.map(|sent| sent.hash),
        }
    }
}

impl From<ReadDataset> for ExportRead {
    fn from(read: ReadDataset) -> Self {
        let permits = read.permits.iter();
        Self {
            dataset: read.dataset.to_string(),
            version: read.version,
            permits: permits.map(|permit| permit.as_ref().to_owned()).collect(),
            rights: read.rights,
        }
    }
}

impl From<ReceiptColumn> for Column {
    fn from(column: ReceiptColumn) -> Self {
        Self {
            name: column.name,
            data_type: column.data_type,
        }
    }
}

fn sent(ending: &Ending) -> Option<&Sent> {
    match ending {
        Ending::Ended { sent, .. } => Some(sent),
        Ending::Open | Ending::Lost { .. } => None,
    }
}

fn state_of(ending: &Ending) -> &'static str {
    match ending {
        Ending::Open => "open",
        Ending::Ended { sent, .. } if sent.broken.is_none() => "complete",
        Ending::Ended { .. } | Ending::Lost { .. } => "broken",
    }
}
