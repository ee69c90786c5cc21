//! The workbook that goes back to the department: its own rows, with what is wrong beside them.

use rust_xlsxwriter::{Color, Format, Workbook};
use yandu_pack::Dataset;
use yandu_words::id::BatchId;

use super::{QuarantinedRow, Selection};
use crate::Result;
use crate::collector::Collector;

/// Rows of one sheet of a workbook, the header apart.
const SHEET_ROWS: usize = 1_000_000;
/// How the sheets with rows are called, each with its number behind it.
pub(super) const SHEET: &str = "问题数据";
/// Leading columns: the batch, the place of the record in the delivery, and reasons. By the first two a row is known when it comes back.
pub(super) const LEADING: [&str; 3] = ["批次", "记录序号", "问题"];

impl Collector {
    /// The quarantined rows of a batch as an xlsx workbook: the place of each record, the reasons in words, the cells
    /// under the headers of the dataset with the faulty ones marked; and how many rows it has. Mended it can be
    /// [taken back](Self::take_back). Columns that are not to be shown are left
    /// out. Whoever gives it away says on it who took it.
    pub async fn quarantine_workbook(
        &self,
        id: &BatchId,
        selection: &Selection,
        shows: impl Fn(&str) -> bool + Send,
    ) -> Result<(Workbook, u64)> {
        let batch = self.batch_record(id).await?;
        let rows = self.quarantined(id, selection).await?;
        let packs = self.packs();
        let columns: Vec<(String, String)> = packs
            .dataset(&batch.dataset)
            .map(columns)
            .unwrap_or_default();
        let titles: std::collections::HashMap<String, String> = packs
            .dataset(&batch.dataset)
            .map(|dataset| {
                let checks = &dataset.file().checks;
                checks
                    .iter()
                    .filter_map(|check| {
                        Some((check.name.clone(), check.title.as_ref()?.zh.clone()))
                    })
                    .collect()
            })
            .unwrap_or_default();
        let own = columns.iter().filter(|(name, _)| shows(name));
        let shown: Vec<(String, String)> = own.cloned().collect();
        let count = rows.len() as u64;
        let writing =
            tokio::task::spawn_blocking(move || workbook(&columns, &shown, &titles, &rows));
        Ok((writing.await??, count))
    }
}

/// The columns of a dataset, with the titles under which a workbook has them.
pub(super) fn columns(dataset: &Dataset) -> Vec<(String, String)> {
    let columns = dataset.file().columns.iter();
    columns
        .map(|(name, column)| (name.to_string(), column.title.zh.clone()))
        .collect()
}

fn workbook(
    columns: &[(String, String)],
    shown: &[(String, String)],
    titles: &std::collections::HashMap<String, String>,
    rows: &[QuarantinedRow],
) -> Result<Workbook> {
    let heading = Format::new()
        .set_bold()
        .set_background_color(Color::RGB(0x00E8_EEF7));
    let faulty = Format::new().set_background_color(Color::RGB(0x00FF_E3E0));
    let leading = LEADING.len() as u16;
    let mut workbook = Workbook::new();
    let pages: Vec<&[QuarantinedRow]> = if rows.is_empty() {
        vec![rows]
    } else {
        rows.chunks(SHEET_ROWS).collect()
    };
    for (page, rows) in pages.into_iter().enumerate() {
        let sheet = workbook.add_worksheet();
        sheet.set_name(format!("{SHEET}{}", page + 1))?;
        sheet.set_freeze_panes(1, leading)?;
        for (place, header) in (0..).zip(LEADING) {
            sheet.write_with_format(0, place, header, &heading)?;
        }
        sheet.set_column_width(0, 24)?;
        sheet.set_column_width(leading - 1, 40)?;
        for (place, (_, title)) in shown.iter().enumerate() {
            sheet.write_with_format(0, place as u16 + leading, title, &heading)?;
            sheet.set_column_width(place as u16 + leading, 18)?;
        }
        for (line, row) in rows.iter().enumerate() {
            let line = line as u32 + 1;
            sheet.write(line, 0, row.batch.as_str())?;
            sheet.write(line, 1, row.row as f64)?;
            sheet.write(line, 2, describe(columns, titles, row))?;
            for (place, (name, _)) in shown.iter().enumerate() {
                let Some(Some(text)) = row.cells.get(name) else {
                    continue;
                };
                let place = place as u16 + leading;
                // Texts stay texts: eighteen digits would lose three as a number.
                if row
                    .reasons
                    .iter()
                    .any(|reason| reason.column.as_ref() == Some(name))
                {
                    sheet.write_string_with_format(line, place, text, &faulty)?;
                } else {
                    sheet.write_string(line, place, text)?;
                }
            }
        }
    }
    Ok(workbook)
}

fn describe(
    columns: &[(String, String)],
    titles: &std::collections::HashMap<String, String>,
    row: &QuarantinedRow,
) -> String {
    let reasons: Vec<String> = row
        .reasons
        .iter()
        .map(|reason| {
            let title = titles
                .get(&reason.reason)
                .cloned()
                .unwrap_or_else(|| super::reason_title(&reason.reason));
            let title = reason.titled(&title);
            match &reason.column {
                Some(column) => {
                    let column = columns
                        .iter()
                        .find(|(name, _)| name == column)
                        .map_or(column.as_str(), |(_, title)| title);
                    format!("{column}：{title}")
                }
                None => title,
            }
        })
        .collect();
    reasons.join("；")
}
