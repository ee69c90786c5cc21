//! The tables of a change, one after the other.

use std::sync::Arc;

use arrow::array::RecordBatch;
use futures::TryStreamExt;
use yandu_lake::{Conversion, Principal, ReadPoint, Session, TableSpec};
use yandu_pack::Dataset;
use yandu_pack::declare::Origin;

use super::WATCHED;
use super::apply::Job;
use super::changes::PackChanges;
use super::look::{Looked, Looking, Reread, reading_spec};
use super::record::Step;
use crate::progress::{Phase, Progress};
use crate::quarantine::Moved;
use crate::trial::spec;
use crate::{Error, Result, expectation};

/// A change while it is done.
pub(super) struct Work<'a> {
    pub(super) changes: &'a PackChanges,
    pub(super) job: &'a Job,
    pub(super) number: u64,
    pub(super) progress: &'a Arc<Progress>,
}

impl Work<'_> {
    pub(super) async fn steps(
        &mut self,
        steps: &mut [Step],
        conversions: &mut Vec<Conversion>,
    ) -> Result<()> {
        for step in steps {
            if self.progress.is_cancelled() {
                return Err(Error::Cancelled);
            }
            self.progress.start(Phase::Checking, 0);
            let done = match self.job.back(&step.dataset) {
                Some(back) => self.bring_back(step, back, conversions).await,
                None => self.step(step, conversions).await,
            };
            done?;
            self.changes
                .at_step(&format!("committed {}", step.dataset))
                .await;
            tracing::info!(
                change.number = self.number,
                dataset.id = %step.dataset,
                rows.quarantined = step.counts.as_ref().map(|counts| counts.quarantined),
                version = step.version,
                "a table was changed"
            );
        }
        Ok(())
    }

    /// Holds the rows of one dataset to what is declared afterwards.
    async fn step(&self, step: &mut Step, conversions: &mut Vec<Conversion>) -> Result<()> {
        let (job, lake) = (self.job, self.changes.inner.collector.lake());
        let no_dataset = || Error::NoDataset(step.dataset.clone());
        let plan = job.plan(&step.dataset).ok_or_else(no_dataset)?;
        let after = job.to.packs.dataset(&step.dataset).ok_or_else(no_dataset)?;
        let before = job.from.packs.dataset(&step.dataset);
        let table = spec(after);
        let change = plan.change();
        let mut conversion = lake.convert(table.clone()).await?;
        let renamed = change.renamed().into_iter();
        let names = renamed.flat_map(|(to, from)| [from, to]);
        conversion.leave(names.map(ToOwned::to_owned).collect());
        step.version_before = conversion.before();
        conversions.push(conversion);
        let stored = lake.stored(&table).await?;
        let stored = stored.as_ref().map(|stored| &stored.schema);
        let from = reading_spec(before, &table, stored, Some(&change));
        let known = self
            .changes
            .hard_keys(&job.to.packs, after, &self.targets(conversions)?)
            .await?;
        let expectations = Arc::new(expectation::compile(&job.to.packs, after, &known)?);
        let reread = Reread::new(before, after, &change, &from, expectations);
        let converts = reread.converts;
        let query = reread.query(&step.dataset);
        let conversion = conversions.last_mut().ok_or_else(no_dataset)?;
        let writer = converts.then(|| conversion.writer()).transpose()?;
        let looking = match self.moved(step, after).await? {
            Some(moved) => Looking::working(reread, writer, moved),
            None => Looking::computed(reread, writer),
        };
        let me = Principal::local_administrator();
        let session = lake.session_with(&me, ReadPoint::default(), vec![from], false)?;
        let looked = read(&session, &query, looking, self.progress).await?;
        step.commits = Some(converts || !looked.gone.is_empty());
        step.counts = Some(looked.counts);
        self.changes
            .inner
            .installed
            .records
            .counted(self.number, step)
            .await?;
        self.changes
            .at_step(&format!("read {}", step.dataset))
            .await;
        let operation = format!("pack change {}", self.number);
        self.progress.start(Phase::Committing, 0);
        let by = step.commit.clone();
        if converts {
            let done = conversion.replace(by, looked.files, &operation).await?;
            step.version = Some(done.version);
        } else if !looked.gone.is_empty() {
            let done = conversion
                .exchange(by, looked.gone, Vec::new(), &operation)
                .await?;
            step.version = Some(done.version);
        }
        Ok(())
    }

    /// Where rows go that cannot stay; those of a model are computed anew.
    pub(super) async fn moved(&self, step: &Step, dataset: &Dataset) -> Result<Option<Moved>> {
        if dataset.file().origin == Origin::Model {
            return Ok(None);
        }
        let records = &self.changes.inner.installed.records;
        Ok(Some(Moved::new(
            self.changes.inner.collector.folder().quarantine(),
            step.commit.clone(),
            records.newest_action().await?,
        )))
    }

    /// A reader of what references point at: tables that the change has committed as they are afterwards.
    pub(super) fn targets(&self, conversions: &[Conversion]) -> Result<Session> {
        let changed: Vec<TableSpec> = conversions
            .iter()
            .filter(|conversion| conversion.is_committed())
            .filter_map(|conversion| self.job.to.packs.dataset(conversion.dataset()))
            .map(spec)
            .collect();
        let me = Principal::local_administrator();
        let lake = self.changes.inner.collector.lake();
        Ok(lake.session_with(&me, ReadPoint::default(), changed, true)?)
    }
}

/// Hands the rows of a query to `looking`, on a thread of its own.
pub(super) async fn read(
    session: &Session,
    sql: &str,
    mut looking: Looking,
    progress: &Arc<Progress>,
) -> Result<Looked> {
    let mut rows = session.clone().within(WATCHED).query(sql).await?;
    let (send, mut receive) = tokio::sync::mpsc::channel(2);
    let progress = Arc::clone(progress);
    let worker = tokio::task::spawn_blocking(move || -> Result<Option<Looked>> {
        while let Some(rows) = receive.blocking_recv() {
            let rows: Option<RecordBatch> = rows;
            let taken = match &rows {
                // The query failed.
                None => Ok(false),
                Some(_) if progress.is_cancelled() => Err(Error::Cancelled),
                Some(rows) => looking.take(rows).map(|()| true),
            };
            match taken {
                Ok(true) => progress.advance(0, rows.map_or(0, |rows| rows.num_rows() as u64)),
                Ok(false) => {
                    looking.abandon();
                    return Ok(None);
                }
                Err(error) => {
                    looking.abandon();
                    return Err(error);
                }
            }
        }
        looking.finish().map(Some)
    });
    let failed = loop {
        match rows.try_next().await {
            Ok(Some(rows)) => {
                if send.send(Some(rows)).await.is_err() {
                    break None;
                }
            }
            Ok(None) => break None,
            Err(error) => {
                // The worker may have failed itself; then it hears nothing any more.
                let _ = send.send(None).await;
                break Some(error);
            }
        }
    };
    drop(send);
    let looked = worker.await??;
    match (failed, looked) {
        (None, Some(looked)) => Ok(looked),
        (Some(error), _) => Err(error.into()),
        (None, None) => Err(Error::WorkerPanicked),
    }
}
