//! What PostgreSQL writes in another way than the engine: names of the catalogue, its types and operators, names that are
//! looked for along a path.

mod expr;
mod known;
mod nothing;
mod types;

use std::ops::ControlFlow;

use sqlparser::ast::{
    Expr, Ident, ObjectName, Query, Select, SelectItem, Statement, TableAlias, TableFactor,
    VisitMut, VisitorMut,
};

use crate::catalogue::{self, Seen};

pub(crate) use known::instead_of;

/// Writes a statement as the engine reads it; false where it is the same.
pub(crate) fn rewrite(statement: &mut Statement, seen: &Seen) -> bool {
    let mut rewriter = Rewriter {
        seen,
        queries: Vec::new(),
        is_changed: false,
    };
    // It never breaks off.
    let _ = statement.visit(&mut rewriter);
    rewriter.is_changed
}

struct Rewriter<'a> {
    seen: &'a Seen,
    /// Names that the question gives to queries of its own.
    queries: Vec<String>,
    is_changed: bool,
}

impl VisitorMut for Rewriter<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<()> {
        let named = query.with.iter().flat_map(|with| &with.cte_tables);
        self.queries
            .extend(named.map(|query| folded(&query.alias.name)));
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &mut Select) -> ControlFlow<()> {
        self.is_changed |= nothing::clear(select);
        self.is_changed |= tell_apart(&mut select.projection);
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, table: &mut TableFactor) -> ControlFlow<()> {
        if let TableFactor::Table {
            name, alias, args, ..
        } = table
        {
            if args.is_some() {
                self.is_changed |= strip(name);
                // A function here that is a table beside the datasets.
                let table = last(name).unwrap_or_default();
                if catalogue::has_table(&table) {
                    *name = ObjectName::from(vec![ident(catalogue::SCHEMA), ident(&table)]);
                    *args = None;
                    self.is_changed = true;
                }
            } else if let Some(schema) = self.schema_of(name) {
                let table = last(name).unwrap_or_default();
                let is_renamed = schema == catalogue::INFORMATION;
                *name = ObjectName::from(vec![ident(&schema), ident(&table)]);
                // Its columns are named with what was written.
                if alias.is_none() && is_renamed {
                    *alias = Some(TableAlias {
                        explicit: true,
                        name: ident(&table),
                        columns: Vec::new(),
                        at: None,
                    });
                }
                self.is_changed = true;
            }
        }
        ControlFlow::Continue(())
    }

    fn post_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<()> {
        self.is_changed |= expr::rewrite(expr);
        ControlFlow::Continue(())
    }
}

impl Rewriter<'_> {
    /// The schema that a table has to be named with, where it is another one than is written.
    fn schema_of(&self, name: &ObjectName) -> Option<String> {
        let parts: Vec<String> = name
            .0
            .iter()
            .map(|part| part.as_ident().map(folded))
            .collect::<Option<_>>()?;
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        match parts.as_slice() {
            [table] if self.queries.iter().any(|query| query == table) => None,
            [table] if catalogue::has_table(table) => Some(catalogue::SCHEMA.to_owned()),
            [table] => self.seen.schema_of(table),
            ["information_schema", table] | [catalogue::DATABASE, "information_schema", table]
                if catalogue::has_information(table) =>
            {
                Some(catalogue::INFORMATION.to_owned())
            }
            _ => None,
        }
    }
}

/// Gives names to columns that are written the same: the engine wants each to have its own.
fn tell_apart(items: &mut [SelectItem]) -> bool {
    let mut written: Vec<String> = Vec::new();
    let mut is_changed = false;
    for (place, item) in items.iter_mut().enumerate() {
        let SelectItem::UnnamedExpr(expr) = item else {
            continue;
        };
        let text = expr.to_string();
        if written.contains(&text) {
            let expr = std::mem::replace(expr, Expr::value(sqlparser::ast::Value::Null));
            *item = SelectItem::ExprWithAlias {
                expr,
                alias: ident(&format!("column {}", place + 1)),
            };
            is_changed = true;
        }
        written.push(text);
    }
    is_changed
}

/// Takes the schema of the catalogue off a name.
fn strip(name: &mut ObjectName) -> bool {
    let is_of_catalogue = name.0.len() == 2
        && name
            .0
            .first()
            .and_then(|part| part.as_ident())
            .is_some_and(|schema| {
                [catalogue::SCHEMA, "information_schema"].contains(&folded(schema).as_str())
            });
    if is_of_catalogue {
        name.0.remove(0);
    }
    is_of_catalogue
}

fn last(name: &ObjectName) -> Option<String> {
    Some(folded(name.0.last()?.as_ident()?))
}

/// A name as it is looked for: in small letters, unless it is quoted.
fn folded(ident: &Ident) -> String {
    match ident.quote_style {
        Some(_) => ident.value.clone(),
        None => ident.value.to_lowercase(),
    }
}

fn ident(name: &str) -> Ident {
    Ident::with_quote('"', name)
}

#[cfg(test)]
mod tests;
