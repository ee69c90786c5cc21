//! What another set of policies would open and close, worked out before it is in force.
//!
//! Both sets are asked by the same code that decides at the door. What no policy can tell apart is asked once: accounts of the same
//! kind, roles, department and division that no policy names, and datasets of the same owner, origin, sharing, opening and grade
//! that none names. Only what a changed policy is about, or what is another thing itself, is asked at all.

mod group;
mod purpose;
mod view;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use yandu_words::id::DatasetId;

use crate::city::{Action, Circumstances, Dataset, Principal, Way};
use crate::decide::{Holding, Reader};
use crate::index::Index;
use crate::policies::{GRANTS, Known, Policies};
use crate::statement::Statement;

use group::{Groups, classes};
use purpose::purposes_of;

pub use view::{ColumnStep, StepKind};

/// How many decisions a comparison may take: some seconds of one processor.
pub const DECISIONS: u64 = 1_000_000;

/// Stands for every purpose that no policy names.
pub const OTHER_PURPOSE: &str = "*";

/// Compares conditions on rows, which is done elsewhere: this crate has no SQL of its own.
pub trait RowOrder: Sync {
    /// Whether every row of a dataset that one condition shows to a reader is shown by one of the others to another reader.
    /// `false` also where that cannot be proved.
    fn is_within(
        &self,
        dataset: &DatasetId,
        one: (&str, &Principal),
        others: (&[&str], &Principal),
    ) -> bool;
}

/// Accounts that no policy of both sets tells apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Class {
    /// One of them, as it is.
    pub before: Principal,
    /// The same as it is to be.
    pub after: Principal,
    /// The ids of all of them.
    pub accounts: Vec<String>,
}

/// Something that opens, or closes, for all of a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The place of the class.
    pub class: usize,
    /// None where it is about the city.
    pub dataset: Option<DatasetId>,
    pub is_opening: bool,
    pub kind: StepKind,
    /// In which circumstances; all where there are none.
    pub circumstances: Vec<Circumstances>,
}

/// What another set would open and close.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    pub classes: Vec<Class>,
    /// In the order of classes and datasets.
    pub steps: Vec<Step>,
    /// Pairs of an account and a dataset for which something changes.
    pub changed: u64,
    /// All pairs of an account and a dataset.
    pub pairs: u64,
    /// How many decisions were asked for.
    pub decisions: u64,
}

/// The comparison would take more decisions than it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the change is about {decisions} decisions, and at most {most} are compared at once", most = DECISIONS)]
pub struct TooMuch {
    pub decisions: u64,
}

/// What changes from one set to another for people, each as they are and as they are to be.
///
/// Grants hold for their purpose and where none is said, so their purposes are asked for only where a grant itself changes, or where
/// another policy looks at purposes.
///
/// # Errors
///
/// Where it would take more than [`DECISIONS`]; the number is found before the first is asked for.
pub fn difference(
    before: &Policies,
    after: &Policies,
    people: &[(Principal, Principal)],
    order: &dyn RowOrder,
) -> Result<Difference, TooMuch> {
    let compared = Compared::new(before, after, order);
    let classes = classes(people, &compared.named);
    let asked: Vec<Asked> = classes
        .iter()
        .enumerate()
        .map(|(place, class)| compared.asked(place, class))
        .collect();
    let decisions: u64 = asked.iter().map(Asked::decisions).sum();
    if decisions > DECISIONS {
        return Err(TooMuch { decisions });
    }
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let share = asked.len().div_ceil(threads).max(1);
    let found: Vec<Vec<Step>> = std::thread::scope(|scope| {
        let parts: Vec<_> = asked
            .chunks(share)
            .map(|part| {
                let (compared, classes) = (&compared, &classes);
                scope.spawn(move || {
                    let steps = part.iter().map(|asked| compared.steps(asked, classes));
                    steps.flatten().collect::<Vec<Step>>()
                })
            })
            .collect();
        parts
            .into_iter()
            .map(|part| match part.join() {
                Ok(steps) => steps,
                Err(panic) => std::panic::resume_unwind(panic),
            })
            .collect()
    });
    let steps: Vec<Step> = found.into_iter().flatten().collect();
    let pairs: HashSet<(usize, &DatasetId)> = steps
        .iter()
        .filter_map(|step| Some((step.class, step.dataset.as_ref()?)))
        .collect();
    let people_of = |class: usize| classes.get(class).map_or(0, |class| class.accounts.len());
    let changed: u64 = pairs
        .iter()
        .map(|(class, _)| people_of(*class) as u64)
        .sum();
    let everybody: usize = classes.iter().map(|class| class.accounts.len()).sum();
    Ok(Difference {
        changed,
        pairs: everybody as u64 * compared.datasets.len() as u64,
        decisions,
        classes,
        steps,
    })
}

/// Two sets, and where they differ.
struct Compared<'a> {
    before: &'a Policies,
    after: &'a Policies,
    order: &'a dyn RowOrder,
    /// Names that policies of either set have.
    named: BTreeSet<(String, String)>,
    /// The policies that the other set has not.
    changed: [Index; 2],
    /// All datasets of both.
    datasets: BTreeSet<&'a DatasetId>,
    /// Those that are not in both as they are.
    other_datasets: BTreeSet<&'a DatasetId>,
    groups: Groups<'a>,
    circumstances: Vec<Circumstances>,
}

/// What is asked for a class.
struct Asked<'a> {
    class: usize,
    /// Datasets that are asked for by the first of them.
    groups: Vec<Vec<&'a DatasetId>>,
    /// How many circumstances are told apart.
    circumstances: u64,
    asks_city: bool,
}

impl Asked<'_> {
    fn decisions(&self) -> u64 {
        let on_dataset = Action::ALL.into_iter().filter(|one| one.is_on_dataset());
        let on_dataset = on_dataset.count();
        let on_city = Action::ALL.len() - on_dataset;
        let of_city = if self.asks_city { on_city } else { 0 };
        // In both sets.
        2 * (on_dataset * self.groups.len() + of_city) as u64 * self.circumstances
    }
}

impl<'a> Compared<'a> {
    fn new(before: &'a Policies, after: &'a Policies, order: &'a dyn RowOrder) -> Self {
        let ids = |set: &'a Policies| -> HashMap<&'a str, &'a Statement> {
            let statements = set.statements.iter();
            statements.map(|one| (one.id.as_ref(), one)).collect()
        };
        let (earlier, later) = (ids(before), ids(after));
        let mut named = BTreeSet::new();
        let mut purposes = BTreeSet::new();
        let mut changed = [Index::default(), Index::default()];
        // Where policies look at whether a purpose is said, or which one, more than the purpose of a grant may depend on it.
        let all = before.statements.iter().chain(&after.statements);
        let asks_of_grants = all
            .filter(|statement| !statement.is_grant())
            .any(Statement::looks_at_purposes);
        let sides = [(before, &later), (after, &earlier)];
        for ((set, other), index) in sides.into_iter().zip(&mut changed) {
            for (place, statement) in set.statements.iter().enumerate() {
                let known = other.get(statement.id.as_ref());
                let is_changed = known.is_none_or(|known| known.text != statement.text);
                if is_changed {
                    index.add(place as u32, &statement.principal, &statement.resource);
                }
                if is_changed || asks_of_grants || !statement.is_grant() {
                    purposes_of(&statement.policy, &mut purposes);
                }
                named.extend(statement.policy.entity_literals().into_iter().map(|uid| {
                    let of_type = uid.type_name().basename().to_owned();
                    (of_type, uid.id().unescaped().to_owned())
                }));
            }
        }
        let (one, other) = (&before.city.datasets, &after.city.datasets);
        let datasets: BTreeSet<&DatasetId> = one.keys().chain(other.keys()).collect();
        let other_datasets = datasets
            .iter()
            .copied()
            .filter(|id| one.get(*id) != other.get(*id));
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
            other_datasets: other_datasets.collect(),
            groups: Groups::new(before, after, &named),
            circumstances: circumstances.collect(),
            before,
            after,
            order,
            named,
            changed,
            datasets,
        }
    }

    /// What has to be asked for a class.
    fn asked(&self, place: usize, class: &Class) -> Asked<'a> {
        let plain = Circumstances::default();
        let readers = [
            self.before.reader(&class.before, &plain),
            self.after.reader(&class.after, &plain),
        ];
        let about = [
            readers[0].about(&self.changed[0]),
            readers[1].about(&self.changed[1]),
        ];
        // Another tree of divisions may put somebody elsewhere.
        let is_moved = self.before.city.above != self.after.city.above;
        let is_other = class.before != class.after || (is_moved && class.before.division.is_some());
        let reaches = |known: &Known| {
            let mut sides = self.changed.iter().zip(&about);
            sides.any(|(index, about)| {
                let found = index.of_resource(about, known.type_name, &known.uid, &known.above);
                !found.is_empty()
            })
        };
        let is_asked = |id: &DatasetId| {
            is_other || self.other_datasets.contains(id) || {
                let sets = [self.before, self.after];
                let known = sets.iter().find_map(|set| set.datasets.get(id));
                known.is_some_and(&reaches)
            }
        };
        let asked = self.datasets.iter().copied().filter(|id| is_asked(id));
        let groups = self.groups.of(class, asked);
        let mentions = |known: &Known| {
            let mut found = readers.iter().flat_map(|reader| reader.found(known));
            found.any(Statement::looks_at_circumstances)
        };
        let sets = [self.before, self.after];
        let depends = groups.iter().filter_map(|group| group.first()).any(|id| {
            let mut known = sets.iter().filter_map(|set| set.datasets.get(*id));
            known.any(mentions)
        });
        let asks_city = is_other || reaches(&self.before.city_itself);
        let depends = depends || (asks_city && mentions(&self.before.city_itself));
        let circumstances = if depends { self.circumstances.len() } else { 1 };
        Asked {
            class: place,
            groups,
            circumstances: circumstances as u64,
            asks_city,
        }
    }

    /// What changes for a class.
    fn steps(&self, asked: &Asked<'_>, classes: &[Class]) -> Vec<Step> {
        let Some(class) = classes.get(asked.class) else {
            return Vec::new();
        };
        let count = usize::try_from(asked.circumstances).unwrap_or(usize::MAX);
        let circumstances: Vec<&Circumstances> = self.circumstances.iter().take(count).collect();
        let readers: Vec<[Reader<'_>; 2]> = circumstances
            .iter()
            .map(|circumstances| {
                [
                    self.before.reader(&class.before, circumstances),
                    self.after.reader(&class.after, circumstances),
                ]
            })
            .collect();
        let mut steps = Steps {
            class: asked.class,
            count,
            found: Vec::new(),
            places: HashMap::new(),
            circumstances,
        };
        if asked.asks_city {
            for (place, [earlier, later]) in readers.iter().enumerate() {
                for action in Action::ALL.into_iter().filter(|one| !one.is_on_dataset()) {
                    let may = |reader: &Reader<'_>| reader.decide_in_city(action).is_allowed;
                    steps.duty(None, action, may(earlier), may(later), place);
                }
            }
        }
        for group in &asked.groups {
            for (place, [earlier, later]) in readers.iter().enumerate() {
                self.group(class, group, [earlier, later], place, &mut steps);
            }
        }
        steps.done()
    }

    fn group(
        &self,
        class: &Class,
        group: &[&DatasetId],
        [earlier, later]: [&Reader<'_>; 2],
        place: usize,
        steps: &mut Steps<'_>,
    ) {
        let Some(first) = group.first() else {
            return;
        };
        let is_duty = |action: &Action| action.is_on_dataset() && *action != Action::Read;
        for action in Action::ALL.into_iter().filter(is_duty) {
            let may = |reader: &Reader<'_>| held(reader, action, first).is_allowed();
            let (may_before, may_after) = (may(earlier), may(later));
            for dataset in group.iter().copied() {
                steps.duty(Some(dataset), action, may_before, may_after, place);
            }
        }
        let read = Action::Read;
        let (before, after) = (held(earlier, read, first), held(later, read, first));
        let none = Dataset::empty();
        let declared = |set: &'a Policies, id: &DatasetId| set.city.datasets.get(id);
        for dataset in group.iter().copied() {
            let shown = [
                before.shown(declared(self.before, dataset).unwrap_or(&none)),
                after.shown(declared(self.after, dataset).unwrap_or(&none)),
            ];
            let view = view::Views {
                dataset,
                order: self.order,
                readers: [&class.before, &class.after],
            };
            for (is_opening, kind) in view.compare(&shown) {
                steps.add(Some(dataset), is_opening, kind, place);
            }
        }
    }
}

/// The statements that hold for a reader; none where the dataset is not there.
fn held<'a>(reader: &Reader<'a>, action: Action, dataset: &DatasetId) -> Holding<'a> {
    let known = reader.policies.datasets.get(dataset);
    let holding = known.map(|known| reader.holding(action, known));
    holding.unwrap_or_default()
}

/// What was found for a class, with the places of its circumstances.
struct Steps<'a> {
    class: usize,
    count: usize,
    found: Vec<(Step, Vec<usize>)>,
    /// Where those of a dataset stand.
    places: HashMap<Option<DatasetId>, Vec<usize>>,
    circumstances: Vec<&'a Circumstances>,
}

impl Steps<'_> {
    fn duty(
        &mut self,
        dataset: Option<&DatasetId>,
        action: Action,
        before: bool,
        after: bool,
        place: usize,
    ) {
        if before != after {
            self.add(dataset, after, StepKind::Duty(action), place);
        }
    }

    fn add(&mut self, dataset: Option<&DatasetId>, is_opening: bool, kind: StepKind, place: usize) {
        let near = self.places.entry(dataset.cloned()).or_default();
        let known = near.iter().copied().find(|known| {
            let found = self.found.get(*known);
            found.is_some_and(|(step, _)| step.is_opening == is_opening && step.kind == kind)
        });
        if let Some((_, places)) = known.and_then(|known| self.found.get_mut(known)) {
            places.push(place);
            return;
        }
        near.push(self.found.len());
        let step = Step {
            class: self.class,
            dataset: dataset.cloned(),
            is_opening,
            kind,
            circumstances: Vec::new(),
        };
        self.found.push((step, vec![place]));
    }

    fn done(self) -> Vec<Step> {
        let mut steps = Vec::new();
        for (step, places) in self.found {
            // What holds in all of them holds in every other.
            if places.len() == self.count {
                steps.push(step);
                continue;
            }
            let asked = places
                .iter()
                .filter_map(|place| self.circumstances.get(*place));
            for circumstances in parts(asked.map(|one| (*one).clone())) {
                steps.push(Step {
                    circumstances,
                    ..step.clone()
                });
            }
        }
        steps
    }
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

impl Statement {
    /// Whether it was made of a grant.
    fn is_grant(&self) -> bool {
        self.source() == GRANTS
    }

    /// Whether it may decide otherwise in other circumstances: the word stands in it.
    fn looks_at_circumstances(&self) -> bool {
        self.is_conditional && self.text.contains("context")
    }

    /// Whether what it decides may depend on the purpose.
    fn looks_at_purposes(&self) -> bool {
        self.looks_at_circumstances() && self.text.contains("purpose")
    }
}
