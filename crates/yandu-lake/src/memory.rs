//! What is kept in memory of data files, to look rows up in them: of all tables of a lake together, the least used given up first.
//!
//! Files never change, so what is kept of one holds for as long as there is the file.

use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arrow::array::{Array, ArrayRef};
use lru::LruCache;
use parquet::bloom_filter::Sbbf;

use crate::file::DataFile;
use crate::lookup::Keys;
use crate::point::Filters;
use crate::read::Opened;
use crate::table::Table;

/// Readers of different pieces do not wait for each other, mostly.
const LINES: usize = 64;

/// Bytes of a block of a bloom filter, as the Parquet format has it.
const FILTER_BLOCK: usize = 32;

#[derive(Debug)]
pub(crate) struct Memory {
    kept: Mutex<Kept>,
    /// The bytes that are kept at most.
    most: usize,
    /// Held by whoever reads one of the pieces that fall to a line: it is read once, however many want it.
    reading: Vec<tokio::sync::Mutex<()>>,
    lines: RandomState,
}

#[derive(Debug)]
struct Kept {
    pieces: LruCache<Place, Held>,
    bytes: usize,
}

#[derive(Debug)]
struct Held {
    piece: Piece,
    bytes: usize,
}

/// What a piece is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    file: u64,
    /// The declaration of the table, which says what its columns and its key are.
    table: u64,
    part: Part,
}

/// A part of a file. Columns go by their places in the table, row groups and blocks by those in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Part {
    Footer,
    Filters { column: u32 },
    Keys { group: u32 },
    Column { group: u32, block: u32, column: u32 },
}

#[derive(Debug, Clone)]
pub(crate) enum Piece {
    Footer(Arc<Opened>),
    Filters(Filters),
    Keys(Arc<Keys>),
    Column(ArrayRef),
}

impl Place {
    pub(crate) fn of(table: &Table, file: &DataFile, part: Part) -> Self {
        Self {
            file: file.lookups.number(),
            table: table.number,
            part,
        }
    }
}

impl Memory {
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

    pub(crate) fn get(&self, place: &Place) -> Option<Piece> {
        self.kept().get(place)
    }

    /// The piece of each place, in their order.
    pub(crate) fn get_each(&self, places: impl Iterator<Item = Place>) -> Vec<Option<Piece>> {
        let mut kept = self.kept();
        places.map(|place| kept.get(&place)).collect()
    }

    /// Whoever reads a piece holds this, and looks once more whether another has read it meanwhile.
    pub(crate) async fn wait(&self, place: &Place) -> Option<tokio::sync::MutexGuard<'_, ()>> {
        let line = self.lines.hash_one(place) as usize % LINES;
        Some(self.reading.get(line)?.lock().await)
    }

    /// Keeps a piece. One that is larger than the whole memory is not kept: nothing else could stay beside it.
    pub(crate) fn keep(&self, place: Place, piece: Piece) {
        let bytes = piece.bytes();
        if bytes > self.most {
            return;
        }
        let mut kept = self.kept();
        kept.bytes += bytes;
        let before = kept.pieces.put(place, Held { piece, bytes });
        if let Some(before) = before {
            kept.bytes = kept.bytes.saturating_sub(before.bytes);
        }
        while kept.bytes > self.most {
            let Some((_, given_up)) = kept.pieces.pop_lru() else {
                break;
            };
            kept.bytes = kept.bytes.saturating_sub(given_up.bytes);
        }
    }

    /// Bytes that are kept.
    #[cfg(test)]
    pub(crate) fn bytes(&self) -> usize {
        self.kept().bytes
    }

    /// Bytes that are kept of one part of all files.
    #[cfg(test)]
    pub(crate) fn bytes_of(&self, part: Part) -> usize {
        let kept = self.kept();
        let pieces = kept.pieces.iter();
        let meant = pieces.filter(|(place, _)| place.part == part);
        meant.map(|(_, held)| held.bytes).sum()
    }
}

impl Kept {
    fn get(&mut self, place: &Place) -> Option<Piece> {
        self.pieces.get(place).map(|held| held.piece.clone())
    }
}

impl Piece {
    fn bytes(&self) -> usize {
        match self {
            Self::Footer(opened) => opened.bytes(),
            Self::Filters(filters) => {
                let blocks: usize = filters.iter().flatten().map(Sbbf::num_blocks).sum();
                size_of_val(filters.as_slice()) + blocks * FILTER_BLOCK
            }
            Self::Keys(keys) => keys.bytes(),
            Self::Column(values) => values.get_array_memory_size(),
        }
    }
}

#[cfg(test)]
mod tests;
