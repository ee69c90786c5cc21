//! Datasets and policies as the door is told of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde::Serialize;
use yandu_policy::{ADMINISTRATORS, City, Column, Source};
use yandu_words::{FieldId, Grade, Mask, RoleId, Title};

use crate::check::policies;
use crate::dataset::Dataset;
use crate::file::FileText;
use crate::load::{Compiler, read_text};
use crate::packs::Packs;
use crate::problem::Problem;

impl Packs {
    /// The policies of all packs, named after the folders of these.
    pub fn policy_sources(&self) -> Vec<Source> {
        let sources = self.policies().iter().map(|policy| Source {
            name: policy.pack.as_str().into(),
            file: policy.path.to_string_lossy().into(),
            text: policy.text.clone(),
        });
        sources.collect()
    }

    /// What is wrong with the policies in files of a city that knows these roles beside those of its packs.
    pub fn check_policies(
        &self,
        files: &[PathBuf],
        roles: &BTreeMap<RoleId, Title>,
        compiler: &dyn Compiler,
    ) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut texts = Vec::new();
        for file in files {
            match read_text(file) {
                Ok(text) => texts.push(FileText::new(file.clone(), text)),
                Err(problem) => problems.push(*problem),
            }
        }
        problems.extend(policies::of_city(self, roles, &texts, compiler));
        problems
    }
}

/// What policies can name: these datasets and roles. Departments and divisions are known to whoever has their registers.
pub(crate) fn city<'a>(
    datasets: impl Iterator<Item = &'a Dataset>,
    roles: impl Iterator<Item = RoleId>,
) -> City {
    let roles = roles.map(String::from);
    let administrators = ADMINISTRATORS.map(str::to_owned);
    let mut unrecorded = 0;
    City {
        datasets: datasets
            .map(|dataset| (dataset.id().clone(), of(dataset, &mut unrecorded)))
            .collect(),
        roles: Some(roles.chain(administrators).collect::<BTreeSet<String>>()),
        ..City::default()
    }
}

/// `unrecorded` counts the fields that no city has written down, so that each has a number of its own.
fn of(dataset: &Dataset, unrecorded: &mut u64) -> yandu_policy::Dataset {
    let file = dataset.file();
    let columns = file.columns.keys().map(|name| {
        let column = Column {
            field: dataset.field(name.as_str()).unwrap_or_else(|| {
                *unrecorded += 1;
                FieldId(FieldId::UNRECORDED + *unrecorded)
            }),
            grade: dataset
                .column_grade(name.as_str())
                .unwrap_or(Grade::General1),
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
        at_least: dataset.settled_grade(),
    }
}

/// The word of an enum as packs write it.
fn word<T: Serialize>(value: &T) -> String {
    let word = serde_json::to_value(value).ok();
    let word = word.as_ref().and_then(serde_json::Value::as_str);
    word.unwrap_or_default().to_owned()
}
