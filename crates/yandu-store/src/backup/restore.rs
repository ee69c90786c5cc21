//! Putting a backup back.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use serde::Serialize;

use super::vault::{Vault, close_to_others, holds_anything, read_object, side_by_side, sync};
use super::{BackupFile, BackupInfo, BackupList, BackupPhase, BackupProgress};
use crate::locked::Locked;
use crate::{Error, FORMAT, Result};

/// In a folder that is being restored; with it a folder is no data folder, and may be begun anew.
const MARK: &str = "restoring";
/// What stands in the mark: a file of that name with another text is somebody else's.
pub(super) const MARK_TEXT: &str = "yandu restores a backup into this folder\n";
/// Makes a folder a data folder; it comes last.
const LAST: &str = "format.json";

/// What was put back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Restored {
    pub backup: BackupInfo,
    pub path: PathBuf,
}

impl Vault {
    /// Puts a backup into a folder that is empty or not there. Until it is complete the folder is no data folder, and
    /// on an error nothing is left in it.
    pub fn restore(
        &self,
        list: &BackupList,
        target: &Path,
        progress: &BackupProgress,
    ) -> Result<Restored> {
        if list.data_format > FORMAT {
            return Err(Error::NewerFormat {
                path: self.root.clone(),
                found: list.data_format,
                known: FORMAT,
            });
        }
        self.require_objects(list)?;
        let was_there = target.exists();
        let mark = prepare(target)?;
        let info = list.info();
        progress.start(BackupPhase::Copying, info.files, info.size_bytes);
        let restored = self.put_back(list, target, progress);
        if let Err(error) = restored {
            // What cannot be removed is marked, so that nobody takes it for a city.
            let _ = empty(target);
            if !was_there {
                let _ = fs::remove_dir(target);
            }
            return Err(error);
        }
        drop(mark);
        progress.start(BackupPhase::Done, 0, 0);
        Ok(Restored {
            backup: info,
            path: target.to_owned(),
        })
    }

    fn put_back(&self, list: &BackupList, target: &Path, progress: &BackupProgress) -> Result<()> {
        let folders: BTreeSet<PathBuf> = list
            .files
            .iter()
            .filter_map(|file| Some(target.join(&file.path).parent()?.to_owned()))
            .collect();
        for folder in &folders {
            fs::create_dir_all(folder).map_err(Error::backup("make the folder", folder))?;
        }
        if folders
            .iter()
            .any(|folder| folder.starts_with(target.join("secrets")))
        {
            close_to_others(&target.join("secrets"))?;
        }
        let (last, files): (Vec<&BackupFile>, Vec<&BackupFile>) =
            list.files.iter().partition(|file| file.path == LAST);
        side_by_side(&files, |file| {
            progress.go_on()?;
            self.put_file(file, &target.join(&file.path), progress)
        })?;
        for folder in &folders {
            sync(folder)?;
        }
        let draft = target.join("format.json.new");
        for file in &last {
            self.put_file(file, &draft, progress)?;
        }
        let mark = target.join(MARK);
        fs::remove_file(&mark).map_err(Error::backup("remove", &mark))?;
        for file in last {
            let place = target.join(&file.path);
            fs::rename(&draft, &place).map_err(Error::backup("write", &place))?;
        }
        sync(target)
    }

    fn put_file(&self, file: &BackupFile, place: &Path, progress: &BackupProgress) -> Result<()> {
        let failed = || Error::backup("write", place);
        let mut written = create(place, file).map_err(failed())?;
        read_object(&self.object(&file.hash), file, |bytes| {
            progress.go_on()?;
            written.write_all(bytes).map_err(failed())?;
            progress.advance(0, bytes.len() as u64);
            Ok(())
        })?;
        // The next backup tells by it what is still the same.
        if let Ok(age) = u64::try_from(file.modified) {
            written
                .set_modified(UNIX_EPOCH + Duration::from_nanos(age))
                .map_err(failed())?;
        }
        written.sync_all().map_err(failed())?;
        progress.advance(1, 0);
        Ok(())
    }
}

fn create(place: &Path, file: &BackupFile) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    if file.path.starts_with("secrets/") {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    #[cfg(not(unix))]
    let _ = file;
    options.open(place)
}

/// Makes sure that the target is there, empty and marked, and holds it until the mark that is given is dropped. What a
/// restore that was cut short left is removed.
fn prepare(target: &Path) -> Result<Locked> {
    let mark = target.join(MARK);
    if target.exists() && !target.is_dir() {
        return Err(Error::RestoreTarget(target.to_owned()));
    }
    let is_begun = fs::read_to_string(&mark).is_ok_and(|text| text == MARK_TEXT);
    if !is_begun && holds_anything(target)? {
        return Err(Error::RestoreTarget(target.to_owned()));
    }
    fs::create_dir_all(target).map_err(Error::backup("make the folder", target))?;
    let held = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .open(&mark)
        .map_err(Error::backup("write", &mark))?;
    let held = Locked::new(held).map_err(|(_, error)| match error {
        TryLockError::WouldBlock => Error::RestoreRunning(target.to_owned()),
        TryLockError::Error(source) => Error::backup("lock", &mark)(source),
    })?;
    if !is_begun {
        (&*held).write_all(MARK_TEXT.as_bytes()).map_err(|source| {
            // A mark without its text would be taken for somebody else's.
            let _ = fs::remove_file(&mark);
            Error::backup("write", &mark)(source)
        })?;
    }
    empty_but(target, Some(MARK))?;
    held.sync_all().map_err(Error::backup("write", &mark))?;
    sync(target)?;
    Ok(held)
}

/// Removes what stands in a folder, the mark last.
fn empty(folder: &Path) -> Result<()> {
    empty_but(folder, None)
}

/// The same, without the file of a name.
fn empty_but(folder: &Path, kept: Option<&str>) -> Result<()> {
    let failed = || Error::backup("empty", folder);
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed())? {
        paths.push(entry.map_err(failed())?.path());
    }
    paths.retain(|path| kept.is_none_or(|kept| !path.ends_with(kept)));
    paths.sort_by_key(|path| path.ends_with(MARK));
    for path in paths {
        let is_folder = path
            .symlink_metadata()
            .is_ok_and(|metadata| metadata.is_dir());
        if is_folder {
            fs::remove_dir_all(&path)
        } else {
            fs::remove_file(&path)
        }
        .map_err(failed())?;
    }
    Ok(())
}
