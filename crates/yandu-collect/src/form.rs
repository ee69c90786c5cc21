//! Forms: datasets that people fill. A report is a delivery like any other: the file of one row, kept byte for byte and
//! collected by the one pass, and evidence files beside it.
//!
//! A report that breaks a hard check is refused as a whole, with the reason at each field. The same submission twice is
//! one batch. Who reported and who did not follows from the batches and the calendar alone.
//!
//! Not here: who may fill which form, drafts (the store keeps them), what a plan makes of the numbers.

mod beside;
mod due;
mod evidence;
mod exif;
mod history;
mod judge;
mod schema;
mod standing;
mod store;

use std::fs;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use serde::Deserialize;
use serde_json::{Map, Value};
use yandu_decode::{Hints, Opened};
use yandu_lake::Principal;
use yandu_pack::declare::{Form, Origin};
use yandu_pack::{Dataset, Packs};
use yandu_words::Period;
use yandu_words::id::{BatchId, DatasetId};

use crate::batch::{Batch, BatchStatus};
use crate::collector::{Collector, Delivery};
use crate::{Error, Result};

pub(crate) use beside::{Handed, read_bounded};
pub use beside::{is_beside, without_mark};
pub use due::{Due, FormLamp};
pub use evidence::Evidence;
pub use exif::Exif;
pub use history::{FilledReport, Report, ReportFilter};
pub use schema::{FormSchema, schema};
pub use standing::{FormStanding, Standing};
pub(crate) use store::MIGRATIONS;

/// The largest report, in bytes.
pub const REPORT_BYTES: usize = 256 << 10;

/// What the file of a report says.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReportFile {
    /// The dataset; where it is said it must be the one that is meant.
    #[serde(default)]
    form: Option<DatasetId>,
    /// Who reports.
    unit: String,
    period: Period,
    /// What was filled, by column: texts, numbers, yes and no.
    values: Map<String, Value>,
    /// Hashes of files that were handed in before; in a folder also names of files beside the report.
    #[serde(default)]
    pub(crate) evidence: Vec<String>,
    /// The person who filled the form.
    #[serde(default)]
    reporter: Option<String>,
    /// The day on which it was filled on paper, where it is entered later; needs evidence.
    #[serde(default)]
    filled_on: Option<Date>,
    /// Names this submission, so that it is taken once however often it is sent.
    #[serde(default)]
    submission: Option<String>,
}

impl ReportFile {
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self> {
        if bytes.len() > REPORT_BYTES {
            return Err(Error::Report(format!(
                "it has more than {REPORT_BYTES} bytes"
            )));
        }
        let mut file: Self = serde_json::from_slice(without_mark(bytes))
            .map_err(|error| Error::Report(error.to_string()))?;
        file.reporter = file.reporter.filter(|name| !name.trim().is_empty());
        Ok(file)
    }
}

/// A report that is in the lake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    pub batch: BatchId,
    /// The same submission came before, and this is its batch.
    pub again: bool,
}

/// The form of a dataset.
pub fn form_of<'a>(packs: &'a Packs, id: &DatasetId) -> Result<(&'a Dataset, &'a Form)> {
    let dataset = packs
        .dataset(id)
        .filter(|dataset| dataset.file().origin == Origin::Form);
    dataset
        .and_then(|dataset| Some((dataset, dataset.file().form.as_ref()?)))
        .ok_or_else(|| Error::NoForm(id.clone()))
}

/// Where the row of a report is while it is collected.
pub(crate) fn row_path(report: &Path) -> PathBuf {
    report.with_extension("row")
}

impl Collector {
    /// Takes a report: it is in the lake when this returns. Nothing is stored of one that is refused.
    pub async fn submit(
        &self,
        principal: &Principal,
        id: &DatasetId,
        bytes: &[u8],
    ) -> Result<Received> {
        let handed = Handed::default();
        let turn = self.reporting(id);
        let _turn = turn.lock().await;
        self.recover().await?;
        let sent = self.read_report(id, bytes)?;
        if let Some(batch) = self.taken(id, &sent).await? {
            return Ok(Received { batch, again: true });
        }
        let report = self.judge(principal.name(), id, &sent, &handed).await?;
        self.check_fields(id, &report).await?;
        let path = self
            .folder()
            .staging()
            .join(format!("report-{}.json", uuid::Uuid::now_v7()));
        fs::write(&path, bytes).map_err(|source| Error::file("write", &path, source))?;
        let delivery = Delivery {
            name: format!("{} {}", report.head.unit, report.head.period),
            temporary: true,
            report: Some(handed.clone()),
            ..Delivery::file(id.clone(), path)
        };
        let outcome = self.collect(principal, delivery).await?;
        if outcome.status == BatchStatus::Collected {
            let batch = outcome.batch;
            return Ok(Received {
                batch,
                again: false,
            });
        }
        if outcome.status == BatchStatus::Unchanged
            && let Some(batch) = self.taken(id, &sent).await?
        {
            return Ok(Received { batch, again: true });
        }
        // Something changed between the first look and the turn of the batch: the second look says what.
        let report = self.judge(principal.name(), id, &sent, &handed).await?;
        self.check_fields(id, &report).await?;
        let why = outcome.error.map(|failure| failure.message);
        Err(Error::ReportRefused {
            batch: outcome.batch,
            why: why.unwrap_or_else(|| "it was not collected".to_owned()),
        })
    }

    /// The batch of the submission, when it was taken before. The same name for another report is refused.
    ///
    /// What was taken stays so, whatever the day, the form or another report says by now.
    async fn taken(&self, id: &DatasetId, sent: &judge::Sent) -> Result<Option<BatchId>> {
        let reports = store::Reports::new(self.inner.store.pool());
        let Some((batch, hash)) = reports.of_submission(id, &sent.submission).await? else {
            return Ok(None);
        };
        if hash.as_ref() == Some(&sent.hash) {
            return Ok(Some(batch));
        }
        let submission = sent.submission.clone();
        Err(Error::SubmissionUsed { submission, batch })
    }

    /// The row of a report that is being collected, ready for the pass.
    pub(crate) async fn open_report(
        &self,
        batch: &Batch,
        path: &Path,
        handed: &Handed,
    ) -> Result<Opened> {
        let from = path.to_owned();
        let reading = tokio::task::spawn_blocking(move || {
            read_bounded(&from, REPORT_BYTES as u64)
                .map_err(|source| Error::file("read", &from, source))
        });
        let sent = self.read_report(&batch.dataset, &reading.await??)?;
        // A report that was taken before has the content of its batch, by which the collection has found it.
        self.taken(&batch.dataset, &sent).await?;
        let report = self
            .judge(&batch.delivered_by, &batch.dataset, &sent, handed)
            .await?;
        store::Reports::new(self.inner.store.pool())
            .insert(&batch.id, &batch.dataset, &report.head)
            .await?;
        let path = row_path(path);
        let row = serde_json::to_vec(&[&report.row])?;
        let hints = Hints {
            encoding: Some("utf-8".to_owned()),
            ..Hints::default()
        };
        let opening = tokio::task::spawn_blocking(move || -> Result<Opened> {
            fs::write(&path, row).map_err(|source| Error::file("write", &path, source))?;
            Ok(yandu_decode::open(&path, &hints)?)
        });
        opening.await?
    }
}

#[cfg(test)]
mod tests;
