//! Writing a backup.

use std::collections::{BTreeSet, HashMap};
use std::fs::{self, File, Metadata};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::UNIX_EPOCH;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::vault::{BUFFER, Vault, side_by_side, sync};
use super::{
    BackupAbout, BackupContent, BackupFile, BackupInfo, BackupItem, BackupList, BackupPhase,
    BackupProgress, list,
};
use crate::{Error, FORMAT, Result};

/// What a backup wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    pub backup: BackupInfo,
    /// Files that were not there yet.
    pub files_written: u64,
    pub bytes_written: u64,
}

/// The work of one backup.
struct Work<'a> {
    vault: &'a Vault,
    /// The files of the backup before, by path.
    before: HashMap<String, BackupFile>,
    progress: &'a BackupProgress,
    files: Mutex<Vec<BackupFile>>,
    /// Folders that have a new object.
    folders: Mutex<BTreeSet<PathBuf>>,
    files_written: AtomicU64,
    bytes_written: AtomicU64,
}

impl Vault {
    /// Writes a backup of `items`; it is there, and on the disk, when this returns.
    pub fn write(
        &self,
        items: &[BackupItem],
        about: BackupAbout,
        progress: &BackupProgress,
    ) -> Result<Written> {
        let before = match self.list(None) {
            Ok(list) => list.files,
            // A backup that cannot be read saves no work; it stays for somebody to look at.
            Err(Error::NoBackup { .. } | Error::BackupDamaged { .. }) => Vec::new(),
            Err(error) => return Err(error),
        };
        let sizes = items.iter().map(|item| item.content.size());
        progress.start(BackupPhase::Copying, items.len() as u64, sizes.sum::<u64>());
        let work = Work {
            vault: self,
            before: before
                .into_iter()
                .map(|file| (file.path.clone(), file))
                .collect(),
            progress,
            files: Mutex::default(),
            folders: Mutex::default(),
            files_written: AtomicU64::new(0),
            bytes_written: AtomicU64::new(0),
        };
        let copied = side_by_side(items, |item| work.copy(item));
        if let Err(error) = copied {
            // What stays is removed by the next backup.
            let _ = self.clear_partial();
            return Err(error);
        }
        let folders = work
            .folders
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        for folder in &folders {
            sync(folder)?;
            folder.parent().map_or(Ok(()), sync)?;
        }
        let mut files = work
            .files
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let list = self.finish(files, about)?;
        progress.start(BackupPhase::Done, 0, 0);
        Ok(Written {
            backup: list.info(),
            files_written: work.files_written.into_inner(),
            bytes_written: work.bytes_written.into_inner(),
        })
    }

    /// Writes the list: from here on the backup is there.
    fn finish(&self, files: Vec<BackupFile>, about: BackupAbout) -> Result<BackupList> {
        let made_at = Timestamp::now();
        let mut list = BackupList {
            format: list::FORMAT,
            id: made_at.strftime("%Y%m%d-%H%M%S-%6f").to_string(),
            made_at,
            made_by: concat!("yandu ", env!("CARGO_PKG_VERSION")).to_owned(),
            data_format: FORMAT,
            has_key: about.has_key,
            batches: about.batches,
            tables: about.tables,
            files,
        };
        // The clock of the machine may have jumped back since the backup before.
        if let Some((newest, _)) = self.names()?.pop_last()
            && newest >= list.id
        {
            list.id = format!("{newest}-1");
        }
        let (name, bytes) = list.written()?;
        self.put(&self.list_path(&name), &bytes)?;
        Ok(list)
    }
}

impl BackupContent {
    /// How much there is to copy, for the bar.
    fn size(&self) -> u64 {
        match self {
            Self::Fixed(path) | Self::Loose(path) => {
                fs::metadata(path).map_or(0, |metadata| metadata.len())
            }
            Self::Beginning(_, size) => *size,
            Self::Bytes(bytes) => bytes.len() as u64,
        }
    }
}

impl Work<'_> {
    fn copy(&self, item: &BackupItem) -> Result<()> {
        self.progress.go_on()?;
        let file = match &item.content {
            BackupContent::Bytes(bytes) => {
                Some(self.store(item, bytes.as_slice(), 0, Path::new(&item.path))?)
            }
            BackupContent::Fixed(path) => {
                let (source, metadata) = open(path)?;
                let modified = modified(&metadata);
                match self.known(item, &metadata, modified) {
                    Some(known) => {
                        self.progress.advance(0, known.size_bytes);
                        Some(known)
                    }
                    None => Some(self.store(item, source, modified, path)?),
                }
            }
            BackupContent::Beginning(path, size) => {
                let (source, metadata) = open(path)?;
                let file = self.store(item, source.take(*size), modified(&metadata), path)?;
                if file.size_bytes != *size {
                    return Err(Error::BackupDamaged {
                        what: format!("`{}` is shorter than it was", path.display()),
                    });
                }
                Some(file)
            }
            BackupContent::Loose(path) => match File::open(path) {
                Ok(source) => {
                    let metadata = source.metadata().map_err(Error::backup("look at", path))?;
                    Some(self.store(item, source, modified(&metadata), path)?)
                }
                Err(error) if error.kind() == ErrorKind::NotFound => None,
                Err(error) => return Err(Error::backup("open", path)(error)),
            },
        };
        self.progress.advance(1, 0);
        self.files
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(file);
        Ok(())
    }

    /// The file as the backup before has it, when it is the same and its content is still there.
    fn known(&self, item: &BackupItem, metadata: &Metadata, modified: i64) -> Option<BackupFile> {
        let known = self.before.get(&item.path)?;
        let is_same = known.size_bytes == metadata.len() && known.modified == modified;
        let object = fs::metadata(self.vault.object(&known.hash)).ok()?;
        (is_same && object.len() == known.size_bytes).then(|| known.clone())
    }

    /// Copies a content to the object that it is, unless that is there.
    fn store(
        &self,
        item: &BackupItem,
        mut source: impl Read,
        modified: i64,
        path: &Path,
    ) -> Result<BackupFile> {
        let draft = self.vault.draft();
        let mut target = create(&draft).map_err(Error::backup("write", &draft))?;
        let mut hasher = blake3::Hasher::new();
        let mut buffer = vec![0; BUFFER];
        let mut size_bytes = 0;
        loop {
            self.progress.go_on()?;
            let read = source
                .read(&mut buffer)
                .map_err(Error::backup("read", path))?;
            let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else {
                break;
            };
            hasher.update(bytes);
            target
                .write_all(bytes)
                .map_err(Error::backup("write", &draft))?;
            size_bytes += read as u64;
            self.progress.advance(0, read as u64);
        }
        let file = BackupFile {
            path: item.path.clone(),
            size_bytes,
            hash: hasher.finalize().to_hex().to_string(),
            modified,
        };
        self.keep(&file, &draft, &target)?;
        Ok(file)
    }

    fn keep(&self, file: &BackupFile, draft: &Path, target: &File) -> Result<()> {
        let object = self.vault.object(&file.hash);
        if fs::metadata(&object).is_ok_and(|there| there.len() == file.size_bytes) {
            return fs::remove_file(draft).map_err(Error::backup("remove", draft));
        }
        target.sync_all().map_err(Error::backup("write", draft))?;
        if let Some(folder) = object.parent() {
            fs::create_dir_all(folder).map_err(Error::backup("make the folder", folder))?;
            self.folders
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(folder.to_owned());
        }
        fs::rename(draft, &object).map_err(Error::backup("write", &object))?;
        self.files_written.fetch_add(1, Ordering::Relaxed);
        self.bytes_written
            .fetch_add(file.size_bytes, Ordering::Relaxed);
        Ok(())
    }
}

fn open(path: &Path) -> Result<(File, Metadata)> {
    let file = File::open(path).map_err(Error::backup("open", path))?;
    let metadata = file.metadata().map_err(Error::backup("look at", path))?;
    Ok((file, metadata))
}

/// A file that its owner alone may read.
fn create(path: &Path) -> std::io::Result<File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn modified(metadata: &Metadata) -> i64 {
    metadata
        .modified()
        .ok()
        .and_then(|at| at.duration_since(UNIX_EPOCH).ok())
        .map_or(0, |age| age.as_nanos() as i64)
}
