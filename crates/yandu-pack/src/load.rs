//! Folders of packs into checked declarations, with all problems of all files at once.

use std::collections::HashSet;
use std::path::PathBuf;

use arrow::datatypes::SchemaRef;

use crate::check;
use crate::packs::Packs;
use crate::problem::Problem;

mod declared;
mod folder;

pub(crate) use declared::{Declared, Drafts};

/// Compiles the SQL conditions of checks, which is done elsewhere: this crate has no SQL of its own.
pub trait ConditionCompiler {
    /// Whether a text is a boolean condition over one row of the schema.
    fn compile(&self, schema: &SchemaRef, sql: &str) -> Result<(), SqlProblem>;
}

/// What is wrong with a condition, and where in its text: line and column in characters from 1, or 0 where unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SqlProblem {
    pub message: String,
    pub line: u64,
    pub column: u64,
    /// What to do about it.
    pub help: Option<String>,
}

/// Takes every condition as it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct AnyCondition;

impl ConditionCompiler for AnyCondition {
    fn compile(&self, _: &SchemaRef, _: &str) -> Result<(), SqlProblem> {
        Ok(())
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
    pub fn load(paths: &[PathBuf], compiler: &dyn ConditionCompiler) -> Loaded {
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
