use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use super::{Calendar, Year, is_weekend};

/// A calendar as a file holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarData {
    /// Names this state of the data; a change of any day is another version.
    #[schemars(length(min = 1))]
    pub version: String,
    pub years: Vec<YearData>,
}

/// The days of one year that are not as their weekday says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct YearData {
    pub year: i16,
    /// The notice that the days come from.
    pub source: String,
    /// The days are still to be confirmed from the notice.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub uncertain: bool,
    /// Days without work; weekends among them may be named too.
    pub closed: Vec<DayRange>,
    /// Saturdays and Sundays that are worked to make up for closed days.
    pub worked: Vec<DayRange>,
}

/// A day, or the days from one to another with both, written `2025-10-01/2025-10-08`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DayRange {
    first: Date,
    last: Date,
}

/// A text that is no range of days.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no day and no range of days: write `2025-01-01` or `2025-10-01/2025-10-08`")]
pub struct DayRangeError(pub String);

impl DayRange {
    /// `None` where the last day is before the first.
    pub fn new(first: Date, last: Date) -> Option<Self> {
        (first <= last).then_some(Self { first, last })
    }

    pub fn days(self) -> impl Iterator<Item = Date> {
        std::iter::successors(Some(self.first), move |day| {
            (*day < self.last).then(|| day.tomorrow().ok()).flatten()
        })
    }
}

impl FromStr for DayRange {
    type Err = DayRangeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || DayRangeError(text.to_owned());
        let day = |text: &str| text.parse::<Date>().map_err(|_| wrong());
        let (first, last) = text.split_once('/').unwrap_or((text, text));
        Self::new(day(first)?, day(last)?).ok_or_else(wrong)
    }
}

impl fmt::Display for DayRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last {
            write!(f, "{}", self.first)
        } else {
            write!(f, "{}/{}", self.first, self.last)
        }
    }
}

impl TryFrom<String> for DayRange {
    type Error = DayRangeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<DayRange> for String {
    fn from(range: DayRange) -> Self {
        range.to_string()
    }
}

impl JsonSchema for DayRange {
    fn schema_name() -> Cow<'static, str> {
        "DayRange".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A day, or a range of days with both ends.",
            "type": "string",
            "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}(/[0-9]{4}-[0-9]{2}-[0-9]{2})?$",
            "examples": ["2025-01-01", "2025-10-01/2025-10-08"]
        })
    }
}

/// What a row says of its day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DayRule {
    Closed,
    Worked,
}

/// A word that is no rule for a day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no rule for a day: there are closed and worked")]
pub struct UnknownRule(pub String);

impl FromStr for DayRule {
    type Err = UnknownRule;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word {
            "closed" => Ok(Self::Closed),
            "worked" => Ok(Self::Worked),
            _ => Err(UnknownRule(word.to_owned())),
        }
    }
}

/// What is wrong with the data of a calendar.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarDataError {
    #[error("the year {year} is there twice")]
    YearTwice { year: i16 },
    #[error("{date} is listed under the year {year}")]
    OtherYear { date: Date, year: i16 },
    #[error("{date} is both closed and worked")]
    ClosedAndWorked { date: Date },
    #[error("{date} is named as a make-up day and is no Saturday or Sunday")]
    WorkedWeekday { date: Date },
}

/// All faults in the data of a calendar.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the calendar `{version}` has {} faults: {}", .faults.len(), join(.faults))]
pub struct CalendarFaults {
    pub version: String,
    pub faults: Vec<CalendarDataError>,
}

fn join(faults: &[CalendarDataError]) -> String {
    let texts: Vec<String> = faults.iter().map(ToString::to_string).collect();
    texts.join("; ")
}

impl Calendar {
    /// Builds a calendar, or lists everything that is wrong with its data.
    pub fn from_data(data: &CalendarData) -> Result<Self, CalendarFaults> {
        let mut years = BTreeMap::new();
        let mut faults = Vec::new();
        for entry in &data.years {
            let year = read_year(entry, &mut faults);
            if years.insert(entry.year, year).is_some() {
                faults.push(CalendarDataError::YearTwice { year: entry.year });
            }
        }
        finish(data.version.clone(), years, faults)
    }

    /// Builds a calendar from rows of days that are not as their weekday says, in any order.
    ///
    /// A year is known when it has a row. A day may come twice with one rule.
    pub fn from_rows(
        version: impl Into<String>,
        rows: impl IntoIterator<Item = (Date, DayRule)>,
    ) -> Result<Self, CalendarFaults> {
        let mut years: BTreeMap<i16, Year> = BTreeMap::new();
        for (date, rule) in rows {
            let year = years.entry(date.year()).or_default();
            match rule {
                DayRule::Closed => year.closed.insert(date),
                DayRule::Worked => year.worked.insert(date),
            };
        }
        let mut faults = Vec::new();
        for year in years.values() {
            check_year(year, &mut faults);
        }
        finish(version.into(), years, faults)
    }

    /// Marks years whose data is still to be confirmed; years that are not there stay so.
    #[must_use]
    pub fn with_uncertain(mut self, uncertain: impl IntoIterator<Item = i16>) -> Self {
        for year in uncertain {
            if let Some(year) = self.years.get_mut(&year) {
                year.uncertain = true;
            }
        }
        self
    }
}

fn read_year(entry: &YearData, faults: &mut Vec<CalendarDataError>) -> Year {
    let mut read = |ranges: &[DayRange]| {
        let mut days = std::collections::BTreeSet::new();
        for range in ranges {
            // A range that leaves its year is cut at once, however long it is.
            let strays = [range.first, range.last];
            let stray = strays.into_iter().find(|day| day.year() != entry.year);
            if let Some(date) = stray {
                let year = entry.year;
                faults.push(CalendarDataError::OtherYear { date, year });
            } else {
                days.extend(range.days());
            }
        }
        days
    };
    let year = Year {
        source: entry.source.clone(),
        uncertain: entry.uncertain,
        closed: read(&entry.closed),
        worked: read(&entry.worked),
    };
    check_year(&year, faults);
    year
}

fn check_year(year: &Year, faults: &mut Vec<CalendarDataError>) {
    for &date in &year.worked {
        if year.closed.contains(&date) {
            faults.push(CalendarDataError::ClosedAndWorked { date });
        } else if !is_weekend(date) {
            faults.push(CalendarDataError::WorkedWeekday { date });
        }
    }
}

fn finish(
    version: String,
    years: BTreeMap<i16, Year>,
    faults: Vec<CalendarDataError>,
) -> Result<Calendar, CalendarFaults> {
    if faults.is_empty() {
        Ok(Calendar { version, years })
    } else {
        Err(CalendarFaults { version, faults })
    }
}
