//! Which types of SQL can be kept in a column of a declared type without losing anything.

use arrow::datatypes::{DataType, TimeUnit};
use yandu_words::ValueType;

/// The digits of the greatest integer of each kind.
fn digits(data_type: &DataType) -> Option<u8> {
    Some(match data_type {
        DataType::Int8 | DataType::UInt8 => 3,
        DataType::Int16 | DataType::UInt16 => 5,
        DataType::Int32 | DataType::UInt32 => 10,
        DataType::Int64 => 19,
        DataType::UInt64 => 20,
        _ => return None,
    })
}

/// Whether every value of a type of SQL is one of a declared type.
pub(super) fn fits(found: &DataType, declared: ValueType) -> bool {
    if matches!(found, DataType::Null) {
        return true;
    }
    if let DataType::Dictionary(_, values) = found {
        return fits(values, declared);
    }
    match declared {
        ValueType::Text => matches!(
            found,
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View
        ),
        // No count reaches what an unsigned integer of 64 bits holds beyond a signed one.
        ValueType::Integer => digits(found).is_some(),
        ValueType::Decimal { precision, scale } => {
            let whole = precision.saturating_sub(scale);
            match found {
                DataType::Decimal32(found, digits)
                | DataType::Decimal64(found, digits)
                | DataType::Decimal128(found, digits) => {
                    let after = u8::try_from(*digits).unwrap_or(0);
                    let before = i16::from(*found) - i16::from(*digits);
                    after <= scale && before <= i16::from(whole)
                }
                integer => digits(integer).is_some_and(|digits| digits <= whole),
            }
        }
        ValueType::Float => matches!(
            found,
            DataType::Float16 | DataType::Float32 | DataType::Float64
        ),
        ValueType::Boolean => matches!(found, DataType::Boolean),
        ValueType::Date => matches!(found, DataType::Date32),
        ValueType::Time => matches!(found, DataType::Time32(_) | DataType::Time64(_)),
        // What SQL calls a timestamp has nanoseconds, of which no register has any.
        ValueType::Timestamp => matches!(
            found,
            DataType::Timestamp(
                TimeUnit::Second
                    | TimeUnit::Millisecond
                    | TimeUnit::Microsecond
                    | TimeUnit::Nanosecond,
                None
            )
        ),
    }
}

/// A type in the words of SQL.
pub(super) fn sql(declared: ValueType) -> String {
    match declared {
        ValueType::Text => "varchar".to_owned(),
        ValueType::Integer => "bigint".to_owned(),
        ValueType::Float => "double".to_owned(),
        other => other.to_string(),
    }
}

/// What SQL gives, in the words of declarations as far as they go.
pub(super) fn words(found: &DataType) -> String {
    match declared_as(found) {
        Some(declared) => declared,
        None => format!("of the type {found}, which no column has"),
    }
}

/// The declaration that what SQL gives fits into.
pub(super) fn declarable(found: &DataType) -> String {
    declared_as(found).unwrap_or_else(|| "text".to_owned())
}

fn declared_as(found: &DataType) -> Option<String> {
    Some(match found {
        DataType::Null | DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
            "text".to_owned()
        }
        DataType::Dictionary(_, values) => return declared_as(values),
        integer if digits(integer).is_some() => "integer".to_owned(),
        DataType::Decimal32(precision, scale)
        | DataType::Decimal64(precision, scale)
        | DataType::Decimal128(precision, scale) => format!("decimal({precision},{scale})"),
        DataType::Float16 | DataType::Float32 | DataType::Float64 => "float".to_owned(),
        DataType::Boolean => "boolean".to_owned(),
        DataType::Date32 => "date".to_owned(),
        DataType::Time32(_) | DataType::Time64(_) => "time".to_owned(),
        DataType::Timestamp(_, None) => "timestamp".to_owned(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(precision: u8, scale: u8) -> ValueType {
        ValueType::Decimal { precision, scale }
    }

    #[test]
    fn a_decimal_fits_where_neither_side_of_its_point_is_cut() {
        let found = DataType::Decimal128(12, 2);
        assert!(fits(&found, decimal(12, 2)));
        assert!(fits(&found, decimal(16, 4)));
        assert!(!fits(&found, decimal(12, 4)));
        assert!(!fits(&found, decimal(12, 1)));
        assert!(!fits(&DataType::Decimal128(16, 6), decimal(12, 2)));
    }

    #[test]
    fn an_integer_fits_a_decimal_with_room_for_its_digits_and_no_float() {
        assert!(fits(&DataType::Int64, ValueType::Integer));
        assert!(fits(&DataType::Int32, decimal(12, 2)));
        assert!(!fits(&DataType::Int64, decimal(12, 2)));
        assert!(!fits(&DataType::Int64, ValueType::Float));
        assert!(!fits(&DataType::Float64, ValueType::Integer));
    }

    #[test]
    fn a_time_with_a_zone_fits_no_column() {
        let zoned = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
        assert!(!fits(&zoned, ValueType::Timestamp));
        assert!(fits(
            &DataType::Timestamp(TimeUnit::Microsecond, None),
            ValueType::Timestamp
        ));
        assert!(!fits(&DataType::Date32, ValueType::Timestamp));
    }
}
