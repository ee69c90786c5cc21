//! Working days: which days the State has closed or made working, and counting by them.
//!
//! Saturdays and Sundays rest, but for the make-up days that the yearly notice of the State Council
//! names; the days that the same notice closes rest too. A calendar is data with a version, one entry
//! a year. It never guesses: a question that touches a year without an entry is an error that names
//! the year. Where something must go on all the same, the presumed days take a year without an entry
//! to be worked from Monday to Friday.
//!
//! A period starts on the day after the event (Civil Code, article 201), so adding one working day to
//! a Friday gives the next working day. Which days a period counts, and whether its last day moves on
//! from a rest day, is a matter of the law in question and therefore of the caller. Pauses are the
//! caller's too.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::Offset;

mod data;
mod span;

pub use data::{
    CalendarData, CalendarDataError, CalendarFaults, DayRange, DayRangeError, DayRule, UnknownRule,
    YearData,
};
pub use span::{DayKind, Span, SpanError};

/// The offset of the clock of every city of the country, by which days are told apart.
pub const CITY_CLOCK: Offset = jiff::tz::offset(8);

/// Working-day calendars of some years, as of one version; by default of none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calendar {
    version: String,
    years: BTreeMap<i16, Year>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Year {
    source: String,
    uncertain: bool,
    closed: BTreeSet<Date>,
    worked: BTreeSet<Date>,
}

/// A question that the calendar cannot answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error(
        "the working-day calendar `{version}` has no year {year}: add the year before counting in it"
    )]
    NoYear { version: String, year: i16 },
    #[error("{event} and {span} is later than any date there is")]
    TooFar { event: DateTime, span: Span },
}

impl Error {
    /// The year that data is missing for.
    pub fn year(&self) -> Option<i16> {
        match self {
            Self::NoYear { year, .. } => Some(*year),
            Self::TooFar { .. } => None,
        }
    }
}

impl Calendar {
    /// What a clock names to say by which calendar it was computed.
    pub fn version(&self) -> &str {
        &self.version
    }

    pub fn years(&self) -> impl Iterator<Item = i16> + '_ {
        self.years.keys().copied()
    }

    /// Whether the data of the year is still to be confirmed from its source.
    pub fn is_uncertain(&self, year: i16) -> Result<bool, Error> {
        Ok(self.year(year)?.uncertain)
    }

    /// Where the data of the year comes from.
    pub fn source(&self, year: i16) -> Result<&str, Error> {
        Ok(&self.year(year)?.source)
    }

    pub fn is_working_day(&self, date: Date) -> Result<bool, Error> {
        Ok(self.year(date.year())?.is_working_day(date))
    }

    /// As [`Calendar::is_working_day`], and the days of a year without data from Monday to Friday.
    ///
    /// This is for what must go on before the notice of a year is there, such as telling that a
    /// delivery is late. A clock that a law sets asks for the data.
    pub fn is_presumed_working_day(&self, date: Date) -> bool {
        match self.years.get(&date.year()) {
            Some(year) => year.is_working_day(date),
            None => !is_weekend(date),
        }
    }

    /// The event and so many presumed working days after it, counted and with the time of day kept as
    /// by [`Calendar::add`]; `None` where that is later than any date there is.
    pub fn add_presumed_working_days(&self, event: DateTime, n: u32) -> Option<DateTime> {
        let mut date = event.date();
        let mut left = n;
        while left > 0 {
            date = next(date)?;
            left -= u32::from(self.is_presumed_working_day(date));
        }
        Some(date.to_datetime(event.time()))
    }

    /// The event and a span after it.
    ///
    /// Days are counted from the day after the event, and the time of day of the event is kept; hours
    /// are counted from the event itself. No working days leave the event where it is, even on a day of rest.
    /// The last day of a calendar period may be a day of rest; see [`Calendar::add_moving_on`].
    pub fn add(&self, event: DateTime, span: Span) -> Result<DateTime, Error> {
        match span.kind {
            DayKind::WorkingDay => {
                let mut date = event.date();
                let mut left = span.n;
                while left > 0 {
                    date = next(date).ok_or(Error::TooFar { event, span })?;
                    if self.is_working_day(date)? {
                        left -= 1;
                    }
                }
                Ok(date.to_datetime(event.time()))
            }
            // A wall clock without a zone has no days but those of 24 hours.
            DayKind::CalendarDay | DayKind::Hour => {
                let unit = if span.kind == DayKind::Hour { 1 } else { 24 };
                event
                    .checked_add(SignedDuration::from_hours(i64::from(span.n) * unit))
                    .map_err(|_| Error::TooFar { event, span })
            }
        }
    }

    /// As [`Calendar::add`], and a calendar period that ends on a day of rest moves on to the next
    /// working day (Civil Code, article 203). Hours do not move.
    pub fn add_moving_on(&self, event: DateTime, span: Span) -> Result<DateTime, Error> {
        let end = self.add(event, span)?;
        match span.kind {
            DayKind::CalendarDay => Ok(self.next_working_day(end.date())?.to_datetime(end.time())),
            DayKind::WorkingDay | DayKind::Hour => Ok(end),
        }
    }

    /// The last day of a period of days that starts on the day after the event.
    pub fn add_days(&self, event: Date, n: u32, kind: DayKind) -> Result<Date, Error> {
        let span = Span { n, kind };
        Ok(self.add(event.into(), span)?.date())
    }

    /// The day itself when it is a working day, else the first one after it.
    pub fn next_working_day(&self, date: Date) -> Result<Date, Error> {
        let mut day = date;
        while !self.is_working_day(day)? {
            day = next(day).ok_or(Error::TooFar {
                event: date.into(),
                span: Span::working_days(1),
            })?;
        }
        Ok(day)
    }

    /// How many days of the kind a period has that starts on the day after `from` and ends with `to`.
    ///
    /// Adding that many to `from` leads back to `to` when `to` is a day of the kind. Where `to` is
    /// before `from` the count is that of the reverse, negative. Hours are 24 for each calendar day.
    pub fn days_between(&self, from: Date, to: Date, kind: DayKind) -> Result<i64, Error> {
        if to < from {
            return Ok(-self.days_between(to, from, kind)?);
        }
        let days = i64::from((to - from).get_days());
        match kind {
            DayKind::CalendarDay => Ok(days),
            DayKind::Hour => Ok(days * 24),
            DayKind::WorkingDay => {
                let mut count = 0;
                let mut day = from;
                while day < to {
                    let Some(following) = next(day) else { break };
                    day = following;
                    count += i64::from(self.is_working_day(day)?);
                }
                Ok(count)
            }
        }
    }

    fn year(&self, year: i16) -> Result<&Year, Error> {
        self.years.get(&year).ok_or_else(|| Error::NoYear {
            version: self.version.clone(),
            year,
        })
    }
}

impl Year {
    fn is_working_day(&self, date: Date) -> bool {
        self.worked.contains(&date) || !(is_weekend(date) || self.closed.contains(&date))
    }
}

fn is_weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

fn next(date: Date) -> Option<Date> {
    date.tomorrow().ok()
}

#[cfg(test)]
mod tests;
