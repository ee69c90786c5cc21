//! How a plan is numbered: chapters, points, and what lies under them.

use std::collections::HashSet;

use crate::flow::Flow;
use crate::numeral;

/// The ways of numbering, from the coarsest to the finest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Mark {
    /// 第一章, 第一部分.
    Part,
    /// 一、
    Han,
    /// （一）
    HanBracket,
    /// 1. or 任务1
    Arabic,
    /// （1）
    ArabicBracket,
    /// ①
    Circle,
}

/// A numbered heading.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Heading {
    pub(crate) mark: Mark,
    pub(crate) number: u32,
    /// Where the paragraph begins.
    pub(crate) from: usize,
    /// Behind the mark.
    pub(crate) text: usize,
    /// Where the paragraph ends.
    pub(crate) to: usize,
}

/// The mark that begins at an index: what it is, its number, the place behind it.
pub(crate) fn mark_at(flow: &Flow, index: usize) -> Option<(Mark, u32, usize)> {
    let number = |from: usize| -> Option<(u32, usize, bool)> {
        let sign = flow.at(from);
        let is_arabic = sign.is_ascii_digit();
        if !is_arabic && !numeral::is_chinese_digit(sign) {
            return None;
        }
        let mut to = from;
        while to < from + 5
            && (is_arabic && flow.at(to).is_ascii_digit()
                || !is_arabic && numeral::is_chinese_digit(flow.at(to)))
        {
            to += 1;
        }
        let value = numeral::whole(&flow.text(from, to))?;
        (1..=999).contains(&value).then_some((value, to, is_arabic))
    };
    match flow.at(index) {
        '第' => {
            let (value, to, _) = number(index + 1)?;
            match flow.at(to) {
                '章' | '篇' => Some((Mark::Part, value, to + 1)),
                '部' if flow.at(to + 1) == '分' => Some((Mark::Part, value, to + 2)),
                '条' | '项' => Some((Mark::Arabic, value, to + 1)),
                _ => None,
            }
        }
        '任' if flow.has(index, "任务") => {
            let (value, to, _) = number(index + 2)?;
            let to = to + usize::from(matches!(flow.at(to), ':' | '.' | '、'));
            Some((Mark::Arabic, value, to))
        }
        '(' => {
            let (value, to, is_arabic) = number(index + 1)?;
            let mark = if is_arabic {
                Mark::ArabicBracket
            } else {
                Mark::HanBracket
            };
            (flow.at(to) == ')').then(|| {
                let to = to + 1 + usize::from(flow.at(to + 1) == '、');
                (mark, value, to)
            })
        }
        sign @ '①'..='⑳' => Some((
            Mark::Circle,
            u32::from(sign) - u32::from('①') + 1,
            index + 1,
        )),
        _ => {
            let (value, to, is_arabic) = number(index)?;
            match flow.at(to) {
                ')' if is_arabic => Some((Mark::ArabicBracket, value, to + 1)),
                '、' | '.' | '．' => {
                    // 1.5亿元 begins with a number, 1.推进 with a mark.
                    let is_number =
                        is_arabic && flow.at(to + 1).is_ascii_digit() && !flow.gap(to + 1);
                    let mark = if is_arabic { Mark::Arabic } else { Mark::Han };
                    (!is_number).then_some((mark, value, to + 1))
                }
                _ => None,
            }
        }
    }
}

/// The mark before a text that begins with a digit, as in 3.5G网络, 2.2026年底前 and 4.12345热线. It is one only where its number may
/// come next, for else it would be a number with its fraction.
pub(crate) fn tight_mark(flow: &Flow, index: usize) -> Option<(Mark, u32, usize)> {
    let digits = (index..index + 3)
        .take_while(|place| flow.at(*place).is_ascii_digit())
        .count();
    let number: u32 = flow.text(index, index + digits).parse().ok()?;
    let text = index + digits + 1;
    if flow.at(text - 1) != '.' {
        return None;
    }
    let is_digit = |place: usize| flow.at(place).is_ascii_digit();
    let is_year = flow.has(text, "20")
        && is_digit(text + 2)
        && is_digit(text + 3)
        && flow.at(text + 4) == '年';
    let is_name = is_digit(text)
        && matches!(flow.at(text + 1), 'g' | 'd')
        && !flow.at(text + 2).is_ascii_alphanumeric();
    (is_year || is_name || is_service(flow, text)).then_some((Mark::Arabic, number, text))
}

/// Whether the number of a service begins at an index, or its hours, which are the fraction of no amount: 12345热线, 110、119,
/// 24小时自助.
fn is_service(flow: &Flow, index: usize) -> bool {
    const HOURS: &[&str] = &["24小时自助", "24小时值", "24小时不打烊", "24小时服务"];
    const SERVICES: &[&str] = &[
        "热线", "便民", "政务", "平台", "服务", "接警", "指挥", "联动",
    ];
    if flow.word_at(index, HOURS).is_some() {
        return true;
    }
    let digits = |from: usize| {
        (from..from + 6)
            .take_while(|place| flow.at(*place).is_ascii_digit())
            .count()
    };
    let length = digits(index);
    let starts: &[&str] = match length {
        3 => &["11", "12"],
        5 => &["12", "95", "96"],
        _ => return false,
    };
    let behind = index + length;
    let is_next = match flow.at(behind) {
        '、' => digits(behind + 1) == length && flow.at(behind + 1 + length) != '.',
        _ => flow.word_at(behind, SERVICES).is_some(),
    };
    is_next && starts.iter().any(|start| flow.has(index, start))
}

/// The headings of the paragraphs.
pub(crate) fn headings(flow: &Flow, paragraphs: &[(usize, usize)]) -> Vec<Heading> {
    let mut headings = Vec::new();
    // The last number before a point, below the coarser heading that is under way and in the whole text.
    let (mut last, mut ran) = (0, 0);
    for (from, to) in paragraphs {
        let tight = || {
            let next = [last + 1, ran + 1];
            tight_mark(flow, *from).filter(|(_, number, _)| next.contains(number))
        };
        let found = mark_at(flow, *from).or_else(tight);
        let Some((mark, number, text)) = found.filter(|(.., text)| *text <= *to) else {
            continue;
        };
        if mark < Mark::Arabic {
            last = 0;
        } else if mark == Mark::Arabic {
            (last, ran) = (number, number);
        }
        headings.push(Heading {
            mark,
            number,
            from: *from,
            text,
            to: *to,
        });
    }
    headings
}

/// The place behind the mark of the heading that begins at an index.
pub(crate) fn behind_mark(headings: &[Heading], index: usize) -> Option<usize> {
    let place = headings
        .binary_search_by_key(&index, |heading| heading.from)
        .ok()?;
    headings.get(place).map(|heading| heading.text)
}

/// Where a heading's part of the text ends: at the next heading as coarse as it, or coarser.
pub(crate) fn ends(headings: &[Heading], end: usize) -> Vec<usize> {
    let mut ends = vec![end; headings.len()];
    // Headings whose end is not known yet, from coarse to fine.
    let mut open: Vec<usize> = Vec::new();
    for (place, heading) in headings.iter().enumerate() {
        while let Some(last) = open.last().copied() {
            if headings.get(last).is_none_or(|one| one.mark < heading.mark) {
                break;
            }
            if let Some(end) = ends.get_mut(last) {
                *end = heading.from;
            }
            open.pop();
        }
        open.push(place);
    }
    ends
}

/// The way of numbering whose items are the points: the finest of which most name responsible units, and without any such names the
/// finest one that carries the text.
pub(crate) fn point_mark(
    headings: &[Heading],
    ends: &[usize],
    units: &[(usize, usize)],
) -> Option<Mark> {
    const FINE_TO_COARSE: [Mark; 5] = [
        Mark::ArabicBracket,
        Mark::Arabic,
        Mark::HanBracket,
        Mark::Han,
        Mark::Part,
    ];
    let items = |mark: Mark| {
        headings
            .iter()
            .zip(ends)
            .filter(move |(heading, _)| heading.mark == mark)
    };
    let with_units = FINE_TO_COARSE.into_iter().find(|mark| {
        let all = items(*mark).count();
        let named = items(*mark)
            .filter(|(heading, end)| names_units(units, heading.from, **end))
            .count();
        named >= 1
            && named * 5 >= all * 3
            && (all >= 2 || headings.len() == 1)
            && covered(items(*mark), units) * 5 >= units.len() * 3
    });
    if with_units.is_some() {
        return with_units;
    }
    let whole = headings
        .first()
        .zip(ends.iter().max())
        .map_or(0, |(first, last)| last - first.from);
    let carries = |mark: &Mark| {
        let text: usize = items(*mark).map(|(heading, end)| end - heading.from).sum();
        items(*mark).count() >= 2 && text * 5 >= whole * 2
    };
    [Mark::Arabic, Mark::HanBracket, Mark::Han, Mark::Part]
        .into_iter()
        .find(carries)
        .or_else(|| headings.iter().map(|heading| heading.mark).min())
}

/// Whether units are named between two places.
fn names_units(units: &[(usize, usize)], from: usize, to: usize) -> bool {
    let first = units.partition_point(|(start, _)| *start < from);
    units.get(first).is_some_and(|(start, _)| *start < to)
}

/// Which headings are points: those of the mark of points; and where units are named outside of these, as below a last chapter that is
/// numbered in another way, the finest items that name them, with the items beside those. The coarsest headings stand for themselves.
pub(crate) fn points(
    headings: &[Heading],
    ends: &[usize],
    mark: Mark,
    units: &[(usize, usize)],
) -> HashSet<usize> {
    let coarsest = headings.iter().map(|heading| heading.mark).min();
    let parents = parents(headings, ends);
    let (mut points, mut inside, mut around) = (HashSet::new(), HashSet::new(), HashSet::new());
    for (place, (heading, parent)) in headings.iter().zip(&parents).enumerate() {
        if heading.mark == mark {
            points.insert(place);
            inside.insert(place);
            let mut above = *parent;
            while let Some(one) = above.filter(|one| around.insert(*one)) {
                above = parents.get(one).copied().flatten();
            }
        } else if parent.is_some_and(|parent| inside.contains(&parent)) {
            inside.insert(place);
        }
    }
    // Items that hold no point and lie in none: place, mark, the item that they lie in.
    let free: Vec<(usize, Mark, Option<usize>)> = headings
        .iter()
        .zip(&parents)
        .enumerate()
        .filter(|(place, _)| !inside.contains(place) && !around.contains(place))
        .map(|(place, (heading, parent))| (place, heading.mark, *parent))
        .collect();
    let named: HashSet<usize> = free
        .iter()
        .map(|(place, ..)| *place)
        .filter(|place| {
            headings
                .get(*place)
                .zip(ends.get(*place))
                .is_some_and(|(heading, end)| names_units(units, heading.from, *end))
        })
        .collect();
    let above: HashSet<usize> = free
        .iter()
        .filter(|(place, ..)| named.contains(place))
        .filter_map(|(.., parent)| *parent)
        .collect();
    let is_finest = |place: &usize| named.contains(place) && !above.contains(place);
    let beside: HashSet<(Mark, Option<usize>)> = free
        .iter()
        .filter(|(place, mark, _)| is_finest(place) && Some(*mark) != coarsest)
        .map(|(_, mark, parent)| (*mark, *parent))
        .collect();
    points.extend(
        free.iter()
            .filter(|(place, mark, parent)| {
                is_finest(place) || !above.contains(place) && beside.contains(&(*mark, *parent))
            })
            .map(|(place, ..)| *place),
    );
    points
}

/// The heading that each heading lies in.
fn parents(headings: &[Heading], ends: &[usize]) -> Vec<Option<usize>> {
    let mut open: Vec<(usize, usize)> = Vec::new();
    let mut parents = Vec::with_capacity(headings.len());
    for (place, (heading, end)) in headings.iter().zip(ends).enumerate() {
        while open.last().is_some_and(|(_, end)| *end <= heading.from) {
            open.pop();
        }
        parents.push(open.last().map(|(place, _)| *place));
        open.push((place, *end));
    }
    parents
}

/// How many of the namings lie inside of the items.
fn covered<'h>(
    items: impl Iterator<Item = (&'h Heading, &'h usize)>,
    units: &[(usize, usize)],
) -> usize {
    items
        .map(|(heading, end)| {
            let first = units.partition_point(|(start, _)| *start < heading.from);
            let last = units.partition_point(|(start, _)| start < end);
            last - first
        })
        .sum()
}
