//! Rows that come and rows that go, without those that do both.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::SchemaRef;
use arrow::row::{RowConverter, SortField};

use crate::Result;

/// What is left of the rows that come and of those that go when equal ones are taken from both.
pub(super) struct Net {
    pub(super) came: RecordBatch,
    pub(super) went: RecordBatch,
}

impl Net {
    /// Rows have the columns of `schema`. Equal rows are counted, so that one of two that are alike can go.
    pub(super) fn of(
        schema: &SchemaRef,
        came: &[RecordBatch],
        went: &[RecordBatch],
    ) -> Result<Self> {
        let fields = schema.fields().iter();
        let fields = fields.map(|field| SortField::new(field.data_type().clone()));
        let converter = RowConverter::new(fields.collect())?;
        let mut counts: HashMap<Vec<u8>, i64> = HashMap::new();
        for (batches, sign) in [(came, 1), (went, -1)] {
            for rows in batches {
                for row in &converter.convert_columns(rows.columns())? {
                    *counts.entry(row.as_ref().to_vec()).or_default() += sign;
                }
            }
        }
        let mut counts: Vec<(Vec<u8>, i64)> = counts
            .into_iter()
            .filter(|(_, count)| *count != 0)
            .collect();
        counts.sort();
        let pick = |is_wanted: fn(i64) -> bool| -> Result<RecordBatch> {
            let parser = converter.parser();
            let rows = counts
                .iter()
                .filter(|(_, count)| is_wanted(*count))
                .flat_map(|(row, count)| {
                    let times = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
                    std::iter::repeat_n(row, times)
                })
                .map(|row| parser.parse(row));
            let columns: Vec<ArrayRef> = converter.convert_rows(rows)?;
            Ok(RecordBatch::try_new(Arc::clone(schema), columns)?)
        };
        Ok(Self {
            came: pick(|count| count > 0)?,
            went: pick(|count| count < 0)?,
        })
    }

    pub(super) fn is_empty(&self) -> bool {
        self.came.num_rows() == 0 && self.went.num_rows() == 0
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::{Float64Array, StringViewArray};
    use arrow::datatypes::{DataType, Field, Schema};

    use super::*;

    fn rows(values: &[(Option<&str>, f64)]) -> RecordBatch {
        let texts: StringViewArray = values.iter().map(|value| value.0).collect();
        let numbers: Float64Array = values.iter().map(|value| Some(value.1)).collect();
        let schema = Schema::new(vec![
            Field::new("a", DataType::Utf8View, true),
            Field::new("b", DataType::Float64, true),
        ]);
        let columns: Vec<ArrayRef> = vec![Arc::new(texts), Arc::new(numbers)];
        RecordBatch::try_new(Arc::new(schema), columns).unwrap()
    }

    #[test]
    fn a_row_that_comes_and_goes_does_neither_and_equal_rows_are_counted() {
        let came = rows(&[
            (Some("x"), 1.0),
            (None, 2.0),
            (Some("y"), 3.0),
            (Some("y"), 3.0),
        ]);
        let went = rows(&[(Some("x"), 1.0), (Some("y"), 3.0), (Some("z"), 4.0)]);
        let net = Net::of(&came.schema(), &[came], &[went]).unwrap();
        assert_eq!(net.came, rows(&[(None, 2.0), (Some("y"), 3.0)]));
        assert_eq!(net.went, rows(&[(Some("z"), 4.0)]));
    }
}
