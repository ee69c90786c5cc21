//! Flows through the nodes of a plan.
//!
//! Each node answers for its own columns by place. What is kept, from the scans upwards: while a source is not in
//! `whole`, a change of it leaves the rows of the node the same rows, and changes in them only columns that name it.

use std::collections::BTreeSet;
use std::rc::Rc;

use datafusion::catalog::cte_worktable::CteWorkTable;
use datafusion::common::{DFSchema, DFSchemaRef, DataFusionError};
use datafusion::datasource::empty::EmptyTable;
use datafusion::datasource::source_as_provider;
use datafusion::logical_expr::utils::grouping_set_to_exprlist;
use datafusion::logical_expr::{
    Aggregate, Distinct, DistinctOn, Expr, Join, JoinType, LogicalPlan, RecursiveQuery, SortExpr,
    Subquery, TableScan, Unnest,
};
use yandu_words::id::DatasetId;

use crate::door::SecuredProvider;
use crate::lineage::flows::{Flows, Sources};
use crate::lineage::{FlowKind, OutputColumn, SqlLineage};
use crate::session::provider::DatasetProvider;

pub(crate) type Result<T> = std::result::Result<T, DataFusionError>;

/// What reaches the output of one node.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Node {
    /// By place in the node's schema.
    pub(crate) columns: Vec<Flows>,
    /// What decides which rows there are.
    pub(crate) whole: Flows,
    /// What decides the order of the rows. It matters only to what looks at it: a limit, a window, `array_agg`.
    pub(crate) order: Flows,
}

/// Columns that an expression may name.
#[derive(Debug)]
pub(crate) struct Part {
    pub(crate) schema: DFSchemaRef,
    pub(crate) columns: Vec<Flows>,
}

/// All that an expression may name: one input, or the two of a join.
pub(crate) type Scope = Rc<Vec<Rc<Part>>>;

/// The rows that a recursive query has made so far.
struct Recursion {
    name: String,
    rows: Node,
}

/// A walk over one plan.
#[derive(Default)]
pub(crate) struct Walk {
    sources: Sources,
    inputs: BTreeSet<DatasetId>,
    /// The queries around the subquery under way, the nearest last.
    pub(crate) outer: Vec<Scope>,
    /// What stands left of the joins under way, for a lateral subquery on their right, the nearest last.
    lateral: Vec<Rc<Part>>,
    recursions: Vec<Recursion>,
}

pub(crate) fn lineage(plan: &LogicalPlan) -> Result<SqlLineage> {
    let mut walk = Walk::default();
    let node = walk.node(plan)?;
    let fields = plan.schema().fields().iter();
    Ok(SqlLineage {
        columns: fields
            .zip(&node.columns)
            .map(|(field, flows)| OutputColumn {
                name: field.name().clone(),
                from: walk.sources.named(flows),
            })
            .collect(),
        whole: walk.sources.named(&node.whole),
        order: walk.sources.named(&node.order.deciding(FlowKind::Sort)),
        inputs: walk.inputs.into_iter().collect(),
    })
}

impl Node {
    /// What an expression over this node may name.
    fn scope(&self, plan: &LogicalPlan) -> Scope {
        Rc::new(vec![Rc::new(self.part(plan.schema()))])
    }

    fn part(&self, schema: &DFSchemaRef) -> Part {
        Part {
            schema: DFSchemaRef::clone(schema),
            columns: self.columns.clone(),
        }
    }

    fn decided_by(&mut self, flows: Flows, kind: FlowKind) {
        self.whole.merge(&flows.deciding(kind));
    }

    /// Rows that are equal become one: each column decides which are.
    fn distinct(mut self) -> Self {
        let columns = all(&self.columns);
        self.decided_by(columns, FlowKind::Group);
        self
    }

    fn merge(&mut self, other: &Self) {
        for (flows, more) in self.columns.iter_mut().zip(&other.columns) {
            flows.merge(more);
        }
        self.whole.merge(&other.whole);
        self.order.merge(&other.order);
    }
}

fn all(columns: &[Flows]) -> Flows {
    columns.iter().fold(Flows::default(), Flows::merged)
}

pub(crate) fn unexpected(what: &str) -> DataFusionError {
    DataFusionError::Internal(format!("lineage cannot follow {what}"))
}

impl Walk {
    #[recursive::recursive]
    pub(crate) fn node(&mut self, plan: &LogicalPlan) -> Result<Node> {
        let node = match plan {
            LogicalPlan::TableScan(scan) => self.scan(scan)?,
            LogicalPlan::Projection(projection) => {
                let input = self.node(&projection.input)?;
                let scope = input.scope(&projection.input);
                Node {
                    columns: self.each(&projection.expr, &scope)?,
                    ..input
                }
            }
            LogicalPlan::Filter(filter) => {
                let mut input = self.node(&filter.input)?;
                let scope = input.scope(&filter.input);
                let decided = self.flows(&filter.predicate, &scope)?;
                input.decided_by(decided, FlowKind::Filter);
                input
            }
            LogicalPlan::Join(join) => self.join(join)?,
            LogicalPlan::Aggregate(aggregate) => self.aggregate(aggregate)?,
            LogicalPlan::Window(window) => {
                let mut node = self.node(&window.input)?;
                let scope = node.scope(&window.input);
                for expr in &window.window_expr {
                    let flows = self.window(expr, &scope, &node.order)?;
                    node.columns.push(flows);
                }
                node
            }
            LogicalPlan::Sort(sort) => {
                let mut node = self.node(&sort.input)?;
                let scope = node.scope(&sort.input);
                let order = self.sorted(&sort.expr, &scope)?;
                node.order.merge(&order);
                if sort.fetch.is_some() {
                    node.decided_by(node.order.clone(), FlowKind::Sort);
                }
                node
            }
            LogicalPlan::Limit(limit) => {
                let mut node = self.node(&limit.input)?;
                let scope = node.scope(&limit.input);
                for expr in [&limit.skip, &limit.fetch].into_iter().flatten() {
                    let flows = self.flows(expr, &scope)?;
                    node.decided_by(flows, FlowKind::Filter);
                }
                node.decided_by(node.order.clone(), FlowKind::Sort);
                node
            }
            LogicalPlan::Distinct(Distinct::All(input)) => self.node(input)?.distinct(),
            LogicalPlan::Distinct(Distinct::On(distinct)) => self.distinct_on(distinct)?,
            LogicalPlan::Union(union) => {
                let mut node = Node::default();
                node.columns
                    .resize_with(union.schema.fields().len(), Flows::default);
                for input in &union.inputs {
                    let branch = self.node(input)?;
                    self.fits(&branch, &union.schema)?;
                    node.merge(&branch);
                }
                node
            }
            LogicalPlan::Values(values) => {
                let scope = Rc::default();
                let mut node = Node::default();
                node.columns
                    .resize_with(values.schema.fields().len(), Flows::default);
                for row in &values.values {
                    let columns = self.each(row, &scope)?;
                    node.merge(&Node {
                        columns,
                        ..Node::default()
                    });
                }
                node
            }
            LogicalPlan::Unnest(unnest) => self.unnest(unnest)?,
            LogicalPlan::RecursiveQuery(query) => self.recursive(query)?,
            LogicalPlan::Subquery(subquery) => self.lateral_subquery(subquery)?,
            LogicalPlan::SubqueryAlias(alias) => self.node(&alias.input)?,
            LogicalPlan::Repartition(repartition) => self.node(&repartition.input)?,
            LogicalPlan::EmptyRelation(_) | LogicalPlan::DescribeTable(_) => {
                without_sources(plan.schema())
            }
            other => return Err(unexpected(&format!("`{}`", other.display()))),
        };
        self.fits(&node, plan.schema())?;
        Ok(node)
    }

    /// Flows go by place, so a node must have as many as its schema has columns.
    #[expect(clippy::unused_self, reason = "reads better beside the other steps")]
    fn fits(&self, node: &Node, schema: &DFSchema) -> Result<()> {
        if node.columns.len() == schema.fields().len() {
            Ok(())
        } else {
            Err(unexpected("a node whose columns do not fit its schema"))
        }
    }

    /// The flows of several expressions, in order.
    fn each(&mut self, exprs: &[Expr], scope: &Scope) -> Result<Vec<Flows>> {
        exprs.iter().map(|expr| self.flows(expr, scope)).collect()
    }

    pub(crate) fn sorted(&mut self, exprs: &[SortExpr], scope: &Scope) -> Result<Flows> {
        exprs.iter().try_fold(Flows::default(), |order, sort| {
            Ok(order.merged(&self.flows(&sort.expr, scope)?))
        })
    }

    fn scan(&mut self, scan: &TableScan) -> Result<Node> {
        let schema = &scan.projected_schema;
        let provider = source_as_provider(&scan.source)?;
        let provider: &dyn std::any::Any = provider.as_ref();
        let mut node = if provider.is::<CteWorkTable>() {
            self.work_table(scan)?
        } else if let Some(dataset) = dataset_of(scan, provider) {
            let fields = schema.fields().iter();
            let columns = fields.map(|field| self.sources.scanned(&dataset, field.name()));
            let columns = columns.collect();
            self.inputs.insert(dataset);
            Node {
                columns,
                ..Node::default()
            }
        } else {
            without_sources(schema)
        };
        let scope: Scope = Rc::new(vec![Rc::new(node.part(schema))]);
        for filter in &scan.filters {
            let decided = self.flows(filter, &scope)?;
            node.decided_by(decided, FlowKind::Filter);
        }
        Ok(node)
    }

    /// The rows that the recursive query around the scan has made so far.
    fn work_table(&self, scan: &TableScan) -> Result<Node> {
        let name = scan.table_name.table();
        let recursion = self
            .recursions
            .iter()
            .rfind(|recursion| recursion.name == name)
            .ok_or_else(|| unexpected("a working table outside its recursive query"))?;
        let mut rows = recursion.rows.clone();
        if let Some(projection) = &scan.projection {
            rows.columns = projection
                .iter()
                .map(|place| rows.columns.get(*place).cloned().unwrap_or_default())
                .collect();
        }
        Ok(rows)
    }

    fn join(&mut self, join: &Join) -> Result<Node> {
        let left = self.node(&join.left)?;
        let left_part = Rc::new(left.part(join.left.schema()));
        self.lateral.push(Rc::clone(&left_part));
        let right = self.node(&join.right);
        self.lateral.pop();
        let right = right?;
        let right_part = Rc::new(right.part(join.right.schema()));
        let scope: Scope = Rc::new(vec![left_part, right_part]);
        let mut met = Flows::default();
        for (left, right) in &join.on {
            met.merge(&self.flows(left, &scope)?);
            met.merge(&self.flows(right, &scope)?);
        }
        if let Some(filter) = &join.filter {
            met.merge(&self.flows(filter, &scope)?);
        }
        let mark = met
            .clone()
            .merged(&right.whole)
            .merged(&left.whole)
            .deciding(FlowKind::Join);
        let mut node = Node {
            columns: match join.join_type {
                JoinType::Inner | JoinType::Left | JoinType::Right | JoinType::Full => {
                    left.columns.into_iter().chain(right.columns).collect()
                }
                JoinType::LeftSemi | JoinType::LeftAnti => left.columns,
                JoinType::RightSemi | JoinType::RightAnti => right.columns,
                JoinType::LeftMark => left.columns.into_iter().chain([mark]).collect(),
                JoinType::RightMark => right.columns.into_iter().chain([mark]).collect(),
            },
            whole: left.whole.merged(&right.whole),
            order: left.order.merged(&right.order),
        };
        node.decided_by(met, FlowKind::Join);
        Ok(node)
    }

    fn aggregate(&mut self, aggregate: &Aggregate) -> Result<Node> {
        let input = self.node(&aggregate.input)?;
        let scope = input.scope(&aggregate.input);
        let mut columns = Vec::with_capacity(aggregate.schema.fields().len());
        for expr in grouping_set_to_exprlist(&aggregate.group_expr)? {
            columns.push(self.flows(expr, &scope)?);
        }
        let mut node = Node {
            whole: input.whole,
            ..Node::default()
        };
        node.decided_by(all(&columns), FlowKind::Group);
        if matches!(aggregate.group_expr.as_slice(), [Expr::GroupingSet(_)]) {
            // The number of the grouping set, which no value decides.
            columns.push(Flows::default());
        }
        for expr in &aggregate.aggr_expr {
            columns.push(self.aggregated(expr, &scope, &input.order)?);
        }
        node.columns = columns;
        Ok(node)
    }

    /// Of the rows that agree on some expressions, the first in an order.
    fn distinct_on(&mut self, distinct: &DistinctOn) -> Result<Node> {
        let input = self.node(&distinct.input)?;
        let scope = input.scope(&distinct.input);
        let grouped = all(&self.each(&distinct.on_expr, &scope)?);
        let order = match &distinct.sort_expr {
            Some(sort) => self.sorted(sort, &scope)?.merged(&input.order),
            None => input.order,
        };
        let mut node = Node {
            columns: self.each(&distinct.select_expr, &scope)?,
            whole: input.whole,
            order: Flows::default(),
        };
        node.decided_by(grouped, FlowKind::Group);
        node.decided_by(order, FlowKind::Sort);
        Ok(node)
    }

    /// A list gives a row for each of its items: its length decides how many rows there are, as a join would.
    fn unnest(&mut self, unnest: &Unnest) -> Result<Node> {
        let mut node = self.node(&unnest.input)?;
        let mut lengths = Flows::default();
        for (place, _) in &unnest.list_type_columns {
            lengths.merge(node.columns.get(*place).unwrap_or(&Flows::default()));
        }
        let is_opened = |place: &usize| {
            unnest.struct_type_columns.contains(place)
                || unnest
                    .list_type_columns
                    .iter()
                    .any(|(list, _)| list == place)
        };
        node.columns = unnest
            .dependency_indices
            .iter()
            .map(|place| {
                let flows = node.columns.get(*place).cloned().unwrap_or_default();
                if is_opened(place) {
                    flows.raised(FlowKind::Transformed)
                } else {
                    flows
                }
            })
            .collect();
        node.decided_by(lengths, FlowKind::Join);
        Ok(node)
    }

    fn recursive(&mut self, query: &RecursiveQuery) -> Result<Node> {
        let close = |node: Node| {
            if query.is_distinct {
                node.distinct()
            } else {
                node
            }
        };
        let mut rows = close(self.node(&query.static_term)?);
        loop {
            self.recursions.push(Recursion {
                name: query.name.clone(),
                rows: rows.clone(),
            });
            let step = self.node(&query.recursive_term);
            self.recursions.pop();
            let mut grown = rows.clone();
            grown.merge(&step?);
            grown = close(grown);
            if grown == rows {
                return Ok(rows);
            }
            rows = grown;
        }
    }

    /// A subquery in `FROM` that may name what stands left of it.
    fn lateral_subquery(&mut self, subquery: &Subquery) -> Result<Node> {
        let left: Scope = Rc::new(self.lateral.iter().rev().cloned().collect());
        self.inside(left, &subquery.subquery)
    }

    /// Follows a subquery with the columns of the query around it in sight.
    pub(crate) fn inside(&mut self, around: Scope, plan: &LogicalPlan) -> Result<Node> {
        let lateral = std::mem::take(&mut self.lateral);
        self.outer.push(around);
        let node = self.node(plan);
        self.outer.pop();
        self.lateral = lateral;
        node
    }
}

/// The dataset that a scan reads; a plan over declared columns alone has a table of nothing under its name.
fn dataset_of(scan: &TableScan, provider: &dyn std::any::Any) -> Option<DatasetId> {
    if let Some(dataset) = provider.downcast_ref::<DatasetProvider>() {
        return Some(dataset.dataset().clone());
    }
    if let Some(dataset) = provider.downcast_ref::<SecuredProvider>() {
        return Some(dataset.dataset().clone());
    }
    let (pack, name) = (scan.table_name.schema()?, scan.table_name.table());
    if !provider.is::<EmptyTable>() {
        return None;
    }
    format!("{pack}.{name}").parse().ok()
}

fn without_sources(schema: &DFSchema) -> Node {
    Node {
        columns: vec![Flows::default(); schema.fields().len()],
        ..Node::default()
    }
}
