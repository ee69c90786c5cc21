//! Days and periods as an office writes them.

use std::collections::BTreeMap;

use yandu_documents::{chinese, date_text};
use yandu_words::{Grain, Period};

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

/// Who decided something, as people call them; those that are no accounts have names of the program.
pub(super) fn who_text<'a>(who: &'a str, names: &'a BTreeMap<String, String>) -> &'a str {
    match who {
        "local-administrator" => "本机管理员",
        "system" => "系统",
        who => names.get(who).map_or(who, String::as_str),
    }
}

/// How many days behind or before a date.
pub fn days_text(days_left: i64) -> String {
    match days_left {
        0 => "当日到期".to_owned(),
        1.. => format!("还有{days_left}天"),
        _ => format!("逾期{}天", -days_left),
    }
}
