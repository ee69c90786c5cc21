use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// A length of time as it is written in a pack: `36 h`, `5 wd`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Period {
    pub count: u32,
    pub unit: PeriodUnit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PeriodUnit {
    Second,
    Minute,
    Hour,
    /// A calendar day.
    Day,
    /// A working day of the city's calendar.
    WorkingDay,
}

/// A text that is no length of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no length of time: write a whole number and s, min, h, d or wd")]
pub struct PeriodError(pub String);

impl PeriodUnit {
    const ALL: [Self; 5] = [
        Self::Second,
        Self::Minute,
        Self::Hour,
        Self::Day,
        Self::WorkingDay,
    ];

    /// The sign of the unit in a pack.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Second => "s",
            Self::Minute => "min",
            Self::Hour => "h",
            Self::Day => "d",
            Self::WorkingDay => "wd",
        }
    }
}

impl Period {
    pub const fn new(count: u32, unit: PeriodUnit) -> Self {
        Self { count, unit }
    }

    /// The length in seconds; `None` for working days, whose length a calendar says.
    pub fn seconds(self) -> Option<u64> {
        let unit = match self.unit {
            PeriodUnit::Second => 1,
            PeriodUnit::Minute => 60,
            PeriodUnit::Hour => 3_600,
            PeriodUnit::Day => 86_400,
            PeriodUnit::WorkingDay => return None,
        };
        Some(u64::from(self.count) * unit)
    }
}

impl FromStr for Period {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || PeriodError(text.to_owned());
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (count, unit) = text.split_at_checked(digits).ok_or_else(wrong)?;
        let unit = unit.strip_prefix(' ').unwrap_or(unit);
        let unit = PeriodUnit::ALL
            .into_iter()
            .find(|known| known.sign() == unit)
            .ok_or_else(wrong)?;
        match count.parse() {
            Ok(count @ 1..=999_999) => Ok(Self { count, unit }),
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.count, self.unit.sign())
    }
}

impl TryFrom<String> for Period {
    type Error = PeriodError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Period> for String {
    fn from(period: Period) -> Self {
        period.to_string()
    }
}

impl JsonSchema for Period {
    fn schema_name() -> Cow<'static, str> {
        "Period".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A length of time: a whole number and s, min, h, d (calendar days) or wd (working days).",
            "type": "string",
            "pattern": "^[1-9][0-9]{0,5} ?(s|min|h|d|wd)$",
            "examples": ["36 h", "5 wd"]
        })
    }
}
