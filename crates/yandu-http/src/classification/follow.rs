//! What another grade of a column would do to the columns of models.

use std::collections::BTreeMap;

use yandu_pack::grade::Standing;
use yandu_words::Grade;
use yandu_words::id::DatasetId;

use super::decide::grade_of;
use super::facts;
use crate::lineage::of_packs;
use crate::state::State;

/// The grades that columns of models would have where another column had this one. That somebody has decided on a stricter one is not
/// looked at: what opens may be said to be more than it is, and never less.
pub(crate) async fn followed(
    state: &State,
    dataset: &DatasetId,
    column: &str,
    grade: Grade,
) -> BTreeMap<(DatasetId, String), Grade> {
    let packs = state.collector().packs();
    let lineage = of_packs(state).await;
    let present = packs
        .dataset(dataset)
        .and_then(|dataset| dataset.column_grade(column));
    let is_lower = present.is_some_and(|present| grade < present);
    let start = (dataset.clone(), column.to_owned());
    let mut grades = BTreeMap::from([(start.clone(), grade)]);
    // Models go in no circle: each round reaches one further.
    for _ in 0..=lineage.models.len() {
        let mut next = grades.clone();
        for (id, model) in &lineage.models {
            let Some(dataset) = packs.dataset(id) else {
                continue;
            };
            for output in &model.columns {
                let key = (id.clone(), output.name.clone());
                let inherited = facts::inherited(&lineage, id, &output.name);
                // What was lowered for a reason stays as it is.
                let is_open =
                    inherited.is_some_and(|one| one.inherited.standing != Standing::Lowered);
                let mut is_reached = false;
                let mut inflow = Grade::General1;
                for flow in output.from.iter().filter(|flow| flow.kind.is_direct()) {
                    let changed = grades.get(&(flow.dataset.clone(), flow.column.clone()));
                    is_reached |= changed.is_some();
                    let source = changed.copied();
                    let source = source.or_else(|| grade_of(&lineage, &flow.dataset, &flow.column));
                    inflow = inflow.max(source.unwrap_or(Grade::General1));
                }
                let own = dataset.column_grade(&output.name);
                let declared = dataset.declared_grade(&output.name);
                let Some((own, declared)) = own.zip(declared) else {
                    continue;
                };
                if is_open && is_reached && key != start {
                    let new = inflow.max(declared);
                    let new = if is_lower { new.min(own) } else { new.max(own) };
                    next.insert(key, new);
                }
            }
        }
        if next == grades {
            break;
        }
        grades = next;
    }
    grades.remove(&start);
    grades
}
