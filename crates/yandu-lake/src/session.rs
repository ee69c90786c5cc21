//! Reading: a session sees the datasets that its principal may see, at one read point, through SQL.
//!
//! Every query gets an engine context of its own, with a catalogue that holds nothing but providers of this crate,
//! and pins one version of each table. Two checks refuse a query with any other way to data.

pub(crate) mod beside;
mod bounded;
mod catalogue;
mod change;
mod count;
pub(crate) mod depth;
pub(crate) mod explain;
mod join_filter;
mod mended;
pub(crate) mod prepare;
pub(crate) mod problem;
pub(crate) mod provider;
mod replace;
pub(crate) mod rows;
pub(crate) mod scan;
pub(crate) mod shape;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use arrow::datatypes::SchemaRef;
use datafusion::catalog::cte_worktable::CteWorkTable;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{DataFusionError, ScalarValue, TableReference};
use datafusion::datasource::source_as_provider;
use datafusion::execution::context::{SQLOptions, SessionContext};
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::execution::session_state::SessionState;
use datafusion::execution::{FunctionRegistry, SessionStateBuilder};
use datafusion::logical_expr::{LogicalPlan, TableScan};
use datafusion::physical_plan::coop::CooperativeExec;
use datafusion::physical_plan::joins::{CrossJoinExec, HashJoinExec, NestedLoopJoinExec};
use datafusion::physical_plan::{ExecutionPlan, SendableRecordBatchStream, execute_stream};
use datafusion::prelude::SessionConfig;
use jiff::Timestamp;
use tokio::time::Instant;
use yandu_words::id::DatasetId;

use crate::checked;
use crate::derive::{self, Only, Question};
#[cfg(test)]
use crate::door::barrier;
use crate::door::{Rights, SecuredProvider, Sight, Terms, WholeColumns, check};
use crate::session::beside::{Beside, BesideProvider};
use crate::session::catalogue::Catalogues;
use crate::session::problem::problem_of;
use crate::session::provider::Pins;
use crate::session::rows::Query;
use crate::table::Table;
use crate::{ChangeOf, Error, Lake, Options, Result, Version};

pub use count::Count;
pub use explain::{Explained, ExplainedInput};
pub(crate) use provider::DatasetProvider;
pub use rows::Rows;

const CATALOGUE: &str = "yandu";
const INFORMATION_SCHEMA: &str = "information_schema";
const SETTINGS: &str = "df_settings";

/// Table functions that read nothing.
const PURE_FUNCTIONS: [&str; 2] = ["generate_series", "range"];

/// Who reads. It can only be had from those who may give it out.
#[derive(Debug, Clone)]
pub struct Principal {
    name: Arc<str>,
    /// What it sees; `None` for everything.
    rights: Option<Arc<Rights>>,
}

impl Principal {
    /// The one who runs the program on this machine, and sees everything.
    pub fn local_administrator() -> Self {
        Self {
            name: "local-administrator".into(),
            rights: None,
        }
    }

    /// Someone who sees what these rights show.
    pub fn with_rights(name: impl Into<Arc<str>>, rights: Arc<Rights>) -> Self {
        Self {
            name: name.into(),
            rights: Some(rights),
        }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it sees; `None` for everything.
    pub fn rights(&self) -> Option<&Arc<Rights>> {
        self.rights.as_ref()
    }

    /// Whether it is the local administrator, who sees everything.
    pub fn is_administrator(&self) -> bool {
        self.rights.is_none()
    }

    /// A word for who reads and what it sees at a time, for whoever keeps answers.
    pub(crate) fn key(&self, now: Timestamp) -> String {
        match &self.rights {
            None => self.name.as_ref().to_owned(),
            Some(rights) => format!("{}#{}", self.name, rights.key(now)),
        }
    }
}

/// The moment that a session reads. The default is the present, with the hot tails; a version or a time shows
/// snapshots alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadPoint {
    /// Every table as its newest commit at this time left it.
    pub as_of: Option<Timestamp>,
    /// Single tables at a version; goes before `as_of`.
    pub versions: BTreeMap<DatasetId, Version>,
    /// Of single tables only the rows that came, or went, between two versions; goes before `versions`.
    pub changes: BTreeMap<DatasetId, ChangeOf>,
    /// Single tables that were not there yet: they are read without rows, whatever they hold now. Goes before all others.
    pub absent: BTreeSet<DatasetId>,
}

/// A reader of the lake.
#[derive(Debug, Clone)]
pub struct Session {
    pub(crate) lake: Lake,
    principal: Principal,
    at: ReadPoint,
    /// How long a query may take.
    seconds: u64,
    /// Joins sort their inputs, which can go to disk, and hold none in memory.
    sorts_joins: bool,
    /// Only what has to do with these rows is read.
    only: Option<Arc<Only>>,
    /// Tables that are read under another declaration than the lake's.
    tables: Arc<BTreeMap<DatasetId, Arc<Table>>>,
    /// What can be named beside the datasets.
    beside: Arc<Beside>,
    /// What `$1` and so on stand for; `None` where nothing was said of them.
    parameters: Option<Arc<[ScalarValue]>>,
    #[cfg(test)]
    row_by_row: bool,
}

/// A query that is being read.
pub(crate) struct Reading {
    pub(crate) stream: SendableRecordBatchStream,
    pub(crate) versions: BTreeMap<DatasetId, Version>,
    /// All tables that are read.
    pub(crate) datasets: Vec<DatasetId>,
    /// The permits under which it reads them.
    pub(crate) terms: Terms,
    /// What is carried out, with what it has measured so far.
    pub(crate) plan: Arc<dyn ExecutionPlan>,
}

impl Session {
    pub(crate) fn new(lake: Lake, principal: Principal, at: ReadPoint) -> Self {
        Self {
            seconds: lake.inner.options.query_seconds,
            sorts_joins: false,
            only: None,
            lake,
            principal,
            at,
            tables: Arc::default(),
            beside: Arc::default(),
            parameters: None,
            #[cfg(test)]
            row_by_row: false,
        }
    }

    /// The same reader, with one row in each batch, and no filter that comes into being while it reads: whether a row is looked at
    /// that a query fails on follows from the query and the row.
    #[cfg(test)]
    pub(crate) fn row_by_row(mut self) -> Self {
        self.row_by_row = true;
        self
    }

    /// The same reader with another time limit for a query.
    #[must_use]
    pub fn within(mut self, limit: Duration) -> Self {
        self.seconds = limit.as_secs();
        self
    }

    /// The same reader, cut down to what has to do with rows of one dataset that have some values in a column: a query
    /// gives those of its rows that a change of these rows can touch, and may give others that it cannot.
    #[must_use]
    pub fn only(mut self, only: Only) -> Self {
        self.only = Some(Arc::new(only));
        self
    }

    /// The same reader, whose joins need more time and no memory that grows with their inputs.
    #[must_use]
    pub fn sorting_joins(mut self) -> Self {
        self.sorts_joins = true;
        self
    }

    /// The same reader, who can name these tables and functions too.
    #[must_use]
    pub fn beside(mut self, beside: Arc<Beside>) -> Self {
        self.beside = beside;
        self
    }

    pub(crate) fn with_tables(mut self, tables: BTreeMap<DatasetId, Arc<Table>>) -> Self {
        self.tables = Arc::new(tables);
        self
    }

    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    pub fn read_point(&self) -> &ReadPoint {
        &self.at
    }

    /// The datasets that the principal may see.
    pub fn datasets(&self) -> Vec<DatasetId> {
        let mut datasets = self.lake.datasets();
        datasets.retain(|id| self.sight(id).is_ok());
        datasets
    }

    /// The columns of a dataset that the principal may see. Hidden and absent datasets give the same error.
    pub fn schema(&self, id: &DatasetId) -> Result<SchemaRef> {
        let sight = self.sight(id)?;
        let schema = self.lake.schema(id)?;
        Ok(sight.map_or_else(|| Arc::clone(&schema), |sight| sight.schema(&schema)))
    }

    /// The permits under which the principal sees a dataset now, for whoever hands over rows of it that were read before.
    ///
    /// # Errors
    ///
    /// [`Error::NoDataset`] where it sees nothing of the dataset, [`Error::Ended`] where it does no more.
    pub fn terms(&self, id: &DatasetId) -> Result<Terms> {
        let sights = self.sight(id)?.map(|sight| (id.clone(), sight));
        Ok(Terms::new(
            self.principal.rights.as_ref(),
            sights.into_iter().collect(),
            self.lake.inner.options.now.clone(),
        ))
    }

    /// Of which columns of a dataset the principal sees every value as it is stored, so that cells which stand in no table can
    /// be shown too. Nothing of a dataset that it may not see.
    pub fn whole_columns(&self, id: &DatasetId) -> WholeColumns {
        match (self.sight(id), self.lake.schema(id)) {
            (Ok(None), _) => WholeColumns::All,
            (Ok(Some(sight)), Ok(schema)) => WholeColumns::of(&sight, &schema),
            (Err(_), _) | (_, Err(_)) => WholeColumns::Only(BTreeSet::new()),
        }
    }

    /// Whether every row of a dataset that the principal sees shows these columns as they are stored. Where it cannot be told from the
    /// permits, because some show other columns of other rows, it is not so.
    ///
    /// # Errors
    ///
    /// [`Error::NoDataset`] where it sees nothing of the dataset, [`Error::Ended`] where it does no more.
    pub fn shows_in_every_row<'c>(
        &self,
        id: &DatasetId,
        columns: impl IntoIterator<Item = &'c str>,
    ) -> Result<bool> {
        let sight = self.sight(id)?;
        let mut columns = columns.into_iter();
        Ok(sight.is_none_or(|sight| columns.all(|column| sight.is_plain(column))))
    }

    /// Whether all of every table is read as it is now, and as it is declared.
    pub(crate) fn is_present(&self) -> bool {
        self.at == ReadPoint::default() && self.only.is_none() && self.tables.is_empty()
    }

    /// What the principal sees of a dataset; `None` for everything.
    fn sight(&self, id: &DatasetId) -> Result<Option<Arc<Sight>>> {
        let sight = |rights: &Arc<Rights>| rights.sight(id, self.lake.now());
        self.principal.rights.as_ref().map(sight).transpose()
    }

    /// Refuses what follows rows through a query, and so would show more than the query does, to whoever has rights.
    pub(crate) fn needs_administrator(&self, what: &'static str) -> Result<()> {
        match self.principal.rights {
            None => Ok(()),
            Some(_) => Err(Error::AdministratorOnly { what }),
        }
    }

    /// The second lock on a plan that is about to be carried out.
    pub(crate) fn check_leaves(
        &self,
        plan: &Arc<dyn ExecutionPlan>,
    ) -> Result<(), DataFusionError> {
        let rights = self.principal.rights.as_ref();
        check::leaves(plan, rights.map(|rights| rights.policy().as_ref()))
    }

    /// Runs one `SELECT` (or `EXPLAIN`, `SHOW`, `DESCRIBE`); anything that would change something is refused.
    ///
    /// Planning and reading together have the time limit of the lake, and share its memory. The work is done by threads
    /// of the lake; it stops when the rows are dropped.
    pub async fn query(&self, sql: &str) -> Result<Rows> {
        self.ask(sql, Question::Rows).await
    }

    pub(crate) async fn ask(&self, sql: &str, question: Question) -> Result<Rows> {
        let seconds = self.seconds;
        let deadline = Instant::now() + Duration::from_secs(seconds);
        let query = Query::start(self.clone(), sql.to_owned(), question, deadline);
        tokio::time::timeout_at(deadline, query.rows())
            .await
            .unwrap_or(Err(Error::TimeLimit { seconds }))
    }

    pub(crate) fn seconds(&self) -> u64 {
        self.seconds
    }

    /// The columns that a query would have, without running it.
    pub async fn describe(&self, sql: &str) -> Result<SchemaRef> {
        let _switching = self.lake.inner.switching.read().await;
        let (context, _) = self.context();
        let plan = self.plan(&context, sql).await?;
        Ok(Arc::clone(plan.schema().inner()))
    }

    async fn start(&self, sql: &str, question: Question) -> Result<Reading> {
        // Until the versions of all tables are taken.
        let _switching = self.lake.inner.switching.read().await;
        let (context, pins) = self.context();
        let plan = self.plan(&context, sql).await?;
        let failed = |error| self.failed(sql, error);
        let rights = self.principal.rights.as_ref();
        let now = self.lake.inner.options.now.clone();
        let terms = Terms::of_plan(&plan, rights, now).map_err(failed)?;
        let plan = match question {
            Question::Rows if self.at.changes.is_empty() && self.only.is_none() => plan,
            question => {
                self.needs_administrator("what a change of rows makes of a query")?;
                let only = self.only.as_deref();
                derive::answer(plan, question, &self.at, only).map_err(failed)?
            }
        };
        let physical = context
            .state()
            .create_physical_plan(&plan)
            .await
            .and_then(interruptible)
            .map_err(failed)?;
        self.check_leaves(&physical).map_err(failed)?;
        let stream = execute_stream(Arc::clone(&physical), context.task_ctx()).map_err(failed)?;
        // These say how rows would be read, or which columns they have, and stand at the top alone. What EXPLAIN ANALYZE tells of, it
        // reads.
        let reads = !matches!(
            plan,
            LogicalPlan::Explain(_) | LogicalPlan::DescribeTable(_)
        );
        Ok(Reading {
            stream,
            versions: pins.versions(),
            datasets: if reads { pins.datasets() } else { Vec::new() },
            terms,
            plan: physical,
        })
    }

    /// What has been carried out below the barriers of a query.
    #[cfg(test)]
    pub(crate) async fn below(&self, sql: &str) -> Result<String> {
        use futures::TryStreamExt;
        let Reading { stream, plan, .. } = self.start(sql, Question::Rows).await?;
        let read = stream.try_collect::<Vec<_>>().await;
        read.map_err(|error| self.failed(sql, error))?;
        Ok(barrier::below(&plan))
    }

    pub(crate) async fn plan(&self, context: &SessionContext, sql: &str) -> Result<LogicalPlan> {
        let failed = |error| self.failed(sql, error);
        depth::refuse_deep(sql).map_err(failed)?;
        let state = context.state();
        let dialect = state.config_options().sql_parser.dialect;
        let statement = state.sql_to_statement(sql, &dialect).map_err(failed)?;
        change::refuse_change(&statement).map_err(failed)?;
        let plan = state.statement_to_plan(statement).await.map_err(failed)?;
        SQLOptions::new()
            .with_allow_ddl(false)
            .with_allow_dml(false)
            .with_allow_statements(false)
            .verify_plan(&plan)
            .map_err(failed)?;
        self.verify_sources(&plan).map_err(failed)?;
        let plan = match &self.parameters {
            Some(values) => prepare::filled(plan, values).map_err(failed)?,
            None => plan,
        };
        if let LogicalPlan::Analyze(_) = plan {
            // What it measures is measured of the rows below too.
            self.needs_administrator("EXPLAIN ANALYZE")?;
        }
        Ok(plan)
    }

    /// Refuses a plan that reads anything but datasets of the session, what stands beside them, its own information schema,
    /// series, and what the query itself makes.
    fn verify_sources(&self, plan: &LogicalPlan) -> Result<(), DataFusionError> {
        plan.apply_with_subqueries(|node| {
            if let LogicalPlan::TableScan(scan) = node
                && !self.may_scan(scan)
            {
                return Err(DataFusionError::Plan(format!(
                    "`{}` cannot be read here",
                    scan.table_name
                )));
            }
            Ok(TreeNodeRecursion::Continue)
        })?;
        Ok(())
    }

    fn may_scan(&self, scan: &TableScan) -> bool {
        let Ok(provider) = source_as_provider(&scan.source) else {
            return false;
        };
        let provider: &dyn std::any::Any = provider.as_ref();
        if provider.is::<DatasetProvider>() {
            return self.principal.rights.is_none();
        }
        if provider.is::<SecuredProvider>()
            || provider.is::<CteWorkTable>()
            || provider.is::<BesideProvider>()
        {
            return true;
        }
        match &scan.table_name {
            TableReference::Full { schema, table, .. }
            | TableReference::Partial { schema, table } => {
                // The settings name folders of the machine.
                // The engine finds them under any case.
                let is_settings = table.eq_ignore_ascii_case(SETTINGS);
                schema.as_ref() == INFORMATION_SCHEMA
                    && (self.principal.rights.is_none() || !is_settings)
            }
            TableReference::Bare { table } => PURE_FUNCTIONS
                .iter()
                .any(|name| table.as_ref() == *name || table.starts_with(&format!("{name}("))),
        }
    }

    pub(crate) fn failed(&self, sql: &str, error: DataFusionError) -> Error {
        problem_of(error, Some(sql), &self.lake.inner.options)
    }

    /// Takes the versions of datasets that a query will read, so that all of its parts read them.
    pub(crate) async fn take(
        &self,
        pins: &Pins,
        datasets: impl Iterator<Item = &DatasetId>,
    ) -> Result<()> {
        for dataset in datasets {
            let table = match self.tables.get(dataset) {
                Some(table) => Arc::clone(table),
                None => self.lake.table(dataset)?,
            };
            pins.view(&table).await?;
        }
        Ok(())
    }

    pub(crate) fn context(&self) -> (SessionContext, Arc<Pins>) {
        self.context_with(Pins::new(self.at.clone()))
    }

    fn context_with(&self, pins: Pins) -> (SessionContext, Arc<Pins>) {
        let pins = Arc::new(pins);
        let catalogues = Catalogues::new(
            self.lake.clone(),
            Arc::clone(&pins),
            Arc::clone(&self.tables),
            self.principal.rights.clone(),
            Arc::clone(&self.beside),
        );
        let mut state = self.lake.inner.engine.clone();
        for function in self.beside.functions() {
            // It takes the place of one with its name, and a clone of the state has functions of its own.
            let _ = state.register_udf(Arc::clone(function));
        }
        if self.sorts_joins {
            state.config_mut().options_mut().optimizer.prefer_hash_join = false;
        }
        #[cfg(test)]
        if self.row_by_row {
            *state.config_mut() = state.config().clone().with_batch_size(1);
            let optimizer = &mut state.config_mut().options_mut().optimizer;
            optimizer.enable_dynamic_filter_pushdown = false;
            optimizer.enable_join_dynamic_filter_pushdown = false;
            optimizer.enable_topk_dynamic_filter_pushdown = false;
        }
        // A cloned state shares its catalogue list with the others until it gets one of its own.
        state.register_catalog_list(Arc::new(catalogues));
        (SessionContext::new_with_state(state), pins)
    }
}

/// The engine that every query starts from: functions, rules and settings, and no table.
pub(crate) fn engine(options: &Options) -> Result<SessionState> {
    let builder = SessionStateBuilder::new()
        .with_config(config(options))
        .with_runtime_env(runtime(options)?)
        .with_default_features();
    let mut state = join_filter::weighed(mended::mended(builder)).build();
    checked::check(&mut state)
        .and_then(|()| bounded::hold(&mut state, options.memory_bytes))
        .map_err(|error| Error::Engine(Box::new(error)))?;
    Ok(state)
}

fn config(options: &Options) -> SessionConfig {
    let mut config = SessionConfig::new()
        .with_target_partitions(options.threads)
        .with_create_default_catalog_and_schema(false)
        .with_default_catalog_and_schema(CATALOGUE, "public")
        .with_information_schema(true);
    let parquet = &mut config.options_mut().execution.parquet;
    parquet.pushdown_filters = true;
    parquet.reorder_filters = true;
    config.options_mut().sql_parser.collect_spans = true;
    // What the engine makes of `min(a), max(b)` leaves rows out while no value of one of the two has been seen.
    let optimizer = &mut config.options_mut().optimizer;
    optimizer.enable_aggregate_dynamic_filter_pushdown = false;
    // A limit that is put into distinct rows which have an order is executed as one that has a direction, and there is none.
    optimizer.enable_distinct_aggregation_soft_limit = false;
    // Rows that a join has put on all threads by a part of a group's columns are where the others of the group are: they are
    // counted once, and not before and after being moved once more.
    optimizer.subset_repartition_threshold = options.threads;
    config
}

/// Lets a query be stopped between two batches of a join: a join makes any number of rows out of one batch, and the
/// engine yields only where it reads.
pub(crate) fn interruptible(
    plan: Arc<dyn ExecutionPlan>,
) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
    let plan = plan.transform_up(|node| {
        let any: &dyn std::any::Any = node.as_ref();
        if any.is::<NestedLoopJoinExec>() || any.is::<CrossJoinExec>() || any.is::<HashJoinExec>() {
            return Ok(Transformed::yes(
                Arc::new(CooperativeExec::new(node)) as Arc<dyn ExecutionPlan>
            ));
        }
        Ok(Transformed::no(node))
    })?;
    Ok(plan.data)
}

/// What all queries of a lake share: memory, disk to spill to, and the footers of files.
fn runtime(options: &Options) -> Result<Arc<RuntimeEnv>> {
    let disk = DiskManagerBuilder::default().with_mode(DiskManagerMode::Directories(vec![
        options.spill_root.clone(),
    ]));
    RuntimeEnvBuilder::new()
        .with_memory_pool(Arc::new(FairSpillPool::new(options.memory_bytes)))
        .with_disk_manager_builder(disk)
        .build_arc()
        .map_err(|error| Error::Engine(Box::new(error)))
}

#[cfg(test)]
mod tests;
