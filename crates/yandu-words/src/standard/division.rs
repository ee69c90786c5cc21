//! Codes of administrative divisions: GB/T 2260 and the longer ones of the statistical list.

use super::{is_province, length_or_character, without};
use crate::{Change, FaultCode};

pub(super) fn check(text: &str) -> Result<(), FaultCode> {
    let bytes = text.as_bytes();
    if !matches!(bytes.len(), 6 | 9 | 12) {
        return Err(length_or_character(text, |byte| byte.is_ascii_digit()));
    }
    if !bytes.iter().all(u8::is_ascii_digit) {
        return Err(FaultCode::Character);
    }
    match bytes {
        [first, second, ..] if is_province(*first, *second) => Ok(()),
        _ => Err(FaultCode::Area),
    }
}

pub(super) fn rewrite(text: &str) -> Option<(String, Change)> {
    without(text, &[' ', '\''])
}
