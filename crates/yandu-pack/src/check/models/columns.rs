//! The columns that a model selects, against those that it declares.

use std::collections::{HashMap, HashSet};

use arrow::datatypes::SchemaRef;
use yandu_words::{ColumnName, DatasetId};

use super::{Checker, Model, fit};
use crate::load::{CompiledModel, Compiler, ModelOutput};
use crate::problem::{Code, did_you_mean, quoted};

pub(super) fn check(
    checker: &mut Checker<'_>,
    compiler: &dyn Compiler,
    model: &Model<'_>,
    schemas: &HashMap<DatasetId, SchemaRef>,
) -> Option<CompiledModel> {
    let compiled = match compiler.model(schemas, model.sql.text()) {
        Ok(compiled) => compiled?,
        Err(wrong) => {
            checker.push(model.sql.wrong(wrong));
            return None;
        }
    };
    let mut selected = HashSet::new();
    for output in &compiled.outputs {
        if selected.insert(output.name.as_str()) {
            self::output(checker, model, output);
        } else {
            let message = format!("two columns are named {}", quoted(&output.name));
            let problem = model
                .sql
                .problem(
                    Code::DuplicateName,
                    output.place.unwrap_or_default(),
                    message,
                )
                .help("give one of them another name with `AS`");
            checker.push(problem);
        }
    }
    // A column that was written differently is told about once, where it is selected.
    let undeclared = compiled
        .outputs
        .iter()
        .map(|output| output.name.as_str())
        .filter(|name| !model.dataset.names.contains(*name));
    let meant: HashSet<&str> = undeclared
        .filter_map(|name| meant(model, name, &selected))
        .collect();
    for name in model.dataset.declaration.columns.keys() {
        if selected.contains(name.as_str()) || meant.contains(name.as_str()) {
            continue;
        }
        let problem = model
            .dataset
            .at_key(
                Code::NotSelected,
                &format!("/columns/{name}"),
                format!("the SQL of the model selects no column `{name}`"),
            )
            .help(format!(
                "select it in {}.sql, or leave it out here",
                model.dataset.stem
            ));
        checker.push(problem);
    }
    Some(compiled)
}

/// The declared and not selected column that a selected and not declared one probably is.
fn meant<'a>(model: &Model<'a>, name: &str, selected: &HashSet<&str>) -> Option<&'a str> {
    let declared = model.dataset.declaration.columns.keys();
    let free = declared
        .map(ColumnName::as_str)
        .filter(|name| !selected.contains(name));
    did_you_mean(name, free)
}

fn output(checker: &mut Checker<'_>, model: &Model<'_>, output: &ModelOutput) {
    let place = output.place.unwrap_or_default();
    let Some(column) = model.dataset.declaration.columns.get(output.name.as_str()) else {
        if !model.dataset.names.contains(&output.name) {
            let written = fit::declarable(&output.data_type);
            let help = match meant(model, &output.name, &HashSet::new()) {
                Some(name) => format!("did you mean `{name}`? name it so with `AS {name}`"),
                None if output.name.parse::<ColumnName>().is_err() => {
                    "name it with `AS`: a word in small letters".to_owned()
                }
                None => format!(
                    "declare it in {}.yaml as `{}: {{title: {{zh: …, en: …}}, type: {written}}}`",
                    model.dataset.stem, output.name
                ),
            };
            let message = format!(
                "the column {} is selected and not declared",
                quoted(&output.name)
            );
            let problem = model.sql.problem(Code::UndeclaredColumn, place, message);
            checker.push(problem.help(help));
        }
        return;
    };
    if model.dataset.has_lost(&format!("/columns/{}", output.name)) {
        return;
    }
    let declared = column.value_type();
    if !fit::fits(&output.data_type, declared) {
        let message = format!(
            "`{}` is {} here, and it is declared as {declared}",
            output.name,
            fit::words(&output.data_type)
        );
        let help = format!(
            "write `cast(… as {}) AS {}`, or declare it as {}",
            fit::sql(declared),
            output.name,
            fit::declarable(&output.data_type)
        );
        let problem = model.sql.problem(Code::TypeMismatch, place, message);
        checker.push(problem.help(help));
    }
}
