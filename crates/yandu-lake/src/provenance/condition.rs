//! Rows by their values, as conditions over the columns of a plan.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch};
use arrow::datatypes::DataType;
use datafusion::common::{Column, DFSchema, DataFusionError, ScalarValue};
use datafusion::logical_expr::expr::InList;
use datafusion::logical_expr::utils::{conjunction, disjunction};
use datafusion::logical_expr::{Expr, lit, try_cast};

/// The values that an expression has in the wanted rows.
pub(super) struct Values {
    expr: Expr,
    values: Vec<ScalarValue>,
}

/// Conditions that hold for the rows of a plan that are among `rows`, by the columns that these have.
pub(super) fn conditions(
    schema: &DFSchema,
    rows: &RecordBatch,
) -> Result<Vec<Expr>, DataFusionError> {
    let fields = rows.schema();
    let columns = fields
        .fields()
        .iter()
        .zip(rows.columns())
        .map(|(field, values)| {
            let place = schema
                .fields()
                .iter()
                .position(|found| found.name() == field.name())
                .ok_or_else(|| {
                    let name = field.name();
                    DataFusionError::Plan(format!("the query gives no column `{name}`"))
                })?;
            let (qualifier, found) = schema.qualified_field(place);
            let column = Expr::Column(Column::new(qualifier.cloned(), found.name()));
            let expr = if is_comparable(found.data_type(), values.data_type()) {
                column
            } else {
                try_cast(column, values.data_type().clone())
            };
            Ok((expr, Arc::clone(values)))
        })
        .collect::<Result<Vec<(Expr, ArrayRef)>, DataFusionError>>()?;
    Ok(met(&Values::of(&columns)?, rows.num_rows(), false))
}

/// Conditions that the expressions have the values of one of so many rows; or, when `or_missing`, no value.
///
/// A row in which several are named is one condition of its own; beside it each expression gets one, so that values can
/// be looked up.
pub(super) fn met(columns: &[Values], rows: usize, or_missing: bool) -> Vec<Expr> {
    if rows == 0 {
        return vec![lit(false)];
    }
    let mut conditions: Vec<Expr> = columns
        .iter()
        .map(|values| values.any(or_missing))
        .collect();
    if rows > 1 && columns.len() > 1 {
        let each = (0..rows).filter_map(|row| {
            let at = columns
                .iter()
                .filter_map(|column| column.at(row, or_missing));
            conjunction(at)
        });
        conditions.extend(disjunction(each));
    }
    conditions
}

/// Whether a value of one type is found among those of another without a conversion that could change them.
fn is_comparable(one: &DataType, other: &DataType) -> bool {
    let is_text = |data_type: &DataType| {
        matches!(
            data_type,
            DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View
        )
    };
    one == other || is_text(one) && is_text(other) || one.is_integer() && other.is_integer()
}

impl Values {
    pub(super) fn of(columns: &[(Expr, ArrayRef)]) -> Result<Vec<Self>, DataFusionError> {
        let values = columns.iter().map(|(expr, values)| {
            let values = (0..values.len()).map(|row| ScalarValue::try_from_array(values, row));
            Ok(Self {
                expr: expr.clone(),
                values: values.collect::<Result<_, _>>()?,
            })
        });
        values.collect()
    }

    /// The expression has the value of one of the rows.
    fn any(&self, or_missing: bool) -> Expr {
        let mut seen = HashSet::new();
        let values: Vec<Expr> = self
            .values
            .iter()
            .filter(|value| !value.is_null() && seen.insert(*value))
            .map(|value| Expr::Literal(value.clone(), None))
            .collect();
        let has_null = or_missing || self.values.iter().any(ScalarValue::is_null);
        let is_value = match values.as_slice() {
            [] => None,
            [value] => Some(self.expr.clone().eq(value.clone())),
            _ => {
                let list = InList::new(Box::new(self.expr.clone()), values, false);
                Some(Expr::InList(list))
            }
        };
        match (is_value, has_null) {
            (Some(is_value), true) => is_value.or(self.expr.clone().is_null()),
            (Some(is_value), false) => is_value,
            (None, _) => self.expr.clone().is_null(),
        }
    }

    /// The expression has the value of this row.
    fn at(&self, row: usize, or_missing: bool) -> Option<Expr> {
        let value = self.values.get(row)?;
        let is_missing = self.expr.clone().is_null();
        if value.is_null() {
            return Some(is_missing);
        }
        let is_value = self.expr.clone().eq(Expr::Literal(value.clone(), None));
        Some(if or_missing {
            is_value.or(is_missing)
        } else {
            is_value
        })
    }
}
