use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::list;
use super::list::NameOfList;
use super::{BackupFile, BackupList, BackupPhase, BackupProgress, Listed};
use crate::locked::Locked;
use crate::{Error, Result};

const MARK: &str = "yandu-backups.json";
const BACKUPS: &str = "backups";
const OBJECTS: &str = "objects";
const PARTIAL: &str = "partial";
const LOCK: &str = "lock";

/// Files that are read or written at a time: many are small, and each waits for the disk.
const THREADS: usize = 4;
pub(super) const BUFFER: usize = 1 << 20;

/// A folder of backups, held by one process at a time.
#[derive(Debug)]
pub struct Vault {
    pub(super) root: PathBuf,
    _lock: Locked,
}

/// What a check of a backup has read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Checked {
    pub files: u64,
    pub size_bytes: u64,
}

impl Vault {
    /// Opens a folder of backups, or makes one of a folder that is empty or not there.
    pub fn create(root: &Path) -> Result<Self> {
        fs::create_dir_all(root).map_err(Error::backup("make the folder", root))?;
        let is_ours = root.join(MARK).is_file();
        if !is_ours && !is_begun(root)? {
            return Err(Error::BackupFolder {
                path: root.to_owned(),
                why: "it is not empty and holds no backups",
            });
        }
        let vault = Self::hold(root)?;
        if is_ours {
            require_known(&root.join(MARK))?;
        }
        close_to_others(root)?;
        for folder in [BACKUPS, OBJECTS, PARTIAL] {
            let folder = root.join(folder);
            fs::create_dir_all(&folder).map_err(Error::backup("make the folder", &folder))?;
        }
        vault.clear_partial()?;
        if !is_ours {
            vault.put(&root.join(MARK), b"{\"format\": 1}\n")?;
        }
        Ok(vault)
    }

    /// Opens a folder that has backups.
    pub fn open(root: &Path) -> Result<Self> {
        let mark = root.join(MARK);
        if !mark.is_file() {
            return Err(Error::NoVault(root.to_owned()));
        }
        require_known(&mark)?;
        Self::hold(root)
    }

    fn hold(root: &Path) -> Result<Self> {
        let root = fs::canonicalize(root).map_err(Error::backup("find", root))?;
        let path = root.join(LOCK);
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path);
        // From a medium that cannot be written to, backups can still be read.
        let lock = match lock {
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied
                ) =>
            {
                File::open(root.join(MARK))
            }
            lock => lock,
        }
        .map_err(Error::backup("open", &path))?;
        match Locked::new(lock) {
            Ok(lock) => Ok(Self { root, _lock: lock }),
            Err((_, TryLockError::WouldBlock)) => Err(Error::VaultInUse(root)),
            Err((_, TryLockError::Error(source))) => Err(Error::backup("lock", &path)(source)),
        }
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The backups, oldest first. A list that is damaged says so here, and is an error of whoever needs that backup.
    pub fn backups(&self) -> Result<Vec<Listed>> {
        let listed = |(id, path): (String, PathBuf)| match BackupList::read(&path) {
            Ok(list) => Listed::Whole(list.info()),
            Err(error) => Listed::Damaged {
                id,
                damaged: error.to_string(),
            },
        };
        Ok(self.names()?.into_iter().map(listed).collect())
    }

    /// The list of a backup, of the newest one without an id.
    pub fn list(&self, id: Option<&str>) -> Result<BackupList> {
        let mut names = self.names()?;
        let path = match id {
            Some(id) => names.remove(id),
            None => names.pop_last().map(|(_, path)| path),
        };
        match path {
            Some(path) => BackupList::read(&path),
            None => Err(Error::NoBackup {
                path: self.root.clone(),
                id: id.map(ToOwned::to_owned),
            }),
        }
    }

    /// The lists by the ids of their backups.
    pub(super) fn names(&self) -> Result<BTreeMap<String, PathBuf>> {
        let folder = self.root.join(BACKUPS);
        let mut names = BTreeMap::new();
        for entry in fs::read_dir(&folder).map_err(Error::backup("list", &folder))? {
            let path = entry.map_err(Error::backup("list", &folder))?.path();
            if let Some(name) = NameOfList::parse(&path) {
                names.insert(name.id, path);
            }
        }
        Ok(names)
    }

    pub(super) fn list_path(&self, name: &str) -> PathBuf {
        self.root.join(BACKUPS).join(name)
    }

    pub(super) fn object(&self, hash: &str) -> PathBuf {
        let folder = hash.get(..2).unwrap_or_default();
        self.root.join(OBJECTS).join(folder).join(hash)
    }

    pub(super) fn draft(&self) -> PathBuf {
        self.root
            .join(PARTIAL)
            .join(uuid::Uuid::now_v7().to_string())
    }

    /// Refuses a backup of which an object is missing or has another size.
    pub(super) fn require_objects(&self, list: &BackupList) -> Result<()> {
        match list.files.iter().find(|file| !self.is_there(file)) {
            Some(file) => Err(Error::BackupDamaged {
                what: format!("the content of `{}` is missing or cut short", file.path),
            }),
            None => Ok(()),
        }
    }

    /// Reads everything that a backup has, and compares it with its list.
    ///
    /// A content that is not what was written is put aside: while it stood under its name, no later backup would write it
    /// anew.
    pub fn check(&self, list: &BackupList, progress: &BackupProgress) -> Result<Checked> {
        let info = list.info();
        progress.start(BackupPhase::Copying, info.files, info.size_bytes);
        let damaged: Mutex<BTreeSet<String>> = Mutex::default();
        side_by_side(&list.files, |file| {
            progress.go_on()?;
            if !self.is_whole(file, progress)? {
                let mut damaged = damaged.lock().unwrap_or_else(PoisonError::into_inner);
                damaged.insert(file.path.clone());
            }
            progress.advance(1, 0);
            Ok(())
        })?;
        let damaged = damaged.into_inner().unwrap_or_else(PoisonError::into_inner);
        match damaged.first() {
            None => Ok(Checked {
                files: info.files,
                size_bytes: info.size_bytes,
            }),
            Some(first) => Err(Error::BackupDamaged {
                what: match damaged.len() {
                    1 => format!("the content of `{first}` is missing or not what was written"),
                    many => format!(
                        "the contents of `{first}` and {} more files are missing or not what was written",
                        many - 1
                    ),
                },
            }),
        }
    }

    /// Whether the content of a file is there and what was written; one that is not is put aside.
    fn is_whole(&self, file: &BackupFile, progress: &BackupProgress) -> Result<bool> {
        let object = self.object(&file.hash);
        if !self.is_there(file) {
            return Ok(false);
        }
        let read = read_object(&object, file, |bytes| {
            progress.go_on()?;
            progress.advance(0, bytes.len() as u64);
            Ok(())
        });
        match read {
            Ok(()) => Ok(true),
            Err(Error::BackupDamaged { .. }) => {
                // On a medium that is only read it stays, and so does the error.
                let _ = fs::rename(&object, object.with_extension("damaged"));
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    fn is_there(&self, file: &BackupFile) -> bool {
        fs::metadata(self.object(&file.hash))
            .is_ok_and(|metadata| metadata.len() == file.size_bytes)
    }

    /// Removes all backups but the newest `keep`, then the objects that no backup has.
    ///
    /// A list that cannot be read is none of the kept ones and stays for somebody to look at, until it is older than all
    /// of them. Nobody knows which objects it has, so none is removed meanwhile.
    pub fn prune(&self, keep: usize) -> Result<usize> {
        let keep = keep.max(1);
        let (mut kept, mut is_known) = (0, true);
        let mut needed = HashSet::new();
        let mut gone = Vec::new();
        for path in self.names()?.into_values().rev() {
            if kept == keep {
                gone.push(path);
                continue;
            }
            match BackupList::read(&path) {
                Ok(list) => {
                    kept += 1;
                    needed.extend(list.files.into_iter().map(|file| file.hash));
                }
                Err(_) => is_known = false,
            }
        }
        if gone.is_empty() {
            return Ok(0);
        }
        for path in &gone {
            fs::remove_file(path).map_err(Error::backup("remove", path))?;
        }
        sync(&self.root.join(BACKUPS))?;
        if is_known {
            self.sweep(&needed)?;
        }
        Ok(gone.len())
    }

    /// Removes the objects that are not needed.
    fn sweep(&self, needed: &HashSet<String>) -> Result<()> {
        let objects = self.root.join(OBJECTS);
        for folder in fs::read_dir(&objects).map_err(Error::backup("list", &objects))? {
            let folder = folder.map_err(Error::backup("list", &objects))?.path();
            for object in fs::read_dir(&folder).map_err(Error::backup("list", &folder))? {
                let object = object.map_err(Error::backup("list", &folder))?;
                if !needed.contains(object.file_name().to_string_lossy().as_ref()) {
                    let path = object.path();
                    fs::remove_file(&path).map_err(Error::backup("remove", &path))?;
                }
            }
        }
        Ok(())
    }

    /// Writes a file that is there as a whole or not at all.
    pub(super) fn put(&self, path: &Path, bytes: &[u8]) -> Result<()> {
        let draft = self.draft();
        let write = || -> std::io::Result<()> {
            let mut file = File::create(&draft)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&draft, path)
        };
        write().map_err(Error::backup("write", path))?;
        path.parent().map_or(Ok(()), sync)
    }

    /// What a process that is gone was writing is of use to nobody.
    pub(super) fn clear_partial(&self) -> Result<()> {
        let folder = self.root.join(PARTIAL);
        for entry in fs::read_dir(&folder).map_err(Error::backup("list", &folder))? {
            let path = entry.map_err(Error::backup("list", &folder))?.path();
            fs::remove_file(&path).map_err(Error::backup("remove", &path))?;
        }
        Ok(())
    }
}

/// Reads an object to its end and refuses it when its hash is not its name.
pub(super) fn read_object(
    path: &Path,
    file: &BackupFile,
    mut each: impl FnMut(&[u8]) -> Result<()>,
) -> Result<()> {
    let mut object = File::open(path).map_err(Error::backup("open", path))?;
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; BUFFER];
    loop {
        let read = object
            .read(&mut buffer)
            .map_err(Error::backup("read", path))?;
        let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else {
            break;
        };
        hasher.update(bytes);
        each(bytes)?;
    }
    if hasher.finalize().to_hex().as_str() == file.hash {
        return Ok(());
    }
    Err(Error::BackupDamaged {
        what: format!("the content of `{}` is not what was written", file.path),
    })
}

/// Does something with each, several at a time, and stops at the first error.
pub(super) fn side_by_side<T: Sync>(
    all: &[T],
    each: impl Fn(&T) -> Result<()> + Sync,
) -> Result<()> {
    let next = AtomicUsize::new(0);
    let failed: Mutex<Option<Error>> = Mutex::new(None);
    let failure = || failed.lock().unwrap_or_else(PoisonError::into_inner);
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while failure().is_none() {
                    let Some(one) = all.get(next.fetch_add(1, Ordering::Relaxed)) else {
                        return;
                    };
                    if let Err(error) = each(one) {
                        failure().get_or_insert(error);
                    }
                }
            });
        }
    });
    match failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(error) => Err(error),
        None => Ok(()),
    }
}

/// Whether a folder is empty, or holds only what making a folder of backups was cut short with: on a full disk it has the
/// subfolders and not yet its mark.
fn is_begun(root: &Path) -> Result<bool> {
    let failed = || Error::backup("list", root);
    for entry in fs::read_dir(root).map_err(failed())? {
        let entry = entry.map_err(failed())?;
        let name = entry.file_name();
        let is_ours = match name.to_str() {
            Some(LOCK) => entry.metadata().is_ok_and(|lock| lock.len() == 0),
            Some(BACKUPS | OBJECTS) => !holds_anything(&entry.path())?,
            Some(PARTIAL) => holds_only_drafts(&entry.path())?,
            _ => false,
        };
        if !is_ours {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether a folder holds nothing but drafts of ours, which are named by ids.
fn holds_only_drafts(folder: &Path) -> Result<bool> {
    let failed = || Error::backup("list", folder);
    for entry in fs::read_dir(folder).map_err(failed())? {
        let name = entry.map_err(failed())?.file_name();
        if uuid::Uuid::parse_str(&name.to_string_lossy()).is_err() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Refuses a folder of backups that a newer program has made.
fn require_known(mark: &Path) -> Result<()> {
    #[derive(Deserialize)]
    struct Mark {
        format: u64,
    }
    let text = fs::read_to_string(mark).map_err(Error::backup("read", mark))?;
    let mark_of = serde_json::from_str::<Mark>(&text).map_err(|_| Error::BackupDamaged {
        what: format!(
            "`{}` does not say which format the folder has",
            mark.display()
        ),
    })?;
    if mark_of.format > list::FORMAT {
        return Err(Error::NewerFormat {
            path: mark.to_owned(),
            found: mark_of.format,
            known: list::FORMAT,
        });
    }
    Ok(())
}

pub(super) fn holds_anything(folder: &Path) -> Result<bool> {
    let mut entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(Error::backup("list", folder)(error)),
    };
    Ok(entries.next().is_some())
}

pub(super) fn sync(folder: &Path) -> Result<()> {
    File::open(folder)
        .and_then(|file| file.sync_all())
        .map_err(Error::backup("sync", folder))
}

/// A backup holds everything that the city holds.
#[cfg(unix)]
pub(super) fn close_to_others(folder: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
        .map_err(Error::backup("close to others", folder))
}

#[cfg(not(unix))]
pub(super) fn close_to_others(_folder: &Path) -> Result<()> {
    Ok(())
}
