//! The commits that made the content of a version.
//!
//! Versions have no gaps, but not every commit before a version had a part in it: going back to a version leaves out
//! those between. Along a ancestry a batch that was undone stays undone.

use std::collections::BTreeMap;
use std::path::Path;

use yandu_words::id::{BatchId, DatasetId};

use crate::convert::{CONVERT, REMOVE_ROWS};
use crate::log::{self, CommitNote};
use crate::table::Table;
use crate::{Error, Result, Version};

/// The commits that made the content of a version, oldest first, and the batches that were undone among them.
#[derive(Debug, Clone, Default)]
pub struct Ancestry {
    pub(crate) commits: Vec<(Version, CommitNote)>,
    /// Each with the version that is without it.
    undone: BTreeMap<BatchId, Version>,
}

impl Ancestry {
    /// Reads the ancestry of a version from the log; blocking.
    pub(crate) fn read(table: &Table, version: Version) -> Result<Self> {
        if !log::path_of(&table.folder, version).exists() {
            return Err(no_version(&table.id, version));
        }
        Ok(Self::of(&notes(&table.folder)?, version))
    }

    fn of(notes: &BTreeMap<Version, CommitNote>, version: Version) -> Self {
        let mut commits = Vec::new();
        let mut undone = BTreeMap::new();
        let mut next = Some(version);
        while let Some(version) = next {
            next = version.checked_sub(1);
            let Some(note) = notes.get(&version) else {
                continue;
            };
            if let Some(restored) = note.restored {
                next = next.map(|before| before.min(restored));
                continue;
            }
            if let Some(batch) = &note.undone {
                undone.insert(batch.clone(), version);
            }
            commits.push((version, note.clone()));
        }
        commits.reverse();
        Self { commits, undone }
    }

    /// Whether the commit that brought a batch is among them.
    pub fn has(&self, batch: &BatchId) -> bool {
        self.commit_of(batch).is_some()
    }

    pub fn is_undone(&self, batch: &BatchId) -> bool {
        self.undone.contains_key(batch)
    }

    pub(crate) fn commit_of(&self, batch: &BatchId) -> Option<&(Version, CommitNote)> {
        self.commits
            .iter()
            .find(|(_, note)| note.batch.as_ref() == Some(batch))
    }

    /// The batches whose rows join those of their key and replace none. A batch of which every row waited has no commit
    /// of its own; those that brought its rows later say what they do.
    pub(crate) fn appended(&self) -> impl Iterator<Item = &BatchId> {
        self.commits
            .iter()
            .filter(|(_, note)| note.change == "append")
            .filter_map(|(_, note)| note.into.as_ref().or(note.batch.as_ref()))
    }

    /// The newest commit with which a change of the packs went over the rows.
    pub(crate) fn changed(&self) -> Option<Version> {
        let is_change = |note: &CommitNote| matches!(note.change.as_str(), CONVERT | REMOVE_ROWS);
        let mut newest_first = self.commits.iter().rev();
        newest_first
            .find(|(_, note)| is_change(note))
            .map(|(version, _)| *version)
    }

    /// The same commits with one more batch undone, after all of them.
    pub(crate) fn without(mut self, batch: &BatchId) -> Self {
        self.undone.insert(batch.clone(), Version::MAX);
        self
    }

    pub(crate) fn undone(&self) -> impl Iterator<Item = &str> {
        self.undone.keys().map(BatchId::as_str)
    }

    /// Each undone batch as the first version that may have a row of it, and the version without them.
    pub(crate) fn stays(&self) -> Vec<(Version, Version)> {
        self.undone
            .iter()
            .filter_map(|(batch, until)| {
                // Ids ascend: whatever brought a row of the batch, its own commit or a release, has no lower one.
                let (since, _) = self
                    .commits
                    .iter()
                    .find(|(_, note)| note.batch.as_ref().is_some_and(|id| id >= batch))?;
                Some((*since, *until))
            })
            .collect()
    }
}

pub(crate) fn no_version(dataset: &DatasetId, version: Version) -> Error {
    Error::NoVersion {
        dataset: dataset.clone(),
        version,
    }
}

fn notes(folder: &Path) -> Result<BTreeMap<Version, CommitNote>> {
    let mut notes = BTreeMap::new();
    for version in log::versions(folder)? {
        if let Some(note) = log::read_note(folder, version)? {
            notes.insert(version, note);
        }
    }
    Ok(notes)
}
