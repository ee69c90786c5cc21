//! What is known of fields, gathered from where it is kept: packs, lineage, and the profile of the newest delivery.

use std::collections::{BTreeSet, HashMap};

use yandu_check::profile::ColumnProfile;
use yandu_classify::{DatasetFacts, FieldFacts, Inflow, Present};
use yandu_collect::BatchStatus;
use yandu_pack::grade::Standing;
use yandu_pack::{Dataset, Packs};
use yandu_transform::lineage::{InheritedGrade, Lineage};
use yandu_words::id::{BatchId, DatasetId};
use yandu_words::{FieldId, Grade};

use crate::Result;
use crate::state::State;

/// The newest collected delivery of each dataset.
pub(super) async fn newest(state: &State) -> Result<HashMap<DatasetId, BatchId>> {
    let newest = state.collector().newest_batches().await?;
    let collected = newest
        .into_iter()
        .filter(|(_, batch)| batch.status == BatchStatus::Collected);
    Ok(collected
        .map(|(dataset, batch)| (dataset, batch.id))
        .collect())
}

pub(super) async fn gather(
    state: &State,
    packs: &Packs,
    lineage: &Lineage,
    datasets: Option<&BTreeSet<DatasetId>>,
) -> Result<Vec<DatasetFacts>> {
    let mut gathered = Vec::new();
    for dataset in packs.datasets() {
        if datasets.is_some_and(|named| !named.contains(dataset.id())) {
            continue;
        }
        // One that was refused or is under way says nothing.
        let batch = match state.collector().batch_named(dataset.id().as_str()).await {
            Ok(batch) => Some(batch),
            Err(yandu_collect::Error::NoBatch(_) | yandu_collect::Error::NoDataset(_)) => None,
            Err(error) => return Err(error.into()),
        };
        let profile = match &batch {
            Some(batch) => state.collector().batch(batch).await?.profile,
            None => Vec::new(),
        };
        gathered.push(DatasetFacts {
            dataset: dataset.id().clone(),
            owner: dataset.file().owner.clone(),
            declared: declared(dataset),
            fields: fields(dataset, lineage, &profile),
            batch,
        });
    }
    Ok(gathered)
}

fn fields(dataset: &Dataset, lineage: &Lineage, profile: &[ColumnProfile]) -> Vec<FieldFacts> {
    let columns = dataset.file().columns.iter();
    columns
        .filter_map(|(name, column)| {
            let of_values = profile.iter().find(|one| one.column == name.as_str());
            Some(FieldFacts {
                field: dataset.field(name.as_str())?,
                name: name.to_string(),
                title: column.title.zh.clone(),
                headers: column.from.clone(),
                standard: column.standard,
                declared: dataset.declared_grade(name.as_str())?,
                is_declared: column.grade.is_some() || column.standard.is_some(),
                inflow: inflow(lineage, dataset, name.as_str()),
                looked: of_values.map_or(0, |one| one.looked),
                looks: of_values.map(|one| one.looks.clone()).unwrap_or_default(),
            })
        })
        .collect()
}

/// What flows into a column, unless its pack says why an aggregate is lower.
fn inflow(lineage: &Lineage, dataset: &Dataset, column: &str) -> Option<Inflow> {
    let inherited = &inherited(lineage, dataset.id(), column)?.inherited;
    let is_declared_lower =
        inherited.standing == Standing::Lowered && !dataset.is_settled_lower(column);
    (!is_declared_lower).then(|| Inflow {
        grade: inherited.grade,
        from: inherited.from.clone(),
    })
}

pub(super) fn inherited<'a>(
    lineage: &'a Lineage,
    dataset: &DatasetId,
    column: &str,
) -> Option<&'a InheritedGrade> {
    let columns = lineage.grades.get(dataset)?;
    columns.iter().find(|one| one.column == column)
}

/// The highest grade that the pack declares for a dataset.
fn declared(dataset: &Dataset) -> Grade {
    let file = dataset.file();
    let columns = file.columns.values().map(|column| file.grade_of(column));
    columns.chain(file.grade).max().unwrap_or(Grade::General1)
}

/// The name that a field of a dataset has now.
pub(super) fn name_of(dataset: &Dataset, field: FieldId) -> Option<&str> {
    let mut names = dataset.file().columns.keys();
    names
        .find(|name| dataset.field(name.as_str()) == Some(field))
        .map(yandu_words::ColumnName::as_str)
}

/// How a field, or a dataset as a whole, stands now; `None` where the field is gone.
pub(super) fn present(
    dataset: &Dataset,
    lineage: &Lineage,
    field: Option<FieldId>,
) -> Option<Present> {
    let owner = dataset.file().owner.clone();
    let id = dataset.id().clone();
    let Some(field) = field else {
        return Some(Present {
            dataset: id,
            owner,
            field: None,
            name: None,
            grade: dataset.grade(),
            declared: declared(dataset),
            inflow: None,
        });
    };
    let name = name_of(dataset, field)?;
    Some(Present {
        dataset: id,
        owner,
        field: Some(field),
        name: Some(name.to_owned()),
        grade: dataset.column_grade(name)?,
        declared: dataset.declared_grade(name)?,
        inflow: inflow(lineage, dataset, name),
    })
}
