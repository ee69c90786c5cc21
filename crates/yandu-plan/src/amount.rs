//! Numbers with their units, as an office writes them.

use crate::reading::{Comparison, Value};
use crate::record::Said;

/// A number with its unit; in 万 and 亿 where that loses no digit, or where its size hides it.
pub(crate) fn amount(value: f64, unit: &str) -> String {
    let (number, ten_thousands) = sized(value);
    format!("{number}{ten_thousands}{}", unit_text(unit))
}

/// A change: `提高5%`, `下降10.2%`; `持平` where none is left at the digits that are written.
pub(crate) fn change_text(value: f64, unit: &str) -> String {
    let (number, ten_thousands) = sized(value.abs());
    if number == "0" {
        return "持平".to_owned();
    }
    let way = if value < 0.0 { "下降" } else { "提高" };
    format!("{way}{number}{ten_thousands}{}", unit_text(unit))
}

/// What a target asks for.
pub(crate) fn goal_text(said: &Said) -> String {
    let size = |value: f64| amount(value, &said.unit);
    let number = match (&said.range, &said.value) {
        (Some((low, high)), _) if said.comparison == Comparison::Between => {
            let end = |end: &serde_json::Number| end.as_f64().unwrap_or_default();
            return format!("{}至{}", size(end(low)), size(end(high)));
        }
        (_, Value::Text(text)) => return text.clone(),
        (_, Value::Number(number)) => number.as_f64().unwrap_or_default(),
    };
    match said.comparison {
        Comparison::Equal | Comparison::Between => size(number),
        Comparison::AtLeast
        | Comparison::Above
        | Comparison::AtMost
        | Comparison::Below
        | Comparison::About => format!("{}{}", said.comparison.text(), size(number)),
        Comparison::Change => change_text(number, &said.unit),
    }
}

/// A unit of measure in the words of an office; empty of a bare number.
pub fn unit_text(unit: &str) -> &str {
    match unit {
        "1" => "",
        "% or percentage point" => "%或个百分点",
        "percentage point" => "个百分点",
        unit => unit,
    }
}

fn sized(value: f64) -> (String, &'static str) {
    const YI: f64 = 1e8;
    const WAN: f64 = 1e4;
    let loses_nothing = |by: f64| {
        let short = (value / by * 100.0).round() / 100.0;
        (short * by - value).abs() < 1e-6 * by
    };
    if value.abs() >= YI {
        (plain(value / YI), "亿")
    } else if value.abs() >= WAN && loses_nothing(WAN) {
        (plain(value / WAN), "万")
    } else {
        (plain(value), "")
    }
}

/// Two digits behind the point, three of a number below ten, none that is zero.
fn plain(value: f64) -> String {
    let digits = if value.abs() < 10.0 { 3 } else { 2 };
    let text = format!("{value:.digits$}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" {
        "0".to_owned()
    } else {
        text.to_owned()
    }
}
