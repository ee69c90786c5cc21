//! Rows by their values, as conditions over the columns of a plan.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, RecordBatch};
use arrow::datatypes::DataType;
use datafusion::common::{Column, DFSchema, DataFusionError, ScalarValue};
use datafusion::logical_expr::expr::InList;
use datafusion::logical_expr::utils::{conjunction, disjunction};
use datafusion::logical_expr::{Expr, lit, try_cast};
use indexmap::IndexMap;

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
    let rows: Vec<usize> = (0..rows).collect();
    let mut conditions: Vec<Expr> = columns
        .iter()
        .map(|values| values.any(&rows, or_missing))
        .collect();
    let differing: Vec<&Values> = columns.iter().filter(|one| one.differ(&rows)).collect();
    if differing.len() > 1 {
        conditions.extend(one_of(&differing, &rows, or_missing));
    }
    conditions
}

/// The expressions have the values of one of these rows together. Rows that share a value share its comparison: a condition of
/// twenty rows is planned much longer when it is twenty conditions.
fn one_of(columns: &[&Values], rows: &[usize], or_missing: bool) -> Option<Expr> {
    let (differing, shared): (Vec<&Values>, Vec<&Values>) =
        columns.iter().partition(|one| one.differ(rows));
    let shared = shared.into_iter().map(|one| one.any(rows, or_missing));
    let shortest = differing.iter().min_by_key(|one| one.apart(rows).len());
    let rest = match (differing.as_slice(), shortest) {
        ([], _) | (_, None) => None,
        ([one], _) => Some(one.any(rows, or_missing)),
        (_, Some(first)) => {
            let others = differing.iter().filter(|one| !std::ptr::eq(**one, *first));
            let others: Vec<&Values> = others.copied().collect();
            disjunction(first.apart(rows).into_values().filter_map(|rows| {
                let others = one_of(&others, &rows, or_missing);
                conjunction([first.any(&rows, or_missing)].into_iter().chain(others))
            }))
        }
    };
    conjunction(shared.chain(rest))
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

    /// Whether it has more than one value in these rows.
    fn differ(&self, rows: &[usize]) -> bool {
        let mut values = rows.iter().filter_map(|row| self.values.get(*row));
        let first = values.next();
        values.any(|value| Some(value) != first)
    }

    /// The rows by the values that it has in them, in the order of the first row of each.
    fn apart(&self, rows: &[usize]) -> IndexMap<&ScalarValue, Vec<usize>> {
        let mut apart: IndexMap<&ScalarValue, Vec<usize>> = IndexMap::new();
        for row in rows {
            if let Some(value) = self.values.get(*row) {
                apart.entry(value).or_default().push(*row);
            }
        }
        apart
    }

    /// The expression has the value of one of these rows.
    fn any(&self, rows: &[usize], or_missing: bool) -> Expr {
        let apart = self.apart(rows);
        let has_null = or_missing || apart.keys().any(|value| value.is_null());
        let values: Vec<Expr> = apart
            .into_keys()
            .filter(|value| !value.is_null())
            .map(|value| Expr::Literal(value.clone(), None))
            .collect();
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
}
