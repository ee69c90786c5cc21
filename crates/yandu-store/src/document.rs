//! Documents and pictures that people hand in, named by their content: written once, never changed, and there when their name is
//! recorded.

use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use crate::{Error, Result};

/// Signs of the longest name of a document.
const NAME_SIGNS: usize = 200;

/// The folder of kept files.
#[derive(Debug, Clone)]
pub struct Documents {
    root: PathBuf,
    staging: PathBuf,
}

impl Documents {
    pub fn new(root: PathBuf, staging: PathBuf) -> Self {
        Self { root, staging }
    }

    /// Keeps bytes and gives their name. They are on the disk under it when this returns.
    pub fn keep(&self, bytes: &[u8]) -> Result<String> {
        let hash = blake3::hash(bytes).to_hex().to_string();
        let place = self.place(&hash);
        if place.is_file() {
            return Ok(hash);
        }
        let draft = self.staging.join(format!("{}.doc", uuid::Uuid::now_v7()));
        let write = || -> std::io::Result<()> {
            let mut file = File::create(&draft)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            let folder = place.parent().unwrap_or(&self.root);
            fs::create_dir_all(folder)?;
            fs::rename(&draft, &place)?;
            File::open(folder)?.sync_all()?;
            File::open(&self.root)?.sync_all()
        };
        write().map_err(|source| {
            // What is left of the draft is swept at the next start if this fails too.
            let _ = fs::remove_file(&draft);
            failed("keep the document", &place)(source)
        })?;
        Ok(hash)
    }

    /// The bytes that have a name.
    pub fn read(&self, hash: &str) -> Result<Vec<u8>> {
        let place = self.place(hash);
        fs::read(&place).map_err(failed("read the document", &place))
    }

    fn place(&self, hash: &str) -> PathBuf {
        self.root.join(hash.get(..2).unwrap_or_default()).join(hash)
    }
}

/// The name as it is recorded: without signs that no name has, and not too long.
pub fn document_name(given: &str) -> String {
    let plain = given.chars().filter(|sign| !sign.is_control());
    let name: String = plain.take(NAME_SIGNS).collect();
    match name.trim() {
        "" => "document".to_owned(),
        name => name.to_owned(),
    }
}

fn failed(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Error + use<> {
    let path = path.to_owned();
    move |source| match source.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Error::DiskFull { doing, path },
        _ => Error::Folder {
            doing,
            path,
            source,
        },
    }
}
