//! What is asked of a delivery as a whole: how many rows it has, and how long after the one before it came.

use jiff::Timestamp;
use serde_json::{Value, json};
use yandu_check::{FindingCount, Sample};
use yandu_pack::Dataset;
use yandu_pack::declare::{Check, Period};
use yandu_words::id::BatchId;

use super::Collector;
use crate::batch::{Batch, BatchStatus};
use crate::freshness::{Deliveries, periods};
use crate::quarantine::FORMER_STAYS;
use crate::schedule::{after, shown};
use crate::{Error, Result};

/// A check of freshness, asked of a delivery.
pub(super) struct Timeliness<'a> {
    check: &'a Check,
    within: Period,
    /// When the delivery before it came.
    before: Timestamp,
    pub(super) is_in_time: bool,
}

impl Timeliness<'_> {
    pub(super) fn dimension(&self) -> yandu_words::Dimension {
        self.check.dimension
    }

    /// The rows of a late delivery are as good as any: the finding counts none and keeps them, whatever the check says.
    pub(super) fn finding(&self) -> FindingCount {
        FindingCount {
            column: None,
            reason: self.check.name.clone(),
            level: yandu_check::Level::Soft,
            dimension: self.check.dimension,
            rows: 0,
            samples: vec![Sample {
                row: 0,
                text: shown(self.before),
            }],
        }
    }

    pub(super) fn note(&self) -> String {
        format!(
            "check `{}`: the delivery before it came at {}, longer ago than {}",
            self.check.name,
            shown(self.before),
            self.within
        )
    }
}

impl Collector {
    /// Whether a delivery came in time after the one before it, by each check of freshness of its dataset. The first
    /// delivery of a dataset is not assessed.
    pub(super) async fn timeliness<'a>(
        &self,
        batch: &Batch,
        dataset: &'a Dataset,
    ) -> Result<Vec<Timeliness<'a>>> {
        let before = Deliveries::new(self.inner.store.pool())
            .before(batch)
            .await?;
        let Some(before) = before else {
            return Ok(Vec::new());
        };
        let calendar = self.calendar().await;
        Ok(periods(dataset)
            .map(|(check, within)| Timeliness {
                check,
                within,
                before,
                is_in_time: batch.started_at <= after(&calendar, before, within),
            })
            .collect())
    }

    /// Settles a delivery that changes nothing. It has no score, because nothing in it was looked at; that it came late
    /// is found of it all the same.
    pub(super) async fn settle_unchanged(&self, id: &BatchId) -> Result<()> {
        let batches = &self.inner.batches;
        let batch = batches.find(id).await?;
        let packs = self.packs();
        if let Some(dataset) = packs.dataset(&batch.dataset) {
            let mut report = batch.report.clone().unwrap_or_else(|| json!({}));
            let mut findings = Vec::new();
            for asked in self.timeliness(&batch, dataset).await? {
                if !asked.is_in_time {
                    note(&mut report, &asked.note());
                    findings.push(asked.finding());
                }
            }
            if !findings.is_empty() {
                batches.found(id, &findings, &report).await?;
            }
        }
        batches
            .settle(id, BatchStatus::Unchanged, None, None, self.now())
            .await
    }
}

/// That a snapshot of which no row passed has left the former one where it was.
pub(super) fn former_stays() -> FindingCount {
    FindingCount {
        column: None,
        reason: FORMER_STAYS.to_owned(),
        level: yandu_check::Level::Soft,
        dimension: yandu_words::Dimension::Completeness,
        rows: 0,
        samples: Vec::new(),
    }
}

pub(super) fn note(report: &mut Value, text: &str) {
    if let Some(report) = report.as_object_mut() {
        let notes = report.entry("notes").or_insert_with(|| json!([]));
        if let Some(notes) = notes.as_array_mut() {
            notes.push(text.into());
        }
    }
}

/// A declared number of rows is a property of the file: outside it a hard check refuses the batch.
pub(super) fn check_row_count(dataset: &Dataset, rows: u64) -> Result<()> {
    match dataset.row_count_missed(rows) {
        Some(expected) => Err(Error::RowCount {
            dataset: dataset.id().clone(),
            rows,
            expected,
        }),
        None => Ok(()),
    }
}
