//! Expressions over one plan as expressions over another: columns are replaced by what they were made of.

use std::cell::Cell;
use std::sync::Arc;

use datafusion::common::Column;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::expr::{Exists, InSubquery, SetComparison};
use datafusion::logical_expr::{Expr, LogicalPlan, Subquery};

/// Gives the expression that stands for a column: `Ok(None)` leaves it as it is.
pub(super) type Replace<'a> = &'a dyn Fn(&Column) -> Result<Option<Expr>, Unknown>;

/// A column that nothing can stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unknown;

/// Replaces the columns of an expression, also those that its sub-queries name.
pub(super) fn replaced(expr: &Expr, replace: Replace<'_>) -> Result<Expr, Unknown> {
    let failed = Cell::new(false);
    let done = expr.clone().transform_down(|part| {
        if failed.get() {
            return Ok(Transformed::new(part, false, TreeNodeRecursion::Stop));
        }
        if let Expr::Column(column) = &part {
            return Ok(match replace(column) {
                Ok(Some(other)) => Transformed::new(other, true, TreeNodeRecursion::Jump),
                Ok(None) => Transformed::no(part),
                Err(Unknown) => {
                    failed.set(true);
                    Transformed::no(part)
                }
            });
        }
        match inside(part, replace) {
            Ok(part) => Ok(part),
            Err(part) => {
                failed.set(true);
                Ok(Transformed::no(part))
            }
        }
    });
    match done {
        Ok(done) if !failed.get() => Ok(done.data),
        _ => Err(Unknown),
    }
}

/// The sub-query of an expression, as far as it has one of its own.
pub(super) fn subquery_of(expr: &Expr) -> Option<&Subquery> {
    match expr {
        Expr::ScalarSubquery(subquery)
        | Expr::Exists(Exists { subquery, .. })
        | Expr::InSubquery(InSubquery { subquery, .. })
        | Expr::SetComparison(SetComparison { subquery, .. }) => Some(subquery),
        _ => None,
    }
}

/// Whether an expression asks a sub-query.
pub(super) fn asks(expr: &Expr) -> bool {
    expr.exists(|part| Ok(subquery_of(part).is_some()))
        .unwrap_or(true)
}

/// Whether an expression names a column of the query around it.
pub(super) fn looks_out(expr: &Expr) -> bool {
    expr.exists(|part| Ok(matches!(part, Expr::OuterReferenceColumn(..))))
        .unwrap_or(true)
}

/// The columns that an expression names, also in its sub-queries.
pub(super) fn named(expr: &Expr) -> Vec<Column> {
    let mut columns = Vec::new();
    // The walk itself cannot fail.
    let _ = expr.apply(|part| {
        match part {
            Expr::Column(column) => columns.push(column.clone()),
            other => columns.extend(subquery_of(other).into_iter().flat_map(outer_columns)),
        }
        Ok(TreeNodeRecursion::Continue)
    });
    columns
}

fn outer_columns(subquery: &Subquery) -> impl Iterator<Item = Column> {
    subquery
        .outer_ref_columns
        .iter()
        .filter_map(|expr| match expr {
            Expr::OuterReferenceColumn(_, column) => Some(column.clone()),
            _ => None,
        })
}

/// Replaces what the sub-query of an expression names of the query around it; columns can stand there, and nothing else.
fn inside(expr: Expr, replace: Replace<'_>) -> Result<Transformed<Expr>, Expr> {
    let Some(subquery) = subquery_of(&expr) else {
        return Ok(Transformed::no(expr));
    };
    if subquery.outer_ref_columns.is_empty() {
        return Ok(Transformed::no(expr));
    }
    let Some(renamed) = renamed(subquery, replace) else {
        return Err(expr);
    };
    Ok(Transformed::yes(match expr {
        Expr::ScalarSubquery(_) => Expr::ScalarSubquery(renamed),
        Expr::Exists(exists) => Expr::Exists(Exists::new(renamed, exists.negated)),
        Expr::InSubquery(within) => {
            Expr::InSubquery(InSubquery::new(within.expr, renamed, within.negated))
        }
        Expr::SetComparison(compared) => Expr::SetComparison(SetComparison::new(
            compared.expr,
            renamed,
            compared.op,
            compared.quantifier,
        )),
        other => other,
    }))
}

fn renamed(subquery: &Subquery, replace: Replace<'_>) -> Option<Subquery> {
    let rename = |expr: Expr| -> Option<Expr> {
        let Expr::OuterReferenceColumn(field, column) = &expr else {
            return Some(expr);
        };
        match replace(column) {
            Ok(None) => Some(expr),
            Ok(Some(Expr::Column(other))) => {
                Some(Expr::OuterReferenceColumn(Arc::clone(field), other))
            }
            _ => None,
        }
    };
    let outer: Option<Vec<Expr>> = subquery
        .outer_ref_columns
        .iter()
        .map(|expr| rename(expr.clone()))
        .collect();
    let failed = Cell::new(false);
    let plan = subquery.subquery.as_ref().clone();
    let plan = plan.transform_down(|node| {
        let Transformed { data, .. } = node.map_expressions(|expr| {
            expr.transform_down(|part| {
                // What a sub-query of the sub-query names may be either's.
                if subquery_of(&part).is_some_and(|inner| !inner.outer_ref_columns.is_empty()) {
                    failed.set(true);
                }
                Ok(if let Some(part) = rename(part.clone()) {
                    Transformed::yes(part)
                } else {
                    failed.set(true);
                    Transformed::no(part)
                })
            })
        })?;
        Ok(Transformed::yes(data))
    });
    let plan: LogicalPlan = plan.ok().filter(|_| !failed.get())?.data;
    Some(Subquery {
        subquery: plan.into(),
        outer_ref_columns: outer?,
        spans: subquery.spans.clone(),
    })
}
