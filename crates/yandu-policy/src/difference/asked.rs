//! What has to be asked for kin.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use yandu_words::id::DatasetId;

use super::Class;
use super::compared::{Compared, Key};
use super::group::Kin;
use crate::city::{Action, Circumstances, Way};
use crate::decide::Reader;
use crate::index::ByResource;
use crate::policies::{Known, Policies};
use crate::statement::Statement;

/// Datasets of which one is asked for all of a group.
#[derive(Default)]
pub(super) struct Groups<'a> {
    pub(super) members: Vec<Vec<&'a DatasetId>>,
    /// The group of each.
    pub(super) of: HashMap<&'a DatasetId, usize>,
    /// What conditions of the policies about any of them look at.
    looks: Looks,
}

/// Which circumstances conditions look at.
#[derive(Debug, Clone, Copy, Default)]
struct Looks {
    at_any: bool,
    at_purposes: bool,
}

/// What is asked for kin.
pub(super) struct Asked<'k, 'a> {
    pub(super) kin: &'k Kin,
    pub(super) groups: Arc<Groups<'a>>,
    /// Datasets of the own departments of classes, in groups of their own.
    pub(super) own: Vec<(usize, Vec<Vec<&'a DatasetId>>)>,
    /// How many circumstances are told apart.
    pub(super) circumstances: usize,
    /// A bit for each action that may change.
    pub(super) actions: u16,
    pub(super) asks_city: bool,
}

impl Asked<'_, '_> {
    pub(super) fn is_asked(&self) -> bool {
        self.asks_city || !self.groups.members.is_empty()
    }

    pub(super) fn decisions(&self) -> u64 {
        let meant = Action::ALL.into_iter().filter(|one| self.is_about(*one));
        let (on_dataset, on_city): (Vec<Action>, Vec<Action>) =
            meant.partition(|one| one.is_on_dataset());
        let own: usize = self.own.iter().map(|(_, groups)| groups.len()).sum();
        let of_city = if self.asks_city { on_city.len() } else { 0 };
        // In both sets.
        let groups = self.groups.members.len() + own;
        2 * (on_dataset.len() * groups + of_city) as u64 * self.circumstances as u64
    }

    pub(super) fn is_about(&self, action: Action) -> bool {
        self.actions & action.bit() != 0
    }
}

/// All on which it depends which datasets are asked for and which are one: whether somebody is to be another one, the changed policies
/// that are about them, and all that are, by where these stand.
type Same = (bool, [Vec<usize>; 2], [Vec<usize>; 2]);

/// Finds out what has to be asked; for kin that policies do not tell apart once.
pub(super) struct Asking<'c, 'a> {
    compared: &'c Compared<'a>,
    known: HashMap<Same, Arc<Groups<'a>>>,
}

impl<'c, 'a> Asking<'c, 'a> {
    pub(super) fn new(compared: &'c Compared<'a>) -> Self {
        Self {
            compared,
            known: HashMap::new(),
        }
    }

    pub(super) fn of<'k>(&mut self, kin: &'k Kin, classes: &[Class]) -> Asked<'k, 'a> {
        let compared = self.compared;
        let plain = Circumstances::default();
        let [before, after] = &kin.like;
        // Another tree of divisions may put somebody elsewhere.
        let is_other = !kin.is_same || (compared.is_moved() && before.division.is_some());
        let readers = [
            compared.before.reader(before, &plain),
            compared.after.reader(after, &plain),
        ];
        let about = [
            readers[0].about(&compared.changed[0]),
            readers[1].about(&compared.changed[1]),
        ];
        let groups = self.groups(is_other, &about, &readers);
        let city = &compared.before.city_itself;
        let asks_city = is_other || compared.reaches(&about, city);
        let mut looks = groups.looks;
        if asks_city {
            for reader in &readers {
                looks.add(reader.found(city));
            }
        }
        Asked {
            kin,
            own: compared.own(kin, classes, &groups),
            groups,
            circumstances: match looks {
                Looks { at_any: false, .. } => 1,
                Looks {
                    at_purposes: false, ..
                } => Way::ALL.len(),
                _ => compared.circumstances.len(),
            },
            actions: if is_other || !compared.other_datasets.is_empty() {
                Action::ALL.into_iter().map(Action::bit).sum()
            } else {
                compared.actions(&about)
            },
            asks_city,
        }
    }

    fn groups(
        &mut self,
        is_other: bool,
        about: &[Vec<&ByResource>; 2],
        readers: &[Reader<'a>; 2],
    ) -> Arc<Groups<'a>> {
        let places = |about: &[&ByResource]| -> Vec<usize> {
            let places = about.iter().map(|one| std::ptr::from_ref(*one).addr());
            places.collect()
        };
        let key = (
            is_other,
            [places(&about[0]), places(&about[1])],
            [places(readers[0].places()), places(readers[1].places())],
        );
        if let Some(groups) = self.known.get(&key) {
            return Arc::clone(groups);
        }
        let compared = self.compared;
        let sets = [compared.before, compared.after];
        let is_asked = |id: &DatasetId| {
            is_other || compared.other_datasets.contains(id) || {
                let known = sets.iter().find_map(|set| set.datasets.get(id));
                known.is_some_and(|known| compared.reaches(about, known))
            }
        };
        let mut groups = Groups::default();
        let mut same: HashMap<([Vec<usize>; 2], Key<'a>), usize> = HashMap::new();
        let asked = compared.datasets.iter().copied().filter(|id| is_asked(id));
        for id in asked {
            let found = [
                groups.looks.found(&readers[0], compared.before, id),
                groups.looks.found(&readers[1], compared.after, id),
            ];
            let next = groups.members.len();
            let place = *same.entry((found, compared.key(id))).or_insert(next);
            if place == next {
                groups.members.push(Vec::new());
            }
            if let Some(group) = groups.members.get_mut(place) {
                group.push(id);
            }
            groups.of.insert(id, place);
        }
        let groups = Arc::new(groups);
        self.known.insert(key, Arc::clone(&groups));
        groups
    }
}

impl Looks {
    fn add<'s>(&mut self, statements: impl Iterator<Item = &'s Statement>) {
        for statement in statements {
            self.at_any |= statement.looks_at_circumstances();
            self.at_purposes |= statement.looks_at_purposes();
        }
    }

    /// The statements whose scopes are about a reader and a dataset, by where these stand.
    fn found<'a>(
        &mut self,
        reader: &Reader<'a>,
        policies: &'a Policies,
        dataset: &DatasetId,
    ) -> Vec<usize> {
        let Some(known) = policies.datasets.get(dataset) else {
            return Vec::new();
        };
        let found: Vec<&Statement> = reader.found(known).collect();
        self.add(found.iter().copied());
        let place = |one: &&Statement| std::ptr::from_ref(*one).addr();
        found.iter().map(place).collect()
    }
}

impl<'a> Compared<'a> {
    /// Whether a changed policy that is about somebody is about a resource.
    fn reaches(&self, about: &[Vec<&ByResource>; 2], known: &Known) -> bool {
        let mut sides = self.changed.iter().zip(about);
        sides.any(|(index, about)| {
            let found = index.of_resource(about, known.type_name, &known.uid, &known.side.above);
            !found.is_empty()
        })
    }

    /// What the changed policies that are about somebody are about.
    fn actions(&self, about: &[Vec<&ByResource>; 2]) -> u16 {
        let sets = [self.before, self.after];
        let mut actions = 0;
        for (set, about) in sets.into_iter().zip(about) {
            let places = about.iter().flat_map(|one| one.values()).flatten();
            let statements = places.filter_map(|place| set.statements.get(*place as usize));
            actions |= statements.fold(0, |all, statement| all | statement.actions);
        }
        actions
    }

    /// The datasets of the departments of classes, each class with those of a group together that belong to it in the same sets.
    fn own(
        &self,
        kin: &Kin,
        classes: &[Class],
        groups: &Groups<'a>,
    ) -> Vec<(usize, Vec<Vec<&'a DatasetId>>)> {
        let mut own = Vec::new();
        for place in &kin.classes {
            let Some(class) = classes.get(*place) else {
                continue;
            };
            let departments = [&class.before.department, &class.after.department];
            let departments: HashSet<&str> = departments
                .into_iter()
                .flatten()
                .map(String::as_str)
                .collect();
            let mut same: HashMap<(usize, [Option<&str>; 2]), Vec<&'a DatasetId>> = HashMap::new();
            let datasets: HashSet<&'a DatasetId> = departments
                .iter()
                .filter_map(|name| self.owned.get(name))
                .flatten()
                .copied()
                .collect();
            for id in datasets {
                let Some(group) = groups.of.get(id) else {
                    continue;
                };
                let owners = self.owners(id);
                let owners = owners.map(|owner| owner.filter(|name| departments.contains(name)));
                same.entry((*group, owners)).or_default().push(id);
            }
            if !same.is_empty() {
                let mut groups: Vec<Vec<&DatasetId>> = same.into_values().collect();
                for group in &mut groups {
                    group.sort_unstable();
                }
                groups.sort_unstable();
                own.push((*place, groups));
            }
        }
        own
    }
}
