//! Sentences and the clauses that they are made of.

use crate::flow::Flow;
use crate::numeral;

/// Signs of the longest clause. A text without any punctuation is cut there, so that looking around stays cheap.
const CLAUSE_SIGNS: usize = 240;
/// Signs of the longest sentence, for the same reason.
const SENTENCE_SIGNS: usize = 2000;

/// The sentences between two places. Ends of sentences inside brackets are the sentence's own.
pub(crate) fn sentences(flow: &Flow, from: usize, to: usize) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut start = from;
    let mut index = from;
    while index < to {
        let sign = flow.at(index);
        index += 1;
        let is_long = index - start > SENTENCE_SIGNS && matches!(sign, ',' | ';')
            || index - start > 2 * SENTENCE_SIGNS;
        if matches!(sign, '。' | '!' | '?') || is_long {
            while matches!(flow.at(index), '”' | '’' | '」' | '』' | ')') && index < to {
                index += 1;
            }
            found.push((start, index));
            start = index;
        }
    }
    if start < to {
        found.push((start, to));
    }
    found
}

/// Whether a sign ends a clause at its place.
fn ends_clause(flow: &Flow, index: usize) -> bool {
    match flow.at(index) {
        ';' | '。' | '!' | '?' => true,
        ',' => !is_between_digits(flow, index) || flow.gap(index + 1),
        ':' | '∶' => !is_between_digits(flow, index),
        _ => false,
    }
}

fn is_between_digits(flow: &Flow, index: usize) -> bool {
    flow.before(index).is_ascii_digit() && flow.at(index + 1).is_ascii_digit()
}

/// The place behind 一是 or 十二是 at the head of a clause, which counts the clauses and says nothing.
fn skip_mark(flow: &Flow, from: usize, to: usize) -> usize {
    let digits = (from..to.min(from + 3))
        .take_while(|place| numeral::is_chinese_digit(flow.at(*place)))
        .count();
    let mark = from + digits;
    if (1..=2).contains(&digits) && mark < to && flow.at(mark) == '是' {
        mark + 1
    } else {
        from
    }
}

/// The clauses between two places, without the signs that end them and the marks that count them. Brackets and quotations are never
/// cut, unless they never close.
pub(crate) fn clauses(flow: &Flow, from: usize, to: usize) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut start = from;
    let mut index = from;
    while index < to {
        if let Some(end) = enclosed(flow, index, to) {
            index = end;
        } else if ends_clause(flow, index) {
            found.push((start, index));
            index += 1;
            start = index;
        } else {
            index += 1;
        }
        if index - start > CLAUSE_SIGNS {
            found.push((start, index));
            start = index;
        }
    }
    if start < to {
        found.push((start, to));
    }
    for (from, to) in &mut found {
        *from = skip_mark(flow, *from, *to);
    }
    found.retain(|(from, to)| from < to);
    found
}

/// The place behind a bracket or quotation that opens at an index, when it closes soon enough.
pub(crate) fn enclosed(flow: &Flow, index: usize, to: usize) -> Option<usize> {
    let close = match flow.at(index) {
        '“' => '”',
        '‘' => '’',
        '「' => '」',
        '『' => '』',
        '《' => '》',
        '〔' => '〕',
        '"' => '"',
        '(' => return flow.closing(index, to.min(index + CLAUSE_SIGNS)),
        _ => return None,
    };
    (index + 1..to.min(index + CLAUSE_SIGNS))
        .find(|place| flow.at(*place) == close)
        .map(|place| place + 1)
}
