use proptest::prelude::*;

use super::*;
use crate::{Change, FaultCode, Read};

fn day(text: &str) -> i32 {
    let date: jiff::civil::Date = text.parse().unwrap();
    (date - jiff::civil::date(1970, 1, 1)).get_days()
}

#[test]
fn integers_are_read_from_every_unambiguous_form() {
    use Change::{Currency, FullWidth, LeadingZero, Separator, Space, TrailingZero};
    let cases: &[(&str, Read<i64>)] = &[
        ("0", Read::Canonical(0)),
        ("-0", Read::Canonical(0)),
        ("42", Read::Canonical(42)),
        ("-42", Read::Canonical(-42)),
        ("9223372036854775807", Read::Canonical(i64::MAX)),
        ("-9223372036854775808", Read::Canonical(i64::MIN)),
        ("9223372036854775808", Read::Invalid(FaultCode::Range)),
        (
            "123456789012345678901234567890123456789012",
            Read::Invalid(FaultCode::Range),
        ),
        ("007", Read::Normalised(7, LeadingZero)),
        ("+7", Read::Normalised(7, LeadingZero)),
        ("１２", Read::Normalised(12, FullWidth)),
        ("－１２", Read::Normalised(-12, FullWidth)),
        ("−12", Read::Normalised(-12, FullWidth)),
        ("\u{3000}12\u{a0}", Read::Normalised(12, Space)),
        ("\u{feff}12", Read::Normalised(12, Space)),
        ("1,234,567", Read::Normalised(1_234_567, Separator)),
        ("1 234 567", Read::Normalised(1_234_567, Separator)),
        ("１，２３４", Read::Normalised(1234, Separator)),
        ("¥1,200", Read::Normalised(1200, Currency)),
        ("12.00", Read::Normalised(12, TrailingZero)),
        ("12.", Read::Normalised(12, TrailingZero)),
        ("12.5", Read::Invalid(FaultCode::Digits)),
        ("12,34", Read::Invalid(FaultCode::Number)),
        ("1,2345", Read::Invalid(FaultCode::Number)),
        (",123", Read::Invalid(FaultCode::Number)),
        ("1.2E+5", Read::Invalid(FaultCode::Scientific)),
        ("3e5", Read::Invalid(FaultCode::Scientific)),
        ("e5", Read::Invalid(FaultCode::Number)),
        ("", Read::Invalid(FaultCode::Empty)),
        ("\u{3000}", Read::Invalid(FaultCode::Empty)),
        ("-", Read::Invalid(FaultCode::Number)),
        (".", Read::Invalid(FaultCode::Number)),
        ("--1", Read::Invalid(FaultCode::Number)),
        ("无", Read::Invalid(FaultCode::Number)),
        ("1元2", Read::Invalid(FaultCode::Number)),
        ("٣", Read::Invalid(FaultCode::Number)),
    ];
    for (text, expected) in cases {
        assert_eq!(parse_integer(text), *expected, "{text:?}");
    }
}

#[test]
fn decimals_are_scaled_and_never_rounded() {
    use Change::{Currency, FullWidth, LeadingZero, Separator, TrailingZero};
    let cases: &[(&str, u8, u8, Read<i128>)] = &[
        ("12", 12, 2, Read::Canonical(1200)),
        ("12.5", 12, 2, Read::Canonical(1250)),
        ("-0.05", 12, 2, Read::Canonical(-5)),
        ("0.5", 2, 2, Read::Canonical(50)),
        ("1.5", 2, 2, Read::Invalid(FaultCode::Digits)),
        (".5", 12, 2, Read::Normalised(50, LeadingZero)),
        ("0012.50", 12, 2, Read::Normalised(1250, LeadingZero)),
        ("12.500", 12, 2, Read::Normalised(1250, TrailingZero)),
        ("12.505", 12, 2, Read::Invalid(FaultCode::Digits)),
        ("1234567890.12", 12, 2, Read::Canonical(123_456_789_012)),
        ("12345678901.12", 12, 2, Read::Invalid(FaultCode::Digits)),
        ("1,234.50", 12, 2, Read::Normalised(123_450, Separator)),
        ("￥1,234.50", 12, 2, Read::Normalised(123_450, Currency)),
        ("-¥1,234.50", 12, 2, Read::Normalised(-123_450, Currency)),
        ("¥-1,234.50", 12, 2, Read::Normalised(-123_450, Currency)),
        ("1234.5元", 12, 2, Read::Normalised(123_450, Currency)),
        ("RMB 5", 12, 2, Read::Normalised(500, Currency)),
        ("１２．５", 12, 2, Read::Normalised(1250, FullWidth)),
        ("5万元", 12, 2, Read::Invalid(FaultCode::Number)),
        ("元", 12, 2, Read::Invalid(FaultCode::Number)),
        ("1.2.3", 12, 2, Read::Invalid(FaultCode::Number)),
        ("1E3", 12, 2, Read::Invalid(FaultCode::Scientific)),
        (
            "99999999999999999999999999999999999999",
            38,
            0,
            Read::Canonical(10_i128.pow(38) - 1),
        ),
        ("0.00000000000000000001", 38, 20, Read::Canonical(1)),
        (
            "12345678901234567890",
            38,
            38,
            Read::Invalid(FaultCode::Digits),
        ),
        ("5", 38, 38, Read::Invalid(FaultCode::Digits)),
        ("0", 38, 38, Read::Canonical(0)),
    ];
    for (text, precision, scale, expected) in cases {
        assert_eq!(
            parse_decimal(text, *precision, *scale),
            *expected,
            "{text:?} as decimal({precision},{scale})"
        );
    }
}

#[test]
fn floats_take_an_exponent_and_refuse_what_is_no_number() {
    let cases: &[(&str, Read<f64>)] = &[
        ("1.5", Read::Canonical(1.5)),
        ("-1.5e-3", Read::Canonical(-0.0015)),
        (".5", Read::Canonical(0.5)),
        ("1,234.5", Read::Normalised(1234.5, Change::Separator)),
        (" 2 ", Read::Normalised(2.0, Change::Space)),
        ("nan", Read::Invalid(FaultCode::Number)),
        ("inf", Read::Invalid(FaultCode::Number)),
        ("1e999", Read::Invalid(FaultCode::Range)),
        ("1.2.3", Read::Invalid(FaultCode::Number)),
        ("-", Read::Invalid(FaultCode::Number)),
        ("", Read::Invalid(FaultCode::Empty)),
    ];
    for (text, expected) in cases {
        assert_eq!(parse_float(text), *expected, "{text:?}");
    }
}

#[test]
fn booleans_are_read_in_both_languages() {
    for text in ["是", "有", "true", "1", "Y", "yes"] {
        assert_eq!(parse_boolean(text), Read::Canonical(true), "{text}");
    }
    for text in ["否", "无", "false", "0", "N", "no"] {
        assert_eq!(parse_boolean(text), Read::Canonical(false), "{text}");
    }
    let cases = [
        ("TRUE", Read::Normalised(true, Change::Case)),
        ("n", Read::Normalised(false, Change::Case)),
        ("Ｙ", Read::Normalised(true, Change::FullWidth)),
        (" 是 ", Read::Normalised(true, Change::Space)),
        ("2", Read::Invalid(FaultCode::Boolean)),
        ("不详", Read::Invalid(FaultCode::Boolean)),
        ("", Read::Invalid(FaultCode::Empty)),
    ];
    for (text, expected) in cases {
        assert_eq!(parse_boolean(text), expected, "{text:?}");
    }
}

#[test]
fn dates_are_read_from_every_unambiguous_form() {
    use Change::{ChineseNumerals, DateForm, ExcelSerial, FullWidth, Space, TimeDropped};
    let cases: &[(&str, &str, Change)] = &[
        ("2024/1/5", "2024-01-05", DateForm),
        ("2024.1.5", "2024-01-05", DateForm),
        ("2024-1-5", "2024-01-05", DateForm),
        ("2024 1 5", "2024-01-05", DateForm),
        ("20240105", "2024-01-05", DateForm),
        ("2024年1月5日", "2024-01-05", DateForm),
        ("2024年01月05号", "2024-01-05", DateForm),
        ("2024 年 1 月 5 日", "2024-01-05", DateForm),
        ("２０２４年１月５日", "2024-01-05", DateForm),
        ("２０２４－０１－０５", "2024-01-05", FullWidth),
        ("\u{3000}2024-01-05 ", "2024-01-05", Space),
        ("2024\u{2013}01\u{2013}05", "2024-01-05", FullWidth),
        ("二〇二四年一月五日", "2024-01-05", ChineseNumerals),
        ("二零二四年十二月三十一日", "2024-12-31", ChineseNumerals),
        ("二○二四年十月二十日", "2024-10-20", ChineseNumerals),
        ("一九四九年十月一日", "1949-10-01", ChineseNumerals),
        ("二〇二四年二月廿九日", "2024-02-29", ChineseNumerals),
        ("2024年十一月十一日", "2024-11-11", ChineseNumerals),
        ("13/02/2024", "2024-02-13", DateForm),
        ("02/13/2024", "2024-02-13", DateForm),
        ("5/5/2024", "2024-05-05", DateForm),
        ("31-12-2024", "2024-12-31", DateForm),
        ("5 Jan 2024", "2024-01-05", DateForm),
        ("January 5, 2024", "2024-01-05", DateForm),
        ("05-JAN-2024", "2024-01-05", DateForm),
        ("45296", "2024-01-05", ExcelSerial),
        ("45296.75", "2024-01-05", ExcelSerial),
        ("20000", "1954-10-03", ExcelSerial),
        ("80000", "2119-01-11", ExcelSerial),
        ("2024-01-05 00:00:00", "2024-01-05", TimeDropped),
        ("2024/1/5 8:30", "2024-01-05", TimeDropped),
        ("2024-01-05T23:00:00Z", "2024-01-06", TimeDropped),
        ("2024-01-05T23:00:00+08:00", "2024-01-05", TimeDropped),
        ("2024年1月5日 8时30分", "2024-01-05", TimeDropped),
    ];
    assert_eq!(parse_date("2024-01-05"), Read::Canonical(day("2024-01-05")));
    for (text, expected, change) in cases {
        assert_eq!(
            parse_date(text),
            Read::Normalised(day(expected), *change),
            "{text:?}"
        );
    }
}

#[test]
fn a_date_with_two_readings_or_none_is_a_fault() {
    use FaultCode::{AmbiguousDate, Date, Empty, ImpossibleDate};
    let cases: &[(&str, FaultCode)] = &[
        ("01/02/2024", AmbiguousDate),
        ("1-2-2024", AmbiguousDate),
        ("24-1-5", AmbiguousDate),
        ("1/2/24", AmbiguousDate),
        ("24年1月5日", AmbiguousDate),
        ("二四年一月五日", AmbiguousDate),
        ("240105", AmbiguousDate),
        ("05-JAN-24", AmbiguousDate),
        ("2024-02-31", ImpossibleDate),
        ("2023-02-29", ImpossibleDate),
        ("1900-02-29", ImpossibleDate),
        ("31/02/2024", ImpossibleDate),
        ("13/13/2024", ImpossibleDate),
        ("2024/13/5", ImpossibleDate),
        ("2024年2月30日", ImpossibleDate),
        ("20240231", ImpossibleDate),
        ("0000-00-00", ImpossibleDate),
        ("2024-00-10", ImpossibleDate),
        ("202401", Date),
        ("2024-01", Date),
        ("2024年1月", Date),
        ("2024", Date),
        ("19999", Date),
        ("80001", Date),
        ("99999999", Date),
        ("12024-01-05", Date),
        ("2024-01-05-06", Date),
        ("不详", Date),
        ("长期", Date),
        ("2024-Jan", Date),
        ("2024-0１-", Date),
        ("", Empty),
        ("  ", Empty),
    ];
    for (text, fault) in cases {
        assert_eq!(parse_date(text), Read::Invalid(*fault), "{text:?}");
    }
}

#[test]
fn serials_follow_the_1900_system_with_its_false_leap_day() {
    let cases = [
        (1, Some("1900-01-01")),
        (59, Some("1900-02-28")),
        (60, None),
        (61, Some("1900-03-01")),
        (25_569, Some("1970-01-01")),
        (45_296, Some("2024-01-05")),
        (2_958_465, Some("9999-12-31")),
        (2_958_466, None),
        (0, None),
        (-1, None),
    ];
    for (serial, expected) in cases {
        assert_eq!(
            days_from_excel_serial(serial),
            expected.map(day),
            "{serial}"
        );
    }
}

#[test]
fn times_are_microseconds_of_the_day() {
    let at = |h: i64, m: i64, s: i64| (h * 3600 + m * 60 + s) * 1_000_000;
    let cases: &[(&str, Read<i64>)] = &[
        ("08:30:00", Read::Canonical(at(8, 30, 0))),
        ("23:59:59.999999", Read::Canonical(at(23, 59, 59) + 999_999)),
        ("08:30:00.5", Read::Canonical(at(8, 30, 0) + 500_000)),
        ("8:30", Read::Normalised(at(8, 30, 0), Change::DateForm)),
        ("８：３０", Read::Normalised(at(8, 30, 0), Change::DateForm)),
        ("083005", Read::Normalised(at(8, 30, 5), Change::DateForm)),
        ("8时30分", Read::Normalised(at(8, 30, 0), Change::DateForm)),
        ("8点半", Read::Normalised(at(8, 30, 0), Change::DateForm)),
        ("8点", Read::Normalised(at(8, 0, 0), Change::DateForm)),
        (
            "8时30分15秒",
            Read::Normalised(at(8, 30, 15), Change::DateForm),
        ),
        ("下午3:05", Read::Normalised(at(15, 5, 0), Change::DateForm)),
        ("3:05 PM", Read::Normalised(at(15, 5, 0), Change::DateForm)),
        ("12:05 AM", Read::Normalised(at(0, 5, 0), Change::DateForm)),
        ("24:00:00", Read::Invalid(FaultCode::Time)),
        ("08:60:00", Read::Invalid(FaultCode::Time)),
        ("8", Read::Invalid(FaultCode::Time)),
        ("8:3:4:5", Read::Invalid(FaultCode::Time)),
        ("上午", Read::Invalid(FaultCode::Time)),
        ("", Read::Invalid(FaultCode::Empty)),
    ];
    for (text, expected) in cases {
        assert_eq!(parse_time(text), *expected, "{text:?}");
    }
}

#[test]
fn timestamps_are_the_wall_clock_of_the_zone() {
    let at = |date: &str, seconds: i64| i64::from(day(date)) * MICROS_PER_DAY + seconds * 1_000_000;
    let half_past_eight = at("2024-01-05", 8 * 3600 + 1800);
    let cases: &[(&str, Read<i64>)] = &[
        ("2024-01-05 08:30:00", Read::Canonical(half_past_eight)),
        (
            "2024-01-05T08:30:00",
            Read::Normalised(half_past_eight, Change::DateForm),
        ),
        (
            "2024-01-05T08:30:00+08:00",
            Read::Normalised(half_past_eight, Change::Offset),
        ),
        (
            "2024-01-05T00:30:00Z",
            Read::Normalised(half_past_eight, Change::Offset),
        ),
        (
            "2024-01-04T19:30:00.000-0500",
            Read::Normalised(half_past_eight, Change::Offset),
        ),
        (
            "2024-01-05T08:30:00.123456789+08",
            Read::Normalised(half_past_eight + 123_456, Change::Offset),
        ),
        (
            "2024/1/5 8:30",
            Read::Normalised(half_past_eight, Change::DateForm),
        ),
        (
            "20240105083000",
            Read::Normalised(half_past_eight, Change::DateForm),
        ),
        (
            "20240105T083000",
            Read::Normalised(half_past_eight, Change::DateForm),
        ),
        (
            "2024年1月5日 8时30分",
            Read::Normalised(half_past_eight, Change::DateForm),
        ),
        (
            "2024年1月5日上午8:30",
            Read::Normalised(half_past_eight, Change::DateForm),
        ),
        (
            "2024/1/5 上午8:30",
            Read::Normalised(half_past_eight, Change::DateForm),
        ),
        (
            "2024-01-05",
            Read::Normalised(at("2024-01-05", 0), Change::DateForm),
        ),
        (
            "45296.5",
            Read::Normalised(at("2024-01-05", 43_200), Change::ExcelSerial),
        ),
        (
            "01/02/2024 08:30:00",
            Read::Invalid(FaultCode::AmbiguousDate),
        ),
        (
            "2024-02-31 08:30:00",
            Read::Invalid(FaultCode::ImpossibleDate),
        ),
        ("2024-01-05 25:00:00", Read::Invalid(FaultCode::Time)),
        ("2024-01-05 08:30:00+99:00", Read::Invalid(FaultCode::Time)),
        ("08:30:00", Read::Invalid(FaultCode::Date)),
        ("1704412800", Read::Invalid(FaultCode::Date)),
        ("T", Read::Invalid(FaultCode::Date)),
        ("", Read::Invalid(FaultCode::Empty)),
    ];
    for (text, expected) in cases {
        assert_eq!(parse_timestamp(text), *expected, "{text:?}");
    }
    let utc = Zone { east_seconds: 0 };
    assert_eq!(
        parse_timestamp_in("2024-01-05T08:30:00Z", utc),
        Read::Normalised(half_past_eight, Change::Offset)
    );
}

#[test]
fn days_agree_with_another_calendar_on_every_day_of_two_centuries() {
    let mut date = jiff::civil::date(1850, 1, 1);
    let mut days = day("1850-01-01");
    while date.year() < 2051 {
        let (year, month, of_month) = (date.year(), date.month(), date.day());
        let found = days_from_civil(i32::from(year), month as u32, of_month as u32);
        assert_eq!(found, Some(days), "{date}");
        assert_eq!(format_date(days), date.to_string());
        date = date.tomorrow().unwrap();
        days += 1;
    }
}

proptest! {
    #[test]
    fn a_written_date_is_read_back(days in -719_162..2_932_896_i32) {
        prop_assert_eq!(parse_date(&format_date(days)), Read::Canonical(days));
    }

    #[test]
    fn a_written_timestamp_is_read_back(micros in -62_135_596_800_000_000..253_402_300_799_999_999_i64) {
        prop_assert_eq!(parse_timestamp(&format_timestamp(micros)), Read::Canonical(micros));
    }

    #[test]
    fn a_written_decimal_is_read_back(value in -(10_i128.pow(18) - 1)..10_i128.pow(18), scale in 0_u8..=18) {
        prop_assert_eq!(parse_decimal(&format_decimal(value, scale), 18, scale), Read::Canonical(value));
    }

    #[test]
    fn a_wide_decimal_is_read_back(value in -(10_i128.pow(38) - 1)..10_i128.pow(38), scale in 0_u8..=38) {
        prop_assert_eq!(parse_decimal(&format_decimal(value, scale), 38, scale), Read::Canonical(value));
    }

    #[test]
    fn a_written_integer_is_read_back(value: i64) {
        prop_assert_eq!(parse_integer(&value.to_string()), Read::Canonical(value));
    }

    #[test]
    fn no_text_breaks_a_parser(text in "\\PC{0,24}") {
        read_all(&text);
    }

    #[test]
    fn no_text_that_looks_like_a_value_breaks_a_parser(
        text in "[-0-9:/. +TZ年月日时点分上午下二十廿〇元,¥eExX０-９]{0,24}"
    ) {
        read_all(&text);
    }

    #[test]
    fn spaces_around_a_value_never_change_it(
        text in "[-0-9:/.年月日T]{1,12}",
        before in "[ \u{3000}\u{a0}]{1,2}",
    ) {
        let spaced = format!("{before}{text}\u{3000}");
        prop_assert_eq!(parse_date(&spaced).value(), parse_date(&text).value());
        prop_assert_eq!(parse_integer(&spaced).value(), parse_integer(&text).value());
    }
}

fn read_all(text: &str) {
    let _ = parse_integer(text);
    let _ = parse_decimal(text, 12, 2);
    let _ = parse_float(text);
    let _ = parse_boolean(text);
    let _ = parse_date(text);
    let _ = parse_time(text);
    let _ = parse_timestamp(text);
}
