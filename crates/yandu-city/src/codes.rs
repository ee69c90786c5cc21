//! Check digits, written here and not taken from the validators: a simulator that shared their code
//! would hide their faults.

/// The signs of a unified social credit code (GB 32100).
pub(crate) const USCC_SIGNS: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// The check sign of a citizen number from its first 17 digits (GB 11643).
pub(crate) fn resident_check(digits: &[u8]) -> u8 {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = digits
        .iter()
        .zip(WEIGHTS)
        .map(|(digit, weight)| u32::from(digit.wrapping_sub(b'0')) * weight)
        .sum();
    b"10X98765432"
        .get((sum % 11) as usize)
        .copied()
        .unwrap_or(b'0')
}

/// The check sign of an organisation code from its first 8 signs (GB 11714).
pub(crate) fn organisation_check(signs: &[u8]) -> u8 {
    const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = signs
        .iter()
        .zip(WEIGHTS)
        .map(|(sign, weight)| {
            let value = match sign {
                b'0'..=b'9' => sign - b'0',
                _ => sign.wrapping_sub(b'A') + 10,
            };
            u32::from(value) * weight
        })
        .sum();
    match 11 - sum % 11 {
        10 => b'X',
        11 => b'0',
        value => b'0' + value as u8,
    }
}

/// The check sign of a unified social credit code from its first 17 signs (GB 32100).
pub(crate) fn uscc_check(signs: &[u8]) -> u8 {
    let mut weight = 1_u32;
    let mut sum = 0_u32;
    for sign in signs {
        let value = USCC_SIGNS
            .iter()
            .position(|known| known == sign)
            .unwrap_or(0) as u32;
        sum += value * weight;
        weight = weight * 3 % 31;
    }
    USCC_SIGNS
        .get(((31 - sum % 31) % 31) as usize)
        .copied()
        .unwrap_or(b'0')
}

/// A citizen number; `serial` is odd for a man.
pub(crate) fn resident_id(area: [u8; 6], birth_ymd: [u8; 8], serial: u32) -> [u8; 18] {
    let mut id = [b'0'; 18];
    let digits = [
        b'0' + (serial / 100 % 10) as u8,
        b'0' + (serial / 10 % 10) as u8,
        b'0' + (serial % 10) as u8,
    ];
    for (place, sign) in id
        .iter_mut()
        .zip(area.iter().chain(&birth_ymd).chain(&digits))
    {
        *place = *sign;
    }
    let (body, check) = id.split_at_mut(17);
    if let Some(place) = check.first_mut() {
        *place = resident_check(body);
    }
    id
}

/// A unified social credit code of the market regulator: 9, `kind`, the division, and an organisation
/// code that begins with MA and carries `number`.
pub(crate) fn uscc(kind: u8, division: [u8; 6], number: u32) -> [u8; 18] {
    let mut code = [b'0'; 18];
    let mut organisation = *b"MA000000";
    let mut rest = number;
    for place in organisation.iter_mut().rev().take(6) {
        *place = USCC_SIGNS
            .get((rest % 31) as usize)
            .copied()
            .unwrap_or(b'0');
        rest /= 31;
    }
    let check = organisation_check(&organisation);
    let signs = [b'9', kind]
        .into_iter()
        .chain(division)
        .chain(organisation)
        .chain([check]);
    for (place, sign) in code.iter_mut().zip(signs) {
        *place = sign;
    }
    let (body, last) = code.split_at_mut(17);
    if let Some(place) = last.first_mut() {
        *place = uscc_check(body);
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_vectors_hold() {
        assert_eq!(resident_check(b"11010519491231002"), b'X');
        assert_eq!(resident_check(b"32090219900101123"), b'6');
        assert_eq!(uscc_check(b"91350100M000100Y4"), b'3');
        assert_eq!(organisation_check(b"D2143569"), b'X');
    }

    #[test]
    fn a_resident_number_is_put_together_in_order() {
        assert_eq!(
            &resident_id(*b"320902", *b"19900101", 123),
            b"320902199001011236"
        );
    }

    #[test]
    fn a_credit_code_carries_two_right_check_signs() {
        let code = uscc(b'1', *b"320902", 28_629_150);
        assert_eq!(&code[..8], b"91320902");
        assert_eq!(code[16], organisation_check(&code[8..16]));
        assert_eq!(code[17], uscc_check(&code[..17]));
    }
}
