//! Models: where their SQL is, what it reads, and whether it gives what is declared.

use std::collections::{HashMap, HashSet};

use arrow::datatypes::SchemaRef;
use yandu_words::DatasetId;

use super::{Checker, order};
use crate::dataset;
use crate::declare::{DatasetFile, Origin};
use crate::load::{Compiler, Declared};
use crate::problem::{Code, alternatives, quoted};
use crate::schema::FileKind;

mod columns;
mod fit;
mod grades;
mod text;

use text::SqlText;

pub(super) fn check(checker: &mut Checker<'_>, compiler: &dyn Compiler) {
    let drafts = checker.drafts;
    let mut models = Vec::new();
    for (index, dataset) in drafts.datasets.iter().enumerate() {
        if dataset.kind == FileKind::Dataset {
            misplaced(checker, dataset);
            continue;
        }
        declaration(checker, dataset);
        let model = inputs(checker, compiler, index, dataset);
        absences(checker, dataset, model.as_ref());
        models.extend(model);
    }
    orphans(checker);
    let in_circles = circles(checker, &models);
    let mut schemas = None;
    let mut compiled = HashMap::new();
    for model in &models {
        if model.is_whole && !in_circles.contains(&model.index) {
            let schemas = schemas.get_or_insert_with(|| schemas_of(checker));
            let found = columns::check(checker, compiler, model, schemas);
            compiled.extend(found.map(|found| (model.index, found)));
        }
    }
    grades::check(checker, &models, &compiled);
}

/// A model whose SQL could be read, and what it reads.
struct Model<'a> {
    index: usize,
    dataset: &'a Declared<DatasetFile>,
    sql: SqlText<'a>,
    inputs: Vec<Input<'a>>,
    /// Everything that the SQL reads is there and could be read itself.
    is_whole: bool,
}

struct Input<'a> {
    dataset: &'a Declared<DatasetFile>,
    place: crate::load::SqlPlace,
}

fn misplaced(checker: &mut Checker<'_>, dataset: &Declared<DatasetFile>) {
    for (name, column) in &dataset.declaration.columns {
        if column.lowered.is_some() {
            let problem = dataset
                .at_key(
                    Code::WrongKeys,
                    &format!("/columns/{name}/lowered"),
                    "nothing flows into a column that is delivered, so its grade is not lowered",
                )
                .help("leave `lowered` out");
            checker.push(problem);
        }
    }
    if dataset.declaration.origin == Origin::Model {
        let problem = dataset
            .at(
                Code::WrongOrigin,
                "/origin",
                "a dataset with the origin `model` is declared in models/, beside its SQL",
            )
            .help(format!(
                "move it to models/{0}.yaml and its SELECT to models/{0}.sql",
                dataset.stem
            ));
        checker.push(problem);
    }
}

fn declaration(checker: &mut Checker<'_>, dataset: &Declared<DatasetFile>) {
    for (name, column) in &dataset.declaration.columns {
        if !column.from.is_empty() {
            let problem = dataset
                .at(
                    Code::WrongKeys,
                    &format!("/columns/{name}/from"),
                    "nothing is delivered to a model, so its columns have no headers",
                )
                .help("leave `from` out");
            checker.push(problem);
        }
    }
    if dataset.declaration.key.is_empty() && !dataset.has_lost("/key") {
        let problem = dataset
            .at_key(
                Code::Incomplete,
                "/dataset",
                "the model has no `key`, so it is always computed anew as a whole",
            )
            .help("add `key`: the columns that say what one row is, such as those of GROUP BY");
        checker.push(problem);
    }
}

/// Finds what a model reads. What is missing or not declared as needed is reported in its SQL.
fn inputs<'a>(
    checker: &mut Checker<'a>,
    compiler: &dyn Compiler,
    index: usize,
    dataset: &'a Declared<DatasetFile>,
) -> Option<Model<'a>> {
    let drafts = checker.drafts;
    let id = dataset.declaration.dataset.as_str();
    let Some(file) = drafts.sql_of(dataset) else {
        if !drafts.is_unread_sql(&format!(
            "{}.{}",
            drafts.pack_of(dataset.folder),
            dataset.stem
        )) {
            let problem = dataset
                .at(
                    Code::MissingFile,
                    "/dataset",
                    format!("the model `{id}` has no SQL"),
                )
                .help(format!("write its SELECT into models/{}.sql", dataset.stem));
            checker.push(problem);
        }
        return None;
    };
    let sql = SqlText::expand(checker, file, dataset.folder)?;
    let found = match compiler.inputs(sql.text()) {
        Ok(found) => found?,
        Err(wrong) => {
            checker.push(sql.wrong(wrong));
            return None;
        }
    };
    let mut model = Model {
        index,
        dataset,
        sql,
        inputs: Vec::new(),
        is_whole: true,
    };
    for input in found {
        let known = input
            .name
            .parse::<DatasetId>()
            .ok()
            .and_then(|id| checker.datasets.get(&id).copied());
        if let Some(known) = known {
            let pack = known.declaration.dataset.pack();
            checker.uses_at(model.sql.file(), dataset.folder, &pack, |_| {
                model.sql.place(input.place)
            });
            model.is_whole &= !known.has_lost("/columns");
            model.inputs.push(Input {
                dataset: known,
                place: input.place,
            });
        } else {
            model.is_whole = false;
            missing(checker, &model.sql, &input.name, input.place);
        }
    }
    Some(model)
}

/// What may be absent is a dataset that is there, and that the SQL reads.
fn absences(checker: &mut Checker<'_>, dataset: &Declared<DatasetFile>, model: Option<&Model<'_>>) {
    for (index, id) in dataset.declaration.may_be_absent.iter().enumerate() {
        let pointer = format!("/may_be_absent/{index}");
        let (Some(_), Some(model)) = (checker.dataset(dataset, &pointer, id), model) else {
            continue;
        };
        let read: Vec<&DatasetId> = model
            .inputs
            .iter()
            .map(|input| &input.dataset.declaration.dataset)
            .collect();
        if read.contains(&id) {
            continue;
        }
        let message = format!("the SQL of the model does not read `{id}`");
        let names = read.iter().map(|read| read.as_str());
        let problem = dataset
            .at(Code::NotRead, &pointer, message)
            .help("leave it out")
            .help_if(alternatives(id.as_str(), "inputs", names));
        checker.push(problem);
    }
}

fn missing(checker: &mut Checker<'_>, sql: &SqlText<'_>, name: &str, place: crate::load::SqlPlace) {
    if checker.drafts.is_unread_dataset(name) {
        return;
    }
    let message = format!("there is no dataset {}", quoted(name));
    let help = if name.starts_with("information_schema.") {
        Some(
            "a model reads rows of datasets; what datasets there are changes without any of them"
                .to_owned(),
        )
    } else {
        checker.other_datasets(name)
    };
    let problem = sql.problem(Code::MissingDataset, place, message);
    checker.push(problem.help_if(help));
}

/// SQL that nothing declares.
fn orphans(checker: &mut Checker<'_>) {
    let drafts = checker.drafts;
    let declared: HashSet<(usize, &str)> = drafts
        .datasets
        .iter()
        .filter(|dataset| dataset.kind == FileKind::Model)
        .map(|dataset| (dataset.folder, dataset.stem.as_str()))
        .collect();
    for ((folder, stem), file) in &drafts.sql {
        let id = format!("{}.{stem}", drafts.pack_of(*folder));
        if declared.contains(&(*folder, stem.as_str())) || drafts.is_unread(FileKind::Model, &id) {
            continue;
        }
        let problem = crate::Problem::new(
            Code::UnknownFile,
            &file.path,
            "nothing declares what this SELECT makes",
        )
        .help(format!(
            "add `{stem}.yaml` beside it, with the columns and their titles"
        ));
        checker.push(problem);
    }
}

/// For each model, those that it reads.
fn edges(models: &[Model<'_>]) -> order::Edges {
    let place: HashMap<&DatasetId, usize> = models
        .iter()
        .enumerate()
        .map(|(place, model)| (&model.dataset.declaration.dataset, place))
        .collect();
    models
        .iter()
        .map(|model| {
            model
                .inputs
                .iter()
                .filter_map(|input| place.get(&input.dataset.declaration.dataset).copied())
                .collect()
        })
        .collect()
}

/// Reports models that read each other in a circle, and says which do.
fn circles(checker: &mut Checker<'_>, models: &[Model<'_>]) -> HashSet<usize> {
    let edges = edges(models);
    let mut in_circles = HashSet::new();
    for circle in order::cycles(&edges) {
        let members: Vec<&Model<'_>> = circle.iter().filter_map(|at| models.get(*at)).collect();
        in_circles.extend(members.iter().map(|model| model.index));
        let (Some(first), Some(second)) = (members.first(), members.get(1).or(members.first()))
        else {
            continue;
        };
        let target = &second.dataset.declaration.dataset;
        let ids: Vec<&str> = members
            .iter()
            .chain([first])
            .map(|model| model.dataset.declaration.dataset.as_str())
            .collect();
        let place = first
            .inputs
            .iter()
            .find(|input| input.dataset.declaration.dataset == *target)
            .map(|input| input.place)
            .unwrap_or_default();
        let message = if ids.len() == 2 {
            format!("the model `{target}` reads itself")
        } else {
            format!("models read each other in a circle: `{}`", ids.join(" → "))
        };
        let problem = first
            .sql
            .problem(Code::ModelCycle, place, message)
            .help("let one of them read the datasets that the others are made of");
        checker.push(problem);
    }
    in_circles
}

fn schemas_of(checker: &Checker<'_>) -> HashMap<DatasetId, SchemaRef> {
    checker
        .datasets
        .iter()
        .map(|(id, dataset)| (id.clone(), dataset::schema(&dataset.declaration)))
        .collect()
}
