//! Accounts and datasets that no policy tells apart.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use yandu_words::Grade;
use yandu_words::id::DatasetId;

use super::Class;
use super::compared::Compared;
use crate::city::{Circumstances, Dataset, Kind, Principal};
use crate::policies::Policies;
use crate::schema::{self, DATASET, DEPARTMENT, DIVISION, PACK, ROLE};

/// What policies name, by type.
#[derive(Debug, Default)]
pub(super) struct Names(HashMap<String, HashSet<String>>);

impl Names {
    pub(super) fn add(&mut self, of_type: &str, id: &str) {
        let names = self.0.entry(of_type.to_owned()).or_default();
        names.insert(id.to_owned());
    }

    fn has(&self, of_type: &str, id: &str) -> bool {
        self.0.get(of_type).is_some_and(|names| names.contains(id))
    }

    fn of(&self, of_type: &str) -> HashSet<String> {
        self.0.get(of_type).cloned().unwrap_or_default()
    }
}

/// All of somebody that policies can look at. A role that none names is nothing to any of them, and a division is known by those of
/// it and above it that they name. The department is always looked at: datasets have owners.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Seen<'p> {
    kind: Kind,
    /// Somebody whom no policy names is anybody.
    id: Option<&'p str>,
    roles: Vec<&'p str>,
    department: Option<&'p str>,
    division: Option<Division<'p>>,
}

#[derive(Debug, PartialEq, Eq, Hash)]
enum Division<'p> {
    /// What the reader sees follows from its code.
    Code(&'p str),
    Named {
        own: Option<&'p str>,
        within: Vec<&'p str>,
    },
}

impl<'p> Seen<'p> {
    fn of(principal: &'p Principal, side: usize, compared: &'p Compared<'_>) -> Self {
        let named = &compared.named;
        let roles = principal.roles.iter().map(String::as_str);
        let id = principal.id.as_str();
        Self {
            kind: principal.kind,
            id: Some(id).filter(|id| named.has(principal.kind.type_name(), id)),
            roles: roles.filter(|role| named.has(ROLE, role)).collect(),
            department: principal.department.as_deref(),
            division: principal
                .division
                .as_deref()
                .map(|code| Division::of(code, principal, side, compared)),
        }
    }
}

impl<'p> Division<'p> {
    fn of(code: &'p str, principal: &Principal, side: usize, compared: &'p Compared<'_>) -> Self {
        let policies = if side == 0 {
            compared.before
        } else {
            compared.after
        };
        let reader = policies.reader(principal, &Circumstances::default());
        let mut rows = compared.by_division.iter();
        if compared.is_moved() || rows.any(|index| !reader.about(index).is_empty()) {
            return Self::Code(code);
        }
        let is_named = |code: &&str| compared.named.has(DIVISION, code);
        Self::Named {
            own: Some(code).filter(is_named),
            within: schema::above(code, &policies.city)
                .filter(is_named)
                .collect(),
        }
    }
}

/// All of somebody, but for a name that no policy has.
type Whole<'p> = (
    Kind,
    Option<&'p str>,
    &'p BTreeSet<String>,
    Option<&'p str>,
    Option<&'p str>,
);

fn whole<'p>(principal: &'p Principal, named: &Names) -> Whole<'p> {
    let id = principal.id.as_str();
    let is_named = named.has(principal.kind.type_name(), id);
    (
        principal.kind,
        is_named.then_some(id),
        &principal.roles,
        principal.department.as_deref(),
        principal.division.as_deref(),
    )
}

/// People in classes, in the order of the first of each.
pub(super) fn classes(people: &[(Principal, Principal)], compared: &Compared<'_>) -> Vec<Class> {
    // Many are alike as a whole, which is quicker to see.
    let mut alike: HashMap<[Whole<'_>; 2], usize> = HashMap::new();
    let mut places: HashMap<[Seen<'_>; 2], usize> = HashMap::new();
    let mut classes: Vec<Class> = Vec::new();
    for (at, (before, after)) in people.iter().enumerate() {
        let key = [before, after].map(|one| whole(one, &compared.named));
        let place = *alike.entry(key).or_insert_with(|| {
            let seen = [Seen::of(before, 0, compared), Seen::of(after, 1, compared)];
            *places.entry(seen).or_insert_with(|| {
                classes.push(Class {
                    before: before.clone(),
                    after: after.clone(),
                    people: Vec::new(),
                });
                classes.len() - 1
            })
        });
        if let Some(class) = classes.get_mut(place) {
            class.people.push(at);
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
    departments: HashSet<String>,
}

impl<'a> Groups<'a> {
    pub(super) fn new(before: &'a Policies, after: &'a Policies, names: &Names) -> Self {
        let sets = [before, after];
        let statements = sets.iter().flat_map(|set| &set.statements);
        let closed: BTreeSet<&DatasetId> = statements
            .flat_map(|statement| &statement.resolved.closed)
            .collect();
        let all = sets.iter().flat_map(|set| set.city.datasets.keys());
        let keys = all.map(|id| {
            let looks = sets.map(|set| set.city.datasets.get(id).map(look));
            let (pack, _) = id.parts();
            let named = |of_type: &str, name: &'a str| names.has(of_type, name).then_some(name);
            // Of one of which a permit shows nothing there is no other like it.
            let closed = closed.contains(id).then_some(id.as_str());
            let dataset = named(DATASET, id.as_str()).or(closed);
            (id, (looks, named(PACK, pack), dataset))
        });
        Self {
            keys: keys.collect(),
            departments: names.of(DEPARTMENT),
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
