//! The columns of a batch, made ready to be written row by row.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BinaryArray, BooleanArray, Date32Array, Decimal128Array,
    Float32Array, Float64Array, Int16Array, Int32Array, Int64Array, IntervalMonthDayNanoArray,
    LargeStringArray, ListArray, RecordBatch, StringArray, StringViewArray, Time64MicrosecondArray,
    TimestampMicrosecondArray, UInt32Array,
};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Float32Type, Float64Type, Int16Type, Int32Type,
    Int64Type, IntervalMonthDayNanoType, IntervalUnit, Time64MicrosecondType, TimeUnit,
    TimestampMicrosecondType, UInt32Type,
};
use arrow::error::ArrowError;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use bytes::{BufMut as _, BytesMut};

use super::{Format, array, binary, text};
use crate::types::{ColumnType, PgType};

/// The length of a value that is not there.
const ABSENT: i32 = -1;

/// One column, of one of the kinds that are written.
pub(super) enum Column {
    Bool(BooleanArray),
    Int2(Int16Array),
    Int4(Int32Array),
    Int8(Int64Array),
    Oid(UInt32Array),
    Float4(Float32Array),
    Float8(Float64Array),
    Numeric(Decimal128Array, i8),
    /// Numbers that are too large for 128 bits, as texts.
    Digits(StringArray),
    Text(StringArray),
    LargeText(LargeStringArray),
    TextView(StringViewArray),
    Bytea(BinaryArray),
    Date(Date32Array),
    Time(Time64MicrosecondArray),
    Timestamp(TimestampMicrosecondArray, bool),
    Interval(IntervalMonthDayNanoArray),
    /// The rows of values, the values, and their type.
    List(ListArray, Box<Self>, PgType),
}

/// The columns of a batch.
pub(crate) struct Columns {
    columns: Vec<Column>,
    rows: usize,
}

impl Columns {
    pub(crate) fn new(batch: &RecordBatch) -> Result<Self, ArrowError> {
        let columns = batch.columns().iter().map(Column::new);
        Ok(Self {
            columns: columns.collect::<Result<_, ArrowError>>()?,
            rows: batch.num_rows(),
        })
    }

    /// How many columns there are.
    pub(crate) fn count(&self) -> usize {
        self.columns.len()
    }

    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Writes a value as text and nothing else; whether there is one.
    pub(crate) fn write_text(&self, row: usize, place: usize, bytes: &mut BytesMut) -> bool {
        let column = self.columns.get(place).filter(|one| !one.is_absent(row));
        if let Some(column) = column {
            text::write(column, row, bytes);
        }
        column.is_some()
    }

    /// Writes the values of a row, each behind its length; what no format is said of is text.
    pub(crate) fn write(&self, row: usize, formats: &[Format], bytes: &mut BytesMut) {
        for (place, column) in self.columns.iter().enumerate() {
            let format = formats.get(place).copied().unwrap_or_default();
            column.write_with_length(row, format, bytes);
        }
    }
}

impl Column {
    fn new(column: &ArrayRef) -> Result<Self, ArrowError> {
        let to = |data_type: &DataType| -> Result<ArrayRef, ArrowError> {
            if column.data_type() == data_type {
                return Ok(Arc::clone(column));
            }
            // A value that does not fit is an error, and not nothing.
            let strict = CastOptions {
                safe: false,
                ..CastOptions::default()
            };
            cast_with_options(column, data_type, &strict)
        };
        if let DataType::Dictionary(_, values) = column.data_type() {
            return Self::new(&to(values)?);
        }
        // Such a column does not say of its values that they are not there.
        if *column.data_type() == DataType::Null {
            return Ok(Self::Text(StringArray::new_null(column.len())));
        }
        let column_type = ColumnType::of(column.data_type());
        if column_type.is_array {
            return Self::list(column, column_type.element);
        }
        let micros = TimeUnit::Microsecond;
        Ok(match column_type.element {
            PgType::Bool => Self::Bool(column.as_boolean().clone()),
            PgType::Int2 => Self::Int2(to(&DataType::Int16)?.as_primitive::<Int16Type>().clone()),
            PgType::Int4 => Self::Int4(to(&DataType::Int32)?.as_primitive::<Int32Type>().clone()),
            PgType::Int8 => Self::Int8(to(&DataType::Int64)?.as_primitive::<Int64Type>().clone()),
            PgType::Oid => Self::Oid(column.as_primitive::<UInt32Type>().clone()),
            PgType::Float4 => Self::Float4(
                to(&DataType::Float32)?
                    .as_primitive::<Float32Type>()
                    .clone(),
            ),
            PgType::Float8 => Self::Float8(
                to(&DataType::Float64)?
                    .as_primitive::<Float64Type>()
                    .clone(),
            ),
            PgType::Numeric => match column.data_type() {
                DataType::Decimal256(..) => {
                    Self::Digits(to(&DataType::Utf8)?.as_string::<i32>().clone())
                }
                DataType::Decimal128(_, scale) => {
                    Self::Numeric(column.as_primitive::<Decimal128Type>().clone(), *scale)
                }
                DataType::Decimal32(precision, scale) | DataType::Decimal64(precision, scale) => {
                    let wide = to(&DataType::Decimal128(*precision, *scale))?;
                    Self::Numeric(wide.as_primitive::<Decimal128Type>().clone(), *scale)
                }
                _ => Self::Text(displayed(column)?),
            },
            PgType::Bytea => Self::Bytea(to(&DataType::Binary)?.as_binary::<i32>().clone()),
            PgType::Date => Self::Date(to(&DataType::Date32)?.as_primitive::<Date32Type>().clone()),
            PgType::Time => Self::Time(
                to(&DataType::Time64(micros))?
                    .as_primitive::<Time64MicrosecondType>()
                    .clone(),
            ),
            PgType::Timestamp => Self::Timestamp(
                to(&DataType::Timestamp(micros, None))?
                    .as_primitive::<TimestampMicrosecondType>()
                    .clone(),
                false,
            ),
            PgType::Timestamptz => {
                let utc = DataType::Timestamp(micros, Some("+00:00".into()));
                let moments = to(&utc)?;
                Self::Timestamp(
                    moments.as_primitive::<TimestampMicrosecondType>().clone(),
                    true,
                )
            }
            PgType::Interval => Self::Interval(
                to(&DataType::Interval(IntervalUnit::MonthDayNano))?
                    .as_primitive::<IntervalMonthDayNanoType>()
                    .clone(),
            ),
            _ => match column.data_type() {
                DataType::Utf8 => Self::Text(column.as_string::<i32>().clone()),
                DataType::LargeUtf8 => Self::LargeText(column.as_string::<i64>().clone()),
                DataType::Utf8View => Self::TextView(column.as_string_view().clone()),
                _ => Self::Text(displayed(column)?),
            },
        })
    }

    fn list(column: &ArrayRef, element: PgType) -> Result<Self, ArrowError> {
        let lists = match column.data_type() {
            DataType::List(_) => Arc::clone(column),
            DataType::LargeList(field) | DataType::FixedSizeList(field, _) => {
                arrow::compute::cast(column, &DataType::List(Arc::clone(field)))?
            }
            _ => return Ok(Self::Text(displayed(column)?)),
        };
        let lists = lists.as_list::<i32>().clone();
        let values = Self::new(lists.values())?;
        Ok(Self::List(lists, Box::new(values), element))
    }

    pub(super) fn is_absent(&self, row: usize) -> bool {
        let column: &dyn Array = match self {
            Self::Bool(column) => column,
            Self::Int2(column) => column,
            Self::Int4(column) => column,
            Self::Int8(column) => column,
            Self::Oid(column) => column,
            Self::Float4(column) => column,
            Self::Float8(column) => column,
            Self::Numeric(column, _) => column,
            Self::Digits(column) | Self::Text(column) => column,
            Self::LargeText(column) => column,
            Self::TextView(column) => column,
            Self::Bytea(column) => column,
            Self::Date(column) => column,
            Self::Time(column) => column,
            Self::Timestamp(column, _) => column,
            Self::Interval(column) => column,
            Self::List(column, ..) => column,
        };
        column.is_null(row)
    }

    pub(super) fn write_with_length(&self, row: usize, format: Format, bytes: &mut BytesMut) {
        if self.is_absent(row) {
            bytes.put_i32(ABSENT);
            return;
        }
        let start = bytes.len();
        bytes.put_i32(0);
        match format {
            Format::Text => text::write(self, row, bytes),
            Format::Binary => binary::write(self, row, bytes),
        }
        let length = (bytes.len() - start - 4) as i32;
        if let Some(place) = bytes.get_mut(start..start + 4) {
            place.copy_from_slice(&length.to_be_bytes());
        }
    }

    pub(super) fn write_list(
        (lists, values, element): (&ListArray, &Self, PgType),
        row: usize,
        format: Format,
        bytes: &mut BytesMut,
    ) {
        let offsets = lists.value_offsets();
        let (Some(start), Some(end)) = (offsets.get(row), offsets.get(row + 1)) else {
            return;
        };
        let range = *start as usize..*end as usize;
        match format {
            Format::Text => array::write_text(values, range, bytes),
            Format::Binary => array::write_binary(values, element, range, bytes),
        }
    }
}

/// Values that PostgreSQL has no type for, as they are shown.
fn displayed(column: &ArrayRef) -> Result<StringArray, ArrowError> {
    let options = FormatOptions::default();
    let formatter = ArrayFormatter::try_new(column.as_ref(), &options)?;
    Ok((0..column.len())
        .map(|row| {
            column
                .is_valid(row)
                .then(|| formatter.value(row).to_string())
        })
        .collect())
}

#[cfg(test)]
mod tests;
