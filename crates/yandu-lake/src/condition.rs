//! SQL conditions over one row, compiled once and evaluated block by block.
//!
//! A condition sees the columns of its row and nothing else: no other rows, no tables, no clock, no chance, so
//! that the same row has the same verdict whenever it is looked at.

use std::ops::ControlFlow;
use std::sync::{Arc, LazyLock};

use arrow::array::{ArrayRef, AsArray, BooleanArray, RecordBatch, RecordBatchOptions};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Schema, SchemaRef};
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{DFSchema, DataFusionError};
use datafusion::execution::SessionStateBuilder;
use datafusion::execution::session_state::SessionState;
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::simplify::SimplifyContext;
use datafusion::logical_expr::{Expr, ExprSchemable, Volatility};
use datafusion::optimizer::simplify_expressions::ExprSimplifier;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::prelude::SessionConfig;
use datafusion::sql::sqlparser::ast::{Expr as SqlExpr, visit_expressions};

use crate::session::problem;

/// The engine that compiles conditions; it has functions and no tables.
static ENGINE: LazyLock<SessionState> = LazyLock::new(|| {
    let mut config = SessionConfig::new().with_create_default_catalog_and_schema(false);
    config.options_mut().sql_parser.collect_spans = true;
    SessionStateBuilder::new()
        .with_config(config)
        .with_default_features()
        .build()
});

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
        let columns = self
            .columns
            .fields()
            .iter()
            .map(|field| {
                let column = rows.column_by_name(field.name()).ok_or_else(|| {
                    DataFusionError::Plan(format!("the rows have no column `{}`", field.name()))
                })?;
                if column.data_type() == field.data_type() {
                    Ok(Arc::clone(column))
                } else {
                    Ok(cast(column, field.data_type())?)
                }
            })
            .collect::<Result<Vec<ArrayRef>, DataFusionError>>()?;
        let count = RecordBatchOptions::new().with_row_count(Some(rows.num_rows()));
        let rows = RecordBatch::try_new_with_options(Arc::clone(&self.columns), columns, &count)?;
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
}

/// Compiles a boolean SQL expression over the columns of `schema`.
pub fn compile_condition(schema: &SchemaRef, sql: &str) -> Result<Condition, SqlProblem> {
    let dialect = ENGINE.config().options().sql_parser.dialect;
    let parsed = ENGINE
        .sql_to_expr_with_alias(sql, &dialect)
        .map_err(|error| problem_in(sql, schema, &error))?;
    if parsed.alias.is_some() {
        return Err(at_word(sql, " as ", "a condition has no name of its own"));
    }
    if asks_a_table(&parsed.expr) {
        return Err(SqlProblem {
            help: Some(
                "a condition looks at one row; declare `references` to look into another dataset"
                    .to_owned(),
            ),
            ..at_word(sql, "select", "a condition cannot contain a query")
        });
    }
    let named = DFSchema::try_from(schema.as_ref().clone())
        .map_err(|error| problem_in(sql, schema, &error))?;
    let logical = ENGINE
        .create_logical_expr_from_sql_expr(parsed, &named)
        .map_err(|error| problem_in(sql, schema, &error))?;
    refuse_more_than_a_row(sql, &logical)?;
    let columns = columns_of(schema, &logical);
    let named = DFSchema::try_from(columns.as_ref().clone())
        .map_err(|error| problem_in(sql, schema, &error))?;
    // Some functions, such as coalesce, exist only until an expression is simplified.
    let simplifier = ExprSimplifier::new(
        SimplifyContext::builder()
            .with_schema(Arc::new(named.clone()))
            .with_config_options(Arc::clone(ENGINE.config_options()))
            .build(),
    );
    let compiled = simplifier
        .coerce(logical.clone(), &named)
        .and_then(|coerced| simplifier.simplify(coerced))
        .and_then(|simple| ENGINE.create_physical_expr(simple, &named))
        .map_err(|error| problem_in(sql, schema, &error))?;
    let found = compiled
        .data_type(&columns)
        .or_else(|_| logical.get_type(&named))
        .map_err(|error| problem_in(sql, schema, &error))?;
    if found != DataType::Boolean {
        return Err(SqlProblem {
            message: format!("a condition is true or false, and this is of type {found}"),
            line: 1,
            column: 1,
            help: Some("compare it with something".to_owned()),
        });
    }
    Ok(Condition { compiled, columns })
}

fn asks_a_table(expr: &SqlExpr) -> bool {
    visit_expressions(expr, |expr| match expr {
        SqlExpr::Subquery(_)
        | SqlExpr::Exists { .. }
        | SqlExpr::InSubquery { .. }
        | SqlExpr::AnyOp { .. }
        | SqlExpr::AllOp { .. } => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    })
    .is_break()
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

fn columns_of(schema: &SchemaRef, expr: &Expr) -> SchemaRef {
    let used = expr.column_refs();
    let fields = schema
        .fields()
        .iter()
        .filter(|field| used.iter().any(|column| column.name() == field.name()))
        .cloned()
        .collect::<Vec<_>>();
    Arc::new(Schema::new(fields))
}

fn problem_in(sql: &str, schema: &Schema, error: &DataFusionError) -> SqlProblem {
    if let Some(unknown) = problem::unknown_column(error) {
        let columns = schema.fields().iter().map(|field| field.name().as_str());
        let help = closest(&unknown, columns).map(|name| format!("did you mean `{name}`?"));
        return SqlProblem {
            help,
            ..at_word(sql, &unknown, &format!("there is no column `{unknown}`"))
        };
    }
    let described = problem::describe(error, Some(sql));
    SqlProblem {
        message: described.message,
        line: described.line.unwrap_or(1),
        column: described.column.unwrap_or(1),
        help: described.help,
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
