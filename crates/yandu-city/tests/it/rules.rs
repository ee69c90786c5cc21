//! The rules that clean rows keep, written by other formulas than the simulator's.

/// GB 11643 by ISO 7064 MOD 11-2, the recursive form.
pub(crate) fn resident_id_holds(text: &str) -> bool {
    if text.len() != 18 || !text.is_ascii() {
        return false;
    }
    let mut sum = 0;
    for digit in text[..17].bytes() {
        if !digit.is_ascii_digit() {
            return false;
        }
        sum = (sum + u32::from(digit - b'0')) * 2 % 11;
    }
    let check = (12 - sum) % 11;
    let sign = if check == 10 {
        'X'
    } else {
        char::from_digit(check, 10).unwrap()
    };
    text.ends_with(sign)
        && date_holds(&format!(
            "{}-{}-{}",
            &text[6..10],
            &text[10..12],
            &text[12..14]
        ))
}

/// GB 32100 and, inside, GB 11714.
pub(crate) fn uscc_holds(text: &str) -> bool {
    const SIGNS: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    if text.len() != 18 || !text.chars().all(|sign| SIGNS.contains(sign)) {
        return false;
    }
    let sum: usize = text
        .chars()
        .zip(0..17_u32)
        .map(|(sign, place)| SIGNS.find(sign).unwrap() * 3_usize.pow(place) % 31)
        .sum();
    let right = SIGNS.as_bytes()[(31 - sum % 31) % 31] == text.as_bytes()[17];
    let organisation: u32 = text[8..16]
        .chars()
        .zip([3, 7, 9, 10, 5, 8, 4, 2])
        .map(|(sign, weight)| sign.to_digit(36).unwrap() * weight)
        .sum();
    let check = match 11 - organisation % 11 {
        10 => 'X',
        11 => '0',
        number => char::from_digit(number, 10).unwrap(),
    };
    right && text[16..].starts_with(check)
}

pub(crate) fn date_holds(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
}

pub(crate) fn time_holds(text: &str) -> bool {
    text.len() == 19 && text.parse::<jiff::civil::DateTime>().is_ok()
}

pub(crate) fn mobile_holds(text: &str) -> bool {
    text.len() == 11 && text.starts_with('1') && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[test]
fn the_rules_of_these_tests_meet_the_published_vectors() {
    assert!(resident_id_holds("11010519491231002X"));
    assert!(resident_id_holds("320902199001011236"));
    assert!(!resident_id_holds("320902199001011237"));
    assert!(uscc_holds("91350100M000100Y43"));
    assert!(!uscc_holds("91350100M000100Y44"));
}
