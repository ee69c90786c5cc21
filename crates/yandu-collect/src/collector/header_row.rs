//! Where the header of a delivery stands that has not the columns that are required: there may be titles above it.

use std::path::Path;

use yandu_decode::Hints;

use super::run::hints;
use super::{Collector, Delivery};
use crate::Error;
use crate::batch::Batch;
use crate::headers::{self, Given, Known};

/// Rows among which another header is looked for.
const HEADER_ROWS: u32 = 10;
/// The largest file in which that is done, in bytes.
const SMALL: u64 = 4 << 20;

impl Collector {
    /// A refusal for columns that are missing, with the row of a small file that has them all.
    pub(super) async fn with_header_row(
        &self,
        error: Error,
        batch: &Batch,
        delivery: &Delivery,
        known: &[Known],
        size_bytes: u64,
    ) -> Error {
        let Error::MissingColumns {
            dataset,
            columns,
            headers,
            ..
        } = error
        else {
            return error;
        };
        let row = if delivery.report.is_none() && size_bytes <= SMALL {
            let given = delivery.headers.clone();
            let hints = hints(
                &self.packs(),
                (&delivery.hints, &given),
                batch.source.as_ref(),
                known,
            );
            let (path, known) = (delivery.path.clone(), known.to_vec());
            let looking = tokio::task::spawn_blocking(move || {
                (1..=HEADER_ROWS).find(|row| has_all(&path, &hints, *row, &known, &given))
            });
            // The refusal stands without it.
            looking.await.unwrap_or_default()
        } else {
            None
        };
        Error::MissingColumns {
            dataset,
            columns,
            headers,
            row,
        }
    }
}

/// Whether a row of a file has the headers of all required columns.
fn has_all(path: &Path, hints: &Hints, row: u32, known: &[Known], given: &Given) -> bool {
    let hints = Hints {
        header_row: Some(row),
        columns: None,
        ..hints.clone()
    };
    let opened = yandu_decode::open(path, &hints);
    opened.is_ok_and(|opened| {
        opened.report.header_row == row
            && headers::propose(known, &opened.header, given)
                .lacking(known, true)
                .is_empty()
    })
}
