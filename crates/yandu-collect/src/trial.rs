//! The tests of a pack: rows are really collected, in a city of their own that is gone afterwards.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use serde::Serialize;
use yandu_lake::{Lake, Options, Principal, ReadPoint, TableSpec};
use yandu_pack::declare::{Row, Test, Then};
use yandu_pack::{Dataset, PackTest, Packs};
use yandu_store::{DataFolder, Store};
use yandu_words::id::{DatasetId, PackId};

use crate::collector::{Collector, Delivery, Outcome};
use crate::{Error, Result};

/// How one test of a pack went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TrialResult {
    /// The file of the test, relative to the pack.
    pub file: String,
    pub name: String,
    /// What is otherwise than expected; empty when the test passes.
    pub differences: Vec<String>,
}

/// Runs every test of a pack.
pub async fn run(packs: &Arc<Packs>, pack: &PackId) -> Result<Vec<TrialResult>> {
    let mut results = Vec::new();
    let Some(pack) = packs.pack(pack) else {
        return Ok(results);
    };
    for PackTest { path, test } in pack.tests() {
        let file = path
            .strip_prefix(pack.folder())
            .unwrap_or(path)
            .display()
            .to_string();
        let differences = match trial(packs, pack.folder(), test).await {
            Ok(differences) => differences,
            Err(error) => vec![crate::collector::failure_of(&error).message],
        };
        results.push(TrialResult {
            name: test.name.clone().unwrap_or_else(|| file.clone()),
            file,
            differences,
        });
    }
    Ok(results)
}

/// Declares every collected dataset of the packs in a lake.
pub fn declare(lake: &Lake, packs: &Packs) -> Result<()> {
    for dataset in packs.datasets() {
        lake.declare(spec(dataset))?;
    }
    Ok(())
}

/// The table of a dataset: its columns, and what deliveries have beside them.
pub(crate) fn spec(dataset: &Dataset) -> TableSpec {
    let mut fields = dataset.schema().fields().to_vec();
    fields.push(Arc::new(arrow::datatypes::Field::new(
        crate::EXTRA,
        arrow::datatypes::DataType::Utf8View,
        true,
    )));
    let file = dataset.file();
    TableSpec {
        id: file.dataset.clone(),
        schema: Arc::new(arrow::datatypes::Schema::new(fields)),
        key: file.key.iter().map(ToString::to_string).collect(),
    }
}

async fn trial(packs: &Arc<Packs>, pack: &Path, test: &Test) -> Result<Vec<String>> {
    let city = tempfile::tempdir()
        .map_err(|source| Error::file("make", Path::new("a temporary folder"), source))?;
    let folder = DataFolder::open(city.path())?;
    let store = Store::open(&folder.records()).await?;
    let lake = Lake::open(Options::new(folder.root()))?;
    declare(&lake, packs)?;
    let collector = Collector::open(folder, store, lake, Arc::clone(packs), 2).await?;
    let deliver = async |dataset: &DatasetId, path: PathBuf| {
        collector
            .collect(
                &Principal::local_administrator(),
                Delivery::file(dataset.clone(), path),
            )
            .await
    };
    for (dataset, rows) in &test.given.and {
        let path = write_rows(city.path(), dataset, rows)?;
        deliver(dataset, path).await?;
    }
    let path = match (&test.given.file, &test.given.rows) {
        (Some(file), _) => pack.join(file),
        (None, Some(rows)) => write_rows(city.path(), &test.given.dataset, rows)?,
        (None, None) => return Ok(vec!["the test gives no rows".to_owned()]),
    };
    let outcome = deliver(&test.given.dataset, path).await?;
    let mut differences = compare(&test.then, &outcome);
    if !differences.is_empty() {
        let notes = outcome
            .report
            .as_ref()
            .and_then(|report| report.get("notes"));
        differences.extend(notes.map(|notes| format!("notes: {notes}")));
    }
    if let Some(expected) = &test.then.rows {
        let sql = format!(
            "SELECT * FROM {} WHERE _batch = '{}' ORDER BY _row LIMIT {}",
            test.given.dataset,
            outcome.batch,
            expected.len().max(1)
        );
        let session = collector
            .lake()
            .session(&Principal::local_administrator(), ReadPoint::default());
        let kept = session.query(&sql).await?.collect().await?;
        differences.extend(compare_rows(expected, &kept)?);
    }
    Ok(differences)
}

fn write_rows(folder: &Path, dataset: &DatasetId, rows: &[Row]) -> Result<PathBuf> {
    let path = folder.join("inbox").join(format!("{dataset}.jsonl"));
    let mut lines = String::new();
    for row in rows {
        lines.push_str(&serde_json::to_string(row)?);
        lines.push('\n');
    }
    fs::write(&path, lines).map_err(|source| Error::file("write", &path, source))?;
    Ok(path)
}

fn compare(then: &Then, outcome: &Outcome) -> Vec<String> {
    let mut differences = Vec::new();
    if let Some(error) = &outcome.error {
        differences.push(format!(
            "the delivery was {}: {}",
            outcome.status.name(),
            error.message
        ));
    }
    let mut number = |what: &str, expected: Option<u64>, found: u64| {
        if let Some(expected) = expected
            && expected != found
        {
            differences.push(format!("{what}: expected {expected}, found {found}"));
        }
    };
    number("rows_in", then.rows_in, outcome.rows_in);
    number("rows_kept", then.rows_kept, outcome.rows_kept);
    number(
        "rows_quarantined",
        then.rows_quarantined,
        outcome.rows_quarantined,
    );
    number(
        "rows_superseded",
        then.rows_superseded,
        outcome.rows_superseded,
    );
    for (reason, expected) in &then.reasons {
        let found = outcome
            .findings
            .iter()
            .filter(|finding| finding.reason == *reason)
            .map(|finding| finding.rows)
            .sum();
        number(
            &format!("rows with the reason `{reason}`"),
            Some(*expected),
            found,
        );
    }
    if let Some(expected) = &then.encoding
        && !outcome
            .encoding
            .as_ref()
            .is_some_and(|found| found.eq_ignore_ascii_case(expected))
    {
        differences.push(format!(
            "encoding: expected {expected}, found {:?}",
            outcome.encoding
        ));
    }
    differences
}

type ExpectedRow =
    indexmap::IndexMap<yandu_words::ColumnName, Option<yandu_pack::declare::Literal>>;

fn compare_rows(expected: &[ExpectedRow], kept: &[RecordBatch]) -> Result<Vec<String>> {
    const OPTIONS: FormatOptions<'static> = FormatOptions::new().with_null("null");
    let mut found = Vec::new();
    for rows in kept {
        for index in 0..rows.num_rows() {
            found.push((rows, index));
        }
    }
    let mut differences = Vec::new();
    for (place, cells) in expected.iter().enumerate() {
        let Some((rows, index)) = found.get(place) else {
            differences.push(format!("row {}: expected, and not there", place + 1));
            continue;
        };
        for (column, expected) in cells {
            let Some(array) = rows.column_by_name(column.as_str()) else {
                differences.push(format!("row {}: there is no column `{column}`", place + 1));
                continue;
            };
            let found = ArrayFormatter::try_new(array, &OPTIONS)?
                .value(*index)
                .to_string();
            let expected = expected
                .as_ref()
                .map_or_else(|| "null".to_owned(), ToString::to_string);
            if !same(&found, &expected) {
                differences.push(format!(
                    "row {}, {column}: expected `{expected}`, found `{found}`",
                    place + 1
                ));
            }
        }
    }
    Ok(differences)
}

/// Texts that are equal, or short numbers and times that differ in writing alone.
fn same(found: &str, expected: &str) -> bool {
    const EXACT_DIGITS: usize = 15;
    if found.replace('T', " ") == expected.replace('T', " ") {
        return true;
    }
    match (found.parse::<f64>(), expected.parse::<f64>()) {
        (Ok(number), Ok(other)) => found.len() <= EXACT_DIGITS && number.total_cmp(&other).is_eq(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SqlConditions;

    #[tokio::test]
    async fn every_pack_loads_and_its_tests_pass() {
        let packs = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../packs"));
        let loaded = Packs::load(&[packs], &SqlConditions);
        let problems: Vec<String> = loaded
            .problems
            .iter()
            .map(|problem| format!("{}: {}", problem.file.display(), problem.message))
            .collect();
        assert!(problems.is_empty(), "{}", problems.join("\n"));
        let packs = Arc::new(loaded.packs);
        let mut failed = Vec::new();
        let mut count = 0;
        for pack in packs.packs() {
            for result in run(&packs, pack.id()).await.unwrap() {
                count += 1;
                if !result.differences.is_empty() {
                    failed.push(format!(
                        "{} {}: {}\n    {}",
                        pack.id(),
                        result.file,
                        result.name,
                        result.differences.join("\n    ")
                    ));
                }
            }
        }
        assert!(
            failed.is_empty(),
            "{} of {count} tests fail\n{}",
            failed.len(),
            failed.join("\n")
        );
        assert!(count >= 20, "the first packs have {count} tests");
    }
}
