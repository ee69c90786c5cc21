//! Where the rows of a key stand in the files of a table, and the rows: read once and kept, the least used given up first.
//!
//! What is kept is cut as files are: the footer, the filters of a column, the keys of a row group, and blocks of rows of single
//! columns. Which rows of a file are gone is looked at by whoever asks.

use std::slice;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, RecordBatch};
use arrow::buffer::Buffer;
use arrow::compute::concat_batches;
use arrow::datatypes::SchemaRef;
use datafusion::common::ScalarValue;
use yandu_check::key::{Key, hash_rows};

use crate::file::DataFile;
use crate::memory::{Part, Piece, Place};
use crate::point::{self, Filters, Value};
use crate::read::{BATCH_ROWS, Opened};
use crate::schema::conform;
use crate::table::Table;
use crate::{Error, Result};

/// Rows of a block: one batch of the reader.
const ROWS: usize = BATCH_ROWS;

/// Texts that hold on to more bytes than twice their own are copied.
const LOOSE: usize = 2;

/// Some columns of a table.
#[derive(Debug, Clone)]
pub(super) struct Columns {
    /// Their places in the table.
    pub(super) places: Vec<usize>,
    pub(super) schema: SchemaRef,
}

/// The keys of a row group, to find rows by.
#[derive(Debug)]
pub(crate) struct Keys {
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

    pub(crate) fn bytes(&self) -> usize {
        size_of_val(self.hashes.as_slice()) + size_of_val(self.rows.as_slice())
    }
}

/// Bits that blocks of bloom filters and other parts of the program do not choose by.
fn part(key: Key) -> u32 {
    (key >> 32) as u32
}

/// The key that is looked for.
#[derive(Debug)]
pub(super) struct Sought {
    /// One value for each column of the key; `None` for one that is not looked for in filters.
    values: Vec<Option<Value>>,
    key: Key,
}

impl Sought {
    /// `None` for a key without a value, which no row has.
    pub(super) fn new(values: &[ArrayRef]) -> Option<Self> {
        let key = hash_rows(values, 1).first().copied().flatten()?;
        let values = values.iter().map(|value| {
            let value = ScalarValue::try_from_array(value, 0).ok()?;
            Value::of(&value)
        });
        Some(Self {
            values: values.collect(),
            key,
        })
    }

    pub(super) fn key(&self) -> Key {
        self.key
    }
}

/// The rows of a file that may have a key, with these columns of the table, without those that are gone.
pub(super) async fn rows(
    table: &Arc<Table>,
    file: &DataFile,
    sought: &Sought,
    columns: &Columns,
    found: &mut Vec<RecordBatch>,
) -> Result<()> {
    for group in groups(table, file, sought).await? {
        let keys = keys(table, file, group).await?;
        let is_there = |row: &&u32| {
            let place = keys.first + u64::from(**row);
            let vector = file.vector.as_deref();
            vector.is_none_or(|vector| !vector.gone().contains(place))
        };
        for row in keys.rows(sought.key).iter().filter(is_there) {
            let row = *row as usize;
            let block = block(table, file, group, row / ROWS, columns).await?;
            found.push(block.slice(row % ROWS, 1));
        }
    }
    Ok(())
}

/// The row groups that may have a key, as far as the filters of its columns say.
async fn groups(table: &Arc<Table>, file: &DataFile, sought: &Sought) -> Result<Vec<u32>> {
    let mut groups: Option<Vec<u32>> = None;
    for (column, value) in table.key_indices().into_iter().zip(&sought.values) {
        let filters = filters(table, file, column).await?;
        let passes = |group: &u32| {
            value.as_ref().is_none_or(|value| {
                point::may_hold(&filters, *group as usize, slice::from_ref(value))
            })
        };
        let all = groups.unwrap_or_else(|| (0..filters.len() as u32).collect());
        groups = Some(all.into_iter().filter(passes).collect());
    }
    Ok(groups.unwrap_or_default())
}

async fn filters(table: &Arc<Table>, file: &DataFile, column: usize) -> Result<Filters> {
    let part = Part::Filters {
        column: column as u32,
    };
    let place = Place::of(table, file, part);
    if let Some(Piece::Filters(filters)) = table.memory.get(&place) {
        return Ok(filters);
    }
    let _reading = table.memory.wait(&place).await;
    let (table, file) = (Arc::clone(table), file.clone());
    tokio::task::spawn_blocking(move || point::filters(&table, &file, column)).await?
}

async fn keys(table: &Arc<Table>, file: &DataFile, group: u32) -> Result<Arc<Keys>> {
    let memory = &table.memory;
    let place = Place::of(table, file, Part::Keys { group });
    if let Some(Piece::Keys(keys)) = memory.get(&place) {
        return Ok(keys);
    }
    let _reading = memory.wait(&place).await;
    if let Some(Piece::Keys(keys)) = memory.get(&place) {
        return Ok(keys);
    }
    let (reading, file) = (Arc::clone(table), file.clone());
    let read = tokio::task::spawn_blocking(move || read_keys(&reading, &file, group as usize));
    let keys = Arc::new(read.await??);
    memory.keep(place, Piece::Keys(Arc::clone(&keys)));
    Ok(keys)
}

/// A block of rows with these columns of the table.
async fn block(
    table: &Arc<Table>,
    file: &DataFile,
    group: u32,
    block: usize,
    columns: &Columns,
) -> Result<RecordBatch> {
    let memory = &table.memory;
    let place = |column: usize| {
        let part = Part::Column {
            group,
            block: block as u32,
            column: column as u32,
        };
        Place::of(table, file, part)
    };
    let known = || -> Vec<Option<ArrayRef>> {
        let places = columns.places.iter().map(|column| place(*column));
        let pieces = memory.get_each(places).into_iter();
        let arrays = pieces.map(|piece| match piece {
            Some(Piece::Column(values)) => Some(values),
            _ => None,
        });
        arrays.collect()
    };
    let mut pieces = known();
    if pieces.iter().any(Option::is_none) {
        // The first column stands for the block.
        let first = columns.places.first().copied().unwrap_or_default();
        let _reading = memory.wait(&place(first)).await;
        pieces = known();
        let missing = columns.places.iter().zip(&pieces);
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
                memory.keep(place(*column), Piece::Column(Arc::clone(values)));
                *piece = Some(Arc::clone(values));
            }
        }
    }
    let pieces = pieces.into_iter().flatten().collect();
    RecordBatch::try_new(Arc::clone(&columns.schema), pieces).map_err(Error::rows(&table.id))
}

/// The file with its footer; blocking.
fn opened(table: &Table, file: &DataFile) -> Result<Arc<Opened>> {
    let place = Place::of(table, file, Part::Footer);
    if let Some(Piece::Footer(opened)) = table.memory.get(&place) {
        return Ok(opened);
    }
    let opened = Arc::new(Opened::open(file.full_path(&table.folder))?);
    table.memory.keep(place, Piece::Footer(Arc::clone(&opened)));
    Ok(opened)
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
    let opened = opened(table, file)?;
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
    let opened = opened(table, file)?;
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
