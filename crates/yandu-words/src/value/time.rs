use std::fmt::Write as _;

use super::date::two_digits;
use super::fold::read_folded;
use crate::{Change, FaultCode, Read};

const MICROS_PER_SECOND: i64 = 1_000_000;

/// Reads a time of day as microseconds since midnight; the canonical form is `08:30:00`, with a
/// fraction of up to six digits where there is one.
pub fn parse_time(text: &str) -> Read<i64> {
    match plain_time(text.as_bytes()) {
        Some(Ok(micros)) => Read::Canonical(micros),
        Some(Err(fault)) => Read::Invalid(fault),
        None => read_folded(text, |plain| match read_time(plain) {
            Ok((micros, None)) => Read::Canonical(micros),
            Ok((micros, Some(change))) => Read::Normalised(micros, change),
            Err(fault) => Read::Invalid(fault),
        }),
    }
}

/// Writes microseconds of the day as `08:30:00`, with a fraction where there is one.
pub fn format_time(micros: i64) -> String {
    let seconds = micros.div_euclid(MICROS_PER_SECOND);
    let fraction = micros.rem_euclid(MICROS_PER_SECOND);
    let mut out = format!(
        "{:02}:{:02}:{:02}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    );
    if fraction != 0 {
        // Writing to a string cannot fail.
        let _ = write!(out, ".{fraction:06}");
        out.truncate(out.trim_end_matches('0').len());
    }
    out
}

/// Reads the canonical form; `None` where the text has another form.
pub(super) fn plain_time(bytes: &[u8]) -> Option<Result<i64, FaultCode>> {
    let [h1, h2, b':', m1, m2, b':', s1, s2, rest @ ..] = bytes else {
        return None;
    };
    let hour = two_digits(*h1, *h2)?;
    let minute = two_digits(*m1, *m2)?;
    let second = two_digits(*s1, *s2)?;
    let fraction = match rest {
        [] => 0,
        [b'.', digits @ ..] if (1..=6).contains(&digits.len()) => micros_of_fraction(digits)?,
        _ => return None,
    };
    Some(micros_of(hour, minute, second, fraction))
}

fn micros_of(hour: u32, minute: u32, second: u32, fraction: i64) -> Result<i64, FaultCode> {
    if hour > 23 || minute > 59 || second > 59 {
        return Err(FaultCode::Time);
    }
    Ok(i64::from(hour * 3600 + minute * 60 + second) * MICROS_PER_SECOND + fraction)
}

/// The microseconds of the digits after the point; what lies below a microsecond is cut.
fn micros_of_fraction(digits: &[u8]) -> Option<i64> {
    let mut micros = 0;
    for place in 0..6 {
        let digit = match digits.get(place) {
            Some(byte) if byte.is_ascii_digit() => i64::from(byte - b'0'),
            Some(_) => return None,
            None => 0,
        };
        micros = micros * 10 + digit;
    }
    let cut = digits.get(6..).unwrap_or_default();
    cut.iter().all(u8::is_ascii_digit).then_some(micros)
}

/// Which half of the day a twelve-hour time is in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Half {
    Morning,
    Afternoon,
}

/// Reads a folded text that is a time of day without an offset.
pub(super) fn read_time(text: &str) -> Result<(i64, Option<Change>), FaultCode> {
    if let Some(read) = plain_time(text.as_bytes()) {
        return read.map(|micros| (micros, None));
    }
    let (half, clock) = take_half(text);
    let mut parts: [&str; 3] = ["", "0", "0"];
    let compact = clock.bytes().all(|byte| byte.is_ascii_digit());
    if let (true, 6, Some(hour), Some(minute), Some(second)) = (
        compact,
        clock.len(),
        clock.get(..2),
        clock.get(2..4),
        clock.get(4..),
    ) {
        parts = [hour, minute, second];
    } else if clock.contains(['时', '点']) {
        let compact: String = clock.chars().filter(|sign| *sign != ' ').collect();
        return read_chinese(&compact, half);
    } else {
        let mut found = clock.split(':');
        let count = clock.split(':').count();
        if !(2..=3).contains(&count) {
            return Err(FaultCode::Time);
        }
        for part in &mut parts {
            *part = found.next().unwrap_or("0");
        }
    }
    let [hour, minute, second] = parts;
    join(hour, minute, second, half)
}

fn read_chinese(text: &str, half: Option<Half>) -> Result<(i64, Option<Change>), FaultCode> {
    let (hour, rest) = text.split_once(['时', '点']).ok_or(FaultCode::Time)?;
    let rest = rest.strip_prefix('整').unwrap_or(rest);
    let (minute, rest) = match rest.split_once('分') {
        Some(parts) => parts,
        None if rest == "半" => ("30", ""),
        None if rest.is_empty() => ("0", ""),
        None => return Err(FaultCode::Time),
    };
    let second = rest.strip_suffix('秒').unwrap_or(rest);
    join(
        hour,
        minute,
        if second.is_empty() { "0" } else { second },
        half,
    )
}

fn take_half(text: &str) -> (Option<Half>, &str) {
    const BEFORE: [(&str, Half); 5] = [
        ("上午", Half::Morning),
        ("凌晨", Half::Morning),
        ("早上", Half::Morning),
        ("下午", Half::Afternoon),
        ("晚上", Half::Afternoon),
    ];
    const AFTER: [(&str, Half); 4] = [
        ("AM", Half::Morning),
        ("PM", Half::Afternoon),
        ("am", Half::Morning),
        ("pm", Half::Afternoon),
    ];
    for (word, half) in BEFORE {
        if let Some(rest) = text.strip_prefix(word) {
            return (Some(half), rest.trim());
        }
    }
    for (word, half) in AFTER {
        if let Some(rest) = text.strip_suffix(word) {
            return (Some(half), rest.trim());
        }
    }
    (None, text)
}

fn join(
    hour: &str,
    minute: &str,
    second: &str,
    half: Option<Half>,
) -> Result<(i64, Option<Change>), FaultCode> {
    let number = |text: &str| {
        let fits = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        fits.then(|| text.parse::<u32>().ok())
            .flatten()
            .ok_or(FaultCode::Time)
    };
    let (second, fraction) = second.split_once('.').unwrap_or((second, ""));
    if fraction.len() > 9 {
        return Err(FaultCode::Time);
    }
    let fraction = micros_of_fraction(fraction.as_bytes()).ok_or(FaultCode::Time)?;
    let hour = match (half, number(hour)?) {
        (Some(Half::Morning), 12) => 0,
        (Some(Half::Afternoon), hour @ 1..=11) => hour + 12,
        (_, hour) => hour,
    };
    let micros = micros_of(hour, number(minute)?, number(second)?, fraction)?;
    Ok((micros, Some(Change::DateForm)))
}
