//! Files that plans keep, named by their content: written once, never changed, and there when their name is recorded.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::{Error, Result};

/// The folder of kept files.
#[derive(Debug, Clone)]
pub(crate) struct Documents {
    root: PathBuf,
    staging: PathBuf,
}

impl Documents {
    pub(crate) fn new(root: PathBuf, staging: PathBuf) -> Self {
        Self { root, staging }
    }

    /// Keeps bytes and gives their name. They are on the disk under it when this returns.
    pub(crate) fn keep(&self, bytes: &[u8]) -> Result<String> {
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
    pub(crate) fn read(&self, hash: &str) -> Result<Vec<u8>> {
        let place = self.place(hash);
        fs::read(&place).map_err(failed("read the document", &place))
    }

    fn place(&self, hash: &str) -> PathBuf {
        self.root.join(hash.get(..2).unwrap_or_default()).join(hash)
    }
}

fn failed(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Error + use<> {
    let path = path.to_owned();
    move |source| Error::File {
        doing,
        path,
        source,
    }
}
