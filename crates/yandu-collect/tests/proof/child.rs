//! Work in a process of its own: this very test program, started once more with a task in its environment.

use std::path::Path;
use std::process::{Command, Stdio};

const TASK: &str = "YANDU_PROOF_TASK";
const FOLDER: &str = "YANDU_PROOF_FOLDER";
const NUMBER: &str = "YANDU_PROOF_NUMBER";

/// A process that will do `task` in `folder`; its answers are the lines of its standard output that begin with `> `.
pub(crate) fn command(task: &str, folder: &Path, number: u64) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args([
            "--exact",
            "child::a_process_that_was_given_a_task_does_it",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(TASK, task)
        .env(FOLDER, folder)
        .env(NUMBER, number.to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Lets a process do `task` to its end; what it answered, and how it ended.
pub(crate) fn run(task: &str, folder: &Path) -> Vec<String> {
    let output = command(task, folder, 0).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{task}: {errors}");
    answers(&String::from_utf8_lossy(&output.stdout))
}

pub(crate) fn answers(output: &str) -> Vec<String> {
    output
        .lines()
        .filter_map(|line| line.strip_prefix("> "))
        .map(ToOwned::to_owned)
        .collect()
}

pub(crate) fn answer(text: &str) {
    println!("> {text}");
}

/// The most memory that this process had so far, in bytes, where the system tells.
pub(crate) fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
    Some(kilobytes << 10)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_was_given_a_task_does_it() {
    let Ok(task) = std::env::var(TASK) else {
        return;
    };
    let folder = std::env::var(FOLDER).unwrap();
    let number = std::env::var(NUMBER).unwrap().parse().unwrap();
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(tracing::Level::WARN)
        .with_ansi(false)
        .init();
    // The test harness has left its line open.
    println!();
    match task.as_str() {
        "second" => crate::bad::second_process(Path::new(&folder)),
        "wide" => crate::bad::wide_field(Path::new(&folder)).await,
        "bomb" => crate::bad::bomb(Path::new(&folder)).await,
        "restless" => crate::kill::restless(Path::new(&folder), number).await,
        other => panic!("there is no task {other}"),
    }
}
