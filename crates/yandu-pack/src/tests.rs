//! Packs as text, and what is said about them.

#![allow(
    clippy::needless_raw_string_hashes,
    reason = "expected texts are written by `UPDATE_EXPECT=1`, always with hashes"
)]

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use arrow::datatypes::{DataType, SchemaRef};
use expect_test::Expect;
use tempfile::TempDir;
use yandu_words::DatasetId;

use crate::{CompiledModel, Compiler, Loaded, ModelInput, Packs, SqlProblem};

mod boards;
mod classification;
mod conditions;
mod declarations;
mod forms;
mod hostile;
mod indicators;
mod lookups;
mod metrics;
mod misfits;
mod models;
mod policies;
mod properties;
mod references;
mod repository;
mod scaffold;
mod schemas;
mod sources;
mod yaml;

/// Knows no SQL but which words may stand in it: columns, numbers and a few others.
struct Words;

impl Compiler for Words {
    fn condition(&self, schema: &SchemaRef, sql: &str) -> Result<(), SqlProblem> {
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

    fn row_condition(
        &self,
        schema: &SchemaRef,
        sql: &str,
        values: &[&str],
    ) -> Result<(), SqlProblem> {
        let mut plain = sql.to_owned();
        for value in values {
            plain = plain.replace(&format!("${value}"), "0");
        }
        self.condition(schema, &plain)
    }

    fn inputs(&self, _: &str) -> Result<Option<Vec<ModelInput>>, SqlProblem> {
        Ok(None)
    }

    fn model(
        &self,
        _: &HashMap<DatasetId, SchemaRef>,
        _: &str,
    ) -> Result<Option<CompiledModel>, SqlProblem> {
        Ok(None)
    }

    /// Aggregates of columns; the number is one unless a text stands in it.
    fn measure(&self, schema: &SchemaRef, sql: &str) -> Result<Option<DataType>, SqlProblem> {
        let spoken = sql.replace("sum", "not").replace("count", "not");
        self.condition(schema, &spoken)?;
        Ok(Some(if sql.contains('\'') {
            DataType::Utf8
        } else {
            DataType::Int64
        }))
    }
}

/// Writes files, each after a line `== path`, into a new folder.
fn write(files: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    for file in files
        .split("\n== ")
        .map(|file| file.strip_prefix("== ").unwrap_or(file))
    {
        let (name, text) = file.split_once('\n').unwrap_or((file, ""));
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let end = if text.is_empty() || text.ends_with('\n') {
            ""
        } else {
            "\n"
        };
        fs::write(path, format!("{text}{end}")).unwrap();
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

/// Loads packs written as text and compares all that is said about them.
#[expect(
    clippy::needless_pass_by_value,
    reason = "reads like the macro that makes it"
)]
fn check(files: &str, expect: Expect) {
    let folder = write(files);
    let loaded = load(folder.path());
    expect.assert_eq(&rendered(folder.path(), &loaded));
}

/// A pack with one small dataset, to which a test adds files or of which it replaces some.
const AIR: &str = "\
== air/pack.yaml
pack: air
version: 1.0.0
title: {zh: 空气质量, en: Air quality}
== air/README.md
== air/tests/station.yaml
given: {dataset: air.station, rows: [{station_id: S1}]}
then: {rows_kept: 1}
== air/datasets/station.yaml
dataset: air.station
title: {zh: 监测站, en: Station}
owner: 市生态环境局
origin: collect
sharing: {class: unconditional}
opening: open
refresh: daily
key: [station_id]
columns:
  station_id: {title: {zh: 站点编号, en: Station}, standard: id, from: [站点编号]}
  name: {title: {zh: 站点名称, en: Name}, type: text}
  height: {title: {zh: 高度, en: Height}, type: \"decimal(6,2)\", required: false}
  opened_on: {title: {zh: 启用日期, en: Opened}, type: date}
";

/// The usual pack and more files.
fn air(more: &str) -> String {
    format!("{AIR}{more}")
}

/// The usual pack, its dataset ending with these lines.
fn station(lines: &str) -> String {
    format!("{AIR}{lines}")
}
