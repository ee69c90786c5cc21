//! Rows as Parquet files whose bytes follow from the rows alone: fixed sizes, fixed settings, and no word of when they were made.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};

use arrow::array::{Array as _, RecordBatch};
use arrow::compute::BatchCoalescer;
use arrow::datatypes::{Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{WriterProperties, WriterVersion};
use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;
use yandu_access::hexadecimal;

use super::schema;
use super::store::{Files, SharedFile, Store};

/// Rows of a file, of a row group of it, and of what is written at once: pages end where a piece does.
pub(super) const FILE_ROWS: usize = 1 << 20;
const GROUP_ROWS: usize = 1 << 17;
const PIECE_ROWS: usize = 1 << 13;

/// Names the way in which files are written; another way is another name.
pub(super) const WAY: &str = "1";

/// The files of a table under way.
pub(super) struct Writing {
    store: Store,
    schema: SchemaRef,
    pieces: BatchCoalescer,
    file_rows: usize,
    open: Option<Open>,
    files: Vec<SharedFile>,
    /// Of the bytes of all files; the open one has it meanwhile.
    hash: Sha256,
}

/// A file under way.
struct Open {
    writer: ArrowWriter<Counted>,
    rows: usize,
    nulls: BTreeMap<String, u64>,
}

/// A draft whose bytes are hashed.
struct Counted {
    draft: BufWriter<NamedTempFile>,
    name: blake3::Hasher,
    hash: Sha256,
    bytes: u64,
}

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.draft.write(bytes)?;
        let bytes = bytes.get(..written).unwrap_or_default();
        self.name.update(bytes);
        self.hash.update(bytes);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.draft.flush()
    }
}

impl Writing {
    pub(super) fn new(store: Store, schema: &Schema) -> Self {
        Self::with(store, schema, FILE_ROWS, PIECE_ROWS)
    }

    fn with(store: Store, schema: &Schema, file_rows: usize, piece_rows: usize) -> Self {
        let schema = schema::written(schema);
        Self {
            store,
            pieces: BatchCoalescer::new(SchemaRef::clone(&schema), piece_rows),
            schema,
            file_rows,
            open: None,
            files: Vec::new(),
            hash: Sha256::new(),
        }
    }

    /// Takes rows, in whatever pieces they come.
    pub(super) fn rows(&mut self, batch: &RecordBatch) -> io::Result<()> {
        let batch = schema::rows_written(batch).map_err(io::Error::other)?;
        self.pieces.push_batch(batch).map_err(io::Error::other)?;
        self.write()
    }

    /// The files, which are all on the disk.
    pub(super) fn end(mut self) -> io::Result<Files> {
        self.pieces
            .finish_buffered_batch()
            .map_err(io::Error::other)?;
        self.write()?;
        self.close()?;
        Ok(Files {
            files: self.files,
            hash: hexadecimal(self.hash),
        })
    }

    fn write(&mut self) -> io::Result<()> {
        while let Some(mut piece) = self.pieces.next_completed_batch() {
            while piece.num_rows() > 0 {
                let open = match &mut self.open {
                    Some(open) => open,
                    none => none.insert(Open::new(
                        &self.store,
                        &self.schema,
                        std::mem::take(&mut self.hash),
                    )?),
                };
                let room = self.file_rows - open.rows;
                let first = piece.slice(0, piece.num_rows().min(room));
                piece = piece.slice(first.num_rows(), piece.num_rows() - first.num_rows());
                open.write(&first)?;
                if first.num_rows() == room {
                    self.close()?;
                }
            }
        }
        Ok(())
    }

    fn close(&mut self) -> io::Result<()> {
        let Some(open) = self.open.take() else {
            return Ok(());
        };
        let counted = open.writer.into_inner().map_err(io::Error::other)?;
        let draft = counted.draft.into_inner().map_err(io::Error::other)?;
        let name = counted.name.finalize().to_hex().to_string();
        self.hash = counted.hash;
        self.store.keep(draft, &name)?;
        self.files.push(SharedFile {
            name,
            bytes: counted.bytes,
            rows: open.rows as u64,
            nulls: open.nulls,
        });
        Ok(())
    }
}

impl Open {
    /// A file that is hashed after those before it.
    fn new(store: &Store, schema: &SchemaRef, hash: Sha256) -> io::Result<Self> {
        let counted = Counted {
            draft: BufWriter::new(store.draft()?),
            name: blake3::Hasher::new(),
            hash,
            bytes: 0,
        };
        let options = ArrowWriterOptions::new()
            .with_properties(properties())
            .with_skip_arrow_metadata(true);
        let writer = ArrowWriter::try_new_with_options(counted, SchemaRef::clone(schema), options);
        Ok(Self {
            writer: writer.map_err(io::Error::other)?,
            rows: 0,
            nulls: BTreeMap::new(),
        })
    }

    fn write(&mut self, batch: &RecordBatch) -> io::Result<()> {
        for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
            let nulls = self.nulls.entry(field.name().clone()).or_default();
            *nulls += column.null_count() as u64;
        }
        self.rows += batch.num_rows();
        self.writer.write(batch).map_err(io::Error::other)
    }
}

/// Everything that the bytes depend on besides rows.
fn properties() -> WriterProperties {
    WriterProperties::builder()
        .set_created_by("yandu".to_owned())
        .set_writer_version(WriterVersion::PARQUET_1_0)
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(GROUP_ROWS))
        .set_data_page_size_limit(1 << 20)
        .set_dictionary_page_size_limit(1 << 20)
        .set_data_page_row_count_limit(20_000)
        .set_write_batch_size(1_024)
        .build()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, StringViewArray};
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    use super::*;

    fn rows(from: usize, to: usize) -> RecordBatch {
        let names = (from..to).map(|row| (row % 7 != 0).then(|| format!("name {row}")));
        let names: ArrayRef = Arc::new(names.collect::<StringViewArray>());
        RecordBatch::try_from_iter_with_nullable([("name", names, true)]).unwrap()
    }

    fn written(batches: &[RecordBatch], file_rows: usize) -> (tempfile::TempDir, Store, Files) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path().join("shared"), folder.path().to_owned());
        let mut writing = Writing::with(store.clone(), &rows(0, 1).schema(), file_rows, 100);
        for batch in batches {
            writing.rows(batch).unwrap();
        }
        let files = writing.end().unwrap();
        (folder, store, files)
    }

    #[test]
    fn the_same_rows_are_the_same_files_in_whatever_pieces_they_come() {
        let (_one, _, whole) = written(&[rows(0, 1_000)], 300);
        let pieces: Vec<RecordBatch> = (0..1_000)
            .step_by(37)
            .map(|from| rows(from, (from + 37).min(1_000)))
            .collect();
        let (_two, _, parts) = written(&pieces, 300);
        assert_eq!(whole, parts);
        let counts: Vec<u64> = whole.files.iter().map(|file| file.rows).collect();
        assert_eq!(counts, [300, 300, 300, 100]);
        assert_eq!(whole.rows(), 1_000);
        assert_eq!(whole.files[0].nulls["name"], 43);
    }

    #[test]
    fn a_file_has_the_name_of_its_content_and_says_nothing_of_when_it_was_made() {
        let (_folder, store, files) = written(&[rows(0, 10)], 300);
        let [file] = files.files.as_slice() else {
            panic!("{files:?}");
        };
        let mut bytes = Vec::new();
        io::Read::read_to_end(&mut store.open(&file.name).unwrap(), &mut bytes).unwrap();
        assert_eq!(blake3::hash(&bytes).to_hex().as_str(), file.name);
        assert_eq!(bytes.len() as u64, file.bytes);
        let reader = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(bytes)).unwrap();
        let metadata = reader.metadata().file_metadata();
        assert_eq!(metadata.created_by(), Some("yandu"));
        assert_eq!(metadata.key_value_metadata(), None);
    }

    #[test]
    fn no_rows_are_no_files() {
        let (_folder, _, files) = written(&[], 300);
        assert_eq!(files.files, []);
    }
}
