//! A query over the rows that share certain values of a column, where all that a change can touch is among them.
//!
//! Take a left join whose right side changes: rows of the left side lose or gain their partners, but only those whose
//! join column has a value of a row that came or went. When every operator between a dataset and the result keeps rows
//! of different values apart, in joins by that column and in groups by it, the query over those rows before the change
//! and after it tell everything that changes.
//!
//! Invariant: what is left out of a restricted plan is the same before and after the change. While columns are tracked,
//! the plan gives exactly those of its rows that have one of the values there.

use std::cell::RefCell;
use std::collections::BTreeSet;

use arrow::array::{Array, ArrayRef};
use arrow::datatypes::SchemaRef;
use datafusion::common::{Column, DataFusionError, JoinType, ScalarValue};
use datafusion::logical_expr::expr::InList;
use datafusion::logical_expr::utils::split_conjunction;
use datafusion::logical_expr::{
    Aggregate, BinaryExpr, EmptyRelation, Expr, Join, LogicalPlan, LogicalPlanBuilder, Operator,
    Projection, SubqueryAlias,
};
use yandu_words::id::DatasetId;

use super::{Followed, column_at, follow, origin, reads};

/// Values of a column of a dataset.
#[derive(Debug, Clone)]
pub struct Only {
    pub dataset: DatasetId,
    pub column: String,
    /// Different values of the column's type; NULL may be one of them.
    pub values: ArrayRef,
}

/// Restricts one plan.
pub(super) struct Restriction<'a> {
    dataset: &'a DatasetId,
    column: &'a str,
    values: Vec<Expr>,
    has_null: bool,
    /// The dataset is bound to a change, whose rows have the values; only what is joined to it is restricted.
    is_change: bool,
    /// The columns of datasets in which the values are looked for.
    looked: RefCell<BTreeSet<(DatasetId, String)>>,
}

/// A plan of which only some rows are left.
struct Part {
    plan: LogicalPlan,
    tracked: Vec<Column>,
    /// How many other datasets' rows were left out.
    spared: usize,
}

/// What came of a plan below a node.
enum Below {
    /// The dataset is not read there.
    Other(LogicalPlan),
    Part(Part),
}

impl<'a> Restriction<'a> {
    pub(super) fn new(only: &'a Only, is_change: bool) -> Result<Self, DataFusionError> {
        let values = (0..only.values.len())
            .filter(|row| only.values.is_valid(*row))
            .map(|row| {
                let value = ScalarValue::try_from_array(&only.values, row)?;
                Ok(Expr::Literal(value, None))
            })
            .collect::<Result<_, DataFusionError>>()?;
        Ok(Self {
            dataset: &only.dataset,
            column: &only.column,
            values,
            has_null: only.values.null_count() > 0,
            is_change,
            looked: RefCell::default(),
        })
    }

    /// The column by which a plan can be restricted, when there is one: of those of the key first.
    pub(super) fn column_of(
        plan: &LogicalPlan,
        dataset: &DatasetId,
        columns: &SchemaRef,
        is_change: bool,
    ) -> Option<Followed> {
        columns.fields().iter().find_map(|field| {
            let restriction = Restriction {
                dataset,
                column: field.name(),
                values: Vec::new(),
                has_null: false,
                is_change,
                looked: RefCell::default(),
            };
            match restriction.below(plan.clone()) {
                Ok(Below::Part(part)) if !is_change || part.spared > 0 => Some(Followed {
                    column: field.name().clone(),
                    looked: restriction.looked.into_inner(),
                }),
                _ => None,
            }
        })
    }

    pub(super) fn apply(&self, plan: LogicalPlan) -> Result<LogicalPlan, DataFusionError> {
        match self.below(plan) {
            Ok(Below::Part(part)) => Ok(part.plan),
            Ok(Below::Other(plan)) => Ok(plan),
            Err(why) => Err(why),
        }
    }

    fn reads(&self, node: &LogicalPlan) -> bool {
        reads(node, self.dataset)
    }

    fn below(&self, plan: LogicalPlan) -> Result<Below, DataFusionError> {
        let is_read = |node: &LogicalPlan| self.reads(node);
        if !follow::contains(&plan, &is_read) {
            return Ok(Below::Other(plan));
        }
        if let LogicalPlan::TableScan(scan) = &plan {
            let column = Column::new(Some(scan.table_name.clone()), self.column);
            let plan = if self.is_change {
                plan
            } else {
                self.with_values(plan, &column)?
            };
            return Ok(Below::Part(Part {
                plan,
                tracked: vec![column],
                spared: 0,
            }));
        }
        let inputs: usize = plan
            .inputs()
            .iter()
            .map(|input| follow::count(input, &is_read))
            .sum();
        if follow::count(&plan, &is_read) > inputs {
            return Err(super::not_derived("it is read in a subquery".to_owned()));
        }
        match plan {
            LogicalPlan::Join(join) => self.join(join),
            LogicalPlan::Union(union) => {
                let mut inputs = Vec::with_capacity(union.inputs.len());
                let mut spared = 0;
                for input in union.inputs {
                    inputs.push(match self.below(input.as_ref().clone())? {
                        Below::Part(part) => {
                            spared += part.spared;
                            part.plan.into()
                        }
                        Below::Other(plan) => LogicalPlan::EmptyRelation(EmptyRelation {
                            produce_one_row: false,
                            schema: plan.schema().clone(),
                        })
                        .into(),
                    });
                }
                let union = datafusion::logical_expr::Union {
                    inputs,
                    schema: union.schema,
                };
                // Rows of the branches that are left out may have the values too.
                Ok(Below::Part(Part {
                    plan: LogicalPlan::Union(union),
                    tracked: Vec::new(),
                    spared,
                }))
            }
            LogicalPlan::Aggregate(aggregate) => self.aggregate(aggregate),
            LogicalPlan::Projection(projection) => self.projection(projection),
            LogicalPlan::SubqueryAlias(alias) => self.alias(alias),
            LogicalPlan::Sort(ref sort) if sort.fetch.is_none() => self.same(&plan),
            LogicalPlan::Filter(_) | LogicalPlan::Repartition(_) => self.same(&plan),
            _ => Err(super::not_derived(
                "it is read in a way that looks at all rows together".to_owned(),
            )),
        }
    }

    fn part(&self, plan: &LogicalPlan) -> Result<Part, DataFusionError> {
        match self.below(plan.clone())? {
            Below::Part(part) => Ok(part),
            Below::Other(_) => Err(super::not_derived("it is not read there".to_owned())),
        }
    }

    /// A node with one input whose rows it passes on or leaves out, one by one.
    fn same(&self, plan: &LogicalPlan) -> Result<Below, DataFusionError> {
        let mut inputs = Vec::new();
        let mut tracked = Vec::new();
        let mut spared = 0;
        for input in plan.inputs() {
            let part = self.part(input)?;
            inputs.push(part.plan);
            tracked = part.tracked;
            spared += part.spared;
        }
        Ok(Below::Part(Part {
            plan: plan.with_new_exprs(plan.expressions(), inputs)?,
            tracked,
            spared,
        }))
    }

    fn projection(&self, projection: Projection) -> Result<Below, DataFusionError> {
        let part = self.part(&projection.input)?;
        let tracked = projection
            .expr
            .iter()
            .enumerate()
            .filter(|(_, expr)| is_tracked(expr, &part.tracked))
            .map(|(place, _)| column_at(&projection.schema, place))
            .collect();
        let plan = Projection::try_new(projection.expr, part.plan.into())?;
        Ok(Below::Part(Part {
            plan: LogicalPlan::Projection(plan),
            tracked,
            spared: part.spared,
        }))
    }

    fn alias(&self, alias: SubqueryAlias) -> Result<Below, DataFusionError> {
        let part = self.part(&alias.input)?;
        let schema = part.plan.schema();
        let tracked = part
            .tracked
            .iter()
            .filter_map(|column| schema.maybe_index_of_column(column))
            .map(|place| column_at(&alias.schema, place))
            .collect();
        let plan = SubqueryAlias::try_new(part.plan.clone().into(), alias.alias)?;
        Ok(Below::Part(Part {
            plan: LogicalPlan::SubqueryAlias(plan),
            tracked,
            spared: part.spared,
        }))
    }

    /// Groups by a tracked column are whole groups.
    fn aggregate(&self, aggregate: Aggregate) -> Result<Below, DataFusionError> {
        let part = self.part(&aggregate.input)?;
        let tracked: Vec<Column> = aggregate
            .group_expr
            .iter()
            .enumerate()
            .filter(|(_, expr)| is_tracked(expr, &part.tracked))
            .map(|(place, _)| column_at(&aggregate.schema, place))
            .collect();
        if tracked.is_empty() || self.is_change {
            return Err(super::not_derived(format!(
                "it is grouped by something else than `{}`",
                self.column
            )));
        }
        let plan = Aggregate::try_new(part.plan.into(), aggregate.group_expr, aggregate.aggr_expr)?;
        Ok(Below::Part(Part {
            plan: LogicalPlan::Aggregate(plan),
            tracked,
            spared: part.spared,
        }))
    }

    fn join(&self, join: Join) -> Result<Below, DataFusionError> {
        if join.null_aware {
            // An empty value among all rows of the other side decides.
            return Err(self.apart());
        }
        let pairs = pairs(&join);
        let left = self.below(join.left.as_ref().clone())?;
        let right = self.below(join.right.as_ref().clone())?;
        let kind = join.join_type;
        let keeps_left = matches!(
            kind,
            JoinType::Inner | JoinType::Left | JoinType::LeftSemi | JoinType::LeftAnti
        );
        let keeps_right = matches!(
            kind,
            JoinType::Inner | JoinType::Right | JoinType::RightSemi | JoinType::RightAnti
        );
        let (left, right, mut tracked, spared) = match (left, right) {
            (Below::Part(left), Below::Part(right)) => {
                let is_closed = pairs
                    .iter()
                    .any(|(l, r)| left.tracked.contains(l) && right.tracked.contains(r));
                if !is_closed || self.is_change {
                    return Err(self.apart());
                }
                let tracked = [left.tracked, right.tracked].concat();
                (left.plan, right.plan, tracked, left.spared + right.spared)
            }
            (Below::Part(left), Below::Other(right)) => {
                let partner = pairs.iter().find(|(l, _)| left.tracked.contains(l));
                let Some((_, partner)) = partner else {
                    if keeps_left {
                        return Self::joined(join, left.plan, right, left.tracked, left.spared);
                    }
                    return Err(self.apart());
                };
                if !keeps_left && self.is_change {
                    return Err(self.apart());
                }
                let right = self.with_values(right, partner)?;
                let mut tracked = left.tracked;
                tracked.push(partner.clone());
                (left.plan, right, tracked, left.spared + 1)
            }
            (Below::Other(left), Below::Part(right)) => {
                let partner = pairs.iter().find(|(_, r)| right.tracked.contains(r));
                let Some((partner, _)) = partner else {
                    if keeps_right {
                        return Self::joined(join, left, right.plan, right.tracked, right.spared);
                    }
                    return Err(self.apart());
                };
                if !keeps_right && self.is_change {
                    return Err(self.apart());
                }
                let left = self.with_values(left, partner)?;
                let mut tracked = right.tracked;
                tracked.push(partner.clone());
                (left, right.plan, tracked, right.spared + 1)
            }
            (Below::Other(_), Below::Other(_)) => return Err(self.apart()),
        };
        // A column is tracked above the join while no row gets an empty value there for want of a partner.
        let of_left = |column: &Column| left.schema().has_column(column);
        match kind {
            JoinType::Inner => {}
            JoinType::Left | JoinType::LeftSemi | JoinType::LeftAnti => tracked.retain(of_left),
            JoinType::Right | JoinType::RightSemi | JoinType::RightAnti => {
                tracked.retain(|column| !of_left(column));
            }
            _ => tracked.clear(),
        }
        Self::joined(join, left, right, tracked, spared)
    }

    fn joined(
        join: Join,
        left: LogicalPlan,
        right: LogicalPlan,
        tracked: Vec<Column>,
        spared: usize,
    ) -> Result<Below, DataFusionError> {
        let plan = LogicalPlan::Join(join);
        Ok(Below::Part(Part {
            plan: plan.with_new_exprs(plan.expressions(), vec![left, right])?,
            tracked,
            spared,
        }))
    }

    fn apart(&self) -> DataFusionError {
        super::not_derived(format!(
            "it is joined by something else than `{}`",
            self.column
        ))
    }

    /// The rows of a plan that have one of the values in a column.
    fn with_values(
        &self,
        plan: LogicalPlan,
        column: &Column,
    ) -> Result<LogicalPlan, DataFusionError> {
        self.looked.borrow_mut().extend(origin(&plan, column));
        let column = Expr::Column(column.clone());
        let list = InList::new(Box::new(column.clone()), self.values.clone(), false);
        let wanted = if self.has_null {
            Expr::InList(list).or(column.is_null())
        } else {
            Expr::InList(list)
        };
        LogicalPlanBuilder::from(plan).filter(wanted)?.build()
    }
}

fn is_tracked(expr: &Expr, tracked: &[Column]) -> bool {
    match expr {
        Expr::Alias(alias) => is_tracked(&alias.expr, tracked),
        Expr::Column(column) => tracked.contains(column),
        _ => false,
    }
}

/// The columns that must be equal for a left and a right row to join.
fn pairs(join: &Join) -> Vec<(Column, Column)> {
    let mut pairs = Vec::new();
    let mut take = |one: &Expr, other: &Expr| {
        let (Expr::Column(one), Expr::Column(other)) = (one, other) else {
            return;
        };
        let (left, right) = (join.left.schema(), join.right.schema());
        if left.has_column(one) && right.has_column(other) {
            pairs.push((one.clone(), other.clone()));
        } else if left.has_column(other) && right.has_column(one) {
            pairs.push((other.clone(), one.clone()));
        }
    };
    for (one, other) in &join.on {
        take(one, other);
    }
    for conjunct in join.filter.iter().flat_map(split_conjunction) {
        if let Expr::BinaryExpr(BinaryExpr {
            left,
            op: Operator::Eq,
            right,
        }) = conjunct
        {
            take(left, right);
        }
    }
    pairs
}
