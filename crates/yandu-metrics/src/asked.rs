//! Answering a question from the cells of a metric.

use std::sync::Arc;

use jiff::civil::Date;
use yandu_lake::Number;
use yandu_pack::declare::{Across, Comparison};
use yandu_words::{Period, Title};

use crate::answer::{Answer, BaselineChange, Change, Data, Freshness, Group, Key, Point, Value};
use crate::areas::Areas;
use crate::ask::{Ask, By, Only, Order};
use crate::cells::Cells;
use crate::definition::Definition;
use crate::forecast::NoForecast;
use crate::roll::{Extent, Roll, Rolled};
use crate::target::TargetStanding;
use crate::{Error, Result};

mod ahead;
mod reporting;

use reporting::{Reporting, Told};

/// A question with all that it is answered from.
pub(crate) struct Asked<'a> {
    definition: &'a Definition,
    cells: &'a Cells,
    areas: &'a Areas,
    pub(crate) roll: Roll<'a>,
    today: Date,
}

impl<'a> Asked<'a> {
    /// Refuses what the metric cannot be asked by, or of.
    pub(crate) fn new(
        definition: &'a Definition,
        cells: &'a Cells,
        areas: &'a Areas,
        by: &[By],
        only: &[Only],
        today: Date,
    ) -> Result<Self> {
        Ok(Self {
            definition,
            cells,
            areas,
            roll: Roll::new(definition, cells, areas, by, only, today)?,
            today,
        })
    }
}

impl Asked<'_> {
    pub(crate) fn answer(&self, ask: &Ask) -> Result<Answer> {
        let last = self.last_period(ask)?;
        let reporting = self.reporting(&ask.only)?;
        let (groups, groups_in_all, through) = match last {
            Some(last) => self.groups(ask, last, reporting.as_ref())?,
            None => (Vec::new(), 0, None),
        };
        let gaps = through
            .zip(reporting.as_ref())
            .map(|(through, reporting)| reporting.missing(through))
            .transpose()?
            .unwrap_or_default();
        let value = only_value(&groups, ask);
        let due = ask.target.as_ref().and_then(|target| target.due);
        let (forecast, no_forecast) = match (ask.forecast.or(due), last) {
            (None, _) => (None, None),
            (Some(_), _) if !ask.by.is_empty() => (None, Some(NoForecast::Groups)),
            (Some(_), None) => (None, Some(NoForecast::TooFew)),
            (Some(until), Some(last)) => match self.forecast(last, until, reporting.as_ref())? {
                Ok(forecast) => (Some(forecast), None),
                Err(why) => (None, Some(why)),
            },
        };
        let file = &self.definition.file;
        let target = ask.target.as_ref().map(|target| {
            let value = value.unwrap_or(Number::Missing);
            // A year is not held against what is foreseen of a month.
            let is_told_so = file.time.across == Across::Last
                || last.is_some_and(|last| last.grain() == file.time.grain);
            let forecast = forecast
                .as_ref()
                .filter(|forecast| forecast.is_total || is_told_so);
            TargetStanding::of(target, file, value, forecast, self.today)
        });
        Ok(Answer {
            only: ask.only.clone(),
            by: ask.by.clone(),
            period: last,
            groups,
            groups_in_all,
            freshness: self.freshness(),
            gaps,
            data: Data {
                model: file.of.clone(),
                version: self.cells.version,
                later_cells: self.roll.later(),
            },
            baseline: self.baseline(value),
            target,
            forecast,
            no_forecast,
            notes: Vec::new(),
            is_restated: None,
            is_part: false,
            definition: self.definition.clone(),
        })
    }

    /// The last period that is asked for.
    fn last_period(&self, ask: &Ask) -> Result<Option<Period>> {
        let own = self.definition.file.time.grain;
        let asked = ask.period.map(Period::grain).or(ask.grain).unwrap_or(own);
        if asked < own {
            return Err(Error::TooFine {
                metric: ask.metric.clone(),
                own: own.name(),
                asked: asked.name(),
            });
        }
        Ok(match ask.period {
            Some(period) => Some(period),
            None => self
                .cells
                .newest(self.today)
                .map(|newest| newest.within(asked)),
        })
    }

    /// The groups with their points, in the order that is asked for, and the newest period that the last points hold.
    fn groups(
        &self,
        ask: &Ask,
        last: Period,
        reporting: Option<&Reporting<'_>>,
    ) -> Result<(Vec<Group>, usize, Option<Period>)> {
        let back = i32::try_from(ask.points).unwrap_or(i32::MAX) - 1;
        let periods: Vec<Period> = (0..ask.points)
            .map(|place| last.moved(place as i32 - back))
            .collect();
        let until = ask.until;
        let extents = periods.iter().map(|period| Extent {
            period: *period,
            until,
        });
        let rolled = self.roll.over(extents)?;
        let newest = self.roll.newest(ask.until);
        let points: Vec<(Period, Rolled, bool)> = periods
            .into_iter()
            .zip(rolled)
            .map(|(period, rolled)| {
                let is_partial = self.is_partial(period, rolled.through, newest);
                (period, rolled, is_partial)
            })
            .collect();
        let through = points.last().and_then(|(_, rolled, _)| rolled.through);
        let reach = points
            .last()
            .filter(|(.., is_partial)| *is_partial)
            .and(through);
        let extent = Extent {
            period: last,
            until: ask.until,
        };
        let others = [last.previous(), last.year_before()];
        let others = self.others((extent, through), reach, others, reporting)?;
        let keys = Self::keys(ask, points.iter().map(|(_, rolled, _)| rolled)).into_iter();
        let mut groups: Vec<Group> = keys
            .map(|key| self.group(ask, key, &points, &others))
            .collect();
        let in_all = groups.len();
        sort(&mut groups, ask.order);
        groups.truncate(ask.limit.unwrap_or(in_all));
        Ok((groups, in_all, through))
    }

    /// Up to where another period is taken: as far as the last one has cells, when more of it are to come.
    fn as_much(&self, last: Period, reach: Option<Period>, other: Period) -> Option<Period> {
        let reach = reach?;
        if reach.last_day() >= last.last_day() {
            return None;
        }
        let own = self.definition.file.time.grain;
        let mut place = Period::of(last.first_day(), own);
        let mut same = Period::of(other.first_day(), own);
        while place < reach {
            (place, same) = (place.next(), same.next());
        }
        Some(same)
    }

    /// The keys of all groups that have cells in some period; of a question without `by` the only one, with cells or not.
    fn keys<'r>(ask: &Ask, rolled: impl Iterator<Item = &'r Rolled>) -> Vec<u64> {
        if ask.by.is_empty() {
            return vec![0];
        }
        let mut keys: Vec<u64> = rolled
            .flat_map(|rolled| rolled.groups.iter().map(|group| group.key))
            .collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// The periods that the last one is compared with, taken as far as it has cells where more of it are to come.
    fn others(
        &self,
        last: Told,
        reach: Option<Period>,
        periods: [Period; 2],
        reporting: Option<&Reporting<'_>>,
    ) -> Result<[Other; 2]> {
        let (of, _) = last;
        let extents = periods.map(|period| Extent {
            period,
            until: self.as_much(of.period, reach, period),
        });
        let mut rolled = self.roll.over(extents)?.into_iter();
        let mut other = |extent: Extent| {
            let rolled = rolled.next().unwrap_or_default();
            let unlike = reporting
                .map(|reporting| reporting.unlike(last, (extent, rolled.through)))
                .transpose()?;
            Ok::<_, Error>(Other {
                period: extent.period,
                until: extent.until,
                rolled,
                unlike: unlike.unwrap_or_default(),
            })
        };
        let [before, year_before] = extents;
        Ok([other(before)?, other(year_before)?])
    }

    fn group(
        &self,
        ask: &Ask,
        key: u64,
        points: &[(Period, Rolled, bool)],
        others: &[Other; 2],
    ) -> Group {
        let told = points.iter().map(|(period, rolled, is_partial)| Point {
            period: *period,
            through: rolled.through,
            is_partial: *is_partial,
            value: rolled.number(key),
            cells: rolled.group(key).map_or(0, |group| group.cells),
        });
        let value = points
            .last()
            .map_or(Number::Missing, |(_, last, _)| last.number(key));
        let values = self.roll.values_of(key);
        let [before, year_before] = others.each_ref().map(|other| {
            let number = other.rolled.number(key);
            let change = Change::between(value, number, other.period, other.until);
            let mut unlike = other.unlike.iter();
            if unlike.any(|area| self.is_of(ask, &values, area)) {
                change.unlike()
            } else {
                change
            }
        });
        let keys = ask.by.iter().zip(values);
        Group {
            keys: keys.map(|(by, value)| self.key(by, value)).collect(),
            points: told.collect(),
            before,
            year_before,
        }
    }

    /// Whether a county is one of those that the number of a group is put together from: it is of every one that is of no area, and of
    /// those of an area that it lies in.
    fn is_of(&self, ask: &Ask, values: &[Option<Arc<str>>], county: &Arc<str>) -> bool {
        let area = self.definition.file.area().map(|(area, _)| area);
        let mut by = ask.by.iter().zip(values);
        let Some((by, value)) = by.find(|(by, _)| Some(&by.dimension) == area) else {
            return true;
        };
        value.as_ref().is_some_and(|value| match by.level {
            Some(level) => self.areas.above(county, level, self.today).as_ref() == Some(value),
            None => value == county,
        })
    }

    fn key(&self, by: &By, value: Option<Arc<str>>) -> Key {
        let area = self.definition.file.area();
        let is_area = area.is_some_and(|(area, _)| *area == by.dimension);
        let name = value.as_deref().and_then(|value| {
            if is_area {
                let zh = self.areas.name_of(value)?.to_owned();
                return Some(Title { zh, en: None });
            }
            self.definition.name_of(&by.dimension, value).cloned()
        });
        Key {
            dimension: by.dimension.clone(),
            name,
            value,
        }
    }

    /// Whether more cells of a period are to come: it is not over, or nothing that was asked of has cells at its end or after it.
    /// Where it has, its newest part simply had nothing to count; a stock is then still that of an earlier day.
    fn is_partial(&self, period: Period, through: Option<Period>, newest: Option<Period>) -> bool {
        let reaches = |known: Period| known.last_day() >= period.last_day();
        let has_all = match (self.definition.file.time.across, through) {
            (Across::Last, Some(through)) => reaches(through),
            (Across::Sum, _) | (Across::Last, None) => newest.is_some_and(reaches),
        };
        period.last_day() >= self.today || !has_all
    }

    fn freshness(&self) -> Freshness {
        let newest = self.cells.newest(self.today);
        let age = newest.map(|newest| days_between(newest.last_day(), self.today));
        let promised = self.definition.promised_days();
        let late = match (newest, promised) {
            (Some(newest), Some(promised)) => {
                let due = newest.next().last_day();
                Some(days_between(due, self.today) - promised).filter(|late| *late > 0)
            }
            _ => None,
        };
        Freshness {
            newest,
            age_days: age,
            promised_days: promised,
            late_days: late,
        }
    }

    fn baseline(&self, value: Option<Value>) -> Option<BaselineChange> {
        let file = &self.definition.file;
        let Some(baseline) = &file.baseline else {
            return (file.comparison == Comparison::Change).then_some(BaselineChange::Missing);
        };
        let other = Number::Value(baseline.value);
        let change = Change::between(
            value.unwrap_or(Number::Missing),
            other,
            baseline.period,
            None,
        );
        Some(BaselineChange::Since {
            period: baseline.period,
            value: baseline.value,
            source: baseline.source.clone(),
            change: change.change,
            percent: change.percent,
        })
    }
}

/// A period that the last one is compared with.
struct Other {
    period: Period,
    /// Up to where it is taken; its end where there is none.
    until: Option<Period>,
    rolled: Rolled,
    /// Counties that are missing from it or from the last one, and are in the other.
    unlike: Vec<Arc<str>>,
}

/// The number of a question without `by`.
fn only_value(groups: &[Group], ask: &Ask) -> Option<Value> {
    if !ask.by.is_empty() {
        return None;
    }
    let points = &groups.first()?.points;
    points.last().map(|point| point.value)
}

fn sort(groups: &mut [Group], order: Order) {
    let number = |group: &Group| match group.points.last().map(|point| point.value) {
        Some(Number::Value(value)) => Some(value),
        _ => None,
    };
    let keys = |group: &Group| -> Vec<Option<Arc<str>>> {
        group.keys.iter().map(|key| key.value.clone()).collect()
    };
    groups.sort_by(|one, other| {
        let by_number = match (order, number(one), number(other)) {
            (Order::Key, ..) | (_, None, None) => std::cmp::Ordering::Equal,
            (_, Some(_), None) => std::cmp::Ordering::Less,
            (_, None, Some(_)) => std::cmp::Ordering::Greater,
            (Order::Greatest, Some(one), Some(other)) => other.total_cmp(&one),
            (Order::Least, Some(one), Some(other)) => one.total_cmp(&other),
        };
        by_number.then_with(|| keys(one).cmp(&keys(other)))
    });
}

fn days_between(from: Date, to: Date) -> i64 {
    let span = to.since((jiff::Unit::Day, from));
    span.map_or(0, |span| i64::from(span.get_days()))
}
