//! Signs as they are compared: one width, one case, simplified characters. Each sign stands for exactly one, so that a place
//! in a folded text is the same place in the text itself.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Pairs of a traditional sign and the simplified one.
static SIMPLIFIED: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    let signs: Vec<char> = include_str!("../data/simplified.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(str::chars)
        .collect();
    signs
        .chunks_exact(2)
        .filter_map(|pair| match pair {
            [traditional, simplified] => Some((*traditional, *simplified)),
            _ => None,
        })
        .collect()
});

/// The sign that stands for all that differ from it in width, case or script alone.
pub fn fold(sign: char) -> char {
    let sign = match sign {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(sign) - 0xfee0).unwrap_or(sign),
        '\u{3000}' => ' ',
        sign => sign,
    };
    if sign.is_ascii() {
        return sign.to_ascii_lowercase();
    }
    if is_han(sign) {
        return SIMPLIFIED.get(&sign).copied().unwrap_or(sign);
    }
    let mut lower = sign.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(lower), None) => lower,
        _ => sign,
    }
}

/// Whether a sign is a Chinese character.
pub fn is_han(sign: char) -> bool {
    matches!(sign, '\u{3007}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{2fa1f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traditional_wide_and_capital_signs_fold_to_one() {
        let folded: String = "戶籍登記ＡｂＣ　１２３Élan".chars().map(fold).collect();
        assert_eq!(folded, "户籍登记abc 123élan");
    }

    #[test]
    fn a_simplified_sign_stays_what_it_is() {
        for sign in "户籍登记市场主体低保最低生活保障后里面台干".chars() {
            assert_eq!(fold(sign), sign);
        }
    }
}
