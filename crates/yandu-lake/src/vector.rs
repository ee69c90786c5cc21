//! Deletion vectors: which rows of a data file are gone though the file goes on.
//!
//! A vector stands in the log itself, in the inline form of the Delta protocol: a bitmap of the places of rows, from 0, as
//! text. It is never changed; a file from which more rows go gets a larger one. In a version a file is itself together
//! with its vector: the same path with another vector holds other rows.

use arrow::array::BooleanArray;
use arrow::buffer::BooleanBuffer;
use parquet::arrow::arrow_reader::{RowSelection, RowSelector};
use roaring::RoaringTreemap;
use serde_json::{Value, json};

/// What the bytes of a vector begin with: the portable form of the bitmap follows.
const PORTABLE: u32 = 1_681_511_377;

/// How the protocol calls a vector that stands in the log.
const INLINE: &str = "i";

/// The places of rows that are gone.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Vector {
    gone: RoaringTreemap,
}

impl Vector {
    pub(crate) fn new(mut gone: RoaringTreemap) -> Self {
        gone.optimize();
        Self { gone }
    }

    /// A vector that leaves, of so many rows, these alone.
    pub(crate) fn leaving(rows: u64, left: &RoaringTreemap) -> Self {
        let mut gone = RoaringTreemap::new();
        gone.insert_range(0..rows);
        Self::new(gone - left)
    }

    /// How many rows are gone.
    pub(crate) fn len(&self) -> u64 {
        self.gone.len()
    }

    pub(crate) fn gone(&self) -> &RoaringTreemap {
        &self.gone
    }

    /// How many bytes the vector is before it becomes text.
    pub(crate) fn bytes(&self) -> usize {
        size_of::<u32>() + self.gone.serialized_size()
    }

    /// The descriptor in the words of the Delta protocol.
    pub(crate) fn descriptor(&self) -> Value {
        let mut bytes = PORTABLE.to_le_bytes().to_vec();
        let written = self.gone.serialize_into(&mut bytes);
        debug_assert!(written.is_ok(), "writing to memory does not fail");
        let size = bytes.len();
        // The text has five signs for each four bytes.
        bytes.resize(size.next_multiple_of(4), 0);
        json!({
            "storageType": INLINE,
            "pathOrInlineDv": z85::encode(&bytes),
            "sizeInBytes": size,
            "cardinality": self.len(),
        })
    }

    /// Reads a descriptor; `None` when it is not of the inline form, or damaged.
    pub(crate) fn read(descriptor: &Value) -> Option<Self> {
        let text = |name: &str| descriptor.get(name)?.as_str();
        if text("storageType")? != INLINE {
            return None;
        }
        let bytes = z85::decode(text("pathOrInlineDv")?).ok()?;
        let (magic, bitmap) = bytes.split_at_checked(size_of::<u32>())?;
        if magic != PORTABLE.to_le_bytes() {
            return None;
        }
        let gone = RoaringTreemap::deserialize_from(bitmap).ok()?;
        (descriptor.get("cardinality")?.as_u64()? == gone.len()).then_some(Self { gone })
    }

    /// The rows that are there, of `rows` from `first` on.
    pub(crate) fn selection(&self, first: u64, rows: u64) -> RowSelection {
        selection(&self.gone, first, rows, true)
    }

    /// Whether a row is gone of `rows` from `first` on.
    pub(crate) fn is_in(&self, first: u64, rows: u64) -> bool {
        self.gone.range_cardinality(first..first + rows) > 0
    }
}

/// The rows at these places, of `rows` from `first` on; or with `others` all but them.
pub(crate) fn selection(
    places: &RoaringTreemap,
    first: u64,
    rows: u64,
    others: bool,
) -> RowSelection {
    let run = |rows: u64, is_named: bool| RowSelector {
        row_count: rows as usize,
        skip: is_named == others,
    };
    let mut selectors = Vec::new();
    let (mut done, end) = (first, first + rows);
    let mut named = within(places, first, end).peekable();
    while let Some(from) = named.next() {
        let mut to = from + 1;
        while named.next_if_eq(&to).is_some() {
            to += 1;
        }
        if from > done {
            selectors.push(run(from - done, false));
        }
        selectors.push(run(to - from, true));
        done = to;
    }
    if end > done {
        selectors.push(run(end - done, false));
    }
    RowSelection::from(selectors)
}

/// True for each of `rows` rows from `first` on that stands at one of the places.
pub(crate) fn mask(places: &RoaringTreemap, first: u64, rows: usize) -> BooleanArray {
    let mut bits = vec![false; rows];
    for place in within(places, first, first + rows as u64) {
        if let Some(bit) = bits.get_mut((place - first) as usize) {
            *bit = true;
        }
    }
    BooleanArray::new(BooleanBuffer::from(bits), None)
}

fn within(places: &RoaringTreemap, first: u64, end: u64) -> impl Iterator<Item = u64> {
    let mut named = places.iter();
    named.advance_to(first);
    named.take_while(move |place| *place < end)
}

#[cfg(test)]
mod tests;
