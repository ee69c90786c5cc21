//! Calendar periods: the years, quarters, months and days that numbers of a city are told for.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::{Span, ToSpan as _};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::Title;

/// How long the periods of a series are; longer ones are greater.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Grain {
    Day,
    Month,
    Quarter,
    Year,
}

impl Grain {
    pub const ALL: [Self; 4] = [Self::Day, Self::Month, Self::Quarter, Self::Year];

    pub fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }

    pub fn title(self) -> Title {
        match self {
            Self::Day => Title::new("日", "Day"),
            Self::Month => Title::new("月", "Month"),
            Self::Quarter => Title::new("季", "Quarter"),
            Self::Year => Title::new("年", "Year"),
        }
    }

    /// How many periods of this length one year has, as far as that is a number.
    pub fn in_a_year(self) -> Option<usize> {
        match self {
            Self::Day => None,
            Self::Month => Some(12),
            Self::Quarter => Some(4),
            Self::Year => Some(1),
        }
    }
}

impl fmt::Display for Grain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A year, quarter, month or day, written `2025`, `2025-Q2`, `2025-06`, `2025-06-30`.
///
/// Periods of one length come in the order of time; of two that begin on one day the longer is greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Period {
    first: Date,
    grain: Grain,
}

/// A text that is no period.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no period: write `2025`, `2025-Q2`, `2025-06` or `2025-06-30`")]
pub struct PeriodError(pub String);

impl Period {
    /// The period of this length that a day lies in.
    pub fn of(day: Date, grain: Grain) -> Self {
        let month = match grain {
            Grain::Day => return Self { first: day, grain },
            Grain::Month => day.month(),
            Grain::Quarter => (day.month() - 1) / 3 * 3 + 1,
            Grain::Year => 1,
        };
        let first = Date::new(day.year(), month, 1).unwrap_or(day);
        Self { first, grain }
    }

    pub fn grain(self) -> Grain {
        self.grain
    }

    pub fn first_day(self) -> Date {
        self.first
    }

    pub fn last_day(self) -> Date {
        let next = self.first.saturating_add(self.length());
        next.yesterday().unwrap_or(next)
    }

    pub fn year(self) -> i16 {
        self.first.year()
    }

    pub fn contains(self, day: Date) -> bool {
        (self.first..=self.last_day()).contains(&day)
    }

    /// The longer or equal period that it lies in.
    #[must_use]
    pub fn within(self, grain: Grain) -> Self {
        if grain < self.grain {
            return self;
        }
        Self::of(self.first, grain)
    }

    #[must_use]
    pub fn next(self) -> Self {
        self.moved(1)
    }

    #[must_use]
    pub fn previous(self) -> Self {
        self.moved(-1)
    }

    /// The period so many places later, or earlier.
    #[must_use]
    pub fn moved(self, places: i32) -> Self {
        let length = self.length();
        let by = length.checked_mul(i64::from(places)).unwrap_or(length);
        Self::of(self.first.saturating_add(by), self.grain)
    }

    /// The same period of the year before; of 29 February the 28th.
    #[must_use]
    pub fn year_before(self) -> Self {
        Self::of(self.first.saturating_sub(1.year()), self.grain)
    }

    fn length(self) -> Span {
        match self.grain {
            Grain::Day => 1.day(),
            Grain::Month => 1.month(),
            Grain::Quarter => 3.months(),
            Grain::Year => 1.year(),
        }
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month) = (self.first.year(), self.first.month());
        match self.grain {
            Grain::Year => write!(f, "{year:04}"),
            Grain::Quarter => write!(f, "{year:04}-Q{}", (month - 1) / 3 + 1),
            Grain::Month => write!(f, "{year:04}-{month:02}"),
            Grain::Day => write!(f, "{}", self.first),
        }
    }
}

impl FromStr for Period {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || PeriodError(text.chars().take(40).collect());
        let digits = |text: &str, length: usize| {
            let are_digits = text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
            are_digits.then(|| text.parse::<i16>().ok()).flatten()
        };
        let mut parts = text.split('-');
        let year = parts
            .next()
            .and_then(|part| digits(part, 4))
            .ok_or_else(wrong)?;
        let second = parts.next();
        let third = parts.next();
        if parts.next().is_some() || year == 0 {
            return Err(wrong());
        }
        let (month, day, grain) = match (second, third) {
            (None, _) => (1, 1, Grain::Year),
            (Some(part), None) if part.starts_with('Q') => {
                let quarter = part.strip_prefix('Q').and_then(|part| digits(part, 1));
                let quarter = quarter.filter(|quarter| (1..=4).contains(quarter));
                ((quarter.ok_or_else(wrong)? - 1) * 3 + 1, 1, Grain::Quarter)
            }
            (Some(month), None) => (digits(month, 2).ok_or_else(wrong)?, 1, Grain::Month),
            (Some(month), Some(day)) => (
                digits(month, 2).ok_or_else(wrong)?,
                digits(day, 2).ok_or_else(wrong)?,
                Grain::Day,
            ),
        };
        let (month, day) = (i8::try_from(month), i8::try_from(day));
        let (Ok(month), Ok(day)) = (month, day) else {
            return Err(wrong());
        };
        let first = Date::new(year, month, day).map_err(|_| wrong())?;
        Ok(Self { first, grain })
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
        "CalendarPeriod".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A year, quarter, month or day.",
            "type": "string",
            "pattern": "^[0-9]{4}(-Q[1-4]|-[0-9]{2}(-[0-9]{2})?)?$",
            "examples": ["2025", "2025-Q2", "2025-06", "2025-06-30"]
        })
    }
}

#[cfg(test)]
mod tests;
