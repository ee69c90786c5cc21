//! Filters on their way down, mended where the engine's own rule loses rows or makes some up.
//!
//! - Two equalities of one column are a contradiction to it when they are not written alike, so that `'a' = s AND s = 'a'`
//!   keeps no row (apache/datafusion#24763).
//! - Of `n < NULL AND n < 5` it drops the smaller bound as implied, though `n < NULL` keeps no row
//!   (apache/datafusion#25207).
//! - What names no column is put below groups, also below those that give a row out of nothing (`count(*)`, the grouping set
//!   `()`), where it keeps no row from coming.
//!
//! All of them come about where constants are put into a filter on its way down, so that they are mended at each step of
//! that way.

use std::sync::Arc;

use datafusion::common::tree_node::Transformed;
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::utils::{conjunction, split_conjunction, split_conjunction_owned};
use datafusion::logical_expr::{
    Aggregate, BinaryExpr, EmptyRelation, Expr, Filter, LogicalPlan, Operator,
};
use datafusion::optimizer::optimizer::ApplyOrder;
use datafusion::optimizer::push_down_filter::PushDownFilter;
use datafusion::optimizer::{OptimizerConfig, OptimizerRule};
use indexmap::IndexSet;

#[derive(Debug)]
pub(super) struct MendedFilter(PushDownFilter);

impl MendedFilter {
    pub(super) fn new() -> Self {
        Self(PushDownFilter::new())
    }
}

impl OptimizerRule for MendedFilter {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        self.0.apply_order()
    }

    fn rewrite(
        &self,
        plan: LogicalPlan,
        config: &dyn OptimizerConfig,
    ) -> Result<Transformed<LogicalPlan>> {
        let LogicalPlan::Filter(filter) = plan else {
            return self.0.rewrite(plan, config);
        };
        let filter = written_alike(filter);
        let mut conditions = split_conjunction(&filter.predicate).into_iter();
        if conditions.clone().any(keeps_nothing) {
            return Ok(Transformed::yes(LogicalPlan::EmptyRelation(
                EmptyRelation {
                    produce_one_row: false,
                    schema: Arc::clone(filter.input.schema()),
                },
            )));
        }
        if let LogicalPlan::Aggregate(groups) = filter.input.as_ref()
            && gives_a_row_of_nothing(groups)
            && conditions.any(|condition| !condition.any_column_refs())
        {
            return Ok(Transformed::no(LogicalPlan::Filter(filter)));
        }
        self.0.rewrite(LogicalPlan::Filter(filter), config)
    }
}

fn keeps_nothing(condition: &Expr) -> bool {
    matches!(
        condition,
        Expr::Literal(
            ScalarValue::Boolean(None | Some(false)) | ScalarValue::Null,
            _
        )
    )
}

fn gives_a_row_of_nothing(groups: &Aggregate) -> bool {
    let is_set = |expr: &Expr| matches!(expr, Expr::GroupingSet(_));
    groups.group_expr.is_empty() || groups.group_expr.iter().any(is_set)
}

/// Filters right below one another are one, in the order in which they are carried out: the rule would take them together
/// itself, and past this.
fn written_alike(mut filter: Filter) -> Filter {
    let mut conditions = split_conjunction_owned(filter.predicate);
    while let LogicalPlan::Filter(below) = filter.input.as_ref() {
        let below = below.clone();
        conditions.splice(0..0, split_conjunction_owned(below.predicate));
        filter.input = below.input;
    }
    let conditions: IndexSet<Expr> = conditions.into_iter().map(with_constant_last).collect();
    // There is one condition at least: what was split is one.
    filter.predicate =
        conjunction(conditions).unwrap_or(Expr::Literal(ScalarValue::Boolean(Some(true)), None));
    filter
}

fn with_constant_last(condition: Expr) -> Expr {
    let Expr::BinaryExpr(comparison) = condition else {
        return condition;
    };
    let swapped = match comparison.op {
        Operator::Eq | Operator::Lt | Operator::LtEq | Operator::Gt | Operator::GtEq => {
            comparison.op.swap()
        }
        _ => None,
    };
    let Some(swapped) = swapped else {
        return Expr::BinaryExpr(comparison);
    };
    let BinaryExpr { left, op, right } = comparison;
    match (left.as_literal(), right.as_literal()) {
        (Some(value), _) | (_, Some(value)) if value.is_null() => {
            Expr::Literal(ScalarValue::Boolean(None), None)
        }
        (Some(_), None) => Expr::BinaryExpr(BinaryExpr::new(right, swapped, left)),
        _ => Expr::BinaryExpr(BinaryExpr::new(left, op, right)),
    }
}
