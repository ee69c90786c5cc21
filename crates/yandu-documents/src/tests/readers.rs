//! Documents read by clients that nobody here wrote. `make test` installs them.

use std::process::Command;

use serde_json::Value;

/// What the script beside this file reads; `None` where its clients are not installed.
pub(super) fn read(kind: &str, bytes: &[u8]) -> Option<Value> {
    let Ok(python) = std::env::var("YANDU_TEST_PYTHON") else {
        eprintln!("skipped: YANDU_TEST_PYTHON names no Python with the clients; `make test` does");
        return None;
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("document");
    std::fs::write(&path, bytes).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/src/tests/extract.py");
    let output = Command::new(python)
        .args([script, kind])
        .arg(&path)
        .output()
        .unwrap();
    let problems = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{problems}");
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

pub(super) fn without_blanks(text: &str) -> String {
    text.split_whitespace().collect()
}

/// The text of all pages, without blanks.
pub(super) fn text_of(read: &Value) -> String {
    let pages = read["pages"].as_array().unwrap().iter();
    pages
        .map(|page| without_blanks(page.as_str().unwrap()))
        .collect()
}
