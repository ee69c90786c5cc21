//! Whether a plan is linear in what stands at one place of it.

use datafusion::common::JoinType;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::logical_expr::{Join, LogicalPlan};

type Target<'a> = &'a dyn Fn(&LogicalPlan) -> bool;

/// How often the target stands in a plan, subqueries included.
pub(super) fn count(plan: &LogicalPlan, is_target: Target<'_>) -> usize {
    let mut found = 0;
    let walked = plan.apply_with_subqueries(|node| {
        found += usize::from(is_target(node));
        Ok(TreeNodeRecursion::Continue)
    });
    // The walk itself cannot fail.
    walked.map_or(usize::MAX, |_| found)
}

pub(super) fn contains(plan: &LogicalPlan, is_target: Target<'_>) -> bool {
    count(plan, is_target) > 0
}

/// Whether the rows of a plan are linear in the rows of the target; why not, said of the target.
pub(super) fn follow(plan: &LogicalPlan, is_target: Target<'_>) -> Result<(), String> {
    if is_target(plan) {
        return Ok(());
    }
    let inputs = plan.inputs();
    let in_inputs: usize = inputs.iter().map(|input| count(input, is_target)).sum();
    if count(plan, is_target) > in_inputs {
        return Err("is read in a subquery".to_owned());
    }
    if in_inputs == 0 {
        return Err("is not read where it could be followed".to_owned());
    }
    match plan {
        LogicalPlan::Projection(_)
        | LogicalPlan::Filter(_)
        | LogicalPlan::SubqueryAlias(_)
        | LogicalPlan::Repartition(_)
        | LogicalPlan::Union(_) => {}
        // The order of rows is nothing that a table keeps.
        LogicalPlan::Sort(sort) if sort.fetch.is_none() => {}
        LogicalPlan::Join(join) => follow_join(join, is_target)?,
        LogicalPlan::Aggregate(_) | LogicalPlan::Distinct(_) => {
            return Err("is grouped in a way that cannot be continued".to_owned());
        }
        LogicalPlan::Window(_) => {
            return Err("is looked at through a window, which sees other rows".to_owned());
        }
        LogicalPlan::Limit(_) | LogicalPlan::Sort(_) => {
            return Err("is cut to a number of rows".to_owned());
        }
        LogicalPlan::RecursiveQuery(_) => {
            return Err("is read in a query that repeats itself".to_owned());
        }
        _ => return Err("is read in a way that cannot be followed".to_owned()),
    }
    inputs
        .into_iter()
        .filter(|input| contains(input, is_target))
        .try_for_each(|input| follow(input, is_target))
}

fn follow_join(join: &Join, is_target: Target<'_>) -> Result<(), String> {
    let left = contains(&join.left, is_target);
    let right = contains(&join.right, is_target);
    if left && right {
        return Err("is joined with itself".to_owned());
    }
    let may_be_left = matches!(
        join.join_type,
        JoinType::Inner
            | JoinType::Left
            | JoinType::LeftSemi
            | JoinType::LeftAnti
            | JoinType::LeftMark
    );
    let may_be_right = matches!(
        join.join_type,
        JoinType::Inner
            | JoinType::Right
            | JoinType::RightSemi
            | JoinType::RightAnti
            | JoinType::RightMark
    );
    match (left, right) {
        (true, false) if may_be_left => Ok(()),
        (false, true) if may_be_right => Ok(()),
        _ => Err(format!(
            "decides in a join ({}) which rows of the other side have no partner",
            join.join_type
        )),
    }
}
