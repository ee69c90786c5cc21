//! Comparisons with a constant, as the engine's own rule for filters reads them rightly.
//!
//! That rule takes two equalities of one column for a contradiction when they are not written alike, so that
//! `'a' = s AND s = 'a'` keeps no row (apache/datafusion#24763), and takes the smaller bound of `n < NULL AND n < 5` for
//! implied, though `n < NULL` keeps no row (apache/datafusion#25207). Both come about where constants are put into a
//! filter on its way down, so that they are mended at each step of that way.

use std::sync::Arc;

use datafusion::common::tree_node::Transformed;
use datafusion::common::{Result, ScalarValue};
use datafusion::execution::SessionStateBuilder;
use datafusion::logical_expr::utils::{conjunction, split_conjunction_owned};
use datafusion::logical_expr::{BinaryExpr, Expr, Filter, LogicalPlan, Operator};
use datafusion::optimizer::optimizer::{ApplyOrder, Optimizer};
use datafusion::optimizer::push_down_filter::PushDownFilter;
use datafusion::optimizer::{OptimizerConfig, OptimizerRule};

/// The engine's rules, with one of them mended. To be dropped with the first release that has both mends.
pub(super) fn mended(builder: SessionStateBuilder) -> SessionStateBuilder {
    let mut rules = Optimizer::new().rules;
    for rule in &mut rules {
        if rule.name() == PushDownFilter::new().name() {
            *rule = Arc::new(Mended(PushDownFilter::new()));
        }
    }
    builder.with_optimizer_rules(rules)
}

#[derive(Debug)]
struct Mended(PushDownFilter);

impl OptimizerRule for Mended {
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
        self.0
            .rewrite(LogicalPlan::Filter(written_alike(filter)), config)
    }
}

/// Filters right below one another are taken together by the rule: all of them are written alike first.
fn written_alike(mut filter: Filter) -> Filter {
    if let LogicalPlan::Filter(below) = filter.input.as_ref() {
        filter.input = Arc::new(LogicalPlan::Filter(written_alike(below.clone())));
    }
    let conditions = split_conjunction_owned(filter.predicate);
    // There is one condition at least: what was split is one.
    filter.predicate = conjunction(conditions.into_iter().map(with_constant_last))
        .unwrap_or(Expr::Literal(ScalarValue::Boolean(Some(true)), None));
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
