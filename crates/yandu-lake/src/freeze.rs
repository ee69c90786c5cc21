//! The files of all tables at one moment, for a backup.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

use serde_json::Value;
use yandu_words::id::DatasetId;

use crate::gate::{Closed, Holding};
use crate::lake::Lake;
use crate::version::TableVersion;
use crate::{Error, Result, Version, log};

const LOG: &str = "_delta_log";
const CHECKPOINT: &str = "_last_checkpoint";

/// The lake, standing still: no commit and no write to a hot tail reaches the disk while this lives.
#[derive(Debug)]
pub struct Frozen {
    _closed: Closed,
    holding: Holding,
    root: PathBuf,
    tables: Vec<FrozenTable>,
}

/// A moment of the lake that goes on: its files stay where they are while this lives.
#[derive(Debug)]
pub struct Held {
    _holding: Holding,
    root: PathBuf,
    tables: Vec<FrozenTable>,
}

/// A table at that moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrozenTable {
    pub dataset: DatasetId,
    /// Its newest version.
    pub version: Version,
    /// Rows of that version.
    pub rows: u64,
    folder: PathBuf,
    /// What the log says of its newest checkpoint.
    checkpoint: Option<Vec<u8>>,
}

/// A file of a table; the path is relative to the folder of the lake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrozenFile {
    pub path: PathBuf,
    pub content: FrozenContent,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FrozenContent {
    /// A file that is never changed.
    File,
    /// What stood in a file that may have been changed since.
    Bytes(Vec<u8>),
}

impl Lake {
    /// Stops all changes of tables and tails for as long as what is returned lives: a moment, please.
    pub async fn freeze(&self) -> Result<Frozen> {
        let gate = &self.inner.options.gate;
        let holding = gate.hold_files().await;
        let closed = gate.close().await;
        let root = self.inner.options.root.clone();
        let (root, tables) = tokio::task::spawn_blocking(move || {
            let tables = tables(&root)?;
            Ok::<_, Error>((root, tables))
        })
        .await??;
        Ok(Frozen {
            _closed: closed,
            holding,
            root,
            tables,
        })
    }
}

impl Frozen {
    /// Lets changes go on. The files of this moment stay.
    pub fn release(self) -> Held {
        Held {
            _holding: self.holding,
            root: self.root,
            tables: self.tables,
        }
    }
}

impl Held {
    /// The tables that have a version, by dataset.
    pub fn tables(&self) -> &[FrozenTable] {
        &self.tables
    }

    /// Every file that a version of a table needs, of those that are still kept. The rows of the newest versions are
    /// counted by the way.
    pub async fn files(&self) -> Result<Vec<FrozenFile>> {
        let mut files = Vec::new();
        for table in &self.tables {
            let folder = self.root.join(&table.folder);
            let newest = TableVersion::load(&table.dataset, &folder, Some(table.version)).await?;
            let counted = newest.as_ref().map_or(0, TableVersion::rows);
            if counted != table.rows {
                return Err(Error::CountChanged {
                    dataset: table.dataset.clone(),
                    before: table.rows,
                    after: counted,
                });
            }
            let mut needed: BTreeSet<PathBuf> = newest
                .iter()
                .flat_map(|version| version.files.iter())
                .map(|file| PathBuf::from(&file.path))
                .collect();
            // A missing one fails the copy: without it the newest version cannot be read.
            let reading = table.clone();
            let found =
                tokio::task::spawn_blocking(move || older_files(&folder, &reading)).await??;
            needed.extend(found.named);
            let file = |path: PathBuf, content| FrozenFile {
                path: table.folder.join(path),
                content,
            };
            files.extend(
                needed
                    .into_iter()
                    .chain(found.log)
                    .map(|path| file(path, FrozenContent::File)),
            );
            let checkpoint = table.checkpoint.clone();
            files.extend(
                checkpoint.map(|bytes| {
                    file(Path::new(LOG).join(CHECKPOINT), FrozenContent::Bytes(bytes))
                }),
            );
        }
        Ok(files)
    }
}

/// The tables on disk, declared or not, with their newest commits.
fn tables(root: &Path) -> Result<Vec<FrozenTable>> {
    let mut tables = Vec::new();
    for pack in folders(root)? {
        for name in folders(&root.join(&pack))? {
            let Ok(dataset) = format!("{pack}.{name}").parse::<DatasetId>() else {
                continue;
            };
            let folder = Path::new(&pack).join(&name);
            let place = root.join(&folder);
            let Some(version) = log::versions(&place)?.pop() else {
                continue;
            };
            let rows = log::read_note(&place, version)?.map_or(0, |note| note.rows);
            tables.push(FrozenTable {
                checkpoint: read(&place.join(LOG).join(CHECKPOINT))?,
                dataset,
                version,
                rows,
                folder,
            });
        }
    }
    tables.sort_by(|a, b| a.dataset.cmp(&b.dataset));
    Ok(tables)
}

fn folders(folder: &Path) -> Result<Vec<String>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Error::io("list", folder)(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(Error::io("list", folder))?;
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        names.extend(is_folder.then(|| entry.file_name().to_string_lossy().into_owned()));
    }
    names.sort();
    Ok(names)
}

fn read(path: &Path) -> Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::io("read", path)(error)),
    }
}

struct Found {
    log: Vec<PathBuf>,
    named: Vec<PathBuf>,
}

/// The log up to the frozen version, and the files that its commits name and that are still there.
fn older_files(folder: &Path, table: &FrozenTable) -> Result<Found> {
    let checkpointed = table
        .checkpoint
        .as_ref()
        .and_then(|bytes| serde_json::from_slice::<Value>(bytes).ok())
        .and_then(|checkpoint| checkpoint.get("version")?.as_u64());
    let log_folder = folder.join(LOG);
    let mut found = Found {
        log: Vec::new(),
        named: Vec::new(),
    };
    for entry in fs::read_dir(&log_folder).map_err(Error::io("list", &log_folder))? {
        let entry = entry.map_err(Error::io("list", &log_folder))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(version) = name
            .split('.')
            .next()
            .and_then(|number| number.parse::<Version>().ok())
        else {
            continue;
        };
        let ending = Path::new(&name).extension().unwrap_or_default();
        let is_commit = ending == "json" && version <= table.version;
        // A newer checkpoint may be half-written.
        let is_checkpoint = ending == "parquet" && Some(version) <= checkpointed;
        if is_commit || is_checkpoint {
            found.log.push(Path::new(LOG).join(&name));
        }
    }
    let mut names = BTreeSet::new();
    for version in log::versions(folder)? {
        if version <= table.version {
            for action in log::all_actions(folder, version)? {
                texts(&action, &mut names);
            }
        }
    }
    found.named = names
        .into_iter()
        .map(PathBuf::from)
        .filter(|path| is_inside(path) && folder.join(path).is_file())
        .collect();
    Ok(found)
}

/// Every text in an action that may name a file: what a kind of commit puts beside a table it names in its note.
fn texts(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if text.ends_with(".parquet") => {
            names.insert(text.clone());
        }
        Value::Array(values) => values.iter().for_each(|value| texts(value, names)),
        Value::Object(fields) => fields.values().for_each(|value| texts(value, names)),
        _ => {}
    }
}

fn is_inside(path: &Path) -> bool {
    path.components()
        .all(|part| matches!(part, Component::Normal(_)))
}

#[cfg(test)]
mod tests;
