//! Receipts, as they are told.

use axum::Json;
use axum::extract::State as Shared;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yandu_access::{Ending, ReadDataset, Receipt, ReceiptColumn, ReceiptId};
use yandu_policy::Action;

use crate::Result;
use crate::access::Asker;
use crate::batch::word;
use crate::extract::{Path, Query};
use crate::page::{After, Limit};
use crate::problem::Problem;
use crate::query::Column;
use crate::state::State;

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list_exports))
        .routes(routes!(show_export))
}

/// What left the city, or is leaving it: a file, or short answers of one kind to a program, which are counted together.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ExportLine {
    #[schema(example = "R12")]
    pub id: String,
    /// The id of an account, or `local-administrator`.
    pub reader: String,
    #[schema(value_type = String, format = DateTime)]
    pub begun_at: Timestamp,
    /// `json`, `csv`, `tsv`, `xlsx`, `parquet`, `docx`, `pdf`, `delta-sharing`, `postgresql`, `arrow-flight` or `delivery`.
    pub form: String,
    /// `page`, `export` or `interface`.
    pub way: String,
    pub datasets: Vec<String>,
    /// `open`, `complete` or `broken`.
    pub state: String,
    /// How many answers were counted; absent of a file.
    pub answers: Option<u64>,
    /// What was handed over; absent while a file is open, and where the program ended before it.
    pub rows: Option<u64>,
    pub bytes: Option<u64>,
}

/// The receipt of a file, or of short answers of one kind.
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
    /// `json`, `csv`, `tsv`, `xlsx`, `parquet`, `docx`, `pdf`, `delta-sharing`, `postgresql`, `arrow-flight` or `delivery`.
    pub form: String,
    /// `page`, `export` or `interface`.
    pub way: String,
    /// What the session or the token was for.
    pub purpose: Option<String>,
    /// The question, as it was asked; with `?` for its values where answers are counted. `TRAIL …` of a trail, `FIGURES …` of
    /// metrics, `REPORT …` of a report, `QUARANTINE …` of rows that wait, `PAPER …` of a paper of a plan, `LEDGER …` of entries, `other questions` of what is counted beyond 200 kinds. Empty for a delivery.
    pub sql: String,
    /// What `$1` and so on stood for. Not told where answers are counted.
    pub values: Vec<Option<String>>,
    /// The delivery that left: as it came, or what of it waits in quarantine.
    pub batch: Option<String>,
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
    /// How many answers were counted; absent of a file.
    pub answers: Option<u64>,
    /// When the last of them ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_at: Option<Timestamp>,
    /// What was handed over; absent while a file is open, and where the program ended before it.
    pub rows: Option<u64>,
    pub bytes: Option<u64>,
    /// SHA-256 of the bytes of a file, as hexadecimal digits.
    pub sha256: Option<String>,
}

/// A dataset that was read.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ExportRead {
    pub dataset: String,
    /// Absent where nothing had been committed. Of answers that are counted it is that of the first.
    pub version: Option<u64>,
    /// The policies and grants that showed it.
    pub permits: Vec<String>,
    /// The key of what they show together: rows, columns and masks. Absent where everything is shown.
    pub rights: Option<String>,
}

/// Receipts, the newest first.
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
    /// Whose receipts; when absent one's own, and for the audit administrator everybody's. Those of others are for the audit administrator.
    reader: Option<String>,
    /// The `next` of the page before.
    #[param(value_type = Option<String>, pattern = "^[A-Za-z0-9_-]+$")]
    after: Option<After<ReceiptId>>,
    /// Receipts of one page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000, default = 100)]
    limit: Limit<100, 1000>,
}

/// Lists what somebody took away, and for the audit administrator what anybody did, the newest first.
#[utoipa::path(get, path = "/exports", tag = "exports", params(Asked), responses((status = 200, body = ExportPage), Problem))]
async fn list_exports(
    Shared(state): Shared<State>,
    asker: Asker,
    Query(asked): Query<Asked>,
) -> Result<Json<ExportPage>> {
    let all = asker.may(&state, Action::Audit);
    let reader = match asked.reader.as_deref() {
        None => (!all).then(|| asker.name()),
        Some(reader) if all || reader == asker.name() => Some(reader),
        Some(_) => {
            return Err(
                Problem::new("not-permitted", "these are the receipts of somebody else")
                    .with_help("leave `reader` out for your own".to_owned()),
            );
        }
    };
    let before = asked.after.map(|after| after.0);
    let receipts = state.door().receipts();
    let found = receipts.list(reader, before, asked.limit.and_one()).await?;
    let (found, next) = asked.limit.cut(found, |receipt| receipt.id);
    Ok(Json(ExportPage {
        exports: found.into_iter().map(ExportLine::from).collect(),
        next,
    }))
}

/// A receipt: one's own, and for the audit administrator everybody's.
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
        let (rows, bytes) = handed_over(&receipt);
        let read = receipt.file.read.iter();
        Self {
            id: receipt.id.to_string(),
            begun_at: receipt.begun_at,
            form: receipt.file.form.name().to_owned(),
            way: receipt.file.way.name().to_owned(),
            datasets: read.map(|read| read.dataset.to_string()).collect(),
            state: state_of(&receipt.ending).to_owned(),
            answers: receipt.counts.map(|counts| counts.answers),
            rows,
            bytes,
            reader: receipt.file.reader,
        }
    }
}

impl From<Receipt> for ExportReceipt {
    fn from(receipt: Receipt) -> Self {
        let state = state_of(&receipt.ending).to_owned();
        let (rows, bytes) = handed_over(&receipt);
        let counts = receipt.counts;
        let (ended_at, sent, lost) = match receipt.ending {
            Ending::Open => (None, None, None),
            Ending::Ended { at, sent } => (Some(at), Some(sent), None),
            Ending::Closed { at } => (Some(at), None, None),
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
            values: file.values,
            batch: file.batch,
            policy: file.policy.map(|policy| policy.to_string()),
            read: file.read.into_iter().map(ExportRead::from).collect(),
            columns: file.columns.into_iter().map(Column::from).collect(),
            state,
            truncated: sent.as_ref().is_some_and(|sent| sent.is_cut),
            answers: counts.map(|counts| counts.answers),
            last_at: counts.map(|counts| counts.last_at),
            rows,
            bytes,
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

/// How many rows and bytes left, as far as it is known.
fn handed_over(receipt: &Receipt) -> (Option<u64>, Option<u64>) {
    match (&receipt.ending, receipt.counts) {
        (_, Some(counts)) => (Some(counts.rows), Some(counts.bytes)),
        (Ending::Ended { sent, .. }, None) => (Some(sent.rows), Some(sent.bytes)),
        (Ending::Open | Ending::Closed { .. } | Ending::Lost { .. }, None) => (None, None),
    }
}

fn state_of(ending: &Ending) -> &'static str {
    match ending {
        Ending::Open => "open",
        Ending::Closed { .. } => "complete",
        Ending::Ended { sent, .. } if sent.broken.is_none() => "complete",
        Ending::Ended { .. } | Ending::Lost { .. } => "broken",
    }
}
