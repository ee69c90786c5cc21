//! What leaves through an action: its answer is written down like any other.

use arrow::datatypes::Schema;
use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use yandu_access::{FileForm, Recording};
use yandu_policy::Way;
use yandu_words::id::DatasetId;

use super::Context;
use super::refusal::Outcome;
use crate::export::{self, Leaving};
use crate::problem::Problem;
use crate::stream::rows::Tally;

/// What an action gives back.
pub(super) struct Done {
    pub(super) result: Value,
    /// None where no rows leave, and where they are a page for a person.
    pub(super) left: Option<Left>,
}

/// Rows of a dataset in an answer.
pub(super) struct Left {
    recording: Recording,
    rows: u64,
    is_cut: bool,
}

impl From<Value> for Done {
    fn from(result: Value) -> Self {
        Self { result, left: None }
    }
}

/// Rows that are all there: how many, and whether there are more.
pub(super) struct Taken<'a> {
    pub(super) sql: &'a str,
    pub(super) read: &'a [(DatasetId, Option<u64>)],
    pub(super) columns: &'a Schema,
    pub(super) rows: u64,
    pub(super) is_cut: bool,
}

impl Taken<'_> {
    /// Opens their receipt, or finds that of their kind, before they leave.
    pub(super) async fn leave(&self, context: &Context) -> Outcome<Option<Left>> {
        let leaving = Leaving {
            asker: &context.asker,
            principal: &context.principal,
            way: Way::Interface,
            form: FileForm::Json,
            sql: self.sql,
        };
        let state = &context.state;
        let recording = if self.rows > state.options().query_rows {
            let receipts = state.door().receipts();
            let file = leaving.receipt_of(state, self.read, self.columns);
            let receipt = receipts.begin(file).await.map_err(Box::<Problem>::from)?;
            Some(receipts.record(receipt.id))
        } else {
            leaving.count(state, self.read, self.columns).await?
        };
        Ok(recording.map(|recording| Left {
            recording,
            rows: self.rows,
            is_cut: self.is_cut,
        }))
    }
}

impl Left {
    /// The answer with this body, which names the receipt.
    pub(super) fn answer(self, body: Vec<u8>) -> Response {
        let receipt = self.recording.id();
        let tally = Tally::of(self.rows, self.is_cut).into();
        let size = body.len() as u64;
        let body = export::recorded(self.recording, tally, Some(size), Body::from(body));
        let kind = [(header::CONTENT_TYPE, "application/json")];
        let mut response = (kind, body).into_response();
        export::name(&mut response, receipt);
        response
    }
}
