//! Functions whose answer can be any number of times as large as what they are given, held to a size.
//!
//! The pool of memory of the engine knows what operators hold, and not what a function makes of one batch. How large that would
//! be at most is worked out before it is made. `||` and `concat`, which only add what they are given, are not held.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::{cast, concat};
use arrow::datatypes::{DataType, FieldRef, Int64Type};
use datafusion::common::config::ConfigOptions;
use datafusion::common::{DataFusionError, ExprSchema, Result, ScalarValue};
use datafusion::execution::FunctionRegistry as _;
use datafusion::execution::context::SessionState;
use datafusion::logical_expr::interval_arithmetic::Interval;
use datafusion::logical_expr::preimage::PreimageResult;
use datafusion::logical_expr::simplify::{ExprSimplifyResult, SimplifyContext};
use datafusion::logical_expr::sort_properties::{ExprProperties, SortProperties};
use datafusion::logical_expr::{
    ColumnarValue, Documentation, Expr, ExpressionPlacement, ReturnFieldArgs, ScalarFunctionArgs,
    ScalarUDF, ScalarUDFImpl, Signature, StructFieldMapping,
};

/// How the size of an answer follows from the values of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Growth {
    /// The first value as often as the second says.
    Times,
    /// As many signs as the second value says.
    Signs,
    /// A list of the first value as often as the second says.
    Elements,
    /// As many elements as the second value says, with the third in those that were not there.
    Resized,
    /// Everything from one value to another.
    Series,
    /// The first value with this one in place of any part of it, or between its parts.
    Replaced(usize),
}

const HELD: [(&str, Growth); 12] = [
    ("repeat", Growth::Times),
    ("array_repeat", Growth::Elements),
    ("lpad", Growth::Signs),
    ("rpad", Growth::Signs),
    ("array_resize", Growth::Resized),
    ("range", Growth::Series),
    ("generate_series", Growth::Series),
    ("replace", Growth::Replaced(2)),
    ("regexp_replace", Growth::Replaced(2)),
    ("array_replace_n", Growth::Replaced(2)),
    ("array_replace_all", Growth::Replaced(2)),
    ("array_to_string", Growth::Replaced(1)),
];

/// Bytes that a sign takes at most.
const SIGN: u64 = 4;

/// Bytes that an element takes beside what it says: where it is, and where it came from.
const ELEMENT: u64 = 16;

/// Bytes of a number or a day in a series.
const STEP: u64 = 8;

/// A constant is put into every row of a batch again, so that it may take this part of what a batch may take.
const ROWS_OF_A_CONSTANT: u64 = 512;

/// Holds the functions of an engine to a part of the memory that queries have.
pub(super) fn hold(state: &mut SessionState, memory: usize) -> Result<()> {
    // They make types of any width, and a value that is absent takes the whole width in each row.
    for name in ["arrow_cast", "arrow_try_cast"] {
        state.deregister_udf(name)?;
    }
    let most = (memory as u64 / 16).max(1 << 20);
    for (name, growth) in HELD {
        let inner = state.udf(name)?;
        let held = Held {
            inner,
            growth,
            most,
        };
        state.register_udf(Arc::new(ScalarUDF::new_from_impl(held)))?;
    }
    Ok(())
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Held {
    inner: Arc<ScalarUDF>,
    growth: Growth,
    /// Bytes of the answer to one batch.
    most: u64,
}

impl Held {
    fn function(&self) -> &Arc<dyn ScalarUDFImpl> {
        self.inner.inner()
    }

    fn too_large(&self) -> DataFusionError {
        DataFusionError::ResourcesExhausted(format!("`{}` would make too much", self.name()))
    }

    /// What a call would take at most, row by row.
    fn sizes(&self, args: &[ColumnarValue], rows: usize) -> Result<Vec<u64>> {
        let size_of = |place: usize| args.get(place).map_or_else(|| Ok(Each(vec![0])), sizes);
        let number_of = |place: usize| args.get(place).map_or_else(|| Ok(Each(vec![0])), numbers);
        let element = |size: u64| size.saturating_add(ELEMENT);
        let size: Box<dyn Fn(usize) -> u64> = match self.growth {
            Growth::Times => {
                let (what, times) = (size_of(0)?, number_of(1)?);
                Box::new(move |row| what.of(row).saturating_mul(times.of(row)))
            }
            Growth::Signs => {
                let length = number_of(1)?;
                Box::new(move |row| length.of(row).saturating_mul(SIGN))
            }
            Growth::Elements => {
                let (what, times) = (size_of(0)?, number_of(1)?);
                Box::new(move |row| element(what.of(row)).saturating_mul(times.of(row)))
            }
            Growth::Resized => {
                let (with, length) = (size_of(2)?, number_of(1)?);
                Box::new(move |row| element(with.of(row)).saturating_mul(length.of(row)))
            }
            Growth::Series => {
                let steps = (0..rows).map(|row| steps(args, row));
                let steps = Each(steps.collect::<Result<Vec<u64>>>()?);
                Box::new(move |row| steps.of(row).saturating_mul(STEP))
            }
            Growth::Replaced(place) => {
                let (what, by) = (size_of(0)?, size_of(place)?);
                Box::new(move |row| {
                    let places = what.of(row).saturating_add(1);
                    places.saturating_mul(by.of(row).saturating_add(1))
                })
            }
        };
        Ok((0..rows).map(size).collect())
    }

    /// Evaluates some rows at a time where all of them might be too much: what is replaced is mostly not in every place.
    fn in_parts(&self, args: &ScalarFunctionArgs, sizes: &[u64]) -> Result<ColumnarValue> {
        let mut parts: Vec<ArrayRef> = Vec::new();
        let (mut made, mut from) = (0, 0);
        while from < sizes.len() {
            let mut expected = 0_u64;
            let rows = sizes.iter().skip(from).take_while(|size| {
                expected = expected.saturating_add(**size);
                expected <= self.most
            });
            let rows = rows.count();
            if rows == 0 {
                return Err(self.too_large());
            }
            let part = |value: &ColumnarValue| match value {
                ColumnarValue::Array(array) => ColumnarValue::Array(array.slice(from, rows)),
                ColumnarValue::Scalar(_) => value.clone(),
            };
            let some = ScalarFunctionArgs {
                args: args.args.iter().map(part).collect(),
                number_rows: rows,
                ..args.clone()
            };
            let part = self.function().invoke_with_args(some)?.into_array(rows)?;
            made += part.get_array_memory_size() as u64;
            if made > self.most {
                return Err(self.too_large());
            }
            parts.push(part);
            from += rows;
        }
        let parts: Vec<&dyn Array> = parts.iter().map(AsRef::as_ref).collect();
        Ok(ColumnarValue::Array(concat(&parts)?))
    }
}

/// A number for each row, or one for all.
struct Each(Vec<u64>);

impl Each {
    fn of(&self, row: usize) -> u64 {
        let one = self.0.get(row).or_else(|| self.0.first());
        one.copied().unwrap_or_default()
    }
}

/// The bytes of the values of a column.
fn sizes(value: &ColumnarValue) -> Result<Each> {
    let array = value.to_array(1)?;
    let rows = 0..array.len();
    let sizes = match array.data_type() {
        DataType::Utf8 => {
            let texts = array.as_string::<i32>();
            rows.map(|row| texts.value_length(row) as u64).collect()
        }
        DataType::LargeUtf8 => {
            let texts = array.as_string::<i64>();
            rows.map(|row| texts.value_length(row) as u64).collect()
        }
        DataType::Utf8View => {
            let texts = array.as_string_view();
            texts.lengths().map(u64::from).collect()
        }
        DataType::List(_) => {
            let lists = array.as_list::<i32>();
            let elements = lists.values();
            let bytes = elements.get_array_memory_size() / elements.len().max(1) + 1;
            rows.map(|row| lists.value_length(row) as u64 * bytes as u64)
                .collect()
        }
        // One of a kind that has no width of its own may be as large as all of them.
        other => {
            let width = other.primitive_width();
            vec![width.unwrap_or_else(|| array.get_array_memory_size()) as u64]
        }
    };
    Ok(Each(sizes))
}

/// The numbers of a column; what is none, or below zero, makes nothing.
fn numbers(value: &ColumnarValue) -> Result<Each> {
    let array = value.to_array(1)?;
    let number = |number: Option<i64>| {
        let number = number.and_then(|number| u64::try_from(number).ok());
        number.unwrap_or_default()
    };
    let numbers = cast(&array, &DataType::Int64)?;
    let numbers = numbers.as_primitive::<Int64Type>().iter();
    Ok(Each(numbers.map(number).collect()))
}

/// How many values a series has: of numbers, of days, or of points in time.
fn steps(args: &[ColumnarValue], row: usize) -> Result<u64> {
    let value = |place: usize| match args.get(place) {
        Some(ColumnarValue::Array(array)) => ScalarValue::try_from_array(array, row).map(Some),
        Some(ColumnarValue::Scalar(scalar)) => Ok(Some(scalar.clone())),
        None => Ok(None),
    };
    let at = |value: Option<ScalarValue>| value.as_ref().map_or(Some(0.0), position);
    let (start, stop) = match args.len() {
        1 => (None, value(0)?),
        _ => (value(0)?, value(1)?),
    };
    let step = value(2)?;
    if step.as_ref().is_some_and(goes_both_ways) {
        // A month less 28 days can stand still for ever.
        return Ok(u64::MAX);
    }
    let step = step.as_ref().map_or(Some(1.0), position);
    // What has no such values is nothing, or refused by the function itself.
    let (Some(start), Some(stop), Some(step)) = (at(start), at(stop), step) else {
        return Ok(0);
    };
    let steps = (stop - start) / step;
    // A step of nothing is refused by the function itself.
    if !steps.is_finite() {
        return Ok(0);
    }
    Ok((steps.max(0.0) as u64).saturating_add(1))
}

/// Whether parts of an interval have different signs.
fn goes_both_ways(step: &ScalarValue) -> bool {
    let signs = match step {
        ScalarValue::IntervalMonthDayNano(Some(step)) => [
            step.months.signum(),
            step.days.signum(),
            step.nanoseconds.signum() as i32,
        ],
        ScalarValue::IntervalDayTime(Some(step)) => {
            [0, step.days.signum(), step.milliseconds.signum()]
        }
        _ => return false,
    };
    signs.contains(&1) && signs.contains(&-1)
}

/// Where a number is, or a point in time in nanoseconds, or how long an interval is at least.
fn position(value: &ScalarValue) -> Option<f64> {
    const DAY: f64 = 86_400e9;
    let months = |months: i32| f64::from(months) * 28.0 * DAY;
    match value {
        ScalarValue::Date32(day) => Some(f64::from((*day)?) * DAY),
        ScalarValue::TimestampNanosecond(at, _) => Some((*at)? as f64),
        ScalarValue::TimestampMicrosecond(at, _) => Some((*at)? as f64 * 1e3),
        ScalarValue::Date64(at) | ScalarValue::TimestampMillisecond(at, _) => {
            Some((*at)? as f64 * 1e6)
        }
        ScalarValue::TimestampSecond(at, _) => Some((*at)? as f64 * 1e9),
        ScalarValue::IntervalYearMonth(length) => Some(months((*length)?)),
        ScalarValue::IntervalDayTime(length) => {
            let length = (*length)?;
            Some(f64::from(length.days) * DAY + f64::from(length.milliseconds) * 1e6)
        }
        ScalarValue::IntervalMonthDayNano(length) => {
            let length = (*length)?;
            let days = months(length.months) + f64::from(length.days) * DAY;
            // Between days the rest of an interval is nothing.
            Some(if days == 0.0 {
                length.nanoseconds as f64
            } else {
                days
            })
        }
        other => match other.cast_to(&DataType::Int64).ok()? {
            ScalarValue::Int64(number) => Some(number? as f64),
            _ => None,
        },
    }
}

#[warn(clippy::missing_trait_methods)]
impl ScalarUDFImpl for Held {
    fn name(&self) -> &str {
        self.function().name()
    }

    fn aliases(&self) -> &[String] {
        self.function().aliases()
    }

    #[expect(deprecated, reason = "it is handed on")]
    fn display_name(&self, args: &[Expr]) -> Result<String> {
        self.function().display_name(args)
    }

    fn schema_name(&self, args: &[Expr]) -> Result<String> {
        self.function().schema_name(args)
    }

    fn signature(&self) -> &Signature {
        self.function().signature()
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        self.function().return_type(types)
    }

    fn with_updated_config(&self, config: &ConfigOptions) -> Option<ScalarUDF> {
        let inner = self.function().with_updated_config(config)?;
        Some(ScalarUDF::new_from_impl(Self {
            inner: Arc::new(inner),
            growth: self.growth,
            most: self.most,
        }))
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs) -> Result<FieldRef> {
        self.function().return_field_from_args(args)
    }

    #[expect(deprecated, reason = "it is handed on")]
    fn is_nullable(&self, args: &[Expr], schema: &dyn ExprSchema) -> bool {
        self.function().is_nullable(args, schema)
    }

    fn is_strict(&self) -> bool {
        self.function().is_strict()
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let is_constant = args
            .args
            .iter()
            .all(|value| matches!(value, ColumnarValue::Scalar(_)));
        let rows = if is_constant { 1 } else { args.number_rows };
        let sizes = self.sizes(&args.args, rows)?;
        let whole = sizes
            .iter()
            .fold(0_u64, |sum, size| sum.saturating_add(*size));
        if is_constant && whole.saturating_mul(ROWS_OF_A_CONSTANT) > self.most {
            return Err(self.too_large());
        }
        if whole > self.most {
            return self.in_parts(&args, &sizes);
        }
        self.function().invoke_with_args(args)
    }

    fn simplify(&self, args: Vec<Expr>, context: &SimplifyContext) -> Result<ExprSimplifyResult> {
        self.function().simplify(args, context)
    }

    fn preimage(
        &self,
        args: &[Expr],
        literal: &Expr,
        context: &SimplifyContext,
    ) -> Result<PreimageResult> {
        self.function().preimage(args, literal, context)
    }

    fn short_circuits(&self) -> bool {
        self.function().short_circuits()
    }

    fn conditional_arguments<'a>(
        &self,
        args: &'a [Expr],
    ) -> Option<(Vec<&'a Expr>, Vec<&'a Expr>)> {
        self.function().conditional_arguments(args)
    }

    fn evaluate_bounds(&self, input: &[&Interval]) -> Result<Interval> {
        self.function().evaluate_bounds(input)
    }

    fn propagate_constraints(
        &self,
        interval: &Interval,
        inputs: &[&Interval],
    ) -> Result<Option<Vec<Interval>>> {
        self.function().propagate_constraints(interval, inputs)
    }

    fn output_ordering(&self, inputs: &[ExprProperties]) -> Result<SortProperties> {
        self.function().output_ordering(inputs)
    }

    fn preserves_lex_ordering(&self, inputs: &[ExprProperties]) -> Result<bool> {
        self.function().preserves_lex_ordering(inputs)
    }

    fn strictly_order_preserving(&self, inputs: &[ExprProperties]) -> Result<bool> {
        self.function().strictly_order_preserving(inputs)
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        self.function().coerce_types(types)
    }

    fn struct_field_mapping(&self, literals: &[Option<ScalarValue>]) -> Option<StructFieldMapping> {
        self.function().struct_field_mapping(literals)
    }

    fn documentation(&self) -> Option<&Documentation> {
        self.function().documentation()
    }

    fn placement(&self, args: &[ExpressionPlacement]) -> ExpressionPlacement {
        self.function().placement(args)
    }
}

#[cfg(test)]
mod tests;
