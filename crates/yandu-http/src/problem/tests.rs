use std::collections::BTreeSet;
use std::path::Path;

use super::*;

fn pages() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/errors");
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            entry
                .unwrap()
                .path()
                .file_stem()
                .unwrap()
                .to_string_lossy()
                .into_owned()
        })
        .collect()
}

#[test]
fn every_kind_has_a_page_and_every_page_a_kind() {
    let kinds: BTreeSet<String> = KINDS.iter().map(|kind| kind.code.to_owned()).collect();
    assert_eq!(kinds, pages());
    assert_eq!(kinds.len(), KINDS.len(), "a code stands twice");
}

#[test]
fn every_code_of_the_modules_has_a_kind() {
    let kinds: BTreeSet<&str> = KINDS.iter().map(|kind| kind.code).collect();
    let modules = [
        yandu_access::Error::CODES,
        yandu_classify::Error::CODES,
        yandu_collect::Error::CODES,
        yandu_decode::Error::CODES,
        yandu_documents::Error::CODES,
        yandu_lake::Error::CODES,
        yandu_ledger::Error::CODES,
        yandu_metrics::Error::CODES,
        yandu_openid::Error::CODES,
        yandu_plan::Error::CODES,
        yandu_transform::Error::CODES,
        yandu_store::Error::CODES,
    ];
    for code in modules.into_iter().flatten() {
        assert!(kinds.contains(code), "`{code}` has no kind");
    }
}

#[test]
fn a_page_says_code_title_and_status_in_both_languages() {
    for kind in KINDS {
        let head = format!(
            "# {}（`{}`）\n\nHTTP {}\n",
            kind.title, kind.code, kind.status
        );
        assert!(kind.page.starts_with(&head), "{}: {}", kind.code, kind.page);
        for part in ["**怎么办**", "\n## ", "**What to do**"] {
            assert!(kind.page.contains(part), "{} lacks {part}", kind.code);
        }
    }
}

#[test]
fn an_error_tells_its_causes_and_its_help() {
    let error = yandu_collect::Error::File {
        doing: "open the delivery",
        path: "/a.csv".into(),
        source: std::io::Error::from(std::io::ErrorKind::NotFound),
    };
    let problem = Box::<Problem>::from(error);
    assert_eq!((problem.status, problem.code.as_str()), (422, "file"));
    assert_eq!(problem.detail, "cannot open the delivery `/a.csv`");
    assert_eq!(problem.causes, ["entity not found"]);
    assert_eq!(problem.page, "/errors/file");
}

#[test]
fn a_code_that_nobody_knows_is_the_programs_own_fault() {
    assert_eq!(Problem::new("no-such-code", "x").code, "internal");
}
