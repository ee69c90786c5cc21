//! Dry runs: what a change would do to stored rows, counted in the background and kept until the rows are others.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use super::apply::Job;
use super::changes::PackChanges;
use super::installed::Offered;
use super::plan::Plan;
use super::record::ChangeKind;
use crate::progress::{Phase, Progress};
use crate::{Result, collector::failure_of};

/// Between two looks whether the counting is over.
const LOOK: Duration = Duration::from_millis(20);
/// Dry runs that are remembered.
const KEPT: usize = 8;

/// A plan, with the counts of a dry run where there are some.
#[derive(Debug, Clone, PartialEq)]
pub struct Counted {
    pub plan: Plan,
    /// Whether a dry run is still under way.
    pub is_counting: bool,
}

impl PackChanges {
    /// What the packs that are offered now would do, with counts and samples; `None` when they are the installed ones.
    ///
    /// Rows are read in the background. When that takes longer than `wait`, the plan comes without its counts, and asking
    /// again goes on with the same dry run.
    pub async fn dry_run(&self, wait: Duration) -> Result<Option<Counted>> {
        let offered = self.offered().await?;
        let Some(plan) = self.plan_of(&offered).await? else {
            return Ok(None);
        };
        if !plan.datasets.iter().any(super::plan::DatasetPlan::is_read) {
            return Ok(Some(Counted {
                plan,
                is_counting: false,
            }));
        }
        let key = self.key(&plan).await?;
        let end = tokio::time::Instant::now() + wait;
        loop {
            if let Some(plan) = self.counted(&key) {
                return Ok(Some(Counted {
                    plan,
                    is_counting: false,
                }));
            }
            if self.progress().is_none() {
                self.start_counting(key.clone(), offered.clone(), plan.clone())
                    .await?;
            }
            if tokio::time::Instant::now() >= end {
                return Ok(Some(Counted {
                    plan,
                    is_counting: true,
                }));
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// What a dry run depends on: both packs, and the versions of the tables.
    async fn key(&self, plan: &Plan) -> Result<String> {
        let lake = self.inner.collector.lake();
        let mut key = format!("{} {}", plan.from.as_deref().unwrap_or_default(), plan.to);
        for dataset in &plan.datasets {
            if lake.has(&dataset.dataset) {
                let version = lake.version(&dataset.dataset).await?;
                let tail = lake.tail(&dataset.dataset).await?;
                key.push_str(&format!(" {}@{version:?}+{}", dataset.dataset, tail.rows));
            }
        }
        Ok(key)
    }

    fn counted(&self, key: &str) -> Option<Plan> {
        self.inner
            .counted
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .find(|(found, _)| found == key)
            .map(|(_, plan)| plan.clone())
    }

    async fn start_counting(&self, key: String, offered: Offered, plan: Plan) -> Result<()> {
        let progress = Arc::new(Progress::default());
        let job = Job {
            kind: ChangeKind::Change,
            from: self.present().await?,
            to: offered,
            plan,
            takes_back: None,
            back: Vec::new(),
        };
        self.set_progress(Some(Arc::clone(&progress)));
        let changes = self.clone();
        tokio::spawn(async move {
            let counted = changes.count_all(job, &progress).await;
            match counted {
                Ok(plan) => {
                    let mut all = changes
                        .inner
                        .counted
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner);
                    if all.len() >= KEPT {
                        all.remove(0);
                    }
                    all.push((key, plan));
                }
                Err(error) => {
                    let failure = failure_of(&error);
                    tracing::warn!(
                        code = failure.code,
                        error = failure.message,
                        "a dry run of a pack change failed"
                    );
                }
            }
            changes.set_progress(None);
        });
        Ok(())
    }

    async fn count_all(&self, mut job: Job, progress: &Arc<Progress>) -> Result<Plan> {
        let mut counts = Vec::new();
        for plan in &job.plan.datasets {
            let counted = if plan.is_read() {
                progress.start(Phase::Checking, 0);
                Some(self.count(&job, plan, progress).await?.counts)
            } else {
                None
            };
            counts.push(counted);
        }
        for (plan, counts) in job.plan.datasets.iter_mut().zip(counts) {
            plan.counts = counts;
        }
        Ok(std::mem::replace(&mut job.plan, Plan::nothing()))
    }
}
