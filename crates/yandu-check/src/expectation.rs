//! What a dataset expects of its rows, compiled from its declaration.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, Scalar,
    StringViewArray, Time64MicrosecondArray, TimestampMicrosecondArray,
};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use hashbrown::{HashMap, HashSet};
use regex::Regex;
use serde::{Deserialize, Serialize};
use yandu_words::{Dimension, Read, Standard, ValueType, value};

use crate::Condition;
use crate::key::KeySet;

/// Whether a row that breaks an expectation is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// The row is reported and kept.
    Soft,
    /// The row waits in quarantine.
    Hard,
}

/// How the cells of a column are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    Type(ValueType),
    Standard(Standard),
}

impl Meaning {
    pub fn value_type(self) -> ValueType {
        match self {
            Self::Type(value_type) => value_type,
            Self::Standard(standard) => standard.value_type(),
        }
    }
}

/// The values that a coded column may hold, and the words that stand for them in deliveries.
#[derive(Debug, Clone, Default)]
pub struct CodeList {
    pub codes: HashSet<String>,
    /// A word as departments write it → its code.
    pub synonyms: HashMap<String, String>,
}

/// One column of a dataset.
#[derive(Debug, Clone)]
pub struct ColumnRule {
    pub name: String,
    pub meaning: Meaning,
    pub required: bool,
    pub codes: Option<Arc<CodeList>>,
}

impl ColumnRule {
    /// The Arrow type of the column in memory and in the lake.
    pub fn data_type(&self) -> DataType {
        data_type(self.meaning.value_type())
    }
}

fn data_type(value_type: ValueType) -> DataType {
    match value_type {
        ValueType::Text => DataType::Utf8View,
        ValueType::Integer => DataType::Int64,
        ValueType::Decimal { precision, scale } => DataType::Decimal128(precision, scale as i8),
        ValueType::Float => DataType::Float64,
        ValueType::Boolean => DataType::Boolean,
        ValueType::Date => DataType::Date32,
        ValueType::Time => DataType::Time64(TimeUnit::Microsecond),
        ValueType::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, None),
    }
}

/// A declared check beyond what the columns themselves say.
#[derive(Clone)]
pub struct Check {
    /// Stands as the reason of a quarantined row.
    pub name: String,
    pub level: Level,
    pub dimension: Dimension,
    /// The column it speaks of, as an index, where it speaks of one.
    pub column: Option<usize>,
    pub kind: CheckKind,
}

/// What a check asks. Rows whose value is NULL pass, as in a SQL CHECK.
#[derive(Clone)]
pub enum CheckKind {
    /// The value lies between the bounds, which belong to the range.
    Within(Within),
    Matches(Regex),
    OneOf(HashSet<String>),
    /// A SQL condition over the row.
    Condition(Arc<dyn Condition>),
    /// The hash of the value is among the keys of another dataset, read before the pass.
    Known(Arc<KeySet>),
    /// No two rows have the same values in these columns; the caller settles it in the order of the file.
    Unique(Vec<usize>),
    /// Evaluated by the caller over the whole set.
    WholeSet,
}

/// A column of this dataset that points at another dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    pub check: usize,
    pub column: usize,
    pub dataset: String,
    pub target: String,
}

/// Typed bounds of a range.
#[derive(Clone)]
pub struct Within {
    pub low: Option<Scalar<ArrayRef>>,
    pub high: Option<Scalar<ArrayRef>>,
}

/// A bound that is no value of its column's type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a {value_type}")]
pub struct BoundError {
    pub text: String,
    pub value_type: ValueType,
}

impl Within {
    /// Reads bounds under the type of the column they apply to.
    pub fn parse(
        value_type: ValueType,
        low: Option<&str>,
        high: Option<&str>,
    ) -> Result<Self, BoundError> {
        let read = |text: &str| {
            bound(value_type, text).ok_or_else(|| BoundError {
                text: text.to_owned(),
                value_type,
            })
        };
        Ok(Self {
            low: low.map(read).transpose()?,
            high: high.map(read).transpose()?,
        })
    }
}

fn bound(value_type: ValueType, text: &str) -> Option<Scalar<ArrayRef>> {
    let array: ArrayRef = match value_type {
        ValueType::Text => Arc::new(StringViewArray::from(vec![text])),
        ValueType::Integer => Arc::new(Int64Array::from(vec![valid(value::parse_integer(text))?])),
        ValueType::Decimal { precision, scale } => {
            let number = valid(value::parse_decimal(text, precision, scale))?;
            Arc::new(
                Decimal128Array::from(vec![number])
                    .with_precision_and_scale(precision, scale as i8)
                    .ok()?,
            )
        }
        ValueType::Float => Arc::new(Float64Array::from(vec![valid(value::parse_float(text))?])),
        ValueType::Boolean => {
            Arc::new(BooleanArray::from(vec![valid(value::parse_boolean(text))?]))
        }
        ValueType::Date => Arc::new(Date32Array::from(vec![valid(value::parse_date(text))?])),
        ValueType::Time => Arc::new(Time64MicrosecondArray::from(vec![valid(
            value::parse_time(text),
        )?])),
        ValueType::Timestamp => Arc::new(TimestampMicrosecondArray::from(vec![valid(
            value::parse_timestamp(text),
        )?])),
    };
    Some(Scalar::new(array))
}

fn valid<T>(read: Read<T>) -> Option<T> {
    match read {
        Read::Canonical(value) | Read::Normalised(value, _) => Some(value),
        Read::Invalid(_) => None,
    }
}

/// Everything that is asked of the rows of one dataset.
#[derive(Clone)]
pub struct Expectations {
    pub columns: Vec<ColumnRule>,
    /// Indices of the key columns; empty when the dataset has no key.
    pub key: Vec<usize>,
    pub checks: Vec<Check>,
    pub references: Vec<Reference>,
    schema: SchemaRef,
}

impl Expectations {
    pub fn new(
        columns: Vec<ColumnRule>,
        key: Vec<usize>,
        checks: Vec<Check>,
        references: Vec<Reference>,
    ) -> Self {
        let fields: Vec<Field> = columns
            .iter()
            .map(|column| Field::new(&column.name, column.data_type(), true))
            .collect();
        Self {
            columns,
            key,
            checks,
            references,
            schema: Arc::new(Schema::new(fields)),
        }
    }

    /// The declared columns in order, all nullable, without the system columns.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// A range over one column; the reason of a row outside it is `name`.
    pub fn within(&self, name: &str, column: usize, level: Level, within: Within) -> Check {
        Check {
            name: name.to_owned(),
            level,
            dimension: Dimension::Accuracy,
            column: (column < self.columns.len()).then_some(column),
            kind: CheckKind::Within(within),
        }
    }
}
