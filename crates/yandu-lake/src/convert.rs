//! Tables whose declaration changes: each gets one commit, and readers of this process see all of them change at once.
//!
//! A [`Conversion`] holds its table as its only writer. Its commit is on disk when it is made, but the present version
//! stays what it was until [`Lake::switch`] gives readers the new declarations and versions together; a query is planned
//! either before that or after it. Readers of the files from outside see each table change with its own commit. After a
//! crash the logs say which tables were committed, and whoever changes them finishes or undoes the rest.

use std::sync::{Arc, PoisonError};

use arrow::datatypes::{FieldRef, Schema, SchemaRef};
use tokio::sync::OwnedMutexGuard;
use yandu_words::id::{BatchId, DatasetId};

use crate::commit::{self, Step};
use crate::maintain::{Difference, require_whole, rows_of};
use crate::places::Places;
use crate::rewrite::{self, Take};
use crate::schema::{StoredColumn, evolve, retype};
use crate::table::Table;
use crate::version::{self, TableVersion};
use crate::writer::{FileWriter, NewFile};
use crate::{Committed, Error, Lake, Result, TableSpec, Version, log, tail};

/// A change that reads all rows under other meanings.
pub(crate) const CONVERT: &str = "convert";

/// A change that takes rows out, or brings some back, and leaves the others as they are.
pub(crate) const REMOVE_ROWS: &str = "remove-rows";

/// What is stored of a table.
#[derive(Debug, Clone)]
pub struct Stored {
    /// The columns as files have them, hidden ones too, without `_batch` and `_row`.
    pub schema: SchemaRef,
    /// Rows of the snapshot and of the tail.
    pub rows: u64,
}

/// A commit that came after some version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaterCommit {
    pub version: Version,
    pub batch: Option<BatchId>,
    /// What it did to the rows that were there: `append`, `replace`, `upsert` and so on.
    pub change: String,
}

/// A table that is being changed, until the lake is switched to what became of it.
#[derive(Debug)]
pub struct Conversion {
    /// As it is declared afterwards.
    table: Arc<Table>,
    /// What readers see.
    before: Option<Arc<TableVersion>>,
    /// What is committed and not seen yet.
    after: Option<Arc<TableVersion>>,
    /// Columns that are no longer those that their names were.
    left: Vec<String>,
    _writing: OwnedMutexGuard<()>,
}

impl Lake {
    /// Takes a table over, to change it into what `spec` declares. Its tail is moved into the snapshot first; whoever
    /// lets rows into the tail has to wait until the end.
    pub async fn convert(&self, spec: TableSpec) -> Result<Conversion> {
        let declared = self.table(&spec.id).ok();
        let owned = declared.as_ref().map(|table| Arc::clone(&table.owned));
        let table = Arc::new(self.made(spec, owned)?);
        let writing = Arc::clone(&table.owned.writing).lock_owned().await;
        let current = declared.unwrap_or_else(|| Arc::clone(&table));
        tail::fold(&current).await?;
        Ok(Conversion {
            before: current.present().await?.version,
            table,
            after: None,
            left: Vec::new(),
            _writing: writing,
        })
    }

    /// Shows readers what became of the tables, and the other declarations with them, all at once.
    ///
    /// Waits for queries that are being planned. Tables that are `gone` are known no more; their files stay.
    pub async fn switch(
        &self,
        conversions: Vec<Conversion>,
        declared: Vec<TableSpec>,
        gone: &[DatasetId],
    ) -> Result<()> {
        let gate = self.inner.switching.write().await;
        let mut specs = Vec::with_capacity(declared.len());
        {
            let mut tables = self
                .inner
                .tables
                .write()
                .unwrap_or_else(PoisonError::into_inner);
            // All that can fail is done before anything changes.
            for spec in declared {
                let owned = tables.get(&spec.id).map(|table| Arc::clone(&table.owned));
                specs.push(self.made(spec, owned)?);
            }
            for table in specs {
                tables.insert(table.id.clone(), Arc::new(table));
            }
            for conversion in &conversions {
                let table = Arc::clone(&conversion.table);
                if let Some(after) = &conversion.after {
                    table.set_version(Arc::clone(after));
                }
                tables.insert(table.id.clone(), table);
            }
            for id in gone {
                tables.remove(id);
            }
        }
        drop(gate);
        for conversion in &conversions {
            conversion.checkpoint().await;
        }
        Ok(())
    }

    /// What is stored of a table, whether or not the lake knows it; `None` when nothing ever was.
    pub async fn stored(&self, spec: &TableSpec) -> Result<Option<Stored>> {
        let table = self.or_declare(spec)?;
        let present = table.present().await?;
        let in_tail: usize = present
            .tail
            .frames
            .iter()
            .map(|frame| frame.rows.num_rows())
            .sum();
        if present.version.is_none() && in_tail == 0 {
            return Ok(None);
        }
        let columns = present.version.as_ref().map(|version| &version.columns);
        let fields: Vec<FieldRef> = columns
            .into_iter()
            .flat_map(|columns| columns.iter())
            .filter(|column| column.name != crate::BATCH && column.name != crate::ROW)
            .filter_map(StoredColumn::file_field)
            .collect();
        let in_files = present.version.as_ref().map_or(0, |version| version.rows());
        Ok(Some(Stored {
            schema: Arc::new(Schema::new(fields)),
            rows: in_files + in_tail as u64,
        }))
    }

    /// The commits after a version, as far as the log keeps them, oldest first.
    pub async fn commits_after(
        &self,
        id: &DatasetId,
        version: Version,
    ) -> Result<Vec<LaterCommit>> {
        let folder = self.table(id)?.folder.clone();
        tokio::task::spawn_blocking(move || {
            let mut commits = Vec::new();
            for later in log::versions(&folder)? {
                if later <= version {
                    continue;
                }
                let note = log::read_note(&folder, later)?;
                commits.extend(note.map(|note| LaterCommit {
                    version: later,
                    batch: note.batch,
                    change: note.change,
                }));
            }
            Ok(commits)
        })
        .await?
    }

    /// The table as the lake knows it, or else as it would be declared.
    fn or_declare(&self, spec: &TableSpec) -> Result<Arc<Table>> {
        if let Ok(table) = self.table(&spec.id) {
            Ok(table)
        } else {
            Ok(Arc::new(self.made(spec.clone(), None)?))
        }
    }
}

impl Conversion {
    pub fn dataset(&self) -> &DatasetId {
        &self.table.id
    }

    /// The version that readers see until the switch; `None` before the first commit.
    pub fn before(&self) -> Option<Version> {
        self.before.as_ref().map(|version| version.version)
    }

    /// The rows leave these columns: values go on under another name, or take the place of some that were hidden. What is declared under
    /// such a name, now or later, is another column.
    pub fn leave(&mut self, columns: Vec<String>) {
        self.left = columns;
    }

    /// Whether something is committed that readers do not see yet.
    pub fn is_committed(&self) -> bool {
        self.after.is_some()
    }

    /// Rows of that version.
    fn rows_before(&self) -> u64 {
        self.before.as_ref().map_or(0, |version| version.rows())
    }

    /// The columns afterwards: those that are stored, under the types that are declared, and the new ones.
    fn columns(&self) -> Result<Vec<StoredColumn>> {
        let stored = self.before.as_ref().map(|before| before.columns.as_slice());
        let stored = stored.unwrap_or_default().iter();
        let stays = |column: &&StoredColumn| !self.left.contains(&column.name);
        let stored: Vec<StoredColumn> = stored.filter(stays).cloned().collect();
        retype(&self.table.id, &stored, &self.table.schema, self.next())
    }

    fn schema(&self) -> Result<SchemaRef> {
        let fields: Option<Vec<FieldRef>> = self
            .columns()?
            .iter()
            .map(StoredColumn::file_field)
            .collect();
        let unknown = || Error::Foreign {
            dataset: self.table.id.clone(),
            feature: "columns of unknown types".to_owned(),
        };
        Ok(Arc::new(Schema::new(fields.ok_or_else(unknown)?)))
    }

    /// A writer of files with the columns as they are afterwards, hidden ones among them.
    pub fn writer(&self) -> Result<FileWriter> {
        Ok(FileWriter::new(&self.table, self.schema()?))
    }

    /// Makes the rows of these files all there is, under the new types of the columns.
    pub async fn replace(
        &mut self,
        by: BatchId,
        files: Vec<NewFile>,
        operation: &str,
    ) -> Result<Committed> {
        let removed = self.before.as_ref().map(|before| before.files.to_vec());
        let step = Step {
            change: CONVERT,
            removed: removed.unwrap_or_default(),
            rows_removed: self.rows_before(),
            rows_added: files.iter().map(NewFile::rows).sum(),
            added: files.into_iter().map(|new| new.file).collect(),
            columns: Some(self.columns()?),
            ..Self::step(by, operation)
        };
        self.commit(step).await
    }

    /// Takes rows out and puts the rows of these files in.
    pub async fn exchange(
        &mut self,
        by: BatchId,
        gone: Places,
        files: Vec<NewFile>,
        operation: &str,
    ) -> Result<Committed> {
        let mut step = Step {
            change: REMOVE_ROWS,
            columns: Some(self.columns()?),
            ..Self::step(by, operation)
        };
        let mut rewritten = rewrite::Rewritten::default();
        if let Some(before) = self.before.clone().filter(|_| !gone.is_empty()) {
            let (table, schema) = (Arc::clone(&self.table), self.schema()?);
            let take = Take::Rows(Arc::new(gone));
            rewritten = tokio::task::spawn_blocking(move || {
                rewrite::take_out(&table, &before.files, &schema, &take)
            })
            .await??;
        }
        step.rows_removed = rewritten.rows_removed;
        step.removed.clone_from(&rewritten.removed);
        step.rows_added = files.iter().map(NewFile::rows).sum();
        let new = files.iter().map(|new| &new.file);
        step.added = rewritten.files().chain(new).cloned().collect();
        let committed = self.commit(step).await;
        if committed.is_err() {
            rewritten.discard(&self.table.folder);
        }
        committed
    }

    /// Makes the content and the columns of an older version the present ones.
    pub async fn restore(
        &mut self,
        by: BatchId,
        version: Version,
        operation: &str,
    ) -> Result<Committed> {
        let mut step = self.going_back(by, version, operation).await?;
        if let Some(columns) = &step.columns
            && let Some(evolved) = evolve(&self.table.id, columns, &self.table.schema, self.next())?
        {
            step.columns = Some(evolved);
        }
        self.commit(step).await
    }

    /// The step back to a version, with the columns that it had.
    async fn going_back(&self, by: BatchId, version: Version, operation: &str) -> Result<Step> {
        let no_version = || crate::ancestry::no_version(&self.table.id, version);
        let target = TableVersion::load(&self.table.id, &self.table.folder, Some(version))
            .await?
            .ok_or_else(no_version)?;
        require_whole(&self.table, &target)?;
        let present = self.newest().ok_or_else(no_version)?;
        let difference = Difference::of(&present.files, &target.files);
        Ok(Step {
            change: "restore",
            delta_operation: "RESTORE",
            rows_added: rows_of(&difference.came),
            rows_removed: rows_of(&difference.went),
            removed: difference.removed,
            added: difference.added,
            restored: Some(version),
            columns: Some(target.columns.to_vec()),
            ..Self::step(by, operation)
        })
    }

    /// Takes the commit back, if there is one: what readers see stays the content that it was.
    pub async fn undo(self, by: BatchId, operation: &str) -> Result<()> {
        let (Some(before), Some(_)) = (&self.before, &self.after) else {
            return Ok(());
        };
        let step = self.going_back(by, before.version, operation).await?;
        let undone = commit::record(&self.table, self.newest().as_ref(), step).await?;
        self.table.set_version(undone);
        Ok(())
    }

    fn step(by: BatchId, operation: &str) -> Step {
        Step {
            batch: Some(by),
            operation: operation.to_owned(),
            delta_operation: "WRITE",
            data_change: true,
            ..Step::default()
        }
    }

    fn newest(&self) -> Option<Arc<TableVersion>> {
        self.after.clone().or_else(|| self.before.clone())
    }

    /// The version of the next commit.
    fn next(&self) -> Version {
        self.newest().map_or(0, |newest| newest.version + 1)
    }

    async fn commit(&mut self, step: Step) -> Result<Committed> {
        let (rows_added, rows_removed) = (step.rows_added, step.rows_removed);
        let newest = self.newest();
        let after = commit::record(&self.table, newest.as_ref(), step).await?;
        let version = after.version;
        self.after = Some(after);
        Ok(Committed {
            version,
            rows_added,
            rows_removed,
        })
    }

    async fn checkpoint(&self) {
        if let Some(after) = &self.after {
            version::checkpoint_when_due(&self.table, after.version).await;
        }
    }
}

#[cfg(test)]
mod tests;
