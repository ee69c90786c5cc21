//! Files that are shared, by their content, and lists of those that make a table: a cache that can be thrown away.
//!
//! A file has its name when it is whole, and a list when all of its files are there. A file that is asked for is young again; old ones
//! go, and the oldest ones when there are too many, but none whose address may still be used.

use std::collections::BTreeMap;
use std::fs::{self, File, FileTimes};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use super::Options;

/// A file of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SharedFile {
    /// The BLAKE3 of its bytes, as hexadecimal digits.
    pub(super) name: String,
    pub(super) bytes: u64,
    pub(super) rows: u64,
    /// How many rows have no value, by column.
    pub(super) nulls: BTreeMap<String, u64>,
}

/// All files of a table at a version, as somebody sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Files {
    pub(super) files: Vec<SharedFile>,
    /// The SHA-256 of their bytes one after the other, for receipts.
    pub(super) hash: String,
}

impl Files {
    pub(super) fn rows(&self) -> u64 {
        self.files.iter().map(|file| file.rows).sum()
    }

    pub(super) fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }
}

/// The folder of shared files.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    root: PathBuf,
    /// For files that are not whole; on the same disk, and emptied at each start.
    staging: PathBuf,
}

impl Store {
    pub(crate) fn new(root: PathBuf, staging: PathBuf) -> Self {
        Self { root, staging }
    }

    /// A file without a name.
    pub(super) fn draft(&self) -> io::Result<NamedTempFile> {
        NamedTempFile::new_in(&self.staging)
    }

    /// Gives a whole file its name. What has the name already has these bytes.
    pub(super) fn keep(&self, draft: NamedTempFile, name: &str) -> io::Result<()> {
        draft.as_file().sync_all()?;
        place(draft, &self.file(name))
    }

    /// A list of files that are all there, and young again.
    pub(super) fn find(&self, key: &str) -> Option<Files> {
        let list = fs::read(self.list(key)).ok()?;
        let found: Files = serde_json::from_slice(&list).ok()?;
        let mut files = found.files.iter();
        let are_there = files.all(|file| touch(&self.file(&file.name)).is_ok());
        (are_there && touch(&self.list(key)).is_ok()).then_some(found)
    }

    /// Writes down which files make a table.
    pub(super) fn note(&self, key: &str, files: &Files) -> io::Result<()> {
        let mut draft = self.draft()?;
        draft.write_all(&serde_json::to_vec(files)?)?;
        draft.as_file().sync_all()?;
        place(draft, &self.list(key))
    }

    /// A file by its name.
    pub(super) fn open(&self, name: &str) -> io::Result<File> {
        let path = self.file(name);
        touch(&path)?;
        File::open(path)
    }

    /// Removes what nobody has asked for, and the oldest of what is too much.
    pub(super) fn sweep(&self, options: &Options, now: SystemTime) -> io::Result<u64> {
        let mut kept: Vec<Kept> = all(&self.root.join("files"))?;
        let lists = all(&self.root.join("lists"))?;
        kept.sort_by_key(|one| one.used_at);
        let mut left: u64 = kept.iter().map(|one| one.bytes).sum();
        let mut removed = 0;
        for one in kept.iter().chain(&lists) {
            let age = now.duration_since(one.used_at).unwrap_or_default();
            let is_old = age > options.keep.max(options.link);
            let is_too_much = left > options.limit_bytes && age > options.link;
            if is_old || is_too_much {
                match fs::remove_file(&one.path) {
                    Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                    _ => {}
                }
                left = left.saturating_sub(one.bytes);
                removed += 1;
            }
        }
        Ok(removed)
    }

    fn file(&self, name: &str) -> PathBuf {
        let folder = name.get(..2).unwrap_or_default();
        self.root.join("files").join(folder).join(name)
    }

    fn list(&self, key: &str) -> PathBuf {
        let folder = key.get(..2).unwrap_or_default();
        self.root.join("lists").join(folder).join(key)
    }
}

/// A file on the disk.
struct Kept {
    path: PathBuf,
    bytes: u64,
    used_at: SystemTime,
}

fn place(draft: NamedTempFile, place: &Path) -> io::Result<()> {
    let folder = place.parent().unwrap_or(place);
    fs::create_dir_all(folder)?;
    draft.persist(place)?;
    File::open(folder)?.sync_all()
}

fn touch(path: &Path) -> io::Result<()> {
    let now = FileTimes::new().set_modified(SystemTime::now());
    File::options().append(true).open(path)?.set_times(now)
}

/// The files of the folders of a folder.
fn all(root: &Path) -> io::Result<Vec<Kept>> {
    let mut kept = Vec::new();
    for folder in entries(root)? {
        for path in entries(&folder)? {
            // It may have been removed meanwhile.
            if let Ok(data) = fs::metadata(&path) {
                let used_at = data.modified()?;
                let bytes = data.len();
                kept.push(Kept {
                    path,
                    bytes,
                    used_at,
                });
            }
        }
    }
    Ok(kept)
}

fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    match fs::read_dir(folder) {
        Ok(entries) => entries.map(|entry| Ok(entry?.path())).collect(),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    struct Place {
        _folder: tempfile::TempDir,
        store: Store,
    }

    fn place() -> Place {
        let folder = tempfile::tempdir().unwrap();
        let staging = folder.path().join("staging");
        fs::create_dir(&staging).unwrap();
        Place {
            store: Store::new(folder.path().join("shared"), staging),
            _folder: folder,
        }
    }

    impl Place {
        fn keep(&self, bytes: &[u8]) -> SharedFile {
            let name = blake3::hash(bytes).to_hex().to_string();
            let mut draft = self.store.draft().unwrap();
            draft.write_all(bytes).unwrap();
            self.store.keep(draft, &name).unwrap();
            SharedFile {
                name,
                bytes: bytes.len() as u64,
                rows: 1,
                nulls: BTreeMap::new(),
            }
        }

        fn list(&self, key: &str, files: &[SharedFile]) -> Files {
            let files = Files {
                files: files.to_vec(),
                hash: String::new(),
            };
            self.store.note(key, &files).unwrap();
            files
        }

        fn sweep_in(&self, hours: u64, limit_bytes: u64) -> u64 {
            let options = Options {
                limit_bytes,
                ..Options::default()
            };
            let later = SystemTime::now() + Duration::from_hours(hours);
            self.store.sweep(&options, later).unwrap()
        }
    }

    #[test]
    fn a_list_is_found_as_long_as_all_of_its_files_are_there() {
        let place = place();
        assert_eq!(place.store.find("key"), None);
        let files = place.list("key", &[place.keep(b"one"), place.keep(b"two")]);
        assert_eq!(place.store.find("key"), Some(files.clone()));
        fs::remove_file(place.store.file(&files.files[1].name)).unwrap();
        assert_eq!(place.store.find("key"), None);
        place.keep(b"two");
        assert_eq!(place.store.find("key"), Some(files));
    }

    #[test]
    fn a_draft_that_is_left_behind_is_no_file() {
        let place = place();
        let mut draft = place.store.draft().unwrap();
        draft.write_all(b"half").unwrap();
        let left = draft.into_temp_path().keep().unwrap();
        assert!(left.starts_with(&place.store.staging));
        assert!(all(&place.store.root.join("files")).unwrap().is_empty());
    }

    #[test]
    fn what_nobody_asks_for_goes_and_what_may_still_be_read_stays() {
        let place = place();
        place.list("key", &[place.keep(b"one")]);
        assert_eq!(place.sweep_in(0, 0), 0, "its address may be in use");
        assert_eq!(place.sweep_in(2, 10), 0, "there is room");
        assert_eq!(place.sweep_in(24 * 8, 10), 2, "it is old");
        assert_eq!(place.store.find("key"), None);
    }

    #[test]
    fn the_oldest_go_first_when_there_is_too_much() {
        let place = place();
        let (old, new) = (place.keep(b"old"), place.keep(b"new"));
        let hour = SystemTime::now() - Duration::from_hours(1);
        let file = File::options()
            .append(true)
            .open(place.store.file(&old.name));
        file.unwrap()
            .set_times(FileTimes::new().set_modified(hour))
            .unwrap();
        assert_eq!(place.sweep_in(2, 3), 1);
        assert!(place.store.open(&old.name).is_err());
        assert!(place.store.open(&new.name).is_ok());
    }
}
