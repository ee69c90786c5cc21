use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A value written in a declaration: a text, a number, or true or false.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(!untagged, extend("type" = ["string", "number", "boolean"]), transform = only_type)]
pub enum Literal {
    Boolean(bool),
    Integer(i64),
    Number(f64),
    Text(String),
}

/// The value of a setting.
pub type SettingValue = Literal;

/// Keeps the description and the type: a list of types gives a better message than a list of alternatives.
fn only_type(schema: &mut schemars::Schema) {
    schema.remove("anyOf");
    schema.remove("oneOf");
}

impl Literal {
    /// What kind of value it is, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Boolean(_) => "true or false",
            Self::Integer(_) | Self::Number(_) => "a number",
            Self::Text(_) => "a text",
        }
    }
}

/// The value as a cell of a delivery would write it.
impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean(flag) => write!(f, "{flag}"),
            Self::Integer(number) => write!(f, "{number}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl From<&str> for Literal {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}
