//! What changed in a table between two of its versions: the rows that came, and the rows that went.
//!
//! A commit that brings and takes out single rows says in its note which files hold them. Rows that came are in the
//! files that the commit brought; those that went are whole files that it removed, or were written to files beside the
//! table when their file went on without them. Such a file is kept as long as the versions are. What a commit says
//! nothing of (a snapshot that replaces all, a return to an older version, a commit of somebody else) is not known.

use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::file::DataFile;
use crate::log::{self, CommitNote};
use crate::table::Table;
use crate::vector::Vector;
use crate::version::TableVersion;
use crate::writer::NewFile;
use crate::{Error, Result, Version};

/// The folder, in that of the table, of the rows that were taken out of files that went on without them. Readers of
/// Delta tables pass over what starts with `_`.
pub(crate) const TAKEN: &str = "_taken";

/// What changed between two versions of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changes {
    /// So many rows came and went, in so many commits. A row may have done both when they are several.
    Known {
        added: u64,
        removed: u64,
        commits: u64,
    },
    /// Why nobody can say.
    Unknown(String),
}

/// One side of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Added,
    Removed,
}

/// The rows of a dataset that came, or went, after one version and up to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangeOf {
    pub from: Version,
    pub to: Version,
    pub side: Side,
}

/// A file as a commit's note names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FileNote {
    pub(crate) path: String,
    pub(crate) bytes: u64,
    /// The rows that are meant.
    pub(crate) rows: u64,
    /// The deletion vector that names the others in the file, where there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) vector: Option<Value>,
}

/// The files that hold the rows that a commit brought, and those that hold the rows that it took out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Exchange {
    pub(crate) brought: Vec<FileNote>,
    pub(crate) taken: Vec<FileNote>,
}

/// The files that hold the two sides of a change.
#[derive(Debug, Clone, Default)]
pub(crate) struct ChangedFiles {
    pub(crate) added: Vec<DataFile>,
    pub(crate) removed: Vec<DataFile>,
    /// How many commits changed rows.
    pub(crate) commits: u64,
}

impl FileNote {
    pub(crate) fn of(file: &DataFile) -> Self {
        Self {
            path: file.path.clone(),
            bytes: file.bytes,
            rows: file.rows,
            vector: file.vector.as_ref().map(|vector| vector.descriptor()),
        }
    }

    /// The file; `None` when what is said of its rows cannot be understood.
    fn file(self) -> Option<DataFile> {
        let vector = match &self.vector {
            None => None,
            Some(descriptor) => Some(Arc::new(Vector::read(descriptor)?)),
        };
        Some(DataFile {
            bytes: self.bytes,
            rows: self.rows,
            ..DataFile::named(self.path, vector)
        })
    }
}

impl Exchange {
    pub(crate) fn new(brought: &[NewFile], taken: Vec<FileNote>) -> Self {
        Self {
            brought: brought.iter().map(|new| FileNote::of(&new.file)).collect(),
            taken,
        }
    }
}

/// The files of a change, or [`Error::Untraced`]; blocking.
pub(crate) fn read(table: &Table, from: Version, to: Version) -> Result<ChangedFiles> {
    let untraced = |why: &str| Error::Untraced {
        dataset: table.id.clone(),
        from,
        to,
        why: why.to_owned(),
    };
    if to < from {
        return Err(untraced("the table went back to an older version"));
    }
    let mut files = ChangedFiles::default();
    for version in from + 1..=to {
        let Some(note) = log::read_note(&table.folder, version)? else {
            return Err(untraced("a commit in between is gone, or somebody else's"));
        };
        if !note.same_columns && !log::actions(&table.folder, version, "metaData")?.is_empty() {
            return Err(untraced("columns changed in between"));
        }
        let exchange = exchange_of(note).map_err(|why| untraced(&why))?;
        files.commits += u64::from(exchange != Exchange::default());
        for (notes, files) in [
            (exchange.brought, &mut files.added),
            (exchange.taken, &mut files.removed),
        ] {
            for note in notes {
                let file = note.file();
                files.push(file.ok_or_else(|| untraced("a deletion vector cannot be read"))?);
            }
        }
    }
    let is_gone = |file: &DataFile| !is_there(&table.folder, file);
    if files.added.iter().chain(&files.removed).any(is_gone) {
        return Err(untraced("rows of a commit in between are kept no longer"));
    }
    Ok(files)
}

fn exchange_of(note: CommitNote) -> Result<Exchange, String> {
    match (note.exchange, note.change.as_str()) {
        (Some(exchange), _) => Ok(exchange),
        // Rows move from file to file, and stay what they are.
        (None, "compact") => Ok(Exchange::default()),
        (None, "replace") => Err("a snapshot took the place of all rows".to_owned()),
        (None, "restore") => Err("the table went back to an older version".to_owned()),
        (None, _) => Err("a commit in between does not say which rows it took out".to_owned()),
    }
}

fn is_there(folder: &Path, file: &DataFile) -> bool {
    file.full_path(folder).is_file()
}

/// One side of a change as a version of the table that holds nothing else.
pub(crate) fn side_of(
    table: &Table,
    present: &TableVersion,
    change: ChangeOf,
) -> Result<TableVersion> {
    let files = read(table, change.from, change.to)?;
    Ok(TableVersion {
        version: change.to,
        files: Arc::new(match change.side {
            Side::Added => files.added,
            Side::Removed => files.removed,
        }),
        ..present.clone()
    })
}

#[cfg(test)]
mod tests;
