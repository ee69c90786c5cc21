use super::*;
use Change::{
    Case, ChineseNumerals, Currency, DateForm, ExcelSerial, FullWidth, LeadingZero, Separator,
    Space,
};
use FaultCode::{
    AmbiguousDate, Character, Digits, Format, ImpossibleDate, Length, Number, Range, Time,
};

#[test]
fn names_take_letters_of_every_script_and_no_digits() {
    check_all(
        Standard::Name,
        &[
            ("张三", Same),
            ("欧阳娜娜", Same),
            ("阿卜杜拉·买买提", Same),
            ("𠮷野", Same),
            ("王㐂", Same),
            ("李𪜀", Same),
            ("李𫝀", Same),
            ("李𫠝", Same),
            ("李𬺰", Same),
            ("李\u{30000}", Same),
            ("李\u{3134f}", Same),
            ("刘〇", Same),
            ("葛\u{e0100}城", Same),
            ("Anna-Maria O'Neill", Same),
            ("Sammy J. Davis Jr.", Same),
            ("Anna  Maria", Becomes("Anna Maria", Space)),
            ("阿卜杜拉 · 买买提", Becomes("阿卜杜拉·买买提", Space)),
            ("Müller", Same),
            ("བསྟན་འཛིན", Same),
            ("ئابدۇللا", Same),
            ("张 三", Becomes("张三", Space)),
            ("张\u{3000}三", Becomes("张三", Space)),
            (" 张三 ", Becomes("张三", Space)),
            ("阿卜杜拉•买买提", Becomes("阿卜杜拉·买买提", Separator)),
            ("阿卜杜拉．买买提", Becomes("阿卜杜拉·买买提", Separator)),
            ("Ａｎｎａ", Becomes("Anna", FullWidth)),
            ("张三1", Faulty(Character)),
            ("张三(小)", Faulty(Character)),
            ("张\u{fffd}", Faulty(Character)),
            ("张\u{e863}", Faulty(Character)),
            ("张?", Faulty(Character)),
            ("·张", Faulty(Format)),
            ("张·", Faulty(Format)),
            ("张··三", Faulty(Format)),
        ],
    );
    let long = "张".repeat(101);
    assert_eq!(Standard::Name.read_text(&long), Read::Invalid(Length));
}

#[test]
fn a_name_of_every_han_block_survives() {
    let blocks = [
        0x4e00..=0x9fff,
        0x3400..=0x4dbf,
        0x20000..=0x2a6df,
        0x2a700..=0x2ebe0,
        0x30000..=0x3134a,
    ];
    for sign in blocks.into_iter().flatten().filter_map(char::from_u32) {
        let name = format!("王{sign}");
        assert!(
            matches!(Standard::Name.read_text(&name), Read::Canonical(_)),
            "{sign} U+{:X}",
            u32::from(sign)
        );
    }
}

#[test]
fn addresses_keep_chinese_punctuation_and_lose_full_width_digits() {
    check_all(
        Standard::Address,
        &[
            ("盐城市亭湖区解放南路58号3幢501室", Same),
            ("盐城市盐都区世纪大道5号（东门）", Same),
            ("𠮷村5组", Same),
            (
                "盐城市亭湖区解放南路５８号",
                Becomes("盐城市亭湖区解放南路58号", FullWidth),
            ),
            (
                "盐城市（Ａ座）\u{3000}",
                Becomes("盐城市（A座）", FullWidth),
            ),
            ("\u{3000}盐城市 ", Becomes("盐城市", Space)),
            ("盐", Faulty(Length)),
            ("12-3-501", Faulty(Format)),
            ("盐城市\u{0}", Faulty(Character)),
            ("盐城\u{fffd}亭湖", Faulty(Character)),
        ],
    );
}

#[test]
fn email_addresses_follow_rfc_5321() {
    check_all(
        Standard::Email,
        &[
            ("zhang.san@yancheng.gov.cn", Same),
            ("a+b@x-y.cn", Same),
            ("Zhang@qq.com", Same),
            ("Zhang@QQ.COM", Becomes("Zhang@qq.com", Case)),
            ("ｚ＠qq.com", Becomes("z@qq.com", FullWidth)),
            (" z@qq.com", Becomes("z@qq.com", Space)),
            ("mailto:z@qq.com", Becomes("z@qq.com", Separator)),
            ("z@qq", Faulty(Format)),
            ("z.qq.com", Faulty(Format)),
            ("@qq.com", Faulty(Format)),
            (".z@qq.com", Faulty(Format)),
            ("z.@qq.com", Faulty(Format)),
            ("z..z@qq.com", Faulty(Format)),
            ("z@-qq.com", Faulty(Format)),
            ("z@qq..com", Faulty(Format)),
            ("z@1.2.3.4", Faulty(Format)),
            ("z@q@q.com", Faulty(Character)),
            ("张@qq.com", Faulty(Character)),
        ],
    );
}

#[test]
fn ip_addresses_of_both_versions_have_one_form() {
    check_all(
        Standard::Ip,
        &[
            ("10.0.0.1", Same),
            ("255.255.255.255", Same),
            ("2001:db8::1", Same),
            ("::", Same),
            ("::ffff:10.0.0.1", Same),
            ("2001:DB8::1", Becomes("2001:db8::1", Case)),
            ("2001:0db8:0:0:0:0:0:1", Becomes("2001:db8::1", LeadingZero)),
            ("１０．０．０．１", Becomes("10.0.0.1", FullWidth)),
            ("10.0.0.256", Faulty(Range)),
            ("10.0.0.1234", Faulty(Range)),
            ("10.0.0", Faulty(Format)),
            ("10.0.0.1.1", Faulty(Format)),
            ("010.0.0.1", Faulty(Format)),
            ("10.0.0.x", Faulty(Character)),
            ("2001:db8", Faulty(Format)),
            ("1::2::3", Faulty(Format)),
        ],
    );
}

#[test]
fn identifiers_are_one_word() {
    check_all(
        Standard::Id,
        &[
            ("HH-0001/2", Same),
            ("苏(2024)盐城市不动产权第0001号", Same),
            ("ＨＨ０１", Becomes("HH01", FullWidth)),
            (" HH01", Becomes("HH01", Space)),
            ("HH 01", Becomes("HH01", Space)),
            ("HH\u{0}1", Faulty(Character)),
            ("3E5", Same),
            ("1E-05", Same),
            ("A3.49E+05", Same),
        ],
    );
    assert_eq!(
        Standard::Id.read_text(&"1".repeat(129)),
        Read::Invalid(Length)
    );
}

#[test]
fn an_identifier_in_scientific_notation_has_lost_digits_under_every_standard() {
    for standard in [
        Standard::Id,
        Standard::ResidentId,
        Standard::Uscc,
        Standard::OrganisationCode,
        Standard::Division,
        Standard::Mobile,
        Standard::Landline,
        Standard::BankCard,
    ] {
        for text in [
            "3.49E+05",
            "3.20902E+17",
            "1e+11",
            " 3.49e5 ",
            "３．４９Ｅ＋０５",
        ] {
            assert_eq!(
                standard.read_text(text),
                Read::Invalid(FaultCode::Scientific),
                "{text} as {standard}"
            );
        }
    }
}

#[test]
fn dates_times_and_money_are_written_in_one_form() {
    check_all(
        Standard::Date,
        &[
            ("2024-01-05", Same),
            ("2024/1/5", Becomes("2024-01-05", DateForm)),
            ("二〇二四年一月五日", Becomes("2024-01-05", ChineseNumerals)),
            ("45296", Becomes("2024-01-05", ExcelSerial)),
            ("01/02/2024", Faulty(AmbiguousDate)),
            ("2024-02-31", Faulty(ImpossibleDate)),
        ],
    );
    check_all(
        Standard::Month,
        &[
            ("2026-11", Same),
            ("2026-11-01", Same),
            ("2026年11月", Becomes("2026-11-01", DateForm)),
            ("2026 年 1 月份", Becomes("2026-01-01", DateForm)),
            ("二〇二六年十一月", Becomes("2026-11-01", ChineseNumerals)),
            ("2026.11", Becomes("2026-11-01", DateForm)),
            ("2026.2", Becomes("2026-02-01", DateForm)),
            ("2026/1", Becomes("2026-01-01", DateForm)),
            ("202611", Becomes("2026-11-01", DateForm)),
            ("２０２６－１１", Becomes("2026-11-01", FullWidth)),
            ("2026-11-30", Becomes("2026-11-01", DateForm)),
            ("46327", Becomes("2026-11-01", ExcelSerial)),
            ("2026.1", Faulty(AmbiguousDate)),
            ("26年11月", Faulty(AmbiguousDate)),
            ("202613", Faulty(ImpossibleDate)),
            ("2026-13", Faulty(ImpossibleDate)),
            ("2026年", Faulty(FaultCode::Date)),
            ("11月", Faulty(FaultCode::Date)),
        ],
    );
    check_all(
        Standard::Time,
        &[
            ("08:30:00", Same),
            ("8:30", Becomes("08:30:00", DateForm)),
            ("25:00", Faulty(Time)),
        ],
    );
    check_all(
        Standard::Timestamp,
        &[
            ("2024-01-05 08:30:00", Same),
            (
                "2024-01-05T00:30:00.5Z",
                Becomes("2024-01-05 08:30:00.5", Change::Offset),
            ),
        ],
    );
    check_all(
        Standard::Money,
        &[
            ("1234.5", Same),
            ("-12.50", Same),
            ("¥1,234.5", Becomes("1234.50", Currency)),
            ("1,234", Becomes("1234.00", Separator)),
            ("12.345", Faulty(Digits)),
            ("五元", Faulty(Number)),
        ],
    );
}
