//! Faults of single texts, whatever dataset they are in. Each function answers `None` where the text
//! cannot have the fault.

use crate::codes::resident_check;
use crate::random::Stream;

/// Another check sign.
pub(crate) fn check_digit(text: &str, stream: &mut Stream) -> Option<String> {
    let last = text.chars().last()?;
    let body = text.get(..text.len() - last.len_utf8())?;
    let digit = |number: u32| char::from(b'0' + (number % 10) as u8);
    let mut number = stream.below(10);
    if digit(number) == last {
        number += 1;
    }
    Some(format!("{body}{}", digit(number)))
}

/// A citizen number of a province that does not exist, with the check digit of its new digits.
pub(crate) fn area(text: &str, stream: &mut Stream) -> Option<String> {
    let province = stream.pick(&["00", "99", "10", "78"])?;
    let body = format!("{province}{}", text.get(2..17)?);
    let check = char::from(resident_check(body.as_bytes()));
    Some(format!("{body}{check}"))
}

pub(crate) fn impossible_date(text: &str, stream: &mut Stream) -> Option<String> {
    let (year, rest) = (text.get(..4)?, text.get(10..)?);
    let day = stream.pick(&["02-30", "04-31", "13-05", "02-31", "11-31", "00-12"])?;
    Some(format!("{year}-{day}{rest}"))
}

/// Day and month by slashes, where both readings are days and differ.
pub(crate) fn ambiguous_date(text: &str) -> Option<String> {
    let (year, month, day, rest) = parts(text)?;
    let number: u32 = day.parse().ok()?;
    (number <= 12 && month != day).then(|| format!("{day}/{month}/{year}{rest}"))
}

pub(crate) fn date_form(text: &str, stream: &mut Stream) -> Option<String> {
    let (year, month, day, rest) = parts(text)?;
    let (short_month, short_day) = (month.trim_start_matches('0'), day.trim_start_matches('0'));
    if !rest.is_empty() {
        return Some(format!("{year}/{month}/{day}{rest}"));
    }
    Some(match stream.below(4) {
        0 => format!("{year}/{short_month}/{short_day}"),
        1 => format!("{year}年{short_month}月{short_day}日"),
        2 => format!("{year}{month}{day}"),
        _ => format!("{year}.{month}.{day}"),
    })
}

/// Days since 1899-12-30, as a spreadsheet counts from March 1900 on.
pub(crate) fn excel_serial(text: &str) -> Option<String> {
    let (year, month, day, "") = parts(text)? else {
        return None;
    };
    let days = crate::day::from_civil(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    let serial = days - crate::day::from_civil(1899, 12, 30);
    // Smaller numbers, before October 1954, are too often something else for a reader to take them for days.
    (serial >= 20_000).then(|| serial.to_string())
}

/// Year, month and day, and a time of day where there is one.
fn parts(text: &str) -> Option<(&str, &str, &str, &str)> {
    Some((
        text.get(..4)?,
        text.get(5..7)?,
        text.get(8..10)?,
        text.get(10..)?,
    ))
}

pub(crate) fn full_width(text: &str) -> Option<String> {
    let mut changed = false;
    let wide = text
        .chars()
        .map(|sign| {
            if sign.is_ascii_alphanumeric() {
                changed = true;
                char::from_u32(u32::from(sign) + 0xFEE0).unwrap_or(sign)
            } else {
                sign
            }
        })
        .collect();
    changed.then_some(wide)
}

pub(crate) fn spaces(text: &str, stream: &mut Stream) -> Option<String> {
    (!text.is_empty()).then(|| match stream.below(3) {
        0 => format!(" {text}"),
        1 => format!("{text}  "),
        _ => format!("\u{3000}{text} "),
    })
}

pub(crate) fn plus_86(text: &str, stream: &mut Stream) -> Option<String> {
    (text.len() == 11 && text.starts_with('1')).then(|| match stream.below(3) {
        0 => format!("+86{text}"),
        1 => format!("+86 {text}"),
        _ => format!("86-{text}"),
    })
}

/// Thousands separators.
pub(crate) fn thousands(text: &str) -> Option<String> {
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    if whole.len() < 4 || !whole.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    Some(grouped + rest)
}

/// A number as people write it: with thousands separators, or a small one with a currency sign. The
/// second word is the change that brings it back.
pub(crate) fn as_written(text: &str) -> Option<(String, &'static str)> {
    text.parse::<f64>().ok()?;
    Some(match thousands(text) {
        Some(grouped) => (grouped, "separator"),
        None => (format!("¥{text}"), "currency"),
    })
}

/// A citizen number that nobody has: serial numbers begin with 001.
pub(crate) fn nobodys_number(text: &str) -> Option<String> {
    let body = format!("{}000", text.get(..14)?);
    let check = char::from(resident_check(body.as_bytes()));
    Some(format!("{body}{check}"))
}

pub(crate) fn negative(text: &str) -> Option<String> {
    text.bytes()
        .any(|byte| (b'1'..=b'9').contains(&byte))
        .then(|| format!("-{text}"))
}

pub(crate) fn too_long(text: &str) -> Option<String> {
    let count = text.chars().count();
    (count > 0).then(|| text.repeat(300 / count + 1))
}

pub(crate) fn control_character(text: &str, stream: &mut Stream) -> Option<String> {
    let control = *stream.pick(&['\u{1}', '\u{2}', '\u{7}', '\u{8}', '\u{1b}'])?;
    let (at, _) = text.char_indices().nth(1)?;
    let (before, after) = text.split_at(at);
    Some(format!("{before}{control}{after}"))
}

pub(crate) fn short_number(text: &str) -> Option<String> {
    text.get(..text.len().checked_sub(1)?)
        .filter(|text| !text.is_empty())
        .map(str::to_owned)
}

pub(crate) fn not_a_number(stream: &mut Stream) -> Option<String> {
    stream
        .pick(&["面议", "不详", "约三千", "N/A", "暂无"])
        .map(|text| (*text).to_owned())
}

pub(crate) fn scientific(text: &str) -> Option<String> {
    let number: f64 = text.parse().ok()?;
    (number >= 1_000.0).then(|| {
        let text = format!("{number:.2E}");
        match text.split_once('E') {
            Some((mantissa, exponent)) => format!("{mantissa}E+0{exponent}"),
            None => text,
        }
    })
}

/// The number of before 1999: no century, no check digit.
pub(crate) fn fifteen_digits(text: &str) -> Option<String> {
    (text.len() == 18 && text.get(6..8)? == "19")
        .then(|| Some(format!("{}{}", text.get(..6)?, text.get(8..17)?)))
        .flatten()
}

pub(crate) fn lower_case(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    (lower != text).then_some(lower)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Purpose;

    fn stream() -> Stream {
        Stream::new(3, Purpose::Defect, 0)
    }

    #[test]
    fn a_wrong_check_digit_is_always_wrong() {
        for index in 0..1_000 {
            let mut stream = Stream::new(3, Purpose::Defect, index);
            let spoiled = check_digit("320902199001011236", &mut stream).unwrap();
            assert_eq!(spoiled.len(), 18);
            assert_ne!(spoiled, "320902199001011236");
        }
    }

    #[test]
    fn a_date_is_ambiguous_only_where_it_can_be_read_twice() {
        assert_eq!(ambiguous_date("2024-02-01").as_deref(), Some("01/02/2024"));
        assert_eq!(ambiguous_date("2024-02-13"), None);
        assert_eq!(ambiguous_date("2024-02-02"), None);
    }

    #[test]
    fn numbers_and_dates_take_their_other_forms() {
        assert_eq!(thousands("1234567.80").as_deref(), Some("1,234,567.80"));
        assert_eq!(thousands("999.00"), None);
        assert_eq!(scientific("12345.00").as_deref(), Some("1.23E+04"));
        assert_eq!(excel_serial("2024-01-01").as_deref(), Some("45292"));
        assert_eq!(
            fifteen_digits("320902199001011236").as_deref(),
            Some("320902900101123")
        );
        assert_eq!(full_width("12A").as_deref(), Some("１２Ａ"));
        assert!(
            control_character("王建国", &mut stream())
                .unwrap()
                .starts_with('王')
        );
    }
}
