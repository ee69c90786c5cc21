use super::*;
use Change::{Case, CountryCode, FifteenDigits, FullWidth, Separator, Space};
use FaultCode::{
    Area, Character, CheckDigit, Format, ImpossibleDate, Kind, Length, Prefix, Scientific,
};

#[test]
fn citizen_numbers_follow_gb_11643() {
    check_all(
        Standard::ResidentId,
        &[
            ("11010519491231002X", Same),
            ("320902199001011236", Same),
            ("32090219990013105X", Faulty(ImpossibleDate)),
            ("32090219900131005X", Same),
            ("830000199001010012", Same),
            ("11010519491231002x", Becomes("11010519491231002X", Case)),
            ("11010519491231002ｘ", Becomes("11010519491231002X", Case)),
            (
                "11010519491231002Ｘ",
                Becomes("11010519491231002X", FullWidth),
            ),
            (
                "３２０９０２１９９００１０１１２３６",
                Becomes("320902199001011236", FullWidth),
            ),
            (
                "\u{a0}320902199001011236\u{3000}",
                Becomes("320902199001011236", Space),
            ),
            ("320902 19900101 1236", Becomes("320902199001011236", Space)),
            (
                "'320902199001011236",
                Becomes("320902199001011236", Separator),
            ),
            (
                "320902900101123",
                Becomes("320902199001011236", FifteenDigits),
            ),
            (
                "３２０９０２９００１０１１２３",
                Becomes("320902199001011236", FifteenDigits),
            ),
            ("320902900231123", Faulty(ImpossibleDate)),
            ("990902900101123", Faulty(Area)),
            ("320902199001011235", Faulty(CheckDigit)),
            ("320902199001011263", Faulty(CheckDigit)),
            ("110105194912310021", Faulty(CheckDigit)),
            ("990902199001011230", Faulty(Area)),
            ("320902199002311230", Faulty(ImpossibleDate)),
            ("320902184912310016", Faulty(ImpossibleDate)),
            ("32090219900101123", Faulty(Length)),
            ("3209021990010112366", Faulty(Length)),
            ("3.20902E+17", Faulty(Scientific)),
            ("32090219900101123Y", Faulty(Character)),
            ("3209021990O1011236", Faulty(Character)),
            ("不详", Faulty(Character)),
        ],
    );
}

#[test]
fn a_citizen_number_says_birth_date_and_sex() {
    assert_eq!(
        birth_date_of_resident("320902199001011236"),
        days_from(1990, 1, 1)
    );
    assert_eq!(birth_date_of_resident("320902199002311230"), None);
    assert_eq!(sex_of_resident("320902199001011236"), Some(Sex::Male));
    assert_eq!(sex_of_resident("11010519491231002X"), Some(Sex::Female));
    assert_eq!(sex_of_resident("不详"), None);
}

fn days_from(year: i32, month: u32, day: u32) -> Option<i32> {
    crate::value::days_from_civil(year, month, day)
}

#[test]
fn one_wrong_or_swapped_digit_of_a_citizen_number_is_found() {
    let right = b"320902199001011236";
    for place in 0..17 {
        for digit in b'0'..=b'9' {
            let mut wrong = *right;
            wrong[place] = digit;
            let text = std::str::from_utf8(&wrong).unwrap();
            let valid = matches!(Standard::ResidentId.read_text(text), Read::Canonical(_));
            assert_eq!(valid, digit == right[place], "{text}");
        }
        let mut swapped = *right;
        swapped.swap(place, place + 1);
        let text = std::str::from_utf8(&swapped).unwrap();
        let valid = matches!(Standard::ResidentId.read_text(text), Read::Canonical(_));
        assert_eq!(valid, right[place] == right[place + 1], "{text}");
    }
}

#[test]
fn credit_codes_follow_gb_32100() {
    check_all(
        Standard::Uscc,
        &[
            ("91350100M000100Y43", Same),
            ("12320900014000000E", Same),
            ("51320900MA1000001Y", Same),
            ("91100000100013428L", Same),
            ("91350100m000100y43", Becomes("91350100M000100Y43", Case)),
            (
                "９１３５０１００Ｍ０００１００Ｙ４３",
                Becomes("91350100M000100Y43", FullWidth),
            ),
            ("91350100 M000100Y4 3", Becomes("91350100M000100Y43", Space)),
            ("91350100M000100Y44", Faulty(CheckDigit)),
            ("97320900MA10000018", Faulty(Kind)),
            ("99320900MA10000012", Faulty(Kind)),
            ("Z1320900MA1000001X", Faulty(Character)),
            ("91990900MA10000010", Faulty(Area)),
            ("91350100M0001O0Y43", Faulty(Character)),
            ("913501A0M000100Y43", Faulty(Character)),
            ("91350100M000100Y4", Faulty(Length)),
            ("91350100M000100Y433", Faulty(Length)),
            ("无", Faulty(Character)),
        ],
    );
}

#[test]
fn organisation_codes_follow_gb_11714() {
    check_all(
        Standard::OrganisationCode,
        &[
            ("D2143569X", Same),
            ("D2143569-X", Becomes("D2143569X", Separator)),
            ("D2143569－X", Becomes("D2143569X", Separator)),
            ("d2143569x", Becomes("D2143569X", Case)),
            ("D21435691", Faulty(CheckDigit)),
            ("D2143569Y", Faulty(Character)),
            ("D2143569", Faulty(Length)),
        ],
    );
}

#[test]
fn divisions_have_six_nine_or_twelve_digits_under_a_province() {
    check_all(
        Standard::Division,
        &[
            ("320900", Same),
            ("320902001", Same),
            ("320902001001", Same),
            ("810000", Same),
            ("３２０９０２", Becomes("320902", FullWidth)),
            ("320 902", Becomes("320902", Space)),
            ("990902", Faulty(Area)),
            ("3209", Faulty(Length)),
            ("3209020", Faulty(Length)),
            ("32090A", Faulty(Character)),
            ("亭湖区", Faulty(Character)),
        ],
    );
}

#[test]
fn mobile_numbers_lose_their_country_code_and_dashes() {
    check_all(
        Standard::Mobile,
        &[
            ("13812345678", Same),
            ("19912345678", Same),
            ("+8613812345678", Becomes("13812345678", CountryCode)),
            ("8613812345678", Becomes("13812345678", CountryCode)),
            ("+86 138-1234-5678", Becomes("13812345678", CountryCode)),
            ("(+86)13812345678", Becomes("13812345678", CountryCode)),
            ("138 1234 5678", Becomes("13812345678", Space)),
            ("138-1234-5678", Becomes("13812345678", Separator)),
            ("１３８１２３４５６７８", Becomes("13812345678", FullWidth)),
            ("12812345678", Faulty(Prefix)),
            ("23812345678", Faulty(Prefix)),
            ("1381234567", Faulty(Length)),
            ("138123456789", Faulty(Length)),
            ("+8612812345678", Faulty(Prefix)),
            ("1381234567x", Faulty(Character)),
            ("1.38E+10", Faulty(Scientific)),
        ],
    );
}

#[test]
fn landline_numbers_carry_their_area_code() {
    check_all(
        Standard::Landline,
        &[
            ("0515-88123456", Same),
            ("010-65551234", Same),
            ("021-65551234-801", Same),
            ("051588123456", Becomes("0515-88123456", Separator)),
            ("(0515)88123456", Becomes("0515-88123456", Separator)),
            ("（0515）88123456", Becomes("0515-88123456", Separator)),
            ("0515 88123456", Becomes("0515-88123456", Separator)),
            ("0515-8812-3456", Becomes("0515-88123456", Separator)),
            (
                "0515-88123456转801",
                Becomes("0515-88123456-801", Separator),
            ),
            ("(021)65551234-801", Becomes("021-65551234-801", Separator)),
            ("+86 515 88123456", Becomes("0515-88123456", CountryCode)),
            ("+86-10-65551234", Becomes("010-65551234", CountryCode)),
            (
                "０５１５－８８１２３４５６",
                Becomes("0515-88123456", FullWidth),
            ),
            ("88123456", Faulty(Area)),
            ("0115-88123456", Faulty(Area)),
            ("0515-881234", Faulty(Length)),
            ("0515-18123456", Faulty(Prefix)),
            ("电话", Faulty(Character)),
        ],
    );
}

#[test]
fn plates_have_seven_signs_and_eight_with_new_energy() {
    check_all(
        Standard::Plate,
        &[
            ("苏J12345", Same),
            ("苏JA1B2C", Same),
            ("苏JD12345", Same),
            ("苏JDF2345", Same),
            ("苏J12345D", Same),
            ("苏J1234挂", Same),
            ("苏J1234警", Same),
            ("苏j12345", Becomes("苏J12345", Case)),
            ("苏J·12345", Becomes("苏J12345", Separator)),
            ("苏J 12345", Becomes("苏J12345", Space)),
            ("苏Ｊ１２３４５", Becomes("苏J12345", FullWidth)),
            ("苏J1234O", Faulty(Character)),
            ("苏I12345", Faulty(Character)),
            ("苏J1234", Faulty(Length)),
            ("苏JZ12345", Faulty(Format)),
            ("苏J123456", Faulty(Format)),
            ("苏112345", Faulty(Format)),
            ("盐J12345", Faulty(Area)),
            ("J12345", Faulty(Area)),
        ],
    );
}

#[test]
fn bank_cards_follow_luhn() {
    check_all(
        Standard::BankCard,
        &[
            ("4111111111111111", Same),
            ("6217001210001234564", Same),
            ("622202123452", Same),
            ("378282246310005", Same),
            (
                "6217 0012 1000 1234 564",
                Becomes("6217001210001234564", Space),
            ),
            (
                "4111-1111-1111-1111",
                Becomes("4111111111111111", Separator),
            ),
            ("6217001210001234565", Faulty(CheckDigit)),
            ("0000000000000000", Faulty(Prefix)),
            ("41111111111", Faulty(Length)),
            ("41111111111111111111", Faulty(Length)),
            ("6.217E+18", Faulty(Scientific)),
            ("411111111111111A", Faulty(Character)),
        ],
    );
}
