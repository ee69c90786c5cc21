//! How the rows of a query follow from those of its datasets, so that a change of a dataset can be carried into the
//! rows of the query without computing all of them.
//!
//! A query is *linear* in a dataset when its rows for two sets of rows are those for each, put together: filters,
//! projections, joins and unions are, counting and sorting out are not. The rows that come or go with a change are then
//! those of the same query over the change alone. A query that groups once over something linear is kept as groups with
//! counts and sums, into which those of a change are merged; what stands above the groups is linear in them.
//!
//! What a query is asked for over a change is the same text, planned by the same session: there is no second way to
//! read. Anything that is not known to be linear is not followed, and the answer says why.

mod follow;
mod groups;
mod restrict;

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{Column, DFSchema, DataFusionError};
use datafusion::datasource::source_as_provider;
use datafusion::logical_expr::expr::ScalarFunction;
use datafusion::logical_expr::{
    Aggregate, Distinct, EmptyRelation, Expr, LogicalPlan, TableScan, Union, Volatility,
};
use yandu_words::id::DatasetId;

use crate::session::DatasetProvider;
use crate::{ReadPoint, Result, Rows, Session};
use restrict::Restriction;

pub use restrict::Only;

/// What a session is asked of a query.
#[derive(Debug)]
pub(crate) enum Question {
    /// Its rows; over a change, those that come or go with it.
    Rows,
    /// What has to be kept of its groups.
    Groups,
    /// The rows that follow from groups; of a part of them only the rows that it makes.
    Finish {
        groups: Vec<RecordBatch>,
        is_part: bool,
    },
}

/// What is kept of one aggregate of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeptAs {
    /// How many values there are.
    Count,
    /// How many values there are, and their sum.
    Sum,
    /// How many values there are, and the least.
    Min,
    /// How many values there are, and the greatest.
    Max,
    /// How many values there are, and their sum.
    Mean,
}

/// An aggregate of a query, and what is kept of it.
#[derive(Debug, Clone)]
pub struct Kept {
    /// As the query writes it.
    pub name: String,
    pub kept_as: KeptAs,
}

/// The form of a query, as far as changes are concerned.
#[derive(Debug, Clone)]
pub enum Form {
    /// Every row follows from single rows of the datasets.
    Rows,
    /// Every row follows from a group, or a group with single rows of other datasets.
    Groups {
        /// The columns that make a group, as the query writes them.
        by: Vec<String>,
        keeps: Vec<Kept>,
        /// Finished groups: the columns that make a group, then the aggregates, under names of their places.
        schema: SchemaRef,
    },
}

/// A column of a changed dataset by whose values in the changed rows a query can be cut down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Followed {
    pub column: String,
    /// The columns of datasets in which the values are then looked for.
    pub looked: BTreeSet<(DatasetId, String)>,
}

/// How changes of one dataset can be followed: into the groups of a query that has groups, else into its rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ways {
    /// Why the changed rows alone do not tell; `None` when they do.
    pub bar: Option<String>,
    /// A column by whose values in the changed rows other datasets can be cut down.
    pub cut: Option<Followed>,
    /// A column by whose values in the changed rows all can be cut down, before the change and after it.
    pub key: Option<Followed>,
    /// Of a query with groups such a column by which whole groups, and all that follows, can be computed anew.
    pub regroup: Option<Followed>,
}

impl Ways {
    /// Whether there is none.
    pub fn is_barred(&self) -> bool {
        self.bar.is_some() && self.key.is_none() && self.regroup.is_none()
    }
}

/// How the rows of a query follow from those of its datasets.
#[derive(Debug, Clone)]
pub struct Derivation {
    /// The datasets that it reads.
    pub inputs: BTreeSet<DatasetId>,
    pub form: Form,
    /// How the changes of each dataset can be followed.
    pub ways: BTreeMap<DatasetId, Ways>,
    /// The plan, for people.
    pub plan: String,
}

impl Session {
    /// Says how the rows of a query follow from those of its datasets. Nothing is read.
    pub async fn derivation(&self, sql: &str) -> Result<Derivation> {
        self.needs_administrator("how the rows of a query follow")?;
        let (context, _) = self.context();
        let plan = self.plan(&context, sql).await?;
        let shown = context.state().optimize(&plan);
        let shown = shown.map_err(|error| self.failed(sql, error))?;
        let plan = without_distinct(plan).map_err(|error| self.failed(sql, error))?;
        let shown = shown.display_indent().to_string();
        analyse(&plan, shown).map_err(|error| self.failed(sql, error))
    }

    /// What has to be kept of the groups of a query: the columns that make the group, the number of its rows, and for
    /// each aggregate what [`KeptAs`] says. At a read point with a change, of the changed rows alone.
    pub async fn groups(&self, sql: &str) -> Result<Rows> {
        self.ask(sql, Question::Groups).await
    }

    /// The rows of a query whose finished groups are given; when they are a part of all groups, the rows that follow
    /// from them.
    pub async fn finish_groups(
        &self,
        sql: &str,
        groups: Vec<RecordBatch>,
        is_part: bool,
    ) -> Result<Rows> {
        self.ask(sql, Question::Finish { groups, is_part }).await
    }
}

fn analyse(plan: &LogicalPlan, shown: String) -> Result<Derivation, DataFusionError> {
    let columns = columns(plan)?;
    let unsteady = unsteady(plan)?;
    let groups = groups::find(plan);
    let ways = columns
        .iter()
        .map(|(input, columns)| {
            let ways = match (&unsteady, &groups) {
                (Some(why), _) => Ways {
                    bar: Some(why.clone()),
                    ..Ways::default()
                },
                (None, Ok(Some(found))) => ways_into_groups(plan, found, input, columns),
                (None, Ok(None)) => ways_into_rows(plan, input, columns),
                (None, Err(why)) => Ways {
                    bar: Some(why.clone()),
                    cut: None,
                    ..ways_into_rows(plan, input, columns)
                },
            };
            (input.clone(), ways)
        })
        .collect();
    let form = match groups {
        Ok(Some(found)) => Form::Groups {
            by: found
                .aggregate
                .group_expr
                .iter()
                .map(groups::written)
                .collect(),
            keeps: found.keeps,
            schema: groups::finished_schema(found.aggregate),
        },
        Ok(None) | Err(_) => Form::Rows,
    };
    Ok(Derivation {
        inputs: columns.into_keys().collect(),
        form,
        ways,
        plan: shown,
    })
}

fn ways_into_rows(plan: &LogicalPlan, input: &DatasetId, columns: &SchemaRef) -> Ways {
    let bar = follow::follow(plan, &|node| reads(node, input)).err();
    let column_of = |is_change| Restriction::column_of(plan, input, columns, is_change);
    Ways {
        cut: if bar.is_none() { column_of(true) } else { None },
        key: column_of(false),
        regroup: None,
        bar,
    }
}

fn ways_into_groups(
    plan: &LogicalPlan,
    found: &groups::Found<'_>,
    input: &DatasetId,
    columns: &SchemaRef,
) -> Ways {
    let is_input = |node: &LogicalPlan| reads(node, input);
    let below = &found.aggregate.input;
    let regroup = Restriction::column_of(plan, input, columns, false);
    if follow::count(plan, &is_input) > follow::count(below, &is_input) {
        return Ways {
            bar: Some("is read beside the groups, whose rows would be needed too".to_owned()),
            regroup,
            ..Ways::default()
        };
    }
    Ways {
        regroup,
        ..ways_into_rows(below, input, columns)
    }
}

/// The plan that answers a question about a query, at a read point, over the rows that a session is cut down to.
pub(crate) fn answer(
    plan: LogicalPlan,
    question: Question,
    at: &ReadPoint,
    only: Option<&Only>,
) -> Result<LogicalPlan, DataFusionError> {
    let plan = without_distinct(plan)?;
    match question {
        Question::Rows => changed(plan, at, only),
        Question::Groups => {
            let found = groups::find(&plan).map_err(not_derived)?;
            let found = found.ok_or_else(|| not_derived("it does not group".to_owned()))?;
            let input = changed(found.aggregate.input.as_ref().clone(), at, only)?;
            groups::kept(found.aggregate, input)
        }
        Question::Finish { groups, is_part } => {
            let is_group = |node: &LogicalPlan| matches!(node, LogicalPlan::Aggregate(_));
            let plan = if is_part {
                only_branches(plan, &is_group)?
            } else {
                plan
            };
            groups::finish(plan, groups)
        }
    }
}

/// A plan over a change, when the read point has one, and over the rows that a session is cut down to.
fn changed(
    plan: LogicalPlan,
    at: &ReadPoint,
    only: Option<&Only>,
) -> Result<LogicalPlan, DataFusionError> {
    let is_change = !at.changes.is_empty();
    let is_changed = |node: &LogicalPlan| at.changes.keys().any(|changed| reads(node, changed));
    if is_change {
        follow::follow(&plan, &is_changed).map_err(not_derived)?;
    }
    let plan = match only {
        Some(only) => Restriction::new(only, is_change)?.apply(plan)?,
        None => plan,
    };
    if is_change {
        only_branches(plan, &is_changed)
    } else {
        Ok(plan)
    }
}

fn not_derived(why: String) -> DataFusionError {
    DataFusionError::External(Box::new(crate::Error::NotDerived(why)))
}

/// The datasets that a plan reads, in its subqueries too, each with its columns, those of its key first.
pub(crate) fn columns(
    plan: &LogicalPlan,
) -> Result<BTreeMap<DatasetId, SchemaRef>, DataFusionError> {
    let mut columns = BTreeMap::new();
    plan.apply_with_subqueries(|node| {
        if let LogicalPlan::TableScan(TableScan { source, .. }) = node
            && let Ok(provider) = source_as_provider(source)
        {
            let provider: &dyn std::any::Any = provider.as_ref();
            if let Some(provider) = provider.downcast_ref::<DatasetProvider>() {
                columns.insert(provider.dataset().clone(), provider.columns_by_key());
            }
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(columns)
}

pub(crate) fn dataset_of(node: &LogicalPlan) -> Option<DatasetId> {
    let LogicalPlan::TableScan(TableScan { source, .. }) = node else {
        return None;
    };
    let provider = source_as_provider(source).ok()?;
    let provider: &dyn std::any::Any = provider.as_ref();
    let provider = provider.downcast_ref::<DatasetProvider>()?;
    Some(provider.dataset().clone())
}

/// The column of a dataset whose values a column of a plan has, where it is one as it stands.
fn origin(plan: &LogicalPlan, column: &Column) -> Option<(DatasetId, String)> {
    if let Some(dataset) = dataset_of(plan) {
        return Some((dataset, column.name.clone()));
    }
    let place = plan.schema().maybe_index_of_column(column)?;
    let below =
        |input: &LogicalPlan, place: usize| origin(input, &column_at(input.schema(), place));
    match plan {
        LogicalPlan::SubqueryAlias(alias) => below(&alias.input, place),
        LogicalPlan::Projection(projection) => match projection.expr.get(place)? {
            Expr::Column(column) => origin(&projection.input, column),
            Expr::Alias(alias) => match alias.expr.as_ref() {
                Expr::Column(column) => origin(&projection.input, column),
                _ => None,
            },
            _ => None,
        },
        LogicalPlan::Filter(_) | LogicalPlan::Join(_) | LogicalPlan::Sort(_) => plan
            .inputs()
            .into_iter()
            .find(|input| input.schema().has_column(column))
            .and_then(|input| origin(input, column)),
        _ => None,
    }
}

/// A column of a schema by its place.
pub(crate) fn column_at(schema: &DFSchema, place: usize) -> Column {
    let (qualifier, field) = schema.qualified_field(place);
    Column::new(qualifier.cloned(), field.name())
}

pub(crate) fn reads(node: &LogicalPlan, dataset: &DatasetId) -> bool {
    dataset_of(node).is_some_and(|found| found == *dataset)
}

/// Why a query may give other rows for the same datasets, if it may.
pub(crate) fn unsteady(plan: &LogicalPlan) -> Result<Option<String>, DataFusionError> {
    let mut found = None;
    plan.apply_with_subqueries(|node| {
        node.apply_expressions(|expr| {
            expr.apply(|expr| {
                if let Expr::ScalarFunction(ScalarFunction { func, .. }) = expr
                    && func.signature().volatility != Volatility::Immutable
                {
                    found = Some(format!("`{}` gives another value each time", func.name()));
                }
                Ok(TreeNodeRecursion::Continue)
            })
        })
    })?;
    Ok(found)
}

/// Writes `DISTINCT` as the grouping that it is.
fn without_distinct(plan: LogicalPlan) -> Result<LogicalPlan, DataFusionError> {
    let plan = plan.transform_down(|node| {
        let LogicalPlan::Distinct(Distinct::All(input)) = &node else {
            return Ok(Transformed::no(node));
        };
        let columns = input.schema().columns().into_iter().map(Expr::Column);
        match Aggregate::try_new(input.clone(), columns.collect(), Vec::new()) {
            Ok(aggregate) => Ok(Transformed::yes(LogicalPlan::Aggregate(aggregate))),
            Err(_) => Ok(Transformed::no(node)),
        }
    })?;
    Ok(plan.data)
}

/// Empties the branches of unions in which nothing of a kind is read, where others read it: they do not change.
fn only_branches(
    plan: LogicalPlan,
    is_wanted: &dyn Fn(&LogicalPlan) -> bool,
) -> Result<LogicalPlan, DataFusionError> {
    let plan = plan.transform_down(|node| {
        let LogicalPlan::Union(union) = &node else {
            return Ok(Transformed::no(node));
        };
        if !follow::contains(&node, is_wanted) {
            return Ok(Transformed::no(node));
        }
        let inputs = union.inputs.iter().map(|input| {
            if follow::contains(input, is_wanted) {
                input.clone()
            } else {
                LogicalPlan::EmptyRelation(EmptyRelation {
                    produce_one_row: false,
                    schema: input.schema().clone(),
                })
                .into()
            }
        });
        Ok(Transformed::yes(LogicalPlan::Union(Union {
            inputs: inputs.collect(),
            schema: union.schema.clone(),
        })))
    })?;
    Ok(plan.data)
}

#[cfg(test)]
mod tests;
