//! From rows back to what they were made of.

use arrow::array::RecordBatch;
use futures::future::{BoxFuture, FutureExt, try_join_all};
use yandu_lake::{
    Amount, Contribution, Error as LakeError, Principal, ReadPoint, Session, Version,
};
use yandu_words::id::{BatchId, DatasetId};

use super::named::{told_apart, typed};
use super::{Limits, Made, Named, Step, in_time};
use crate::refresh::versions_of;
use crate::run::Run;
use crate::transform::Transform;
use crate::{Error, Result};

/// What is said of an input that was absent.
const ABSENT: &str = "it had no rows yet when the model was refreshed";

/// One trail that is being followed.
pub(super) struct Following<'a> {
    pub(super) transform: &'a Transform,
    principal: &'a Principal,
    pub(super) limits: Limits,
}

/// Rows of a dataset whose making is wanted.
struct Wanted<'a> {
    dataset: &'a DatasetId,
    version: Option<Version>,
    rows: &'a RecordBatch,
    more: bool,
    /// How the rows were asked for, when that can be said of the query too.
    asked: Option<&'a RecordBatch>,
    /// The run that read the rows.
    reader: Option<&'a BatchId>,
    depth: usize,
}

impl Transform {
    /// The trail of the rows of a dataset that have the values of one of `rows` in its columns; each of `rows` names the
    /// same columns, and one that names none stands for all rows.
    ///
    /// It is that of the present, or of a version of the dataset. What the principal may not see is not in it.
    pub async fn trail(
        &self,
        principal: &Principal,
        dataset: &DatasetId,
        rows: &[Named],
        version: Option<Version>,
        limits: Limits,
    ) -> Result<Step> {
        let following = Following::new(self, principal, limits);
        in_time(following.begin(dataset, rows, version)).await
    }
}

impl<'a> Following<'a> {
    pub(super) fn new(transform: &'a Transform, principal: &'a Principal, limits: Limits) -> Self {
        Self {
            transform,
            principal,
            limits,
        }
    }
}

impl Following<'_> {
    async fn begin(
        &self,
        dataset: &DatasetId,
        rows: &[Named],
        version: Option<Version>,
    ) -> Result<Step> {
        let mut at = ReadPoint::default();
        at.versions
            .extend(version.map(|version| (dataset.clone(), version)));
        let session = self.session(at);
        let asked = typed(dataset, &session.schema(dataset)?, rows)?;
        let mut step = self.rows_in(&session, dataset, &asked).await?;
        let is_of_query = |name: &str| ![yandu_lake::BATCH, yandu_lake::ROW].contains(&name);
        let schema = asked.schema();
        let can_ask = schema
            .fields()
            .iter()
            .all(|field| is_of_query(field.name()));
        step.made = self
            .made(Wanted {
                dataset,
                version: step.version,
                rows: &step.rows,
                more: step.more,
                asked: can_ask.then_some(&asked),
                reader: None,
                depth: self.limits.depth,
            })
            .await?;
        Ok(step)
    }

    /// The rows of a dataset that are named by values.
    pub(super) async fn rows_of(
        &self,
        dataset: &DatasetId,
        rows: &[Named],
        at: ReadPoint,
    ) -> Result<Step> {
        let session = self.session(at);
        let asked = typed(dataset, &session.schema(dataset)?, rows)?;
        self.rows_in(&session, dataset, &asked).await
    }

    /// The rows of a dataset, as a session sees it, that have the values of one of these.
    pub(super) async fn rows_in(
        &self,
        session: &Session,
        dataset: &DatasetId,
        rows: &RecordBatch,
    ) -> Result<Step> {
        let all = format!("SELECT * FROM {dataset}");
        let found = session.provenance(&all, rows, self.amount()).await?;
        let found = found.contributions.into_iter().next();
        let found = found.ok_or_else(|| LakeError::NoDataset(dataset.clone()))?;
        Ok(self.step(found))
    }

    /// The columns that together name a row.
    pub(super) fn key_of(&self, dataset: &DatasetId) -> Vec<String> {
        let packs = self.transform.packs();
        let declared = packs.dataset(dataset);
        let key = declared.map(|dataset| dataset.file().key.iter().map(ToString::to_string));
        key.into_iter().flatten().collect()
    }

    pub(super) fn session(&self, at: ReadPoint) -> Session {
        self.transform.lake().session(self.principal, at)
    }

    fn amount(&self) -> Amount {
        Amount {
            rows: self.limits.rows,
            counted: self.limits.counted,
        }
    }

    pub(super) fn owner(&self, dataset: &DatasetId) -> Option<String> {
        let packs = self.transform.packs();
        let declared = packs.dataset(dataset)?;
        Some(declared.file().owner.clone())
    }

    fn step(&self, found: Contribution) -> Step {
        Step {
            owner: self.owner(&found.dataset),
            dataset: found.dataset,
            version: found.version,
            rows: found.rows,
            more: found.more,
            count: found.count,
            contributes: found.contributes,
            decides: found.decides,
            doubts: found.doubts,
            gone: None,
            made: None,
        }
    }

    /// How rows came about; `None` when the dataset is no model.
    fn made<'a>(&'a self, wanted: Wanted<'a>) -> BoxFuture<'a, Result<Option<Made>>> {
        async move {
            if !self.transform.has(wanted.dataset) {
                return Ok(None);
            }
            let end = |run: Option<Run>, sql: Option<String>, why: &str| {
                Ok(Some(Made {
                    run,
                    sql,
                    partial: false,
                    inputs: Vec::new(),
                    end: Some(why.to_owned()),
                }))
            };
            let runs = &self.transform.inner.runs;
            let run = match wanted.version {
                Some(version) => runs.done_at(wanted.dataset, version, wanted.reader).await?,
                None => None,
            };
            let Some(run) = run else {
                return end(None, None, "no refresh is recorded that left the model so");
            };
            let Some(sql) = self.transform.query_of(&run).await? else {
                return end(Some(run), None, "the query of that refresh was not kept");
            };
            if wanted.rows.num_rows() == 0 {
                return end(Some(run), Some(sql), "there is no row to follow");
            }
            if wanted.depth == 0 {
                return end(Some(run), Some(sql), "the trail was to go no deeper");
            }
            let inputs = match self.inputs(&wanted, &run, &sql).await {
                Err(Error::Lake(error @ (LakeError::Query(_) | LakeError::NoDataset(_)))) => {
                    let why =
                        format!("the query of that refresh cannot be asked any more: {error}");
                    return end(Some(run), Some(sql), &why);
                }
                inputs => inputs?,
            };
            Ok(Some(Made {
                partial: wanted.more && wanted.asked.is_none(),
                run: Some(run),
                sql: Some(sql),
                inputs,
                end: None,
            }))
        }
        .boxed()
    }

    /// The rows of the inputs of a run that the wanted rows were made of.
    async fn inputs(&self, wanted: &Wanted<'_>, run: &Run, sql: &str) -> Result<Vec<Step>> {
        let rows = match wanted.asked {
            Some(asked) if wanted.more => asked.clone(),
            _ => told_apart(&self.key_of(wanted.dataset), wanted.rows)?,
        };
        let session = self.session(versions_of(run));
        let found = match session.provenance(sql, &rows, self.amount()).await {
            Ok(found) => found.contributions,
            Err(error) => return self.gone(run, error),
        };
        let following = found.into_iter().map(async |found| {
            let mut step = self.step(found);
            if is_absent(run, &step.dataset) {
                step.gone = Some(ABSENT.to_owned());
                return Ok::<_, Error>(step);
            }
            step.made = self
                .made(Wanted {
                    dataset: &step.dataset,
                    version: step.version,
                    rows: &step.rows,
                    more: step.more,
                    asked: None,
                    reader: Some(&run.id),
                    depth: wanted.depth - 1,
                })
                .await?;
            Ok::<_, Error>(step)
        });
        try_join_all(following).await
    }

    /// The inputs of a run of which a version is kept no longer.
    fn gone(&self, run: &Run, error: LakeError) -> Result<Vec<Step>> {
        let (LakeError::Vacuumed { .. } | LakeError::NoVersion { .. }) = &error else {
            return Err(error.into());
        };
        let why = error.to_string();
        let steps = run.inputs.iter().map(|(input, span)| {
            let gone = if span.to.is_none() {
                ABSENT
            } else {
                why.as_str()
            };
            Step {
                version: span.to,
                gone: Some(gone.to_owned()),
                ..Step::without_rows(input, self.owner(input))
            }
        });
        Ok(steps.collect())
    }
}

/// Whether a run read an input without rows, because there were none yet.
fn is_absent(run: &Run, input: &DatasetId) -> bool {
    run.inputs.get(input).is_some_and(|span| span.to.is_none())
}
