//! From a delivered file to a commit.

mod header_row;
mod mend;
mod repeated;
mod run;
mod whole;

pub(crate) use run::{failure_of, hints};

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use serde::Serialize;
use yandu_check::FindingCount;
use yandu_decode::Hints;
use yandu_lake::{Lake, Principal};
use yandu_pack::Packs;
use yandu_pack::declare::Origin;
use yandu_store::{DataFolder, Store};
use yandu_words::id::{BatchId, DatasetId, SourceId};

use crate::batch::{Batch, BatchDetail, BatchStatus, Failure};
use crate::channel::Channels;
use crate::form::Handed;
use crate::headers::Given;
use crate::keep::Keep;
use crate::progress::Progress;
use crate::store::{Batches, MIGRATIONS, mode_name};
use crate::totals::Totals;
use crate::working_days::WorkingDays;
use crate::write::OpenBatch;
use crate::{Error, Mode, Result};

pub use crate::store::BatchFilter;

/// One delivery, ready to be read: a file on this machine.
#[derive(Debug, Clone)]
pub struct Delivery {
    pub dataset: DatasetId,
    pub source: Option<SourceId>,
    /// The mode of the dataset's source when `None`; a report is one row beside the others, whatever is said.
    pub mode: Option<Mode>,
    pub path: PathBuf,
    /// What the delivery is called in the records: the name of the file, or what was asked of a source.
    pub name: String,
    /// The file belongs to the collection and is removed when it is done.
    pub temporary: bool,
    /// What is known about the form of the file; the source of the dataset fills the gaps.
    pub hints: Hints,
    /// What is known about its headers: the column that each stands for, or that it stands for none. Goes over what
    /// the dataset and the source declare.
    pub headers: Given,
    /// Where the next reading of the source starts once this delivery is collected.
    pub watermark: Option<String>,
    /// The source was compared with what it held before, so what it brings is new even where the same bytes came once.
    pub(crate) is_compared: bool,
    pub(crate) cause: Cause,
    /// The file is a report of a form, and is taken as a whole or not at all.
    pub(crate) report: Option<Handed>,
}

/// Why a delivery is collected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// Somebody hands it over, or asks for it.
    Asked,
    /// Nobody asked for it: its source was due.
    Due,
    /// A test of a pack gives it, also for a dataset that people fill.
    Trial,
}

impl Delivery {
    /// A file that somebody hands over for a dataset.
    pub fn file(dataset: DatasetId, path: PathBuf) -> Self {
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        Self {
            dataset,
            source: None,
            mode: None,
            path,
            name,
            temporary: false,
            hints: Hints::default(),
            headers: Given::new(),
            watermark: None,
            is_compared: false,
            cause: Cause::Asked,
            report: None,
        }
    }

    /// Whether rows of the dataset come this way.
    fn fits(&self, dataset: &yandu_pack::Dataset) -> bool {
        match dataset.file().origin {
            Origin::Collect => self.report.is_none(),
            Origin::Form => self.report.is_some() || self.cause == Cause::Trial,
            _ => false,
        }
    }
}

/// Who delivers what a source that was due has brought.
const AUTOMATIC: &str = "automatic-collection";

/// What a finished collection says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcome {
    /// `collected`, `unchanged` or `refused`; `rolled-back` when something around the delivery failed.
    pub status: BatchStatus,
    pub dataset: DatasetId,
    pub batch: BatchId,
    pub mode: Mode,
    pub rows_in: u64,
    pub rows_kept: u64,
    pub rows_superseded: u64,
    pub rows_quarantined: u64,
    pub rows_deleted: u64,
    pub version: Option<u64>,
    pub encoding: Option<String>,
    pub score: Option<f64>,
    pub findings: Vec<FindingCount>,
    pub report: Option<serde_json::Value>,
    pub error: Option<Failure>,
}

impl From<BatchDetail> for Outcome {
    fn from(detail: BatchDetail) -> Self {
        let batch = detail.batch;
        Self {
            status: batch.status,
            encoding: batch.encoding().map(ToOwned::to_owned),
            dataset: batch.dataset,
            batch: batch.id,
            mode: batch.mode,
            rows_in: batch.rows_in,
            rows_kept: batch.rows_kept,
            rows_superseded: batch.rows_superseded,
            rows_quarantined: batch.rows_quarantined,
            rows_deleted: batch.rows_deleted,
            version: batch.version,
            score: batch.score.and_then(|score| score.total),
            findings: detail.findings,
            report: batch.report,
            error: batch.error,
        }
    }
}

/// Collects deliveries. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Collector {
    pub(crate) inner: Arc<Inner>,
}

/// A lock for each dataset.
type Turns = Mutex<HashMap<DatasetId, Arc<tokio::sync::Mutex<()>>>>;

pub(crate) struct Inner {
    pub(crate) folder: DataFolder,
    pub(crate) store: Store,
    pub(crate) batches: Batches,
    pub(crate) lake: Lake,
    pub(crate) packs: RwLock<Arc<Packs>>,
    pub(crate) keep: Keep,
    pub(crate) threads: usize,
    under_way: Mutex<HashMap<BatchId, Arc<Progress>>>,
    /// One collection a dataset at a time.
    turns: Turns,
    /// One submission to a form at a time.
    reporting: Turns,
    pub(crate) open_batches: Mutex<HashMap<DatasetId, Arc<tokio::sync::Mutex<OpenBatch>>>>,
    pub(crate) channels: Channels,
    pub(crate) working_days: WorkingDays,
    pub(crate) totals: Mutex<Totals>,
    /// The newest backup, under way or done.
    pub(crate) backup: Mutex<Option<Arc<crate::backup::Backup>>>,
    /// Rows are written one by one while others hold it, too; a change of the packs holds it alone.
    pub(crate) writing_rows: tokio::sync::RwLock<()>,
    /// One change of the packs at a time.
    pub(crate) changing_packs: tokio::sync::Mutex<()>,
}

impl Collector {
    /// Opens the records of collection, and settles what was under way when the process last ended.
    pub async fn open(
        folder: DataFolder,
        store: Store,
        lake: Lake,
        packs: Arc<Packs>,
        threads: usize,
    ) -> Result<Self> {
        store.migrate("collect", MIGRATIONS).await?;
        store.migrate("change", crate::change::MIGRATIONS).await?;
        store.migrate("form", crate::form::MIGRATIONS).await?;
        let collector = Self {
            inner: Arc::new(Inner {
                batches: Batches::new(store.pool().clone()),
                keep: Keep::new(folder.raw(), folder.staging()),
                folder,
                store,
                lake,
                packs: RwLock::new(packs),
                threads,
                under_way: Mutex::default(),
                turns: Turns::default(),
                reporting: Turns::default(),
                open_batches: Mutex::default(),
                channels: Channels::default(),
                working_days: WorkingDays::default(),
                totals: Mutex::default(),
                backup: Mutex::default(),
                writing_rows: tokio::sync::RwLock::default(),
                changing_packs: tokio::sync::Mutex::default(),
            }),
        };
        collector.recover().await?;
        collector.look_at_marked_references().await?;
        Ok(collector)
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

    /// Goes on with other packs. Rows that are written from now on belong to batches of their own.
    pub(crate) fn set_packs(&self, packs: Arc<Packs>) {
        self.settle(packs);
        self.inner
            .open_batches
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    /// Goes on with the same packs, of whose fields something else is settled.
    pub(crate) fn settle(&self, packs: Arc<Packs>) {
        *self
            .inner
            .packs
            .write()
            .unwrap_or_else(PoisonError::into_inner) = packs;
    }

    /// The records of changes of the packs.
    pub(crate) fn pack_records(&self) -> crate::change::Records {
        crate::change::Records::new(self.inner.store.pool().clone())
    }

    pub fn lake(&self) -> &Lake {
        &self.inner.lake
    }

    /// The records, with those of other modules.
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    pub fn folder(&self) -> &DataFolder {
        &self.inner.folder
    }

    /// The bytes of batches as they came.
    pub fn keep(&self) -> &Keep {
        &self.inner.keep
    }

    /// Records the delivery and starts to collect it; the handle ends with what became of it.
    pub async fn start(
        &self,
        principal: &Principal,
        delivery: Delivery,
    ) -> Result<(BatchId, tokio::task::JoinHandle<Result<Outcome>>)> {
        let packs = self.packs();
        let dataset = packs
            .dataset(&delivery.dataset)
            .ok_or_else(|| Error::NoDataset(delivery.dataset.clone()))?;
        if !delivery.fits(dataset) {
            return Err(Error::NotCollected(delivery.dataset));
        }
        check_columns(dataset, &delivery.headers)?;
        let (source, mode) = if delivery.report.is_some() {
            // A form is filled beside whatever folder its dataset may have.
            (delivery.source.clone(), Mode::Upsert)
        } else {
            let source = source_of(&packs, delivery.source.as_ref(), &delivery.dataset);
            let declared = || Some(packs.source(source.as_ref()?)?.file().mode);
            let mode = delivery.mode.or_else(declared);
            (source, mode.unwrap_or(Mode::Snapshot))
        };
        if mode == Mode::Upsert && dataset.file().key.is_empty() {
            return Err(Error::NoKey(delivery.dataset));
        }
        let mut batch = Batch::new(
            self.new_batch_id().await?,
            delivery.dataset.clone(),
            BatchStatus::Running,
            mode,
            delivery.name.clone(),
            principal,
            self.now(),
        );
        batch.source = source;
        // A report has a sender of its own.
        if delivery.cause == Cause::Due && delivery.report.is_none() {
            AUTOMATIC.clone_into(&mut batch.delivered_by);
        }
        self.recover().await?;
        let progress = Arc::new(Progress::default());
        self.under_way()
            .insert(batch.id.clone(), Arc::clone(&progress));
        if let Err(error) = self.inner.batches.insert(&batch).await {
            self.done(&batch.id);
            return Err(error);
        }
        tracing::info!(
            dataset.id = %batch.dataset,
            batch.id = %batch.id,
            mode = mode_name(mode),
            "collection started"
        );
        let id = batch.id.clone();
        let collector = self.clone();
        let handle =
            tokio::spawn(async move { collector.carry_out(batch, delivery, progress).await });
        Ok((id, handle))
    }

    /// Stops a collection that is under way and rolls it back; the record says so when this returns.
    pub async fn cancel(&self, principal: &Principal, id: &BatchId) -> Result<BatchDetail> {
        let under_way = self.progress(id).filter(|progress| progress.cancel());
        let Some(progress) = under_way else {
            return Err(Error::NotCancellable {
                batch: id.clone(),
                status: self.inner.batches.find(id).await?.status.name(),
            });
        };
        tracing::info!(batch.id = %id, principal = principal.name(), "collection cancelled");
        progress.done().await;
        self.batch(id).await
    }

    /// Collects a delivery and says what became of it.
    pub async fn collect(&self, principal: &Principal, delivery: Delivery) -> Result<Outcome> {
        let (_, handle) = self.start(principal, delivery).await?;
        handle.await?
    }

    pub async fn batch(&self, id: &BatchId) -> Result<BatchDetail> {
        self.inner.batches.detail(id).await
    }

    /// The dataset that a batch is a delivery of.
    pub async fn dataset_of(&self, id: &BatchId) -> Result<DatasetId> {
        Ok(self.inner.batches.find(id).await?.dataset)
    }

    /// The batch of an id, or the newest collected batch of a dataset.
    pub async fn batch_named(&self, name: &str) -> Result<BatchId> {
        let Ok(dataset) = name.parse::<DatasetId>() else {
            return crate::store::parse_id(name);
        };
        if self.packs().dataset(&dataset).is_none() {
            return Err(Error::NoDataset(dataset));
        }
        let filter = BatchFilter {
            dataset: Some(dataset),
            status: Some(BatchStatus::Collected),
            limit: 1,
            ..BatchFilter::default()
        };
        let newest = self.inner.batches.list(&filter).await?.into_iter().next();
        newest
            .map(|batch| batch.id)
            .ok_or_else(|| Error::NoBatch(name.to_owned()))
    }

    pub async fn batches(&self, filter: &BatchFilter) -> Result<Vec<Batch>> {
        self.inner.batches.list(filter).await
    }

    /// The newest batch of each dataset that has one.
    pub async fn newest_batches(&self) -> Result<HashMap<DatasetId, Batch>> {
        let packs = self.packs();
        let datasets: Vec<&DatasetId> = packs.datasets().map(yandu_pack::Dataset::id).collect();
        let newest = self.inner.batches.newest_of_datasets(&datasets).await?;
        Ok(newest
            .into_iter()
            .map(|batch| (batch.dataset.clone(), batch))
            .collect())
    }

    /// Those of a dataset's batches that have a record; a release or an undoing is a commit without one.
    pub async fn recorded(&self, dataset: &DatasetId) -> Result<HashSet<BatchId>> {
        self.inner.batches.ids(dataset).await
    }

    /// The newest batch of each source that has one.
    pub async fn newest_batches_of_sources(&self) -> Result<HashMap<SourceId, Batch>> {
        let packs = self.packs();
        let sources: Vec<&SourceId> = packs.sources().map(yandu_pack::Source::id).collect();
        let newest = self.inner.batches.newest_of_sources(&sources).await?;
        Ok(newest
            .into_iter()
            .filter_map(|batch| Some((batch.source.clone()?, batch)))
            .collect())
    }

    /// How far a collection under way has come; `None` once it is settled.
    pub fn progress(&self, id: &BatchId) -> Option<Arc<Progress>> {
        self.under_way().get(id).cloned()
    }

    /// Number of collections under way.
    pub fn active(&self) -> usize {
        self.under_way().len()
    }

    /// Asks every collection under way to stop and roll back, and a backup to stop.
    pub fn cancel_all(&self) {
        if let Some(backup) = self.newest_backup() {
            backup.progress().cancel();
        }
        for progress in self.under_way().values() {
            progress.cancel();
        }
    }

    pub(crate) fn done(&self, id: &BatchId) {
        self.under_way().remove(id);
    }

    fn under_way(&self) -> std::sync::MutexGuard<'_, HashMap<BatchId, Arc<Progress>>> {
        self.inner
            .under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The lock of a dataset: whoever changes its rows holds it.
    pub(crate) fn turn(&self, dataset: &DatasetId) -> Arc<tokio::sync::Mutex<()>> {
        turn_of(&self.inner.turns, dataset)
    }

    /// The lock of a form: whoever takes a report of it holds it.
    pub(crate) fn reporting(&self, dataset: &DatasetId) -> Arc<tokio::sync::Mutex<()>> {
        turn_of(&self.inner.reporting, dataset)
    }

    pub(crate) fn now(&self) -> jiff::Timestamp {
        self.inner.store.clock().now()
    }

    pub(crate) async fn new_batch_id(&self) -> Result<BatchId> {
        crate::store::new_id(&self.inner.store).await
    }
}

fn turn_of(turns: &Turns, dataset: &DatasetId) -> Arc<tokio::sync::Mutex<()>> {
    let mut turns = turns.lock().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(turns.entry(dataset.clone()).or_default())
}

/// The source that a delivery comes from: the one it names, or the first of its dataset.
pub(crate) fn source_of(
    packs: &Packs,
    named: Option<&SourceId>,
    dataset: &DatasetId,
) -> Option<SourceId> {
    named.cloned().or_else(|| {
        let mut sources = packs.sources();
        let first = sources.find(|source| source.file().dataset == *dataset)?;
        Some(first.id().clone())
    })
}

/// Refuses a delivery that puts a header under a column that its dataset does not have.
pub(crate) fn check_columns(dataset: &yandu_pack::Dataset, headers: &Given) -> Result<()> {
    for column in headers.values().flatten() {
        if !dataset
            .file()
            .columns
            .keys()
            .any(|name| name.as_str() == column)
        {
            return Err(Error::NoColumn {
                dataset: dataset.id().clone(),
                column: column.clone(),
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
