//! From what is wanted of a query's rows down to what is wanted of the rows of its datasets.
//!
//! Invariant: whatever is wanted of a node, each row of an input that took part in a wanted row is wanted of the input.

use std::collections::BTreeSet;

use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{Column, DataFusionError};
use datafusion::logical_expr::expr::InList;
use datafusion::logical_expr::utils::{grouping_set_to_exprlist, split_conjunction};
use datafusion::logical_expr::{
    Aggregate, BinaryExpr, Distinct, DistinctOn, Expr, ExprSchemable, LogicalPlan, Operator, Union,
    Unnest, Window, cast,
};
use yandu_words::id::DatasetId;

use super::replace::{looks_out, subquery_of};
use super::wanted::{Alone, Partner, Wanted};
use crate::derive;
use crate::derive::column_at;

pub(super) type Result<T> = std::result::Result<T, DataFusionError>;

/// One reading of a dataset, and what is wanted of its rows.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) dataset: DatasetId,
    pub(super) scan: LogicalPlan,
    pub(super) wanted: Wanted,
}

/// A walk down one plan.
#[derive(Debug, Default)]
pub(super) struct Trace {
    pub(super) places: Vec<Place>,
    /// Datasets of which rows decide.
    pub(super) deciding: BTreeSet<DatasetId>,
    /// Numbers of partners that were given out.
    pub(super) partners: usize,
    /// How often a wanted row could have come about in one of two ways.
    pub(super) ways: usize,
}

impl Trace {
    #[recursive::recursive]
    pub(super) fn walk(&mut self, plan: &LogicalPlan, wanted: Wanted) -> Result<()> {
        self.subqueries(plan)?;
        match plan {
            LogicalPlan::TableScan(_) => {
                if let Some(dataset) = derive::dataset_of(plan) {
                    self.places.push(Place {
                        dataset,
                        scan: plan.clone(),
                        wanted,
                    });
                }
                Ok(())
            }
            LogicalPlan::Projection(projection) => {
                let exprs: Vec<Option<Expr>> =
                    projection.expr.iter().map(made_of).map(Some).collect();
                let wanted = wanted.made_of(&projection.schema, &exprs, SUBQUERY);
                self.walk(&projection.input, wanted)
            }
            LogicalPlan::Filter(filter) => {
                let mut wanted = wanted;
                for condition in split_conjunction(&filter.predicate) {
                    if looks_out(condition) {
                        wanted = wanted.doubted(SUBQUERY);
                    } else {
                        wanted.conditions.push(condition.clone());
                    }
                }
                self.walk(&filter.input, wanted)
            }
            LogicalPlan::SubqueryAlias(alias) => {
                let exprs = columns_of(&alias.input);
                let wanted = wanted.made_of(&alias.schema, &exprs, SUBQUERY);
                self.walk(&alias.input, wanted)
            }
            LogicalPlan::Union(union) => self.union(union, &wanted),
            LogicalPlan::Join(join) => self.join(join, &wanted),
            LogicalPlan::Aggregate(aggregate) => self.aggregate(plan, aggregate, wanted),
            LogicalPlan::Distinct(Distinct::All(input)) => self.walk(input, wanted),
            LogicalPlan::Distinct(Distinct::On(distinct)) => self.distinct_on(distinct, &wanted),
            LogicalPlan::Window(window) => self.window(plan, window, wanted),
            LogicalPlan::Unnest(unnest) => self.unnest(unnest, &wanted),
            LogicalPlan::Sort(sort) if sort.fetch.is_none() => self.walk(&sort.input, wanted),
            LogicalPlan::Sort(_) | LogicalPlan::Limit(_) => {
                let wanted =
                    wanted.doubted("it is cut to a number of rows, and others were looked at");
                self.inputs(plan, &wanted)
            }
            LogicalPlan::Repartition(_) => self.inputs(plan, &wanted),
            LogicalPlan::Subquery(subquery) => self.everything(
                &subquery.subquery,
                &wanted.anything("it is read for each row of another, all of whose rows are shown"),
            ),
            LogicalPlan::RecursiveQuery(_) => self.everything(
                plan,
                &wanted.anything("it is read in a query that repeats itself"),
            ),
            _ => self.everything(
                plan,
                &wanted.anything("it is read in a way that cannot be followed"),
            ),
        }
    }

    /// The inputs of a node with the same columns, or of which nothing particular is wanted.
    pub(super) fn inputs(&mut self, plan: &LogicalPlan, wanted: &Wanted) -> Result<()> {
        plan.inputs()
            .into_iter()
            .try_for_each(|input| self.walk(input, wanted.clone()))
    }

    /// All rows of whatever is read below.
    fn everything(&mut self, plan: &LogicalPlan, wanted: &Wanted) -> Result<()> {
        plan.apply_with_subqueries(|node| {
            if let Some(dataset) = derive::dataset_of(node) {
                self.places.push(Place {
                    dataset,
                    scan: node.clone(),
                    wanted: wanted.clone(),
                });
            }
            Ok(TreeNodeRecursion::Continue)
        })?;
        Ok(())
    }

    /// The sub-queries in the expressions of one node. One that gives a value contributes it, unless the value is only
    /// compared in a filter; any other decides.
    fn subqueries(&mut self, plan: &LogicalPlan) -> Result<()> {
        let only_decides = matches!(plan, LogicalPlan::Filter(_) | LogicalPlan::Join(_));
        let mut values = Vec::new();
        plan.apply_expressions(|expr| {
            expr.apply(|part| {
                match (part, subquery_of(part)) {
                    (Expr::ScalarSubquery(_), Some(value)) if !only_decides => {
                        values.push(value.clone());
                    }
                    (_, Some(subquery)) => self.decides(&subquery.subquery)?,
                    (_, None) => {}
                }
                Ok(TreeNodeRecursion::Continue)
            })
        })?;
        for value in values {
            let wanted = Wanted::default()
                .doubted("it gives a value in a sub-query, all of whose rows are shown");
            if value.outer_ref_columns.is_empty() {
                self.walk(&value.subquery, wanted)?;
            } else {
                self.everything(&value.subquery, &wanted)?;
            }
        }
        Ok(())
    }

    /// Whatever is read below decides.
    pub(super) fn decides(&mut self, plan: &LogicalPlan) -> Result<()> {
        self.deciding.extend(derive::columns(plan)?.into_keys());
        Ok(())
    }

    fn union(&mut self, union: &Union, wanted: &Wanted) -> Result<()> {
        for input in &union.inputs {
            let exprs: Vec<Option<Expr>> = (0..input.schema().fields().len())
                .map(|place| {
                    let column = Expr::Column(column_at(input.schema(), place));
                    let own = column.get_type(input.schema()).ok()?;
                    let common = union.schema.field(place).data_type();
                    Some(if own == *common {
                        column
                    } else {
                        cast(column, common.clone())
                    })
                })
                .collect();
            let wanted = wanted.made_of(&union.schema, &exprs, SUBQUERY);
            self.walk(input, wanted)?;
        }
        Ok(())
    }

    fn aggregate(
        &mut self,
        plan: &LogicalPlan,
        aggregate: &Aggregate,
        wanted: Wanted,
    ) -> Result<()> {
        if aggregate
            .group_expr
            .iter()
            .any(|expr| matches!(expr, Expr::GroupingSet(_)))
        {
            return self.grouping_sets(aggregate, wanted);
        }
        let groups = aggregate.group_expr.len();
        let exprs: Vec<Option<Expr>> = aggregate.group_expr.iter().map(made_of).map(Some).collect();
        let schema = &aggregate.schema;
        let is_group = |column: &Column| {
            let place = schema.maybe_index_of_column(column);
            place.is_some_and(|place| place < groups)
        };
        let (of_groups, rest) = wanted.clone().apart(&is_group);
        let mut below = of_groups.made_of(schema, &exprs, SUBQUERY);
        if !rest.wants_anything() {
            if groups == 0 {
                below = below.doubted("all rows make one, whose values were not compared");
            } else {
                let on = exprs.into_iter().flatten().enumerate();
                below
                    .partners
                    .push(self.among_themselves(plan, wanted, on)?);
            }
        }
        self.walk(&aggregate.input, below)
    }

    /// A partner for rows of an input: the wanted rows of the node above, which have the values of these expressions in
    /// the columns at these places.
    fn among_themselves(
        &mut self,
        plan: &LogicalPlan,
        wanted: Wanted,
        on: impl Iterator<Item = (usize, Expr)>,
    ) -> Result<Partner> {
        let alone = self.alone(wanted.among(plan.clone())?)?;
        Ok(Partner {
            on: on.map(|(place, own)| (own, alone.column(place))).collect(),
            plan: alone.plan,
            filter: None,
            nulls_are_equal: true,
            is_missing: false,
        })
    }

    pub(super) fn alone(&mut self, plan: LogicalPlan) -> Result<Alone> {
        self.partners += 1;
        Alone::new(plan, self.partners)
    }

    /// In a grouping set a column that is not of the set has no value, so only values say something of the rows below.
    fn grouping_sets(&mut self, aggregate: &Aggregate, wanted: Wanted) -> Result<()> {
        let exprs: Vec<Option<Expr>> = grouping_set_to_exprlist(&aggregate.group_expr)?
            .into_iter()
            .map(made_of)
            .map(Some)
            .collect();
        let valued = Wanted {
            conditions: wanted.conditions.into_iter().filter(is_value).collect(),
            ..Wanted::default()
        };
        let why = "it is grouped in several ways at once";
        let mut below = valued.made_of(&aggregate.schema, &exprs, why).doubted(why);
        below.doubts.extend(wanted.doubts);
        self.walk(&aggregate.input, below)
    }

    fn distinct_on(&mut self, distinct: &DistinctOn, wanted: &Wanted) -> Result<()> {
        let exprs: Vec<Option<Expr>> = distinct.select_expr.iter().map(made_of).map(Some).collect();
        let why = "one of several rows is taken, and the others were looked at";
        let below = wanted.made_of(&distinct.schema, &exprs, why).doubted(why);
        self.walk(&distinct.input, below)
    }

    /// A window looks at all rows of a part; what names the part goes down, and any part with a wanted row is wanted.
    fn window(&mut self, plan: &LogicalPlan, window: &Window, wanted: Wanted) -> Result<()> {
        let parts = parts_of(window);
        let why = "it is looked at through a window, which sees other rows";
        let is_part = |column: &Column| {
            let place = window.schema.maybe_index_of_column(column);
            place.is_some_and(|place| parts.contains(&place))
        };
        let exprs: Vec<Option<Expr>> = columns_of(&window.input);
        let (of_parts, rest) = wanted.clone().apart(&is_part);
        let mut below = of_parts.made_of(&window.schema, &exprs, why).doubted(why);
        if !rest.wants_anything() && !parts.is_empty() {
            let on = parts.iter().map(|place| {
                (
                    *place,
                    Expr::Column(column_at(window.input.schema(), *place)),
                )
            });
            below
                .partners
                .push(self.among_themselves(plan, wanted, on)?);
        }
        self.walk(&window.input, below)
    }

    fn unnest(&mut self, unnest: &Unnest, wanted: &Wanted) -> Result<()> {
        let is_opened = |place: &usize| {
            unnest.struct_type_columns.contains(place)
                || unnest
                    .list_type_columns
                    .iter()
                    .any(|(list, _)| list == place)
        };
        let exprs: Vec<Option<Expr>> = unnest
            .dependency_indices
            .iter()
            .map(|place| {
                (!is_opened(place)).then(|| Expr::Column(column_at(unnest.input.schema(), *place)))
            })
            .collect();
        let why = "a list of it is opened, whose items were not compared";
        let below = wanted.made_of(&unnest.schema, &exprs, why);
        self.walk(&unnest.input, below)
    }
}

pub(super) const SUBQUERY: &str =
    "it is compared with a sub-query in a way that cannot be followed";

fn made_of(expr: &Expr) -> Expr {
    expr.clone().unalias()
}

fn columns_of(plan: &LogicalPlan) -> Vec<Option<Expr>> {
    let columns = plan.schema().columns().into_iter();
    columns.map(|column| Some(Expr::Column(column))).collect()
}

/// The places of the columns by which all window functions of a node part the rows.
pub(super) fn parts_of(window: &Window) -> Vec<usize> {
    let mut parts: Option<BTreeSet<usize>> = None;
    for expr in &window.window_expr {
        let Expr::WindowFunction(call) = expr.clone().unalias() else {
            return Vec::new();
        };
        let of_call: BTreeSet<usize> = call
            .params
            .partition_by
            .iter()
            .filter_map(|expr| match expr {
                Expr::Column(column) => window.input.schema().maybe_index_of_column(column),
                _ => None,
            })
            .collect();
        parts = Some(match parts {
            Some(parts) => &parts & &of_call,
            None => of_call,
        });
    }
    parts.into_iter().flatten().collect()
}

/// Whether a condition holds only where a column has one of some values.
fn is_value(condition: &Expr) -> bool {
    match condition {
        Expr::BinaryExpr(BinaryExpr {
            left,
            op: Operator::Eq,
            right,
        }) => {
            matches!(
                (left.as_ref(), right.as_ref()),
                (Expr::Column(_), Expr::Literal(value, _)) if !value.is_null()
            )
        }
        Expr::InList(InList {
            expr,
            negated: false,
            ..
        }) => matches!(expr.as_ref(), Expr::Column(_)),
        _ => false,
    }
}
