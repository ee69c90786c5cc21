use super::fold::read_folded;
use super::timestamp;
use crate::{Change, FaultCode, Read};

/// The serial of 1970-01-01 in the 1900 system of spreadsheets.
const EXCEL_EPOCH: i64 = 25_569;

/// Serials that are taken for days: 1954-10-03 to 2119-01-11. Others are more likely plain numbers.
pub(super) const EXCEL_SERIALS: std::ops::RangeInclusive<i64> = 20_000..=80_000;

/// Reads a date as days since 1970-01-01; the canonical form is `2024-01-05`.
///
/// Other forms with the year first, Chinese forms, English month names and spreadsheet serials are
/// normalised. `01/02/2024` and two-digit years have two readings and are faults.
pub fn parse_date(text: &str) -> Read<i32> {
    match plain_date(text.as_bytes()) {
        Some(Ok(days)) => Read::Canonical(days),
        Some(Err(fault)) => Read::Invalid(fault),
        None => read_folded(text, read_any_date),
    }
}

/// Reads a month as its first day, in days since 1970-01-01; the canonical forms are `2026-11` and `2026-11-01`.
///
/// Other forms with the year first and Chinese forms are normalised, and so is a date: whichever of its days it names, the
/// month is meant. `2026.1` has two readings, because a spreadsheet writes `2026.10` so, and is a fault.
pub fn parse_month(text: &str) -> Read<i32> {
    match plain_month(text.as_bytes()) {
        Some(Ok(days)) => Read::Canonical(days),
        Some(Err(fault)) => Read::Invalid(fault),
        None => read_folded(text, read_any_month),
    }
}

/// Writes days since 1970-01-01 as `2024-01-05`.
pub fn format_date(days: i32) -> String {
    let (year, month, day) = civil_from_days(days);
    format!("{year:04}-{month:02}-{day:02}")
}

/// Days since 1970-01-01 of a day of the proleptic Gregorian calendar, `None` where there is no such day.
pub fn days_from_civil(year: i32, month: u32, day: u32) -> Option<i32> {
    if !is_real_day(year, month, day) {
        return None;
    }
    // Years begin in March here, so that the leap day is the last one (H. Hinnant, chrono-compatible
    // low-level date algorithms).
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted = (month as i32 + 9) % 12;
    let day_of_year = (153 * shifted + 2) / 5 + day as i32 - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

/// The day that a spreadsheet stores as this serial, in the 1900 system.
///
/// That system has a 29 February 1900, serial 60, which never was; serials before it are one day
/// nearer to the epoch.
pub fn days_from_excel_serial(serial: i64) -> Option<i32> {
    let days = match serial {
        1..=59 => serial - EXCEL_EPOCH + 1,
        61..=2_958_465 => serial - EXCEL_EPOCH,
        _ => return None,
    };
    i32::try_from(days).ok()
}

pub(crate) fn is_real_day(year: i32, month: u32, day: u32) -> bool {
    let length = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => return false,
    };
    (1..=9999).contains(&year) && (1..=length).contains(&day)
}

fn civil_from_days(days: i32) -> (i32, u32, u32) {
    let days = i64::from(days) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year as i32, month as u32, day as u32)
}

/// The number that two ASCII digits write.
pub(crate) fn two_digits(tens: u8, ones: u8) -> Option<u32> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens <= 9 && ones <= 9).then(|| u32::from(tens) * 10 + u32::from(ones))
}

/// Reads the canonical form; `None` where the text has another form.
pub(super) fn plain_date(bytes: &[u8]) -> Option<Result<i32, FaultCode>> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = *bytes else {
        return None;
    };
    let year = two_digits(y1, y2)? * 100 + two_digits(y3, y4)?;
    Some(real_date(year, two_digits(m1, m2)?, two_digits(d1, d2)?))
}

/// Reads a month in its canonical form; `None` where the text has another form.
fn plain_month(bytes: &[u8]) -> Option<Result<i32, FaultCode>> {
    let [y1, y2, y3, y4, b'-', m1, m2] = *bytes else {
        return None;
    };
    let year = two_digits(y1, y2)? * 100 + two_digits(y3, y4)?;
    Some(real_date(year, two_digits(m1, m2)?, 1))
}

fn read_any_month(text: &str) -> Read<i32> {
    if let Some(read) = plain_month(text.as_bytes()) {
        return read.map_or_else(Read::Invalid, Read::Canonical);
    }
    if let Some(read) = read_month(text) {
        return match read {
            Ok((days, change)) => Read::Normalised(days, change),
            Err(fault) => Read::Invalid(fault),
        };
    }
    let first_of = |days: i32| {
        let (year, month, _) = civil_from_days(days);
        days_from_civil(year, month, 1).unwrap_or(days)
    };
    match read_any_date(text) {
        Read::Canonical(days) if first_of(days) == days => Read::Canonical(days),
        Read::Canonical(days) => Read::Normalised(first_of(days), Change::DateForm),
        Read::Normalised(days, change) => Read::Normalised(first_of(days), change),
        Read::Invalid(fault) => Read::Invalid(fault),
    }
}

/// Reads a folded text that is a month alone; `None` where it has another form.
fn read_month(text: &str) -> Option<Result<(i32, Change), FaultCode>> {
    let first =
        |year: u32, month: u32, change| Some(real_date(year, month, 1).map(|days| (days, change)));
    if let [y1, y2, y3, y4, m1, m2] = *text.as_bytes() {
        let year = two_digits(y1, y2).zip(two_digits(y3, y4));
        let year = year.map(|(high, low)| high * 100 + low);
        if let Some((year, month)) = year.zip(two_digits(m1, m2))
            && (1800..=2200).contains(&year)
        {
            return first(year, month, Change::DateForm);
        }
    }
    let compact: String = text.chars().filter(|sign| *sign != ' ').collect();
    if let Some((year, rest)) = compact.split_once('年') {
        let month = rest
            .strip_suffix("月份")
            .or_else(|| rest.strip_suffix('月'))?;
        if let (Some(y), Some(m)) = (small_number(year), small_number(month)) {
            return match year.len() {
                4 => first(y, m, Change::DateForm),
                2 => Some(Err(FaultCode::AmbiguousDate)),
                _ => Some(Err(FaultCode::Date)),
            };
        }
        return match (chinese_year(year), chinese_number(month)) {
            (Ok(year), Some(month)) => first(year, month, Change::ChineseNumerals),
            (Err(fault), _) => Some(Err(fault)),
            (Ok(_), None) => Some(Err(FaultCode::Date)),
        };
    }
    let (year, month) = text.split_once(['-', '/', '.'])?;
    let (year, month) = (year.trim(), month.trim());
    let (y, m) = (small_number(year)?, small_number(month)?);
    if year.len() != 4 || !(1..=2).contains(&month.len()) {
        return None;
    }
    if month == "1" && text.contains('.') {
        return Some(Err(FaultCode::AmbiguousDate));
    }
    first(y, m, Change::DateForm)
}

fn real_date(year: u32, month: u32, day: u32) -> Result<i32, FaultCode> {
    days_from_civil(year as i32, month, day).ok_or(FaultCode::ImpossibleDate)
}

fn read_any_date(text: &str) -> Read<i32> {
    match read_day(text) {
        Ok((days, None)) => Read::Canonical(days),
        Ok((days, Some(change))) => Read::Normalised(days, change),
        Err(FaultCode::Date) => match timestamp::read_with_time(text) {
            Some(micros) => micros.map_or_else(Read::Invalid, |micros| {
                let days = micros.div_euclid(super::MICROS_PER_DAY);
                Read::Normalised(days as i32, Change::TimeDropped)
            }),
            None => Read::Invalid(FaultCode::Date),
        },
        Err(fault) => Read::Invalid(fault),
    }
}

/// Reads a folded text that is a date alone.
pub(super) fn read_day(text: &str) -> Result<(i32, Option<Change>), FaultCode> {
    if let Some(read) = plain_date(text.as_bytes()) {
        return read.map(|days| (days, None));
    }
    let form = |days| (days, Some(Change::DateForm));
    if let Some(serial) = excel_serial(text) {
        let days = days_from_excel_serial(serial.floor() as i64).ok_or(FaultCode::Date)?;
        return Ok((days, Some(Change::ExcelSerial)));
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return read_digits(text).map(form);
    }
    if text.contains('年') {
        return read_chinese(text);
    }
    if text.bytes().any(|byte| byte.is_ascii_alphabetic()) {
        return read_english(text).map(form);
    }
    let parts: Vec<&str> = text
        .split(['-', '/', '.', '\\', ' '])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    let [first, second, third] = parts.as_slice() else {
        return Err(FaultCode::Date);
    };
    read_numbers(first, second, third).map(form)
}

/// A spreadsheet serial: five digits, perhaps with a fraction, in the range that is taken for days.
pub(super) fn excel_serial(text: &str) -> Option<f64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() != 5 || !digits(whole) || !digits(fraction) {
        return None;
    }
    let whole: i64 = whole.parse().ok()?;
    EXCEL_SERIALS
        .contains(&whole)
        .then(|| text.parse().ok())
        .flatten()
}

/// Reads `20240105`; six digits are a year and month, or a date with a two-digit year.
fn read_digits(text: &str) -> Result<i32, FaultCode> {
    match *text.as_bytes() {
        [y1, y2, y3, y4, m1, m2, d1, d2] => {
            let number = |tens, ones| two_digits(tens, ones).ok_or(FaultCode::Date);
            let year = number(y1, y2)? * 100 + number(y3, y4)?;
            if !(1800..=2200).contains(&year) {
                return Err(FaultCode::Date);
            }
            real_date(year, number(m1, m2)?, number(d1, d2)?)
        }
        [y1, y2, m1, m2, d1, d2] => {
            let number = |tens, ones| two_digits(tens, ones).ok_or(FaultCode::Date);
            let year = 2000 + number(y1, y2)? as i32;
            if is_real_day(year, number(m1, m2)?, number(d1, d2)?) {
                Err(FaultCode::AmbiguousDate)
            } else {
                Err(FaultCode::Date)
            }
        }
        _ => Err(FaultCode::Date),
    }
}

fn small_number(text: &str) -> Option<u32> {
    if text.len() > 4 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// Reads three numbers: the year is the one of four digits, first or last.
fn read_numbers(first: &str, second: &str, third: &str) -> Result<i32, FaultCode> {
    let (Some(a), Some(b), Some(c)) = (
        small_number(first),
        small_number(second),
        small_number(third),
    ) else {
        return Err(FaultCode::Date);
    };
    match (first.len(), second.len(), third.len()) {
        (4, 1..=2, 1..=2) => real_date(a, b, c),
        (1..=2, 1..=2, 4) => match (real_date(c, a, b), real_date(c, b, a)) {
            (Ok(month_first), Ok(day_first)) if month_first != day_first => {
                Err(FaultCode::AmbiguousDate)
            }
            (Ok(days), _) | (_, Ok(days)) => Ok(days),
            (Err(fault), Err(_)) => Err(fault),
        },
        (1..=2, 1..=2, 1..=2) => Err(FaultCode::AmbiguousDate),
        _ => Err(FaultCode::Date),
    }
}

/// Reads `2024年1月5日` and `二〇二四年一月五日`.
fn read_chinese(text: &str) -> Result<(i32, Option<Change>), FaultCode> {
    let compact: String = text.chars().filter(|sign| *sign != ' ').collect();
    let (year, rest) = compact.split_once('年').ok_or(FaultCode::Date)?;
    let (month, rest) = rest.split_once('月').ok_or(FaultCode::Date)?;
    let day = rest.strip_suffix(['日', '号']).unwrap_or(rest);
    if let (Some(y), Some(m), Some(d)) =
        (small_number(year), small_number(month), small_number(day))
    {
        return match year.len() {
            4 => Ok((real_date(y, m, d)?, Some(Change::DateForm))),
            2 => Err(FaultCode::AmbiguousDate),
            _ => Err(FaultCode::Date),
        };
    }
    let year = chinese_year(year)?;
    let month = chinese_number(month).ok_or(FaultCode::Date)?;
    let day = chinese_number(day).ok_or(FaultCode::Date)?;
    Ok((real_date(year, month, day)?, Some(Change::ChineseNumerals)))
}

fn chinese_digit(sign: char) -> Option<u32> {
    Some(match sign {
        '〇' | '零' | '○' | 'Ο' | 'O' => 0,
        '一' | '壹' => 1,
        '二' | '贰' => 2,
        '三' | '叁' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' => 6,
        '七' | '柒' => 7,
        '八' | '捌' => 8,
        '九' | '玖' => 9,
        _ => return None,
    })
}

fn chinese_year(text: &str) -> Result<u32, FaultCode> {
    if let Some(year) = small_number(text) {
        return if text.len() == 4 {
            Ok(year)
        } else {
            Err(FaultCode::AmbiguousDate)
        };
    }
    let mut year = 0;
    let mut count = 0;
    for sign in text.chars() {
        year = year * 10 + chinese_digit(sign).ok_or(FaultCode::Date)?;
        count += 1;
        if count > 4 {
            return Err(FaultCode::Date);
        }
    }
    match count {
        4 => Ok(year),
        2 => Err(FaultCode::AmbiguousDate),
        _ => Err(FaultCode::Date),
    }
}

/// Reads `一` to `三十九`, `廿五`, or plain digits.
fn chinese_number(text: &str) -> Option<u32> {
    if let Some(number) = small_number(text) {
        return Some(number);
    }
    let text = text.strip_prefix(['零', '〇']).unwrap_or(text);
    let (tens, ones) = if let Some(rest) = text.strip_prefix('廿') {
        (2, rest)
    } else if let Some(rest) = text.strip_prefix('卅') {
        (3, rest)
    } else if let Some((tens, ones)) = text.split_once(['十', '拾']) {
        (if tens.is_empty() { 1 } else { one_digit(tens)? }, ones)
    } else {
        return one_digit(text);
    };
    Some(tens * 10 + if ones.is_empty() { 0 } else { one_digit(ones)? })
}

fn one_digit(text: &str) -> Option<u32> {
    let mut signs = text.chars();
    match (signs.next(), signs.next()) {
        (Some(sign), None) => chinese_digit(sign),
        _ => None,
    }
}

/// Reads `5 Jan 2024`, `January 5, 2024` and `05-JAN-2024`.
fn read_english(text: &str) -> Result<i32, FaultCode> {
    let parts: Vec<&str> = text
        .split(['-', '/', '.', ',', ' '])
        .filter(|part| !part.is_empty())
        .collect();
    let [first, second, third] = parts.as_slice() else {
        return Err(FaultCode::Date);
    };
    let (month, day) = match (month_of_name(first), month_of_name(second)) {
        (Some(month), None) => (month, second),
        (None, Some(month)) => (month, first),
        _ => return Err(FaultCode::Date),
    };
    let (Some(day), Some(year)) = (small_number(day), small_number(third)) else {
        return Err(FaultCode::Date);
    };
    match third.len() {
        4 => real_date(year, month, day),
        2 => Err(FaultCode::AmbiguousDate),
        _ => Err(FaultCode::Date),
    }
}

fn month_of_name(text: &str) -> Option<u32> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let lower = text.to_ascii_lowercase();
    let short = lower.len() == 3 || lower == "sept";
    let index = MONTHS
        .iter()
        .position(|month| *month == lower || (short && month.starts_with(&lower)))?;
    Some(index as u32 + 1)
}
