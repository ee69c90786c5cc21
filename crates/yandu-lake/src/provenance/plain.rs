//! Plans whose rows follow from single rows, or from groups that are made once.

use datafusion::common::JoinType;
use datafusion::common::tree_node::TreeNode;
use datafusion::logical_expr::LogicalPlan;

use super::replace::asks;

/// Whether rows of a plan follow from single rows, or from groups that are made once and not sorted out afterwards.
/// `is_compared` says whether what stands above compares the rows.
pub(super) fn is_plain(plan: &LogicalPlan, is_compared: bool) -> bool {
    if plan.expressions().iter().any(asks) {
        return false;
    }
    let below = |is_compared: bool| {
        plan.inputs()
            .into_iter()
            .all(|input| is_plain(input, is_compared))
    };
    match plan {
        LogicalPlan::TableScan(_) => true,
        LogicalPlan::Projection(_)
        | LogicalPlan::SubqueryAlias(_)
        | LogicalPlan::Union(_)
        | LogicalPlan::Repartition(_) => below(is_compared),
        LogicalPlan::Sort(sort) => sort.fetch.is_none() && below(is_compared),
        LogicalPlan::Filter(_) => below(true),
        LogicalPlan::Join(join) => join.join_type == JoinType::Inner && below(true),
        LogicalPlan::Aggregate(_) | LogicalPlan::Distinct(_) => {
            !is_compared && is_made_of_rows(plan)
        }
        _ => false,
    }
}

/// Whether nothing below groups is made of groups again.
fn is_made_of_rows(groups: &LogicalPlan) -> bool {
    groups.inputs().into_iter().all(|input| {
        let has_groups = input.exists(|node| {
            Ok(matches!(
                node,
                LogicalPlan::Aggregate(_) | LogicalPlan::Distinct(_)
            ))
        });
        !has_groups.unwrap_or(true) && is_plain(input, true)
    })
}
