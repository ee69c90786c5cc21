use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, BooleanArray, Int64Array, RecordBatch};
use arrow::datatypes::{Decimal128Type, Int64Type};
use hashbrown::{HashMap, HashSet};
use yandu_words::{Dimension, Standard, ValueType};

use crate::block::{CellSpan, RowFault, RowFaultKind, TextBlock};
use crate::{
    Check, CheckKind, Checked, Checker, CodeList, ColumnRule, Condition, Expectations, Level,
    Meaning, Tally, Within,
};

fn column(name: &str, meaning: Meaning) -> ColumnRule {
    ColumnRule {
        name: name.to_owned(),
        meaning,
        required: false,
        codes: None,
    }
}

fn block(rows: &[&[&str]]) -> TextBlock {
    let mut block = TextBlock {
        width: rows.first().map_or(0, |row| row.len()),
        first_row: 1,
        ..TextBlock::default()
    };
    for row in rows {
        let record = block.text.len();
        for cell in *row {
            let start = block.text.len();
            block.text.push_str(cell);
            block.cells.push(CellSpan::new(start, block.text.len()));
        }
        block.records.push(CellSpan::new(record, block.text.len()));
    }
    block
}

fn check(expectations: Expectations, block: &TextBlock) -> (Checked, Vec<String>) {
    let width = expectations.columns.len();
    let checker = Checker::new(Arc::new(expectations), (0..width).map(Some).collect());
    let checked = checker.check(block).unwrap();
    let findings = checked
        .findings
        .iter()
        .map(|finding| {
            let level = finding.cause.level(checker.expectations());
            format!(
                "{} {} {level:?}",
                finding.row,
                finding.cause.code(checker.expectations())
            )
        })
        .collect();
    (checked, findings)
}

#[test]
fn cells_become_typed_values_and_bad_ones_become_reasons() {
    let columns = vec![
        column("id", Meaning::Standard(Standard::ResidentId)),
        column(
            "income",
            Meaning::Type(ValueType::Decimal {
                precision: 12,
                scale: 2,
            }),
        ),
    ];
    let rows = block(&[
        &["320902199001011236", "1200.5"],
        &["320902199001011235", "many"],
        &["３２０９０２１９９００１０１１２３６", "1,200.50"],
        &["", "NULL"],
    ]);
    let (checked, findings) = check(Expectations::new(columns, vec![0], vec![], vec![]), &rows);
    assert_eq!(checked.hard, [false, true, false, false]);
    assert_eq!(
        findings,
        [
            "1 check-digit Hard",
            "1 number Hard",
            "2 full-width Soft",
            "2 separator Soft",
            "3 empty-word Soft",
        ]
    );
    let incomes = checked.rows.column(1).as_primitive::<Decimal128Type>();
    assert_eq!(
        incomes.iter().collect::<Vec<_>>(),
        [Some(120_050), None, Some(120_050), None]
    );
    assert_eq!(
        checked.keys[0], checked.keys[2],
        "a normalised key is the same key"
    );
    assert_eq!(checked.keys[3], None);
}

#[test]
fn a_required_cell_may_not_be_empty_in_any_writing() {
    let mut age = column("age", Meaning::Type(ValueType::Integer));
    age.required = true;
    let rows = block(&[&[""], &["  "], &["N/A"], &["0"]]);
    let (checked, findings) = check(Expectations::new(vec![age], vec![], vec![], vec![]), &rows);
    assert_eq!(
        findings,
        ["0 missing Hard", "1 missing Hard", "2 missing Hard"]
    );
    assert_eq!(
        checked.rows.column(0).as_primitive::<Int64Type>().value(3),
        0
    );
}

#[test]
fn a_code_may_come_as_its_word() {
    let mut sex = column("sex", Meaning::Type(ValueType::Text));
    sex.codes = Some(Arc::new(CodeList {
        codes: HashSet::from(["1".to_owned(), "2".to_owned()]),
        synonyms: HashMap::from([("男".to_owned(), "1".to_owned())]),
    }));
    let rows = block(&[&["1"], &["男"], &["２"], &["未知"]]);
    let (checked, findings) = check(Expectations::new(vec![sex], vec![], vec![], vec![]), &rows);
    assert_eq!(
        findings,
        ["1 synonym Soft", "2 full-width Soft", "3 code-list Hard"]
    );
    let codes: Vec<_> = checked.rows.column(0).as_string_view().iter().collect();
    assert_eq!(codes, [Some("1"), Some("1"), Some("2"), None]);
}

#[test]
fn a_text_in_scientific_notation_is_no_key_and_no_code() {
    let text = Meaning::Type(ValueType::Text);
    let mut kind = column("kind", text);
    kind.codes = Some(Arc::new(CodeList {
        codes: HashSet::from(["110000".to_owned()]),
        synonyms: HashMap::new(),
    }));
    let columns = vec![column("name", text), kind, column("note", text)];
    let rows = block(&[
        &["3.49E+05", "110000", "3.49E+05"],
        &["a", "1.1E+05", "9E+9"],
    ]);
    let (_, findings) = check(Expectations::new(columns, vec![0], vec![], vec![]), &rows);
    assert_eq!(findings, ["0 scientific Hard", "1 scientific Hard"]);
}

#[test]
fn a_month_is_kept_as_its_first_day_and_a_date_asks_for_a_day() {
    let columns = vec![
        column("month", Meaning::Standard(Standard::Month)),
        column("day", Meaning::Type(ValueType::Date)),
    ];
    let rows = block(&[&["2026年11月", "2026-11-01"], &["202611", "2026年11月"]]);
    let (checked, findings) = check(Expectations::new(columns, vec![], vec![], vec![]), &rows);
    assert_eq!(
        findings,
        ["0 date-form Soft", "1 date-form Soft", "1 date Hard"]
    );
    let months = checked.rows.column(0);
    let days = checked.rows.column(1);
    assert_eq!(months.slice(0, 1).as_ref(), days.slice(0, 1).as_ref());
    assert_eq!(months.slice(0, 1).as_ref(), months.slice(1, 1).as_ref());
}

#[test]
fn a_column_that_is_typed_already_is_taken_as_it_is() {
    let mut age = column("age", Meaning::Type(ValueType::Integer));
    age.required = true;
    let columns = vec![column("n", Meaning::Type(ValueType::Integer)), age];
    let within = Within::parse(ValueType::Integer, Some("0"), Some("150")).unwrap();
    let checks = vec![declared(
        "range",
        Level::Hard,
        Some(1),
        CheckKind::Within(within),
    )];
    let expectations = Expectations::new(columns, vec![], checks, vec![]);
    let checker = Checker::new(Arc::new(expectations), vec![Some(0), None]);
    let ages: ArrayRef = Arc::new(Int64Array::from(vec![Some(7), None, Some(200), Some(8)]));
    let rows = block(&[&["1"], &["2"], &["3"], &["many"]]);
    let checked = checker
        .check_with(&rows, &[None, Some(Arc::clone(&ages))])
        .unwrap();
    assert_eq!(checked.rows.column(1), &ages);
    assert_eq!(checked.hard, [false, true, true, true]);
}

#[test]
fn a_broken_row_has_one_reason_and_no_others() {
    let mut age = column("age", Meaning::Type(ValueType::Integer));
    age.required = true;
    let mut rows = block(&[&["x"], &["1"]]);
    rows.faults.push(RowFault {
        row: 0,
        kind: RowFaultKind::CellCount {
            found: 3,
            expected: 1,
        },
    });
    let (checked, findings) = check(Expectations::new(vec![age], vec![], vec![], vec![]), &rows);
    assert_eq!(findings, ["0 cell-count Hard"]);
    assert_eq!(checked.hard, [true, false]);
}

fn declared(name: &str, level: Level, column: Option<usize>, kind: CheckKind) -> Check {
    Check {
        name: name.to_owned(),
        level,
        dimension: Dimension::Accuracy,
        column,
        kind,
    }
}

#[test]
fn null_passes_every_declared_check() {
    let number = Meaning::Type(ValueType::Integer);
    let within = Within::parse(ValueType::Integer, Some("0"), Some("150")).unwrap();
    let checks = vec![
        declared("range", Level::Hard, Some(0), CheckKind::Within(within)),
        declared(
            "list",
            Level::Soft,
            Some(1),
            CheckKind::OneOf(HashSet::from(["a".to_owned()])),
        ),
        declared(
            "form",
            Level::Soft,
            Some(1),
            CheckKind::Matches(regex::Regex::new("^a$").unwrap()),
        ),
    ];
    let columns = vec![
        column("age", number),
        column("kind", Meaning::Type(ValueType::Text)),
    ];
    let rows = block(&[&["150", "a"], &["151", "b"], &["-1", ""], &["", ""]]);
    let (checked, findings) = check(Expectations::new(columns, vec![], checks, vec![]), &rows);
    assert_eq!(
        findings,
        ["1 range Hard", "1 list Soft", "1 form Soft", "2 range Hard"]
    );
    assert_eq!(checked.hard, [false, true, true, false]);
}

/// Wants a number in its only column.
struct Known;

impl Condition for Known {
    fn evaluate(&self, rows: &RecordBatch) -> Result<BooleanArray, String> {
        Ok(arrow::compute::is_not_null(rows.column(0)).unwrap())
    }

    fn reads(&self) -> Vec<&str> {
        vec!["n"]
    }
}

#[test]
fn a_condition_says_nothing_of_a_cell_that_could_not_be_read() {
    let condition = CheckKind::Condition(Arc::new(Known));
    let checks = vec![declared("known", Level::Hard, None, condition)];
    let number = Meaning::Type(ValueType::Integer);
    let columns = vec![column("n", number), column("m", number)];
    let rows = block(&[&["many", "1"], &["", "1"], &["", "many"], &["1", "many"]]);
    let (checked, findings) = check(Expectations::new(columns, vec![], checks, vec![]), &rows);
    assert_eq!(
        findings,
        [
            "0 number Hard",
            "1 known Hard",
            "2 number Hard",
            "2 known Hard",
            "3 number Hard",
        ]
    );
    assert_eq!(checked.hard, [true; 4]);
}

/// Fails as a whole while a row holds zero, as a division would.
struct Reciprocal;

impl Condition for Reciprocal {
    fn evaluate(&self, rows: &RecordBatch) -> Result<BooleanArray, String> {
        let numbers = rows.column(0).as_primitive::<Int64Type>();
        if numbers.iter().any(|number| number == Some(0)) {
            return Err("divide by zero".to_owned());
        }
        Ok(numbers
            .iter()
            .map(|number| number.map(|number| 10 / number > 1))
            .collect())
    }
}

#[test]
fn a_row_that_makes_a_condition_fail_is_found_alone() {
    let checks = vec![declared(
        "big",
        Level::Soft,
        None,
        CheckKind::Condition(Arc::new(Reciprocal)),
    )];
    let columns = vec![column("n", Meaning::Type(ValueType::Integer))];
    let rows = block(&[&["1"], &["9"], &["0"], &["2"], &["0"]]);
    let (checked, findings) = check(Expectations::new(columns, vec![], checks, vec![]), &rows);
    assert_eq!(findings, ["1 big Soft", "2 big Hard", "4 big Hard"]);
    assert_eq!(checked.hard, [false, false, true, false, true]);
}

#[test]
fn a_tally_keeps_the_first_samples_whatever_the_order() {
    let columns = vec![column("n", Meaning::Type(ValueType::Integer))];
    let rows = block(&[&["a"], &["b"], &["c"], &["d"], &["e"], &["f"]]);
    let (checked, _) = check(
        Expectations::new(columns.clone(), vec![], vec![], vec![]),
        &rows,
    );
    let tally = |order: Vec<usize>| {
        let mut tally = Tally::default();
        for index in order {
            let finding = &checked.findings[index];
            let row = finding.row as usize;
            tally.add(finding, 1 + row as u64, || {
                rows.cell(row, 0).unwrap_or_default()
            });
        }
        tally.counts(&Expectations::new(columns.clone(), vec![], vec![], vec![]))
    };
    let forward = tally((0..6).collect());
    assert_eq!(forward, tally((0..6).rev().collect()));
    assert_eq!(forward[0].rows, 6);
    assert_eq!(
        forward[0]
            .samples
            .iter()
            .map(|sample| sample.text.as_str())
            .collect::<String>(),
        "abcde"
    );
}
