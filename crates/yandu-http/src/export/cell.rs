//! Values as cells of a workbook. A cell never says something else than the value: what Excel cannot hold exactly is a text, and a
//! text is never a formula.

use arrow::array::{Array, AsArray};
use arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type,
    Int64Type, TimeUnit, TimestampMicrosecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow::error::ArrowError;
use jiff::civil::{Date, DateTime, date};
use jiff::{SignedDuration, ToSpan as _};
use serde_json::Value;

use crate::value;

/// Digits that Excel keeps of a number; it makes zeros of those behind (Microsoft, "Excel specifications and limits").
const DIGITS: u32 = 15;

/// Signs of the longest text of a cell, as UTF-16 units (the same page).
pub(super) const TEXT_LENGTH: usize = 32_767;

/// Excel's calendar has a 29 February 1900 that never was; days before it would be others.
const FIRST_DAY: Date = date(1900, 3, 1);

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    Empty,
    Text(String),
    Truth(bool),
    /// A number with this many digits behind the point; none where it has no fixed number of them.
    Number(f64, Option<u8>),
    Day(Date),
    /// A day with a time, to the millisecond.
    Moment(DateTime),
}

impl Cell {
    /// The cell of a value.
    pub(super) fn of(array: &dyn Array, row: usize) -> Result<Self, ArrowError> {
        if array.is_null(row) {
            return Ok(Self::Empty);
        }
        Ok(match array.data_type() {
            DataType::Null => Self::Empty,
            DataType::Boolean => Self::Truth(array.as_boolean().value(row)),
            DataType::Int8 => Self::whole(array.as_primitive::<Int8Type>().value(row).into()),
            DataType::Int16 => Self::whole(array.as_primitive::<Int16Type>().value(row).into()),
            DataType::Int32 => Self::whole(array.as_primitive::<Int32Type>().value(row).into()),
            DataType::Int64 => Self::whole(array.as_primitive::<Int64Type>().value(row).into()),
            DataType::UInt8 => Self::whole(array.as_primitive::<UInt8Type>().value(row).into()),
            DataType::UInt16 => Self::whole(array.as_primitive::<UInt16Type>().value(row).into()),
            DataType::UInt32 => Self::whole(array.as_primitive::<UInt32Type>().value(row).into()),
            DataType::UInt64 => Self::whole(array.as_primitive::<UInt64Type>().value(row).into()),
            DataType::Float32 => Self::float(array.as_primitive::<Float32Type>().value(row).into()),
            DataType::Float64 => Self::float(array.as_primitive::<Float64Type>().value(row)),
            DataType::Decimal128(_, scale) => {
                let number = array.as_primitive::<Decimal128Type>();
                Self::decimal(number.value(row), *scale, &number.value_as_string(row))
            }
            DataType::Date32 => {
                let days = array.as_primitive::<Date32Type>().value(row);
                let day = date(1970, 1, 1).checked_add(i64::from(days).days()).ok();
                day.and_then(Self::day)
                    .map_or_else(|| text(array, row), Ok)?
            }
            DataType::Timestamp(TimeUnit::Microsecond, None) => {
                let at = array.as_primitive::<TimestampMicrosecondType>().value(row);
                Self::moment(at).map_or_else(|| text(array, row), Ok)?
            }
            _ => text(array, row)?,
        })
    }

    fn whole(number: i128) -> Self {
        Self::decimal(number, 0, &number.to_string())
    }

    fn decimal(unscaled: i128, scale: i8, text: &str) -> Self {
        let is_held = unscaled.unsigned_abs() < 10_u128.pow(DIGITS) && scale >= 0;
        match text.parse() {
            Ok(number) if is_held => Self::Number(number, Some(scale.unsigned_abs())),
            _ => Self::Text(text.to_owned()),
        }
    }

    fn float(number: f64) -> Self {
        if number.is_finite() {
            Self::Number(number, None)
        } else {
            Self::Text(number.to_string())
        }
    }

    fn day(day: Date) -> Option<Self> {
        (day >= FIRST_DAY).then_some(Self::Day(day))
    }

    /// A moment in microseconds from the beginning of 1970; none where Excel has it not, or not all of its digits.
    fn moment(at: i64) -> Option<Self> {
        let since = SignedDuration::from_micros(at);
        let moment = DateTime::from(date(1970, 1, 1)).checked_add(since).ok()?;
        (at % 1_000 == 0 && moment.date() >= FIRST_DAY).then_some(Self::Moment(moment))
    }
}

fn text(array: &dyn Array, row: usize) -> Result<Cell, ArrowError> {
    Ok(Cell::Text(match value::of(array, row)? {
        Value::String(text) => text,
        other => other.to_string(),
    }))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{
        ArrayRef, Date32Array, Decimal128Array, Float64Array, Int64Array, StringViewArray,
        TimestampMicrosecondArray,
    };

    use super::*;

    fn cell(array: impl Array + 'static) -> Cell {
        let array: ArrayRef = Arc::new(array);
        Cell::of(&array, 0).unwrap()
    }

    fn decimal(unscaled: i128, scale: i8) -> Cell {
        let array = Decimal128Array::from(vec![unscaled]);
        cell(array.with_precision_and_scale(38, scale).unwrap())
    }

    #[test]
    fn a_number_that_excel_would_round_is_a_text() {
        let held = 999_999_999_999_999_i64;
        assert_eq!(
            cell(Int64Array::from(vec![-held])),
            Cell::Number(-999_999_999_999_999.0, Some(0))
        );
        assert_eq!(
            cell(Int64Array::from(vec![held + 1])),
            Cell::Text("1000000000000000".to_owned())
        );
        assert_eq!(decimal(1_050, 2), Cell::Number(10.5, Some(2)));
        assert_eq!(
            decimal(12_345_678_901_234_567, 2),
            Cell::Text("123456789012345.67".to_owned())
        );
        assert_eq!(
            cell(Float64Array::from(vec![f64::NAN])),
            Cell::Text("NaN".to_owned())
        );
    }

    #[test]
    fn a_text_stays_one_whatever_it_looks_like() {
        for like in [
            "=1+1",
            "+86",
            "-",
            "@SUM(A1)",
            "320902199001011234",
            "TRUE",
            "",
        ] {
            let array = StringViewArray::from(vec![like]);
            assert_eq!(cell(array), Cell::Text(like.to_owned()));
        }
    }

    #[test]
    fn days_and_moments_that_excel_has_are_ones_and_others_are_texts() {
        let day = |days| cell(Date32Array::from(vec![days]));
        assert_eq!(day(20_000), Cell::Day(date(2024, 10, 4)));
        assert_eq!(day(-25_508), Cell::Day(FIRST_DAY));
        assert_eq!(day(-25_509), Cell::Text("1900-02-28".to_owned()));
        let moment = |at| cell(TimestampMicrosecondArray::from(vec![at]));
        assert_eq!(
            moment(1_001_000),
            Cell::Moment(date(1970, 1, 1).at(0, 0, 1, 1_000_000))
        );
        assert_eq!(
            moment(1),
            Cell::Text("1970-01-01T00:00:00.000001".to_owned())
        );
    }
}
