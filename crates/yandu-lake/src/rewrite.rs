//! Taking rows out of the active files: a file without a hit stays, one with nothing else goes, the others are
//! written anew without the hits.

use std::fs::File;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{ArrayRef, AsArray, BooleanArray, RecordBatch};
use arrow::compute::{filter_record_batch, not};
use arrow::datatypes::{DataType, Field, FieldRef, Int64Type, Schema, SchemaRef};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder,
};
use yandu_check::key::{Key, KeySet, hash_rows};
use yandu_words::id::BatchId;

use crate::changes::FileNote;
use crate::file::DataFile;
use crate::places::Places;
use crate::schema::{BATCH, ROW, conform};
use crate::table::Table;
use crate::writer::{FileWriter, NewFile};
use crate::{Error, Result};

const BATCH_ROWS: usize = 8_192;

/// Which rows go.
#[derive(Debug, Clone)]
pub(crate) enum Take {
    /// Rows whose key is in the set.
    Keys(Arc<KeySet>),
    /// Rows that a batch brought.
    Batch(BatchId),
    /// Rows at these places of the one batch that the files hold.
    Places(Arc<std::collections::HashSet<i64>>),
    /// Rows of any batch.
    Rows(Arc<Places>),
}

/// What became of the active files.
#[derive(Debug, Default)]
pub(crate) struct Rewritten {
    pub(crate) removed: Vec<DataFile>,
    pub(crate) added: Vec<NewFile>,
    pub(crate) rows_removed: u64,
    /// The files that hold the rows that went and nothing else.
    pub(crate) taken: Vec<FileNote>,
    /// Those of them that were written for it, beside the table.
    pub(crate) beside: Vec<NewFile>,
}

impl Take {
    fn columns(&self, table: &Table) -> Vec<String> {
        match self {
            Self::Keys(_) => table.key.clone(),
            Self::Batch(_) => vec![BATCH.to_owned()],
            Self::Places(_) => vec![ROW.to_owned()],
            Self::Rows(_) => vec![BATCH.to_owned(), ROW.to_owned()],
        }
    }

    /// Whether the rows were in the table, so that somebody may ask which they were.
    fn is_traced(&self) -> bool {
        !matches!(self, Self::Places(_))
    }

    fn may_hit(&self, file: &DataFile) -> bool {
        match self {
            Self::Keys(keys) => !keys.is_empty(),
            Self::Places(places) => !places.is_empty(),
            Self::Rows(rows) => file
                .text_bounds(BATCH)
                .is_none_or(|(from, to)| rows.batches().any(|id| from <= id && id <= to)),
            Self::Batch(batch) => file
                .text_bounds(BATCH)
                .is_none_or(|(from, to)| from <= batch.as_str() && batch.as_str() <= to),
        }
    }

    /// True for every row that goes.
    fn hits(&self, columns: &[String], rows: &RecordBatch) -> BooleanArray {
        match self {
            Self::Keys(keys) => keys_of(columns, rows)
                .into_iter()
                .map(|key| Some(key.is_some_and(|key| keys.contains(&key))))
                .collect(),
            Self::Places(places) => rows
                .column_by_name(ROW)
                .and_then(|column| column.as_primitive_opt::<Int64Type>())
                .map_or_else(
                    || BooleanArray::from(vec![false; rows.num_rows()]),
                    |rows| {
                        rows.iter()
                            .map(|row| Some(row.is_some_and(|row| places.contains(&row))))
                            .collect()
                    },
                ),
            Self::Rows(places) => {
                let batches = rows.column_by_name(BATCH);
                let batches = batches.and_then(|column| column.as_string_view_opt());
                let numbers = rows.column_by_name(ROW);
                let numbers = numbers.and_then(|column| column.as_primitive_opt::<Int64Type>());
                let (Some(batches), Some(numbers)) = (batches, numbers) else {
                    return BooleanArray::from(vec![false; rows.num_rows()]);
                };
                let named = batches.iter().zip(numbers.iter());
                named
                    .map(|(batch, row)| Some(places.contains(batch?, row?)))
                    .map(|is_there| Some(is_there.unwrap_or_default()))
                    .collect()
            }
            Self::Batch(batch) => rows
                .column_by_name(BATCH)
                .and_then(|column| column.as_string_view_opt())
                .map_or_else(
                    || BooleanArray::from(vec![false; rows.num_rows()]),
                    |ids| {
                        ids.iter()
                            .map(|id| Some(id == Some(batch.as_str())))
                            .collect()
                    },
                ),
        }
    }
}

/// Takes rows out of `files`; what is written has the columns of `schema`.
///
/// Blocking; works on as many files at a time as the lake has threads. On an error nothing that was written stays.
pub(crate) fn take_out(
    table: &Table,
    files: &[DataFile],
    schema: &SchemaRef,
    take: &Take,
) -> Result<Rewritten> {
    let columns = take.columns(table);
    let waiting = Mutex::new(files.iter().filter(|file| take.may_hit(file)));
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
        while let Some(file) = next() {
            let outcome = take_out_of_file(table, file, schema, take, &columns, &mut writers);
            match outcome {
                Ok(0) => {}
                Ok(hits) => {
                    if hits == file.rows {
                        done.taken.push(FileNote::of(file));
                    }
                    done.removed.push(file.clone());
                    done.rows_removed += hits;
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
    let workers = table.options.threads.clamp(1, files.len().max(1));
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
            remove_files(&table.folder, &all.added);
            remove_files(&table.folder, &all.beside);
            Err(error)
        }
    }
}

/// Where the rows of a rewritten file go.
struct Writers {
    stay: FileWriter,
    go: FileWriter,
}

fn take_out_of_file(
    table: &Table,
    file: &DataFile,
    schema: &SchemaRef,
    take: &Take,
    columns: &[String],
    writers: &mut Writers,
) -> Result<u64> {
    let path = file.full_path(&table.folder);
    let mut hits = 0_u64;
    for rows in read(&path, Some(columns))? {
        let rows = rows.map_err(Error::rows(&table.id))?;
        hits += take.hits(columns, &rows).true_count() as u64;
    }
    if hits == 0 || hits == file.rows {
        return Ok(hits);
    }
    for rows in read(&path, None)? {
        let rows = rows.map_err(Error::rows(&table.id))?;
        let go = take.hits(columns, &rows);
        let stay = not(&go).map_err(Error::rows(&table.id))?;
        let kept = filter_record_batch(&rows, &stay).map_err(Error::rows(&table.id))?;
        writers.stay.write(&conform(&table.id, &kept, schema)?)?;
        if take.is_traced() {
            let gone = filter_record_batch(&rows, &go).map_err(Error::rows(&table.id))?;
            writers.go.write(&conform(&table.id, &gone, schema)?)?;
        }
    }
    Ok(hits)
}

/// The hash of these columns for each row; `None` where one of them has no value, and for all rows without columns.
pub(crate) fn keys_of(columns: &[String], rows: &RecordBatch) -> Vec<Option<Key>> {
    let found: Option<Vec<ArrayRef>> = columns
        .iter()
        .map(|column| rows.column_by_name(column).cloned())
        .collect();
    match found {
        Some(found) if !found.is_empty() => hash_rows(&found, rows.num_rows()),
        _ => vec![None; rows.num_rows()],
    }
}

/// Reads a data file, or the named columns of it, texts as views.
pub(crate) fn read(path: &Path, columns: Option<&[String]>) -> Result<ParquetRecordBatchReader> {
    let file = File::open(path).map_err(Error::io("open", path))?;
    let found = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new())
        .map_err(Error::file("open", path))?;
    let options = ArrowReaderOptions::new().with_schema(with_views(found.schema()));
    let metadata = ArrowReaderMetadata::try_new(Arc::clone(found.metadata()), options)
        .map_err(Error::file("open", path))?;
    let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata)
        .with_batch_size(BATCH_ROWS);
    let builder = match columns {
        None => builder,
        Some(columns) => {
            let mask = ProjectionMask::columns(
                builder.parquet_schema(),
                columns.iter().map(String::as_str),
            );
            builder.with_projection(mask)
        }
    };
    builder.build().map_err(Error::file("read", path))
}

fn with_views(schema: &Schema) -> SchemaRef {
    Arc::new(Schema::new(
        schema
            .fields()
            .iter()
            .map(|field| match field.data_type() {
                DataType::Utf8 => Arc::new(Field::new(
                    field.name(),
                    DataType::Utf8View,
                    field.is_nullable(),
                )),
                _ => Arc::clone(field),
            })
            .collect::<Vec<FieldRef>>(),
    ))
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
