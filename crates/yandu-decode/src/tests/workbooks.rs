use rust_xlsxwriter::{ExcelDateTime, Format as Look, Workbook};

use super::*;

fn saved(mut book: Workbook) -> Vec<u8> {
    book.save_to_buffer().unwrap()
}

#[test]
fn titles_merged_groups_dates_and_numbers_read_as_their_author_saw_them() {
    let mut book = Workbook::new();
    let look = Look::new();
    let day = Look::new().set_num_format("yyyy/m/d");
    let sheet = book.add_worksheet();
    sheet.set_name("登记").unwrap();
    sheet.merge_range(0, 0, 0, 5, "企业登记表", &look).unwrap();
    sheet.merge_range(1, 0, 2, 0, "企业名称", &look).unwrap();
    sheet.merge_range(1, 1, 1, 2, "登记", &look).unwrap();
    sheet.merge_range(1, 3, 1, 4, "金额", &look).unwrap();
    sheet.merge_range(1, 5, 2, 5, "在营", &look).unwrap();
    for (column, name) in ["日期", "时间", "注册资本", "实缴"].iter().enumerate() {
        sheet.write(2, column as u16 + 1, *name).unwrap();
    }
    sheet.write(3, 0, "盐城一厂").unwrap();
    let date = ExcelDateTime::from_ymd(2024, 2, 29).unwrap();
    sheet.write_with_format(3, 1, &date, &day).unwrap();
    let both = date.and_hms(8, 30, 0).unwrap();
    sheet.write_with_format(3, 2, &both, &day).unwrap();
    sheet.write(3, 3, 5_000_000).unwrap();
    sheet.write(3, 4, 0.1 + 0.2).unwrap();
    sheet.write(3, 5, true).unwrap();
    sheet.write(5, 0, "盐城二厂").unwrap();
    sheet.write(5, 3, -3).unwrap();
    sheet.write(6, 0, "合计").unwrap();
    sheet.write(6, 3, 4_999_997).unwrap();
    let table = read(saved(book));
    assert_eq!(
        table.header,
        ["企业名称", "日期", "时间", "注册资本", "实缴", "在营"]
    );
    assert_eq!(table.report.header_row, 3);
    assert_eq!(table.report.titles, ["企业登记表"]);
    assert_eq!(
        table.texts(0),
        [
            "盐城一厂",
            "2024-02-29",
            "2024-02-29 08:30:00",
            "5000000",
            "0.3",
            "true"
        ]
    );
    assert_eq!(table.texts(1), ["盐城二厂", "∅", "∅", "-3", "∅", "∅"]);
    assert!(matches!(&table.faults[..], [(3, RowFaultKind::Syntax(_))]));
}

#[test]
fn an_identifier_stored_as_a_number_has_lost_digits_and_says_so() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 0, "姓名").unwrap();
    sheet.write(0, 1, "证件号").unwrap();
    sheet.write(1, 0, "张三").unwrap();
    sheet.write(1, 1, 320_902_199_001_011_234_f64).unwrap();
    sheet.write(2, 0, "李四").unwrap();
    sheet.write(2, 1, "320902199001011234").unwrap();
    let table = read(saved(book));
    assert!(
        matches!(&table.faults[..], [(1, RowFaultKind::Syntax(why))] if why.zh.contains("证件号") && why.english().contains("18"))
    );
    assert_eq!(table.texts(1)[1], "320902199001011234");
}

#[test]
fn the_sheet_with_the_declared_names_is_read() {
    let mut book = Workbook::new();
    let notes = book.add_worksheet();
    notes.set_name("说明").unwrap();
    for (column, text) in ["填报说明", "联系人"].iter().enumerate() {
        notes.write(0, column as u16, *text).unwrap();
        notes.write(1, column as u16, "略").unwrap();
    }
    let data = book.add_worksheet();
    data.set_name("数据").unwrap();
    for (column, text) in ["统一社会信用代码", "企业名称"].iter().enumerate() {
        data.write(0, column as u16, *text).unwrap();
        data.write(1, column as u16, "x").unwrap();
    }
    let bytes = saved(book);
    assert_eq!(read(bytes.clone()).report.sheet.as_deref(), Some("说明"));
    let known = Hints {
        known_headers: vec!["企业名称".to_owned(), "统一社会信用代码".to_owned()],
        ..Hints::default()
    };
    let table = read_with(bytes.clone(), &known);
    assert_eq!(table.report.sheet.as_deref(), Some("数据"));
    assert!(table.report.notes.iter().any(|note| note.contains("说明")));
    let named = Hints {
        sheet: Some("无".to_owned()),
        ..Hints::default()
    };
    let error = open_bytes(bytes, &named).err().unwrap();
    assert_eq!(error.code(), "no-such-sheet");
    assert!(error.help().contains("数据"));
}

/// A workbook as a script writes it, with these rows of XML.
fn scripted(rows: &str) -> Vec<u8> {
    let sheet = format!("<worksheet><sheetData>{rows}</sheetData></worksheet>");
    zip(&[
        ("[Content_Types].xml", b"<Types/>"),
        (
            "_rels/.rels",
            b"<Relationships><Relationship Id=\"rId1\" Target=\"xl/workbook.xml\" \
              Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\"/></Relationships>",
        ),
        (
            "xl/_rels/workbook.xml.rels",
            b"<Relationships><Relationship Id=\"rId1\" Target=\"worksheets/sheet1.xml\" \
              Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\"/></Relationships>",
        ),
        (
            "xl/workbook.xml",
            b"<workbook xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets>\
              <sheet name=\"data\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>",
        ),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ])
}

#[test]
fn a_formula_that_nobody_computed_is_no_empty_cell() {
    let known = Hints {
        known_headers: vec!["name".to_owned(), "amount".to_owned()],
        ..Hints::default()
    };
    let book = scripted(
        r#"<row r="1"><c r="A1" t="inlineStr"><is><t>name</t></is></c><c r="B1" t="inlineStr"><is><t>amount</t></is></c></row>
           <row r="2"><c r="A2" t="inlineStr"><is><t>x</t></is></c><c r="B2"><f>1+1</f><v></v></c></row>
           <row r="3"><c r="A3" t="inlineStr"><is><t>y</t></is></c><c r="B3"><f>1+1</f><v>2</v></c></row>
           <row r="4"><c r="A4" t="inlineStr"><is><t>z</t></is></c><c r="B4" t="str"><f>""</f><v></v></c></row>
           <row r="5"><c r="A5"><f>A4</f></c><c r="B5"/></row>
           <row r="6"><c r="A6" t="inlineStr"><is><t>w</t></is></c><c r="B6"/></row>"#,
    );
    let table = read_with(book, &known);
    let rows: Vec<Vec<&str>> = (0..5).map(|row| table.texts(row)).collect();
    assert_eq!(
        rows,
        [["x", "∅"], ["y", "2"], ["z", "∅"], ["∅", "∅"], ["w", "∅"]]
    );
    let told: Vec<(u64, &str)> = table
        .faults
        .iter()
        .map(|(row, fault)| match fault {
            RowFaultKind::Syntax(why) => (*row, why.english()),
            _ => (*row, ""),
        })
        .collect();
    assert_eq!(
        told,
        [
            (
                1,
                "a formula without a stored value in column `amount`: open the file in Excel, save it and deliver it again"
            ),
            (
                4,
                "a formula without a stored value in column `name`: open the file in Excel, save it and deliver it again"
            ),
        ]
    );
}

#[test]
fn zeros_that_a_format_shows_before_a_number_are_a_part_of_it_in_a_column_of_texts_alone() {
    let mut book = Workbook::new();
    let four = Look::new().set_num_format("0000");
    let cents = Look::new().set_num_format("0.00");
    let sheet = book.add_worksheet();
    for (column, name) in ["编-号", "金额", "备注", "月份"].iter().enumerate() {
        sheet.write(0, column as u16, *name).unwrap();
    }
    sheet.write_with_format(1, 0, 1, &four).unwrap();
    sheet.write_with_format(1, 3, 7, &four).unwrap();
    sheet.write_with_format(1, 1, 5, &cents).unwrap();
    sheet.write_with_format(1, 2, "a", &four).unwrap();
    sheet.write_with_format(2, 0, 12345, &four).unwrap();
    sheet.write(3, 0, 7).unwrap();
    sheet.write_with_format(70, 0, 42, &four).unwrap();
    let bytes = saved(book);
    let known = Hints {
        text_headers: vec!["编号".to_owned(), "备注".to_owned()],
        ..Hints::default()
    };
    let table = read_with(bytes.clone(), &known);
    let rows: Vec<Vec<&str>> = (0..4).map(|row| table.texts(row)).collect();
    assert_eq!(
        rows,
        [
            ["0001", "5", "a", "7"],
            ["12345", "∅", "∅", "∅"],
            ["7", "∅", "∅", "∅"],
            ["0042", "∅", "∅", "∅"]
        ]
    );
    let undeclared = read(bytes);
    assert_eq!(undeclared.texts(0), ["1", "5", "a", "7"]);
}

#[test]
fn a_cell_merged_over_rows_of_data_holds_for_all_of_them() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, name) in ["户号", "姓名"].iter().enumerate() {
        sheet.write(0, column as u16, *name).unwrap();
    }
    sheet.merge_range(1, 0, 2, 0, "H1", &Look::new()).unwrap();
    sheet.write(1, 1, "张三").unwrap();
    sheet.write(2, 1, "李四").unwrap();
    sheet.write(3, 1, "王五").unwrap();
    let table = read(saved(book));
    let rows: Vec<Vec<&str>> = (0..3).map(|row| table.texts(row)).collect();
    assert_eq!(rows, [["H1", "张三"], ["H1", "李四"], ["∅", "王五"]]);
}

#[test]
fn two_cells_at_the_corners_of_a_sheet_need_no_grid_between_them() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, name) in ["a", "b"].iter().enumerate() {
        sheet.write(0, column as u16, *name).unwrap();
    }
    sheet.write(1_048_575, 16_383, 1).unwrap();
    sheet.write(1_048_575, 0, 2).unwrap();
    let table = read(saved(book));
    assert_eq!(table.rows.len(), 1);
    assert!(matches!(
        table.faults[..],
        [(1, RowFaultKind::CellCount { .. })]
    ));
}

#[test]
fn a_large_sheet_comes_in_blocks() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 0, "name").unwrap();
    sheet.write(0, 1, "value").unwrap();
    for row in 1..=40_000 {
        sheet.write(row, 0, "x").unwrap();
        sheet.write(row, 1, row).unwrap();
    }
    let table = read(saved(book));
    assert_eq!(table.rows.len(), 40_000);
    assert_eq!(table.texts(39_999), ["x", "40000"]);
}

#[test]
fn damage_anywhere_in_a_workbook_is_no_panic_of_ours() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for row in 0..50 {
        sheet.write(row, 0, format!("name {row}")).unwrap();
        sheet.write(row, 1, row).unwrap();
    }
    let bytes = saved(book);
    for at in (0..bytes.len()).step_by(97) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0xFF;
        drop(open_bytes(damaged, &Hints::default()).and_then(collect));
        drop(open_bytes(bytes[..at].to_vec(), &Hints::default()).and_then(collect));
    }
}
