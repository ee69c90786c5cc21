//! Which rows of a query rows of one of its datasets take part in: provenance the other way round.
//!
//! The query is asked over the chosen rows in the place of the dataset, all else being as it is. What stands above a
//! group then is the group that a chosen row is in, with its other rows, so the groups are found first and looked up by
//! their values, as a reader would do.
//!
//! Invariant: a row of the answer that is not given would be the same if the chosen rows were not there, as far as they
//! do not decide.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::compute::{cast, concat_batches};
use arrow::datatypes::{Field, Schema, SchemaRef};
use datafusion::common::{DataFusionError, JoinType};
use datafusion::execution::context::SessionContext;
use datafusion::logical_expr::utils::{conjunction, grouping_set_to_exprlist};
use datafusion::logical_expr::{
    Aggregate, Distinct, DistinctOn, EmptyRelation, Expr, Join, LogicalPlan, LogicalPlanBuilder,
    Projection, Union, Window,
};
use futures::TryStreamExt;
use futures::future::{BoxFuture, FutureExt};
use yandu_words::id::DatasetId;

use super::Touched;
use super::condition::{Values, conditions, met};
use super::plain::is_plain;
use super::read::{is_of_planning, rows_of};
use super::trace::parts_of;
use super::wanted::{Alone, Partner};
use crate::derive::column_at;
use crate::{Result, Session, derive};

/// Groups that are looked up by their values; more are joined.
const GROUPS: usize = 1_000;

const UNPLANNED: &str = "what it is joined with or compared with could not be looked at";

type Planned = Result<Option<LogicalPlan>, DataFusionError>;

impl Session {
    /// The rows of a query that rows of a dataset, named by values of its columns, take part in: at most so many.
    ///
    /// It has the time limit of a query, and reads all datasets at one moment.
    pub async fn touched(
        &self,
        sql: &str,
        dataset: &DatasetId,
        rows: &RecordBatch,
        limit: usize,
    ) -> Result<Touched> {
        let (session, sql) = (self.clone(), sql.to_owned());
        let (dataset, rows) = (dataset.clone(), rows.clone());
        self.carry_out(async move { session.followed(&sql, &dataset, &rows, limit).await })
            .await
    }

    async fn followed(
        &self,
        sql: &str,
        dataset: &DatasetId,
        rows: &RecordBatch,
        limit: usize,
    ) -> Result<Touched> {
        let failed = |error| self.failed(sql, error);
        let (context, _pins, plan, inputs) = self.plan_at_once(sql).await?;
        let readings = count(&plan, dataset).map_err(failed)?;
        let mut forth = Forth {
            context: &context,
            dataset,
            rows,
            target: 0,
            met: 0,
            partners: 0,
            doubts: BTreeSet::new(),
        };
        if let Some(why) = derive::unsteady(&plan).map_err(failed)? {
            forth.doubts.insert(why);
        }
        let mut found = Found::new(limit);
        for target in 0..readings {
            (forth.target, forth.met) = (target, 0);
            let walked = match forth.walk(&plan).await {
                Ok(Some(walked)) => found.read(&context, walked).await,
                Ok(None) => Ok(()),
                Err(error) => Err(error),
            };
            match walked {
                Err(error) if is_of_planning(&error) => {
                    forth.doubts.insert(UNPLANNED.to_owned());
                    found.read(&context, plan.clone()).await.map_err(failed)?;
                }
                walked => walked.map_err(failed)?,
            }
        }
        let more = found.count > limit;
        let rows = found.rows(&plan).map_err(failed)?;
        Ok(Touched {
            rows: rows.slice(0, rows.num_rows().min(limit)),
            more,
            decides: inputs.contains_key(dataset) && !is_plain(&plan, false),
            doubts: forth.doubts.into_iter().collect(),
        })
    }
}

/// How often a dataset is read in a plan, its sub-queries apart.
fn count(plan: &LogicalPlan, dataset: &DatasetId) -> Result<usize, DataFusionError> {
    use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
    let mut found = 0;
    plan.apply(|node| {
        found += usize::from(derive::reads(node, dataset));
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(found)
}

/// Rows of an answer, one more than are wanted at most.
struct Found {
    limit: usize,
    batches: Vec<RecordBatch>,
    count: usize,
}

impl Found {
    fn new(limit: usize) -> Self {
        Self {
            limit,
            batches: Vec::new(),
            count: 0,
        }
    }

    async fn read(
        &mut self,
        context: &SessionContext,
        plan: LogicalPlan,
    ) -> Result<(), DataFusionError> {
        if self.count > self.limit {
            return Ok(());
        }
        let fetch = self.limit + 1 - self.count;
        let plan = LogicalPlanBuilder::from(plan)
            .limit(0, Some(fetch))?
            .build()?;
        let mut rows = rows_of(context, &plan).await?;
        while let Some(rows) = rows.try_next().await? {
            self.count += rows.num_rows();
            self.batches.push(rows);
        }
        Ok(())
    }
}

impl Found {
    /// All rows, with the types of the first: of two plans the engine may give the same texts in two forms.
    fn rows(&self, plan: &LogicalPlan) -> Result<RecordBatch, DataFusionError> {
        let schema = self
            .batches
            .first()
            .map_or_else(|| Arc::clone(plan.schema().inner()), RecordBatch::schema);
        let batches = self.batches.iter().map(|rows| {
            let columns = rows.columns().iter().zip(schema.fields());
            let columns = columns.map(|(column, field)| cast(column, field.data_type()));
            RecordBatch::try_new(loose(&schema), columns.collect::<Result<_, _>>()?)
        });
        let batches = batches.collect::<Result<Vec<_>, _>>()?;
        Ok(concat_batches(&loose(&schema), &batches)?)
    }
}

/// The same columns, any of which may miss values.
fn loose(schema: &SchemaRef) -> SchemaRef {
    let fields = schema.fields().iter();
    let fields = fields.map(|field| field.as_ref().clone().with_nullable(true));
    Arc::new(Schema::new(fields.collect::<Vec<Field>>()))
}

/// A walk from one reading of the dataset up to the answer.
struct Forth<'a> {
    context: &'a SessionContext,
    dataset: &'a DatasetId,
    /// The chosen rows, by values of columns.
    rows: &'a RecordBatch,
    /// Which reading of the dataset the walk starts from, and how many it has met.
    target: usize,
    met: usize,
    partners: usize,
    doubts: BTreeSet<String>,
}

impl Forth<'_> {
    /// The rows of a plan that a chosen row takes part in; `None` when the reading is not in it, or only decides.
    fn walk<'p>(&'p mut self, plan: &'p LogicalPlan) -> BoxFuture<'p, Planned> {
        async move {
            match plan {
                LogicalPlan::TableScan(_) => self.scan(plan),
                LogicalPlan::Union(union) => self.union(union).await,
                LogicalPlan::Join(join) => self.join(plan, join).await,
                LogicalPlan::Aggregate(aggregate) => self.aggregate(plan, aggregate).await,
                LogicalPlan::Window(window) => self.window(plan, window).await,
                LogicalPlan::Distinct(Distinct::On(distinct)) => {
                    self.distinct_on(plan, distinct).await
                }
                LogicalPlan::Limit(_) => self.cut(plan).await,
                LogicalPlan::Sort(sort) if sort.fetch.is_some() => self.cut(plan).await,
                LogicalPlan::Projection(_)
                | LogicalPlan::Filter(_)
                | LogicalPlan::SubqueryAlias(_)
                | LogicalPlan::Distinct(Distinct::All(_))
                | LogicalPlan::Repartition(_)
                | LogicalPlan::Sort(_)
                | LogicalPlan::Unnest(_) => {
                    let Some(input) = plan.inputs().first().copied() else {
                        return Ok(None);
                    };
                    let Some(below) = self.walk(input).await? else {
                        return Ok(None);
                    };
                    plan.with_new_exprs(plan.expressions(), vec![below])
                        .map(Some)
                }
                other => self.whole(other, "it is read in a way that cannot be followed"),
            }
        }
        .boxed()
    }

    fn scan(&mut self, plan: &LogicalPlan) -> Planned {
        if !derive::reads(plan, self.dataset) {
            return Ok(None);
        }
        self.met += 1;
        if self.met != self.target + 1 {
            return Ok(None);
        }
        filtered(plan, conditions(plan.schema(), self.rows)?).map(Some)
    }

    /// All rows of a plan, when the reading is in it.
    fn whole(&mut self, plan: &LogicalPlan, why: &str) -> Planned {
        let before = self.met;
        self.met += count(plan, self.dataset)?;
        if (before..self.met).contains(&self.target) {
            self.doubts.insert(why.to_owned());
            return Ok(Some(plan.clone()));
        }
        Ok(None)
    }

    async fn union(&mut self, union: &Union) -> Planned {
        let mut inputs = Vec::with_capacity(union.inputs.len());
        let mut is_there = false;
        for input in &union.inputs {
            let below = self.walk(input).await?;
            is_there |= below.is_some();
            let nothing = || {
                LogicalPlan::EmptyRelation(EmptyRelation {
                    produce_one_row: false,
                    schema: input.schema().clone(),
                })
            };
            inputs.push(below.unwrap_or_else(nothing).into());
        }
        Ok(is_there.then(|| {
            LogicalPlan::Union(Union {
                inputs,
                schema: union.schema.clone(),
            })
        }))
    }

    async fn join(&mut self, plan: &LogicalPlan, join: &Join) -> Planned {
        use JoinType::{Full, Inner, Left, LeftAnti, LeftMark, Right, RightAnti, RightMark};
        let looks_aside = |plan: &LogicalPlan| {
            use datafusion::common::tree_node::TreeNode;
            plan.exists(|node| Ok(matches!(node, LogicalPlan::Subquery(_))))
        };
        if looks_aside(&join.left)? || looks_aside(&join.right)? {
            return self.whole(plan, "it is joined with what is read for each of its rows");
        }
        let left = self.walk(&join.left).await?;
        let right = self.walk(&join.right).await?;
        let kind = join.join_type;
        let (left, right, kind) = match (left, right) {
            (Some(left), None) => {
                let kind = match kind {
                    RightAnti | RightMark => return Ok(None),
                    Full => Left,
                    Right => Inner,
                    kind => kind,
                };
                (left, join.right.as_ref().clone(), kind)
            }
            (None, Some(right)) => {
                let kind = match kind {
                    LeftAnti | LeftMark => return Ok(None),
                    Full => Right,
                    Left => Inner,
                    kind => kind,
                };
                (join.left.as_ref().clone(), right, kind)
            }
            _ => return Ok(None),
        };
        let joined = Join::try_new(
            left.into(),
            right.into(),
            join.on.clone(),
            join.filter.clone(),
            kind,
            join.join_constraint,
            join.null_equality,
            join.null_aware,
        )?;
        Ok(Some(LogicalPlan::Join(joined)))
    }

    /// The groups that the rows below are in.
    async fn aggregate(&mut self, plan: &LogicalPlan, aggregate: &Aggregate) -> Planned {
        let Some(below) = self.walk(&aggregate.input).await? else {
            return Ok(None);
        };
        if aggregate.group_expr.is_empty() {
            let mut found = Found::new(0);
            found.read(self.context, below).await?;
            return Ok((found.count > 0).then(|| plan.clone()));
        }
        let exprs: Vec<Expr> = grouping_set_to_exprlist(&aggregate.group_expr)?
            .into_iter()
            .cloned()
            .collect();
        let places: Vec<usize> = (0..exprs.len()).collect();
        let in_sets = aggregate
            .group_expr
            .iter()
            .any(|expr| matches!(expr, Expr::GroupingSet(_)));
        if in_sets {
            self.doubts
                .insert("it is grouped in several ways at once".to_owned());
        }
        self.sharing(plan, below, exprs, &places, in_sets).await
    }

    /// Rows in whose part of a window a chosen row is.
    async fn window(&mut self, plan: &LogicalPlan, window: &Window) -> Planned {
        let Some(below) = self.walk(&window.input).await? else {
            return Ok(None);
        };
        self.doubts
            .insert("it is looked at through a window, which sees other rows".to_owned());
        let places = parts_of(window);
        if places.is_empty() {
            return Ok(Some(plan.clone()));
        }
        let exprs = places
            .iter()
            .map(|place| Expr::Column(column_at(window.input.schema(), *place)));
        let exprs = exprs.collect();
        self.sharing(plan, below, exprs, &places, false).await
    }

    async fn distinct_on(&mut self, plan: &LogicalPlan, distinct: &DistinctOn) -> Planned {
        let Some(below) = self.walk(&distinct.input).await? else {
            return Ok(None);
        };
        self.doubts
            .insert("one of several rows is taken, and the others were looked at".to_owned());
        let exprs = distinct.select_expr.clone();
        let places: Vec<usize> = (0..exprs.len()).collect();
        self.sharing(plan, below, exprs, &places, false).await
    }

    /// Rows that are among the first of a plan.
    async fn cut(&mut self, plan: &LogicalPlan) -> Planned {
        let Some(input) = plan.inputs().first().copied() else {
            return Ok(None);
        };
        let Some(below) = self.walk(input).await? else {
            return Ok(None);
        };
        self.doubts
            .insert("it is cut to a number of rows, and others were looked at".to_owned());
        let exprs: Vec<Expr> = input
            .schema()
            .columns()
            .into_iter()
            .map(Expr::Column)
            .collect();
        let places: Vec<usize> = (0..exprs.len()).collect();
        self.sharing(plan, below, exprs, &places, false).await
    }

    /// The rows of a plan that have, in the columns at these places, values that the expressions have in rows below it.
    async fn sharing(
        &mut self,
        plan: &LogicalPlan,
        below: LogicalPlan,
        exprs: Vec<Expr>,
        places: &[usize],
        or_missing: bool,
    ) -> Planned {
        self.partners += 1;
        let values = Projection::try_new(
            exprs
                .into_iter()
                .enumerate()
                .map(|(place, expr)| expr.unalias().alias(format!("v{place}")))
                .collect(),
            below.into(),
        )?;
        let values = LogicalPlanBuilder::from(LogicalPlan::Projection(values))
            .distinct()?
            .build()?;
        let own = places
            .iter()
            .map(|place| Expr::Column(column_at(plan.schema(), *place)));
        let mut found = Found::new(GROUPS);
        found.read(self.context, values.clone()).await?;
        if found.count <= GROUPS {
            let rows = found.rows(&values)?;
            let columns: Vec<(Expr, ArrayRef)> = own.zip(rows.columns().iter().cloned()).collect();
            let values = Values::of(&columns)?;
            return filtered(plan, met(&values, rows.num_rows(), or_missing)).map(Some);
        }
        if or_missing {
            return Ok(Some(plan.clone()));
        }
        let alone = Alone::new(values, self.partners)?;
        let partner = Partner {
            on: own
                .enumerate()
                .map(|(place, own)| (own, alone.column(place)))
                .collect(),
            plan: alone.plan,
            filter: None,
            nulls_are_equal: true,
            is_missing: false,
        };
        partner.among(plan.clone()).map(Some)
    }
}

fn filtered(plan: &LogicalPlan, conditions: Vec<Expr>) -> Result<LogicalPlan, DataFusionError> {
    match conjunction(conditions) {
        Some(condition) => LogicalPlanBuilder::from(plan.clone())
            .filter(condition)?
            .build(),
        None => Ok(plan.clone()),
    }
}
