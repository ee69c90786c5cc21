//! Policies: whether they are Cedar, fit the schema, and are about what is there.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;
use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use yandu_policy::{City, GRANTS, Policies, RowConditions, RowFault, Source};
use yandu_words::{DatasetId, RoleId, Title};

use super::Checker;
use crate::dataset::Dataset;
use crate::file::FileText;
use crate::load::Compiler;
use crate::packs::Packs;
use crate::policy;
use crate::problem::{Code, Problem};
use crate::yaml::Place;

/// What the texts of policies are called that no pack holds.
const RESERVED: [&str; 3] = [CITY, GRANTS, "yandu"];
/// What those of a city's own folder are called.
const CITY: &str = "city";

pub(super) fn check(checker: &mut Checker<'_>, compiler: &dyn Compiler) {
    let drafts = checker.drafts;
    if drafts.policies.is_empty() {
        return;
    }
    let datasets: Vec<Dataset> = drafts
        .datasets
        .iter()
        .map(|dataset| Dataset::new(dataset.declaration.clone(), dataset.file.path.clone()))
        .collect();
    let roles = drafts
        .packs
        .iter()
        .flat_map(|pack| pack.declaration.roles.keys().cloned());
    let city = policy::city(datasets.iter(), roles);
    for (folder, file) in &drafts.policies {
        let pack = drafts.pack_of(*folder);
        if RESERVED.contains(&pack) {
            let message = format!("policies named after `{pack}` are the program's own");
            let problem = Problem::new(Code::Policy, &file.path, message);
            checker.push(problem.help("give the pack another name"));
        }
    }
    let name = |file: &FileText| -> Arc<str> { file.path.to_string_lossy().into() };
    let sources: Vec<Source> = drafts
        .policies
        .iter()
        .map(|(folder, file)| Source {
            name: drafts.pack_of(*folder).into(),
            file: name(file),
            text: file.text.clone(),
        })
        .collect();
    let schemas = datasets
        .iter()
        .map(|dataset| (dataset.id(), dataset.schema()));
    let conditions = Conditions {
        compiler,
        schemas: schemas.collect(),
    };
    let Err(problems) = Policies::build(city, &sources, &conditions, None, None) else {
        return;
    };
    for problem in problems {
        // The dataset is there and could not be read, which was reported.
        let mut files = drafts.policies.iter().map(|(_, file)| file);
        let Some(file) = files.find(|file| name(file) == problem.file) else {
            continue;
        };
        checker.push(placed(file, problem));
    }
}

/// What is wrong with policies of a city beside those of its packs, at their places.
pub(crate) fn of_city(
    packs: &Packs,
    roles: &BTreeMap<RoleId, Title>,
    files: &[FileText],
    compiler: &dyn Compiler,
) -> Vec<Problem> {
    let name = |file: &FileText| -> Arc<str> { file.path.to_string_lossy().into() };
    let mut sources = packs.policy_sources();
    sources.extend(files.iter().map(|file| Source {
        name: CITY.into(),
        file: name(file),
        text: file.text.clone(),
    }));
    let city = City {
        own_roles: roles.keys().map(ToString::to_string).collect(),
        ..packs.city()
    };
    let schemas = packs
        .datasets()
        .map(|dataset| (dataset.id(), dataset.schema()));
    let conditions = Conditions {
        compiler,
        schemas: schemas.collect(),
    };
    let Err(problems) = Policies::build(city, &sources, &conditions, None, None) else {
        return Vec::new();
    };
    let of_files = problems.into_iter().filter_map(|problem| {
        let file = files.iter().find(|file| name(file) == problem.file)?;
        Some(placed(file, problem))
    });
    of_files.collect()
}

fn placed(file: &FileText, problem: yandu_policy::Problem) -> Problem {
    let placed = match problem.span {
        Some(span) => file.problem(Code::Policy, place(&file.text, &span), problem.message),
        None => Problem::new(Code::Policy, &file.path, problem.message),
    };
    placed.help_if(problem.help)
}

/// Bytes of a text as a place, which counts signs.
fn place(text: &str, span: &Range<usize>) -> Place {
    let before = text.get(..span.start).unwrap_or(text);
    let start = before.chars().count();
    let marked = text.get(span.clone()).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Place {
        start,
        end: start + marked.chars().count(),
        line: before.matches('\n').count() + 1,
        column: before.get(line_start..).unwrap_or_default().chars().count() + 1,
    }
}

struct Conditions<'a> {
    compiler: &'a dyn Compiler,
    schemas: HashMap<&'a DatasetId, SchemaRef>,
}

impl RowConditions for Conditions<'_> {
    fn check(&self, dataset: &DatasetId, sql: &str, values: &[&str]) -> Result<(), RowFault> {
        let Some(schema) = self.schemas.get(dataset) else {
            return Ok(());
        };
        let checked = self.compiler.row_condition(schema, sql, values);
        checked.map_err(|problem| RowFault {
            message: problem.message,
            line: problem.line as usize,
            column: problem.column as usize,
            help: problem.help,
        })
    }
}
