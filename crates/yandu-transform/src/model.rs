//! The models of the packs, each with what its query reads and how that can be followed.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use yandu_lake::{Derivation, Form, Ways};
use yandu_pack::{Dataset, Packs};
use yandu_words::id::DatasetId;

use crate::run::Run;
use crate::transform::Transform;
use crate::{Error, Result};

/// A model as its pack declares it.
#[derive(Debug, Clone)]
pub(crate) struct Declared {
    pub(crate) id: DatasetId,
    /// The query, with the settings of the site filled in.
    pub(crate) sql: Result<String, String>,
    pub(crate) may_be_absent: BTreeSet<DatasetId>,
}

/// A model whose query was planned.
#[derive(Debug, Clone)]
pub(crate) struct Model {
    pub(crate) id: DatasetId,
    pub(crate) sql: String,
    /// The inputs that it does not wait for.
    pub(crate) may_be_absent: BTreeSet<DatasetId>,
    pub(crate) derivation: Arc<Derivation>,
}

/// A model that was planned, or why it cannot be.
#[derive(Debug)]
pub(crate) struct Planned {
    pub(crate) id: DatasetId,
    pub(crate) model: Result<Model>,
}

impl Model {
    /// Why no change can be followed, whatever changes.
    pub(crate) fn bar(&self, dataset: &Dataset) -> Option<String> {
        use yandu_pack::declare::CheckKind;
        if dataset.file().key.is_empty() {
            return Some("the model has no key by which single rows could be exchanged".to_owned());
        }
        let whole = dataset
            .file()
            .checks
            .iter()
            .find(|check| matches!(check.kind, CheckKind::Unique { .. }));
        if let Some(check) = whole {
            return Some(format!("check `{}` looks at all rows together", check.name));
        }
        let ways = &self.derivation.ways;
        if !ways.values().all(Ways::is_barred) {
            return None;
        }
        let first = ways.iter().find_map(|(input, ways)| {
            let why = ways.bar.as_ref()?;
            Some(format!("`{input}` {why}"))
        });
        Some(first.unwrap_or_else(|| "it reads no dataset".to_owned()))
    }

    pub(crate) fn groups(&self) -> bool {
        matches!(self.derivation.form, Form::Groups { .. })
    }
}

/// The models of the packs.
pub(crate) fn read(packs: &Packs) -> Vec<Declared> {
    packs
        .models()
        .map(|model| Declared {
            id: model.id().clone(),
            sql: packs.sql_of(model).map_err(|error| error.to_string()),
            may_be_absent: packs
                .dataset(model.id())
                .into_iter()
                .flat_map(|dataset| dataset.file().may_be_absent.iter().cloned())
                .collect(),
        })
        .collect()
}

impl Transform {
    /// The models in an order in which each stands after those that it reads. Those in a circle stand at the end, and
    /// say so.
    pub(crate) async fn planned(&self) -> Vec<Planned> {
        let mut waiting = Vec::new();
        for declared in self.declared().iter() {
            let model = self.plan(declared).await;
            waiting.push(Planned {
                id: declared.id.clone(),
                model,
            });
        }
        order(waiting)
    }

    pub(crate) async fn planned_model(&self, id: &DatasetId) -> Result<Model> {
        let all = self.planned().await;
        all.into_iter()
            .find(|planned| planned.id == *id)
            .ok_or_else(|| Error::NoModel(id.to_string()))?
            .model
    }

    /// The query of a run. Of runs from before queries were kept it is the present one, if it was the same then.
    pub(crate) async fn query_of(&self, run: &Run) -> Result<Option<String>> {
        if let Some(sql) = self.inner.runs.query(&run.fingerprint).await? {
            return Ok(Some(sql));
        }
        let model = self.planned_model(&run.model).await.ok();
        Ok(model
            .filter(|model| self.fingerprint(model) == run.fingerprint)
            .map(|model| model.sql))
    }

    async fn plan(&self, declared: &Declared) -> Result<Model> {
        let Declared {
            id,
            sql,
            may_be_absent,
        } = declared;
        let sql = sql.clone().map_err(|message| Error::Setting {
            model: id.clone(),
            message,
        })?;
        let known = self.known_derivation(id, &sql);
        let derivation = if let Some(derivation) = known {
            derivation
        } else {
            let derivation = Arc::new(self.session().derivation(&sql).await?);
            self.know_derivation(id, &sql, &derivation);
            derivation
        };
        Ok(Model {
            id: id.clone(),
            sql,
            may_be_absent: may_be_absent.clone(),
            derivation,
        })
    }
}

fn order(waiting: Vec<Planned>) -> Vec<Planned> {
    let models: BTreeSet<DatasetId> = waiting.iter().map(|planned| planned.id.clone()).collect();
    let needs: HashMap<DatasetId, BTreeSet<DatasetId>> = waiting
        .iter()
        .map(|planned| {
            let inputs = planned.model.as_ref().ok();
            let inputs = inputs.map(|model| &model.derivation.inputs);
            let needs = inputs
                .into_iter()
                .flatten()
                .filter(|input| models.contains(*input));
            (planned.id.clone(), needs.cloned().collect())
        })
        .collect();
    let mut placed: BTreeSet<DatasetId> = BTreeSet::new();
    let mut ordered = Vec::new();
    let mut waiting = waiting;
    loop {
        let (ready, rest): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|planned| {
            needs
                .get(&planned.id)
                .is_none_or(|needs| needs.is_subset(&placed))
        });
        waiting = rest;
        if ready.is_empty() {
            break;
        }
        placed.extend(ready.iter().map(|planned| planned.id.clone()));
        ordered.extend(ready);
    }
    let circle: Vec<DatasetId> = waiting.iter().map(|planned| planned.id.clone()).collect();
    ordered.extend(waiting.into_iter().map(|planned| Planned {
        model: Err(Error::Circle {
            models: circle.clone(),
        }),
        ..planned
    }));
    ordered
}
