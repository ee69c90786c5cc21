//! Commits: one per batch, whole or not at all, on disk before they are acknowledged.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{FieldRef, Schema, SchemaRef};
use jiff::Timestamp;
use serde_json::{Value, json};
use yandu_check::key::KeySet;
use yandu_words::id::BatchId;

use crate::changes::Exchange;
use crate::file::DataFile;
use crate::log::{self, CommitNote};
use crate::rewrite::{self, Rewritten, Sought, Take};
use crate::schema::{StoredColumn, evolve};
use crate::table::Table;
use crate::version::{self, TableVersion};
use crate::writer::NewFile;
use crate::{Error, Result, Version};

/// What the files of a commit do to the rows that are there.
#[derive(Debug, Clone)]
pub enum Change {
    /// The new rows join them.
    Append,
    /// The new rows take the place of all of them.
    Replace,
    /// The new rows take the place of those with the same key.
    Upsert {
        /// The keys of the new rows.
        keys: Arc<KeySet>,
    },
    /// The new rows take the place of those with these keys, of which there must be so many; otherwise nothing changes.
    Exchange {
        keys: Arc<KeySet>,
        rows: u64,
        /// The rows that go, or their key columns, where they are at hand: few of them are found sooner.
        went: Option<RecordBatch>,
    },
}

/// One change of a table.
#[derive(Debug, Clone)]
pub struct Commit {
    /// The batch that makes the change; a later [`crate::Lake::find_commit`] finds it by this id.
    pub batch: BatchId,
    /// The batch that the rows are of, when that is another one: a row that is released goes into the batch it came with.
    /// The change is then what the rows of that batch do: those of an upsert are no appended rows because they found
    /// nothing to replace.
    pub into: Option<BatchId>,
    pub change: Change,
    pub files: Vec<NewFile>,
    /// What is done, for the history: `collect`, `release` and the like.
    pub operation: String,
}

/// What a commit did. Versions have no gaps: the table before it is `version - 1`, and that holds what was in the hot
/// tail when the commit began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    pub version: Version,
    pub rows_added: u64,
    pub rows_removed: u64,
}

/// A change as it goes into the log.
#[derive(Debug, Default)]
pub(crate) struct Step {
    pub(crate) batch: Option<BatchId>,
    pub(crate) into: Option<BatchId>,
    pub(crate) operation: String,
    pub(crate) change: &'static str,
    /// The operation in the words of the Delta protocol.
    pub(crate) delta_operation: &'static str,
    pub(crate) removed: Vec<DataFile>,
    pub(crate) added: Vec<DataFile>,
    pub(crate) rows_added: u64,
    pub(crate) rows_removed: u64,
    /// Whether readers of changes see rows change; a compaction changes none.
    pub(crate) data_change: bool,
    /// The highest sequence of the hot tail that this version holds, when it grows.
    pub(crate) folded: Option<u64>,
    /// The version whose content comes back.
    pub(crate) restored: Option<Version>,
    /// The batch that is undone.
    pub(crate) undone: Option<BatchId>,
    /// The rows that come and go, where they are known one by one.
    pub(crate) exchange: Option<Exchange>,
    /// The columns afterwards, whatever they were; otherwise those that are stored and the new ones.
    pub(crate) columns: Option<Vec<StoredColumn>>,
}

impl Change {
    fn name(&self) -> &'static str {
        match self {
            Self::Append => "append",
            Self::Replace => "replace",
            Self::Upsert { .. } | Self::Exchange { .. } => "upsert",
        }
    }
}

/// A change before it is known which files it touches.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) batch: Option<BatchId>,
    pub(crate) into: Option<BatchId>,
    pub(crate) change: Change,
    pub(crate) files: Vec<NewFile>,
    pub(crate) operation: String,
    pub(crate) folded: Option<u64>,
}

impl From<Commit> for Plan {
    fn from(commit: Commit) -> Self {
        Self {
            batch: Some(commit.batch),
            into: commit.into,
            change: commit.change,
            files: commit.files,
            operation: commit.operation,
            folded: None,
        }
    }
}

/// Makes a change. The caller holds the table's writing lock.
pub(crate) async fn apply(table: &Arc<Table>, plan: Plan) -> Result<Committed> {
    let present = table.present().await?;
    let change = plan.change.name();
    let is_known = !matches!(plan.change, Change::Replace);
    let expected = match plan.change {
        Change::Exchange { rows, .. } => Some(rows),
        _ => None,
    };
    let mut made = make_room(table, present.version.as_ref(), plan.change, &plan.files).await?;
    let rows_removed = made.rows_removed;
    if expected.is_some_and(|expected| expected != rows_removed) {
        made.discard(&table.folder);
        return Err(Error::Exchange {
            dataset: table.id.clone(),
            expected: expected.unwrap_or_default(),
            found: rows_removed,
        });
    }
    let rows_added = plan.files.iter().map(NewFile::rows).sum();
    let step = Step {
        batch: plan.batch,
        into: plan.into,
        operation: plan.operation,
        change,
        delta_operation: "WRITE",
        removed: std::mem::take(&mut made.removed),
        added: made
            .files()
            .chain(plan.files.iter().map(|new| &new.file))
            .cloned()
            .collect(),
        rows_added,
        rows_removed,
        data_change: true,
        folded: plan.folded,
        exchange: is_known.then(|| Exchange::new(&plan.files, std::mem::take(&mut made.taken))),
        ..Step::default()
    };
    match write(table, present.version.as_ref(), step).await {
        Ok(version) => Ok(Committed {
            version,
            rows_added,
            rows_removed,
        }),
        Err(error) => {
            made.discard(&table.folder);
            Err(error)
        }
    }
}

async fn make_room(
    table: &Arc<Table>,
    version: Option<&Arc<TableVersion>>,
    change: Change,
    new: &[NewFile],
) -> Result<Rewritten> {
    let Some(version) = version else {
        return Ok(Rewritten::default());
    };
    let (keys, went) = match change {
        Change::Append => return Ok(Rewritten::default()),
        Change::Replace => {
            return Ok(Rewritten {
                removed: version.files.to_vec(),
                rows_removed: version.rows(),
                ..Rewritten::default()
            });
        }
        Change::Upsert { .. } | Change::Exchange { .. } if table.key.is_empty() => {
            return Err(Error::NoKey(table.id.clone()));
        }
        Change::Upsert { keys } => (keys, Some(Vec::new())),
        Change::Exchange { keys, went, .. } => (keys, went.map(|went| vec![went])),
    };
    let schema = rewrite_schema(table, version)?;
    let (table, files, new) = (Arc::clone(table), Arc::clone(&version.files), new.to_vec());
    tokio::task::spawn_blocking(move || {
        let mut sought = Sought::new(keys);
        if let Some(went) = went {
            sought = sought.among(&table, &new, &went)?;
        }
        rewrite::take_out(&table, &files, &schema, &Take::Keys(sought))
    })
    .await?
}

/// The columns of rewritten files: all that the log knows, so that none is lost, and those that are new.
pub(crate) fn rewrite_schema(table: &Table, version: &TableVersion) -> Result<SchemaRef> {
    let next = version.version + 1;
    let evolved = evolve(&table.id, &version.columns, &table.schema, next)?;
    let columns = evolved.as_deref().unwrap_or(&version.columns);
    let fields: Option<Vec<FieldRef>> = columns.iter().map(StoredColumn::file_field).collect();
    fields
        .map(|fields| Arc::new(Schema::new(fields)) as SchemaRef)
        .ok_or_else(|| Error::Foreign {
            dataset: table.id.clone(),
            feature: "columns of unknown types".to_owned(),
        })
}

/// Writes the next version and makes it the present one. The caller holds the table's writing lock.
pub(crate) async fn write(
    table: &Arc<Table>,
    before: Option<&Arc<TableVersion>>,
    step: Step,
) -> Result<Version> {
    let after = record(table, before, step).await?;
    let version = after.version;
    table.set_version(after);
    version::checkpoint_when_due(table, version).await;
    Ok(version)
}

/// Writes the next version to the log; it is not the present one yet. The caller holds the table's writing lock.
pub(crate) async fn record(
    table: &Arc<Table>,
    before: Option<&Arc<TableVersion>>,
    step: Step,
) -> Result<Arc<TableVersion>> {
    let next = before.map_or(0, |before| before.version + 1);
    let mut at = table.options.now.read();
    if let Some(before) = before
        && before.committed_at >= at
    {
        at = before.committed_at + jiff::SignedDuration::from_micros(1);
    }
    let heads = heads(table, before, &step, at)?;
    let mut files: Vec<DataFile> = before
        .map(|before| before.files.to_vec())
        .unwrap_or_default();
    let gone: std::collections::HashSet<&str> =
        step.removed.iter().map(|file| file.path.as_str()).collect();
    files.retain(|file| !gone.contains(file.path.as_str()));
    files.extend(step.added.iter().cloned());
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let after = TableVersion {
        version: next,
        files: Arc::new(files),
        columns: heads.columns,
        metadata: heads.metadata,
        features: heads.features,
        folded: step
            .folded
            .unwrap_or_else(|| before.map_or(0, |before| before.folded)),
        committed_at: at,
    };
    let actions = actions(&step, &after, heads.actions, heads.same_columns);
    let folder = table.folder.clone();
    let passing = table.options.gate.pass().await;
    let written = tokio::task::spawn_blocking(move || {
        let written = log::write(&folder, next, &actions);
        drop(passing);
        written
    })
    .await??;
    if !written {
        table.forget_version();
        return Err(Error::Conflict {
            dataset: table.id.clone(),
            version: next,
        });
    }
    Ok(Arc::new(after))
}

/// What stands at the head of a commit, and the table's declaration after it.
struct Heads {
    /// The `protocol` and `metaData` actions that the version needs.
    actions: Vec<Value>,
    columns: Arc<Vec<StoredColumn>>,
    metadata: Arc<Value>,
    features: Arc<BTreeSet<String>>,
    /// Whether there is a `metaData` action that changes no column.
    same_columns: bool,
}

fn heads(
    table: &Table,
    before: Option<&Arc<TableVersion>>,
    step: &Step,
    at: Timestamp,
) -> Result<Heads> {
    let Some(before) = before else {
        let columns = table
            .schema
            .fields()
            .iter()
            .map(|field| StoredColumn::of(&table.id, field))
            .collect::<Result<Vec<_>>>()?;
        let metadata = log::new_metadata(&table.id, &columns, table.options.keep_days, at);
        let features = log::features_of(&columns);
        return Ok(Heads {
            actions: vec![log::protocol(&features), json!({ "metaData": metadata })],
            columns: Arc::new(columns),
            metadata: Arc::new(metadata),
            features: Arc::new(features),
            same_columns: false,
        });
    };
    let mut heads = Heads {
        actions: Vec::new(),
        columns: Arc::clone(&before.columns),
        metadata: Arc::clone(&before.metadata),
        features: Arc::clone(&before.features),
        same_columns: false,
    };
    // A protocol is raised and never lowered: older versions are still read under it.
    let mut features = before.features.as_ref().clone();
    // A column that is new to a table with rows is empty in them.
    let columns = match &step.columns {
        Some(columns) => (*columns != *before.columns).then(|| columns.clone()),
        None => evolve(
            &table.id,
            &before.columns,
            &table.schema,
            before.version + 1,
        )?,
    };
    let has_columns = columns.is_some();
    if let Some(columns) = columns {
        features.extend(log::features_of(&columns));
        heads.metadata = Arc::new(log::changed_metadata(&before.metadata, &columns));
        heads.columns = Arc::new(columns);
    }
    let has_vectors = step.added.iter().any(|file| file.vector.is_some());
    let first_vectors = has_vectors && features.insert(log::VECTORS.to_owned());
    if first_vectors {
        heads.metadata = Arc::new(log::metadata_with_vectors(&heads.metadata));
    }
    if features != *before.features {
        heads.actions.push(log::protocol(&features));
        heads.features = Arc::new(features);
    }
    if has_columns || first_vectors {
        heads.actions.push(json!({ "metaData": heads.metadata }));
        heads.same_columns = !has_columns;
    }
    Ok(heads)
}

fn actions(step: &Step, after: &TableVersion, heads: Vec<Value>, same_columns: bool) -> Vec<Value> {
    let at = after.committed_at;
    let note = CommitNote {
        at,
        operation: step.operation.clone(),
        batch: step.batch.clone(),
        into: step.into.clone(),
        change: step.change.to_owned(),
        rows_added: step.rows_added,
        rows_removed: step.rows_removed,
        rows: after.rows(),
        restored: step.restored,
        undone: step.undone.clone(),
        exchange: step.exchange.clone(),
        same_columns,
    };
    let mut actions = vec![log::commit_info(&note, step.delta_operation)];
    actions.extend(heads);
    if let Some(batch) = &step.batch {
        actions.push(log::transaction(&log::batch_app(batch), after.version, at));
    }
    if let Some(folded) = step.folded {
        actions.push(log::transaction(log::TAIL_APP, folded, at));
    }
    let at_ms = at.as_millisecond();
    actions.extend(
        step.removed
            .iter()
            .map(|file| file.remove(at_ms, step.data_change)),
    );
    actions.extend(step.added.iter().map(|file| file.add(step.data_change)));
    actions
}

#[cfg(test)]
mod tests;
