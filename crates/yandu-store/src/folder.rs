use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::locked::Locked;
use crate::{Error, Result};

/// The newest format of the data folder that this program reads and writes.
pub const FORMAT: u64 = 1;

const SUBFOLDERS: [&str; 9] = [
    "documents",
    "lake",
    "raw",
    "quarantine",
    "staging",
    "tail",
    "inbox",
    "secrets",
    "packs",
];

/// What stands in a data folder and is of no use in another: what is under way, what departments have put down and
/// nobody has taken yet, who holds the folder, and the key of the holder.
pub const PASSING: [&str; 5] = ["staging", "inbox", "lock", "local.key", "format.json.new"];

/// Folders that are made again from the others when they are missing.
pub const DERIVED: [&str; 2] = ["ledger", "shared"];

/// Who works on a data folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    pub pid: u32,
    /// Where the server of the folder listens, when the holder is one.
    pub address: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Format {
    format: u64,
    created_by: String,
}

/// One city's data on disk, held by this process alone until the last clone is dropped.
#[derive(Debug, Clone)]
pub struct DataFolder {
    root: PathBuf,
    lock: Arc<Locked>,
}

impl DataFolder {
    /// Opens the folder, or makes a new one, and locks it.
    pub fn open(path: &Path) -> Result<Self> {
        fs::create_dir_all(path).map_err(|source| Error::Folder {
            doing: "make the data folder",
            path: path.to_owned(),
            source,
        })?;
        let root = fs::canonicalize(path).map_err(|source| Error::Folder {
            doing: "find the data folder",
            path: path.to_owned(),
            source,
        })?;
        let format_path = root.join("format.json");
        let is_new = !format_path.exists();
        if is_new && !is_ours(&root)? {
            return Err(Error::Foreign { path: root });
        }
        let lock = acquire(&root)?;
        if is_new {
            write_format(&root, &format_path)?;
        } else {
            check_format(&root, &format_path)?;
        }
        for name in SUBFOLDERS {
            let folder = root.join(name);
            fs::create_dir_all(&folder).map_err(|source| Error::Folder {
                doing: "make the folder",
                path: folder.clone(),
                source,
            })?;
        }
        empty(&root.join("staging"))?;
        close_to_others(&root.join("secrets"))?;
        let folder = Self {
            root,
            lock: Arc::new(lock),
        };
        folder.write_holder(None)?;
        Ok(folder)
    }

    /// Who holds the folder now, or `None` when nobody does or it does not exist.
    pub fn holder(path: &Path) -> Option<Holder> {
        let mut file = File::open(path.join("lock")).ok()?;
        match file.try_lock_shared() {
            Ok(()) => None,
            Err(_) => read_holder(&mut file),
        }
    }

    /// Writes where the server of this folder listens, so that other processes can reach it.
    pub fn announce(&self, address: &str) -> Result<()> {
        self.write_holder(Some(address.to_owned()))
    }

    fn write_holder(&self, address: Option<String>) -> Result<()> {
        let holder = Holder {
            pid: std::process::id(),
            address,
        };
        let write = || -> std::io::Result<()> {
            let mut file: &File = &self.lock;
            file.set_len(0)?;
            file.seek(SeekFrom::Start(0))?;
            file.write_all(serde_json::to_string(&holder)?.as_bytes())?;
            file.sync_all()
        };
        write().map_err(|source| Error::Folder {
            doing: "write the lock",
            path: self.root.join("lock"),
            source,
        })
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    pub fn records(&self) -> PathBuf {
        self.root.join("records.sqlite")
    }

    pub fn lake(&self) -> PathBuf {
        self.root.join("lake")
    }

    /// Files that people handed in beside data, by their content.
    pub fn documents(&self) -> PathBuf {
        self.root.join("documents")
    }

    /// Batches as they came.
    pub fn raw(&self) -> PathBuf {
        self.root.join("raw")
    }

    pub fn quarantine(&self) -> PathBuf {
        self.root.join("quarantine")
    }

    /// What is under way, and what queries spill; empty whenever a process takes the folder over.
    pub fn staging(&self) -> PathBuf {
        self.root.join("staging")
    }

    /// Journals of the hot tails.
    pub fn tail(&self) -> PathBuf {
        self.root.join("tail")
    }

    /// Where departments put their files.
    pub fn inbox(&self) -> PathBuf {
        self.root.join("inbox")
    }

    /// Copies of the packs that are or were installed, and the site's own pack.
    pub fn packs(&self) -> PathBuf {
        self.root.join("packs")
    }

    /// Files that are shared, as readers see them; made when somebody asks for them.
    pub fn shared(&self) -> PathBuf {
        self.root.join("shared")
    }

    /// Readable by the owner of the process alone.
    pub fn secrets(&self) -> PathBuf {
        self.root.join("secrets")
    }
}

/// A folder may become ours when it holds nothing but what a first start that was cut short leaves, or an inbox.
fn is_ours(root: &Path) -> Result<bool> {
    let entries = fs::read_dir(root).map_err(|source| Error::Folder {
        doing: "list the data folder",
        path: root.to_owned(),
        source,
    })?;
    Ok(entries.filter_map(Result::ok).all(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        name == "lock" || name == "format.json.new" || SUBFOLDERS.contains(&name.as_ref())
    }))
}

fn acquire(root: &Path) -> Result<Locked> {
    let path = root.join("lock");
    let io = |doing| {
        let path = path.clone();
        move |source| Error::Folder {
            doing,
            path,
            source,
        }
    };
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(&path)
        .map_err(io("open the lock"))?;
    Locked::new(file).map_err(|(mut file, error)| match error {
        TryLockError::WouldBlock => Error::InUse {
            path: root.to_owned(),
            holder: read_holder(&mut file),
        },
        TryLockError::Error(source) => io("lock")(source),
    })
}

fn read_holder(file: &mut File) -> Option<Holder> {
    let mut text = String::new();
    file.seek(SeekFrom::Start(0)).ok()?;
    file.read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

fn write_format(root: &Path, path: &Path) -> Result<()> {
    let format = Format {
        format: FORMAT,
        created_by: concat!("yandu ", env!("CARGO_PKG_VERSION")).to_owned(),
    };
    let write = || -> std::io::Result<()> {
        let draft = root.join("format.json.new");
        let mut file = File::create(&draft)?;
        file.write_all(serde_json::to_string(&format)?.as_bytes())?;
        file.sync_all()?;
        fs::rename(&draft, path)?;
        File::open(root)?.sync_all()
    };
    write().map_err(|source| Error::Folder {
        doing: "write",
        path: path.to_owned(),
        source,
    })
}

fn check_format(root: &Path, path: &Path) -> Result<()> {
    let text = fs::read_to_string(path).map_err(|source| Error::Folder {
        doing: "read",
        path: path.to_owned(),
        source,
    })?;
    let format: serde_json::Value = serde_json::from_str(&text).map_err(|_| Error::NoFormat {
        path: path.to_owned(),
    })?;
    let found = format
        .get("format")
        .and_then(serde_json::Value::as_u64)
        .ok_or_else(|| Error::NoFormat {
            path: path.to_owned(),
        })?;
    if found > FORMAT {
        return Err(Error::NewerFormat {
            path: root.to_owned(),
            found,
            known: FORMAT,
        });
    }
    Ok(())
}

/// What a process that is gone had under way is of use to nobody.
fn empty(folder: &Path) -> Result<()> {
    let failed = |source| Error::Folder {
        doing: "empty",
        path: folder.to_owned(),
        source,
    };
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let removed = if path.is_dir() {
            fs::remove_dir_all(&path)
        } else {
            fs::remove_file(&path)
        };
        removed.map_err(failed)?;
    }
    Ok(())
}

#[cfg(unix)]
fn close_to_others(folder: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).map_err(|source| Error::Folder {
        doing: "close to others",
        path: folder.to_owned(),
        source,
    })
}

#[cfg(not(unix))]
fn close_to_others(_folder: &Path) -> Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_holder_is_told_who_the_first_one_is() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataFolder::open(folder.path()).unwrap();
        data.announce("127.0.0.1:8080").unwrap();
        let refused = DataFolder::open(folder.path()).unwrap_err();
        assert!(
            refused.to_string().ends_with(&format!(
                "the server at 127.0.0.1:8080 (process {})",
                std::process::id()
            )),
            "{refused}"
        );
        assert_eq!(
            DataFolder::holder(folder.path())
                .unwrap()
                .address
                .as_deref(),
            Some("127.0.0.1:8080")
        );
        drop(data);
        assert_eq!(DataFolder::holder(folder.path()), None);
        DataFolder::open(folder.path()).unwrap();
    }

    #[test]
    fn a_newer_format_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        drop(DataFolder::open(folder.path()).unwrap());
        fs::write(
            folder.path().join("format.json"),
            r#"{"format": 2, "created_by": "x", "more": 1}"#,
        )
        .unwrap();
        assert!(matches!(
            DataFolder::open(folder.path()),
            Err(Error::NewerFormat {
                found: 2,
                known: 1,
                ..
            })
        ));
    }

    #[test]
    fn a_folder_of_somebody_else_is_not_taken_over() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("thesis.doc"), "mine").unwrap();
        assert!(matches!(
            DataFolder::open(folder.path()),
            Err(Error::Foreign { .. })
        ));
    }

    #[test]
    fn a_start_that_was_cut_short_is_taken_up_again() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("lock"), "").unwrap();
        fs::create_dir(folder.path().join("inbox")).unwrap();
        let data = DataFolder::open(folder.path()).unwrap();
        assert!(data.tail().is_dir());
    }

    #[test]
    fn what_was_under_way_is_gone_when_the_folder_is_taken_over() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataFolder::open(folder.path()).unwrap();
        fs::create_dir(data.staging().join("spill")).unwrap();
        fs::write(data.staging().join("half.csv"), "a,").unwrap();
        drop(data);
        let data = DataFolder::open(folder.path()).unwrap();
        assert_eq!(fs::read_dir(data.staging()).unwrap().count(), 0);
    }
}
