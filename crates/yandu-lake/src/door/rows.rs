//! Which rows a permit shows: a condition over the stored values that gives a verdict of any row and never an error.

use std::collections::BTreeMap;

use arrow::datatypes::{DataType, Schema, SchemaRef};
use datafusion::common::ScalarValue;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::expr::{Placeholder, ScalarFunction};
use datafusion::logical_expr::{Expr, ExprSchemable, Operator};

use crate::condition::{SqlProblem, at_word, refuse_other_than_verdict};
use crate::door::allowed::is_bounded;
use crate::expression;

/// Functions that give a value of any text, and an empty one of none.
const TOTAL_FUNCTIONS: [&str; 7] = [
    "starts_with",
    "ends_with",
    "lower",
    "upper",
    "character_length",
    "octet_length",
    "nullif",
];

/// A condition on the rows of one dataset.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RowCondition {
    expr: Expr,
    /// The columns that it reads, with the types that it was compiled for.
    columns: Vec<(String, DataType)>,
}

impl RowCondition {
    pub(crate) fn expr(&self) -> Expr {
        self.expr.clone()
    }

    /// Whether a table has the columns as the condition knows them. Over other types it would be another condition, and one
    /// that could fail.
    pub(crate) fn fits(&self, schema: &Schema) -> bool {
        self.columns.iter().all(|(name, data_type)| {
            let field = schema.field_with_name(name);
            field.is_ok_and(|field| field.data_type() == data_type)
        })
    }
}

/// Compiles a condition on the rows of a table with these columns. `$name` stands for a value of the reader; what the reader has
/// not is null.
///
/// Readers must learn nothing from rows that they do not see, also not that one of them cannot be judged. So only what gives a
/// verdict of any value is taken: comparisons, `and`, `or`, `not`, `is null`, `in`, `between`, `like`, and functions of texts that
/// cannot fail; no arithmetic, no casts of columns, no regular expressions.
pub fn compile_row_condition(
    schema: &SchemaRef,
    sql: &str,
    values: &BTreeMap<String, Option<String>>,
) -> Result<RowCondition, SqlProblem> {
    let read = expression::read(schema, sql, "a condition on rows")?;
    let expr = with_values(sql, read, values)?;
    refuse_partial(sql, &expr)?;
    let columns = expression::columns_of(schema, [&expr]);
    let failed = |error| expression::problem_in(sql, schema, &error);
    let (coerced, named) = expression::coerced(&expr, &columns).map_err(failed)?;
    refuse_other_than_verdict(&coerced.get_type(&named).map_err(failed)?)?;
    let fields = columns.fields().iter();
    if let Some(float) = fields.clone().find(|field| !is_bounded(field.data_type())) {
        return Err(SqlProblem {
            help: Some("use a column of whole or decimal numbers".to_owned()),
            ..at_word(
                sql,
                float.name(),
                "a floating-point column cannot decide which rows are seen: how it compares with what is no number follows how files are read",
            )
        });
    }
    // Types that differ are brought together by casts, and a cast of what a row holds can fail.
    refuse_partial(sql, &coerced)?;
    Ok(RowCondition {
        columns: fields
            .map(|field| (field.name().clone(), field.data_type().clone()))
            .collect(),
        expr: coerced,
    })
}

/// Whether a text is a condition on the rows of a table with these columns, whoever reads; `values` are the names of a
/// reader's values. A reader has a value or none, and never an empty one.
pub fn check_row_condition(
    schema: &SchemaRef,
    sql: &str,
    values: &[&str],
) -> Result<(), SqlProblem> {
    let some = Some("-".to_owned());
    let values = values.iter().map(|name| ((*name).to_owned(), some.clone()));
    compile_row_condition(schema, sql, &values.collect()).map(|_| ())
}

fn with_values(
    sql: &str,
    expr: Expr,
    values: &BTreeMap<String, Option<String>>,
) -> Result<Expr, SqlProblem> {
    let mut unknown = None;
    let filled = expr.transform(|node| {
        let Expr::Placeholder(Placeholder { id, .. }) = &node else {
            return Ok(Transformed::no(node));
        };
        let Some(value) = values.get(id.trim_start_matches('$')) else {
            unknown = Some(id.clone());
            return Ok(Transformed::no(node));
        };
        let value = ScalarValue::Utf8View(value.clone());
        Ok(Transformed::yes(Expr::Literal(value, None)))
    });
    if let Some(unknown) = unknown {
        let known: Vec<String> = values.keys().map(|name| format!("`${name}`")).collect();
        return Err(SqlProblem {
            help: Some(format!("a reader has {}", known.join(", "))),
            ..at_word(
                sql,
                &unknown,
                &format!("`{unknown}` is no value of a reader"),
            )
        });
    }
    filled
        .map(|filled| filled.data)
        .map_err(|error| at_word(sql, "", &error.to_string()))
}

fn refuse_partial(sql: &str, expr: &Expr) -> Result<(), SqlProblem> {
    let mut refused: Option<String> = None;
    let walked = expr.apply(|node| {
        if is_total(node) {
            return Ok(TreeNodeRecursion::Continue);
        }
        refused = Some(match node {
            Expr::ScalarFunction(function) => function.func.name().to_owned(),
            Expr::BinaryExpr(binary) => binary.op.to_string(),
            Expr::Cast(_) | Expr::TryCast(_) => "cast".to_owned(),
            other => other.variant_name().to_lowercase(),
        });
        Ok(TreeNodeRecursion::Stop)
    });
    let refused = match walked {
        Ok(_) => refused,
        Err(error) => Some(error.to_string()),
    };
    match refused {
        None => Ok(()),
        Some(what) => Err(SqlProblem {
            help: Some(
                "compare columns with values of their own type, by =, <, in, between, like, is null, starts_with and their kind"
                    .to_owned(),
            ),
            ..at_word(
                sql,
                &what,
                &format!("`{what}` cannot stand in a condition on rows: it could fail, or take longer, on a row that is hidden"),
            )
        }),
    }
}

/// Whether a node of a condition gives a verdict of any row, where what is below it does.
pub(crate) fn is_total(node: &Expr) -> bool {
    match node {
        Expr::Column(_)
        | Expr::Literal(..)
        | Expr::Not(_)
        | Expr::IsNull(_)
        | Expr::IsNotNull(_)
        | Expr::IsTrue(_)
        | Expr::IsFalse(_)
        | Expr::IsNotTrue(_)
        | Expr::IsNotFalse(_)
        | Expr::IsUnknown(_)
        | Expr::IsNotUnknown(_)
        | Expr::Between(_)
        | Expr::InList(_)
        | Expr::Alias(_) => true,
        Expr::BinaryExpr(binary) => matches!(
            binary.op,
            Operator::Eq
                | Operator::NotEq
                | Operator::Lt
                | Operator::LtEq
                | Operator::Gt
                | Operator::GtEq
                | Operator::And
                | Operator::Or
                | Operator::IsDistinctFrom
                | Operator::IsNotDistinctFrom
                | Operator::StringConcat
        ),
        // The pattern is the policy's own, so that it is read before any row is.
        Expr::Like(like) => matches!(like.pattern.as_ref(), Expr::Literal(..)),
        // What is cast here is no value of a row.
        Expr::Cast(cast) => matches!(cast.expr.as_ref(), Expr::Literal(..)),
        Expr::ScalarFunction(ScalarFunction { func, .. }) => TOTAL_FUNCTIONS.contains(&func.name()),
        _ => false,
    }
}
