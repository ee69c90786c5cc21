//! What a plain (unquoted) scalar is.

use serde_json::{Number, Value};

/// The value of a plain scalar; `None` when readers of YAML disagree on it, or it has more digits than a number keeps.
pub(super) fn resolve(text: &str) -> Option<Value> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Some(Value::Null),
        "true" | "True" | "TRUE" => return Some(Value::Bool(true)),
        "false" | "False" | "FALSE" => return Some(Value::Bool(false)),
        ".inf" | ".Inf" | ".INF" | "-.inf" | "-.Inf" | "-.INF" | "+.inf" | "+.Inf" | "+.INF"
        | ".nan" | ".NaN" | ".NAN" => return None,
        _ => {}
    }
    match number(text) {
        Form::Text => Some(Value::String(text.to_owned())),
        Form::Integer => text.parse::<i64>().ok().map(Value::from),
        Form::Decimal => text
            .parse()
            .ok()
            .and_then(Number::from_f64)
            .map(Value::Number),
        Form::Doubtful => None,
    }
}

enum Form {
    Text,
    Integer,
    Decimal,
    Doubtful,
}

/// Sorts a text by the number forms of the YAML 1.2 core schema and those of 1.1 that differ from it.
fn number(text: &str) -> Form {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(rest) = unsigned
        .strip_prefix("0x")
        .or_else(|| unsigned.strip_prefix("0X"))
    {
        let hexadecimal = !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_hexdigit());
        return if hexadecimal {
            Form::Doubtful
        } else {
            Form::Text
        };
    }
    if unsigned.strip_prefix("0o").is_some_and(digits) {
        return Form::Doubtful;
    }
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    if exponent
        .is_some_and(|exponent| !digits(exponent.strip_prefix(['-', '+']).unwrap_or(exponent)))
    {
        return Form::Text;
    }
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let is_number = match fraction {
        None => digits(whole),
        Some(fraction) => {
            (digits(whole) || whole.is_empty())
                && (digits(fraction) || fraction.is_empty())
                && !(whole.is_empty() && fraction.is_empty())
        }
    };
    if !is_number {
        return Form::Text;
    }
    let plain = !text.starts_with('+')
        && !whole.is_empty()
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(|fraction| !fraction.is_empty());
    match (plain, fraction, exponent) {
        (false, ..) => Form::Doubtful,
        (true, None, None) => Form::Integer,
        (true, ..) => Form::Decimal,
    }
}
