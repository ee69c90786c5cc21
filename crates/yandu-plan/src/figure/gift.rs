//! Money that is given to whoever earns it: 对首次入统企业给予10万元奖励. That is a rule of what each gets, and no target.
//!
//! A sum is one all the same where the words say so: what is paid out in all (发放补贴3亿元), what is to be at least so much, and what is
//! raised or lowered (补助标准提高到每人670元).

use crate::flow::Flow;
use crate::lexicon::{DOWN, EFFORT, GIVE, GIVE_ALL, GIVE_EACH, LEVEL, UP};
use crate::reading::Comparison;
use crate::unit::Class;

use super::clause::{Parts, Share};

/// Words between a sum and what it is given as.
const BETWEEN: &[&str] = &["的", "一次性", "资金", "财政", "专项", "现金"];
/// Verbs of giving that say nothing of what for.
const HAND: &[&str] = &["给予", "予以"];
/// What is given behind one of these.
const BACKING: &[&str] = &["支持", "扶持"];
/// Words before whoever is given something.
const TO: &[&str] = &["对", "凡", "向", "给"];
/// Signs between a verb of change and what it changes: 压减财政补贴.
const CHANGE_SIGNS: usize = 4;
/// Signs behind a sum that is given in which it is said as what.
const BEHIND_SIGNS: usize = 8;

pub(super) fn is_given(flow: &Flow, parts: &Parts, share: &Share<'_>) -> bool {
    let quantity = share.quantity;
    if quantity.class != Class::Money {
        return false;
    }
    // 分别奖励10万元、5万元: the words before the first number are those of the others.
    let from = if share.from == quantity.start {
        parts.from
    } else {
        share.from
    };
    let (start, number, end) = (quantity.start, quantity.number, quantity.end);
    let before = (from..start).rev().find_map(|place| {
        let (_, length) = flow.word_at(place, GIVE)?;
        (place + length <= start).then_some((place, place + length))
    });
    let is_each = flow.holds_any(from, number, GIVE_EACH);
    let is_handed = flow.word_before(start, HAND).is_some();
    // 给予50万元支持, 给予50万元研发补助.
    let last = parts.to.min(end + BEHIND_SIGNS);
    let run = (end..last).find(|place| flow.at(*place) == '、');
    let is_backed =
        || stands_behind(flow, end, BACKING) || flow.holds_any(end, run.unwrap_or(last), GIVE);
    let is_behind = stands_behind(flow, end, GIVE) || is_each && is_backed();
    if before.is_none() && !is_behind && !is_handed {
        return false;
    }
    if is_moved(flow, (from, start), before) {
        return false;
    }
    // 对投入较多的企业奖励10万元: what is said of whoever gets it is not said of the sum.
    let named = before.map_or(start, |(place, _)| place);
    let own = own_words(flow, from, named);
    let is_total = flow.holds_any(own, start, GIVE_ALL) || flow.holds_any(own, start, EFFORT);
    let is_least = [quantity.before, quantity.after]
        .into_iter()
        .flatten()
        .any(|one| matches!(one, Comparison::AtLeast | Comparison::Above));
    let is_to = flow.word_at(from, TO).is_some();
    is_each || !is_total && (is_to || !is_least)
}

/// Whether one of the words stands behind a sum: 10万元的一次性补贴.
fn stands_behind(flow: &Flow, end: usize, words: &[&'static str]) -> bool {
    let mut place = end;
    while let Some((_, length)) = flow.word_at(place, BETWEEN) {
        place += length;
    }
    flow.word_at(place, words).is_some()
}

/// Whether the sum, or what is given, is brought to a level, raised or lowered.
fn is_moved(flow: &Flow, (from, start): (usize, usize), before: Option<(usize, usize)>) -> bool {
    let is_level = flow
        .word_before(start, LEVEL)
        .is_some_and(|(word, length)| word != "为" && flow.before(start - length) != '元');
    let is_changed = [UP, DOWN]
        .iter()
        .any(|words| flow.word_before(start, words).is_some());
    if is_level || is_changed {
        return true;
    }
    before.is_some_and(|(place, behind)| {
        let first = from.max(place.saturating_sub(CHANGE_SIGNS));
        let changed = own_words(flow, first, place);
        let said = own_words(flow, behind, start);
        let moves = |words: &[&'static str]| {
            flow.holds_any(changed, place, words) || flow.holds_any(said, start, words)
        };
        moves(UP) || moves(DOWN) || flow.holds_any(said, start, &["达到"])
    })
}

/// Where the words begin that are said of what stands at an end itself: behind 的, which ends what is said of whoever gets it.
fn own_words(flow: &Flow, from: usize, end: usize) -> usize {
    let of = (from..end).rev().find(|place| flow.at(*place) == '的');
    of.map_or(from, |place| place + 1)
}
