//! Taking changes back: the packs of before, and the rows as they were.
//!
//! A table that nothing but the changes has touched since becomes the version of before. Otherwise each row that was there
//! before and still is comes back with the values that it had; rows that the changes moved to quarantine come back unless
//! something that was delivered later has taken their place; and rows that came later are kept, read again by the meaning
//! of before. What cannot be read so goes to quarantine.

mod bringing;
mod former;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use yandu_lake::{Conversion, Principal};
use yandu_pack::Dataset;
use yandu_pack::difference::{Change, DatasetChange, Effect, What};
use yandu_words::id::{BatchId, DatasetId};

use super::apply::{Job, require};
use super::changes::PackChanges;
use super::installed::Offered;
use super::look::Counts;
use super::plan::Plan;
use super::record::{ChangeKind, ChangeRecord, ChangeStatus, Step};
use super::work::Work;
use crate::progress::{Phase, Progress};
use crate::trial::spec;
use crate::{Error, Result};
use bringing::Bringing;

/// A dataset whose rows are to be as they were before some changes.
#[derive(Debug, Clone)]
pub(super) struct Back {
    pub(super) dataset: DatasetId,
    /// The version before the oldest of the changes.
    version: u64,
    /// The commits that are taken back.
    commits: Vec<BatchId>,
    /// Columns that the changes gave another name: the name before, and the present one.
    renamed: BTreeMap<String, String>,
}

impl PackChanges {
    /// What taking back a change, and all after it, would do.
    pub async fn plan_rollback(&self, number: u64) -> Result<Plan> {
        let mut job = self.rollback_job(number).await?;
        let progress = Arc::new(Progress::default());
        let mut counts = Vec::with_capacity(job.plan.datasets.len());
        for plan in &job.plan.datasets {
            counts.push(match job.back(&plan.dataset) {
                Some(back) => Some(self.count_back(&job, back, &progress).await?),
                None if plan.is_read() => Some(self.count(&job, plan, &progress).await?.counts),
                None => None,
            });
        }
        for (plan, counts) in job.plan.datasets.iter_mut().zip(counts) {
            plan.counts = counts;
        }
        Ok(job.plan)
    }

    /// Takes a change back, and all changes after it.
    pub async fn rollback(
        &self,
        principal: &Principal,
        number: u64,
        reason: &str,
    ) -> Result<ChangeRecord> {
        require(reason)?;
        let _one = self.one()?;
        let job = self.rollback_job(number).await?;
        self.carry_out(principal, reason, &job).await
    }

    async fn rollback_job(&self, number: u64) -> Result<Job> {
        let records = &self.inner.installed.records;
        let change = records.change(number).await?;
        let refuse = |why: &str| Error::NotRolledBack {
            number,
            why: why.to_owned(),
        };
        if change.status != ChangeStatus::Applied {
            return Err(refuse("it was not applied"));
        }
        let from = change
            .from
            .ok_or_else(|| refuse("there were no packs before it"))?;
        let state = records.state(&from).await?;
        let to = Offered {
            packs: Arc::new(self.inner.installed.load(&state)?),
            state,
        };
        let mut back: BTreeMap<DatasetId, Back> = BTreeMap::new();
        // Oldest first: the version before the first of them is the one that comes back.
        let since = records.since(number).await?;
        if let Some(by) = taken_back_by(&since, number) {
            return Err(refuse(&format!(
                "it was taken back already, by change {by}"
            )));
        }
        for change in &since {
            let steps = change.steps.iter();
            for step in steps.filter(|step| step.taken_back_by.is_none()) {
                let (Some(version), Some(_)) = (step.version_before, step.version) else {
                    continue;
                };
                let entry = match back.entry(step.dataset.clone()) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(new) => new.insert(Back {
                        dataset: step.dataset.clone(),
                        version,
                        commits: Vec::new(),
                        renamed: renamed(&since, &step.dataset)?,
                    }),
                };
                entry.commits.push(step.commit.clone());
            }
        }
        let plan = match self.plan_back(&to).await? {
            Some(plan) => plan,
            None if back.is_empty() => return Err(refuse("its packs are the installed ones")),
            None => Plan::nothing(),
        };
        Ok(Job {
            kind: ChangeKind::Rollback,
            from: self.present().await?,
            to,
            plan: plan.with(back.keys()),
            takes_back: Some(number),
            back: back.into_values().collect(),
        })
    }

    async fn count_back(&self, job: &Job, back: &Back, progress: &Arc<Progress>) -> Result<Counts> {
        let mut bringing = Bringing::new(self, job, back, progress).await?;
        if bringing.is_untouched {
            return bringing.untouched().await;
        }
        bringing.run(None, None).await.map(|brought| brought.counts)
    }
}

impl Work<'_> {
    /// Brings the rows of one dataset back.
    pub(super) async fn bring_back(
        &self,
        step: &mut Step,
        back: &Back,
        conversions: &mut Vec<Conversion>,
    ) -> Result<()> {
        let lake = self.changes.inner.collector.lake();
        let declared = declared(self.job, &back.dataset)?;
        let mut conversion = lake.convert(spec(declared)).await?;
        step.version_before = conversion.before();
        step.commits = Some(true);
        let mut bringing = Bringing::new(self.changes, self.job, back, self.progress).await?;
        let operation = format!("pack change {}", self.number);
        let by = step.commit.clone();
        let records = &self.changes.inner.installed.records;
        let done = if bringing.is_untouched {
            step.counts = Some(bringing.untouched().await?);
            records.counted(self.number, step).await?;
            conversion.restore(by, back.version, &operation).await
        } else {
            let names = back.renamed.iter().flat_map(|(before, now)| [before, now]);
            conversion.leave(names.cloned().collect());
            let writer = conversion.writer()?;
            let moved = self.moved(step, declared).await?;
            let brought = bringing.run(Some(writer), moved).await?;
            step.counts = Some(brought.counts);
            records.counted(self.number, step).await?;
            self.progress.start(Phase::Committing, 0);
            if bringing.converts {
                conversion.replace(by, brought.files, &operation).await
            } else {
                conversion
                    .exchange(by, brought.gone, brought.files, &operation)
                    .await
            }
        };
        conversions.push(conversion);
        step.version = Some(done?.version);
        Ok(())
    }
}

/// The rollback that took a change back, of all changes since, oldest first. One that was taken back itself has taken nothing back.
fn taken_back_by(since: &[ChangeRecord], number: u64) -> Option<u64> {
    // Everything from the first number on is taken back by the second.
    let mut taken: Option<(u64, u64)> = None;
    for change in since.iter().rev() {
        let is_taken = taken.is_some_and(|(first, _)| first <= change.number);
        if let (Some(first), false) = (change.takes_back, is_taken) {
            taken = Some((first, change.number));
        }
    }
    let (first, by) = taken?;
    (first <= number && number < by).then_some(by)
}

/// The columns of a dataset that have another name since, each with the one that it has now.
pub(super) fn renamed(
    changes: &[ChangeRecord],
    dataset: &DatasetId,
) -> Result<BTreeMap<String, String>> {
    let mut renamed: BTreeMap<String, String> = BTreeMap::new();
    for change in changes {
        for of_dataset in change.planned()? {
            if of_dataset.dataset != *dataset {
                continue;
            }
            for (to, from) in of_dataset.renamed() {
                if let Some(now) = renamed.values_mut().find(|now| *now == from) {
                    to.clone_into(now);
                } else {
                    // A column that came later under a name that was there before is not the one of before.
                    let now = renamed.entry(from.to_owned());
                    now.or_insert_with(|| to.to_owned());
                }
            }
        }
    }
    Ok(renamed)
}

impl Back {
    /// The comparison with the declaration of before, in which renamed columns have their values under the present name.
    fn change(&self, job: &Job) -> DatasetChange {
        let mut change = job.plan(&self.dataset).map_or_else(
            || DatasetChange {
                dataset: self.dataset.clone(),
                changes: Vec::new(),
            },
            super::plan::DatasetPlan::change,
        );
        for (before, now) in &self.renamed {
            let is_column = |change: &Change| change.name.as_ref() == Some(before);
            change.changes.retain(|change| !is_column(change));
            change.changes.push(Change {
                what: What::ColumnRenamed,
                name: Some(before.clone()),
                from: Some(now.clone()),
                to: Some(before.clone()),
                effect: Effect::Convert,
            });
        }
        change
    }
}

/// The declaration afterwards, or the present one of a dataset that goes.
fn declared<'j>(job: &'j Job, dataset: &DatasetId) -> Result<&'j Dataset> {
    let declared = job.to.packs.dataset(dataset);
    declared
        .or_else(|| job.from.packs.dataset(dataset))
        .ok_or_else(|| Error::NoDataset(dataset.clone()))
}
