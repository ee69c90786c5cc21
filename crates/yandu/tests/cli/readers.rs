//! What the program writes, read by clients that nobody here wrote. `make test` installs them.

use serde_json::{Value, json};

use crate::support::{Place, answer, script};

const READING: &str = "\
dataset: club.reading
title: {zh: 读数, en: Reading}
owner: 市民政局
origin: collect
sharing: {class: unconditional}
opening: open
refresh: daily
key: [number]
columns:
  number: {title: {zh: 编号}, type: text}
  place: {title: {zh: 地点}, type: text, required: false}
  people: {title: {zh: 人数}, type: integer, required: false}
  amount: {title: {zh: 金额}, type: 'decimal(12,2)', required: false}
  share: {title: {zh: 占比}, type: float, required: false}
  open: {title: {zh: 开放}, type: boolean, required: false}
  day: {title: {zh: 日期}, type: date, required: false}
  clock: {title: {zh: 时刻}, type: time, required: false}
  seen_at: {title: {zh: 时间}, type: timestamp, required: false}
checks:
  - {name: people-range, title: {zh: 人数超出范围}, column: people, between: [0, 100]}
";
const HEADER: &str = "number,place,people,amount,share,open,day,clock,seen_at\n";
const COLUMNS: &str = "number, place, people, amount, share, open, day, clock, seen_at";

/// Answers of the script beside this file; `None` where its clients are not installed.
fn read(command: &str, path: &std::path::Path) -> Option<Value> {
    let mut script = script("readers.py")?;
    Some(answer(script.arg(command).arg(path), ""))
}

fn place() -> Place {
    let place = Place::with_pack();
    place.write("packs/club/datasets/reading.yaml", READING);
    place
}

fn collect(place: &Place, rows: &str) -> Value {
    place.write("reading.csv", &format!("{HEADER}{rows}"));
    place
        .yandu(&[
            "collect",
            "reading.csv",
            "--dataset",
            "club.reading",
            "--mode",
            "upsert",
            "--json",
        ])
        .ok()
        .json()
}

#[test]
fn delta_readers_of_others_see_every_row_of_every_version() {
    let place = place();
    collect(
        &place,
        "1,盐城𪚥,12,1234.50,0.25,true,2024-02-29,08:30:00,2024-02-29 08:30:00\n\
         2,,,,,,,,\n\
         3,亭湖,7,0.01,1e3,false,1949-10-01,23:59:59,1999-12-31 23:59:59\n",
    );
    collect(
        &place,
        "2,大丰,1,-5.00,0.5,true,2025-01-01,00:00:00,2025-01-01 00:00:00\n\
         4,射阳,2,7.25,2,false,2025-01-02,12:00:00,2025-01-02 12:00:00\n",
    );
    let table = place.path("data/lake/club/reading");
    let Some(read) = read("delta", &table) else {
        return;
    };
    assert_eq!(read["version"], 1);
    let expected = json!({
        "number": "string", "place": "string", "people": "int64", "amount": "decimal128(12, 2)", "share": "double",
        "open": "bool", "day": "date32[day]", "seen_at": "timestamp[us]", "_extra": "string",
        "_batch": "string", "_row": "int64",
    });
    for (column, data_type) in expected.as_object().unwrap() {
        let found = read["columns"][column].as_str().unwrap_or("absent");
        assert_eq!(
            found.trim_start_matches("large_"),
            data_type.as_str().unwrap(),
            "{column}"
        );
    }
    assert_eq!(read["deltalake"], read["duckdb"], "the two readers differ");
    let shown = |rows: &Value| -> Vec<String> {
        let rows = rows.as_array().unwrap().iter();
        rows.map(|row| Value::from(row.as_array().unwrap()[..5].to_vec()).to_string())
            .collect()
    };
    assert_eq!(
        shown(&read["deltalake"]),
        [
            r#"["1","盐城𪚥",12,"1234.50",0.25]"#,
            r#"["2","大丰",1,"-5.00",0.5]"#,
            r#"["3","亭湖",7,"0.01",1000.0]"#,
            r#"["4","射阳",2,"7.25",2.0]"#,
        ]
    );
    assert_eq!(read["deltalake"][0][6], "2024-02-29");
    assert_eq!(read["deltalake"][0][8], "2024-02-29 08:30:00");
    assert_eq!(read["first"].as_array().unwrap().len(), 3);
    assert_eq!(read["first"][1][1], Value::Null);

    let sql = format!("SELECT {COLUMNS} FROM club.reading ORDER BY number");
    let ours = place.yandu(&["sql", &sql, "--json"]).ok().json();
    assert_eq!(shown(&ours["rows"]), shown(&read["deltalake"]));
}

#[test]
fn a_delta_reader_of_others_passes_over_rows_that_are_gone_from_large_files() {
    let place = place();
    // So many rows that taking out a few does not write their file anew.
    let rows: String = (0..60_000)
        .map(|number| format!("{number:05},亭湖,{},,,,,,\n", number % 100))
        .collect();
    collect(&place, &rows);
    collect(
        &place,
        "00007,大丰,1,,,,,,\n33333,射阳,2,,,,,,\n59999,滨海,3,,,,,,\n",
    );
    collect(&place, "00007,东台,4,,,,,,\n00008,建湖,5,,,,,,\n");
    let table = place.path("data/lake/club/reading");
    let commit = |version: u64| {
        let log = table.join(format!("_delta_log/{version:020}.json"));
        std::fs::read_to_string(log).unwrap()
    };
    assert!(commit(1).contains("deletionVector") && commit(2).contains("deletionVector"));
    let Some(read) = read("vectors", &table) else {
        return;
    };
    assert_eq!(read["versions"], read["checkpointed"]);
    assert_eq!(read["versions"].as_array().unwrap().len(), 3);
    let sql = "SELECT number, place, people, _batch, _row FROM club.reading ORDER BY number";
    for (version, theirs) in read["versions"].as_array().unwrap().iter().enumerate() {
        let at = format!("club.reading={version}");
        let ours = place.yandu(&["sql", sql, "--at", &at, "--limit", "100000", "--json"]);
        let ours = ours.ok().json();
        assert_eq!(ours["rows"].as_array().unwrap().len(), 60_000);
        assert!(ours["rows"] == *theirs, "version {version} differs");
    }
}

#[test]
fn a_workbook_of_quarantined_rows_has_the_departments_own_cells_beside_the_reasons() {
    let place = place();
    let collected = collect(&place, "1,盐城,12,,,,,,\n2,大丰,200,１２.5,,,,,\n");
    assert_eq!(collected["rows_quarantined"], 1);
    let batch = collected["batch"].as_str().unwrap();
    place
        .yandu(&["quarantine", "export", batch, "--out", "back.xlsx"])
        .ok();
    let Some(cells) = read("sheet", &place.path("back.xlsx")) else {
        return;
    };
    let text = cells.to_string();
    for cell in ["大丰", "200", "１２.5", "人数超出范围"] {
        assert!(text.contains(cell), "{cell} is not in {text}");
    }
    assert!(!text.contains("盐城"), "a good row is in {text}");
}

#[test]
fn delta_readers_of_others_see_a_converted_column_and_what_it_was() {
    let place = place();
    collect(&place, "1,盐城,12,1.50,,,,,\n2,大丰,7,2.25,,,,,\n");
    let changed = READING
        .replace("type: integer", "type: text")
        .replace(
            "column: people, between: [0, 100]",
            "column: people, matches: '[0-9]*'",
        )
        .replace("'decimal(12,2)'", "'decimal(12,1)'");
    place.write("packs/club/datasets/reading.yaml", &changed);
    place.yandu(&["pack", "apply", "--reason", "一位小数"]).ok();
    let Some(read) = read("delta", &place.path("data/lake/club/reading")) else {
        return;
    };
    assert_eq!(read["version"], 1);
    let columns = &read["columns"];
    assert!(
        columns["people"].as_str().unwrap().ends_with("string"),
        "{columns}"
    );
    assert_eq!(columns["amount"], "decimal128(12, 1)");
    assert_eq!(read["deltalake"], read["duckdb"]);
    // 2.25 needs two places and waits in quarantine.
    assert_eq!(read["deltalake"].as_array().unwrap().len(), 1);
    assert_eq!(read["deltalake"][0][2], "12");
    assert_eq!(read["deltalake"][0][3], "1.5");
    assert_eq!(read["first"].as_array().unwrap().len(), 2);
    assert_eq!(read["first"][1][2], 7);
    assert_eq!(read["first"][1][3], "2.25");
}
