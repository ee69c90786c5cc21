use std::sync::Arc;

use arrow::array::{ArrayRef, NullArray, UInt64Array};
use arrow::datatypes::{DataType, Field, Schema};

use super::*;
use crate::value::{Given, read};

fn batch(column: &ArrayRef) -> RecordBatch {
    let field = Field::new("it", column.data_type().clone(), true);
    RecordBatch::try_new(Arc::new(Schema::new(vec![field])), vec![Arc::clone(column)]).unwrap()
}

/// The first value as it is written, without its length; `None` for nothing.
fn written(column: &ArrayRef, format: Format) -> Option<Vec<u8>> {
    let columns = Columns::new(&batch(column)).unwrap();
    let mut bytes = BytesMut::new();
    columns.write(0, &[format], &mut bytes);
    let length = i32::from_be_bytes(bytes[..4].try_into().unwrap());
    if length < 0 {
        return None;
    }
    assert_eq!(bytes.len(), 4 + length as usize);
    Some(bytes[4..].to_vec())
}

fn column(element: PgType, is_array: bool) -> ColumnType {
    ColumnType {
        is_array,
        ..ColumnType::plain(element)
    }
}

fn given(text: &str, of: ColumnType) -> ArrayRef {
    let given = Given {
        format: Format::Text,
        bytes: Some(text.as_bytes()),
    };
    read(given, of, 1).unwrap()
}

#[test]
fn a_value_is_the_same_on_both_ways_in_both_formats() {
    for (element, is_array, text) in [
        (PgType::Bool, false, "t"),
        (PgType::Int2, false, "-32768"),
        (PgType::Int4, false, "2147483647"),
        (PgType::Int8, false, "-9223372036854775808"),
        (PgType::Oid, false, "4294967295"),
        (PgType::Float4, false, "1.5"),
        (PgType::Float8, false, "-0.1"),
        (PgType::Float8, false, "NaN"),
        (PgType::Float8, false, "-Infinity"),
        (PgType::Numeric, false, "-1234.50"),
        (PgType::Text, false, "盐城 'a' \"b\""),
        (PgType::Text, false, ""),
        (PgType::Bytea, false, "\\x00ff"),
        (PgType::Date, false, "2024-02-29"),
        (PgType::Date, false, "1949-10-01"),
        (PgType::Time, false, "23:59:59.000001"),
        (PgType::Timestamp, false, "1999-12-31 23:59:59.5"),
        (PgType::Int8, true, "{1,NULL,3}"),
        (PgType::Int4, true, "{}"),
        (PgType::Text, true, "{\"a,b\",NULL,\"\",城}"),
        (PgType::Bool, true, "{t,f}"),
    ] {
        let of = column(element, is_array);
        let value = given(text, of);
        let as_text = written(&value, Format::Text).unwrap();
        assert_eq!(String::from_utf8(as_text).unwrap(), text, "{element:?}");
        let binary = written(&value, Format::Binary).unwrap();
        let again = Given {
            format: Format::Binary,
            bytes: Some(&binary),
        };
        let again = read(again, of, 1).unwrap();
        assert_eq!(
            String::from_utf8(written(&again, Format::Text).unwrap()).unwrap(),
            text,
            "{element:?} in binary"
        );
    }
}

#[test]
fn nothing_is_nothing_in_every_type() {
    for about in crate::types::TYPES {
        let of = ColumnType::plain(about.pg_type);
        let nothing = Given {
            format: Format::Binary,
            bytes: None,
        };
        let value = read(nothing, of, 1).unwrap();
        assert_eq!(written(&value, Format::Text), None, "{about:?}");
    }
    let untyped: ArrayRef = Arc::new(NullArray::new(1));
    assert_eq!(written(&untyped, Format::Text), None);
}

#[test]
fn what_is_no_value_of_its_type_is_told_with_its_place() {
    for (element, text) in [
        (PgType::Int4, "2147483648"),
        (PgType::Int8, "one"),
        (PgType::Bool, "maybe"),
        (PgType::Date, "2024-02-30"),
        (PgType::Numeric, "NaN"),
        (PgType::Bytea, "\\x0"),
    ] {
        let given = Given {
            format: Format::Text,
            bytes: Some(text.as_bytes()),
        };
        let fault = read(given, ColumnType::plain(element), 3).unwrap_err();
        assert_eq!(fault.state, "22P02", "{text}");
        assert!(fault.message.contains("$3"));
    }
    for (element, bytes) in [
        (PgType::Int4, &[1, 2][..]),
        (PgType::Date, &[0x7f, 0xff, 0xff, 0xff]),
    ] {
        let given = Given {
            format: Format::Binary,
            bytes: Some(bytes),
        };
        let fault = read(given, ColumnType::plain(element), 1).unwrap_err();
        assert_eq!(fault.state, "22P03");
    }
}

#[test]
fn a_number_that_no_client_could_take_is_an_error_and_not_nothing() {
    let large: ArrayRef = Arc::new(UInt64Array::from(vec![u64::MAX]));
    assert!(Columns::new(&batch(&large)).is_err());
    let dictionary = arrow::compute::cast(
        &given("城", ColumnType::plain(PgType::Text)),
        &DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)),
    );
    assert_eq!(
        written(&dictionary.unwrap(), Format::Text).unwrap(),
        "城".as_bytes()
    );
}

#[test]
fn a_moment_that_is_given_is_read_on_the_clocks_of_the_city() {
    let of = ColumnType::plain(PgType::Timestamptz);
    for text in [
        "2026-01-01 00:00:00+00",
        "2026-01-01T08:00:00+08:00",
        "2026-01-01 08:00:00",
    ] {
        let time = written(&given(text, of), Format::Text).unwrap();
        assert_eq!(time, b"2026-01-01 08:00:00", "{text}");
    }
}

#[test]
fn an_offset_behind_what_has_none_is_passed_over() {
    for (element, text, expected) in [
        (PgType::Date, "2024-02-29 +08", "2024-02-29"),
        (PgType::Date, "2024-02-29T00:00:00", "2024-02-29"),
        (
            PgType::Timestamp,
            "2026-01-01 08:00:00.5+00",
            "2026-01-01 08:00:00.5",
        ),
        (PgType::Time, "08:30:00-03", "08:30:00"),
    ] {
        let value = given(text, ColumnType::plain(element));
        let time = written(&value, Format::Text).unwrap();
        assert_eq!(String::from_utf8(time).unwrap(), expected);
    }
}
