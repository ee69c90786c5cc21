//! Who has reported which period, who has not, and how late.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use yandu_pack::declare::Form;
use yandu_words::Period;
use yandu_words::calendar::{CITY_CLOCK, Calendar};
use yandu_words::id::{BatchId, DatasetId};

use super::due::{self, Due, FormLamp};
use super::{form_of, store};
use crate::Result;
use crate::collector::Collector;

/// One report that a unit owes, or has made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Standing {
    pub unit: String,
    pub period: Period,
    pub due: Due,
    pub lamp: FormLamp,
    /// Days to the due day, negative behind it; of a report how many it was early.
    pub days_left: i64,
    /// The day of the first report of the period.
    pub reported_on: Option<Date>,
    /// The newest report of the period.
    pub batch: Option<BatchId>,
}

impl Standing {
    /// Whether the report can be handed in on a day: its period has begun, and has not closed.
    pub fn is_taken_on(&self, day: Date) -> bool {
        let is_closed = self.due.closes_on.is_some_and(|closes| closes < day);
        self.period.first_day() <= day && !is_closed
    }
}

/// How a form stands on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FormStanding {
    pub dataset: DatasetId,
    pub day: Date,
    /// The newest period that is over, which is the one to report now; before the first is over, that one.
    pub period: Period,
    /// By period, the newest first, then in the order of the units.
    pub reports: Vec<Standing>,
    /// How many reports of periods before those are late and missing, by unit.
    pub late_earlier: BTreeMap<String, usize>,
}

/// What is known of the reports of one unit for one period.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) first_on: Date,
    pub(crate) newest: BatchId,
}

impl Collector {
    /// How a form stands today, for the period to report now, those before it, and the running one: at most `most`. Of
    /// earlier ones it counts what is late.
    pub async fn form_standing(&self, id: &DatasetId, most: usize) -> Result<FormStanding> {
        let packs = self.packs();
        let (_, form) = form_of(&packs, id)?;
        let calendar = self.calendar().await;
        let today = self.today();
        let all = periods(form, today);
        let (shown, earlier) = all.split_at(all.len().min(most));
        let reports = store::Reports::new(self.inner.store.pool());
        let seen = reports.seen(id, form.since).await?;
        Ok(FormStanding {
            late_earlier: late(standings(form, earlier, &seen, &calendar, today)),
            dataset: id.clone(),
            day: today,
            period: to_report(form, today),
            reports: standings(form, shown, &seen, &calendar, today),
        })
    }
}

/// The newest period that is over, or the first of the form.
fn to_report(form: &Form, today: Date) -> Period {
    Period::of(today, form.every).previous().max(form.since)
}

/// The periods of a form to the running one, the newest first.
fn periods(form: &Form, today: Date) -> Vec<Period> {
    let newest = Period::of(today, form.every).max(form.since);
    let all = std::iter::successors(Some(newest), |period| Some(period.previous()));
    all.take_while(|period| *period >= form.since).collect()
}

fn standings(
    form: &Form,
    periods: &[Period],
    seen: &HashMap<(String, Period), Seen>,
    calendar: &Calendar,
    today: Date,
) -> Vec<Standing> {
    let mut standings = Vec::with_capacity(periods.len() * form.units.len());
    for period in periods {
        let due = due::of(form, *period, calendar);
        for unit in &form.units {
            let seen = seen.get(&(unit.clone(), *period));
            let on = seen.map(|seen| seen.first_on);
            standings.push(Standing {
                unit: unit.clone(),
                period: *period,
                due,
                lamp: due::lamp(due, *period, on, today),
                days_left: days(on.unwrap_or(today), due.day),
                reported_on: on,
                batch: seen.map(|seen| seen.newest.clone()),
            });
        }
    }
    standings
}

/// How many of these reports each unit still owes.
fn late(standings: Vec<Standing>) -> BTreeMap<String, usize> {
    let mut late = BTreeMap::new();
    for one in standings {
        if one.lamp == FormLamp::Late {
            *late.entry(one.unit).or_default() += 1;
        }
    }
    late
}

fn days(from: Date, to: Date) -> i64 {
    i64::from((to - from).get_days())
}

/// The day of a moment by the clock of the city.
pub(crate) fn day_of(at: Timestamp) -> Date {
    CITY_CLOCK.to_datetime(at).date()
}
