//! Expressions that PostgreSQL writes in another way.

use sqlparser::ast::{
    AccessExpr, Array, BinaryOperator, DataType, Expr, Function, FunctionArg, FunctionArgExpr,
    FunctionArgumentList, FunctionArguments, Ident, ObjectName, Query, SelectItem, SetExpr,
    Subscript, Value,
};

use super::nothing;
use super::types::{Turned, turned};
use super::{folded, ident, last, strip};
use crate::catalogue::{SUBSCRIPTS, TABLE, TABLE_NAME, TYPE};

/// Functions that are called without brackets.
const BARE: [&str; 7] = [
    "current_user",
    "current_role",
    "session_user",
    "user",
    "current_catalog",
    "current_schema",
    "current_database",
];

/// Writes one expression anew, whose parts have been; false where it is the same.
pub(super) fn rewrite(expr: &mut Expr) -> bool {
    match expr {
        Expr::Collate { expr: inner, .. } => {
            *expr = take(inner);
            true
        }
        Expr::Cast { .. } => cast(expr),
        Expr::CompoundFieldAccess { root, access_chain } => match root.as_ref() {
            // The beginning of a name.
            Expr::Identifier(_) | Expr::CompoundIdentifier(_) => false,
            _ => fields(access_chain),
        },
        Expr::Function(_) => function(expr),
        Expr::Subquery(_) => look_up(expr),
        Expr::Exists { subquery, negated } if nothing::has_no_rows(subquery) => {
            *expr = Expr::value(Value::Boolean(*negated));
            true
        }
        Expr::Like { .. } | Expr::ILike { .. } => escaped(expr),
        Expr::BinaryOp { .. } => operator(expr),
        Expr::AnyOp { right, .. } | Expr::AllOp { right, .. } => {
            let Some(array) = array_of(right, None) else {
                return false;
            };
            **right = array;
            true
        }
        Expr::CompoundIdentifier(parts) => {
            let is_information = parts.len() == 3
                && parts.first().map(folded).as_deref() == Some("information_schema");
            if is_information {
                parts.remove(0);
            }
            is_information
        }
        _ => false,
    }
}

fn cast(expr: &mut Expr) -> bool {
    let Expr::Cast {
        expr: inner,
        data_type,
        ..
    } = expr
    else {
        return false;
    };
    match turned(data_type) {
        Turned::Table => {
            *expr = call(TABLE, vec![take(inner)]);
            return true;
        }
        Turned::Type => {
            *expr = call(TYPE, vec![take(inner)]);
            return true;
        }
        Turned::Into(Some(known)) => *data_type = known,
        Turned::Into(None) => {
            if !is_text(data_type) && !matches!(data_type, DataType::Array(_)) {
                return false;
            }
        }
    }
    if let DataType::Array(sqlparser::ast::ArrayElemTypeDef::SquareBracket(element, _)) = data_type
        && let Some(array) = array_of(inner, Some(element))
    {
        *expr = array;
        return true;
    }
    if is_text(data_type) {
        // The name of what a number stands for.
        let name = match inner.as_ref() {
            Expr::Function(function) if last(&function.name).as_deref() == Some(TABLE) => {
                Some(call(TABLE_NAME, vec![take(inner)]))
            }
            Expr::Function(function) if last(&function.name).as_deref() == Some(TYPE) => {
                let nothing = Expr::value(Value::Null);
                Some(call("format_type", vec![take(inner), nothing]))
            }
            _ => None,
        };
        if let Some(name) = name {
            *expr = name;
        }
    }
    true
}

fn is_text(data_type: &DataType) -> bool {
    matches!(
        data_type,
        DataType::Text | DataType::Varchar(_) | DataType::CharacterVarying(_)
    )
}

/// A subquery for one value. The engine wants one that looks at the row outside to put its rows together.
fn look_up(expr: &mut Expr) -> bool {
    let Expr::Subquery(query) = expr else {
        return false;
    };
    if nothing::has_no_rows(query) {
        *expr = Expr::value(Value::Null);
        return true;
    }
    if !nothing::is_look_up(query) {
        return false;
    }
    put_together(query, "min")
}

/// Puts the rows of a query for one column together.
fn put_together(query: &mut Query, with: &str) -> bool {
    let SetExpr::Select(select) = query.body.as_mut() else {
        return false;
    };
    let Some(SelectItem::UnnamedExpr(shown) | SelectItem::ExprWithAlias { expr: shown, .. }) =
        select.projection.first_mut()
    else {
        return false;
    };
    *shown = call(with, vec![take(shown)]);
    query.order_by = None;
    true
}

/// Fields of a value are named in brackets there.
fn fields(chain: &mut [AccessExpr]) -> bool {
    let mut is_changed = false;
    for access in chain {
        if let AccessExpr::Dot(Expr::Identifier(name)) = access {
            let index = Expr::value(Value::SingleQuotedString(folded(name)));
            *access = AccessExpr::Subscript(Subscript::Index { index });
            is_changed = true;
        }
    }
    is_changed
}

/// A pattern whose sign of escape is another one than the engine's.
fn escaped(expr: &mut Expr) -> bool {
    let (Expr::Like {
        pattern,
        escape_char,
        ..
    }
    | Expr::ILike {
        pattern,
        escape_char,
        ..
    }) = expr
    else {
        return false;
    };
    let Some(Value::SingleQuotedString(sign)) = escape_char.as_ref().map(|sign| &sign.value) else {
        return false;
    };
    if sign == "\\" {
        return false;
    }
    let text = |text: &str| Expr::value(Value::SingleQuotedString(text.to_owned()));
    let replaced =
        |pattern: Expr, from: &str, to: &str| call("replace", vec![pattern, text(from), text(to)]);
    let sign = sign.clone();
    let plain = replaced(take(pattern), "\\", "\\\\");
    **pattern = if sign.is_empty() {
        plain
    } else {
        replaced(plain, &sign, "\\")
    };
    *escape_char = None;
    true
}

fn function(expr: &mut Expr) -> bool {
    let Expr::Function(function) = expr else {
        return false;
    };
    let is_stripped = called(function);
    let name = last(&function.name).unwrap_or_default();
    match (name.as_str(), &mut function.args) {
        ("array", FunctionArguments::Subquery(query)) => {
            if nothing::has_no_rows(query) || nothing::is_of_array(query) {
                *expr = no_texts();
                return true;
            }
            if !nothing::is_look_up(query) || !put_together(query, "array_agg") {
                return is_stripped;
            }
            *expr = Expr::Subquery(query.clone());
            true
        }
        ("generate_subscripts", FunctionArguments::List(list)) => {
            list.args.truncate(1);
            function.name = ObjectName::from(vec![Ident::new(SUBSCRIPTS)]);
            let places = take(expr);
            *expr = call("unnest", vec![places]);
            true
        }
        ("mod", FunctionArguments::List(list)) => {
            let [
                FunctionArg::Unnamed(FunctionArgExpr::Expr(left)),
                FunctionArg::Unnamed(FunctionArgExpr::Expr(right)),
            ] = list.args.as_mut_slice()
            else {
                return is_stripped;
            };
            let rest = Expr::BinaryOp {
                left: Box::new(nested(take(left))),
                op: BinaryOperator::Modulo,
                right: Box::new(nested(take(right))),
            };
            *expr = nested(rest);
            true
        }
        _ => is_stripped,
    }
}

fn nested(expr: Expr) -> Expr {
    Expr::Nested(Box::new(expr))
}

/// An array of no texts.
fn no_texts() -> Expr {
    Expr::Cast {
        kind: sqlparser::ast::CastKind::Cast,
        expr: Box::new(Expr::Array(Array {
            elem: Vec::new(),
            named: true,
        })),
        data_type: super::types::array(DataType::Text),
        array: false,
        format: None,
    }
}

fn called(function: &mut Function) -> bool {
    let is_stripped = strip(&mut function.name);
    let name = last(&function.name).unwrap_or_default();
    if matches!(function.args, FunctionArguments::None) && BARE.contains(&name.as_str()) {
        function.args = arguments(Vec::new());
        function.name = ObjectName::from(vec![ident(&name)]);
        return true;
    }
    is_stripped
}

/// Operators that are named with their schema.
fn operator(expr: &mut Expr) -> bool {
    let Expr::BinaryOp { left, op, right } = expr else {
        return false;
    };
    let BinaryOperator::PGCustomBinaryOperator(parts) = op else {
        return false;
    };
    let known = match parts.last().map(String::as_str) {
        Some("~") => BinaryOperator::PGRegexMatch,
        Some("~*") => BinaryOperator::PGRegexIMatch,
        Some("!~") => BinaryOperator::PGRegexNotMatch,
        Some("!~*") => BinaryOperator::PGRegexNotIMatch,
        Some("=") => BinaryOperator::Eq,
        Some("<>" | "!=") => BinaryOperator::NotEq,
        Some("<") => BinaryOperator::Lt,
        Some("<=") => BinaryOperator::LtEq,
        Some(">") => BinaryOperator::Gt,
        Some(">=") => BinaryOperator::GtEq,
        Some("||") => BinaryOperator::StringConcat,
        Some("+") => BinaryOperator::Plus,
        Some("-") => BinaryOperator::Minus,
        Some("*") => BinaryOperator::Multiply,
        Some("/") => BinaryOperator::Divide,
        Some(like @ ("~~" | "!~~")) => {
            let negated = like.starts_with('!');
            *expr = Expr::Like {
                negated,
                any: false,
                expr: Box::new(take(left)),
                pattern: Box::new(take(right)),
                escape_char: None,
            };
            return true;
        }
        _ => return false,
    };
    *op = known;
    true
}

/// The array that a text such as `{r,v}` is, whose values have a type.
fn array_of(expr: &Expr, element: Option<&DataType>) -> Option<Expr> {
    let Expr::Value(value) = expr else {
        return None;
    };
    let Value::SingleQuotedString(text) = &value.value else {
        return None;
    };
    let values = crate::value::parse_array(text)?;
    let values = values.into_iter().map(|value| {
        let value = match value {
            Some(text) => Expr::value(Value::SingleQuotedString(text)),
            None => Expr::value(Value::Null),
        };
        match element {
            Some(data_type)
                if turned(data_type) != Turned::Into(Some(DataType::Text))
                    && !is_text(data_type) =>
            {
                Expr::Cast {
                    kind: sqlparser::ast::CastKind::Cast,
                    expr: Box::new(value),
                    data_type: data_type.clone(),
                    array: false,
                    format: None,
                }
            }
            _ => value,
        }
    });
    Some(Expr::Array(Array {
        elem: values.collect(),
        named: true,
    }))
}

fn call(name: &str, values: Vec<Expr>) -> Expr {
    Expr::Function(Function {
        name: ObjectName::from(vec![Ident::new(name)]),
        uses_odbc_syntax: false,
        parameters: FunctionArguments::None,
        args: arguments(values),
        filter: None,
        null_treatment: None,
        over: None,
        within_group: Vec::new(),
    })
}

fn arguments(values: Vec<Expr>) -> FunctionArguments {
    let args = values
        .into_iter()
        .map(|value| FunctionArg::Unnamed(FunctionArgExpr::Expr(value)));
    FunctionArguments::List(FunctionArgumentList {
        duplicate_treatment: None,
        args: args.collect(),
        clauses: Vec::new(),
    })
}

/// An expression out of its place.
fn take(expr: &mut Expr) -> Expr {
    std::mem::replace(expr, Expr::value(Value::Null))
}
