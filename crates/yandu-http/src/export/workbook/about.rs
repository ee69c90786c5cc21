//! What a workbook says of itself: on a sheet of its own, and on each printed page.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};
use yandu_access::Receipt;
use yandu_policy::Way;
use yandu_words::calendar::CITY_CLOCK;

use super::TEXT_LENGTH;

/// Signs of a name on a printed page; Excel takes 255 for a line with its codes.
const PRINTED: usize = 60;

/// Puts the sheet 说明 behind the data, and reader and time on the printed pages of all sheets. `left_out` names the columns that are
/// not in the data, each with the reason.
pub(super) fn tell(
    workbook: &mut Workbook,
    receipt: &Receipt,
    rows: u64,
    is_cut: bool,
    left_out: &[String],
) -> Result<(), XlsxError> {
    // The record of when a file was made is that of its receipt.
    let seconds = receipt.begun_at.as_second();
    let properties = DocProperties::new()
        .set_author(&receipt.file.reader)
        .set_creation_datetime(&ExcelDateTime::from_timestamp(seconds)?);
    workbook.set_properties(&properties);
    let sheet = workbook.add_worksheet();
    sheet.set_name("说明")?;
    sheet.set_column_width(0, 24)?;
    sheet.set_column_width(1, 96)?;
    let label = Format::new().set_bold();
    let text = Format::new().set_num_format("@").set_text_wrap();
    for (line, (name, said)) in (0..).zip(lines(receipt, rows, is_cut, left_out)) {
        sheet.write_string_with_format(line, 0, name, &label)?;
        sheet.write_string_with_format(line, 1, said, &text)?;
    }
    for sheet in workbook.worksheets_mut() {
        print_reader(sheet, receipt);
    }
    Ok(())
}

/// Who took a file away, when, and under which receipt, on one line.
pub(crate) fn taken(receipt: &Receipt) -> String {
    format!(
        "读者 {} · 时间 {} · 凭证 {}",
        reader(receipt),
        time(receipt),
        receipt.id
    )
}

fn lines(
    receipt: &Receipt,
    rows: u64,
    is_cut: bool,
    left_out: &[String],
) -> Vec<(&'static str, String)> {
    let file = &receipt.file;
    let mut lines = vec![
        ("凭证 · Receipt", receipt.id.to_string()),
        ("读者 · Reader", reader(receipt)),
        ("时间 · Time", time(receipt)),
    ];
    let purpose = file.purpose.clone();
    lines.extend(purpose.map(|purpose| ("用途 · Purpose", purpose)));
    let way = match file.way {
        Way::Page => "页面 · page",
        Way::Export => "文件 · export",
        Way::Interface => "接口 · interface",
    };
    lines.push(("途径 · Way", way.to_owned()));
    let more = if is_cut {
        "（还有更多行，按要求只取到这里 · more rows were not asked for）"
    } else {
        ""
    };
    lines.push(("行数 · Rows", format!("{rows}{more}")));
    let left_out = left_out.iter().cloned();
    lines.extend(left_out.map(|column| ("未列出的列 · Left out", column)));
    let batch = file.batch.clone();
    lines.extend(batch.map(|batch| ("批次 · Delivery", batch)));
    for read in &file.read {
        let version = read.version.map_or("—".to_owned(), |at| at.to_string());
        lines.push((
            "数据集@版本 · Dataset",
            format!("{}@{version}", read.dataset),
        ));
        for permit in &read.permits {
            lines.push(("依据 · Permit", permit.as_ref().to_owned()));
        }
    }
    let policy = file.policy.as_deref().unwrap_or("—").to_owned();
    lines.push(("策略集 · Policies", policy));
    lines.extend(pieces(&file.sql).map(|piece| ("查询 · SQL", piece)));
    lines
}

fn reader(receipt: &Receipt) -> String {
    format!("{}（{}）", receipt.file.name, receipt.file.reader)
}

fn time(receipt: &Receipt) -> String {
    let at = CITY_CLOCK.to_datetime(receipt.begun_at);
    at.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// A text in pieces that each fit into a cell.
fn pieces(text: &str) -> impl Iterator<Item = String> {
    let signs: Vec<char> = text.chars().collect();
    // Half of them, because a sign may be two units.
    let pieces = signs.chunks(TEXT_LENGTH / 2);
    pieces
        .map(|piece| piece.iter().collect())
        .collect::<Vec<String>>()
        .into_iter()
}

fn print_reader(sheet: &mut Worksheet, receipt: &Receipt) {
    let reader: String = reader(receipt).chars().take(PRINTED).collect();
    // Excel reads codes behind this sign.
    let reader = reader.replace('&', "&&");
    sheet.set_header(format!("&L{reader}&R{}", time(receipt)));
    sheet.set_footer(format!("&L凭证 {}&R&P / &N", receipt.id));
}
