//! What a query would read and give, without running it.
//!
//! The text of the plan names datasets and never files: it is for whoever wrote the query. How much is read is counted
//! from the footers of the files that the plan would open, before the engine skips parts of them by their statistics;
//! it is a bound from above, and exact for a query that reads all rows of its columns.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use arrow::datatypes::SchemaRef;
use datafusion::common::DataFusionError;
use datafusion::datasource::object_store::ObjectStoreUrl;
use datafusion::datasource::physical_plan::parquet::metadata::DFParquetMetadata;
use datafusion::datasource::source::DataSourceExec;
use datafusion::execution::context::SessionContext;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::statistics::{StatisticsArgs, StatisticsContext};
use parquet::file::metadata::ParquetMetaData;
use yandu_words::id::DatasetId;

use crate::file::DataFile;
use crate::lineage::{self, SqlLineage};
use crate::point::Selection;
use crate::session::provider::Pins;
use crate::session::scan::View;
use crate::table::Table;
use crate::{Error, Result, Session, Version};

/// Files whose footers are read to know the size of columns; those beyond are taken to be like them.
const FOOTERS: usize = 32;

/// What a query would do.
#[derive(Debug, Clone)]
pub struct Explained {
    /// The plan in the words of the engine, a step a line, each above those that it takes its rows from.
    pub plan: String,
    /// The datasets that would be read, in order.
    pub inputs: Vec<ExplainedInput>,
    /// How many rows the answer would have, where what is known of the tables gives an estimate.
    pub rows: Option<u64>,
    /// The columns of the answer.
    pub schema: SchemaRef,
    pub lineage: SqlLineage,
}

/// What would be read of one dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExplainedInput {
    pub dataset: DatasetId,
    /// The snapshot; `None` before the first commit.
    pub version: Option<Version>,
    /// Rows, counted once for each time that the query goes through them. Under rights those that the reader sees, as far
    /// as that is known.
    pub rows: u64,
    /// Bytes of the columns that are read, as they are stored; not told under rights.
    pub bytes: u64,
}

/// One scan of a plan.
#[derive(Debug)]
pub(crate) enum Read {
    Stored(StoredRead),
    /// Under a reader's rights, with about how many rows the reader sees.
    Seen {
        dataset: DatasetId,
        version: Option<Version>,
        rows: Option<u64>,
    },
}

/// One scan of a table as it is stored.
#[derive(Debug)]
pub(crate) struct StoredRead {
    pub(crate) table: Arc<Table>,
    pub(crate) view: View,
    pub(crate) selection: Option<Selection>,
    /// Places of the columns in the table.
    pub(crate) columns: Vec<usize>,
}

impl Session {
    /// Plans one `SELECT` and tells what it would read and give. It has the time limit of a query.
    pub async fn explain(&self, sql: &str) -> Result<Explained> {
        let seconds = self.lake.inner.options.query_seconds;
        let (session, sql) = (self.clone(), sql.to_owned());
        let threads = self.lake.inner.threads.handle();
        let planning = threads.spawn(async move { session.explained(&sql).await });
        let stop = planning.abort_handle();
        if let Ok(explained) = tokio::time::timeout(Duration::from_secs(seconds), planning).await {
            explained?
        } else {
            stop.abort();
            Err(Error::TimeLimit { seconds })
        }
    }

    /// The plan of a query, with what the planner takes to come out of each of its steps.
    #[cfg(test)]
    pub(crate) async fn statistics(&self, sql: &str) -> Result<String> {
        let (session, sql) = (self.clone(), sql.to_owned());
        let threads = self.lake.inner.threads.handle();
        let planning = threads.spawn(async move { session.planned_statistics(&sql).await });
        planning.await?
    }

    #[cfg(test)]
    async fn planned_statistics(&self, sql: &str) -> Result<String> {
        use std::fmt::Write as _;

        use datafusion::physical_plan::display::DisplayableExecutionPlan;

        let (context, _) = self.context();
        let plan = self.plan(&context, sql).await?;
        let state = context.state();
        let physical = state.create_physical_plan(&plan).await;
        let physical = physical.map_err(|error| self.failed(sql, error))?;
        let plan = DisplayableExecutionPlan::new(physical.as_ref()).set_show_statistics(true);
        let mut told = String::new();
        // The text ends before a step of which nothing can be reckoned.
        let _ = write!(told, "{}", plan.indent(true));
        Ok(told)
    }

    async fn explained(&self, sql: &str) -> Result<Explained> {
        let failed = |error| self.failed(sql, error);
        if !self.at.changes.is_empty() {
            self.needs_administrator("what a change of rows makes of a query")?;
        }
        let (context, pins) = self.context_with(Pins::watching(self.at.clone()));
        let written = self.plan_select(&context, sql).await?;
        let lineage = lineage::of_plan(&written).map_err(failed)?;
        let state = context.state();
        let plan = state.optimize(&written).map_err(failed)?;
        let physical = state
            .query_planner()
            .create_physical_plan(&plan, &state)
            .await
            .map_err(failed)?;
        self.check_leaves(&physical).map_err(failed)?;
        let inputs = inputs(&context, &pins, reads_files(&physical))
            .await
            .map_err(failed)?;
        Ok(Explained {
            plan: plan
                .display_indent()
                .to_string()
                .replace("yandu.public.", "")
                .replace("yandu.", ""),
            inputs,
            rows: estimated_rows(physical.as_ref()),
            schema: Arc::clone(written.schema().inner()),
            lineage,
        })
    }
}

fn estimated_rows(plan: &dyn ExecutionPlan) -> Option<u64> {
    let statistics = StatisticsContext::new()
        .compute(plan, &StatisticsArgs::new())
        .ok()?;
    let rows = statistics.num_rows.get_value()?;
    u64::try_from(*rows).ok()
}

/// Whether anything is left to read: a count of all rows, for one, comes from what is known of them.
fn reads_files(plan: &Arc<dyn ExecutionPlan>) -> bool {
    let node: &dyn std::any::Any = plan.as_ref();
    node.is::<DataSourceExec>() || plan.children().into_iter().any(reads_files)
}

async fn inputs(
    context: &SessionContext,
    pins: &Pins,
    reads_files: bool,
) -> Result<Vec<ExplainedInput>, DataFusionError> {
    let mut inputs: BTreeMap<DatasetId, ExplainedInput> = BTreeMap::new();
    for read in pins.reads() {
        let (dataset, version, (rows, bytes)) = match read {
            Read::Stored(read) => {
                let version = read.view.version.as_ref().map(|version| version.version);
                let size = if reads_files {
                    read.size(context).await?
                } else {
                    (0, 0)
                };
                (read.table.id.clone(), version, size)
            }
            Read::Seen {
                dataset,
                version,
                rows,
            } => (dataset, version, (rows.unwrap_or(0), 0)),
        };
        let input = inputs
            .entry(dataset.clone())
            .or_insert_with(|| ExplainedInput {
                dataset,
                version,
                rows: 0,
                bytes: 0,
            });
        input.rows += rows;
        input.bytes += bytes;
    }
    Ok(inputs.into_values().collect())
}

impl StoredRead {
    /// Rows and bytes.
    async fn size(&self, context: &SessionContext) -> Result<(u64, u64), DataFusionError> {
        let (mut rows, mut bytes) = self.size_of_tail();
        let Some(version) = &self.view.version else {
            return Ok((rows, bytes));
        };
        let mut measured = Share::default();
        for (place, file) in version.files.iter().enumerate() {
            let groups = match &self.selection {
                Some(selection) => selection.files.get(place).map(|file| &file.groups),
                None => None,
            };
            if groups.is_some_and(Vec::is_empty) {
                continue;
            }
            if place < FOOTERS || groups.is_some() {
                let footer = footer(context, &self.table, file).await?;
                let (some_rows, some_bytes) = self.size_of_groups(&footer, groups);
                measured.add(some_bytes, file.bytes);
                rows += groups.map_or(file.rows, |_| some_rows);
                bytes += some_bytes;
            } else {
                rows += file.rows;
                bytes += measured.of(file.bytes);
            }
        }
        Ok((rows, bytes))
    }

    fn size_of_groups(&self, footer: &ParquetMetaData, groups: Option<&Vec<usize>>) -> (u64, u64) {
        let schema = &self.table.file_schema;
        let wanted: Vec<&str> = self
            .columns
            .iter()
            .filter_map(|place| Some(schema.fields().get(*place)?.name().as_str()))
            .collect();
        footer
            .row_groups()
            .iter()
            .enumerate()
            .filter(|(place, _)| groups.is_none_or(|groups| groups.contains(place)))
            .fold((0, 0), |(rows, bytes), (_, group)| {
                let columns = group.columns().iter();
                let size: i64 = columns
                    .filter(|column| wanted.contains(&column.column_descr().name()))
                    .map(parquet::file::metadata::ColumnChunkMetaData::compressed_size)
                    .sum();
                (rows + group.num_rows() as u64, bytes + size as u64)
            })
    }

    fn size_of_tail(&self) -> (u64, u64) {
        let Some(rows) = self.view.tail_rows() else {
            return (0, 0);
        };
        let columns = self
            .columns
            .iter()
            .filter_map(|place| rows.columns().get(*place));
        let bytes: usize = columns
            .map(arrow::array::Array::get_buffer_memory_size)
            .sum();
        (rows.num_rows() as u64, bytes as u64)
    }
}

/// The part of files that some columns are.
#[derive(Debug, Default)]
struct Share {
    columns: u64,
    files: u64,
}

impl Share {
    fn add(&mut self, columns: u64, file: u64) {
        self.columns += columns;
        self.files += file;
    }

    fn of(&self, file: u64) -> u64 {
        let whole = u128::from(self.files.max(1));
        (u128::from(file) * u128::from(self.columns) / whole) as u64
    }
}

async fn footer(
    context: &SessionContext,
    table: &Table,
    file: &DataFile,
) -> Result<Arc<ParquetMetaData>, DataFusionError> {
    let runtime = context.runtime_env();
    let store = runtime.object_store(ObjectStoreUrl::local_filesystem())?;
    let meta = file.partitioned(&table.folder).object_meta;
    DFParquetMetadata::new(store.as_ref(), &meta)
        .with_file_metadata_cache(Some(runtime.cache_manager.get_file_metadata_cache()))
        .fetch_metadata()
        .await
}
