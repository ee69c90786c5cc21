//! Rows that leave the city, and their receipts.
//!
//! Whatever has the form of a file, or more rows than a page, leaves a receipt: it is opened before the first byte is sent, the bytes are
//! counted and hashed on their way, and it is ended with them, also where whoever read went away. Shorter answers to programs are
//! counted under the receipt of their kind: pages of SQL, and whatever else has rows of datasets in it ([`whole`]).

mod cell;
pub(crate) mod parquet;
mod recording;
mod told;
mod whole;
mod workbook;

use std::future::ready;
use std::sync::Arc;

use arrow::datatypes::Schema;
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use yandu_access::{
    FileForm, LOCAL_ADMINISTRATOR_NAME, NewReceipt, Receipt, ReceiptId, Recording, Taker, TokenId,
};
use yandu_lake::{Principal, Rows};
use yandu_policy::{Circumstances, Way};
use yandu_words::id::{BatchId, DatasetId};

use crate::Result;
use crate::access::Asker;
use crate::batch::attachment;
use crate::state::State;
use crate::stream;
use crate::stream::rows::{Form, Opened, Tally};

use recording::recorded;
pub(crate) use told::routes;
pub use told::{ExportLine, ExportPage, ExportRead, ExportReceipt};
pub(crate) use whole::{Left, Taken, json, leave};
pub(crate) use workbook::taken;

/// Names the receipt under which an answer leaves.
const RECEIPT: HeaderName = HeaderName::from_static("yandu-receipt");

/// What a reader is called who has not said who they are.
pub(crate) const VISITOR: &str = "公众访客";

pub(crate) const WORKBOOK: &str =
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
pub(crate) const PARQUET: &str = "application/vnd.apache.parquet";

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
    pub(crate) async fn begin(&self, state: &State, rows: &Rows) -> Result<(Receipt, Recording)> {
        let receipts = state.door().receipts();
        Ok(receipts.begin(self.receipt(state, rows)).await?)
    }

    /// What is known of them before they leave.
    pub(crate) fn receipt(&self, state: &State, rows: &Rows) -> NewReceipt {
        self.receipt_of(state, &read(rows), &rows.schema())
    }

    /// The same of rows of these datasets at their versions, with these columns.
    pub(crate) fn receipt_of(
        &self,
        state: &State,
        read: &[(DatasetId, Option<u64>)],
        columns: &Schema,
    ) -> NewReceipt {
        let circumstances = self.asker.on(self.way);
        let leaving = self.known(circumstances.way, read, columns);
        leaving.receipt(self.taker(&circumstances), state.now())
    }

    fn known<'a>(
        &'a self,
        way: Way,
        read: &'a [(DatasetId, Option<u64>)],
        columns: &'a Schema,
    ) -> yandu_access::Leaving<'a> {
        yandu_access::Leaving {
            reader: self.asker.name(),
            token: self.token(),
            principal: self.principal,
            way,
            form: self.form,
            sql: self.sql,
            read,
            columns,
        }
    }

    /// Whoever takes them.
    fn taker(&self, circumstances: &Circumstances) -> Taker {
        let name = match (self.asker.account(), self.asker) {
            (Some(account), _) => account.name.as_str(),
            (None, Asker::Visitor) => VISITOR,
            (None, _) => LOCAL_ADMINISTRATOR_NAME,
        };
        Taker {
            name: name.to_owned(),
            purpose: circumstances.purpose.clone(),
        }
    }

    /// The recording of an answer that is no longer than a page, to a program: counted with others of its kind. People are shown
    /// pages, which leave nothing.
    pub(crate) async fn count(
        &self,
        state: &State,
        read: &[(DatasetId, Option<u64>)],
        columns: &Schema,
    ) -> Result<Option<Recording>> {
        if self.token().is_none() || read.is_empty() {
            return Ok(None);
        }
        let circumstances = self.asker.on(self.way);
        let leaving = self.known(circumstances.way, read, columns);
        let taker = ready(Ok(self.taker(&circumstances)));
        let receipts = state.door().receipts();
        Ok(Some(receipts.count(&leaving, taker).await?))
    }

    fn token(&self) -> Option<&TokenId> {
        match self.asker {
            Asker::Token(token) => Some(&token.id),
            Asker::Local | Asker::Session(_) | Asker::Visitor => None,
        }
    }
}

/// The datasets of an answer, and their versions.
pub(crate) fn read(rows: &Rows) -> Vec<(DatasetId, Option<u64>)> {
    let read = rows.datasets().iter();
    let read = read.map(|dataset| (dataset.clone(), rows.versions().get(dataset).copied()));
    read.collect()
}

/// Opens the receipt of a file of a delivery: what came, or what of it waits in quarantine.
pub(crate) async fn of_batch(
    state: &State,
    asker: &Asker,
    batch: &BatchId,
    read: (DatasetId, Option<u64>),
    form: FileForm,
) -> Result<(Receipt, Recording)> {
    let receipt = NewReceipt {
        batch: Some(batch.to_string()),
        ..without_sql(state, asker, "", &[read], form)
    };
    Ok(state.door().receipts().begin(receipt).await?)
}

/// Opens the receipt of another file for which no SQL was written: `asked` stands for the question.
pub(crate) async fn of_file(
    state: &State,
    asker: &Asker,
    asked: &str,
    read: &[(DatasetId, Option<u64>)],
    form: FileForm,
) -> Result<(Receipt, Recording)> {
    let receipt = without_sql(state, asker, asked, read, form);
    Ok(state.door().receipts().begin(receipt).await?)
}

fn without_sql(
    state: &State,
    asker: &Asker,
    asked: &str,
    read: &[(DatasetId, Option<u64>)],
    form: FileForm,
) -> NewReceipt {
    // By the rights of this way it was found what is seen.
    let way = Way::Export;
    let leaving = Leaving {
        asker,
        principal: &asker.reader(state, way),
        way,
        form,
        sql: asked,
    };
    leaving.receipt_of(state, read, &Schema::empty())
}

/// An answer that is no longer than a page.
pub(crate) fn page(
    media_type: &'static str,
    recording: Option<Recording>,
    tally: Arc<Tally>,
    body: Body,
) -> Response {
    let kind = [(header::CONTENT_TYPE, media_type)];
    let Some(recording) = recording else {
        return (kind, body).into_response();
    };
    let receipt = recording.id();
    let mut response = (kind, recorded(recording, tally, None, body)).into_response();
    name(&mut response, receipt);
    response
}

/// Names the receipt of an answer.
pub(crate) fn name(response: &mut Response, receipt: ReceiptId) {
    if let Ok(receipt) = HeaderValue::from_str(&receipt.to_string()) {
        response.headers_mut().insert(RECEIPT, receipt);
    }
}

/// An answer whose bytes are written down on a receipt.
pub(crate) struct File {
    pub(crate) receipt: ReceiptId,
    pub(crate) media_type: &'static str,
    /// What it is saved under; none of what is no file by itself.
    name: Option<String>,
    pub(crate) body: Body,
    size: Option<u64>,
}

impl File {
    /// A body of which `tally` knows the rows, saved under the number of its receipt where it has an ending.
    pub(crate) fn of(
        recording: Recording,
        tally: Arc<Tally>,
        (media_type, ending): (&'static str, Option<&'static str>),
        size: Option<u64>,
        body: Body,
    ) -> Self {
        let receipt = recording.id();
        Self {
            receipt,
            media_type,
            name: ending.map(|ending| format!("{receipt}.{ending}")),
            body: recorded(recording, tally, size, body),
            size,
        }
    }

    /// The same, saved under this name.
    pub(crate) fn named(self, name: String) -> Self {
        Self {
            name: Some(name),
            ..self
        }
    }

    /// Rows that are sent while they are read.
    pub(crate) fn streamed(
        recording: Recording,
        opened: Opened,
        form: impl Form,
        kind: (&'static str, Option<&'static str>),
    ) -> Self {
        let sending = opened.send(form);
        let tally = sending.tally();
        Self::of(recording, tally, kind, None, sending.body())
    }

    /// A Parquet file.
    pub(crate) fn parquet(
        (receipt, mut recording): (Receipt, Recording),
        opened: Opened,
    ) -> Result<Self> {
        let file = parquet::Parquet::new(&opened.rows.schema(), &receipt)
            .inspect_err(|problem| recording.break_off(problem.detail.as_str()))?;
        let kind = (PARQUET, Some("parquet"));
        Ok(Self::streamed(recording, opened, file, kind))
    }
}

impl IntoResponse for File {
    fn into_response(self) -> Response {
        let mut response = ([(header::CONTENT_TYPE, self.media_type)], self.body).into_response();
        name(&mut response, self.receipt);
        let headers = response.headers_mut();
        if let Some(name) = self.name {
            headers.insert(header::CONTENT_DISPOSITION, attachment(&name));
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
    /// One whose sheets were filled elsewhere, with these rows.
    pub(crate) fn of(book: rust_xlsxwriter::Workbook, rows: u64) -> Self {
        Self(workbook::Filled::of(book, rows))
    }

    /// The same, which says that these columns are not in it, each with the reason.
    pub(crate) fn without(mut self, left_out: Vec<String>) -> Self {
        self.0.left_out = left_out;
        self
    }

    pub(crate) async fn fill(state: &State, opened: Opened) -> Result<Self> {
        let folder = state.collector().folder().staging();
        Ok(Self(workbook::fill(opened, folder).await?))
    }

    pub(crate) async fn file(
        self,
        state: &State,
        (receipt, mut recording): (Receipt, Recording),
    ) -> Result<File> {
        let folder = state.collector().folder().staging();
        let tally = Tally::of(self.0.rows, self.0.is_cut);
        let terms = self.0.terms.clone();
        let (file, size) = match self.0.finish(receipt, folder).await {
            Ok(made) => made,
            Err(problem) => {
                recording.break_off(problem.detail.as_str());
                recording.end().await;
                return Err(problem);
            }
        };
        let body = stream::under(terms, stream::from_reader(file));
        let kind = (WORKBOOK, Some("xlsx"));
        Ok(File::of(recording, tally.into(), kind, Some(size), body))
    }
}
