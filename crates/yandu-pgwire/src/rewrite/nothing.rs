//! Parts of a question that give nothing, because a table of the catalogue is always empty here: no indexes, no defaults, no
//! policies. Clients put them where the engine cannot follow, into subqueries that look at the row outside.

use std::ops::ControlFlow;

use sqlparser::ast::{
    Expr, Function, FunctionArguments, Join, JoinOperator, ObjectName, Query, Select, SelectItem,
    SetExpr, TableFactor, Value, Visit, VisitMut, Visitor, VisitorMut,
};

use super::last;
use crate::catalogue;

const AGGREGATES: [&str; 12] = [
    "count",
    "min",
    "max",
    "sum",
    "avg",
    "array_agg",
    "string_agg",
    "bool_and",
    "bool_or",
    "json_agg",
    "jsonb_agg",
    "json_object_agg",
];

/// Takes subqueries out of what a selection shows, when it has no rows anyway.
pub(super) fn clear(select: &mut Select) -> bool {
    if !is_empty(select) {
        return false;
    }
    let mut clearing = Clearing { is_changed: false };
    for item in &mut select.projection {
        if let SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. } = item {
            let _ = expr.visit(&mut clearing);
        }
    }
    clearing.is_changed
}

struct Clearing {
    is_changed: bool,
}

impl VisitorMut for Clearing {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        let is_subquery = match expr {
            Expr::Subquery(_) => true,
            Expr::Function(function) => matches!(function.args, FunctionArguments::Subquery(_)),
            _ => false,
        };
        if is_subquery {
            *expr = Expr::value(Value::Null);
            self.is_changed = true;
        }
        ControlFlow::Continue(())
    }
}

/// Whether a query has no rows. Aggregates have some even then.
pub(super) fn has_no_rows(query: &Query) -> bool {
    let Some(select) = plain(query) else {
        return false;
    };
    is_empty(select) && !aggregates(select)
}

/// Whether a query reads the catalogue alone, row by row, and gives one column.
pub(super) fn is_look_up(query: &Query) -> bool {
    let Some(select) = plain(query) else {
        return false;
    };
    let tables = select.from.iter().flat_map(|from| {
        let joined = from.joins.iter().map(|join| &join.relation);
        std::iter::once(&from.relation).chain(joined)
    });
    let mut tables = tables.peekable();
    tables.peek().is_some()
        && tables.all(|table| catalogue_table(table).is_some())
        && select.projection.len() == 1
        && select.distinct.is_none()
        && query.limit_clause.is_none()
        && !aggregates(select)
}

/// Whether what is selected are the values of an array alone.
pub(super) fn is_of_array(query: &Query) -> bool {
    let from = plain(query).map(|select| select.from.as_slice());
    let Some([from]) = from else {
        return false;
    };
    let name = match &from.relation {
        TableFactor::Table {
            name,
            args: Some(_),
            ..
        }
        | TableFactor::Function { name, .. } => last(name),
        TableFactor::UNNEST { .. } => Some("unnest".to_owned()),
        _ => None,
    };
    name.as_deref() == Some("unnest") && from.joins.is_empty()
}

fn plain(query: &Query) -> Option<&Select> {
    match query.body.as_ref() {
        SetExpr::Select(select) if query.with.is_none() => Some(select),
        _ => None,
    }
}

fn is_empty(select: &Select) -> bool {
    select.from.iter().any(|from| {
        let keeps_all = |join: &Join| {
            matches!(
                join.join_operator,
                JoinOperator::Right(_) | JoinOperator::RightOuter(_) | JoinOperator::FullOuter(_)
            )
        };
        if from.joins.iter().any(keeps_all) {
            return false;
        }
        let is_inner = |join: &&Join| {
            matches!(
                join.join_operator,
                JoinOperator::Join(_) | JoinOperator::Inner(_) | JoinOperator::CrossJoin(_)
            )
        };
        let joined = from
            .joins
            .iter()
            .filter(is_inner)
            .map(|join| &join.relation);
        let mut tables = std::iter::once(&from.relation).chain(joined);
        tables.any(|table| catalogue_table(table).is_some_and(|name| catalogue::is_empty(&name)))
    })
}

/// The name of a table of the catalogue.
fn catalogue_table(table: &TableFactor) -> Option<String> {
    let TableFactor::Table {
        name, args: None, ..
    } = table
    else {
        return None;
    };
    is_of_catalogue(name).then(|| last(name)).flatten()
}

fn is_of_catalogue(name: &ObjectName) -> bool {
    let table = last(name).unwrap_or_default();
    let schema = name.0.len().checked_sub(2).and_then(|place| {
        let part = name.0.get(place)?.as_ident()?;
        Some(super::folded(part))
    });
    schema.is_none_or(|schema| schema == catalogue::SCHEMA) && catalogue::has_table(&table)
}

/// Whether something is counted or put together over all rows.
fn aggregates(select: &Select) -> bool {
    let mut found = Found(false);
    let _ = select.projection.visit(&mut found);
    found.0
}

struct Found(bool);

impl Visitor for Found {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        if let Expr::Function(Function { name, .. }) = expr
            && last(name).is_some_and(|name| AGGREGATES.contains(&name.as_str()))
        {
            self.0 = true;
        }
        ControlFlow::Continue(())
    }
}
