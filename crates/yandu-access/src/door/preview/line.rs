//! Lines that say what opens and closes for whom.

use std::collections::HashMap;
use std::sync::Arc;

use indexmap::IndexMap;
use yandu_policy::{Action, Circumstances, Class, Difference, Kind, Principal, Step, StepKind};
use yandu_words::id::DatasetId;

use super::People;
use crate::door::State;
use crate::separation;

/// Accounts that are named of those that are alike; of the rest it is said how many they are.
const NAMED: usize = 50;

/// How many kinds of people a line tells apart; of the rest it is said how many people they are.
const KINDS: usize = 50;

/// Something that opens or closes, for all to whom it does so in the same way.
#[derive(Debug, Clone)]
pub struct Line {
    pub is_opening: bool,
    /// None where it is about the city.
    pub dataset: Option<DatasetId>,
    pub kind: StepKind,
    /// In which circumstances; all where there are none.
    pub circumstances: Vec<Circumstances>,
    /// Those of the first kinds.
    pub who: Vec<Who>,
    pub people: u64,
    /// How many of them have an account that is out of use: for them it opens when they are let in again.
    pub disabled: u64,
    /// Rows that one of them sees before and after; none where they were not counted, as under a condition that is new.
    pub rows: Option<(u64, u64)>,
}

/// Accounts of one kind, roles, department and division, all of them in use or all of them out of it.
#[derive(Debug, Clone)]
pub struct Who {
    /// One of them as it is to be.
    pub like: Principal,
    pub is_disabled: bool,
    pub count: u64,
    /// Some of them.
    pub accounts: Vec<String>,
}

/// Steps that are the same for several classes become one line, with the place of the first class.
pub(super) fn lines(difference: &Difference, people: &People) -> Vec<(Line, usize)> {
    type Same<'a> = (
        Option<&'a DatasetId>,
        bool,
        &'a StepKind,
        &'a [Circumstances],
    );
    let mut same: IndexMap<Same<'_>, Vec<&Step>> = IndexMap::new();
    for step in &difference.steps {
        let key = (
            step.dataset.as_ref(),
            step.is_opening,
            &step.kind,
            step.circumstances.as_slice(),
        );
        same.entry(key).or_default().push(step);
    }
    let counts: Vec<(u64, u64)> = difference
        .classes
        .iter()
        .map(|class| count(class, people))
        .collect();
    let mut told = Told {
        people,
        classes: &difference.classes,
        known: HashMap::new(),
    };
    let lines = same.into_iter().filter_map(|(key, steps)| {
        let (dataset, is_opening, kind, circumstances) = key;
        let mut line = Line {
            is_opening,
            dataset: dataset.cloned(),
            kind: kind.clone(),
            circumstances: circumstances.to_vec(),
            who: Vec::new(),
            people: 0,
            disabled: 0,
            rows: None,
        };
        let mut classes = steps.iter().flat_map(|step| &step.classes).copied();
        let first = classes.next()?;
        for class in std::iter::once(first).chain(classes) {
            let (of_class, disabled) = counts.get(class).copied().unwrap_or_default();
            line.people += of_class;
            line.disabled += disabled;
            let left = KINDS.saturating_sub(line.who.len());
            if left > 0 {
                line.who.extend(told.of(class).iter().take(left).cloned());
            }
        }
        Some((line, first))
    });
    lines.collect()
}

/// How many people are in a class, and how many of their accounts are out of use.
fn count(class: &Class, people: &People) -> (u64, u64) {
    let told = class
        .people
        .iter()
        .filter_map(|place| people.told.get(*place));
    let disabled = told.filter(|one| one.is_disabled).count();
    (class.people.len() as u64, disabled as u64)
}

/// What is told of classes, put together once for each.
struct Told<'a> {
    people: &'a People,
    classes: &'a [Class],
    known: HashMap<usize, Arc<[Who]>>,
}

impl Told<'_> {
    fn of(&mut self, class: usize) -> Arc<[Who]> {
        let (people, classes) = (self.people, self.classes);
        let known = self.known.entry(class);
        Arc::clone(known.or_insert_with(|| match classes.get(class) {
            Some(class) => kinds(class, people).into(),
            None => Arc::default(),
        }))
    }
}

/// The people of a class, by what people tell apart and policies may not.
fn kinds(class: &Class, people: &People) -> Vec<Who> {
    let mut kinds: IndexMap<(Principal, bool), Who> = IndexMap::new();
    for place in &class.people {
        let Some((sides, told)) = people.sides.get(*place).zip(people.told.get(*place)) else {
            continue;
        };
        // Of somebody who cannot log in any more it is told who it was.
        let like = if sides.1.kind == Kind::Visitor {
            &sides.0
        } else {
            &sides.1
        };
        let anybody = Principal {
            id: String::new(),
            ..like.clone()
        };
        let who = kinds.entry((anybody, told.is_disabled));
        let who = who.or_insert_with(|| Who {
            like: like.clone(),
            is_disabled: told.is_disabled,
            count: 0,
            accounts: Vec::new(),
        });
        who.count += 1;
        if who.accounts.len() < NAMED {
            who.accounts.push(told.id.clone());
        }
    }
    kinds.into_values().collect()
}

/// People, and rows for each of them.
pub(super) fn size(line: &Line) -> u128 {
    let (before, after) = line.rows.unwrap_or_default();
    let rows = match line.kind {
        StepKind::Rows { .. } => before.abs_diff(after),
        _ => before.max(after),
    };
    u128::from(line.people) * u128::from(rows.max(1))
}

/// The administrators of whom somebody can do their work, and nobody could any more.
pub(super) fn closed_ways(
    sets: &[Arc<State>; 2],
    difference: &Difference,
    people: &People,
) -> Vec<&'static str> {
    let works = [
        (separation::SYSTEM_ADMINISTRATOR, Action::ManageAccounts),
        (separation::SECURITY_ADMINISTRATOR, Action::ManagePolicies),
        (separation::AUDIT_ADMINISTRATOR, Action::Audit),
    ];
    let plain = Circumstances::default();
    let can = |state: &State, principal: &Principal, action| {
        let reader = state.policies.reader(principal, &plain);
        reader.decide_in_city(action).is_allowed
    };
    let is_used = |class: &&Class| {
        let mut told = class
            .people
            .iter()
            .filter_map(|place| people.told.get(*place));
        told.any(|one| !one.is_disabled)
    };
    // Mostly nobody's way is closed, and then nobody has to be asked.
    let closes = |action| {
        let mut closing = difference.steps.iter().filter(|step| !step.is_opening);
        closing.any(|step| step.dataset.is_none() && step.kind == StepKind::Duty(action))
    };
    let closed = works.into_iter().filter(|(_, action)| {
        if !closes(*action) {
            return false;
        }
        let mut classes = difference.classes.iter().filter(is_used);
        let before = classes.any(|one| can(&sets[0], &one.before, *action));
        let mut classes = difference.classes.iter().filter(is_used);
        let after = classes.any(|one| can(&sets[1], &one.after, *action));
        before && !after
    });
    closed.map(|(role, _)| role).collect()
}
