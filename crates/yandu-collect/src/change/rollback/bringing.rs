//! The rows of one dataset on their way back.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use arrow::array::{BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use futures::TryStreamExt;
use yandu_check::key::{Key, KeySet, hash_rows};
use yandu_lake::{FileWriter, NewFile, Places, Principal, ReadPoint, Session, TableSpec};
use yandu_pack::Dataset;
use yandu_words::id::BatchId;

use super::former::Former;
use super::{Back, declared};
use crate::batch::BatchStatus;
use crate::change::WATCHED;
use crate::change::apply::Job;
use crate::change::cells::{places, record_of, text_of};
use crate::change::changes::PackChanges;
use crate::change::look::{Counts, Looking, Reread, reading_spec};
use crate::collector::BatchFilter;
use crate::progress::Progress;
use crate::quarantine::{Moved, QuarantinedRow, Reason, RowState, SUPERSEDED, moved_places};
use crate::trial::spec;
use crate::{Error, Result, expectation};

/// Rows on their way back.
pub(super) struct Bringing<'a> {
    changes: &'a PackChanges,
    back: &'a Back,
    progress: &'a Arc<Progress>,
    declared: &'a Dataset,
    /// What the packs that go say of it.
    present: Option<&'a Dataset>,
    /// Reads the rows that are there.
    now: Session,
    now_query: String,
    /// Reads the rows that were there.
    then: Session,
    then_select: Vec<String>,
    key: Vec<String>,
    reread: Option<Reread>,
    pub(super) converts: bool,
    pub(super) is_untouched: bool,
    /// Whether a later delivery took the place of all rows.
    is_replaced: bool,
    undone: HashSet<BatchId>,
}

/// What came of it.
pub(super) struct Brought {
    pub(super) counts: Counts,
    pub(super) gone: Places,
    pub(super) files: Vec<NewFile>,
}

impl<'a> Bringing<'a> {
    pub(super) async fn new(
        changes: &'a PackChanges,
        job: &'a Job,
        back: &'a Back,
        progress: &'a Arc<Progress>,
    ) -> Result<Self> {
        let collector = &changes.inner.collector;
        let lake = collector.lake();
        let declared = declared(job, &back.dataset)?;
        let table = spec(declared);
        let stored = lake.stored(&table).await?;
        let stored = stored.as_ref().map(|stored| &stored.schema);
        let present = job.from.packs.dataset(&back.dataset);
        let change = back.change(job);
        let from = reading_spec(present, &table, stored, Some(&change));
        let me = Principal::local_administrator();
        let known = changes
            .hard_keys(
                &job.to.packs,
                declared,
                &lake.session(&me, ReadPoint::default()),
            )
            .await?;
        let expectations = Arc::new(expectation::compile(&job.to.packs, declared, &known)?);
        let reread = Reread::new(present, declared, &change, &from, expectations);
        let then_spec = reading_spec(Some(declared), &table, stored, None);
        let at = ReadPoint {
            versions: BTreeMap::from([(back.dataset.clone(), back.version)]),
            ..ReadPoint::default()
        };
        let later = lake.commits_after(&back.dataset, back.version).await?;
        let ours = |batch: &Option<BatchId>| {
            batch
                .as_ref()
                .is_some_and(|batch| back.commits.contains(batch))
        };
        let filter = BatchFilter {
            dataset: Some(back.dataset.clone()),
            status: Some(BatchStatus::Undone),
            limit: u32::MAX,
            ..BatchFilter::default()
        };
        let undone = collector.batches(&filter).await?;
        Ok(Self {
            now_query: reread.query(&back.dataset),
            now: lake.session_with(&me, ReadPoint::default(), vec![from], false)?,
            then_select: names(&then_spec),
            then: lake.session_with(&me, at, vec![then_spec], false)?,
            key: declared
                .file()
                .key
                .iter()
                .map(ToString::to_string)
                .collect(),
            converts: reread.converts,
            reread: Some(reread),
            is_untouched: later
                .iter()
                .all(|commit| ours(&commit.batch) || commit.change == "compact"),
            is_replaced: later.iter().any(|commit| {
                !ours(&commit.batch) && matches!(commit.change.as_str(), "replace" | "restore")
            }),
            undone: undone.into_iter().map(|batch| batch.id).collect(),
            changes,
            back,
            progress,
            declared,
            present,
        })
    }

    /// The counts of a table that becomes what it was.
    pub(super) async fn untouched(&self) -> Result<Counts> {
        let mut counts = Counts::default();
        let (mut there, mut then) = (Places::default(), 0);
        self.each(&self.now, &self.now_places(), |rows| {
            let (batches, numbers) = places(rows).ok_or(Error::WorkerPanicked)?;
            for (batch, number) in batches.iter().zip(&numbers) {
                there.insert(batch, *number);
            }
            Ok(())
        })
        .await?;
        self.each(&self.then, &self.now_places(), |rows| {
            let (batches, numbers) = places(rows).ok_or(Error::WorkerPanicked)?;
            for (batch, number) in batches.iter().zip(&numbers) {
                then += 1;
                counts.returned += u64::from(!there.contains(batch, *number));
            }
            Ok(())
        })
        .await?;
        counts.rows = then;
        Ok(counts)
    }

    fn now_places(&self) -> String {
        format!("SELECT \"_batch\", \"_row\" FROM {}", self.back.dataset)
    }

    fn then_query(&self) -> String {
        let columns: Vec<String> = self
            .then_select
            .iter()
            .map(|name| format!("\"{name}\""))
            .collect();
        format!("SELECT {} FROM {}", columns.join(", "), self.back.dataset)
    }

    async fn each(
        &self,
        session: &Session,
        sql: &str,
        mut take: impl FnMut(&RecordBatch) -> Result<()>,
    ) -> Result<()> {
        let mut rows = session.clone().within(WATCHED).query(sql).await?;
        while let Some(rows) = rows.try_next().await? {
            if self.progress.is_cancelled() {
                return Err(Error::Cancelled);
            }
            take(&rows)?;
            self.progress.advance(0, rows.num_rows() as u64);
        }
        Ok(())
    }

    fn keys(&self, rows: &RecordBatch) -> Vec<Option<Key>> {
        let columns: Option<Vec<_>> = self
            .key
            .iter()
            .map(|name| rows.column_by_name(name).cloned())
            .collect();
        match columns {
            Some(columns) if !columns.is_empty() => hash_rows(&columns, rows.num_rows()),
            _ => vec![None; rows.num_rows()],
        }
    }

    /// Without a writer and a place for moved rows it only counts.
    pub(super) async fn run(
        &mut self,
        writer: Option<FileWriter>,
        moved: Option<Moved>,
    ) -> Result<Brought> {
        let folder = self.changes.inner.collector.folder().quarantine();
        let commits: BTreeSet<String> = self.back.commits.iter().map(ToString::to_string).collect();
        let quarantined =
            tokio::task::spawn_blocking(move || moved_places(&folder, &commits)).await??;
        let mut there = Places::default();
        self.each(&self.now, &self.now_places(), |rows| {
            let (batches, numbers) = places(rows).ok_or(Error::WorkerPanicked)?;
            for (batch, number) in batches.iter().zip(&numbers) {
                there.insert(batch, *number);
            }
            Ok(())
        })
        .await?;
        let reread = self.reread.take().ok_or(Error::WorkerPanicked)?;
        let mut looking = Looking::bringing(reread, writer, moved);
        let outcome = self.passes(&mut looking, &quarantined, &there).await;
        let (returned, superseded) = match outcome {
            Ok(counted) => counted,
            Err(error) => {
                looking.abandon();
                return Err(error);
            }
        };
        let looked = tokio::task::spawn_blocking(move || looking.finish()).await??;
        let mut counts = looked.counts;
        counts.returned = returned;
        counts.superseded = superseded;
        Ok(Brought {
            counts,
            gone: looked.gone,
            files: looked.files,
        })
    }

    /// Rows that stay with the values that they had, then those that came later, then those that come back.
    async fn passes(
        &self,
        looking: &mut Looking,
        quarantined: &Places,
        there: &Places,
    ) -> Result<(u64, u64)> {
        let mut then = Places::default();
        let mut keys = KeySet::default();
        let mut former = Former::new(self.declared, self.present, &self.back.renamed);
        self.each(&self.then, &self.then_query(), |rows| {
            let (batches, numbers) = places(rows).ok_or(Error::WorkerPanicked)?;
            let found = self.keys(rows);
            let mut stays = Vec::with_capacity(rows.num_rows());
            let mut released = Vec::with_capacity(rows.num_rows());
            for ((batch, number), key) in batches.iter().zip(&numbers).zip(found) {
                then.insert(batch, *number);
                let was_moved = quarantined.contains(batch, *number);
                let is_there = there.contains(batch, *number);
                keys.extend(key.filter(|_| is_there && !was_moved));
                stays.push(Some(is_there && !was_moved));
                released.push(Some(is_there && was_moved));
            }
            let released = BooleanArray::from(released);
            if released.true_count() > 0 {
                former.keep(filter_record_batch(rows, &released)?)?;
            }
            if self.converts {
                looking.pass_through(&filter_record_batch(rows, &BooleanArray::from(stays))?)?;
            }
            Ok(())
        })
        .await?;
        looking.know(keys);
        self.each(&self.now, &self.now_query, |rows| {
            let (batches, numbers) = places(rows).ok_or(Error::WorkerPanicked)?;
            let is_later = |(batch, number): (&&str, &i64)| {
                Some(!then.contains(batch, *number) || quarantined.contains(batch, *number))
            };
            let later: BooleanArray = batches.iter().zip(&numbers).map(is_later).collect();
            if later.true_count() > 0 {
                let later = former.fill(filter_record_batch(rows, &later)?)?;
                looking.take(&later)?;
            }
            Ok(())
        })
        .await?;
        let (mut returned, mut superseded) = (0, 0);
        self.each(&self.then, &self.then_query(), |rows| {
            let (batches, numbers) = places(rows).ok_or(Error::WorkerPanicked)?;
            let found = self.keys(rows);
            let mut comes = vec![Some(false); rows.num_rows()];
            for (row, key) in found.into_iter().enumerate() {
                let (Some(batch), Some(number)) = (batches.get(row), numbers.get(row)) else {
                    continue;
                };
                if !quarantined.contains(batch, *number) || there.contains(batch, *number) {
                    continue;
                }
                let batch: BatchId = crate::store::parse_id(batch)?;
                if self.undone.contains(&batch) {
                    continue;
                }
                if self.is_replaced || key.is_some_and(|key| !looking.claim(key)) {
                    superseded += 1;
                    looking.keep_quarantined(self.superseded(rows, row, batch, *number))?;
                } else {
                    returned += 1;
                    if let Some(comes) = comes.get_mut(row) {
                        *comes = Some(true);
                    }
                }
            }
            looking.pass_through(&filter_record_batch(rows, &BooleanArray::from(comes))?)
        })
        .await?;
        Ok((returned, superseded))
    }

    /// A row that stays in quarantine, under the declaration that comes back.
    fn superseded(
        &self,
        rows: &RecordBatch,
        row: usize,
        batch: BatchId,
        number: i64,
    ) -> QuarantinedRow {
        let columns = self.declared.file().columns.keys();
        let place = |name: &str| self.then_select.iter().position(|column| column == name);
        let own: Vec<usize> = columns
            .clone()
            .filter_map(|name| place(name.as_str()))
            .collect();
        QuarantinedRow {
            batch,
            row: number as u64,
            state: RowState::Waiting,
            reasons: vec![Reason {
                column: None,
                reason: SUPERSEDED.to_owned(),
                level: yandu_check::Level::Hard,
                detail: None,
            }],
            cells: columns
                .map(|name| {
                    let column = rows.column_by_name(name.as_str());
                    let text = column.and_then(|column| text_of(column, row));
                    (name.to_string(), text.map(std::borrow::Cow::into_owned))
                })
                .collect(),
            record: record_of(rows, &own, row),
            note: None,
        }
    }
}

fn names(spec: &TableSpec) -> Vec<String> {
    let fields = spec.schema.fields().iter();
    fields
        .map(|field| field.name().clone())
        .chain([yandu_lake::BATCH.to_owned(), yandu_lake::ROW.to_owned()])
        .collect()
}
