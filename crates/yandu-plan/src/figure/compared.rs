//! Words of comparison around a number: 不少于500座, 3天以内.

use crate::flow::Flow;
use crate::lexicon::{COMPARE_AFTER, COMPARE_BEFORE, FORBID, NEGATE};
use crate::reading::Comparison;
use crate::unit::Class;

/// The comparison before a number, and where it begins.
pub(super) fn before(flow: &Flow, index: usize) -> (Option<Comparison>, usize) {
    let found = COMPARE_BEFORE
        .iter()
        .filter(|(word, _)| flow.ends_with(index, word))
        .map(|(word, comparison)| (word.chars().count(), *word, *comparison))
        .max_by_key(|(length, ..)| *length);
    match found {
        // 节约 and 附近 are other words.
        Some((_, "约", _)) if matches!(flow.before(index - 1), '节' | '集' | '签' | '预') => {
            (None, index)
        }
        Some((_, "近", _)) if matches!(flow.before(index - 1), '附' | '最' | '邻') => {
            (None, index)
        }
        Some((length, _, comparison)) => {
            let start = index - length;
            let (comparison, start) =
                turned(flow, start, comparison).unwrap_or((comparison, start));
            (Some(comparison), start)
        }
        None => (None, index),
    }
}

/// What a word of more or of less means behind a negation, and where that begins: 不超过, 不得再低于.
pub(super) fn turned(
    flow: &Flow,
    start: usize,
    comparison: Comparison,
) -> Option<(Comparison, usize)> {
    /// Signs between the negation and the word.
    const BETWEEN: usize = 2;
    let meant = match comparison {
        Comparison::Above => Comparison::AtMost,
        Comparison::Below => Comparison::AtLeast,
        _ => return None,
    };
    let forbidden = (0..=BETWEEN.min(start))
        .take_while(|gap| yandu_words::sign::is_han(flow.at(start - *gap)))
        .find_map(|gap| {
            let (_, length) = flow.word_before(start - gap, FORBID)?;
            Some(start - gap - length)
        });
    let negated = || {
        flow.word_before(start, NEGATE)
            .map(|(_, length)| start - length)
    };
    forbidden.or_else(negated).map(|begin| (meant, begin))
}

/// The comparison behind a unit, and the place behind it.
pub(super) fn after(flow: &Flow, index: usize, class: Class) -> (Option<Comparison>, usize) {
    let index = index + if flow.has(index, "(含)") { 3 } else { 0 };
    let found = flow
        .meaning_at(index, COMPARE_AFTER)
        .filter(|_| flow.at(index) != '内' || is_within(flow, index, class));
    found.map_or((None, index), |(comparison, length)| {
        (Some(comparison), index + length)
    })
}

/// 内 behind a time or a share, and not the beginning of 内部.
fn is_within(flow: &Flow, index: usize, class: Class) -> bool {
    matches!(class, Class::Time | Class::Percent)
        && !matches!(
            flow.at(index + 1),
            '部' | '容' | '外' | '涝' | '河' | '陆' | '控'
        )
}
