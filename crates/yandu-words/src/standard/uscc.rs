//! The unified social credit code of GB 32100.

use super::{is_province, length_or_character, without};
use crate::{Change, FaultCode};

/// The signs of the code in the order of their values; I, O, S, V and Z are left out.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// 3^i mod 31.
const WEIGHTS: [u32; 17] = [
    1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28,
];

const NO_SIGN: u8 = 0xff;

/// The value of each byte as a sign of the code.
const VALUES: [u8; 256] = values();

#[expect(
    clippy::indexing_slicing,
    reason = "evaluated by the compiler, which refuses an index out of bounds"
)]
const fn values() -> [u8; 256] {
    let mut values = [NO_SIGN; 256];
    let mut value = 0;
    while value < ALPHABET.len() {
        values[ALPHABET[value] as usize] = value as u8;
        value += 1;
    }
    values
}

fn value_of(sign: u8) -> u8 {
    VALUES.get(usize::from(sign)).copied().unwrap_or(NO_SIGN)
}

pub(super) fn check(text: &str) -> Result<(), FaultCode> {
    let Ok(bytes) = <&[u8; 18]>::try_from(text.as_bytes()) else {
        return Err(length_or_character(text, |byte| value_of(byte) != NO_SIGN));
    };
    let [department, kind, a1, a2, a3, a4, a5, a6, .., sign] = *bytes;
    let mut sum = 0;
    for (byte, weight) in bytes.iter().zip(WEIGHTS) {
        let value = value_of(*byte);
        if value == NO_SIGN {
            return Err(FaultCode::Character);
        }
        sum += u32::from(value) * weight;
    }
    let check = value_of(sign);
    if check == NO_SIGN || ![a1, a2, a3, a4, a5, a6].iter().all(u8::is_ascii_digit) {
        return Err(FaultCode::Character);
    }
    if !is_kind(department, kind) {
        return Err(FaultCode::Kind);
    }
    // Bodies that the State registers itself have 100000 in place of a division.
    if !is_province(a1, a2) && [a1, a2, a3, a4, a5, a6] != *b"100000" {
        return Err(FaultCode::Area);
    }
    if u32::from(check) == (31 - sum % 31) % 31 {
        Ok(())
    } else {
        Err(FaultCode::CheckDigit)
    }
}

/// Whether the registering department gives out this kind of body.
///
/// The kinds of the three departments that register nearly everything are closed lists; of the others
/// only the department is checked, and that the kind is a digit.
fn is_kind(department: u8, kind: u8) -> bool {
    match department {
        // Establishment offices: organs, institutions, mass bodies, others.
        b'1' => matches!(kind, b'1'..=b'5' | b'9'),
        // Civil affairs: social groups, private non-enterprises, foundations, others.
        b'5' => matches!(kind, b'1'..=b'4' | b'9'),
        // Market regulation: enterprises, individual businesses, farmers' cooperatives.
        b'9' => matches!(kind, b'1'..=b'3'),
        b'2' | b'3' | b'4' | b'6' | b'7' | b'8' | b'A' | b'N' | b'Y' => {
            matches!(kind, b'1'..=b'9')
        }
        _ => false,
    }
}

pub(super) fn rewrite(text: &str) -> Option<(String, Change)> {
    let stripped = without(text, &[' ', '-', '\'']);
    let plain = stripped.as_ref().map_or(text, |(plain, _)| plain.as_str());
    if plain.bytes().any(|byte| byte.is_ascii_lowercase()) {
        return Some((plain.to_ascii_uppercase(), Change::Case));
    }
    stripped
}
