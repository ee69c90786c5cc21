//! The last lock: a plan that is carried out reads rows only where its reader may.

use std::sync::Arc;

use datafusion::catalog::memory::MemorySourceConfig;
use datafusion::common::DataFusionError;
use datafusion::datasource::source::DataSourceExec;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::empty::EmptyExec;
use datafusion::physical_plan::explain::ExplainExec;
use datafusion::physical_plan::memory::LazyMemoryExec;
use datafusion::physical_plan::placeholder_row::PlaceholderRowExec;
use datafusion::physical_plan::streaming::StreamingTableExec;
use datafusion::physical_plan::work_table::WorkTableExec;

use crate::door::barrier::BarrierExec;

/// Refuses a plan with any leaf that is not known to be harmless. `policy` names the set of policies of the reader; who has
/// none sees everything.
pub(crate) fn leaves(
    plan: &Arc<dyn ExecutionPlan>,
    policy: Option<&str>,
) -> Result<(), DataFusionError> {
    let children = plan.children();
    if children.is_empty() && !is_allowed(plan.as_ref(), policy) {
        return Err(refused(plan.name()));
    }
    children
        .into_iter()
        .try_for_each(|child| leaves(child, policy))
}

fn is_allowed(leaf: &dyn ExecutionPlan, policy: Option<&str>) -> bool {
    let any: &dyn std::any::Any = leaf;
    if let Some(barrier) = any.downcast_ref::<BarrierExec>() {
        return policy == Some(barrier.policy());
    }
    if let Some(source) = any.downcast_ref::<DataSourceExec>() {
        let source: &dyn std::any::Any = source.data_source().as_ref();
        return policy.is_none() || source.is::<MemorySourceConfig>();
    }
    any.is::<EmptyExec>()
        || any.is::<PlaceholderRowExec>()
        || any.is::<WorkTableExec>()
        // Series of numbers.
        || any.is::<LazyMemoryExec>()
        // The information schema.
        || any.is::<StreamingTableExec>()
        || any.is::<ExplainExec>()
}

fn refused(leaf: &str) -> DataFusionError {
    DataFusionError::Internal(format!("a plan reads past the door: {leaf}"))
}
