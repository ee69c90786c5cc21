//! The checks of datasets.

use std::collections::HashMap;

use yandu_words::{ColumnName, ValueType};

use super::{Checker, bound, condition, pattern};
use crate::declare::{Check, CheckKind, DatasetFile, Literal, PeriodUnit, ReferenceTarget};
use crate::load::{Compiler, Declared};
use crate::model::Expanded;
use crate::problem::{Code, quoted};

pub(super) fn check(checker: &mut Checker<'_>, compiler: &dyn Compiler) {
    let drafts = checker.drafts;
    for dataset in &drafts.datasets {
        let mut names: HashMap<&str, usize> = HashMap::new();
        let mut conditions = condition::Conditions::new(dataset, compiler);
        let settings = checker.settings_of(dataset.folder);
        for (index, check) in dataset.declaration.checks.iter().enumerate() {
            if let Some(first) = names.insert(&check.name, index) {
                let problem = dataset
                    .at(
                        Code::DuplicateName,
                        &format!("/checks/{index}"),
                        format!("there are two checks named {}", quoted(&check.name)),
                    )
                    .help(format!("give this one, or check {}, another `name`: it is the reason that rows are given", first + 1));
                checker.push(problem);
            }
            if let CheckKind::Expect { sql } = &check.kind {
                let pointer = format!("/checks/{index}/expect");
                if let Ok(expanded) = Expanded::new(&settings, sql) {
                    let problem = conditions.check(&pointer, sql, &expanded);
                    checker.problems.extend(problem);
                } else {
                    super::settings::used(checker, dataset, &pointer, sql);
                }
            } else {
                One {
                    dataset,
                    index,
                    check,
                }
                .check(checker);
            }
        }
    }
}

struct One<'a> {
    dataset: &'a Declared<DatasetFile>,
    index: usize,
    check: &'a Check,
}

impl One<'_> {
    fn at(&self, key: &str) -> String {
        format!("/checks/{}/{key}", self.index)
    }

    fn check(&self, checker: &mut Checker<'_>) {
        match &self.check.kind {
            CheckKind::Expect { .. } => {}
            CheckKind::Within { column, low, high } => {
                if let Some(value_type) = self.column(checker, column) {
                    self.bounds(checker, column, value_type, (low.as_ref(), high.as_ref()));
                }
            }
            CheckKind::Matches { column, pattern } => self.matches(checker, column, pattern),
            CheckKind::OneOf { column, values } => {
                if let Some(value_type) = self.column(checker, column) {
                    for (index, value) in values.iter().enumerate() {
                        self.value(
                            checker,
                            &self.at(&format!("in/{index}")),
                            column,
                            value_type,
                            value,
                        );
                    }
                }
            }
            CheckKind::Unique { columns } => {
                for (index, column) in columns.iter().enumerate() {
                    checker.column(
                        self.dataset,
                        &self.at(&format!("unique/{index}")),
                        self.dataset,
                        column,
                    );
                }
            }
            CheckKind::References { column, target } => self.references(checker, column, target),
            CheckKind::Rows { count } => {
                if let (Some(least), Some(most)) = (count.at_least, count.at_most)
                    && least > most
                {
                    let message =
                        format!("no number of rows is at least {least} and at most {most}");
                    checker.push(self.dataset.at(Code::WrongBound, &self.at("rows"), message));
                }
            }
            CheckKind::Fresh { within } => {
                if matches!(within.unit, PeriodUnit::Second | PeriodUnit::Minute) {
                    let problem = self
                        .dataset
                        .at(
                            Code::WrongSchedule,
                            &self.at("fresh"),
                            "freshness is told in h, d or wd",
                        )
                        .help("write hours, calendar days or working days, such as `36 h`");
                    checker.push(problem);
                }
            }
        }
    }

    /// The type of the column that the check is about, when it is known.
    fn column(&self, checker: &mut Checker<'_>, column: &ColumnName) -> Option<ValueType> {
        checker.column(self.dataset, &self.at("column"), self.dataset, column);
        type_of(self.dataset, column)
    }

    fn value(
        &self,
        checker: &mut Checker<'_>,
        pointer: &str,
        column: &ColumnName,
        value_type: ValueType,
        value: &Literal,
    ) -> Option<bound::Bound> {
        let text = value.to_string();
        let read = match (value_type, value) {
            (ValueType::Text, Literal::Text(_)) => bound::read(value_type, &text),
            // A number would be compared as the text it happens to be written as.
            (ValueType::Text, _) => None,
            _ => bound::read(value_type, &text),
        };
        if read.is_none() {
            let help = match value_type {
                ValueType::Text => "put it in quotes".to_owned(),
                ValueType::Date => "write a date such as \"2024-03-01\"".to_owned(),
                ValueType::Timestamp => "write a time such as \"2024-03-01 08:30:00\"".to_owned(),
                _ => format!("write a value of type {value_type}"),
            };
            let problem = self
                .dataset
                .at(
                    Code::WrongBound,
                    pointer,
                    format!(
                        "{} is no value of `{column}`, which is {value_type}",
                        quoted(&text)
                    ),
                )
                .help(help);
            checker.push(problem);
        }
        read
    }

    fn bounds(
        &self,
        checker: &mut Checker<'_>,
        column: &ColumnName,
        value_type: ValueType,
        (low, high): (Option<&Literal>, Option<&Literal>),
    ) {
        let both = low.is_some() && high.is_some();
        let is_between = both
            && self.dataset.root.find(&self.at("between")).key.is_some()
            && matches!(
                self.dataset.root.find(&self.at("between")).node.content,
                crate::yaml::Content::List(_)
            );
        let (low_at, high_at) = if is_between {
            (self.at("between/0"), self.at("between/1"))
        } else {
            (self.at("at_least"), self.at("at_most"))
        };
        let low = low.and_then(|low| self.value(checker, &low_at, column, value_type, low));
        let high = high.and_then(|high| self.value(checker, &high_at, column, value_type, high));
        if let (Some(low), Some(high)) = (low, high)
            && low > high
        {
            let pointer = if is_between {
                self.at("between")
            } else {
                low_at
            };
            let problem = self
                .dataset
                .at(
                    Code::WrongBound,
                    &pointer,
                    "the least value is greater than the greatest",
                )
                .help("every row would break the check");
            checker.push(problem);
        }
    }

    fn matches(&self, checker: &mut Checker<'_>, column: &ColumnName, text: &str) {
        if let Some(value_type) = self.column(checker, column)
            && value_type != ValueType::Text
        {
            let problem = self
                .dataset
                .at(
                    Code::TypeMismatch,
                    &self.at("column"),
                    format!("`matches` is for texts, and `{column}` is {value_type}"),
                )
                .help("use `between`, `at_least` or `at_most`, or a condition in `expect`");
            checker.push(problem);
        }
        let problem = pattern::check(self.dataset, &self.at("matches"), text);
        checker.problems.extend(problem);
    }

    fn references(&self, checker: &mut Checker<'_>, column: &ColumnName, target: &ReferenceTarget) {
        let own = self.column(checker, column);
        let pointer = self.at("references");
        let Some(other) = checker.dataset(self.dataset, &pointer, &target.dataset) else {
            return;
        };
        let target_column = match &target.column {
            Some(target_column) => {
                if !checker.column(self.dataset, &pointer, other, target_column) {
                    return;
                }
                target_column
            }
            None => match other.declaration.key.as_slice() {
                [only] => only,
                _ if other.has_lost("/key") => return,
                key => {
                    let id = &target.dataset;
                    let problem = self
                        .dataset
                        .at(
                            Code::NoSingleKey,
                            &pointer,
                            format!(
                                "the key of `{id}` has {} columns, so the column must be named",
                                key.len()
                            ),
                        )
                        .help(format!("write `{id}.column`"));
                    return checker.push(problem);
                }
            },
        };
        let (Some(own), Some(other_type)) = (own, type_of(other, target_column)) else {
            return;
        };
        if own != other_type {
            let problem = self
                .dataset
                .at(
                    Code::TypeMismatch,
                    &pointer,
                    format!(
                        "`{column}` is {own}, and `{}.{target_column}` is {other_type}",
                        target.dataset
                    ),
                )
                .help("a reference is between columns of one type");
            checker.push(problem);
        }
    }
}

/// The type of a column, unless it is not there or its declaration is faulty.
fn type_of(dataset: &Declared<DatasetFile>, column: &ColumnName) -> Option<ValueType> {
    if dataset.has_lost(&format!("/columns/{column}")) {
        return None;
    }
    dataset
        .declaration
        .columns
        .get(column)
        .map(crate::declare::Column::value_type)
}
