//! Arithmetic of whole numbers that fails where a result leaves the range of its type, as SQL has it. The engine itself begins
//! again at the other end of the range, and gives a wrong number without a word.
//!
//! `+`, `-` and `*` of whole numbers, and a `-` before one, become functions as soon as the types of an expression are settled and
//! before anything is computed, constants too. So they are the same wherever an expression stands, and keep the names that they
//! would give to columns. `sum` adds with more digits than its answer has ([`sum`]). Nothing else is touched: floating-point numbers
//! have no range to leave, `/`, `%` and `abs` fail by themselves, and decimals are checked by the engine, but for a `sum` of some of
//! more than 28 digits, whose answer has none to spare.

mod sum;

use std::sync::Arc;

use arrow::array::ArrayRef;
use arrow::compute::kernels::numeric::{add, mul, neg, sub};
use arrow::datatypes::{DataType, Field, FieldRef};
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{DFSchema, DataFusionError, Result, ScalarValue};
use datafusion::execution::FunctionRegistry as _;
use datafusion::execution::session_state::SessionState;
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::interval_arithmetic::Interval;
use datafusion::logical_expr::utils::merge_schema;
use datafusion::logical_expr::{
    AggregateUDF, BinaryExpr, ColumnarValue, Expr, ExprSchemable, LogicalPlan, Operator,
    ReturnFieldArgs, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use datafusion::optimizer::AnalyzerRule;
use datafusion::physical_expr_common::datum::apply;

use self::sum::ExactSum;

/// Makes an engine compute whole numbers so.
pub(crate) fn check(state: &mut SessionState) -> Result<()> {
    state.add_analyzer_rule(Arc::new(CheckedArithmetic));
    let sum = AggregateUDF::new_from_impl(ExactSum::default());
    state.register_udaf(Arc::new(sum))?;
    Ok(())
}

/// An expression whose types are settled, over columns of `schema`, with arithmetic that is checked.
pub(crate) fn checked(expr: Expr, schema: &DFSchema) -> Result<Transformed<Expr>> {
    // From above: what a function gives takes longer to find out than what an operator does.
    expr.transform_down(|expr| {
        let Some(operation) = operation(&expr, schema)? else {
            return Ok(Transformed::no(expr));
        };
        let args = match expr {
            Expr::BinaryExpr(BinaryExpr { left, right, .. }) => vec![*left, *right],
            Expr::Negative(value) => vec![*value],
            other => return Ok(Transformed::no(other)),
        };
        Ok(Transformed::yes(operation.call(args)))
    })
}

/// What has to be checked of an expression itself.
fn operation(expr: &Expr, schema: &DFSchema) -> Result<Option<Operation>> {
    match expr {
        Expr::Negative(value) => {
            let is_whole = value.get_type(schema)?.is_signed_integer();
            Ok(is_whole.then_some(Operation::Negate))
        }
        Expr::BinaryExpr(BinaryExpr { left, op, right }) => {
            let Some(operation) = Operation::of(*op) else {
                return Ok(None);
            };
            let are_whole = is_whole(right, schema)? && is_whole(left, schema)?;
            Ok(are_whole.then_some(operation))
        }
        _ => Ok(None),
    }
}

/// Whether values are whole numbers. A chain of operators is as deep as it is long, and what stands on its right mostly says it.
fn is_whole(mut expr: &Expr, schema: &DFSchema) -> Result<bool> {
    while let Expr::BinaryExpr(BinaryExpr { left, op, right }) = expr {
        if Operation::of(*op).is_none() || !right.get_type(schema)?.is_integer() {
            break;
        }
        expr = left;
    }
    Ok(expr.get_type(schema)?.is_integer())
}

/// Puts the checked functions into a plan, when its types have been settled.
#[derive(Debug)]
struct CheckedArithmetic;

impl AnalyzerRule for CheckedArithmetic {
    fn name(&self) -> &'static str {
        "checked_arithmetic"
    }

    fn analyze(&self, plan: LogicalPlan, _: &ConfigOptions) -> Result<LogicalPlan> {
        let checked = plan.transform_up_with_subqueries(checked_node)?;
        Ok(checked.data)
    }
}

fn checked_node(plan: LogicalPlan) -> Result<Transformed<LogicalPlan>> {
    if !computes(&plan)? {
        return Ok(Transformed::no(plan));
    }
    let mut schema = merge_schema(&plan.inputs());
    if let LogicalPlan::TableScan(scan) = &plan {
        let source = scan.source.schema();
        schema.merge(&DFSchema::try_from_qualified_schema(
            scan.table_name.clone(),
            &source,
        )?);
    }
    let names = NamePreserver::new(&plan);
    plan.map_expressions(|expr| {
        let name = names.save(&expr);
        let checked = checked(expr, &schema)?;
        Ok(checked.update_data(|expr| name.restore(expr)))
    })
}

/// Whether an operator stands in a node that may have to be checked.
fn computes(plan: &LogicalPlan) -> Result<bool> {
    let mut found = false;
    plan.apply_expressions(|expr| {
        found = expr.exists(|expr| Ok(may_leave_its_range(expr)))?;
        Ok(if found {
            TreeNodeRecursion::Stop
        } else {
            TreeNodeRecursion::Continue
        })
    })?;
    Ok(found)
}

fn may_leave_its_range(expr: &Expr) -> bool {
    match expr {
        Expr::Negative(_) => true,
        Expr::BinaryExpr(BinaryExpr { op, .. }) => Operation::of(*op).is_some(),
        _ => false,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Operation {
    Add,
    Subtract,
    Multiply,
    /// A `-` before a number.
    Negate,
}

impl Operation {
    fn of(operator: Operator) -> Option<Self> {
        match operator {
            Operator::Plus => Some(Self::Add),
            Operator::Minus => Some(Self::Subtract),
            Operator::Multiply => Some(Self::Multiply),
            _ => None,
        }
    }

    fn sign(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract | Self::Negate => "-",
            Self::Multiply => "*",
        }
    }

    fn call(self, args: Vec<Expr>) -> Expr {
        let function = Arc::new(ScalarUDF::new_from_impl(Checked {
            operation: self,
            signature: Signature::user_defined(Volatility::Immutable),
        }));
        Expr::ScalarFunction(ScalarFunction::new_udf(function, args))
    }
}

/// An operator on whole numbers of one type, which is the type of its result too. It stands under no name that a query could call.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Checked {
    operation: Operation,
    signature: Signature,
}

/// The operator between two expressions, when it is a checked one.
fn operands(expr: &Expr) -> Option<(&'static str, &Expr, &Expr)> {
    let Expr::ScalarFunction(ScalarFunction { func, args }) = expr else {
        return None;
    };
    let checked = func.inner().downcast_ref::<Checked>()?;
    match args.as_slice() {
        [left, right] => Some((checked.operation.sign(), left, right)),
        _ => None,
    }
}

/// The type of the numbers: a value that is always absent takes that of the other.
fn type_of<'a>(types: impl IntoIterator<Item = &'a DataType>) -> DataType {
    let mut types = types.into_iter();
    let whole = types.find(|data_type| data_type.is_integer());
    whole.cloned().unwrap_or(DataType::Int64)
}

fn negated(value: &ColumnarValue) -> Result<ColumnarValue> {
    match value {
        ColumnarValue::Array(values) => Ok(ColumnarValue::Array(neg(values.as_ref())?)),
        ColumnarValue::Scalar(value) => {
            let negated: ArrayRef = neg(value.to_array()?.as_ref())?;
            ScalarValue::try_from_array(&negated, 0).map(ColumnarValue::Scalar)
        }
    }
}

impl ScalarUDFImpl for Checked {
    fn name(&self) -> &'static str {
        self.operation.sign()
    }

    /// As the operator is written, so that columns keep their names.
    fn schema_name(&self, args: &[Expr]) -> Result<String> {
        let (mut first, right) = match args {
            [value] => return Ok(format!("(- {})", value.schema_name())),
            [left, right] => (left, right),
            _ => return Err(other_arguments()),
        };
        // Written from its left in one pass: a chain is as deep as it is long.
        let mut behind = vec![(self.name(), right)];
        while let Some((sign, left, right)) = operands(first) {
            behind.push((sign, right));
            first = left;
        }
        let mut name = first.schema_name().to_string();
        for (sign, operand) in behind.into_iter().rev() {
            name.push_str(&format!(" {sign} {}", operand.schema_name()));
        }
        Ok(name)
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn coerce_types(&self, types: &[DataType]) -> Result<Vec<DataType>> {
        Ok(vec![type_of(types); types.len()])
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        Ok(type_of(types))
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs) -> Result<FieldRef> {
        let fields = args.arg_fields;
        match (self.operation, fields) {
            (Operation::Negate, [value]) => Ok(Arc::clone(value)),
            _ => Ok(Arc::new(Field::new(
                self.name(),
                type_of(fields.iter().map(|field| field.data_type())),
                fields.iter().any(|field| field.is_nullable()),
            ))),
        }
    }

    fn is_strict(&self) -> bool {
        true
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        if args.args.iter().any(|value| value.data_type().is_null()) {
            let nothing = ScalarValue::try_from(args.return_field.data_type())?;
            return Ok(ColumnarValue::Scalar(nothing));
        }
        match (self.operation, args.args.as_slice()) {
            (Operation::Add, [left, right]) => apply(left, right, add),
            (Operation::Subtract, [left, right]) => apply(left, right, sub),
            (Operation::Multiply, [left, right]) => apply(left, right, mul),
            (Operation::Negate, [value]) => negated(value),
            _ => Err(other_arguments()),
        }
    }

    fn evaluate_bounds(&self, inputs: &[&Interval]) -> Result<Interval> {
        let types = inputs.iter().map(|input| input.data_type());
        let types: Vec<DataType> = types.collect();
        Interval::make_unbounded(&type_of(&types))
    }
}

fn other_arguments() -> DataFusionError {
    DataFusionError::Internal("an operator has other arguments than it takes".to_owned())
}

#[cfg(test)]
mod tests;
