//! The names that PostgreSQL gives to columns of an answer. The engine writes whole expressions.

use sqlparser::ast::{Expr, Query, SelectItem, SetExpr, Statement};

/// A column that has no name of its own.
const NAMELESS: &str = "?column?";

/// Names of columns from both ends; what a `*` stands for is between them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Names {
    first: Vec<Option<String>>,
    /// Behind the last `*`, the last one first; none where there is no `*`.
    last: Option<Vec<Option<String>>>,
}

impl Names {
    /// The names that a statement gives. `None` leaves a name as the engine has it.
    pub(crate) fn of(statement: &Statement) -> Self {
        let Statement::Query(query) = statement else {
            return Self::default();
        };
        let items = items(query);
        let is_wild = |item: &&SelectItem| {
            matches!(
                item,
                SelectItem::Wildcard(_)
                    | SelectItem::QualifiedWildcard(..)
                    | SelectItem::ExprWithAliases { .. }
            )
        };
        let named = |item: &SelectItem| match item {
            SelectItem::UnnamedExpr(expr) => Some(name(expr)),
            SelectItem::ExprWithAlias { alias, .. } => Some(match alias.quote_style {
                Some(_) => alias.value.clone(),
                None => alias.value.to_lowercase(),
            }),
            _ => None,
        };
        let first = items.iter().take_while(|item| !is_wild(item)).map(named);
        let first: Vec<_> = first.collect();
        let last = items
            .iter()
            .rev()
            .take_while(|item| !is_wild(item))
            .map(named);
        let last = (first.len() < items.len()).then(|| last.collect());
        Self { first, last }
    }

    /// The name of the column at a place, of a number of columns.
    pub(crate) fn name(&self, place: usize, count: usize, engine: &str) -> String {
        let from_end = count - 1 - place;
        let own = match &self.last {
            _ if place < self.first.len() => self.first.get(place),
            Some(last) => last.get(from_end),
            None => None,
        };
        own.cloned().flatten().unwrap_or_else(|| engine.to_owned())
    }
}

fn items(query: &Query) -> &[SelectItem] {
    let mut body = query.body.as_ref();
    loop {
        match body {
            SetExpr::Select(select) => return &select.projection,
            SetExpr::Query(query) => body = query.body.as_ref(),
            SetExpr::SetOperation { left, .. } => body = left.as_ref(),
            _ => return &[],
        }
    }
}

/// The name of a column that is given none.
fn name(expr: &Expr) -> String {
    match own_name(expr) {
        Some(name) => name,
        None => NAMELESS.to_owned(),
    }
}

fn own_name(expr: &Expr) -> Option<String> {
    let ident = |ident: &sqlparser::ast::Ident| match ident.quote_style {
        Some(_) => ident.value.clone(),
        None => ident.value.to_lowercase(),
    };
    let word = |word: &str| Some(word.to_owned());
    match expr {
        Expr::Identifier(name) => Some(ident(name)),
        Expr::CompoundIdentifier(names) => names.last().map(ident),
        Expr::Function(function) => {
            let last = function.name.0.last()?.as_ident()?;
            Some(ident(last))
        }
        Expr::Nested(inner) | Expr::Collate { expr: inner, .. } => own_name(inner),
        Expr::Cast {
            expr, data_type, ..
        } => own_name(expr).or_else(|| Some(type_name(&data_type.to_string()))),
        Expr::Case { else_result, .. } => else_result
            .as_deref()
            .and_then(own_name)
            .or_else(|| word("case")),
        Expr::Exists { .. } => word("exists"),
        Expr::Extract { .. } => word("extract"),
        Expr::Substring { .. } => word("substring"),
        Expr::Position { .. } => word("position"),
        Expr::Trim { .. } => word("btrim"),
        Expr::Ceil { .. } => word("ceil"),
        Expr::Floor { .. } => word("floor"),
        Expr::Array(_) => word("array"),
        Expr::Subquery(query) => match items(query) {
            [SelectItem::UnnamedExpr(expr)] => own_name(expr),
            [SelectItem::ExprWithAlias { alias, .. }] => Some(ident(alias)),
            _ => None,
        },
        _ => None,
    }
}

/// The name of a type as the catalogue has it.
fn type_name(written: &str) -> String {
    let written = written.to_lowercase();
    let plain = written.split('(').next().unwrap_or(&written).trim();
    let known = crate::types::named(plain);
    known.map_or_else(|| plain.to_owned(), |about| about.name.to_owned())
}

#[cfg(test)]
mod tests {
    use sqlparser::dialect::PostgreSqlDialect;
    use sqlparser::parser::Parser;

    use super::Names;

    fn names(sql: &str, count: usize) -> Vec<String> {
        let parsed = Parser::parse_sql(&PostgreSqlDialect {}, sql).unwrap();
        let names = Names::of(&parsed[0]);
        (0..count)
            .map(|place| names.name(place, count, "engine"))
            .collect()
    }

    #[test]
    fn columns_have_the_names_that_postgresql_gives_them() {
        for (sql, expected) in [
            (
                "SELECT count(*), Sum(x) AS Total, a.B, 1, 'x'::text, 1::int8 FROM a",
                &["count", "total", "b", "?column?", "text", "int8"][..],
            ),
            (
                "SELECT CASE WHEN a THEN 1 ELSE 2 END, EXISTS (SELECT 1), (SELECT max(x) FROM t), ARRAY[1]",
                &["case", "exists", "max", "array"],
            ),
            ("SELECT count(*) FROM a UNION ALL SELECT 1", &["count"]),
            (
                "SELECT x + 1, *, count(*) FROM a",
                &["?column?", "engine", "engine", "count"],
            ),
            ("SELECT \"Big\"", &["Big"]),
        ] {
            assert_eq!(names(sql, expected.len()), expected, "{sql}");
        }
    }
}
