//! The reports of a form, and one of them as it was filled.

use std::io::Read as _;

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Map, Value};
use yandu_words::Period;
use yandu_words::id::{BatchId, DatasetId};

use super::{Evidence, REPORT_BYTES, ReportFile, form_of, store};
use crate::batch::BatchStatus;
use crate::collector::Collector;
use crate::{Error, Result};

/// What is recorded of a report.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    pub batch: BatchId,
    pub dataset: DatasetId,
    pub status: BatchStatus,
    pub unit: String,
    pub period: Period,
    pub reporter: Option<String>,
    pub filled_on: Option<Date>,
    pub submitted_by: String,
    pub submitted_at: Timestamp,
    pub evidence: Vec<String>,
    /// A later report of the same unit and period took its place.
    pub is_replaced: bool,
}

/// A report with what was filled and its files.
#[derive(Debug, Clone, PartialEq)]
pub struct FilledReport {
    pub report: Report,
    pub values: Map<String, Value>,
    pub evidence: Vec<Evidence>,
}

/// Which reports are listed, the newest first.
#[derive(Debug, Clone, Default)]
pub struct ReportFilter {
    pub unit: Option<String>,
    pub period: Option<Period>,
    /// Only reports with the file of this hash.
    pub with_file: Option<String>,
    /// Only reports before this batch, for paging.
    pub before: Option<BatchId>,
    pub limit: u32,
}

impl Collector {
    /// The reports of a form that were taken, those that were undone among them.
    pub async fn reports(&self, id: &DatasetId, filter: &ReportFilter) -> Result<Vec<Report>> {
        form_of(&self.packs(), id)?;
        let reports = store::Reports::new(self.inner.store.pool());
        reports.list(id, filter).await
    }

    /// A report as it was filled.
    pub async fn report(&self, id: &DatasetId, batch: &BatchId) -> Result<FilledReport> {
        form_of(&self.packs(), id)?;
        let report = self.report_of(batch).await?;
        let report = report.filter(|report| report.dataset == *id);
        let missing = || Error::NoReport(batch.to_string());
        let report = report.ok_or_else(missing)?;
        let hash = self.batch_record(batch).await?.content_hash;
        let hash = hash.ok_or_else(missing)?;
        let keep = self.keep().clone();
        let bytes = tokio::task::spawn_blocking(move || -> Result<Vec<u8>> {
            let mut bytes = Vec::new();
            let mut kept = keep.open(&hash)?.take(REPORT_BYTES as u64);
            kept.read_to_end(&mut bytes)
                .map_err(|source| Error::file("read", &keep.path(&hash), source))?;
            Ok(bytes)
        });
        let file = ReportFile::parse(&bytes.await??)?;
        let mut evidence = Vec::new();
        for hash in &report.evidence {
            evidence.extend(self.evidence_record(id, hash).await?);
        }
        Ok(FilledReport {
            report,
            values: file.values,
            evidence,
        })
    }

    /// The report that a batch is; `None` where it is none, or was not taken.
    pub async fn report_of(&self, batch: &BatchId) -> Result<Option<Report>> {
        let reports = store::Reports::new(self.inner.store.pool());
        reports.find(batch).await
    }
}
