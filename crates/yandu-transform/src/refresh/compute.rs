//! Computing a model: all of it, or what follows from what changed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use arrow::array::{Array, ArrayRef, RecordBatch};
use arrow::datatypes::SchemaRef;
use arrow::row::{RowConverter, SortField};
use futures::{StreamExt, TryStreamExt, stream};
use yandu_check::key::{KeySet, hash_rows};
use yandu_check::{Expectations, Score};
use yandu_lake::{Change, ChangeOf, Form, Only, ReadPoint, Rows, Session, Side, Version};
use yandu_pack::Dataset;
use yandu_pack::declare::{CheckKind, Level};
use yandu_words::id::DatasetId;

use super::Prepared;
use super::decide::{Step, Way};
use super::net::Net;
use super::pass::{Pass, Passed, conform};
use crate::model::Model;
use crate::progress::Progress;
use crate::run::Run;
use crate::state::{GroupState, Layout};
use crate::transform::Transform;
use crate::{Error, Result};

/// How long one query of a refresh may take.
const LIMIT: Duration = Duration::from_hours(6);
/// Groups that are kept; of more the state would cost as much as the rows.
const GROUPS: usize = 1_000_000;

/// Values of a column by which rows are looked for; of more, reading all is as good.
const VALUES: usize = 2_000;

/// All rows of a model, and what is to be kept of its groups.
struct Whole {
    rows: Rows,
    state: Option<GroupState>,
}

impl Transform {
    /// Computes a model from all rows of its inputs at these versions.
    pub(super) async fn compute_whole(
        &self,
        run: &Run,
        model: &Model,
        versions: &BTreeMap<DatasetId, Version>,
        progress: &Arc<Progress>,
    ) -> Result<Prepared> {
        let packs = self.packs();
        let dataset = dataset_of(&packs, model)?;
        let at = ReadPoint {
            versions: versions.clone(),
            ..ReadPoint::default()
        };
        let mut rows_in = 0;
        for input in versions.keys() {
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
        let (passed, state) = passed?;
        self.check_row_count(model, dataset, passed.rows, &passed)
            .await?;
        Ok(Prepared {
            change: Some(Change::Replace),
            state: self.keep(run, state).await?,
            rows_in,
            rows_added: passed.rows,
            rows_removed: 0,
            score: Some(Score::new(&expectations, &passed.findings, passed.rows)),
            findings: passed.findings,
            profile: passed.profile,
            files: passed.files,
        })
    }

    async fn pass_whole(
        &self,
        run: &Run,
        model: &Model,
        dataset: &Dataset,
        session: &Session,
        expectations: &Expectations,
        progress: &Arc<Progress>,
    ) -> Result<(Passed, Option<GroupState>)> {
        let Whole { rows, state } = self.whole(model, dataset, session, progress).await?;
        let writer = self.lake().writer(&model.id)?;
        let pass = Pass::new(&model.id, &run.id, expectations.clone(), writer);
        let passed = pass.run(rows, progress).await?;
        Ok((passed, state))
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
    async fn keep(&self, run: &Run, state: Option<GroupState>) -> Result<Option<String>> {
        let Some(state) = state else {
            return Ok(None);
        };
        let name = format!("{}.parquet", run.id);
        let path = self.state_path(&run.model, &name);
        tokio::task::spawn_blocking(move || state.write(&path)).await??;
        Ok(Some(name))
    }

    /// Computes what changes in a model when its inputs change in these steps.
    pub(super) async fn compute_steps(
        &self,
        run: &Run,
        model: &Model,
        last: &Run,
        steps: &[Step],
        progress: &Arc<Progress>,
    ) -> Result<Prepared> {
        let packs = self.packs();
        let dataset = dataset_of(&packs, model)?;
        let Changed { came, went, state } = match layout_of(model) {
            Some(layout) if last.state.is_some() => {
                self.changed_groups(run, model, last, layout, steps).await?
            }
            _ => self.changed_rows(run, model, steps).await?,
        };
        progress.check()?;
        let schema = dataset.schema();
        let net = Net::of(
            &schema,
            &conform_all(model, &came, &schema)?,
            &conform_all(model, &went, &schema)?,
        )?;
        let rows_in = steps.iter().map(|step| step.added + step.removed).sum();
        if net.is_empty() {
            return Ok(Prepared {
                change: None,
                files: Vec::new(),
                state: self.keep(run, state).await?,
                rows_in,
                rows_added: 0,
                rows_removed: 0,
                score: last.score.clone(),
                findings: Vec::new(),
                profile: Vec::new(),
            });
        }
        let expectations = self.expectations(&packs, dataset, Some(&net.came)).await?;
        let writer = self.lake().writer(&model.id)?;
        let pass = Pass::new(&model.id, &run.id, expectations.clone(), writer);
        let came = stream::iter([Ok::<_, Error>(net.came)]).boxed();
        let mut passed = pass.run(came, progress).await?;
        let mut keys = std::mem::take(&mut passed.keys);
        add_keys(&expectations, &net.went, &mut keys);
        let gone = net.went.num_rows() as u64;
        let before = self.session().count(&model.id).await?.rows;
        let after = (before + passed.rows).saturating_sub(gone);
        self.check_row_count(model, dataset, after, &passed).await?;
        Ok(Prepared {
            change: Some(Change::Exchange {
                keys: Arc::new(keys),
                rows: gone,
                went: Some(net.went),
            }),
            state: self.keep(run, state).await?,
            rows_in,
            rows_added: passed.rows,
            rows_removed: gone,
            score: Some(Score::new(&expectations, &passed.findings, passed.rows)),
            findings: passed.findings,
            profile: passed.profile,
            files: passed.files,
        })
    }

    async fn changed_rows(&self, run: &Run, model: &Model, steps: &[Step]) -> Result<Changed> {
        let mut changed = Changed::default();
        for index in 0..steps.len() {
            for (side, session) in self.sides(run, steps, index).await? {
                let rows = session.query(&model.sql).await?.collect().await?;
                match side {
                    Side::Added => changed.came.extend(rows),
                    Side::Removed => changed.went.extend(rows),
                }
            }
        }
        Ok(changed)
    }

    async fn changed_groups(
        &self,
        run: &Run,
        model: &Model,
        last: &Run,
        layout: Layout,
        steps: &[Step],
    ) -> Result<Changed> {
        let mut changes = Vec::new();
        for index in 0..steps.len() {
            let (mut came, mut went) = (Vec::new(), Vec::new());
            for (side, session) in self.sides(run, steps, index).await? {
                let groups = session.groups(&model.sql).await?.collect().await?;
                match side {
                    Side::Added => came = groups,
                    Side::Removed => went = groups,
                }
            }
            changes.push((came, went));
        }
        // The rows that came are there now only when none of them went again.
        let stay =
            matches!(steps, [step] if step.commits == 1 || matches!(step.way, Way::Keyed { .. }));
        let name = last.state.clone().unwrap_or_default();
        let path = self.state_path(&model.id, &name);
        let merged = tokio::task::spawn_blocking(move || {
            let Some(state) = GroupState::read(layout, &path) else {
                let why = "what was kept of the groups is not there, or damaged";
                return Err(Error::NotFollowed(why.to_owned()));
            };
            state
                .merge(&changes, stay)?
                .map_err(|inexact| Error::NotFollowed(inexact.0))
        })
        .await??;
        let session = self.session_at(versions_of(run)).within(LIMIT);
        let finish = async |groups: RecordBatch| -> Result<Vec<RecordBatch>> {
            if groups.num_rows() == 0 {
                return Ok(Vec::new());
            }
            let rows = session
                .finish_groups(&model.sql, vec![groups], true)
                .await?;
            Ok(rows.collect().await?)
        };
        Ok(Changed {
            came: finish(merged.after).await?,
            went: finish(merged.before).await?,
            state: Some(merged.state),
        })
    }

    /// Readers of the two sides of a step: the inputs of the steps before are as they are now, those of the steps after
    /// as they were. A side without rows has none.
    async fn sides(&self, run: &Run, steps: &[Step], index: usize) -> Result<Vec<(Side, Session)>> {
        let Some(step) = steps.get(index) else {
            return Ok(Vec::new());
        };
        let mut at = versions_of(run);
        for later in steps.iter().skip(index + 1) {
            at.versions.insert(later.input.clone(), later.from);
        }
        let only = match &step.way {
            Way::Alone { cut: None } => None,
            Way::Alone { cut: Some(column) } | Way::Keyed { column } => {
                self.values(step, column).await?
            }
        };
        let mut sides = Vec::new();
        for (side, rows) in [(Side::Added, step.added), (Side::Removed, step.removed)] {
            let mut at = at.clone();
            match (&step.way, side) {
                (Way::Alone { .. }, _) if rows == 0 => continue,
                (Way::Alone { .. }, side) => {
                    at.changes.insert(step.input.clone(), step.change(side));
                }
                (Way::Keyed { .. }, Side::Added) => {}
                (Way::Keyed { .. }, Side::Removed) => {
                    at.versions.insert(step.input.clone(), step.from);
                }
            }
            let session = self.session_at(at).within(LIMIT);
            sides.push(match (&only, &step.way) {
                (Some(only), _) => (side, session.only(only.clone())),
                (None, Way::Alone { .. }) => (side, session),
                (None, Way::Keyed { column }) => {
                    let why =
                        format!("`{column}` has more than {VALUES} values in the changed rows");
                    return Err(Error::NotFollowed(why));
                }
            });
        }
        Ok(sides)
    }

    /// The values of a column in the rows that came or went; `None` when there are too many.
    async fn values(&self, step: &Step, column: &str) -> Result<Option<Only>> {
        let mut values = Vec::new();
        for side in [Side::Added, Side::Removed] {
            let mut at = ReadPoint::default();
            at.changes.insert(step.input.clone(), step.change(side));
            let sql = format!("SELECT {column} FROM {}", step.input);
            let rows = self.session_at(at).query(&sql).await?.collect().await?;
            values.extend(
                rows.iter()
                    .filter_map(|rows| rows.columns().first().cloned()),
            );
        }
        let Some(values) = different(&values)? else {
            return Ok(None);
        };
        Ok((values.len() <= VALUES).then(|| Only {
            dataset: step.input.clone(),
            column: column.to_owned(),
            values,
        }))
    }

    /// A declared number of rows is a property of the whole model: outside it a hard check fails the run.
    async fn check_row_count(
        &self,
        model: &Model,
        dataset: &Dataset,
        rows: u64,
        passed: &Passed,
    ) -> Result<()> {
        for check in &dataset.file().checks {
            let (CheckKind::Rows { count }, Level::Hard) = (&check.kind, check.level) else {
                continue;
            };
            let too_few = count.at_least.is_some_and(|least| rows < least);
            let too_many = count.at_most.is_some_and(|most| rows > most);
            if too_few || too_many {
                let files: Vec<String> = passed
                    .files
                    .iter()
                    .map(|file| file.path().to_owned())
                    .collect();
                self.lake().sweep(&model.id, &files).await?;
                let side =
                    |name: &str, bound: Option<u64>| bound.map(|bound| format!("{name} {bound}"));
                let expected = [
                    side("at least", count.at_least),
                    side("at most", count.at_most),
                ];
                return Err(Error::RowCount {
                    model: model.id.clone(),
                    rows,
                    expected: expected
                        .into_iter()
                        .flatten()
                        .collect::<Vec<_>>()
                        .join(" and "),
                });
            }
        }
        Ok(())
    }
}

impl Step {
    fn change(&self, side: Side) -> ChangeOf {
        ChangeOf {
            from: self.from,
            to: self.to,
            side,
        }
    }
}

/// The different values of columns of one type; `None` without any.
fn different(columns: &[ArrayRef]) -> Result<Option<ArrayRef>> {
    let Some(first) = columns.first() else {
        return Ok(None);
    };
    let converter = RowConverter::new(vec![SortField::new(first.data_type().clone())])?;
    let mut values: BTreeSet<Vec<u8>> = BTreeSet::new();
    for column in columns {
        let rows = converter.convert_columns(std::slice::from_ref(column))?;
        values.extend(rows.iter().map(|row| row.as_ref().to_vec()));
    }
    let parser = converter.parser();
    let rows = values.iter().map(|value| parser.parse(value));
    Ok(converter.convert_rows(rows)?.pop())
}

/// The rows that come and go with a change, before equal ones are taken from both.
#[derive(Default)]
struct Changed {
    came: Vec<RecordBatch>,
    went: Vec<RecordBatch>,
    state: Option<GroupState>,
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

fn layout_of(model: &Model) -> Option<Layout> {
    match &model.derivation.form {
        Form::Rows => None,
        Form::Groups { by, keeps, schema } => {
            Some(Layout::new(by.len(), keeps, Arc::clone(schema)))
        }
    }
}

fn dataset_of<'p>(packs: &'p yandu_pack::Packs, model: &Model) -> Result<&'p Dataset> {
    packs
        .dataset(&model.id)
        .ok_or_else(|| Error::NoModel(model.id.to_string()))
}

/// The inputs as a run reads them.
fn versions_of(run: &Run) -> ReadPoint {
    let versions = run
        .inputs
        .iter()
        .map(|(input, span)| (input.clone(), span.to));
    ReadPoint {
        versions: versions.collect(),
        ..ReadPoint::default()
    }
}

fn conform_all(
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

fn add_keys(expectations: &Expectations, rows: &RecordBatch, keys: &mut KeySet) {
    let columns: Vec<ArrayRef> = expectations
        .key
        .iter()
        .filter_map(|column| rows.columns().get(*column).cloned())
        .collect();
    keys.extend(hash_rows(&columns, rows.num_rows()).into_iter().flatten());
}
