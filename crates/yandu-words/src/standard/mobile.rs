//! Numbers of mobile telephones in mainland China.

use super::{length_or_character, without};
use crate::{Change, FaultCode};

pub(super) fn check(text: &str) -> Result<(), FaultCode> {
    let bytes = text.as_bytes();
    if bytes.len() != 11 {
        return Err(length_or_character(text, |byte| byte.is_ascii_digit()));
    }
    if !bytes.iter().all(u8::is_ascii_digit) {
        return Err(FaultCode::Character);
    }
    match bytes {
        [b'1', b'3'..=b'9', ..] => Ok(()),
        _ => Err(FaultCode::Prefix),
    }
}

/// Removes separators and the country code `+86`, `86` or `0086`.
pub(super) fn rewrite(text: &str) -> Option<(String, Change)> {
    let stripped = without(text, &[' ', '-', '(', ')', '.', '\'']);
    let plain = stripped.as_ref().map_or(text, |(plain, _)| plain.as_str());
    for code in ["+86", "0086", "86"] {
        if let Some(number) = plain.strip_prefix(code)
            && number.len() == 11
        {
            return Some((number.to_owned(), Change::CountryCode));
        }
    }
    stripped
}
