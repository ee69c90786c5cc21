//! Nothing stands in memory under what is absent. The engine covers a value by marking it as absent and leaves it where it is, and what
//! reads a file leaves there what it held before, of whatever row. Programs that are sent columns as they are in memory would be sent
//! that too.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, ArrowPrimitiveType, AsArray, BooleanArray, PrimitiveArray, Scalar,
    new_null_array,
};
use arrow::buffer::ScalarBuffer;
use arrow::compute::is_not_null;
use arrow::compute::kernels::zip::zip;
use arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Float64Type, Int64Type, Time64MicrosecondType, TimeUnit,
    TimestampMicrosecondType,
};
use arrow::error::ArrowError;

/// A column with zeros wherever it has no value. Texts are views here, which are never sent as they are: those that are absent are
/// left out when they are copied.
pub(super) fn blank(column: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    if column.null_count() == 0 {
        return Ok(Arc::clone(column));
    }
    Ok(match column.data_type() {
        DataType::Utf8View | DataType::BinaryView | DataType::Null => Arc::clone(column),
        DataType::Boolean => truths(column),
        DataType::Int64 => numbers::<Int64Type>(column),
        DataType::Float64 => numbers::<Float64Type>(column),
        DataType::Decimal128(..) => numbers::<Decimal128Type>(column),
        DataType::Date32 => numbers::<Date32Type>(column),
        DataType::Time64(TimeUnit::Microsecond) => numbers::<Time64MicrosecondType>(column),
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            numbers::<TimestampMicrosecondType>(column)
        }
        other => {
            let absent = Scalar::new(new_null_array(other, 1));
            zip(&is_not_null(column)?, column, &absent)?
        }
    })
}

fn numbers<T: ArrowPrimitiveType>(column: &ArrayRef) -> ArrayRef {
    let numbers = column.as_primitive::<T>();
    let values = numbers.iter().map(Option::unwrap_or_default);
    let values: ScalarBuffer<T::Native> = values.collect();
    let blank = PrimitiveArray::<T>::new(values, numbers.nulls().cloned());
    Arc::new(blank.with_data_type(numbers.data_type().clone()))
}

fn truths(column: &ArrayRef) -> ArrayRef {
    let truths = column.as_boolean();
    let values = match truths.nulls() {
        Some(nulls) => truths.values() & nulls.inner(),
        None => truths.values().clone(),
    };
    Arc::new(BooleanArray::new(values, truths.nulls().cloned()))
}

#[cfg(test)]
mod tests {
    use arrow::array::{Decimal128Array, Int32Array, Int64Array};
    use arrow::buffer::{BooleanBuffer, NullBuffer};

    use super::*;

    /// The first of two values is there, and the second is not.
    fn nulls() -> NullBuffer {
        NullBuffer::from(vec![true, false])
    }

    #[test]
    fn what_is_absent_is_zero_in_memory_and_what_is_there_stays() {
        let columns: [ArrayRef; 4] = [
            Arc::new(Int64Array::new(vec![7, 904].into(), Some(nulls()))),
            Arc::new(Int32Array::new(vec![7, 904].into(), Some(nulls()))),
            Arc::new(
                Decimal128Array::new(vec![7, 904].into(), Some(nulls()))
                    .with_precision_and_scale(12, 2)
                    .unwrap(),
            ),
            Arc::new(BooleanArray::new(
                BooleanBuffer::from(vec![true, true]),
                Some(nulls()),
            )),
        ];
        for column in columns {
            let blank = blank(&column).unwrap();
            assert_eq!(&blank, &column, "it is the same to whoever asks for values");
            assert_eq!(blank.data_type(), column.data_type());
            let data = blank.to_data();
            let memory = data.buffers()[0].as_slice();
            if blank.data_type() == &DataType::Boolean {
                assert_eq!(memory[0] & 0b11, 0b01);
            } else {
                let (there, absent) = memory.split_at(memory.len() / 2);
                assert_eq!(there[0], 7, "{column:?}");
                assert!(absent.iter().all(|byte| *byte == 0), "{column:?}");
            }
        }
    }

    #[test]
    fn a_column_without_absent_values_is_handed_on() {
        let column: ArrayRef = Arc::new(Int64Array::from(vec![1, 2]));
        assert!(Arc::ptr_eq(&blank(&column).unwrap(), &column));
    }
}
