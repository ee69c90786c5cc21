//! Rows as one Parquet file that is made while it is sent, a row group at a time.

use std::io;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef};
use parquet::arrow::{ArrowSchemaConverter, ArrowWriter};
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use yandu_access::Receipt;
use yandu_lake::Rows;

use crate::Result;
use crate::problem::Problem;
use crate::stream::rows::{End, Form};

/// What a row group holds before it is sent. Memory follows from the bytes, and readers like groups of some size.
const GROUP_ROWS: usize = 128 << 10;
const GROUP_BYTES: usize = 32 << 20;

/// A file under way.
pub(super) struct Parquet {
    told: Vec<KeyValue>,
    writer: Option<ArrowWriter<Vec<u8>>>,
}

impl Parquet {
    /// The file of a receipt, which it says of itself; refused where a column has a type that no file holds.
    pub(super) fn new(schema: &Schema, receipt: &Receipt) -> Result<Self> {
        check(schema)?;
        Ok(Self {
            told: told(receipt),
            writer: None,
        })
    }

    fn writer(&mut self) -> io::Result<&mut ArrowWriter<Vec<u8>>> {
        let writer = self.writer.as_mut();
        writer.ok_or_else(|| io::Error::other("rows came before the beginning of their file"))
    }
}

/// Refuses columns that a file cannot hold, before anything of it is sent.
pub(crate) fn check(schema: &Schema) -> Result<()> {
    // The writer learns of these two only when it meets their first value.
    let is_held =
        |data_type: &DataType| !matches!(data_type, DataType::Interval(_) | DataType::Union(_, _));
    let mut fields = schema.fields().iter();
    let held = match fields.find(|field| !is_held(field.data_type())) {
        Some(field) => Err(format!(
            "`{}` is of type {}",
            field.name(),
            field.data_type()
        )),
        None => ArrowSchemaConverter::new()
            .convert(&plain_schema(schema))
            .map(|_| ())
            .map_err(|error| error.to_string()),
    };
    held.map_err(|why| {
        Problem::new(
            "not-acceptable",
            format!("Parquet cannot hold the answer: {why}"),
        )
        .with_help("cast the column to a text, or ask for csv".to_owned())
    })
}

impl Form for Parquet {
    fn head(&mut self, rows: &Rows) -> io::Result<Vec<u8>> {
        let told = std::mem::take(&mut self.told);
        // Readers of Arrow look for it at the schema.
        let pairs = told
            .iter()
            .map(|pair| (pair.key.clone(), pair.value.clone().unwrap_or_default()))
            .collect();
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_max_row_group_row_count(Some(GROUP_ROWS))
            .set_max_row_group_bytes(Some(GROUP_BYTES))
            .set_key_value_metadata(Some(told))
            .build();
        let schema = plain_schema(&rows.schema()).with_metadata(pairs);
        let schema = Arc::new(schema);
        let writer = ArrowWriter::try_new(Vec::new(), schema, Some(properties)).map_err(failed)?;
        sent(self.writer.insert(writer))
    }

    fn rows(&mut self, batch: &RecordBatch, _follows: bool) -> io::Result<Vec<u8>> {
        let batch = plain(batch).map_err(io::Error::other)?;
        let writer = self.writer()?;
        writer.write(&batch).map_err(failed)?;
        sent(writer)
    }

    /// A file without its end is no file, so that no half is taken for whole.
    fn end(&mut self, end: End) -> io::Result<Vec<u8>> {
        if let End::Broken(error) = end {
            return Err(io::Error::other(error));
        }
        let writer = self.writer()?;
        writer.finish().map_err(failed)?;
        sent(writer)
    }
}

/// What has been written and not been sent.
fn sent(writer: &mut ArrowWriter<Vec<u8>>) -> io::Result<Vec<u8>> {
    writer.sync()?;
    Ok(std::mem::take(writer.inner_mut()))
}

fn failed(error: ParquetError) -> io::Error {
    io::Error::other(error)
}

/// Columns in the types that every reader of Parquet gives back; views are how the engine holds texts.
pub(crate) fn plain_schema(schema: &Schema) -> Schema {
    let fields = schema.fields().iter();
    let plain = fields.map(|field| -> FieldRef {
        match plain_type(field.data_type()) {
            None => Arc::clone(field),
            Some(data_type) => Arc::new(Field::new(field.name(), data_type, field.is_nullable())),
        }
    });
    Schema::new(plain.collect::<Vec<_>>())
}

fn plain_type(data_type: &DataType) -> Option<DataType> {
    match data_type {
        DataType::Utf8View => Some(DataType::Utf8),
        DataType::BinaryView => Some(DataType::Binary),
        _ => None,
    }
}

/// The same rows in the types of [`plain_schema`].
pub(crate) fn plain(batch: &RecordBatch) -> Result<RecordBatch, arrow::error::ArrowError> {
    let schema: SchemaRef = Arc::new(plain_schema(&batch.schema()));
    let columns = batch.columns().iter();
    let columns: Vec<ArrayRef> = columns
        .map(|column| match plain_type(column.data_type()) {
            None => Ok(Arc::clone(column)),
            Some(data_type) => cast(column, &data_type),
        })
        .collect::<Result<_, _>>()?;
    let options = arrow::array::RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(schema, columns, &options)
}

/// What a file says of itself: who took it, when, by which question, at which versions and under which policies.
fn told(receipt: &Receipt) -> Vec<KeyValue> {
    let file = &receipt.file;
    let versions: serde_json::Map<String, serde_json::Value> = file
        .read
        .iter()
        .map(|read| (read.dataset.to_string(), read.version.into()))
        .collect();
    let mut told = vec![
        ("yandu.receipt", receipt.id.to_string()),
        ("yandu.reader", file.reader.clone()),
        ("yandu.reader_name", file.name.clone()),
        ("yandu.read_at", receipt.begun_at.to_string()),
        ("yandu.sql", file.sql.clone()),
        (
            "yandu.versions",
            serde_json::Value::from(versions).to_string(),
        ),
    ];
    let purpose = file
        .purpose
        .clone()
        .map(|purpose| ("yandu.purpose", purpose));
    let policy = file.policy.as_deref().map(ToOwned::to_owned);
    told.extend(policy.map(|policy| ("yandu.policy", policy)));
    told.extend(purpose);
    let told = told.into_iter();
    told.map(|(key, value)| KeyValue::new(key.to_owned(), value))
        .collect()
}
