use jiff::Timestamp;

use crate::totp::{accepted, base32, code, step_of, truncated, uri};

const SECRET: &[u8] = b"12345678901234567890";

#[test]
fn the_vectors_of_rfc_6238_appendix_b_hold() {
    for (second, expected) in [
        (59, 94_287_082),
        (1_111_111_109, 7_081_804),
        (1_111_111_111, 14_050_471),
        (1_234_567_890, 89_005_924),
        (2_000_000_000, 69_279_037),
        (20_000_000_000, 65_353_130),
    ] {
        let at = Timestamp::from_second(second).unwrap();
        let number = truncated(SECRET, step_of(at)).unwrap();
        assert_eq!(number % 100_000_000, expected, "{second}");
        let code = code(SECRET, step_of(at)).unwrap();
        assert_eq!(code, format!("{:06}", expected % 1_000_000));
    }
}

#[test]
fn a_code_is_accepted_one_step_early_or_late_and_once() {
    let at = Timestamp::from_second(1_750_000_000).unwrap();
    let now = step_of(at);
    for (step, is_accepted) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
        let code = code(SECRET, now + step).unwrap();
        let found = accepted(SECRET, &code, at, 0);
        assert_eq!(found, is_accepted.then_some(now + step), "{step}");
        assert_eq!(
            accepted(SECRET, &code, at, now + step),
            None,
            "{step} again"
        );
    }
}

#[test]
fn a_code_may_be_typed_with_blanks_and_wide_digits_and_with_nothing_else() {
    let at = Timestamp::from_second(1_750_000_000).unwrap();
    let right = code(SECRET, step_of(at)).unwrap();
    let (head, tail) = right.split_at(3);
    let wide: String = right
        .chars()
        .map(|digit| char::from_u32(u32::from(digit) + 0xfee0).unwrap())
        .collect();
    for given in [format!(" {head} {tail}"), wide] {
        assert!(accepted(SECRET, &given, at, 0).is_some(), "{given}");
    }
    for given in [
        String::new(),
        head.to_owned(),
        format!("{right}0"),
        format!("-{right}"),
    ] {
        assert!(accepted(SECRET, &given, at, 0).is_none(), "{given}");
    }
}

#[test]
fn base32_is_that_of_rfc_4648_without_padding() {
    for (text, expected) in [
        ("", ""),
        ("f", "MY"),
        ("fo", "MZXQ"),
        ("foo", "MZXW6"),
        ("foob", "MZXW6YQ"),
        ("fooba", "MZXW6YTB"),
        ("foobar", "MZXW6YTBOI"),
    ] {
        assert_eq!(base32(text.as_bytes()), expected);
    }
}

#[test]
fn an_authenticator_reads_who_and_how() {
    let uri = uri(&"wang.li".parse().unwrap(), SECRET);
    assert_eq!(
        uri.reveal(),
        "otpauth://totp/Yandu:wang.li?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Yandu&algorithm=SHA1&digits=6&period=30"
    );
}
