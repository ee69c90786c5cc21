//! The declaration of a dataset, compiled into what is asked of its rows. SQL is compiled by whoever calls.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use regex::Regex;
use yandu_check::key::KeySet;
use yandu_check::{
    Check, CheckKind, CodeList, ColumnRule, Condition, Expectations, Level, Meaning, Reference,
    Within,
};
use yandu_words::DatasetId;

use crate::declare;
use crate::model::Expanded;
use crate::{Dataset, Packs};

/// Compiles a condition over the columns of a row; the error is a message.
pub type CompileCondition<'a> = &'a dyn Fn(&SchemaRef, &str) -> Result<Arc<dyn Condition>, String>;

/// A check that cannot be compiled; `yandu pack check` finds it too, with its place in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckProblem {
    pub dataset: DatasetId,
    pub check: String,
    pub message: String,
}

/// Compiles a dataset. `known` holds the keys of the datasets that references point at; one whose keys are not there is
/// left to whoever looks at the whole set.
#[expect(
    clippy::implicit_hasher,
    reason = "all maps of this house have one hasher"
)]
pub fn compile(
    packs: &Packs,
    dataset: &Dataset,
    known: &HashMap<declare::ReferenceTarget, Arc<KeySet>>,
    condition: CompileCondition<'_>,
) -> Result<Expectations, CheckProblem> {
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
    let settings = packs.settings(&file.dataset.pack()).unwrap_or_default();
    let condition = |schema: &SchemaRef, sql: &str| {
        let expanded = Expanded::new(&settings, sql).map_err(|error| error.to_string())?;
        condition(schema, &expanded.text)
    };
    let mut checks = Vec::new();
    let mut references = Vec::new();
    for check in &file.checks {
        let problem = |message: String| CheckProblem {
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
            kind: kind(check, column, &columns, &bare, known, &condition).map_err(problem)?,
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
    condition: CompileCondition<'_>,
) -> Result<CheckKind, String> {
    Ok(match &check.kind {
        declare::CheckKind::Expect { sql } => CheckKind::Condition(condition(bare.schema(), sql)?),
        declare::CheckKind::Within { low, high, .. } => {
            let value_type = column
                .and_then(|column| columns.get(column))
                .map(|column| column.meaning.value_type())
                .ok_or("the column is not declared")?;
            let text = |bound: &Option<declare::Literal>| bound.as_ref().map(ToString::to_string);
            let within = Within::parse(value_type, text(low).as_deref(), text(high).as_deref());
            CheckKind::Within(within.map_err(|error| error.to_string())?)
        }
        declare::CheckKind::Matches { pattern, .. } => {
            CheckKind::Matches(whole(pattern).map_err(|error| error.to_string())?)
        }
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

/// A pattern that the whole value matches.
pub(crate) fn whole(pattern: &str) -> Result<Regex, regex::Error> {
    Regex::new(&format!("^(?:{pattern})$"))
}

/// The column that a reference points at: the named one, or the only key column of its dataset.
pub fn target_column(packs: &Packs, target: &declare::ReferenceTarget) -> Option<String> {
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
