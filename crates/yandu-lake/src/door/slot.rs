//! A place above a plan from which filters that come into being while a query runs are put down into it.

use std::fmt;
use std::sync::Arc;

use datafusion::common::DataFusionError;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::execution::TaskContext;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::{Column, DynamicFilterPhysicalExpr};
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_optimizer::filter_pushdown::FilterPushdown;
use datafusion::physical_plan::filter_pushdown::{
    ChildFilterDescription, FilterDescription, FilterPushdownPhase,
};
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties, SendableRecordBatchStream,
};

/// Gives a plan filters over its own columns, as far down as they go. Rows that do not meet them may still come out.
pub(super) fn put_down(
    plan: Arc<dyn ExecutionPlan>,
    filters: Vec<Arc<dyn PhysicalExpr>>,
    config: &ConfigOptions,
) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
    let slot = Arc::new(SlotExec {
        input: plan,
        filters,
    });
    let slot = FilterPushdown::new_post_optimization().optimize(slot, config)?;
    let any: &dyn std::any::Any = slot.as_ref();
    match any.downcast_ref::<SlotExec>() {
        Some(slot) => Ok(Arc::clone(&slot.input)),
        None => Err(DataFusionError::Internal("a slot became a plan".to_owned())),
    }
}

/// The places of the columns that a filter compares as they are, when it is one that comes into being while the query runs: it
/// compares them with values of other rows, which cannot fail. `None` of any other filter, and where it looks at more than columns.
pub(crate) fn compared_columns(filter: &Arc<dyn PhysicalExpr>) -> Option<Vec<usize>> {
    let any: &dyn std::any::Any = filter.as_ref();
    any.downcast_ref::<DynamicFilterPhysicalExpr>()?;
    let children = filter.children().into_iter();
    let columns = children.map(|child| {
        let child: &dyn std::any::Any = child.as_ref();
        child.downcast_ref::<Column>().map(Column::index)
    });
    columns.collect()
}

/// Lives only while filters are put down, and is never carried out.
#[derive(Debug)]
struct SlotExec {
    input: Arc<dyn ExecutionPlan>,
    filters: Vec<Arc<dyn PhysicalExpr>>,
}

impl DisplayAs for SlotExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SlotExec")
    }
}

impl ExecutionPlan for SlotExec {
    fn name(&self) -> &'static str {
        "SlotExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.input.properties()
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion, DataFusionError>,
    ) -> Result<TreeNodeRecursion, DataFusionError> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        let input = children
            .pop()
            .ok_or_else(|| DataFusionError::Internal("a plan without its input".to_owned()))?;
        Ok(Arc::new(Self {
            input,
            filters: self.filters.clone(),
        }))
    }

    fn execute(
        &self,
        _: usize,
        _: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream, DataFusionError> {
        Err(DataFusionError::Internal(
            "a slot is not carried out".to_owned(),
        ))
    }

    fn gather_filters_for_pushdown(
        &self,
        _: FilterPushdownPhase,
        parents: Vec<Arc<dyn PhysicalExpr>>,
        _: &ConfigOptions,
    ) -> Result<FilterDescription, DataFusionError> {
        let child = ChildFilterDescription::from_child(&parents, &self.input)?
            .with_self_filters(self.filters.clone());
        Ok(FilterDescription::new().with_child(child))
    }
}
