//! The tests of packs name things that are there.

use super::Checker;
use super::sources::pack_file;

pub(super) fn check(checker: &mut Checker<'_>) {
    let drafts = checker.drafts;
    for declared in &drafts.tests {
        let is_list = declared.root.keys().any(|key| key == "tests");
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
