//! Accounts and datasets that no policy tells apart.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use yandu_words::Grade;
use yandu_words::id::DatasetId;

use super::Class;
use crate::city::{Dataset, Principal};
use crate::policies::Policies;
use crate::schema::{DATASET, DEPARTMENT, PACK};

type Names = BTreeSet<(String, String)>;

fn is_named(names: &Names, of_type: &str, id: &str) -> bool {
    names.contains(&(of_type.to_owned(), id.to_owned()))
}

/// People in classes, in the order of the first of each.
pub(super) fn classes(people: &[(Principal, Principal)], names: &Names) -> Vec<Class> {
    let mut places: HashMap<(Principal, Principal), usize> = HashMap::new();
    let mut classes: Vec<Class> = Vec::new();
    // Somebody whom no policy names is anybody.
    let unnamed = |principal: &Principal| {
        let is_named = is_named(names, principal.kind.type_name(), &principal.id);
        Principal {
            id: if is_named {
                principal.id.clone()
            } else {
                String::new()
            },
            ..principal.clone()
        }
    };
    for (before, after) in people {
        let key = (unnamed(before), unnamed(after));
        let place = *places.entry(key).or_insert_with(|| {
            classes.push(Class {
                before: before.clone(),
                after: after.clone(),
                accounts: Vec::new(),
            });
            classes.len() - 1
        });
        if let Some(class) = classes.get_mut(place) {
            class.accounts.push(before.id.clone());
        }
    }
    classes
}

/// All of a dataset that a policy can look at, but for who owns it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Look<'a> {
    origin: &'a str,
    sharing: &'a str,
    opening: &'a str,
    grade: Grade,
    owner: &'a str,
}

/// A dataset in both sets, and the pack and the id where policies name them.
type Key<'a> = ([Option<Look<'a>>; 2], Option<&'a str>, Option<&'a str>);

/// Datasets that policies look at.
pub(super) struct Groups<'a> {
    keys: BTreeMap<&'a DatasetId, Key<'a>>,
    /// Departments that policies name.
    departments: BTreeSet<String>,
}

impl<'a> Groups<'a> {
    pub(super) fn new(before: &'a Policies, after: &'a Policies, names: &Names) -> Self {
        let sets = [before, after];
        let all = sets.iter().flat_map(|set| set.city.datasets.keys());
        let keys = all.map(|id| {
            let looks = sets.map(|set| set.city.datasets.get(id).map(look));
            let (pack, _) = id.parts();
            let named =
                |of_type: &str, name: &'a str| is_named(names, of_type, name).then_some(name);
            (id, (looks, named(PACK, pack), named(DATASET, id.as_str())))
        });
        let departments = names.iter().filter(|(of_type, _)| of_type == DEPARTMENT);
        Self {
            keys: keys.collect(),
            departments: departments.map(|(_, name)| name.clone()).collect(),
        }
    }

    /// Datasets in groups that are one to a class: whose they are matters where they are their own, or policies name it.
    pub(super) fn of(
        &self,
        class: &Class,
        datasets: impl Iterator<Item = &'a DatasetId>,
    ) -> Vec<Vec<&'a DatasetId>> {
        let mut groups: BTreeMap<Key<'_>, Vec<&'a DatasetId>> = BTreeMap::new();
        let own = [&class.before.department, &class.after.department];
        for id in datasets {
            let Some((looks, pack, name)) = self.keys.get(id) else {
                continue;
            };
            let looks = looks.clone().map(|look| {
                look.map(|look| {
                    let is_own = own.iter().any(|own| own.as_deref() == Some(look.owner));
                    let is_told = is_own || self.departments.contains(look.owner);
                    Look {
                        owner: if is_told { look.owner } else { "" },
                        ..look
                    }
                })
            });
            groups.entry((looks, *pack, *name)).or_default().push(id);
        }
        groups.into_values().collect()
    }
}

fn look(dataset: &Dataset) -> Look<'_> {
    Look {
        origin: &dataset.origin,
        sharing: &dataset.sharing,
        opening: &dataset.opening,
        grade: dataset.grade(),
        owner: &dataset.owner,
    }
}
