//! What of an answer its reader is not shown as it is: told with the rows, so that what is withheld is not taken for what lacks.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yandu_lake::ReadPoint;
use yandu_policy::{Because, Shown};
use yandu_words::id::DatasetId;

use crate::access::SeenColumn;
use crate::export::Leaving;
use crate::lineage::{Flow, QueryLineage};
use crate::state::State;

/// A field which the reader is not shown as it is, and whose values go into a column of the answer or decide what the answer is.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = AnswerHidden)]
pub struct HiddenField {
    /// The place of the column in the answer; the first is 0. Absent where the field decides which rows there are, which become one, or
    /// in which order they come: what stands in for its values is compared there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<u64>,
    #[schema(example = "population.resident.mobile")]
    pub field: String,
    /// `copied` where the column has what stands in for the values themselves, else how they go into it: `transformed`, `aggregated` … or what they
    /// decide: `filter`, `join`, `group`, `sort`.
    pub kind: String,
    /// How the field is seen, and why.
    pub seen: SeenColumn,
    /// The policy or grant under which it is seen so.
    pub policy: String,
    /// Whether another one shows its values as they are in some rows.
    pub is_partial: bool,
}

/// The hidden fields of an answer that reads these datasets at a point. Nothing is read for it, and no use of a grant is counted.
pub(super) async fn fields(
    state: &State,
    leaving: &Leaving<'_>,
    at: ReadPoint,
    read: &[DatasetId],
) -> Vec<HiddenField> {
    let asker = leaving.asker.principal();
    let Some((principal, rights)) = asker.zip(leaving.principal.rights()) else {
        return Vec::new();
    };
    let circumstances = leaving.asker.on(leaving.way);
    let now = state.now();
    let sights: BTreeMap<&str, Vec<Shown>> = read
        .iter()
        .map(|dataset| {
            // Not everything that is permitted is read under: what a page shows by itself is read under no counted grant.
            let permits = rights.permits(dataset, now);
            let mut sight = state.door().sight(&principal, &circumstances, dataset);
            sight.retain(|shown| permits.contains(&shown.policy));
            (dataset.as_str(), sight)
        })
        .collect();
    let mut seen = sights.values().flatten().flat_map(|shown| &shown.columns);
    if !seen.any(|(_, seen)| seen.mask.is_some()) {
        return Vec::new();
    }
    let session = state.lake().session(leaving.principal, at);
    // A question for a plan or for columns has no values in its answer.
    let Ok(mut lineage) = session.lineage(leaving.sql).await else {
        return Vec::new();
    };
    let mut deciding = std::mem::take(&mut lineage.whole);
    deciding.append(&mut lineage.order);
    deciding.sort();
    deciding.dedup();
    let deciding = deciding.into_iter().map(|flow| (None, Flow::from(flow)));
    let columns = QueryLineage::from(lineage).columns.into_iter();
    columns
        .zip(0..)
        .flat_map(|(column, place)| column.from.into_iter().map(move |flow| (Some(place), flow)))
        .chain(deciding)
        .filter_map(|(place, flow)| {
            let sight = sights.get(flow.dataset.as_str())?;
            hidden(place, flow, sight)
        })
        .collect()
}

/// A field of a dataset as it is seen under these permits; none where one of them shows it as it is in all rows.
fn hidden(place: Option<u64>, flow: Flow, sight: &[Shown]) -> Option<HiddenField> {
    let permitting = |shown: &&Shown| {
        let seen = shown.columns.get(&flow.column);
        seen.is_some_and(|seen| seen.because == Because::Permitted)
    };
    let mut plain = sight.iter().filter(permitting);
    if plain.any(|shown| shown.rows.is_none()) {
        return None;
    }
    let (shown, seen) = Shown::masking(&flow.column, sight)?;
    Some(HiddenField {
        place,
        field: format!("{}.{}", flow.dataset, flow.column),
        kind: flow.kind,
        seen: SeenColumn::of(&flow.column, seen, &[]),
        policy: shown.policy.to_string(),
        is_partial: sight.iter().any(|shown| permitting(&shown)),
    })
}
