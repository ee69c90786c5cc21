//! The profile of one column, fed block by block.

use std::hash::{BuildHasher, Hasher};

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{
    ArrowPrimitiveType, DataType, Date32Type, Decimal128Type, Float64Type, Int64Type,
    Time64MicrosecondType, TimeUnit, TimestampMicrosecondType,
};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use hyperloglockless::HyperLogLog;

use super::look::{Tally, is_looked_at};
use super::pattern::shape;
use super::{ColumnProfile, Frequent};

/// 2^12 registers: standard error 1.04 / √4096 = 1.6 %.
const PRECISION: u8 = 12;
/// Every row of the first blocks is sampled, later one in [`STRIDE`].
const SAMPLED_FULLY: u64 = 65_536;
const STRIDE: u64 = 16;
/// Distinct values that are counted; beyond them new values are passed over, so a near-unique column stays small.
const TABLE: usize = 4_096;
const SHOWN: usize = 10;
const HASH: FixedState = FixedState::with_seed(0x7961_6e64);

#[derive(Clone)]
pub struct ColumnProfiler {
    name: String,
    rows: u64,
    nulls: u64,
    distinct: HyperLogLog<FixedState>,
    extremes: Extremes,
    frequent: HashMap<String, u64, FixedState>,
    patterns: HashMap<String, u64, FixedState>,
    sampled: u64,
    overflown: bool,
    looks: Tally,
}

/// Smallest and largest value in the order of the column's type.
#[derive(Clone)]
enum Extremes {
    None,
    Text {
        min: String,
        max: String,
    },
    Number {
        min: f64,
        max: f64,
        shown: (String, String),
    },
}

impl ColumnProfiler {
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            rows: 0,
            nulls: 0,
            distinct: HyperLogLog::with_hasher(PRECISION, HASH),
            extremes: Extremes::None,
            frequent: HashMap::with_hasher(HASH),
            patterns: HashMap::with_hasher(HASH),
            sampled: 0,
            overflown: false,
            looks: Tally::default(),
        }
    }

    pub(super) fn update(&mut self, column: &ArrayRef, first_row: u64) {
        self.rows += column.len() as u64;
        self.nulls += column.null_count() as u64;
        match column.data_type() {
            DataType::Utf8View => self.update_text(column, first_row),
            DataType::Int64 => {
                self.update_number::<Int64Type>(column, first_row, |v| v as f64, |v| v as u64);
            }
            DataType::Decimal128(_, _) => {
                self.update_number::<Decimal128Type>(column, first_row, |v| v as f64, |v| v as u64);
            }
            DataType::Float64 => {
                self.update_number::<Float64Type>(column, first_row, |v| v, f64::to_bits);
            }
            DataType::Date32 => {
                self.update_number::<Date32Type>(column, first_row, f64::from, |v| v as u64);
            }
            DataType::Time64(TimeUnit::Microsecond) => {
                self.update_number::<Time64MicrosecondType>(
                    column,
                    first_row,
                    |v| v as f64,
                    |v| v as u64,
                );
            }
            DataType::Timestamp(TimeUnit::Microsecond, _) => {
                self.update_number::<TimestampMicrosecondType>(
                    column,
                    first_row,
                    |v| v as f64,
                    |v| v as u64,
                );
            }
            _ => {
                for value in column
                    .as_boolean_opt()
                    .into_iter()
                    .flat_map(|flags| flags.iter().flatten())
                {
                    self.distinct.insert_hash(mix(u64::from(value)));
                }
                self.sample(column, first_row);
            }
        }
    }

    fn update_text(&mut self, column: &ArrayRef, first_row: u64) {
        let texts = column.as_string_view();
        let (mut low, mut high) = (None::<&str>, None::<&str>);
        let (mut low_head, mut high_head) = (u64::MAX, 0_u64);
        for text in texts.iter().flatten() {
            let mut hasher = HASH.build_hasher();
            hasher.write(text.as_bytes());
            self.distinct.insert_hash(hasher.finish());
            // The first eight bytes decide nearly always, so most texts are never compared in full.
            let head = head(text);
            if head <= low_head && low.is_none_or(|low| text < low) {
                (low, low_head) = (Some(text), head);
            }
            if head >= high_head && high.is_none_or(|high| text > high) {
                (high, high_head) = (Some(text), head);
            }
        }
        if let (Some(low), Some(high)) = (low, high) {
            self.extremes.widen(Extremes::Text {
                min: low.to_owned(),
                max: high.to_owned(),
            });
        }
        self.sample(column, first_row);
    }

    fn update_number<T: ArrowPrimitiveType>(
        &mut self,
        column: &ArrayRef,
        first_row: u64,
        number: impl Fn(T::Native) -> f64,
        bits: impl Fn(T::Native) -> u64,
    ) {
        let values = column.as_primitive::<T>();
        let (mut min, mut max) = (None::<(f64, usize)>, None::<(f64, usize)>);
        for (row, value) in values.iter().enumerate() {
            let Some(value) = value else { continue };
            self.distinct.insert_hash(mix(bits(value)));
            let value = number(value);
            if min.is_none_or(|(min, _)| value < min) {
                min = Some((value, row));
            }
            if max.is_none_or(|(max, _)| value > max) {
                max = Some((value, row));
            }
        }
        if let (Some((min, min_row)), Some((max, max_row)), Some(format)) =
            (min, max, formatter(column))
        {
            self.extremes.widen(Extremes::Number {
                min,
                max,
                shown: (
                    format.value(min_row).to_string(),
                    format.value(max_row).to_string(),
                ),
            });
        }
        self.sample(column, first_row);
    }

    /// Counts values and shapes of the sampled rows. Which rows are sampled depends on their place in the batch
    /// alone, so the result does not depend on how blocks are spread over threads.
    fn sample(&mut self, column: &ArrayRef, first_row: u64) {
        let Some(format) = formatter(column) else {
            return;
        };
        let mut text = String::new();
        let mut pattern = String::new();
        for row in (0..column.len()).filter(|row| {
            let place = first_row + *row as u64;
            place <= SAMPLED_FULLY || place.is_multiple_of(STRIDE)
        }) {
            if column.is_null(row) {
                continue;
            }
            self.sampled += 1;
            match column.as_string_view_opt() {
                Some(texts) => {
                    text.clear();
                    text.push_str(texts.value(row));
                }
                None => text = format.value(row).to_string(),
            }
            if is_looked_at(first_row + row as u64) {
                self.looks.look(&text);
            }
            shape(&text, &mut pattern);
            self.overflown |= !count(&mut self.frequent, &text, 1);
            count(&mut self.patterns, &pattern, 1);
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.rows += other.rows;
        self.nulls += other.nulls;
        self.sampled += other.sampled;
        self.overflown |= other.overflown;
        self.looks.merge(&other.looks);
        // Both sides have the same precision, the only thing a union can fail on.
        let _ = self.distinct.union(&other.distinct);
        self.extremes.widen(other.extremes);
        for (text, rows) in other.frequent {
            self.overflown |= !count(&mut self.frequent, &text, rows);
        }
        for (pattern, rows) in other.patterns {
            count(&mut self.patterns, &pattern, rows);
        }
    }

    pub(super) fn finish(self) -> ColumnProfile {
        let valid = self.rows - self.nulls;
        let exact = self.sampled == valid && !self.overflown;
        let scale = if self.sampled == 0 {
            1.0
        } else {
            valid as f64 / self.sampled as f64
        };
        let (min, max) = match self.extremes {
            Extremes::None => (None, None),
            Extremes::Text { min, max }
            | Extremes::Number {
                shown: (min, max), ..
            } => (Some(min), Some(max)),
        };
        // While every distinct value is in the table, the table is the better counter.
        let distinct = if exact {
            self.frequent.len() as u64
        } else {
            (self.distinct.count() as u64).min(valid)
        };
        let (looked, looks) = self.looks.finish();
        ColumnProfile {
            column: self.name,
            rows: self.rows,
            nulls: self.nulls,
            distinct,
            min,
            max,
            frequent: most_frequent(self.frequent, scale),
            patterns: most_frequent(self.patterns, scale),
            exact,
            looked,
            looks,
        }
    }
}

impl Extremes {
    fn widen(&mut self, other: Self) {
        match (&mut *self, other) {
            (_, Self::None) => {}
            (
                Self::Text { min, max },
                Self::Text {
                    min: low,
                    max: high,
                },
            ) => {
                if low < *min {
                    *min = low;
                }
                if high > *max {
                    *max = high;
                }
            }
            (
                Self::Number { min, max, shown },
                Self::Number {
                    min: low,
                    max: high,
                    shown: other,
                },
            ) => {
                if low < *min {
                    (*min, shown.0) = (low, other.0);
                }
                if high > *max {
                    (*max, shown.1) = (high, other.1);
                }
            }
            (mine, other) => *mine = other,
        }
    }
}

fn formatter(column: &ArrayRef) -> Option<ArrayFormatter<'_>> {
    const OPTIONS: FormatOptions<'static> = FormatOptions::new().with_display_error(true);
    ArrayFormatter::try_new(column, &OPTIONS).ok()
}

/// The first eight bytes as a number that orders like the text.
fn head(text: &str) -> u64 {
    let bytes = text.as_bytes();
    match bytes.first_chunk::<8>() {
        Some(chunk) => u64::from_be_bytes(*chunk),
        None => {
            bytes
                .iter()
                .fold(0, |head, byte| (head << 8) | u64::from(*byte))
                << (64 - 8 * bytes.len().max(1))
        }
    }
}

/// The finaliser of SplitMix64 spreads small numbers over all bits.
fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Whether the text was counted; a full table takes no new texts.
fn count(table: &mut HashMap<String, u64, FixedState>, text: &str, rows: u64) -> bool {
    if let Some(known) = table.get_mut(text) {
        *known += rows;
        return true;
    }
    if table.len() >= TABLE {
        return false;
    }
    table.insert(text.to_owned(), rows);
    true
}

fn most_frequent(table: HashMap<String, u64, FixedState>, scale: f64) -> Vec<Frequent> {
    let mut frequent: Vec<Frequent> = table
        .into_iter()
        .map(|(value, rows)| Frequent {
            value,
            rows: (rows as f64 * scale).round() as u64,
        })
        .collect();
    frequent.sort_by(|a, b| b.rows.cmp(&a.rows).then_with(|| a.value.cmp(&b.value)));
    frequent.truncate(SHOWN);
    frequent
}
