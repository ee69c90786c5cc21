//! Computing what follows from a change of the inputs: the rows that come and go, or the groups that they touch.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::row::{RowConverter, SortField};
use futures::future::try_join_all;
use futures::{StreamExt, stream};
use yandu_check::Score;
use yandu_lake::{Change, ChangeOf, Only, ReadPoint, Rows, Session, Side};

use super::compute::{
    LIMIT, add_keys, check_row_count, conform_all, dataset_of, layout_of, versions_of,
};
use super::decide::{Step, Way};
use super::net::Net;
use super::part::timed;
use super::pass::Pass;
use super::{Prepared, paths};
use crate::model::Model;
use crate::progress::Progress;
use crate::run::Run;
use crate::state::{GroupState, Layout, Merged};
use crate::transform::Transform;
use crate::{Error, Result};

/// Values of a column by which rows are looked for; of more, reading all is as good.
const VALUES: usize = 2_000;

impl Transform {
    /// Keeps what is kept of groups after a step, in the file of the last run when it is the same.
    async fn keep_after(&self, run: &Run, last: &Run, kept: Kept) -> Result<Option<String>> {
        match kept {
            Kept::Nothing => Ok(None),
            Kept::Same => Ok(last.state.clone()),
            Kept::New(state) => self.keep(run, Some(state)).await,
        }
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
        let Changed {
            came,
            went,
            kept,
            note,
        } = match layout_of(model) {
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
                note,
                change: None,
                files: Vec::new(),
                state: self.keep_after(run, last, kept).await?,
                rows_in,
                rows_added: 0,
                rows_removed: 0,
                score: last.score.clone(),
                findings: Vec::new(),
                profile: Vec::new(),
            });
        }
        let expectations = timed(
            "expectations",
            self.expectations(&packs, dataset, Some(&net.came)),
        )
        .await?;
        let pass = Pass::new(self.lake(), &model.id, &run.id, expectations.clone());
        let came = stream::iter([Ok::<_, Error>(net.came)]).boxed();
        let mut passed = timed("pass", pass.run(came, progress)).await?;
        let mut keys = std::mem::take(&mut passed.keys);
        add_keys(&expectations, &net.went, &mut keys);
        let gone = net.went.num_rows() as u64;
        let checking = async {
            let before = timed("count", async { self.session().count(&model.id).await })
                .await?
                .rows;
            let after = (before + passed.rows).saturating_sub(gone);
            check_row_count(model, dataset, after)?;
            self.keep_after(run, last, kept).await
        };
        let kept: Result<Option<String>> = Box::pin(checking).await;
        if kept.is_err() {
            self.lake().sweep(&model.id, &paths(&passed.files)).await;
        }
        Ok(Prepared {
            note,
            change: Some(Change::Exchange {
                keys: Arc::new(keys),
                rows: gone,
                went: Some(net.went),
            }),
            state: kept?,
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
            let sides = self.sides(run, steps, index).await?;
            let read = sides.into_iter().map(|(side, session)| async move {
                let rows = timed("changed rows", collected(session.query(&model.sql)));
                Ok::<_, Error>((side, rows.await?))
            });
            for (side, rows) in try_join_all(read).await? {
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
            let sides = self.sides(run, steps, index).await?;
            let read = sides.into_iter().map(|(side, session)| async move {
                let groups = timed("changed groups", collected(session.groups(&model.sql)));
                Ok::<_, Error>((side, groups.await?))
            });
            let (mut came, mut went) = (Vec::new(), Vec::new());
            for (side, groups) in try_join_all(read).await? {
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
        let changes = Arc::new(changes);
        let counted = Arc::clone(&changes);
        let merging = tokio::task::spawn_blocking(move || {
            let Some(state) = GroupState::read(layout, &path) else {
                let why = "what was kept of the groups is not there, or damaged";
                return Err(Error::NotFollowed(why.to_owned()));
            };
            let merged = state.merge(&counted, stay)?;
            Ok((state, merged))
        });
        let (merged, note) = match timed("merge groups", merging).await?? {
            (_, Ok(merged)) => (merged, None),
            (state, Err(inexact)) => {
                let regrouping = self.regrouped(run, model, steps, &state, &changes, &inexact.0);
                let (merged, note) = timed("groups anew", regrouping).await?;
                (merged, Some(note))
            }
        };
        let session = self.session_at(versions_of(run)).within(LIMIT);
        let finish = async |groups: RecordBatch| -> Result<Vec<RecordBatch>> {
            if groups.num_rows() == 0 {
                return Ok(Vec::new());
            }
            let rows = session.finish_groups(&model.sql, vec![groups], true);
            timed("finish groups", collected(rows)).await
        };
        if merged.is_same {
            return Ok(Changed {
                kept: Kept::Same,
                note,
                ..Changed::default()
            });
        }
        let (came, went) = futures::try_join!(finish(merged.after), finish(merged.before))?;
        Ok(Changed {
            came,
            went,
            kept: Kept::New(merged.state),
            note,
        })
    }

    /// Groups whose change cannot be merged exactly, computed anew from the rows that share values of a column with the
    /// changed ones, where whole groups do.
    async fn regrouped(
        &self,
        run: &Run,
        model: &Model,
        steps: &[Step],
        state: &GroupState,
        changes: &[(Vec<RecordBatch>, Vec<RecordBatch>)],
        inexact: &str,
    ) -> Result<(Merged, String)> {
        let not_followed = || Error::NotFollowed(inexact.to_owned());
        let [step] = steps else {
            return Err(not_followed());
        };
        let ways = model.derivation.ways.get(&step.input);
        let by = ways.and_then(|ways| ways.regroup.as_ref());
        let by = by.ok_or_else(not_followed)?;
        let only = self.values(step, &by.column).await?;
        let session = self.session_at(versions_of(run)).within(LIMIT);
        let session = session.only(only.ok_or_else(not_followed)?);
        let groups = collected(session.groups(&model.sql)).await?;
        let note = format!("groups computed anew by `{}`, because {inexact}", by.column);
        Ok((state.replaced(changes, &groups)?, note))
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
        let only = match step.way.followed() {
            None => None,
            Some(followed) => self.values(step, &followed.column).await?,
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
                (None, Way::Keyed { by }) => {
                    let column = &by.column;
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
        let read = [Side::Added, Side::Removed].map(|side| {
            let mut at = ReadPoint::default();
            at.changes.insert(step.input.clone(), step.change(side));
            let session = self.session_at(at);
            let sql = format!("SELECT {column} FROM {}", step.input);
            async move { timed("values", collected(session.query(&sql))).await }
        });
        let read = try_join_all(read).await?;
        let values: Vec<ArrayRef> = read
            .iter()
            .flatten()
            .filter_map(|rows| rows.columns().first().cloned())
            .collect();
        let Some(values) = different(&values)? else {
            return Ok(None);
        };
        Ok((values.len() <= VALUES).then(|| Only {
            dataset: step.input.clone(),
            column: column.to_owned(),
            values,
        }))
    }
}

async fn collected(
    rows: impl Future<Output = yandu_lake::Result<Rows>>,
) -> Result<Vec<RecordBatch>> {
    Ok(rows.await?.collect().await?)
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
    kept: Kept,
    /// What has to be said of the way.
    note: Option<String>,
}

/// What is kept of groups after a change.
#[derive(Default)]
enum Kept {
    #[default]
    Nothing,
    /// What was kept before.
    Same,
    New(GroupState),
}
