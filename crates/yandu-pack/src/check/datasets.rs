//! Keys, columns, headers and sharing of datasets.

use std::collections::HashMap;

use yandu_words::{CodeListId, ColumnName, Mask, ValueType, fold_header};

use super::{Checker, alternatives_sorted, bound};
use crate::declare::{Column, DatasetFile, SharingClass};
use crate::load::Declared;
use crate::problem::{Code, quoted};
use crate::schema::FileKind;

pub(super) fn check(checker: &mut Checker<'_>) {
    let drafts = checker.drafts;
    for dataset in &drafts.datasets {
        for (index, column) in dataset.declaration.key.iter().enumerate() {
            checker.column(dataset, &format!("/key/{index}"), dataset, column);
        }
        sharing(checker, dataset);
        headers(checker, dataset);
        for (name, column) in &dataset.declaration.columns {
            codes(checker, dataset, name, column);
            mask(checker, dataset, name, column);
            number_for_name(checker, dataset, name, column);
        }
    }
}

/// Ends of titles and headers under which nobody counts.
const NAMES: [&str; 11] = [
    "电话",
    "电话号码",
    "手机",
    "手机号",
    "手机号码",
    "传真",
    "证件号",
    "证件号码",
    "身份证号",
    "区划代码",
    "邮政编码",
];

fn number_for_name(
    checker: &mut Checker<'_>,
    dataset: &Declared<DatasetFile>,
    name: &ColumnName,
    column: &Column,
) {
    let Some(ValueType::Integer | ValueType::Decimal { .. } | ValueType::Float) = column.value_type
    else {
        return;
    };
    let mut said = std::iter::once(&column.title.zh).chain(&column.from);
    let Some(header) = said.find(|said| NAMES.iter().any(|end| said.trim().ends_with(end))) else {
        return;
    };
    let problem = dataset
        .at(
            Code::NumberForName,
            &format!("/columns/{name}/type"),
            format!("{} names something and is no number", quoted(header)),
        )
        .help("declare the standard that fits, such as `mobile` or `division`, or `type: text`");
    checker.push(problem);
}

fn sharing(checker: &mut Checker<'_>, dataset: &Declared<DatasetFile>) {
    let sharing = &dataset.declaration.sharing;
    let empty = |text: &Option<String>| text.as_ref().is_none_or(|text| text.trim().is_empty());
    if dataset.has_lost("/sharing") || !empty(&sharing.basis) {
        return;
    }
    match sharing.class {
        SharingClass::None => {
            let problem = dataset
                .at(
                    Code::NoBasis,
                    "/sharing",
                    "a dataset on the negative list has no `basis`",
                )
                .help("add the law, regulation or decision that forbids sharing, with its article");
            checker.push(problem);
        }
        SharingClass::Conditional if empty(&sharing.condition) => {
            let problem = dataset
                .at(Code::Incomplete, "/sharing", "sharing is conditional, and no `basis` or `condition` says on what")
                .help("add `condition`: who may have the data and for what, or `basis`: the law that says so");
            checker.push(problem);
        }
        SharingClass::Conditional | SharingClass::Unconditional => {}
    }
}

fn headers(checker: &mut Checker<'_>, dataset: &Declared<DatasetFile>) {
    let mut claimed: HashMap<String, &ColumnName> = HashMap::new();
    for name in dataset.declaration.columns.keys() {
        claimed.insert(fold_header(name.as_str()), name);
    }
    for (name, column) in &dataset.declaration.columns {
        for (index, header) in column.from.iter().enumerate() {
            match claimed.insert(fold_header(header), name) {
                Some(other) if other != name => {
                    let problem = dataset
                        .at(
                            Code::AmbiguousHeader,
                            &format!("/columns/{name}/from/{index}"),
                            format!(
                                "the header {} stands for `{other}` and for `{name}`",
                                quoted(header)
                            ),
                        )
                        .help(
                            "leave it to one of them; a source can say otherwise under `headers`",
                        );
                    checker.push(problem);
                }
                _ => {}
            }
        }
    }
}

fn codes(
    checker: &mut Checker<'_>,
    dataset: &Declared<DatasetFile>,
    name: &ColumnName,
    column: &Column,
) {
    let Some(id) = &column.codes else {
        return;
    };
    let pointer = format!("/columns/{name}/codes");
    let Some(list) = checker.code_lists.get(id).copied() else {
        if !checker.drafts.is_unread(FileKind::Codes, id.as_str()) {
            let known: Vec<&str> = checker.code_lists.keys().map(CodeListId::as_str).collect();
            let problem = dataset
                .at(
                    Code::MissingCodes,
                    &pointer,
                    format!("there is no code list `{id}`"),
                )
                .help_if(alternatives_sorted(id.as_str(), "code lists", known));
            checker.push(problem);
        }
        return;
    };
    checker.uses(dataset, &pointer, &id.pack());
    let Some(value_type) = column.value_type else {
        return;
    };
    let wrong = |code: &&String| bound::read(value_type, code).is_none();
    if let Some(code) = list.declaration.values.keys().find(wrong) {
        let problem = dataset
            .at(
                Code::TypeMismatch,
                &format!("/columns/{name}/type"),
                format!("the code {} of `{id}` is no {value_type}", quoted(code)),
            )
            .help("leave the type out: codes are text");
        checker.push(problem);
    }
}

fn mask(
    checker: &mut Checker<'_>,
    dataset: &Declared<DatasetFile>,
    name: &ColumnName,
    column: &Column,
) {
    use ValueType::{Date, Decimal, Float, Integer, Text, Timestamp};
    if dataset.has_lost(&format!("/columns/{name}")) {
        return;
    }
    let value_type = column.value_type();
    let (fits, what) = match &column.mask {
        None | Some(Mask::Null | Mask::Hash) => return,
        Some(Mask::Month | Mask::Year) => (
            matches!(value_type, Date | Timestamp),
            "dates and timestamps",
        ),
        Some(Mask::Step { .. } | Mask::Grid { .. }) => (
            matches!(value_type, Integer | Decimal { .. } | Float),
            "numbers",
        ),
        Some(Mask::Fixed { .. } | Mask::Keep { .. } | Mask::Fpe) => {
            (matches!(value_type, Text), "texts")
        }
    };
    if !fits {
        let problem = dataset
            .at(
                Code::TypeMismatch,
                &format!("/columns/{name}/mask"),
                format!("the mask is for {what}, and `{name}` is {value_type}"),
            )
            .help("use `hash`, or `\"null\"` for nothing at all");
        checker.push(problem);
    }
}
