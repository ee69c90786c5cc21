//! Arrow values as JSON.
//!
//! Decimals, dates and times are texts, so that nothing is lost; floats that are no numbers are texts too.

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{
    DataType, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type,
    UInt16Type, UInt32Type, UInt64Type,
};
use arrow::error::ArrowError;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use serde_json::{Map, Value};

pub(crate) use yandu_lake::type_name;

/// The rows of a batch as JSON arrays, one after the other.
pub(crate) fn rows(batch: &RecordBatch, count: usize) -> Result<Vec<Vec<Value>>, ArrowError> {
    let mut rows = vec![Vec::with_capacity(batch.num_columns()); count.min(batch.num_rows())];
    for column in batch.columns() {
        for (index, row) in rows.iter_mut().enumerate() {
            row.push(of(column, index)?);
        }
    }
    Ok(rows)
}

/// One value as JSON.
pub(crate) fn of(array: &dyn Array, row: usize) -> Result<Value, ArrowError> {
    if array.is_null(row) {
        return Ok(Value::Null);
    }
    Ok(match array.data_type() {
        DataType::Null => Value::Null,
        DataType::Boolean => array.as_boolean().value(row).into(),
        DataType::Int8 => array.as_primitive::<Int8Type>().value(row).into(),
        DataType::Int16 => array.as_primitive::<Int16Type>().value(row).into(),
        DataType::Int32 => array.as_primitive::<Int32Type>().value(row).into(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row).into(),
        DataType::UInt8 => array.as_primitive::<UInt8Type>().value(row).into(),
        DataType::UInt16 => array.as_primitive::<UInt16Type>().value(row).into(),
        DataType::UInt32 => array.as_primitive::<UInt32Type>().value(row).into(),
        DataType::UInt64 => array.as_primitive::<UInt64Type>().value(row).into(),
        DataType::Float32 => float(f64::from(array.as_primitive::<Float32Type>().value(row))),
        DataType::Float64 => float(array.as_primitive::<Float64Type>().value(row)),
        DataType::Utf8 => array.as_string::<i32>().value(row).into(),
        DataType::LargeUtf8 => array.as_string::<i64>().value(row).into(),
        DataType::Utf8View => array.as_string_view().value(row).into(),
        DataType::List(_) => list(&array.as_list::<i32>().value(row))?,
        DataType::LargeList(_) => list(&array.as_list::<i64>().value(row))?,
        DataType::Struct(fields) => {
            let object = array.as_struct();
            let mut map = Map::new();
            for (field, column) in fields.iter().zip(object.columns()) {
                map.insert(field.name().clone(), of(column, row)?);
            }
            map.into()
        }
        _ => text(array, row)?.into(),
    })
}

fn list(items: &dyn Array) -> Result<Value, ArrowError> {
    let items: Result<Vec<Value>, ArrowError> =
        (0..items.len()).map(|item| of(items, item)).collect();
    Ok(items?.into())
}

fn float(number: f64) -> Value {
    serde_json::Number::from_f64(number).map_or_else(|| number.to_string().into(), Value::Number)
}

fn text(array: &dyn Array, row: usize) -> Result<String, ArrowError> {
    let options = FormatOptions::new().with_display_error(false);
    ArrayFormatter::try_new(array, &options)?
        .value(row)
        .try_to_string()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{
        ArrayRef, Date32Array, Decimal128Array, Float64Array, Int64Array, ListArray,
        StringViewArray,
    };
    use serde_json::json;

    use super::*;

    #[test]
    fn no_value_loses_a_digit_on_its_way_to_json() {
        let decimal = Decimal128Array::from(vec![Some(12_345_678_901_234_567_890)])
            .with_precision_and_scale(20, 2)
            .unwrap();
        let lists = ListArray::from_iter_primitive::<Int64Type, _, _>([Some([Some(1), None])]);
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("integer", Arc::new(Int64Array::from(vec![i64::MAX]))),
            ("decimal", Arc::new(decimal)),
            ("not_a_number", Arc::new(Float64Array::from(vec![f64::NAN]))),
            ("float", Arc::new(Float64Array::from(vec![0.5]))),
            ("date", Arc::new(Date32Array::from(vec![20_000]))),
            ("text", Arc::new(StringViewArray::from(vec![Some("盐城")]))),
            ("null", Arc::new(StringViewArray::from(vec![None::<&str>]))),
            ("list", Arc::new(lists)),
        ];
        let batch = RecordBatch::try_from_iter_with_nullable(
            columns.into_iter().map(|(name, array)| (name, array, true)),
        )
        .unwrap();
        assert_eq!(
            json!(rows(&batch, 10).unwrap()),
            json!([[
                i64::MAX,
                "123456789012345678.90",
                "NaN",
                0.5,
                "2024-10-04",
                "盐城",
                null,
                [1, null]
            ]])
        );
    }
}
