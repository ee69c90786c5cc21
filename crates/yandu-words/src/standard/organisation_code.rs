//! The organisation code of GB 11714, since 2015 a part of the unified social credit code.

use super::{length_or_character, without};
use crate::{Change, FaultCode};

const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];

pub(super) fn check(text: &str) -> Result<(), FaultCode> {
    let Ok(bytes) = <&[u8; 9]>::try_from(text.as_bytes()) else {
        return Err(length_or_character(text, |byte| {
            byte.is_ascii_digit() || byte.is_ascii_uppercase()
        }));
    };
    let [.., sign] = *bytes;
    let mut sum = 0;
    for (byte, weight) in bytes.iter().zip(WEIGHTS) {
        let value = match byte {
            b'0'..=b'9' => byte - b'0',
            b'A'..=b'Z' => byte - b'A' + 10,
            _ => return Err(FaultCode::Character),
        };
        sum += u32::from(value) * weight;
    }
    if !sign.is_ascii_digit() && sign != b'X' {
        return Err(FaultCode::Character);
    }
    let expected = match 11 - sum % 11 {
        10 => b'X',
        11 => b'0',
        digit => b'0' + digit as u8,
    };
    if sign == expected {
        Ok(())
    } else {
        Err(FaultCode::CheckDigit)
    }
}

/// Removes the dash before the check sign, which the standard prints and registers leave out.
pub(super) fn rewrite(text: &str) -> Option<(String, Change)> {
    let stripped = without(text, &[' ', '-', '\'']);
    let plain = stripped.as_ref().map_or(text, |(plain, _)| plain.as_str());
    if plain.bytes().any(|byte| byte.is_ascii_lowercase()) {
        return Some((plain.to_ascii_uppercase(), Change::Case));
    }
    stripped
}
