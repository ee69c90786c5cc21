//! Rows of the table that a change of the packs moves to quarantine, each into the folder of its own batch.
//!
//! The files are named by the commit that takes the rows out of the table, and count once its record says that it is
//! applied.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use arrow::array::AsArray;
use arrow::datatypes::Int64Type;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use yandu_check::SYSTEM_ROW;
use yandu_lake::Places;
use yandu_words::id::BatchId;

use super::QuarantinedRow;
use super::file::QuarantineWriter;
use crate::{Error, Result};

/// Rows that are held until they are written.
const WAITING: usize = 16_384;

/// Writes moved rows.
pub(crate) struct Moved {
    /// The folder of all quarantined rows.
    folder: PathBuf,
    commit: BatchId,
    /// The newest record of what became of a quarantined row; older ones are about an earlier stay.
    mark: i64,
    waiting: Vec<QuarantinedRow>,
    files: usize,
}

impl Moved {
    pub(crate) fn new(folder: PathBuf, commit: BatchId, mark: i64) -> Self {
        Self {
            folder,
            commit,
            mark,
            waiting: Vec::new(),
            files: 0,
        }
    }

    pub(crate) fn put(&mut self, row: QuarantinedRow) -> Result<()> {
        self.waiting.push(row);
        if self.waiting.len() >= WAITING {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        let mut of_batches: BTreeMap<BatchId, Vec<QuarantinedRow>> = BTreeMap::new();
        for row in self.waiting.drain(..) {
            of_batches.entry(row.batch.clone()).or_default().push(row);
        }
        for (batch, rows) in of_batches {
            let name = format!(
                "change-{}-{}-{}.parquet",
                self.commit, self.mark, self.files
            );
            self.files += 1;
            let columns: BTreeSet<&str> = rows
                .iter()
                .flat_map(|row| row.cells.keys().map(String::as_str))
                .collect();
            let path = self.folder.join(batch.as_str()).join(name);
            let mut writer = QuarantineWriter::of(path, columns.into_iter());
            writer.put(&rows)?;
            writer.finish()?;
        }
        Ok(())
    }

    /// All rows are on disk when this returns.
    pub(crate) fn finish(mut self) -> Result<()> {
        self.flush()
    }
}

/// The commit and the mark in the name of a file of moved rows.
pub(super) fn parse_name(name: &str) -> Option<(&str, i64)> {
    let name = name.strip_prefix("change-")?.strip_suffix(".parquet")?;
    let (name, _) = name.rsplit_once('-')?;
    let (commit, mark) = name.rsplit_once('-')?;
    Some((commit, mark.parse().ok()?))
}

/// The rows that commits moved.
pub(crate) fn moved_places(folder: &Path, commits: &BTreeSet<String>) -> Result<Places> {
    let mut places = Places::default();
    for (batch, path) in files_of(folder, |commit| commits.contains(commit))? {
        let file = File::open(&path)
            .map_err(|source| Error::file("read quarantined rows from", &path, source))?;
        let builder = ParquetRecordBatchReaderBuilder::try_new(file)?;
        let only = ProjectionMask::columns(builder.parquet_schema(), [SYSTEM_ROW]);
        for rows in builder.with_projection(only).build()? {
            let rows = rows?;
            let numbers = rows.columns().first();
            let numbers = numbers.and_then(|column| column.as_primitive_opt::<Int64Type>());
            for number in numbers
                .into_iter()
                .flat_map(|numbers| numbers.values().iter())
            {
                places.insert(&batch, *number);
            }
        }
    }
    Ok(places)
}

/// Removes what a commit moved, because it did not.
pub(crate) fn discard(folder: &Path, commit: &BatchId) -> Result<()> {
    for (_, path) in files_of(folder, |found| found == commit.as_str())? {
        fs::remove_file(&path)
            .map_err(|source| Error::file("remove quarantined rows in", &path, source))?;
    }
    Ok(())
}

/// The files of some commits, each with the batch of its rows.
fn files_of(folder: &Path, wanted: impl Fn(&str) -> bool) -> Result<Vec<(String, PathBuf)>> {
    let failed = |source| Error::file("list quarantined rows in", folder, source);
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(failed(source)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let batch = entry.map_err(failed)?;
        let Ok(files) = fs::read_dir(batch.path()) else {
            continue;
        };
        for file in files {
            let path = file.map_err(failed)?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if parse_name(&name).is_some_and(|(commit, _)| wanted(commit)) {
                found.push((
                    batch.file_name().to_string_lossy().into_owned(),
                    path.clone(),
                ));
            }
        }
    }
    Ok(found)
}
