//! Arrays of one dimension.

use std::ops::Range;

use bytes::{BufMut as _, BytesMut};

use super::column::Column;
use super::{Format, text};
use crate::types::PgType;

pub(super) fn write_text(values: &Column, range: Range<usize>, bytes: &mut BytesMut) {
    bytes.put_u8(b'{');
    for (place, row) in range.enumerate() {
        if place > 0 {
            bytes.put_u8(b',');
        }
        if values.is_absent(row) {
            bytes.put_slice(b"NULL");
            continue;
        }
        let mut one = BytesMut::new();
        text::write(values, row, &mut one);
        quote(&one, bytes);
    }
    bytes.put_u8(b'}');
}

/// Quotes a value where it would be read as something else.
fn quote(value: &[u8], bytes: &mut BytesMut) {
    let is_plain = !value.is_empty()
        && !value.eq_ignore_ascii_case(b"null")
        && !value
            .iter()
            .any(|byte| b"{},\"\\".contains(byte) || byte.is_ascii_whitespace());
    if is_plain {
        return bytes.put_slice(value);
    }
    bytes.put_u8(b'"');
    for byte in value {
        if matches!(byte, b'"' | b'\\') {
            bytes.put_u8(b'\\');
        }
        bytes.put_u8(*byte);
    }
    bytes.put_u8(b'"');
}

pub(super) fn write_binary(
    values: &Column,
    element: PgType,
    range: Range<usize>,
    bytes: &mut BytesMut,
) {
    let has_absent = range.clone().any(|row| values.is_absent(row));
    // An empty array has no dimension.
    bytes.put_i32(i32::from(!range.is_empty()));
    bytes.put_i32(i32::from(has_absent));
    bytes.put_u32(element.about().oid);
    if range.is_empty() {
        return;
    }
    bytes.put_i32(range.len() as i32);
    bytes.put_i32(1);
    for row in range {
        values.write_with_length(row, Format::Binary, bytes);
    }
}

/// The values of an array that is written as text; `None` stands for nothing, and is the answer where it is no array of one
/// dimension.
pub(crate) fn parse_text(text: &str) -> Option<Vec<Option<String>>> {
    let inner = text.trim().strip_prefix('{')?.strip_suffix('}')?;
    let mut values = Vec::new();
    if inner.trim().is_empty() {
        return Some(values);
    }
    let mut signs = inner.chars();
    loop {
        let mut value = String::new();
        let mut is_quoted = false;
        let mut ends = true;
        while let Some(sign) = signs.next() {
            match sign {
                ',' => {
                    ends = false;
                    break;
                }
                sign if !is_quoted && value.is_empty() && sign.is_whitespace() => {}
                '"' => {
                    is_quoted = true;
                    loop {
                        match signs.next()? {
                            '"' => break,
                            '\\' => value.push(signs.next()?),
                            other => value.push(other),
                        }
                    }
                }
                '\\' => value.push(signs.next()?),
                '{' | '}' => return None,
                other => value.push(other),
            }
        }
        let trimmed = if is_quoted {
            value.as_str()
        } else {
            value.trim()
        };
        let is_nothing = !is_quoted && trimmed.eq_ignore_ascii_case("null");
        values.push((!is_nothing).then(|| trimmed.to_owned()));
        if ends {
            return Some(values);
        }
    }
}

/// The values of an array that is written in binary.
pub(super) fn parse_binary(bytes: &[u8]) -> Option<Vec<Option<&[u8]>>> {
    let word = |place: usize| {
        let word = bytes.get(place..place + 4)?;
        Some(i32::from_be_bytes(word.try_into().ok()?))
    };
    match word(0)? {
        0 => return Some(Vec::new()),
        1 => {}
        _ => return None,
    }
    let count = usize::try_from(word(12)?).ok()?;
    let mut rest = bytes.get(20..)?;
    let mut values = Vec::new();
    for _ in 0..count {
        let (length, behind) = rest.split_at_checked(4)?;
        let length = i32::from_be_bytes(length.try_into().ok()?);
        let Ok(length) = usize::try_from(length) else {
            values.push(None);
            rest = behind;
            continue;
        };
        let (value, behind) = behind.split_at_checked(length)?;
        values.push(Some(value));
        rest = behind;
    }
    Some(values)
}

#[cfg(test)]
mod tests {
    use super::parse_text;

    #[test]
    fn an_array_of_texts_is_read_with_its_quotes() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(parse_text("{}"), Some(Vec::new()));
        assert_eq!(
            parse_text(r#"{a, "b,c", NULL, "NULL", "\"q\"", 城}"#),
            Some(vec![
                some("a"),
                some("b,c"),
                None,
                some("NULL"),
                some("\"q\""),
                some("城")
            ])
        );
        for wrong in ["", "a", "{a", "{{a},{b}}", "{\"a}"] {
            assert_eq!(parse_text(wrong), None, "{wrong}");
        }
    }
}
