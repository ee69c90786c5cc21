//! Forms: who fills which columns, for which periods, and with what evidence.

use std::collections::HashSet;

use yandu_words::{ColumnName, ValueType};

use super::Checker;
use crate::declare::{DatasetFile, Form, Origin, Period, PeriodUnit};
use crate::load::Declared;
use crate::problem::Code;

pub(super) fn check(checker: &mut Checker<'_>) {
    let drafts = checker.drafts;
    for dataset in &drafts.datasets {
        if dataset.has_lost("/origin") || dataset.has_lost("/form") {
            continue;
        }
        match (&dataset.declaration.form, dataset.declaration.origin) {
            (Some(form), Origin::Form) => {
                columns(checker, dataset, form);
                key(checker, dataset, form);
                times(checker, dataset, form);
                evidence(checker, dataset, form);
            }
            (Some(_), _) => {
                let message = "only a dataset with the origin `form` is filled by people";
                let problem = dataset.at_key(Code::WrongKeys, "/form", message);
                checker.push(problem.help("write `origin: form`, or leave `form` out"));
            }
            (None, Origin::Form) => {
                let message = "nothing says who fills which columns, and when";
                let problem = dataset.at(Code::MissingKey, "/origin", message);
                checker.push(problem.help("add `form` with `fields`, `unit`, `period`, `units`, `every`, `since` and `due`"));
            }
            (None, _) => {}
        }
    }
}

fn columns(checker: &mut Checker<'_>, dataset: &Declared<DatasetFile>, form: &Form) {
    let mut filled: HashSet<&ColumnName> = HashSet::new();
    let beforehand = [
        (
            "/form/unit",
            Some(&form.unit),
            ValueType::Text,
            "a unit is named by a text",
        ),
        (
            "/form/period",
            Some(&form.period),
            ValueType::Date,
            "a period is told by its first day",
        ),
        (
            "/form/reporter",
            form.reporter.as_ref(),
            ValueType::Text,
            "a person is named by a text",
        ),
    ];
    for (pointer, column, wanted, why) in beforehand {
        let Some(column) =
            column.filter(|column| checker.column(dataset, pointer, dataset, column))
        else {
            continue;
        };
        twice(checker, dataset, pointer, column, &mut filled);
        if let Some(found) = type_of(dataset, column).filter(|found| *found != wanted) {
            let message = format!("{why}, and `{column}` is {found}");
            checker.push(dataset.at(Code::TypeMismatch, pointer, message));
        }
    }
    for (index, field) in form.fields.iter().enumerate() {
        let pointer = format!("/form/fields/{index}/column");
        if checker.column(dataset, &pointer, dataset, &field.column) {
            twice(checker, dataset, &pointer, &field.column, &mut filled);
        }
    }
    let all = &dataset.declaration.columns;
    for (name, column) in all {
        if column.required && !filled.contains(name) && !dataset.has_lost("/form/fields") {
            let message = format!("every row must have `{name}`, and nobody fills it");
            let problem = dataset.at_key(Code::WrongKeys, &format!("/columns/{name}"), message);
            checker.push(problem.help("name it under `form`, or write `required: false`"));
        }
    }
}

/// Reports a column that the form has already.
fn twice<'a>(
    checker: &mut Checker<'_>,
    dataset: &Declared<DatasetFile>,
    pointer: &str,
    column: &'a ColumnName,
    filled: &mut HashSet<&'a ColumnName>,
) {
    if !filled.insert(column) {
        let message = format!("the form has `{column}` already");
        let problem = dataset.at(Code::DuplicateName, pointer, message);
        checker.push(problem.help("a column is filled once, or beforehand"));
    }
}

fn type_of(dataset: &Declared<DatasetFile>, column: &ColumnName) -> Option<ValueType> {
    if dataset.has_lost(&format!("/columns/{column}")) {
        return None;
    }
    Some(dataset.declaration.columns.get(column)?.value_type())
}

/// A report is found again by who reported and for which period.
fn key(checker: &mut Checker<'_>, dataset: &Declared<DatasetFile>, form: &Form) {
    if dataset.has_lost("/key") {
        return;
    }
    let key = &dataset.declaration.key;
    for column in [&form.unit, &form.period] {
        if !key.contains(column) {
            let message = format!(
                "a report is known by its unit and its period, and the key has no `{column}`"
            );
            let problem = if key.is_empty() {
                dataset.at_key(Code::NoKey, "/form", message)
            } else {
                dataset.at(Code::NoKey, "/key", message)
            };
            checker.push(problem.help(format!("add `{column}` to `key`")));
        }
    }
    for (index, column) in key.iter().enumerate() {
        if ![&form.unit, &form.period].contains(&column) {
            let message = "a report is known by its unit and its period alone";
            let problem = dataset.at(Code::NoKey, &format!("/key/{index}"), message);
            checker.push(problem.help("leave it out of `key`"));
        }
    }
}

fn times(checker: &mut Checker<'_>, dataset: &Declared<DatasetFile>, form: &Form) {
    if form.since.grain() != form.every {
        let message = format!(
            "reports are due every {}, and `{}` is a {}",
            form.every,
            form.since,
            form.since.grain()
        );
        let problem = dataset.at(Code::WrongSchedule, "/form/since", message);
        checker.push(problem.help(
            "write the first period in the length of `every`, such as `2025-01` for a month",
        ));
    }
    let lengths = [
        ("/form/due", Some(form.due)),
        ("/form/remind", Some(form.remind)),
        ("/form/closes", form.closes),
    ];
    for (pointer, length) in lengths {
        if let Some(length) = length.filter(|length| !is_days(*length)) {
            let message = format!("a report is due by days, and `{length}` is no number of them");
            let problem = dataset.at(Code::WrongSchedule, pointer, message);
            checker.push(problem.help("write it in `d` or `wd`, such as `5 wd`"));
        }
    }
}

fn is_days(length: Period) -> bool {
    matches!(length.unit, PeriodUnit::Day | PeriodUnit::WorkingDay)
}

fn evidence(checker: &mut Checker<'_>, dataset: &Declared<DatasetFile>, form: &Form) {
    let rule = &form.evidence;
    if rule.least > rule.most {
        let message = format!("at least {} files, and at most {}", rule.least, rule.most);
        checker.push(dataset.at(Code::WrongBound, "/form/evidence", message));
    }
}
