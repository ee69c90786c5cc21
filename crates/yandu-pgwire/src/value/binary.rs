//! Values in binary, numbers with the high byte first.

use arrow::array::StringArray;
use bytes::{BufMut as _, BytesMut};

use super::column::Column;
use super::time::{EPOCH_DAYS, EPOCH_MICROS};
use super::{Format, decimal};

pub(super) fn write(column: &Column, row: usize, bytes: &mut BytesMut) {
    match column {
        Column::Bool(column) => bytes.put_u8(u8::from(column.value(row))),
        Column::Int2(column) => bytes.put_i16(column.value(row)),
        Column::Int4(column) => bytes.put_i32(column.value(row)),
        Column::Int8(column) => bytes.put_i64(column.value(row)),
        Column::Oid(column) => bytes.put_u32(column.value(row)),
        Column::Float4(column) => bytes.put_f32(column.value(row)),
        Column::Float8(column) => bytes.put_f64(column.value(row)),
        Column::Numeric(column, scale) => {
            let mut text = String::new();
            decimal::write_text(column.value(row), *scale, &mut text);
            decimal::write_binary(&text, bytes);
        }
        Column::Digits(column) => digits(column, row, bytes),
        Column::Text(column) => bytes.put_slice(column.value(row).as_bytes()),
        Column::LargeText(column) => bytes.put_slice(column.value(row).as_bytes()),
        Column::TextView(column) => bytes.put_slice(column.value(row).as_bytes()),
        Column::Bytea(column) => bytes.put_slice(column.value(row)),
        Column::Date(column) => bytes.put_i32(column.value(row).saturating_sub(EPOCH_DAYS)),
        Column::Time(column) => bytes.put_i64(column.value(row)),
        Column::Timestamp(column, _) => {
            bytes.put_i64(column.value(row).saturating_sub(EPOCH_MICROS));
        }
        Column::Interval(column) => {
            let value = column.value(row);
            bytes.put_i64(value.nanoseconds / 1_000);
            bytes.put_i32(value.days);
            bytes.put_i32(value.months);
        }
        Column::List(lists, values, element) => {
            Column::write_list((lists, values, *element), row, Format::Binary, bytes);
        }
    }
}

fn digits(column: &StringArray, row: usize, bytes: &mut BytesMut) {
    decimal::write_binary(column.value(row), bytes);
}
