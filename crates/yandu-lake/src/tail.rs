//! The hot tail of a table: rows that were acknowledged one write at a time and are not in the snapshot yet.
//!
//! Invariants: a write is acknowledged after its frame is on disk; a reader sees it from then on; the snapshot says,
//! in its own commit, up to which sequence it holds the tail, so a row is never lost and never there twice.

pub(crate) mod journal;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arrow::array::{ArrayRef, BooleanArray, RecordBatch};
use arrow::compute::{concat_batches, filter_record_batch};
use arrow::datatypes::SchemaRef;
use tokio::sync::oneshot;
use yandu_check::key::{KeyMap, hash_rows};

use crate::commit::{self, Change, Committed, Plan};
use crate::schema::conform;
use crate::table::{Table, key_indices};
use crate::tail::journal::{JournalFrame, Segment};
use crate::writer::FileWriter;
use crate::{Error, Result};

/// One acknowledged write in memory.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) sequence: u64,
    pub(crate) rows: RecordBatch,
    pub(crate) bytes: usize,
}

/// The rows that are not in the snapshot, oldest first. Immutable: a write makes the next one.
#[derive(Debug, Default)]
pub(crate) struct Tail {
    pub(crate) frames: Vec<Arc<Frame>>,
    /// As it was read last.
    live: Mutex<Option<Arc<Live>>>,
}

/// What a reader needs of a tail.
#[derive(Debug)]
pub(crate) struct Live {
    schema: SchemaRef,
    key: Vec<String>,
    /// The last row of each key.
    pub(crate) rows: RecordBatch,
    /// The keys that these rows take the place of, and where the row of each stands.
    pub(crate) places: Arc<KeyMap<usize>>,
}

/// How much waits to be folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TailInfo {
    pub writes: usize,
    pub rows: usize,
    pub bytes: usize,
}

/// What a fold did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folded {
    pub committed: Committed,
    /// Journals whose rows are all in the snapshot: archive what came, then remove them.
    pub journals: Vec<PathBuf>,
}

/// The writing side of a tail.
#[derive(Debug, Default)]
pub(crate) struct TailWriter {
    waiting: Mutex<Vec<Waiting>>,
    /// The open segment. Held by the one who writes.
    segment: Arc<tokio::sync::Mutex<Option<Segment>>>,
}

#[derive(Debug)]
struct Waiting {
    rows: RecordBatch,
    payload: Vec<u8>,
    acknowledge: oneshot::Sender<Result<u64>>,
}

impl Tail {
    pub(crate) fn new(frames: Vec<Arc<Frame>>) -> Self {
        Self {
            frames,
            live: Mutex::default(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// The frames with a sequence above `folded`.
    pub(crate) fn after(&self, folded: u64) -> Self {
        Self::new(
            self.frames
                .iter()
                .filter(|frame| frame.sequence > folded)
                .cloned()
                .collect(),
        )
    }

    fn with(&self, frames: impl Iterator<Item = Arc<Frame>>) -> Self {
        Self::new(self.frames.iter().cloned().chain(frames).collect())
    }

    fn last_sequence(&self) -> Option<u64> {
        self.frames.last().map(|frame| frame.sequence)
    }

    fn info(&self) -> TailInfo {
        TailInfo {
            writes: self.frames.len(),
            rows: self.frames.iter().map(|frame| frame.rows.num_rows()).sum(),
            bytes: self.frames.iter().map(|frame| frame.bytes).sum(),
        }
    }

    /// The last row of each key, with the columns of the table as it is declared now.
    pub(crate) fn live(&self, table: &Table) -> Result<Arc<Live>> {
        if let Some(live) = self.known(table) {
            return Ok(live);
        }
        let live = Arc::new(Live::of(&self.frames, table)?);
        *self.last_read() = Some(Arc::clone(&live));
        Ok(live)
    }

    /// Whether nothing has to be put together before it can be looked at.
    pub(crate) fn is_read(&self, table: &Table) -> bool {
        self.is_empty() || self.known(table).is_some()
    }

    /// What was read last, where the table has not been declared otherwise since.
    fn known(&self, table: &Table) -> Option<Arc<Live>> {
        let live = self.last_read().clone()?;
        (live.schema == table.schema && live.key == table.key).then_some(live)
    }

    fn last_read(&self) -> MutexGuard<'_, Option<Arc<Live>>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Live {
    fn of(frames: &[Arc<Frame>], table: &Table) -> Result<Self> {
        let rows = frames
            .iter()
            .map(|frame| conform(&table.id, &frame.rows, &table.schema))
            .collect::<Result<Vec<_>>>()?;
        let rows = concat_batches(&table.schema, &rows).map_err(Error::rows(&table.id))?;
        let mut live = Self {
            schema: Arc::clone(&table.schema),
            key: table.key.clone(),
            rows,
            places: Arc::default(),
        };
        if table.key.is_empty() {
            return Ok(live);
        }
        let columns: Vec<ArrayRef> = key_indices(&table.schema, &table.key)
            .into_iter()
            .map(|index| Arc::clone(live.rows.column(index)))
            .collect();
        let keys = hash_rows(&columns, live.rows.num_rows());
        let mut last: KeyMap<usize> = KeyMap::default();
        last.reserve(keys.len());
        for (row, key) in keys.iter().enumerate() {
            if let Some(key) = key {
                last.insert(*key, row);
            }
        }
        let stays: BooleanArray = keys
            .iter()
            .enumerate()
            .map(|(row, key)| Some(key.is_none_or(|key| last.get(&key) == Some(&row))))
            .collect();
        live.rows = filter_record_batch(&live.rows, &stays).map_err(Error::rows(&table.id))?;
        let staying = keys.iter().zip(stays.iter());
        let staying = staying.filter(|(_, stays)| *stays == Some(true));
        let places = staying.enumerate();
        let places = places.filter_map(|(place, (key, _))| key.map(|key| (key, place)));
        live.places = Arc::new(places.collect());
        Ok(live)
    }
}

/// Reads what the journals hold beyond `folded`, and marks the segments that hold nothing more.
pub(crate) fn load(table: &Table, folded: u64) -> Result<Tail> {
    let mut frames = Vec::new();
    for path in journal::open_segments(&table.tail_folder)? {
        let found = journal::read(&path)?;
        if found.iter().all(|frame| frame.sequence <= folded) {
            journal::set_folded(&path)?;
            continue;
        }
        for frame in found.into_iter().filter(|frame| frame.sequence > folded) {
            frames.push(in_memory(table, &frame)?);
        }
    }
    Ok(Tail::new(frames))
}

fn in_memory(table: &Table, frame: &JournalFrame) -> Result<Arc<Frame>> {
    let rows = frame
        .rows
        .iter()
        .map(|rows| conform(&table.id, rows, &table.schema))
        .collect::<Result<Vec<_>>>()?;
    let rows = concat_batches(&table.schema, &rows).map_err(Error::rows(&table.id))?;
    Ok(Arc::new(Frame {
        sequence: frame.sequence,
        bytes: rows.get_array_memory_size() + frame.raw.len(),
        rows,
    }))
}

/// Writes rows to the tail; they are on disk and readable when this returns their sequence.
pub(crate) async fn append(table: &Arc<Table>, rows: &RecordBatch, raw: &[u8]) -> Result<u64> {
    table.present().await?;
    let rows = conform(&table.id, rows, &table.schema)?;
    let payload = journal::payload(&rows, raw).map_err(Error::rows(&table.id))?;
    let (acknowledge, acknowledged) = oneshot::channel();
    table
        .owned
        .tail
        .waiting
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(Waiting {
            rows,
            payload,
            acknowledge,
        });
    // Whoever gets the segment first writes for all who wait, with one sync; the others find nothing left.
    let writing = Arc::clone(table);
    tokio::spawn(async move { write_waiting(&writing).await });
    acknowledged.await.unwrap_or_else(|_| {
        Err(Error::Io {
            doing: "write the journal in",
            path: table.tail_folder.clone(),
            source: std::io::Error::other("the writer has stopped"),
        })
    })
}

async fn write_waiting(table: &Arc<Table>) {
    let segment = Arc::clone(&table.owned.tail.segment).lock_owned().await;
    let waiting = std::mem::take(
        &mut *table
            .owned
            .tail
            .waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner),
    );
    if waiting.is_empty() {
        return;
    }
    let passing = table.options.gate.pass().await;
    let table = Arc::clone(table);
    // When the blocking task dies, its senders are dropped and every waiting writer gets an error.
    let _ = tokio::task::spawn_blocking(move || {
        write_group(&table, segment, waiting);
        drop(passing);
    })
    .await;
}

fn write_group(
    table: &Table,
    mut segment: tokio::sync::OwnedMutexGuard<Option<Segment>>,
    waiting: Vec<Waiting>,
) {
    let first = table.next_sequence();
    let written = (|| {
        let open = match segment.as_mut() {
            Some(open) => open,
            None => segment.insert(Segment::create(&table.tail_folder, first)?),
        };
        open.write((first..).zip(waiting.iter().map(|one| one.payload.as_slice())))
    })();
    if let Err(error) = written {
        // The next write starts a new segment: this one may not take any more.
        *segment = None;
        let kind = match &error {
            Error::Io { source, .. } => source.kind(),
            _ => std::io::ErrorKind::Other,
        };
        let reason = std::error::Error::source(&error)
            .map_or_else(|| error.to_string(), ToString::to_string);
        for one in waiting {
            let _ = one.acknowledge.send(Err(Error::Io {
                doing: "write the journal in",
                path: table.tail_folder.clone(),
                source: std::io::Error::new(kind, reason.clone()),
            }));
        }
        return;
    }
    let mut acknowledgements = Vec::with_capacity(waiting.len());
    let mut frames = Vec::with_capacity(waiting.len());
    for (sequence, one) in (first..).zip(waiting) {
        frames.push(Arc::new(Frame {
            sequence,
            bytes: one.payload.len(),
            rows: one.rows,
        }));
        acknowledgements.push((sequence, one.acknowledge));
    }
    table.change_tail(|tail| tail.with(frames.into_iter()));
    for (sequence, acknowledge) in acknowledgements {
        // A writer that has gone away does not need to know.
        let _ = acknowledge.send(Ok(sequence));
    }
}

/// Moves the tail into the snapshot. The caller holds the table's writing lock.
pub(crate) async fn fold(table: &Arc<Table>) -> Result<Option<Folded>> {
    seal(table).await;
    let present = table.present().await?;
    let Some(last) = present.tail.last_sequence() else {
        return Ok(None);
    };
    table.at_step("sealed");
    let live = present.tail.live(table)?;
    let files = {
        let table = Arc::clone(table);
        let live = Arc::clone(&live);
        tokio::task::spawn_blocking(move || -> Result<_> {
            let mut writer = FileWriter::new(&table, Arc::clone(&table.file_schema));
            if let Err(error) = writer.write(&live.rows) {
                writer.abandon();
                return Err(error);
            }
            writer.finish()
        })
        .await??
    };
    table.at_step("written");
    let change = if table.key.is_empty() {
        Change::Append
    } else {
        Change::Upsert {
            keys: Arc::new(live.places.keys().copied().collect()),
        }
    };
    let plan = Plan {
        batch: None,
        into: None,
        change,
        files: files.clone(),
        operation: "fold".to_owned(),
        folded: Some(last),
    };
    let committed = match commit::apply(table, plan).await {
        Ok(committed) => committed,
        Err(error) => {
            crate::rewrite::remove_files(&table.folder, &files);
            return Err(error);
        }
    };
    table.at_step("committed");
    let marking = Arc::clone(table);
    let journals = tokio::task::spawn_blocking(move || mark_folded(&marking, last)).await??;
    table.at_step("marked");
    Ok(Some(Folded {
        committed,
        journals,
    }))
}

/// Lets the next write start a new segment.
async fn seal(table: &Table) {
    *table.owned.tail.segment.lock().await = None;
}

fn mark_folded(table: &Table, folded: u64) -> Result<Vec<PathBuf>> {
    let paths = journal::open_segments(&table.tail_folder)?;
    for path in &paths {
        // A segment that takes writes is not read: of one that is being written the end would be taken for one that was
        // cut short, and be cut off.
        if is_open(table, path) {
            continue;
        }
        let frames = journal::read(path)?;
        if frames.iter().all(|frame| frame.sequence <= folded) {
            journal::set_folded(path)?;
        }
    }
    journal::folded_segments(&table.tail_folder)
}

fn is_open(table: &Table, path: &std::path::Path) -> bool {
    table
        .owned
        .tail
        .segment
        .blocking_lock()
        .as_ref()
        .is_some_and(|segment| segment.path == path)
}

pub(crate) async fn info(table: &Table) -> Result<TailInfo> {
    Ok(table.present().await?.tail.info())
}

#[cfg(test)]
mod tests;
