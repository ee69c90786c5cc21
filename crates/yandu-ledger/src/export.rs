//! Entries as a table for people, under the headers of a catalogue and in its words.
//!
//! A table that is imported again changes nothing: every element of an entry has a cell, and a cell is read as it was written.

use rust_xlsxwriter::{Workbook, XlsxError};
use serde::Serialize;
use yandu_words::calendar::CITY_CLOCK;

use crate::entry::Entry;
use crate::import::table::{is_formula, listed};
use crate::import::{item, said};

/// How many columns the table has, and how many of them, at its end, are counted here.
const WIDTH: usize = 32;
const COUNTS: usize = 2;

/// The columns of the table: header, and width in signs.
const COLUMNS: [(&str, f64); WIDTH] = [
    ("编号", 28.0),
    ("信息资源分类", 14.0),
    ("信息资源代码", 18.0),
    ("信息资源名称", 30.0),
    ("英文名称", 24.0),
    ("信息资源提供方", 18.0),
    ("提供方代码", 20.0),
    ("信息资源摘要", 40.0),
    ("信息资源格式", 12.0),
    ("信息项（名称|中文名|英文名|类型|标准|分级|说明）", 40.0),
    ("标识信息项", 18.0),
    ("数据来源方式", 12.0),
    ("共享类型", 12.0),
    ("共享依据", 20.0),
    ("共享条件", 24.0),
    ("共享方式", 12.0),
    ("开放类型", 12.0),
    ("开放条件", 20.0),
    ("更新周期", 10.0),
    ("数据分级", 12.0),
    ("行政区划代码", 14.0),
    ("数据管理员", 14.0),
    ("联系方式", 18.0),
    ("催办联系人", 14.0),
    ("关联资源代码", 20.0),
    ("标签", 18.0),
    ("工作要点", 10.0),
    ("状态", 10.0),
    ("发布日期", 12.0),
    ("缺少的要素", 24.0),
    ("数据量", 12.0),
    ("质量评分", 10.0),
];

/// The longest text of a cell of a workbook, in signs.
const CELL: usize = 32_767;

fn cells(entry: &Entry) -> [String; WIDTH] {
    let content = &entry.content;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let points: Vec<String> = content.points.iter().map(ToString::to_string).collect();
    let lacks: Vec<&str> = entry
        .lacks
        .iter()
        .map(|element| element.chinese())
        .collect();
    let facts = &entry.facts;
    [
        entry.id.to_string(),
        text(&content.theme),
        text(&content.code),
        content.title.zh.clone(),
        text(&content.title.en),
        content.owner.clone(),
        text(&content.owner_code),
        text(&content.about),
        said("kind", content.kind.name()).to_owned(),
        item::written(&content.columns, CELL),
        listed(&content.key),
        word("origin", content.origin),
        word("sharing.class", content.sharing.class),
        text(&content.sharing.basis),
        text(&content.sharing.condition),
        word("sharing.method", content.sharing.method),
        word("opening", content.opening),
        text(&content.opening_condition),
        word("refresh", content.refresh),
        word("grade", content.grade),
        text(&content.division),
        text(&content.steward),
        text(&content.contact),
        text(&content.late_contact),
        listed(&content.related),
        listed(&content.tags),
        points.join("、"),
        said("status", entry.status.name()).to_owned(),
        entry.published_at.map(day).unwrap_or_default(),
        lacks.join("、"),
        facts.rows.map(|rows| rows.to_string()).unwrap_or_default(),
        facts
            .score
            .map(|score| format!("{score:.1}"))
            .unwrap_or_default(),
    ]
}

/// The Chinese word for a value of a closed list.
fn word(field: &str, value: Option<impl Serialize>) -> String {
    let name = value.and_then(|value| serde_json::to_value(value).ok());
    let name = name.as_ref().and_then(serde_json::Value::as_str);
    name.map(|name| said(field, name).to_owned())
        .unwrap_or_default()
}

/// The day on the clocks of the city.
fn day(at: jiff::Timestamp) -> String {
    CITY_CLOCK.to_datetime(at).date().to_string()
}

/// The header of a table of comma-separated values, with the mark by which offices know UTF-8.
pub fn csv_header() -> Vec<u8> {
    let mut bytes = b"\xef\xbb\xbf".to_vec();
    bytes.extend(csv_line(
        COLUMNS.iter().map(|(header, _)| (*header).to_owned()),
    ));
    bytes
}

/// Entries as lines of comma-separated values.
pub fn csv_lines(entries: &[Entry]) -> Vec<u8> {
    entries
        .iter()
        .flat_map(|entry| csv_line(cells(entry).into_iter().map(harmless)))
        .collect()
}

/// A cell that no office takes for a formula.
fn harmless(cell: String) -> String {
    if is_formula(&cell) {
        format!("'{cell}")
    } else {
        cell
    }
}

pub(crate) fn csv_line(cells: impl Iterator<Item = String>) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    // Memory takes every line.
    let _ = writer.write_record(cells);
    writer.into_inner().unwrap_or_default()
}

/// A workbook that grows page by page.
pub struct Sheet {
    workbook: Workbook,
    row: u32,
}

impl Sheet {
    pub fn new() -> Result<Self, XlsxError> {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet();
        sheet.set_name("一本账")?;
        for (place, (header, width)) in COLUMNS.iter().enumerate() {
            sheet.write_string(0, place as u16, *header)?;
            sheet.set_column_width(place as u16, *width)?;
        }
        sheet.set_freeze_panes(1, 0)?;
        Ok(Self { workbook, row: 1 })
    }

    pub fn add(&mut self, entries: &[Entry]) -> Result<(), XlsxError> {
        let sheet = self.workbook.worksheet_from_index(0)?;
        for entry in entries {
            for (place, cell) in cells(entry).into_iter().enumerate() {
                let place = place as u16;
                match (place, cell.parse::<f64>()) {
                    // Counts and scores; a code of digits stays a text.
                    (place, Ok(number)) if usize::from(place) >= WIDTH - COUNTS => {
                        sheet.write_number(self.row, place, number)?
                    }
                    _ if cell.is_empty() => continue,
                    _ => {
                        let cell: String = cell.chars().take(CELL).collect();
                        sheet.write_string(self.row, place, cell)?
                    }
                };
            }
            self.row += 1;
        }
        Ok(())
    }

    /// The workbook, and how many entries stand on its sheet. Whoever gives it away says on it who took it.
    pub fn finish(self) -> (Workbook, u64) {
        (self.workbook, u64::from(self.row) - 1)
    }
}
