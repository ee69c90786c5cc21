//! Two sets, and where they differ.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use yandu_words::Grade;
use yandu_words::id::DatasetId;

use super::group::Names;
use super::purpose::purposes_of;
use super::{OTHER_PURPOSE, RowOrder};
use crate::city::{Circumstances, Dataset, Principal, Way};
use crate::index::Index;
use crate::policies::{GRANTS, Policies};
use crate::schema::{DATASET, DEPARTMENT, PACK};
use crate::statement::Statement;

/// All of a dataset that conditions can look at. Who owns it is looked at apart, where no condition names a department.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Look<'a> {
    origin: &'a str,
    sharing: &'a str,
    opening: &'a str,
    grade: Grade,
    owner: Option<&'a str>,
}

/// A dataset in both sets as conditions look at it, with its name where it is told apart by that.
pub(super) type Key<'a> = ([Option<Look<'a>>; 2], Option<&'a str>);

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
    /// Datasets by the departments that they belong to, in either set.
    pub(super) owned: HashMap<&'a str, BTreeSet<&'a DatasetId>>,
    keys: HashMap<&'a DatasetId, Key<'a>>,
    pub(super) circumstances: Vec<Circumstances>,
}

impl<'a> Compared<'a> {
    pub(super) fn new(before: &'a Policies, after: &'a Policies, order: &'a dyn RowOrder) -> Self {
        let ids = |set: &'a Policies| -> HashMap<&'a str, &'a Statement> {
            let statements = set.statements.iter();
            statements.map(|one| (one.id.as_ref(), one)).collect()
        };
        let (earlier, later) = (ids(before), ids(after));
        let (mut named, mut in_conditions) = (Names::default(), Names::default());
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
                let scope = statement.resource.name();
                for uid in statement.policy.entity_literals() {
                    let (of_type, id) = (uid.type_name().basename(), uid.id().unescaped());
                    named.add(of_type, id);
                    // What the scope names is found by it.
                    if scope != Some(&uid) {
                        in_conditions.add(of_type, id);
                    }
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
            owned: owned(before, after),
            keys: keys(before, after, &in_conditions, &datasets),
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

    pub(super) fn key(&self, dataset: &DatasetId) -> Key<'a> {
        let key = self.keys.get(dataset);
        key.cloned().unwrap_or(([None, None], None))
    }

    /// The departments that a dataset belongs to before and after.
    pub(super) fn owners(&self, dataset: &DatasetId) -> [Option<&'a str>; 2] {
        [self.before, self.after].map(|set| {
            let declared = set.city.datasets.get(dataset);
            declared.map(|declared| declared.owner.as_str())
        })
    }

    /// Whether a dataset belongs to the department of somebody before or after.
    pub(super) fn owns(&self, somebody: [&Principal; 2], dataset: &DatasetId) -> bool {
        let owners = self.owners(dataset);
        let mut departments = somebody.iter().filter_map(|one| one.department.as_deref());
        departments.any(|department| owners.contains(&Some(department)))
    }

    /// Whether divisions belong elsewhere in the other set.
    pub(super) fn is_moved(&self) -> bool {
        self.before.city.above != self.after.city.above
    }
}

fn owned<'a>(
    before: &'a Policies,
    after: &'a Policies,
) -> HashMap<&'a str, BTreeSet<&'a DatasetId>> {
    let mut owned: HashMap<&str, BTreeSet<&DatasetId>> = HashMap::new();
    for set in [before, after] {
        for (id, dataset) in &set.city.datasets {
            owned.entry(&dataset.owner).or_default().insert(id);
        }
    }
    owned
}

/// What conditions see of each dataset.
fn keys<'a>(
    before: &'a Policies,
    after: &'a Policies,
    named: &Names,
    datasets: &BTreeSet<&'a DatasetId>,
) -> HashMap<&'a DatasetId, Key<'a>> {
    let sets = [before, after];
    let statements = sets.iter().flat_map(|set| &set.statements);
    let closed: BTreeSet<&DatasetId> = statements
        .flat_map(|statement| &statement.resolved.closed)
        .collect();
    let look = |dataset: &'a Dataset| Look {
        origin: &dataset.origin,
        sharing: &dataset.sharing,
        opening: &dataset.opening,
        grade: dataset.grade(),
        owner: Some(dataset.owner.as_str()).filter(|owner| named.has(DEPARTMENT, owner)),
    };
    let keys = datasets.iter().map(|id| {
        let looks = sets.map(|set| set.city.datasets.get(*id).map(look));
        let is_named = named.has(DATASET, id.as_str()) || named.has(PACK, id.parts().0);
        // Of one of which a permit shows nothing there is no other like it.
        let is_apart = is_named || closed.contains(id);
        (*id, (looks, is_apart.then_some(id.as_str())))
    });
    keys.collect()
}

/// What the columns of a dataset are called in another state of it, as far as they are called otherwise. One that is gone while its
/// name is another field's is told apart by a stroke.
fn names_after(before: &Dataset, after: &Dataset) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    for (name, column) in &before.columns {
        let there = after.columns.get(name);
        let called = if column.field.is_recorded() {
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
        self.condition.is_some() && self.text.contains("context")
    }

    /// Whether what it decides may depend on the purpose.
    pub(super) fn looks_at_purposes(&self) -> bool {
        self.looks_at_circumstances() && self.text.contains("purpose")
    }
}
