//! Upkeep of a table by its one owner: going back to a version, joining small files, removing what nobody needs.
//!
//! Every function here expects the caller to hold the table's writing lock. Two compactions from one snapshot would
//! both succeed and double the rows, so a count follows each compaction.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use serde_json::Value;
use yandu_words::id::BatchId;

use crate::ancestry::no_version;
use crate::changes::TAKEN;
use crate::commit::{self, Committed, Step, rewrite_schema};
use crate::file::DataFile;
use crate::read::read;
use crate::rewrite::remove_files;
use crate::schema::same_types;
use crate::table::Table;
use crate::version::TableVersion;
use crate::writer::{FileWriter, NewFile};
use crate::{Error, Options, Result, Version, index, log};

/// A file that no commit knows is removed when it is older: nobody writes that long.
const ORPHAN_AGE: Duration = Duration::from_hours(24);

/// What a compaction did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compacted {
    pub version: Version,
    pub files_before: usize,
    pub files_after: usize,
}

/// What a vacuum removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Vacuumed {
    pub files: usize,
    pub bytes: u64,
}

/// Makes the content of an older version the present one, as a new version.
pub(crate) async fn restore(
    table: &Arc<Table>,
    version: Version,
    batch: Option<BatchId>,
    operation: String,
) -> Result<Committed> {
    let present = table.present().await?;
    let no_version = || no_version(&table.id, version);
    let present = present.version.ok_or_else(no_version)?;
    if version > present.version {
        return Err(no_version());
    }
    let target = TableVersion::load(&table.id, &table.folder, Some(version))
        .await?
        .ok_or_else(no_version)?;
    // Files of other types cannot be read as what is declared; a change of the declaration takes its types along.
    same_types(&table.id, &target.columns, &present.columns)?;
    require_whole(table, &target)?;
    let difference = Difference::of(&present.files, &target.files);
    let step = Step {
        batch,
        operation,
        change: "restore",
        delta_operation: "RESTORE",
        rows_added: rows_of(&difference.came),
        rows_removed: rows_of(&difference.went),
        removed: difference.removed,
        added: difference.added,
        data_change: true,
        restored: Some(version),
        ..Step::default()
    };
    let (rows_added, rows_removed) = (step.rows_added, step.rows_removed);
    let version = commit::write(table, Some(&present), step).await?;
    Ok(Committed {
        version,
        rows_added,
        rows_removed,
    })
}

/// Refuses a version of which a file was vacuumed.
pub(crate) fn require_whole(table: &Table, version: &TableVersion) -> Result<()> {
    let is_gone = |file: &&DataFile| !file.full_path(&table.folder).exists();
    let Some(gone) = version.files.iter().find(is_gone) else {
        return Ok(());
    };
    tracing::info!(dataset.id = %table.id, file.path = gone.path, "a version was vacuumed");
    Err(Error::Vacuumed {
        dataset: table.id.clone(),
        version: version.version,
    })
}

pub(crate) fn rows_of(files: &[DataFile]) -> u64 {
    files.iter().map(|file| file.rows).sum()
}

/// How the files of one version become those of another.
#[derive(Debug, Default)]
pub(crate) struct Difference {
    pub(crate) removed: Vec<DataFile>,
    pub(crate) added: Vec<DataFile>,
    /// The rows that only the first version has, and those that only the second one has. A file of both that differs in
    /// its vector is here with what differs.
    pub(crate) went: Vec<DataFile>,
    pub(crate) came: Vec<DataFile>,
}

impl Difference {
    pub(crate) fn of(before: &[DataFile], after: &[DataFile]) -> Self {
        let mut difference = Self::default();
        let mut later: HashMap<&str, &DataFile> = after
            .iter()
            .map(|file| (file.path.as_str(), file))
            .collect();
        for file in before {
            match later.remove(file.path.as_str()) {
                Some(same) if same.is(file) => {}
                Some(other) => {
                    difference.went.extend(file.rows_not_in(other));
                    difference.came.extend(other.rows_not_in(file));
                    difference.removed.push(file.clone());
                    difference.added.push(other.clone());
                }
                None => {
                    difference.went.push(file.clone());
                    difference.removed.push(file.clone());
                }
            }
        }
        let new = after
            .iter()
            .filter(|file| later.contains_key(file.path.as_str()));
        for file in new {
            difference.came.push(file.clone());
            difference.added.push(file.clone());
        }
        difference
    }
}

/// Files below this part of the size at which a file is closed are joined whatever they are joined with.
const TINY: u64 = 64;

/// A larger file is joined only with so much of its own size, so that it is not written anew for every few rows that came.
const GAIN: u64 = 4;

/// The files that are worth writing anew: small ones that become a larger one together, and those that lack many rows.
fn worth_joining(files: &[DataFile], options: &Options) -> Vec<DataFile> {
    let mut small: Vec<&DataFile> = files
        .iter()
        .filter(|file| file.bytes < options.file_bytes / 2)
        .collect();
    small.sort_by_key(|file| file.bytes);
    let (mut bytes, mut joined) = (0, 0);
    for (place, file) in small.iter().enumerate() {
        if file.bytes < options.file_bytes / TINY || file.bytes / GAIN <= bytes {
            joined = place + 1;
        }
        bytes += file.bytes;
    }
    small.truncate(if joined < 2 { 0 } else { joined });
    let is_worth = |file: &&DataFile| {
        options.vectors.are_half_full(file) || small.iter().any(|small| small.path == file.path)
    };
    files.iter().filter(is_worth).cloned().collect()
}

/// Joins small files, and drops what their vectors name. `None` when nothing is worth it.
pub(crate) async fn compact(table: &Arc<Table>) -> Result<Option<Compacted>> {
    let Some(before) = table.present().await?.version else {
        return Ok(None);
    };
    let mut small = worth_joining(&before.files, &table.options);
    if small.is_empty() {
        return Ok(None);
    }
    // Rows stay in the order in which they came.
    small.sort_by(|a, b| (a.modified_ms, &a.path).cmp(&(b.modified_ms, &b.path)));
    let schema = rewrite_schema(table, &before)?;
    let joining = Arc::clone(table);
    let (small, added) = tokio::task::spawn_blocking(move || -> Result<_> {
        let mut writer = FileWriter::new(&joining, schema);
        match join(&joining, &small, &mut writer) {
            Ok(()) => Ok((small, writer.finish()?)),
            Err(error) => {
                writer.abandon();
                Err(error)
            }
        }
    })
    .await??;
    let step = Step {
        batch: None,
        operation: "compact".to_owned(),
        change: "compact",
        delta_operation: "OPTIMIZE",
        removed: small,
        added: added.iter().map(|new| new.file.clone()).collect(),
        data_change: false,
        ..Step::default()
    };
    let version = match commit::write(table, Some(&before), step).await {
        Ok(version) => version,
        Err(error) => {
            remove_files(&table.folder, &added);
            return Err(error);
        }
    };
    table.at_step("compacted");
    check_count(table, &before, &added).await?;
    let after = table.present().await?.version;
    Ok(Some(Compacted {
        version,
        files_before: before.files.len(),
        files_after: after.map_or(0, |after| after.files.len()),
    }))
}

fn join(table: &Table, files: &[DataFile], writer: &mut FileWriter) -> Result<()> {
    for file in files {
        for rows in read(&table.folder, file, None)? {
            writer.write(&rows.map_err(Error::rows(&table.id))?)?;
        }
    }
    Ok(())
}

/// Reads the log anew and the footers of the new files; when the rows are not as many as before, goes back.
async fn check_count(table: &Arc<Table>, before: &TableVersion, added: &[NewFile]) -> Result<()> {
    let logged = TableVersion::load(&table.id, &table.folder, None)
        .await?
        .map_or(0, |version| version.rows());
    let checking = Arc::clone(table);
    let files = added.to_vec();
    let found = tokio::task::spawn_blocking(move || rows_in_footers(&checking, &files)).await??;
    let expected: u64 = added.iter().map(NewFile::rows).sum();
    let after = (logged + found).saturating_sub(expected);
    if after == before.rows() {
        return Ok(());
    }
    tracing::error!(
        dataset.id = %table.id,
        rows.before = before.rows(),
        rows.after = after,
        "a compaction changed the number of rows; going back"
    );
    table.forget_version();
    restore(table, before.version, None, "undo a compaction".to_owned()).await?;
    Err(Error::CountChanged {
        dataset: table.id.clone(),
        before: before.rows(),
        after,
    })
}

fn rows_in_footers(table: &Table, files: &[NewFile]) -> Result<u64> {
    let mut rows = 0;
    for file in files {
        let path = table.folder.join(file.path());
        let opened = fs::File::open(&path).map_err(Error::io("open", &path))?;
        let metadata = parquet::file::metadata::ParquetMetaDataReader::new()
            .parse_and_finish(&opened)
            .map_err(Error::file("open", &path))?;
        rows += metadata.file_metadata().num_rows() as u64;
    }
    Ok(rows)
}

/// Removes the files that no version of the last `keep` needs, and those that no commit knows.
///
/// While a backup reads files none is removed; there is another day for that.
pub(crate) async fn vacuum(table: &Arc<Table>, keep: Duration) -> Result<Vacuumed> {
    let Some(_removing) = table.options.gate.may_remove() else {
        return Ok(Vacuumed::default());
    };
    let Some(present) = table.present().await?.version else {
        return remove_unlisted(table, &BTreeMap::new(), &HashSet::new(), Timestamp::MAX);
    };
    let now = table.options.now.read().max(present.committed_at);
    let cutoff = now
        .checked_sub(jiff::SignedDuration::try_from(keep).unwrap_or(jiff::SignedDuration::MAX))
        .unwrap_or(Timestamp::MIN);
    let vacuumed = Arc::clone(table);
    tokio::task::spawn_blocking(move || {
        let removed_at = removals(&vacuumed.folder)?;
        let active: HashSet<String> = present.files.iter().map(|file| file.path.clone()).collect();
        let removed = remove_unlisted(&vacuumed, &removed_at, &active, cutoff)?;
        index::sweep(&vacuumed.folder, ORPHAN_AGE)?;
        Ok(removed)
    })
    .await?
}

/// When each file of rows that were taken out came to be.
fn takings(folder: &Path) -> Result<BTreeMap<String, Timestamp>> {
    let mut taken_at = BTreeMap::new();
    for version in log::versions(folder)? {
        let Some(note) = log::read_note(folder, version)? else {
            continue;
        };
        let taken = note
            .exchange
            .into_iter()
            .flat_map(|exchange| exchange.taken);
        taken_at.extend(taken.map(|file| (file.path, note.at)));
    }
    Ok(taken_at)
}

/// When each file that the log knows was removed from the table.
fn removals(folder: &Path) -> Result<BTreeMap<String, Timestamp>> {
    let mut removed_at = BTreeMap::new();
    for version in log::versions(folder)? {
        for remove in log::actions(folder, version, "remove")? {
            let at = remove
                .get("deletionTimestamp")
                .and_then(Value::as_i64)
                .and_then(|at| Timestamp::from_millisecond(at).ok());
            let path = remove.get("path").and_then(Value::as_str);
            if let (Some(file), Some(at)) = (path, at) {
                removed_at.insert(file.to_owned(), at);
            }
        }
    }
    Ok(removed_at)
}

fn remove_unlisted(
    table: &Table,
    removed_at: &BTreeMap<String, Timestamp>,
    active: &HashSet<String>,
    cutoff: Timestamp,
) -> Result<Vacuumed> {
    let mut vacuumed = Vacuumed::default();
    remove_from(&table.folder, "", removed_at, active, cutoff, &mut vacuumed)?;
    let taken_at = takings(&table.folder)?;
    let place = format!("{TAKEN}/");
    remove_from(
        &table.folder,
        &place,
        &taken_at,
        &HashSet::new(),
        cutoff,
        &mut vacuumed,
    )?;
    Ok(vacuumed)
}

/// Removes files of one folder, which stands at `place` in the folder of the table.
fn remove_from(
    folder: &Path,
    place: &str,
    removed_at: &BTreeMap<String, Timestamp>,
    active: &HashSet<String>,
    cutoff: Timestamp,
    vacuumed: &mut Vacuumed,
) -> Result<()> {
    let folder = folder.join(place);
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(Error::io("list", &folder)(error)),
    };
    for entry in entries {
        let entry = entry.map_err(Error::io("list", &folder))?;
        let name = format!("{place}{}", entry.file_name().to_string_lossy());
        let path = entry.path();
        if active.contains(&name) || path.extension().is_none_or(|found| found != "parquet") {
            continue;
        }
        let metadata = entry.metadata().map_err(Error::io("look at", &path))?;
        let is_over = match removed_at.get(&name) {
            Some(at) => *at < cutoff,
            None => metadata
                .modified()
                .ok()
                .and_then(|at| SystemTime::now().duration_since(at).ok())
                .is_some_and(|age| age > ORPHAN_AGE),
        };
        if is_over {
            fs::remove_file(&path).map_err(Error::io("remove", &path))?;
            vacuumed.files += 1;
            vacuumed.bytes += metadata.len();
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
