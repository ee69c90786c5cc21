//! Numbers, days and periods as an office writes them.

use yandu_documents::{chinese, date_text};
use yandu_words::{Grain, Period};

use crate::reading::{Comparison, Value};
use crate::record::Said;
use crate::standing::Told;

pub(super) fn period_text(period: Period) -> String {
    let first = period.first_day();
    match period.grain() {
        Grain::Year => format!("{}年", first.year()),
        Grain::Quarter => {
            let quarter = usize::from((first.month().unsigned_abs() - 1) / 3) + 1;
            format!("{}年第{}季度", first.year(), chinese(quarter))
        }
        Grain::Month => format!("{}年{}月", first.year(), first.month()),
        Grain::Day => date_text(first),
    }
}

/// A number with its unit; in 万 and 亿 where that loses no digit, or where its size hides it.
pub(super) fn amount(value: f64, unit: &str) -> String {
    let (number, ten_thousands) = sized(value);
    let unit = match unit {
        "1" => "",
        unit => unit_text(unit),
    };
    format!("{number}{ten_thousands}{unit}")
}

/// A unit of measure in the words of an office.
pub(super) fn unit_text(unit: &str) -> &str {
    match unit {
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

/// What a target asks for.
pub(super) fn goal_text(said: &Said) -> String {
    let number = match &said.value {
        Value::Text(text) => return text.clone(),
        Value::Number(number) => number.as_f64().unwrap_or_default(),
    };
    let size = |value: f64| amount(value, &said.unit);
    match said.comparison {
        Comparison::Equal => size(number),
        Comparison::AtLeast
        | Comparison::Above
        | Comparison::AtMost
        | Comparison::Below
        | Comparison::About => format!("{}{}", said.comparison.text(), size(number)),
        Comparison::Between => match &said.range {
            Some((low, high)) => {
                let end = |end: &serde_json::Number| end.as_f64().unwrap_or_default();
                format!("{}至{}", size(end(low)), size(end(high)))
            }
            None => size(number),
        },
        Comparison::Change => change_text(number, &said.unit),
    }
}

/// A change: `提高5%`, `下降10.2%`.
pub(super) fn change_text(value: f64, unit: &str) -> String {
    let way = if value < 0.0 { "下降" } else { "提高" };
    format!("{way}{}", amount(value.abs(), unit))
}

/// What is reached: where something stands, or by how much it changed.
pub(super) fn told_text(told: &Told) -> String {
    if told.is_change {
        change_text(told.value, &told.unit)
    } else {
        amount(told.value, &told.unit)
    }
}

/// How many days behind or before a date.
pub(super) fn days_text(days_left: i64) -> String {
    match days_left {
        0 => "当日到期".to_owned(),
        1.. => format!("还有{days_left}天"),
        _ => format!("逾期{}天", -days_left),
    }
}
