//! The three shapes of a table's columns: as declared (and read), as written to files, and as the Delta log says.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, new_null_array};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef, TimeUnit};
use serde_json::{Value, json};
use yandu_words::id::DatasetId;

use crate::{Error, Result, Version};

/// The column with the id of the batch that brought the row.
pub const BATCH: &str = "_batch";

/// The column with the place of the row in its batch, from 1.
pub const ROW: &str = "_row";

/// The declared columns and the two system columns after them, as a reader sees them.
pub fn full_schema(declared: &Schema) -> SchemaRef {
    let fields = declared
        .fields()
        .iter()
        .filter(|field| field.name() != BATCH && field.name() != ROW)
        .map(|field| Arc::new(Field::new(field.name(), read_type(field.data_type()), true)))
        .chain([
            Arc::new(Field::new(BATCH, DataType::Utf8View, false)),
            Arc::new(Field::new(ROW, DataType::Int64, false)),
        ]);
    Arc::new(Schema::new(fields.collect::<Vec<FieldRef>>()))
}

/// The name of a column's type, as people and programs are told it: that of the declarations where there is one.
pub fn type_name(data_type: &DataType) -> String {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => "text".to_owned(),
        DataType::Int8
        | DataType::Int16
        | DataType::Int32
        | DataType::Int64
        | DataType::UInt8
        | DataType::UInt16
        | DataType::UInt32
        | DataType::UInt64 => "integer".to_owned(),
        DataType::Float16 | DataType::Float32 | DataType::Float64 => "float".to_owned(),
        DataType::Decimal32(precision, scale)
        | DataType::Decimal64(precision, scale)
        | DataType::Decimal128(precision, scale)
        | DataType::Decimal256(precision, scale) => format!("decimal({precision},{scale})"),
        DataType::Boolean => "boolean".to_owned(),
        DataType::Date32 | DataType::Date64 => "date".to_owned(),
        DataType::Time32(_) | DataType::Time64(_) => "time".to_owned(),
        DataType::Timestamp(_, _) => "timestamp".to_owned(),
        DataType::Null => "null".to_owned(),
        DataType::List(field) | DataType::LargeList(field) => {
            format!("list of {}", type_name(field.data_type()))
        }
        DataType::Struct(_) => "object".to_owned(),
        other => other.to_string().to_lowercase(),
    }
}

fn read_type(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 => DataType::Utf8View,
        DataType::Timestamp(_, _) => DataType::Timestamp(TimeUnit::Microsecond, None),
        other => other.clone(),
    }
}

/// The columns as files hold them: Delta has no time of day, so it is a number of microseconds there.
pub(crate) fn file_schema(full: &Schema) -> SchemaRef {
    Arc::new(Schema::new(
        full.fields()
            .iter()
            .map(|field| match field.data_type() {
                DataType::Time64(TimeUnit::Microsecond) => Arc::new(Field::new(
                    field.name(),
                    DataType::Int64,
                    field.is_nullable(),
                )),
                _ => Arc::clone(field),
            })
            .collect::<Vec<FieldRef>>(),
    ))
}

/// One column as the Delta log has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredColumn {
    pub(crate) name: String,
    /// Primitive type in the words of the Delta protocol.
    pub(crate) delta_type: String,
    pub(crate) nullable: bool,
    /// The version that it came with, which tells it from others of its name. None where that is the first one, or was not written down.
    pub(crate) since: Option<Version>,
}

/// The metadata of a column with the version that it came with.
const SINCE: &str = "yandu.since";

impl StoredColumn {
    pub(crate) fn of(dataset: &DatasetId, field: &Field) -> Result<Self> {
        Ok(Self {
            name: field.name().clone(),
            delta_type: delta_type(field.data_type()).ok_or_else(|| Error::Type {
                dataset: dataset.clone(),
                column: field.name().clone(),
                data_type: field.data_type().clone(),
            })?,
            nullable: field.is_nullable(),
            since: None,
        })
    }

    fn since(self, version: Version) -> Self {
        Self {
            since: Some(version),
            ..self
        }
    }

    /// The Arrow type of the column in files.
    pub(crate) fn file_field(&self) -> Option<FieldRef> {
        Some(Arc::new(Field::new(
            &self.name,
            arrow_type(&self.delta_type)?,
            self.nullable,
        )))
    }

    pub(crate) fn to_json(&self) -> Value {
        let metadata = match self.since {
            Some(version) => json!({ SINCE: version }),
            None => json!({}),
        };
        json!({"name": self.name, "type": self.delta_type, "nullable": self.nullable, "metadata": metadata})
    }

    pub(crate) fn from_json(field: &Value) -> Option<Self> {
        Some(Self {
            name: field.get("name")?.as_str()?.to_owned(),
            delta_type: field.get("type")?.as_str()?.to_owned(),
            nullable: field.get("nullable")?.as_bool()?,
            since: field
                .get("metadata")
                .and_then(|metadata| metadata.get(SINCE))
                .and_then(Value::as_u64),
        })
    }
}

fn delta_type(data_type: &DataType) -> Option<String> {
    Some(match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => "string".to_owned(),
        DataType::Int64 | DataType::Time64(TimeUnit::Microsecond) => "long".to_owned(),
        DataType::Float64 => "double".to_owned(),
        DataType::Boolean => "boolean".to_owned(),
        DataType::Date32 => "date".to_owned(),
        DataType::Timestamp(TimeUnit::Microsecond, None) => "timestamp_ntz".to_owned(),
        DataType::Decimal128(precision, scale) if *scale >= 0 => {
            format!("decimal({precision},{scale})")
        }
        _ => return None,
    })
}

fn arrow_type(delta_type: &str) -> Option<DataType> {
    Some(match delta_type {
        "string" => DataType::Utf8View,
        "long" => DataType::Int64,
        "double" => DataType::Float64,
        "boolean" => DataType::Boolean,
        "date" => DataType::Date32,
        "timestamp_ntz" => DataType::Timestamp(TimeUnit::Microsecond, None),
        other => {
            let (precision, scale) = other
                .strip_prefix("decimal(")?
                .strip_suffix(')')?
                .split_once(',')?;
            DataType::Decimal128(precision.trim().parse().ok()?, scale.trim().parse().ok()?)
        }
    })
}

/// What the log must say from version `next` on so that files of `full` fit: the stored columns, then the new ones.
///
/// Returns `None` when nothing changes.
pub(crate) fn evolve(
    dataset: &DatasetId,
    stored: &[StoredColumn],
    full: &Schema,
    next: Version,
) -> Result<Option<Vec<StoredColumn>>> {
    let mut evolved = stored.to_vec();
    for field in full.fields() {
        let declared = StoredColumn::of(dataset, field)?;
        match stored.iter().find(|column| column.name == declared.name) {
            Some(column) if column.delta_type == declared.delta_type => {}
            Some(column) => {
                return Err(Error::TypeChange {
                    dataset: dataset.clone(),
                    column: declared.name,
                    stored: column.delta_type.clone(),
                    declared: declared.delta_type,
                });
            }
            None => evolved.push(declared.since(next)),
        }
    }
    Ok((evolved.len() > stored.len()).then_some(evolved))
}

/// The stored columns under the types that are declared, then the new ones, which come with version `next`. Those that nothing
/// declares stay as they are.
pub(crate) fn retype(
    dataset: &DatasetId,
    stored: &[StoredColumn],
    full: &Schema,
    next: Version,
) -> Result<Vec<StoredColumn>> {
    let mut columns = stored.to_vec();
    for field in full.fields() {
        let declared = StoredColumn::of(dataset, field)?;
        match columns
            .iter_mut()
            .find(|column| column.name == declared.name)
        {
            Some(column) => column.delta_type = declared.delta_type,
            None => columns.push(declared.since(next)),
        }
    }
    Ok(columns)
}

/// The error that says which column has another type in `stored` than in `others`, when one has.
pub(crate) fn same_types(
    dataset: &DatasetId,
    stored: &[StoredColumn],
    others: &[StoredColumn],
) -> Result<()> {
    for column in stored {
        let other = others.iter().find(|other| other.name == column.name);
        if let Some(other) = other.filter(|other| other.delta_type != column.delta_type) {
            return Err(Error::TypeChange {
                dataset: dataset.clone(),
                column: column.name.clone(),
                stored: column.delta_type.clone(),
                declared: other.delta_type.clone(),
            });
        }
    }
    Ok(())
}

/// The columns of `full` under the types that files have where those are others; `None` when they have the same.
pub(crate) fn typed_as(full: &Schema, stored: &[StoredColumn]) -> Option<SchemaRef> {
    let mut differs = false;
    let fields: Vec<FieldRef> = full
        .fields()
        .iter()
        .map(|field| {
            let own = delta_type(field.data_type());
            let found = stored.iter().find(|column| column.name == *field.name());
            let other = found
                .filter(|column| own.as_ref() != Some(&column.delta_type))
                .and_then(|column| arrow_type(&column.delta_type));
            match other {
                Some(other) => {
                    differs = true;
                    Arc::new(Field::new(field.name(), other, field.is_nullable()))
                }
                None => Arc::clone(field),
            }
        })
        .collect();
    differs.then(|| Arc::new(Schema::new(fields)) as SchemaRef)
}

/// The columns of `full` without those whose name was another column's at a version: one that is `stored` there, and came with another
/// version than the one that `present` has. None where there are none.
pub(crate) fn without_others(
    full: &Schema,
    stored: &[StoredColumn],
    present: &[StoredColumn],
) -> Option<SchemaRef> {
    let is_other = |name: &str| {
        let named = |columns: &[StoredColumn]| {
            let mut columns = columns.iter();
            columns
                .find(|column| column.name == name)
                .map(|column| column.since)
        };
        named(stored).is_some_and(|since| named(present) != Some(since))
    };
    let fields: Vec<FieldRef> = full
        .fields()
        .iter()
        .filter(|field| !is_other(field.name()))
        .cloned()
        .collect();
    (fields.len() < full.fields().len()).then(|| Arc::new(Schema::new(fields)) as SchemaRef)
}

/// The rows with the columns of `schema`, by name; columns that are missing become NULL.
pub(crate) fn conform(
    dataset: &DatasetId,
    rows: &RecordBatch,
    schema: &SchemaRef,
) -> Result<RecordBatch> {
    if rows.schema_ref() == schema {
        return Ok(rows.clone());
    }
    let columns = schema
        .fields()
        .iter()
        .map(|field| column_as(dataset, rows, field))
        .collect::<Result<Vec<_>>>()?;
    RecordBatch::try_new(Arc::clone(schema), columns).map_err(Error::rows(dataset))
}

fn column_as(dataset: &DatasetId, rows: &RecordBatch, field: &Field) -> Result<ArrayRef> {
    match rows.column_by_name(field.name()) {
        Some(column) if column.data_type() == field.data_type() => Ok(Arc::clone(column)),
        Some(column) => cast(column, field.data_type()).map_err(Error::rows(dataset)),
        None if field.is_nullable() => Ok(new_null_array(field.data_type(), rows.num_rows())),
        None => Err(Error::MissingColumn {
            dataset: dataset.clone(),
            column: field.name().clone(),
        }),
    }
}
