//! A number with its unit and the words of comparison around it, and what looks like one and is none.

use crate::due::connector;
use crate::flow::Flow;
use crate::lexicon::{ACHIEVE, COMPARE_AFTER, DOWN, FEASTS, LEVEL, UP};
use crate::numeral::{self, Decimal, Numeral};
use crate::reading::Comparison;
use crate::unit::{self, Class, Found};

use super::clause::respectively;
use super::compared::{after, before};
use super::{Written, worded};

/// What stands at a place where a number begins.
#[derive(Debug)]
pub(super) enum Lexed {
    Quantity(Quantity),
    /// Digits that are no quantity: a name, an ordinal, a number of a document. The place behind them.
    Other(usize),
}

#[expect(
    clippy::struct_excessive_bools,
    reason = "each says one thing of the wording, and any of them may go together"
)]
#[derive(Debug, Clone)]
pub(super) struct Quantity {
    /// Where the words of comparison before the number begin.
    pub(super) start: usize,
    /// Behind the words of comparison after the unit.
    pub(super) end: usize,
    pub(super) number: usize,
    pub(super) value: Decimal,
    /// The upper end of a range.
    pub(super) high: Option<Decimal>,
    /// A ratio or a fraction, in place of a number.
    pub(super) text: Option<String>,
    pub(super) class: Class,
    /// `None` for a number without any unit.
    pub(super) unit: Option<Written>,
    pub(super) before: Option<Comparison>,
    pub(super) after: Option<Comparison>,
    pub(super) is_chinese: bool,
    pub(super) is_vague: bool,
    pub(super) is_round: bool,
    /// 全覆盖, 翻一番: the number is in the word itself.
    pub(super) is_word: bool,
    /// 翻番 is a change by itself.
    pub(super) is_doubling: bool,
    /// 前10名.
    pub(super) is_rank: bool,
    /// A word in Latin letters runs into the number: App15个.
    pub(super) is_joined: bool,
    /// The number that it is listed behind has a comparison, and whether that is of both is not said.
    pub(super) is_bound_open: bool,
}

impl Quantity {
    /// A number without a unit that nothing reaches or compares is the name of something: 12345热线.
    pub(super) fn is_bare_name(&self, flow: &Flow) -> bool {
        self.unit.is_none()
            && self.text.is_none()
            && self.before.is_none()
            && self.after.is_none()
            && !self.is_rank
            && flow.word_before(self.start, LEVEL).is_none()
    }

    /// Whether a number without a unit counts something all the same: 总投资3.5亿, 新增500. What follows the verb of 推广12345热线 is a name.
    pub(super) fn may_count(&self, flow: &Flow) -> bool {
        const NAMES: &[&str] = &["热线", "专线", "平台", "工程", "行动", "计划", "战略"];
        flow.holds_any(self.number, self.end, &["万", "亿"])
            || flow.word_before(self.start, ACHIEVE).is_some()
                && flow.word_at(self.end, NAMES).is_none()
                && !flow.ends_with(self.end, ".0")
    }
}

/// The quantity at an index, or what else begins there.
pub(super) fn at(flow: &Flow, index: usize, limit: usize) -> Option<Lexed> {
    if let Some(lexed) = worded::none_at_all(flow, index, limit) {
        return Some(lexed);
    }
    match flow.at(index) {
        '全' if flow.has(index, "全覆盖") => {
            return Some(worded::word(flow, index, 3, 100, false));
        }
        '翻' => return worded::doubling(flow, index),
        '百' if flow.has(index, "百分之") => return worded::percent_in_words(flow, index),
        '一' | '半' if worded::is_half(flow, index) => return Some(worded::half(flow, index)),
        sign if sign.is_ascii_digit() || numeral::is_chinese_digit(sign) => {}
        _ if numeral::formal(flow, index).is_some() => {}
        _ => return None,
    }
    if let Some(end) = name_around(flow, index) {
        let joined = joined(flow, index, limit);
        return Some(joined.map_or(Lexed::Other(end), Lexed::Quantity));
    }
    let Some(numeral) = numeral::at(flow, index) else {
        return Some(Lexed::Other(skip_digits(flow, index)));
    };
    if numeral.end > limit {
        return Some(Lexed::Other(limit));
    }
    if flow.before(index) == '第' {
        return Some(Lexed::Other(numeral.end));
    }
    if is_behind_front(flow, index)
        && unit::at(flow, numeral.end).is_none()
        && ends_run(flow, numeral.end, limit)
    {
        return Some(Lexed::Quantity(Quantity {
            class: Class::Count,
            is_rank: true,
            ..bare(index, &numeral)
        }));
    }
    // 分两批: how, not how much.
    if flow.before(index) == '分'
        && matches!(
            flow.at(numeral.end),
            '批' | '期' | '步' | '类' | '级' | '层' | '个'
        )
    {
        return Some(Lexed::Other(numeral.end + 1));
    }
    // 每百名学生: of how many the figure is taken.
    if flow.before(index) == '每' {
        return Some(Lexed::Other(numeral.end));
    }
    if let Some(lexed) = worded::fraction(flow, index, &numeral) {
        return Some(lexed);
    }
    Some(measured(flow, index, numeral, limit))
}

/// Whether the 前 of a rank stands before a place, as in 全省前3. That of 年底前80座 ends a day.
fn is_behind_front(flow: &Flow, index: usize) -> bool {
    const DAYS: &[&str] = &["底", "末", "旬", "年终", "年中", "节日"];
    if flow.before(index) != '前' {
        return false;
    }
    let end = index - 1;
    // 今年前3名 and 当日前10名 are ranks, 9月前 and 三季度前 are days.
    let numbered = flow
        .word_before(end, &["日", "号", "月", "年", "季度", "个季度"])
        .map(|(_, length)| flow.before(end - length));
    let is_numbered =
        numbered.is_some_and(|sign| sign.is_ascii_digit() || numeral::is_chinese_digit(sign));
    // “五一”前: the feast stands within the marks.
    let feast = end - usize::from(matches!(flow.before(end), '”' | '"' | '」'));
    !is_numbered
        && flow.word_before(end, DAYS).is_none()
        && flow.word_before(feast, FEASTS).is_none()
}

/// Whether nothing that a number could be of stands behind it: the clause or the run of an enumeration ends.
pub(super) fn ends_run(flow: &Flow, end: usize, limit: usize) -> bool {
    end >= limit || matches!(flow.at(end), ',' | '、' | ';' | '。' | ')')
}

fn skip_digits(flow: &Flow, index: usize) -> usize {
    let mut end = index + 1;
    while flow.at(end).is_ascii_digit() || numeral::is_chinese_digit(flow.at(end)) {
        end += 1;
    }
    end
}

/// The place behind a name in Latin letters of which the number is a part: IPv6, 5G, 10G-PON, G312, 4K.
fn name_around(flow: &Flow, index: usize) -> Option<usize> {
    if !flow.at(index).is_ascii_digit() {
        return None;
    }
    let before = flow.before(index);
    // 政务App 15个: set apart, and what it counts behind it.
    let is_counted = || {
        flow.gap(index)
            && numeral::at(flow, index).is_some_and(|numeral| unit::at(flow, numeral.end).is_some())
    };
    let is_behind = before.is_ascii_alphabetic() && !is_counted()
        || (matches!(before, '-' | '/' | '.')
            && index >= 2
            && flow.at(index - 2).is_ascii_alphanumeric());
    let mut end = index;
    let mut digits = index;
    while flow.at(digits).is_ascii_digit()
        || flow.at(digits) == '.' && flow.at(digits + 1).is_ascii_digit()
    {
        digits += 1;
    }
    let has_letter = flow.at(digits).is_ascii_alphabetic() && unit::at(flow, digits).is_none();
    if !is_behind && !has_letter {
        return None;
    }
    while flow.at(end).is_ascii_alphanumeric()
        || matches!(flow.at(end), '-' | '/' | '.' | '+') && flow.at(end + 1).is_ascii_alphanumeric()
    {
        end += 1;
    }
    Some(end.max(index + 1))
}

/// App15个: a number that a word in Latin letters runs into, where its counter ends the run. Behind a single letter it is a type: A100.
fn joined(flow: &Flow, index: usize, limit: usize) -> Option<Quantity> {
    let letters = (0..index)
        .rev()
        .take_while(|place| flow.at(*place).is_ascii_alphabetic())
        .count();
    let before = flow.before(index - letters);
    if letters < 2 || before.is_ascii_digit() || matches!(before, '-' | '/' | '.') {
        return None;
    }
    let numeral = numeral::at(flow, index).filter(|numeral| numeral.value.as_whole().is_some())?;
    let found = unit::at(flow, numeral.end).filter(|found| found.class == Class::Count)?;
    let end = numeral.end + found.length;
    (end <= limit && ends_run(flow, end, limit)).then(|| Quantity {
        is_joined: true,
        ..with_unit(flow, index, numeral, found)
    })
}

pub(super) fn bare(index: usize, numeral: &Numeral) -> Quantity {
    Quantity {
        start: index,
        end: numeral.end,
        number: index,
        value: numeral.value,
        high: None,
        text: None,
        class: Class::Measure,
        unit: None,
        before: None,
        after: None,
        is_chinese: numeral.is_chinese,
        is_vague: numeral.is_vague,
        is_round: numeral.is_round,
        is_word: false,
        is_doubling: false,
        is_rank: false,
        is_joined: false,
        is_bound_open: false,
    }
}

/// A number with a unit, a counted noun or nothing behind it.
fn measured(flow: &Flow, index: usize, numeral: Numeral, limit: usize) -> Lexed {
    let end = numeral.end;
    let other = Lexed::Other(end.max(index + 1));
    let is_reached = flow.word_before(index, LEVEL).is_some();
    // 达到4级; 为零.
    if is_reached && !numeral.is_chinese && flow.at(end) == '级' {
        let found = Found {
            symbol: None,
            class: Class::Score,
            length: 1,
            shift: 0,
        };
        return Lexed::Quantity(with_unit(flow, index, numeral, found));
    }
    if is_reached && flow.at(index) == '零' && end == index + 1 {
        return Lexed::Quantity(bare(index, &numeral));
    }
    // 7×24小时; 24/7; 〔2025〕27号; 12号线; 三级; 二十大.
    if matches!(flow.at(end), '×' | '*' | '/' | '+') && flow.at(end + 1).is_ascii_digit() {
        return Lexed::Other(numeral::at(flow, end + 1).map_or(end + 1, |next| next.end));
    }
    if matches!(flow.before(index), '×' | '*' | '/')
        || matches!(
            flow.at(end),
            '号' | '届' | '代' | '版' | '维' | '级' | '大' | '线'
        )
        || (numeral.is_chinese && matches!(flow.at(end), '位' | '体' | '农' | '线' | '网'))
        || matches!(flow.at(end), '月' | '时' | '五') && numeral.is_chinese
    {
        return other;
    }
    if let Some(found) = points(flow, index, end, limit) {
        return Lexed::Quantity(with_unit(flow, index, numeral, found));
    }
    // 2个亿: so much, of what is not said. 3个亿元企业 are three.
    if flow.has(end, "个亿")
        && (ends_run(flow, end + 2, limit) || flow.meaning_at(end + 2, COMPARE_AFTER).is_some())
    {
        let (before, start) = before(flow, index);
        let (after, behind) = after(flow, end + 2, Class::Measure);
        return Lexed::Quantity(Quantity {
            start,
            end: behind,
            value: numeral.value.shift(8),
            before,
            after,
            ..bare(index, &numeral)
        });
    }
    if let Some(found) = unit::at(flow, end) {
        return if is_quantity(flow, index, &numeral, found, limit) {
            Lexed::Quantity(with_unit(flow, index, numeral, found))
        } else {
            Lexed::Other(end + found.length)
        };
    }
    if !numeral.is_chinese
        && let Some((found, place)) = shared_unit(flow, index, end, limit)
    {
        let (before, start) = before(flow, index);
        let written = Written::Place(place, place + found.length);
        return Lexed::Quantity(Quantity {
            start,
            value: numeral.value.shift(found.shift),
            class: found.class,
            unit: Some(found.symbol.map_or(written, Written::Symbol)),
            before,
            ..bare(index, &numeral)
        });
    }
    if let Some(next) = connector(flow, end)
        && let Some(second) = numeral::at(flow, next)
        && flow.at(next).is_ascii_digit() != numeral.is_chinese
    {
        return range(flow, index, numeral, second);
    }
    if let Some(word) = unit::counted_noun(flow, end)
        && (!numeral.is_chinese || end - index > 1)
    {
        let (before, start) = before(flow, index);
        return Lexed::Quantity(Quantity {
            start,
            class: Class::Count,
            unit: Some(Written::Symbol(word)),
            before,
            ..bare(index, &numeral)
        });
    }
    if numeral.is_chinese {
        return other;
    }
    if let Some(length) = unknown_unit(flow, end)
        && (is_reached
            || before(flow, index).0.is_some()
            || COMPARE_AFTER
                .iter()
                .any(|(word, _)| flow.has(end + length, word)))
    {
        let found = Found {
            symbol: None,
            class: Class::Count,
            length,
            shift: 0,
        };
        return Lexed::Quantity(with_unit(flow, index, numeral, found));
    }
    let (before, start) = before(flow, index);
    let (after, end) = after(flow, end, Class::Measure);
    Lexed::Quantity(Quantity {
        start,
        end,
        before,
        after,
        ..bare(index, &numeral)
    })
}

/// 分别新增500、800条: the unit behind the last number of the row is that of all. With its place.
fn shared_unit(flow: &Flow, index: usize, end: usize, limit: usize) -> Option<(Found, usize)> {
    const SIGNS: usize = 24;
    let first = index.saturating_sub(SIGNS);
    let from = (first..index)
        .rev()
        .find(|place| matches!(flow.at(*place), ',' | ';' | '。' | ':'))
        .unwrap_or(first);
    let is_each = respectively(flow, from, index).is_some();
    let mut end = end;
    while is_each && end < limit && matches!(flow.at(end), '、' | '和') {
        let next =
            numeral::at(flow, end + 1).filter(|next| !next.is_chinese && next.end < limit)?;
        if matches!(flow.at(next.end), '年' | '月' | '日' | '号') {
            return None;
        }
        if let Some(found) = unit::at(flow, next.end) {
            return (next.end + found.length <= limit).then_some((found, next.end));
        }
        end = next.end;
    }
    None
}

/// 提升5个点: behind a verb of change 点 are those of per cent. 建设5个点位 counts places.
fn points(flow: &Flow, index: usize, end: usize, limit: usize) -> Option<Found> {
    let (_, start) = before(flow, index);
    let start = start - usize::from(flow.before(start) == '了');
    let is_changed = [UP, DOWN]
        .iter()
        .any(|words| flow.word_before(start, words).is_some());
    let behind = end + 2;
    let is_end = ends_run(flow, behind, limit) || flow.meaning_at(behind, COMPARE_AFTER).is_some();
    (flow.has(end, "个点") && is_changed && is_end).then_some(Found {
        symbol: Some("percentage point"),
        class: Class::Point,
        length: 2,
        shift: 0,
    })
}

/// A word of one or two signs between a number and the end of its clause, or a word of comparison, counts something, whatever it is.
fn unknown_unit(flow: &Flow, end: usize) -> Option<usize> {
    (1..=2).find(|length| {
        let after = end + length;
        let is_word = (end..after).all(|place| yandu_words::sign::is_han(flow.at(place)));
        let is_compared = COMPARE_AFTER
            .iter()
            .any(|(word, _)| word.chars().count() > 1 && flow.has(after, word));
        let is_comparison = COMPARE_AFTER.iter().any(|(word, _)| flow.has(end, word));
        is_word
            && !is_comparison
            && (is_compared || matches!(flow.at(after), ',' | ';' | '。' | '、' | '\0' | ')'))
    })
}

/// Years, and single signs that mean something else behind a Chinese number.
fn is_quantity(flow: &Flow, index: usize, numeral: &Numeral, found: Found, limit: usize) -> bool {
    if found.length == 1 && flow.at(numeral.end) == '年' {
        return false;
    }
    if !numeral.is_chinese {
        return true;
    }
    match found.class {
        Class::Count => {
            found.length > 1
                || unit::is_common_counter(flow, numeral.end)
                || is_in_ten_thousands(flow, index, numeral.end)
                || counts_loosely(flow, index, numeral, limit)
        }
        Class::Score => false,
        Class::Time | Class::Measure => {
            found.length > 1 || numeral.end - 1 > 0 && numeral.value.as_whole() != Some(1)
        }
        Class::Percent | Class::Point | Class::Money | Class::Times => true,
    }
}

/// Whether a number in Chinese signs counts by ten thousands, and so is no name of anything: 两万, 三十亿; 万 and 千万 alone may be.
pub(super) fn is_in_ten_thousands(flow: &Flow, index: usize, end: usize) -> bool {
    "一二两三四五六七八九十".contains(flow.at(index))
        && end > index + 1
        && matches!(flow.before(end), '万' | '亿')
}

/// Whether 三期, 四次 or 五百人 counts: where the run ends behind it or a comparison stands before it. 三期项目, 三人小组 and 二次供水 are
/// names; 二 alone is an ordinal, for two of a thing are 两. What stands behind the last of an enumeration is said of all: 九次、十次全会. 四次
/// of 十一届四次 is a meeting.
fn counts_loosely(flow: &Flow, index: usize, numeral: &Numeral, limit: usize) -> bool {
    let is_ordinal = flow.at(index) == '二' && numeral.end == index + 1;
    if !unit::is_loose_counter(flow, numeral.end)
        || is_ordinal
        || numeral.is_round
        || numeral.value.as_whole() == Some(1)
        || flow.before(index) == '届'
    {
        return false;
    }
    let last = end_of_enumeration(flow, numeral.end, limit);
    let (_, end) = after(flow, last, Class::Count);
    let is_end = end <= limit
        && (ends_run(flow, end, limit) || flow.word_at(end, &["和", "及", "与", "并"]).is_some());
    is_end || before(flow, index).0.is_some()
}

/// The place behind the last counter of an enumeration whose first stands at an index: 九次、十次和十一次.
fn end_of_enumeration(flow: &Flow, counter: usize, limit: usize) -> usize {
    let mut end = counter + 1;
    while end < limit
        && matches!(flow.at(end), '、' | '和' | '及' | '与')
        && let Some(next) = numeral::at(flow, end + 1)
        && flow.at(next.end) == flow.at(counter)
    {
        end = next.end + 1;
    }
    end
}

pub(super) fn with_unit(flow: &Flow, index: usize, numeral: Numeral, found: Found) -> Quantity {
    let (before, start) = before(flow, index);
    let unit_end = numeral.end + found.length;
    let unit = found
        .symbol
        .map_or(Written::Place(numeral.end, unit_end), Written::Symbol);
    let mut quantity = Quantity {
        start,
        class: found.class,
        unit: Some(unit),
        before,
        value: numeral.value.shift(found.shift),
        ..bare(index, &numeral)
    };
    let mut end = unit_end;
    // 九成五.
    if found.shift == 1
        && let Some(half) = numeral::at(flow, unit_end).filter(|half| half.end == unit_end + 1)
    {
        quantity.value = quantity.value.plus(half.value);
        end = half.end;
    }
    // 8%—10%: both ends with their units.
    if let Some(next) = connector(flow, unit_end)
        && let Some(second) = numeral::at(flow, next)
        && let Some(again) = unit::at(flow, second.end)
        && again.class == found.class
    {
        quantity.high = Some(second.value.shift(again.shift));
        end = second.end + again.length;
    }
    // 前 before a comparison is that of a day: 年底前不少于80座.
    quantity.is_rank =
        before.is_none() && found.class == Class::Count && is_behind_front(flow, start);
    let (after, end) = after(flow, end, found.class);
    quantity.after = after;
    quantity.end = end;
    quantity
}

/// 10-15家: one unit for both ends.
fn range(flow: &Flow, index: usize, first: Numeral, second: Numeral) -> Lexed {
    let Some(found) = unit::at(flow, second.end) else {
        return Lexed::Other(second.end);
    };
    if found.length == 1 && matches!(flow.at(second.end), '年' | '月') {
        return Lexed::Other(second.end + 1);
    }
    let quantity = with_unit(
        flow,
        index,
        Numeral {
            end: second.end,
            ..first
        },
        found,
    );
    // 3至5万元: the larger power is of both.
    let low = match (first.value.as_whole(), second.value.as_whole()) {
        (Some(low), Some(high)) if high >= 10_000 && low < 1000 && high % 10_000 == 0 => {
            first.value.shift(if high >= 100_000_000 { 8 } else { 4 })
        }
        _ => first.value,
    };
    Lexed::Quantity(Quantity {
        value: low.shift(found.shift),
        high: Some(second.value.shift(found.shift)),
        ..quantity
    })
}
