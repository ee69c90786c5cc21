//! Typed value parsers: from a text as it came to a value, saying whether the text was canonical.
//!
//! Each parser has a canonical form that it reads without allocating; every other unambiguous way of
//! writing the same value is read more slowly and marked with what was changed. A reading never
//! depends on other rows, on a locale or on the date of today.

mod boolean;
mod date;
pub(crate) mod fold;
mod number;
mod time;
mod timestamp;

pub use boolean::parse_boolean;
pub use date::{days_from_civil, days_from_excel_serial, format_date, parse_date, parse_month};
pub(crate) use date::{is_real_day, two_digits};
pub use number::{format_decimal, is_scientific, parse_decimal, parse_float, parse_integer};
pub use time::{format_time, parse_time};
pub use timestamp::{
    Zone, format_timestamp, micros_from_excel_serial, parse_timestamp, parse_timestamp_in,
};

/// Microseconds of a day.
pub const MICROS_PER_DAY: i64 = 86_400_000_000;

#[cfg(test)]
mod tests;
