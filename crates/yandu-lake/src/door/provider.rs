//! A dataset as one reader sees it.

use std::sync::Arc;

use arrow::datatypes::{Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::DataFusionError;
use datafusion::common::stats::Precision;
use datafusion::datasource::provider_as_source;
use datafusion::logical_expr::expr_rewriter::unnormalize_cols;
use datafusion::logical_expr::utils::conjunction;
use datafusion::logical_expr::{Expr, LogicalPlanBuilder, TableProviderFilterPushDown, TableType};
use datafusion::physical_plan::ExecutionPlan;
#[cfg(test)]
use datafusion::physical_plan::ExecutionPlanProperties;
use datafusion::physical_plan::statistics::{StatisticsArgs, StatisticsContext};
use yandu_words::id::DatasetId;

#[cfg(test)]
use crate::door::Broken;
use crate::door::Sight;
use crate::door::allowed::is_allowed;
use crate::door::barrier::{BarrierExec, Below, hidden};
use crate::door::estimate::Estimate;
use crate::door::statistics::Seen;
use crate::session::DatasetProvider;
use crate::session::explain::Read;
use crate::session::provider::Pins;
use crate::table::Table;
use crate::{Error, Lake};

/// So many rows come in one partition. A join that holds them would else begin to read them before the filters that other joins
/// make for them are there, and has little to gain from more threads.
const FEW: usize = 16_384;

/// The table of the visible columns of a dataset; nothing of how it is read can be asked of it.
#[derive(Debug)]
pub(crate) struct SecuredProvider {
    lake: Lake,
    table: Arc<Table>,
    pins: Arc<Pins>,
    sight: Arc<Sight>,
    policy: Arc<str>,
    schema: SchemaRef,
}

impl SecuredProvider {
    pub(crate) fn new(
        lake: Lake,
        table: Arc<Table>,
        pins: Arc<Pins>,
        sight: Arc<Sight>,
        policy: Arc<str>,
    ) -> Self {
        Self {
            schema: sight.schema(&table.schema),
            lake,
            table,
            pins,
            sight,
            policy,
        }
    }

    pub(crate) fn dataset(&self) -> &DatasetId {
        &self.table.id
    }

    pub(crate) fn table(&self) -> &Arc<Table> {
        &self.table
    }

    pub(crate) fn sight(&self) -> &Arc<Sight> {
        &self.sight
    }

    fn is_allowed(&self, filter: &Expr) -> bool {
        #[cfg(test)]
        match self.table.options.broken {
            Some(Broken::Filters) => return !filter.is_volatile(),
            Some(Broken::MaskedFilters) => return is_allowed(filter, &self.schema, &|_| true),
            _ => (),
        }
        is_allowed(filter, &self.schema, &|name: &str| {
            self.sight.is_plain(name)
        })
    }

    /// About how many rows are seen: of all rows of a table what its plan knows, else what was counted of the reader's own, whatever
    /// the query asks of them. Whether a plan knows it follows from how rows came and were replaced, so neither is told for sure.
    fn rows(
        &self,
        plan: &dyn ExecutionPlan,
        filters: &[Expr],
        estimate: Option<&Estimate>,
    ) -> Result<Precision<usize>, DataFusionError> {
        if self.sight.is_whole(&self.table.schema) && filters.is_empty() {
            let known = StatisticsContext::new().compute(plan, &StatisticsArgs::new())?;
            if let Precision::Exact(rows) = known.num_rows {
                return Ok(Precision::Inexact(rows));
            }
        }
        let rows = estimate.and_then(|known| usize::try_from(known.rows).ok());
        Ok(rows.map_or(Precision::Absent, Precision::Inexact))
    }

    /// Rows and columns as they are seen, planned by the engine like any query, so that files are skipped and columns left
    /// out as always.
    async fn plan(
        &self,
        state: &dyn Session,
        columns: &Schema,
        filters: &[Expr],
    ) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        let stored = DatasetProvider::unnoted(Arc::clone(&self.table), Arc::clone(&self.pins));
        let source = provider_as_source(Arc::new(stored));
        let mut plan = LogicalPlanBuilder::scan(self.table.id.name(), source, None)?;
        let seen = self.sight.rows().into_iter();
        if let Some(filter) = conjunction(seen.chain(filters.iter().cloned())) {
            plan = plan.filter(filter)?;
        }
        let shown = columns
            .fields()
            .iter()
            .map(|field| self.sight.shown(field).alias(field.name()));
        let plan = plan.project(shown)?.build()?;
        state.create_physical_plan(&plan).await
    }
}

#[async_trait]
impl TableProvider for SecuredProvider {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(
        &self,
        filters: &[&Expr],
    ) -> Result<Vec<TableProviderFilterPushDown>, DataFusionError> {
        Ok(filters
            .iter()
            .map(|filter| {
                if self.is_allowed(filter) {
                    TableProviderFilterPushDown::Exact
                } else {
                    TableProviderFilterPushDown::Unsupported
                }
            })
            .collect())
    }

    /// The limit of a query is not passed on: how many hidden rows stand before it decides how much is read.
    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        _limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        // Only what was allowed comes here; this holds whatever the engine does.
        if let Some(other) = filters.iter().find(|filter| !self.is_allowed(filter)) {
            return Err(DataFusionError::Internal(format!(
                "a filter that may not go below the barrier came there: {}",
                other.variant_name()
            )));
        }
        let schema = match projection {
            Some(projection) => Arc::new(self.schema.project(projection)?),
            None => Arc::clone(&self.schema),
        };
        let own = |error: Error| DataFusionError::External(Box::new(error));
        if !self.sight.is_in_force(self.lake.now()) {
            return Err(own(Error::Ended(self.table.id.clone())));
        }
        let hidden = |error: DataFusionError| hidden(&self.table.id, &error);
        if !self.sight.fits(&self.table.schema) {
            let other =
                "its columns are of other types than the conditions of a reader were made for";
            return Err(hidden(DataFusionError::Plan(other.to_owned())));
        }
        let view = self.pins.view(&self.table).await;
        let view = view.map_err(|error| match error {
            Error::NoVersion { .. } | Error::NoVersionAt { .. } | Error::Vacuumed { .. } => {
                own(error)
            }
            other => hidden(own(other)),
        })?;
        let asked = unnormalize_cols(filters.iter().cloned());
        let plan = self.plan(state, &schema, &asked).await.map_err(hidden)?;
        let estimate = self.lake.estimate(
            &self.table.id,
            &self.sight,
            &self.schema,
            &self.pins,
            view.moment(),
        );
        let rows = self.rows(plan.as_ref(), &asked, estimate.as_deref());
        let rows = rows.map_err(hidden)?;
        let statistics = Seen {
            schema: &self.schema,
            sight: &self.sight,
            rows,
            estimate: estimate.as_deref(),
        }
        .statistics(state, &schema, &asked);
        self.pins.note(|| Read::Seen {
            dataset: self.table.id.clone(),
            version: view.version.as_ref().map(|version| version.version),
            rows: rows.get_value().map(|rows| *rows as u64),
        });
        let below = Below {
            plan,
            statistics: Arc::new(statistics),
            dataset: self.table.id.clone(),
            policy: Arc::clone(&self.policy),
            sight: Arc::clone(&self.sight),
            now: self.table.options.now.clone(),
            #[cfg(test)]
            broken: self.table.options.broken,
        };
        #[cfg(test)]
        if self.table.options.broken == Some(Broken::Missing) {
            return Ok(below.plan);
        }
        let is_few = rows.get_value().is_some_and(|rows| *rows <= FEW);
        let partitions = if is_few {
            1
        } else {
            state.config().target_partitions()
        };
        #[cfg(test)]
        let partitions = if self.table.options.broken == Some(Broken::Partitions) {
            below.plan.output_partitioning().partition_count()
        } else {
            partitions
        };
        Ok(Arc::new(BarrierExec::new(below, schema, partitions)))
    }
}
