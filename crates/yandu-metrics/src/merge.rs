//! Parts of a measure: what each cell gives, and what cells give together.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Decimal128Array, Float64Array};
use arrow::datatypes::{DataType, Decimal128Type, Float64Type};
use yandu_lake::Merge;

/// What every cell gives of one part.
#[derive(Debug)]
pub(crate) enum PartColumn {
    Exact {
        values: Vec<Option<i128>>,
        data_type: DataType,
    },
    Float(Vec<Option<f64>>),
}

/// What the cells of one group give together of one part.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Sum {
    Exact(Option<i128>),
    Float(Option<f64>),
}

impl PartColumn {
    pub(crate) fn new(data_type: &DataType) -> Self {
        match data_type {
            DataType::Float64 => Self::Float(Vec::new()),
            other => Self::Exact {
                values: Vec::new(),
                data_type: other.clone(),
            },
        }
    }

    pub(crate) fn extend(&mut self, rows: &ArrayRef) {
        match self {
            Self::Exact { values, .. } => {
                values.extend(rows.as_primitive::<Decimal128Type>().iter());
            }
            Self::Float(values) => values.extend(rows.as_primitive::<Float64Type>().iter()),
        }
    }

    pub(crate) fn nothing(&self) -> Sum {
        match self {
            Self::Exact { .. } => Sum::Exact(None),
            Self::Float(_) => Sum::Float(None),
        }
    }

    /// Puts a cell to what others gave.
    pub(crate) fn put(&self, cell: usize, merge: Merge, sum: &mut Sum) {
        match (self, sum) {
            (Self::Exact { values, .. }, Sum::Exact(sum)) => {
                let value = values.get(cell).copied().flatten();
                // The digits of a sum are more than those of two million cells of 64 bits.
                *sum = together(*sum, value, merge, i128::saturating_add, Ord::min, Ord::max);
            }
            (Self::Float(values), Sum::Float(sum)) => {
                let value = values.get(cell).copied().flatten();
                let add = |one: f64, other: f64| one + other;
                *sum = together(*sum, value, merge, add, f64::min, f64::max);
            }
            // A sum is made by the column that it is of.
            (Self::Exact { .. }, Sum::Float(_)) | (Self::Float(_), Sum::Exact(_)) => {}
        }
    }

    /// Sums of many groups as one array.
    pub(crate) fn array(&self, sums: impl Iterator<Item = Sum>) -> ArrayRef {
        match self {
            Self::Exact { data_type, .. } => {
                let values = sums.map(|sum| match sum {
                    Sum::Exact(value) => value,
                    Sum::Float(_) => None,
                });
                let array: Decimal128Array = values.collect();
                Arc::new(array.with_data_type(data_type.clone()))
            }
            Self::Float(_) => {
                let values = sums.map(|sum| match sum {
                    Sum::Float(value) => value,
                    Sum::Exact(_) => None,
                });
                let array: Float64Array = values.collect();
                Arc::new(array)
            }
        }
    }
}

fn together<T: Copy>(
    sum: Option<T>,
    value: Option<T>,
    merge: Merge,
    add: impl Fn(T, T) -> T,
    least: impl Fn(T, T) -> T,
    greatest: impl Fn(T, T) -> T,
) -> Option<T> {
    let (Some(one), Some(other)) = (sum, value) else {
        return sum.or(value);
    };
    Some(match merge {
        Merge::Sum => add(one, other),
        Merge::Min => least(one, other),
        Merge::Max => greatest(one, other),
    })
}
