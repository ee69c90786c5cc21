//! Numbers that are a word, or are said in words: 全覆盖, 零投诉, 翻一番, 百分之五, 过半数, 三分之二.

use crate::flow::Flow;
use crate::lexicon::{DOWN, HARM, LEVEL, UP};
use crate::numeral::{self, Decimal, Numeral};
use crate::reading::Comparison;
use crate::unit::{Class, Found};

use super::Written;
use super::compared::{after, before};
use super::quantity::{Lexed, Quantity, bare, ends_run, with_unit};

pub(super) fn word(
    flow: &Flow,
    index: usize,
    length: usize,
    value: i128,
    is_doubling: bool,
) -> Lexed {
    let (after, end) = after(flow, index + length, Class::Percent);
    Lexed::Quantity(Quantity {
        start: index,
        end,
        number: index,
        value: Decimal::whole(value),
        high: None,
        text: None,
        class: Class::Percent,
        unit: Some(Written::Symbol("%")),
        before: None,
        after,
        is_chinese: false,
        is_vague: false,
        is_round: false,
        is_word: true,
        is_doubling,
        is_rank: false,
        is_joined: false,
        is_bound_open: false,
    })
}

/// 零发生, 0投诉, 清零: none is to be left. 零跑动 and 清零行动 are names.
pub(super) fn none_at_all(flow: &Flow, index: usize, limit: usize) -> Option<Lexed> {
    /// Beside [`HARM`].
    const NONE_OF: &[&str] = &["发生", "积压", "延误", "泄露", "泄漏", "感染"];
    let length = match flow.at(index) {
        '零' | '0' => {
            let word = |words: &[&'static str]| flow.word_at(index + 1, words);
            1 + word(HARM).or_else(|| word(NONE_OF))?.1
        }
        '清' if flow.has(index, "清零") => 2,
        _ => return None,
    };
    let before = flow.before(index);
    let is_inside =
        before.is_ascii_alphanumeric() || before == '.' || numeral::is_chinese_digit(before);
    let end = index + length;
    let is_end = ends_run(flow, end, limit)
        || flow.at(end) == '的'
        || flow
            .word_at(end, &["和", "及", "与", "并", "目标"])
            .is_some();
    if is_inside || !is_end {
        return None;
    }
    let numeral = Numeral {
        end,
        value: Decimal::whole(0),
        is_chinese: false,
        is_vague: false,
        is_round: false,
    };
    Some(Lexed::Quantity(Quantity {
        unit: Some(Written::Symbol("")),
        after: Some(Comparison::AtMost),
        is_word: true,
        ..bare(index, &numeral)
    }))
}

/// 翻一番 doubles, 翻两番 and 翻了两番 double twice.
pub(super) fn doubling(flow: &Flow, index: usize) -> Option<Lexed> {
    if flow.has(index, "翻番") {
        return Some(word(flow, index, 2, 100, true));
    }
    let first = index + 1 + usize::from(flow.at(index + 1) == '了');
    let numeral = numeral::at(flow, first)?;
    let times = numeral
        .value
        .as_whole()
        .filter(|times| (1..=6).contains(times))?;
    let length = numeral.end - index + 1;
    (flow.at(numeral.end) == '番').then(|| {
        let factor = 2_i128.pow(u32::try_from(times).unwrap_or(1));
        word(flow, index, length, (factor - 1) * 100, true)
    })
}

/// Per cent that the words before or in the number say.
const PERCENT: Found = Found {
    symbol: Some("%"),
    class: Class::Percent,
    length: 0,
    shift: 0,
};

/// 百分之九十五.
pub(super) fn percent_in_words(flow: &Flow, index: usize) -> Option<Lexed> {
    let numeral = numeral::at(flow, index + 3)?;
    Some(Lexed::Quantity(with_unit(flow, index, numeral, PERCENT)))
}

/// 一半, 半数; 单一半导体 and 半数字化 are other words.
pub(super) fn is_half(flow: &Flow, index: usize) -> bool {
    let next = flow.at(index + 2);
    flow.has(index, "一半") && !matches!(next, '导' | '径' | '岛' | '成' | '自')
        || flow.has(index, "半数") && !matches!(next, '字' | '据')
}

/// 一半以上, 过半数.
pub(super) fn half(flow: &Flow, index: usize) -> Lexed {
    let numeral = Numeral {
        end: index + 2,
        value: Decimal::whole(50),
        is_chinese: true,
        is_vague: false,
        is_round: false,
    };
    let mut quantity = with_unit(flow, index, numeral, PERCENT);
    if quantity.before.is_none() && flow.before(index) == '过' {
        quantity.before = Some(Comparison::Above);
        quantity.start = index - 1;
    }
    Lexed::Quantity(quantity)
}

/// 三分之二; 2/3 where it is compared or reached; 1:15.
pub(super) fn fraction(flow: &Flow, index: usize, numeral: &Numeral) -> Option<Lexed> {
    let is_fraction = flow.has(numeral.end, "分之");
    let is_ratio = matches!(flow.at(numeral.end), ':' | '∶' | '比')
        && !numeral.is_chinese
        && flow.at(numeral.end + 1).is_ascii_digit();
    let is_slashed = flow.at(numeral.end) == '/'
        && !numeral.is_chinese
        && flow.at(numeral.end + 1).is_ascii_digit();
    if !is_fraction && !is_ratio && !is_slashed {
        return None;
    }
    let second = numeral::at(flow, numeral.end + if is_fraction { 2 } else { 1 })?;
    let (after, end) = after(flow, second.end, Class::Percent);
    let (before, start) = before(flow, index);
    let is_said = before.is_some()
        || after.is_some()
        || [LEVEL, UP, DOWN]
            .iter()
            .any(|words| flow.word_before(start, words).is_some());
    let is_part = is_said && is_share(numeral, &second) && flow.at(second.end) != '/';
    if is_slashed && !is_part {
        return None;
    }
    let (one, two) = (numeral.value.number(), second.value.number());
    let (text, class) = if is_fraction {
        (format!("{two}/{one}"), Class::Percent)
    } else if is_slashed {
        (format!("{one}/{two}"), Class::Percent)
    } else {
        (format!("{one}:{two}"), Class::Measure)
    };
    Some(Lexed::Quantity(Quantity {
        start,
        end,
        text: Some(text),
        class,
        unit: Some(Written::Symbol("")),
        before,
        after,
        ..bare(index, numeral)
    }))
}

/// Whether two numbers may be a share, as 2 and 3 of 2/3; 24/7 is none.
fn is_share(one: &Numeral, two: &Numeral) -> bool {
    match (one.value.as_whole(), two.value.as_whole()) {
        (Some(one), Some(two)) => 0 < one && one < two && two <= 10,
        _ => false,
    }
}
