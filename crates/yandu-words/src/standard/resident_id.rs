//! The citizen identity number of GB 11643 and its older form of fifteen digits.

use super::{is_province, length_or_character, without};
use crate::value::{days_from_civil, is_real_day, two_digits};
use crate::{Change, FaultCode};

/// Nobody in a register was born before this year.
const EARLIEST_BIRTH: u32 = 1850;

const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK_SIGNS: [u8; 11] = *b"10X98765432";

pub(super) fn check(text: &str) -> Result<(), FaultCode> {
    let Ok(bytes) = <&[u8; 18]>::try_from(text.as_bytes()) else {
        return Err(length_or_character(text, |byte| {
            byte.is_ascii_digit() || byte == b'X'
        }));
    };
    let [
        p1,
        p2,
        _,
        _,
        _,
        _,
        y1,
        y2,
        y3,
        y4,
        m1,
        m2,
        d1,
        d2,
        _,
        _,
        _,
        sign,
    ] = *bytes;
    let expected = check_sign(bytes)?;
    if !sign.is_ascii_digit() && sign != b'X' {
        return Err(FaultCode::Character);
    }
    // Taiwan residents who live on the mainland have numbers under 83.
    if !is_province(p1, p2) && (p1, p2) != (b'8', b'3') {
        return Err(FaultCode::Area);
    }
    let year = pair(y1, y2)? * 100 + pair(y3, y4)?;
    let real = is_real_day(year as i32, pair(m1, m2)?, pair(d1, d2)?);
    if !real || year < EARLIEST_BIRTH {
        return Err(FaultCode::ImpossibleDate);
    }
    if sign == expected {
        Ok(())
    } else {
        Err(FaultCode::CheckDigit)
    }
}

fn pair(tens: u8, ones: u8) -> Result<u32, FaultCode> {
    two_digits(tens, ones).ok_or(FaultCode::Character)
}

/// The check sign that the first seventeen digits call for.
fn check_sign(bytes: &[u8]) -> Result<u8, FaultCode> {
    let mut sum = 0;
    for (byte, weight) in bytes.iter().zip(WEIGHTS) {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return Err(FaultCode::Character);
        }
        sum += u32::from(digit) * weight;
    }
    CHECK_SIGNS
        .get((sum % 11) as usize)
        .copied()
        .ok_or(FaultCode::CheckDigit)
}

/// Removes separators, writes the check sign in upper case, and extends fifteen digits to eighteen.
///
/// The old form has no century and no check digit; it was given out to people born in the twentieth
/// century.
pub(super) fn rewrite(text: &str) -> Option<(String, Change)> {
    let stripped = without(text, &[' ', '-', '\'']);
    let (plain, mut change) = match &stripped {
        Some((plain, change)) => (plain.as_str(), Some(*change)),
        None => (text, None),
    };
    if plain.len() == 15 && plain.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some((extend(plain)?, Change::FifteenDigits));
    }
    let mut plain = plain.to_owned();
    if plain.ends_with('x') {
        plain.make_ascii_uppercase();
        change = Some(Change::Case);
    }
    change.map(|change| (plain, change))
}

fn extend(fifteen: &str) -> Option<String> {
    let (area, rest) = fifteen.split_at_checked(6)?;
    let mut number = format!("{area}19{rest}");
    let sign = check_sign(number.as_bytes()).ok()?;
    number.push(char::from(sign));
    Some(number)
}

/// The sex that a citizen identity number says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sex {
    Male,
    Female,
}

/// The birth date in a canonical citizen identity number, in days since 1970-01-01; `None` for any
/// other text.
pub fn birth_date_of_resident(number: &str) -> Option<i32> {
    let bytes = <&[u8; 18]>::try_from(number.as_bytes()).ok()?;
    let [_, _, _, _, _, _, y1, y2, y3, y4, m1, m2, d1, d2, ..] = *bytes;
    let year = two_digits(y1, y2)? * 100 + two_digits(y3, y4)?;
    days_from_civil(year as i32, two_digits(m1, m2)?, two_digits(d1, d2)?)
}

/// The sex in a canonical citizen identity number (an odd serial is a man's); `None` for any other text.
pub fn sex_of_resident(number: &str) -> Option<Sex> {
    let bytes = <&[u8; 18]>::try_from(number.as_bytes()).ok()?;
    let [.., serial, _] = *bytes;
    let digit = serial.is_ascii_digit().then(|| serial - b'0')?;
    Some(if digit % 2 == 1 {
        Sex::Male
    } else {
        Sex::Female
    })
}
