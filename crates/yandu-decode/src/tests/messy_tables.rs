use serde::Deserialize;

use super::*;

const TRUTH: &str = include_str!("../../tests/fixtures/messy-tables.json");

#[derive(Deserialize)]
struct Truth {
    files: Vec<Expected>,
}

#[derive(Deserialize)]
struct Expected {
    file: String,
    refused: Option<String>,
    declared: Option<Vec<String>>,
    format: Option<String>,
    sheet: Option<String>,
    member: Option<String>,
    encoding: Option<String>,
    delimiter: Option<char>,
    header_row: Option<u32>,
    columns: Option<Vec<String>>,
    rows: Option<usize>,
    #[serde(default)]
    faulty: usize,
    first: Option<Row>,
    last: Option<Row>,
    row: Option<Placed>,
}

#[derive(Deserialize)]
struct Placed {
    place: usize,
    cells: Row,
}

#[test]
fn every_messy_table_is_read_as_by_eye_or_refused_for_its_reason() {
    let Some(folder) = shared_data("messy-tables") else {
        return;
    };
    let truth: Truth = serde_json::from_str(TRUTH).unwrap();
    let mut imported = 0;
    for expected in &truth.files {
        let hints = Hints {
            columns: expected.declared.clone(),
            ..Hints::default()
        };
        let outcome = open(&folder.join(&expected.file), &hints).and_then(collect);
        match (&expected.refused, outcome) {
            (Some(code), Err(error)) => assert_eq!(error.code(), code, "{}", expected.file),
            (None, Ok(table)) => {
                check(expected, &table);
                imported += usize::from(expected.declared.is_none());
            }
            (_, Err(error)) => panic!("{} is refused: {error}", expected.file),
            (_, Ok(_)) => panic!("{} should be refused", expected.file),
        }
    }
    assert!(imported >= 22, "{imported} imported");
    println!("{imported} of 28 files imported as they are");
}

fn check(expected: &Expected, table: &Table) {
    let file = &expected.file;
    let report = &table.report;
    let format = serde_json::to_value(report.format).unwrap();
    assert_eq!(format.as_str(), expected.format.as_deref(), "{file}");
    assert_eq!(Some(report.header_row), expected.header_row, "{file}");
    assert_eq!(Some(&table.header), expected.columns.as_ref(), "{file}");
    assert_eq!(Some(table.rows.len()), expected.rows, "{file}");
    assert_eq!(table.faults.len(), expected.faulty, "{file}");
    for (declared, found) in [
        (&expected.sheet, &report.sheet),
        (&expected.member, &report.member),
        (&expected.encoding, &report.encoding),
    ] {
        assert!(declared.is_none() || declared == found, "{file}");
    }
    if expected.delimiter.is_some() {
        assert_eq!(report.delimiter, expected.delimiter, "{file}");
    }
    if expected.first.is_some() {
        assert_eq!(table.rows.first(), expected.first.as_ref(), "{file}");
    }
    if expected.last.is_some() {
        assert_eq!(table.rows.last(), expected.last.as_ref(), "{file}");
    }
    if let Some(row) = &expected.row {
        assert_eq!(table.rows.get(row.place - 1), Some(&row.cells), "{file}");
    }
}

#[test]
fn lines_that_end_in_bare_cr_are_read() {
    let Some(folder) = shared_data("nyc311-20131225") else {
        return;
    };
    let opened = open(&folder.join("nyc311_2013-12-25.csv"), &Hints::default()).unwrap();
    let table = collect(opened).unwrap();
    assert_eq!(table.report.line_end.as_deref(), Some("cr"));
    assert_eq!((table.rows.len(), table.header.len()), (2386, 20));
    let empty = table.rows.iter().flatten().filter(|cell| cell.is_none());
    assert_eq!(empty.count(), 5929);
    assert!(table.faults.is_empty());
}

#[test]
fn a_gb18030_copy_of_the_villages_has_the_same_rows() {
    let Some(folder) = shared_data("cn-divisions") else {
        return;
    };
    let bytes = std::fs::read(folder.join("villages_yancheng.csv")).unwrap();
    let chinese = encoding_rs::GB18030
        .encode(std::str::from_utf8(&bytes).unwrap())
        .0;
    let (ours, theirs) = (read(bytes.clone()), read(chinese.into_owned()));
    assert_eq!(theirs.report.encoding.as_deref(), Some("GB18030"));
    assert_eq!(ours.rows.len(), 2494);
    assert_eq!(ours.rows, theirs.rows);
}
