//! The tests of packs name things that are there.

use yandu_words::DatasetId;

use super::Checker;
use super::sources::pack_file;
use crate::declare::{DatasetFile, Origin, TestFile, Then};
use crate::load::Declared;
use crate::problem::Code;

pub(super) fn check(checker: &mut Checker<'_>) {
    let drafts = checker.drafts;
    for declared in &drafts.tests {
        let is_list = declared.root.keys().any(|key| key == "tests");
        for id in &declared.declaration.usual {
            checker.dataset(declared, &format!("/usual/{id}"), id);
        }
        for (index, test) in declared.declaration.tests.iter().enumerate() {
            let at = if is_list {
                format!("/tests/{index}")
            } else {
                String::new()
            };
            let dataset = checker.dataset(
                declared,
                &format!("{at}/given/dataset"),
                &test.given.dataset,
            );
            if let Some(path) = &test.given.file {
                let problem = pack_file(checker, declared, &format!("{at}/given/file"), path);
                checker.problems.extend(problem);
            }
            for id in test.given.and.keys() {
                checker.dataset(declared, &format!("{at}/given/and/{id}"), id);
            }
            expects_something(checker, declared, &at, &test.then);
            let dataset = match &test.then.model {
                Some(id) => model(checker, declared, &format!("{at}/then/model"), id),
                None => dataset,
            };
            let Some(dataset) = dataset else {
                continue;
            };
            for (row, cells) in test.then.rows.iter().flatten().enumerate() {
                for column in cells.keys() {
                    checker.column(
                        declared,
                        &format!("{at}/then/rows/{row}/{column}"),
                        dataset,
                        column,
                    );
                }
            }
        }
    }
}

/// A test that expects nothing passes whatever becomes of its rows.
fn expects_something(
    checker: &mut Checker<'_>,
    declared: &Declared<TestFile>,
    at: &str,
    then: &Then,
) {
    if declared.has_lost(&format!("{at}/then")) {
        return;
    }
    let (pointer, message, help) = if *then == Then::default() {
        (
            "then",
            "the test expects nothing",
            "say what becomes of the rows, such as `rows_kept: 2`",
        )
    } else if then.model.is_some() && then.rows.is_none() {
        (
            "then/model",
            "the test names a model, and no rows of it",
            "add `rows`: all rows of the model, in the order of its key",
        )
    } else {
        return;
    };
    let problem = declared.at(Code::Incomplete, &format!("{at}/{pointer}"), message);
    checker.push(problem.help(help));
}

/// The model whose rows a test expects. That another dataset is named, or none that is there, is reported.
fn model<'a>(
    checker: &mut Checker<'a>,
    declared: &Declared<TestFile>,
    pointer: &str,
    id: &DatasetId,
) -> Option<&'a Declared<DatasetFile>> {
    let model = checker.dataset(declared, pointer, id)?;
    if model.declaration.origin != Origin::Model && !model.has_lost("/origin") {
        let message = format!("the rows of `{id}` are made by no model");
        let problem = declared
            .at(Code::WrongOrigin, pointer, message)
            .help("name a model, or leave `model` out: then `rows` are those of the delivery");
        checker.push(problem);
    }
    Some(model)
}
