//! Where the rows of a key stand in the files of a table, and the rows: read once and kept, the least used given up first.
//!
//! What is kept is cut as files are: the keys of a row group, and blocks of rows of single columns. Files never change, so what
//! is kept of one holds for as long as there is the file; which of its rows are gone is looked at by whoever asks.

use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::buffer::Buffer;
use arrow::compute::concat_batches;
use arrow::datatypes::{Int64Type, SchemaRef};
use lru::LruCache;
use parquet::bloom_filter::Sbbf;
use yandu_check::key::{Key, hash_rows};

use crate::file::DataFile;
use crate::read::BATCH_ROWS;
use crate::schema::conform;
use crate::table::Table;
use crate::{Error, Result};

/// Rows of a block: one batch of the reader.
const ROWS: usize = BATCH_ROWS;

/// Readers of different blocks do not wait for each other, mostly.
const LINES: usize = 64;

/// Texts that hold on to more bytes than twice their own are copied.
const LOOSE: usize = 2;

/// What is kept of all tables of a lake.
#[derive(Debug)]
pub(crate) struct Blocks {
    kept: Mutex<Kept>,
    /// The bytes that are kept at most.
    most: usize,
    /// Held by whoever reads one of the blocks that fall to a line: it is read once, however many want it.
    reading: Vec<tokio::sync::Mutex<()>>,
    lines: RandomState,
}

#[derive(Debug)]
struct Kept {
    pieces: LruCache<Place, Piece>,
    bytes: usize,
}

/// What a piece is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Place {
    file: u64,
    /// The declaration of the table, which says what its columns and its key are.
    table: u64,
    group: u32,
    part: Part,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Part {
    Keys,
    Column { block: u32, column: u32 },
}

#[derive(Debug, Clone)]
enum Piece {
    Keys(Arc<Keys>),
    Column(ArrayRef),
}

/// The keys of a row group, to find rows by.
#[derive(Debug)]
struct Keys {
    /// The place of its first row in the file.
    first: u64,
    /// Parts of the hashes of keys, ascending.
    hashes: Vec<u32>,
    /// The row of each.
    rows: Vec<u32>,
}

impl Keys {
    fn of(first: u64, keys: &[Option<Key>]) -> Self {
        let keyed = keys.iter().enumerate();
        let mut pairs: Vec<(u32, u32)> = keyed
            .filter_map(|(row, key)| key.map(|key| (part(key), row as u32)))
            .collect();
        pairs.sort_unstable();
        let (hashes, rows) = pairs.into_iter().unzip();
        Self {
            first,
            hashes,
            rows,
        }
    }

    /// The rows that may have a key.
    fn rows(&self, key: Key) -> &[u32] {
        let part = part(key);
        let from = self.hashes.partition_point(|hash| *hash < part);
        let same = self.hashes.get(from..).unwrap_or_default();
        let count = same.iter().take_while(|hash| **hash == part).count();
        self.rows.get(from..from + count).unwrap_or_default()
    }
}

/// Bits that blocks of bloom filters and other parts of the program do not choose by.
fn part(key: Key) -> u32 {
    (key >> 32) as u32
}

/// The key that is looked for.
#[derive(Debug)]
pub(super) struct Sought {
    /// One value for each column of the key.
    values: Vec<ArrayRef>,
    key: Key,
}

impl Sought {
    /// `None` for a key without a value, which no row has.
    pub(super) fn new(values: Vec<ArrayRef>) -> Option<Self> {
        let key = hash_rows(&values, 1).first().copied().flatten()?;
        Some(Self { values, key })
    }

    pub(super) fn key(&self) -> Key {
        self.key
    }
}

/// Whether a filter of the column lets a value through.
fn may_be_in(value: &ArrayRef, filter: &Sbbf) -> bool {
    if let Some(texts) = value.as_string_view_opt() {
        return filter.check(texts.value(0));
    }
    if let Some(numbers) = value.as_primitive_opt::<Int64Type>() {
        return filter.check(&numbers.value(0));
    }
    // Other values are not looked for in filters.
    true
}

impl Blocks {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            kept: Mutex::new(Kept {
                pieces: LruCache::unbounded(),
                bytes: 0,
            }),
            most,
            reading: (0..LINES).map(|_| tokio::sync::Mutex::default()).collect(),
            lines: RandomState::new(),
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Bytes that are kept.
    #[cfg(test)]
    pub(crate) fn bytes(&self) -> usize {
        self.kept().bytes
    }

    /// The rows of a file that may have a key, with these columns of the table, without those that are gone.
    pub(super) async fn rows(
        &self,
        table: &Arc<Table>,
        file: &DataFile,
        sought: &Sought,
        columns: &[usize],
        found: &mut Vec<RecordBatch>,
    ) -> Result<()> {
        for group in groups(table, file, sought).await? {
            let keys = self.keys(table, file, group).await?;
            let is_there = |row: &&u32| {
                let place = keys.first + u64::from(**row);
                let vector = file.vector.as_deref();
                vector.is_none_or(|vector| !vector.gone().contains(place))
            };
            for row in keys.rows(sought.key).iter().filter(is_there) {
                let row = *row as usize;
                let block = self.block(table, file, group, row / ROWS, columns).await?;
                found.push(block.slice(row % ROWS, 1));
            }
        }
        Ok(())
    }

    async fn keys(&self, table: &Arc<Table>, file: &DataFile, group: u32) -> Result<Arc<Keys>> {
        let place = Place {
            file: file.lookups.number(),
            table: table.number,
            group,
            part: Part::Keys,
        };
        if let Some(Piece::Keys(keys)) = self.kept().pieces.get(&place) {
            return Ok(Arc::clone(keys));
        }
        let _reading = self.wait(&place).await;
        if let Some(Piece::Keys(keys)) = self.kept().pieces.get(&place) {
            return Ok(Arc::clone(keys));
        }
        let (table, file) = (Arc::clone(table), file.clone());
        let read = tokio::task::spawn_blocking(move || read_keys(&table, &file, group as usize));
        let keys = Arc::new(read.await??);
        self.keep(place, Piece::Keys(Arc::clone(&keys)));
        Ok(keys)
    }

    /// A block of rows with these columns of the table.
    async fn block(
        &self,
        table: &Arc<Table>,
        file: &DataFile,
        group: u32,
        block: usize,
        columns: &[usize],
    ) -> Result<RecordBatch> {
        let place = |column: usize| Place {
            file: file.lookups.number(),
            table: table.number,
            group,
            part: Part::Column {
                block: block as u32,
                column: column as u32,
            },
        };
        let known = || -> Vec<Option<ArrayRef>> {
            let mut kept = self.kept();
            let pieces = columns
                .iter()
                .map(|column| match kept.pieces.get(&place(*column)) {
                    Some(Piece::Column(values)) => Some(Arc::clone(values)),
                    _ => None,
                });
            pieces.collect()
        };
        let mut pieces = known();
        if pieces.iter().any(Option::is_none) {
            // The first column stands for the block.
            let first = columns.first().copied().unwrap_or_default();
            let _reading = self.wait(&place(first)).await;
            pieces = known();
            let missing = columns.iter().zip(&pieces);
            let missing: Vec<usize> = missing
                .filter_map(|(column, piece)| piece.is_none().then_some(*column))
                .collect();
            if !missing.is_empty() {
                let (reading, file, wanted) = (Arc::clone(table), file.clone(), missing.clone());
                let read = tokio::task::spawn_blocking(move || {
                    read_block(&reading, &file, group as usize, block, &wanted)
                });
                let read = read.await??;
                let free = pieces.iter_mut().filter(|piece| piece.is_none());
                for ((column, piece), values) in missing.iter().zip(free).zip(read.columns()) {
                    self.keep(place(*column), Piece::Column(Arc::clone(values)));
                    *piece = Some(Arc::clone(values));
                }
            }
        }
        let pieces = pieces.into_iter().flatten().collect();
        RecordBatch::try_new(projected(table, columns)?, pieces).map_err(Error::rows(&table.id))
    }

    async fn wait(&self, place: &Place) -> Option<tokio::sync::MutexGuard<'_, ()>> {
        let line = self.lines.hash_one(place) as usize % LINES;
        Some(self.reading.get(line)?.lock().await)
    }

    fn keep(&self, place: Place, piece: Piece) {
        let mut kept = self.kept();
        kept.bytes += piece.bytes();
        let before = kept.pieces.put(place, piece);
        if let Some(before) = before {
            kept.bytes = kept.bytes.saturating_sub(before.bytes());
        }
        while kept.bytes > self.most {
            let Some((_, given_up)) = kept.pieces.pop_lru() else {
                break;
            };
            kept.bytes = kept.bytes.saturating_sub(given_up.bytes());
        }
    }
}

impl Piece {
    fn bytes(&self) -> usize {
        match self {
            Self::Keys(keys) => keys.hashes.len() * 2 * size_of::<u32>(),
            Self::Column(values) => values.get_array_memory_size(),
        }
    }
}

/// The row groups that may have a key, as far as the filters of its columns say.
async fn groups(table: &Arc<Table>, file: &DataFile, sought: &Sought) -> Result<Vec<u32>> {
    let mut groups: Option<Vec<u32>> = None;
    for (column, value) in table.key.iter().zip(&sought.values) {
        let filters = if let Some(filters) = file.lookups.known(column) {
            filters
        } else {
            let (lookups, column) = (Arc::clone(&file.lookups), column.clone());
            let path = file.full_path(&table.folder);
            tokio::task::spawn_blocking(move || lookups.of(&path, &column)).await??
        };
        let passes = |group: &u32| {
            let filter = filters.get(*group as usize).and_then(Option::as_ref);
            filter.is_none_or(|filter| may_be_in(value, filter))
        };
        let all = groups.unwrap_or_else(|| (0..filters.len() as u32).collect());
        groups = Some(all.into_iter().filter(passes).collect());
    }
    Ok(groups.unwrap_or_default())
}

fn projected(table: &Table, columns: &[usize]) -> Result<SchemaRef> {
    let schema = table.schema.project(columns);
    Ok(Arc::new(schema.map_err(Error::rows(&table.id))?))
}

fn names(schema: &SchemaRef) -> Vec<String> {
    let fields = schema.fields().iter();
    fields.map(|field| field.name().clone()).collect()
}

/// Reads the keys of a row group; blocking.
fn read_keys(table: &Table, file: &DataFile, group: usize) -> Result<Keys> {
    let schema = projected(table, &table.key_indices())?;
    let opened = file.lookups.opened(&file.full_path(&table.folder))?;
    let group = opened.nth(group)?;
    let mut keys = Vec::new();
    for rows in opened.group(&names(&schema), &group)? {
        let rows = rows.map_err(Error::rows(&table.id))?;
        let rows = conform(&table.id, &rows, &schema)?;
        keys.extend(hash_rows(rows.columns(), rows.num_rows()));
    }
    Ok(Keys::of(group.first, &keys))
}

/// Reads a block of rows with these columns of the table; blocking.
fn read_block(
    table: &Table,
    file: &DataFile,
    group: usize,
    block: usize,
    columns: &[usize],
) -> Result<RecordBatch> {
    let schema = projected(table, columns)?;
    let opened = file.lookups.opened(&file.full_path(&table.folder))?;
    let group = opened.nth(group)?;
    let rows = block * ROWS..(block + 1) * ROWS;
    let read = opened.rows_of(&names(&schema), &group, rows)?;
    let read: Vec<RecordBatch> = read
        .map(|rows| conform(&table.id, &rows.map_err(Error::rows(&table.id))?, &schema))
        .collect::<Result<_>>()?;
    let block = concat_batches(&schema, &read).map_err(Error::rows(&table.id))?;
    let columns = block.columns().iter().map(compact).collect();
    RecordBatch::try_new(schema, columns).map_err(Error::rows(&table.id))
}

/// Texts that a reader has made hold on to the pages that they were read from.
fn compact(column: &ArrayRef) -> ArrayRef {
    let Some(texts) = column.as_string_view_opt() else {
        return Arc::clone(column);
    };
    let held: usize = texts.data_buffers().iter().map(Buffer::len).sum();
    let own: usize = texts.iter().flatten().map(str::len).sum();
    if held > own * LOOSE {
        return Arc::new(texts.gc());
    }
    Arc::clone(column)
}
