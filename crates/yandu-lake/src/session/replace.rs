//! Drops the snapshot's rows that the hot tail replaces.

use std::fmt;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use datafusion::common::DataFusionError;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::execution::TaskContext;
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::filter_pushdown::{
    ChildPushdownResult, FilterDescription, FilterPushdownPhase, FilterPushdownPropagation,
};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties, PlanProperties,
    SendableRecordBatchStream,
};
use futures::StreamExt;
use yandu_check::key::{KeyMap, hash_rows};

use crate::door::slot;

#[derive(Debug)]
pub(crate) struct ReplaceExec {
    input: Arc<dyn ExecutionPlan>,
    /// Where the key columns stand in the input.
    key: Vec<usize>,
    /// The keys that rows of the tail have, and where these stand.
    replaced: Arc<KeyMap<usize>>,
    properties: Arc<PlanProperties>,
}

impl ReplaceExec {
    pub(crate) fn new(
        input: Arc<dyn ExecutionPlan>,
        key: Vec<usize>,
        replaced: Arc<KeyMap<usize>>,
    ) -> Self {
        let properties = PlanProperties::new(
            EquivalenceProperties::new(input.schema()),
            input.output_partitioning().clone(),
            EmissionType::Incremental,
            Boundedness::Bounded,
        );
        Self {
            input,
            key,
            replaced,
            properties: Arc::new(properties),
        }
    }
}

impl DisplayAs for ReplaceExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReplaceExec: replaced_keys={}", self.replaced.len())
    }
}

impl ExecutionPlan for ReplaceExec {
    fn name(&self) -> &'static str {
        "ReplaceExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
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
        Ok(Arc::new(Self::new(
            input,
            self.key.clone(),
            Arc::clone(&self.replaced),
        )))
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream, DataFusionError> {
        let key = self.key.clone();
        let replaced = Arc::clone(&self.replaced);
        let stream = self
            .input
            .execute(partition, context)?
            .map(move |rows| keep(&rows?, &key, &replaced));
        Ok(Box::pin(RecordBatchStreamAdapter::new(
            self.schema(),
            stream,
        )))
    }

    /// Filters that cannot fail on a row are held against it before it is known whether it was replaced, which is a matter of
    /// its key alone. What the query itself wrote meets only rows that are there.
    fn gather_filters_for_pushdown(
        &self,
        _: FilterPushdownPhase,
        filters: Vec<Arc<dyn PhysicalExpr>>,
        _: &ConfigOptions,
    ) -> Result<FilterDescription, DataFusionError> {
        let may_pass = |filter: &Arc<dyn PhysicalExpr>| slot::compared_columns(filter).is_some();
        if filters.iter().all(may_pass) {
            FilterDescription::from_children(filters, &self.children())
        } else {
            Ok(FilterDescription::all_unsupported(
                &filters,
                &self.children(),
            ))
        }
    }

    fn handle_child_pushdown_result(
        &self,
        _: FilterPushdownPhase,
        result: ChildPushdownResult,
        _: &ConfigOptions,
    ) -> Result<FilterPushdownPropagation<Arc<dyn ExecutionPlan>>, DataFusionError> {
        Ok(FilterPushdownPropagation::if_all(result))
    }
}

fn keep(
    rows: &RecordBatch,
    key: &[usize],
    replaced: &KeyMap<usize>,
) -> Result<RecordBatch, DataFusionError> {
    let columns: Vec<ArrayRef> = key
        .iter()
        .filter_map(|index| rows.columns().get(*index).cloned())
        .collect();
    let stays: BooleanArray = hash_rows(&columns, rows.num_rows())
        .into_iter()
        .map(|key| Some(key.is_none_or(|key| !replaced.contains_key(&key))))
        .collect();
    Ok(filter_record_batch(rows, &stays)?)
}
