//! What a reader may see of a table, as a leaf of the plan: what is below is planned, carried out and spoken of by nobody else.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow::compute::BatchCoalescer;
use arrow::datatypes::{FieldRef, SchemaRef};
use arrow::error::ArrowError;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{DataFusionError, Statistics};
use datafusion::execution::TaskContext;
use datafusion::physical_expr::{EquivalenceProperties, Partitioning, PhysicalExpr};
use datafusion::physical_plan::coalesce_partitions::CoalescePartitionsExec;
use datafusion::physical_plan::display::DisplayableExecutionPlan;
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType, reset_plan_states};
use datafusion::physical_plan::filter_pushdown::{
    ChildPushdownResult, FilterPushdownPhase, FilterPushdownPropagation, PushedDown,
};
use datafusion::physical_plan::statistics::StatisticsArgs;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, ExecutionPlanProperties, PlanProperties,
    SendableRecordBatchStream, apply_expression_roots,
};
use futures::{Stream, StreamExt, TryStreamExt, stream};
use yandu_words::id::DatasetId;

#[cfg(test)]
use crate::door::Broken;
use crate::door::allowed::is_bounded;
use crate::door::blank::blank;
use crate::door::{Sight, slot};
use crate::{Error, Now};

/// Rows of a dataset under the sight of one reader.
///
/// Its partitions are as many as the query has threads, or one for few rows, whatever files there are; rows come in batches of the
/// size of the query, in no order, and hold nothing in memory where a row has no value; statistics are what the reader's own sight
/// gives. None of these follows hidden rows.
#[derive(Clone)]
pub(crate) struct BarrierExec {
    below: Below,
    /// Of each column, whether every visible row shows it as stored, and filters on it may go below.
    plain: Vec<bool>,
    /// Filters of the query that were put down, over its own columns.
    taken: Vec<Arc<dyn PhysicalExpr>>,
    properties: Arc<PlanProperties>,
}

/// What is behind a barrier.
#[derive(Clone)]
pub(super) struct Below {
    pub(super) plan: Arc<dyn ExecutionPlan>,
    pub(super) dataset: DatasetId,
    pub(super) policy: Arc<str>,
    pub(super) sight: Arc<Sight>,
    /// What is known of the rows that come out.
    pub(super) statistics: Arc<Statistics>,
    pub(super) now: Now,
    #[cfg(test)]
    pub(super) broken: Option<Broken>,
}

impl BarrierExec {
    /// `schema` has the columns as the reader sees them.
    pub(super) fn new(below: Below, schema: SchemaRef, partitions: usize) -> Self {
        let fields = schema.fields().iter();
        let takes =
            |field: &FieldRef| below.sight.is_plain(field.name()) && is_bounded(field.data_type());
        let plain = fields.map(takes).collect();
        let properties = PlanProperties::new(
            EquivalenceProperties::new(schema),
            Partitioning::UnknownPartitioning(partitions.max(1)),
            EmissionType::Incremental,
            Boundedness::Bounded,
        );
        Self {
            below,
            plain,
            taken: Vec::new(),
            properties: Arc::new(properties),
        }
    }

    /// The hash of the policies under which it reads.
    pub(super) fn policy(&self) -> &str {
        &self.below.policy
    }

    /// A filter that comes into being while the query runs may go below when it looks at plain columns as they are.
    fn takes(&self, filter: &Arc<dyn PhysicalExpr>) -> bool {
        #[cfg(test)]
        if self.below.broken == Some(Broken::DynamicFilters) {
            return true;
        }
        let is_plain = |column: usize| self.plain.get(column).is_some_and(|is_plain| *is_plain);
        slot::compared_columns(filter).is_some_and(|columns| columns.into_iter().all(is_plain))
    }
}

impl fmt::Debug for BarrierExec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BarrierExec")
            .field("dataset", &self.below.dataset)
            .finish_non_exhaustive()
    }
}

impl DisplayAs for BarrierExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.below.sight.names().collect();
        write!(
            f,
            "BarrierExec: {} under {}",
            self.below.dataset,
            names.join(", ")
        )
    }
}

impl ExecutionPlan for BarrierExec {
    fn name(&self) -> &'static str {
        "BarrierExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        Vec::new()
    }

    /// A join makes its filter only when it finds somebody below who has taken it. What was taken is the query's own; of what
    /// else is below nothing is said.
    fn apply_expressions(
        &self,
        visit: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion, DataFusionError>,
    ) -> Result<TreeNodeRecursion, DataFusionError> {
        apply_expression_roots(&self.taken, visit)
    }

    fn with_new_children(
        self: Arc<Self>,
        _: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        Ok(self)
    }

    fn reset_state(self: Arc<Self>) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        let mut barrier = Self::clone(&self);
        barrier.below.plan = reset_plan_states(barrier.below.plan)?;
        Ok(Arc::new(barrier))
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream, DataFusionError> {
        let Below {
            plan,
            dataset,
            sight,
            now,
            ..
        } = self.below.clone();
        let size = context.session_config().batch_size();
        let step = self.properties.partitioning.partition_count();
        let parts = plan.output_partitioning().partition_count();
        let read: Rows = if step == 1 && parts > 1 {
            // There may be many more rows below than come out. Nothing is read before somebody wants them: filters that joins
            // make would come too late.
            let together = async move { CoalescePartitionsExec::new(plan).execute(0, context) };
            Box::pin(stream::once(together).try_flatten())
        } else {
            let parts = (partition..parts)
                .step_by(step)
                .map(|part| plan.execute(part, Arc::clone(&context)))
                .collect::<Result<Vec<_>, _>>()
                .map_err(|error| hidden(&dataset, &error))?;
            Box::pin(stream::iter(parts).flatten())
        };
        let schema = self.schema();
        let shown = Arc::clone(&schema);
        let rows = read.map(move |rows| {
            let rows = rows.map_err(|error| hidden(&dataset, &error))?;
            if !sight.is_in_force(now.read()) {
                let ended = Error::Ended(dataset.clone());
                return Err(DataFusionError::External(Box::new(ended)));
            }
            let options = RecordBatchOptions::new().with_row_count(Some(rows.num_rows()));
            let columns = rows.columns().iter().map(blank);
            let columns: Result<Vec<ArrayRef>, ArrowError> = columns.collect();
            columns
                .and_then(|columns| {
                    RecordBatch::try_new_with_options(Arc::clone(&shown), columns, &options)
                })
                .map_err(|error| hidden(&dataset, &error.into()))
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(
            Arc::clone(&schema),
            in_batches(rows, schema, size),
        )))
    }

    fn statistics_from_inputs(
        &self,
        _: &[Arc<Statistics>],
        args: &StatisticsArgs,
    ) -> Result<Arc<Statistics>, DataFusionError> {
        #[cfg(test)]
        if self.below.broken == Some(Broken::Statistics) {
            use datafusion::physical_plan::statistics::StatisticsContext;
            return StatisticsContext::new()
                .compute(self.below.plan.as_ref(), &StatisticsArgs::new());
        }
        Ok(match args.partition() {
            None => Arc::clone(&self.below.statistics),
            Some(_) => Arc::new(Statistics::new_unknown(&self.schema())),
        })
    }

    fn handle_child_pushdown_result(
        &self,
        phase: FilterPushdownPhase,
        result: ChildPushdownResult,
        config: &ConfigOptions,
    ) -> Result<FilterPushdownPropagation<Arc<dyn ExecutionPlan>>, DataFusionError> {
        let filters: Vec<_> = result
            .parent_filters
            .into_iter()
            .map(|one| one.filter)
            .collect();
        // Whoever asks goes on to apply its filters itself.
        let answers = vec![PushedDown::No; filters.len()];
        let mut answer: FilterPushdownPropagation<Arc<dyn ExecutionPlan>> =
            FilterPushdownPropagation::with_parent_pushdown_result(answers);
        if matches!(phase, FilterPushdownPhase::Post) {
            let taken: Vec<_> = filters
                .into_iter()
                .filter(|filter| self.takes(filter))
                .collect();
            if !taken.is_empty() {
                let mut barrier = self.clone();
                barrier.taken.extend(taken.iter().map(Arc::clone));
                barrier.below.plan = slot::put_down(barrier.below.plan, taken, config)?;
                answer = answer.with_updated_node(Arc::new(barrier));
            }
        }
        Ok(answer)
    }
}

/// What is below the barriers of a plan, with what it has measured so far. It is for the operator and for tests.
pub(crate) fn below(plan: &Arc<dyn ExecutionPlan>) -> String {
    let mut below = String::new();
    let _ = plan.apply(|node| {
        let any: &dyn std::any::Any = node.as_ref();
        if let Some(barrier) = any.downcast_ref::<BarrierExec>() {
            let plan = DisplayableExecutionPlan::with_metrics(barrier.below.plan.as_ref());
            below.push_str(&plan.indent(true).to_string());
        }
        Ok(TreeNodeRecursion::Continue)
    });
    below
}

/// What goes wrong below is told to the operator; the reader learns that something did.
pub(super) fn hidden(dataset: &DatasetId, error: &DataFusionError) -> DataFusionError {
    if let DataFusionError::ResourcesExhausted(_) = error.find_root() {
        return DataFusionError::ResourcesExhausted(String::new());
    }
    tracing::error!(dataset.id = %dataset, %error, "a dataset cannot be read under a reader's rights");
    DataFusionError::External(Box::new(Error::Unreadable(dataset.clone())))
}

type Rows = Pin<Box<dyn Stream<Item = Result<RecordBatch, DataFusionError>> + Send>>;

/// Rows in batches of one size, so that where one ends says nothing of rows that are not there.
fn in_batches(
    rows: impl Stream<Item = Result<RecordBatch, DataFusionError>> + Send + 'static,
    schema: SchemaRef,
    size: usize,
) -> Rows {
    struct State {
        rows: Option<Rows>,
        gathering: BatchCoalescer,
    }
    if schema.fields().is_empty() {
        return Box::pin(stream::once(counted(Box::pin(rows), schema)));
    }
    let size = size.max(1);
    let state = State {
        rows: Some(Box::pin(rows)),
        gathering: BatchCoalescer::new(schema, size),
    };
    Box::pin(stream::try_unfold(state, move |mut state| async move {
        loop {
            if let Some(full) = state.gathering.next_completed_batch() {
                return Ok(Some((full, state)));
            }
            let Some(rows) = state.rows.as_mut() else {
                return Ok(None);
            };
            if let Some(rows) = rows.try_next().await? {
                // It would be copied into what it is already.
                if state.gathering.is_empty() && rows.num_rows() == size {
                    return Ok(Some((rows, state)));
                }
                state.gathering.push_batch(rows)?;
            } else {
                state.rows = None;
                state.gathering.finish_buffered_batch()?;
            }
        }
    }))
}

/// Rows without a column are nothing but their number.
async fn counted(mut rows: Rows, schema: SchemaRef) -> Result<RecordBatch, DataFusionError> {
    let mut count = 0;
    while let Some(some) = rows.try_next().await? {
        count += some.num_rows();
    }
    let options = RecordBatchOptions::new().with_row_count(Some(count));
    Ok(RecordBatch::try_new_with_options(
        schema,
        Vec::new(),
        &options,
    )?)
}
