//! Columns that may be meant to be others under another name, which only whoever wrote them knows.

use serde::{Deserialize, Serialize};
use yandu_words::{ColumnName, DatasetId, fold_header};

use super::Comparison;
use crate::declare::Column;
use crate::packs::Packs;

/// A column that goes while one like it comes: they are one where the new one says the former name under `from`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PossibleRename {
    pub dataset: DatasetId,
    pub from: ColumnName,
    pub to: ColumnName,
}

impl Packs {
    /// Columns of offered packs that may be renamed ones of these and do not say so: of the same type, and delivered under the same
    /// headers or with the same title.
    pub fn possible_renames(&self, offered: &Self) -> Vec<PossibleRename> {
        let datasets = offered.datasets().filter_map(|after| {
            let before = self.dataset(after.id())?;
            Some(Comparison::new(self, offered, before, after))
        });
        datasets
            .flat_map(|comparison| comparison.possible_renames())
            .collect()
    }
}

impl Comparison<'_> {
    fn possible_renames(&self) -> Vec<PossibleRename> {
        let (before, after) = (&self.before.file().columns, &self.after.file().columns);
        let known = self.renamed();
        let went = before.iter().filter(|(name, _)| {
            !after.contains_key(*name) && !known.iter().any(|(from, _)| from == name)
        });
        let came: Vec<(&ColumnName, &Column)> = after
            .iter()
            .filter(|(name, _)| {
                !before.contains_key(*name) && !known.iter().any(|(_, to)| to == name)
            })
            .collect();
        let pairs = went.filter_map(|(from, was)| {
            let mut like = came.iter().filter(|(_, column)| is_like(was, column));
            // Where several are like it, which of them it is cannot be said.
            match (like.next(), like.next()) {
                (Some((to, _)), None) => Some(PossibleRename {
                    dataset: self.after.id().clone(),
                    from: from.clone(),
                    to: (*to).clone(),
                }),
                _ => None,
            }
        });
        pairs.collect()
    }
}

fn is_like(before: &Column, after: &Column) -> bool {
    let headers: Vec<String> = before.from.iter().map(|one| fold_header(one)).collect();
    let mut delivered = after.from.iter();
    let is_delivered_alike = delivered.any(|header| headers.contains(&fold_header(header)));
    before.value_type() == after.value_type()
        && before.standard == after.standard
        && before.codes == after.codes
        && (is_delivered_alike || before.title.zh == after.title.zh)
}
