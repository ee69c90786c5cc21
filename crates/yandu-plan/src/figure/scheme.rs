//! Names of schemes that are made of numbers: “2+N”, “十链百场千企”.

use crate::flow::Flow;
use crate::numeral;
use crate::reading::{Comparison, Kind, Value};

use super::{Draft, Found, Written};

/// The formula that fills a quotation, such as `2+N`, without what follows it there.
pub(super) fn formula(flow: &Flow, from: usize, to: usize) -> Option<usize> {
    let mut index = from;
    let mut terms = 0;
    let mut has_number = false;
    loop {
        let sign = flow.at(index);
        if matches!(sign, 'n' | 'x' | 'm' | 'y') && !flow.at(index + 1).is_ascii_alphanumeric() {
            index += 1;
        } else {
            let numeral = numeral::at(flow, index).filter(|numeral| numeral.end <= to)?;
            has_number = true;
            index = numeral.end;
        }
        terms += 1;
        if index >= to || flow.at(index) != '+' {
            break;
        }
        index += 1;
    }
    (terms >= 2 && has_number && !flow.at(index).is_ascii_alphanumeric()).then_some(index)
}

/// Whether a quotation is nothing but counted things, all of them more than one: 十链百场千企. Phrases such as 五位一体 are none.
pub(super) fn is_counted_name(flow: &Flow, from: usize, to: usize) -> bool {
    let mut index = from;
    let mut pairs = 0;
    while index < to {
        let Some(numeral) = numeral::at(flow, index).filter(|numeral| numeral.is_chinese) else {
            return false;
        };
        if numeral.value.as_whole().is_none_or(|value| value < 2) {
            return false;
        }
        let mut noun = numeral.end;
        while noun < to && !numeral::is_chinese_digit(flow.at(noun)) {
            noun += 1;
        }
        if !(1..=2).contains(&(noun - numeral.end)) {
            return false;
        }
        pairs += 1;
        index = noun;
    }
    pairs >= 2
}

/// A name whose value is the text between two places.
pub(super) fn draft(flow: &Flow, (from, to): (usize, usize), name: (usize, usize)) -> Draft {
    Draft {
        from,
        to,
        value: Value::Text(flow.text(name.0, name.1)),
        name: Some(name),
        unit: Written::Symbol(""),
        comparison: Comparison::Equal,
        bound: None,
        range: None,
        baseline: None,
        kind: Kind::Name,
        due: None,
        doubts: Vec::new(),
    }
}

/// A formula that begins with a number that the sentence has counted before names the same things again: 3个成长型未来产业, “3+X”.
pub(super) fn drop_restated(found: &mut Found) {
    let counted: Vec<(usize, String)> = found
        .figures
        .iter()
        .filter(|figure| figure.kind != Kind::Name)
        .filter_map(|figure| match &figure.value {
            Value::Number(number) => Some((figure.from, number.to_string())),
            Value::Text(_) => None,
        })
        .collect();
    found.figures.retain(|figure| {
        let (Kind::Name, Value::Text(text)) = (figure.kind, &figure.value) else {
            return true;
        };
        let Some((first, _)) = text.split_once('+') else {
            return true;
        };
        !counted
            .iter()
            .any(|(from, number)| *from < figure.from && number == first)
    });
}
