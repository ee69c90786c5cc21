use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;

use crate::Gate;

/// Where a lake stands and how much it may use.
#[derive(Debug, Clone)]
pub struct Options {
    /// Folder of the tables, `root/<pack>/<dataset>`.
    pub root: PathBuf,
    /// Folder of the journals of the hot tails.
    pub tail_root: PathBuf,
    /// Folder where queries spill.
    pub spill_root: PathBuf,
    /// What all queries together may hold in memory before they spill or are refused.
    pub memory_bytes: usize,
    /// What is kept in memory of files in which rows were looked up: filters, footers, keys, and rows.
    pub lookup_bytes: usize,
    /// How long one query may take.
    pub query_seconds: u64,
    /// Partitions of a query, and files that are rewritten at a time.
    pub threads: usize,
    /// Rows of one Parquet row group.
    pub row_group_rows: usize,
    /// A file of fewer rows gets no index: it is read as quickly.
    pub index_rows: u64,
    /// A data file is closed when it has grown to this size.
    pub file_bytes: u64,
    /// How long versions and the files that only they need are kept.
    pub keep_days: u32,
    /// Commits between two checkpoints of a table's log.
    pub checkpoint_every: u64,
    /// When a file goes on without rows that are taken out of it.
    pub vectors: Vectors,
    /// What every change passes, and a backup closes.
    pub gate: Gate,
    /// The clock of the commits.
    pub now: Now,
    /// A fault of the door, for the tests that have to find it.
    #[cfg(test)]
    pub(crate) broken: Option<crate::door::Broken>,
}

/// When a deletion vector names the rows that are taken out of a file, so that the file need not be written anew. Every
/// reader of Delta tables reads a table without such vectors, so that small files have none.
#[derive(Debug, Clone, Copy)]
pub struct Vectors {
    /// The rows that a file has at least.
    pub file_rows: u64,
    /// The bytes that a vector has at most. It stands in each commit that changes it, so that it may not grow for ever.
    pub bytes: usize,
    /// The share of its rows that a file lacks at most, in hundredths: readers pass over the others one by one.
    pub percent: u64,
}

impl Vectors {
    /// Any file goes on, whatever goes from it: for tests of small tables.
    pub const ALWAYS: Self = Self {
        file_rows: 0,
        bytes: 1 << 20,
        percent: 100,
    };
}

impl Default for Vectors {
    fn default() -> Self {
        Self {
            file_rows: 50_000,
            bytes: 16 << 10,
            percent: 10,
        }
    }
}

/// Where a lake has the time from; the machine by default.
#[derive(Clone)]
pub struct Now(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl Now {
    pub fn from(clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(clock))
    }

    pub(crate) fn read(&self) -> Timestamp {
        (self.0)()
    }
}

impl Default for Now {
    fn default() -> Self {
        Self::from(Timestamp::now)
    }
}

impl fmt::Debug for Now {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Now")
    }
}

impl Options {
    /// The defaults for a folder that holds everything.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        let root = root.into();
        Self {
            tail_root: root.join("tail"),
            spill_root: root.join("staging"),
            root: root.join("lake"),
            memory_bytes: 1 << 30,
            lookup_bytes: 512 << 20,
            query_seconds: 300,
            threads: std::thread::available_parallelism().map_or(2, usize::from),
            row_group_rows: 122_880,
            index_rows: 20_000,
            file_bytes: 256 << 20,
            keep_days: 400,
            checkpoint_every: 50,
            vectors: Vectors::default(),
            gate: Gate::default(),
            now: Now::default(),
            #[cfg(test)]
            broken: None,
        }
    }
}
