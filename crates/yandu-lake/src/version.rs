//! Versions of a table: what the log says about one of them, and the list of all.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use deltalake::{DeltaTable, DeltaTableBuilder, DeltaTableError};
use jiff::Timestamp;
use serde_json::Value;
use yandu_words::id::{BatchId, DatasetId};

use crate::file::DataFile;
use crate::log::{self, CommitNote};
use crate::schema::StoredColumn;
use crate::table::Table;
use crate::vector::Vector;
use crate::{Error, Result, Version};

/// The table features that files of ours may need from a reader.
const KNOWN_FEATURES: [&str; 2] = [log::TIMESTAMPS, log::VECTORS];

/// What a table is at one version.
#[derive(Debug, Clone)]
pub(crate) struct TableVersion {
    pub(crate) version: Version,
    pub(crate) files: Arc<Vec<DataFile>>,
    pub(crate) columns: Arc<Vec<StoredColumn>>,
    /// The `metaData` action without its envelope.
    pub(crate) metadata: Arc<Value>,
    /// What its protocol asks of a reader. It grows with the versions.
    pub(crate) features: Arc<BTreeSet<String>>,
    /// The highest sequence of the hot tail that this version holds.
    pub(crate) folded: u64,
    pub(crate) committed_at: Timestamp,
}

/// One line of a table's history.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct VersionInfo {
    pub version: Version,
    pub committed_at: Timestamp,
    /// What was done, in the words of the one who committed.
    pub operation: String,
    pub batch: Option<BatchId>,
    pub rows_added: u64,
    pub rows_removed: u64,
    /// Rows of the whole table after it.
    pub rows: u64,
}

impl TableVersion {
    pub(crate) fn rows(&self) -> u64 {
        self.files.iter().map(|file| file.rows).sum()
    }

    /// Reads a version from the log, the newest one without a number; `None` when the table has no log.
    pub(crate) async fn load(
        dataset: &DatasetId,
        folder: &Path,
        version: Option<Version>,
    ) -> Result<Option<Self>> {
        let Some(table) = open(dataset, folder, version).await? else {
            return Ok(None);
        };
        let state = table.snapshot().map_err(Error::log("read", dataset))?;
        let protocol = serde_json::to_value(state.protocol()).unwrap_or_default();
        let foreign = |feature: &str| Error::Foreign {
            dataset: dataset.clone(),
            feature: feature.to_owned(),
        };
        let features = features(&protocol);
        let is_foreign = |feature: &&String| !KNOWN_FEATURES.contains(&feature.as_str());
        if let Some(feature) = features.iter().find(is_foreign) {
            return Err(foreign(feature));
        }
        let metadata = serde_json::to_value(state.metadata()).unwrap_or_default();
        let columns = stored_columns(dataset, &metadata)?;
        let mut files = Vec::new();
        for view in state.log_data() {
            let stats: Value = view
                .stats()
                .and_then(|text| serde_json::from_str(&text).ok())
                .unwrap_or_default();
            let rows = stats
                .get("numRecords")
                .and_then(Value::as_u64)
                .or_else(|| view.num_records().map(|rows| rows as u64));
            let Some(rows) = rows else {
                return Err(foreign("files without a number of rows"));
            };
            let vector = match view.deletion_vector_descriptor() {
                None => None,
                Some(descriptor) => {
                    let descriptor = serde_json::to_value(descriptor).unwrap_or_default();
                    let vector = Vector::read(&descriptor);
                    Some(vector.ok_or_else(|| foreign("deletion vectors outside of the log"))?)
                }
            };
            files.push(DataFile {
                path: view.path().into_owned(),
                bytes: view.size() as u64,
                rows: rows.saturating_sub(vector.as_ref().map_or(0, Vector::len)),
                vector: vector.map(Arc::new),
                modified_ms: view.modification_time(),
                stats: Arc::new(stats),
                lookups: Arc::default(),
            });
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let folded = state
            .transaction_version(table.log_store().as_ref(), log::TAIL_APP)
            .await
            .map_err(Error::log("read", dataset))?
            .unwrap_or(0);
        let version = state.version();
        let note = log::read_note(folder, version)?;
        Ok(Some(Self {
            version,
            files: Arc::new(files),
            columns: Arc::new(columns),
            metadata: Arc::new(metadata),
            features: Arc::new(features),
            folded: folded as u64,
            committed_at: note.map_or(Timestamp::UNIX_EPOCH, |note| note.at),
        }))
    }
}

/// The table at a version, or `None` when it has no log.
pub(crate) async fn open(
    dataset: &DatasetId,
    folder: &Path,
    version: Option<Version>,
) -> Result<Option<DeltaTable>> {
    if !log::exists(folder) {
        return Ok(None);
    }
    let url = deltalake::ensure_table_uri(folder.to_string_lossy())
        .map_err(Error::log("find", dataset))?;
    let builder = DeltaTableBuilder::from_url(url).map_err(Error::log("find", dataset))?;
    let builder = match version {
        Some(version) => builder.with_version(version),
        None => builder,
    };
    match builder.load().await {
        Ok(table) => Ok(Some(table)),
        Err(DeltaTableError::InvalidVersion(version)) => Err(Error::NoVersion {
            dataset: dataset.clone(),
            version,
        }),
        Err(source) => Err(Error::log("read", dataset)(source)),
    }
}

/// Writes a checkpoint at `version`, so that opening the table need not read all commits.
pub(crate) async fn checkpoint(dataset: &DatasetId, folder: &Path, version: Version) -> Result<()> {
    let Some(table) = open(dataset, folder, Some(version)).await? else {
        return Ok(());
    };
    deltalake::checkpoints::create_checkpoint(&table, None)
        .await
        .map_err(Error::log("write a checkpoint of", dataset))
}

/// Writes a checkpoint where enough commits came since the last one. Without it nothing is lost but time.
pub(crate) async fn checkpoint_when_due(table: &Table, version: Version) {
    if (version + 1).is_multiple_of(table.options.checkpoint_every)
        && let Err(error) = checkpoint(&table.id, &table.folder, version).await
    {
        tracing::warn!(
            dataset.id = %table.id,
            error = &error as &dyn std::error::Error,
            "a checkpoint was not written; the next one will be"
        );
    }
}

fn features(protocol: &Value) -> BTreeSet<String> {
    let features = protocol.get("readerFeatures").and_then(Value::as_array);
    let names = features.into_iter().flatten().filter_map(Value::as_str);
    names.map(ToOwned::to_owned).collect()
}

fn stored_columns(dataset: &DatasetId, metadata: &Value) -> Result<Vec<StoredColumn>> {
    let foreign = |feature: &str| Error::Foreign {
        dataset: dataset.clone(),
        feature: feature.to_owned(),
    };
    let schema: Value = metadata
        .get("schemaString")
        .and_then(Value::as_str)
        .and_then(|text| serde_json::from_str(text).ok())
        .ok_or_else(|| foreign("a schema that is no struct"))?;
    schema
        .get("fields")
        .and_then(Value::as_array)
        .ok_or_else(|| foreign("a schema that is no struct"))?
        .iter()
        .map(|field| StoredColumn::from_json(field).ok_or_else(|| foreign("nested columns")))
        .collect()
}

impl VersionInfo {
    pub(crate) fn new(version: Version, note: CommitNote) -> Self {
        Self {
            version,
            committed_at: note.at,
            operation: note.operation,
            batch: note.batch,
            rows_added: note.rows_added,
            rows_removed: note.rows_removed,
            rows: note.rows,
        }
    }
}
