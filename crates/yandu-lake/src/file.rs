//! Data files as the log lists them, with the statistics that let a reader skip them.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray, StringViewArray};
use arrow::compute::{cast, max, max_boolean, max_string_view, min, min_boolean, min_string_view};
use arrow::datatypes::{
    DataType, Date32Type, Decimal128Type, Float64Type, Int64Type, Schema, TimestampMicrosecondType,
};
use datafusion::common::stats::Precision;
use datafusion::common::{ColumnStatistics, ScalarValue, Statistics};
use datafusion::datasource::listing::PartitionedFile;
use parquet::arrow::arrow_reader::statistics::StatisticsConverter;
use parquet::file::metadata::ParquetMetaData;
use serde_json::{Map, Value, json};

use crate::point::Lookups;
use crate::vector::Vector;

/// Texts of this length and more have no bounds in the statistics: Parquet cuts its bounds at 64 bytes, at the end of a
/// character of up to 4.
const LONGEST_BOUND: usize = 61;

/// A decimal of more digits than this does not survive a JSON number.
const EXACT_DIGITS: u8 = 15;

/// One active data file of a version.
#[derive(Debug, Clone)]
pub(crate) struct DataFile {
    /// Path under the folder of the table.
    pub(crate) path: String,
    pub(crate) bytes: u64,
    /// Rows that are there, without those of the vector.
    pub(crate) rows: u64,
    pub(crate) modified_ms: i64,
    /// Statistics as the Delta protocol writes them, of all rows in the file.
    pub(crate) stats: Arc<Value>,
    /// The rows that are gone.
    pub(crate) vector: Option<Arc<Vector>>,
    pub(crate) lookups: Arc<Lookups>,
}

impl DataFile {
    /// A file of which nothing is known but how to read it.
    pub(crate) fn named(path: String, vector: Option<Arc<Vector>>) -> Self {
        Self {
            path,
            bytes: 0,
            rows: 0,
            modified_ms: 0,
            stats: Arc::new(Value::Null),
            vector,
            lookups: Arc::default(),
        }
    }

    /// The file of an `add` or a `remove` action; `None` when it cannot be understood.
    pub(crate) fn of_action(action: &Value) -> Option<Self> {
        let path = action.get("path")?.as_str()?.to_owned();
        let vector = match action.get("deletionVector") {
            None | Some(Value::Null) => None,
            Some(descriptor) => Some(Arc::new(Vector::read(descriptor)?)),
        };
        Some(Self::named(path, vector))
    }

    /// The same file without more rows.
    pub(crate) fn with(&self, vector: Vector) -> Self {
        Self {
            rows: self.all_rows().saturating_sub(vector.len()),
            vector: Some(Arc::new(vector)),
            ..self.clone()
        }
    }

    /// Rows in the file, those that are gone among them.
    pub(crate) fn all_rows(&self) -> u64 {
        self.rows + self.vector.as_ref().map_or(0, |vector| vector.len())
    }

    /// Whether both are the same rows of the same file.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.path == other.path && self.vector == other.vector
    }

    /// The rows of this file that are gone in another state of it; `None` when there are none.
    pub(crate) fn rows_not_in(&self, other: &Self) -> Option<Self> {
        let mut rows = other.vector.as_ref()?.gone().clone();
        if let Some(vector) = &self.vector {
            rows -= vector.gone();
        }
        (!rows.is_empty()).then(|| self.with(Vector::leaving(self.all_rows(), &rows)))
    }

    pub(crate) fn add(&self, data_change: bool) -> Value {
        let mut stats = self.stats.as_ref().clone();
        if let (Some(_), Some(stats)) = (&self.vector, stats.as_object_mut()) {
            // They are those of rows that are gone, too.
            stats.insert("tightBounds".to_owned(), json!(false));
        }
        let action = json!({
            "path": self.path,
            "partitionValues": {},
            "size": self.bytes,
            "modificationTime": self.modified_ms,
            "dataChange": data_change,
            "stats": stats.to_string(),
        });
        json!({"add": self.with_descriptor(action)})
    }

    fn with_descriptor(&self, mut action: Value) -> Value {
        if let (Some(vector), Some(fields)) = (&self.vector, action.as_object_mut()) {
            fields.insert("deletionVector".to_owned(), vector.descriptor());
        }
        action
    }

    pub(crate) fn remove(&self, at_ms: i64, data_change: bool) -> Value {
        let action = json!({
            "path": self.path,
            "deletionTimestamp": at_ms,
            "dataChange": data_change,
            "extendedFileMetadata": true,
            "partitionValues": {},
            "size": self.bytes,
        });
        json!({"remove": self.with_descriptor(action)})
    }

    pub(crate) fn full_path(&self, folder: &Path) -> std::path::PathBuf {
        folder.join(&self.path)
    }

    /// The file as the engine opens it.
    pub(crate) fn partitioned(&self, folder: &Path) -> PartitionedFile {
        let path = self.full_path(folder);
        PartitionedFile::new(path.to_string_lossy().into_owned(), self.bytes)
    }

    /// Bounds of a text column, when they are known.
    pub(crate) fn text_bounds(&self, column: &str) -> Option<(&str, &str)> {
        let bound = |side: &str| self.stats.get(side)?.get(column)?.as_str();
        Some((bound("minValues")?, bound("maxValues")?))
    }

    /// The statistics in the words of the query engine, for all columns of `schema`.
    pub(crate) fn statistics(&self, schema: &Schema) -> Statistics {
        let rows = Precision::Exact(self.rows as usize);
        let column_statistics = schema
            .fields()
            .iter()
            .map(|field| self.column_statistics(field.name(), field.data_type()))
            .collect();
        Statistics {
            num_rows: rows,
            total_byte_size: Precision::Inexact(self.bytes as usize),
            column_statistics,
        }
    }

    /// How many of the rows that are there have no value, when so many of all rows in the file have none.
    fn null_count(&self, nulls: u64) -> Precision<usize> {
        if self.vector.is_none() || nulls == 0 {
            Precision::Exact(nulls as usize)
        } else if nulls == self.all_rows() {
            Precision::Exact(self.rows as usize)
        } else {
            Precision::Absent
        }
    }

    fn column_statistics(&self, column: &str, data_type: &DataType) -> ColumnStatistics {
        let side = |name: &str| self.stats.get(name).and_then(|side| side.get(column));
        let bound = |name: &str| match side(name).and_then(|value| from_json(value, data_type)) {
            // Parquet leaves NaN out of the bounds.
            Some(value @ ScalarValue::Float64(_)) => Precision::Inexact(value),
            // The row that it came from may be gone.
            Some(value) if self.vector.is_some() => Precision::Inexact(value),
            Some(value) => Precision::Exact(value),
            None => Precision::Absent,
        };
        let Some(nulls) = side("nullCount").and_then(Value::as_u64) else {
            return ColumnStatistics::new_unknown();
        };
        ColumnStatistics {
            null_count: self.null_count(nulls),
            min_value: bound("minValues"),
            max_value: bound("maxValues"),
            ..ColumnStatistics::new_unknown()
        }
    }
}

/// The statistics of a whole file, from those of its row groups.
pub(crate) fn collect_stats(metadata: &ParquetMetaData, schema: &Schema) -> Value {
    let (mut low, mut high, mut nulls) = (Map::new(), Map::new(), Map::new());
    for field in schema.fields() {
        let Ok(converter) = StatisticsConverter::try_new(
            field.name(),
            schema,
            metadata.file_metadata().schema_descr(),
        ) else {
            continue;
        };
        let groups = || metadata.row_groups().iter();
        if let Ok(counts) = converter.row_group_null_counts(groups()) {
            if counts.null_count() > 0 {
                continue;
            }
            let total: u64 = counts.values().iter().sum();
            nulls.insert(field.name().clone(), json!(total));
        }
        let (Ok(mins), Ok(maxes)) = (
            converter.row_group_mins(groups()),
            converter.row_group_maxes(groups()),
        ) else {
            continue;
        };
        if !bounds_cover(metadata, &converter, &mins) {
            continue;
        }
        if let (Some(from), Some(to)) = (extreme(&mins, false), extreme(&maxes, true)) {
            low.insert(field.name().clone(), from);
            high.insert(field.name().clone(), to);
        }
    }
    json!({
        "numRecords": metadata.file_metadata().num_rows(),
        "minValues": low,
        "maxValues": high,
        "nullCount": nulls,
    })
}

/// Whether every row group without bounds holds nothing but NULL in this column.
fn bounds_cover(
    metadata: &ParquetMetaData,
    converter: &StatisticsConverter<'_>,
    mins: &ArrayRef,
) -> bool {
    let Ok(nulls) = converter.row_group_null_counts(metadata.row_groups()) else {
        return false;
    };
    metadata
        .row_groups()
        .iter()
        .zip(nulls.iter())
        .enumerate()
        .all(|(index, (group, nulls))| {
            !mins.is_null(index) || nulls == u64::try_from(group.num_rows()).ok()
        })
}

fn extreme(values: &ArrayRef, largest: bool) -> Option<Value> {
    macro_rules! primitive {
        ($type:ty) => {{
            let array = values
                .as_any()
                .downcast_ref::<arrow::array::PrimitiveArray<$type>>()?;
            if largest { max(array) } else { min(array) }
        }};
    }
    match values.data_type() {
        DataType::Utf8View => {
            let array = values.as_any().downcast_ref::<StringViewArray>()?;
            let text = if largest {
                max_string_view(array)
            } else {
                min_string_view(array)
            }?;
            (text.len() < LONGEST_BOUND).then(|| json!(text))
        }
        DataType::Boolean => {
            let array = values.as_any().downcast_ref::<BooleanArray>()?;
            let value = if largest {
                max_boolean(array)
            } else {
                min_boolean(array)
            }?;
            Some(json!(value))
        }
        DataType::Int64 => Some(json!(primitive!(Int64Type)?)),
        DataType::Float64 => {
            let value = primitive!(Float64Type)?;
            value.is_finite().then(|| json!(value))
        }
        DataType::Date32 => as_text(&ScalarValue::Date32(Some(primitive!(Date32Type)?))),
        DataType::Timestamp(_, None) => as_text(&ScalarValue::TimestampMicrosecond(
            Some(primitive!(TimestampMicrosecondType)?),
            None,
        )),
        DataType::Decimal128(precision, scale) if *precision <= EXACT_DIGITS => {
            let value = primitive!(Decimal128Type)?;
            let text = as_text(&ScalarValue::Decimal128(Some(value), *precision, *scale))?;
            serde_json::from_str(text.as_str()?).ok()
        }
        _ => None,
    }
}

fn as_text(value: &ScalarValue) -> Option<Value> {
    let array = cast(&value.to_array().ok()?, &DataType::Utf8View).ok()?;
    let array = array.as_any().downcast_ref::<StringViewArray>()?;
    (array.is_valid(0)).then(|| json!(array.value(0)))
}

fn from_json(value: &Value, data_type: &DataType) -> Option<ScalarValue> {
    match data_type {
        DataType::Time64(unit) => {
            let number = ScalarValue::Int64(Some(value.as_i64()?));
            number.cast_to(&DataType::Time64(*unit)).ok()
        }
        DataType::Int64 => Some(ScalarValue::Int64(Some(value.as_i64()?))),
        DataType::Float64 => Some(ScalarValue::Float64(Some(value.as_f64()?))),
        DataType::Boolean => Some(ScalarValue::Boolean(Some(value.as_bool()?))),
        DataType::Decimal128(precision, _) if *precision > EXACT_DIGITS => None,
        _ => {
            let text = match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            ScalarValue::Utf8View(Some(text)).cast_to(data_type).ok()
        }
    }
}
