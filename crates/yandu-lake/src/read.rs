//! Reading data files, outside of queries: the one way, which knows what is gone.

use std::fs::File;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder, RowSelection,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::PageIndexPolicy;
use roaring::RoaringTreemap;

use crate::file::DataFile;
use crate::vector;
use crate::{Error, Result};

/// Rows of a batch that is read.
pub(crate) const BATCH_ROWS: usize = 8_192;

/// Reads the rows of a data file that are there, or the named columns of them, texts as views.
pub(crate) fn read(
    folder: &Path,
    file: &DataFile,
    columns: Option<&[String]>,
) -> Result<ParquetRecordBatchReader> {
    let opened = Opened::open(file.full_path(folder))?;
    let Some(vector) = &file.vector else {
        return opened.all(columns);
    };
    let there = vector.selection(0, opened.rows());
    opened.build(opened.builder(columns)?.with_row_selection(there))
}

/// A row group of a file.
pub(crate) struct Group {
    index: usize,
    rows: usize,
    /// The place of its first row in the file.
    pub(crate) first: u64,
}

/// A data file whose footer has been read.
#[derive(Debug)]
pub(crate) struct Opened {
    path: PathBuf,
    metadata: ArrowReaderMetadata,
}

impl Opened {
    pub(crate) fn open(path: PathBuf) -> Result<Self> {
        let file = File::open(&path).map_err(Error::io("open", &path))?;
        // Single rows are read by the places of their pages.
        let options =
            || ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Optional);
        let found =
            ArrowReaderMetadata::load(&file, options()).map_err(Error::file("open", &path))?;
        let options = options().with_schema(with_views(found.schema()));
        let metadata = ArrowReaderMetadata::try_new(Arc::clone(found.metadata()), options)
            .map_err(Error::file("open", &path))?;
        Ok(Self { path, metadata })
    }

    /// Bytes in memory.
    pub(crate) fn bytes(&self) -> usize {
        self.metadata.metadata().memory_size()
    }

    /// Rows in the file, those that are gone among them.
    fn rows(&self) -> u64 {
        self.metadata.metadata().file_metadata().num_rows() as u64
    }

    fn builder(&self, columns: Option<&[String]>) -> Result<ParquetRecordBatchReaderBuilder<File>> {
        let file = File::open(&self.path).map_err(Error::io("open", &self.path))?;
        let builder =
            ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone())
                .with_batch_size(BATCH_ROWS);
        Ok(match columns {
            None => builder,
            Some(columns) => {
                let mask = ProjectionMask::columns(
                    builder.parquet_schema(),
                    columns.iter().map(String::as_str),
                );
                builder.with_projection(mask)
            }
        })
    }

    fn build(
        &self,
        builder: ParquetRecordBatchReaderBuilder<File>,
    ) -> Result<ParquetRecordBatchReader> {
        builder.build().map_err(Error::file("read", &self.path))
    }

    /// The row groups, in order.
    pub(crate) fn groups(&self) -> impl Iterator<Item = Group> {
        let groups = self.metadata.metadata().row_groups().iter().enumerate();
        groups.scan(0, |next, (index, group)| {
            let first = *next;
            *next += group.num_rows() as u64;
            Some(Group {
                index,
                rows: group.num_rows() as usize,
                first,
            })
        })
    }

    /// The row group at a place.
    pub(crate) fn nth(&self, place: usize) -> Result<Group> {
        let group = self.groups().nth(place);
        group.ok_or_else(|| {
            let missing = ParquetError::General(format!("there is no row group {place}"));
            Error::file("read", &self.path)(missing)
        })
    }

    /// All rows of a row group, those that are gone among them.
    pub(crate) fn group(
        &self,
        columns: &[String],
        group: &Group,
    ) -> Result<ParquetRecordBatchReader> {
        let builder = self.builder(Some(columns))?;
        self.build(builder.with_row_groups(vec![group.index]))
    }

    /// The rows of a row group from one place in it to before another, those that are gone among them.
    pub(crate) fn rows_of(
        &self,
        columns: &[String],
        group: &Group,
        rows: Range<usize>,
    ) -> Result<ParquetRecordBatchReader> {
        let rows = rows.start.min(group.rows)..rows.end.min(group.rows);
        let selected = RowSelection::from_consecutive_ranges([rows].into_iter(), group.rows);
        let builder = self.builder(Some(columns))?;
        let builder = builder.with_row_groups(vec![group.index]);
        self.build(builder.with_row_selection(selected))
    }

    /// All rows in the file, those that are gone among them, in order.
    pub(crate) fn all(&self, columns: Option<&[String]>) -> Result<ParquetRecordBatchReader> {
        self.build(self.builder(columns)?)
    }

    /// The rows at some places.
    pub(crate) fn at(&self, places: &RoaringTreemap) -> Result<ParquetRecordBatchReader> {
        let named = vector::selection(places, 0, self.rows(), false);
        self.build(self.builder(None)?.with_row_selection(named))
    }
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
