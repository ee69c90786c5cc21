use std::fmt::Write as _;

use super::fold::read_folded;
use crate::{Change, FaultCode, Read};

/// Reads a whole number; `12.00` and `1,200` are whole numbers too.
pub fn parse_integer(text: &str) -> Read<i64> {
    match plain_integer(text.as_bytes()) {
        Some(value) => Read::Canonical(value),
        None => read_folded(text, |plain| read_number(plain, integer_of)),
    }
}

/// Reads a decimal number as a whole number of units of 10^-`scale`.
///
/// A number that needs more digits than the type has is a fault and is never rounded.
pub fn parse_decimal(text: &str, precision: u8, scale: u8) -> Read<i128> {
    match plain_decimal(text.as_bytes(), precision, scale) {
        Some(value) => Read::Canonical(value),
        None => read_folded(text, |plain| {
            read_number(plain, |number| decimal_of(number, precision, scale))
        }),
    }
}

/// Reads a binary floating-point number; an exponent is allowed, infinity and NaN are not.
pub fn parse_float(text: &str) -> Read<f64> {
    match plain_float(text) {
        Some(Ok(value)) => Read::Canonical(value),
        Some(Err(fault)) => Read::Invalid(fault),
        None => read_folded(text, |plain| match plain_float(plain) {
            Some(Ok(value)) => Read::Canonical(value),
            Some(Err(fault)) => Read::Invalid(fault),
            None => read_number(plain, |number| {
                let mut digits = String::with_capacity(plain.len());
                if number.negative {
                    digits.push('-');
                }
                digits.push_str(&number.whole);
                digits.push('.');
                digits.push_str(number.fraction);
                match plain_float(&digits) {
                    Some(Ok(value)) => Ok((value, None)),
                    _ => Err(FaultCode::Number),
                }
            }),
        }),
    }
}

/// Whether a text is a number as spreadsheets shorten a long one, such as `3.49E+05`: an exponent behind a sign or a point. An
/// identifier that is written so has lost its last digits; `3E5` may be an identifier.
pub fn is_scientific(text: &str) -> bool {
    let bytes = text.as_bytes();
    let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else {
        return false;
    };
    if !last.is_ascii_digit() || !(first.is_ascii_digit() || *first == b'-') {
        return false;
    }
    let Some((number, power)) = text.split_once(['e', 'E']) else {
        return false;
    };
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let number = number.strip_prefix('-').unwrap_or(number);
    let (whole, fraction, has_point) = match number.split_once('.') {
        Some((whole, fraction)) => (whole, fraction, true),
        None => (number, "", false),
    };
    let (power, has_sign) = match power.strip_prefix('+') {
        Some(power) => (power, true),
        None if has_point => (power.strip_prefix('-').unwrap_or(power), false),
        None => (power, false),
    };
    let is_number = !whole.is_empty() && digits(whole) && digits(fraction);
    is_number && (1..=3).contains(&power.len()) && digits(power) && (has_point || has_sign)
}

/// Writes a scaled number with all places of its scale: `1234` at scale 2 is `12.34`.
pub fn format_decimal(value: i128, scale: u8) -> String {
    let digits = value.unsigned_abs().to_string();
    let scale = usize::from(scale);
    let padded = format!("{digits:0>width$}", width = scale + 1);
    let (whole, fraction) = padded.split_at(padded.len() - scale);
    let mut out = String::with_capacity(padded.len() + 2);
    if value < 0 {
        out.push('-');
    }
    out.push_str(whole);
    if scale > 0 {
        // Writing to a string cannot fail.
        let _ = write!(out, ".{fraction}");
    }
    out
}

fn split_sign(bytes: &[u8]) -> (bool, &[u8]) {
    match bytes {
        [b'-', rest @ ..] => (true, rest),
        rest => (false, rest),
    }
}

fn plain_integer(bytes: &[u8]) -> Option<i64> {
    let (negative, digits) = split_sign(bytes);
    if digits.is_empty() || digits.len() > 18 || (digits.len() > 1 && digits.first() == Some(&b'0'))
    {
        return None;
    }
    let mut value: i64 = 0;
    for byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value * 10 + i64::from(digit);
    }
    Some(if negative { -value } else { value })
}

fn plain_decimal(bytes: &[u8], precision: u8, scale: u8) -> Option<i128> {
    let (negative, digits) = split_sign(bytes);
    // Nineteen signs hold at most nineteen digits, which fit 64 bits.
    if digits.is_empty() || digits.len() > 19 {
        return None;
    }
    let mut value: u64 = 0;
    let mut whole: u8 = 0;
    let mut fraction: u8 = 0;
    let mut pointed = false;
    for byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit <= 9 {
            value = value * 10 + u64::from(digit);
            if pointed {
                fraction += 1;
            } else {
                whole += 1;
            }
        } else if *byte == b'.' && !pointed {
            pointed = true;
        } else {
            return None;
        }
    }
    let leading_zero = digits.first() == Some(&b'0');
    if whole == 0 || (pointed && fraction == 0) || fraction > scale || (leading_zero && whole > 1) {
        return None;
    }
    if !leading_zero && whole > precision.checked_sub(scale)? {
        return None;
    }
    let value = i128::from(value) * 10_i128.pow(u32::from(scale - fraction));
    Some(if negative { -value } else { value })
}

/// `None` where the text holds signs that no such number has.
fn plain_float(text: &str) -> Option<Result<f64, FaultCode>> {
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b'e' | b'E'));
    if !plain {
        return None;
    }
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => Some(Ok(value)),
        Ok(_) => Some(Err(FaultCode::Range)),
        Err(_) if text.is_empty() => None,
        Err(_) => Some(Err(FaultCode::Number)),
    }
}

/// A number taken apart: no separators, no leading zeros but a lone one.
struct Number<'a> {
    negative: bool,
    whole: String,
    fraction: &'a str,
}

fn read_number<T>(
    text: &str,
    value_of: impl FnOnce(&Number<'_>) -> Result<(T, Option<Change>), FaultCode>,
) -> Read<T> {
    let mut change = None;
    let (negative, unsigned) = match take_sign_and_currency(text, &mut change) {
        Ok(parts) => parts,
        Err(fault) => return Read::Invalid(fault),
    };
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    if !fraction.bytes().all(|byte| byte.is_ascii_digit())
        || (whole.is_empty() && fraction.is_empty())
    {
        return Read::Invalid(fault_of(unsigned));
    }
    let Some(digits) = join_groups(whole) else {
        return Read::Invalid(fault_of(unsigned));
    };
    if digits.len() != whole.len() {
        change = change.or(Some(Change::Separator));
    }
    let significant = digits.trim_start_matches('0');
    let whole = if significant.is_empty() {
        "0"
    } else {
        significant
    };
    if whole.len() != digits.len() {
        change = change.or(Some(Change::LeadingZero));
    }
    if unsigned.ends_with('.') {
        change = change.or(Some(Change::TrailingZero));
    }
    let number = Number {
        negative,
        whole: whole.to_owned(),
        fraction,
    };
    match value_of(&number) {
        Ok((value, further)) => match change.or(further) {
            Some(change) => Read::Normalised(value, change),
            None => Read::Canonical(value),
        },
        Err(fault) => Read::Invalid(fault),
    }
}

fn take_sign_and_currency<'a>(
    text: &'a str,
    change: &mut Option<Change>,
) -> Result<(bool, &'a str), FaultCode> {
    let mut negative = None;
    let mut rest = text;
    for _ in 0..2 {
        rest = take_sign(rest, &mut negative, change);
        for word in ["人民币", "RMB", "CNY", "¥"] {
            if let Some(after) = rest.strip_prefix(word) {
                rest = after.trim_start();
                *change = Some(Change::Currency);
            }
        }
    }
    for word in ["元", "RMB", "CNY"] {
        if let Some(before) = rest.strip_suffix(word) {
            rest = before.trim_end();
            *change = Some(Change::Currency);
        }
    }
    if rest.is_empty() {
        return Err(FaultCode::Number);
    }
    Ok((negative == Some(true), rest))
}

fn take_sign<'a>(
    text: &'a str,
    negative: &mut Option<bool>,
    change: &mut Option<Change>,
) -> &'a str {
    if negative.is_some() {
        return text;
    }
    if let Some(rest) = text.strip_prefix('-') {
        *negative = Some(true);
        let trimmed = rest.trim_start();
        if trimmed.len() != rest.len() {
            *change = change.or(Some(Change::Space));
        }
        return trimmed;
    }
    if let Some(rest) = text.strip_prefix('+') {
        *negative = Some(false);
        *change = change.or(Some(Change::LeadingZero));
        return rest.trim_start();
    }
    text
}

/// Joins groups of three digits; `None` where the groups are others, because `12,34` is read
/// differently by different people.
fn join_groups(whole: &str) -> Option<String> {
    if whole.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(whole.to_owned());
    }
    let separator = whole.chars().find(|sign| !sign.is_ascii_digit())?;
    if !matches!(separator, ',' | ' ' | '\'') {
        return None;
    }
    let mut out = String::with_capacity(whole.len());
    for (index, group) in whole.split(separator).enumerate() {
        let fits = if index == 0 {
            (1..=3).contains(&group.len())
        } else {
            group.len() == 3
        };
        if !fits || !group.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        out.push_str(group);
    }
    Some(out)
}

fn fault_of(text: &str) -> FaultCode {
    let exponent = text
        .split_once(['e', 'E'])
        .is_some_and(|(digits, exponent)| {
            let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            digits
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'.')
                && digits.bytes().any(|byte| byte.is_ascii_digit())
                && !exponent.is_empty()
                && exponent.bytes().all(|byte| byte.is_ascii_digit())
        });
    if exponent {
        FaultCode::Scientific
    } else {
        FaultCode::Number
    }
}

fn integer_of(number: &Number<'_>) -> Result<(i64, Option<Change>), FaultCode> {
    if number.fraction.bytes().any(|byte| byte != b'0') {
        return Err(FaultCode::Digits);
    }
    let magnitude: i128 = number.whole.parse().map_err(|_| FaultCode::Range)?;
    let value = if number.negative {
        -magnitude
    } else {
        magnitude
    };
    let value = i64::try_from(value).map_err(|_| FaultCode::Range)?;
    let change = (!number.fraction.is_empty()).then_some(Change::TrailingZero);
    Ok((value, change))
}

fn decimal_of(
    number: &Number<'_>,
    precision: u8,
    scale: u8,
) -> Result<(i128, Option<Change>), FaultCode> {
    let scale = usize::from(scale);
    let kept = match number.fraction.get(..scale) {
        Some(kept) => {
            let cut = number.fraction.bytes().skip(scale);
            if cut.clone().any(|byte| byte != b'0') {
                return Err(FaultCode::Digits);
            }
            kept
        }
        None => number.fraction,
    };
    let whole_places = usize::from(precision).saturating_sub(scale);
    if number.whole != "0" && number.whole.len() > whole_places {
        return Err(FaultCode::Digits);
    }
    let digits = format!("{}{kept:0<scale$}", number.whole);
    let magnitude: i128 = digits.parse().map_err(|_| FaultCode::Digits)?;
    let change = (kept.len() < number.fraction.len()).then_some(Change::TrailingZero);
    Ok((
        if number.negative {
            -magnitude
        } else {
            magnitude
        },
        change,
    ))
}
