//! The plan that reads one table: the snapshot's files, and the hot tail over them.

use std::sync::Arc;

use datafusion::catalog::Session;
use datafusion::common::config::TableParquetOptions;
use datafusion::common::{DFSchema, DataFusionError, Statistics, project_schema};
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::datasource::object_store::ObjectStoreUrl;
use datafusion::datasource::physical_plan::parquet::CachedParquetFileReaderFactory;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::logical_expr::Expr;
use datafusion::logical_expr::utils::conjunction;
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::empty::EmptyExec;
use datafusion::physical_plan::projection::{ProjectionExec, ProjectionExpr};
use datafusion::physical_plan::union::UnionExec;

use crate::Result;
use crate::session::replace::ReplaceExec;
use crate::table::{Present, Table};
use crate::tail::Live;
use crate::version::TableVersion;

/// What a query reads of a table.
#[derive(Debug, Clone)]
pub(crate) struct View {
    pub(crate) version: Option<Arc<TableVersion>>,
    tail: Option<Arc<Live>>,
}

impl View {
    pub(crate) fn present(table: &Table, present: Present) -> Result<Self> {
        let tail = if present.tail.is_empty() {
            None
        } else {
            Some(present.tail.live(table)?)
        };
        Ok(Self {
            version: present.version,
            tail,
        })
    }

    /// A snapshot without the tail.
    pub(crate) fn past(version: Arc<TableVersion>) -> Self {
        Self {
            version: Some(version),
            tail: None,
        }
    }
}

/// Plans the snapshot minus the keys that the tail replaces, plus the tail.
pub(crate) fn plan(
    state: &dyn Session,
    table: &Table,
    view: &View,
    projection: Option<&Vec<usize>>,
    filters: &[Expr],
    limit: Option<usize>,
) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
    let version = view.version.as_deref();
    let Some(tail) = view.tail.as_deref() else {
        return snapshot(state, table, version, projection, None, limit);
    };
    let rows = vec![vec![tail.rows.clone()]];
    let hot =
        MemorySourceConfig::try_new_exec(&rows, Arc::clone(&table.schema), projection.cloned())?;
    if version.is_none_or(|version| version.files.is_empty()) {
        return Ok(hot);
    }
    let wanted: Vec<usize> = match projection {
        Some(projection) => projection.clone(),
        None => (0..table.schema.fields().len()).collect(),
    };
    let mut read = wanted.clone();
    for index in table.key_indices() {
        if !read.contains(&index) {
            read.push(index);
        }
    }
    let predicate = conjunction(filters.iter().cloned())
        .map(|filter| {
            let schema = DFSchema::try_from(table.schema.as_ref().clone())?;
            state.create_physical_expr(filter, &schema)
        })
        .transpose()?;
    let mut cold = snapshot(state, table, version, Some(&read), predicate, None)?;
    if !tail.keys.is_empty() {
        let key = table
            .key_indices()
            .iter()
            .filter_map(|index| read.iter().position(|column| column == index))
            .collect();
        cold = Arc::new(ReplaceExec::new(cold, key, Arc::clone(&tail.keys)));
    }
    if read.len() > wanted.len() {
        let columns = wanted.iter().enumerate().map(|(place, index)| {
            let name = table.schema.field(*index).name();
            ProjectionExpr {
                expr: Arc::new(Column::new(name, place)),
                alias: name.clone(),
            }
        });
        cold = Arc::new(ProjectionExec::try_new(columns, cold)?);
    }
    UnionExec::try_new(vec![cold, hot])
}

/// Reads the files of a version; `predicate` lets it skip, and is not all that is asked.
fn snapshot(
    state: &dyn Session,
    table: &Table,
    version: Option<&TableVersion>,
    projection: Option<&Vec<usize>>,
    predicate: Option<Arc<dyn PhysicalExpr>>,
    limit: Option<usize>,
) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
    let Some(version) = version.filter(|version| !version.files.is_empty()) else {
        let schema = project_schema(&table.schema, projection)?;
        return Ok(Arc::new(EmptyExec::new(schema)));
    };
    let store_url = ObjectStoreUrl::local_filesystem();
    let runtime = state.runtime_env();
    let readers = CachedParquetFileReaderFactory::new(
        runtime.object_store(&store_url)?,
        runtime.cache_manager.get_file_metadata_cache(),
    );
    let mut source = ParquetSource::new(Arc::clone(&table.schema))
        .with_table_parquet_options(parquet_options(state))
        .with_parquet_file_reader_factory(Arc::new(readers));
    if let Some(predicate) = predicate {
        source = source.with_predicate(predicate);
    }
    let statistics: Vec<Arc<Statistics>> = version
        .files
        .iter()
        .map(|file| Arc::new(file.statistics(&table.schema)))
        .collect();
    let total = Statistics::try_merge_iter(statistics.iter().map(Arc::as_ref), &table.schema)?;
    let files = version
        .files
        .iter()
        .zip(statistics)
        .map(|(file, statistics)| {
            let path = file.full_path(&table.folder);
            PartitionedFile::new(path.to_string_lossy().into_owned(), file.bytes)
                .with_statistics(statistics)
        });
    let config = FileScanConfigBuilder::new(store_url, Arc::new(source))
        .with_file_groups(groups(files, state.config().target_partitions()))
        .with_statistics(total)
        .with_projection_indices(projection.cloned())?
        .with_limit(limit)
        .build();
    Ok(DataSourceExec::from_data_source(config))
}

/// Spreads files over partitions, the largest first and each to the emptiest partition.
fn groups(files: impl Iterator<Item = PartitionedFile>, partitions: usize) -> Vec<FileGroup> {
    let mut files: Vec<PartitionedFile> = files.collect();
    files.sort_by_key(|file| std::cmp::Reverse(file.object_meta.size));
    let mut groups: Vec<(u64, Vec<PartitionedFile>)> =
        vec![(0, Vec::new()); partitions.clamp(1, files.len().max(1))];
    for file in files {
        if let Some(emptiest) = groups.iter_mut().min_by_key(|group| group.0) {
            emptiest.0 += file.object_meta.size;
            emptiest.1.push(file);
        }
    }
    groups
        .into_iter()
        .map(|(_, files)| FileGroup::new(files))
        .collect()
}

fn parquet_options(state: &dyn Session) -> TableParquetOptions {
    TableParquetOptions {
        global: state.config_options().execution.parquet.clone(),
        ..TableParquetOptions::default()
    }
}
