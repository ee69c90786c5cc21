//! Measures of metrics: SQL over aggregates of rows, taken apart so that rows can be put together in any way.
//!
//! A measure is compiled into *parts*, one for each aggregate in it, and an expression over the parts. A row gives a value
//! of each part; parts of any rows are put together by adding them, or by taking the least or the greatest; the number follows
//! from the parts that were put together. So the number of a year, a county or a class is that of the SQL over the rows of it,
//! and is never put together from other numbers.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Float64Array, RecordBatch, RecordBatchOptions};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{Column, DFSchema, DataFusionError};
use datafusion::logical_expr::expr::{AggregateFunction, AggregateFunctionParams, ScalarFunction};
use datafusion::logical_expr::{
    BinaryExpr, Expr, ExprSchemable, Operator, Volatility, cast as cast_expr, lit, when,
};
use datafusion::physical_expr::PhysicalExpr;

use crate::condition::{SqlProblem, at_word};
use crate::expression;

/// Digits of a sum of whole numbers; the rows of a model never overflow it.
const WIDE: DataType = DataType::Decimal128(38, 0);

/// How the values of a part are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merge {
    Sum,
    Min,
    Max,
}

/// A compiled measure.
#[derive(Debug, Clone)]
pub struct Measure {
    parts: Vec<Part>,
    /// The columns that the parts read, in the order that they were compiled for.
    columns: SchemaRef,
    value: Arc<dyn PhysicalExpr>,
    data_type: DataType,
}

/// An aggregate of a measure.
#[derive(Debug, Clone)]
struct Part {
    merge: Merge,
    /// What one row gives.
    row: Arc<dyn PhysicalExpr>,
    /// Rows for which this is not true give nothing.
    only: Option<Arc<dyn PhysicalExpr>>,
    data_type: DataType,
}

/// The number of one combination of rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    Value(f64),
    /// There was nothing to compute it from, or the SQL says that there is none.
    Missing,
    DividedByZero,
    /// The SQL cannot be carried out over these rows.
    Failed,
}

impl Measure {
    /// Names of the columns that it reads.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.columns
            .fields()
            .iter()
            .map(|field| field.name().as_str())
    }

    /// The type of the number as the SQL has it.
    pub fn data_type(&self) -> &DataType {
        &self.data_type
    }

    /// How each part is put together.
    pub fn merges(&self) -> impl ExactSizeIterator<Item = Merge> {
        self.parts.iter().map(|part| part.merge)
    }

    /// The types of the parts: `Decimal128` or `Float64`.
    pub fn part_types(&self) -> impl ExactSizeIterator<Item = &DataType> {
        self.parts.iter().map(|part| &part.data_type)
    }

    /// What each row gives of each part. A row that gives nothing of a part has NULL there.
    pub fn parts(&self, rows: &RecordBatch) -> crate::Result<Vec<ArrayRef>> {
        self.parts_of(rows)
            .map_err(|error| crate::Error::Engine(Box::new(error)))
    }

    fn parts_of(&self, rows: &RecordBatch) -> Result<Vec<ArrayRef>, DataFusionError> {
        let rows = expression::project(&self.columns, rows)?;
        let count = rows.num_rows();
        let parts = self.parts.iter().map(|part| {
            let values = part.row.evaluate(&rows)?.into_array(count)?;
            let values = cast(&values, &part.data_type)?;
            let Some(only) = &part.only else {
                return Ok(values);
            };
            let only = only.evaluate(&rows)?.into_array(count)?;
            let only = datafusion::common::cast::as_boolean_array(&only)?;
            let mut others = arrow::array::BooleanBuilder::with_capacity(count);
            others.extend(only.iter().map(|is_in| Some(is_in != Some(true))));
            Ok(arrow::compute::nullif(&values, &others.finish())?)
        });
        parts.collect()
    }

    /// The numbers that follow from parts that were put together: one array a part, one place a number.
    pub fn numbers(&self, parts: Vec<ArrayRef>) -> crate::Result<Vec<Number>> {
        let count = parts.first().map_or(0, Array::len);
        let fields: Vec<Field> = self
            .parts
            .iter()
            .enumerate()
            .map(|(place, part)| Field::new(name_of(place), part.data_type.clone(), true))
            .collect();
        let options = RecordBatchOptions::new().with_row_count(Some(count));
        let batch =
            RecordBatch::try_new_with_options(Arc::new(Schema::new(fields)), parts, &options)
                .map_err(|error| crate::Error::Engine(Box::new(error.into())))?;
        if let Ok(numbers) = self.evaluate(&batch) {
            return Ok(numbers);
        }
        // One of them has none: each is looked at by itself.
        let numbers = (0..count).map(|place| {
            let alone = self.evaluate(&batch.slice(place, 1));
            alone.map_or(Number::Failed, |numbers| {
                numbers.first().copied().unwrap_or(Number::Missing)
            })
        });
        Ok(numbers.collect())
    }

    fn evaluate(&self, parts: &RecordBatch) -> Result<Vec<Number>, DataFusionError> {
        let values = self.value.evaluate(parts)?.into_array(parts.num_rows())?;
        let values = cast(&values, &DataType::Float64)?;
        let values: &Float64Array = datafusion::common::cast::as_float64_array(&values)?;
        let numbers = values.iter().map(|value| match value {
            None => Number::Missing,
            Some(value) if value.is_finite() => Number::Value(value),
            Some(_) => Number::DividedByZero,
        });
        Ok(numbers.collect())
    }
}

/// Compiles a measure over the columns of `schema`: an expression of `sum`, `count`, `min`, `max` and `avg`.
pub fn compile_measure(schema: &SchemaRef, sql: &str) -> Result<Measure, SqlProblem> {
    let written = expression::read(schema, sql, "a measure")?;
    refuse(sql, &written)?;
    let failed = |error: DataFusionError| expression::problem_in(sql, schema, &error);
    let named = DFSchema::try_from(schema.as_ref().clone()).map_err(failed)?;
    refuse_cut_division(sql, &written, &named)?;
    let mut takes = Takes {
        sql,
        schema: &named,
        aggregates: Vec::new(),
    };
    let value = takes.take(written)?;
    if takes.aggregates.is_empty() {
        return Err(SqlProblem {
            message: "a measure puts many rows together, and this looks at one".to_owned(),
            line: 1,
            column: 1,
            help: Some("put the columns into `sum`, `count`, `min`, `max` or `avg`".to_owned()),
        });
    }
    if let Some(column) = outside(&value) {
        return Err(SqlProblem {
            help: Some("put it into `sum`, `count`, `min`, `max` or `avg`".to_owned()),
            ..at_word(
                sql,
                &column,
                &format!("`{column}` has many values, and a measure is one number"),
            )
        });
    }
    let columns = expression::columns_of(
        schema,
        takes.aggregates.iter().flat_map(Aggregated::expressions),
    );
    let parts = takes
        .aggregates
        .iter()
        .map(|aggregated| aggregated.part(&columns))
        .collect::<Result<Vec<Part>, DataFusionError>>()
        .map_err(failed)?;
    let fields: Vec<Field> = parts
        .iter()
        .enumerate()
        .map(|(place, part)| Field::new(name_of(place), part.data_type.clone(), true))
        .collect();
    let over = Arc::new(Schema::new(fields));
    let (value, data_type) = expression::physical(&value, &over).map_err(failed)?;
    Ok(Measure {
        parts,
        columns,
        value,
        data_type,
    })
}

/// No column of a dataset has such a name.
fn name_of(place: usize) -> String {
    format!("#{place}")
}

/// An aggregate as it was taken out of a measure.
struct Aggregated {
    merge: Merge,
    row: Expr,
    only: Option<Expr>,
    data_type: DataType,
}

impl Aggregated {
    fn expressions(&self) -> impl Iterator<Item = &Expr> {
        [&self.row].into_iter().chain(&self.only)
    }

    fn part(&self, columns: &SchemaRef) -> Result<Part, DataFusionError> {
        let (row, _) = expression::physical(&self.row, columns)?;
        let only = self
            .only
            .as_ref()
            .map(|only| expression::physical(only, columns))
            .transpose()?;
        Ok(Part {
            merge: self.merge,
            row,
            only: only.map(|(only, _)| only),
            data_type: self.data_type.clone(),
        })
    }
}

/// Takes the aggregates out of a measure, and leaves columns of parts in their place.
struct Takes<'a> {
    sql: &'a str,
    schema: &'a DFSchema,
    aggregates: Vec<Aggregated>,
}

impl Takes<'_> {
    fn take(&mut self, measure: Expr) -> Result<Expr, SqlProblem> {
        let mut refused = None;
        let taken = measure.transform_down(|expr| {
            let Expr::AggregateFunction(function) = &expr else {
                return Ok(Transformed::no(expr));
            };
            match self.aggregate(function) {
                Ok(value) => Ok(Transformed::new(value, true, TreeNodeRecursion::Jump)),
                Err(problem) => {
                    refused = Some(problem);
                    Ok(Transformed::new(expr, false, TreeNodeRecursion::Stop))
                }
            }
        });
        match (refused, taken) {
            (Some(problem), _) => Err(problem),
            (None, Ok(taken)) => Ok(taken.data),
            (None, Err(error)) => Err(self.failed(&error)),
        }
    }

    fn failed(&self, error: &DataFusionError) -> SqlProblem {
        expression::problem_in(self.sql, self.schema.as_arrow(), error)
    }

    fn aggregate(&mut self, function: &AggregateFunction) -> Result<Expr, SqlProblem> {
        let AggregateFunctionParams { args, filter, .. } = &function.params;
        let only = filter.as_deref().cloned();
        let name = function.func.name();
        let [arg] = args.as_slice() else {
            return Err(self.not_one(name));
        };
        let arg = arg.clone();
        Ok(match name {
            "count" => {
                let count = self.count(&arg, only)?;
                zero_for_none(count).map_err(|error| self.failed(&error))?
            }
            "sum" => {
                let data_type = self.summed(&arg)?;
                self.part(Merge::Sum, arg, only, data_type)
            }
            "min" | "max" => {
                let data_type = self.summed(&arg)?;
                let merge = if name == "min" {
                    Merge::Min
                } else {
                    Merge::Max
                };
                self.part(merge, arg, only, data_type)
            }
            // A mean is not put together from means: its sum and its count are.
            _ => {
                let data_type = self.summed(&arg)?;
                let count = self.count(&arg, only.clone())?;
                let sum = self.part(Merge::Sum, arg, only, data_type);
                let some = when(count.clone().gt(lit(0.0)), count).end();
                sum / some.map_err(|error| self.failed(&error))?
            }
        })
    }

    fn not_one(&self, name: &str) -> SqlProblem {
        SqlProblem {
            help: Some("write one column or expression in it".to_owned()),
            ..at_word(
                self.sql,
                name,
                &format!("`{name}` is given more than one value"),
            )
        }
    }

    /// The type in which values of an expression are added.
    fn summed(&self, expr: &Expr) -> Result<DataType, SqlProblem> {
        let found = expr
            .get_type(self.schema)
            .map_err(|error| self.failed(&error))?;
        match found {
            found if found.is_integer() => Ok(WIDE),
            DataType::Decimal128(_, scale) => Ok(DataType::Decimal128(38, scale)),
            found if found.is_numeric() => Ok(DataType::Float64),
            _ => {
                let written = expr.to_string();
                let message = format!("`{written}` is no number, and numbers are put together");
                Err(SqlProblem {
                    help: Some("count it, or let the model select a number".to_owned()),
                    ..at_word(self.sql, &written, &message)
                })
            }
        }
    }

    /// The number of rows in which an expression has a value.
    fn count(&mut self, arg: &Expr, only: Option<Expr>) -> Result<Expr, SqlProblem> {
        let one = when(arg.clone().is_not_null(), lit(1_i64)).otherwise(lit(0_i64));
        let one = one.map_err(|error| self.failed(&error))?;
        Ok(self.part(Merge::Sum, one, only, WIDE))
    }

    fn part(&mut self, merge: Merge, row: Expr, only: Option<Expr>, data_type: DataType) -> Expr {
        let same = self.aggregates.iter().position(|known| {
            known.merge == merge
                && known.row == row
                && known.only == only
                && known.data_type == data_type
        });
        let place = same.unwrap_or_else(|| {
            self.aggregates.push(Aggregated {
                merge,
                row,
                only,
                data_type,
            });
            self.aggregates.len() - 1
        });
        // Computed with as a float, a number has neither a rest that is cut off nor a type that overflows.
        let part = Expr::Column(Column::new_unqualified(name_of(place)));
        cast_expr(part, DataType::Float64)
    }
}

/// Of no rows there are none, which is a number.
fn zero_for_none(count: Expr) -> Result<Expr, DataFusionError> {
    when(count.clone().is_not_null(), count).otherwise(lit(0.0))
}

/// The first column that stands in no aggregate.
fn outside(value: &Expr) -> Option<String> {
    let columns = value.column_refs();
    let mut outside: Vec<&str> = columns
        .iter()
        .map(|column| column.name.as_str())
        .filter(|name| !name.starts_with('#'))
        .collect();
    outside.sort_unstable();
    outside.first().map(|name| (*name).to_owned())
}

/// Refuses what cannot be put together, and what does not follow from the rows.
fn refuse(sql: &str, measure: &Expr) -> Result<(), SqlProblem> {
    let mut refused = None;
    let _ = measure.apply(|node| {
        refused = refusal(node);
        Ok(if refused.is_some() {
            TreeNodeRecursion::Stop
        } else {
            TreeNodeRecursion::Continue
        })
    });
    match refused {
        None => Ok(()),
        Some((name, why, help)) => Err(SqlProblem {
            help: Some(help.to_owned()),
            ..at_word(sql, &name, &format!("`{name}` {why}"))
        }),
    }
}

fn refusal(node: &Expr) -> Option<(String, &'static str, &'static str)> {
    const PUT_TOGETHER: &str =
        "use `sum`, `count`, `min`, `max` or `avg`; count different things in the model";
    match node {
        Expr::AggregateFunction(function) => {
            let params = &function.params;
            let name = function.func.name();
            let is_known = matches!(name, "sum" | "count" | "min" | "max" | "avg");
            let is_plain =
                !params.distinct && params.order_by.is_empty() && params.null_treatment.is_none();
            (!is_known || !is_plain).then(|| {
                let why = if params.distinct {
                    "over different values of two areas or months cannot be put together into that of both"
                } else {
                    "of two areas or months cannot be put together into that of both"
                };
                (name.to_owned(), why, PUT_TOGETHER)
            })
        }
        Expr::WindowFunction(function) => Some((
            function.fun.name().to_owned(),
            "looks along rows, and a measure puts them together",
            "let the model select it",
        )),
        Expr::ScalarFunction(ScalarFunction { func, .. })
            if func.signature().volatility != Volatility::Immutable =>
        {
            Some((
                func.name().to_owned(),
                "gives another value each time, so the number would change without any data",
                "leave it out",
            ))
        }
        Expr::Placeholder(_) => Some((
            "$".to_owned(),
            "stands for a value that a measure does not have",
            "use a setting of the pack as `${name}`",
        )),
        _ => None,
    }
}

/// A whole number divided by one is cut to a whole number, which nobody means by a share.
fn refuse_cut_division(sql: &str, measure: &Expr, schema: &DFSchema) -> Result<(), SqlProblem> {
    let mut is_cut = false;
    let _ = measure.apply(|node| {
        if let Expr::BinaryExpr(BinaryExpr {
            left,
            op: Operator::Divide,
            right,
        }) = node
        {
            let is_whole =
                |side: &Expr| side.get_type(schema).is_ok_and(|found| found.is_integer());
            is_cut |= is_whole(left) && is_whole(right);
        }
        Ok(TreeNodeRecursion::Continue)
    });
    if !is_cut {
        return Ok(());
    }
    Err(SqlProblem {
        help: Some("multiply with `1.0`, or with `100.0` for a percentage".to_owned()),
        ..at_word(
            sql,
            "/",
            "whole numbers are divided here, which cuts the rest off",
        )
    })
}

#[cfg(test)]
mod tests;
