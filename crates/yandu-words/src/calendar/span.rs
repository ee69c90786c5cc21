use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// What a period is counted in.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum DayKind {
    /// Working days (工作日): statutory holidays and days of rest out, make-up days in.
    WorkingDay,
    /// Calendar days (自然日).
    CalendarDay,
    /// Clock hours.
    Hour,
}

impl DayKind {
    /// The unit as it is written in packs.
    pub fn unit(self) -> &'static str {
        match self {
            Self::WorkingDay => "wd",
            Self::CalendarDay => "d",
            Self::Hour => "h",
        }
    }
}

/// A length of time, written as in a pack: `5 wd`, `15 d`, `36 h`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Span {
    pub n: u32,
    pub kind: DayKind,
}

impl Span {
    pub fn working_days(n: u32) -> Self {
        Self {
            n,
            kind: DayKind::WorkingDay,
        }
    }

    pub fn calendar_days(n: u32) -> Self {
        Self {
            n,
            kind: DayKind::CalendarDay,
        }
    }

    pub fn hours(n: u32) -> Self {
        Self {
            n,
            kind: DayKind::Hour,
        }
    }
}

/// A text that is no span.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no span: write a number and `wd`, `d` or `h`, such as `5 wd`")]
pub struct SpanError(pub String);

impl FromStr for Span {
    type Err = SpanError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || SpanError(text.to_owned());
        let end = text
            .find(|sign: char| !sign.is_ascii_digit())
            .ok_or_else(wrong)?;
        let (number, unit) = text.split_at_checked(end).ok_or_else(wrong)?;
        let n = number.parse().map_err(|_| wrong())?;
        let kind = match unit.trim_start_matches(' ') {
            "wd" => DayKind::WorkingDay,
            "d" => DayKind::CalendarDay,
            "h" => DayKind::Hour,
            _ => return Err(wrong()),
        };
        Ok(Self { n, kind })
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.n, self.kind.unit())
    }
}

impl TryFrom<String> for Span {
    type Error = SpanError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Span> for String {
    fn from(span: Span) -> Self {
        span.to_string()
    }
}

impl JsonSchema for Span {
    fn schema_name() -> Cow<'static, str> {
        "Span".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A length of time in working days (wd), calendar days (d) or hours (h).",
            "type": "string",
            "pattern": "^[0-9]{1,9} *(wd|d|h)$",
            "examples": ["5 wd", "15 d", "36 h"]
        })
    }
}
