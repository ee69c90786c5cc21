//! Numbers of fixed telephones with their area code: `0515-88123456`, `010-65551234-801`.

use super::without;
use crate::{Change, FaultCode};

pub(super) fn check(text: &str) -> Result<(), FaultCode> {
    if text.is_empty() {
        return Err(FaultCode::Empty);
    }
    if !text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'-')
    {
        return Err(FaultCode::Character);
    }
    let Some((area, rest)) = text.split_once('-') else {
        return Err(if text.starts_with('0') {
            FaultCode::Format
        } else {
            FaultCode::Area
        });
    };
    if !is_area(area.as_bytes()) {
        return Err(FaultCode::Area);
    }
    let (number, extension) = match rest.split_once('-') {
        Some((number, extension)) => (number, Some(extension)),
        None => (rest, None),
    };
    if !matches!(number.len(), 7 | 8) {
        return Err(FaultCode::Length);
    }
    if !number.starts_with(['2', '3', '4', '5', '6', '7', '8', '9']) {
        return Err(FaultCode::Prefix);
    }
    match extension {
        None => Ok(()),
        Some(digits) if digits.contains('-') => Err(FaultCode::Format),
        Some(digits) if (1..=6).contains(&digits.len()) => Ok(()),
        Some(_) => Err(FaultCode::Length),
    }
}

/// 010 and 02x have three digits, all other area codes have four.
fn is_area(area: &[u8]) -> bool {
    matches!(
        area,
        [b'0', b'1', b'0'] | [b'0', b'2', _] | [b'0', b'3'..=b'9', _, _]
    )
}

/// Puts the dash where it belongs and removes brackets, spaces and the country code.
pub(super) fn rewrite(text: &str) -> Option<(String, Change)> {
    let (main, extension) = ["转", "ext", "#"]
        .iter()
        .find_map(|word| text.split_once(word))
        .map_or((text, None), |(main, rest)| (main, Some(rest.trim())));
    let (digits, _) = without(main, &[' ', '-', '(', ')', '.', '\''])
        .unwrap_or_else(|| (main.to_owned(), Change::Separator));
    let (national, change) = take_country_code(&digits);
    if !national.starts_with('0') {
        return None;
    }
    let area_length = if national.starts_with("010") || national.starts_with("02") {
        3
    } else {
        4
    };
    let (area, number) = national.split_at_checked(area_length)?;
    // Extensions after a dash have become a part of the digits; where they start is only known from
    // the dashes.
    let number = match main.rsplit_once('-') {
        Some((before, last))
            if extension.is_none()
                && number.len() > 8
                && before.contains(['-', ')'])
                && number.len() > last.len() =>
        {
            let (number, last) = number.split_at_checked(number.len() - last.len())?;
            format!("{number}-{last}")
        }
        _ => number.to_owned(),
    };
    let rewritten = match extension {
        Some(extension) => format!("{area}-{number}-{extension}"),
        None => format!("{area}-{number}"),
    };
    (rewritten != text).then_some((rewritten, change))
}

fn take_country_code(digits: &str) -> (String, Change) {
    for code in ["+86", "0086"] {
        if let Some(rest) = digits.strip_prefix(code) {
            let national = if rest.starts_with('0') {
                rest.to_owned()
            } else {
                format!("0{rest}")
            };
            return (national, Change::CountryCode);
        }
    }
    (digits.to_owned(), Change::Separator)
}
