//! Rows by their values, as conditions over the columns of a plan.

use std::collections::HashSet;

use arrow::array::{Array, RecordBatch};
use arrow::datatypes::DataType;
use datafusion::common::{Column, DFSchema, DataFusionError, ScalarValue};
use datafusion::logical_expr::expr::InList;
use datafusion::logical_expr::utils::{conjunction, disjunction};
use datafusion::logical_expr::{Expr, lit, try_cast};

/// The values of one column of the wanted rows.
struct Wanted {
    expr: Expr,
    values: Vec<ScalarValue>,
}

/// Conditions that hold for the rows of a plan that are among `rows`, by the columns that these have.
///
/// A row in which several columns are named is one condition of its own; beside it each column gets one, so that values
/// can be looked up.
pub(super) fn conditions(
    schema: &DFSchema,
    rows: &RecordBatch,
) -> Result<Vec<Expr>, DataFusionError> {
    let columns = rows
        .schema()
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
            let values = (0..values.len())
                .map(|row| ScalarValue::try_from_array(values, row))
                .collect::<Result<_, _>>()?;
            Ok(Wanted { expr, values })
        })
        .collect::<Result<Vec<Wanted>, DataFusionError>>()?;
    if rows.num_rows() == 0 {
        return Ok(vec![lit(false)]);
    }
    let mut conditions: Vec<Expr> = columns.iter().map(Wanted::any).collect();
    if rows.num_rows() > 1 && columns.len() > 1 {
        let each = (0..rows.num_rows())
            .filter_map(|row| conjunction(columns.iter().filter_map(|column| column.at(row))));
        conditions.extend(disjunction(each));
    }
    Ok(conditions)
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

impl Wanted {
    /// The column has the value of one of the rows.
    fn any(&self) -> Expr {
        let mut seen = HashSet::new();
        let values: Vec<Expr> = self
            .values
            .iter()
            .filter(|value| !value.is_null() && seen.insert(*value))
            .map(|value| Expr::Literal(value.clone(), None))
            .collect();
        let has_null = self.values.iter().any(ScalarValue::is_null);
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

    /// The column has the value of this row.
    fn at(&self, row: usize) -> Option<Expr> {
        let value = self.values.get(row)?;
        Some(if value.is_null() {
            self.expr.clone().is_null()
        } else {
            self.expr.clone().eq(Expr::Literal(value.clone(), None))
        })
    }
}
