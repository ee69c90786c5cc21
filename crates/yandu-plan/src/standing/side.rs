//! From which side a target is reached, and what its numbers can be added up for: told by its comparison and its words.

use crate::direction::{lowers, raises};
use crate::lexicon::{DOWN, PER_HEAD};
use crate::reading::Comparison;
use crate::record::{Figure, Source, Way};
use crate::unit;

/// Numbers of what there is, which a year does not begin at zero.
const STOCK: &[&str] = &["总量", "总数", "保有量", "存量"];
/// Symbols of time, which a person may write for the units of a text.
const TIME_SYMBOLS: &[&str] = &["s", "min", "h", "d"];
const DURATION_WORDS: &[&str] = &["时间", "时限", "时长", "用时", "等待"];

/// Whether a target asks for so much at most: by its comparison or the bound of its change, by its words, or by its metric, which
/// may declare that less is better. 压缩至3天 and 0起 do so without saying it.
pub(crate) fn is_ceiling(target: &Figure, is_more_better: Option<bool>) -> bool {
    let said = &target.said;
    let is_less_better = is_more_better == Some(false);
    let has_lower = || lowers(&folded(&target.literal));
    match said.comparison {
        Comparison::AtMost | Comparison::Below => true,
        Comparison::Change => matches!(said.bound, Some(Comparison::AtMost | Comparison::Below)),
        Comparison::Equal => is_less_better || said.value.number() == Some(0.0) || has_lower(),
        Comparison::Between => is_less_better || has_lower(),
        Comparison::AtLeast | Comparison::Above | Comparison::About => false,
    }
}

/// Whether nothing says from which side a target is reached: not its words, not its metric, and no person yet.
pub(crate) fn is_open(target: &Figure, is_more_better: Option<bool>) -> bool {
    target.leaves_side_open() && is_more_better.is_none() && !is_ceiling(target, None)
}

/// Whether a target is a change downwards. The ends of a range have no sign, and the words tell.
pub(super) fn is_fall(target: &Figure) -> bool {
    let said = &target.said;
    if said.comparison != Comparison::Change {
        return false;
    }
    if let Some((low, _)) = &said.range {
        let words = folded(&target.literal);
        return low.as_f64().is_some_and(|low| low < 0.0)
            || DOWN.iter().any(|word| words.contains(word));
    }
    said.value.number().is_some_and(|value| value < 0.0)
}

/// Whether a target is a rate, a mean or a duration, of which the parts of a city have no shares: each has the same level.
pub(crate) fn is_level(target: &Figure) -> bool {
    let unit = &target.said.unit;
    let measure = folded(unit);
    let words = folded(&target.literal);
    let holds = |all: &[&str]| all.iter().any(|word| words.contains(word));
    let is_of_time = unit::is_of_time(&measure) || TIME_SYMBOLS.contains(&measure.as_str());
    let is_duration = is_of_time && (is_ceiling(target, None) || holds(DURATION_WORDS));
    unit.contains(['%', '‰']) || unit == "percentage point" || is_duration || holds(PER_HEAD)
}

/// Whether a target is a sum that grows from zero to its number, so that a part of it can be asked for at a part of its time.
pub(crate) fn grows(target: &Figure, source: Option<&Source>) -> bool {
    let words = folded(&target.literal);
    let by_metric = source.and_then(Source::measured);
    matches!(
        target.said.comparison,
        Comparison::Equal | Comparison::AtLeast | Comparison::Above | Comparison::About
    ) && by_metric.is_none_or(|measured| measured.way == Way::YearSum)
        && !is_ceiling(target, None)
        && !is_open(target, None)
        && !is_level(target)
        && !raises(&words)
        && !STOCK.iter().any(|word| words.contains(word))
}

pub(super) fn folded(text: &str) -> String {
    text.chars()
        .filter(|sign| !sign.is_whitespace())
        .map(yandu_words::sign::fold)
        .collect()
}
