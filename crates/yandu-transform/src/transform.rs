//! What refreshes models, and what is known of them.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use jiff::Timestamp;
use yandu_lake::{Derivation, Lake, Principal, ReadPoint, Session};
use yandu_pack::Packs;
use yandu_store::{DataFolder, Moment, Spans, Store};
use yandu_words::id::{BatchId, DatasetId};

use crate::model::{self, Declared, Planned};
use crate::progress::Progress;
use crate::run::{Mode, Run, RunDetail, RunStatus, Trigger};
use crate::store::{MIGRATIONS, Runs};
use crate::{Error, Result};

const RUNS: Spans = Spans {
    table: "model_run",
    began_at: "started_at",
    ended_at: "ended_at",
};

/// Refreshes models. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Transform {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) folder: DataFolder,
    pub(crate) store: Store,
    pub(crate) runs: Runs,
    pub(crate) lake: Lake,
    packs: RwLock<Arc<Packs>>,
    declared: RwLock<Arc<Vec<Declared>>>,
    /// What was found out of each model, with the query that it was found out of.
    derivations: Mutex<HashMap<DatasetId, (String, Arc<Derivation>)>>,
    /// Held by the one refresh that is under way.
    pub(crate) turn: tokio::sync::Mutex<()>,
    under_way: Mutex<HashMap<DatasetId, (BatchId, Arc<Progress>)>>,
    is_stopping: AtomicBool,
    /// Told when other packs are installed: what models say may be something else, with no row changed.
    pub(crate) has_other_packs: tokio::sync::Notify,
    #[cfg(test)]
    pub(crate) steps: crate::refresh::tests::Steps,
}

/// What became of a model in a round of refreshes.
#[derive(Debug)]
pub enum Refreshed {
    Ran(Box<Run>),
    /// Nothing that it reads had changed.
    Fresh,
    /// It was left as it is, and why.
    Left(String),
}

impl Transform {
    /// Opens the records of models, and settles what was under way when the process last ended. No table is touched but
    /// those of refreshes that were.
    pub async fn open(
        folder: DataFolder,
        store: Store,
        lake: Lake,
        packs: Arc<Packs>,
    ) -> Result<Self> {
        store.migrate("transform", MIGRATIONS).await?;
        let transform = Self {
            inner: Arc::new(Inner {
                runs: Runs::new(store.pool().clone()),
                folder,
                store,
                lake,
                declared: RwLock::new(Arc::new(model::read(&packs))),
                packs: RwLock::new(packs),
                derivations: Mutex::default(),
                turn: tokio::sync::Mutex::default(),
                under_way: Mutex::default(),
                is_stopping: AtomicBool::new(false),
                has_other_packs: tokio::sync::Notify::new(),
                #[cfg(test)]
                steps: crate::refresh::tests::Steps::default(),
            }),
        };
        transform.recover().await?;
        Ok(transform)
    }

    /// Takes other packs, such as those with a changed or a saved model. Their datasets are declared in the lake.
    pub fn set_packs(&self, packs: Arc<Packs>) {
        let declared = Arc::new(model::read(&packs));
        *self
            .inner
            .packs
            .write()
            .unwrap_or_else(PoisonError::into_inner) = packs;
        *self
            .inner
            .declared
            .write()
            .unwrap_or_else(PoisonError::into_inner) = declared;
        self.inner.has_other_packs.notify_one();
    }

    pub fn packs(&self) -> Arc<Packs> {
        Arc::clone(
            &self
                .inner
                .packs
                .read()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }

    pub fn lake(&self) -> &Lake {
        &self.inner.lake
    }

    pub(crate) fn declared(&self) -> Arc<Vec<Declared>> {
        Arc::clone(
            &self
                .inner
                .declared
                .read()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }

    pub(crate) fn session(&self) -> Session {
        self.session_at(ReadPoint::default())
    }

    /// Models are read for whoever runs the program: what a reader may see of them is decided when they are read.
    pub(crate) fn session_at(&self, at: ReadPoint) -> Session {
        self.inner
            .lake
            .session(&Principal::local_administrator(), at)
    }

    pub(crate) fn known_derivation(&self, id: &DatasetId, sql: &str) -> Option<Arc<Derivation>> {
        let known = lock(&self.inner.derivations);
        let (found, derivation) = known.get(id)?;
        (found == sql).then(|| Arc::clone(derivation))
    }

    pub(crate) fn know_derivation(&self, id: &DatasetId, sql: &str, found: &Arc<Derivation>) {
        lock(&self.inner.derivations).insert(id.clone(), (sql.to_owned(), Arc::clone(found)));
    }

    /// The file of what is kept of the groups of a model after a run.
    pub(crate) fn state_path(&self, model: &DatasetId, state: &str) -> PathBuf {
        self.state_folder(model).join(state)
    }

    pub(crate) fn state_folder(&self, model: &DatasetId) -> PathBuf {
        self.inner.folder.root().join("models").join(model.as_str())
    }

    /// Refreshes one model now, unless nothing that it reads has changed; the run says so then.
    pub async fn run(&self, id: &DatasetId, full: bool) -> Result<Run> {
        let model = self.planned_model(id).await?;
        let missing = self.missing_inputs(&model).await?;
        if !missing.is_empty() {
            return Err(Error::Waits {
                model: id.clone(),
                inputs: missing,
            });
        }
        self.refresh(&model, Trigger::Request, full).await
    }

    /// Refreshes the models that something changed for, in order, each after those that it reads. With `full` all of
    /// them, from all rows of their inputs; with `within` only those that are named.
    pub async fn run_all(
        &self,
        trigger: Trigger,
        full: bool,
        within: Option<&BTreeSet<DatasetId>>,
    ) -> Result<Vec<(DatasetId, Refreshed)>> {
        let mut failed: BTreeSet<DatasetId> = BTreeSet::new();
        let mut all = Vec::new();
        for planned in self.planned().await {
            if within.is_some_and(|within| !within.contains(&planned.id)) {
                continue;
            }
            if self.is_stopping() {
                break;
            }
            let id = planned.id.clone();
            let refreshed = self.run_next(planned, trigger, full, &failed).await?;
            let is_bad = match &refreshed {
                Refreshed::Ran(run) => run.status != RunStatus::Done,
                Refreshed::Fresh => false,
                Refreshed::Left(why) => {
                    tracing::info!(dataset.id = %id, why, "a model was left as it is");
                    true
                }
            };
            if is_bad {
                failed.insert(id.clone());
            }
            all.push((id, refreshed));
        }
        Ok(all)
    }

    async fn run_next(
        &self,
        planned: Planned,
        trigger: Trigger,
        full: bool,
        failed: &BTreeSet<DatasetId>,
    ) -> Result<Refreshed> {
        let model = match planned.model {
            Ok(model) => model,
            Err(error) => return Ok(Refreshed::Left(error.to_string())),
        };
        for input in model.derivation.inputs.intersection(failed) {
            if !self.is_absent(&model, input).await? {
                return Ok(Refreshed::Left(format!(
                    "it reads `{input}`, which is not up to date"
                )));
            }
        }
        let missing = self.missing_inputs(&model).await?;
        if !missing.is_empty() {
            let error = Error::Waits {
                model: model.id,
                inputs: missing,
            };
            return Ok(Refreshed::Left(error.to_string()));
        }
        if !full && trigger != Trigger::Request && self.has_failed_so(&model).await? {
            return Ok(Refreshed::Left(
                "its last refresh failed, and nothing has changed since".to_owned(),
            ));
        }
        if !full && self.stale(&model).await?.is_none() {
            return Ok(Refreshed::Fresh);
        }
        let run = self.refresh(&model, trigger, full).await?;
        Ok(
            if run.mode == Mode::Unchanged && run.status == RunStatus::Done {
                Refreshed::Fresh
            } else {
                Refreshed::Ran(Box::new(run))
            },
        )
    }

    /// The models that read a dataset, directly or through others.
    pub async fn downstream(&self, id: &DatasetId) -> BTreeSet<DatasetId> {
        let mut below = BTreeSet::new();
        for planned in self.planned().await {
            let Ok(model) = &planned.model else { continue };
            let inputs = &model.derivation.inputs;
            if inputs.contains(id) || !inputs.is_disjoint(&below) {
                below.insert(planned.id.clone());
            }
        }
        below
    }

    /// The runs of a model, newest first; of all models without one.
    pub async fn runs(
        &self,
        model: Option<&DatasetId>,
        before: Option<&BatchId>,
        limit: u32,
    ) -> Result<Vec<Run>> {
        self.inner.runs.list(model, before, limit).await
    }

    pub async fn run_detail(&self, id: &BatchId) -> Result<Option<RunDetail>> {
        self.inner.runs.detail(id).await
    }

    /// When runs began and ended: the moments after one and before a time, oldest first.
    pub async fn moments(
        &self,
        after: Option<&Moment>,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<Moment>> {
        let pool = self.inner.store.pool();
        Ok(RUNS.moments(pool, after, before, limit).await?)
    }

    /// How far a refresh under way has come; `None` when there is none.
    pub fn progress(&self, model: &DatasetId) -> Option<Arc<Progress>> {
        lock(&self.inner.under_way)
            .get(model)
            .map(|(_, progress)| Arc::clone(progress))
    }

    /// Whether a run is one of this process that has not ended.
    pub(crate) fn is_under_way(&self, run: &Run) -> bool {
        lock(&self.inner.under_way)
            .get(&run.model)
            .is_some_and(|(id, _)| *id == run.id)
    }

    pub(crate) fn begin(&self, run: &Run) -> Arc<Progress> {
        let progress = Arc::new(Progress::default());
        let entry = (run.id.clone(), Arc::clone(&progress));
        lock(&self.inner.under_way).insert(run.model.clone(), entry);
        progress
    }

    pub(crate) fn end(&self, run: &Run) {
        lock(&self.inner.under_way).remove(&run.model);
    }

    /// Number of refreshes under way.
    pub fn active(&self) -> usize {
        lock(&self.inner.under_way).len()
    }

    /// From now on no refresh begins.
    pub fn stop(&self) {
        self.inner.is_stopping.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.inner.is_stopping.load(Ordering::Relaxed)
    }

    /// Asks every refresh under way to stop and roll back.
    pub fn cancel_all(&self) {
        self.stop();
        for (_, progress) in lock(&self.inner.under_way).values() {
            progress.cancel();
        }
    }

    pub(crate) fn now(&self) -> jiff::Timestamp {
        self.inner.store.clock().now()
    }

    /// The id of a new run: its start to the microsecond, in UTC, as batches have it.
    pub(crate) async fn new_run_id(&self) -> Result<BatchId> {
        let now = self.inner.store.stamp().await?;
        let text = now.strftime("%Y%m%d-%H%M%S-%6f").to_string();
        crate::store::parsed(&text)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
