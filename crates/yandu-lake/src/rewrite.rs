//! Taking rows out of the active files: a file without a hit stays, and one with nothing else goes. A large one of which
//! few rows go stays too, with a vector that names them; the others are written anew without the hits.

mod find;
mod sketch;
mod take;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{BooleanArray, RecordBatch};
use arrow::compute::{and_not, filter_record_batch, not};
use arrow::datatypes::SchemaRef;
use roaring::RoaringTreemap;

use crate::changes::FileNote;
use crate::file::DataFile;
use crate::options::Vectors;
use crate::rewrite::find::{Found, find};
use crate::table::Table;
use crate::vector::{self, Vector};
use crate::writer::{FileWriter, NewFile};
use crate::{Error, Result};

pub(crate) use take::{Sought, Take, keys_of};

/// What became of the active files.
#[derive(Debug, Default)]
pub(crate) struct Rewritten {
    pub(crate) removed: Vec<DataFile>,
    /// Those of the removed ones that go on, with their new vectors.
    pub(crate) marked: Vec<DataFile>,
    pub(crate) added: Vec<NewFile>,
    pub(crate) rows_removed: u64,
    /// The files that hold the rows that went and nothing else.
    pub(crate) taken: Vec<FileNote>,
    /// Those of them that were written for it, beside the table.
    pub(crate) beside: Vec<NewFile>,
}

impl Rewritten {
    /// The files that take the place of the removed ones.
    pub(crate) fn files(&self) -> impl Iterator<Item = &DataFile> {
        let added = self.added.iter().map(|new| &new.file);
        self.marked.iter().chain(added)
    }

    /// Removes what was written, because no commit will list it.
    pub(crate) fn discard(&self, folder: &Path) {
        remove_files(folder, &self.added);
        remove_files(folder, &self.beside);
    }
}

/// Takes rows out of `files`; what is written has the columns of `schema`.
///
/// Blocking; works with as many threads as the lake has. On an error nothing that was written stays.
pub(crate) fn take_out(
    table: &Table,
    files: &[DataFile],
    schema: &SchemaRef,
    take: &Take,
) -> Result<Rewritten> {
    let found = find(table, files, take)?;
    let workers = table.options.threads.clamp(1, found.len().max(1));
    let waiting = Mutex::new(found.into_iter());
    let next = || {
        waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .next()
    };
    let work = || -> Result<Rewritten> {
        let mut done = Rewritten::default();
        let mut writers = Writers {
            stay: FileWriter::new(table, Arc::clone(schema)),
            go: FileWriter::beside(table, Arc::clone(schema)),
        };
        while let Some(found) = next() {
            match take_out_of_file(table, &found, take, &mut writers) {
                Ok(outcome) => {
                    done.removed.push(found.file.clone());
                    done.rows_removed += found.hits.len();
                    match outcome {
                        Outcome::Goes => done.taken.push(FileNote::of(found.file)),
                        Outcome::Marked(marked) => done.marked.push(marked),
                        Outcome::Rewritten => {}
                    }
                }
                Err(error) => {
                    writers.stay.abandon();
                    writers.go.abandon();
                    return Err(error);
                }
            }
        }
        done.added = match writers.stay.finish() {
            Ok(added) => added,
            Err(error) => {
                writers.go.abandon();
                return Err(error);
            }
        };
        match writers.go.finish() {
            Ok(beside) => done.beside = beside,
            Err(error) => {
                remove_files(&table.folder, &done.added);
                return Err(error);
            }
        }
        let notes = done.beside.iter().map(|new| FileNote::of(&new.file));
        done.taken.extend(notes);
        Ok(done)
    };
    let outcomes: Vec<Result<Rewritten>> = std::thread::scope(|scope| {
        let handles: Vec<_> = (1..workers).map(|_| scope.spawn(work)).collect();
        let own = work();
        handles
            .into_iter()
            .filter_map(|handle| handle.join().ok())
            .chain([own])
            .collect()
    });
    let mut all = Rewritten::default();
    let mut failure = (outcomes.len() < workers).then(|| Error::Io {
        doing: "rewrite files of",
        path: table.folder.clone(),
        source: std::io::Error::other("a worker panicked"),
    });
    for outcome in outcomes {
        match outcome {
            Ok(done) => {
                all.removed.extend(done.removed);
                all.marked.extend(done.marked);
                all.added.extend(done.added);
                all.rows_removed += done.rows_removed;
                all.taken.extend(done.taken);
                all.beside.extend(done.beside);
            }
            Err(error) => failure = Some(error),
        }
    }
    match failure {
        None => Ok(all),
        Some(error) => {
            all.discard(&table.folder);
            Err(error)
        }
    }
}

/// Where the rows of a rewritten file go.
struct Writers {
    stay: FileWriter,
    go: FileWriter,
}

/// What becomes of one file.
enum Outcome {
    /// All its rows go.
    Goes,
    /// It stays, with this vector.
    Marked(DataFile),
    /// It was written anew.
    Rewritten,
}

fn take_out_of_file(
    table: &Table,
    found: &Found<'_>,
    take: &Take,
    writers: &mut Writers,
) -> Result<Outcome> {
    let Found { file, opened, hits } = found;
    if hits.len() == file.rows {
        return Ok(Outcome::Goes);
    }
    if take.is_traced()
        && let Some(marked) = marked(file, hits, table.options.vectors)
    {
        for rows in opened.at(hits)? {
            let rows = rows.map_err(Error::rows(&table.id))?;
            writers.go.write(&rows)?;
        }
        return Ok(Outcome::Marked(marked));
    }
    let mut first = 0;
    for rows in opened.all(None)? {
        let rows = rows.map_err(Error::rows(&table.id))?;
        let go = vector::mask(hits, first, rows.num_rows());
        let mut stay = not(&go).map_err(Error::rows(&table.id))?;
        if let Some(vector) = &file.vector {
            let gone = vector::mask(vector.gone(), first, rows.num_rows());
            stay = and_not(&stay, &gone).map_err(Error::rows(&table.id))?;
        }
        writers.stay.write(&pick(table, &rows, &stay)?)?;
        if take.is_traced() {
            writers.go.write(&pick(table, &rows, &go)?)?;
        }
        first += rows.num_rows() as u64;
    }
    Ok(Outcome::Rewritten)
}

fn pick(table: &Table, rows: &RecordBatch, picked: &BooleanArray) -> Result<RecordBatch> {
    filter_record_batch(rows, picked).map_err(Error::rows(&table.id))
}

/// The file with a vector that names these rows too; `None` when it is better written anew.
fn marked(file: &DataFile, hits: &RoaringTreemap, limits: Vectors) -> Option<DataFile> {
    let gone = file.vector.as_ref().map(|vector| vector.gone() | hits);
    let vector = Vector::new(gone.unwrap_or_else(|| hits.clone()));
    let is_worth = file.all_rows() >= limits.file_rows && limits.allow(file.all_rows(), &vector);
    is_worth.then(|| file.with(vector))
}

impl Vectors {
    /// Whether a file of so many rows may go on with a vector.
    fn allow(self, rows: u64, vector: &Vector) -> bool {
        vector.bytes() <= self.bytes && vector.len() * 100 <= rows * self.percent
    }

    /// Whether a file is better written anew, where somebody has the time for it.
    pub(crate) fn are_half_full(self, file: &DataFile) -> bool {
        let half = Self {
            bytes: self.bytes / 2,
            percent: self.percent / 2,
            ..self
        };
        let vector = file.vector.as_ref();
        vector.is_some_and(|vector| !half.allow(file.all_rows(), vector))
    }
}

/// Removes files that no commit will list.
pub(crate) fn remove_files(folder: &Path, files: &[NewFile]) {
    for file in files {
        let path = folder.join(file.path());
        if let Err(error) = std::fs::remove_file(&path) {
            tracing::warn!(
                file.path = %path.display(),
                error = &error as &dyn std::error::Error,
                "cannot remove a data file that was not committed"
            );
        }
    }
}
