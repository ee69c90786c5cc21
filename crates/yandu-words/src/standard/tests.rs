use std::borrow::Cow;

use proptest::prelude::*;

use super::*;

mod codes;
mod texts;

/// What a text is expected to be: canonical, another text by a change, or a fault.
enum Expected {
    Same,
    Becomes(&'static str, Change),
    Faulty(FaultCode),
}

use Expected::{Becomes, Faulty, Same};

fn check_all(standard: Standard, cases: &[(&str, Expected)]) {
    for (text, expected) in cases {
        let read = standard.read_text(text);
        let wanted = match expected {
            Same => Read::Canonical(Cow::Borrowed(*text)),
            Becomes(other, change) => Read::Normalised(Cow::Borrowed(*other), *change),
            Faulty(fault) => Read::Invalid(*fault),
        };
        assert_eq!(read, wanted, "{text:?} as {standard}");
    }
}

fn any_standard() -> impl Strategy<Value = Standard> {
    proptest::sample::select(Standard::ALL.to_vec())
}

#[test]
fn every_standard_refuses_nothing_and_spaces_as_missing() {
    for standard in Standard::ALL {
        for text in ["", " ", "\u{3000}", "\t\u{a0}\u{feff}"] {
            assert_eq!(
                standard.read_text(text),
                Read::Invalid(FaultCode::Empty),
                "{text:?} as {standard}"
            );
        }
    }
}

#[test]
fn every_standard_says_what_it_is_and_where_its_rule_comes_from() {
    for standard in Standard::ALL {
        assert!(standard.title().en.is_some());
        assert!(!standard.source().is_empty());
        assert_eq!(standard.name().parse(), Ok(standard));
    }
    assert_eq!(
        "citizen".parse::<Standard>().unwrap_err().to_string(),
        "`citizen` is no standard"
    );
}

#[test]
fn grades_are_those_that_the_design_ships() {
    use Standard::{Address, BankCard, Division, Email, Mobile, Name, Plate, ResidentId, Uscc};
    let cases = [
        (Grade::General1, vec![Uscc, Division]),
        (Grade::General2, vec![Name, Plate, Email]),
        (Grade::General3, vec![ResidentId, Mobile, Address]),
        (Grade::General4, vec![BankCard]),
    ];
    for (grade, standards) in cases {
        for standard in standards {
            assert_eq!(standard.grade(), grade, "{standard}");
        }
    }
    // A citizen number shows its first six and last four signs at most.
    assert_eq!(ResidentId.mask(), Mask::Keep { first: 6, last: 4 });
}

#[test]
fn a_canonical_text_is_borrowed() {
    let cases = [
        (Standard::ResidentId, "320902199001011236"),
        (Standard::Name, "𠮷野·家"),
        (Standard::Ip, "2001:db8::1"),
        (Standard::Date, "2024-01-05"),
        (Standard::Money, "12.50"),
    ];
    for (standard, text) in cases {
        assert!(matches!(
            standard.read_text(text),
            Read::Canonical(Cow::Borrowed(_))
        ));
    }
}

proptest! {
    #[test]
    fn what_normalising_gives_is_canonical(
        standard in any_standard(),
        text in "[-0-9０-９a-zA-ZＡ-Ｚ.:/@·()（） \u{3000}+苏京A-F张三年月日xX元¥,]{0,22}",
    ) {
        if let Read::Normalised(value, _) = standard.read_text(&text) {
            prop_assert!(
                matches!(standard.read_text(&value), Read::Canonical(_)),
                "{standard} made {value:?} of {text:?}"
            );
        }
    }

    #[test]
    fn no_text_breaks_a_standard(standard in any_standard(), text in "\\PC{0,40}") {
        let _ = standard.read_text(&text);
    }

    #[test]
    fn spaces_and_width_never_change_a_code(
        standard in any_standard(),
        text in "[0-9A-Z]{6,19}",
    ) {
        let wide: String = text
            .chars()
            .map(|sign| char::from_u32(u32::from(sign) + 0xfee0).unwrap())
            .collect();
        let plain = standard.read_text(&text).value();
        let wide = format!("\u{3000}{wide} ");
        prop_assert_eq!(standard.read_text(&wide).value(), plain);
    }
}

#[test]
fn a_stricter_grade_leaves_less_of_a_value() {
    for standard in Standard::ALL {
        assert_eq!(standard.mask_at(standard.grade()), standard.mask());
        assert_eq!(standard.mask_at(Grade::General1), standard.mask());
        for grade in [Grade::Important, Grade::Core] {
            assert_eq!(standard.mask_at(grade), Mask::Null, "{standard}");
        }
    }
    assert_eq!(
        Standard::Mobile.mask_at(Grade::General3),
        Mask::Keep { first: 3, last: 4 }
    );
    assert_eq!(Standard::Mobile.mask_at(Grade::General4), Mask::Hash);
    assert_eq!(Standard::Name.mask_at(Grade::General4), Mask::Null);
    // A card number is of this grade by itself.
    assert_eq!(
        Standard::BankCard.mask_at(Grade::General4),
        Mask::Keep { first: 6, last: 4 }
    );
}
