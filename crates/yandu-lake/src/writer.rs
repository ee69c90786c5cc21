//! Data files: written beside the table's own, and part of it only once a commit lists them.

use std::collections::HashSet;
use std::fs::{self, File};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::{DataType, Int64Type, SchemaRef, TimestampMicrosecondType};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;
use uuid::Uuid;
use yandu_words::id::DatasetId;

use crate::changes::TAKEN;
use crate::file::{DataFile, collect_stats};
use crate::schema::{BATCH, ROW, conform};
use crate::table::Table;
use crate::{Error, Options, Result, log};

/// Rows that decide which columns are near-unique.
const SAMPLE_ROWS: usize = 10_000;

/// A column with a larger share of distinct values gets no dictionary: it would be as large as the column, and a look-up
/// of one row would have to read it whole.
const NEAR_UNIQUE: f64 = 0.6;

/// False hits of the filters on key columns. A filter is a power of two in size: for 122,880 rows this asks for 256 KiB
/// and really gives fewer than one false hit in a thousand.
const FALSE_HITS: f64 = 0.01;

/// A finished file that no commit lists yet.
#[derive(Debug, Clone)]
pub struct NewFile {
    pub(crate) file: DataFile,
}

impl NewFile {
    /// Path under the folder of the table.
    pub fn path(&self) -> &str {
        &self.file.path
    }

    pub fn rows(&self) -> u64 {
        self.file.rows
    }

    pub fn bytes(&self) -> u64 {
        self.file.bytes
    }

    /// Statistics in the JSON of the Delta protocol.
    pub fn stats(&self) -> String {
        self.file.stats.to_string()
    }
}

/// Writes the rows of one worker into data files of a table.
///
/// Synchronous; one writer per thread. Files that are neither finished nor abandoned (a killed process) are removed
/// by the vacuum.
#[derive(Debug)]
pub struct FileWriter {
    dataset: DatasetId,
    folder: PathBuf,
    /// The folder in it that the files are written to; empty for the folder itself.
    place: &'static str,
    /// The columns of the files.
    schema: SchemaRef,
    key: Vec<String>,
    options: Arc<Options>,
    /// The first rows, until the columns are known well enough to choose encodings.
    sample: Vec<RecordBatch>,
    sampled_rows: usize,
    near_unique: Option<HashSet<String>>,
    open: Option<OpenFile>,
    done: Vec<NewFile>,
}

struct OpenFile {
    path: PathBuf,
    writer: ArrowWriter<File>,
}

impl std::fmt::Debug for OpenFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenFile")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl FileWriter {
    pub(crate) fn new(table: &Table, schema: SchemaRef) -> Self {
        Self {
            dataset: table.id.clone(),
            folder: table.folder.clone(),
            place: "",
            schema,
            key: table.key.clone(),
            options: Arc::clone(&table.options),
            sample: Vec::new(),
            sampled_rows: 0,
            near_unique: None,
            open: None,
            done: Vec::new(),
        }
    }

    /// A writer of files that no version of the table will list: they hold rows that were taken out of it.
    pub(crate) fn beside(table: &Table, schema: SchemaRef) -> Self {
        Self {
            place: TAKEN,
            ..Self::new(table, schema)
        }
    }

    /// Adds rows. Columns go by name: missing ones become NULL, unknown ones are left out, and `_batch` and `_row`
    /// must be there.
    pub fn write(&mut self, rows: &RecordBatch) -> Result<()> {
        if rows.num_rows() == 0 {
            return Ok(());
        }
        let rows = conform(&self.dataset, rows, &self.schema)?;
        if self.near_unique.is_some() {
            return self.put(&rows);
        }
        self.sampled_rows += rows.num_rows();
        self.sample.push(rows);
        if self.sampled_rows >= SAMPLE_ROWS {
            self.flush_sample()?;
        }
        Ok(())
    }

    fn flush_sample(&mut self) -> Result<()> {
        let sample = std::mem::take(&mut self.sample);
        self.near_unique = Some(near_unique(&self.schema, &self.key, &sample));
        for rows in &sample {
            self.put(rows)?;
        }
        Ok(())
    }

    fn put(&mut self, rows: &RecordBatch) -> Result<()> {
        if self.open.is_none() {
            self.open = Some(self.create()?);
        }
        let Some(open) = self.open.as_mut() else {
            return Ok(());
        };
        open.writer
            .write(rows)
            .map_err(Error::file("write", &open.path))?;
        if open.writer.bytes_written() as u64 >= self.options.file_bytes {
            self.close()?;
        }
        Ok(())
    }

    fn create(&self) -> Result<OpenFile> {
        let folder = self.folder.join(self.place);
        if !folder.exists() {
            fs::create_dir_all(&folder).map_err(Error::io("make", &folder))?;
        }
        let path = folder.join(format!("part-{}.parquet", Uuid::now_v7()));
        let file = File::create_new(&path).map_err(Error::io("make", &path))?;
        let options = ArrowWriterOptions::new()
            .with_properties(self.properties())
            .with_skip_arrow_metadata(true);
        let writer = ArrowWriter::try_new_with_options(file, Arc::clone(&self.schema), options)
            .map_err(Error::file("write", &path))?;
        Ok(OpenFile { path, writer })
    }

    fn properties(&self) -> WriterProperties {
        let level = ZstdLevel::try_new(1).unwrap_or_default();
        let mut properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(level))
            .set_max_row_group_row_count(Some(self.options.row_group_rows))
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_created_by(concat!("yandu ", env!("CARGO_PKG_VERSION")).to_owned());
        for field in self.schema.fields() {
            let column = || ColumnPath::from(field.name().as_str());
            let unique = self
                .near_unique
                .as_ref()
                .is_some_and(|columns| columns.contains(field.name()));
            if unique {
                properties = properties.set_column_dictionary_enabled(column(), false);
                properties = match field.data_type() {
                    DataType::Utf8View => {
                        properties.set_column_encoding(column(), Encoding::DELTA_LENGTH_BYTE_ARRAY)
                    }
                    DataType::Int64 | DataType::Timestamp(..) => {
                        properties.set_column_encoding(column(), Encoding::DELTA_BINARY_PACKED)
                    }
                    _ => properties,
                };
            }
            if self.key.contains(field.name()) {
                properties = properties
                    // The engine asks for the places of pages only where a filtered column has page statistics.
                    .set_column_statistics_enabled(column(), EnabledStatistics::Page)
                    .set_column_bloom_filter_enabled(column(), true)
                    .set_column_bloom_filter_fpp(column(), FALSE_HITS)
                    .set_column_bloom_filter_max_ndv(column(), self.options.row_group_rows as u64);
            }
        }
        properties.build()
    }

    fn close(&mut self) -> Result<()> {
        let Some(OpenFile { path, mut writer }) = self.open.take() else {
            return Ok(());
        };
        let metadata = writer.finish().map_err(Error::file("finish", &path))?;
        let file = writer.inner();
        file.sync_all().map_err(Error::io("sync", &path))?;
        let bytes = file.metadata().map_err(Error::io("size", &path))?.len();
        let rows = metadata.file_metadata().num_rows() as u64;
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        let path = match self.place {
            "" => name,
            place => format!("{place}/{name}"),
        };
        self.done.push(NewFile {
            file: DataFile {
                path,
                bytes,
                rows,
                modified_ms: milliseconds_now(),
                stats: Arc::new(collect_stats(&metadata, &self.schema)),
                vector: None,
                lookups: Arc::default(),
            },
        });
        Ok(())
    }

    /// Closes the files; they are on disk when this returns. No rows, no files.
    pub fn finish(mut self) -> Result<Vec<NewFile>> {
        let finished = self.finish_all();
        match finished {
            Ok(()) => Ok(std::mem::take(&mut self.done)),
            Err(error) => {
                self.remove_all();
                Err(error)
            }
        }
    }

    fn finish_all(&mut self) -> Result<()> {
        if self.near_unique.is_none() {
            self.flush_sample()?;
        }
        self.close()?;
        if self.done.is_empty() {
            return Ok(());
        }
        if !self.place.is_empty() {
            log::sync_folder(&self.folder.join(self.place))?;
        }
        log::sync_folder(&self.folder)
    }

    /// Removes what was written.
    pub fn abandon(mut self) {
        self.remove_all();
    }

    fn remove_all(&mut self) {
        let open = self.open.take().map(|open| open.path);
        let done = self
            .done
            .drain(..)
            .map(|file| self.folder.join(&file.file.path));
        for path in done.chain(open) {
            if let Err(error) = fs::remove_file(&path) {
                tracing::warn!(
                    file.path = %path.display(),
                    error = &error as &dyn std::error::Error,
                    "cannot remove an abandoned data file"
                );
            }
        }
    }
}

/// The key columns, the row numbers, and the columns of texts, integers and times whose sampled values hardly repeat.
fn near_unique(schema: &SchemaRef, key: &[String], sample: &[RecordBatch]) -> HashSet<String> {
    schema
        .fields()
        .iter()
        .filter(|field| {
            field.name() == ROW
                || (field.name() != BATCH
                    && (key.contains(field.name()) || hardly_repeats(field.name(), sample)))
        })
        .map(|field| field.name().clone())
        .collect()
}

fn hardly_repeats(column: &str, sample: &[RecordBatch]) -> bool {
    let (mut texts, mut numbers) = (HashSet::new(), HashSet::new());
    let mut values = 0_usize;
    for rows in sample {
        let left = SAMPLE_ROWS - values;
        let Some(column) = rows.column_by_name(column) else {
            return false;
        };
        if let Some(column) = column.as_string_view_opt() {
            let taken = column.iter().flatten().take(left);
            values += taken.map(|text| texts.insert(text)).count();
        } else if let Some(column) = column.as_primitive_opt::<Int64Type>() {
            let taken = column.iter().flatten().take(left);
            values += taken.map(|number| numbers.insert(number)).count();
        } else if let Some(column) = column.as_primitive_opt::<TimestampMicrosecondType>() {
            let taken = column.iter().flatten().take(left);
            values += taken.map(|time| numbers.insert(time)).count();
        } else {
            return false;
        }
    }
    (texts.len() + numbers.len()) as f64 > values as f64 * NEAR_UNIQUE
}

fn milliseconds_now() -> i64 {
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |since| since.as_millis() as i64)
}
