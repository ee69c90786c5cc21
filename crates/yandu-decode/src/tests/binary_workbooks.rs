//! Workbooks in the binary form of Excel ([MS-XLSB]), put together here because no library writes them.

use super::*;

/// A record: its type and its length in seven bits a byte, then its content.
fn record(kind: u16, content: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let sevens = |mut number: u16, bytes: &mut Vec<u8>| {
        while number > 0x7F {
            bytes.push((number & 0x7F) as u8 | 0x80);
            number >>= 7;
        }
        bytes.push(number as u8);
    };
    sevens(kind, &mut bytes);
    sevens(content.len() as u16, &mut bytes);
    bytes.extend_from_slice(content);
    bytes
}

fn wide(text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let mut bytes = (units.len() as u32).to_le_bytes().to_vec();
    bytes.extend(units.into_iter().flat_map(u16::to_le_bytes));
    bytes
}

/// A workbook of one sheet with these texts, by row and column.
fn book(cells: &[(u32, u32, &str)]) -> Vec<u8> {
    const SHEET: u16 = 0x9C;
    const END_OF_SHEETS: u16 = 0x90;
    const END_OF_BOOK: u16 = 0x84;
    const DIMENSIONS: u16 = 0x94;
    const DATA: u16 = 0x91;
    const ROW: u16 = 0;
    const TEXT: u16 = 6;
    const END_OF_DATA: u16 = 0x92;
    let named = [vec![0; 8], wide("rId1"), wide("sheet")].concat();
    let workbook = [
        record(SHEET, &named),
        record(END_OF_SHEETS, &[]),
        record(END_OF_BOOK, &[]),
    ]
    .concat();
    let mut sheet = [record(DIMENSIONS, &[0; 16]), record(DATA, &[])].concat();
    let mut present = None;
    for (row, column, text) in cells {
        if present.replace(row) != Some(row) {
            sheet.extend(record(ROW, &row.to_le_bytes()));
        }
        let content = [column.to_le_bytes().to_vec(), vec![0; 4], wide(text)].concat();
        sheet.extend(record(TEXT, &content));
    }
    sheet.extend(record(END_OF_DATA, &[]));
    zip(&[
        ("[Content_Types].xml", b"<Types/>"),
        (
            "xl/_rels/workbook.bin.rels",
            b"<Relationships><Relationship Id=\"rId1\" Target=\"worksheets/sheet1.bin\"/></Relationships>",
        ),
        ("xl/workbook.bin", &workbook),
        ("xl/worksheets/sheet1.bin", &sheet),
    ])
}

#[test]
fn a_binary_workbook_is_read_by_row_and_column() {
    let table = read(book(&[
        (0, 0, "姓名"),
        (0, 1, "住址"),
        (0, 2, "电话"),
        (1, 0, "张三"),
        (1, 2, "138"),
        (3, 0, "李四"),
    ]));
    assert_eq!(table.report.format, crate::Format::Xlsb);
    assert_eq!(table.header, ["姓名", "住址", "电话"]);
    assert_eq!(table.texts(0), ["张三", "∅", "138"]);
    assert_eq!(table.texts(1), ["李四", "∅", "∅"]);
    assert_eq!(table.faults, [], "empty cells at the end are left out");
}

#[test]
fn two_cells_at_the_corners_of_a_binary_sheet_need_no_grid_between_them() {
    let table = read(book(&[
        (0, 0, "a"),
        (0, 1, "b"),
        (1_048_575, 0, "2"),
        (1_048_575, 16_383, "1"),
    ]));
    assert_eq!(table.rows.len(), 1);
    assert!(matches!(
        table.faults[..],
        [(1, RowFaultKind::CellCount { .. })]
    ));
}
