//! Which rows of a data file have a value in a column: a small file beside the data file, for columns by which rows are
//! looked for again and again.
//!
//! Bloom filters say which row groups can hold one value. Of fifty values nearly every row group holds one, and the whole
//! column would be read; an index names the rows, so that only their pages are.
//!
//! A data file never changes, so neither does its index. It can be missing at any time: then the column is read. It holds
//! hashes, not values; whoever looks rows up compares the values of those that are named.

use std::fs::{self, File};
use std::io::{BufWriter, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use arrow::array::{Array, ArrayRef};
use arrow::datatypes::DataType;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use uuid::Uuid;
use yandu_check::key::{Key, hash_rows};

use crate::file::DataFile;
use crate::read;
use crate::{Error, Result};

/// The folder of indexes in that of the table. Readers of Delta tables pass over what starts with `_`.
const FOLDER: &str = "_index";

/// The first bytes of an index; the last of them is the number of the form.
const MAGIC: [u8; 8] = *b"yanduix1";

/// Rows of one bucket, which is read whole.
const BUCKET_ROWS: usize = 256;

/// A column with fewer different values in this many rows gets no index: each value stands in most pages.
const ROWS_OF_VALUE: usize = 1_000;

/// Where more than one row in this many is meant, reading all is as good.
const SHARE: u64 = 16;

/// Bytes of an entry: the row, and the part of the hash that its bucket does not say.
const ENTRY: usize = 6;

/// An index that is open: all but the entries is in memory.
#[derive(Debug)]
pub(crate) struct Index {
    path: PathBuf,
    /// Stands for the type of the values.
    kind: u8,
    /// How many bits of a hash are the number of a bucket.
    bits: u32,
    /// Rows of each row group.
    groups: Vec<u32>,
    /// Where the buckets begin, in entries, and where the last one ends.
    starts: Vec<u32>,
}

/// The type of values as an index names it; `None` for values that are not looked up.
pub(crate) fn kind_of(data_type: &DataType) -> Option<u8> {
    match data_type {
        DataType::Utf8View => Some(1),
        DataType::Int64 => Some(2),
        _ => None,
    }
}

/// Where the index of a column of a data file stands; `None` for a name that no file can have.
pub(crate) fn path_of(file: &Path, column: &str) -> Option<PathBuf> {
    let is_plain = |sign: char| sign.is_ascii_alphanumeric() || sign == '_';
    if column.is_empty() || column.len() > 100 || !column.chars().all(is_plain) {
        return None;
    }
    let stem = file.file_stem()?.to_str()?;
    Some(
        file.parent()?
            .join(FOLDER)
            .join(format!("{stem}.{column}.idx")),
    )
}

impl Index {
    /// Opens the index of a column. `None` when there is none, or not one that can be read: it can be made anew.
    pub(crate) fn open(file: &Path, column: &str) -> Option<Self> {
        let path = path_of(file, column)?;
        let mut opened = File::open(&path).ok()?;
        let length = opened.metadata().ok()?.len();
        let mut head = [0_u8; 20];
        opened.read_exact(&mut head).ok()?;
        let (magic, rest) = head.split_at(MAGIC.len());
        if magic != MAGIC {
            return None;
        }
        let mut words = rest.chunks_exact(4).map(word);
        let (kind, bits) = {
            let word = words.next()?;
            ((word & 0xff) as u8, word >> 8)
        };
        let (groups, entries) = (words.next()?, words.next()?);
        if bits > 24 {
            return None;
        }
        let buckets = (1_u64 << bits) + 1;
        let expected = 20 + 4 * (u64::from(groups) + buckets) + ENTRY as u64 * u64::from(entries);
        if length != expected {
            return None;
        }
        let groups = read_words(&mut opened, groups as usize)?;
        let starts = read_words(&mut opened, buckets as usize)?;
        let is_whole = starts.is_sorted() && starts.last() == Some(&entries);
        is_whole.then_some(Self {
            path,
            kind,
            bits,
            groups,
            starts,
        })
    }

    pub(crate) fn is_of(&self, data_type: &DataType) -> bool {
        kind_of(data_type) == Some(self.kind)
    }

    /// Rows of each row group of the data file.
    pub(crate) fn groups(&self) -> &[u32] {
        &self.groups
    }

    /// The rows, ascending, that can have one of the values with these hashes. `None` when there are too many to be read
    /// one by one.
    pub(crate) fn rows(&self, keys: &[Key]) -> Result<Option<Vec<u32>>> {
        // A dull column has no entries.
        let entries = self.starts.last().copied().unwrap_or_default();
        let all: u64 = self.groups.iter().copied().map(u64::from).sum();
        if entries == 0 && all > 0 {
            return Ok(None);
        }
        let mut wanted: Vec<(usize, u16)> = keys.iter().map(|key| place(*key, self.bits)).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let read: u64 = wanted.iter().map(|(bucket, _)| self.span(*bucket).1).sum();
        if read > all / 2 + BUCKET_ROWS as u64 {
            return Ok(None);
        }
        let mut file = File::open(&self.path).map_err(Error::io("open", &self.path))?;
        let begin = 20 + 4 * (self.groups.len() + self.starts.len()) as u64;
        let mut rows = Vec::new();
        let mut bytes = Vec::new();
        for (bucket, rest) in wanted {
            let (start, count) = self.span(bucket);
            bytes.resize(count as usize * ENTRY, 0);
            file.seek(SeekFrom::Start(begin + start * ENTRY as u64))
                .and_then(|_| file.read_exact(&mut bytes))
                .map_err(Error::io("read", &self.path))?;
            rows.extend(
                bytes
                    .chunks_exact(ENTRY)
                    .map(entry)
                    .filter(|(_, found)| *found == rest)
                    .map(|(row, _)| row),
            );
        }
        rows.sort_unstable();
        rows.dedup();
        let is_few = rows.len() as u64 <= (all / SHARE).max(BUCKET_ROWS as u64);
        Ok(is_few.then_some(rows))
    }

    /// Where a bucket begins, and how many entries it has.
    fn span(&self, bucket: usize) -> (u64, u64) {
        let at = |place: usize| self.starts.get(place).copied().map_or(0, u64::from);
        (at(bucket), at(bucket + 1).saturating_sub(at(bucket)))
    }
}

/// Writes the index of a column of a data file, unless the column is not in it or has other values than texts and
/// integers; blocking.
pub(crate) fn build(file: &Path, column: &str) -> Result<Option<Index>> {
    let Some(path) = path_of(file, column) else {
        return Ok(None);
    };
    let Some(read) = read(file, column)? else {
        return Ok(None);
    };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(Error::io("make", folder))?;
    }
    let draft = path.with_extension(format!("{}.tmp", Uuid::now_v7()));
    let written = write(&draft, &read).and_then(|()| fs::rename(&draft, &path));
    if let Err(error) = written {
        // The draft is of no use to anybody.
        let _ = fs::remove_file(&draft);
        return Err(Error::io("write", &path)(error));
    }
    Ok(Index::open(file, column))
}

/// Removes the indexes of data files that are gone, and drafts of this age, which nobody writes on any more.
pub(crate) fn sweep(folder: &Path, age: Duration) -> Result<()> {
    let indexes = folder.join(FOLDER);
    let entries = match fs::read_dir(&indexes) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(Error::io("list", indexes)(error)),
    };
    for entry in entries {
        let path = entry.map_err(Error::io("list", &indexes))?.path();
        let name = path.file_name().map(|name| name.to_string_lossy());
        let stem = name.as_deref().and_then(|name| name.split('.').next());
        let is_of_none = |stem: &str| !folder.join(stem).with_extension("parquet").exists();
        let is_draft = path.extension().is_some_and(|found| found == "tmp");
        if stem.is_some_and(is_of_none) || is_draft && is_older(&path, age) {
            fs::remove_file(&path).map_err(Error::io("remove", &path))?;
        }
    }
    Ok(())
}

fn is_older(path: &Path, age: Duration) -> bool {
    let modified = path.metadata().and_then(|metadata| metadata.modified());
    let lasted = modified.ok().and_then(|at| at.elapsed().ok());
    lasted.is_some_and(|lasted| lasted > age)
}

/// What an index is made of.
struct Column {
    kind: u8,
    groups: Vec<u32>,
    /// The hash of each row; `None` for a row without a value.
    hashes: Vec<Option<u64>>,
}

fn read(file: &Path, column: &str) -> Result<Option<Column>> {
    let opened = File::open(file).map_err(Error::io("open", file))?;
    let footer =
        ParquetRecordBatchReaderBuilder::try_new(opened).map_err(Error::file("open", file))?;
    let groups: Option<Vec<u32>> = footer
        .metadata()
        .row_groups()
        .iter()
        .map(|group| u32::try_from(group.num_rows()).ok())
        .collect();
    let mask = ProjectionMask::columns(footer.parquet_schema(), [column]);
    let is_there = (0..footer.parquet_schema().num_columns()).any(|leaf| mask.leaf_included(leaf));
    let rows = footer.metadata().file_metadata().num_rows();
    let (Some(groups), true, Ok(rows)) = (groups, is_there, u32::try_from(rows)) else {
        return Ok(None);
    };
    let mut hashes = Vec::with_capacity(rows as usize);
    let mut kind = None;
    // An index is of all rows of the file, those that a deletion vector names among them.
    let (Some(folder), Some(name)) = (
        file.parent(),
        file.file_name().and_then(|name| name.to_str()),
    ) else {
        return Ok(None);
    };
    let whole = DataFile::named(name.to_owned(), None);
    for block in read::read(folder, &whole, Some(&[column.to_owned()]))? {
        let block = block.map_err(|error| Error::file("read", file)(error.into()))?;
        let Some(values): Option<&ArrayRef> = block.columns().first() else {
            return Ok(None);
        };
        kind = kind_of(values.data_type());
        if kind.is_none() {
            return Ok(None);
        }
        hashes.extend(
            hash_rows(std::slice::from_ref(values), values.len())
                .into_iter()
                .map(|key| key.map(|key| (key >> 64) as u64)),
        );
    }
    Ok(kind.map(|kind| Column {
        kind,
        groups,
        hashes,
    }))
}

fn write(draft: &Path, column: &Column) -> std::io::Result<()> {
    let values = column.hashes.iter().flatten().count();
    let buckets = values.div_ceil(BUCKET_ROWS).max(1).next_power_of_two();
    let bits = buckets.trailing_zeros().min(24);
    let (starts, entries) = sorted(&column.hashes, bits);
    let mut file = BufWriter::new(File::create(draft)?);
    file.write_all(&MAGIC)?;
    let heads = [
        u32::from(column.kind) | (bits << 8),
        column.groups.len() as u32,
        entries.len() as u32,
    ];
    for word in heads.iter().chain(&column.groups).chain(&starts) {
        file.write_all(&word.to_le_bytes())?;
    }
    for (rest, row) in &entries {
        file.write_all(&row.to_le_bytes())?;
        file.write_all(&rest.to_le_bytes())?;
    }
    file.into_inner()?.sync_all()
}

/// The entries by bucket, and where each bucket begins; none when the values are too few to look for.
fn sorted(hashes: &[Option<u64>], bits: u32) -> (Vec<u32>, Vec<(u16, u32)>) {
    let buckets = 1_usize << bits;
    let of = |hash: u64| place(u128::from(hash) << 64, bits);
    let mut starts = vec![0_u32; buckets + 1];
    for hash in hashes.iter().flatten() {
        if let Some(count) = starts.get_mut(of(*hash).0 + 1) {
            *count += 1;
        }
    }
    let mut total = 0;
    for start in &mut starts {
        total += *start;
        *start = total;
    }
    let mut next = starts.clone();
    let mut entries = vec![(0_u16, 0_u32); total as usize];
    for (row, hash) in hashes.iter().enumerate() {
        let Some(hash) = hash else { continue };
        let (bucket, rest) = of(*hash);
        if let Some(place) = next.get_mut(bucket) {
            if let Some(entry) = entries.get_mut(*place as usize) {
                *entry = (rest, row as u32);
            }
            *place += 1;
        }
    }
    let mut different = 0;
    for bucket in starts.windows(2) {
        let &[from, to] = bucket else { continue };
        if let Some(entries) = entries.get_mut(from as usize..to as usize) {
            entries.sort_unstable();
            different += entries.chunk_by(|one, other| one.0 == other.0).count();
        }
    }
    if different.saturating_mul(ROWS_OF_VALUE) < entries.len() {
        return (vec![0; buckets + 1], Vec::new());
    }
    (starts, entries)
}

/// The bucket of a hash, and the part of it that the bucket does not say.
fn place(key: Key, bits: u32) -> (usize, u16) {
    let hash = (key >> 64) as u64;
    let bucket = if bits == 0 { 0 } else { hash >> (64 - bits) };
    (bucket as usize, (hash >> (48 - bits)) as u16)
}

fn word(bytes: &[u8]) -> u32 {
    bytes
        .try_into()
        .map_or(0, |bytes: [u8; 4]| u32::from_le_bytes(bytes))
}

fn entry(bytes: &[u8]) -> (u32, u16) {
    let (row, rest) = bytes.split_at(bytes.len().min(4));
    let rest = rest
        .try_into()
        .map_or(0, |rest: [u8; 2]| u16::from_le_bytes(rest));
    (word(row), rest)
}

fn read_words(file: &mut File, count: usize) -> Option<Vec<u32>> {
    let mut bytes = vec![0_u8; count.checked_mul(4)?];
    file.read_exact(&mut bytes).ok()?;
    Some(bytes.chunks_exact(4).map(word).collect())
}

#[cfg(test)]
mod tests;
