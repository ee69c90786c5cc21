//! Kept rows with their system columns.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, BooleanArray, Int64Array, RecordBatch, StringViewArray, StringViewBuilder,
    UInt32Array,
};
use arrow::compute::{filter, take};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use yandu_check::block::TextBlock;
use yandu_check::{SYSTEM_BATCH, SYSTEM_ROW};
use yandu_words::id::BatchId;

use crate::{EXTRA, Result};

pub(crate) struct Output<'a> {
    batch: StringViewArray,
    extra: &'a [(usize, String)],
    schema: Option<SchemaRef>,
}

impl<'a> Output<'a> {
    pub(crate) fn new(batch: &BatchId, extra: &'a [(usize, String)]) -> Self {
        Self {
            batch: StringViewArray::from(vec![batch.as_ref()]),
            extra,
            schema: None,
        }
    }

    /// The rows that the mask lets through, with `_extra`, `_batch` and `_row`; all rows without a mask.
    pub(crate) fn rows(
        &mut self,
        block: &TextBlock,
        typed: &RecordBatch,
        mask: Option<&BooleanArray>,
    ) -> Result<RecordBatch> {
        let first = block.first_row as i64;
        let places: ArrayRef = Arc::new(Int64Array::from_iter_values(
            first..first + block.rows() as i64,
        ));
        let extra: ArrayRef = Arc::new(self.extra_cells(block));
        let mut columns = Vec::with_capacity(typed.num_columns() + 3);
        let keep = |column: &ArrayRef| match mask {
            Some(mask) => filter(column, mask),
            None => Ok(Arc::clone(column)),
        };
        for column in typed.columns() {
            columns.push(keep(column)?);
        }
        columns.push(keep(&extra)?);
        let places = keep(&places)?;
        columns.push(take(
            &self.batch,
            &UInt32Array::from(vec![0; places.len()]),
            None,
        )?);
        columns.push(places);
        Ok(RecordBatch::try_new(self.schema(typed), columns)?)
    }

    fn schema(&mut self, typed: &RecordBatch) -> SchemaRef {
        let schema = self.schema.get_or_insert_with(|| {
            let mut fields = typed.schema().fields().to_vec();
            fields.push(Arc::new(Field::new(EXTRA, DataType::Utf8View, true)));
            fields.push(Arc::new(Field::new(
                SYSTEM_BATCH,
                DataType::Utf8View,
                false,
            )));
            fields.push(Arc::new(Field::new(SYSTEM_ROW, DataType::Int64, false)));
            Arc::new(Schema::new(fields))
        });
        Arc::clone(schema)
    }

    /// Cells under headers that no column claims, as one JSON object a row; NULL where all are empty.
    fn extra_cells(&self, block: &TextBlock) -> StringViewArray {
        let mut cells = StringViewBuilder::with_capacity(block.rows());
        for row in 0..block.rows() {
            let object: serde_json::Map<String, serde_json::Value> = self
                .extra
                .iter()
                .filter_map(|(cell, header)| {
                    let text = block.cell(row, *cell).filter(|text| !text.is_empty())?;
                    Some((header.clone(), text.into()))
                })
                .collect();
            if object.is_empty() {
                cells.append_null();
            } else {
                cells.append_value(serde_json::Value::Object(object).to_string());
            }
        }
        cells.finish()
    }
}
