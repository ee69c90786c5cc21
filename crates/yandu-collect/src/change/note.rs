//! What is found of the newest delivery under other rules, so that its findings and its score speak of the rules of now.
//!
//! Only a snapshot is noted again: it is all that its table holds, so what is found of the table is found of it. Rows that
//! went to quarantine when they came stay findings; what was brought into its standard form does too.

use std::sync::Arc;

use sqlx::Row;
use yandu_check::{FindingCount, Level, Score};
use yandu_pack::Packs;
use yandu_words::id::{BatchId, DatasetId};

use super::apply::Job;
use super::changes::PackChanges;
use super::look::Counts;
use super::plan::{DatasetPlan, Plan};
use super::record::ChangeKind;
use crate::batch::BatchStatus;
use crate::collector::BatchFilter;
use crate::progress::Progress;
use crate::{Mode, Result, expectation};

impl PackChanges {
    /// Looks at the rows of datasets whose soft rules are others, and notes what is found.
    pub async fn note_again(&self, datasets: &[DatasetId]) -> Result<()> {
        let present = self.present().await?;
        for dataset in datasets {
            if present.packs.dataset(dataset).is_none() {
                continue;
            }
            let job = Job {
                kind: ChangeKind::Change,
                from: present.clone(),
                to: present.clone(),
                plan: Plan::nothing().with(std::iter::once(dataset)),
                takes_back: None,
                back: Vec::new(),
            };
            let Some(plan) = job.plan(dataset) else {
                continue;
            };
            let looked = self
                .count(&job, plan, &Arc::new(Progress::default()))
                .await?;
            let number = self.inner.installed.records.installed().await?;
            let number = number.map_or(0, |(number, _)| number);
            self.note(number, &present.packs, dataset, &looked.counts)
                .await?;
        }
        Ok(())
    }

    /// Notes what a change found of the rows of a dataset, and keeps what was noted before.
    pub(super) async fn note(
        &self,
        number: u64,
        packs: &Packs,
        dataset: &DatasetId,
        counts: &Counts,
    ) -> Result<()> {
        let Some(declared) = packs.dataset(dataset) else {
            return Ok(());
        };
        let Some(batch) = self.newest_snapshot(dataset).await? else {
            return Ok(());
        };
        let detail = self.inner.collector.inner.batches.detail(&batch).await?;
        let expectations =
            expectation::compile(packs, declared, &std::collections::HashMap::new())?;
        let is_check = |reason: &str| {
            let checks = declared.file().checks.iter();
            checks
                .map(|check| check.name.as_str())
                .any(|name| name == reason)
        };
        let is_fault = |reason: &str| {
            yandu_words::Change::from_name(reason).is_some()
                || matches!(reason, "empty-word" | "synonym" | "repeated-key")
        };
        let mut findings: Vec<FindingCount> = detail
            .findings
            .iter()
            .filter(|found| found.level == Level::Hard || is_fault(&found.reason))
            .cloned()
            .collect();
        for found in &counts.findings {
            let same = findings.iter_mut().find(|known| {
                (&known.column, &known.reason, known.level)
                    == (&found.column, &found.reason, found.level)
            });
            match same {
                Some(known) => {
                    known.rows += found.rows;
                    known.samples.extend(found.samples.iter().cloned());
                    known.samples.truncate(5);
                }
                None => findings.push(found.clone()),
            }
        }
        // A delivery that came late did so under any rules.
        let late = detail
            .findings
            .iter()
            .filter(|found| found.rows == 0 && is_check(&found.reason));
        findings.extend(late.cloned());
        let score = Score::new(&expectations, &findings, detail.batch.rows_in);
        let batches = &self.inner.collector.inner.batches;
        let before = serde_json::to_string(&(&detail.findings, &detail.batch.score))?;
        sqlx::query("INSERT INTO noted_before (change, batch, noted) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
            .bind(number as i64)
            .bind(batch.as_str())
            .bind(before)
            .execute(batches.pool())
            .await?;
        batches.note_again(&batch, &findings, Some(&score)).await
    }

    /// Notes again what was noted before some changes.
    pub(super) async fn note_as_before(&self, number: u64) -> Result<()> {
        let batches = &self.inner.collector.inner.batches;
        // Oldest last, so that it stays.
        let noted = sqlx::query(
            "SELECT batch, noted FROM noted_before WHERE change >= ? ORDER BY change DESC",
        )
        .bind(number as i64)
        .fetch_all(batches.pool())
        .await?;
        for row in &noted {
            let batch = crate::store::parse_id(row.try_get("batch")?)?;
            let (findings, score): (Vec<FindingCount>, Option<Score>) =
                serde_json::from_str(row.try_get("noted")?)?;
            batches
                .note_again(&batch, &findings, score.as_ref())
                .await?;
        }
        sqlx::query("DELETE FROM noted_before WHERE change >= ?")
            .bind(number as i64)
            .execute(batches.pool())
            .await?;
        Ok(())
    }

    /// The newest delivery of a dataset, when it is all that the table holds.
    async fn newest_snapshot(&self, dataset: &DatasetId) -> Result<Option<BatchId>> {
        let filter = BatchFilter {
            dataset: Some(dataset.clone()),
            status: Some(BatchStatus::Collected),
            limit: 1,
            ..BatchFilter::default()
        };
        let newest = self
            .inner
            .collector
            .batches(&filter)
            .await?
            .into_iter()
            .next();
        Ok(newest
            .filter(|batch| batch.mode == Mode::Snapshot)
            .map(|batch| batch.id))
    }
}

/// The datasets of a plan whose rows are only to be looked at.
pub(super) fn to_note(plan: &Plan) -> Vec<DatasetId> {
    let noted = |plan: &&DatasetPlan| {
        plan.stored_rows > 0 && plan.effect == yandu_pack::difference::Effect::Note
    };
    plan.datasets
        .iter()
        .filter(noted)
        .map(|plan| plan.dataset.clone())
        .collect()
}
