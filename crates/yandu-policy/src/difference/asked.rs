//! What has to be asked for a class of accounts.

use std::collections::HashMap;
use std::sync::Arc;

use yandu_words::id::DatasetId;

use super::Class;
use super::compared::Compared;
use crate::city::{Action, Circumstances};
use crate::index::ByResource;
use crate::policies::Known;
use crate::statement::Statement;

/// Datasets of which one is asked for all of a group.
pub(super) type Grouped<'a> = Vec<Vec<&'a DatasetId>>;

/// What is asked for a class.
pub(super) struct Asked<'a> {
    pub(super) class: usize,
    pub(super) groups: Arc<Grouped<'a>>,
    /// How many circumstances are told apart.
    pub(super) circumstances: usize,
    pub(super) asks_city: bool,
}

impl Asked<'_> {
    pub(super) fn is_asked(&self) -> bool {
        self.asks_city || !self.groups.is_empty()
    }

    pub(super) fn decisions(&self) -> u64 {
        let on_dataset = Action::ALL.into_iter().filter(|one| one.is_on_dataset());
        let on_dataset = on_dataset.count();
        let on_city = Action::ALL.len() - on_dataset;
        let of_city = if self.asks_city { on_city } else { 0 };
        // In both sets.
        2 * (on_dataset * self.groups.len() + of_city) as u64 * self.circumstances as u64
    }
}

/// All on which it depends which datasets are asked for: whether somebody is to be another one, the changed policies that are about
/// them, by where these stand, and what is their department's own.
type Key = (bool, [Vec<usize>; 2], [Option<String>; 2]);

/// Finds out what has to be asked; for classes that changed policies do not tell apart once.
pub(super) struct Asking<'c, 'a> {
    compared: &'c Compared<'a>,
    known: HashMap<Key, Arc<Grouped<'a>>>,
}

impl<'c, 'a> Asking<'c, 'a> {
    pub(super) fn new(compared: &'c Compared<'a>) -> Self {
        Self {
            compared,
            known: HashMap::new(),
        }
    }

    pub(super) fn of(&mut self, place: usize, class: &Class) -> Asked<'a> {
        let compared = self.compared;
        let plain = Circumstances::default();
        let readers = [
            compared.before.reader(&class.before, &plain),
            compared.after.reader(&class.after, &plain),
        ];
        let about = [
            readers[0].about(&compared.changed[0]),
            readers[1].about(&compared.changed[1]),
        ];
        // Another tree of divisions may put somebody elsewhere.
        let is_other =
            class.before != class.after || (compared.is_moved() && class.before.division.is_some());
        let groups = self.groups(class, is_other, &about);
        let mentions = |known: &Known| {
            let mut found = readers.iter().flat_map(|reader| reader.found(known));
            found.any(Statement::looks_at_circumstances)
        };
        let sets = [compared.before, compared.after];
        let depends = groups.iter().filter_map(|group| group.first()).any(|id| {
            let mut known = sets.iter().filter_map(|set| set.datasets.get(*id));
            known.any(mentions)
        });
        let city = &compared.before.city_itself;
        let asks_city = is_other || compared.reaches(&about, city);
        let depends = depends || (asks_city && mentions(city));
        Asked {
            class: place,
            groups,
            circumstances: if depends {
                compared.circumstances.len()
            } else {
                1
            },
            asks_city,
        }
    }

    fn groups(
        &mut self,
        class: &Class,
        is_other: bool,
        about: &[Vec<&ByResource>; 2],
    ) -> Arc<Grouped<'a>> {
        let places = |about: &Vec<&ByResource>| {
            let places = about.iter().map(|one| std::ptr::from_ref(*one).addr());
            places.collect::<Vec<usize>>()
        };
        let key = (
            is_other,
            [places(&about[0]), places(&about[1])],
            [
                class.before.department.clone(),
                class.after.department.clone(),
            ],
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
        let asked = compared.datasets.iter().copied().filter(|id| is_asked(id));
        let groups = Arc::new(compared.groups.of(class, asked));
        self.known.insert(key, Arc::clone(&groups));
        groups
    }
}

impl Compared<'_> {
    /// Whether a changed policy that is about somebody is about a resource.
    fn reaches(&self, about: &[Vec<&ByResource>; 2], known: &Known) -> bool {
        let mut sides = self.changed.iter().zip(about);
        sides.any(|(index, about)| {
            let found = index.of_resource(about, known.type_name, &known.uid, &known.above);
            !found.is_empty()
        })
    }
}
