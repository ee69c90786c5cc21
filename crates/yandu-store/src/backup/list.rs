//! The list of a backup.

use std::fs;
use std::path::{Component, Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// The newest form of a list that this program reads and writes.
pub(super) const FORMAT: u64 = 1;

/// Digits of the hash of a list in its name.
const DIGITS: usize = 32;

/// Everything that a backup has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BackupList {
    pub format: u64,
    /// When it was begun: ids ascend.
    pub id: String,
    pub made_at: Timestamp,
    pub made_by: String,
    /// Format of the data folder.
    pub data_format: u64,
    pub has_key: bool,
    pub batches: u64,
    pub tables: Vec<BackupTable>,
    /// By path.
    pub files: Vec<BackupFile>,
}

/// A table at the moment of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupTable {
    pub dataset: String,
    pub version: u64,
    /// Rows of that version; those of the hot tail come on top.
    pub rows: u64,
}

/// A file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupFile {
    /// In the data folder, with `/`.
    pub path: String,
    pub size_bytes: u64,
    /// BLAKE3 of its content.
    pub hash: String,
    /// When the file was last changed, in nanoseconds since 1970; tells a file that is still the same.
    pub modified: i64,
}

/// A backup in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackupInfo {
    pub id: String,
    pub made_at: Timestamp,
    pub made_by: String,
    pub has_key: bool,
    pub batches: u64,
    pub tables: u64,
    pub rows: u64,
    pub files: u64,
    pub size_bytes: u64,
}

/// A backup of a folder, or a list in it that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Listed {
    Whole(BackupInfo),
    /// With what is wrong with its list.
    Damaged {
        id: String,
        damaged: String,
    },
}

impl BackupList {
    pub fn info(&self) -> BackupInfo {
        BackupInfo {
            id: self.id.clone(),
            made_at: self.made_at,
            made_by: self.made_by.clone(),
            has_key: self.has_key,
            batches: self.batches,
            tables: self.tables.len() as u64,
            rows: self.tables.iter().map(|table| table.rows).sum(),
            files: self.files.len() as u64,
            size_bytes: self.files.iter().map(|file| file.size_bytes).sum(),
        }
    }

    /// Its name and its bytes.
    pub(super) fn written(&self) -> Result<(String, Vec<u8>)> {
        let bytes = serde_json::to_vec_pretty(self).map_err(|source| Error::BackupDamaged {
            what: format!("the list of `{}` cannot be written: {source}", self.id),
        })?;
        let name = format!("{}.{}.json", self.id, digits(&bytes));
        Ok((name, bytes))
    }

    /// Reads a list, which must be what its name says, and may name nothing outside a data folder.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let damaged = |what: &str| Error::BackupDamaged {
            what: format!("the list `{}` {what}", path.display()),
        };
        let bytes = fs::read(path).map_err(Error::backup("read", path))?;
        let name = NameOfList::parse(path).ok_or_else(|| damaged("has no fit name"))?;
        if name.digits != digits(&bytes) {
            return Err(damaged("is not as it was written"));
        }
        let format = serde_json::from_slice::<Format>(&bytes)
            .map_err(|_| damaged("is no list"))?
            .format;
        if format > FORMAT {
            return Err(Error::NewerFormat {
                path: path.to_owned(),
                found: format,
                known: FORMAT,
            });
        }
        let list: Self = serde_json::from_slice(&bytes).map_err(|_| damaged("is no list"))?;
        if list.id != name.id || list.files.iter().any(|file| !is_fit(file)) {
            return Err(damaged("names what cannot be part of a backup"));
        }
        Ok(list)
    }
}

#[derive(Deserialize)]
struct Format {
    format: u64,
}

pub(super) struct NameOfList {
    pub(super) id: String,
    digits: String,
}

impl NameOfList {
    pub(super) fn parse(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?;
        let (id, digits) = name.strip_suffix(".json")?.split_once('.')?;
        // Other systems leave files of their own beside ours, such as `._name`.
        let is_hash = digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        if id.is_empty() || !is_hash {
            return None;
        }
        Some(Self {
            id: id.to_owned(),
            digits: digits.to_owned(),
        })
    }
}

fn digits(bytes: &[u8]) -> String {
    let hash = blake3::hash(bytes).to_hex();
    hash.chars().take(DIGITS).collect()
}

fn is_fit(file: &BackupFile) -> bool {
    let is_hash = file.hash.len() == 64 && file.hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    let path = PathBuf::from(&file.path);
    let is_inside = path
        .components()
        .all(|part| matches!(part, Component::Normal(_)));
    is_hash && is_inside && !file.path.is_empty()
}
