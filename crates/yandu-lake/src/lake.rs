use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::execution::session_state::SessionState;
use tokio::sync::watch;
use yandu_words::id::{BatchId, DatasetId};

use crate::ancestry::Ancestry;
use crate::changes::{self, Changes};
use crate::commit::{self, Commit, Committed};
use crate::door::Estimates;
use crate::file::DataFile;
use crate::maintain::{self, Compacted, Vacuumed};
use crate::memory::Memory;
use crate::rewrite::{self, Take};
use crate::table::{Owned, Table, TableSpec};
use crate::tail::journal::JournalFrame;
use crate::tail::{self, Folded, TailInfo};
use crate::version::{self, VersionInfo};
use crate::writer::{FileWriter, NewFile};
use crate::{
    Error, Options, Principal, ReadPoint, Result, Session, Version, log, point, session, undo,
};

/// The tables of a city. Clones share everything.
#[derive(Debug, Clone)]
pub struct Lake {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) options: Arc<Options>,
    pub(crate) tables: RwLock<BTreeMap<DatasetId, Arc<Table>>>,
    pub(crate) engine: SessionState,
    pub(crate) threads: Threads,
    pub(crate) estimates: Estimates,
    pub(crate) memory: Arc<Memory>,
    /// How often a table was changed.
    commits: watch::Sender<u64>,
    /// Held while a query is planned; whoever changes several tables at once holds it alone.
    pub(crate) switching: tokio::sync::RwLock<()>,
}

/// The threads that do the work of queries, so that a long one does not hold up whoever asks.
#[derive(Debug)]
pub(crate) struct Threads(Option<tokio::runtime::Runtime>, tokio::runtime::Handle);

impl Threads {
    fn start(count: usize) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(count.max(1))
            .thread_name("yandu-query")
            // Planning goes down the tree of a statement; memory is taken only as far as it is used.
            .thread_stack_size(64 << 20)
            .enable_all()
            .build()
            .map_err(Error::io("start threads for", "queries"))?;
        let handle = runtime.handle().clone();
        Ok(Self(Some(runtime), handle))
    }

    pub(crate) fn handle(&self) -> &tokio::runtime::Handle {
        &self.1
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        let Some(runtime) = self.0.take() else {
            return;
        };
        // Nobody waits for the queries; but the threads are joined and not detached, because glibc reads the memory of a thread
        // that it detaches after the thread may have ended, and stacks of this size are given back at once.
        let _ = std::thread::Builder::new()
            .name("yandu-query-end".to_owned())
            .spawn(move || drop(runtime));
    }
}

impl Lake {
    /// Opens the lake in its folders, which are made when they are missing. No table is touched.
    pub fn open(options: Options) -> Result<Self> {
        for folder in [&options.root, &options.tail_root, &options.spill_root] {
            std::fs::create_dir_all(folder).map_err(Error::io("make", folder))?;
        }
        let engine = session::engine(&options)?;
        let threads = Threads::start(options.threads)?;
        Ok(Self {
            inner: Arc::new(Inner {
                memory: Arc::new(Memory::new(options.lookup_bytes)),
                options: Arc::new(options),
                tables: RwLock::default(),
                engine,
                threads,
                estimates: Estimates::default(),
                commits: watch::Sender::new(0),
                switching: tokio::sync::RwLock::default(),
            }),
        })
    }

    /// Makes a table known, or changes what is known of it. Costs no I/O: a change of columns reaches the log with the
    /// next commit, and a change of a column's type is refused there.
    pub fn declare(&self, spec: TableSpec) -> Result<()> {
        let mut tables = self
            .inner
            .tables
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let owned = tables.get(&spec.id).map(|table| Arc::clone(&table.owned));
        let table = self.made(spec, owned)?;
        tables.insert(table.id.clone(), Arc::new(table));
        Ok(())
    }

    /// A table as it is declared, over what is owned already of one that is known.
    pub(crate) fn made(&self, spec: TableSpec, owned: Option<Arc<Owned>>) -> Result<Table> {
        let options = Arc::clone(&self.inner.options);
        let memory = Arc::clone(&self.inner.memory);
        Table::declare(spec, options, memory, owned.unwrap_or_default())
    }

    /// The time of the city.
    pub(crate) fn now(&self) -> jiff::Timestamp {
        self.inner.options.now.read()
    }

    /// The declared datasets, in order.
    pub fn datasets(&self) -> Vec<DatasetId> {
        self.inner
            .tables
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .keys()
            .cloned()
            .collect()
    }

    /// Whether a dataset is declared.
    pub fn has(&self, id: &DatasetId) -> bool {
        self.table(id).is_ok()
    }

    /// Where it stands and how much it may use.
    pub fn options(&self) -> &Options {
        &self.inner.options
    }

    /// The columns of a dataset as readers see them, with `_batch` and `_row` at the end.
    pub fn schema(&self, id: &DatasetId) -> Result<SchemaRef> {
        Ok(Arc::clone(&self.table(id)?.schema))
    }

    /// A writer of new data files; any number may write at a time.
    pub fn writer(&self, id: &DatasetId) -> Result<FileWriter> {
        let table = self.table(id)?;
        Ok(FileWriter::new(&table, Arc::clone(&table.file_schema)))
    }

    /// Makes a change, in one commit that is on disk when this returns.
    ///
    /// Dropping the future does not stop a commit that has begun. On an error the files of the commit are left for the
    /// caller to [`Self::sweep`] or to commit again.
    pub async fn commit(&self, id: &DatasetId, commit: Commit) -> Result<Committed> {
        self.change(id, |table| async move {
            // What the tail holds came before: it may not hide the rows of this commit.
            tail::fold(&table).await?;
            commit::apply(&table, commit.into()).await
        })
        .await
    }

    /// Takes rows out of new files by their places in the batch, before the commit. Files without such a row stay as
    /// they are, the others are written anew.
    pub async fn without(
        &self,
        id: &DatasetId,
        files: Vec<NewFile>,
        places: &[u64],
    ) -> Result<Vec<NewFile>> {
        if places.is_empty() {
            return Ok(files);
        }
        let table = self.table(id)?;
        let take = Take::Places(Arc::new(places.iter().map(|place| *place as i64).collect()));
        tokio::task::spawn_blocking(move || {
            let written: Vec<DataFile> = files.iter().map(|new| new.file.clone()).collect();
            let schema = Arc::clone(&table.file_schema);
            let rewritten = rewrite::take_out(&table, &written, &schema, &take)?;
            let (gone, mut kept): (Vec<NewFile>, Vec<NewFile>) =
                files.into_iter().partition(|new| {
                    rewritten
                        .removed
                        .iter()
                        .any(|gone| gone.path == new.file.path)
                });
            rewrite::remove_files(&table.folder, &gone);
            kept.extend(rewritten.added);
            Ok(kept)
        })
        .await?
    }

    /// Makes the indexes of columns in which values are looked for, for large files that do not have them yet. Rows are
    /// found without them too, by reading the columns whole.
    pub async fn index(&self, id: &DatasetId, columns: &BTreeSet<String>) -> Result<()> {
        let table = self.table(id)?;
        match table.present().await?.version {
            Some(version) => point::index(&table, &version, columns).await,
            None => Ok(()),
        }
    }

    /// The version that a batch made, read from disk: after a crash it says whether the batch was committed.
    pub async fn find_commit(&self, id: &DatasetId, batch: &BatchId) -> Result<Option<Version>> {
        let table = self.table(id)?;
        let Some(opened) = version::open(id, &table.folder, None).await? else {
            return Ok(None);
        };
        let state = opened.snapshot().map_err(Error::log("read", id))?;
        let found = state
            .transaction_version(opened.log_store().as_ref(), log::batch_app(batch))
            .await
            .map_err(Error::log("read", id))?;
        Ok(found.map(|version| version as Version))
    }

    /// The newest version, or `None` before the first commit.
    pub async fn version(&self, id: &DatasetId) -> Result<Option<Version>> {
        let present = self.table(id)?.present().await?;
        Ok(present.version.map(|version| version.version))
    }

    /// The bytes of the files of the newest version, without what waits in the hot tail; `None` before the first commit.
    pub async fn bytes(&self, id: &DatasetId) -> Result<Option<u64>> {
        let present = self.table(id)?.present().await?;
        Ok(present
            .version
            .map(|version| version.files.iter().map(|file| file.bytes).sum()))
    }

    /// The history as far as the log keeps it, oldest first.
    pub async fn versions(&self, id: &DatasetId) -> Result<Vec<VersionInfo>> {
        let folder = self.table(id)?.folder.clone();
        tokio::task::spawn_blocking(move || history(&folder)).await?
    }

    /// At most `limit` versions of a dataset before `before`, newest first. Reads no more of the log than they take.
    pub async fn newest_versions(
        &self,
        id: &DatasetId,
        before: Option<Version>,
        limit: usize,
    ) -> Result<Vec<VersionInfo>> {
        let folder = self.table(id)?.folder.clone();
        tokio::task::spawn_blocking(move || {
            let mut versions = log::versions(&folder)?;
            versions.retain(|version| before.is_none_or(|before| *version < before));
            let noted = versions.into_iter().rev().filter_map(|version| {
                let note = log::read_note(&folder, version).transpose()?;
                Some(note.map(|note| VersionInfo::new(version, note)))
            });
            noted.take(limit).collect()
        })
        .await?
    }

    /// Removes data files that no commit lists, by the paths that their writers gave them. One that cannot be removed is left to the
    /// vacuum and logged: whoever sweeps has something else to say.
    pub async fn sweep(&self, id: &DatasetId, paths: &[String]) {
        if let Err(error) = self.remove_unlisted(id, paths).await {
            tracing::warn!(
                dataset.id = %id,
                error = &error as &dyn std::error::Error,
                "data files that no version lists are left to the vacuum"
            );
        }
    }

    async fn remove_unlisted(&self, id: &DatasetId, paths: &[String]) -> Result<()> {
        let table = self.table(id)?;
        let _writing = table.owned.writing.lock().await;
        let present = table.present().await?;
        let mut removed = Ok(());
        for path in paths {
            let listed = present
                .version
                .as_ref()
                .is_some_and(|version| version.files.iter().any(|file| file.path == *path));
            let is_plain = Path::new(path).components().count() == 1 && path.ends_with(".parquet");
            if listed || !is_plain {
                continue;
            }
            let path = table.folder.join(path);
            match std::fs::remove_file(&path) {
                Ok(()) => {}
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => removed = removed.and(Err(Error::io("remove", path)(error))),
            }
        }
        removed
    }

    /// Writes rows to the hot tail: they are in the journal on disk, and readable, when this returns their sequence.
    ///
    /// `rows` carry `_batch` and `_row` as in a [`FileWriter`]; `raw` is what came, for the archive. In a table with a
    /// key a row takes the place of the one with the same key.
    pub async fn append(&self, id: &DatasetId, rows: &RecordBatch, raw: &[u8]) -> Result<u64> {
        tail::append(&self.table(id)?, rows, raw).await
    }

    /// Moves the tail into the snapshot, in one commit. `None` when there is nothing to move.
    ///
    /// The journals that are returned hold the bytes as they came. They are nobody's after a crash but listed again by
    /// [`Self::folded_journals`].
    pub async fn fold(&self, id: &DatasetId) -> Result<Option<Folded>> {
        self.change(id, |table| async move { tail::fold(&table).await })
            .await
    }

    /// Makes the content of an older version the present one, as a new version that `batch` made.
    pub async fn restore(
        &self,
        id: &DatasetId,
        version: Version,
        batch: BatchId,
    ) -> Result<Committed> {
        self.change(id, move |table| async move {
            tail::fold(&table).await?;
            maintain::restore(&table, version, Some(batch), "restore".to_owned()).await
        })
        .await
    }

    /// Undoes a batch, in one commit that `by` makes: the table is then as if the batch had never come.
    ///
    /// The rows that carry its id go. What the batch alone had replaced comes back, but for rows of batches that were
    /// undone before; what later ones replaced stays with them.
    pub async fn undo(&self, id: &DatasetId, batch: BatchId, by: BatchId) -> Result<Committed> {
        self.change(id, move |table| async move {
            tail::fold(&table).await?;
            undo::undo(&table, batch, by).await
        })
        .await
    }

    /// The commits that made the content of a version, of the newest one without a number.
    pub async fn ancestry(
        &self,
        id: &DatasetId,
        version: impl Into<Option<Version>>,
    ) -> Result<Ancestry> {
        let table = self.table(id)?;
        let version = match version.into() {
            Some(version) => Some(version),
            None => self.version(id).await?,
        };
        match version {
            Some(version) => {
                tokio::task::spawn_blocking(move || Ancestry::read(&table, version)).await?
            }
            None => Ok(Ancestry::default()),
        }
    }

    /// Joins small files into larger ones; `None` when there is nothing to join.
    ///
    /// When the number of rows is not what it was, the table goes back to its former content and the error says so.
    pub async fn compact(&self, id: &DatasetId) -> Result<Option<Compacted>> {
        self.change(id, |table| async move { maintain::compact(&table).await })
            .await
    }

    /// Removes files that no version of the last `keep` needs, and files of writers that died more than a day ago.
    /// Without a time it is that of the lake's options.
    pub async fn vacuum(
        &self,
        id: &DatasetId,
        keep: impl Into<Option<Duration>>,
    ) -> Result<Vacuumed> {
        let days = u64::from(self.inner.options.keep_days);
        let keep = keep.into().unwrap_or(Duration::from_hours(24 * days));
        self.change(id, move |table| async move {
            maintain::vacuum(&table, keep).await
        })
        .await
    }

    /// Tells of changes of tables: the number grows with each that this process makes, whatever it was.
    pub fn commits(&self) -> watch::Receiver<u64> {
        self.inner.commits.subscribe()
    }

    /// How many rows came and went between two versions of a table, or why that is not known.
    pub async fn changes(&self, id: &DatasetId, from: Version, to: Version) -> Result<Changes> {
        let table = self.table(id)?;
        let read = tokio::task::spawn_blocking(move || changes::read(&table, from, to)).await?;
        match read {
            Ok(files) => Ok(Changes::Known {
                added: files.added.iter().map(|file| file.rows).sum(),
                removed: files.removed.iter().map(|file| file.rows).sum(),
                commits: files.commits,
            }),
            Err(Error::Untraced { why, .. }) => Ok(Changes::Unknown(why)),
            Err(error) => Err(error),
        }
    }

    /// Runs a change of a table as its only owner, to the end even when the caller goes away.
    async fn change<T, F>(&self, id: &DatasetId, change: impl FnOnce(Arc<Table>) -> F) -> Result<T>
    where
        T: Send + 'static,
        F: Future<Output = Result<T>> + Send + 'static,
    {
        let table = self.table(id)?;
        let writing = Arc::clone(&table.owned.writing).lock_owned().await;
        let change = change(table);
        let commits = self.inner.commits.clone();
        tokio::spawn(async move {
            let changed = change.await;
            drop(writing);
            commits.send_modify(|number| *number += 1);
            changed
        })
        .await?
    }

    /// How much waits in the tail.
    pub async fn tail(&self, id: &DatasetId) -> Result<TailInfo> {
        let table = self.table(id)?;
        tail::info(&table).await
    }

    /// Journals whose rows are all in the snapshot, oldest first: archive what came, then remove them.
    pub fn folded_journals(&self, id: &DatasetId) -> Result<Vec<PathBuf>> {
        tail::journal::folded_segments(&self.table(id)?.tail_folder)
    }

    /// What a folded journal holds.
    pub fn read_journal(&self, path: &Path) -> Result<Vec<JournalFrame>> {
        tail::journal::read(path)
    }

    /// A word for who reads and what it sees now. An answer that is kept under it is nobody else's, and is not found any more when
    /// a permit has ended.
    pub fn key_of(&self, principal: &Principal) -> String {
        principal.key(self.now())
    }

    /// A reader for `principal`: it sees what the principal may see, at the read point.
    pub fn session(&self, principal: &Principal, at: ReadPoint) -> Session {
        Session::new(self.clone(), principal.clone(), at)
    }

    /// A reader that sees some tables under other declarations than the lake's.
    ///
    /// With `as_on_disk` it reads of these tables what their logs say now, also a commit that the lake has not been
    /// switched to; nothing may be written to their tails meanwhile.
    pub fn session_with(
        &self,
        principal: &Principal,
        at: ReadPoint,
        specs: Vec<TableSpec>,
        as_on_disk: bool,
    ) -> Result<Session> {
        let mut tables = BTreeMap::new();
        for spec in specs {
            let known = self.table(&spec.id).ok().filter(|_| !as_on_disk);
            let owned = known.map(|table| Arc::clone(&table.owned));
            let table = self.made(spec, owned)?;
            tables.insert(table.id.clone(), Arc::new(table));
        }
        Ok(Session::new(self.clone(), principal.clone(), at).with_tables(tables))
    }

    pub(crate) fn table(&self, id: &DatasetId) -> Result<Arc<Table>> {
        self.inner
            .tables
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(id)
            .cloned()
            .ok_or_else(|| Error::NoDataset(id.clone()))
    }
}

fn history(folder: &Path) -> Result<Vec<VersionInfo>> {
    let mut history = Vec::new();
    for version in log::versions(folder)? {
        if let Some(note) = log::read_note(folder, version)? {
            history.push(VersionInfo::new(version, note));
        }
    }
    Ok(history)
}
