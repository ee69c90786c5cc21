//! `sum` of whole numbers, added with more digits than the answer has: only a sum that leaves the range of its type fails, whatever
//! order its numbers come in.
//!
//! The engine's own `sum` of decimals does the work where there is one sum: what goes in is widened, and what comes out is narrowed.
//! Sums of groups, which are many, are added without a widened copy of each number.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, ArrowPrimitiveType, AsArray, BooleanArray, Decimal128Array};
use arrow::compute::nullif;
use arrow::datatypes::{DataType, Decimal128Type, FieldRef, Int64Type, UInt64Type};
use arrow::error::ArrowError;
use datafusion::common::{DataFusionError, Result, ScalarValue};
use datafusion::functions_aggregate::sum::Sum;
use datafusion::logical_expr::expr::AggregateFunction;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::utils::AggregateOrderSensitivity;
use datafusion::logical_expr::{
    Accumulator, AggregateUDFImpl, Documentation, EmitTo, Expr, GroupsAccumulator, Operator,
    ReversedUDAF, SetMonotonicity, Signature, StatisticsArgs,
};
use datafusion::physical_expr::NullState;

const DIGITS: u8 = 38;

/// What whole numbers are added as. No number of rows that there can be leaves it.
const WIDE: DataType = DataType::Decimal128(DIGITS, 0);

#[derive(Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct ExactSum {
    inner: Sum,
}

impl AggregateUDFImpl for ExactSum {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn signature(&self) -> &Signature {
        self.inner.signature()
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        self.inner.return_type(types)
    }

    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        let data_type = args.return_type().clone();
        if !data_type.is_integer() {
            return self.inner.accumulator(args);
        }
        let inner = self.inner.accumulator(widened(&args))?;
        Ok(Box::new(Exact { inner, data_type }))
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        if !args.return_type().is_integer() {
            return self.inner.state_fields(args);
        }
        let return_field = wide_field(&args.return_field);
        self.inner.state_fields(StateFieldsArgs {
            return_field,
            ..args
        })
    }

    fn groups_accumulator_supported(&self, args: AccumulatorArgs) -> bool {
        self.inner.groups_accumulator_supported(args)
    }

    fn create_groups_accumulator(
        &self,
        args: AccumulatorArgs,
    ) -> Result<Box<dyn GroupsAccumulator>> {
        let data_type = args.return_type().clone();
        if !data_type.is_integer() {
            return self.inner.create_groups_accumulator(args);
        }
        Ok(Box::new(ExactGroups {
            sums: Vec::new(),
            seen: NullState::new(),
            data_type,
        }))
    }

    fn create_sliding_accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        let data_type = args.return_type().clone();
        if !data_type.is_integer() {
            return self.inner.create_sliding_accumulator(args);
        }
        if args.is_distinct {
            return Ok(Box::new(Different {
                counts: HashMap::new(),
                sum: 0,
                data_type,
            }));
        }
        let inner = self.inner.create_sliding_accumulator(widened(&args))?;
        Ok(Box::new(Exact { inner, data_type }))
    }

    fn order_sensitivity(&self) -> AggregateOrderSensitivity {
        self.inner.order_sensitivity()
    }

    fn reverse_expr(&self) -> ReversedUDAF {
        self.inner.reverse_expr()
    }

    /// What the engine makes of `sum(a + 1)` is computed with operators that are checked no more.
    fn simplify_expr_op_literal(
        &self,
        function: &AggregateFunction,
        arg: &Expr,
        op: Operator,
        literal: &Expr,
        is_arg_left: bool,
    ) -> Result<Option<Expr>> {
        match literal {
            Expr::Literal(value, _) if value.data_type().is_integer() => Ok(None),
            _ => self
                .inner
                .simplify_expr_op_literal(function, arg, op, literal, is_arg_left),
        }
    }

    fn value_from_stats(&self, args: &StatisticsArgs) -> Option<ScalarValue> {
        // Sums in statistics are put together by the engine, which does not look whether they leave their range.
        if args.return_type.is_integer() {
            return None;
        }
        self.inner.value_from_stats(args)
    }

    fn documentation(&self) -> Option<&Documentation> {
        self.inner.documentation()
    }

    fn set_monotonicity(&self, data_type: &DataType) -> SetMonotonicity {
        self.inner.set_monotonicity(data_type)
    }
}

fn widened<'a>(args: &AccumulatorArgs<'a>) -> AccumulatorArgs<'a> {
    let return_field = wide_field(&args.return_field);
    AccumulatorArgs {
        return_field,
        ..*args
    }
}

fn wide_field(field: &FieldRef) -> FieldRef {
    Arc::new(field.as_ref().clone().with_data_type(WIDE))
}

fn wide(values: &[ArrayRef]) -> Result<Vec<ArrayRef>> {
    values.iter().map(wide_numbers).collect()
}

fn wide_numbers(values: &ArrayRef) -> Result<ArrayRef> {
    let wide: Decimal128Array = match values.data_type() {
        DataType::Int64 => values.as_primitive::<Int64Type>().unary(i128::from),
        DataType::UInt64 => values.as_primitive::<UInt64Type>().unary(i128::from),
        other => return Err(no_whole_number(other)),
    };
    Ok(Arc::new(wide.with_data_type(WIDE)))
}

fn no_whole_number(data_type: &DataType) -> DataFusionError {
    DataFusionError::Internal(format!("`sum` of whole numbers was given {data_type}"))
}

fn narrow<T: TryFrom<i128>>(sum: i128) -> Result<T, ArrowError> {
    T::try_from(sum).map_err(|_| ArrowError::ArithmeticOverflow(format!("sum of {sum}")))
}

fn narrow_numbers(sums: &ArrayRef, data_type: &DataType) -> Result<ArrayRef> {
    let sums = sums.as_primitive::<Decimal128Type>();
    let narrow: ArrayRef = match data_type {
        DataType::UInt64 => Arc::new(sums.try_unary::<_, UInt64Type, ArrowError>(narrow::<u64>)?),
        _ => Arc::new(sums.try_unary::<_, Int64Type, ArrowError>(narrow::<i64>)?),
    };
    Ok(narrow)
}

fn narrow_number(sum: Option<i128>, data_type: &DataType) -> Result<ScalarValue> {
    Ok(match data_type {
        DataType::UInt64 => ScalarValue::UInt64(sum.map(narrow).transpose()?),
        _ => ScalarValue::Int64(sum.map(narrow).transpose()?),
    })
}

/// One sum.
#[derive(Debug)]
struct Exact {
    inner: Box<dyn Accumulator>,
    data_type: DataType,
}

impl Accumulator for Exact {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.inner.update_batch(&wide(values)?)
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        match self.inner.evaluate()? {
            ScalarValue::Decimal128(sum, ..) => narrow_number(sum, &self.data_type),
            other => {
                let told = format!("`sum` of whole numbers gave {}", other.data_type());
                Err(DataFusionError::Internal(told))
            }
        }
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.inner.size()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        self.inner.state()
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        self.inner.merge_batch(states)
    }

    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        self.inner.retract_batch(&wide(values)?)
    }

    fn supports_retract_batch(&self) -> bool {
        self.inner.supports_retract_batch()
    }
}

/// A sum for each group.
struct ExactGroups {
    sums: Vec<i128>,
    /// The groups that have had a number.
    seen: NullState,
    data_type: DataType,
}

impl ExactGroups {
    fn add<T: ArrowPrimitiveType + Send>(
        &mut self,
        values: &ArrayRef,
        group_indices: &[usize],
        filter: Option<&BooleanArray>,
        groups: usize,
    ) where
        T::Native: Into<i128>,
    {
        let sums = &mut self.sums;
        sums.resize(groups, 0);
        let values = values.as_primitive::<T>();
        self.seen
            .accumulate(group_indices, values, filter, groups, |group, value| {
                if let Some(sum) = sums.get_mut(group) {
                    *sum += value.into();
                }
            });
    }
}

impl GroupsAccumulator for ExactGroups {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        filter: Option<&BooleanArray>,
        groups: usize,
    ) -> Result<()> {
        for values in values {
            match values.data_type() {
                DataType::Int64 => self.add::<Int64Type>(values, group_indices, filter, groups),
                DataType::UInt64 => self.add::<UInt64Type>(values, group_indices, filter, groups),
                other => return Err(no_whole_number(other)),
            }
        }
        Ok(())
    }

    fn evaluate(&mut self, emit_to: EmitTo) -> Result<ArrayRef> {
        let sums = self.state(emit_to)?.swap_remove(0);
        narrow_numbers(&sums, &self.data_type)
    }

    fn state(&mut self, emit_to: EmitTo) -> Result<Vec<ArrayRef>> {
        let sums = emit_to.take_needed(&mut self.sums);
        let sums = Decimal128Array::new(sums.into(), self.seen.build(emit_to));
        Ok(vec![Arc::new(sums.with_data_type(WIDE))])
    }

    fn merge_batch(
        &mut self,
        values: &[ArrayRef],
        group_indices: &[usize],
        groups: usize,
    ) -> Result<()> {
        for values in values {
            self.add::<Decimal128Type>(values, group_indices, None, groups);
        }
        Ok(())
    }

    fn convert_to_state(
        &self,
        values: &[ArrayRef],
        filter: Option<&BooleanArray>,
    ) -> Result<Vec<ArrayRef>> {
        let values = wide(values)?;
        let Some(filter) = filter else {
            return Ok(values);
        };
        let left_out = filter.iter().map(|kept| Some(kept != Some(true)));
        let left_out: BooleanArray = left_out.collect();
        let kept = values.iter().map(|values| nullif(values, &left_out));
        Ok(kept.collect::<Result<_, ArrowError>>()?)
    }

    fn size(&self) -> usize {
        self.sums.capacity() * size_of::<i128>() + self.seen.size()
    }
}

/// The sum of the different numbers in a window that moves. The engine's own takes no decimals.
#[derive(Debug)]
struct Different {
    /// How often each number stands in the window.
    counts: HashMap<i128, usize>,
    sum: i128,
    data_type: DataType,
}

impl Different {
    fn add(&mut self, values: &ArrayRef) {
        for value in values.as_primitive::<Decimal128Type>().iter().flatten() {
            let count = self.counts.entry(value).or_insert(0);
            if *count == 0 {
                self.sum += value;
            }
            *count += 1;
        }
    }
}

impl Accumulator for Different {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        for values in wide(values)? {
            self.add(&values);
        }
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let sum = (!self.counts.is_empty()).then_some(self.sum);
        narrow_number(sum, &self.data_type)
    }

    fn size(&self) -> usize {
        size_of_val(self) + self.counts.capacity() * size_of::<(i128, usize)>()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let values = self.counts.keys();
        let values: Vec<ScalarValue> = values
            .map(|value| ScalarValue::Decimal128(Some(*value), DIGITS, 0))
            .collect();
        let values = ScalarValue::new_list_nullable(&values, &WIDE);
        Ok(vec![ScalarValue::List(values)])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        for lists in states {
            for values in lists.as_list::<i32>().iter().flatten() {
                self.add(&values);
            }
        }
        Ok(())
    }

    fn retract_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        for values in wide(values)? {
            for value in values.as_primitive::<Decimal128Type>().iter().flatten() {
                let Some(count) = self.counts.get_mut(&value) else {
                    continue;
                };
                *count -= 1;
                if *count == 0 {
                    self.counts.remove(&value);
                    self.sum -= value;
                }
            }
        }
        Ok(())
    }

    fn supports_retract_batch(&self) -> bool {
        true
    }
}
