//! The plan that reads one table: the snapshot's files, and the hot tail over them.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::RecordBatch;
use datafusion::catalog::Session;
use datafusion::common::config::TableParquetOptions;
use datafusion::common::{DFSchema, DataFusionError, Statistics, project_schema};
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::datasource::object_store::ObjectStoreUrl;
use datafusion::datasource::physical_plan::parquet::metadata::DFParquetMetadata;
use datafusion::datasource::physical_plan::parquet::{
    CachedParquetFileReaderFactory, ParquetAccessPlan, ParquetRowSelection,
};
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
use parquet::file::metadata::PageIndexPolicy;
use yandu_check::key::Key;

use crate::point::{SelectedGroups, Selection};
use crate::session::replace::ReplaceExec;
use crate::table::{Present, Table};
use crate::tail::Live;
use crate::vector::Vector;
use crate::version::TableVersion;
use crate::{Result, Version};

/// The version of a table, and how many rows stand in its tail.
pub(crate) type Moment = (Option<Version>, u64);

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

    /// What tells this moment of the table from others: its version, and how much stands in the tail.
    pub(crate) fn moment(&self) -> Moment {
        (
            self.version.as_ref().map(|version| version.version),
            self.tail_rows().map_or(0, |rows| rows.num_rows() as u64),
        )
    }

    /// The rows of the hot tail.
    pub(crate) fn tail_rows(&self) -> Option<&RecordBatch> {
        self.tail.as_deref().map(|tail| &tail.rows)
    }

    /// The row of the hot tail that takes the place of a key.
    pub(crate) fn tail_row(&self, key: Key) -> Option<RecordBatch> {
        let tail = self.tail.as_deref()?;
        let row = tail.places.get(&key)?;
        Some(tail.rows.slice(*row, 1))
    }

    /// A table before its first commit.
    pub(crate) fn absent() -> Self {
        Self {
            version: None,
            tail: None,
        }
    }

    /// A snapshot without the tail.
    pub(crate) fn past(version: Arc<TableVersion>) -> Self {
        Self {
            version: Some(version),
            tail: None,
        }
    }
}

/// One reading of a table.
pub(crate) struct Scan<'a> {
    pub(crate) table: &'a Table,
    pub(crate) view: &'a View,
    /// What of the version has to be read, when less than all.
    pub(crate) selection: Option<&'a Selection>,
    /// How many rows the row groups of selected files with a deletion vector have, by the place of the file.
    pub(crate) groups: HashMap<usize, Vec<u64>>,
}

impl Scan<'_> {
    /// Plans the snapshot minus the keys that the tail replaces, plus the tail.
    pub(crate) fn plan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        let Some(tail) = self.view.tail.as_deref() else {
            return self.snapshot(state, projection, None, limit);
        };
        let schema = &self.table.schema;
        let hot = MemorySourceConfig::try_new_exec(
            &[vec![tail.rows.clone()]],
            Arc::clone(schema),
            projection.cloned(),
        )?;
        let wanted = self.wanted(projection);
        let read = self.columns(projection);
        let predicate = conjunction(filters.iter().cloned())
            .map(|filter| {
                let schema = DFSchema::try_from(schema.as_ref().clone())?;
                state.create_physical_expr(filter, &schema)
            })
            .transpose()?;
        let mut cold = self.snapshot(state, Some(&read), predicate, None)?;
        if !tail.places.is_empty() {
            let key = self
                .table
                .key_indices()
                .iter()
                .filter_map(|index| read.iter().position(|column| column == index))
                .collect();
            cold = Arc::new(ReplaceExec::new(cold, key, Arc::clone(&tail.places)));
        }
        if read.len() > wanted.len() {
            let columns = wanted.iter().enumerate().map(|(place, index)| {
                let name = schema.field(*index).name();
                ProjectionExpr {
                    expr: Arc::new(Column::new(name, place)),
                    alias: name.clone(),
                }
            });
            cold = Arc::new(ProjectionExec::try_new(columns, cold)?);
        }
        UnionExec::try_new(vec![cold, hot])
    }

    /// The columns that are asked for.
    fn wanted(&self, projection: Option<&Vec<usize>>) -> Vec<usize> {
        match projection {
            Some(projection) => projection.clone(),
            None => (0..self.table.schema.fields().len()).collect(),
        }
    }

    /// The columns that are read: under a tail, also those that say which rows it replaces.
    pub(crate) fn columns(&self, projection: Option<&Vec<usize>>) -> Vec<usize> {
        let mut read = self.wanted(projection);
        if self.view.tail.is_some() {
            for index in self.table.key_indices() {
                if !read.contains(&index) {
                    read.push(index);
                }
            }
        }
        read
    }

    /// Keeps the places of the pages of selected files in memory: a look-up then reads one page of each column, not the
    /// whole row group. The engine by itself would read them again for every query.
    pub(crate) async fn know_pages(&mut self, state: &dyn Session) -> Result<(), DataFusionError> {
        let (Some(version), Some(selection)) = (&self.view.version, self.selection) else {
            return Ok(());
        };
        let runtime = state.runtime_env();
        let store = runtime.object_store(ObjectStoreUrl::local_filesystem())?;
        let known = runtime.cache_manager.get_file_metadata_cache();
        for (place, (file, selected)) in version.files.iter().zip(&selection.files).enumerate() {
            if selected.groups.is_empty() {
                continue;
            }
            let meta = file.partitioned(&self.table.folder).object_meta;
            let footer = DFParquetMetadata::new(store.as_ref(), &meta)
                .with_file_metadata_cache(Some(Arc::clone(&known)))
                .with_page_index_policy(Some(PageIndexPolicy::Optional))
                .fetch_metadata()
                .await?;
            if file.vector.is_some() {
                let groups = footer.row_groups().iter();
                let rows = groups.map(|group| group.num_rows() as u64).collect();
                self.groups.insert(place, rows);
            }
        }
        Ok(())
    }

    /// Reads the files of the version; `predicate` lets it skip, and is not all that is asked.
    fn snapshot(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        predicate: Option<Arc<dyn PhysicalExpr>>,
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        let schema = &self.table.schema;
        let (files, statistics) = self.files();
        if files.is_empty() {
            let schema = project_schema(schema, projection)?;
            return Ok(Arc::new(EmptyExec::new(schema)));
        }
        let store_url = ObjectStoreUrl::local_filesystem();
        let runtime = state.runtime_env();
        let readers = CachedParquetFileReaderFactory::new(
            runtime.object_store(&store_url)?,
            runtime.cache_manager.get_file_metadata_cache(),
        );
        let mut source = ParquetSource::new(Arc::clone(schema))
            .with_table_parquet_options(parquet_options(state))
            .with_bloom_filter_on_read(self.selection.is_none())
            .with_parquet_file_reader_factory(Arc::new(readers));
        if let Some(predicate) = predicate {
            source = source.with_predicate(predicate);
        }
        let total = Statistics::try_merge_iter(statistics.iter().map(Arc::as_ref), schema)?;
        let config = FileScanConfigBuilder::new(store_url, Arc::new(source))
            .with_file_groups(groups(files, state.config().target_partitions()))
            .with_statistics(total)
            .with_projection_indices(projection.cloned())?
            .with_limit(limit)
            .build();
        Ok(DataSourceExec::from_data_source(config))
    }

    /// The files to read, each with its statistics.
    fn files(&self) -> (Vec<PartitionedFile>, Vec<Arc<Statistics>>) {
        let Some(version) = &self.view.version else {
            return (Vec::new(), Vec::new());
        };
        version
            .files
            .iter()
            .enumerate()
            .filter_map(|(place, file)| {
                let selected = self.selection.and_then(|all| all.files.get(place));
                if selected.is_some_and(|selected| selected.groups.is_empty()) {
                    return None;
                }
                let statistics = Arc::new(file.statistics(&self.table.schema));
                let mut read = file
                    .partitioned(&self.table.folder)
                    .with_statistics(Arc::clone(&statistics));
                let vector = file.vector.as_deref();
                if let Some(selected) = selected {
                    let rows = self.groups.get(&place).map_or(&[][..], Vec::as_slice);
                    read = read.with_extension(access(selected, vector, rows));
                } else if let Some(vector) = vector {
                    let there = vector.selection(0, file.all_rows());
                    read = read.with_extension(ParquetRowSelection::new(there));
                }
                Some((read, statistics))
            })
            .unzip()
    }
}

/// The selected row groups, of so many rows each, without the rows of the vector.
fn access(selected: &SelectedGroups, vector: Option<&Vector>, rows: &[u64]) -> ParquetAccessPlan {
    let mut plan = ParquetAccessPlan::new_none(selected.count);
    for group in &selected.groups {
        plan.scan(*group);
        if let Some(rows) = selected.rows.get(group) {
            plan.scan_selection(*group, rows.clone());
        }
    }
    let Some(vector) = vector else {
        return plan;
    };
    let mut first = 0;
    for (group, rows) in rows.iter().enumerate() {
        if selected.groups.contains(&group) && vector.is_in(first, *rows) {
            plan.scan_selection(group, vector.selection(first, *rows));
        }
        first += rows;
    }
    plan
}

/// Spreads files over partitions, the largest first and each to the emptiest partition.
fn groups(mut files: Vec<PartitionedFile>, partitions: usize) -> Vec<FileGroup> {
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
