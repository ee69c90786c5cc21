//! One refresh of a model: what has to be computed, computing it, and the one commit.
//!
//! Everything is written before the commit: files that no version lists yet, what is kept of groups, the record with its
//! counts and findings. The commit makes them the model; the record is settled after it, or at the next start.

mod compute;
mod decide;
mod exchange;
mod follow;
mod net;
mod part;
mod pass;
mod references;
#[cfg(test)]
pub(crate) mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use yandu_check::profile::ColumnProfile;
use yandu_check::{FindingCount, Score};
use yandu_lake::{Change, Commit, NewFile, Version};
use yandu_words::id::DatasetId;

use crate::model::Model;
use crate::progress::Progress;
use crate::run::{Failure, Mode, Run, RunStatus, Span, Trigger};
use crate::transform::Transform;
use crate::{Error, Result};
pub(crate) use compute::versions_of;
use decide::{Decision, Way};
use part::timed;

/// What a refresh has computed and written, before its commit.
pub(crate) struct Prepared {
    /// What has to be said of the way beside the reason for it.
    pub(crate) note: Option<String>,
    /// `None` when no row of the model changes.
    pub(crate) change: Option<Change>,
    pub(crate) files: Vec<NewFile>,
    /// The file with what is kept of groups.
    pub(crate) state: Option<String>,
    pub(crate) rows_in: u64,
    pub(crate) rows_added: u64,
    pub(crate) rows_removed: u64,
    pub(crate) score: Option<Score>,
    pub(crate) findings: Vec<FindingCount>,
    pub(crate) profile: Vec<ColumnProfile>,
}

/// A run that is over sooner is recorded when it commits, or when it ends.
const MOMENT: Duration = Duration::from_millis(250);

impl Transform {
    /// Refreshes a model whose inputs are all there, or may be absent. The run is recorded whatever becomes of it; an error
    /// means that this could not be done.
    pub(crate) async fn refresh(&self, model: &Model, trigger: Trigger, full: bool) -> Result<Run> {
        let _turn = self.inner.turn.lock().await;
        if self.is_stopping() {
            return Err(Error::Cancelled);
        }
        let mut run = Run {
            id: timed("id", self.new_run_id()).await?,
            model: model.id.clone(),
            trigger,
            mode: Mode::Full,
            why: String::new(),
            status: RunStatus::Running,
            inputs: BTreeMap::new(),
            rows_in: 0,
            rows_added: 0,
            rows_removed: 0,
            rows_quarantined: 0,
            version: None,
            score: None,
            error: None,
            started_at: self.now(),
            ended_at: None,
            fingerprint: self.fingerprint(model),
            state: None,
        };
        let keeping = self.inner.runs.keep_query(&run.fingerprint, &model.sql);
        timed("query", keeping).await?;
        let progress = self.begin(&run);
        let outcome = Box::pin(self.carry_out(&mut run, model, full, &progress)).await;
        let settled = timed("settle", self.settle(&mut run, outcome)).await;
        self.end(&run);
        timed("sweep", self.sweep_states(&run.model)).await?;
        settled?;
        // The model is there already; what the next refreshes need is made while nobody waits for this one.
        if run.status == RunStatus::Done && run.mode != Mode::Unchanged {
            timed("index", self.index_inputs(model, run.state.is_some())).await;
        }
        Ok(run)
    }

    async fn settle(&self, run: &mut Run, outcome: Result<()>) -> Result<()> {
        run.ended_at = Some(self.now());
        match outcome {
            Ok(()) => {
                run.status = RunStatus::Done;
                tracing::info!(
                    dataset.id = %run.model,
                    run.id = %run.id,
                    mode = ?run.mode,
                    why = run.why,
                    rows.added = run.rows_added,
                    rows.removed = run.rows_removed,
                    version = run.version,
                    "model refreshed"
                );
                self.inner.runs.save(run).await
            }
            Err(error) => {
                let failure = Failure::of(&error);
                // The words may quote a cell, which stands in no log: they are kept with the run.
                tracing::warn!(
                    dataset.id = %run.model,
                    run.id = %run.id,
                    code = failure.code,
                    "refresh of a model failed"
                );
                // Of one that was stopped nobody knows what would have come of it: the next start tries again.
                run.status = if matches!(error, Error::Cancelled) {
                    RunStatus::Interrupted
                } else {
                    RunStatus::Failed
                };
                run.state = None;
                run.error = Some(failure);
                (run.rows_added, run.rows_removed) = (0, 0);
                run.version = self.lake().version(&run.model).await?;
                if let Error::Checks { rows, findings, .. } = &error {
                    run.rows_quarantined = *rows;
                    return self.inner.runs.save_found(run, findings, &[]).await;
                }
                self.inner.runs.save(run).await
            }
        }
    }

    async fn carry_out(
        &self,
        run: &mut Run,
        model: &Model,
        full: bool,
        progress: &Arc<Progress>,
    ) -> Result<()> {
        let last = timed("last run", self.inner.runs.newest_done(&model.id)).await?;
        let versions = timed("inputs", self.present_inputs(model)).await?;
        run.inputs = spans(&versions, last.as_ref());
        let decision = self.decide(model, last.as_ref(), &versions, full);
        let decision = timed("decide", decision).await?;
        run.why = decision.why();
        run.mode = decision.mode();
        if matches!(decision, Decision::Whole(_)) {
            self.inner.runs.save(run).await?;
        }
        self.at_step("decided");
        match decision {
            Decision::Unchanged(_) => {
                run.version = last.as_ref().and_then(|last| last.version);
                run.state = last.and_then(|last| last.state);
                return Ok(());
            }
            Decision::Whole(_) => {}
            Decision::Steps(steps, why) => {
                let Some(last) = &last else {
                    return Err(Error::NoModel(model.id.to_string()));
                };
                let stepped = Box::pin(self.step(run, model, last, &steps, progress)).await;
                match stepped.map_err(not_followed) {
                    Ok(()) => return Ok(()),
                    Err(Error::NotFollowed(reason)) => {
                        run.mode = Mode::Full;
                        run.why = format!("{why}; {reason}");
                        self.inner.runs.save(run).await?;
                    }
                    Err(error) => return Err(error),
                }
            }
        }
        let prepared = self.compute_whole(run, model, progress).await?;
        Self::note(run, &prepared);
        self.take_over(run, prepared).await?;
        if run.version.is_none() {
            run.version = self.lake().version(&model.id).await?;
        }
        Ok(())
    }

    fn note(run: &mut Run, prepared: &Prepared) {
        if let Some(note) = &prepared.note {
            run.why = format!("{}; {note}", run.why);
        }
    }

    async fn step(
        &self,
        run: &mut Run,
        model: &Model,
        last: &Run,
        steps: &[decide::Step],
        progress: &Arc<Progress>,
    ) -> Result<()> {
        let computing = self.compute_soon(run, model, last, steps, progress);
        let prepared = timed("compute", Box::pin(computing)).await?;
        Self::note(run, &prepared);
        let version = last.version;
        self.take_over(run, prepared).await?;
        if run.version.is_none() {
            run.version = version;
        }
        Ok(())
    }

    /// Records what was computed, then makes it the model.
    async fn take_over(&self, run: &mut Run, prepared: Prepared) -> Result<()> {
        let Prepared {
            note: _,
            change,
            files,
            state,
            rows_in,
            rows_added,
            rows_removed,
            score,
            findings,
            profile,
        } = prepared;
        run.rows_in = rows_in;
        run.rows_added = rows_added;
        run.rows_removed = rows_removed;
        run.score = score;
        run.state = state;
        self.at_step("computed");
        let Some(change) = change else {
            // Of a step without a change nothing was checked, and the end of the run is recorded in a moment.
            if findings.is_empty() && profile.is_empty() {
                return Ok(());
            }
            return self.inner.runs.save_found(run, &findings, &profile).await;
        };
        run.status = RunStatus::Committing;
        let paths = paths(&files);
        let recording = self.inner.runs.save_found(run, &findings, &profile);
        let recorded = timed("record computed", recording).await;
        self.at_step("recorded");
        let commit = Commit {
            batch: run.id.clone(),
            into: None,
            change,
            files,
            operation: "refresh".to_owned(),
        };
        let committed = match recorded {
            Ok(()) => timed("commit", self.lake().commit(&run.model, commit))
                .await
                .map_err(Error::from),
            Err(error) => Err(error),
        };
        run.status = RunStatus::Running;
        match committed {
            Ok(committed) => {
                self.at_step("committed");
                run.version = Some(committed.version);
                run.rows_removed = committed.rows_removed;
                Ok(())
            }
            Err(error) => {
                self.lake().sweep(&run.model, &paths).await;
                Err(error)
            }
        }
    }

    /// Computes what follows from a change. Most of it is over in a moment; a record that a run is under way is written
    /// when it is not.
    async fn compute_soon(
        &self,
        run: &Run,
        model: &Model,
        last: &Run,
        steps: &[decide::Step],
        progress: &Arc<Progress>,
    ) -> Result<Prepared> {
        let computing = self.compute_steps(run, model, last, steps, progress);
        tokio::pin!(computing);
        if let Ok(prepared) = tokio::time::timeout(MOMENT, &mut computing).await {
            return prepared;
        }
        self.inner.runs.save(run).await?;
        computing.await
    }

    /// Makes the indexes of the columns in which the next refreshes will look for values. Without one they take longer.
    async fn index_inputs(&self, model: &Model, has_state: bool) {
        let mut looked: BTreeMap<&DatasetId, BTreeSet<String>> = BTreeMap::new();
        let ways: Vec<Way> = model
            .derivation
            .ways
            .values()
            .filter_map(|ways| Way::of(ways, model.groups(), has_state).ok())
            .collect();
        for (dataset, column) in ways
            .iter()
            .filter_map(Way::followed)
            .flat_map(|by| &by.looked)
        {
            looked.entry(dataset).or_default().insert(column.clone());
        }
        for (dataset, columns) in looked {
            if let Err(error) = self.lake().index(dataset, &columns).await {
                tracing::warn!(
                    dataset.id = %dataset,
                    error = &error as &dyn std::error::Error,
                    "columns in which values are looked for have no index"
                );
            }
        }
    }

    /// The versions of the inputs now, with what waited in their tails; none of one that is absent.
    async fn present_inputs(&self, model: &Model) -> Result<BTreeMap<DatasetId, Option<Version>>> {
        let mut versions = BTreeMap::new();
        for input in &model.derivation.inputs {
            // Looked at first, so that rows which come meanwhile are read and no fault.
            let is_absent = self.is_absent(model, input).await?;
            if self.lake().tail(input).await?.writes > 0 {
                self.lake().fold(input).await?;
            }
            let version = self.lake().version(input).await?;
            if version.is_none() && !is_absent {
                return Err(Error::Waits {
                    model: model.id.clone(),
                    inputs: vec![input.clone()],
                });
            }
            versions.insert(input.clone(), version);
        }
        Ok(versions)
    }

    #[cfg(test)]
    fn at_step(&self, step: &str) {
        self.inner.steps.at(step);
    }

    #[cfg(not(test))]
    #[expect(clippy::unused_self, reason = "tests stop here")]
    fn at_step(&self, _step: &str) {}
}

/// The paths of files, under the folder of the model.
fn paths(files: &[NewFile]) -> Vec<String> {
    files.iter().map(|file| file.path().to_owned()).collect()
}

/// What shows only when a change is followed, and leaves the way in full.
fn not_followed(error: Error) -> Error {
    use yandu_lake::Error as Lake;
    match error {
        Error::Lake(Lake::Exchange { .. }) => {
            Error::NotFollowed("the model does not have the rows that should go".to_owned())
        }
        Error::Lake(Lake::Untraced { why, .. }) => Error::NotFollowed(why),
        Error::Lake(Lake::Vacuumed { .. }) => {
            Error::NotFollowed("an older version of an input is kept no longer".to_owned())
        }
        other => other,
    }
}

fn spans(
    versions: &BTreeMap<DatasetId, Option<Version>>,
    last: Option<&Run>,
) -> BTreeMap<DatasetId, Span> {
    versions
        .iter()
        .map(|(input, to)| {
            let from = last.and_then(|last| last.inputs.get(input)?.to);
            (input.clone(), Span { from, to: *to })
        })
        .collect()
}
