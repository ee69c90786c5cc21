//! The names of columns in a condition on rows, read and changed in its text.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

use datafusion::sql::sqlparser::ast::{Expr, Ident, visit_expressions, visit_expressions_mut};

use crate::condition::SqlProblem;
use crate::expression;

/// The names that a condition on rows has for columns, whether or not there are such columns.
pub fn columns_of_row_condition(sql: &str) -> Result<BTreeSet<String>, SqlProblem> {
    let parsed = expression::parse(sql)?.expr;
    let mut names = BTreeSet::new();
    let _ = visit_expressions(&parsed, |expr| {
        if let Expr::Identifier(ident) = expr {
            names.insert(name_of(ident));
        }
        ControlFlow::<()>::Continue(())
    });
    Ok(names)
}

/// The same condition over columns that are called otherwise: `names` says what each of them is called now. Several can change
/// places.
pub fn rename_in_row_condition(
    sql: &str,
    names: &BTreeMap<String, String>,
) -> Result<String, SqlProblem> {
    let mut parsed = expression::parse(sql)?.expr;
    let _ = visit_expressions_mut(&mut parsed, |expr| {
        if let Expr::Identifier(ident) = expr
            && let Some(now) = names.get(&name_of(ident))
        {
            // A name can be a word of SQL.
            *ident = Ident::with_quote('"', now);
        }
        ControlFlow::<()>::Continue(())
    });
    Ok(parsed.to_string())
}

/// The name that the engine looks for.
fn name_of(ident: &Ident) -> String {
    match ident.quote_style {
        Some(_) => ident.value.clone(),
        None => ident.value.to_ascii_lowercase(),
    }
}
