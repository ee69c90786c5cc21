//! From lines to paragraphs and tables: soft wrapped lines are joined, page numbers and running heads are left out.

use std::collections::HashMap;

use yandu_words::sign::fold;

use crate::flow::Flow;
use crate::table::{self, Grid};

/// Widths of line ends that a soft wrap may leave: a sign that may not begin a line, a word that was not cut.
const RAGGED: usize = 8;
/// The narrowest column of a short text that is taken to be wrapped.
const NARROWEST: usize = 36;
/// Signs of the shortest line that a number is taken to go on from.
const SHORTEST_TEXT: usize = 18;
/// Digits that begin a line and go on a number; more are a year or another number.
const LONGEST_REST: usize = 3;
/// A soft wrap is not looked for in lines longer than a page is wide.
const PAGE_WIDTH: usize = 160;

/// A line of the text, in code points, without its end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line {
    pub(crate) from: usize,
    pub(crate) to: usize,
}

/// The text in reading order.
#[derive(Debug, Default)]
pub(crate) struct Layout {
    /// All paragraphs and all cells, one after the other.
    pub(crate) flow: Flow,
    pub(crate) paragraphs: Vec<(usize, usize)>,
    pub(crate) grids: Vec<Grid>,
    /// Where each line of the text begins.
    pub(crate) lines: Vec<usize>,
}

pub(crate) fn read(signs: &[char]) -> Layout {
    let lines = split(signs);
    let starts = lines.iter().map(|line| line.from).collect();
    let kept = without_furniture(signs, lines);
    let mut layout = Layout {
        lines: starts,
        ..Layout::default()
    };
    let width = wrap_width(signs, &kept);
    let mut index = 0;
    let mut was_open = false;
    // The last sign of the line before.
    let mut last = None;
    while let Some(line) = kept.get(index).copied() {
        if let Some((grid, next)) = table::read(signs, &kept, index, &mut layout.flow) {
            layout.grids.push(grid);
            index = next;
            was_open = false;
            continue;
        }
        index += 1;
        let (start_of_line, to) = trimmed(signs, line);
        let from = behind_marks(signs, start_of_line, to);
        if from == to {
            was_open = false;
            continue;
        }
        let start = layout.flow.len();
        let begins = from > start_of_line
            || starts_anew(signs, from, to, was_open && layout.flow.is_open())
            || last.is_some_and(ends_a_point) && has_tight_mark(signs, from, to);
        last = signs.get(to - 1).copied();
        if !was_open || begins {
            layout.flow.end_run();
        }
        push(signs, from, to, &mut layout.flow, !was_open);
        let end = layout.flow.len();
        match layout.paragraphs.last_mut() {
            Some((_, last)) if was_open && !begins => *last = end,
            _ => layout.paragraphs.push((start, end)),
        }
        // A sentence that ends at the margin is followed by the next of its paragraph more often than not.
        let is_full = width.is_some_and(|width| display_width(signs, line) + RAGGED >= width);
        let next = kept.get(index).map(|next| trimmed(signs, *next));
        was_open = is_full || next.is_some_and(|next| breaks_number(signs, (from, to), next));
    }
    layout
}

fn split(signs: &[char]) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut from = 0;
    let mut index = 0;
    while let Some(sign) = signs.get(index) {
        index += 1;
        if matches!(
            sign,
            '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}'
        ) {
            lines.push(Line {
                from,
                to: index - 1,
            });
            if *sign == '\r' && signs.get(index) == Some(&'\n') {
                index += 1;
            }
            from = index;
        }
    }
    lines.push(Line {
        from,
        to: signs.len(),
    });
    lines
}

/// The line without spaces at its ends.
fn trimmed(signs: &[char], line: Line) -> (usize, usize) {
    let is_blank = |sign: &char| sign.is_whitespace() || matches!(sign, '\u{feff}' | '\u{200b}');
    let part = signs.get(line.from..line.to).unwrap_or_default();
    let Some(first) = part.iter().position(|sign| !is_blank(sign)) else {
        return (line.from, line.from);
    };
    let last = part
        .iter()
        .rposition(|sign| !is_blank(sign))
        .unwrap_or(first);
    (line.from + first, line.from + last + 1)
}

/// Behind the marks with which Markdown begins a heading or an item of a list: `### `, `- `, `* `.
fn behind_marks(signs: &[char], from: usize, to: usize) -> usize {
    let line = signs.get(from..to).unwrap_or_default();
    let hashes = line.iter().take_while(|sign| **sign == '#').count();
    let marks = match line.first() {
        Some('#') => hashes,
        Some('-' | '*') => 1,
        _ => return from,
    };
    let rest = line.get(marks..).unwrap_or_default();
    let spaces = rest.iter().take_while(|sign| sign.is_whitespace()).count();
    if spaces > 0 || hashes > 1 {
        from + marks + spaces
    } else {
        from
    }
}

/// Whether a number goes on from the end of a line of text at the beginning of the next one. Short texts have too few full lines to
/// tell their width by, and a number in two halves would be read as another one.
fn breaks_number(signs: &[char], line: (usize, usize), next: (usize, usize)) -> bool {
    let is_digit = |at: usize| {
        signs
            .get(at)
            .is_some_and(|sign| fold(*sign).is_ascii_digit())
    };
    let is_text = line.1 - line.0 >= SHORTEST_TEXT
        && signs
            .get(line.0..line.1)
            .is_some_and(|line| line.iter().any(|sign| !sign.is_ascii()));
    let rest = (next.0..next.1).take_while(|at| is_digit(*at)).count();
    is_text && is_digit(line.1 - 1) && (1..=LONGEST_REST).contains(&rest)
}

/// Whether what ends with this sign may be the end of a point, behind which 3.5G网络 is the next.
fn ends_a_point(sign: char) -> bool {
    matches!(fold(sign), '。' | '.' | ')' | '】' | ']' | '!' | ';')
}

fn has_tight_mark(signs: &[char], from: usize, to: usize) -> bool {
    let mut head = Flow::default();
    push(signs, from, to.min(from + 12), &mut head, true);
    crate::outline::tight_mark(&head, 0).is_some()
}

/// Whether a line begins with a mark of its own: a number, or a label that is not the next of an open bracket.
fn starts_anew(signs: &[char], from: usize, to: usize, is_in_bracket: bool) -> bool {
    let mut head = Flow::default();
    push(signs, from, to.min(from + 12), &mut head, true);
    crate::outline::mark_at(&head, 0).is_some()
        || !is_in_bracket && crate::office::is_labelled(&head, 0, head.len())
}

/// Appends signs to a flow; `begins_apart` says whether a space stands before the first. `**`, which sets words of Markdown in bold, is
/// left out.
pub(crate) fn push(signs: &[char], from: usize, to: usize, flow: &mut Flow, begins_apart: bool) {
    let mut gap = begins_apart;
    let part = signs.get(from..to).unwrap_or_default();
    let is_star = |step: Option<usize>| step.and_then(|step| part.get(step)) == Some(&'*');
    for (step, sign) in part.iter().enumerate() {
        if *sign == '*' && (is_star(step.checked_sub(1)) || is_star(Some(step + 1))) {
            continue;
        }
        if sign.is_whitespace()
            || sign.is_control()
            || matches!(sign, '\u{200b}' | '\u{feff}' | '\u{a0}')
        {
            gap = true;
            continue;
        }
        flow.push(fold(*sign), from + step, gap);
        gap = false;
    }
}

/// Columns that a line takes: a Chinese sign takes two.
pub(crate) fn display_width(signs: &[char], line: Line) -> usize {
    signs
        .get(line.from..line.to)
        .unwrap_or_default()
        .iter()
        .map(|sign| column_width(*sign))
        .sum()
}

pub(crate) fn column_width(sign: char) -> usize {
    if sign.is_ascii() || sign.is_control() {
        1
    } else {
        2
    }
}

/// The width at which the text is wrapped; `None` where paragraphs are lines.
fn wrap_width(signs: &[char], lines: &[Line]) -> Option<usize> {
    let mut widths: Vec<usize> = lines
        .iter()
        .map(|line| display_width(signs, *line))
        .filter(|width| *width > 0)
        .collect();
    widths.sort_unstable();
    // A few lines may hang over the margin.
    let place = widths.len().checked_sub(1 + widths.len() / 25)?;
    let width = *widths.get(place)?;
    let is_full = |one: usize| one + RAGGED >= width && one <= width + RAGGED;
    let full = widths.iter().filter(|one| is_full(**one)).count();
    if width > PAGE_WIDTH {
        return None;
    }
    // In a short text few lines are full, and they tell its width where one of them ends within a sentence.
    let is_any_cut = || {
        let mut full = lines
            .iter()
            .filter(|line| is_full(display_width(signs, **line)));
        width >= NARROWEST && full.any(|line| is_cut(signs, *line))
    };
    let is_wrapped = full >= 3 && full * 3 >= widths.len();
    (is_wrapped || full * 4 >= widths.len() && is_any_cut()).then_some(width)
}

/// Whether a line is prose and ends within a sentence.
fn is_cut(signs: &[char], line: Line) -> bool {
    let (from, to) = trimmed(signs, line);
    let line = signs.get(from..to).unwrap_or_default();
    let is_mark = |sign: &char| matches!(sign, '，' | '。' | '；' | ',' | ';');
    let is_end = |sign: &char| "。；！？：…”》）】.;!?:)]".contains(*sign);
    line.iter().any(is_mark) && !line.last().is_some_and(is_end)
}

/// Lines without page numbers, and without the running heads beside them.
fn without_furniture(signs: &[char], lines: Vec<Line>) -> Vec<Line> {
    let is_number: Vec<bool> = lines
        .iter()
        .map(|line| is_page_number(signs, *line))
        .collect();
    if !is_number.contains(&true) {
        return lines;
    }
    let text = |place: usize| -> Option<&[char]> {
        let (from, to) = trimmed(signs, *lines.get(place)?);
        signs.get(from..to).filter(|text| !text.is_empty())
    };
    // The next line with a text behind a page number, and how often it stands there.
    let beside =
        |place: usize| (place + 1..(place + 3).min(lines.len())).find(|next| text(*next).is_some());
    let mut heads: HashMap<&[char], usize> = HashMap::new();
    for (place, _) in is_number.iter().enumerate().filter(|(_, is)| **is) {
        if let Some(head) = beside(place).and_then(text).filter(|text| is_head(text)) {
            *heads.entry(head).or_default() += 1;
        }
    }
    let mut dropped = is_number.clone();
    for (place, _) in is_number.iter().enumerate().filter(|(_, is)| **is) {
        if let Some(next) = beside(place)
            && text(next).is_some_and(|head| heads.get(head).is_some_and(|count| *count >= 2))
            && let Some(drop) = dropped.get_mut(next)
        {
            *drop = true;
        }
        // The blank lines around a page number part no paragraphs.
        for near in [
            place.checked_sub(1),
            Some(place + 1),
            place.checked_sub(2),
            Some(place + 2),
        ] {
            if let Some(near) = near
                && near < lines.len()
                && text(near).is_none()
                && let Some(drop) = dropped.get_mut(near)
            {
                *drop = true;
            }
        }
    }
    lines
        .iter()
        .zip(dropped)
        .filter(|(_, drop)| !drop)
        .map(|(line, _)| *line)
        .collect()
}

/// A name, as running heads are. Two pages may begin with the same piece of a sentence, and that has signs that part clauses.
fn is_head(text: &[char]) -> bool {
    const PARTS: &str = "，。；：、！？（）,.;:!?()";
    text.len() <= 40 && !text.iter().any(|sign| PARTS.contains(*sign))
}

/// — 3 —, - 3 -, 第3页, 第3页 共12页, 3.
fn is_page_number(signs: &[char], line: Line) -> bool {
    let (from, to) = trimmed(signs, line);
    if to - from > 16 || from == to {
        return false;
    }
    let text: String = signs
        .get(from..to)
        .unwrap_or_default()
        .iter()
        .map(|sign| fold(*sign))
        .filter(|sign| !sign.is_whitespace())
        .collect();
    let bare = text.trim_matches(['—', '-', '–', '―', '·', '－', '_', '~']);
    let is_digits = |text: &str| {
        (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    if is_digits(bare) {
        return true;
    }
    let Some(page) = bare.strip_prefix('第') else {
        return false;
    };
    page.split_once('页').is_some_and(|(number, rest)| {
        let rest = rest.trim_matches([',', '/', '共', '页', '(', ')']);
        is_digits(number) && (rest.is_empty() || is_digits(rest))
    })
}
