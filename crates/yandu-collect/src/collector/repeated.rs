//! Deliveries of bytes that were collected before.

use serde_json::{Value, json};

use super::whole::note;
use super::{Collector, Delivery};
use crate::batch::Batch;
use crate::{Mode, Result};

impl Collector {
    /// What is said of a delivery that changes nothing: which batch brought the same bytes, and what lets them be
    /// collected again.
    ///
    /// Bytes that another declaration read are read again, but where that would do harm: appended rows would be there
    /// twice, and a report that was taken stays as it was taken. Rows that were compared with those of before are new where
    /// a key tells them apart: a row may return to what it was.
    pub(super) async fn same(
        &self,
        batch: &Batch,
        delivery: &Delivery,
        hash: &str,
        declaration: &str,
    ) -> Result<Option<Value>> {
        if delivery.is_compared && batch.mode == Mode::Upsert {
            return Ok(None);
        }
        let given = given(delivery);
        let batches = &self.inner.batches;
        let same = batches
            .same_content(batch, hash, given.as_ref(), declaration)
            .await?;
        let stays = batch.mode == Mode::Append || delivery.report.is_some();
        let Some(same) = same.filter(|same| stays || !same.is_read_otherwise) else {
            return Ok(None);
        };
        let before = &same.batch;
        let why = if same.is_read_otherwise {
            " when the dataset was declared otherwise, and rows that are there stay as they were read"
        } else {
            ""
        };
        let mut report = json!({"same_as": before});
        note(
            &mut report,
            &format!(
                "the same bytes were collected as batch `{before}`{why}; to have them read again, take it back with \
                 `yandu batch undo {before} --reason …` and deliver them again"
            ),
        );
        Ok(Some(report))
    }
}

/// What the delivery itself says about its form: the same bytes read in another way are another delivery.
pub(super) fn given(delivery: &Delivery) -> Option<Value> {
    let hints = &delivery.hints;
    let mut given = serde_json::Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        given.extend(value.map(|value| (name.to_owned(), value)));
    };
    put(
        "encoding",
        hints.encoding.as_ref().map(|encoding| json!(encoding)),
    );
    put(
        "delimiter",
        hints.delimiter.map(|delimiter| json!(delimiter)),
    );
    put("header_row", hints.header_row.map(|row| json!(row)));
    put("sheet", hints.sheet.as_ref().map(|sheet| json!(sheet)));
    let headers = Some(&delivery.headers).filter(|headers| !headers.is_empty());
    put("headers", headers.map(|headers| json!(headers)));
    (!given.is_empty()).then_some(Value::Object(given))
}
