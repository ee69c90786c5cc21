//! The order that an aggregate takes its rows in (`first_value(a ORDER BY b, b)`), with each key once.
//!
//! The engine holds a key that is named twice once in one place and twice in another. The aggregate then fails where a part
//! of the rows is empty and answers where none is, or its task panics (apache/datafusion#25398). Which parts there are
//! follows from files, and those from rows that a reader may not see.

use std::collections::HashSet;

use datafusion::common::Result;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::logical_expr::expr::AggregateFunction;
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::{Expr, LogicalPlan};
use datafusion::optimizer::optimizer::ApplyOrder;
use datafusion::optimizer::{OptimizerConfig, OptimizerRule};

#[derive(Debug)]
pub(super) struct OrderedOnce;

impl OptimizerRule for OrderedOnce {
    fn name(&self) -> &'static str {
        "ordered_once"
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        Some(ApplyOrder::BottomUp)
    }

    fn rewrite(
        &self,
        plan: LogicalPlan,
        _config: &dyn OptimizerConfig,
    ) -> Result<Transformed<LogicalPlan>> {
        if !matches!(plan, LogicalPlan::Aggregate(_)) {
            return Ok(Transformed::no(plan));
        }
        let names = NamePreserver::new(&plan);
        plan.map_expressions(|expr| {
            let name = names.save(&expr);
            let ordered = expr.transform_up(|expr| Ok(ordered_once(expr)))?;
            Ok(ordered.update_data(|expr| name.restore(expr)))
        })
    }
}

/// A key says nothing behind an equal one, whichever way it goes.
fn ordered_once(mut expr: Expr) -> Transformed<Expr> {
    let Expr::AggregateFunction(AggregateFunction { params, .. }) = &mut expr else {
        return Transformed::no(expr);
    };
    let before = params.order_by.len();
    let mut seen = HashSet::new();
    params.order_by.retain(|key| seen.insert(key.expr.clone()));
    let is_changed = params.order_by.len() < before;
    Transformed::new_transformed(expr, is_changed)
}
