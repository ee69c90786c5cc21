//! Folders of packs into checked declarations, with all problems of all files at once.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use arrow::datatypes::{DataType, SchemaRef};
use yandu_words::DatasetId;

use crate::check;
use crate::packs::Packs;
use crate::problem::Problem;

mod declared;
mod folder;

pub(crate) use declared::{Declared, Drafts, pointer, shown};
pub(crate) use folder::{
    MAX_FILES, TOP_FILES, TOP_FOLDERS, entries, file_name, read_text, unreadable,
};

/// Compiles the SQL of packs, which is done elsewhere: this crate has no SQL of its own.
///
/// A compiler that knows no SQL answers that all is well: then packs are read, and their SQL is not looked at.
pub trait Compiler {
    /// Whether a text is a boolean condition over one row of the schema.
    fn condition(&self, schema: &SchemaRef, sql: &str) -> Result<(), SqlProblem>;

    /// Whether a text is a condition on the rows of a table that some readers see, in which `$name` stands for one of these values
    /// of a reader.
    fn row_condition(
        &self,
        schema: &SchemaRef,
        sql: &str,
        values: &[&str],
    ) -> Result<(), SqlProblem>;

    /// The tables that one SELECT names, found without knowing any; `None` when SQL is not looked at.
    fn inputs(&self, sql: &str) -> Result<Option<Vec<ModelInput>>, SqlProblem>;

    /// The columns of a SELECT over datasets of these schemas; `None` when SQL is not looked at.
    fn model(
        &self,
        schemas: &HashMap<DatasetId, SchemaRef>,
        sql: &str,
    ) -> Result<Option<CompiledModel>, SqlProblem>;

    /// The type of the number that a measure of a metric gives over rows of the schema; `None` when SQL is not looked at.
    fn measure(&self, schema: &SchemaRef, sql: &str) -> Result<Option<DataType>, SqlProblem>;
}

/// A table that a SELECT names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelInput {
    /// As it is understood: unquoted words in lower case, joined by dots.
    pub name: String,
    pub place: SqlPlace,
}

/// What a SELECT gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompiledModel {
    /// The columns in their order.
    pub outputs: Vec<ModelOutput>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelOutput {
    pub name: String,
    pub data_type: DataType,
    /// Where the column is selected, when that is known.
    pub place: Option<SqlPlace>,
    /// The columns whose values flow into it; what only decides is not among them.
    pub from: Vec<ModelFlow>,
}

/// Values of a column of a dataset that arrive in a column of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelFlow {
    pub dataset: DatasetId,
    pub column: String,
    /// Whether they arrive computed from many rows.
    pub is_aggregated: bool,
}

/// A place in a SQL text: line and column in characters from 1. A length of 0 stands for the word there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SqlPlace {
    pub line: u64,
    pub column: u64,
    pub length: u64,
}

/// What is wrong with a SQL text, and where: line and column in characters from 1, or 0 where unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SqlProblem {
    pub message: String,
    pub line: u64,
    pub column: u64,
    /// What to do about it.
    pub help: Option<String>,
}

/// Takes all SQL as it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct AnyCondition;

impl Compiler for AnyCondition {
    fn condition(&self, _: &SchemaRef, _: &str) -> Result<(), SqlProblem> {
        Ok(())
    }

    fn row_condition(&self, _: &SchemaRef, _: &str, _: &[&str]) -> Result<(), SqlProblem> {
        Ok(())
    }

    fn inputs(&self, _: &str) -> Result<Option<Vec<ModelInput>>, SqlProblem> {
        Ok(None)
    }

    fn model(
        &self,
        _: &HashMap<DatasetId, SchemaRef>,
        _: &str,
    ) -> Result<Option<CompiledModel>, SqlProblem> {
        Ok(None)
    }

    fn measure(&self, _: &SchemaRef, _: &str) -> Result<Option<DataType>, SqlProblem> {
        Ok(None)
    }
}

/// What was read, and all that is wrong with it, ordered by file and place.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// What could be read. Where a problem is an error, it is only good for looking at.
    pub packs: Packs,
    pub problems: Vec<Problem>,
}

impl Loaded {
    /// Whether the packs must not be used.
    pub fn has_errors(&self) -> bool {
        self.problems.iter().any(Problem::is_error)
    }
}

impl Packs {
    /// Reads packs. Each path is the folder of a pack, or a folder of such folders.
    pub fn load(paths: &[PathBuf], compiler: &dyn Compiler) -> Loaded {
        let mut problems = Vec::new();
        let folders = folder::find(paths, &mut problems);
        let drafts = Drafts::read(folders, &mut problems);
        check::check(&drafts, compiler, &mut problems);
        hide_secrets(&mut problems);
        problems.sort_by(|one, other| {
            let place = |problem: &Problem| problem.span.map(|span| (span.line, span.column));
            (&one.file, place(one), one.code).cmp(&(&other.file, place(other), other.code))
        });
        problems.dedup();
        Loaded {
            packs: drafts.finish(),
            problems,
        }
    }
}

/// Takes the line of a secret away from the other problems that would show it.
fn hide_secrets(problems: &mut [Problem]) {
    let line = |problem: &Problem| problem.span.map(|span| (problem.file.clone(), span.line));
    let secret: HashSet<_> = problems
        .iter()
        .filter(|problem| problem.is_secret)
        .filter_map(line)
        .collect();
    if secret.is_empty() {
        return;
    }
    for problem in problems.iter_mut().filter(|problem| !problem.is_secret) {
        if line(problem).is_some_and(|line| secret.contains(&line)) {
            problem.excerpt = None;
        }
    }
}
