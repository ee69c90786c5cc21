//! One dataset for one query: its columns are known without I/O, its version is pinned when it is first scanned.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use arrow::datatypes::{FieldRef, Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::DataFusionError;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, TableType};
use datafusion::physical_plan::ExecutionPlan;
use yandu_words::id::DatasetId;

use crate::schema::{BATCH, ROW, typed_as, without_others};
use crate::session::explain::{Read, StoredRead};
use crate::session::scan::{self, View};
use crate::table::Table;
use crate::{Error, ReadPoint, Result, Version, changes, log, point};

/// The views that a query has taken of its tables: however often it names one, it reads one version.
#[derive(Debug)]
pub(crate) struct Pins {
    at: ReadPoint,
    taking: tokio::sync::Mutex<()>,
    views: Mutex<HashMap<DatasetId, View>>,
    /// What was planned to be read, when somebody wants to know.
    reads: Option<Mutex<Vec<Read>>>,
}

impl Pins {
    pub(crate) fn new(at: ReadPoint) -> Self {
        Self {
            at,
            taking: tokio::sync::Mutex::default(),
            views: Mutex::default(),
            reads: None,
        }
    }

    /// Keeps what is planned to be read.
    pub(crate) fn watching(at: ReadPoint) -> Self {
        Self {
            reads: Some(Mutex::default()),
            ..Self::new(at)
        }
    }

    pub(crate) fn note(&self, read: impl FnOnce() -> Read) {
        if let Some(reads) = &self.reads {
            let mut reads = reads.lock().unwrap_or_else(PoisonError::into_inner);
            reads.push(read());
        }
    }

    /// Whether tables are read as they are now.
    pub(crate) fn is_present(&self) -> bool {
        self.at == ReadPoint::default()
    }

    /// What was planned to be read since the last call.
    pub(crate) fn reads(&self) -> Vec<Read> {
        self.reads.as_ref().map_or_else(Vec::new, |reads| {
            std::mem::take(&mut *reads.lock().unwrap_or_else(PoisonError::into_inner))
        })
    }

    /// The versions that were taken; a table without a commit has none.
    pub(crate) fn versions(&self) -> BTreeMap<DatasetId, Version> {
        self.views
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .filter_map(|(id, view)| Some((id.clone(), view.version.as_ref()?.version)))
            .collect()
    }

    /// The tables of which a view was taken.
    pub(crate) fn datasets(&self) -> Vec<DatasetId> {
        let views = self.views.lock().unwrap_or_else(PoisonError::into_inner);
        views.keys().cloned().collect()
    }

    fn taken(&self, id: &DatasetId) -> Option<View> {
        self.views
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(id)
            .cloned()
    }

    pub(crate) async fn view(&self, table: &Table) -> Result<View> {
        let _taking = self.taking.lock().await;
        if let Some(view) = self.taken(&table.id) {
            return Ok(view);
        }
        let view = self.take(table).await?;
        self.views
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(table.id.clone(), view.clone());
        Ok(view)
    }

    /// The table with the types that its columns had at the read point, where the declaration has changed them since, and, under the
    /// installed one, without those whose name was another column's then. The present has the declared ones.
    pub(crate) async fn typed(&self, table: Arc<Table>, is_installed: bool) -> Result<Arc<Table>> {
        let is_past = self.at.as_of.is_some() || self.at.versions.contains_key(&table.id);
        if !is_past {
            return Ok(table);
        }
        // A version that cannot be had is told of when it is read.
        let Ok(view) = self.view(&table).await else {
            return Ok(table);
        };
        let Some(version) = view.version else {
            return Ok(table);
        };
        let present = table.present().await?.version;
        let present = present.as_ref().map(|present| present.columns.as_slice());
        let own = is_installed
            .then(|| without_others(&table.schema, &version.columns, present.unwrap_or_default()))
            .flatten();
        let schema = own.as_ref().unwrap_or(&table.schema);
        Ok(match typed_as(schema, &version.columns).or(own) {
            Some(schema) => Arc::new(Table {
                schema,
                ..table.as_ref().clone()
            }),
            None => table,
        })
    }

    async fn take(&self, table: &Table) -> Result<View> {
        if self.at.absent.contains(&table.id) {
            return Ok(View::absent());
        }
        let present = table.present().await?;
        if let Some(change) = self.at.changes.get(&table.id).copied() {
            let newest = present.version.ok_or_else(|| Error::NoVersion {
                dataset: table.id.clone(),
                version: change.to,
            })?;
            let reading = table.clone();
            let side =
                tokio::task::spawn_blocking(move || changes::side_of(&reading, &newest, change));
            return Ok(View::past(Arc::new(side.await??)));
        }
        let version = match (self.at.versions.get(&table.id), self.at.as_of) {
            (Some(version), _) => *version,
            (None, Some(at)) => version_at(table, at)?,
            (None, None) => return View::present(table, present),
        };
        let no_version = || Error::NoVersion {
            dataset: table.id.clone(),
            version,
        };
        let newest = present.version.ok_or_else(no_version)?;
        if newest.version == version {
            return Ok(View::past(newest));
        }
        if newest.version < version {
            return Err(no_version());
        }
        let version = table.past(version, &newest).await?.ok_or_else(no_version)?;
        if version
            .files
            .iter()
            .any(|file| !file.full_path(&table.folder).exists())
        {
            return Err(Error::Vacuumed {
                dataset: table.id.clone(),
                version: version.version,
            });
        }
        Ok(View::past(version))
    }
}

/// The newest version that is not younger than `at`.
pub(crate) fn version_at(table: &Table, at: jiff::Timestamp) -> Result<Version> {
    for version in log::versions(&table.folder)?.into_iter().rev() {
        if log::read_note(&table.folder, version)?.is_some_and(|note| note.at <= at) {
            return Ok(version);
        }
    }
    Err(Error::NoVersionAt {
        dataset: table.id.clone(),
        at,
    })
}

#[derive(Debug)]
pub(crate) struct DatasetProvider {
    table: Arc<Table>,
    pins: Arc<Pins>,
    /// Whether what is read is noted for an explanation.
    is_noted: bool,
}

impl DatasetProvider {
    pub(crate) fn new(table: Arc<Table>, pins: Arc<Pins>) -> Self {
        Self {
            table,
            pins,
            is_noted: true,
        }
    }

    /// For the reading below a barrier, of which nothing is told.
    pub(crate) fn unnoted(table: Arc<Table>, pins: Arc<Pins>) -> Self {
        Self {
            table,
            pins,
            is_noted: false,
        }
    }

    pub(crate) fn dataset(&self) -> &DatasetId {
        &self.table.id
    }

    pub(crate) fn table(&self) -> &Arc<Table> {
        &self.table
    }

    /// The columns, those of the key first, without the system's.
    pub(crate) fn columns_by_key(&self) -> SchemaRef {
        let Table { schema, key, .. } = self.table.as_ref();
        let is_key = |field: &FieldRef| key.contains(field.name());
        let is_system = |field: &FieldRef| [BATCH, ROW].contains(&field.name().as_str());
        let fields = || schema.fields().iter();
        let rest = fields().filter(|field| !is_key(field) && !is_system(field));
        let ordered: Vec<FieldRef> = fields()
            .filter(|field| is_key(field))
            .chain(rest)
            .cloned()
            .collect();
        Arc::new(Schema::new(ordered))
    }
}

#[async_trait]
impl TableProvider for DatasetProvider {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.table.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    /// Files are skipped by any filter, and the engine applies it again to what is left.
    fn supports_filters_pushdown(
        &self,
        filters: &[&Expr],
    ) -> Result<Vec<TableProviderFilterPushDown>, DataFusionError> {
        Ok(filters
            .iter()
            .map(|filter| {
                if filter.is_volatile() {
                    TableProviderFilterPushDown::Unsupported
                } else {
                    TableProviderFilterPushDown::Inexact
                }
            })
            .collect())
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        let view = self
            .pins
            .view(&self.table)
            .await
            .map_err(|error| DataFusionError::External(Box::new(error)))?;
        let selection = match &view.version {
            Some(version) => point::select(&self.table, version, filters)
                .await
                .map_err(|error| DataFusionError::External(Box::new(error)))?,
            None => None,
        };
        let mut scan = scan::Scan {
            table: &self.table,
            view: &view,
            selection: selection.as_ref(),
            groups: HashMap::new(),
        };
        scan.know_pages(state).await?;
        let plan = scan.plan(state, projection, filters, limit)?;
        let columns = scan.columns(projection);
        if self.is_noted {
            self.pins.note(|| {
                Read::Stored(StoredRead {
                    columns,
                    table: Arc::clone(&self.table),
                    view: view.clone(),
                    selection,
                })
            });
        }
        Ok(plan)
    }
}
