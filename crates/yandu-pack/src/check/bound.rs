//! Values of declarations under the types of columns.

use std::cmp::Ordering;

use yandu_words::{Read, ValueType, value};

/// A value that can be compared with others of its type.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Bound {
    /// Integers, scaled decimals, days, microseconds, and false or true.
    Whole(i128),
    Float(f64),
    Text(String),
}

/// The value that a text is under a type.
pub(super) fn read(value_type: ValueType, text: &str) -> Option<Bound> {
    match value_type {
        ValueType::Text => Some(Bound::Text(text.to_owned())),
        ValueType::Integer => whole(value::parse_integer(text)),
        ValueType::Decimal { precision, scale } => {
            whole(value::parse_decimal(text, precision, scale))
        }
        ValueType::Float => valid(value::parse_float(text)).map(Bound::Float),
        ValueType::Boolean => whole(value::parse_boolean(text)),
        ValueType::Date => whole(value::parse_date(text)),
        ValueType::Time => whole(value::parse_time(text)),
        ValueType::Timestamp => whole(value::parse_timestamp(text)),
    }
}

fn whole<T: Into<i128>>(read: Read<T>) -> Option<Bound> {
    valid(read).map(|value| Bound::Whole(value.into()))
}

fn valid<T>(read: Read<T>) -> Option<T> {
    match read {
        Read::Canonical(value) | Read::Normalised(value, _) => Some(value),
        Read::Invalid(_) => None,
    }
}

impl PartialOrd for Bound {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Whole(one), Self::Whole(other)) => one.partial_cmp(other),
            (Self::Float(one), Self::Float(other)) => one.partial_cmp(other),
            (Self::Text(one), Self::Text(other)) => one.partial_cmp(other),
            _ => None,
        }
    }
}
