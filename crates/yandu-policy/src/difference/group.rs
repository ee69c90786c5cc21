//! Accounts that no policy tells apart.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::Class;
use super::compared::Compared;
use crate::city::{Circumstances, Kind, Principal};
use crate::policies::Policies;
use crate::schema::{self, DEPARTMENT, DIVISION, ROLE};

/// What policies name, by type.
#[derive(Debug, Default)]
pub(super) struct Names(HashMap<String, HashSet<String>>);

impl Names {
    pub(super) fn add(&mut self, of_type: &str, id: &str) {
        let names = self.0.entry(of_type.to_owned()).or_default();
        names.insert(id.to_owned());
    }

    pub(super) fn has(&self, of_type: &str, id: &str) -> bool {
        self.0.get(of_type).is_some_and(|names| names.contains(id))
    }
}

/// Classes that are told apart by whose data is their own, and by values of theirs in conditions on rows, and by nothing else.
pub(super) struct Kin {
    /// One of them, in both sets, in a department that nothing belongs to where no policy names the own one.
    pub(super) like: [Principal; 2],
    /// Whether they stay who they are.
    pub(super) is_same: bool,
    pub(super) classes: Vec<usize>,
}

/// A department that no city has.
const NOWHERE: &str = "\u{0}";

/// All of somebody that policies can look at, but for whose data is their own. A role that no policy names is nothing to any of them, and
/// a division is known by those of it and above it that they name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Seen<'p> {
    kind: Kind,
    /// Somebody whom no policy names is anybody.
    id: Option<&'p str>,
    roles: Vec<&'p str>,
    /// One that no policy names is any.
    department: Option<&'p str>,
    division: Option<Division<'p>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Division<'p> {
    /// It belongs elsewhere in the other set.
    Code(&'p str),
    Named {
        own: Option<&'p str>,
        within: Vec<&'p str>,
    },
}

impl<'p> Seen<'p> {
    fn of(principal: &'p Principal, policies: &'p Policies, compared: &'p Compared<'_>) -> Self {
        let named = &compared.named;
        let roles = principal.roles.iter().map(String::as_str);
        let id = principal.id.as_str();
        let any = |name: &'p str| {
            if named.has(DEPARTMENT, name) {
                name
            } else {
                NOWHERE
            }
        };
        let is_named = |code: &&str| named.has(DIVISION, code);
        let division = |code: &'p str| {
            if compared.is_moved() {
                return Division::Code(code);
            }
            Division::Named {
                own: Some(code).filter(is_named),
                within: schema::above(code, &policies.city)
                    .filter(is_named)
                    .collect(),
            }
        };
        Self {
            kind: principal.kind,
            id: Some(id).filter(|id| named.has(principal.kind.type_name(), id)),
            roles: roles.filter(|role| named.has(ROLE, role)).collect(),
            department: principal.department.as_deref().map(any),
            division: principal.division.as_deref().map(division),
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

/// The kin of a class, and what tells it apart in it: departments, and divisions where rows follow from them.
type Apart<'p> = (usize, [Option<&'p str>; 2], Option<[Option<&'p str>; 2]>);

/// People in classes and these in kin, in the order of the first of each.
pub(super) fn classes(
    people: &[(Principal, Principal)],
    compared: &Compared<'_>,
) -> (Vec<Class>, Vec<Kin>) {
    // Many are alike as a whole, which is quicker to see.
    let mut alike: HashMap<[Whole<'_>; 2], usize> = HashMap::new();
    let mut of_seen: HashMap<([Seen<'_>; 2], bool), (usize, bool)> = HashMap::new();
    let mut apart: HashMap<Apart<'_>, usize> = HashMap::new();
    let mut classes: Vec<Class> = Vec::new();
    let mut kin: Vec<Kin> = Vec::new();
    for (at, (before, after)) in people.iter().enumerate() {
        let key = [before, after].map(|one| whole(one, &compared.named));
        let place = *alike.entry(key).or_insert_with(|| {
            let seen = [
                Seen::of(before, compared.before, compared),
                Seen::of(after, compared.after, compared),
            ];
            let is_same = before == after;
            let known = of_seen.entry((seen.clone(), is_same));
            let (of_kin, by_division) = *known.or_insert_with(|| {
                let [earlier, later] = &seen;
                let like = [like(before, earlier), like(after, later)];
                let by_division = reads_by_division(&like, compared);
                kin.push(Kin {
                    like,
                    is_same,
                    classes: Vec::new(),
                });
                (kin.len() - 1, by_division)
            });
            let departments = [before, after].map(|one| one.department.as_deref());
            let divisions = [before, after].map(|one| one.division.as_deref());
            let key = (of_kin, departments, by_division.then_some(divisions));
            *apart.entry(key).or_insert_with(|| {
                classes.push(Class {
                    before: before.clone(),
                    after: after.clone(),
                    people: Vec::new(),
                });
                let place = classes.len() - 1;
                if let Some(kin) = kin.get_mut(of_kin) {
                    kin.classes.push(place);
                }
                place
            })
        });
        if let Some(class) = classes.get_mut(place) {
            class.people.push(at);
        }
    }
    (classes, kin)
}

fn like(principal: &Principal, seen: &Seen<'_>) -> Principal {
    Principal {
        department: seen.department.map(ToOwned::to_owned),
        ..principal.clone()
    }
}

/// Whether rows that somebody sees follow from the division.
fn reads_by_division(like: &[Principal; 2], compared: &Compared<'_>) -> bool {
    let sets = [compared.before, compared.after];
    let mut sides = sets.into_iter().zip(like).zip(&compared.by_division);
    sides.any(|((policies, principal), index)| {
        let reader = policies.reader(principal, &Circumstances::default());
        !reader.about(index).is_empty()
    })
}
