//! Answers with rows that are all there before the first byte leaves: of CKAN's actions, trails, figures, reports of
//! forms, and rows in quarantine.

use arrow::datatypes::Schema;
use axum::body::Body;
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use yandu_access::{FileForm, ReceiptId, Recording};
use yandu_policy::Way;
use yandu_words::id::DatasetId;

use super::{Leaving, name, recorded};
use crate::Result;
use crate::access::Asker;
use crate::problem::Problem;
use crate::state::State;
use crate::stream::rows::Tally;

const JSON: [(HeaderName, &str); 1] = [(header::CONTENT_TYPE, "application/json")];

/// Rows that are all there: of which datasets, how many, and whether there are more.
pub(crate) struct Taken<'a> {
    /// Each with its version, where it has one.
    pub(crate) read: &'a [(DatasetId, Option<u64>)],
    pub(crate) columns: &'a Schema,
    pub(crate) rows: u64,
    pub(crate) is_cut: bool,
}

/// Rows in an answer, and what is written down of them.
pub(crate) struct Left {
    recording: Recording,
    rows: u64,
    is_cut: bool,
}

impl Leaving<'_> {
    /// Opens their receipt, or finds that of their kind, before they leave. None where there is no row of a dataset, and where they are a
    /// page for a person.
    pub(crate) async fn take(&self, state: &State, taken: &Taken<'_>) -> Result<Option<Left>> {
        if taken.read.is_empty() {
            return Ok(None);
        }
        let recording = if taken.rows > state.options().query_rows {
            let file = self.receipt_of(state, taken.read, taken.columns);
            let (_, recording) = state.door().receipts().begin(file).await?;
            Some(recording)
        } else {
            self.count(state, taken.read, taken.columns).await?
        };
        Ok(recording.map(|recording| Left {
            recording,
            rows: taken.rows,
            is_cut: taken.is_cut,
        }))
    }
}

/// Sees to the receipt of rows in an answer that is a page, where no SQL was written for them: `asked` stands for the question.
pub(crate) async fn leave(
    state: &State,
    asker: &Asker,
    asked: &str,
    taken: &Taken<'_>,
) -> Result<Option<Left>> {
    let way = Way::Page;
    let leaving = Leaving {
        asker,
        principal: &asker.reader(state, way),
        way,
        form: FileForm::Json,
        sql: asked,
    };
    leaving.take(state, taken).await
}

impl Left {
    /// The receipt under which they leave.
    pub(crate) fn receipt(&self) -> ReceiptId {
        self.recording.id()
    }

    /// The answer with this body, which is JSON. It names the receipt.
    pub(crate) fn answer(self, body: Vec<u8>) -> Response {
        let receipt = self.receipt();
        let tally = Tally::of(self.rows, self.is_cut).into();
        let size = body.len() as u64;
        let body = recorded(self.recording, tally, Some(size), Body::from(body));
        let mut response = (JSON, body).into_response();
        name(&mut response, receipt);
        response
    }
}

/// An answer as JSON, under the receipt of the rows in it where they have one.
pub(crate) fn json<T: Serialize>(left: Option<Left>, answer: &T) -> Result<Response> {
    let body = serde_json::to_vec(answer);
    let body = body.map_err(|error| Problem::new("internal", error.to_string()))?;
    Ok(match left {
        Some(left) => left.answer(body),
        None => (JSON, body).into_response(),
    })
}
