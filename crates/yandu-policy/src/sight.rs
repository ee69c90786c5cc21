//! What somebody sees of a dataset: rows, columns, and masks with their reasons.

use std::sync::Arc;

use indexmap::IndexMap;
use yandu_words::id::DatasetId;
use yandu_words::{Grade, Mask};

use crate::city::{Action, Column, Dataset};
use crate::decide::{Holding, Reader};
use crate::statement::{Effect, Shows, Statement};

/// What one policy shows of a dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    pub policy: Arc<str>,
    /// Which rows: a condition of SQL in which `$name` stands for a value of the reader; `None` for all.
    pub rows: Option<Arc<str>>,
    /// The columns that are shown.
    pub columns: IndexMap<String, Seen>,
}

impl Shown {
    /// Which of several permits of a dataset count before this one for a column, in the rows that both show: those whose mask leaves
    /// more, and the first by name of such as leave as much.
    pub fn gives_way_to<'a>(&self, column: &str, others: &'a [Self]) -> Vec<&'a Arc<str>> {
        let Some(Some(own)) = self.columns.get(column).map(|seen| seen.mask.as_ref()) else {
            return Vec::new();
        };
        let counts = others.iter().filter(|other| {
            other.columns.get(column).is_some_and(|theirs| {
                Mask::by_what_is_left(theirs.mask.as_ref(), Some(own))
                    .then_with(|| other.policy.cmp(&self.policy))
                    .is_lt()
            })
        });
        counts.map(|other| &other.policy).collect()
    }

    /// Of several permits of a dataset the one whose mask of a column counts before the others', in the rows that all of them show;
    /// none where none masks it.
    pub fn masking<'a>(column: &str, all: &'a [Self]) -> Option<(&'a Self, &'a Seen)> {
        let showing = all
            .iter()
            .filter_map(|one| Some((one, one.columns.get(column)?)));
        let masking = showing.filter(|(_, seen)| seen.mask.is_some());
        masking.min_by(|(one, seen), (other, theirs)| {
            Mask::by_what_is_left(seen.mask.as_ref(), theirs.mask.as_ref())
                .then_with(|| one.policy.cmp(&other.policy))
        })
    }
}

/// How a column is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// What stands in for its values; `None` where they are shown as they are.
    pub mask: Option<Mask>,
    pub because: Because,
}

/// Why a column is shown so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Because {
    /// The permit shows values up to the grade of the column.
    Permitted,
    /// The column is of a higher grade than the permit shows.
    Grade(Grade),
    /// The permit says so for this column.
    Masked,
    /// This policy withholds it, whatever permits show.
    Withheld(Arc<str>),
}

/// Something that a permit would show and another policy takes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    pub policy: Arc<str>,
    pub basis: Option<Arc<str>>,
    /// The column whose values are withheld; `None` where the dataset is denied as a whole.
    pub column: Option<String>,
}

impl Reader<'_> {
    /// What other policies take back of what one permit would show of a dataset to this reader.
    pub fn conflicts(&self, dataset: &DatasetId, permit: &str) -> Vec<Conflict> {
        let known = self.policies.datasets.get(dataset);
        let Some((known, declared)) = known.zip(self.policies.city.datasets.get(dataset)) else {
            return Vec::new();
        };
        let holding = self.holding(Action::Read, known);
        let permits = holding.permits.iter();
        let Some(shows) =
            permits
                .filter(|one| one.id.as_ref() == permit)
                .find_map(|one| match &one.effect {
                    Effect::Permit(shows) => Some(shows),
                    Effect::Forbid | Effect::Withhold(_) => None,
                })
        else {
            return Vec::new();
        };
        let conflict = |statement: &Statement, column: Option<String>| Conflict {
            policy: Arc::clone(&statement.id),
            basis: statement.basis.clone(),
            column,
        };
        // What the program forbids administrators takes nothing back from those whom a grant is for.
        let forbids = holding.forbids.iter().filter(|one| !one.is_built_in());
        let denied = forbids.map(|one| conflict(one, None));
        let withheld = holding.withholds.iter().flat_map(|one| {
            let wanted = columns(declared, shows, &[]);
            let left = columns(declared, shows, &[one]);
            let lost = wanted.into_iter().filter(move |(name, seen)| {
                let now = left.get(name);
                // What nothing was shown of is not taken back.
                seen.mask != Some(Mask::Null) && now.is_some_and(|now| now != seen)
            });
            lost.map(|(name, _)| conflict(one, Some(name)))
        });
        denied.chain(withheld).collect()
    }

    /// What each permit shows of a dataset. Nothing where it may not be read, so that it is not there.
    pub fn shown(&self, dataset: &DatasetId) -> Vec<Shown> {
        let known = self.policies.datasets.get(dataset);
        let Some((known, declared)) = known.zip(self.policies.city.datasets.get(dataset)) else {
            return Vec::new();
        };
        self.holding(Action::Read, known).shown(dataset, declared)
    }
}

impl Holding<'_> {
    /// What the permits that hold show of a dataset.
    pub(crate) fn shown(&self, id: &DatasetId, declared: &Dataset) -> Vec<Shown> {
        if !self.is_allowed() {
            return Vec::new();
        }
        let permits = self.permits.iter();
        permits
            .filter_map(|permit| match &permit.effect {
                Effect::Permit(shows) => Some(Shown {
                    policy: Arc::clone(&permit.id),
                    rows: permit.rows_of(id).cloned(),
                    columns: columns(declared, shows, &self.withholds),
                }),
                Effect::Forbid | Effect::Withhold(_) => None,
            })
            .filter(|shown| !shown.columns.is_empty())
            .collect()
    }
}

fn columns(dataset: &Dataset, shows: &Shows, withholds: &[&Statement]) -> IndexMap<String, Seen> {
    let Some(up_to) = shows.up_to else {
        return IndexMap::new();
    };
    let is_shown = |column: &Column| {
        shows
            .columns
            .as_ref()
            .is_none_or(|columns| columns.fields.contains(&column.field))
    };
    let columns = dataset.columns.iter();
    columns
        .filter(|(_, column)| is_shown(column))
        .map(|(name, column)| (name.clone(), seen(column, shows, up_to, withholds)))
        .collect()
}

fn seen(column: &Column, shows: &Shows, up_to: Grade, withholds: &[&Statement]) -> Seen {
    for statement in withholds {
        if let Effect::Withhold(withheld) = &statement.effect
            && column.grade >= withheld.from
            && withheld
                .columns
                .as_ref()
                .is_none_or(|columns| columns.fields.contains(&column.field))
        {
            return Seen {
                mask: Some(Mask::Null),
                because: Because::Withheld(Arc::clone(&statement.id)),
            };
        }
    }
    // Of important and core data above the permit's grade nothing is left, whatever mask stands there.
    if column.grade > up_to && column.grade >= Grade::Important {
        return Seen {
            mask: Some(Mask::Null),
            because: Because::Grade(column.grade),
        };
    }
    if let Some(mask) = shows.field_masks.get(&column.field) {
        return Seen {
            mask: Some(mask.clone()),
            because: Because::Masked,
        };
    }
    if column.grade <= up_to {
        return Seen {
            mask: None,
            because: Because::Permitted,
        };
    }
    Seen {
        mask: Some(column.mask.clone()),
        because: Because::Grade(column.grade),
    }
}
