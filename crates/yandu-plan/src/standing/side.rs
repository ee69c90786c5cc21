//! From which side a target is reached, and what its numbers can be added up for: told by its comparison and its words.

use crate::lexicon::{DOWN, UP};
use crate::reading::Comparison;
use crate::record::{Figure, Source, Way};
use crate::unit;

/// 降至, 减到, 控制在, 上限为: short words of lowering and of a most, beside those of a change.
const LOWER: &[&str] = &["降", "减", "缩", "压", "控制", "控", "限制", "上限"];
/// Words that end as one of these does and say nothing of a most: 监控到100个点位.
const WATCH: &[&str] = &["监控", "布控", "远控"];
/// 升至, 增到: short words of raising, beside those of a change. They say a level where one of [`TO`] follows.
const RAISE: &[&str] = &["升", "增"];
const TO: &[&str] = &["至", "到", "为", "在"];
/// Signs between such words and their number, as in 压缩至平均3天.
const GAP: usize = 8;
/// Means and numbers per head: each part has one of its own.
const MEANS: &[&str] = &[
    "平均",
    "人均",
    "户均",
    "次均",
    "每万",
    "每千",
    "每百",
    "万元能耗",
    "万元gdp",
    "单位gdp",
];
/// Numbers of what there is, which a year does not begin at zero.
const STOCK: &[&str] = &["总量", "总数", "保有量", "存量"];
/// Symbols of time, which a person may write for the units of a text.
const TIME_SYMBOLS: &[&str] = &["s", "min", "h", "d"];
const DURATION_WORDS: &[&str] = &["时间", "时限", "时长", "用时", "等待"];

/// Whether the words and the comparison of a target ask for so much at most. 压缩至3天 and 0起 do so without saying it.
pub(crate) fn is_ceiling(target: &Figure) -> bool {
    let said = &target.said;
    match said.comparison {
        Comparison::AtMost | Comparison::Below => true,
        Comparison::Equal => said.value.number() == Some(0.0) || says_to(target, &[LOWER, DOWN]),
        Comparison::Between => says_to(target, &[LOWER, DOWN]),
        _ => false,
    }
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
    let is_duration = is_of_time && (is_ceiling(target) || holds(DURATION_WORDS));
    unit.contains(['%', '‰']) || unit == "percentage point" || is_duration || holds(MEANS)
}

/// Whether a target is a sum that grows from zero to its number, so that a part of it can be asked for at a part of its time.
pub(crate) fn grows(target: &Figure, source: Option<&Source>) -> bool {
    let words = folded(&target.literal);
    let by_metric = source.and_then(Source::measured);
    matches!(
        target.said.comparison,
        Comparison::Equal | Comparison::AtLeast | Comparison::Above | Comparison::About
    ) && by_metric.is_none_or(|measured| measured.way == Way::YearSum)
        && !is_ceiling(target)
        && !is_level(target)
        && !says_to(target, &[RAISE, UP])
        && !STOCK.iter().any(|word| words.contains(word))
}

/// Whether a word of these stands before a number with 至, 到, 为 or 在 behind it.
fn says_to(target: &Figure, words: &[&[&str]]) -> bool {
    let text = folded(&target.literal);
    let mut words = words.iter().copied().flatten();
    words.any(|word| {
        TO.iter().any(|to| {
            let pattern = format!("{word}{to}");
            text.match_indices(&pattern).any(|(at, found)| {
                let said = text.get(..at + word.len()).unwrap_or_default();
                let behind = text.get(at + found.len()..).unwrap_or_default();
                !WATCH.iter().any(|watch| said.ends_with(watch))
                    && behind.chars().take(GAP + 1).any(is_numeral)
            })
        })
    })
}

fn is_numeral(sign: char) -> bool {
    sign.is_ascii_digit() || "零〇一二两三四五六七八九十百千万半".contains(sign)
}

pub(super) fn folded(text: &str) -> String {
    text.chars()
        .filter(|sign| !sign.is_whitespace())
        .map(yandu_words::sign::fold)
        .collect()
}
