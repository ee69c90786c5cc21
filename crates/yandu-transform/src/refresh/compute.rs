//! Computing a model from all rows of its inputs.

use std::sync::Arc;
use std::time::Duration;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::SchemaRef;
use futures::{StreamExt, TryStreamExt};
use yandu_check::key::{KeySet, hash_rows};
use yandu_check::{Expectations, Score};
use yandu_lake::{Change, Form, ReadPoint, Rows, Session};
use yandu_pack::Dataset;

use super::exchange::Held;
use super::part::timed;
use super::pass::{Pass, Passed, conform};
use super::{Prepared, paths};
use crate::model::Model;
use crate::progress::Progress;
use crate::run::Run;
use crate::state::{GroupState, Layout};
use crate::transform::Transform;
use crate::{Error, Result};

/// How long one query of a refresh may take.
pub(super) const LIMIT: Duration = Duration::from_hours(6);
/// Groups that are kept; of more the state would cost as much as the rows.
const GROUPS: usize = 1_000_000;

/// What came of all rows of a model.
struct AllPassed {
    passed: Passed,
    state: Option<GroupState>,
    /// The rows themselves, when they are few enough to be compared with those that are there.
    held: Option<Vec<RecordBatch>>,
}

/// All rows of a model, and what is to be kept of its groups.
struct Whole {
    rows: Rows,
    state: Option<GroupState>,
}

impl Transform {
    /// Computes a model from all rows of its inputs at the versions of the run.
    pub(super) async fn compute_whole(
        &self,
        run: &Run,
        model: &Model,
        progress: &Arc<Progress>,
    ) -> Result<Prepared> {
        let packs = self.packs();
        let dataset = dataset_of(&packs, model)?;
        let at = versions_of(run);
        let mut rows_in = 0;
        for input in at.versions.keys() {
            rows_in += self.session_at(at.clone()).count(input).await?.rows;
        }
        let session = self.session_at(at).within(LIMIT);
        let expectations = self.expectations(&packs, dataset, None).await?;
        let passed = match self
            .pass_whole(run, model, dataset, &session, &expectations, progress)
            .await
        {
            // A join that holds one side in memory may need more than all queries together may have.
            Err(Error::Lake(yandu_lake::Error::MemoryLimit { .. })) => {
                let session = session.sorting_joins();
                self.pass_whole(run, model, dataset, &session, &expectations, progress)
                    .await
            }
            passed => passed,
        };
        let AllPassed {
            passed,
            state,
            held,
        } = passed?;
        let written = paths(&passed.files);
        let preparing = async {
            check_row_count(model, dataset, passed.rows)?;
            let prepared = Prepared {
                note: None,
                change: Some(Change::Replace),
                state: self.keep(run, state).await?,
                rows_in,
                rows_added: passed.rows,
                rows_removed: 0,
                score: Some(Score::new(&expectations, &passed.findings, passed.rows)),
                findings: passed.findings,
                profile: passed.profile,
                files: passed.files,
            };
            let difference = match held {
                Some(held) => self.difference(model, dataset, &held).await?,
                None => None,
            };
            match difference {
                Some(net) => {
                    self.exchanging(run, model, prepared, net, &expectations, progress)
                        .await
                }
                None => Ok(prepared),
            }
        };
        let prepared: Result<Prepared> = Box::pin(preparing).await;
        if prepared.is_err() {
            self.lake().sweep(&model.id, &written).await;
        }
        prepared
    }

    async fn pass_whole(
        &self,
        run: &Run,
        model: &Model,
        dataset: &Dataset,
        session: &Session,
        expectations: &Expectations,
        progress: &Arc<Progress>,
    ) -> Result<AllPassed> {
        let Whole { rows, state } = self.whole(model, dataset, session, progress).await?;
        let pass = Pass::new(self.lake(), &model.id, &run.id, expectations.clone());
        let mut held = Held::default();
        let rows = rows.inspect_ok(|rows| held.take(rows));
        let passed = pass.run(rows.boxed(), progress).await?;
        Ok(AllPassed {
            passed,
            state,
            held: held.all(),
        })
    }

    async fn whole(
        &self,
        model: &Model,
        dataset: &Dataset,
        session: &Session,
        progress: &Arc<Progress>,
    ) -> Result<Whole> {
        // With groups that were too many to be kept the last time, nothing is tried twice.
        let last = self.inner.runs.newest_done(&model.id).await?;
        let were_too_many = last.is_some_and(|last| {
            last.state.is_none() && last.fingerprint == self.fingerprint(model)
        });
        if !were_too_many
            && let Some(layout) = layout_of(model)
            && model.bar(dataset).is_none()
            && let Some(state) = all_groups(model, layout, session, progress).await?
        {
            let finished = vec![state.finished()?];
            let rows = session.finish_groups(&model.sql, finished, false).await?;
            return Ok(Whole {
                rows,
                state: Some(state),
            });
        }
        Ok(Whole {
            rows: session.query(&model.sql).await?,
            state: None,
        })
    }

    /// Writes what is kept of groups, and gives the name of the file.
    pub(super) async fn keep(
        &self,
        run: &Run,
        state: Option<GroupState>,
    ) -> Result<Option<String>> {
        let Some(state) = state else {
            return Ok(None);
        };
        let name = format!("{}.parquet", run.id);
        let path = self.state_path(&run.model, &name);
        timed("keep groups", async move {
            tokio::task::spawn_blocking(move || state.write(&path)).await
        })
        .await??;
        Ok(Some(name))
    }
}

/// A declared number of rows is a property of the whole model: outside it a hard check fails the run.
pub(super) fn check_row_count(model: &Model, dataset: &Dataset, rows: u64) -> Result<()> {
    match dataset.row_count_missed(rows) {
        Some(expected) => Err(Error::RowCount {
            model: model.id.clone(),
            rows,
            expected,
        }),
        None => Ok(()),
    }
}

async fn all_groups(
    model: &Model,
    layout: Layout,
    session: &Session,
    progress: &Arc<Progress>,
) -> Result<Option<GroupState>> {
    let mut rows = session.groups(&model.sql).await?;
    let schema = rows.schema();
    let mut groups = Vec::new();
    let mut count = 0;
    while let Some(batch) = rows.try_next().await? {
        progress.check()?;
        count += batch.num_rows();
        if count > GROUPS {
            return Ok(None);
        }
        groups.push(batch);
    }
    GroupState::new(layout, &schema, &groups)
}

pub(super) fn layout_of(model: &Model) -> Option<Layout> {
    match &model.derivation.form {
        Form::Rows => None,
        Form::Groups { by, keeps, schema } => {
            Some(Layout::new(by.len(), keeps, Arc::clone(schema)))
        }
    }
}

pub(super) fn dataset_of<'p>(packs: &'p yandu_pack::Packs, model: &Model) -> Result<&'p Dataset> {
    packs
        .dataset(&model.id)
        .ok_or_else(|| Error::NoModel(model.id.to_string()))
}

/// The inputs as a run reads them.
pub(crate) fn versions_of(run: &Run) -> ReadPoint {
    let mut at = ReadPoint::default();
    for (input, span) in &run.inputs {
        if let Some(version) = span.to {
            at.versions.insert(input.clone(), version);
        } else {
            at.absent.insert(input.clone());
        }
    }
    at
}

pub(super) fn conform_all(
    model: &Model,
    batches: &[RecordBatch],
    schema: &SchemaRef,
) -> Result<Vec<RecordBatch>> {
    batches
        .iter()
        .map(|rows| match conform(&model.id, rows, schema)? {
            (rows, misfits) if misfits.is_empty() => Ok(rows),
            _ => Err(Error::NotFollowed(
                "a value does not fit into the type of its column".to_owned(),
            )),
        })
        .collect()
}

pub(super) fn add_keys(expectations: &Expectations, rows: &RecordBatch, keys: &mut KeySet) {
    let columns: Vec<ArrayRef> = expectations
        .key
        .iter()
        .filter_map(|column| rows.columns().get(*column).cloned())
        .collect();
    keys.extend(hash_rows(&columns, rows.num_rows()).into_iter().flatten());
}
