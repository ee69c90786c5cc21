//! Values as text.

use std::fmt::Write as _;

use bytes::{BufMut as _, BytesMut};

use super::column::Column;
use super::{Format, decimal, time};

pub(super) fn write(column: &Column, row: usize, bytes: &mut BytesMut) {
    let mut text = String::new();
    match column {
        Column::Bool(column) => text.push(if column.value(row) { 't' } else { 'f' }),
        Column::Int2(column) => number(column.value(row), &mut text),
        Column::Int4(column) => number(column.value(row), &mut text),
        Column::Int8(column) => number(column.value(row), &mut text),
        Column::Oid(column) => number(column.value(row), &mut text),
        Column::Float4(column) => {
            let value = column.value(row);
            float(f64::from(value), &value.to_string(), &mut text);
        }
        Column::Float8(column) => {
            let value = column.value(row);
            float(value, &value.to_string(), &mut text);
        }
        Column::Numeric(column, scale) => decimal::write_text(column.value(row), *scale, &mut text),
        Column::Digits(column) | Column::Text(column) => {
            return bytes.put_slice(column.value(row).as_bytes());
        }
        Column::LargeText(column) => return bytes.put_slice(column.value(row).as_bytes()),
        Column::TextView(column) => return bytes.put_slice(column.value(row).as_bytes()),
        Column::Bytea(column) => {
            text.push_str("\\x");
            for byte in column.value(row) {
                let _ = write!(text, "{byte:02x}");
            }
        }
        Column::Date(column) => time::write_date(i64::from(column.value(row)), &mut text),
        Column::Time(column) => time::write_time(column.value(row), &mut text),
        Column::Timestamp(column, has_zone) => {
            time::write_timestamp(column.value(row), *has_zone, &mut text);
        }
        Column::Interval(column) => {
            let value = column.value(row);
            let micros = value.nanoseconds / 1_000;
            time::write_interval(value.months, value.days, micros, &mut text);
        }
        Column::List(lists, values, element) => {
            return Column::write_list((lists, values, *element), row, Format::Text, bytes);
        }
    }
    bytes.put_slice(text.as_bytes());
}

fn number(value: impl std::fmt::Display, text: &mut String) {
    let _ = write!(text, "{value}");
}

/// The shortest digits that are read as the same number again.
fn float(value: f64, shortest: &str, text: &mut String) {
    if value.is_infinite() {
        text.push_str(if value > 0.0 { "Infinity" } else { "-Infinity" });
    } else {
        text.push_str(shortest);
    }
}
