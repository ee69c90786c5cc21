//! SQL conditions, with problems placed at the word of the file that is wrong.

use std::sync::OnceLock;

use arrow::datatypes::SchemaRef;

use crate::dataset;
use crate::declare::DatasetFile;
use crate::load::{Compiler, Declared};
use crate::model::Expanded;
use crate::problem::{Code, Problem};
use crate::yaml::locate;

pub(super) struct Conditions<'a> {
    dataset: &'a Declared<DatasetFile>,
    compiler: &'a dyn Compiler,
    schema: OnceLock<SchemaRef>,
}

impl<'a> Conditions<'a> {
    pub(super) fn new(dataset: &'a Declared<DatasetFile>, compiler: &'a dyn Compiler) -> Self {
        Self {
            dataset,
            compiler,
            schema: OnceLock::new(),
        }
    }

    /// `sql` stands in the file, and `expanded` is the same with its settings put in.
    pub(super) fn check(
        &mut self,
        pointer: &str,
        sql: &str,
        expanded: &Expanded,
    ) -> Option<Problem> {
        let schema = self
            .schema
            .get_or_init(|| dataset::schema(&self.dataset.declaration));
        let wrong = self.compiler.condition(schema, &expanded.text).err()?;
        // The condition may be right, and the column that it speaks of was left out.
        if self.dataset.has_lost("/columns") {
            return None;
        }
        let message = wrong.message.trim_end_matches('.').to_owned();
        let offset =
            offset(&expanded.text, wrong.line, wrong.column).map(|offset| expanded.written(offset));
        let problem = in_yaml(self.dataset, pointer, sql, Code::WrongSql, offset, message);
        Some(problem.help_if(wrong.help))
    }
}

/// A problem of a SQL text that stands at a pointer, placed at the word that is wrong.
pub(super) fn in_yaml<T>(
    declared: &Declared<T>,
    pointer: &str,
    sql: &str,
    code: Code,
    offset: Option<usize>,
    message: String,
) -> Problem {
    let Some(offset) = offset else {
        return declared.at(code, pointer, message);
    };
    let scalar = declared.root.find(pointer).node.place;
    let text = &declared.file.text;
    let mut place = locate(text, scalar, sql, offset);
    let end = offset + word_length(sql, offset).saturating_sub(1);
    let last = locate(text, scalar, sql, end);
    if last.line == place.line {
        place.end = last.end.max(place.end);
    }
    declared.at_place(code, place, message)
}

/// The character at a line and column, both from 1.
pub(super) fn offset(sql: &str, line: u64, column: u64) -> Option<usize> {
    let line = usize::try_from(line).ok()?.checked_sub(1)?;
    let column = usize::try_from(column).ok()?.checked_sub(1)?;
    let before: usize = sql
        .split_inclusive('\n')
        .take(line)
        .map(|line| line.chars().count())
        .sum();
    let length = sql.chars().count();
    // The end of the text is pointed at by its last character.
    Some((before + column).min(length.checked_sub(1)?))
}

/// The characters of the word, number, text or sign at a place.
pub(super) fn word_length(sql: &str, offset: usize) -> usize {
    let mut rest = sql.chars().skip(offset);
    let is_word = |sign: char| sign.is_alphanumeric() || sign == '_';
    match rest.next() {
        Some(first) if is_word(first) => 1 + rest.take_while(|sign| is_word(*sign)).count(),
        Some(quote @ ('\'' | '"')) => {
            let inside = rest.clone().take_while(|sign| *sign != quote).count();
            if rest.nth(inside).is_some() {
                inside + 2
            } else {
                inside + 1
            }
        }
        _ => 1,
    }
}
