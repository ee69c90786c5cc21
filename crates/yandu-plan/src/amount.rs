//! Numbers with their units, as an office writes them.

use std::borrow::Cow;

use yandu_documents::chinese;

use crate::reading::{Comparison, Value};
use crate::record::Said;
use crate::unit;

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
    format!(
        "{}{number}{ten_thousands}{}",
        way_of(value < 0.0),
        unit_text(unit)
    )
}

fn way_of(is_fall: bool) -> &'static str {
    if is_fall { "下降" } else { "提高" }
}

/// What a target asks for.
pub(crate) fn goal_text(said: &Said) -> String {
    let size = |value: f64| amount(value, &said.unit);
    let ends = said.range.as_ref();
    let ends = ends.and_then(|(low, high)| low.as_f64().zip(high.as_f64()));
    match (said.comparison, ends) {
        (Comparison::Between, Some((low, high))) => format!("{}至{}", size(low), size(high)),
        (Comparison::Change, Some((low, high))) => {
            // Of a fall the lower end is the larger one.
            let is_fall = low < 0.0;
            let (least, most) = if is_fall { (high, low) } else { (low, high) };
            let (least, most) = (size(least.abs()), size(most.abs()));
            format!("{}{least}至{most}", way_of(is_fall))
        }
        (Comparison::Change, None) => change_goal(said),
        (comparison, _) => {
            let value = match &said.value {
                Value::Text(text) => words_of(text),
                Value::Number(number) => size(number.as_f64().unwrap_or_default()),
            };
            format!("{}{value}", before_of(comparison))
        }
    }
}

/// What a change is to be, with its bound: `提高2.5个百分点以上`.
fn change_goal(said: &Said) -> String {
    let (way, size) = match &said.value {
        Value::Text(text) => {
            let size = text.trim_start_matches('-');
            (way_of(size != text), words_of(size))
        }
        Value::Number(number) => {
            let value = number.as_f64().unwrap_or_default();
            if value == 0.0 {
                return change_text(value, &said.unit);
            }
            (way_of(value < 0.0), amount(value.abs(), &said.unit))
        }
    };
    match said.bound {
        Some(Comparison::AtLeast) => format!("{way}{size}以上"),
        Some(Comparison::AtMost) => format!("{way}{size}以内"),
        Some(Comparison::About) => format!("{way}{size}左右"),
        bound => format!("{way}{}{size}", bound.map_or("", before_of)),
    }
}

/// The word of a comparison before its number.
fn before_of(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal | Comparison::Between | Comparison::Change => "",
        Comparison::AtLeast
        | Comparison::Above
        | Comparison::AtMost
        | Comparison::Below
        | Comparison::About => comparison.text(),
    }
}

/// A value of words; a fraction as an office says it: `三分之二`.
fn words_of(text: &str) -> String {
    let whole = |part: &str| part.parse::<usize>().ok().filter(|part| *part > 0);
    let parts = text.split_once('/');
    let parts = parts.and_then(|(part, all)| whole(part).zip(whole(all)));
    parts.map_or_else(
        || text.to_owned(),
        |(part, all)| format!("{}分之{}", chinese(all), chinese(part)),
    )
}

/// A unit of measure in the words of an office; empty of a bare number.
pub fn unit_text(unit: &str) -> Cow<'_, str> {
    let word = |part| unit::word_of(part).unwrap_or(part);
    match unit {
        "1" => Cow::Borrowed(""),
        "% or percentage point" => Cow::Borrowed("%或个百分点"),
        unit if unit.contains('/') => {
            let parts: Vec<&str> = unit.split('/').map(word).collect();
            Cow::Owned(parts.join("/"))
        }
        unit => Cow::Borrowed(word(unit)),
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{amount, goal_text};
    use crate::record::Said;

    #[test]
    fn what_a_target_asks_for_is_told_with_its_bound_and_in_the_units_of_an_office() {
        let told = |said: Value| goal_text(&serde_json::from_value::<Said>(said).unwrap());
        let of = |value: Value, unit: &str, comparison: &str| json!({"value": value, "unit": unit, "comparison": comparison, "kind": "target"});
        let with = |mut said: Value, name: &str, value: Value| {
            said[name] = value;
            said
        };
        assert_eq!(told(of(json!("2/3"), "", ">=")), "不低于三分之二");
        assert_eq!(told(of(json!("1:15"), "", "<=")), "不高于1:15");
        assert_eq!(told(of(json!(500), "t", ">=")), "不低于500吨");
        assert_eq!(told(of(json!(12), "km²", "=")), "12平方公里");
        assert_eq!(told(of(json!(3), "t/ha", "=")), "3吨/公顷");
        assert_eq!(told(of(json!(2), "GB", "=")), "2GB");
        let change = |value: Value| of(value, "percentage point", "change");
        assert_eq!(told(change(json!(2.5))), "提高2.5个百分点");
        let bound = |value: Value, bound: &str| told(with(change(value), "bound", json!(bound)));
        assert_eq!(bound(json!(2.5), ">="), "提高2.5个百分点以上");
        assert_eq!(bound(json!(-2.5), "<="), "下降2.5个百分点以内");
        assert_eq!(bound(json!(-2.5), ">"), "下降高于2.5个百分点");
        let fall = with(
            of(json!("-10至-15"), "%", "change"),
            "range",
            json!([-15, -10]),
        );
        assert_eq!(told(fall), "下降10%至15%");
        let third = with(of(json!("-1/3"), "", "change"), "bound", json!(">="));
        assert_eq!(told(third), "下降三分之一以上");
    }

    #[test]
    fn what_is_reached_is_told_in_the_units_of_an_office() {
        assert_eq!(amount(1250.0, "ha"), "1250公顷");
        assert_eq!(amount(300.0, "km"), "300公里");
        assert_eq!(amount(3.0, "元"), "3元");
    }
}
