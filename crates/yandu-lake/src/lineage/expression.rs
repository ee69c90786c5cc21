//! Flows through expressions.

use datafusion::common::Column;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::expr::{AggregateFunction, Case, WindowFunction};
use datafusion::logical_expr::utils::AggregateOrderSensitivity;
use datafusion::logical_expr::{Expr, ExprSchemable, Subquery, WindowFunctionDefinition};

use crate::lineage::FlowKind;
use crate::lineage::flows::Flows;
use crate::lineage::plan::{Part, Result, Scope, Walk, unexpected};

/// Functions that give one of their arguments as it is.
const CHOOSING: [&str; 3] = ["coalesce", "ifnull", "nvl"];

impl Walk {
    /// What reaches the value of an expression.
    #[recursive::recursive]
    pub(crate) fn flows(&mut self, expr: &Expr, scope: &Scope) -> Result<Flows> {
        match expr {
            Expr::Column(column) => find(scope, column)
                .ok_or_else(|| unexpected(&format!("the column `{}`", column.flat_name()))),
            Expr::OuterReferenceColumn(_, column) => self.outer_column(column),
            Expr::Alias(alias) => self.flows(&alias.expr, scope),
            Expr::Cast(cast) => {
                let flows = self.flows(&cast.expr, scope)?;
                Ok(if keeps_type(&cast.expr, cast.field.data_type(), scope) {
                    flows
                } else {
                    flows.raised(FlowKind::Transformed)
                })
            }
            Expr::Case(case) => self.case(case, scope),
            Expr::ScalarFunction(call) if CHOOSING.contains(&call.name()) => {
                call.args.iter().try_fold(Flows::default(), |flows, arg| {
                    Ok(flows.merged(&self.flows(arg, scope)?))
                })
            }
            Expr::ScalarSubquery(subquery) => {
                let (value, rows) = self.subquery(subquery, scope)?;
                Ok(value.merged(&rows))
            }
            // Whether there are rows does not depend on what stands in them.
            Expr::Exists(exists) => Ok(self.subquery(&exists.subquery, scope)?.1),
            Expr::InSubquery(within) => self.compared(&within.expr, &within.subquery, scope),
            Expr::SetComparison(compared) => {
                self.compared(&compared.expr, &compared.subquery, scope)
            }
            Expr::AggregateFunction(call) => self.call_aggregate(call, scope, &Flows::default()),
            Expr::WindowFunction(call) => self.call_window(call, scope, &Flows::default()),
            other => self.computed(other, scope),
        }
    }

    /// An expression that computes its value from those of the expressions in it.
    fn computed(&mut self, expr: &Expr, scope: &Scope) -> Result<Flows> {
        let mut flows = Flows::default();
        expr.apply_children(|part| {
            flows.merge(&self.flows(part, scope)?);
            Ok(TreeNodeRecursion::Continue)
        })?;
        Ok(flows.raised(FlowKind::Transformed))
    }

    fn case(&mut self, case: &Case, scope: &Scope) -> Result<Flows> {
        let mut conditions = Flows::default();
        let mut values = Flows::default();
        for expr in case
            .expr
            .iter()
            .chain(case.when_then_expr.iter().map(|(when, _)| when))
        {
            conditions.merge(&self.flows(expr, scope)?);
        }
        for expr in case
            .when_then_expr
            .iter()
            .map(|(_, then)| then)
            .chain(&case.else_expr)
        {
            values.merge(&self.flows(expr, scope)?);
        }
        Ok(values.merged(&conditions.raised(FlowKind::Transformed)))
    }

    fn outer_column(&self, column: &Column) -> Result<Flows> {
        self.outer
            .iter()
            .rev()
            .find_map(|scope| find(scope, column))
            .ok_or_else(|| unexpected(&format!("the outer column `{}`", column.flat_name())))
    }

    /// What reaches the first column of a subquery, and what decides its rows.
    fn subquery(&mut self, subquery: &Subquery, scope: &Scope) -> Result<(Flows, Flows)> {
        let node = self.inside(Scope::clone(scope), &subquery.subquery)?;
        let value = node.columns.into_iter().next().unwrap_or_default();
        Ok((value, node.whole))
    }

    /// Whether a value stands in a certain relation to the rows of a subquery.
    fn compared(&mut self, expr: &Expr, subquery: &Subquery, scope: &Scope) -> Result<Flows> {
        let flows = self.flows(expr, scope)?;
        let (value, rows) = self.subquery(subquery, scope)?;
        Ok(flows
            .merged(&value)
            .raised(FlowKind::Transformed)
            .merged(&rows))
    }

    /// A column of an aggregate node.
    pub(crate) fn aggregated(
        &mut self,
        expr: &Expr,
        scope: &Scope,
        order: &Flows,
    ) -> Result<Flows> {
        match expr {
            Expr::Alias(alias) => self.aggregated(&alias.expr, scope, order),
            Expr::AggregateFunction(call) => self.call_aggregate(call, scope, order),
            other => Ok(self.flows(other, scope)?.raised(FlowKind::Aggregated)),
        }
    }

    fn call_aggregate(
        &mut self,
        call: &AggregateFunction,
        scope: &Scope,
        order: &Flows,
    ) -> Result<Flows> {
        let mut flows = Flows::default();
        for arg in &call.params.args {
            flows.merge(&self.flows(arg, scope)?.raised(FlowKind::Aggregated));
        }
        if let Some(filter) = &call.params.filter {
            flows.merge(&self.flows(filter, scope)?.deciding(FlowKind::Filter));
        }
        let own = self.sorted(&call.params.order_by, scope)?;
        flows.merge(&own.deciding(FlowKind::Sort));
        if call.func.order_sensitivity() != AggregateOrderSensitivity::Insensitive {
            flows.merge(&order.clone().deciding(FlowKind::Sort));
        }
        Ok(flows)
    }

    /// A column that a window node adds.
    pub(crate) fn window(&mut self, expr: &Expr, scope: &Scope, order: &Flows) -> Result<Flows> {
        match expr {
            Expr::Alias(alias) => self.window(&alias.expr, scope, order),
            Expr::WindowFunction(call) => self.call_window(call, scope, order),
            other => self.flows(other, scope),
        }
    }

    fn call_window(
        &mut self,
        call: &WindowFunction,
        scope: &Scope,
        order: &Flows,
    ) -> Result<Flows> {
        let params = &call.params;
        let least = match call.fun {
            WindowFunctionDefinition::AggregateUDF(_) => FlowKind::Aggregated,
            WindowFunctionDefinition::WindowUDF(_) => FlowKind::Transformed,
        };
        let mut flows = Flows::default();
        for arg in &params.args {
            flows.merge(&self.flows(arg, scope)?.raised(least));
        }
        if let Some(filter) = &params.filter {
            flows.merge(&self.flows(filter, scope)?.deciding(FlowKind::Filter));
        }
        let mut looked_at = self.sorted(&params.order_by, scope)?.merged(order);
        for expr in &params.partition_by {
            looked_at.merge(&self.flows(expr, scope)?);
        }
        Ok(flows.merged(&looked_at.deciding(FlowKind::Window)))
    }
}

fn find(scope: &[std::rc::Rc<Part>], column: &Column) -> Option<Flows> {
    scope.iter().find_map(|part| {
        let place = part.schema.maybe_index_of_column(column)?;
        part.columns.get(place).cloned()
    })
}

/// Whether a cast leaves the value as it is, because it has the type already.
fn keeps_type(expr: &Expr, wanted: &arrow::datatypes::DataType, scope: &Scope) -> bool {
    scope.iter().any(|part| {
        expr.get_type(part.schema.as_ref())
            .is_ok_and(|data_type| data_type == *wanted)
    })
}
