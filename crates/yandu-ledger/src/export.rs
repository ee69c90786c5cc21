//! Entries as a table for people, under the headers of a catalogue and in its words.
//!
//! A table says less of columns than an entry knows; what is to come back as it went is handed over as JSON Lines.

use rust_xlsxwriter::{Workbook, XlsxError};

use crate::entry::Entry;
use crate::import::said;

/// The columns of the table: header, and width in signs.
const COLUMNS: [(&str, f64); 27] = [
    ("编号", 28.0),
    ("信息资源分类", 14.0),
    ("信息资源代码", 18.0),
    ("信息资源名称", 30.0),
    ("英文名称", 24.0),
    ("信息资源提供方", 18.0),
    ("提供方代码", 20.0),
    ("信息资源摘要", 40.0),
    ("信息资源格式", 12.0),
    ("信息项", 40.0),
    ("共享类型", 12.0),
    ("共享依据", 20.0),
    ("共享条件", 24.0),
    ("共享方式", 12.0),
    ("开放类型", 12.0),
    ("开放条件", 20.0),
    ("更新周期", 10.0),
    ("数据分级", 12.0),
    ("行政区划代码", 14.0),
    ("联系方式", 18.0),
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

fn cells(entry: &Entry) -> [String; 27] {
    let content = &entry.content;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let word = |field: &str, word: Option<String>| {
        word.map(|word| said(field, &word).to_owned())
            .unwrap_or_default()
    };
    let name = |value: Option<serde_json::Value>| {
        value.and_then(|value| value.as_str().map(ToOwned::to_owned))
    };
    let class = name(
        content
            .sharing
            .class
            .and_then(|class| serde_json::to_value(class).ok()),
    );
    let opening = name(
        content
            .opening
            .and_then(|opening| serde_json::to_value(opening).ok()),
    );
    let columns: Vec<String> = content
        .columns
        .iter()
        .map(|column| match &column.value_type {
            Some(of) => format!("{}：{of}", column.title.zh),
            None => column.title.zh.clone(),
        })
        .collect();
    let points: Vec<String> = content.points.iter().map(ToString::to_string).collect();
    let lacks: Vec<&str> = entry
        .lacks
        .iter()
        .map(|element| element.chinese())
        .collect();
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
        columns.join("；"),
        word("sharing.class", class),
        text(&content.sharing.basis),
        text(&content.sharing.condition),
        word(
            "sharing.method",
            content
                .sharing
                .method
                .map(|method| method.name().to_owned()),
        ),
        word("opening", opening),
        text(&content.opening_condition),
        word(
            "refresh",
            content.refresh.map(|refresh| refresh.name().to_owned()),
        ),
        word("grade", content.grade.map(|grade| grade.name().to_owned())),
        text(&content.division),
        text(&content.contact),
        content.tags.join("、"),
        points.join("、"),
        said("status", entry.status.name()).to_owned(),
        entry.published_at.map(day).unwrap_or_default(),
        lacks.join("、"),
        entry
            .facts
            .rows
            .map(|rows| rows.to_string())
            .unwrap_or_default(),
        entry
            .facts
            .score
            .map(|score| format!("{score:.1}"))
            .unwrap_or_default(),
    ]
}

/// The day on the clocks of the city.
fn day(at: jiff::Timestamp) -> String {
    let zone = jiff::tz::TimeZone::fixed(jiff::tz::Offset::constant(8));
    zone.to_datetime(at).date().to_string()
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
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t']) && cell.parse::<f64>().is_err();
    if is_formula { format!("'{cell}") } else { cell }
}

fn csv_line(cells: impl Iterator<Item = String>) -> Vec<u8> {
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
                    (25.., Ok(number)) => sheet.write_number(self.row, place, number)?,
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

    pub fn finish(mut self) -> Result<Vec<u8>, XlsxError> {
        self.workbook.save_to_buffer()
    }
}
