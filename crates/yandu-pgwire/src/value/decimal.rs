//! Numbers with digits behind the point.

use bytes::{BufMut as _, BytesMut};

/// Decimal digits of one digit of PostgreSQL's.
const GROUP: usize = 4;
const NEGATIVE: u16 = 0x4000;
const NOT_A_NUMBER: u16 = 0xc000;

/// Writes a number, given as text, as PostgreSQL keeps it: digits to the base of 10 000 with a weight.
pub(super) fn write_binary(text: &str, bytes: &mut BytesMut) {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (NEGATIVE, digits),
        None => (0, text),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let whole = whole.trim_start_matches('0');
    let before = whole.len().div_ceil(GROUP);
    let mut padded = "0".repeat(before * GROUP - whole.len());
    padded.push_str(whole);
    padded.push_str(part);
    let behind = part.len().div_ceil(GROUP);
    padded.push_str(&"0".repeat(behind * GROUP - part.len()));
    let groups = padded.as_bytes().chunks(GROUP).map(|group| {
        let digits = group.iter().map(|digit| u16::from(digit - b'0'));
        digits.fold(0, |sum, digit| sum * 10 + digit)
    });
    let groups: Vec<u16> = groups.collect();
    let leading = groups.iter().take_while(|group| **group == 0).count();
    let trailing = groups.iter().rev().take_while(|group| **group == 0).count();
    let is_zero = leading == groups.len();
    let kept = if is_zero {
        &[]
    } else {
        groups
            .get(leading..groups.len() - trailing)
            .unwrap_or_default()
    };
    let weight = if is_zero {
        0
    } else {
        before as i16 - 1 - leading as i16
    };
    bytes.put_u16(kept.len() as u16);
    bytes.put_i16(weight);
    bytes.put_u16(if is_zero { 0 } else { sign });
    bytes.put_u16(part.len() as u16);
    for group in kept {
        bytes.put_u16(*group);
    }
}

/// Reads such a number as text; none where it is no number.
pub(super) fn read_binary(bytes: &[u8]) -> Option<String> {
    let mut words = bytes.chunks_exact(2).map(|pair| match pair {
        [high, low] => u16::from_be_bytes([*high, *low]),
        _ => 0,
    });
    let count = words.next()?;
    let weight = words.next()?.cast_signed();
    let sign = words.next()?;
    let scale = usize::from(words.next()?);
    if sign >= NOT_A_NUMBER || bytes.len() != 8 + usize::from(count) * 2 {
        return None;
    }
    let groups: Vec<u16> = words.collect();
    if groups.iter().any(|group| *group > 9_999) {
        return None;
    }
    let group = |place: i32| {
        let group = usize::try_from(place)
            .ok()
            .and_then(|place| groups.get(place));
        format!("{:04}", group.copied().unwrap_or(0))
    };
    let weight = i32::from(weight);
    let whole: String = (0..=weight).map(group).collect();
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        whole => whole,
    };
    let mut part: String = (weight + 1..)
        .map(group)
        .take(scale.div_ceil(GROUP))
        .collect();
    part.truncate(scale);
    let sign = if sign == NEGATIVE { "-" } else { "" };
    if part.is_empty() {
        return Some(format!("{sign}{whole}"));
    }
    Some(format!("{sign}{whole}.{part}"))
}

/// A number as digits without a point, and how many of them stand behind it; none where the text is no number or has
/// more than 38 digits.
pub(super) fn parse(text: &str) -> Option<(i128, u8)> {
    let text = text.trim();
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (sign, digits) = match mantissa.as_bytes().first()? {
        b'-' => (-1, mantissa.get(1..)?),
        b'+' => (1, mantissa.get(1..)?),
        _ => (1, mantissa),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let mut all = format!("{whole}{part}");
    if all.is_empty() || !all.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let mut scale = i32::try_from(part.len()).ok()?.checked_sub(exponent)?;
    while scale < 0 {
        all.push('0');
        scale += 1;
        if all.len() > 80 {
            return None;
        }
    }
    let all = all.trim_start_matches('0');
    let number: i128 = if all.is_empty() { 0 } else { all.parse().ok()? };
    let scale = u8::try_from(scale).ok().filter(|scale| *scale <= 38)?;
    (all.len() <= 38).then_some((sign * number, scale))
}

/// Digits with a point.
pub(super) fn write_text(value: i128, scale: i8, text: &mut String) {
    if value < 0 {
        text.push('-');
    }
    let mut digits = value.unsigned_abs().to_string();
    let Ok(scale) = usize::try_from(scale) else {
        digits.push_str(&"0".repeat(usize::from(scale.unsigned_abs())));
        text.push_str(&digits);
        return;
    };
    if scale == 0 {
        text.push_str(&digits);
        return;
    }
    if digits.len() <= scale {
        digits.insert_str(0, &"0".repeat(scale + 1 - digits.len()));
    }
    let (whole, part) = digits.split_at(digits.len() - scale);
    text.push_str(whole);
    text.push('.');
    text.push_str(part);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for text in [
            "0",
            "1",
            "-1",
            "10000",
            "0.1",
            "0.0001",
            "-0.00001",
            "123456789.987654321",
            "1.00",
            "0.00",
            "99999999999999999999999999999999999999",
            "-12345678901234567890123456789.123456789",
        ] {
            let mut bytes = BytesMut::new();
            write_binary(text, &mut bytes);
            assert_eq!(read_binary(&bytes).as_deref(), Some(text));
        }
        assert_eq!(read_binary(&[0, 0, 0, 0, 0xc0, 0, 0, 0]), None);
        assert_eq!(read_binary(&[0, 9]), None);
    }

    #[test]
    fn the_bytes_are_those_of_postgresql() {
        // SELECT numeric_send(12345.678)
        let mut bytes = BytesMut::new();
        write_binary("12345.678", &mut bytes);
        let expected = [0, 3, 0, 1, 0, 0, 0, 3, 0, 1, 0x09, 0x29, 0x1a, 0x7c];
        assert_eq!(bytes.as_ref(), expected);
    }

    #[test]
    fn a_text_is_a_number_or_none() {
        assert_eq!(parse("12.50"), Some((1250, 2)));
        assert_eq!(parse("-1e3"), Some((-1000, 0)));
        assert_eq!(parse("1.5E-3"), Some((15, 4)));
        for wrong in ["", "-", ".", "1.2.3", "NaN", "十", "1e999", &"9".repeat(39)] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
        let mut text = String::new();
        write_text(-5, 2, &mut text);
        assert_eq!(text, "-0.05");
    }
}
