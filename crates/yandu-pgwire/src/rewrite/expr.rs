//! Expressions that PostgreSQL writes in another way.

use sqlparser::ast::{
    Array, BinaryOperator, DataType, Expr, Function, FunctionArg, FunctionArgExpr,
    FunctionArgumentList, FunctionArguments, Ident, ObjectName, Value,
};

use super::types::{Turned, turned};
use super::{folded, ident, last, strip};
use crate::catalogue::{TABLE, TABLE_NAME, TYPE};

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
        Expr::Function(function) => called(function),
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
            Some(data_type) if !is_text(data_type) => Expr::Cast {
                kind: sqlparser::ast::CastKind::Cast,
                expr: Box::new(value),
                data_type: data_type.clone(),
                array: false,
                format: None,
            },
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
