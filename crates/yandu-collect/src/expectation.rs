//! The declaration of a dataset, compiled into what the pass asks of its rows.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use regex::Regex;
use yandu_check::key::KeySet;
use yandu_check::{
    Check, CheckKind, CodeList, ColumnRule, Expectations, Level, Meaning, Reference, Within,
};
use yandu_lake::{compile_condition, compile_model, model_inputs};
use yandu_pack::declare;
use yandu_pack::{CompiledModel, Dataset, ModelInput, ModelOutput, Packs};
use yandu_words::id::DatasetId;

/// A check that cannot be compiled; `yandu pack check` finds it too, with its place in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) dataset: DatasetId,
    pub(crate) check: String,
    pub(crate) message: String,
}

/// Compiles a dataset. `known` holds the keys of the datasets that its hard references point at.
pub(crate) fn compile(
    packs: &Packs,
    dataset: &Dataset,
    known: &HashMap<declare::ReferenceTarget, Arc<KeySet>>,
) -> Result<Expectations, Problem> {
    let file = dataset.file();
    let columns: Vec<ColumnRule> = file
        .columns
        .iter()
        .map(|(name, column)| ColumnRule {
            name: name.to_string(),
            meaning: column
                .standard
                .map_or(Meaning::Type(column.value_type()), Meaning::Standard),
            required: column.required || file.key.contains(name),
            codes: column
                .codes
                .as_ref()
                .and_then(|list| code_list(packs, list)),
        })
        .collect();
    let index = |name: &str| columns.iter().position(|column| column.name == name);
    let key = file
        .key
        .iter()
        .filter_map(|column| index(column.as_str()))
        .collect();
    let bare = Expectations::new(columns.clone(), Vec::new(), Vec::new(), Vec::new());
    let mut checks = Vec::new();
    let mut references = Vec::new();
    for check in &file.checks {
        let problem = |message: String| Problem {
            dataset: file.dataset.clone(),
            check: check.name.clone(),
            message,
        };
        let column = check
            .kind
            .column()
            .and_then(|column| index(column.as_str()));
        if let (declare::CheckKind::References { target, .. }, Some(column)) = (&check.kind, column)
        {
            references.push(Reference {
                check: checks.len(),
                column,
                dataset: target.dataset.to_string(),
                target: target_column(packs, target).unwrap_or_default(),
            });
        }
        checks.push(Check {
            name: check.name.clone(),
            level: level(check.level),
            dimension: check.dimension,
            column,
            kind: kind(check, column, &columns, &bare, known).map_err(problem)?,
        });
    }
    Ok(Expectations::new(columns, key, checks, references))
}

fn kind(
    check: &declare::Check,
    column: Option<usize>,
    columns: &[ColumnRule],
    bare: &Expectations,
    known: &HashMap<declare::ReferenceTarget, Arc<KeySet>>,
) -> Result<CheckKind, String> {
    Ok(match &check.kind {
        declare::CheckKind::Expect { sql } => {
            let condition =
                compile_condition(bare.schema(), sql).map_err(|problem| problem.message)?;
            CheckKind::Condition(Arc::new(condition))
        }
        declare::CheckKind::Within { low, high, .. } => {
            let value_type = column
                .and_then(|column| columns.get(column))
                .map(|column| column.meaning.value_type())
                .ok_or("the column is not declared")?;
            let text = |bound: &Option<declare::Literal>| bound.as_ref().map(ToString::to_string);
            let within = Within::parse(value_type, text(low).as_deref(), text(high).as_deref());
            CheckKind::Within(within.map_err(|error| error.to_string())?)
        }
        declare::CheckKind::Matches { pattern, .. } => CheckKind::Matches(
            Regex::new(&format!("^(?:{pattern})$")).map_err(|error| error.to_string())?,
        ),
        declare::CheckKind::OneOf { values, .. } => {
            CheckKind::OneOf(values.iter().map(ToString::to_string).collect())
        }
        declare::CheckKind::References { target, .. } => match known.get(target) {
            Some(keys) => CheckKind::Known(Arc::clone(keys)),
            None => CheckKind::WholeSet,
        },
        declare::CheckKind::Unique { columns: names } => CheckKind::Unique(
            names
                .iter()
                .filter_map(|name| {
                    columns
                        .iter()
                        .position(|column| column.name == name.as_str())
                })
                .collect(),
        ),
        declare::CheckKind::Rows { .. } | declare::CheckKind::Fresh { .. } => CheckKind::WholeSet,
    })
}

/// The column that a reference points at: the named one, or the only key column of its dataset.
pub(crate) fn target_column(packs: &Packs, target: &declare::ReferenceTarget) -> Option<String> {
    if let Some(column) = &target.column {
        return Some(column.to_string());
    }
    match packs.dataset(&target.dataset)?.file().key.as_slice() {
        [column] => Some(column.to_string()),
        _ => None,
    }
}

fn level(level: declare::Level) -> Level {
    match level {
        declare::Level::Soft => Level::Soft,
        declare::Level::Hard => Level::Hard,
    }
}

fn code_list(packs: &Packs, id: &yandu_words::CodeListId) -> Option<Arc<CodeList>> {
    let list = packs.code_list(id)?;
    let mut synonyms: hashbrown::HashMap<String, String> = list
        .synonyms
        .iter()
        .map(|(word, code)| (word.clone(), code.clone()))
        .collect();
    for (code, title) in &list.values {
        synonyms
            .entry(title.zh.clone())
            .or_insert_with(|| code.clone());
    }
    Some(Arc::new(CodeList {
        codes: list.values.keys().cloned().collect(),
        synonyms,
    }))
}

/// The SQL of the lake, for the loader of packs.
#[derive(Debug, Clone, Copy, Default)]
pub struct SqlConditions;

impl yandu_pack::Compiler for SqlConditions {
    fn condition(&self, schema: &SchemaRef, sql: &str) -> Result<(), yandu_pack::SqlProblem> {
        match compile_condition(schema, sql) {
            Ok(_) => Ok(()),
            Err(problem) => Err(in_pack(problem)),
        }
    }

    fn inputs(&self, sql: &str) -> Result<Option<Vec<ModelInput>>, yandu_pack::SqlProblem> {
        let inputs = model_inputs(sql).map_err(in_pack)?;
        let inputs = inputs.into_iter().map(|input| ModelInput {
            name: input.name,
            place: place(input.place),
        });
        Ok(Some(inputs.collect()))
    }

    fn model(
        &self,
        schemas: &HashMap<DatasetId, SchemaRef>,
        sql: &str,
    ) -> Result<Option<CompiledModel>, yandu_pack::SqlProblem> {
        let compiled = compile_model(schemas, sql).map_err(in_pack)?;
        let fields = compiled.schema.fields().iter().zip(compiled.places);
        let outputs = fields.map(|(field, selected)| ModelOutput {
            name: field.name().clone(),
            data_type: field.data_type().clone(),
            place: selected.map(place),
        });
        Ok(Some(CompiledModel {
            outputs: outputs.collect(),
        }))
    }
}

fn in_pack(problem: yandu_lake::SqlProblem) -> yandu_pack::SqlProblem {
    yandu_pack::SqlProblem {
        message: problem.message,
        line: problem.line,
        column: problem.column,
        help: problem.help,
    }
}

fn place(place: yandu_lake::SqlPlace) -> yandu_pack::SqlPlace {
    yandu_pack::SqlPlace {
        line: place.line,
        column: place.column,
        length: place.length,
    }
}

#[cfg(test)]
mod tests;
