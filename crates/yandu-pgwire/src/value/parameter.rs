//! Values that a client gives with a question.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Float32Array, Float64Array,
    Int16Array, Int32Array, Int64Array, IntervalMonthDayNanoArray, StringArray,
    Time64MicrosecondArray, TimestampMicrosecondArray, UInt32Array, new_empty_array,
    new_null_array,
};
use arrow::buffer::OffsetBuffer;
use arrow::compute::concat;
use arrow::datatypes::{
    DECIMAL128_MAX_PRECISION, DataType, Field, IntervalMonthDayNano, IntervalUnit, TimeUnit,
};
use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use super::time::{EPOCH_DAYS, EPOCH_MICROS};
use super::{Format, array, decimal};
use yandu_words::calendar::CITY_CLOCK;

use crate::fault::{Fault, Result};
use crate::types::{ColumnType, PgType};

/// A value as it came.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Given<'a> {
    pub(crate) format: Format,
    /// `None` for nothing.
    pub(crate) bytes: Option<&'a [u8]>,
}

/// The type of the engine for a value of a type.
pub(crate) fn empty(column: ColumnType) -> DataType {
    let element = match column.element {
        PgType::Bool => DataType::Boolean,
        PgType::Int2 => DataType::Int16,
        PgType::Int4 => DataType::Int32,
        PgType::Int8 => DataType::Int64,
        PgType::Oid | PgType::Regproc | PgType::Regclass | PgType::Regtype => DataType::UInt32,
        PgType::Float4 => DataType::Float32,
        PgType::Float8 => DataType::Float64,
        PgType::Numeric => DataType::Decimal128(DECIMAL128_MAX_PRECISION, 10),
        PgType::Bytea => DataType::Binary,
        PgType::Date => DataType::Date32,
        PgType::Time => DataType::Time64(TimeUnit::Microsecond),
        PgType::Timestamp | PgType::Timestamptz => DataType::Timestamp(TimeUnit::Microsecond, None),
        PgType::Interval => DataType::Interval(IntervalUnit::MonthDayNano),
        _ => DataType::Utf8,
    };
    if column.is_array {
        return DataType::List(Arc::new(Field::new_list_field(element, true)));
    }
    element
}

/// A value of a type, as an array of one. `place` is that of the parameter, from 1.
pub(crate) fn read(given: Given<'_>, column: ColumnType, place: usize) -> Result<ArrayRef> {
    let Some(bytes) = given.bytes else {
        return Ok(new_null_array(&empty(column), 1));
    };
    let value = if column.is_array {
        list(given.format, bytes, column.element)
    } else {
        one(given.format, bytes, column.element)
    };
    value.ok_or_else(|| {
        let (state, form) = match given.format {
            Format::Text => ("22P02", "text"),
            Format::Binary => ("22P03", "bytes"),
        };
        let name = column.element.about().written;
        Fault::new(
            state,
            format!("the {form} of `${place}` is no value of the type {name}"),
        )
    })
}

fn one(format: Format, bytes: &[u8], element: PgType) -> Option<ArrayRef> {
    match format {
        Format::Text => of_text(str::from_utf8(bytes).ok()?, element),
        Format::Binary => of_binary(bytes, element),
    }
}

fn of_text(text: &str, element: PgType) -> Option<ArrayRef> {
    let trimmed = text.trim();
    Some(match element {
        PgType::Bool => Arc::new(BooleanArray::from(vec![boolean(trimmed)?])),
        PgType::Int2 => Arc::new(Int16Array::from(vec![trimmed.parse::<i16>().ok()?])),
        PgType::Int4 => Arc::new(Int32Array::from(vec![trimmed.parse::<i32>().ok()?])),
        PgType::Int8 => Arc::new(Int64Array::from(vec![trimmed.parse::<i64>().ok()?])),
        PgType::Oid | PgType::Regproc | PgType::Regclass | PgType::Regtype => {
            Arc::new(UInt32Array::from(vec![trimmed.parse::<u32>().ok()?]))
        }
        PgType::Float4 => Arc::new(Float32Array::from(vec![trimmed.parse::<f32>().ok()?])),
        PgType::Float8 => Arc::new(Float64Array::from(vec![trimmed.parse::<f64>().ok()?])),
        PgType::Numeric => number(trimmed)?,
        PgType::Bytea => Arc::new(BinaryArray::from(vec![hexadecimal(trimmed)?.as_slice()])),
        PgType::Date => {
            // Some clients write a zone behind it, or the beginning of the day.
            let day = trimmed.split([' ', 'T']).next()?;
            let date: jiff::civil::Date = day.parse().ok()?;
            let midnight = TimeZone::UTC.to_timestamp(DateTime::from(date)).ok()?;
            let days = midnight.as_second().div_euclid(86_400);
            Arc::new(Date32Array::from(vec![i32::try_from(days).ok()?]))
        }
        PgType::Time => {
            let time: Time = without_offset(trimmed).parse().ok()?;
            let micros = Time::midnight()
                .until(time)
                .ok()?
                .total(jiff::Unit::Microsecond)
                .ok()?;
            Arc::new(Time64MicrosecondArray::from(vec![micros as i64]))
        }
        PgType::Timestamp => {
            let time: DateTime = without_offset(trimmed).parse().ok()?;
            let moment = TimeZone::UTC.to_timestamp(time).ok()?;
            Arc::new(TimestampMicrosecondArray::from(vec![
                moment.as_microsecond(),
            ]))
        }
        PgType::Timestamptz => of_city(moment(trimmed)?),
        PgType::Interval => {
            let span: Span = trimmed.parse().ok()?;
            let months = i32::from(span.get_years()) * 12 + span.get_months();
            let days = span.get_weeks() * 7 + span.get_days();
            let rest = span
                .years(0)
                .months(0)
                .weeks(0)
                .days(0)
                .total(jiff::Unit::Nanosecond)
                .ok()?;
            let value = IntervalMonthDayNano::new(months, days, rest as i64);
            Arc::new(IntervalMonthDayNanoArray::from(vec![value]))
        }
        _ => Arc::new(StringArray::from(vec![text])),
    })
}

fn of_binary(bytes: &[u8], element: PgType) -> Option<ArrayRef> {
    Some(match element {
        PgType::Bool => {
            let [byte] = bytes else { return None };
            Arc::new(BooleanArray::from(vec![*byte != 0]))
        }
        PgType::Int2 => Arc::new(Int16Array::from(vec![i16::from_be_bytes(
            bytes.try_into().ok()?,
        )])),
        PgType::Int4 => Arc::new(Int32Array::from(vec![i32::from_be_bytes(
            bytes.try_into().ok()?,
        )])),
        PgType::Int8 => Arc::new(Int64Array::from(vec![i64::from_be_bytes(
            bytes.try_into().ok()?,
        )])),
        PgType::Oid | PgType::Regproc | PgType::Regclass | PgType::Regtype => Arc::new(
            UInt32Array::from(vec![u32::from_be_bytes(bytes.try_into().ok()?)]),
        ),
        PgType::Float4 => Arc::new(Float32Array::from(vec![f32::from_be_bytes(
            bytes.try_into().ok()?,
        )])),
        PgType::Float8 => Arc::new(Float64Array::from(vec![f64::from_be_bytes(
            bytes.try_into().ok()?,
        )])),
        PgType::Numeric => number(&decimal::read_binary(bytes)?)?,
        PgType::Bytea => Arc::new(BinaryArray::from(vec![bytes])),
        PgType::Date => {
            let days = i32::from_be_bytes(bytes.try_into().ok()?);
            Arc::new(Date32Array::from(vec![days.checked_add(EPOCH_DAYS)?]))
        }
        PgType::Time => Arc::new(Time64MicrosecondArray::from(vec![i64::from_be_bytes(
            bytes.try_into().ok()?,
        )])),
        PgType::Timestamp => Arc::new(TimestampMicrosecondArray::from(vec![moment_of(bytes)?])),
        PgType::Timestamptz => of_city(Timestamp::from_microsecond(moment_of(bytes)?).ok()?),
        PgType::Interval => {
            let (micros, rest) = bytes.split_at_checked(8)?;
            let (days, months) = rest.split_at_checked(4)?;
            let micros = i64::from_be_bytes(micros.try_into().ok()?);
            let value = IntervalMonthDayNano::new(
                i32::from_be_bytes(months.try_into().ok()?),
                i32::from_be_bytes(days.try_into().ok()?),
                micros.checked_mul(1_000)?,
            );
            Arc::new(IntervalMonthDayNanoArray::from(vec![value]))
        }
        PgType::Uuid => {
            let bytes: [u8; 16] = bytes.try_into().ok()?;
            let text: String = bytes
                .iter()
                .enumerate()
                .map(|(place, byte)| {
                    let dash = if matches!(place, 4 | 6 | 8 | 10) {
                        "-"
                    } else {
                        ""
                    };
                    format!("{dash}{byte:02x}")
                })
                .collect();
            Arc::new(StringArray::from(vec![text]))
        }
        _ => Arc::new(StringArray::from(vec![str::from_utf8(bytes).ok()?])),
    })
}

/// Microseconds since 1970.
fn moment_of(bytes: &[u8]) -> Option<i64> {
    i64::from_be_bytes(bytes.try_into().ok()?).checked_add(EPOCH_MICROS)
}

fn list(format: Format, bytes: &[u8], element: PgType) -> Option<ArrayRef> {
    let nothing = || new_null_array(&empty(ColumnType::plain(element)), 1);
    let values: Vec<ArrayRef> = match format {
        Format::Text => array::parse_text(str::from_utf8(bytes).ok()?)?
            .into_iter()
            .map(|value| match value {
                Some(value) => of_text(&value, element),
                None => Some(nothing()),
            })
            .collect::<Option<_>>()?,
        Format::Binary => array::parse_binary(bytes)?
            .into_iter()
            .map(|value| match value {
                Some(value) => of_binary(value, element),
                None => Some(nothing()),
            })
            .collect::<Option<_>>()?,
    };
    let data_type = empty(ColumnType::plain(element));
    // Numbers have as many digits as each says; in an array they are of one type.
    let values: Vec<ArrayRef> = values
        .iter()
        .map(|value| arrow::compute::cast(value, &data_type).ok())
        .collect::<Option<_>>()?;
    let refs: Vec<&dyn arrow::array::Array> = values.iter().map(AsRef::as_ref).collect();
    let values = if refs.is_empty() {
        new_empty_array(&data_type)
    } else {
        concat(&refs).ok()?
    };
    let field = Arc::new(Field::new_list_field(data_type, true));
    let offsets = OffsetBuffer::from_lengths([values.len()]);
    Some(Arc::new(arrow::array::ListArray::new(
        field, offsets, values, None,
    )))
}

/// A time without the offset that some clients write behind one that has none.
fn without_offset(text: &str) -> &str {
    let colon = text.find(':').unwrap_or(text.len());
    let (before, behind) = text.split_at(colon);
    let end = behind.find(['+', '-', 'Z', ' ']).unwrap_or(behind.len());
    text.get(..before.len() + end).unwrap_or(text)
}

fn boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "t" | "true" | "y" | "yes" | "on" | "1" => Some(true),
        "f" | "false" | "n" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
}

fn number(text: &str) -> Option<ArrayRef> {
    let (value, scale) = decimal::parse(text)?;
    let precision = (value.unsigned_abs().to_string().len() as u8)
        .max(scale)
        .max(1);
    let values = Decimal128Array::from(vec![value]);
    Some(Arc::new(
        values
            .with_precision_and_scale(precision, scale as i8)
            .ok()?,
    ))
}

fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix("\\x")?;
    (0..digits.len())
        .step_by(2)
        .map(|place| u8::from_str_radix(digits.get(place..place + 2)?, 16).ok())
        .collect()
}

/// A moment as the clocks of the city show it: times of datasets are of that kind.
fn of_city(moment: Timestamp) -> ArrayRef {
    let time = CITY_CLOCK.to_datetime(moment);
    let micros = TimeZone::UTC.to_timestamp(time);
    let micros = micros.map_or_else(|_| moment.as_microsecond(), Timestamp::as_microsecond);
    Arc::new(TimestampMicrosecondArray::from(vec![micros]))
}

/// A time with an offset, also one of hours alone; without an offset it is of the city.
fn moment(text: &str) -> Option<Timestamp> {
    if let Ok(moment) = text.parse() {
        return Some(moment);
    }
    if let Ok(time) = text.parse::<DateTime>() {
        return CITY_CLOCK.to_timestamp(time).ok();
    }
    format!("{text}:00").parse().ok()
}
