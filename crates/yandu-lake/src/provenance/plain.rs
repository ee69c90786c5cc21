//! Plans whose rows follow from single rows, or from groups that are made once.

use datafusion::common::JoinType;
use datafusion::common::tree_node::TreeNode;
use datafusion::logical_expr::{Expr, LogicalPlan};

/// Whether rows of a plan follow from single rows, or from groups that are made once and not sorted out afterwards.
pub(super) fn is_plain(plan: &LogicalPlan, is_above_groups: bool) -> bool {
    let asks = |exprs: Vec<Expr>| {
        exprs.iter().any(|expr| {
            expr.exists(|part| {
                Ok(matches!(
                    part,
                    Expr::ScalarSubquery(_)
                        | Expr::Exists(_)
                        | Expr::InSubquery(_)
                        | Expr::SetComparison(_)
                        | Expr::WindowFunction(_)
                ))
            })
            .unwrap_or(true)
        })
    };
    if asks(plan.expressions()) {
        return false;
    }
    let below = |is_above_groups: bool| {
        plan.inputs()
            .into_iter()
            .all(|input| is_plain(input, is_above_groups))
    };
    match plan {
        LogicalPlan::Projection(_) | LogicalPlan::SubqueryAlias(_) | LogicalPlan::Union(_) => {
            below(is_above_groups)
        }
        LogicalPlan::TableScan(_) => true,
        LogicalPlan::Filter(_) => below(true),
        LogicalPlan::Join(join) => join.join_type == JoinType::Inner && below(true),
        LogicalPlan::Aggregate(_) | LogicalPlan::Distinct(_) => {
            !is_above_groups && below_groups(plan)
        }
        _ => false,
    }
}

/// Whether nothing below groups is made of groups again.
fn below_groups(plan: &LogicalPlan) -> bool {
    plan.inputs().into_iter().all(|input| {
        let has_groups = input
            .exists(|node| {
                Ok(matches!(
                    node,
                    LogicalPlan::Aggregate(_) | LogicalPlan::Distinct(_)
                ))
            })
            .unwrap_or(true);
        !has_groups && is_plain(input, true)
    })
}
