//! Columns in the types of the protocol. What it has no type for is shared as a text.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, RecordBatchOptions};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef, TimeUnit};
use arrow::error::ArrowError;
use serde_json::{Value, json};

/// How a column is written, and what its type is called.
fn shared(data_type: &DataType) -> (DataType, String) {
    let kept = |name: &str| (data_type.clone(), name.to_owned());
    match data_type {
        DataType::Boolean => kept("boolean"),
        DataType::Int8 => kept("byte"),
        DataType::Int16 => kept("short"),
        DataType::Int32 => kept("integer"),
        DataType::Int64 => kept("long"),
        DataType::Float32 => kept("float"),
        DataType::Float64 => kept("double"),
        DataType::Decimal128(precision, scale) if *scale >= 0 => {
            kept(&format!("decimal({precision},{scale})"))
        }
        DataType::Date32 => kept("date"),
        // To the microsecond and without a zone, as the protocol has it.
        DataType::Timestamp(_, None) => (
            DataType::Timestamp(TimeUnit::Microsecond, None),
            "timestamp".to_owned(),
        ),
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => {
            (DataType::Binary, "binary".to_owned())
        }
        _ => (DataType::Utf8, "string".to_owned()),
    }
}

/// The columns as files have them.
pub(super) fn written(schema: &Schema) -> SchemaRef {
    let fields = schema.fields().iter();
    let fields = fields.map(|field| -> FieldRef {
        let (data_type, _) = shared(field.data_type());
        Arc::new(Field::new(field.name(), data_type, true))
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// Rows as files have them.
pub(super) fn rows_written(batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let schema = written(&batch.schema());
    let columns = batch.columns().iter().zip(schema.fields());
    let columns: Vec<ArrayRef> = columns
        .map(|(column, field)| cast(column, field.data_type()))
        .collect::<Result<_, _>>()?;
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(schema, columns, &options)
}

/// The schema as the protocol writes it.
pub(super) fn text(schema: &Schema) -> String {
    let fields = schema.fields().iter().map(|field| -> Value {
        let (_, name) = shared(field.data_type());
        json!({"name": field.name(), "type": name, "nullable": true, "metadata": {}})
    });
    let fields: Vec<Value> = fields.collect();
    json!({"type": "struct", "fields": fields}).to_string()
}

#[cfg(test)]
mod tests {
    use arrow::array::{AsArray as _, Time64MicrosecondArray};

    use super::*;

    #[test]
    fn types_have_the_names_of_the_protocol_and_others_are_texts() {
        let field = |name: &str, data_type| Field::new(name, data_type, true);
        let schema = Schema::new(vec![
            field("a", DataType::Utf8View),
            field("b", DataType::Int64),
            field("c", DataType::Decimal128(30, 2)),
            field("d", DataType::Timestamp(TimeUnit::Microsecond, None)),
            field("e", DataType::Time64(TimeUnit::Microsecond)),
        ]);
        let said: Value = serde_json::from_str(&text(&schema)).unwrap();
        let types: Vec<&str> = said["fields"]
            .as_array()
            .unwrap()
            .iter()
            .map(|field| field["type"].as_str().unwrap())
            .collect();
        assert_eq!(
            types,
            ["string", "long", "decimal(30,2)", "timestamp", "string"]
        );
    }

    #[test]
    fn what_is_no_type_of_the_protocol_is_written_as_a_text() {
        let time: ArrayRef = Arc::new(Time64MicrosecondArray::from(vec![3_600_000_000]));
        let batch = RecordBatch::try_from_iter([("t", time)]).unwrap();
        let written = rows_written(&batch).unwrap();
        assert_eq!(written.column(0).as_string::<i32>().value(0), "01:00:00");
    }
}
