//! The monthly statement: how each entry stands, as a delivery of the ledger of itself. Metrics of the ledger are made of it
//! like those of any department.

use jiff::civil::Date;
use serde::Serialize;

use crate::entry::Entry;
use crate::export::csv_line;

/// The headers of a statement.
const HEADERS: [&str; 12] = [
    "统计月份",
    "编号",
    "名称",
    "提供方",
    "状态",
    "数据来源方式",
    "共享类型",
    "开放类型",
    "缺少要素",
    "质量评分",
    "按约定更新",
    "数据量",
];

/// The first line of a statement, UTF-8.
pub fn header() -> Vec<u8> {
    csv_line(HEADERS.iter().map(|header| (*header).to_owned()))
}

/// Lines of entries in the month of a day.
pub fn lines(day: Date, entries: &[Entry]) -> Vec<u8> {
    let month = day.first_of_month().to_string();
    let cells = |entry: &Entry| {
        let (content, facts) = (&entry.content, &entry.facts);
        let lacks = entry.lacks.iter().filter(|element| element.is_required());
        [
            month.clone(),
            entry.id.to_string(),
            content.title.zh.clone(),
            content.owner.clone(),
            entry.status.name().to_owned(),
            name(content.origin),
            name(content.sharing.class),
            name(content.opening),
            lacks.count().to_string(),
            facts
                .score
                .map_or_else(String::new, |score| format!("{score:.1}")),
            facts
                .fresh
                .map_or_else(String::new, |fresh| fresh.to_string()),
            facts.rows.map_or_else(String::new, |rows| rows.to_string()),
        ]
    };
    entries
        .iter()
        .flat_map(|entry| csv_line(cells(entry).into_iter()))
        .collect()
}

/// The name of a value of a closed list, as JSON writes it.
fn name(value: Option<impl Serialize>) -> String {
    let name = value.and_then(|value| serde_json::to_value(value).ok());
    let name = name.as_ref().and_then(serde_json::Value::as_str);
    name.unwrap_or_default().to_owned()
}
