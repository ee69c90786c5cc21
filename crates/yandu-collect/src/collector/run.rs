//! The steps of one collection.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Value, json};
use yandu_check::key::KeySet;
use yandu_check::{Checker, Expectations, Score};
use yandu_decode::Opened;
use yandu_lake::{Change, Commit};
use yandu_pack::declare::{CheckKind, Level, ReferenceTarget};
use yandu_pack::{Dataset, Packs};
use yandu_words::id::SourceId;

use super::repeated::given;
use super::whole::{check_row_count, former_stays, note};
use super::{Collector, Delivery, Outcome, mend};
use crate::batch::{Batch, BatchStatus, Failure, NOT_EVALUATED};
use crate::form::row_path;
use crate::headers::{self, Known, Mapping};
use crate::notice::{Notices, Subject};
use crate::pass::{self, Passed, Plan};
use crate::progress::{Phase, Progress};
use crate::quarantine::are_waiting_rows;
use crate::store::Ready;
use crate::write::RowRefusal;
use crate::{Error, Mode, Result, declaration, expectation};

/// How a collection that did not fail ended.
enum End {
    Collected,
    Unchanged,
}

impl Collector {
    /// Carries out a recorded collection and settles its record, whatever happens.
    pub(super) async fn carry_out(
        &self,
        batch: Batch,
        delivery: Delivery,
        progress: Arc<Progress>,
    ) -> Result<Outcome> {
        let id = batch.id.clone();
        let dataset = batch.dataset.clone();
        let source = batch.source.clone();
        let turn = self.turn(&dataset);
        let turn = tokio::select! {
            turn = turn.lock() => Some(turn),
            () = progress.cancelled() => None,
        };
        let result = match turn {
            Some(_) => self.steps(batch, &delivery, &progress).await,
            None => Err(Error::Cancelled),
        };
        // What is left is swept at the next start if this fails.
        if delivery.temporary {
            let _ = fs::remove_file(&delivery.path);
        }
        if delivery.report.is_some() {
            let _ = fs::remove_file(row_path(&delivery.path));
        }
        let settled = match &result {
            Ok(End::Collected) => Ok(()),
            Ok(End::Unchanged) => self.settle_unchanged(&id).await,
            Err(error) => {
                let status = if is_the_files_fault(error) {
                    BatchStatus::Refused
                } else {
                    BatchStatus::RolledBack
                };
                self.discard_quarantine(&id);
                let failure = failure_of(error);
                // The words may quote a cell, which stands in no log: they are kept with the batch.
                tracing::warn!(
                    dataset.id = %dataset,
                    batch.id = %id,
                    code = failure.code,
                    "collection {}",
                    status.name()
                );
                self.inner
                    .batches
                    .settle(&id, status, None, Some(&failure), self.now())
                    .await
            }
        };
        progress.start(Phase::Done, 0);
        self.done(&id);
        settled?;
        if result.is_ok() {
            Notices::new(self.inner.store.pool())
                .recover(
                    Subject::Dataset(&dataset),
                    "a delivery came and was collected",
                    self.now(),
                )
                .await?;
            if let Some(source) = &source {
                self.record_upload(source).await?;
            }
        }
        if let Err(error) = result
            && !is_the_files_fault(&error)
        {
            self.count(|totals| totals.ended(BatchStatus::RolledBack));
            return Err(error);
        }
        let outcome: Outcome = self.inner.batches.detail(&id).await?.into();
        self.count(|totals| {
            totals.ended(outcome.status);
            totals.looked_at(&outcome);
        });
        Ok(outcome)
    }

    async fn steps(
        &self,
        mut batch: Batch,
        delivery: &Delivery,
        progress: &Arc<Progress>,
    ) -> Result<End> {
        let kept = {
            let size = fs::metadata(&delivery.path)
                .map_err(|source| Error::file("open the delivery", &delivery.path, source))?;
            if size.is_dir() {
                return Err(yandu_decode::Error::Directory.into());
            }
            progress.start(Phase::Keeping, size.len());
            let (keep, path, threads) = (
                self.inner.keep.clone(),
                delivery.path.clone(),
                self.inner.threads,
            );
            let progress = Arc::clone(progress);
            tokio::task::spawn_blocking(move || keep.file(&path, threads, &progress)).await??
        };
        let packs = self.packs();
        let dataset = packs
            .dataset(&batch.dataset)
            .ok_or_else(|| Error::NoDataset(batch.dataset.clone()))?;
        let known = headers::known(&packs, dataset, batch.source.as_ref());
        let declaration = declaration::word_of(&packs, dataset, batch.source.as_ref(), &known)?;
        self.inner
            .batches
            .kept(&batch.id, &kept.hash, kept.size_bytes, &declaration)
            .await?;
        if let Some(report) = self
            .same(&batch, delivery, &kept.hash, &declaration)
            .await?
        {
            progress.settle()?;
            self.inner.batches.record_report(&batch.id, &report).await?;
            return Ok(End::Unchanged);
        }
        batch.base_version = self.inner.lake.version(&batch.dataset).await?;

        let opened = self.opened(&batch, delivery, &known).await?;
        if are_waiting_rows(&opened.header) {
            return Err(Error::WaitingRows);
        }
        let mapping = headers::map(
            &batch.dataset,
            &known,
            &opened.header,
            &delivery.headers,
            &opened.report.titles,
        );
        let mapping = match mapping {
            Ok(mapping) => mapping,
            Err(error) => {
                let size_bytes = kept.size_bytes;
                return Err(self
                    .with_header_row(error, &batch, delivery, &known, size_bytes)
                    .await);
            }
        };
        let mut report = report_of(&opened, &mapping, delivery);
        self.inner.batches.record_report(&batch.id, &report).await?;
        let references = self.hard_references(&packs, dataset).await?;
        let expectations = Arc::new(expectation::compile(&packs, dataset, &references)?);

        progress.start(Phase::Checking, kept.size_bytes);
        let passed = self
            .pass(
                &batch,
                opened,
                mapping,
                Arc::clone(&expectations),
                Arc::clone(progress),
            )
            .await?;
        progress.start(Phase::Committing, 0);
        let files: Vec<String> = passed
            .files
            .iter()
            .map(|file| file.path().to_owned())
            .collect();
        let committed = self
            .commit(
                &mut batch,
                dataset,
                delivery,
                passed,
                &expectations,
                &mut report,
                progress,
            )
            .await;
        if committed.is_err() {
            self.inner.lake.sweep(&batch.dataset, &files).await;
        }
        committed
    }

    /// The rows of a delivery.
    async fn opened(&self, batch: &Batch, delivery: &Delivery, known: &[Known]) -> Result<Opened> {
        let path = delivery.path.clone();
        if let Some(handed) = &delivery.report {
            return self.open_report(batch, &path, handed).await;
        }
        let given = (&delivery.hints, &delivery.headers);
        let hints = hints(&self.packs(), given, batch.source.as_ref(), known);
        Ok(tokio::task::spawn_blocking(move || yandu_decode::open(&path, &hints)).await??)
    }

    async fn pass(
        &self,
        batch: &Batch,
        opened: Opened,
        mapping: Mapping,
        expectations: Arc<Expectations>,
        progress: Arc<Progress>,
    ) -> Result<Passed> {
        let id = batch.id.clone();
        let dataset = batch.dataset.clone();
        let mode = batch.mode;
        let threads = self.inner.threads;
        let lake = self.inner.lake.clone();
        let quarantine = self.quarantine_folder(&batch.id);
        tokio::task::spawn_blocking(move || {
            let checker = Checker::new(expectations, mapping.cells);
            let plan = Plan {
                batch: &id,
                mode,
                checker: &checker,
                extra: &mapping.extra,
                threads,
                quarantine,
                progress: &progress,
            };
            pass::run_rows(&plan, opened.rows, || Ok(lake.writer(&dataset)?))
        })
        .await?
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "the last step takes what all steps before it have found"
    )]
    async fn commit(
        &self,
        batch: &mut Batch,
        dataset: &Dataset,
        delivery: &Delivery,
        passed: Passed,
        expectations: &Expectations,
        report: &mut Value,
        progress: &Progress,
    ) -> Result<End> {
        if passed.rows_in == 0 {
            // A source that has nothing new is as it should be; a file without rows is not.
            return if delivery.temporary {
                Ok(End::Unchanged)
            } else {
                Err(Error::NoRows)
            };
        }
        check_row_count(dataset, passed.rows_in)?;
        if delivery.report.is_some() && passed.rows_quarantined > 0 {
            let findings = passed.tally.counts(expectations);
            self.inner
                .batches
                .found(&batch.id, &findings, report)
                .await?;
            return Err(refused(batch));
        }
        let Passed {
            rows_in,
            rows_kept,
            rows_quarantined,
            superseded,
            tally,
            profile,
            files,
            keys,
            errors,
        } = passed;
        for (check, message) in errors {
            let name = expectations
                .checks
                .get(check as usize)
                .map_or("", |check| &check.name);
            note(
                report,
                &format!("check `{name}` {NOT_EVALUATED}: {message}"),
            );
        }
        let mut findings = tally.counts(expectations);
        for told in mend::months(&findings) {
            note(report, &told);
        }
        let mut score = Score::new(expectations, &findings, rows_in);
        for asked in self.timeliness(batch, dataset).await? {
            score = score.with_delivery(asked.dimension(), asked.is_in_time);
            if !asked.is_in_time {
                note(report, &asked.note());
                findings.push(asked.finding());
            }
        }
        batch.rows_in = rows_in;
        batch.rows_kept = rows_kept;
        batch.rows_quarantined = rows_quarantined;
        batch.rows_superseded = superseded.len() as u64;
        batch.score = Some(score);
        let keys = Arc::new(keys);
        if batch.mode == Mode::Snapshot && rows_kept > 0 {
            batch.rows_deleted = self.deleted(batch, dataset, &keys).await?;
        }
        if rows_kept == 0 && batch.mode == Mode::Snapshot && batch.base_version.is_some() {
            note(
                report,
                "no row passed, so the former snapshot stays; rows that are released from quarantine take its place, \
                 unless the table changes before",
            );
            findings.push(former_stays());
        } else if rows_kept == 0 {
            note(report, "no row was kept, so the table is as it was");
        }
        batch.report = Some(report.clone());
        progress.settle()?;
        self.inner
            .batches
            .ready(&Ready {
                batch,
                findings: &findings,
                profile: &profile,
                watermark: delivery.watermark.as_deref(),
            })
            .await?;
        let version = if rows_kept == 0 {
            None
        } else {
            let change = match batch.mode {
                Mode::Snapshot => Change::Replace,
                Mode::Append => Change::Append,
                Mode::Upsert => Change::Upsert { keys },
            };
            let files = self
                .inner
                .lake
                .without(&batch.dataset, files, &superseded)
                .await?;
            let commit = Commit {
                batch: batch.id.clone(),
                into: None,
                change,
                files,
                operation: "collect".to_owned(),
            };
            let committed = self.inner.lake.commit(&batch.dataset, commit).await?;
            // The orphans that it brought stand beside the findings of the pass before the record is settled.
            self.look_at_references(&batch.dataset).await;
            Some(committed.version)
        };
        self.inner
            .batches
            .settle(&batch.id, BatchStatus::Collected, version, None, self.now())
            .await?;
        tracing::info!(
            dataset.id = %batch.dataset,
            batch.id = %batch.id,
            rows.r#in = rows_in,
            rows.kept = rows_kept,
            rows.quarantined = rows_quarantined,
            rows.superseded = batch.rows_superseded,
            version,
            "collection committed"
        );
        Ok(End::Collected)
    }

    /// Rows of the present snapshot whose key the new one does not have.
    pub(crate) async fn deleted(
        &self,
        batch: &Batch,
        dataset: &Dataset,
        keys: &KeySet,
    ) -> Result<u64> {
        if batch.base_version.is_none() {
            return Ok(0);
        }
        if dataset.file().key.is_empty() {
            return Ok(0);
        }
        let columns: Vec<&str> = dataset
            .file()
            .key
            .iter()
            .map(yandu_words::ColumnName::as_str)
            .collect();
        let mut deleted = 0;
        self.each_key(&batch.dataset, &columns, &[], |key, _, _| {
            deleted += u64::from(!keys.contains(&key));
            Ok(())
        })
        .await?;
        Ok(deleted)
    }

    /// The keys of the datasets that hard references point at, read before the pass.
    pub(crate) async fn hard_references(
        &self,
        packs: &Packs,
        dataset: &Dataset,
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
            self.each_key(&target.dataset, &[&column], &[], |key, _, _| {
                keys.insert(key);
                Ok(())
            })
            .await?;
            known.insert(target.clone(), Arc::new(keys));
        }
        Ok(known)
    }

    pub(crate) fn quarantine_folder(&self, batch: &yandu_words::id::BatchId) -> PathBuf {
        self.inner.folder.quarantine().join(batch.as_str())
    }

    pub(crate) fn discard_quarantine(&self, batch: &yandu_words::id::BatchId) {
        let folder = self.quarantine_folder(batch);
        if let Err(error) = fs::remove_dir_all(&folder)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(path = %folder.display(), %error, "quarantined rows of a batch that is not there stay on disk");
        }
    }
}

/// Whether the delivery itself is at fault, so that delivering it again would end the same way.
fn is_the_files_fault(error: &Error) -> bool {
    match error {
        Error::Decode(error) => !matches!(error, yandu_decode::Error::Read(_)),
        Error::MissingColumns { .. }
        | Error::AmbiguousHeaders { .. }
        | Error::NoSuchHeader { .. }
        | Error::OtherUnit { .. }
        | Error::WaitingRows
        | Error::RowCount { .. }
        | Error::NoRows
        | Error::RowsRefused { .. }
        | Error::NoColumn { .. } => true,
        error => error.is_of_report(),
    }
}

/// That the one row of a report breaks hard checks; which ones, the findings of its batch say.
fn refused(batch: &Batch) -> Error {
    Error::RowsRefused {
        dataset: batch.dataset.clone(),
        rows: vec![RowRefusal {
            row: 1,
            reasons: Vec::new(),
        }],
    }
}

/// The failure as the record keeps it, with the causes below it.
pub(crate) fn failure_of(error: &Error) -> Failure {
    let mut message = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(source) = cause {
        message.push_str(": ");
        message.push_str(&source.to_string());
        cause = source.source();
    }
    Failure {
        code: error.code().to_owned(),
        message,
        help: error.help(),
    }
}

fn report_of(opened: &Opened, mapping: &Mapping, delivery: &Delivery) -> Value {
    let mut report = serde_json::to_value(&opened.report).unwrap_or_else(|_| json!({}));
    let extra: Vec<&String> = mapping.extra.iter().map(|(_, header)| header).collect();
    if let Some(object) = report.as_object_mut() {
        object.insert("mapping".to_owned(), mapping.to_json());
        object.extend(given(delivery).map(|given| ("given".to_owned(), given)));
        object.insert("new_columns".to_owned(), json!(extra));
        object.insert("absent_columns".to_owned(), json!(mapping.absent));
    }
    headers::tell_units(&mut report, &mapping.units);
    report
}

/// What is known of the form of the file: what the delivery says, then what its source says.
pub(crate) fn hints(
    packs: &Packs,
    (given, headers): (&yandu_decode::Hints, &headers::Given),
    source: Option<&SourceId>,
    known: &[Known],
) -> yandu_decode::Hints {
    let mut hints = given.clone();
    hints.known_headers = known
        .iter()
        .flat_map(|known| known.headers.clone())
        .chain(headers.keys().cloned())
        .collect();
    hints.text_headers = headers::of_texts(known, headers);
    let format = source.and_then(|source| packs.source(source)?.file().format.clone());
    if let Some(format) = format {
        hints.encoding = hints.encoding.or(format.encoding);
        hints.delimiter = hints.delimiter.or(format.delimiter);
        hints.header_row = hints.header_row.or(format.header_row);
        hints.sheet = hints.sheet.or(format.sheet);
        if hints.columns.is_none() && !format.columns.is_empty() {
            hints.columns = Some(format.columns);
        }
    }
    hints
}
