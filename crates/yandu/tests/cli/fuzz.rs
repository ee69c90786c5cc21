//! The interface against a client that reads its document and tries what nobody thought of.
//!
//! By hand with more examples, or with the seed of a run that failed:
//! `YANDU_FUZZ_EXAMPLES=500 YANDU_SEED=7 cargo test -p yandu --test cli schemathesis`, with `YANDU_TEST_PYTHON` set.

use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::exports::link;
use crate::faces::{city, drive};
use crate::support::{Place, Server, number, python, seed};

/// Examples for each operation and kind of test in an ordinary run.
const EXAMPLES: u64 = 12;

#[test]
fn schemathesis_finds_nothing_wrong_with_the_interface() {
    let Some(python) = python() else {
        return;
    };
    let (place, mut server) = city();
    try_all(&python, &place, &server, &[]);
    let log = server.stop();
    assert!(!log.contains("panicked"), "{log}");
}

#[test]
fn schemathesis_finds_nothing_wrong_with_what_a_token_of_a_member_of_staff_is_told() {
    let Some(python) = python() else {
        return;
    };
    let (place, mut server) = city();
    let url = server.url();
    let made = drive("member.py", &["make", &url, &link(&server)]).unwrap();
    let secret = made["secret"].as_str().unwrap();
    let is_theirs = || {
        let said = drive("member.py", &["ask", &url, secret]).unwrap();
        assert_eq!(said["refused"], json!([403, 403, 403]), "{said}");
    };
    is_theirs();
    let shown = format!("Authorization: Bearer {secret}");
    // Which methods an address has is not told to whoever may not use it: it refuses before it looks.
    let arguments = ["-H", &shown, "--exclude-checks", "unsupported_method"];
    try_all(&python, &place, &server, &arguments);
    // What was tried took nothing from the token, so that it was not refused all the while.
    is_theirs();
    let log = server.stop();
    assert!(!log.contains("panicked"), "{log}");
}

/// Tries every operation of a server, with more arguments of the client.
fn try_all(python: &str, place: &Place, server: &Server, arguments: &[&str]) {
    let seed = seed();
    let examples = number("YANDU_FUZZ_EXAMPLES").unwrap_or(EXAMPLES);
    println!("YANDU_SEED={seed} YANDU_FUZZ_EXAMPLES={examples}");
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(Path::new(python).with_file_name("schemathesis"))
        .current_dir(place.path("."))
        .arg("--config-file")
        .arg(here.join("tests/cli/schemathesis.toml"))
        .arg("run")
        .arg(here.join("../yandu-http/openapi.json"))
        .args(["--url", &server.url()])
        .args(["--seed", &seed.to_string()])
        .args(["--max-examples", &examples.to_string()])
        .args(arguments)
        .output()
        .unwrap();
    let found = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "seed {seed}\n{found}");
    // It tells what it did not get to; a document that it cannot read at all would pass otherwise.
    assert!(found.contains("API Operations"), "{found}");
}
