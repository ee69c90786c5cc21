//! Two sets, and where they differ.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use yandu_words::FieldId;
use yandu_words::id::DatasetId;

use super::group::{Groups, Names};
use super::purpose::purposes_of;
use super::{OTHER_PURPOSE, RowOrder};
use crate::city::{Circumstances, Dataset, Way};
use crate::index::Index;
use crate::policies::{GRANTS, Policies};
use crate::statement::Statement;

/// Two sets, and where they differ.
pub(super) struct Compared<'a> {
    pub(super) before: &'a Policies,
    pub(super) after: &'a Policies,
    pub(super) order: &'a dyn RowOrder,
    /// Names that policies of either set have.
    pub(super) named: Names,
    /// The policies that the other set has not.
    pub(super) changed: [Index; 2],
    /// Permits whose rows follow from the division of the reader.
    pub(super) by_division: [Index; 2],
    /// All datasets of both.
    pub(super) datasets: BTreeSet<&'a DatasetId>,
    /// Those that are not in both as they are.
    pub(super) other_datasets: BTreeSet<&'a DatasetId>,
    /// What columns of before are called after, where it is not what they were called.
    pub(super) renamed: HashMap<&'a DatasetId, BTreeMap<String, String>>,
    pub(super) groups: Groups<'a>,
    pub(super) circumstances: Vec<Circumstances>,
}

impl<'a> Compared<'a> {
    pub(super) fn new(before: &'a Policies, after: &'a Policies, order: &'a dyn RowOrder) -> Self {
        let ids = |set: &'a Policies| -> HashMap<&'a str, &'a Statement> {
            let statements = set.statements.iter();
            statements.map(|one| (one.id.as_ref(), one)).collect()
        };
        let (earlier, later) = (ids(before), ids(after));
        let mut named = Names::default();
        let mut purposes = BTreeSet::new();
        let mut changed = [Index::default(), Index::default()];
        let mut by_division = [Index::default(), Index::default()];
        // Where policies look at whether a purpose is said, or which one, more than the purpose of a grant may depend on it.
        let all = before.statements.iter().chain(&after.statements);
        let asks_of_grants = all
            .filter(|statement| !statement.is_grant())
            .any(Statement::looks_at_purposes);
        let sides = [(before, &later), (after, &earlier)];
        let indices = changed.iter_mut().zip(&mut by_division);
        for ((set, other), (changed, by_division)) in sides.into_iter().zip(indices) {
            for (place, statement) in set.statements.iter().enumerate() {
                let known = other.get(statement.id.as_ref());
                let is_changed = known.is_none_or(|known| known.text != statement.text);
                if is_changed {
                    changed.add(place as u32, &statement.principal, &statement.resource);
                }
                if statement
                    .rows()
                    .is_some_and(|rows| rows.contains("$division"))
                {
                    by_division.add(place as u32, &statement.principal, &statement.resource);
                }
                if is_changed || asks_of_grants || !statement.is_grant() {
                    purposes_of(&statement.policy, &mut purposes);
                }
                for uid in statement.policy.entity_literals() {
                    named.add(uid.type_name().basename(), uid.id().unescaped());
                }
            }
        }
        let (one, other) = (&before.city.datasets, &after.city.datasets);
        let datasets: BTreeSet<&DatasetId> = one.keys().chain(other.keys()).collect();
        let other_datasets: BTreeSet<&DatasetId> = datasets
            .iter()
            .copied()
            .filter(|id| one.get(*id) != other.get(*id))
            .collect();
        let renamed = other_datasets.iter().copied().filter_map(|id| {
            let names = names_after(one.get(id)?, other.get(id)?);
            (!names.is_empty()).then_some((id, names))
        });
        let mut said = vec![None];
        said.extend(purposes.into_iter().map(Some));
        said.push(Some(OTHER_PURPOSE.to_owned()));
        let circumstances = said.into_iter().flat_map(|purpose| {
            Way::ALL.into_iter().map(move |way| Circumstances {
                purpose: purpose.clone(),
                way,
            })
        });
        Self {
            renamed: renamed.collect(),
            groups: Groups::new(before, after, &named),
            circumstances: circumstances.collect(),
            before,
            after,
            order,
            named,
            changed,
            by_division,
            datasets,
            other_datasets,
        }
    }

    /// Whether divisions belong elsewhere in the other set.
    pub(super) fn is_moved(&self) -> bool {
        self.before.city.above != self.after.city.above
    }
}

/// What the columns of a dataset are called in another state of it, as far as they are called otherwise. One that is gone while its
/// name is another field's is told apart by a stroke.
fn names_after(before: &Dataset, after: &Dataset) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    for (name, column) in &before.columns {
        let there = after.columns.get(name);
        let is_recorded = |field: FieldId| field.0 < FieldId::UNRECORDED;
        let called = if is_recorded(column.field) {
            after.name_of(column.field)
        } else {
            // Nobody has said which field it is, so that its name says it.
            there.map(|_| name.as_str())
        };
        match called {
            Some(called) if called != name => {
                names.insert(name.clone(), called.to_owned());
            }
            None if there.is_some() => {
                names.insert(name.clone(), format!("{name}′"));
            }
            _ => {}
        }
    }
    names
}

impl Statement {
    /// Whether it was made of a grant.
    fn is_grant(&self) -> bool {
        self.source() == GRANTS
    }

    /// Whether it may decide otherwise in other circumstances: the word stands in it.
    pub(super) fn looks_at_circumstances(&self) -> bool {
        self.is_conditional && self.text.contains("context")
    }

    /// Whether what it decides may depend on the purpose.
    fn looks_at_purposes(&self) -> bool {
        self.looks_at_circumstances() && self.text.contains("purpose")
    }
}
