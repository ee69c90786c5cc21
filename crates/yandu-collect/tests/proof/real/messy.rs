//! The set of messy tables, against what the eye reads in them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;
use yandu_collect::propose::{Guess, propose};
use yandu_decode::Hints;

use crate::site::real_data;

/// The type of each column, read by eye; the rest of the truth stands in the fixtures of `yandu-decode`.
const TYPES: &[(&str, &str)] = &[
    ("blank_line.ods", "text integer date"),
    ("complex.csv", "date date integer text"),
    ("complex.html", "text"),
    ("example.tsv", "timestamp 10*integer 6*float"),
    ("excel_pasting.csv", "text 8*integer"),
    ("excel_properties.xls", "text"),
    ("html.html", "integer text integer text integer text"),
    (
        "invisible_text.html",
        "text text text text integer date date text float",
    ),
    ("large.xlsx", "text text 4*integer 5*float"),
    ("loffice-4.4.1.2.ods", "text integer date"),
    ("long.csv", "text"),
    ("null.csv", "text 3*integer"),
    ("rowcolspan.html", "5*integer"),
    ("simple.csv", "date integer text"),
    ("simple.ods", "text integer date"),
    ("simple.psv", "6*integer"),
    ("simple.ssv", "date integer text"),
    ("simple.xls", "date integer text"),
    ("simple.xlsx", "date integer text"),
    ("simple.zip", "date integer text"),
    ("skip_initials.csv", "text text"),
    ("small.csv", "text"),
    (
        "spanish_chars.csv",
        "text text text text text text float text",
    ),
    ("utf8bom.csv", "text text"),
];

fn types_of(file: &str) -> Vec<String> {
    let (_, types) = TYPES
        .iter()
        .find(|(name, _)| *name == file)
        .unwrap_or_else(|| panic!("no types of {file}"));
    let mut found = Vec::new();
    for word in types.split(' ') {
        let (times, name) = word.split_once('*').unwrap_or(("1", word));
        found.extend(std::iter::repeat_n(name.to_owned(), times.parse().unwrap()));
    }
    found
}

fn name(guess: Guess) -> String {
    match guess {
        Guess::Standard(standard) => standard.name().to_owned(),
        Guess::Type(value_type) => value_type.to_string(),
    }
}

#[test]
fn every_messy_table_is_imported_as_the_eye_reads_it_or_refused_for_the_reason_that_is_named() {
    let Some(folder) = real_data("messy-tables") else {
        return;
    };
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../yandu-decode/tests/fixtures/messy-tables.json");
    let truth: Value = serde_json::from_str(&fs::read_to_string(fixture).unwrap()).unwrap();
    let texts = |value: &Value| -> Vec<String> {
        value
            .as_array()
            .unwrap()
            .iter()
            .map(|text| text.as_str().unwrap().to_owned())
            .collect()
    };
    let (mut imported, mut refused, mut wrong) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
    for expected in truth["files"].as_array().unwrap() {
        let file = expected["file"].as_str().unwrap();
        let hints = Hints {
            columns: expected.get("declared").map(texts),
            ..Hints::default()
        };
        let proposed = propose(&folder.join(file), &hints);
        match (expected.get("refused"), proposed) {
            (Some(code), Err(error)) if error.code() == code.as_str().unwrap() => {
                assert!(error.help().is_some(), "{file}: {error}");
                println!(
                    "{file:<28} refused: {} ({})",
                    error.code(),
                    expected["why"].as_str().unwrap()
                );
                refused.insert(file);
            }
            (Some(code), found) => wrong.push(format!("{file}: expected {code}, found {found:?}")),
            (None, Err(error)) => wrong.push(format!("{file}: {} {error}", error.code())),
            (None, Ok(found)) => {
                let headers: Vec<&str> = found
                    .columns
                    .iter()
                    .map(|column| column.header.as_str())
                    .collect();
                let columns = texts(&expected["columns"]);
                if headers != columns
                    || u64::from(found.report.header_row) != expected["header_row"]
                {
                    wrong.push(format!(
                        "{file}: header {headers:?} in row {}",
                        found.report.header_row
                    ));
                }
                let rows =
                    expected["rows"].as_u64().unwrap() - expected["faulty"].as_u64().unwrap_or(0);
                if found.rows as u64 != rows {
                    wrong.push(format!("{file}: {} rows in place of {rows}", found.rows));
                }
                let types: Vec<String> = found
                    .columns
                    .iter()
                    .map(|column| name(column.guess))
                    .collect();
                if types != types_of(file) {
                    wrong.push(format!(
                        "{file}: types {types:?} in place of {:?}",
                        types_of(file)
                    ));
                }
                println!(
                    "{file:<28} header in row {}, {} rows: {}",
                    found.report.header_row,
                    found.rows,
                    types.join(" ")
                );
                imported.insert(file);
            }
        }
    }
    refused.retain(|file| !imported.contains(file));
    let files = fs::read_dir(&folder)
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name() != "SOURCE.md")
        .count();
    println!(
        "{} of {files} imported, {} refused",
        imported.len(),
        refused.len()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(imported.len() + refused.len(), files);
    assert!(imported.len() >= 22, "only {} are imported", imported.len());
}
