//! Which columns a query's columns come from, read from its plan.
//!
//! **What it promises.** Let the values of one input column change and nothing else. If lineage names the column in
//! [`SqlLineage::whole`], anything may change. If it does not, the rows of the answer stay the same rows, and in each of
//! them only those columns may differ whose [`OutputColumn::from`] names the input column. Random queries over random
//! tables hold this against the engine's own answers. What SQL leaves open is outside the promise: which rows a `LIMIT`
//! without a complete order takes, how ties are numbered, `random()`, and whether a query fails on a value.
//!
//! **Which plan.** The plan as it was written, with names resolved and before any rule of the optimiser. An optimised
//! plan would prune more, but it speaks another language than the author: subqueries have become joins, a `WHERE` may
//! have become part of a scan, an expression is computed once for two columns, and a rule may use what the tables hold.
//! Lineage would then change with the data and with each release of the engine. The optimiser keeps the answer as it
//! is, so what holds for the written plan holds for what is run. Columns that nothing uses are left out all the same,
//! because flows are followed by place from the scans upwards: a column that no expression reads ends where it began.
//!
//! **Subqueries and recursion.** A subquery is followed with the columns of the queries around it in sight. The terms of a
//! recursive query are followed until nothing is added; flows only ever grow, and there are finitely many.
//!
//! A model is one table here. How models hang together is a graph that others build of these answers.

mod expression;
mod flows;
mod plan;

pub(crate) use plan::lineage as of_plan;

use datafusion::execution::context::SessionContext;
use datafusion::logical_expr::LogicalPlan;
use serde::{Deserialize, Serialize};
use yandu_words::id::DatasetId;

use crate::{Error, QueryCause, QueryProblem, Result, Session};

/// How a column of an input reaches an output.
///
/// The first three are direct: values flow. The others are indirect: values decide. One input column may reach an
/// output in several ways, and then has a flow for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FlowKind {
    /// What arrives is a value of the column, unchanged, perhaps under another name.
    Copied,
    /// What arrives was computed from single values.
    Transformed,
    /// What arrives was computed from the values of many rows.
    Aggregated,
    /// The values decide which rows there are.
    Filter,
    /// The values decide which rows belong together.
    Join,
    /// The values decide which rows become one.
    Group,
    /// The values decide an order that decides what is taken.
    Sort,
    /// The values decide which rows a window function looks at, and in which order.
    Window,
}

impl FlowKind {
    pub const ALL: [Self; 8] = [
        Self::Copied,
        Self::Transformed,
        Self::Aggregated,
        Self::Filter,
        Self::Join,
        Self::Group,
        Self::Sort,
        Self::Window,
    ];

    /// Whether values flow, rather than decide.
    pub fn is_direct(self) -> bool {
        matches!(self, Self::Copied | Self::Transformed | Self::Aggregated)
    }

    /// The name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Copied => "copied",
            Self::Transformed => "transformed",
            Self::Aggregated => "aggregated",
            Self::Filter => "filter",
            Self::Join => "join",
            Self::Group => "group",
            Self::Sort => "sort",
            Self::Window => "window",
        }
    }
}

impl std::fmt::Display for FlowKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// One way in which one column of a dataset reaches an output.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Flow {
    pub dataset: DatasetId,
    pub column: String,
    pub kind: FlowKind,
}

/// A column of the answer with what reaches it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputColumn {
    pub name: String,
    /// In order of dataset, column, kind. Indirect kinds stand here when they reach this column alone: the order of a
    /// window, the `FILTER` of an aggregate, the conditions inside a subquery that gives a value.
    pub from: Vec<Flow>,
}

/// Which columns of which datasets a query's answer depends on, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SqlLineage {
    /// Every dataset that the query names, also one of which only the rows are counted.
    pub inputs: Vec<DatasetId>,
    /// The columns of the answer, in its order.
    pub columns: Vec<OutputColumn>,
    /// What decides which rows there are, or which belong together: a change of it may change every column.
    pub whole: Vec<Flow>,
    /// What decides in which order the rows come, which is the same rows in any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub order: Vec<Flow>,
}

impl SqlLineage {
    /// The flows of one output column.
    pub fn column(&self, name: &str) -> Option<&OutputColumn> {
        self.columns.iter().find(|column| column.name == name)
    }
}

impl Session {
    /// The lineage of one `SELECT`. Nothing is read: the declared columns are enough.
    pub async fn lineage(&self, sql: &str) -> Result<SqlLineage> {
        let (context, _) = self.context();
        let plan = self.plan_select(&context, sql).await?;
        of_plan(&plan).map_err(|error| self.failed(sql, error))
    }

    /// The plan of a query as it was written, when it asks for rows and not for a plan.
    pub(crate) async fn plan_select(
        &self,
        context: &SessionContext,
        sql: &str,
    ) -> Result<LogicalPlan> {
        let plan = self.plan(context, sql).await?;
        match plan {
            LogicalPlan::Explain(_) | LogicalPlan::Analyze(_) | LogicalPlan::DescribeTable(_) => {
                Err(Error::Query(QueryProblem {
                    cause: QueryCause::Unsupported,
                    message: "only a SELECT can be followed and explained".to_owned(),
                    line: None,
                    column: None,
                    help: Some("leave out EXPLAIN or DESCRIBE".to_owned()),
                }))
            }
            plan => Ok(plan),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
