use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// The type of a column, written as in a pack: `integer`, `decimal(12,2)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum ValueType {
    Text,
    /// A whole number of 64 bits.
    Integer,
    /// `precision` digits in all (at most 38), `scale` of them after the point.
    Decimal {
        precision: u8,
        scale: u8,
    },
    Float,
    Boolean,
    Date,
    Time,
    /// A wall-clock time of the city.
    Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ValueTypeError {
    #[error(
        "`{0}` is no type; there are text, integer, decimal(p,s), float, boolean, date, time and timestamp"
    )]
    Unknown(String),
    #[error("`{0}` is no decimal type: write decimal(precision,scale), such as decimal(12,2)")]
    Decimal(String),
    #[error("`{0}` has no such digits: the precision is 1 to 38, the scale at most the precision")]
    Digits(String),
}

impl ValueType {
    /// The greatest precision of a decimal, that of 128 bits.
    pub const MAX_PRECISION: u8 = 38;
}

impl FromStr for ValueType {
    type Err = ValueTypeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text {
            "text" => Self::Text,
            "integer" => Self::Integer,
            "float" => Self::Float,
            "boolean" => Self::Boolean,
            "date" => Self::Date,
            "time" => Self::Time,
            "timestamp" => Self::Timestamp,
            _ if text.starts_with("decimal") => return read_decimal(text),
            _ => return Err(ValueTypeError::Unknown(text.to_owned())),
        })
    }
}

fn read_decimal(text: &str) -> Result<ValueType, ValueTypeError> {
    let wrong = || ValueTypeError::Decimal(text.to_owned());
    let (precision, scale) = text
        .strip_prefix("decimal(")
        .and_then(|rest| rest.strip_suffix(')'))
        .and_then(|inside| inside.split_once(','))
        .ok_or_else(wrong)?;
    let precision: u8 = precision.trim().parse().map_err(|_| wrong())?;
    let scale: u8 = scale.trim().parse().map_err(|_| wrong())?;
    if precision == 0 || precision > ValueType::MAX_PRECISION || scale > precision {
        return Err(ValueTypeError::Digits(text.to_owned()));
    }
    Ok(ValueType::Decimal { precision, scale })
}

impl fmt::Display for ValueType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Decimal { precision, scale } => return write!(f, "decimal({precision},{scale})"),
            Self::Float => "float",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::Time => "time",
            Self::Timestamp => "timestamp",
        })
    }
}

impl TryFrom<String> for ValueType {
    type Error = ValueTypeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<ValueType> for String {
    fn from(value_type: ValueType) -> Self {
        value_type.to_string()
    }
}

impl JsonSchema for ValueType {
    fn schema_name() -> Cow<'static, str> {
        "ValueType".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "The type of a column.",
            "type": "string",
            "pattern": r"^(text|integer|float|boolean|date|time|timestamp|decimal\( *[0-9]{1,2} *, *[0-9]{1,2} *\))$",
            "examples": ["text", "integer", "decimal(12,2)", "float", "boolean", "date", "time", "timestamp"]
        })
    }
}
