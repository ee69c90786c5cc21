//! Numbers of bank cards after ISO/IEC 7812-1.

use super::{length_or_character, without};
use crate::{Change, FaultCode};

pub(super) fn check(text: &str) -> Result<(), FaultCode> {
    if !(12..=19).contains(&text.len()) {
        return Err(length_or_character(text, |byte| byte.is_ascii_digit()));
    }
    let mut sum = 0;
    for (place, byte) in text.bytes().rev().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return Err(FaultCode::Character);
        }
        let weighted = match (place % 2, digit) {
            (0, _) => digit,
            (_, 0..=4) => digit * 2,
            _ => digit * 2 - 9,
        };
        sum += u32::from(weighted);
    }
    if sum == 0 {
        // Luhn holds for zeros alone, and no such card exists.
        Err(FaultCode::Prefix)
    } else if sum % 10 == 0 {
        Ok(())
    } else {
        Err(FaultCode::CheckDigit)
    }
}

pub(super) fn rewrite(text: &str) -> Option<(String, Change)> {
    without(text, &[' ', '-', '\''])
}
