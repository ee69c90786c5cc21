//! What is kept of the groups of a model between two refreshes: for each group how many rows it has, and for each
//! aggregate how many values, with their sum or extreme. Rows that come are added, rows that go are taken off; a group
//! without rows is gone. What cannot be taken off exactly, such as the greatest value itself, is said, and the model is
//! then computed in full.

mod merge;

pub(crate) use merge::Merged;

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, Decimal128Array, Float64Array, RecordBatch, RecordBatchOptions,
    UInt64Array,
};
use arrow::compute::{cast, concat_batches, take_record_batch};
use arrow::datatypes::{
    DataType, Decimal128Type, Field, Float64Type, Int64Type, Schema, SchemaRef,
};
use arrow::row::{RowConverter, SortField};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use yandu_lake::{Kept, KeptAs};

use crate::{Error, Result};

/// What the columns of the kept groups mean.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    /// How many columns make a group.
    pub(crate) by: usize,
    pub(crate) keeps: Vec<KeptAs>,
    /// The columns of finished groups.
    pub(crate) finished: SchemaRef,
}

/// The kept groups of a model.
#[derive(Debug, Clone)]
pub(crate) struct GroupState {
    layout: Layout,
    groups: RecordBatch,
}

impl Layout {
    pub(crate) fn new(by: usize, keeps: &[Kept], finished: SchemaRef) -> Self {
        Self {
            by,
            keeps: keeps.iter().map(|kept| kept.kept_as).collect(),
            finished,
        }
    }

    /// The column of the number of rows of a group.
    fn rows(&self) -> usize {
        self.by
    }

    /// For each aggregate the column of the number of values, and that of the value where there is one.
    fn columns(&self) -> Vec<(KeptAs, usize, Option<usize>)> {
        let mut next = self.by + 1;
        self.keeps
            .iter()
            .map(|kept_as| {
                let number = next;
                let value = (*kept_as != KeptAs::Count).then_some(next + 1);
                next += if value.is_some() { 2 } else { 1 };
                (*kept_as, number, value)
            })
            .collect()
    }

    /// Whether columns are those of kept groups, of types that can be counted on.
    fn fits(&self, schema: &Schema) -> bool {
        if schema.fields().len() != self.width() {
            return false;
        }
        let type_of = |place: usize| schema.field(place).data_type();
        let is_ordered =
            |place: usize| RowConverter::supports_fields(&[SortField::new(type_of(place).clone())]);
        let is_number = |place: usize| *type_of(place) == DataType::Int64;
        let is_kept = |(kept_as, number, value): (KeptAs, usize, Option<usize>)| {
            is_number(number)
                && value.is_none_or(|value| match kept_as {
                    KeptAs::Min | KeptAs::Max => is_ordered(value),
                    _ => matches!(
                        type_of(value),
                        DataType::Int64 | DataType::Float64 | DataType::Decimal128(..)
                    ),
                })
        };
        (0..self.by).all(is_ordered)
            && is_number(self.rows())
            && self.columns().into_iter().all(is_kept)
    }

    fn width(&self) -> usize {
        self.by
            + 1
            + self
                .keeps
                .iter()
                .map(|kept_as| if *kept_as == KeptAs::Count { 1 } else { 2 })
                .sum::<usize>()
    }
}

impl GroupState {
    /// The groups that a query gave; `None` when they hold values that cannot be kept.
    pub(crate) fn new(
        layout: Layout,
        schema: &SchemaRef,
        groups: &[RecordBatch],
    ) -> Result<Option<Self>> {
        let schema = plain(schema);
        if !layout.fits(&schema) {
            return Ok(None);
        }
        let groups = groups
            .iter()
            .map(|rows| RecordBatch::try_new(Arc::clone(&schema), rows.columns().to_vec()))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Some(Self {
            groups: concat_batches(&schema, &groups)?,
            layout,
        }))
    }

    /// How many groups there are.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.groups.num_rows()
    }

    /// Writes the groups to a file, which is on disk when this returns.
    pub(crate) fn write(&self, path: &Path) -> Result<()> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(Error::file("make", folder))?;
        }
        let file = File::create(path).map_err(Error::file("make", path))?;
        let mut writer = ArrowWriter::try_new(file, self.groups.schema(), None)?;
        writer.write(&self.groups)?;
        writer.finish()?;
        let synced = writer.inner().sync_all();
        synced.map_err(Error::file("sync", path))?;
        if let Some(folder) = path.parent() {
            let synced = File::open(folder).and_then(|folder| folder.sync_all());
            synced.map_err(Error::file("sync", folder))?;
        }
        Ok(())
    }

    /// Reads groups that were kept. `None` when they are not there, or not as the layout wants them.
    pub(crate) fn read(layout: Layout, path: &Path) -> Option<Self> {
        let file = File::open(path).ok()?;
        let reader = ParquetRecordBatchReaderBuilder::try_new(file).ok()?;
        let schema = Arc::clone(reader.schema());
        let batches = reader.build().ok()?.collect::<Result<Vec<_>, _>>().ok()?;
        let groups = concat_batches(&schema, &batches).ok()?;
        layout.fits(&schema).then_some(Self { layout, groups })
    }

    /// The groups as the query would have made them.
    pub(crate) fn finished(&self) -> Result<RecordBatch> {
        self.finish(&self.groups)
    }

    fn finish(&self, groups: &RecordBatch) -> Result<RecordBatch> {
        let fields = self.layout.finished.fields();
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(fields.len());
        for (column, field) in groups.columns().iter().zip(fields).take(self.layout.by) {
            columns.push(cast(column, field.data_type())?);
        }
        let aggregates = fields.iter().skip(self.layout.by);
        for ((kept_as, number, value), field) in self.layout.columns().into_iter().zip(aggregates) {
            let number = groups.column(number);
            let column = match (kept_as, value) {
                (KeptAs::Mean, Some(value)) => mean(number, groups.column(value), field)?,
                (_, Some(value)) => Arc::clone(groups.column(value)),
                (_, None) => Arc::clone(number),
            };
            columns.push(cast(&column, field.data_type())?);
        }
        let count = RecordBatchOptions::new().with_row_count(Some(groups.num_rows()));
        let schema = Arc::clone(&self.layout.finished);
        Ok(RecordBatch::try_new_with_options(schema, columns, &count)?)
    }

    fn some(&self, places: Vec<u64>) -> Result<RecordBatch> {
        Ok(take_record_batch(&self.groups, &UInt64Array::from(places))?)
    }
}

/// The same columns, each of which may be empty, under names of their places: two may come with one name.
fn plain(schema: &Schema) -> SchemaRef {
    Arc::new(Schema::new(
        schema
            .fields()
            .iter()
            .enumerate()
            .map(|(place, field)| Field::new(format!("k{place}"), field.data_type().clone(), true))
            .collect::<Vec<_>>(),
    ))
}

/// The means of values, as the engine computes them from sums and numbers.
fn mean(numbers: &ArrayRef, sums: &ArrayRef, field: &Field) -> Result<ArrayRef> {
    let numbers = numbers.as_primitive::<Int64Type>();
    let number = |row: usize| {
        numbers
            .is_valid(row)
            .then(|| numbers.value(row))
            .filter(|n| *n > 0)
    };
    if let (DataType::Decimal128(precision, scale), DataType::Decimal128(_, from)) =
        (field.data_type(), sums.data_type())
    {
        let wider = u32::try_from(scale - from).unwrap_or(0);
        let sums = sums.as_primitive::<Decimal128Type>();
        let means: Decimal128Array = (0..sums.len())
            .map(|row| {
                let number = number(row).filter(|_| sums.is_valid(row))?;
                let sum = sums.value(row).checked_mul(10_i128.checked_pow(wider)?)?;
                sum.checked_div(i128::from(number))
            })
            .collect();
        return Ok(Arc::new(
            means.with_precision_and_scale(*precision, *scale)?,
        ));
    }
    let sums = match sums.data_type() {
        // A sum of integers has no places after the point.
        DataType::Decimal128(_, 0) => {
            let sums = sums.as_primitive::<Decimal128Type>();
            sums.iter().map(|sum| sum.map(|sum| sum as f64)).collect()
        }
        _ => cast(sums, &DataType::Float64)?
            .as_primitive::<Float64Type>()
            .clone(),
    };
    let means: Float64Array = (0..sums.len())
        .map(|row| {
            let number = number(row).filter(|_| sums.is_valid(row))?;
            Some(sums.value(row) / number as f64)
        })
        .collect();
    Ok(Arc::new(means))
}

#[cfg(test)]
mod tests;
