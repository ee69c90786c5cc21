//! Stored values as a department would write them, so that another meaning can read them.

use std::borrow::Cow;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Float64Type, Int64Type, Time64MicrosecondType,
    TimestampMicrosecondType,
};
use yandu_check::block::{CellSpan, TextBlock};
use yandu_words::value::{format_date, format_decimal, format_time, format_timestamp};

/// The text of a value; `None` for NULL and for what no dataset has.
pub(super) fn text_of(column: &ArrayRef, row: usize) -> Option<Cow<'_, str>> {
    if column.is_null(row) {
        return None;
    }
    let text = match column.data_type() {
        DataType::Utf8View => return Some(Cow::Borrowed(column.as_string_view().value(row))),
        DataType::Int64 => column.as_primitive::<Int64Type>().value(row).to_string(),
        DataType::Float64 => column.as_primitive::<Float64Type>().value(row).to_string(),
        DataType::Boolean => column.as_boolean().value(row).to_string(),
        DataType::Date32 => format_date(column.as_primitive::<Date32Type>().value(row)),
        DataType::Decimal128(_, scale) => {
            let value = column.as_primitive::<Decimal128Type>().value(row);
            format_decimal(value, u8::try_from(*scale).unwrap_or_default())
        }
        DataType::Time64(_) => format_time(
            column
                .as_primitive_opt::<Time64MicrosecondType>()?
                .value(row),
        ),
        DataType::Timestamp(_, _) => format_timestamp(
            column
                .as_primitive_opt::<TimestampMicrosecondType>()?
                .value(row),
        ),
        _ => return None,
    };
    Some(Cow::Owned(text))
}

/// The rows as text cells of these columns, for a checker that has one cell for each.
pub(super) fn block_of(columns: &[&ArrayRef], rows: usize) -> TextBlock {
    let mut block = TextBlock {
        width: columns.len(),
        first_row: 1,
        ..TextBlock::default()
    };
    for row in 0..rows {
        for column in columns {
            let start = block.text.len();
            match text_of(column, row) {
                Some(text) => {
                    block.text.push_str(&text);
                    block.cells.push(CellSpan::new(start, block.text.len()));
                }
                None => block.cells.push(CellSpan::ABSENT),
            }
        }
        let end = block.text.len();
        block.records.push(CellSpan::new(end, end));
    }
    block
}

/// A row as one line of delimited text, in the order of its columns.
pub(super) fn record_of(rows: &RecordBatch, columns: &[usize], row: usize) -> String {
    let cells = columns
        .iter()
        .filter_map(|column| rows.columns().get(*column));
    let cells: Vec<String> = cells
        .map(|column| {
            let text = text_of(column, row).unwrap_or_default();
            if text.contains([',', '"', '\n', '\r']) {
                format!("\"{}\"", text.replace('"', "\"\""))
            } else {
                text.into_owned()
            }
        })
        .collect();
    cells.join(",")
}

/// A column of nothing.
pub(super) fn nothing(data_type: &DataType, rows: usize) -> ArrayRef {
    arrow::array::new_null_array(data_type, rows)
}

/// The places of rows with their batches, row by row.
pub(super) fn places(rows: &RecordBatch) -> Option<(Vec<&str>, Vec<i64>)> {
    let batches = rows.column_by_name(yandu_lake::BATCH)?;
    let batches = batches.as_string_view_opt()?;
    let numbers = rows.column_by_name(yandu_lake::ROW)?;
    let numbers = numbers.as_primitive_opt::<Int64Type>()?;
    Some((
        batches.iter().map(Option::unwrap_or_default).collect(),
        numbers.values().to_vec(),
    ))
}

#[cfg(test)]
mod tests {
    use arrow::array::{
        BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, StringViewArray,
        Time64MicrosecondArray, TimestampMicrosecondArray,
    };
    use proptest::prelude::*;
    use yandu_words::{Read, value};

    use std::sync::Arc;

    use super::*;

    fn only(column: impl Array + 'static) -> String {
        let column: ArrayRef = Arc::new(column);
        text_of(&column, 0).unwrap().into_owned()
    }

    fn read<T>(read: Read<T>) -> T {
        match read {
            Read::Canonical(value) => value,
            Read::Normalised(_, change) => panic!("not canonical: {change:?}"),
            Read::Invalid(fault) => panic!("{fault:?}"),
        }
    }

    proptest! {
        #[test]
        fn every_value_is_read_back_from_its_text(
            integer in -999_999_999_999_999_999_i64..1_000_000_000_000_000_000,
            decimal in -10_i128.pow(12)..10_i128.pow(12),
            float in any::<f64>().prop_filter("finite", |float| float.is_finite()),
            day in -100_000_i32..100_000,
            micros in -2_000_000_000_000_000_i64..4_000_000_000_000_000,
        ) {
            prop_assert_eq!(read(value::parse_integer(&only(Int64Array::from(vec![integer])))), integer);
            let decimals = Decimal128Array::from(vec![decimal]).with_precision_and_scale(20, 3).unwrap();
            prop_assert_eq!(read(value::parse_decimal(&only(decimals), 20, 3)), decimal);
            let text = only(Float64Array::from(vec![float]));
            match value::parse_float(&text) {
                Read::Canonical(found) | Read::Normalised(found, _) => prop_assert!((found - float).abs() <= 0.0, "{} {}", found, float),
                Read::Invalid(fault) => prop_assert!(false, "{} {:?}", text, fault),
            }
            if (0..=9999).contains(&jiff::civil::date(1970, 1, 1).saturating_add(jiff::Span::new().days(day)).year()) {
                prop_assert_eq!(read(value::parse_date(&only(Date32Array::from(vec![day])))), day);
            }
            let time = micros.rem_euclid(value::MICROS_PER_DAY);
            prop_assert_eq!(read(value::parse_time(&only(Time64MicrosecondArray::from(vec![time])))), time);
            let at = micros.max(0);
            prop_assert_eq!(read(value::parse_timestamp(&only(TimestampMicrosecondArray::from(vec![at])))), at);
            prop_assert!(read(value::parse_boolean(&only(BooleanArray::from(vec![true])))));
            prop_assert_eq!(only(StringViewArray::from(vec!["盐城 "])), "盐城 ");
        }
    }

    #[test]
    fn a_record_is_a_line_that_can_be_read_again() {
        let rows = RecordBatch::try_from_iter([
            (
                "a",
                Arc::new(StringViewArray::from(vec!["x,\"y\""])) as ArrayRef,
            ),
            ("b", Arc::new(Int64Array::from(vec![None::<i64>]))),
            ("c", Arc::new(Int64Array::from(vec![3]))),
        ])
        .unwrap();
        assert_eq!(record_of(&rows, &[0, 1, 2], 0), "\"x,\"\"y\"\"\",,3");
    }
}
