//! The walks of the READMEs are run as a new user would run them.

use std::path::{Path, PathBuf};
use std::process::Command;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The shell block that stands under the mark `<!-- walk -->`.
fn walk(readme: &str) -> String {
    let text = std::fs::read_to_string(repository().join(readme)).expect("the README is there");
    let (_, after) = text
        .split_once("<!-- walk -->\n```sh\n")
        .expect("the README has a walk");
    after
        .split_once("\n```")
        .expect("the walk ends")
        .0
        .to_owned()
}

fn run(readme: &str) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    std::os::unix::fs::symlink(repository().join("packs"), folder.path().join("packs"))
        .expect("a link can be made");
    let executable = Path::new(env!("CARGO_BIN_EXE_yandu"));
    let path = format!(
        "{}:{}",
        executable
            .parent()
            .expect("the executable has a folder")
            .display(),
        std::env::var("PATH").unwrap_or_default()
    );
    let output = Command::new("bash")
        .args(["-euo", "pipefail", "-c", &walk(readme)])
        .current_dir(folder.path())
        .env("PATH", path)
        .output()
        .expect("bash runs");
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{readme}\n{stdout}\n{stderr}");
    assert!(
        folder.path().join("faults.xlsx").exists(),
        "{readme}: the workbook was written\n{stdout}"
    );
    stdout
}

#[test]
fn the_first_five_minutes_of_the_english_readme_run() {
    let stdout = run("README.md");
    assert!(stdout.contains("unchanged"), "{stdout}");
    assert!(stdout.contains("name,_batch,_row"), "{stdout}");
}

#[test]
fn the_first_five_minutes_of_the_chinese_readme_run() {
    let stdout = run("README.zh-CN.md");
    assert!(stdout.contains("unchanged"), "{stdout}");
}
