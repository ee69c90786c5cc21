//! Lineage of the packs that are installed: computed once, and again only where something changed.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use arrow::datatypes::SchemaRef;
use yandu_lake::{SqlLineage, model_inputs, model_lineage};
use yandu_pack::declare::{CheckKind, Origin, ReferenceTarget};
use yandu_pack::{Dataset, Packs};
use yandu_words::DatasetId;

use crate::lineage::grade::{InheritedGrade, inherited_grades};
use crate::lineage::graph::{ColumnNode, DatasetNode, Graph, GraphBuilder, SourceNode};

/// Lineage at one state of the packs.
#[derive(Debug, Default)]
pub struct Lineage {
    pub graph: Graph,
    /// Of each model.
    pub models: BTreeMap<DatasetId, Arc<SqlLineage>>,
    /// Models that could not be followed; the packs have errors then.
    pub unknown: Vec<UnknownLineage>,
    /// What the columns of each model inherit, in their order; a column that no value flows into is not there.
    pub grades: BTreeMap<DatasetId, Vec<InheritedGrade>>,
}

/// A model whose lineage is not known, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownLineage {
    pub model: DatasetId,
    pub why: String,
}

/// What was found of one model, and for what.
#[derive(Debug, Clone)]
struct Known {
    sql: String,
    inputs: HashMap<DatasetId, SchemaRef>,
    lineage: Arc<SqlLineage>,
}

/// Keeps lineage in step with packs. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Lineages {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    newest: Mutex<Option<(Arc<Packs>, Arc<Lineage>)>>,
    /// By model; held while lineage is computed, so that only one does.
    known: Arc<tokio::sync::Mutex<HashMap<DatasetId, Known>>>,
}

impl Lineages {
    /// The lineage of these packs. The first call plans every model; after a change of packs only those are planned
    /// again whose SQL or inputs have changed.
    pub async fn of(&self, packs: &Arc<Packs>) -> Arc<Lineage> {
        if let Some(lineage) = self.newest(packs) {
            return lineage;
        }
        let mut known = Arc::clone(&self.inner.known).lock_owned().await;
        if let Some(lineage) = self.newest(packs) {
            return lineage;
        }
        let of = Arc::clone(packs);
        let computed = tokio::task::spawn_blocking(move || {
            let lineage = Lineage::compute(&of, &mut known);
            (known, lineage)
        })
        .await;
        let lineage = match computed {
            Ok((_known, lineage)) => lineage,
            Err(error) => {
                tracing::error!(%error, "lineage could not be computed");
                return Arc::default();
            }
        };
        let lineage = Arc::new(lineage);
        let newest = (Arc::clone(packs), Arc::clone(&lineage));
        *self
            .inner
            .newest
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Some(newest);
        lineage
    }

    fn newest(&self, packs: &Arc<Packs>) -> Option<Arc<Lineage>> {
        let newest = self
            .inner
            .newest
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let (of, lineage) = newest.as_ref()?;
        Arc::ptr_eq(of, packs).then(|| Arc::clone(lineage))
    }
}

impl Lineage {
    /// The lineage of packs, computed now.
    pub fn of(packs: &Packs) -> Self {
        Self::compute(packs, &mut HashMap::new())
    }

    fn compute(packs: &Packs, known: &mut HashMap<DatasetId, Known>) -> Self {
        let mut builder = GraphBuilder::default();
        for dataset in packs.datasets() {
            builder.dataset(node(dataset));
        }
        let mut models = BTreeMap::new();
        let mut unknown = Vec::new();
        known.retain(|id, _| packs.model(id).is_some());
        for model in packs.models() {
            match follow(packs, model, known.get(model.id())) {
                Ok(found) => {
                    builder.model(model.id(), &found.lineage);
                    models.insert(model.id().clone(), Arc::clone(&found.lineage));
                    known.insert(model.id().clone(), found);
                }
                Err(why) => unknown.push(UnknownLineage {
                    model: model.id().clone(),
                    why,
                }),
            }
        }
        references(packs, &mut builder);
        for source in packs.sources() {
            let node = SourceNode {
                id: source.id().clone(),
                title: source.file().title.clone(),
            };
            builder.source(node, &source.file().dataset);
        }
        let graph = builder.build();
        Self {
            grades: inherited_grades(&graph),
            graph,
            models,
            unknown,
        }
    }
}

fn follow(
    packs: &Packs,
    model: &yandu_pack::Model,
    known: Option<&Known>,
) -> Result<Known, String> {
    let sql = packs.sql_of(model).map_err(|error| error.to_string())?;
    let mut inputs = HashMap::new();
    for input in model_inputs(&sql).map_err(|problem| problem.message)? {
        let id = input.name.parse::<DatasetId>();
        let dataset = id.ok().and_then(|id| packs.dataset(&id));
        if let Some(dataset) = dataset {
            inputs.insert(dataset.id().clone(), dataset.schema());
        }
    }
    if let Some(known) = known.filter(|known| known.sql == sql && known.inputs == inputs) {
        return Ok(known.clone());
    }
    let lineage = model_lineage(&inputs, &sql).map_err(|problem| problem.message)?;
    Ok(Known {
        sql,
        inputs,
        lineage: Arc::new(lineage),
    })
}

fn node(dataset: &Dataset) -> DatasetNode {
    let file = dataset.file();
    DatasetNode {
        id: dataset.id().clone(),
        title: file.title.clone(),
        origin: origin(file.origin).to_owned(),
        owner: file.owner.clone(),
        steward: file.steward.clone(),
        grade: dataset.grade(),
        columns: file
            .columns
            .iter()
            .map(|(name, column)| ColumnNode {
                is_settled_lower: dataset.is_settled_lower(name.as_str()),
                name: name.to_string(),
                title: column.title.clone(),
                grade: dataset
                    .column_grade(name.as_str())
                    .unwrap_or(dataset.grade()),
                lowered: dataset.lowered(name.as_str()).map(str::to_owned),
            })
            .collect(),
    }
}

fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::Collect => "collect",
        Origin::Model => "model",
        Origin::Matter => "matter",
        Origin::Form => "form",
        Origin::Observe => "observe",
    }
}

/// What checks say of the values of two columns.
fn references(packs: &Packs, builder: &mut GraphBuilder) {
    for dataset in packs.datasets() {
        for check in &dataset.file().checks {
            let CheckKind::References { column, target } = &check.kind else {
                continue;
            };
            if let Some(referred) = referred(packs, target) {
                builder.reference((&target.dataset, referred), (dataset.id(), column.as_str()));
            }
        }
    }
}

/// The column that a reference names, or else the key of its dataset.
fn referred<'a>(packs: &'a Packs, target: &'a ReferenceTarget) -> Option<&'a str> {
    if let Some(column) = &target.column {
        Some(column.as_str())
    } else {
        let dataset = packs.dataset(&target.dataset)?;
        dataset
            .file()
            .key
            .first()
            .map(yandu_words::ColumnName::as_str)
    }
}

#[cfg(test)]
mod tests;
