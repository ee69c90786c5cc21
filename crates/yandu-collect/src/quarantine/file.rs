//! The files of quarantined rows: Parquet, one a worker, in the folder of the batch. Reading them is in `read`.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Builder, RecordBatch, StringViewBuilder};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use yandu_check::block::TextBlock;
use yandu_check::{Checked, Checker, Expectations, SYSTEM_ROW};

use super::{QuarantinedRow, Reason};
use crate::{Error, Result};

const RECORD: &str = "_record";
pub(super) const REASONS: &str = "_reasons";
/// Columns before those of the dataset.
pub(super) const LEADING: usize = 3;
pub(super) const ROWS_A_GROUP: usize = 32_768;

/// Writes the quarantined rows of one worker. The file appears with the first row.
pub(crate) struct QuarantineWriter {
    path: PathBuf,
    schema: SchemaRef,
    writer: Option<ArrowWriter<File>>,
}

impl QuarantineWriter {
    pub(crate) fn new(path: PathBuf, expectations: &Expectations) -> Self {
        let names = expectations.columns.iter();
        Self::of(path, names.map(|column| column.name.as_str()))
    }

    /// For rows with cells of these columns.
    pub(super) fn of<'n>(path: PathBuf, columns: impl Iterator<Item = &'n str>) -> Self {
        let mut fields = vec![
            Field::new(SYSTEM_ROW, DataType::Int64, false),
            Field::new(RECORD, DataType::Utf8View, false),
            Field::new(REASONS, DataType::Utf8View, false),
        ];
        fields.extend(columns.map(|column| Field::new(column, DataType::Utf8View, true)));
        Self {
            path,
            schema: Arc::new(Schema::new(fields)),
            writer: None,
        }
    }

    /// Takes the rows of the block that broke something hard.
    pub(crate) fn write(
        &mut self,
        block: &TextBlock,
        checker: &Checker,
        checked: &Checked,
    ) -> Result<()> {
        let expectations = checker.expectations();
        let rows: Vec<usize> = (0..block.rows())
            .filter(|row| checked.hard.get(*row).copied().unwrap_or_default())
            .collect();
        let mut places = Int64Builder::with_capacity(rows.len());
        let mut records = StringViewBuilder::with_capacity(rows.len());
        let mut reasons = StringViewBuilder::with_capacity(rows.len());
        for row in &rows {
            places.append_value((block.first_row + *row as u64) as i64);
            records.append_value(block.record(*row));
            reasons.append_value(serde_json::to_string(&reasons_of(
                block,
                checked,
                expectations,
                *row as u32,
            ))?);
        }
        let mut columns: Vec<ArrayRef> = vec![
            Arc::new(places.finish()),
            Arc::new(records.finish()),
            Arc::new(reasons.finish()),
        ];
        for column in 0..expectations.columns.len() {
            let mut cells = StringViewBuilder::with_capacity(rows.len());
            for row in &rows {
                cells.append_option(checker.cell(column).and_then(|cell| block.cell(*row, cell)));
            }
            columns.push(Arc::new(cells.finish()));
        }
        self.append(&RecordBatch::try_new(Arc::clone(&self.schema), columns)?)
    }

    /// Takes rows that are quarantined already, each with the cells of the file's columns.
    pub(super) fn put(&mut self, rows: &[QuarantinedRow]) -> Result<()> {
        let mut places = Int64Builder::with_capacity(rows.len());
        let mut records = StringViewBuilder::with_capacity(rows.len());
        let mut reasons = StringViewBuilder::with_capacity(rows.len());
        for row in rows {
            places.append_value(row.row as i64);
            records.append_value(&row.record);
            reasons.append_value(serde_json::to_string(&row.reasons)?);
        }
        let mut columns: Vec<ArrayRef> = vec![
            Arc::new(places.finish()),
            Arc::new(records.finish()),
            Arc::new(reasons.finish()),
        ];
        for field in self.schema.fields().iter().skip(LEADING) {
            let mut cells = StringViewBuilder::with_capacity(rows.len());
            for row in rows {
                cells.append_option(row.cells.get(field.name()).and_then(Option::as_deref));
            }
            columns.push(Arc::new(cells.finish()));
        }
        self.append(&RecordBatch::try_new(Arc::clone(&self.schema), columns)?)
    }

    fn append(&mut self, rows: &RecordBatch) -> Result<()> {
        let writer = match &mut self.writer {
            Some(writer) => writer,
            none => none.insert(create(&self.path, &self.schema)?),
        };
        Ok(writer.write(rows)?)
    }

    /// Closes the file; it is on disk when this returns.
    pub(crate) fn finish(self) -> Result<()> {
        let Some(writer) = self.writer else {
            return Ok(());
        };
        writer
            .into_inner()?
            .sync_all()
            .map_err(|source| Error::file("write quarantined rows to", &self.path, source))
    }
}

fn create(path: &Path, schema: &SchemaRef) -> Result<ArrowWriter<File>> {
    let failed = |source| Error::file("write quarantined rows to", path, source);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
        .set_max_row_group_row_count(Some(ROWS_A_GROUP))
        .build();
    let file = File::create(path).map_err(failed)?;
    Ok(ArrowWriter::try_new(
        file,
        Arc::clone(schema),
        Some(properties),
    )?)
}

fn reasons_of(
    block: &TextBlock,
    checked: &Checked,
    expectations: &Expectations,
    row: u32,
) -> Vec<Reason> {
    let from = checked
        .findings
        .partition_point(|finding| finding.row < row);
    checked
        .findings
        .iter()
        .skip(from)
        .take_while(|finding| finding.row == row)
        .map(|finding| Reason {
            column: finding
                .column
                .and_then(|column| Some(expectations.columns.get(column as usize)?.name.clone())),
            reason: finding.cause.code(expectations).to_owned(),
            level: finding.cause.level(expectations),
            detail: block
                .detail(row)
                .filter(|_| finding.cause.is_of_decoder())
                .cloned(),
        })
        .collect()
}
