//! Number plates of motor vehicles after GA 36.

use super::without;
use crate::{Change, FaultCode};

const PROVINCES: &str = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";

/// Last signs of ordinary plates: trailers, learners, police, Hong Kong and Macao.
const LAST_SIGNS: &str = "挂学警港澳";

pub(super) fn check(text: &str) -> Result<(), FaultCode> {
    let mut signs = text.chars();
    let Some(province) = signs.next() else {
        return Err(FaultCode::Empty);
    };
    if !PROVINCES.contains(province) {
        return Err(if province.is_alphanumeric() {
            FaultCode::Area
        } else {
            FaultCode::Character
        });
    }
    let rest = signs.as_str();
    let (body, last) = match rest.char_indices().next_back() {
        Some((at, sign)) if LAST_SIGNS.contains(sign) => (
            rest.split_at_checked(at).map_or(rest, |(body, _)| body),
            true,
        ),
        _ => (rest, false),
    };
    if !body.bytes().all(is_sign) {
        return Err(FaultCode::Character);
    }
    match (body.as_bytes(), last) {
        ([office, _, _, _, _, _], false) | ([office, _, _, _, _], true) => {
            letter_first(*office, true)
        }
        // Small cars carry the letter of their drive first, large ones last.
        (&[office, s1, _, s3, s4, s5, s6], false) => {
            let small = is_drive(s1) && [s3, s4, s5, s6].iter().all(u8::is_ascii_digit);
            let large = is_drive(s6) && body.bytes().skip(1).take(5).all(|b| b.is_ascii_digit());
            letter_first(office, small || large)
        }
        _ => Err(FaultCode::Length),
    }
}

fn letter_first(office: u8, rest: bool) -> Result<(), FaultCode> {
    if office.is_ascii_uppercase() && rest {
        Ok(())
    } else {
        Err(FaultCode::Format)
    }
}

fn is_sign(byte: u8) -> bool {
    byte.is_ascii_digit() || (byte.is_ascii_uppercase() && !matches!(byte, b'I' | b'O'))
}

/// A to E are electric, F to K other new energies.
fn is_drive(byte: u8) -> bool {
    matches!(byte, b'A'..=b'H' | b'J' | b'K')
}

/// Removes the dot between office and number, and writes letters in upper case.
pub(super) fn rewrite(text: &str) -> Option<(String, Change)> {
    let stripped = without(text, &[' ', '-', '.', '·', '•', '・', '‧']);
    let plain = stripped.as_ref().map_or(text, |(plain, _)| plain.as_str());
    if plain.bytes().any(|byte| byte.is_ascii_lowercase()) {
        return Some((plain.to_ascii_uppercase(), Change::Case));
    }
    stripped
}
