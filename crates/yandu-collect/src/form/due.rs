//! When a report is due, and how one stands on a day.

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::Serialize;
use yandu_pack::declare::{self, Form, PeriodUnit};
use yandu_words::Period;
use yandu_words::calendar::Calendar;

/// The days of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Due {
    pub day: Date,
    /// From this day on somebody is reminded.
    pub remind_on: Date,
    /// The last day on which it is taken.
    pub closes_on: Option<Date>,
    /// The calendar has no data of that year: Monday to Friday were taken for working days.
    pub is_presumed: bool,
}

/// How a report stands, in the words of the lamps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FormLamp {
    /// Its period is not over.
    NotBegun,
    OnCourse,
    Near,
    Late,
    Done,
    DoneLate,
}

impl FormLamp {
    pub fn name(self) -> &'static str {
        match self {
            Self::NotBegun => "not-begun",
            Self::OnCourse => "on-course",
            Self::Near => "near",
            Self::Late => "late",
            Self::Done => "done",
            Self::DoneLate => "done-late",
        }
    }

    /// Whether the report is still to come and its period is over.
    pub fn is_open(self) -> bool {
        matches!(self, Self::OnCourse | Self::Near | Self::Late)
    }
}

/// The days of the report of a period.
pub(super) fn of(form: &Form, period: Period, calendar: &Calendar) -> Due {
    let end = period.last_day();
    let day = later(end, form.due, calendar);
    Due {
        day,
        remind_on: earlier(day, form.remind, calendar),
        closes_on: form.closes.map(|closes| later(day, closes, calendar)),
        is_presumed: form.due.unit == PeriodUnit::WorkingDay
            && (calendar.is_working_day(end).is_err() || calendar.is_working_day(day).is_err()),
    }
}

fn later(day: Date, length: declare::Period, calendar: &Calendar) -> Date {
    if length.unit == PeriodUnit::WorkingDay {
        let moved = calendar.add_presumed_working_days(day.into(), length.count);
        return moved.map_or(Date::MAX, jiff::civil::DateTime::date);
    }
    day.saturating_add(i64::from(length.count).days())
}

fn earlier(day: Date, length: declare::Period, calendar: &Calendar) -> Date {
    if length.unit != PeriodUnit::WorkingDay {
        return day.saturating_sub(i64::from(length.count).days());
    }
    let mut day = day;
    let mut left = length.count;
    while left > 0 {
        let Ok(before) = day.yesterday() else { break };
        day = before;
        left -= u32::from(calendar.is_presumed_working_day(day));
    }
    day
}

/// How a report stands today; `on` is the day of the first report of its period.
pub(super) fn lamp(due: Due, period: Period, on: Option<Date>, today: Date) -> FormLamp {
    match on {
        Some(on) if on <= due.day => FormLamp::Done,
        Some(_) => FormLamp::DoneLate,
        None if today > due.day => FormLamp::Late,
        None if today <= period.last_day() => FormLamp::NotBegun,
        None if today >= due.remind_on => FormLamp::Near,
        None => FormLamp::OnCourse,
    }
}
