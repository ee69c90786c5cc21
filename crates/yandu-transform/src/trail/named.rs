//! Rows by values of their columns.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch, RecordBatchOptions, StringArray};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::util::display::FormatOptions;
use yandu_words::id::DatasetId;

use super::Named;
use crate::{Error, Result};

/// The values as rows of the types that the columns have.
pub(super) fn typed(
    dataset: &DatasetId,
    schema: &SchemaRef,
    rows: &[Named],
) -> Result<RecordBatch> {
    let Some(first) = rows.first() else {
        return Ok(RecordBatch::new_empty(Arc::new(Schema::empty())));
    };
    if rows.iter().any(|row| !row.keys().eq(first.keys())) {
        return Err(Error::NamedApart(dataset.clone()));
    }
    let mut fields = Vec::new();
    let mut columns: Vec<ArrayRef> = Vec::new();
    for column in first.keys() {
        let field = schema
            .field_with_name(column)
            .map_err(|_| Error::NoColumn {
                dataset: dataset.clone(),
                column: column.clone(),
            })?;
        let texts = rows
            .iter()
            .map(|row| row.get(column).and_then(Option::as_deref));
        columns.push(values(dataset, field, texts.collect())?);
        fields.push(Field::new(column, field.data_type().clone(), true));
    }
    let options = RecordBatchOptions::new().with_row_count(Some(rows.len()));
    Ok(RecordBatch::try_new_with_options(
        Arc::new(Schema::new(fields)),
        columns,
        &options,
    )?)
}

fn values(dataset: &DatasetId, field: &Field, texts: Vec<Option<&str>>) -> Result<ArrayRef> {
    let options = CastOptions {
        safe: true,
        format_options: FormatOptions::default(),
    };
    let texts = StringArray::from(texts);
    let values = cast_with_options(&texts, field.data_type(), &options)?;
    let unfit = (0..texts.len()).find(|row| texts_differ(&texts, &values, *row));
    match unfit {
        None => Ok(values),
        Some(row) => Err(Error::NamedValue {
            dataset: dataset.clone(),
            column: field.name().clone(),
            value: texts.value(row).chars().take(100).collect(),
        }),
    }
}

/// Whether a text is there and its value is not.
fn texts_differ(texts: &StringArray, values: &ArrayRef, row: usize) -> bool {
    texts.is_valid(row) && values.is_null(row)
}

/// The columns by which rows of a dataset are told apart: its key, or without one all but floats, of which two that are
/// shown as one may differ; floats too, where there is nothing else.
pub(super) fn told_apart(key: &[String], rows: &RecordBatch) -> Result<RecordBatch> {
    let schema = rows.schema();
    let is_system = |name: &str| [yandu_lake::BATCH, yandu_lake::ROW].contains(&name);
    let names = || schema.fields().iter().map(|field| field.name());
    let has_key = names().any(|name| key.contains(name));
    let has_others = schema
        .fields()
        .iter()
        .any(|field| !is_system(field.name()) && !is_float(field.data_type()));
    let places: Vec<usize> = schema
        .fields()
        .iter()
        .enumerate()
        .filter(|(_, field)| {
            if has_key {
                key.contains(field.name())
            } else {
                !is_system(field.name()) && (!has_others || !is_float(field.data_type()))
            }
        })
        .map(|(place, _)| place)
        .collect();
    Ok(rows.project(&places)?)
}

fn is_float(data_type: &DataType) -> bool {
    matches!(
        data_type,
        DataType::Float16 | DataType::Float32 | DataType::Float64
    )
}
