//! Undoing a batch: the table becomes what the other batches make of it.
//!
//! The content of a version is what its ancestry makes of an empty table, commit after commit: a batch that replaces is
//! all there is, the rows of an upsert take the place of those with their keys, appended rows join. Without one batch
//! little of that changes. Its own rows go, those released into it later among them; and rows come back that
//! nothing but this batch had replaced. Those stand in a base, the newest older version with nothing in it that was
//! undone since, or were brought between it and the batch.

mod find;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use yandu_words::id::BatchId;

use crate::ancestry::Ancestry;
use crate::changes::{Exchange, FileNote};
use crate::commit::{self, Committed, Step, rewrite_schema};
use crate::file::DataFile;
use crate::maintain::{Difference, require_whole, rows_of};
use crate::rewrite::{self, Rewritten, Take};
use crate::table::Table;
use crate::undo::find::Finder;
use crate::version::TableVersion;
use crate::writer::NewFile;
use crate::{Error, Result, Version, log};

/// Where the rows are that come back when a batch goes.
#[derive(Debug, PartialEq, Eq)]
struct Search {
    /// The version below which nothing is looked for; `None` is the empty table.
    base: Option<Version>,
    /// Commits above the base that brought rows, newest first.
    brought: Vec<Version>,
    /// Whether rows of any key may come back: the batch replaced the whole table. Otherwise only its own keys.
    is_whole: bool,
    /// Whether nothing that counts came after the base, so that it is what the table becomes.
    is_all: bool,
}

impl Search {
    /// Where to look when `batch`, which the ancestry has among the undone ones, goes. `None` when nothing comes back.
    fn of(ancestry: &Ancestry, batch: &BatchId) -> Option<Self> {
        if ancestry.appended().any(|appended| appended == batch) {
            return None;
        }
        let own = ancestry.commit_of(batch);
        let is_live = |batch: &Option<BatchId>| {
            !batch
                .as_ref()
                .is_some_and(|batch| ancestry.is_undone(batch))
        };
        let replacing = |live: bool| {
            let mut newest_first = ancestry.commits.iter().rev();
            newest_first
                .find(|(_, note)| note.change == "replace" && is_live(&note.batch) == live)
                .map(|(version, _)| *version)
        };
        // A row released into the batch may have taken the place of one that was there before it, however late; and it
        // may hide one that came after the batch, when what made room for it, a replacement, was undone.
        let released = ancestry
            .commits
            .iter()
            .rev()
            .find(|(_, note)| {
                note.operation == "release" && note.change == "upsert" && note.rows_removed > 0
            })
            .map(|(version, _)| *version);
        let top = own
            .map(|(version, _)| *version)
            .max(replacing(false))
            .max(released)?;
        let replaced = replacing(true);
        if replaced > Some(top) {
            return None;
        }
        let stays = ancestry.stays();
        let is_clean = |version| {
            !stays
                .iter()
                .any(|(since, until)| *since <= version && version < *until)
        };
        let base = ancestry
            .commits
            .iter()
            .rev()
            .map(|(version, _)| *version)
            .find(|version| *version < top && (is_clean(*version) || Some(*version) == replaced));
        let mut brought: Vec<Version> = ancestry
            .commits
            .iter()
            .filter(|(version, _)| base.is_none_or(|base| *version > base))
            .filter(|(_, note)| {
                matches!(note.change.as_str(), "append" | "upsert" | "replace")
                    && is_live(&note.batch)
            })
            .map(|(version, _)| *version)
            .collect();
        let is_all = base.is_some() && brought.is_empty();
        brought.retain(|version| *version < top);
        brought.reverse();
        let is_whole = own.is_some_and(|(version, note)| {
            note.change == "replace" && replaced.is_none_or(|replaced| replaced < *version)
        });
        Some(Self {
            base,
            brought,
            is_whole,
            is_all,
        })
    }
}

impl Search {
    /// The change of the packs that rows would come back from before of.
    fn reaches(&self, ancestry: &Ancestry) -> Option<Version> {
        let oldest = self.brought.iter().copied().chain(self.base).min()?;
        ancestry.changed().filter(|changed| oldest < *changed)
    }
}

/// Undoes `batch`, in one commit that `by` makes. The caller holds the table's writing lock.
pub(crate) async fn undo(table: &Arc<Table>, batch: BatchId, by: BatchId) -> Result<Committed> {
    let present = table.present().await?.version;
    let mut rewritten = Rewritten::default();
    let mut back: Vec<NewFile> = Vec::new();
    let mut step = Step {
        batch: Some(by),
        operation: "undo".to_owned(),
        change: "remove-batch",
        delta_operation: "WRITE",
        undone: Some(batch.clone()),
        data_change: true,
        ..Step::default()
    };
    if let Some(present) = &present {
        let ancestry = {
            let (table, version) = (Arc::clone(table), present.version);
            tokio::task::spawn_blocking(move || Ancestry::read(&table, version)).await??
        };
        let ancestry = ancestry.without(&batch);
        let search = Search::of(&ancestry, &batch);
        if let Some(version) = search.as_ref().and_then(|search| search.reaches(&ancestry)) {
            return Err(Error::ChangedSince {
                dataset: table.id.clone(),
                version,
            });
        }
        let base = match search.as_ref().and_then(|search| search.base) {
            Some(version) => TableVersion::load(&table.id, &table.folder, Some(version)).await?,
            None => None,
        };
        if let (Some(Search { is_all: true, .. }), Some(base)) = (&search, &base) {
            require_whole(table, base)?;
            let difference = Difference::of(&present.files, &base.files);
            step.removed = difference.removed;
            step.added = difference.added;
            step.rows_removed = rows_of(&difference.went);
            step.rows_added = rows_of(&difference.came);
            step.exchange = Some(Exchange {
                brought: difference.came.iter().map(FileNote::of).collect(),
                taken: difference.went.iter().map(FileNote::of).collect(),
            });
        } else {
            let work = Work {
                schema: rewrite_schema(table, present)?,
                table: Arc::clone(table),
                present: Arc::clone(present),
                ancestry,
                batch,
                search,
                base,
            };
            (rewritten, back) = tokio::task::spawn_blocking(move || work.run()).await??;
            step.removed.clone_from(&rewritten.removed);
            step.rows_removed = rewritten.rows_removed;
            step.rows_added = back.iter().map(NewFile::rows).sum();
            let came = back.iter().map(|new| &new.file);
            step.added = rewritten.files().chain(came).cloned().collect();
            step.exchange = Some(Exchange::new(&back, rewritten.taken.clone()));
        }
    }
    let (rows_added, rows_removed) = (step.rows_added, step.rows_removed);
    match commit::write(table, present.as_ref(), step).await {
        Ok(version) => Ok(Committed {
            version,
            rows_added,
            rows_removed,
        }),
        Err(error) => {
            rewritten.discard(&table.folder);
            rewrite::remove_files(&table.folder, &back);
            Err(error)
        }
    }
}

/// The part of an undoing that reads and writes files.
struct Work {
    table: Arc<Table>,
    present: Arc<TableVersion>,
    schema: SchemaRef,
    ancestry: Ancestry,
    batch: BatchId,
    search: Option<Search>,
    base: Option<TableVersion>,
}

impl Work {
    /// What becomes of the present files, and the files with the rows that come back. Blocking.
    fn run(self) -> Result<(Rewritten, Vec<NewFile>)> {
        let back = match &self.search {
            None => Vec::new(),
            Some(search) => self.find(search)?,
        };
        let take = Take::Batch(self.batch);
        match rewrite::take_out(&self.table, &self.present.files, &self.schema, &take) {
            Ok(rewritten) => Ok((rewritten, back)),
            Err(error) => {
                rewrite::remove_files(&self.table.folder, &back);
                Err(error)
            }
        }
    }

    fn find(&self, search: &Search) -> Result<Vec<NewFile>> {
        let mut finder = Finder::new(&self.table, &self.schema, &self.ancestry);
        finder.look_at(&self.present.files, &self.batch, search.is_whole)?;
        if finder.is_done() {
            return finder.finish();
        }
        // All that is needed must be there before anything is written.
        let brought = search
            .brought
            .iter()
            .map(|version| Brought::open(&self.table, *version))
            .collect::<Result<Vec<_>>>()?;
        let base: &[DataFile] = match &self.base {
            Some(base) => {
                require_whole(&self.table, base)?;
                &base.files
            }
            None => &[],
        };
        let found = brought
            .iter()
            .try_for_each(|brought| finder.take(&brought.added, &brought.removed))
            .and_then(|()| finder.take(base, &[]));
        match found {
            Ok(()) => finder.finish(),
            Err(error) => {
                finder.abandon();
                Err(error)
            }
        }
    }
}

/// The files of a commit that brought rows. Rows that were there before stand in both lists, but those of a file that
/// went on with a vector in neither.
struct Brought {
    added: Vec<DataFile>,
    removed: Vec<DataFile>,
}

impl Brought {
    fn open(table: &Table, version: Version) -> Result<Self> {
        let files = |kind| -> Result<Vec<DataFile>> {
            let actions = log::actions(&table.folder, version, kind)?;
            let files: Option<_> = actions.iter().map(DataFile::of_action).collect();
            files.ok_or_else(|| Error::Foreign {
                dataset: table.id.clone(),
                feature: "deletion vectors outside of the log".to_owned(),
            })
        };
        let mut files = Self {
            added: files("add")?,
            removed: files("remove")?,
        };
        let marked = files.marked();
        let is_other = |file: &DataFile| !marked.contains(&file.path);
        files.added.retain(is_other);
        files.removed.retain(is_other);
        if files
            .added
            .iter()
            .chain(&files.removed)
            .all(|file| file.full_path(&table.folder).exists())
        {
            Ok(files)
        } else {
            Err(Error::Vacuumed {
                dataset: table.id.clone(),
                version,
            })
        }
    }

    /// The files that only rows went from.
    fn marked(&self) -> HashSet<String> {
        let before: HashMap<&str, &DataFile> = self
            .removed
            .iter()
            .map(|file| (file.path.as_str(), file))
            .collect();
        let is_marked = |file: &&DataFile| {
            let before = before.get(file.path.as_str());
            before.is_some_and(|before| file.rows_not_in(before).is_none())
        };
        let marked = self.added.iter().filter(is_marked);
        marked.map(|file| file.path.clone()).collect()
    }
}

#[cfg(test)]
mod tests;
