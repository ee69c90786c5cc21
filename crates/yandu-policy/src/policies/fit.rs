//! Whether what a policy names is there.

use std::collections::BTreeSet;

use cedar_policy::EntityUid;
use yandu_words::id::DatasetId;

use super::RowConditions;
use crate::annotation::Annotation;
use crate::city::{Action, City, Dataset, Kind, Principal};
use crate::index::Scope;
use crate::problem::{Problem, did_you_mean};
use crate::schema::{self, CITY, DATASET, DEPARTMENT, DIVISION, PACK, ROLE};
use crate::statement::{Effect, Place, Statement};

/// Names that the city does not have: a policy about a role that is misspelled would apply to nobody, or forbid nobody.
pub(super) fn unknown_names(place: &Place<'_>, statement: &Statement, city: &City) -> Vec<Problem> {
    let mut problems = Vec::new();
    for uid in statement.policy.entity_literals() {
        let (of_type, id) = (uid.type_name().basename(), uid.id().unescaped());
        let known: Option<Vec<&str>> = match of_type {
            ROLE => city.roles.as_ref().map(|roles| {
                let all = roles.iter().chain(&city.own_roles);
                all.map(String::as_str).collect()
            }),
            DEPARTMENT => city.departments.as_ref().map(|departments| {
                let owners = city.datasets.values().map(|dataset| dataset.owner.as_str());
                departments
                    .iter()
                    .map(String::as_str)
                    .chain(owners)
                    .collect()
            }),
            DIVISION => city
                .divisions
                .as_ref()
                .map(|divisions| divisions.iter().map(String::as_str).collect()),
            DATASET => Some(city.datasets.keys().map(DatasetId::as_str).collect()),
            PACK => Some(city.datasets.keys().map(|id| id.parts().0).collect()),
            CITY => Some(vec![schema::THE_CITY]),
            of if of == Kind::Visitor.type_name() => Some(vec!["anyone"]),
            _ => None,
        };
        let Some(known) = known else {
            continue;
        };
        if !known.contains(&id) {
            problems.push(
                place
                    .problem_at_word(
                        &crate::quoted(id),
                        format!("the city has no {} `{id}`", of_type.to_lowercase()),
                    )
                    .help(did_you_mean(id, known)),
            );
        }
    }
    problems
}

/// What a statement says of columns and rows, held to every dataset that it can reach.
pub(super) fn unfit(
    place: &Place<'_>,
    statement: &Statement,
    reached: &[(&DatasetId, &Dataset)],
    conditions: &dyn RowConditions,
) -> Vec<Problem> {
    if !statement.is_on(Action::Read) {
        return Vec::new();
    }
    let mut problems = Vec::new();
    let columns: BTreeSet<&str> = reached
        .iter()
        .flat_map(|(_, dataset)| dataset.columns.keys().map(String::as_str))
        .collect();
    let is_there =
        |name: &String| columns.contains(name.as_str()) || statement.resolved.means(name);
    let mut missing = |annotation: Annotation, named: &mut dyn Iterator<Item = &String>| {
        for name in named.filter(|name| !is_there(name)) {
            problems.push(
                place
                    .problem_at(
                        annotation,
                        format!("no dataset that this is about has a column `{name}`"),
                    )
                    .help(did_you_mean(name, columns.iter().copied())),
            );
        }
    };
    match &statement.effect {
        Effect::Forbid => return Vec::new(),
        Effect::Withhold(withholds) => {
            let named = withholds.columns.iter();
            missing(
                Annotation::Columns,
                &mut named.flat_map(|columns| &columns.names),
            );
            return problems;
        }
        Effect::Permit(shows) => {
            let named = shows.columns.iter();
            missing(
                Annotation::Columns,
                &mut named.flat_map(|columns| &columns.names),
            );
            missing(Annotation::Masks, &mut shows.masks.keys());
            problems.extend(unfit_rows(place, statement, reached, conditions));
        }
    }
    problems
}

pub(super) fn unfit_rows(
    place: &Place<'_>,
    statement: &Statement,
    reached: &[(&DatasetId, &Dataset)],
    conditions: &dyn RowConditions,
) -> Option<Problem> {
    let values = Principal::visitor().values();
    let values: Vec<&str> = values.keys().map(String::as_str).collect();
    let open = reached.iter().map(|(id, _)| *id);
    let mut open = open.filter(|id| !statement.resolved.closed.contains(*id));
    let (dataset, rows, fault) = open.find_map(|id| {
        let rows = statement.rows_of(id)?;
        let checked = conditions.check(id, rows, &values);
        checked.err().map(|fault| (id, rows, fault))
    })?;
    let message = format!(
        "not a condition on the rows of `{dataset}`: {}",
        fault.message
    );
    let mut problem = place.problem_at(Annotation::Rows, message).help(fault.help);
    // A text without escapes stands in the policy as it is.
    if let Some(span) = &mut problem.span
        && place.text.get(span.clone()) == Some(rows)
        && let Some(at) = offset_of(rows, fault.line, fault.column)
    {
        let length = rows.get(at..).unwrap_or_default();
        let word = length
            .find(|sign: char| !sign.is_alphanumeric() && sign != '_')
            .unwrap_or(length.len())
            .max(1);
        let start = span.start + at;
        *span = start..(start + word).min(span.end);
    }
    Some(problem)
}

/// The byte at a line and column that count characters from 1.
fn offset_of(text: &str, line: usize, column: usize) -> Option<usize> {
    let mut start = 0;
    for (number, content) in text.split('\n').enumerate() {
        if number + 1 == line {
            let (at, _) = content.char_indices().nth(column.checked_sub(1)?)?;
            return Some(start + at);
        }
        start += content.len() + 1;
    }
    None
}

/// Whether a scope can be about a dataset.
pub(super) fn reaches(scope: &Scope, id: &DatasetId, city: &City) -> bool {
    let is_in = |uid: &EntityUid| {
        let (of_type, name) = (uid.type_name().basename(), uid.id().unescaped());
        match of_type {
            DATASET => id == name,
            PACK => id.parts().0 == name,
            DEPARTMENT => city
                .datasets
                .get(id)
                .is_some_and(|dataset| dataset.owner == name),
            _ => false,
        }
    };
    match scope {
        Scope::Any => true,
        Scope::Is(of) => of == DATASET,
        Scope::Eq(uid) | Scope::In(uid) => is_in(uid),
        Scope::IsIn(of, uid) => of == DATASET && is_in(uid),
    }
}
