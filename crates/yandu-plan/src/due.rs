//! Dates, and what they are to the sentence: by when, since when, against what.

use jiff::ToSpan;
use jiff::civil::{Date, date};

use crate::flow::Flow;
use crate::lexicon::{ACHIEVE, DONE, DOWN, FEASTS, UP};
use crate::numeral;

/// What a date is to its sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sense {
    /// By when something is to be.
    By,
    /// What a change is measured against, as in 较2024年.
    Against,
    /// What had been by then, as in 截至2024年底.
    Until,
    /// From when on.
    Since,
}

/// A date in a flow.
#[derive(Debug, Clone, Copy)]
pub(crate) struct When {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) sense: Sense,
    /// The last day; `None` when the year is not known, or a feast or a season says the day, as in 春节前 and 汛期前.
    pub(crate) last: Option<Date>,
    /// 某月前 or 某年前, where it is open whether the month itself counts; and what stands before a feast of a year that is past.
    pub(crate) is_strict: bool,
    /// The text says the year; else it is that of the plan.
    pub(crate) names_year: bool,
}

/// Every date between two places, in order.
pub(crate) fn all(flow: &Flow, from: usize, to: usize, year: Option<i16>) -> Vec<When> {
    let mut found = Vec::new();
    let mut index = from;
    // Where one name is closed by nothing, no later one is, and none of them is looked through to the end again.
    let mut is_closed = true;
    while index < to {
        if flow.at(index) == '《' && is_closed {
            // What a named document is dated says nothing here.
            let close = flow.find(index, to, "》");
            is_closed = close.is_some();
            index = close.unwrap_or(index) + 1;
            continue;
        }
        match at(flow, (index, to), year) {
            Some(when) if when.to <= to => {
                index = when.to;
                found.push(when);
            }
            _ => index += 1,
        }
    }
    found
}

/// The date that begins at an index of a run that ends before `limit`.
pub(crate) fn at(flow: &Flow, (index, limit): (usize, usize), year: Option<i16>) -> Option<When> {
    if is_inside_number(flow, index) {
        return None;
    }
    let dated = five_years(flow, index)
        .or_else(|| in_digits(flow, index, limit))
        .or_else(|| with_year(flow, index));
    let names_year = dated.is_some();
    let (to, mut last, mut is_strict) = dated.or_else(|| of_this_year(flow, index, year))?;
    // What is to be done before a feast has no day that the text says. One of an earlier year is past, whatever its day was.
    let is_before_feast = (index..to).any(|place| before_feast(flow, place) == Some(to));
    if is_before_feast {
        last = last.filter(|last| year.is_some_and(|year| last.year() < year));
        is_strict = last.is_some();
    }
    Some(When {
        from: index,
        to,
        sense: sense(flow, index, to),
        last,
        is_strict,
        names_year,
    })
}

/// The last day by which a run says that something is to be done.
pub(crate) fn day(flow: &Flow, (from, to): (usize, usize), year: Option<i16>) -> Option<Date> {
    all(flow, from, to, year)
        .into_iter()
        .rfind(|when| when.sense == Sense::By)
        .and_then(|when| when.last)
}

/// The place behind a word that says that something is done, where one stands at an index: 完成, 全部完成, 正式上线.
pub(crate) fn done(flow: &Flow, index: usize) -> Option<usize> {
    let adverbs: &[&'static str] = &["全部", "基本", "正式", "全面", "力争", "确保"];
    let verb = flow
        .word_at(index, adverbs)
        .map_or(index, |(_, length)| index + length);
    let (_, length) = flow.word_at(verb, DONE)?;
    Some(verb + length)
}

fn is_inside_number(flow: &Flow, index: usize) -> bool {
    let (before, here) = (flow.before(index), flow.at(index));
    (here.is_ascii_digit() && (before.is_ascii_alphanumeric() || matches!(before, '.' | '第')))
        || (numeral::is_chinese_digit(here)
            && (numeral::is_chinese_digit(before) || before == '第'))
}

fn sense(flow: &Flow, from: usize, to: usize) -> Sense {
    let before = |words: &[&'static str]| flow.word_before(from, words).is_some();
    if before(&["截至", "截止", "截止到", "截至到"]) {
        Sense::Until
    } else if flow.has(to, "基础上")
        || flow.has(to, "的基础上")
        || is_of_basis(flow, to)
        || before(&["较", "比", "相较", "相比于", "对比", "同"]) && !before(&["不同"])
        || before(&["与"]) && flow.find(to, to + 6, "相比").is_some()
    {
        Sense::Against
    } else if before(&["自", "从", "由"]) && flow.at(to) != '到' || flow.at(to) == '起' {
        Sense::Since
    } else {
        Sense::By
    }
}

/// 在2025年92%的基础上: the number of the day is what is gone on from.
fn is_of_basis(flow: &Flow, to: usize) -> bool {
    /// Signs of the number with its unit.
    const SIGNS: usize = 12;
    let number = to + usize::from(flow.at(to) == '的');
    let basis = flow.find(number, number + SIGNS, "基础上");
    flow.at(number).is_ascii_digit()
        && basis.is_some_and(|basis| {
            (number..basis).all(|place| !matches!(flow.at(place), ',' | '、' | ';' | '。'))
        })
}

type Span = (usize, Option<Date>, bool);

/// “十四五”末: a five-year plan ends in 2025, and every fifth year before and after.
fn five_years(flow: &Flow, index: usize) -> Option<Span> {
    let start = index + usize::from(matches!(flow.at(index), '“' | '"' | '「'));
    if flow.at(start) != '十' || flow.at(start + 2) != '五' {
        return None;
    }
    let number = "一二三四五六七八九"
        .chars()
        .position(|sign| sign == flow.at(start + 1))?;
    let mut to = start + 3;
    to += usize::from(matches!(flow.at(to), '”' | '"' | '」'));
    let words: &[&'static str] = &["末", "期末", "时期末", "收官之年", "期间", "时期"];
    let (word, length) = flow.word_at(to, words)?;
    if matches!(word, "期间" | "时期") && !is_when_done(flow, to + length) {
        return None;
    }
    let year = 2010 + 5 * i16::try_from(number).ok()?;
    Some((
        skip_before(flow, to + length).0,
        Some(end_of(year, 12)?),
        false,
    ))
}

/// Whether what is done follows the years in which it is, and not what they name: “十五五”时期发展规划, “十四五”期间的经验.
fn is_when_done(flow: &Flow, index: usize) -> bool {
    const SIGNS: usize = 16;
    let end = (index..index + SIGNS)
        .find(|place| matches!(flow.at(*place), ',' | ';' | '。' | ':' | '、' | '\0'))
        .unwrap_or(index + SIGNS);
    if end == index {
        return matches!(flow.at(index), ',' | ':');
    }
    let names = flow.holds_any(index, end, &["规划", "纲要", "思路"]);
    let deeds = [ACHIEVE, UP, DOWN];
    let mut near = index..end.min(index + 5);
    !names
        && near.any(|place| {
            deeds
                .iter()
                .any(|words| flow.word_at(place, words).is_some())
        })
}

/// 2026.6, 2026-09-30, 2026/10/31: a date in digits alone. Where it names no day, nothing that could be counted may follow, for 2026.5 may
/// be a number.
fn in_digits(flow: &Flow, index: usize, limit: usize) -> Option<Span> {
    let (year, mark) = year_at(flow, index)?;
    let sign = flow.at(mark);
    if !matches!(sign, '.' | '-' | '/') || flow.before(mark) == '年' {
        return None;
    }
    // 2026.6月底.
    if let Some(span) = month(flow, mark + 1, Some(year)).filter(|(to, ..)| *to <= limit) {
        return Some(span);
    }
    let (number, end) = one_or_two_digits(flow, mark + 1, limit)?;
    if flow.at(end) == sign
        && let Some((day, end)) = one_or_two_digits(flow, end + 1, limit)
        && let Ok(last) = Date::new(year, number, day)
    {
        return Some((before_within(flow, end, limit).0, Some(last), false));
    }
    let last = end_of(year, number)?;
    // 2026.1—2026.6 are two dates, 2026.1—6 is one.
    if let Some(next) = connector(flow, end).filter(|next| *next < limit) {
        if year_at(flow, next).is_some() {
            return Some((end, Some(last), false));
        }
        let (second, end) = one_or_two_digits(flow, next, limit)?;
        let last = end_of(year, second)?;
        return ends(flow, end, limit).then_some((end, Some(last), false));
    }
    let is_named = end < limit && matches!(flow.at(end), '底' | '末');
    let (to, is_before) = before_within(flow, end + usize::from(is_named), limit);
    if is_before && !is_named {
        let first = Date::new(year, number, 1).ok()?;
        return Some((to, first.checked_sub(1.day()).ok(), true));
    }
    (is_named || ends(flow, to, limit)).then_some((to, Some(last), false))
}

/// Whether a run ends at a place.
fn ends(flow: &Flow, index: usize, limit: usize) -> bool {
    index >= limit || matches!(flow.at(index), ',' | ';' | '。' | '、' | ')' | '起')
}

/// The place behind 前 where it stands before the end of the run, and whether there was one.
fn before_within(flow: &Flow, index: usize, limit: usize) -> (usize, bool) {
    if index < limit {
        skip_before(flow, index)
    } else {
        (index, false)
    }
}

/// A number of one or two digits, no more of which follow, with the place behind it.
fn one_or_two_digits(flow: &Flow, from: usize, limit: usize) -> Option<(i8, usize)> {
    let length = (from..limit.min(from + 3))
        .take_while(|place| flow.at(*place).is_ascii_digit())
        .count();
    if !(1..=2).contains(&length) {
        return None;
    }
    let to = from + length;
    Some((flow.text(from, to).parse().ok()?, to))
}

/// A date that says its year.
fn with_year(flow: &Flow, index: usize) -> Option<Span> {
    let (mut year, mut to) = year_at(flow, index)?;
    // 2025—2027年, 2025年至2027年.
    if let Some(next) = connector(flow, to)
        && let Some((second, end)) = year_at(flow, next)
        && second > year
    {
        (year, to) = (second, end);
    }
    if flow.before(to) != '年' {
        return None;
    }
    if flow.at(to) == '度' {
        to += 1;
    }
    if let Some((end, last, strict)) = part_of_year(flow, to, Some(year)) {
        return Some((end, last, strict));
    }
    let named = flow.word_at(to, &["底", "末", "年底", "年末", "终"]);
    let after = to + named.map_or(0, |(_, length)| length);
    let (end, is_before) = skip_before(flow, after);
    let end = end + usize::from(end == after && flow.at(after) == '内');
    if is_before && named.is_none() {
        return Some((end, end_of(year - 1, 12), true));
    }
    Some((end, end_of(year, 12), false))
}

/// `2025`, `2025年` or 二〇二五年, with the place behind; a bare number only as the first half of a range.
fn year_at(flow: &Flow, index: usize) -> Option<(i16, usize)> {
    let mut value = 0_i16;
    for step in 0..4 {
        let sign = flow.at(index + step);
        let digit = sign.to_digit(10).or_else(|| {
            let place = "〇一二三四五六七八九零"
                .chars()
                .position(|one| one == sign)?;
            Some(if place == 10 { 0 } else { place as u32 })
        })?;
        value = value
            .checked_mul(10)?
            .checked_add(i16::try_from(digit).ok()?)?;
    }
    if !(1950..=2100).contains(&value) || flow.at(index + 4).is_ascii_digit() {
        return None;
    }
    let to = index + 4;
    Some((value, to + usize::from(flow.at(to) == '年')))
}

/// The years that are named between two places, both ends of a range.
pub(crate) fn years(flow: &Flow, from: usize, to: usize) -> Vec<i16> {
    (from..to)
        .filter(|index| !is_inside_number(flow, *index))
        .filter_map(|index| year_at(flow, index))
        .filter(|(_, end)| {
            *end <= to && (flow.before(*end) == '年' || connector(flow, *end).is_some())
        })
        .map(|(year, _)| year)
        .collect()
}

/// The place behind a sign that joins two ends of a range.
pub(crate) fn connector(flow: &Flow, index: usize) -> Option<usize> {
    if flow.has(index, "——") || flow.has(index, "--") {
        return Some(index + 2);
    }
    matches!(
        flow.at(index),
        '-' | '–' | '—' | '―' | '~' | '～' | '至' | '到' | '−' | '〜'
    )
    .then_some(index + 1)
}

/// A date in the year of the plan.
fn of_this_year(flow: &Flow, index: usize, year: Option<i16>) -> Option<Span> {
    let words: &[&'static str] = &[
        "年内",
        "年底",
        "年末",
        "全年",
        "今年",
        "本年",
        "本年度",
        "当年",
        "今年底",
        "今年年底",
        "今年内",
        "本年底",
        "年终",
        "今年末",
        "本年内",
    ];
    let year_end = |year: Option<i16>| year.and_then(|year| end_of(year, 12));
    if let Some((word, length)) = flow.word_at(index, words) {
        if flow.before(index).is_ascii_digit() || numeral::is_chinese_digit(flow.before(index)) {
            return None;
        }
        let after = index + length;
        // 今年上半年, 今年6月底.
        if matches!(word, "今年" | "本年" | "当年")
            && let Some(span) = part_of_year(flow, after, year)
        {
            return Some(span);
        }
        return Some((skip_before(flow, after).0, year_end(year), false));
    }
    let next: &[&'static str] = &["明年底", "明年末", "明年年底", "次年底", "明年"];
    // 1000人次年底前 is not of the next year.
    let is_counted = || {
        let before = flow.before(index);
        before.is_ascii_digit()
            || numeral::is_chinese_digit(before)
            || "人户家件班架车场批项例套亩每多首逐几数".contains(before)
    };
    if flow.at(index) == '次' && is_counted() {
        return None;
    }
    if let Some((_, length)) = flow.word_at(index, next) {
        let year = year.map(|year| year + 1);
        let after = index + length;
        return part_of_year(flow, after, year)
            .or_else(|| Some((skip_before(flow, after).0, year_end(year), false)));
    }
    // 次年1月底前, but 次年 alone may be a part of other words.
    if let Some((_, length)) = flow.word_at(index, &["次年", "翌年"]) {
        return part_of_year(flow, index + length, year.map(|year| year + 1));
    }
    part_of_year(flow, index, year)
}

/// 上半年, 三季度末, 6月底前, 10月15日前.
fn part_of_year(flow: &Flow, index: usize, year: Option<i16>) -> Option<Span> {
    let end = |month: i8| year.and_then(|year| end_of(year, month));
    if let Some(to) = before_feast(flow, index) {
        return Some((to, end(12), true));
    }
    for (word, month) in [("上半年", 6), ("下半年", 12), ("年中", 6)] {
        if flow.has(index, word) {
            let behind = index + word.chars().count();
            let after = behind + usize::from(matches!(flow.at(behind), '末' | '底'));
            let (to, is_before) = skip_before(flow, after);
            let is_open = word == "年中" && is_before && after == behind;
            return Some((to, end(month), is_open));
        }
    }
    quarter(flow, index, year).or_else(|| month(flow, index, year))
}

fn quarter(flow: &Flow, index: usize, year: Option<i16>) -> Option<Span> {
    let start = index + usize::from(flow.at(index) == '第');
    let number = "一二三四1234"
        .chars()
        .position(|sign| sign == flow.at(start))?
        % 4;
    let to = start + 1 + usize::from(flow.at(start + 1) == '个');
    if !flow.has(to, "季度") {
        return None;
    }
    let behind = to + 2;
    let after = behind + usize::from(matches!(flow.at(behind), '末' | '底'));
    let month = i8::try_from(number * 3 + 3).ok()?;
    let last = year.and_then(|year| end_of(year, month));
    let (to, is_before) = skip_before(flow, after);
    Some((to, last, is_before && after == behind))
}

/// The place behind 春节前, “五一”前 or 汛期前, whose day the calendar or the weather says and not the text. Behind a day, the feast only
/// names that day.
fn before_feast(flow: &Flow, index: usize) -> Option<usize> {
    // 提高考前 is no 高考.
    if matches!(flow.before(index), '日' | '号' | '底' | '末' | '(' | '提') {
        return None;
    }
    let start = index + usize::from(matches!(flow.at(index), '“' | '"' | '「'));
    let feast = flow.word_at(start, FEASTS);
    let (_, length) = feast.or_else(|| flow.word_at(start, &["高考"]))?;
    let end = start + length;
    let end = end + usize::from(matches!(flow.at(end), '”' | '"' | '」'));
    let (to, is_before) = skip_before(flow, end);
    is_before.then_some(to)
}

fn month(flow: &Flow, index: usize, year: Option<i16>) -> Option<Span> {
    let (mut number, mut to) = small(flow, index)?;
    // 3-6月, 3月至6月.
    let joined = to + usize::from(flow.at(to) == '月');
    if let Some((second, end)) = connector(flow, joined).and_then(|next| small(flow, next))
        && flow.at(end) == '月'
    {
        (number, to) = (second, end);
    }
    if flow.at(to) != '月' || !(1..=12).contains(&number) {
        return None;
    }
    to += 1;
    if let Some((day, end)) = small(flow, to)
        && matches!(flow.at(end), '日' | '号')
        && (1..=31).contains(&day)
    {
        let last = year.and_then(|year| Date::new(year, number, day).ok());
        return Some((skip_before(flow, end + 1).0, last, false));
    }
    let named = flow.word_at(to, &["底", "末", "份", "下旬", "份底", "底之"]);
    let after = to + named.map_or(0, |(_, length)| length);
    let middle = flow.word_at(after, &["上旬", "中旬"]);
    let after = after + middle.map_or(0, |(_, length)| length);
    let (end, is_before) = skip_before(flow, after);
    if is_before && named.is_none() && middle.is_none() {
        let last = year
            .and_then(|year| Date::new(year, number, 1).ok())
            .and_then(|first| first.checked_sub(1.day()).ok());
        return Some((end, last, true));
    }
    let last = match middle {
        Some(("上旬", _)) => year.and_then(|year| Date::new(year, number, 10).ok()),
        Some(_) => year.and_then(|year| Date::new(year, number, 20).ok()),
        None => year.and_then(|year| end_of(year, number)),
    };
    Some((end, last, false))
}

/// A number of one or two places in Arabic or Chinese signs.
fn small(flow: &Flow, index: usize) -> Option<(i8, usize)> {
    let numeral = numeral::at(flow, index)?;
    let value = numeral.value.as_whole()?;
    (numeral.end - index <= 3 && !numeral.is_vague && (0..=31).contains(&value))
        .then_some((i8::try_from(value).ok()?, numeral.end))
}

/// The place behind 前, and whether there was one.
fn skip_before(flow: &Flow, index: usize) -> (usize, bool) {
    match flow.word_at(index, &["前", "之前", "以前"]) {
        // 前三名, 前列, 前期 are other words.
        Some((_, length))
            if !matches!(
                flow.at(index + length),
                '列' | '期' | '三' | '十' | '瞻' | '沿'
            ) =>
        {
            (index + length, true)
        }
        _ => (index, false),
    }
}

/// The last day of a month.
fn end_of(year: i16, month: i8) -> Option<Date> {
    (1..=12)
        .contains(&month)
        .then(|| date(year, month, 1).last_of_month())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn last(text: &str) -> Vec<String> {
        let mut flow = Flow::default();
        for (place, sign) in text.chars().enumerate() {
            flow.push(yandu_words::sign::fold(sign), place, false);
        }
        all(&flow, 0, flow.len(), Some(2025))
            .into_iter()
            .map(|when| {
                let last = when.last.map_or("?".to_owned(), |last| last.to_string());
                format!(
                    "{last} {:?}{}",
                    when.sense,
                    if when.is_strict { " strict" } else { "" }
                )
            })
            .collect()
    }

    #[test]
    fn dates_are_read_in_every_way_of_writing() {
        for (text, expected) in [
            ("到2026年達到", "2026-12-31 By"),
            ("2026年底前建成", "2026-12-31 By"),
            ("二〇二六年六月底前", "2026-06-30 By"),
            ("年内新增", "2025-12-31 By"),
            ("全年推動", "2025-12-31 By"),
            ("年底前", "2025-12-31 By"),
            ("上半年完成", "2025-06-30 By"),
            ("2026年上半年", "2026-06-30 By"),
            ("三季度末前", "2025-09-30 By"),
            ("第一季度", "2025-03-31 By"),
            ("6月底前", "2025-06-30 By"),
            ("6月前完成", "2025-05-31 By strict"),
            ("10月15日前", "2025-10-15 By"),
            ("2月底", "2025-02-28 By"),
            ("2025—2027年", "2027-12-31 By"),
            ("到“十五五”末", "2030-12-31 By"),
            ("明年6月底前", "2026-06-30 By"),
            ("次年1月底前", "2026-01-31 By"),
            ("1000人次年底前", "2025-12-31 By"),
            ("较2023年提高", "2023-12-31 Against"),
            ("截至2024年底", "2024-12-31 Until"),
            ("在2024年基础上", "2024-12-31 Against"),
            ("9月中旬", "2025-09-20 By"),
            ("3—6月", "2025-06-30 By"),
            ("2026.6", "2026-06-30 By"),
            ("2026.6月底前", "2026-06-30 By"),
            ("2026.6前", "2026-05-31 By strict"),
            ("2026.6.30前", "2026-06-30 By"),
            ("2026-09-30", "2026-09-30 By"),
            ("2026/10/31", "2026-10-31 By"),
            ("2026.3-9", "2026-09-30 By"),
            ("“十五五”期间新增", "2030-12-31 By"),
            ("“十五五”时期,", "2030-12-31 By"),
            ("2025年春节前", "? By"),
            ("今年国庆节前", "? By"),
            ("“五一”前", "? By"),
            ("主汛期前", "? By"),
            ("2024年中秋节前", "2024-12-31 By strict"),
            ("10月1日国庆节前", "2025-10-01 By"),
            ("第二季度前", "2025-06-30 By strict"),
            ("年中前", "2025-06-30 By strict"),
        ] {
            assert_eq!(last(text), [expected], "{text}");
        }
        for text in [
            "12个月",
            "第三方",
            "二十家",
            "《规划(2025—2027年)》",
            "5年内",
            "两次年度评估",
            "2026.5万元",
            "2026.5个百分点",
            "“十五五”时期发展规划",
            "春节期间",
            "提高考前服务",
        ] {
            assert_eq!(last(text), [""; 0], "{text}");
        }
    }
}
