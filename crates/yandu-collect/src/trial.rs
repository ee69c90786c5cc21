//! What tests of packs are made of: a city of its own that is gone afterwards, in which rows are really collected.
//!
//! Who runs a test also refreshes the models in that city, which is done elsewhere.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use arrow::util::pretty::pretty_format_batches;
use serde::Serialize;
use tempfile::TempDir;
use yandu_check::Level;
use yandu_lake::{Lake, Options, Principal, ReadPoint, TableSpec};
use yandu_pack::declare::{Given, Row, Test, Then};
use yandu_pack::{Dataset, Packs, Source};
use yandu_store::{DataFolder, Store};
use yandu_words::id::DatasetId;

use crate::collector::{Cause, Collector, Delivery, Outcome};
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

/// Declares every collected dataset of the packs in a lake.
pub fn declare(lake: &Lake, packs: &Packs) -> Result<()> {
    for dataset in packs.datasets() {
        lake.declare(spec(dataset))?;
    }
    Ok(())
}

/// The table of a dataset: its columns, and what deliveries have beside them.
pub fn spec(dataset: &Dataset) -> TableSpec {
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

/// What checks find in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The line or row of the file that one of the rows begins at, where it is known.
    pub line: Option<usize>,
    /// Whether the rows would wait in quarantine.
    pub is_hard: bool,
    pub message: String,
}

/// A city that lasts as long as one test.
pub struct Trial {
    folder: DataFolder,
    store: Store,
    collector: Collector,
    packs: Arc<Packs>,
    city: TempDir,
}

impl Trial {
    pub async fn open(packs: &Arc<Packs>) -> Result<Self> {
        let city = tempfile::tempdir()
            .map_err(|source| Error::file("make", Path::new("a temporary folder"), source))?;
        let folder = DataFolder::open(city.path())?;
        let store = Store::open(&folder.records()).await?;
        let lake = Lake::open(Options::new(folder.root()))?;
        declare(&lake, packs)?;
        let collector =
            Collector::open(folder.clone(), store.clone(), lake, Arc::clone(packs), 2).await?;
        Ok(Self {
            folder,
            store,
            collector,
            packs: Arc::clone(packs),
            city,
        })
    }

    pub fn folder(&self) -> &DataFolder {
        &self.folder
    }

    pub fn store(&self) -> &Store {
        &self.store
    }

    pub fn lake(&self) -> &Lake {
        self.collector.lake()
    }

    /// Delivers what is there before the test begins.
    pub async fn prepare(&self, given: &Given) -> Result<()> {
        for (dataset, rows) in &given.and {
            let path = write_rows(self.city.path(), dataset, rows)?;
            self.collect(dataset, path).await?;
        }
        Ok(())
    }

    /// Delivers what the test is about. `pack` is the folder that its files stand in.
    pub async fn deliver(&self, pack: &Path, given: &Given) -> Result<Outcome> {
        let path = if let Some(file) = &given.file {
            pack.join(file)
        } else {
            let rows = given.rows.as_deref().unwrap_or_default();
            write_rows(self.city.path(), &given.dataset, rows)?
        };
        self.collect(&given.dataset, path).await
    }

    /// Delivers a file as a source of its packs does, and says what the checks of its dataset find in it.
    pub async fn faults(&self, source: &Source, path: &Path) -> Result<Vec<Fault>> {
        let file = source.file();
        let delivery = Delivery {
            source: Some(source.id().clone()),
            cause: Cause::Trial,
            ..Delivery::file(file.dataset.clone(), path.to_owned())
        };
        let me = Principal::local_administrator();
        let outcome = self.collector.collect(&me, delivery).await?;
        let report = outcome.report.as_ref();
        let header = report.and_then(|report| report.get("header_row")?.as_u64());
        let mut faults = Vec::new();
        if let Some(error) = outcome.error {
            faults.push(Fault {
                line: None,
                is_hard: true,
                message: error.message,
            });
        }
        let dataset = self.packs.dataset(&file.dataset).map(Dataset::file);
        for finding in outcome.findings {
            let mut checks = dataset.into_iter().flat_map(|dataset| &dataset.checks);
            let check = checks.find(|check| check.name == finding.reason);
            let title = check.and_then(|check| check.title.as_ref());
            let title = title.map_or_else(
                || crate::quarantine::reason_title(&finding.reason),
                |title| title.zh.clone(),
            );
            let column = finding.column.map(|column| format!(" of `{column}`"));
            let sample = finding.samples.first();
            let shown = sample.filter(|sample| !sample.text.is_empty());
            let shown = shown.map(|sample| format!(", as in `{}`", sample.text));
            let place = sample.map(|sample| sample.row).filter(|row| *row > 0);
            faults.push(Fault {
                line: place
                    .zip(header)
                    .map(|(row, header)| (row + header) as usize),
                is_hard: finding.level == Level::Hard,
                message: format!(
                    "{} rows do not hold `{}`{}: {title}{}",
                    finding.rows,
                    finding.reason,
                    column.unwrap_or_default(),
                    shown.unwrap_or_default()
                ),
            });
        }
        Ok(faults)
    }

    async fn collect(&self, dataset: &DatasetId, path: PathBuf) -> Result<Outcome> {
        let delivery = Delivery {
            cause: Cause::Trial,
            ..Delivery::file(dataset.clone(), path)
        };
        self.collector
            .collect(&Principal::local_administrator(), delivery)
            .await
    }

    /// How a delivery differs from what is expected of it.
    pub async fn compare(&self, test: &Test, outcome: &Outcome) -> Result<Vec<String>> {
        let mut differences = compare(&test.then, outcome);
        if !differences.is_empty() {
            let notes = outcome
                .report
                .as_ref()
                .and_then(|report| report.get("notes"));
            differences.extend(notes.map(|notes| format!("notes: {notes}")));
        }
        if let (Some(expected), None) = (&test.then.rows, &test.then.model) {
            let sql = format!(
                "SELECT * FROM {} WHERE _batch = '{}' ORDER BY _row LIMIT {}",
                test.given.dataset,
                outcome.batch,
                expected.len().max(1)
            );
            differences.extend(compare_rows(expected, &self.rows(&sql).await?)?);
        }
        Ok(differences)
    }

    /// How the rows of a model differ from those that are expected, which are all of them in the order of its key.
    pub async fn compare_model(
        &self,
        model: &DatasetId,
        expected: &[ExpectedRow],
    ) -> Result<Vec<String>> {
        let rows = self.rows_of(model).await?;
        let count: usize = rows.iter().map(RecordBatch::num_rows).sum();
        let mut differences = compare_rows(expected, &rows)?;
        if count != expected.len() {
            differences.push(format!(
                "`{model}`: expected {} rows, found {count}",
                expected.len()
            ));
            differences.push(pretty_format_batches(&rows)?.to_string());
        }
        Ok(differences)
    }

    /// The declared columns of all rows of a dataset, in the order of its key.
    pub async fn rows_of(&self, dataset: &DatasetId) -> Result<Vec<RecordBatch>> {
        let file = self.packs.dataset(dataset).map(yandu_pack::Dataset::file);
        let columns = file.into_iter().flat_map(|file| file.columns.keys());
        let columns: Vec<&str> = columns.map(AsRef::as_ref).collect();
        let key = file.into_iter().flat_map(|file| &file.key);
        let key: Vec<&str> = key.map(AsRef::as_ref).collect();
        let order = if key.is_empty() { &columns } else { &key };
        let sql = format!(
            "SELECT {} FROM {dataset} ORDER BY {}",
            columns.join(", "),
            order.join(", ")
        );
        self.rows(&sql).await
    }

    async fn rows(&self, sql: &str) -> Result<Vec<RecordBatch>> {
        let session = self
            .lake()
            .session(&Principal::local_administrator(), ReadPoint::default());
        Ok(session.query(sql).await?.collect().await?)
    }
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

/// A row as a test expects it: the columns that are looked at.
pub type ExpectedRow =
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
