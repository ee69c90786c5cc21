//! Packs as text, and what is said about them.

use std::fs;
use std::path::{Path, PathBuf};

use arrow::datatypes::SchemaRef;
use tempfile::TempDir;

use crate::{ConditionCompiler, Loaded, Packs, SqlProblem};

mod repository;

/// Knows no SQL but which words may stand in it: columns, numbers and a few others.
struct Words;

impl ConditionCompiler for Words {
    fn compile(&self, schema: &SchemaRef, sql: &str) -> Result<(), SqlProblem> {
        let mut offset = 0;
        for word in sql.split(|sign: char| !sign.is_alphanumeric() && sign != '_') {
            let known = word.is_empty()
                || word.starts_with(|sign: char| sign.is_ascii_digit())
                || ["and", "or", "not", "in", "is", "null"].contains(&word)
                || schema.field_with_name(word).is_ok();
            let at = sql[offset..].find(word).unwrap() + offset;
            if !known && !sql[..at].ends_with('\'') {
                let before = &sql[..at];
                let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
                return Err(SqlProblem {
                    message: format!("there is no column `{word}`"),
                    line: before.matches('\n').count() as u64 + 1,
                    column: before[line_start..].chars().count() as u64 + 1,
                    help: None,
                });
            }
            offset = at + word.len();
        }
        Ok(())
    }
}

/// Writes files, each after a line `== path`, into a new folder.
fn write(files: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    let mut path = PathBuf::new();
    for line in files.lines() {
        if let Some(name) = line.strip_prefix("== ") {
            path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, "").unwrap();
        } else if !path.as_os_str().is_empty() {
            let before = fs::read_to_string(&path).unwrap();
            fs::write(&path, format!("{before}{line}\n")).unwrap();
        }
    }
    folder
}

fn load(folder: &Path) -> Loaded {
    Packs::load(&[folder.to_owned()], &Words)
}

fn rendered(folder: &Path, loaded: &Loaded) -> String {
    let prefix = format!("{}/", folder.display());
    let text: Vec<String> = loaded.problems.iter().map(ToString::to_string).collect();
    text.join("\n").replace(&prefix, "")
}
