//! The filters of a reader's query that go below the barrier, each with the reason why it may.
//!
//! Below the barrier a filter meets rows that the reader must not know of, before the row conditions or after them: the order
//! belongs to the engine. So a filter goes below only when no row could make it fail, when it gives the same verdict each
//! time, and when it looks at nothing but columns that every visible row shows as they are stored. Anything else stays above
//! and meets visible rows only.
//!
//! | taken | why it may |
//! |---|---|
//! | `column = ≠ < ≤ > ≥ constant`, either side | a comparison of two values of one type is defined for all of them, and empty values give no verdict |
//! | `is [not] distinct from` a constant | the same, and an empty value has a verdict |
//! | `column is [not] null` | looks at whether there is a value |
//! | `column [not] between constants` | two comparisons |
//! | `column [not] in (constants)` | comparisons; no sub-query |
//! | a column of truth values, `is [not] true / false / unknown` | looks at the value itself |
//! | `column [not] like 'text%'` | compares the beginning; the pattern holds no sign that would make it more than that |
//! | `and`, `or`, `not` of these | defined for every verdict, also for none |
//!
//! Of floating-point columns only `is [not] null` is taken: bounds of files leave out what is no number, while a comparison
//! finds it greater than any other, so that what is skipped follows values of hidden rows.
//!
//! What is not taken, although it might seem harmless: a comparison of two columns (it would be, and nobody asks for it often
//! enough); casts (a text that is no number fails, and says which); arithmetic (overflow, division by zero); any function (each
//! would need its own argument); `like` with other patterns and regular expressions (what a pattern costs depends on the row);
//! filters without a column and with chance or time in them (they are no property of the row); parameters and sub-queries.

use arrow::datatypes::{DataType, Schema};
use datafusion::common::Column;
use datafusion::logical_expr::expr::{Between, InList, Like};
use datafusion::logical_expr::{BinaryExpr, Expr, Operator};

/// Whether a filter of a query may go below; `is_plain` says of a column whether every visible row shows it as stored.
pub(crate) fn is_allowed(filter: &Expr, schema: &Schema, is_plain: &dyn Fn(&str) -> bool) -> bool {
    let allowed = |filter: &Expr| is_allowed(filter, schema, is_plain);
    let column = |expr: &Expr| plain_column(expr, schema, is_plain);
    match filter {
        Expr::Column(_) => column(filter) == Some(&DataType::Boolean),
        Expr::BinaryExpr(BinaryExpr {
            left,
            op: Operator::And | Operator::Or,
            right,
        }) => allowed(left) && allowed(right),
        Expr::BinaryExpr(BinaryExpr { left, op, right }) => {
            is_comparison(*op)
                && match (column(left), column(right)) {
                    (Some(of), None) => is_constant(right, of),
                    (None, Some(of)) => is_constant(left, of),
                    _ => false,
                }
        }
        Expr::Not(inner) => allowed(inner),
        Expr::IsNull(inner) | Expr::IsNotNull(inner) => column(inner).is_some(),
        Expr::IsTrue(inner)
        | Expr::IsFalse(inner)
        | Expr::IsUnknown(inner)
        | Expr::IsNotTrue(inner)
        | Expr::IsNotFalse(inner)
        | Expr::IsNotUnknown(inner) => column(inner) == Some(&DataType::Boolean),
        Expr::Between(Between {
            expr, low, high, ..
        }) => column(expr).is_some_and(|of| is_constant(low, of) && is_constant(high, of)),
        Expr::InList(InList { expr, list, .. }) => {
            column(expr).is_some_and(|of| list.iter().all(|value| is_constant(value, of)))
        }
        Expr::Like(like) => column(&like.expr).is_some_and(is_text) && is_beginning(like),
        _ => false,
    }
}

/// The type of a column that every visible row shows as stored.
fn plain_column<'a>(
    expr: &Expr,
    schema: &'a Schema,
    is_plain: &dyn Fn(&str) -> bool,
) -> Option<&'a DataType> {
    let Expr::Column(Column { name, .. }) = expr else {
        return None;
    };
    let field = schema.field_with_name(name).ok()?;
    is_plain(name).then(|| field.data_type())
}

/// Whether files can be skipped by what is known of a column without a trace of the rows in them.
pub(super) fn is_bounded(data_type: &DataType) -> bool {
    !data_type.is_floating()
}

fn is_comparison(op: Operator) -> bool {
    matches!(
        op,
        Operator::Eq
            | Operator::NotEq
            | Operator::Lt
            | Operator::LtEq
            | Operator::Gt
            | Operator::GtEq
            | Operator::IsDistinctFrom
            | Operator::IsNotDistinctFrom
    )
}

/// A constant of the type itself: one of another type would be compared by a cast.
fn is_constant(expr: &Expr, of: &DataType) -> bool {
    match expr {
        // An empty value makes the engine write the comparison anew, and then it is none.
        Expr::Literal(value, _) if !value.is_null() && is_bounded(of) => {
            value.data_type() == *of || (is_text(of) && is_text(&value.data_type()))
        }
        _ => false,
    }
}

fn is_text(data_type: &DataType) -> bool {
    matches!(
        data_type,
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View
    )
}

fn is_beginning(like: &Like) -> bool {
    let Expr::Literal(pattern, _) = like.pattern.as_ref() else {
        return false;
    };
    let Some(pattern) = pattern.try_as_str().flatten() else {
        return false;
    };
    !like.case_insensitive
        && like.escape_char.is_none()
        && pattern
            .strip_suffix('%')
            .is_some_and(|beginning| !beginning.is_empty() && !beginning.contains(['%', '_', '\\']))
}
