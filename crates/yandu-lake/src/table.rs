use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use arrow::datatypes::{Schema, SchemaRef};
use yandu_words::id::DatasetId;

use crate::memory::Memory;
use crate::schema::{file_schema, full_schema};
use crate::tail::{self, Tail, TailWriter};
use crate::version::TableVersion;
use crate::{Count, Error, Options, Result, Version, log};

/// What a dataset's table looks like.
#[derive(Debug, Clone)]
pub struct TableSpec {
    pub id: DatasetId,
    /// The columns of the dataset, without `_batch` and `_row`.
    pub schema: SchemaRef,
    /// The columns that identify a row; empty when nothing does.
    pub key: Vec<String>,
}

/// A declared table. It touches the disk only when somebody reads or writes it.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    /// Told apart from other declarations of the process.
    pub(crate) number: u64,
    pub(crate) id: DatasetId,
    /// The declared columns and the system columns, as readers see them.
    pub(crate) schema: SchemaRef,
    /// The same columns as files hold them.
    pub(crate) file_schema: SchemaRef,
    pub(crate) key: Vec<String>,
    pub(crate) folder: PathBuf,
    pub(crate) tail_folder: PathBuf,
    pub(crate) options: Arc<Options>,
    pub(crate) memory: Arc<Memory>,
    pub(crate) owned: Arc<Owned>,
}

/// What outlives a new declaration of the same table.
#[derive(Debug, Default)]
pub(crate) struct Owned {
    /// Held by the one who changes the table, for as long as it takes.
    pub(crate) writing: Arc<tokio::sync::Mutex<()>>,
    pub(crate) tail: TailWriter,
    /// Held while the log is read.
    loading: tokio::sync::Mutex<()>,
    present: RwLock<Loaded>,
    /// The versions before the present one that this process made, newest first: what follows a change reads them next.
    recent: Mutex<VecDeque<Arc<TableVersion>>>,
    #[cfg(test)]
    pub(crate) steps: crate::fixture::Steps,
}

/// How many versions before the present one are kept in memory.
const RECENT: usize = 4;

#[derive(Debug, Default)]
struct Loaded {
    present: Option<Present>,
    /// The log has commits that this process has not read.
    is_stale: bool,
}

/// The newest version and the tail beyond it. The two always change together.
#[derive(Debug, Clone)]
pub(crate) struct Present {
    /// `None` while the table has no log.
    pub(crate) version: Option<Arc<TableVersion>>,
    pub(crate) tail: Arc<Tail>,
}

impl Present {
    fn folded(&self) -> u64 {
        self.version.as_ref().map_or(0, |version| version.folded)
    }
}

impl Table {
    pub(crate) fn declare(
        spec: TableSpec,
        options: Arc<Options>,
        memory: Arc<Memory>,
        owned: Arc<Owned>,
    ) -> Result<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        for column in &spec.key {
            if spec.schema.column_with_name(column).is_none() {
                return Err(Error::KeyColumn {
                    dataset: spec.id,
                    column: column.clone(),
                });
            }
        }
        let schema = full_schema(&spec.schema);
        for field in schema.fields() {
            crate::schema::StoredColumn::of(&spec.id, field)?;
        }
        let (pack, name) = spec.id.parts();
        Ok(Self {
            number: NEXT.fetch_add(1, Ordering::Relaxed),
            folder: options.root.join(pack).join(name),
            tail_folder: options.tail_root.join(pack).join(name),
            file_schema: file_schema(&schema),
            schema,
            key: spec.key,
            id: spec.id,
            options,
            memory,
            owned,
        })
    }

    /// The present state, read from the log and the journal when this is the first touch.
    pub(crate) async fn present(&self) -> Result<Present> {
        if let Some(present) = self.cached() {
            return Ok(present);
        }
        let _loading = self.owned.loading.lock().await;
        if let Some(present) = self.cached() {
            return Ok(present);
        }
        let version = TableVersion::load(&self.id, &self.folder, None)
            .await?
            .map(Arc::new);
        let folded = version.as_ref().map_or(0, |version| version.folded);
        // The journal is read once: from then on the tail in memory is what it holds.
        let is_first = self.loaded().present.is_none();
        let journalled = if is_first {
            let table = self.clone();
            tokio::task::spawn_blocking(move || tail::load(&table, folded)).await??
        } else {
            Tail::default()
        };
        let mut loaded = self.loaded_mut();
        let tail = Arc::new(match &loaded.present {
            Some(present) => present.tail.after(folded),
            None => journalled,
        });
        let present = Present { version, tail };
        *loaded = Loaded {
            present: Some(present.clone()),
            is_stale: false,
        };
        Ok(present)
    }

    fn loaded(&self) -> RwLockReadGuard<'_, Loaded> {
        self.owned
            .present
            .read()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn loaded_mut(&self) -> RwLockWriteGuard<'_, Loaded> {
        self.owned
            .present
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn cached(&self) -> Option<Present> {
        let loaded = self.loaded();
        loaded.present.clone().filter(|_| !loaded.is_stale)
    }

    /// What the newest commit says of a table that nobody has touched and that has no tail; `None` when the log has to
    /// be read to know.
    pub(crate) fn count_untouched(&self) -> Result<Option<Count>> {
        if self.cached().is_some() || !tail::journal::open_segments(&self.tail_folder)?.is_empty() {
            return Ok(None);
        }
        let Some(version) = log::versions(&self.folder)?.pop() else {
            return Ok((!log::exists(&self.folder)).then(Count::default));
        };
        let note = log::read_note(&self.folder, version)?;
        Ok(note.map(|note| Count {
            version: Some(version),
            rows: note.rows,
        }))
    }

    /// Makes a version that was just committed the present one, without the part of the tail that it holds.
    pub(crate) fn set_version(&self, version: Arc<TableVersion>) {
        let mut loaded = self.loaded_mut();
        let before = loaded.present.as_ref();
        if let Some(before) = before.and_then(|present| present.version.clone()) {
            let mut recent = self.recent();
            recent.push_front(before);
            recent.truncate(RECENT);
        }
        let tail = match &loaded.present {
            Some(present) if present.folded() == version.folded => Arc::clone(&present.tail),
            Some(present) => Arc::new(present.tail.after(version.folded)),
            None => Arc::default(),
        };
        loaded.present = Some(Present {
            version: Some(version),
            tail,
        });
    }

    fn recent(&self) -> MutexGuard<'_, VecDeque<Arc<TableVersion>>> {
        self.owned
            .recent
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn known_past(&self, version: Version) -> Option<Arc<TableVersion>> {
        let recent = self.recent();
        recent
            .iter()
            .find(|known| known.version == version)
            .cloned()
    }

    /// A version from memory when it is recent, else from the log; `None` when the log does not have it. What is known
    /// of files that `newest` still has is known of them here too.
    pub(crate) async fn past(
        &self,
        version: Version,
        newest: &TableVersion,
    ) -> Result<Option<Arc<TableVersion>>> {
        if let Some(known) = self.known_past(version) {
            return Ok(Some(known));
        }
        let loaded = TableVersion::load(&self.id, &self.folder, Some(version)).await?;
        let Some(mut loaded) = loaded else {
            return Ok(None);
        };
        let mut files = loaded.files.to_vec();
        for file in &mut files {
            if let Some(known) = newest.files.iter().find(|known| known.path == file.path) {
                file.lookups = Arc::clone(&known.lookups);
            }
        }
        loaded.files = Arc::new(files);
        Ok(Some(Arc::new(loaded)))
    }

    /// Changes the tail beside the present version.
    pub(crate) fn change_tail(&self, change: impl FnOnce(&Tail) -> Tail) {
        if let Some(present) = &mut self.loaded_mut().present {
            present.tail = Arc::new(change(&present.tail));
        }
    }

    /// The sequence of the next write to the tail.
    pub(crate) fn next_sequence(&self) -> u64 {
        self.loaded().present.as_ref().map_or(1, |present| {
            let last = present.tail.frames.last().map_or(0, |frame| frame.sequence);
            last.max(present.folded()) + 1
        })
    }

    /// Lets the next touch read the log again.
    pub(crate) fn forget_version(&self) {
        self.loaded_mut().is_stale = true;
    }

    #[cfg(test)]
    pub(crate) fn at_step(&self, step: &str) {
        self.owned.steps.at(step);
    }

    #[cfg(not(test))]
    #[expect(clippy::unused_self, reason = "tests stop here")]
    pub(crate) fn at_step(&self, _step: &str) {}

    /// Indices of the key columns in [`Self::schema`].
    pub(crate) fn key_indices(&self) -> Vec<usize> {
        key_indices(&self.schema, &self.key)
    }
}

pub(crate) fn key_indices(schema: &Schema, key: &[String]) -> Vec<usize> {
    key.iter()
        .filter_map(|column| schema.index_of(column).ok())
        .collect()
}
