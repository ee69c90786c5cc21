//! Which grades follow from what was decided, and from what holds until somebody decides.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::future::BoxFuture;
use yandu_pack::{Packs, Settled, SettledColumn};
use yandu_words::{DatasetId, FieldId, Grade};

use crate::classification::{Classification, Classified};
use crate::{Result, store};

/// What a decision is worth when the pack declares something else by now: a pack that becomes stricter goes before, until somebody
/// decides again.
pub(crate) fn in_force_grade(decided: &Classified, declared: Grade) -> Grade {
    if declared > decided.declared {
        decided.grade.max(declared)
    } else {
        decided.grade
    }
}

impl Classification {
    /// What is settled of the fields of packs. `flows` says, for packs with grades laid over them, what flows into columns of
    /// models, and which grade that leaves them.
    pub async fn settled(
        &self,
        packs: &Packs,
        fields: &BTreeMap<DatasetId, BTreeMap<String, FieldId>>,
        flows: &(dyn Fn(Arc<Packs>) -> BoxFuture<'static, Vec<Flow>> + Send + Sync),
    ) -> Result<Settled> {
        let mut connection = self.store.pool().acquire().await?;
        let in_force = store::in_force(&mut connection, None).await?;
        let holding = store::holding(&mut connection).await?;
        drop(connection);
        let mut settled = Settled::default();
        for (dataset, columns) in fields {
            let Some(declared) = packs.dataset(dataset) else {
                continue;
            };
            let whole = in_force.get(&(dataset.clone(), None));
            let entry = settled.entry(dataset);
            entry.grade = whole.map(|decided| decided.grade);
            for (name, field) in columns {
                let decided = in_force.get(&(dataset.clone(), Some(*field)));
                let usual = declared.declared_grade(name).unwrap_or(Grade::General1);
                entry.columns.insert(
                    name.clone(),
                    SettledColumn {
                        field: *field,
                        grade: decided.map(|decided| in_force_grade(decided, usual)),
                        lowered: decided
                            .filter(|decided| decided.is_lowering)
                            .and_then(|decided| decided.reason.clone()),
                    },
                );
            }
        }
        for suggestion in &holding {
            let entry = settled.entry(&suggestion.dataset);
            let Some(field) = suggestion.field else {
                entry.grade = entry.grade.max(Some(suggestion.grade));
                continue;
            };
            let column = entry.columns.values_mut().find(|one| one.field == field);
            if let Some(column) = column {
                column.grade = column.grade.max(Some(suggestion.grade));
            }
        }
        // Grades that packs declare are held to what flows in when packs are checked; following every model costs its planning.
        if in_force.is_empty() && holding.is_empty() {
            return Ok(settled);
        }
        // A lowering was decided over what flowed in then. Where more flows in by now it does not hold, which may let more flow on.
        loop {
            let flowing = flows(Arc::new(packs.settled(&settled))).await;
            let mut is_settled = true;
            for flow in flowing {
                let Some(field) = fields
                    .get(&flow.dataset)
                    .and_then(|columns| columns.get(&flow.column))
                else {
                    continue;
                };
                let key = (flow.dataset.clone(), Some(*field));
                let entry = settled.entry(&flow.dataset);
                let Some(column) = entry.columns.get_mut(&flow.column) else {
                    continue;
                };
                let covered = in_force.get(&key).and_then(|decided| decided.inflow);
                if column.lowered.is_some()
                    && Some(flow.inflow) > covered
                    && flow.inflow > flow.present
                {
                    column.lowered = None;
                    is_settled = false;
                } else if flow.effective > flow.present {
                    column.grade = Some(flow.effective);
                    is_settled = false;
                }
            }
            if is_settled {
                return Ok(settled);
            }
        }
    }
}

/// What flows into a column of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    pub dataset: DatasetId,
    pub column: String,
    /// The highest grade that flows in.
    pub inflow: Grade,
    /// The grade that the column has.
    pub present: Grade,
    /// The grade that it has to have.
    pub effective: Grade,
}
