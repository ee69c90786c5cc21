//! Every planted fault is where the truth says, and nothing else is wrong.

use std::collections::{BTreeMap, HashMap, HashSet};

use yandu_city::{DefectKind, Truth, Verdict};

use crate::folder::{Folder, draw_seed};
use crate::reading::{Row, Sheet, knows, read};
use crate::rules::{date_holds, mobile_holds, resident_id_holds, time_holds, uscc_holds};

fn columns_of_dates(dataset: &str) -> &'static [&'static str] {
    match dataset {
        "population.resident" => &["birth_date"],
        "population.household" | "enterprise.company" => &["founded_on"],
        "insurance.insured" => &["insured_on"],
        "housing.property" => &["registered_on"],
        _ => &[],
    }
}

/// Why a row is not clean, by the rules of these tests.
fn fault_of(dataset: &str, rows: &Sheet, row: &Row) -> Option<String> {
    if row.encoding_fault || row.broken {
        return Some("unreadable".into());
    }
    if row.cells.len() != rows.columns.len() {
        return Some(format!("{} cells", row.cells.len()));
    }
    let optional = ["mobile", "employer", "income", "base"];
    for (column, cell) in rows.columns.iter().zip(&row.cells) {
        if cell.is_empty() && !optional.contains(column) {
            return Some(format!("no {column}"));
        }
        if cell.trim() != cell || cell.chars().any(char::is_control) || cell.chars().count() > 80 {
            return Some(format!("{column} `{cell}`"));
        }
        let holds = match *column {
            "resident_id" | "head_id" | "legal_person_id" | "owner_id" => resident_id_holds(cell),
            "uscc" => uscc_holds(cell),
            "employer" => cell.is_empty() || uscc_holds(cell),
            "mobile" => cell.is_empty() || mobile_holds(cell),
            "township" => cell.len() == 9 && cell.starts_with("3209"),
            "division" => cell.len() == 6 && cell.starts_with("3209"),
            "admitted_at" | "settled_at" | "registered_at" => time_holds(cell),
            "income" => cell.is_empty() || number(cell, 0.0, 1e6),
            "base" => cell.is_empty() || number(cell, 0.0, 1e5),
            "members" => number(cell, 1.0, 50.0),
            "capital" | "assets" | "revenue" | "tax" => number(cell, 0.0, 1e8),
            "employees" => number(cell, 0.0, 5e5),
            "area_m2" => number(cell, 1.0, 5e5),
            "built_year" => number(cell, 1900.0, 2025.0),
            "lon" => number(cell, 119.45, 120.9),
            "lat" => number(cell, 32.56, 34.47),
            "total_amount" | "fund_amount" | "own_amount" => number(cell, 0.0, 2e6),
            column if columns_of_dates(dataset).contains(&column) => {
                date_holds(cell) && cell.as_str() <= "2025-12-31"
            }
            _ => true,
        };
        if !holds {
            return Some(format!("{column} `{cell}`"));
        }
    }
    let cell = |column: &str| rows.cell(row, column);
    let holds = match dataset {
        "population.resident" => {
            let id = cell("resident_id");
            sex_agrees(id, cell("sex"))
                && id[6..14] == cell("birth_date").replace('-', "")
                && cell("registered_at")[..10] >= *cell("birth_date")
                && cell("household_id").len() == 11
        }
        "insurance.insured" => {
            cell("insured_on").replace('-', "").as_str() >= &cell("resident_id")[6..14]
                && (cell("kind") == "310") != cell("employer").is_empty()
        }
        "insurance.settlement" => {
            cents(cell("fund_amount")) + cents(cell("own_amount")) == cents(cell("total_amount"))
                && cell("admitted_at") <= cell("settled_at")
                && cell("admitted_at").replace('-', "").as_str() >= &cell("resident_id")[6..14]
        }
        "enterprise.annual_report" => {
            cell("tax").parse::<f64>().unwrap() <= cell("revenue").parse::<f64>().unwrap()
        }
        "housing.property" => {
            cell("unit_no").len() == 28 && cell("registered_on")[..4] >= *cell("built_year")
        }
        _ => true,
    };
    (!holds).then(|| "cells that disagree".to_owned())
}

fn number(text: &str, low: f64, high: f64) -> bool {
    text.parse::<f64>()
        .is_ok_and(|number| (low..=high).contains(&number))
}

fn cents(text: &str) -> i64 {
    text.replace('.', "").parse().unwrap()
}

fn sex_agrees(id: &str, sex: &str) -> bool {
    (id.as_bytes()[16] % 2 == 1) == (sex == "1")
}

/// Whether a row has the fault that the truth names.
fn is_planted(truth: &Truth, rows: &Sheet, row: &Row, known: &Known) -> bool {
    let column = truth.column.as_deref();
    let text = column.map_or("", |column| rows.cell(row, column));
    let cell = |column: &str| rows.cell(row, column);
    let twin = truth.twin.map(|twin| &rows.rows[twin as usize - 1]);
    match truth.kind {
        DefectKind::CheckDigit => {
            let holds = if column == Some("uscc") {
                uscc_holds
            } else {
                resident_id_holds
            };
            text.len() == 18 && !holds(text)
        }
        DefectKind::Area => {
            resident_id_holds(text) && ["00", "99", "10", "78"].contains(&&text[..2])
        }
        DefectKind::ImpossibleDate => !date_holds(&text[..10]) && text.as_bytes()[4] == b'-',
        DefectKind::AmbiguousDate => {
            let parts: Vec<u32> = text.split('/').map(|part| part.parse().unwrap()).collect();
            parts[0] <= 12 && parts[1] <= 12 && parts[0] != parts[1] && parts[2] > 1900
        }
        DefectKind::DuplicateKey => *row == *twin.unwrap(),
        DefectKind::NearDuplicate => {
            let twin = twin.unwrap();
            row.cells[0] == twin.cells[0] && row != twin
        }
        DefectKind::CellCount | DefectKind::TruncatedFile => row.cells.len() != rows.columns.len(),
        DefectKind::Encoding => row.encoding_fault,
        DefectKind::MissingRequired => text.is_empty(),
        DefectKind::SexDisagrees => !sex_agrees(cell("resident_id"), text),
        DefectKind::BirthDisagrees => {
            date_holds(text) && cell("resident_id")[6..14] != text.replace('-', "")
        }
        DefectKind::SumDisagrees => {
            cents(cell("fund_amount")) + cents(cell("own_amount")) != cents(cell("total_amount"))
        }
        DefectKind::DateOrder => match &*truth.dataset {
            "population.resident" => text < cell("birth_date"),
            "insurance.insured" => text.replace('-', "").as_str() < &cell("resident_id")[6..14],
            _ => text > cell("settled_at"),
        },
        DefectKind::Range => match text.parse::<f64>() {
            Ok(value) => match &*truth.reason {
                "members-range" => !(1.0..=50.0).contains(&value),
                "built-year-range" => !(1900.0..=2025.0).contains(&value),
                _ => value > 100_000.0,
            },
            Err(_) => false,
        },
        DefectKind::NegativeAmount => text.parse::<f64>().unwrap() < 0.0,
        DefectKind::CodeList => [
            "3",
            "66",
            "77",
            "55",
            "9",
            "农转非",
            "其他组织形式",
            "Z",
            "正常经营",
            "999",
            "7",
            "商业保险",
            "自建",
            "99",
        ]
        .contains(&text),
        DefectKind::WrongDivision => !text.starts_with("3209"),
        DefectKind::BadHousehold => text.len() == 7,
        DefectKind::OutOfTheCity => !number(text, 119.0, 121.0),
        DefectKind::TooLong => text.chars().count() > 200,
        DefectKind::ControlCharacter => text.chars().any(char::is_control),
        DefectKind::ShortNumber => [10, 17].contains(&text.len()),
        DefectKind::NotANumber => text.parse::<f64>().is_err() && !text.is_empty(),
        DefectKind::Scientific => text.contains("E+"),
        DefectKind::BrokenRecord => row.broken,
        DefectKind::HeaderRepeated => row.cells == rows.headers,
        DefectKind::TotalRow => row.cells[0] == "合计",
        DefectKind::Orphan => match column.unwrap() {
            "township" => text.ends_with("999"),
            "household_id" => !known.households.contains(text),
            "head_id" => resident_id_holds(text) && !known.residents.contains(text),
            "employer" | "uscc" => uscc_holds(text) && !known.companies.contains(text),
            _ => !known.insured.contains(text),
        },
        DefectKind::NoSuchAddress => text.contains("无名路"),
        DefectKind::FullWidth => text.chars().any(|sign| ('０'..='ｚ').contains(&sign)),
        DefectKind::DateForm => !text.is_empty() && !date_holds(text) && !time_holds(text),
        DefectKind::ExcelSerial => {
            text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_digit())
        }
        DefectKind::NumberAsText => {
            text.contains([',', '¥']) || row.texts.get(rows.at(column.unwrap())) == Some(&true)
        }
        DefectKind::Spaces => text.trim() != text && !text.trim().is_empty(),
        DefectKind::Plus86 => text.starts_with("+86") || text.starts_with("86-"),
        DefectKind::FifteenDigits => text.len() == 15,
        DefectKind::LowerCase => text.bytes().any(|byte| byte.is_ascii_lowercase()),
        DefectKind::MissingMarker | DefectKind::OffTheHour => false,
    }
}

#[derive(Default)]
struct Known {
    residents: HashSet<String>,
    households: HashSet<String>,
    companies: HashSet<String>,
    insured: HashSet<String>,
}

fn keys(rows: &Sheet, skip: &HashMap<usize, &Truth>) -> HashSet<String> {
    rows.rows
        .iter()
        .enumerate()
        .filter(|(at, _)| !skip.contains_key(at))
        .filter_map(|(_, row)| row.cells.first().cloned())
        .collect()
}

#[test]
fn every_planted_fault_is_in_its_row_and_every_other_row_is_clean() {
    for seed in [1, draw_seed()] {
        let folder = Folder::new();
        let summary = folder.simulate(&folder.options(50_000, seed));
        let truths = folder.truths();
        let counted: u64 = summary.defects.iter().map(|defect| defect.rows).sum();
        assert_eq!(counted, truths.len() as u64);

        let mut files: BTreeMap<(&str, &str), Sheet> = BTreeMap::new();
        for written in &summary.files {
            if written.file.ends_with(".sql") || !knows(&written.dataset) {
                continue;
            }
            let rows = read(folder.path(), &written.file, &written.dataset);
            assert_eq!(rows.rows.len() as u64, written.rows, "{}", written.file);
            files.insert((&written.dataset, &written.file), rows);
        }
        let mut planted: HashMap<(&str, &str), HashMap<usize, &Truth>> = HashMap::new();
        for truth in truths.iter().filter(|truth| knows(&truth.dataset)) {
            let of_file = planted.entry((&truth.dataset, &truth.file)).or_default();
            let before = of_file.insert(truth.row as usize - 1, truth);
            assert!(
                before.is_none(),
                "two faults in row {} of {}",
                truth.row,
                truth.file
            );
        }
        let mut known = Known::default();
        for ((dataset, file), rows) in &files {
            let keys = keys(rows, planted.entry((dataset, file)).or_default());
            match *dataset {
                "population.resident" => known.residents.extend(keys),
                "population.household" => known.households.extend(keys),
                "enterprise.company" => known.companies.extend(keys),
                "insurance.insured" => known.insured.extend(keys),
                _ => {}
            }
        }
        for ((dataset, file), rows) in &files {
            let faults = &planted[&(*dataset, *file)];
            for (at, row) in rows.rows.iter().enumerate() {
                let Some(truth) = faults.get(&at) else {
                    let fault = fault_of(dataset, rows, row);
                    assert_eq!(fault, None, "row {} of {file}: {row:?}", at + 1);
                    continue;
                };
                assert!(is_planted(truth, rows, row, &known), "{truth:?}: {row:?}");
                assert_eq!(truth.hard, truth.verdict.keeps_out());
                if !matches!(
                    truth.kind,
                    DefectKind::CellCount
                        | DefectKind::BrokenRecord
                        | DefectKind::Encoding
                        | DefectKind::TruncatedFile
                ) {
                    let key = if *dataset == "enterprise.annual_report" {
                        format!("{}|{}", row.cells[0], row.cells[1])
                    } else {
                        row.cells[0].clone()
                    };
                    assert_eq!(truth.key, key);
                }
            }
            check_keys(dataset, rows, faults);
        }
        print_kinds(&truths);
    }
}

/// A key comes twice only where the truth says so, and the truth names the right one of the two rows.
fn check_keys(dataset: &str, rows: &Sheet, faults: &HashMap<usize, &Truth>) {
    let mut first: HashMap<String, usize> = HashMap::new();
    for (at, row) in rows.rows.iter().enumerate() {
        let fault = faults.get(&at);
        if row.broken || fault.is_some_and(|truth| truth.verdict == Verdict::LeftOut) {
            continue;
        }
        let mut key = row.cells.first().cloned().unwrap_or_default();
        if dataset == "enterprise.annual_report" {
            key = format!("{key}|{}", row.cells[1]);
        }
        if key.is_empty() {
            continue;
        }
        if let Some(earlier) = first.insert(key, at) {
            let named = [at, earlier].into_iter().any(|row| {
                faults.get(&row).is_some_and(|truth| match truth.verdict {
                    Verdict::Superseded => row == earlier && truth.twin == Some(at as u64 + 1),
                    _ => row == at && truth.twin == Some(earlier as u64 + 1),
                })
            });
            assert!(
                named,
                "{dataset}: rows {} and {} have one key",
                earlier + 1,
                at + 1
            );
        }
    }
}

fn print_kinds(truths: &[Truth]) {
    let mut kinds: BTreeMap<DefectKind, (u32, u32)> = BTreeMap::new();
    for truth in truths {
        let (hard, soft) = kinds.entry(truth.kind).or_default();
        *if truth.hard { hard } else { soft } += 1;
    }
    for (kind, (hard, soft)) in &kinds {
        println!(
            "{:>20} {hard:>4} kept out {soft:>4} reported or superseded",
            kind.name()
        );
    }
    assert!(kinds.len() >= 36, "{} kinds", kinds.len());
}

#[test]
fn between_one_and_two_percent_of_the_rows_have_a_fault() {
    let folder = Folder::new();
    let summary = folder.simulate(&folder.options(50_000, 77));
    for written in &summary.files {
        let dataset = &*written.dataset;
        if !knows(dataset)
            || dataset == "enterprise.annual_report"
            || written.file.ends_with(".sql")
        {
            continue;
        }
        let faults: u64 = summary
            .defects
            .iter()
            .filter(|d| d.dataset == written.dataset)
            .map(|d| d.rows)
            .sum();
        let share = faults as f64 / written.rows as f64;
        if !written.file.starts_with("late/") {
            assert!((0.006..0.024).contains(&share), "{dataset} {share}");
        }
    }
}
