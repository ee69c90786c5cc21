//! Words of raising and of lowering to a level: 提升至98%, 压缩至3天. They say from which side a number is reached.

use crate::lexicon::{DOWN, UP};

/// 降至, 减到, 控制在, 上限为: short words of lowering and of a most, beside those of a change.
const LOWER: &[&str] = &["降", "减", "缩", "压", "控制", "控", "限制", "上限"];
/// Words that end as one of these does and say nothing of a most: 监控到100个点位.
const WATCH: &[&str] = &["监控", "布控", "远控"];
/// 升至, 增到: short words of raising, beside those of a change. They say a level where one of [`TO`] follows.
const RAISE: &[&str] = &["升", "增"];
const TO: &str = "至到为在";
/// Signs between such words and their number, as in 压缩至平均3天.
const GAP: usize = 8;

/// Whether words, folded and without blanks, say that something is lowered to a number or held at it as a most.
pub(crate) fn lowers(words: &str) -> bool {
    says_to(words, &[LOWER, DOWN])
}

/// Whether words, folded and without blanks, say that something is raised to a number.
pub(crate) fn raises(words: &str) -> bool {
    says_to(words, &[RAISE, UP])
}

/// Whether a word of these stands before a number with 至, 到, 为 or 在 behind it.
fn says_to(text: &str, words: &[&[&str]]) -> bool {
    let mut places = text.char_indices().filter(|(_, sign)| TO.contains(*sign));
    places.any(|(at, sign)| {
        let said = text.get(..at).unwrap_or_default();
        let behind = text.get(at + sign.len_utf8()..).unwrap_or_default();
        let ends = |words: &[&str]| words.iter().any(|word| said.ends_with(*word));
        words.iter().copied().any(ends)
            && !ends(WATCH)
            && behind.chars().take(GAP + 1).any(is_numeral)
    })
}

fn is_numeral(sign: char) -> bool {
    sign.is_ascii_digit() || "零〇一二两三四五六七八九十百千万半".contains(sign)
}
