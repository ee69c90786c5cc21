//! A backup of everything that the data folder holds, taken while the city works.
//!
//! Records and tables change one after the other, so a copy of one and then of the other would fit at no moment. The
//! lake is frozen for the time that copying the records takes: no commit and no write to a tail reaches the disk.
//! What is copied is then what a crash at that moment would have left, and the recovery that settles a crash settles a
//! restored backup: a batch that was acknowledged before is there, one whose commit had not come is rolled back.
//! Files are copied afterwards, while the city goes on: those of a version are never changed, vacuum waits, and of
//! a journal the frozen length counts.
//!
//! Not in a backup: the inbox (departments own it; what was taken from it is kept in `raw/`), what is under way, and
//! what is made anew from the rest. The key of the stored secrets is in it only when somebody asks for it.

use std::collections::HashSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock, PoisonError};

use yandu_lake::{FrozenContent, Held};
use yandu_store::backup::{
    BackupAbout, BackupContent, BackupItem, BackupPhase, BackupProgress, BackupTable, Vault,
    Written,
};
use yandu_store::{DERIVED, PASSING, Store};

use crate::batch::Failure;
use crate::collector::{Collector, failure_of};
use crate::{Error, Result};

/// The file that opens the stored secrets.
const KEY: &str = "secrets/key";
/// What the data folder holds that is copied by rules of its own.
const OWN_RULES: [&str; 5] = ["records.sqlite", "lake", "tail", "raw", "quarantine"];

/// Where a backup goes, and what is in it.
#[derive(Debug, Clone)]
pub struct BackupOptions {
    /// An absolute path.
    pub folder: PathBuf,
    /// Whether the key of the stored secrets is in it.
    pub with_key: bool,
    /// How many backups stay in the folder, the new one among them; all when `None`.
    pub keep: Option<usize>,
}

/// A backup under way, or done.
#[derive(Debug)]
pub struct Backup {
    id: String,
    progress: BackupProgress,
    outcome: OnceLock<std::result::Result<Written, Failure>>,
}

impl Backup {
    pub fn id(&self) -> &str {
        &self.id
    }

    pub fn progress(&self) -> &BackupProgress {
        &self.progress
    }

    /// What it wrote or why it failed; `None` while it is under way.
    pub fn outcome(&self) -> Option<&std::result::Result<Written, Failure>> {
        self.outcome.get()
    }
}

/// The copies of one moment that have no other place; gone with this.
struct Moment {
    folder: PathBuf,
    /// Journals with the bytes of them that count.
    journals: Vec<(String, u64)>,
}

impl Drop for Moment {
    fn drop(&mut self) {
        // What stays is swept at the next start.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Moment {
    fn records(&self) -> PathBuf {
        self.folder.join("records.sqlite")
    }
}

impl Collector {
    /// The newest backup of this process.
    pub fn newest_backup(&self) -> Option<Arc<Backup>> {
        let newest = &self.inner.backup;
        newest
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Begins a backup, which [`Self::carry_out_backup`] makes; one at a time.
    pub async fn begin_backup(&self) -> Result<Arc<Backup>> {
        let id = self.new_batch_id().await?.to_string();
        let mut newest = self
            .inner
            .backup
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if newest
            .as_ref()
            .is_some_and(|newest| newest.outcome().is_none())
        {
            return Err(Error::BackupRunning);
        }
        let backup = Arc::new(Backup {
            id,
            progress: BackupProgress::default(),
            outcome: OnceLock::new(),
        });
        *newest = Some(Arc::clone(&backup));
        Ok(backup)
    }

    /// Makes a backup, and lets it say how it ended.
    pub async fn carry_out_backup(
        &self,
        backup: &Arc<Backup>,
        options: BackupOptions,
    ) -> Result<Written> {
        let written = self.back_up(backup, options).await;
        let outcome = match &written {
            Ok(written) => Ok(written.clone()),
            Err(error) => Err(failure_of(error)),
        };
        match &outcome {
            Ok(written) => tracing::info!(
                backup.id = written.backup.id,
                files = written.backup.files,
                files.written = written.files_written,
                size_bytes = written.backup.size_bytes,
                "backup made"
            ),
            Err(failure) => tracing::warn!(
                code = failure.code,
                error = failure.message,
                "a backup failed"
            ),
        }
        // It ends once.
        let _ = backup.outcome.set(outcome);
        written
    }

    async fn back_up(&self, backup: &Arc<Backup>, options: BackupOptions) -> Result<Written> {
        self.require_outside(&options.folder)?;
        let folder = options.folder.clone();
        // First, so that a folder that cannot be used costs nobody a moment.
        let vault = tokio::task::spawn_blocking(move || Vault::create(&folder)).await??;
        backup.progress.start(BackupPhase::Freezing, 0, 0);
        let (moment, held, newest) = self.freeze().await?;
        backup.progress.start(BackupPhase::Listing, 0, 0);
        let (items, about) = self.list(&moment, &held, &newest, options.with_key).await?;
        let backup = Arc::clone(backup);
        let written = tokio::task::spawn_blocking(move || {
            let written = vault.write(&items, about, &backup.progress)?;
            if let Some(keep) = options.keep {
                vault.prune(keep)?;
            }
            Ok::<_, yandu_store::Error>(written)
        })
        .await??;
        drop((held, moment));
        Ok(written)
    }

    /// A backup inside what it is a backup of would be part of the next one.
    fn require_outside(&self, folder: &Path) -> Result<()> {
        let root = self.inner.folder.root();
        let mut known = folder.to_owned();
        let mut rest = PathBuf::new();
        let real = loop {
            if let Ok(real) = fs::canonicalize(&known) {
                break real.join(&rest);
            }
            let Some(name) = known.file_name() else {
                break folder.to_owned();
            };
            rest = Path::new(name).join(&rest);
            known.pop();
        };
        if real.starts_with(root) || root.starts_with(&real) {
            return Err(yandu_store::Error::BackupFolder {
                path: folder.to_owned(),
                why: "it is in the data folder, or the data folder is in it",
            }
            .into());
        }
        Ok(())
    }

    /// Takes the moment: the records and the journals, and what the tables are meanwhile. Nothing named later than the
    /// id that is returned had begun.
    async fn freeze(&self) -> Result<(Moment, Held, String)> {
        let folder = self
            .inner
            .folder
            .staging()
            .join(format!("backup-{}", uuid::Uuid::now_v7()));
        fs::create_dir_all(&folder).map_err(|source| Error::file("make", &folder, source))?;
        let mut moment = Moment {
            folder,
            journals: Vec::new(),
        };
        let newest = self.new_batch_id().await?.to_string();
        let frozen = self.lake().freeze().await?;
        // Journals before records: one that is removed in between was archived before the records say so.
        let (tail, links) = (self.inner.folder.tail(), moment.folder.join("tail"));
        moment.journals = tokio::task::spawn_blocking(move || link_all(&tail, &links)).await??;
        self.inner.store.copy_to(&moment.records()).await?;
        Ok((moment, frozen.release(), newest))
    }

    /// Everything that belongs into the backup.
    async fn list(
        &self,
        moment: &Moment,
        held: &Held,
        newest: &str,
        with_key: bool,
    ) -> Result<(Vec<BackupItem>, BackupAbout)> {
        let records = Store::look_at(&moment.records()).await?;
        let batches: i64 = sqlx::query_scalar("SELECT count(*) FROM batch")
            .fetch_one(&records)
            .await?;
        let running: Vec<String> =
            sqlx::query_scalar("SELECT id FROM batch WHERE status = 'running'")
                .fetch_all(&records)
                .await?;
        records.close().await;
        let mut items = vec![BackupItem {
            path: "records.sqlite".to_owned(),
            content: BackupContent::Loose(moment.records()),
        }];
        for (path, bytes) in &moment.journals {
            items.push(BackupItem {
                content: BackupContent::Beginning(moment.folder.join(path), *bytes),
                path: path.clone(),
            });
        }
        let lake = self.inner.folder.lake();
        for file in held.files().await? {
            items.push(BackupItem {
                content: match file.content {
                    FrozenContent::File => BackupContent::Fixed(lake.join(&file.path)),
                    FrozenContent::Bytes(bytes) => BackupContent::Bytes(bytes),
                },
                path: slashed(&Path::new("lake").join(file.path)),
            });
        }
        let root = self.inner.folder.root().to_owned();
        let left_out = LeftOut {
            newest: newest.to_owned(),
            running: running.into_iter().collect(),
            with_key,
        };
        let has_key = with_key && root.join(KEY).is_file();
        items.extend(tokio::task::spawn_blocking(move || others(&root, &left_out)).await??);
        let tables = held.tables().iter().map(|table| BackupTable {
            dataset: table.dataset.to_string(),
            version: table.version,
            rows: table.rows,
        });
        let about = BackupAbout {
            tables: tables.collect(),
            batches: batches as u64,
            has_key,
        };
        Ok((items, about))
    }
}

/// What is not copied.
struct LeftOut {
    /// Batches with a later id had not begun.
    newest: String,
    running: HashSet<String>,
    with_key: bool,
}

/// Files that are no tables, journals or records.
fn others(root: &Path, left_out: &LeftOut) -> Result<Vec<BackupItem>> {
    let mut items = Vec::new();
    let mut add = |path: String, content: fn(PathBuf) -> BackupContent| {
        items.push(BackupItem {
            content: content(root.join(&path)),
            path,
        });
    };
    for path in files_under(root, "raw")? {
        add(path, BackupContent::Fixed);
    }
    for path in files_under(root, "quarantine")? {
        let batch = path.split('/').nth(1).unwrap_or_default();
        if batch <= left_out.newest.as_str() && !left_out.running.contains(batch) {
            add(path, BackupContent::Loose);
        }
    }
    let failed = |source| Error::file("list", root, source);
    for entry in fs::read_dir(root).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_known = OWN_RULES.iter().any(|own| name.starts_with(own));
        if is_known || PASSING.contains(&name.as_str()) || DERIVED.contains(&name.as_str()) {
            continue;
        }
        if entry.file_type().is_ok_and(|kind| kind.is_file()) {
            add(name, BackupContent::Loose);
            continue;
        }
        for path in files_under(root, &name)? {
            if path != KEY || left_out.with_key {
                add(path, BackupContent::Loose);
            }
        }
    }
    Ok(items)
}

/// The files under a folder of the data folder, by path from it; a folder that is not there has none.
fn files_under(root: &Path, folder: &str) -> Result<Vec<String>> {
    let mut files = Vec::new();
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        let place = root.join(&folder);
        let entries = match fs::read_dir(&place) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(source) => return Err(Error::file("list", &place, source)),
        };
        for entry in entries {
            let entry = entry.map_err(|source| Error::file("list", &place, source))?;
            let path = folder.join(entry.file_name());
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(path),
                Ok(kind) if kind.is_file() => files.push(slashed(&path)),
                _ => {}
            }
        }
    }
    files.sort();
    Ok(files)
}

fn slashed(path: &Path) -> String {
    let parts: Vec<_> = path
        .components()
        .map(|part| part.as_os_str().to_string_lossy())
        .collect();
    parts.join("/")
}

/// Links every journal into another folder, where it stays whatever becomes of its name, and tells how long it is.
///
/// A journal may get another name or be removed meanwhile, so the list is taken again until all of it was linked.
fn link_all(tail: &Path, links: &Path) -> Result<Vec<(String, u64)>> {
    loop {
        let _ = fs::remove_dir_all(links);
        let mut linked = Vec::new();
        let mut is_whole = true;
        for path in files_under(tail, "")? {
            let (from, to) = (tail.join(&path), links.join(&path));
            let failed = |source| Error::file("link the journal", &from, source);
            if let Some(folder) = to.parent() {
                fs::create_dir_all(folder).map_err(failed)?;
            }
            match fs::hard_link(&from, &to) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    is_whole = false;
                    break;
                }
                // A disk without links: the frozen content itself.
                Err(_) => fs::copy(&from, &to).map(drop).map_err(failed)?,
            }
            let bytes = fs::metadata(&to).map_err(failed)?.len();
            linked.push((format!("tail/{path}"), bytes));
        }
        if is_whole {
            return Ok(linked);
        }
    }
}
