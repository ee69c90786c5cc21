use super::date::{days_from_excel_serial, excel_serial, format_date, plain_date, read_day};
use super::fold::read_folded;
use super::time::{format_time, plain_time, read_time};
use super::{MICROS_PER_DAY, two_digits};
use crate::{Change, FaultCode, Read};

/// The offset from UTC of the wall clock that timestamps are kept in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Zone {
    /// Seconds east of Greenwich.
    pub east_seconds: i32,
}

impl Zone {
    /// Chinese standard time, +08:00 all year.
    pub const CHINA: Self = Self {
        east_seconds: 8 * 3600,
    };
}

impl Default for Zone {
    fn default() -> Self {
        Self::CHINA
    }
}

/// Reads a timestamp as microseconds since 1970-01-01 00:00:00 of the wall clock of China.
pub fn parse_timestamp(text: &str) -> Read<i64> {
    parse_timestamp_in(text, Zone::CHINA)
}

/// Reads a timestamp as microseconds since 1970-01-01 00:00:00 of the wall clock of `zone`.
///
/// The canonical form is `2024-01-05 08:30:00`. A text with an offset or `Z` is converted to the zone,
/// a date alone is its midnight.
pub fn parse_timestamp_in(text: &str, zone: Zone) -> Read<i64> {
    match plain_timestamp(text) {
        Some(Ok(micros)) => Read::Canonical(micros),
        Some(Err(fault)) => Read::Invalid(fault),
        None => read_folded(text, |plain| read_any(plain, zone)),
    }
}

/// Writes microseconds since 1970-01-01 as `2024-01-05 08:30:00`, with a fraction where there is one.
pub fn format_timestamp(micros: i64) -> String {
    let days = micros.div_euclid(MICROS_PER_DAY);
    let time = micros.rem_euclid(MICROS_PER_DAY);
    format!("{} {}", format_date(days as i32), format_time(time))
}

/// The time that a spreadsheet stores as this serial in the 1900 system, to the nearest millisecond.
pub fn micros_from_excel_serial(serial: f64) -> Option<i64> {
    if !serial.is_finite() {
        return None;
    }
    let days = days_from_excel_serial(serial.floor() as i64)?;
    let millis = ((serial - serial.floor()) * 86_400_000.0).round() as i64;
    Some(i64::from(days) * MICROS_PER_DAY + millis * 1000)
}

fn plain_timestamp(text: &str) -> Option<Result<i64, FaultCode>> {
    let (date, rest) = text.as_bytes().split_at_checked(10)?;
    let (b' ', time) = rest.split_first()? else {
        return None;
    };
    let (date, time) = (plain_date(date)?, plain_time(time)?);
    Some(date.and_then(|days| Ok(i64::from(days) * MICROS_PER_DAY + time?)))
}

fn read_any(text: &str, zone: Zone) -> Read<i64> {
    if let Some(read) = plain_timestamp(text) {
        return read.map_or_else(Read::Invalid, Read::Canonical);
    }
    if let Some(serial) = excel_serial(text) {
        return match micros_from_excel_serial(serial) {
            Some(micros) => Read::Normalised(micros, Change::ExcelSerial),
            None => Read::Invalid(FaultCode::Date),
        };
    }
    match split_time(text) {
        Some((date, time)) => match join(date, time, zone) {
            Ok((micros, change)) => Read::Normalised(micros, change),
            Err(fault) => Read::Invalid(fault),
        },
        None => match read_day(text) {
            Ok((days, change)) => Read::Normalised(
                i64::from(days) * MICROS_PER_DAY,
                change.unwrap_or(Change::DateForm),
            ),
            Err(fault) => Read::Invalid(fault),
        },
    }
}

/// Reads a folded text that holds a date and a time; `None` where it holds no time.
pub(super) fn read_with_time(text: &str) -> Option<Result<i64, FaultCode>> {
    let (date, time) = split_time(text)?;
    Some(join(date, time, Zone::CHINA).map(|(micros, _)| micros))
}

fn join(date: &str, time: &str, zone: Zone) -> Result<(i64, Change), FaultCode> {
    let (days, date_change) = read_day(date)?;
    let (clock, offset) = take_offset(time)?;
    let (micros, _) = read_time(clock)?;
    let local = i64::from(days) * MICROS_PER_DAY + micros;
    Ok(match offset {
        None => (local, date_change.unwrap_or(Change::DateForm)),
        Some(east) => (
            local + i64::from(zone.east_seconds - east) * 1_000_000,
            Change::Offset,
        ),
    })
}

/// Splits a text where its date ends and its time begins.
fn split_time(text: &str) -> Option<(&str, &str)> {
    if let Some((at, sign)) = text
        .char_indices()
        .find(|(_, sign)| matches!(sign, '日' | '号'))
    {
        let (date, time) = text.split_at_checked(at + sign.len_utf8())?;
        let time = time.trim_start();
        return (!time.is_empty()).then_some((date, time));
    }
    if let Some((before, _)) = text.split_once(':') {
        let date = before.trim_end_matches(|sign: char| sign.is_ascii_digit());
        let mut at = date.len();
        for word in ["上午", "下午"] {
            if let Some(shorter) = date.trim_end().strip_suffix(word) {
                at = shorter.len();
            }
        }
        let (date, time) = text.split_at_checked(at)?;
        let date = date.trim_end_matches([' ', ',', 'T', 't']);
        return (!date.is_empty()).then_some((date, time));
    }
    if let Some((date, time)) = text.split_once('T') {
        let digit_first = time
            .bytes()
            .next()
            .is_some_and(|byte| byte.is_ascii_digit());
        return (digit_first && date.ends_with(|sign: char| sign.is_ascii_digit()))
            .then_some((date, time));
    }
    if text.len() == 14 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.split_at_checked(8);
    }
    None
}

/// Takes `Z`, `+08:00`, `+0800` or `+08` off a time; seconds east of Greenwich.
fn take_offset(time: &str) -> Result<(&str, Option<i32>), FaultCode> {
    if let Some(clock) = time.strip_suffix(['Z', 'z']) {
        return Ok((clock.trim_end(), Some(0)));
    }
    let Some(at) = time.find(['+', '-']) else {
        return Ok((time, None));
    };
    let (clock, offset) = time.split_at_checked(at).ok_or(FaultCode::Time)?;
    let (sign, hours, minutes) = match *offset.as_bytes() {
        [sign, h1, h2] => (sign, two_digits(h1, h2), Some(0)),
        [sign, h1, h2, m1, m2] | [sign, h1, h2, b':', m1, m2] => {
            (sign, two_digits(h1, h2), two_digits(m1, m2))
        }
        _ => return Err(FaultCode::Time),
    };
    let (Some(hours @ 0..=18), Some(minutes @ 0..=59)) = (hours, minutes) else {
        return Err(FaultCode::Time);
    };
    let seconds = (hours * 3600 + minutes * 60) as i32;
    Ok((
        clock.trim_end(),
        Some(if sign == b'-' { -seconds } else { seconds }),
    ))
}
