//! How text is cut into records and cells; the file beside has how its form is found out.

mod form;

use encoding_rs::GB18030;
use proptest::prelude::*;
use yandu_check::block::{RowFaultKind, TextBlock};

use super::super::{Hints, Limits, Opened, Report, Rows, open_bytes, open_bytes_within};
use super::scanner::{Cell, Record, Scanner};

type Row = Vec<Option<String>>;

struct Table {
    report: Report,
    header: Vec<String>,
    rows: Vec<Row>,
    records: Vec<String>,
    faults: Vec<(u64, RowFaultKind)>,
    places: Vec<u64>,
}

fn collect(opened: Opened) -> Table {
    let mut table = Table {
        report: opened.report,
        header: opened.header,
        rows: Vec::new(),
        records: Vec::new(),
        faults: Vec::new(),
        places: Vec::new(),
    };
    for block in opened.rows.into_blocks() {
        let block: TextBlock = block.unwrap();
        assert_eq!(block.cells.len(), block.rows() * block.width);
        assert_eq!(block.width, table.header.len());
        for row in 0..block.rows() {
            let cells = (0..block.width).map(|column| block.cell(row, column).map(str::to_owned));
            table.rows.push(cells.collect());
            table.records.push(block.record(row).to_owned());
            table.places.push(block.first_row + row as u64);
        }
        for fault in block.faults {
            table
                .faults
                .push((block.first_row + u64::from(fault.row), fault.kind));
        }
    }
    let places: Vec<u64> = (1..=table.rows.len() as u64).collect();
    assert_eq!(table.places, places);
    table
}

fn read(bytes: impl Into<Vec<u8>>) -> Table {
    collect(open_bytes(bytes.into(), &Hints::default()).unwrap())
}

fn read_with(bytes: impl Into<Vec<u8>>, hints: &Hints) -> Table {
    collect(open_bytes(bytes.into(), hints).unwrap())
}

fn texts(row: &Row) -> Vec<&str> {
    row.iter()
        .map(|cell| cell.as_deref().unwrap_or("∅"))
        .collect()
}

#[track_caller]
fn check(text: &str, header: &[&str], rows: &[&[&str]]) -> Table {
    let table = read(text);
    assert_eq!(table.header, header);
    let found: Vec<Vec<&str>> = table.rows.iter().map(texts).collect();
    assert_eq!(found, rows);
    table
}

#[test]
fn an_empty_cell_is_absent_and_a_quoted_empty_cell_is_empty_text() {
    let table = check("a,b\n1,\n2,\"\"\n", &["a", "b"], &[&["1", "∅"], &["2", ""]]);
    assert!(table.faults.is_empty());
}

#[test]
fn quotes_hold_delimiters_line_ends_and_doubled_quotes() {
    check(
        "a,b\n\"x, y\",\"say \"\"hi\"\"\"\n\"two\nlines\",z\n",
        &["a", "b"],
        &[&["x, y", "say \"hi\""], &["two\nlines", "z"]],
    );
}

#[test]
fn a_quote_inside_an_unquoted_cell_is_text() {
    let table = check(
        "a,b\n5\" pipe,1\n6\" pipe,2\n",
        &["a", "b"],
        &[&["5\" pipe", "1"], &["6\" pipe", "2"]],
    );
    assert!(table.faults.is_empty());
}

#[test]
fn spaces_before_a_quote_do_not_hide_it() {
    check(
        "date, temperature, place\n2011-01-03, \"6,000,000\",Galway\n",
        &["date", "temperature", "place"],
        &[&["2011-01-03", "6,000,000", "Galway"]],
    );
}

#[test]
fn crlf_and_bare_cr_end_lines() {
    let rows: &[&[&str]] = &[&["1", "2"], &["3", "∅"]];
    let table = check("a,b\r\n1,2\r\n3,\r\n", &["a", "b"], rows);
    assert_eq!(table.report.line_end.as_deref(), Some("crlf"));
    let table = check("a,b\r1,2\r3,\r", &["a", "b"], rows);
    assert_eq!(table.report.line_end.as_deref(), Some("cr"));
    check("a,b\r\"1\",2\r3,", &["a", "b"], rows);
}

#[test]
fn a_last_line_needs_no_end() {
    check("a,b\n1,2", &["a", "b"], &[&["1", "2"]]);
    check("a,b\r\n1,\"2\"", &["a", "b"], &[&["1", "2"]]);
    check("a,b\n1,", &["a", "b"], &[&["1", "∅"]]);
}

#[test]
fn blank_lines_are_no_rows_and_take_no_place() {
    let table = check(
        "a,b\n\n1,2\n   \n,\n\r\n3,4\n\n",
        &["a", "b"],
        &[&["1", "2"], &["3", "4"]],
    );
    assert_eq!(table.places, [1, 2]);
}

#[test]
fn a_row_with_another_number_of_cells_is_kept_and_reported() {
    let table = check(
        "a,b,c\n1,2,3\n1,2\n1,2,3,4\n7,8,9\n",
        &["a", "b", "c"],
        &[
            &["1", "2", "3"],
            &["1", "2", "∅"],
            &["1", "2", "3"],
            &["7", "8", "9"],
        ],
    );
    assert_eq!(
        table.faults,
        [
            (
                2,
                RowFaultKind::CellCount {
                    found: 2,
                    expected: 3
                }
            ),
            (
                3,
                RowFaultKind::CellCount {
                    found: 4,
                    expected: 3
                }
            ),
        ]
    );
    assert_eq!(table.records[2], "1,2,3,4");
}

#[test]
fn a_delimiter_at_the_end_of_every_row_is_tolerated() {
    let table = check(
        "a,b,\n1,2,\n3,4,\n",
        &["a", "b"],
        &[&["1", "2"], &["3", "4"]],
    );
    assert!(table.faults.is_empty());
    let table = check(
        "a,b\n1,2,\n3,4,\n",
        &["a", "b"],
        &[&["1", "2"], &["3", "4"]],
    );
    assert!(table.faults.is_empty());
}

#[test]
fn a_repeated_header_and_totals_are_rows_at_fault() {
    let table = read("姓名,金额\n张三,1\n姓名,金额\n李四,2\n合 计：,3\n");
    let kinds: Vec<u64> = table.faults.iter().map(|(row, _)| *row).collect();
    assert_eq!(kinds, [2, 4]);
    assert!(
        matches!(&table.faults[0].1, RowFaultKind::Syntax(why) if why.english().contains("header"))
    );
    assert!(matches!(&table.faults[1].1, RowFaultKind::Syntax(why) if why.zh.contains("合 计")));
}

#[test]
fn a_nul_byte_is_a_fault_of_its_row() {
    let table = read("a,b\n1,2\n3,x\0y\n5,6\n");
    assert_eq!(table.faults, [(2, RowFaultKind::ControlCharacter)]);
    assert_eq!(table.rows.len(), 3);
}

#[test]
fn a_quote_that_is_never_closed_costs_its_own_line_only() {
    let table = read("a,b\n1,2\n\"3,4\n5,6\n7,8\n");
    assert_eq!(table.faults, [(2, RowFaultKind::OpenQuote)]);
    assert_eq!(texts(&table.rows[2]), ["5", "6"]);
    assert_eq!(table.records[1], "\"3,4");
    assert_eq!(table.rows.len(), 4);
}

#[test]
fn a_stray_quote_does_not_swallow_the_rows_up_to_the_next_quoted_cell() {
    let table = read("a,b\n\"1,2\n3,4\n\"5\",6\n");
    assert_eq!(table.faults, [(1, RowFaultKind::OpenQuote)]);
    assert_eq!(texts(&table.rows[2]), ["5", "6"]);
}

#[test]
fn a_record_beyond_the_limit_is_refused_alone() {
    let limits = Limits {
        block_bytes: 64,
        record_bytes: 1000,
    };
    for long in [
        "x".repeat(5000),
        format!("\"{}\"", "x".repeat(5000)),
        format!("\"{}\"", "word word\n".repeat(500)),
    ] {
        let text = format!("a,b,c\n1,2,3\n4,{long},6\n7,8,9\n");
        let table =
            collect(open_bytes_within(text.into_bytes(), &Hints::default(), limits).unwrap());
        assert_eq!(table.rows.len(), 3);
        assert_eq!(texts(&table.rows[2]), ["7", "8", "9"]);
        assert!(
            matches!(table.faults[..], [(2, RowFaultKind::CellTooLong { bytes })] if bytes as usize == long.len() + 5)
        );
    }
}

#[test]
fn an_open_quote_over_more_than_the_limit_costs_its_own_line_only() {
    let limits = Limits {
        block_bytes: 64,
        record_bytes: 1000,
    };
    let text = format!("a,b,c\n1,\"2,3\n{}", "4,5,6\n".repeat(1000));
    let table = collect(open_bytes_within(text.into_bytes(), &Hints::default(), limits).unwrap());
    assert_eq!(table.rows.len(), 1001);
    assert_eq!(table.faults, [(1, RowFaultKind::OpenQuote)]);
}

#[test]
fn a_long_file_comes_in_parts_that_threads_can_take() {
    let text = format!("a,b\n{}", "1,二\n".repeat(1_000_000));
    let opened = open_bytes(text.into_bytes(), &Hints::default()).unwrap();
    let Rows::Delimited(delimited) = opened.rows else {
        panic!("delimited");
    };
    let blocks: Vec<_> = delimited.cutter.map(Result::unwrap).collect();
    assert!(blocks.len() > 1);
    let parser = &delimited.parser;
    let rows: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = blocks
            .into_iter()
            .map(|block| scope.spawn(move || parser.parse(block).rows()))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .sum()
    });
    assert_eq!(rows, 1_000_000);
}

/// Text that is likely to meet the tolerance for quotes, line ends and lengths.
fn messy() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-c盐]{0,5}",
        3 => Just(",".to_owned()),
        3 => Just("\n".to_owned()),
        1 => Just("\r\n".to_owned()),
        2 => Just("\"".to_owned()),
        1 => Just("\"\"".to_owned()),
        1 => Just("\",\"".to_owned()),
        1 => Just(" ".to_owned()),
        1 => "x{30,60}",
    ];
    proptest::collection::vec(piece, 0..80).prop_map(|pieces| pieces.concat())
}

fn outcome(bytes: &[u8], limits: Limits) -> (Vec<Row>, Vec<(u64, RowFaultKind)>) {
    let hints = Hints {
        columns: Some(vec!["a".to_owned(), "b".to_owned()]),
        delimiter: Some(','),
        encoding: Some("UTF-8".to_owned()),
        ..Hints::default()
    };
    match open_bytes_within(bytes.to_vec(), &hints, limits) {
        Ok(opened) => {
            let table = collect(opened);
            (table.rows, table.faults)
        }
        Err(error) => {
            assert!(!error.code().is_empty());
            (Vec::new(), Vec::new())
        }
    }
}

proptest! {
    #[test]
    fn any_block_size_gives_the_same_rows(text in messy(), block_bytes in 1_usize..200) {
        for record_bytes in [40, 1 << 20] {
            let whole = outcome(text.as_bytes(), Limits { block_bytes: 1 << 20, record_bytes });
            let parts = outcome(text.as_bytes(), Limits { block_bytes, record_bytes });
            prop_assert_eq!(whole, parts);
        }
    }

    #[test]
    fn any_block_size_gives_the_same_rows_of_bare_cr(text in messy(), block_bytes in 1_usize..200) {
        let text = format!("{}\r\r\r\r\r\r\r\r\r\r", text.replace("\r\n", "\r").replace('\n', "\r"));
        for record_bytes in [40, 1 << 20] {
            let whole = outcome(text.as_bytes(), Limits { block_bytes: 1 << 20, record_bytes });
            let parts = outcome(text.as_bytes(), Limits { block_bytes, record_bytes });
            prop_assert_eq!(whole, parts);
        }
    }

    #[test]
    fn one_walk_over_a_record_finds_what_two_find(text in messy(), bare in any::<bool>()) {
        let text = if bare { text.replace('\n', "\r") } else { text };
        let scanner = Scanner { delimiter: b',', quote: Some(b'"'), newline: if bare { b'\r' } else { b'\n' } };
        let bytes = text.as_bytes();
        let mut start = 0;
        while start < bytes.len() {
            let (end, next) = match scanner.record(bytes, start, true) {
                Record::Whole { end, next } => {
                    let mut twice = Vec::new();
                    scanner.cells(&bytes[start..end], false, |cell| twice.push(match cell {
                        Cell::Plain { start: from, end } => Cell::Plain { start: start + from, end: start + end },
                        Cell::Quoted { start: from, end, inner } => Cell::Quoted { start: start + from, end: start + end, inner },
                    }));
                    let mut once = Vec::new();
                    let walked = scanner.split(bytes, start, |cell| once.push(cell));
                    prop_assert_eq!(once, twice);
                    prop_assert_eq!(walked, (end, next));
                    (end, next)
                }
                _ => match scanner.line(bytes, start, true) {
                    Record::Whole { end, next } => (end, next),
                    _ => break,
                },
            };
            prop_assert!(end <= next && next > start);
            start = next;
        }
    }

    #[test]
    fn what_is_written_is_read_again(
        rows in proptest::collection::vec(
            proptest::collection::vec(proptest::option::of("[a-z \",\n盐城\u{20000}0-9]{0,8}"), 3),
            1..20,
        ),
        chinese in any::<bool>(),
    ) {
        let mut text = "first name,second name,third name\n".to_owned();
        for row in &rows {
            let cells: Vec<String> = row.iter().map(|cell| match cell {
                None => String::new(),
                Some(cell) => format!("\"{}\"", cell.replace('"', "\"\"")),
            }).collect();
            text.push_str(&cells.join(","));
            text.push('\n');
        }
        let hints = Hints {
            encoding: Some(if chinese { "GB18030" } else { "UTF-8" }.to_owned()),
            delimiter: Some(','),
            header_row: Some(1),
            ..Hints::default()
        };
        let bytes = if chinese { GB18030.encode(&text).0.into_owned() } else { text.into_bytes() };
        let table = read_with(bytes, &hints);
        let expected: Vec<Row> = rows.into_iter().filter(|row| row.iter().any(Option::is_some)).collect();
        prop_assert_eq!(table.rows, expected);
    }

    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        outcome(&bytes, Limits::default());
        if let Ok(opened) = open_bytes(bytes, &Hints::default()) {
            for block in opened.rows.into_blocks().flatten() {
                prop_assert_eq!(block.cells.len(), block.rows() * block.width);
            }
        }
    }
}
