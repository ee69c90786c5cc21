//! The files of a pack as bytes: which belong to it, what they hash to, and a copy of them.
//!
//! Only what the reader of packs may look at belongs to a pack: plain files under the folders and names that it knows,
//! none that begins with a dot, none that a link leads to outside. A pack names secrets and never holds them, so
//! neither does a copy.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::load::{MAX_FILES, TOP_FILES, TOP_FOLDERS};

/// Folders in folders, for files that declarations name.
const MAX_DEPTH: usize = 8;

/// Entries that are looked at in all: links inside a pack can lead round in more ways than there are files.
const MAX_ENTRIES: usize = 4 * MAX_FILES;

/// A file that was changed less than this before it was looked at may be changed again without its time telling.
const RACY: Duration = Duration::from_secs(2);

/// The files of a pack, found and not read.
#[derive(Debug, Clone)]
pub struct Content {
    folder: PathBuf,
    /// By path, which is how they are put in order.
    files: Vec<Entry>,
}

#[derive(Debug, Clone)]
struct Entry {
    /// Relative to the folder, with `/`.
    path: String,
    bytes: u64,
    modified: SystemTime,
    /// Where it stands, when that is not in the folder of the pack.
    laid: Option<PathBuf>,
}

impl Content {
    /// Finds the files of the pack in a folder.
    pub fn of(folder: &Path) -> io::Result<Self> {
        let mut walk = Walk {
            root: folder.canonicalize()?,
            files: Vec::new(),
            entries: 0,
        };
        walk.folder(folder, "", 0)?;
        walk.files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Self {
            folder: folder.to_owned(),
            files: walk.files,
        })
    }

    /// The same with other files in the place of some, by their paths in the pack.
    pub(crate) fn with(mut self, laid: &BTreeMap<String, PathBuf>) -> io::Result<Self> {
        for entry in &mut self.files {
            let Some(file) = laid.get(&entry.path) else {
                continue;
            };
            let metadata = fs::metadata(file)?;
            entry.bytes = metadata.len();
            entry.modified = metadata.modified()?;
            entry.laid = Some(file.clone());
        }
        Ok(self)
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn open(&self, entry: &Entry) -> io::Result<File> {
        match &entry.laid {
            Some(file) => File::open(file),
            None => File::open(self.folder.join(&entry.path)),
        }
    }

    /// A word for names, sizes and times of the files, which changes with their bytes; `None` while a file is so new that
    /// it might not.
    pub fn fingerprint(&self) -> Option<String> {
        let now = SystemTime::now();
        let mut hasher = blake3::Hasher::new();
        for file in &self.files {
            if now.duration_since(file.modified).unwrap_or_default() < RACY {
                return None;
            }
            let since = file.modified.duration_since(SystemTime::UNIX_EPOCH);
            let since = since.unwrap_or_default().as_nanos();
            part(&mut hasher, file.path.as_bytes());
            if let Some(laid) = &file.laid {
                part(&mut hasher, laid.as_os_str().as_encoded_bytes());
            }
            hasher.update(&file.bytes.to_le_bytes());
            hasher.update(&since.to_le_bytes());
        }
        Some(hasher.finalize().to_hex().to_string())
    }

    /// The hash of names and bytes of the files, the same wherever the pack stands.
    pub fn digest(&self) -> io::Result<String> {
        let mut hasher = blake3::Hasher::new();
        for file in &self.files {
            let mut of_file = blake3::Hasher::new();
            of_file.update_reader(self.open(file)?)?;
            part(&mut hasher, file.path.as_bytes());
            hasher.update(of_file.finalize().as_bytes());
        }
        Ok(hasher.finalize().to_hex().to_string())
    }

    /// Copies the files into a folder that is not there yet; they are on disk when this returns. Either all of them are
    /// there, or the folder is not.
    pub fn copy(&self, to: &Path) -> io::Result<()> {
        let parent = to.parent().unwrap_or(to);
        fs::create_dir_all(parent)?;
        let name = to.file_name().unwrap_or_default().to_string_lossy();
        let draft = parent.join(format!(".{name}.new"));
        if draft.exists() {
            fs::remove_dir_all(&draft)?;
        }
        fs::create_dir(&draft)?;
        for file in &self.files {
            let target = draft.join(&file.path);
            if let Some(folder) = target.parent() {
                fs::create_dir_all(folder)?;
            }
            let mut copy = File::create_new(&target)?;
            io::copy(&mut self.open(file)?, &mut copy)?;
            copy.sync_all()?;
        }
        fs::rename(&draft, to)?;
        File::open(parent)?.sync_all()
    }
}

/// A name with its length before it, so that two names are never one longer one.
fn part(hasher: &mut blake3::Hasher, name: &[u8]) {
    hasher.update(&(name.len() as u64).to_le_bytes());
    hasher.update(name);
}

struct Walk {
    root: PathBuf,
    files: Vec<Entry>,
    entries: usize,
}

impl Walk {
    fn folder(&mut self, folder: &Path, prefix: &str, depth: usize) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            if self.entries == MAX_ENTRIES {
                return Ok(());
            }
            self.entries += 1;
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default();
            // A name that is no text is in no declaration.
            let Some(name) = name.to_str().filter(|name| !name.starts_with('.')) else {
                continue;
            };
            if !self.is_inside(&path)? {
                continue;
            }
            let metadata = fs::metadata(&path)?;
            let relative = format!("{prefix}{name}");
            if metadata.is_dir() && depth < MAX_DEPTH {
                if depth > 0 || TOP_FOLDERS.contains(&name) {
                    self.folder(&path, &format!("{relative}/"), depth + 1)?;
                }
            } else if metadata.is_file()
                && (depth > 0 || TOP_FILES.contains(&name))
                && self.files.len() < MAX_FILES
            {
                self.files.push(Entry {
                    path: relative,
                    bytes: metadata.len(),
                    modified: metadata.modified()?,
                    laid: None,
                });
            }
        }
        Ok(())
    }

    fn is_inside(&self, path: &Path) -> io::Result<bool> {
        if !path.symlink_metadata()?.is_symlink() {
            return Ok(true);
        }
        // A link to nothing leads nowhere.
        Ok(path
            .canonicalize()
            .is_ok_and(|target| target.starts_with(&self.root)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pack(folder: &Path) {
        fs::create_dir_all(folder.join("datasets")).unwrap();
        fs::create_dir_all(folder.join("data/deep")).unwrap();
        fs::write(folder.join("pack.yaml"), "pack: a").unwrap();
        fs::write(folder.join("datasets/b.yaml"), "dataset: a.b").unwrap();
        fs::write(folder.join("data/deep/c.csv"), "1,2").unwrap();
    }

    #[test]
    fn a_copy_has_the_digest_of_what_was_copied_and_nothing_that_does_not_belong() {
        let place = tempfile::tempdir().unwrap();
        let (from, to) = (place.path().join("from"), place.path().join("kept/1/from"));
        pack(&from);
        let digest = Content::of(&from).unwrap().digest().unwrap();
        fs::write(place.path().join("secret"), "s3cret").unwrap();
        fs::write(from.join(".env"), "TOKEN=s3cret").unwrap();
        fs::write(from.join("notes.txt"), "s3cret").unwrap();
        std::os::unix::fs::symlink(place.path().join("secret"), from.join("data/link")).unwrap();
        std::os::unix::fs::symlink("/", from.join("data/all")).unwrap();
        let content = Content::of(&from).unwrap();
        assert_eq!(content.digest().unwrap(), digest);
        content.copy(&to).unwrap();
        assert_eq!(Content::of(&to).unwrap().digest().unwrap(), digest);
        let mut names: Vec<_> = fs::read_dir(&to)
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        names.sort();
        assert_eq!(names, ["data", "datasets", "pack.yaml"]);
    }

    #[test]
    fn links_that_lead_round_in_many_ways_are_followed_to_a_bound() {
        let place = tempfile::tempdir().unwrap();
        pack(place.path());
        for link in 0..5 {
            let link = place.path().join(format!("data/link{link}"));
            std::os::unix::fs::symlink(".", link).unwrap();
        }
        let mut walk = Walk {
            root: place.path().canonicalize().unwrap(),
            files: Vec::new(),
            entries: 0,
        };
        walk.folder(place.path(), "", 0).unwrap();
        assert_eq!(walk.entries, MAX_ENTRIES);
    }

    #[test]
    fn other_bytes_or_another_name_make_another_digest() {
        let place = tempfile::tempdir().unwrap();
        let digest = || Content::of(place.path()).unwrap().digest().unwrap();
        pack(place.path());
        let first = digest();
        fs::write(place.path().join("data/deep/c.csv"), "1,3").unwrap();
        let second = digest();
        fs::rename(
            place.path().join("data/deep/c.csv"),
            place.path().join("data/deep/d.csv"),
        )
        .unwrap();
        let third = digest();
        assert!(first != second && second != third && first != third);
    }

    #[test]
    fn a_file_that_has_just_been_written_is_not_trusted_by_its_time() {
        let place = tempfile::tempdir().unwrap();
        pack(place.path());
        assert_eq!(Content::of(place.path()).unwrap().fingerprint(), None);
        let old = SystemTime::now() - Duration::from_hours(1);
        for file in ["pack.yaml", "datasets/b.yaml", "data/deep/c.csv"] {
            File::options()
                .append(true)
                .open(place.path().join(file))
                .unwrap()
                .set_modified(old)
                .unwrap();
        }
        let before = Content::of(place.path()).unwrap().fingerprint();
        assert!(before.is_some());
        assert_eq!(Content::of(place.path()).unwrap().fingerprint(), before);
        fs::write(place.path().join("datasets/b.yaml"), "dataset: a.c").unwrap();
        let file = File::options()
            .append(true)
            .open(place.path().join("datasets/b.yaml"))
            .unwrap();
        file.set_modified(old + Duration::from_nanos(1)).unwrap();
        assert_ne!(Content::of(place.path()).unwrap().fingerprint(), before);
    }
}
