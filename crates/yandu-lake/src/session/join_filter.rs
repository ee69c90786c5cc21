//! Which joins hand their keys down to what they read while they run.
//!
//! The engine lets every join over hashes do so: once one side is in memory, the scan of the other looks each row up in it
//! before further columns are read, and the join looks up again what is left. That pays where few rows are left. Where one
//! side is a whole table of many rows, hardly any row of the other has no partner there, and each is looked up twice for
//! nothing; where the key of the other side is computed, it is computed twice beside, and statistics of files say nothing
//! of it.

use std::sync::Arc;

use datafusion::common::config::ConfigOptions;
use datafusion::common::stats::Precision;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{DataFusionError, Result};
use datafusion::datasource::physical_plan::FileScanConfig;
use datafusion::datasource::source::DataSourceExec;
use datafusion::execution::SessionStateBuilder;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::{Column, DynamicFilterPhysicalExpr, lit};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_optimizer::filter_pushdown::FilterPushdown;
use datafusion::physical_optimizer::optimizer::PhysicalOptimizer;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::coalesce_partitions::CoalescePartitionsExec;
use datafusion::physical_plan::coop::CooperativeExec;
use datafusion::physical_plan::joins::HashJoinExec;
use datafusion::physical_plan::projection::{ProjectionExec, ProjectionExpr};
use datafusion::physical_plan::repartition::RepartitionExec;
use datafusion::physical_plan::statistics::{StatisticsArgs, StatisticsContext};
use datafusion::physical_plan::union::UnionExec;

use crate::door::barrier::BarrierExec;

/// A whole table of less than one row for so many rows of the other side is handed down: to look something up in it costs
/// little, and its keys may be a few of those of the other side.
const SHARE: usize = 10;

/// Puts the rule before the one that hands filters down.
pub(super) fn weighed(builder: SessionStateBuilder) -> SessionStateBuilder {
    let mut rules = PhysicalOptimizer::new().rules;
    let hands_down = FilterPushdown::new_post_optimization();
    let place = rules
        .iter()
        .position(|rule| rule.name() == hands_down.name())
        .unwrap_or(rules.len());
    rules.insert(place, Arc::new(WeighedJoins));
    builder.with_physical_optimizer_rules(rules)
}

#[derive(Debug)]
struct WeighedJoins;

impl PhysicalOptimizerRule for WeighedJoins {
    fn name(&self) -> &'static str {
        "weighed_joins"
    }

    fn schema_check(&self) -> bool {
        true
    }

    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        _config: &ConfigOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let weighed = plan.transform_up(|node| {
            let any: &dyn std::any::Any = node.as_ref();
            match any.downcast_ref::<HashJoinExec>() {
                Some(join) if is_in_vain(join)? => Ok(Transformed::yes(keeping_keys(join)?)),
                _ => Ok(Transformed::no(node)),
            }
        })?;
        Ok(weighed.data)
    }
}

/// The join with a filter that nobody has been given: it makes no other, and does not fill what nobody reads.
fn keeping_keys(join: &HashJoinExec) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
    let keys = join.on().iter().map(|(_, key)| Arc::clone(key)).collect();
    let nowhere = Arc::new(DynamicFilterPhysicalExpr::new(keys, lit(true)));
    let join = join.builder().build()?.with_dynamic_filter_expr(nowhere)?;
    Ok(Arc::new(join))
}

/// Whether hardly a row of the side that is read second can be without a partner.
fn is_in_vain(join: &HashJoinExec) -> Result<bool, DataFusionError> {
    if !is_whole(join.left()) {
        return Ok(false);
    }
    let rows = |side: &Arc<dyn ExecutionPlan>| -> Result<Precision<usize>, DataFusionError> {
        let known = StatisticsContext::new().compute(side.as_ref(), &StatisticsArgs::new())?;
        Ok(known.num_rows)
    };
    // Of a table that a filter went into there is an estimate.
    let Precision::Exact(held) = rows(join.left())? else {
        return Ok(false);
    };
    if held == 0 {
        return Ok(false);
    }
    let mut keys = join.on().iter().map(|(_, key)| key);
    if keys.any(|key| is_computed(key, join.right())) {
        return Ok(true);
    }
    let read = rows(join.right())?;
    Ok(read
        .get_value()
        .is_some_and(|read| held.saturating_mul(SHARE) >= *read))
}

/// Whether rows are those of tables as they are.
fn is_whole(side: &Arc<dyn ExecutionPlan>) -> bool {
    let any: &dyn std::any::Any = side.as_ref();
    any.is::<BarrierExec>()
        || stored(side).is_some()
        || ((any.is::<ProjectionExec>() || moves_rows(side))
            && side.children().into_iter().any(is_whole))
}

/// Whether a value is not one of a table as it is stored, but follows from some.
fn is_computed(value: &Arc<dyn PhysicalExpr>, side: &Arc<dyn ExecutionPlan>) -> bool {
    let Some(column) = value.downcast_ref::<Column>() else {
        return true;
    };
    let made =
        |made: &[ProjectionExpr]| made.get(column.index()).map(|made| Arc::clone(&made.expr));
    let any: &dyn std::any::Any = side.as_ref();
    if let Some(projection) = any.downcast_ref::<ProjectionExec>() {
        let input = projection.input();
        return made(projection.expr()).is_some_and(|made| is_computed(&made, input));
    }
    if let Some(scan) = stored(side) {
        let projection = scan.file_source().projection();
        let made = projection.and_then(|projection| made(projection.as_ref()));
        return made.is_some_and(|made| !made.is::<Column>());
    }
    moves_rows(side)
        && side
            .children()
            .into_iter()
            .any(|child| is_computed(value, child))
}

/// The scan of files, if it is one.
fn stored(side: &Arc<dyn ExecutionPlan>) -> Option<&FileScanConfig> {
    let any: &dyn std::any::Any = side.as_ref();
    let source = any.downcast_ref::<DataSourceExec>()?;
    source.data_source().downcast_ref::<FileScanConfig>()
}

/// Whether rows come out as they went in.
fn moves_rows(side: &Arc<dyn ExecutionPlan>) -> bool {
    let any: &dyn std::any::Any = side.as_ref();
    any.is::<RepartitionExec>()
        || any.is::<CoalescePartitionsExec>()
        || any.is::<CooperativeExec>()
        // With the tail of a table, which is in memory.
        || any.is::<UnionExec>()
}

#[cfg(test)]
mod tests;
