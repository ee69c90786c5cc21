//! Which questions are look-ups, and what is made ready to answer them.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef};
use datafusion::common::DataFusionError;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::datasource::source_as_provider;
use datafusion::logical_expr::expr::Placeholder;
use datafusion::logical_expr::utils::{conjunction, split_conjunction};
use datafusion::logical_expr::{BinaryExpr, Expr, LogicalPlan, Operator, TableScan};

use super::Lookup;
use super::blocks::Columns;
use crate::door::rows::is_total;
use crate::door::{Rights, SecuredProvider, Sight, Terms};
use crate::expression;
use crate::session::DatasetProvider;
use crate::table::Table;

/// What the names of values begin with, and no column's.
const VALUE: char = '$';

/// A question as it was written: columns of a dataset under a condition.
struct Form<'p> {
    /// Each with its name in the answer.
    columns: Vec<(&'p str, FieldRef)>,
    condition: Expr,
    source: Source,
}

struct Source {
    table: Arc<Table>,
    sight: Option<Arc<Sight>>,
}

/// Makes a question ready; `None` for one of another form.
pub(super) fn lookup(
    plan: &LogicalPlan,
    values: &[DataType],
    rights: Option<Arc<Rights>>,
) -> Result<Option<Lookup>, DataFusionError> {
    let Some(form) = form(plan)? else {
        return Ok(None);
    };
    let Source { table, sight } = form.source;
    if sight.is_some() != rights.is_some() || table.key.is_empty() {
        return Ok(None);
    }
    if sight
        .as_ref()
        .is_some_and(|sight| !sight.fits(&table.schema))
    {
        return Ok(None);
    }
    let visible = match &sight {
        Some(sight) => sight.schema(&table.schema),
        None => Arc::clone(&table.schema),
    };
    let values = columns_of_values(values);
    let fields = visible.fields().iter().chain(values.fields());
    let everything = Arc::new(Schema::new(fields.cloned().collect::<Vec<_>>()));
    let read = expression::columns_of(&everything, [&form.condition]);
    let (condition, _) = expression::coerced(&form.condition, &read)?;
    if !is_verdict_of_any_row(&form.condition)? || !is_verdict_of_any_row(&condition)? {
        return Ok(None);
    }
    let Some(key) = key(&table, sight.as_deref(), &condition) else {
        return Ok(None);
    };
    let mut ready = Vec::with_capacity(key.len());
    for (value, data_type) in key {
        let (value, found) = expression::physical(&value, &values)?;
        if found != data_type {
            return Ok(None);
        }
        ready.push(value);
    }

    let mut casts = Vec::new();
    for cast in casts_of_values(&condition)? {
        casts.push(expression::physical(&cast, &values)?.0);
    }

    // What is seen, in the order of the table.
    let answered = form.columns.iter().map(|(name, _)| *name);
    let named: BTreeSet<&str> = answered
        .chain(read.fields().iter().map(|field| field.name().as_str()))
        .collect();
    let fields = visible.fields().iter();
    let shown: Vec<FieldRef> = fields
        .filter(|field| named.contains(field.name().as_str()))
        .cloned()
        .collect();
    let expressions: Vec<Expr> = shown
        .iter()
        .map(|field| match &sight {
            Some(sight) => sight.shown(field),
            None => Expr::Column(field.name().as_str().into()),
        })
        .collect();
    let seen = sight.as_ref().and_then(|sight| sight.rows());
    let mut stored: BTreeSet<usize> = table.key_indices().into_iter().collect();
    for column in expression::columns_of(&table.schema, expressions.iter().chain(&seen)).fields() {
        stored.insert(table.schema.index_of(column.name())?);
    }
    let stored: Vec<usize> = stored.into_iter().collect();
    let columns = Arc::new(table.schema.project(&stored)?);
    let seen = match &seen {
        Some(seen) => Some(expression::physical(seen, &columns)?.0),
        None => None,
    };
    let mut masks = Vec::with_capacity(shown.len());
    for (field, expression) in shown.iter().zip(&expressions) {
        let (mask, found) = expression::physical(expression, &columns)?;
        if found != *field.data_type() {
            return Ok(None);
        }
        masks.push(mask);
    }
    let answer = form.columns.iter();
    let answer: Option<Vec<usize>> = answer
        .map(|(name, _)| shown.iter().position(|field| field.name() == name))
        .collect();
    let Some(answer) = answer else {
        return Ok(None);
    };
    let whole = shown.iter().chain(values.fields());
    let whole = whole.map(|field| Arc::new(field.as_ref().clone().with_nullable(true)));
    let whole = Arc::new(Schema::new(whole.collect::<Vec<FieldRef>>()));
    let (asked, _) = expression::physical(&form.condition, &whole)?;
    let named = form.columns.into_iter().map(|(_, field)| field);
    let sights = sight.map(|sight| (table.id.clone(), sight));
    let now = table.options.now.clone();
    Ok(Some(Lookup {
        terms: Terms::new(rights.as_ref(), sights.into_iter().collect(), now),
        schema: Arc::new(Schema::new(named.collect::<Vec<_>>())),
        table,
        rights,
        values,
        key: ready,
        casts,
        stored: Columns {
            places: stored,
            schema: columns,
        },
        seen,
        shown: masks,
        whole,
        asked,
        answer,
    }))
}

/// `$1`, `$2` … as columns.
fn columns_of_values(values: &[DataType]) -> SchemaRef {
    let fields = values.iter().enumerate().map(|(place, data_type)| {
        let name = format!("{VALUE}{}", place + 1);
        Arc::new(Field::new(name, data_type.clone(), true))
    });
    Arc::new(Schema::new(fields.collect::<Vec<FieldRef>>()))
}

/// Reads `SELECT columns FROM dataset WHERE condition`.
fn form(plan: &LogicalPlan) -> Result<Option<Form<'_>>, DataFusionError> {
    let LogicalPlan::Projection(projection) = plan else {
        return Ok(None);
    };
    let mut columns = Vec::with_capacity(projection.expr.len());
    for (expr, field) in projection.expr.iter().zip(projection.schema.fields()) {
        let Some(name) = column(expr) else {
            return Ok(None);
        };
        // The answer has no columns that are never empty: a mask can empty any.
        let field = field.as_ref().clone().with_nullable(true);
        columns.push((name, Arc::new(field)));
    }
    let mut below = projection.input.as_ref();
    let mut conditions = Vec::new();
    loop {
        match below {
            LogicalPlan::Filter(filter) => {
                conditions.push(over_columns(&filter.predicate)?);
                below = &filter.input;
            }
            LogicalPlan::SubqueryAlias(alias) => below = &alias.input,
            LogicalPlan::TableScan(scan) => {
                let (Some(source), Some(condition)) = (source(scan), conjunction(conditions))
                else {
                    return Ok(None);
                };
                return Ok(Some(Form {
                    columns,
                    condition,
                    source,
                }));
            }
            _ => return Ok(None),
        }
    }
}

fn column(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Column(column) => Some(&column.name),
        Expr::Alias(alias) => column(&alias.expr),
        _ => None,
    }
}

fn source(scan: &TableScan) -> Option<Source> {
    if !scan.filters.is_empty() || scan.fetch.is_some() {
        return None;
    }
    let provider = source_as_provider(&scan.source).ok()?;
    let provider: &dyn std::any::Any = provider.as_ref();
    let source = if let Some(secured) = provider.downcast_ref::<SecuredProvider>() {
        Source {
            table: Arc::clone(secured.table()),
            sight: Some(Arc::clone(secured.sight())),
        }
    } else {
        let open = provider.downcast_ref::<DatasetProvider>()?;
        Source {
            table: Arc::clone(open.table()),
            sight: None,
        }
    };
    let fields = source.table.schema.fields().iter();
    let is_clear = fields.clone().all(|field| !field.name().starts_with(VALUE));
    is_clear.then_some(source)
}

/// A condition over columns without the name of their table, in which `$1` is a column too.
fn over_columns(condition: &Expr) -> Result<Expr, DataFusionError> {
    let named = condition.clone().transform(|node| {
        let name = match node {
            Expr::Column(column) => column.name,
            Expr::Placeholder(Placeholder { id, .. }) => id,
            other => return Ok(Transformed::no(other)),
        };
        let column = datafusion::common::Column::from_name(name);
        Ok(Transformed::yes(Expr::Column(column)))
    })?;
    Ok(named.data)
}

/// Whether an expression has no column of the table in it.
fn is_of_values(expr: &Expr) -> bool {
    let columns = expr.column_refs();
    columns.iter().all(|column| column.name.starts_with(VALUE))
}

/// Whether the rows that are not looked at could not fail, and the answer is the same at any time: what is cast is a value of
/// the question, not of a row.
fn is_verdict_of_any_row(condition: &Expr) -> Result<bool, DataFusionError> {
    let mut is_so = true;
    condition.apply(|node| {
        let is_cast = matches!(node, Expr::Cast(_) | Expr::TryCast(_));
        if is_total(node) || is_cast && is_of_values(node) {
            return Ok(TreeNodeRecursion::Continue);
        }
        is_so = false;
        Ok(TreeNodeRecursion::Stop)
    })?;
    Ok(is_so)
}

/// The casts of what the question gives: with its values put in, the engine does them before it looks at any row.
fn casts_of_values(condition: &Expr) -> Result<Vec<Expr>, DataFusionError> {
    let mut casts = Vec::new();
    condition.apply(|node| {
        if matches!(node, Expr::Cast(_) | Expr::TryCast(_)) && is_of_values(node) {
            casts.push(node.clone());
            return Ok(TreeNodeRecursion::Jump);
        }
        Ok(TreeNodeRecursion::Continue)
    })?;
    Ok(casts)
}

/// What each column of the key must be equal to, with the type of the column; `None` where the condition does not say it of all of
/// them, or where the reader does not see them as they are stored.
fn key(table: &Table, sight: Option<&Sight>, condition: &Expr) -> Option<Vec<(Expr, DataType)>> {
    let equals: Vec<(&str, &Expr)> = split_conjunction(condition)
        .into_iter()
        .filter_map(equal)
        .collect();
    table
        .key
        .iter()
        .map(|column| {
            let field = table.schema.field_with_name(column).ok()?;
            let is_plain = sight.is_none_or(|sight| sight.is_plain(column));
            // Numbers that are equal have one form, but for these.
            if !is_plain || field.data_type().is_floating() {
                return None;
            }
            let value = equals.iter().find(|(name, _)| name == column)?.1;
            Some((value.clone(), field.data_type().clone()))
        })
        .collect()
}

fn equal(condition: &Expr) -> Option<(&str, &Expr)> {
    let Expr::BinaryExpr(BinaryExpr {
        left,
        op: Operator::Eq,
        right,
    }) = condition
    else {
        return None;
    };
    match (left.as_ref(), right.as_ref()) {
        (Expr::Column(column), value) | (value, Expr::Column(column))
            if !column.name.starts_with(VALUE) && is_of_values(value) =>
        {
            Some((&column.name, value))
        }
        _ => None,
    }
}
