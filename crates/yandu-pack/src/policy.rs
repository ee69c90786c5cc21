//! Datasets as policies see them.

use std::collections::BTreeSet;

use serde::Serialize;
use yandu_policy::{ADMINISTRATORS, City, Column};
use yandu_words::{Mask, RoleId};

use crate::dataset::Dataset;

/// What policies can name: these datasets and roles. Departments and divisions are known to whoever has their registers.
pub(crate) fn city<'a>(
    datasets: impl Iterator<Item = &'a Dataset>,
    roles: impl Iterator<Item = RoleId>,
) -> City {
    let roles = roles.map(String::from);
    let administrators = ADMINISTRATORS.map(str::to_owned);
    City {
        datasets: datasets
            .map(|dataset| (dataset.id().clone(), of(dataset)))
            .collect(),
        roles: Some(roles.chain(administrators).collect::<BTreeSet<String>>()),
        ..City::default()
    }
}

fn of(dataset: &Dataset) -> yandu_policy::Dataset {
    let file = dataset.file();
    let columns = file.columns.iter().map(|(name, column)| {
        let column = Column {
            grade: file.grade_of(column),
            mask: dataset.column_mask(name.as_str()).unwrap_or(Mask::Null),
        };
        (name.to_string(), column)
    });
    yandu_policy::Dataset {
        owner: file.owner.clone(),
        origin: word(&file.origin),
        sharing: word(&file.sharing.class),
        opening: word(&file.opening),
        columns: columns.collect(),
    }
}

/// The word of an enum as packs write it.
fn word<T: Serialize>(value: &T) -> String {
    let word = serde_json::to_value(value).ok();
    let word = word.as_ref().and_then(serde_json::Value::as_str);
    word.unwrap_or_default().to_owned()
}
