//! Doing a change: one table after the other is committed, then readers see all of it.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use futures::TryStreamExt;
use tokio::sync::OwnedMutexGuard;
use yandu_check::key::{KeySet, hash_rows};
use yandu_lake::{Conversion, Principal, ReadPoint, Session};
use yandu_pack::declare::{CheckKind, Level, ReferenceTarget};
use yandu_pack::{Dataset, Packs};
use yandu_words::id::DatasetId;

use super::WATCHED;
use super::changes::PackChanges;
use super::installed::Offered;
use super::look::{Looked, Looking, Reread, reading_spec};
use super::note::to_note;
use super::plan::{DatasetPlan, Plan, gone, specs};
use super::record::{Begun, ChangeKind, ChangeRecord, Step};
use super::rollback::Back;
use super::work::{Work, read};
use crate::notice::Notices;
use crate::progress::Progress;
use crate::quarantine::discard;
use crate::trial::spec;
use crate::{Error, Result, expectation};

/// A change that is to be done.
pub(super) struct Job {
    pub(super) kind: ChangeKind,
    pub(super) from: Offered,
    pub(super) to: Offered,
    pub(super) plan: Plan,
    pub(super) takes_back: Option<u64>,
    /// Datasets whose rows are as they were before some changes again.
    pub(super) back: Vec<Back>,
}

impl Job {
    /// The datasets that are committed, each after those that it refers to.
    fn datasets(&self) -> Vec<DatasetId> {
        let ids = self.to.packs.datasets().map(Dataset::id);
        let mut datasets: Vec<DatasetId> = ids
            .filter(|id| {
                let is_read = |plan: &DatasetPlan| plan.dataset == **id && plan.is_read();
                self.plan.datasets.iter().any(is_read) || self.back(id).is_some()
            })
            .cloned()
            .collect();
        // Rows may come back to a dataset that is gone by then.
        let rest = self.back.iter().map(|back| &back.dataset);
        let rest: Vec<DatasetId> = rest.filter(|id| !datasets.contains(id)).cloned().collect();
        datasets.extend(rest);
        datasets
    }

    pub(super) fn back(&self, dataset: &DatasetId) -> Option<&Back> {
        self.back.iter().find(|back| back.dataset == *dataset)
    }

    pub(super) fn plan(&self, dataset: &DatasetId) -> Option<&DatasetPlan> {
        let mut plans = self.plan.datasets.iter();
        plans.find(|plan| plan.dataset == *dataset)
    }
}

impl PackChanges {
    /// Installs what is offered now, and does to stored rows what that takes.
    ///
    /// `seen` is the digest of the packs whose plan somebody saw: others than those are not applied.
    pub async fn apply(
        &self,
        principal: &Principal,
        reason: &str,
        seen: Option<&str>,
    ) -> Result<ChangeRecord> {
        require(reason)?;
        let _one = self.one()?;
        let offered = self.offered().await?;
        self.install(principal, reason, offered, seen).await
    }

    /// The right to change packs, which one has at a time.
    pub(super) fn one(&self) -> Result<tokio::sync::MutexGuard<'_, ()>> {
        let changing = &self.inner.collector.inner.changing_packs;
        changing.try_lock().map_err(|_| Error::PackChangeUnderWay)
    }

    pub(super) async fn install(
        &self,
        principal: &Principal,
        reason: &str,
        offered: Offered,
        seen: Option<&str>,
    ) -> Result<ChangeRecord> {
        if seen.is_some_and(|seen| seen != offered.state.digest) {
            return Err(Error::PackChangeMoved);
        }
        let plan = self.plan_of(&offered).await?.ok_or(Error::NoPackOffer)?;
        let job = Job {
            kind: ChangeKind::Change,
            from: self.present().await?,
            to: offered,
            plan,
            takes_back: None,
            back: Vec::new(),
        };
        self.carry_out(principal, reason, &job).await
    }

    /// Does a change as a whole, or leaves everything as it was.
    pub(super) async fn carry_out(
        &self,
        principal: &Principal,
        reason: &str,
        job: &Job,
    ) -> Result<ChangeRecord> {
        let collector = &self.inner.collector;
        let records = &self.inner.installed.records;
        self.inner.installed.keep(&job.to)?;
        let progress = Arc::new(Progress::default());
        self.set_progress(Some(Arc::clone(&progress)));
        let turns = self.turns(job).await;
        let _turns = turns.inspect_err(|_| self.set_progress(None))?;
        let writing = collector.inner.writing_rows.write().await;
        let mut steps = Vec::new();
        for dataset in job.datasets() {
            steps.push(Step {
                dataset,
                commit: collector.new_batch_id().await?,
                version_before: None,
                version: None,
                commits: None,
                counts: None,
                taken_back_by: None,
            });
        }
        for step in &steps {
            let batches = &collector.inner.batches;
            batches.mark(&step.dataset, &step.commit).await?;
        }
        let number = records
            .begin(&Begun {
                kind: job.kind,
                from: job.plan.from.as_deref(),
                to: &job.to.state,
                by: principal.name(),
                reason,
                plan: &serde_json::to_value(&job.plan)?,
                takes_back: job.takes_back,
                at: collector.now(),
                steps: &steps,
            })
            .await?;
        tracing::info!(
            change.number = number,
            principal = principal.name(),
            "changing the packs"
        );
        self.at_step("begun").await;
        let mut conversions = Vec::new();
        let mut work = Work {
            changes: self,
            job,
            number,
            progress: &progress,
        };
        let mut done = work.steps(&mut steps, &mut conversions).await;
        if done.is_ok() {
            done = records
                .applied(number, &steps, &job.to.packs, collector.now())
                .await;
        }
        self.set_progress(None);
        self.at_step("recorded").await;
        if let Err(error) = done {
            self.take_back(number, &steps, conversions).await?;
            return Err(error);
        }
        let packs = self.settled(&job.to.packs).await;
        let gone = gone(&job.from.packs, &packs);
        let lake = collector.lake();
        lake.switch(conversions, specs(&packs), &gone).await?;
        collector.set_packs(Arc::clone(&packs));
        drop(writing);
        tracing::info!(
            change.number = number,
            packs.digest = job.to.state.digest,
            "packs installed"
        );
        self.tell_all(&packs).await;
        self.tell_changed(&records.change(number).await?).await;
        Notices::new(collector.inner.store.pool())
            .settle_waiting(collector.now())
            .await?;
        self.note_all(number, job, &steps).await?;
        for step in &steps {
            if lake.has(&step.dataset) {
                collector.look_at_references(&step.dataset).await;
            }
        }
        records.change(number).await
    }

    /// Lets findings and scores speak of the rules of now.
    async fn note_all(&self, number: u64, job: &Job, steps: &[Step]) -> Result<()> {
        if let Some(taken_back) = job.takes_back {
            return self.note_as_before(taken_back).await;
        }
        for step in steps {
            if let Some(counts) = &step.counts {
                self.note(number, &job.to.packs, &step.dataset, counts)
                    .await?;
            }
        }
        self.note_again(&to_note(&job.plan)).await
    }

    /// The turns of all datasets that the change is about: nobody collects, undoes or releases rows of them meanwhile.
    async fn turns(&self, job: &Job) -> Result<Vec<OwnedMutexGuard<()>>> {
        let of_plan = job.plan.datasets.iter().map(|plan| &plan.dataset);
        let of_back = job.back.iter().map(|back| &back.dataset);
        // In one order, so that two changes never wait for each other.
        let datasets: BTreeSet<&DatasetId> = of_plan.chain(of_back).collect();
        let mut turns = Vec::with_capacity(datasets.len());
        for dataset in datasets {
            turns.push(self.inner.collector.settled_turn(dataset).await?);
        }
        Ok(turns)
    }

    /// Undoes what was committed of a change that failed.
    async fn take_back(
        &self,
        number: u64,
        steps: &[Step],
        conversions: Vec<Conversion>,
    ) -> Result<()> {
        let collector = &self.inner.collector;
        for conversion in conversions {
            let by = collector.new_batch_id().await?;
            conversion
                .undo(by, &format!("undo pack change {number}"))
                .await?;
        }
        for step in steps {
            discard(&collector.folder().quarantine(), &step.commit)?;
        }
        let records = &self.inner.installed.records;
        records.undone(number, collector.now()).await?;
        tracing::warn!(
            change.number = number,
            "the change of the packs failed; everything is as it was"
        );
        Ok(())
    }

    /// What a change of one dataset would do, found out by reading its rows.
    pub(super) async fn count(
        &self,
        job: &Job,
        plan: &DatasetPlan,
        progress: &Arc<Progress>,
    ) -> Result<Looked> {
        let Some(after) = job.to.packs.dataset(&plan.dataset) else {
            return Err(Error::NoDataset(plan.dataset.clone()));
        };
        let table = spec(after);
        let stored = self.inner.collector.lake().stored(&table).await?;
        let before = job.from.packs.dataset(&plan.dataset);
        let change = plan.change();
        let stored = stored.as_ref().map(|stored| &stored.schema);
        let from = reading_spec(before, &table, stored, Some(&change));
        let me = Principal::local_administrator();
        let lake = self.inner.collector.lake();
        let targets = lake.session(&me, ReadPoint::default());
        let known = self.hard_keys(&job.to.packs, after, &targets).await?;
        let expectations = Arc::new(expectation::compile(&job.to.packs, after, &known)?);
        let reread = Reread::new(before, after, &change, &from, expectations);
        let session = lake.session_with(&me, ReadPoint::default(), vec![from.clone()], false)?;
        let query = reread.query(&plan.dataset);
        read(&session, &query, Looking::counting(reread), progress).await
    }

    /// The keys of the datasets that hard references point at.
    pub(super) async fn hard_keys(
        &self,
        packs: &Packs,
        dataset: &Dataset,
        session: &Session,
    ) -> Result<HashMap<ReferenceTarget, Arc<KeySet>>> {
        let mut known = HashMap::new();
        for check in &dataset.file().checks {
            let (CheckKind::References { target, .. }, Level::Hard) = (&check.kind, check.level)
            else {
                continue;
            };
            let Some(column) = expectation::target_column(packs, target) else {
                continue;
            };
            let mut keys = KeySet::default();
            if self.inner.collector.lake().has(&target.dataset) {
                let sql = format!("SELECT \"{column}\" FROM {}", target.dataset);
                let mut rows = session.clone().within(WATCHED).query(&sql).await?;
                while let Some(rows) = rows.try_next().await? {
                    keys.extend(
                        hash_rows(rows.columns(), rows.num_rows())
                            .into_iter()
                            .flatten(),
                    );
                }
            }
            known.insert(target.clone(), Arc::new(keys));
        }
        Ok(known)
    }
}

pub(super) fn require(reason: &str) -> Result<()> {
    if reason.trim().is_empty() {
        Err(Error::NoReason)
    } else {
        Ok(())
    }
}
