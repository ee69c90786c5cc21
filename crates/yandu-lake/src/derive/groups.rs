//! Queries that group once: what is kept of their groups, and how rows follow from groups.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{Column, DataFusionError};
use datafusion::datasource::{MemTable, provider_as_source};
use datafusion::functions_aggregate::count::count_udaf;
use datafusion::functions_aggregate::sum::sum_udaf;
use datafusion::logical_expr::expr::{AggregateFunction, AggregateFunctionParams};
use datafusion::logical_expr::{
    Aggregate, AggregateUDF, Expr, ExprSchemable, LogicalPlan, LogicalPlanBuilder, cast, lit,
};
use datafusion::sql::unparser::expr_to_sql;

use super::{Kept, KeptAs, follow};

/// The name of the groups among the tables of a plan.
const GROUPS: &str = "groups";

/// Digits of a sum of integers; `count` rows of any 64-bit number never overflow it.
const WIDE: DataType = DataType::Decimal128(20, 0);

/// The one grouping of a query.
pub(super) struct Found<'p> {
    pub(super) aggregate: &'p Aggregate,
    pub(super) keeps: Vec<Kept>,
}

/// Finds the grouping of a query. `None` when it does not group; an error when it does so in a way that cannot be
/// continued, said of any dataset below.
pub(super) fn find(plan: &LogicalPlan) -> Result<Option<Found<'_>>, String> {
    let mut topmost = Vec::new();
    find_topmost(plan, &mut topmost);
    let [aggregate] = topmost.as_slice() else {
        // With several groupings nothing below one is linear; what stands beside them may be.
        return Ok(None);
    };
    let aggregate: &Aggregate = aggregate;
    let is_found = |node: &LogicalPlan| matches!(node, LogicalPlan::Aggregate(found) if std::ptr::eq(found, aggregate));
    if follow::follow(plan, &is_found).is_err() {
        return Ok(None);
    }
    if aggregate.group_expr.is_empty() {
        return Err("is grouped into one row, which is there without any rows too".to_owned());
    }
    if let Some(sets) = aggregate
        .group_expr
        .iter()
        .find(|expr| matches!(expr, Expr::GroupingSet(_)))
    {
        let sets = written(sets);
        return Err(format!("is grouped in several ways at once (`{sets}`)"));
    }
    let keeps = aggregate
        .aggr_expr
        .iter()
        .map(|expr| {
            let name = written(expr);
            match kept_as(expr) {
                Some(kept_as) => Ok(Kept { name, kept_as }),
                None => Err(format!(
                    "is grouped with `{name}`, which cannot be continued"
                )),
            }
        })
        .collect::<Result<Vec<_>, String>>()?;
    Ok(Some(Found { aggregate, keeps }))
}

/// An expression as a query writes it, not as the engine shows its plans.
pub(super) fn written(expr: &Expr) -> String {
    expr_to_sql(expr).map_or_else(|_| expr.to_string(), |sql| sql.to_string())
}

fn find_topmost<'p>(plan: &'p LogicalPlan, found: &mut Vec<&'p Aggregate>) {
    if let LogicalPlan::Aggregate(aggregate) = plan {
        found.push(aggregate);
        return;
    }
    for input in plan.inputs() {
        find_topmost(input, found);
    }
}

fn function_of(expr: &Expr) -> Option<&AggregateFunction> {
    match expr {
        Expr::Alias(alias) => function_of(&alias.expr),
        Expr::AggregateFunction(function) => Some(function),
        _ => None,
    }
}

fn kept_as(expr: &Expr) -> Option<KeptAs> {
    let AggregateFunction { func, params } = function_of(expr)?;
    if params.distinct || !params.order_by.is_empty() || params.null_treatment.is_some() {
        return None;
    }
    match (func.name(), params.args.len()) {
        ("count", _) => Some(KeptAs::Count),
        ("sum", 1) => Some(KeptAs::Sum),
        ("min", 1) => Some(KeptAs::Min),
        ("max", 1) => Some(KeptAs::Max),
        ("avg", 1) => Some(KeptAs::Mean),
        _ => None,
    }
}

/// Finished groups: the columns that make a group, then the aggregates.
pub(super) fn finished_schema(aggregate: &Aggregate) -> SchemaRef {
    let fields: Vec<Field> = aggregate
        .schema
        .fields()
        .iter()
        .enumerate()
        .map(|(place, field)| {
            Field::new(
                name_of(place),
                field.data_type().clone(),
                field.is_nullable(),
            )
        })
        .collect();
    Arc::new(Schema::new(fields))
}

fn name_of(place: usize) -> String {
    format!("c{place}")
}

/// The plan of what is kept: the columns that make the group, the number of its rows, and for each aggregate the number
/// of values, and but for a count the value.
pub(super) fn kept(
    aggregate: &Aggregate,
    input: LogicalPlan,
) -> Result<LogicalPlan, DataFusionError> {
    let mut exprs = vec![call(count_udaf(), lit(1_i64), None).alias("rows")];
    for (place, expr) in aggregate.aggr_expr.iter().enumerate() {
        let (Some(function), Some(kept_as)) = (function_of(expr), kept_as(expr)) else {
            return Err(super::not_derived(format!("`{expr}` cannot be continued")));
        };
        let AggregateFunctionParams { args, filter, .. } = &function.params;
        let number = format!("n{place}");
        let value = format!("v{place}");
        if kept_as == KeptAs::Count {
            exprs.push(Expr::AggregateFunction(function.clone()).alias(number));
            continue;
        }
        let Some(argument) = args.first() else {
            return Err(super::not_derived(format!("`{expr}` has no argument")));
        };
        // Of what is never absent there are as many values as rows, which are counted anyway.
        let counted = if argument.nullable(input.schema())? {
            argument.clone()
        } else {
            lit(1_i64)
        };
        let count = call(count_udaf(), counted, filter.clone());
        exprs.push(count.alias(number));
        let kept = if kept_as == KeptAs::Mean {
            let data_type = argument.get_type(input.schema())?;
            let argument = if data_type.is_integer() {
                cast(argument.clone(), WIDE)
            } else {
                argument.clone()
            };
            call(sum_udaf(), argument, filter.clone())
        } else {
            Expr::AggregateFunction(function.clone())
        };
        exprs.push(kept.alias(value));
    }
    let aggregate = Aggregate::try_new(Arc::new(input), aggregate.group_expr.clone(), exprs)?;
    Ok(LogicalPlan::Aggregate(aggregate))
}

fn call(function: Arc<AggregateUDF>, argument: Expr, filter: Option<Box<Expr>>) -> Expr {
    Expr::AggregateFunction(AggregateFunction::new_udf(
        function,
        vec![argument],
        false,
        filter,
        Vec::new(),
        None,
    ))
}

/// The plan with finished groups in the place of its grouping.
pub(super) fn finish(
    plan: LogicalPlan,
    groups: Vec<RecordBatch>,
) -> Result<LogicalPlan, DataFusionError> {
    let mut groups = Some(groups);
    let plan = plan.transform_down(|node| {
        let LogicalPlan::Aggregate(aggregate) = &node else {
            return Ok(Transformed::no(node));
        };
        let groups = groups.take().ok_or_else(|| {
            DataFusionError::Internal("a query that groups twice was finished".to_owned())
        })?;
        let scan = scan_of(aggregate, groups)?;
        Ok(Transformed::new(scan, true, TreeNodeRecursion::Jump))
    })?;
    Ok(plan.data)
}

fn scan_of(
    aggregate: &Aggregate,
    groups: Vec<RecordBatch>,
) -> Result<LogicalPlan, DataFusionError> {
    let table = MemTable::try_new(finished_schema(aggregate), vec![groups])?;
    let named = aggregate
        .schema
        .iter()
        .enumerate()
        .map(|(place, (qualifier, field))| {
            Expr::Column(Column::new(Some(GROUPS), name_of(place)))
                .alias_qualified(qualifier.cloned(), field.name())
        });
    LogicalPlanBuilder::scan(GROUPS, provider_as_source(Arc::new(table)), None)?
        .project(named)?
        .build()
}
