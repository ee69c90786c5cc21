//! Goals, days and periods as an office writes them.

use yandu_documents::{chinese, date_text};
use yandu_words::{Grain, Period};

use crate::amount::{amount, change_text};
use crate::reading::{Comparison, Value};
use crate::record::Said;

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

/// How many days behind or before a date.
pub(super) fn days_text(days_left: i64) -> String {
    match days_left {
        0 => "当日到期".to_owned(),
        1.. => format!("还有{days_left}天"),
        _ => format!("逾期{}天", -days_left),
    }
}
