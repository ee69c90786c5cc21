//! Whether the text says on which side of a number the city is to be.
//!
//! Of what is counted or built up, a verb of doing says it: so much at least. A rate, a mean, a time and what a city wants less of may
//! be meant either way, and of them only a word of reaching, of raising or of lowering says it. 投诉率1.2% says nothing.

use crate::direction::{lowers, raises};
use crate::due::When;
use crate::flow::Flow;
use crate::lexicon::{
    ACHIEVE, ADVERSE, DEEDS, DONE, DOWN, EFFORT, GAIN, HARM, NEXT, PER_HEAD, PROMISE, UP,
};
use crate::unit::Class;

use super::clause::{Parts, Share};
use super::literal::{is_rate, skip_fillers};

/// Signs before a clause that are looked at for the verb of its sentence.
const SENTENCE_SIGNS: usize = 160;
/// How names of what is measured end.
const MEASURED: &str = "量数额值度";

pub(super) fn is_said(flow: &Flow, parts: &Parts, share: &Share<'_>, dates: &[When]) -> bool {
    let quantity = share.quantity;
    let start = quantity.start;
    // Nothing at all and all of it have one side only.
    let is_all = quantity.class == Class::Percent && quantity.value.as_whole() == Some(100);
    if quantity.value.as_whole() == Some(0) || is_all {
        return true;
    }
    // 分别达到98%、95%: the words before the first number are those of the others.
    let is_bare = share.from == start;
    let from = if is_bare { parts.from } else { share.from };
    let words = flow.text(from, quantity.end);
    let first = parts.quantities.first().filter(|_| is_bare);
    let is_governed = [Some(quantity), first]
        .into_iter()
        .flatten()
        .any(|one| flow.word_before(one.start, ACHIEVE).is_some());
    if is_governed || lowers(&words) || raises(&words) || flow.holds_any(from, start, &["达到"]) {
        return true;
    }
    let holds = |words: &[&'static str]| flow.holds_any(from, start, words);
    let is_adverse = holds(HARM) || holds(ADVERSE);
    let is_measured = is_adverse && MEASURED.contains(flow.before(start));
    if is_either_way(flow, quantity.class, (from, start)) || is_measured {
        let head = skip_fillers(flow, from, start, dates);
        let is_gained = flow.word_at(head, GAIN).is_some() || flow.holds_any(from, head, &["实现"]);
        // 60%的企业完成改造: what is done by so many.
        let is_done_behind = flow.holds_any(quantity.end, share.to, ACHIEVE);
        return is_gained || is_done_behind;
    }
    let says = |from: usize, to: usize| {
        let verbs = [ACHIEVE, DEEDS, NEXT, DONE, UP, DOWN];
        verbs.iter().any(|words| flow.holds_any(from, to, words))
    };
    // 为62所学校配齐设备: what is done to so many follows.
    let is_served =
        share.to > quantity.end && flow.word_before(start, &["为", "对", "向", "给"]).is_some();
    if is_served || says(parts.from, parts.to) {
        return true;
    }
    // 建设农场9个，牧场18个: the verb of the sentence is that of its later clauses.
    let is_promised = || holds(EFFORT) || holds(PROMISE);
    let is_reached = || flow.word_before(start, &["至", "到"]).is_some();
    !is_adverse && (is_promised() || is_reached() || says(sentence(flow, parts.from), parts.from))
}

/// Whether more or less of something may be wanted, as far as its kind tells.
fn is_either_way(flow: &Flow, class: Class, (from, start): (usize, usize)) -> bool {
    let is_of_kind = matches!(
        class,
        Class::Percent | Class::Point | Class::Times | Class::Score | Class::Time
    );
    is_of_kind || flow.holds_any(from, start, PER_HEAD) || is_rate(flow, from, start)
}

/// Where the sentence of a clause begins, as far as it is looked at.
fn sentence(flow: &Flow, clause: usize) -> usize {
    let first = clause.saturating_sub(SENTENCE_SIGNS);
    (first..clause)
        .rev()
        .find(|place| matches!(flow.at(*place), '。' | '!' | '?'))
        .unwrap_or(first)
}
