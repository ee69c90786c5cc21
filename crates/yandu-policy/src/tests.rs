//! A small city, and what policies make of it.

mod comparing;
mod deciding;
mod kin;
mod meaning;
mod random;
mod reading;
mod showing;

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use yandu_words::id::DatasetId;
use yandu_words::{FieldId, Grade, Mask};

use crate::{
    Circumstances, City, Column, Dataset, Kind, Policies, Principal, Problem, RowConditions,
    RowFault, RowNames, Source,
};

/// Conditions whose words are columns, values of the reader, or one of some words of SQL.
struct Words(City);

impl RowConditions for Words {
    fn check(&self, dataset: &DatasetId, sql: &str, values: &[&str]) -> Result<(), RowFault> {
        let columns = &self.0.datasets[dataset].columns;
        let mut column = 1;
        for word in sql.split(' ') {
            let is_known = match word.strip_prefix('$') {
                Some(value) => values.contains(&value),
                None => {
                    ["=", "and", "or"].contains(&word)
                        || word.starts_with('\'')
                        || columns.contains_key(word)
                }
            };
            if !is_known {
                return Err(RowFault {
                    message: format!("there is no `{word}`"),
                    line: 1,
                    column,
                    help: None,
                });
            }
            column += word.chars().count() + 1;
        }
        Ok(())
    }
}

/// The words that are no sign of SQL, no constant and no value of the reader.
fn names_in(sql: &str) -> impl Iterator<Item = &str> {
    let is_name = |word: &&str| {
        !["=", "and", "or"].contains(word) && !word.starts_with('\'') && !word.starts_with('$')
    };
    sql.split(' ').filter(is_name)
}

fn renamed(sql: &str, names: &BTreeMap<String, String>) -> String {
    let now = |word| names.get(word).map_or(word, String::as_str);
    let words: Vec<&str> = sql.split(' ').map(now).collect();
    words.join(" ")
}

impl RowNames for Words {
    fn columns(&self, sql: &str) -> BTreeSet<String> {
        names_in(sql).map(str::to_owned).collect()
    }

    fn renamed(&self, sql: &str, names: &BTreeMap<String, String>) -> Option<String> {
        Some(renamed(sql, names))
    }
}

/// The same field for the same column of the same dataset, and another one for any other.
fn field_of(owner: &str, columns: &[(&str, Grade, Mask)], name: &str) -> FieldId {
    let mut hasher = DefaultHasher::new();
    let names: Vec<&str> = columns.iter().map(|(name, ..)| *name).collect();
    (owner, names, name).hash(&mut hasher);
    // Of those that a city has written down.
    FieldId(hasher.finish() % FieldId::UNRECORDED)
}

fn dataset(owner: &str, columns: &[(&str, Grade, Mask)]) -> Dataset {
    Dataset {
        owner: owner.to_owned(),
        origin: "collect".to_owned(),
        sharing: "conditional".to_owned(),
        opening: "closed".to_owned(),
        columns: columns
            .iter()
            .map(|(name, grade, mask)| {
                let column = Column {
                    field: field_of(owner, columns, name),
                    grade: *grade,
                    mask: mask.clone(),
                };
                ((*name).to_owned(), column)
            })
            .collect(),
        at_least: None,
    }
}

fn city() -> City {
    let keep = |first, last| Mask::Keep { first, last };
    let resident = dataset(
        "市公安局",
        &[
            ("township", Grade::General1, Mask::Null),
            ("name", Grade::General2, keep(1, 0)),
            ("mobile", Grade::General3, keep(3, 4)),
            ("birth_date", Grade::General3, Mask::Year),
            ("fingerprint", Grade::Important, keep(1, 1)),
        ],
    );
    let household = dataset(
        "市公安局",
        &[
            ("township", Grade::General1, Mask::Null),
            ("size", Grade::General2, Mask::Null),
        ],
    );
    let company = dataset(
        "市市场监管局",
        &[
            ("uscc", Grade::General1, Mask::Null),
            ("capital", Grade::General3, Mask::Null),
        ],
    );
    let names = |names: &[&str]| {
        Some(
            names
                .iter()
                .map(|name| (*name).to_owned())
                .collect::<BTreeSet<_>>(),
        )
    };
    City {
        datasets: BTreeMap::from([
            (id("population.resident"), resident),
            (id("population.household"), household),
            (id("enterprise.company"), company),
        ]),
        roles: names(&[
            "clerk",
            "analyst",
            "steward",
            "system-administrator",
            "security-administrator",
            "audit-administrator",
        ]),
        own_roles: BTreeSet::new(),
        departments: names(&["市公安局", "市民政局", "市市场监管局"]),
        divisions: names(&["320900", "320902", "320981"]),
        above: BTreeMap::from([
            ("320902".to_owned(), "320900".to_owned()),
            ("320981".to_owned(), "320900".to_owned()),
        ]),
    }
}

fn id(text: &str) -> DatasetId {
    text.parse().unwrap()
}

fn built(text: &str) -> Result<Policies, Vec<Problem>> {
    let city = city();
    let source = Source {
        name: "city".into(),
        file: "city.cedar".into(),
        text: text.to_owned(),
    };
    Policies::build(city.clone(), &[source], &Words(city), None, None)
}

fn policies(text: &str) -> Policies {
    built(text).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

fn person(id: &str, roles: &[&str], department: Option<&str>, division: Option<&str>) -> Principal {
    Principal {
        kind: Kind::Person,
        id: id.to_owned(),
        roles: roles.iter().map(|role| (*role).to_owned()).collect(),
        department: department.map(str::to_owned),
        division: division.map(str::to_owned),
    }
}

fn clerk() -> Principal {
    person("li.wei", &["clerk"], Some("市民政局"), Some("320902"))
}

fn plain() -> Circumstances {
    Circumstances::default()
}

fn for_purpose(purpose: &str) -> Circumstances {
    Circumstances {
        purpose: Some(purpose.to_owned()),
        ..plain()
    }
}
