//! How the encoding, the delimiter and the header of a text are found out.

use encoding_rs::{BIG5, GB18030};

use super::*;
use crate::Error;

const RESIDENTS: &str = "姓名,住址,电话\n王秀英,江苏省盐城市亭湖区建军中路12号,13800000001\n李建国,盐城市盐都区世纪大道|3幢,13800000002\n陈玉兰,射阳县合德镇解放路,13800000003\n";

#[test]
fn chinese_encodings_are_told_apart() {
    let check = |bytes: Vec<u8>, name: &str| {
        let table = read(bytes);
        assert_eq!(table.report.encoding.as_deref(), Some(name));
        assert_eq!(table.header, ["姓名", "住址", "电话"], "{name}");
        assert_eq!(texts(&table.rows[2])[1], "射阳县合德镇解放路");
        assert!(table.faults.is_empty());
    };
    check(RESIDENTS.into(), "UTF-8");
    check(format!("\u{FEFF}{RESIDENTS}").into(), "UTF-8");
    check(GB18030.encode(RESIDENTS).0.into(), "GB18030");
    for mark in [true, false] {
        let units: Vec<u16> = mark
            .then_some(0xFEFF)
            .into_iter()
            .chain(RESIDENTS.encode_utf16())
            .collect();
        check(
            units.iter().flat_map(|unit| unit.to_le_bytes()).collect(),
            "UTF-16LE",
        );
        check(
            units.iter().flat_map(|unit| unit.to_be_bytes()).collect(),
            "UTF-16BE",
        );
    }
    let taiwan =
        "姓名,住址,電話\n陳玉蘭,臺北市中正區重慶南路一段,02\n林志明,高雄市苓雅區四維三路,07\n";
    let table = read(BIG5.encode(taiwan).0.into_owned());
    assert_eq!(table.report.encoding.as_deref(), Some("Big5"));
    assert_eq!(texts(&table.rows[0])[1], "臺北市中正區重慶南路一段");
}

#[test]
fn latin_letters_with_accents_are_not_taken_for_chinese() {
    let table =
        read(&b"id,Descripci\xf3n\n1,Legislaci\xf3n pol\xedtica\n2,Gesti\xf3n p\xfablica\n"[..]);
    assert_eq!(table.report.encoding.as_deref(), Some("windows-1252"));
    assert_eq!(table.header, ["id", "Descripción"]);
}

#[test]
fn lines_in_another_encoding_than_most_are_rows_at_fault() {
    let mut bytes = RESIDENTS
        .repeat(3)
        .replace("姓名,住址,电话\n", "")
        .into_bytes();
    bytes.splice(0..0, "姓名,住址,电话\n".bytes());
    bytes.extend_from_slice(&GB18030.encode("赵敏,大丰区,139\n").0);
    bytes.extend_from_slice("钱进,建湖县,138\n".as_bytes());
    let table = read(bytes);
    assert_eq!(table.report.encoding.as_deref(), Some("UTF-8"));
    assert_eq!(table.faults, [(10, RowFaultKind::Encoding)]);
    assert_eq!(texts(&table.rows[10]), ["钱进", "建湖县", "138"]);
}

#[test]
fn a_record_torn_inside_a_character_lacks_cells() {
    let mut bytes = GB18030.encode(RESIDENTS).0.into_owned();
    bytes.extend_from_slice(&GB18030.encode("赵敏,大丰区").0);
    bytes.pop();
    let table = read(bytes);
    assert_eq!(
        table.faults,
        [(
            4,
            RowFaultKind::CellCount {
                found: 2,
                expected: 3
            }
        )]
    );
}

#[test]
fn a_bar_that_is_the_second_byte_of_a_character_does_not_separate() {
    let text = "姓名|住址\n王秀英|涀涁镇\n李建国|亭湖区\n陈玉兰|盐都区\n";
    let bytes = GB18030.encode(text).0.into_owned();
    let table = read(bytes);
    assert_eq!(table.report.delimiter, Some('|'));
    assert_eq!(texts(&table.rows[0]), ["王秀英", "涀涁镇"]);
    let inside: Vec<char> = ('\u{4E00}'..'\u{9FA5}')
        .filter(|c| GB18030.encode(&c.to_string()).0.get(1) == Some(&b'|'))
        .collect();
    let name: String = inside.iter().take(20).collect();
    let text = format!("姓名|住址\n王秀英|{name}\n李建国|亭湖区\n陈玉兰|盐都区\n");
    let table = read(GB18030.encode(&text).0.into_owned());
    assert_eq!(texts(&table.rows[0]), ["王秀英", name.as_str()]);
    assert!(table.faults.is_empty());
}

#[test]
fn a_declared_encoding_wins() {
    let hints = Hints {
        encoding: Some("gbk".to_owned()),
        ..Hints::default()
    };
    let table = read_with(GB18030.encode(RESIDENTS).0.into_owned(), &hints);
    assert_eq!(table.report.encoding.as_deref(), Some("GB18030"));
    assert_eq!(table.report.encoding_reason, "declared");
    let hints = Hints {
        encoding: Some("klingon".to_owned()),
        ..Hints::default()
    };
    let error = open_bytes(RESIDENTS.into(), &hints).err().unwrap();
    assert_eq!(error.code(), "unknown-encoding");
}

#[test]
fn an_encoding_that_shows_late_in_a_long_file_is_seen() {
    let mut bytes = b"name,id\n".to_vec();
    bytes.extend_from_slice("someone,123456\n".repeat(150_000).as_bytes());
    bytes.extend_from_slice(&GB18030.encode("王秀英,1\n").0);
    let table = read(bytes);
    assert_eq!(table.report.encoding.as_deref(), Some("GB18030"));
    assert_eq!(table.rows.last().unwrap()[0].as_deref(), Some("王秀英"));
    assert!(table.faults.is_empty());
}

#[test]
fn delimiters_are_told_by_how_evenly_they_divide() {
    for (delimiter, text) in [
        (';', "a;b\n1,5;2,7\n3,1;4,2\n"),
        (
            '\t',
            "name\taddress\nx\troad 1, flat 2\ny\troad 2, flat 3\n",
        ),
        ('|', "a|b|c\n1|2|3\n4|5|6\n"),
        (',', "a,b\nx;y,1\nz,2\n"),
    ] {
        assert_eq!(read(text).report.delimiter, Some(delimiter), "{text}");
    }
}

#[test]
fn titles_above_the_header_are_reported_and_passed_over() {
    let table = check(
        "2024年常住人口登记表,,,\n填报单位：亭湖分局,,,\n\n姓名,证件号,性别,住址\n张三,1,男,建军路\n李四,2,女,毓龙路\n",
        &["姓名", "证件号", "性别", "住址"],
        &[
            &["张三", "1", "男", "建军路"],
            &["李四", "2", "女", "毓龙路"],
        ],
    );
    assert_eq!(table.report.header_row, 4);
    assert_eq!(table.report.skipped_rows_above, 2);
    assert_eq!(
        table.report.titles,
        ["2024年常住人口登记表", "填报单位：亭湖分局"]
    );
}

#[test]
fn a_header_of_two_rows_gives_the_lower_names() {
    let table = read("姓名,联系方式,,备注\n,电话,地址,\n张三,138,建军路,无\n李四,139,毓龙路,\n");
    assert_eq!(table.header, ["姓名", "电话", "地址", "备注"]);
    assert_eq!(table.rows.len(), 2);
}

#[test]
fn declared_names_find_a_header_that_shape_would_not() {
    let hints = Hints {
        known_headers: vec!["姓名".to_owned(), "证件号码".to_owned()],
        ..Hints::default()
    };
    let table = read_with(
        "甲表,乙表,丙表\n姓 名,＊证件号码,2024\n张三,1,5\n李四,2,6\n",
        &hints,
    );
    assert_eq!(table.header, ["姓 名", "＊证件号码", "2024"]);
    assert_eq!(table.report.header_row, 2);
}

#[test]
fn a_file_without_header_is_refused_unless_its_columns_are_declared() {
    let text = "1,null,0,0\n2,0,0,null\n";
    let error = open_bytes(text.into(), &Hints::default()).err().unwrap();
    assert!(matches!(error, Error::NoHeader));
    assert!(error.help().contains("columns"));
    let hints = Hints {
        columns: Some(["a", "b", "c", "d"].map(str::to_owned).to_vec()),
        ..Hints::default()
    };
    let table = read_with(text, &hints);
    assert_eq!(table.rows.len(), 2);
    assert_eq!(table.report.header_row, 0);
}

#[test]
fn a_declared_header_row_is_taken_or_missed() {
    let at = |row| Hints {
        header_row: Some(row),
        ..Hints::default()
    };
    assert_eq!(read_with("x,y\na,b\n1,2\n", &at(2)).header, ["a", "b"]);
    let error = open_bytes(b"x,y\n".to_vec(), &at(9)).err().unwrap();
    assert_eq!(error.code(), "no-such-row");
}

#[test]
fn unnamed_and_repeated_names_are_made_distinct() {
    let table = read("a,,a\n1,2,3\n");
    assert_eq!(table.header, ["a", "column_2", "a_2"]);
}
