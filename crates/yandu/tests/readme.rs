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

/// The shell block of the README of a pack, below its heading.
fn walk_of_pack(readme: &Path) -> String {
    let text = std::fs::read_to_string(readme).expect("the pack has a README");
    let after = text
        .split_once("\n## 走一遍\n\n```sh\n")
        .expect("the README of a pack has a walk")
        .1;
    let walk = after.split_once("\n```").expect("the walk ends").0;
    walk.to_owned()
}

/// Runs a walk in a folder that holds the packs and nothing else; gives its output and that of errors.
fn run_in(folder: &Path, walk: &str, name: &str) -> String {
    std::os::unix::fs::symlink(repository().join("packs"), folder.join("packs"))
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
        .args(["-euo", "pipefail", "-c", walk])
        .current_dir(folder)
        .env("PATH", path)
        .output()
        .expect("bash runs");
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name}\n{stdout}\n{stderr}");
    stdout
}

fn run(readme: &str) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let stdout = run_in(folder.path(), &walk(readme), readme);
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

#[test]
fn the_walk_of_every_pack_runs() {
    let packs = std::fs::read_dir(repository().join("packs")).expect("there are packs");
    let mut walks = 0;
    for pack in packs {
        let readme = pack
            .expect("the folder can be read")
            .path()
            .join("README.md");
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let name = readme.display().to_string();
        let stdout = run_in(folder.path(), &walk_of_pack(&readme), &name);
        assert!(!stdout.trim().is_empty(), "{name} says nothing");
        walks += 1;
    }
    assert!(walks >= 11, "{walks} packs have a walk");
}
