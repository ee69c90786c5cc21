//! SQL conditions over one row, compiled once and evaluated block by block.
//!
//! A condition sees the columns of its row and nothing else: no other rows, no tables, no clock, no chance, so
//! that the same row has the same verdict whenever it is looked at.

use std::sync::Arc;

use arrow::array::{AsArray, BooleanArray, RecordBatch};
use arrow::datatypes::{DataType, SchemaRef};
use datafusion::common::DataFusionError;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::{Expr, Volatility};
use datafusion::physical_expr::PhysicalExpr;

use crate::expression;
use crate::session::problem;

/// Why a text is no condition, or no model, and where, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SqlProblem {
    pub message: String,
    pub line: u64,
    pub column: u64,
    /// What to do about it.
    pub help: Option<String>,
}

/// A compiled condition.
#[derive(Debug, Clone)]
pub struct Condition {
    compiled: Arc<dyn PhysicalExpr>,
    /// The columns that it reads, in the order that it was compiled for.
    columns: SchemaRef,
}

impl Condition {
    /// Names of the columns that the condition reads.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.columns
            .fields()
            .iter()
            .map(|field| field.name().as_str())
    }

    fn verdicts(&self, rows: &RecordBatch) -> Result<BooleanArray, DataFusionError> {
        let rows = expression::project(&self.columns, rows)?;
        let verdicts = self.compiled.evaluate(&rows)?.into_array(rows.num_rows())?;
        match verdicts.as_boolean_opt() {
            Some(verdicts) => Ok(verdicts.clone()),
            None => Ok(BooleanArray::new_null(rows.num_rows())),
        }
    }
}

impl yandu_check::Condition for Condition {
    fn evaluate(&self, rows: &RecordBatch) -> Result<BooleanArray, String> {
        self.verdicts(rows)
            .map_err(|error| problem::describe(&error, None).message)
    }

    fn reads(&self) -> Vec<&str> {
        self.columns().collect()
    }
}

/// Compiles a boolean SQL expression over the columns of `schema`.
pub fn compile_condition(schema: &SchemaRef, sql: &str) -> Result<Condition, SqlProblem> {
    let logical = expression::read(schema, sql, "a condition")?;
    refuse_more_than_a_row(sql, &logical)?;
    let columns = expression::columns_of(schema, [&logical]);
    let (compiled, found) = expression::physical(&logical, &columns)
        .map_err(|error| expression::problem_in(sql, schema, &error))?;
    refuse_other_than_verdict(&found)?;
    Ok(Condition { compiled, columns })
}

/// Refuses an expression whose values are of another type than verdicts are.
pub(crate) fn refuse_other_than_verdict(found: &DataType) -> Result<(), SqlProblem> {
    if *found == DataType::Boolean {
        return Ok(());
    }
    Err(SqlProblem {
        message: format!("a condition is true or false, and this is of type {found}"),
        line: 1,
        column: 1,
        help: Some("compare it with something".to_owned()),
    })
}

fn refuse_more_than_a_row(sql: &str, expr: &Expr) -> Result<(), SqlProblem> {
    let mut refused = None;
    let _ = expr.apply(|node| {
        refused = match node {
            Expr::AggregateFunction(function) => Some((
                function.func.name().to_owned(),
                "counts over many rows; a condition looks at one",
            )),
            Expr::WindowFunction(function) => Some((
                function.fun.name().to_owned(),
                "looks at other rows; a condition looks at one",
            )),
            Expr::ScalarFunction(ScalarFunction { func, .. })
                if func.signature().volatility != Volatility::Immutable =>
            {
                Some((
                    func.name().to_owned(),
                    "gives another value each time; a condition gives the same verdict whenever it is looked at",
                ))
            }
            Expr::Placeholder(_) => {
                Some(("$".to_owned(), "stands for a value that a condition does not have"))
            }
            _ => None,
        };
        Ok(if refused.is_some() {
            TreeNodeRecursion::Stop
        } else {
            TreeNodeRecursion::Continue
        })
    });
    match refused {
        None => Ok(()),
        Some((name, why)) => Err(at_word(sql, &name, &format!("`{name}` {why}"))),
    }
}

/// A problem at the first place where `word` stands in the text, or at its start.
pub(crate) fn at_word(sql: &str, word: &str, message: &str) -> SqlProblem {
    let folded = sql.to_ascii_lowercase();
    let word = word.to_ascii_lowercase();
    let before = folded
        .match_indices(word.as_str())
        .map(|(place, _)| place)
        .find(|place| {
            let is_part =
                |sign: Option<char>| sign.is_some_and(|sign| sign.is_alphanumeric() || sign == '_');
            !is_part(
                folded
                    .get(..*place)
                    .and_then(|text| text.chars().next_back()),
            ) && !is_part(
                folded
                    .get(place + word.len()..)
                    .and_then(|text| text.chars().next()),
            )
        })
        .and_then(|place| sql.get(..place))
        .unwrap_or("");
    let line_start = before.rfind('\n').map_or(0, |place| place + 1);
    SqlProblem {
        message: message.to_owned(),
        line: before.matches('\n').count() as u64 + 1,
        column: before
            .get(line_start..)
            .map_or(0, |text| text.chars().count()) as u64
            + 1,
        help: None,
    }
}

/// The name that needs the fewest changes to become `wanted`, when they are few.
pub(crate) fn closest<'a>(
    wanted: &str,
    names: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    names
        .into_iter()
        .map(|name| (distance(wanted, name), name))
        .min()
        .filter(|(changes, name)| *changes <= 1 + wanted.len().max(name.len()) / 4)
        .map(|(_, name)| name)
}

/// Levenshtein distance in bytes: names of columns are ASCII.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (above, sign) in a.bytes().enumerate() {
        let mut diagonal = above;
        let mut left = above + 1;
        let mut next = vec![left];
        for (place, other) in b.bytes().enumerate() {
            let up = row.get(place + 1).copied().unwrap_or(usize::MAX - 1);
            let value = (diagonal + usize::from(sign != other))
                .min(left + 1)
                .min(up + 1);
            diagonal = up;
            left = value;
            next.push(value);
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests;
