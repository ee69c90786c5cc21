//! How models stand: fresh, stale, and what they could do about it.

use std::collections::{BTreeMap, BTreeSet};

use yandu_lake::{Changes, Form, ReadPoint, Ways};
use yandu_words::id::DatasetId;

use crate::model::{Model, Planned};
use crate::run::{Run, RunStatus};
use crate::transform::Transform;
use crate::{Error, Result};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Fresh,
    Stale,
    Running,
    Failed,
    /// It has never been refreshed.
    Never,
}

impl Standing {
    pub fn name(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Stale => "stale",
            Self::Running => "running",
            Self::Failed => "failed",
            Self::Never => "never",
        }
    }
}

/// How a model stands.
#[derive(Debug, Clone)]
pub struct ModelStatus {
    pub id: DatasetId,
    pub inputs: Vec<DatasetId>,
    pub standing: Standing,
    /// Why it stands so, where that is not plain.
    pub why: Option<String>,
    pub last_run: Option<Run>,
    pub rows: u64,
    pub version: Option<u64>,
    /// Rows that a refresh under way has looked at.
    pub rows_so_far: Option<u64>,
}

/// What a model's query is, and how it is refreshed.
#[derive(Debug, Clone)]
pub struct Explained {
    pub id: DatasetId,
    pub sql: String,
    /// Whether some change of some input can be followed.
    pub is_incremental: bool,
    pub why: String,
    pub plan: String,
    /// What is kept between two refreshes.
    pub state: Vec<String>,
    /// For each input how its changes can be followed.
    pub inputs: Vec<(DatasetId, Ways)>,
}

impl Transform {
    /// All models, in the order in which they are refreshed.
    pub async fn models(&self) -> Result<Vec<ModelStatus>> {
        let mut models = Vec::new();
        for planned in self.planned().await {
            models.push(self.status(&planned).await?);
        }
        Ok(models)
    }

    /// The datasets that each model reads; none of one that cannot be planned.
    pub async fn inputs(&self) -> BTreeMap<DatasetId, BTreeSet<DatasetId>> {
        let planned = self.planned().await.into_iter();
        let inputs = planned.map(|Planned { id, model }| {
            let inputs = model.map(|model| model.derivation.inputs.clone());
            (id, inputs.unwrap_or_default())
        });
        inputs.collect()
    }

    pub async fn model(&self, id: &DatasetId) -> Result<ModelStatus> {
        let all = self.planned().await;
        let planned = all
            .iter()
            .find(|planned| planned.id == *id)
            .ok_or_else(|| Error::NoModel(id.to_string()))?;
        self.status(planned).await
    }

    /// Whether a dataset is a model.
    pub fn has(&self, id: &DatasetId) -> bool {
        self.declared().iter().any(|declared| declared.id == *id)
    }

    async fn status(&self, planned: &Planned) -> Result<ModelStatus> {
        let last_run = self.inner.runs.newest(&planned.id).await?;
        let (standing, why) = self.standing(planned, last_run.as_ref()).await?;
        let count = self
            .session_at(ReadPoint::default())
            .count(&planned.id)
            .await?;
        let inputs = planned.model.as_ref().map(|model| &model.derivation.inputs);
        Ok(ModelStatus {
            id: planned.id.clone(),
            inputs: inputs.into_iter().flatten().cloned().collect(),
            standing,
            why,
            last_run,
            rows: count.rows,
            version: count.version,
            rows_so_far: self.progress(&planned.id).map(|progress| progress.rows()),
        })
    }

    async fn standing(
        &self,
        planned: &Planned,
        last_run: Option<&Run>,
    ) -> Result<(Standing, Option<String>)> {
        if self.progress(&planned.id).is_some() {
            return Ok((Standing::Running, None));
        }
        let model = match &planned.model {
            Ok(model) => model,
            Err(error) => return Ok((Standing::Failed, Some(error.to_string()))),
        };
        let failure = last_run
            .filter(|run| run.status == RunStatus::Failed)
            .map(|run| run.error.as_ref().map(|error| error.message.clone()));
        if let Some(failure) = failure {
            return Ok((Standing::Failed, failure));
        }
        let missing = self.missing_inputs(model).await?;
        let waits = (!missing.is_empty()).then(|| {
            Error::Waits {
                model: model.id.clone(),
                inputs: missing,
            }
            .to_string()
        });
        if self.inner.runs.newest_done(&model.id).await?.is_none() {
            return Ok((Standing::Never, waits));
        }
        if waits.is_some() {
            return Ok((Standing::Stale, waits));
        }
        let failed = self.failed_input(model).await?;
        let failed = failed.map(|input| format!("it reads `{input}`, whose last refresh failed"));
        Ok(match self.stale(model).await? {
            Some(why) => (Standing::Stale, failed.or(Some(why))),
            None if failed.is_some() => (Standing::Fresh, failed),
            None => (Standing::Fresh, self.absences(model).await?),
        })
    }

    /// An input that is a model and could not be refreshed the last time.
    async fn failed_input(&self, model: &Model) -> Result<Option<DatasetId>> {
        for input in &model.derivation.inputs {
            if self.has_failed(input).await? {
                return Ok(Some(input.clone()));
            }
        }
        Ok(None)
    }

    /// Whether a dataset is a model that could not be refreshed the last time.
    async fn has_failed(&self, id: &DatasetId) -> Result<bool> {
        if !self.has(id) {
            return Ok(false);
        }
        let last = self.inner.runs.newest(id).await?;
        Ok(last.is_some_and(|run| run.status == RunStatus::Failed))
    }

    /// The inputs that have no rows yet, never had, and are waited for.
    pub(crate) async fn missing_inputs(&self, model: &Model) -> Result<Vec<DatasetId>> {
        let mut missing = Vec::new();
        for input in &model.derivation.inputs {
            if self.never_had_rows(input).await? && !self.is_absent(model, input).await? {
                missing.push(input.clone());
            }
        }
        Ok(missing)
    }

    /// Whether a model is made as if this input were there without rows: it may be absent, and never had any. One that is held up
    /// by a fault is not absent, for nobody knows which rows it would have.
    pub(crate) async fn is_absent(&self, model: &Model, input: &DatasetId) -> Result<bool> {
        Ok(model.may_be_absent.contains(input)
            && self.never_had_rows(input).await?
            && !self.is_held_up(input).await?)
    }

    /// Whether a dataset is a model that cannot be planned or could not be refreshed the last time, or reads such a one, directly or
    /// through others.
    async fn is_held_up(&self, id: &DatasetId) -> Result<bool> {
        if !self.has(id) {
            return Ok(false);
        }
        let all = Box::pin(self.planned()).await;
        let mut seen = BTreeSet::new();
        let mut left = vec![id.clone()];
        while let Some(next) = left.pop() {
            let Some(planned) = all.iter().find(|planned| planned.id == next) else {
                continue;
            };
            let Ok(model) = &planned.model else {
                return Ok(true);
            };
            if self.has_failed(&next).await? {
                return Ok(true);
            }
            if seen.insert(next) {
                left.extend(model.derivation.inputs.iter().cloned());
            }
        }
        Ok(false)
    }

    async fn never_had_rows(&self, id: &DatasetId) -> Result<bool> {
        let lake = self.lake();
        Ok(lake.version(id).await?.is_none() && lake.tail(id).await?.writes == 0)
    }

    /// Says which inputs a model is made without.
    async fn absences(&self, model: &Model) -> Result<Option<String>> {
        let mut absences = Vec::new();
        for input in &model.derivation.inputs {
            if self.is_absent(model, input).await? {
                absences.push(format!(
                    "it is made without `{input}`, which has no rows yet"
                ));
            }
        }
        Ok((!absences.is_empty()).then(|| absences.join("; ")))
    }

    /// Why a model has to be refreshed; `None` when its rows are those that its inputs make.
    pub(crate) async fn stale(&self, model: &Model) -> Result<Option<String>> {
        let Some(last) = self.inner.runs.newest_done(&model.id).await? else {
            return Ok(Some("it has never been refreshed".to_owned()));
        };
        if last.fingerprint != self.fingerprint(model) {
            return Ok(Some(
                "its query, its columns or a setting changed".to_owned(),
            ));
        }
        if let Some(why) = self.displaced(&last).await? {
            return Ok(Some(why));
        }
        for input in &model.derivation.inputs {
            let read = last.inputs.get(input).and_then(|span| span.to);
            if read != self.lake().version(input).await? {
                return Ok(Some(format!("`{input}` changed")));
            }
            if self.lake().tail(input).await?.writes > 0 {
                return Ok(Some(format!("rows were written to `{input}`")));
            }
        }
        Ok(None)
    }

    /// Why the rows of a model are not those that a run left, when they are not.
    pub(crate) async fn displaced(&self, last: &Run) -> Result<Option<String>> {
        let displaced =
            || Some("its rows were changed by something else than a refresh".to_owned());
        let (Some(left), Some(present)) = (last.version, self.lake().version(&last.model).await?)
        else {
            return Ok(displaced());
        };
        if left == present {
            return Ok(None);
        }
        let changes = self.lake().changes(&last.model, left, present).await?;
        let is_same = changes
            == Changes::Known {
                added: 0,
                removed: 0,
                commits: 0,
            };
        Ok(if is_same { None } else { displaced() })
    }

    /// Whether the last refresh failed, and everything is as it was then.
    pub(crate) async fn has_failed_so(&self, model: &Model) -> Result<bool> {
        let Some(last) = self.inner.runs.newest(&model.id).await? else {
            return Ok(false);
        };
        if last.status != RunStatus::Failed || last.fingerprint != self.fingerprint(model) {
            return Ok(false);
        }
        for input in &model.derivation.inputs {
            let read = last.inputs.get(input).and_then(|span| span.to);
            if read != self.lake().version(input).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Says what a model's query is, and how it is refreshed.
    pub async fn explain(&self, id: &DatasetId) -> Result<Explained> {
        let model = self.planned_model(id).await?;
        let packs = self.packs();
        let dataset = packs
            .dataset(id)
            .ok_or_else(|| Error::NoModel(id.to_string()))?;
        let bar = model.bar(dataset);
        let derivation = &model.derivation;
        let (way, state) = match &derivation.form {
            Form::Rows => (
                "rows follow from single rows of the inputs: those that come or go with a change are computed and exchanged by key".to_owned(),
                Vec::new(),
            ),
            Form::Groups { by, keeps, .. } => {
                let mut state = vec![format!("group: {}", by.join(", ")), "rows of the group".to_owned()];
                state.extend(keeps.iter().map(|kept| kept.name.clone()));
                (
                    "rows follow from groups: counts and sums are kept, and those of changed rows merged into them".to_owned(),
                    state,
                )
            }
        };
        Ok(Explained {
            id: id.clone(),
            sql: model.sql.clone(),
            is_incremental: bar.is_none(),
            state: if bar.is_none() { state } else { Vec::new() },
            why: bar.unwrap_or(way),
            plan: derivation.plan.clone(),
            inputs: derivation
                .inputs
                .iter()
                .map(|input| {
                    (
                        input.clone(),
                        derivation.ways.get(input).cloned().unwrap_or_default(),
                    )
                })
                .collect(),
        })
    }

    /// The models that read a model directly.
    pub async fn readers(&self, id: &DatasetId) -> BTreeSet<DatasetId> {
        self.planned()
            .await
            .into_iter()
            .filter(|planned| {
                let inputs = planned.model.as_ref().map(|model| &model.derivation.inputs);
                inputs.is_ok_and(|inputs| inputs.contains(id))
            })
            .map(|planned| planned.id)
            .collect()
    }
}
