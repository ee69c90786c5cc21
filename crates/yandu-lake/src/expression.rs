//! SQL expressions over the columns of rows, compiled with no table at hand.

use std::ops::ControlFlow;
use std::sync::{Arc, LazyLock};

use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Schema, SchemaRef};
use datafusion::common::{DFSchema, DataFusionError};
use datafusion::execution::SessionStateBuilder;
use datafusion::execution::session_state::SessionState;
use datafusion::logical_expr::simplify::SimplifyContext;
use datafusion::logical_expr::{Expr, ExprSchemable};
use datafusion::optimizer::simplify_expressions::ExprSimplifier;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::prelude::SessionConfig;
use datafusion::sql::sqlparser::ast::{Expr as SqlExpr, ExprWithAlias, visit_expressions};

use crate::checked::checked;
use crate::condition::{SqlProblem, at_word, closest};
use crate::session::problem;

/// The engine that compiles expressions; it has functions and no tables.
static ENGINE: LazyLock<SessionState> = LazyLock::new(|| {
    let mut config = SessionConfig::new().with_create_default_catalog_and_schema(false);
    config.options_mut().sql_parser.collect_spans = true;
    SessionStateBuilder::new()
        .with_config(config)
        .with_default_features()
        .build()
});

/// Reads an expression over the columns of `schema`; `what` names it in messages: "a condition".
pub(crate) fn read(schema: &SchemaRef, sql: &str, what: &str) -> Result<Expr, SqlProblem> {
    let failed = |error: DataFusionError| problem_in(sql, schema, &error);
    let parsed = parse(sql)?;
    if parsed.alias.is_some() {
        let message = format!("{what} has no name of its own");
        return Err(at_word(sql, " as ", &message));
    }
    if asks_a_table(&parsed.expr) {
        return Err(SqlProblem {
            help: Some(
                "only columns are read here; declare `references` to look into another dataset, or let a model join it"
                    .to_owned(),
            ),
            ..at_word(sql, "select", &format!("{what} cannot contain a query"))
        });
    }
    let named = DFSchema::try_from(schema.as_ref().clone()).map_err(failed)?;
    ENGINE
        .create_logical_expr_from_sql_expr(parsed, &named)
        .map_err(failed)
}

/// The tree of an expression, whatever columns there are.
pub(crate) fn parse(sql: &str) -> Result<ExprWithAlias, SqlProblem> {
    let dialect = ENGINE.config().options().sql_parser.dialect;
    ENGINE
        .sql_to_expr_with_alias(sql, &dialect)
        .map_err(|error| problem_in(sql, &Schema::empty(), &error))
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

/// The columns that expressions read, in the order of the schema.
pub(crate) fn columns_of<'a>(
    schema: &SchemaRef,
    expressions: impl IntoIterator<Item = &'a Expr>,
) -> SchemaRef {
    let mut used = std::collections::HashSet::new();
    for expression in expressions {
        used.extend(expression.column_refs());
    }
    let fields: Vec<_> = schema
        .fields()
        .iter()
        .filter(|field| used.iter().any(|column| column.name() == field.name()))
        .cloned()
        .collect();
    Arc::new(Schema::new(fields))
}

/// An expression over rows of exactly these columns as it is evaluated: both sides of a comparison are of one type, and
/// arithmetic is checked.
pub(crate) fn coerced(
    expression: &Expr,
    columns: &SchemaRef,
) -> Result<(Expr, DFSchema), DataFusionError> {
    let named = DFSchema::try_from(columns.as_ref().clone())?;
    // Some functions, such as coalesce, exist only until an expression is simplified.
    let simplifier = ExprSimplifier::new(
        SimplifyContext::builder()
            .with_schema(Arc::new(named.clone()))
            .with_config_options(Arc::clone(ENGINE.config_options()))
            .build(),
    );
    let coerced = simplifier.coerce(expression.clone(), &named)?;
    let checked = checked(coerced, &named)?.data;
    Ok((simplifier.simplify(checked)?, named))
}

/// An expression that can be evaluated over rows of exactly these columns, and the type of what it gives.
pub(crate) fn physical(
    expression: &Expr,
    columns: &SchemaRef,
) -> Result<(Arc<dyn PhysicalExpr>, DataType), DataFusionError> {
    let (coerced, named) = coerced(expression, columns)?;
    let compiled = ENGINE.create_physical_expr(coerced, &named)?;
    let found = compiled
        .data_type(columns)
        .or_else(|_| expression.get_type(&named))?;
    Ok((compiled, found))
}

/// The columns of rows that an expression was compiled for, in its order and with its types.
pub(crate) fn project(
    columns: &SchemaRef,
    rows: &RecordBatch,
) -> Result<RecordBatch, DataFusionError> {
    let arrays = columns
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
    Ok(RecordBatch::try_new_with_options(
        Arc::clone(columns),
        arrays,
        &count,
    )?)
}

/// Says what is wrong with an expression, and names the column that was probably meant.
pub(crate) fn problem_in(sql: &str, schema: &Schema, error: &DataFusionError) -> SqlProblem {
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
