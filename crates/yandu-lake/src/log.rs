//! The Delta log on a local folder: commits that are on disk before they are acknowledged.
//!
//! The log library neither syncs its files nor keeps its state small over many commits, so commits are written
//! here; checkpoints and replay are the library's.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;
use yandu_words::id::{BatchId, DatasetId};

use crate::changes::Exchange;
use crate::schema::StoredColumn;
use crate::{Error, Result, Version};

const LOG: &str = "_delta_log";

/// What a reader must know of times without a zone.
pub(crate) const TIMESTAMPS: &str = "timestampNtz";

/// What a reader must know of rows that are gone from files that are there.
pub(crate) const VECTORS: &str = "deletionVectors";

/// The setting of a table that may have deletion vectors.
const ENABLE_VECTORS: &str = "delta.enableDeletionVectors";

/// Application id of the transaction that carries the highest folded sequence of the hot tail.
pub(crate) const TAIL_APP: &str = "yandu.tail";

/// What a commit of ours says about itself, inside `commitInfo`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CommitNote {
    pub(crate) at: Timestamp,
    pub(crate) operation: String,
    pub(crate) batch: Option<BatchId>,
    /// The batch that the rows are of, when they came later than the batch itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) into: Option<BatchId>,
    /// `append`, `replace`, `upsert`, `remove-batch`, `restore`, `compact`, `convert` or `remove-rows`.
    pub(crate) change: String,
    pub(crate) rows_added: u64,
    pub(crate) rows_removed: u64,
    pub(crate) rows: u64,
    /// The version whose content came back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) restored: Option<Version>,
    /// The batch that was undone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) undone: Option<BatchId>,
    /// The rows that came and went, where they are known one by one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) exchange: Option<Exchange>,
    /// The `metaData` of the commit has the columns of before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) same_columns: bool,
}

/// Application id of the transaction of a batch.
pub(crate) fn batch_app(batch: &BatchId) -> String {
    format!("yandu.batch.{batch}")
}

pub(crate) fn exists(folder: &Path) -> bool {
    path_of(folder, 0).exists() || folder.join(LOG).join("_last_checkpoint").exists()
}

pub(crate) fn path_of(folder: &Path, version: Version) -> PathBuf {
    folder.join(LOG).join(format!("{version:020}.json"))
}

/// Numbers of the commits that are still there, ascending.
pub(crate) fn versions(folder: &Path) -> Result<Vec<Version>> {
    let log = folder.join(LOG);
    let entries = match fs::read_dir(&log) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Error::io("list", log)(error)),
    };
    let mut versions: Vec<Version> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter_map(|name| name.strip_suffix(".json")?.parse().ok())
        .collect();
    versions.sort_unstable();
    Ok(versions)
}

/// Writes one commit. It is on disk, whole, or not there at all.
///
/// Returns false when the version exists already.
pub(crate) fn write(folder: &Path, version: Version, actions: &[Value]) -> Result<bool> {
    let log = folder.join(LOG);
    if !log.exists() {
        fs::create_dir_all(&log).map_err(Error::io("make", &log))?;
        sync_folder(folder)?;
        if let Some(parent) = folder.parent() {
            sync_folder(parent)?;
        }
    }
    let draft = log.join(format!(".{}.tmp", Uuid::now_v7()));
    let path = path_of(folder, version);
    let write = || -> std::io::Result<()> {
        let mut file = File::create(&draft)?;
        for action in actions {
            serde_json::to_writer(&mut file, action)?;
            file.write_all(b"\n")?;
        }
        file.sync_all()
    };
    let written = write().map_err(Error::io("write", &path)).and_then(|()| {
        match fs::hard_link(&draft, &path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(Error::io("write", &path)(error)),
        }
    });
    // The draft has served, or is of no use to anybody.
    let _ = fs::remove_file(&draft);
    sync_folder(&log)?;
    written
}

pub(crate) fn sync_folder(folder: &Path) -> Result<()> {
    File::open(folder)
        .and_then(|file| file.sync_all())
        .map_err(Error::io("sync", folder))
}

/// What the commit of a version says about itself; `None` when the commit is gone or is not ours.
pub(crate) fn read_note(folder: &Path, version: Version) -> Result<Option<CommitNote>> {
    let path = path_of(folder, version);
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::io("read", path)(error)),
    };
    let mut line = String::new();
    BufReader::new(file)
        .read_line(&mut line)
        .map_err(Error::io("read", &path))?;
    let action: Value =
        serde_json::from_str(&line).map_err(|source| Error::LogLine { path, source })?;
    Ok(action
        .get("commitInfo")
        .and_then(|info| info.get("yandu"))
        .and_then(|note| serde_json::from_value(note.clone()).ok()))
}

/// The actions of one kind in the commit of a version, without their envelopes.
pub(crate) fn actions(folder: &Path, version: Version, kind: &str) -> Result<Vec<Value>> {
    let path = path_of(folder, version);
    let file = File::open(&path).map_err(Error::io("read", &path))?;
    let envelope = format!("\"{kind}\"");
    let mut actions = Vec::new();
    for line in BufReader::new(file).lines() {
        let line = line.map_err(Error::io("read", &path))?;
        if !line.contains(&envelope) {
            continue;
        }
        let action: Value = serde_json::from_str(&line).map_err(|source| Error::LogLine {
            path: path.clone(),
            source,
        })?;
        actions.extend(action.get(kind).cloned());
    }
    Ok(actions)
}

/// All actions in the commit of a version, with their envelopes.
pub(crate) fn all_actions(folder: &Path, version: Version) -> Result<Vec<Value>> {
    let path = path_of(folder, version);
    let text = fs::read_to_string(&path).map_err(Error::io("read", &path))?;
    text.lines()
        .filter(|line| !line.is_empty())
        .map(|line| {
            serde_json::from_str(line).map_err(|source| Error::LogLine {
                path: path.clone(),
                source,
            })
        })
        .collect()
}

/// The number of a batch's commit among the transactions of one commit file.
pub(crate) fn commit_info(note: &CommitNote, delta_operation: &str) -> Value {
    json!({"commitInfo": {
        "timestamp": note.at.as_millisecond(),
        "operation": delta_operation,
        "operationParameters": {},
        "engineInfo": concat!("yandu/", env!("CARGO_PKG_VERSION")),
        "yandu": note,
    }})
}

pub(crate) fn transaction(app: &str, version: u64, at: Timestamp) -> Value {
    json!({"txn": {"appId": app, "version": version, "lastUpdated": at.as_millisecond()}})
}

/// The table features that these columns ask for.
pub(crate) fn features_of(columns: &[StoredColumn]) -> BTreeSet<String> {
    let is_time = |column: &StoredColumn| column.delta_type == "timestamp_ntz";
    let timestamps = columns.iter().any(is_time).then(|| TIMESTAMPS.to_owned());
    timestamps.into_iter().collect()
}

pub(crate) fn protocol(features: &BTreeSet<String>) -> Value {
    if features.is_empty() {
        json!({"protocol": {"minReaderVersion": 1, "minWriterVersion": 2}})
    } else {
        json!({"protocol": {
            "minReaderVersion": 3,
            "minWriterVersion": 7,
            "readerFeatures": features,
            "writerFeatures": features,
        }})
    }
}

/// The `metaData` action without its envelope, for a new table.
pub(crate) fn new_metadata(
    dataset: &DatasetId,
    columns: &[StoredColumn],
    keep_days: u32,
    at: Timestamp,
) -> Value {
    let keep = format!("interval {keep_days} days");
    json!({
        "id": Uuid::new_v4().to_string(),
        "name": dataset.to_string(),
        "format": {"provider": "parquet", "options": {}},
        "schemaString": schema_string(columns),
        "partitionColumns": [],
        "configuration": {
            "delta.logRetentionDuration": keep,
            "delta.deletedFileRetentionDuration": keep,
        },
        "createdTime": at.as_millisecond(),
    })
}

/// The `metaData` action of `before` with other columns.
pub(crate) fn changed_metadata(before: &Value, columns: &[StoredColumn]) -> Value {
    let mut metadata = before.clone();
    if let Some(fields) = metadata.as_object_mut() {
        fields.insert("schemaString".to_owned(), json!(schema_string(columns)));
    }
    metadata
}

/// The `metaData` action of `before` for a table that may have deletion vectors.
pub(crate) fn metadata_with_vectors(before: &Value) -> Value {
    let mut metadata = before.clone();
    if let Some(fields) = metadata.as_object_mut() {
        let configuration = fields.entry("configuration").or_insert_with(|| json!({}));
        if let Some(settings) = configuration.as_object_mut() {
            settings.insert(ENABLE_VECTORS.to_owned(), json!("true"));
        }
    }
    metadata
}

fn schema_string(columns: &[StoredColumn]) -> String {
    let fields: Vec<Value> = columns.iter().map(StoredColumn::to_json).collect();
    json!({"type": "struct", "fields": fields}).to_string()
}
