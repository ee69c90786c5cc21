//! What changes, found by asking both sets.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};
use yandu_words::id::DatasetId;

use super::asked::Asked;
use super::compared::Compared;
use super::view::{self, StepKind};
use super::{Class, Step};
use crate::city::{Action, Circumstances, Dataset, Principal, Way};
use crate::decide::{Holding, Reader};
use crate::policies::Policies;
use crate::statement::Statement;

/// What opens (`true`) and what closes.
type Changes = Vec<(bool, StepKind)>;

/// The number of some changes; of none it is 0.
type Number = usize;

/// What is found for kin, one after the other. What has been compared once is not compared again.
pub(super) struct Finder<'c, 'a> {
    compared: &'c Compared<'a>,
    classes: &'c [Class],
    changes: IndexSet<Changes>,
    /// What statements show together, by where their texts are kept.
    showing: HashMap<Vec<usize>, usize>,
    views: HashMap<Viewed<'a>, Number>,
    /// The classes for which a dataset, or the city, changes in the same way. Of each circumstances the duties, and what is shown.
    found: IndexMap<Changed<'a>, Vec<usize>>,
}

type Changed<'a> = (Option<&'a DatasetId>, Vec<[Number; 2]>);

/// All on which it depends how what is shown of a dataset changes.
#[derive(PartialEq, Eq, Hash)]
struct Viewed<'a> {
    dataset: &'a DatasetId,
    /// What is shown before and after.
    showing: [usize; 2],
    /// The class, where it matters who it is.
    class: Option<usize>,
}

/// What a group of datasets shows in some circumstances.
struct Sides<'a> {
    duties: Number,
    holding: [Holding<'a>; 2],
    showing: [usize; 2],
    /// Whether what is shown follows from who reads.
    has_values: bool,
}

/// Who reads: one of a class, or of kin where it does not matter which.
#[derive(Clone, Copy)]
struct Who<'p> {
    class: Option<usize>,
    sides: [&'p Principal; 2],
}

impl<'c, 'a> Finder<'c, 'a> {
    pub(super) fn new(compared: &'c Compared<'a>, classes: &'c [Class]) -> Self {
        Self {
            compared,
            classes,
            changes: IndexSet::from([Changes::new()]),
            showing: HashMap::new(),
            views: HashMap::new(),
            found: IndexMap::new(),
        }
    }

    /// Looks at what changes for kin.
    pub(super) fn look_at(&mut self, asked: &Asked<'_, 'a>) {
        let (compared, classes) = (self.compared, self.classes);
        let [before, after] = &asked.kin.like;
        let readers = self.readers(asked, [before, after]);
        if asked.asks_city {
            let on_city = |action: &Action| !action.is_on_dataset() && asked.is_about(*action);
            let changes: Vec<[Number; 2]> = readers
                .iter()
                .map(|readers| {
                    let may =
                        |reader: &Reader<'a>, action| reader.decide_in_city(action).is_allowed;
                    [self.duties(readers, on_city, may), 0]
                })
                .collect();
            self.add(None, changes, asked.kin.classes.iter().copied());
        }
        for group in &asked.groups.members {
            // What is their own is looked at apart.
            let mut others = group
                .iter()
                .copied()
                .filter(|id| !compared.owns([before, after], id));
            let Some(first) = others.next() else {
                continue;
            };
            let sides = self.sides(asked, &readers, first);
            for dataset in std::iter::once(first).chain(others) {
                self.look_at_others(asked, dataset, &sides);
            }
        }
        for (place, groups) in &asked.own {
            let Some(class) = classes.get(*place) else {
                continue;
            };
            let who = Who {
                class: Some(*place),
                sides: [&class.before, &class.after],
            };
            let readers = self.readers(asked, who.sides);
            for group in groups {
                let Some(first) = group.first() else {
                    continue;
                };
                let sides = self.sides(asked, &readers, first);
                for dataset in group.iter().copied() {
                    let changes = self.changes_of(dataset, &sides, who);
                    self.add(Some(dataset), changes, [*place]);
                }
            }
        }
    }

    /// Looks at a dataset for those of kin whose own it is not.
    fn look_at_others(
        &mut self,
        asked: &Asked<'_, 'a>,
        dataset: &'a DatasetId,
        sides: &[Sides<'a>],
    ) {
        let kin = asked.kin;
        let (compared, classes) = (self.compared, self.classes);
        let others = kin.classes.iter().copied().filter(|place| {
            let class = classes.get(*place);
            class.is_some_and(|class| !compared.owns([&class.before, &class.after], dataset))
        });
        let is_other = compared.other_datasets.contains(dataset);
        let is_valued = sides.iter().any(|sides| {
            let [before, after] = sides.showing;
            sides.has_values && (before != after || is_other || !kin.is_same)
        });
        if is_valued {
            for place in others {
                if let Some(class) = classes.get(place) {
                    let who = Who {
                        class: Some(place),
                        sides: [&class.before, &class.after],
                    };
                    let changes = self.changes_of(dataset, sides, who);
                    self.add(Some(dataset), changes, [place]);
                }
            }
            return;
        }
        let [before, after] = &kin.like;
        let who = Who {
            class: None,
            sides: [before, after],
        };
        let changes = self.changes_of(dataset, sides, who);
        self.add(Some(dataset), changes, others);
    }

    fn readers(
        &self,
        asked: &Asked<'_, 'a>,
        [before, after]: [&Principal; 2],
    ) -> Vec<[Reader<'a>; 2]> {
        let compared = self.compared;
        let circumstances = compared.circumstances.iter().take(asked.circumstances);
        let readers = circumstances.map(|circumstances| {
            [
                compared.before.reader(before, circumstances),
                compared.after.reader(after, circumstances),
            ]
        });
        readers.collect()
    }

    /// How a dataset changes in each of the circumstances.
    fn changes_of(
        &mut self,
        dataset: &'a DatasetId,
        sides: &[Sides<'a>],
        who: Who<'_>,
    ) -> Vec<[Number; 2]> {
        let changes = sides
            .iter()
            .map(|sides| [sides.duties, self.view(dataset, sides, who)]);
        changes.collect()
    }

    fn add(
        &mut self,
        dataset: Option<&'a DatasetId>,
        changes: Vec<[Number; 2]>,
        classes: impl IntoIterator<Item = usize>,
    ) {
        if changes.iter().any(|numbers| *numbers != [0, 0]) {
            let found = self.found.entry((dataset, changes)).or_default();
            found.extend(classes);
        }
    }

    fn number(&mut self, changes: Changes) -> Number {
        self.changes.insert_full(changes).0
    }

    /// Which duties change.
    fn duties(
        &mut self,
        [earlier, later]: &[Reader<'a>; 2],
        is_meant: impl Fn(&Action) -> bool,
        may: impl Fn(&Reader<'a>, Action) -> bool,
    ) -> Number {
        let duties = Action::ALL.into_iter().filter(is_meant);
        let duties = duties.filter_map(|action| {
            let (before, after) = (may(earlier, action), may(later, action));
            (before != after).then_some((after, StepKind::Duty(action)))
        });
        let duties = duties.collect();
        self.number(duties)
    }

    /// What a group shows in each of the circumstances, asked for by one of it.
    fn sides(
        &mut self,
        asked: &Asked<'_, 'a>,
        readers: &[[Reader<'a>; 2]],
        first: &DatasetId,
    ) -> Vec<Sides<'a>> {
        let is_duty = |action: &Action| {
            action.is_on_dataset() && *action != Action::Read && asked.is_about(*action)
        };
        let may = |reader: &Reader<'a>, action| held(reader, action, first).is_allowed();
        let mut all = Vec::with_capacity(readers.len());
        for readers in readers {
            let holding = if asked.is_about(Action::Read) {
                let [earlier, later] = readers;
                [
                    held(earlier, Action::Read, first),
                    held(later, Action::Read, first),
                ]
            } else {
                Default::default()
            };
            all.push(Sides {
                duties: self.duties(readers, is_duty, may),
                showing: [self.showing(&holding[0]), self.showing(&holding[1])],
                has_values: holding.iter().any(has_values),
                holding,
            });
        }
        all
    }

    /// The number of what statements show together.
    fn showing(&mut self, holding: &Holding<'a>) -> usize {
        let mut key = Vec::new();
        if holding.is_allowed() {
            // A statement that both sets have is one with one text.
            let same = |statement: &&Statement| Arc::as_ptr(&statement.text).cast::<u8>().addr();
            key.extend(holding.permits.iter().map(same));
            key.push(0);
            key.extend(holding.withholds.iter().map(same));
        }
        let next = self.showing.len();
        *self.showing.entry(key).or_insert(next)
    }

    /// How what is shown of a dataset changes.
    fn view(&mut self, dataset: &'a DatasetId, sides: &Sides<'a>, who: Who<'_>) -> Number {
        let compared = self.compared;
        let [earlier, later] = who.sides;
        let is_same = sides.showing[0] == sides.showing[1]
            && !compared.other_datasets.contains(dataset)
            && (!sides.has_values || earlier.values() == later.values());
        if is_same {
            return 0;
        }
        let key = Viewed {
            dataset,
            showing: sides.showing,
            class: who.class.filter(|_| sides.has_values),
        };
        if let Some(known) = self.views.get(&key) {
            return *known;
        }
        let none = Dataset::empty();
        let declared = |set: &'a Policies| set.city.datasets.get(dataset);
        let [before, after] = &sides.holding;
        let before = before.shown(dataset, declared(compared.before).unwrap_or(&none));
        let before = match compared.renamed.get(dataset) {
            Some(names) => view::under(before, names, compared.order),
            None => before,
        };
        let after = after.shown(dataset, declared(compared.after).unwrap_or(&none));
        let views = view::Views {
            dataset,
            order: compared.order,
            readers: who.sides,
        };
        let changes = views.compare(&[before, after]);
        let number = self.number(changes);
        self.views.insert(key, number);
        number
    }

    /// All that was found.
    pub(super) fn steps(self) -> Vec<Step> {
        let mut steps = Vec::new();
        for ((dataset, numbers), mut classes) in self.found {
            classes.sort_unstable();
            let mut found: IndexMap<&(bool, StepKind), Vec<usize>> = IndexMap::new();
            for (place, numbers) in numbers.iter().enumerate() {
                let changes = numbers
                    .iter()
                    .filter_map(|one| self.changes.get_index(*one));
                for change in changes.flatten() {
                    found.entry(change).or_default().push(place);
                }
            }
            for ((is_opening, kind), places) in found {
                let step = |circumstances| Step {
                    classes: classes.clone(),
                    dataset: dataset.cloned(),
                    is_opening: *is_opening,
                    kind: kind.clone(),
                    circumstances,
                };
                // What holds in all of them holds in every other.
                if places.len() == numbers.len() {
                    steps.push(step(Vec::new()));
                    continue;
                }
                let all = &self.compared.circumstances;
                let told = places.iter().filter_map(|place| all.get(*place));
                // Where only ways were told apart it is for every purpose.
                let is_for_all = numbers.len() == Way::ALL.len();
                let told: Vec<&Circumstances> = told.collect();
                let asked = all.iter().filter(|one| {
                    told.iter().any(|told| {
                        told.way == one.way && (is_for_all || told.purpose == one.purpose)
                    })
                });
                steps.extend(parts(asked.cloned()).into_iter().map(step));
            }
        }
        steps
    }
}

/// The statements that hold for a reader; none where the dataset is not there.
fn held<'a>(reader: &Reader<'a>, action: Action, dataset: &DatasetId) -> Holding<'a> {
    let known = reader.policies.datasets.get(dataset);
    let holding = known.map(|known| reader.holding(action, known));
    holding.unwrap_or_default()
}

/// Whether what is shown follows from who reads.
fn has_values(holding: &Holding<'_>) -> bool {
    let mut permits = holding.permits.iter();
    permits.any(|permit| permit.rows().is_some_and(|rows| rows.contains('$')))
}

/// Circumstances in parts, in each of which all of its ways are for all of its purposes: so they can be told.
fn parts(asked: impl Iterator<Item = Circumstances>) -> Vec<Vec<Circumstances>> {
    let mut purposes: BTreeMap<Way, BTreeSet<Option<String>>> = BTreeMap::new();
    for one in asked {
        purposes.entry(one.way).or_default().insert(one.purpose);
    }
    let mut ways: BTreeMap<BTreeSet<Option<String>>, Vec<Way>> = BTreeMap::new();
    for (way, purposes) in purposes {
        ways.entry(purposes).or_default().push(way);
    }
    let parts = ways.into_iter().map(|(purposes, ways)| {
        let mut part = Vec::new();
        for way in ways {
            part.extend(
                purposes
                    .iter()
                    .cloned()
                    .map(|purpose| Circumstances { purpose, way }),
            );
        }
        part
    });
    parts.collect()
}

impl Dataset {
    /// What there is of a dataset that a city does not have.
    fn empty() -> Self {
        Self {
            owner: String::new(),
            origin: String::new(),
            sharing: String::new(),
            opening: String::new(),
            columns: indexmap::IndexMap::new(),
            at_least: None,
        }
    }
}
