//! Answering a question from the cells of a metric.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use jiff::civil::Date;
use yandu_lake::Number;
use yandu_pack::declare::{Across, Comparison};
use yandu_words::{ColumnName, Period, Title};

use crate::answer::{
    Answer, BaselineChange, Change, Data, Freshness, Gap, Group, Key, Point, Value,
};
use crate::areas::{AreaLevel, Areas};
use crate::ask::{Ask, By, Only, Order};
use crate::cells::Cells;
use crate::definition::Definition;
use crate::forecast::NoForecast;
use crate::roll::{Extent, Roll, Rolled};
use crate::target::TargetStanding;
use crate::{Error, Result};

mod ahead;

/// Periods in each of which a county must have had cells to be missed in the next ones, and for how many it is missed.
const STEADY: usize = 3;

/// A question with all that it is answered from.
pub(crate) struct Asked<'a> {
    pub(crate) definition: &'a Definition,
    pub(crate) cells: &'a Cells,
    pub(crate) areas: &'a Areas,
    pub(crate) roll: Roll<'a>,
    pub(crate) today: Date,
}

impl Asked<'_> {
    pub(crate) fn answer(&self, ask: &Ask) -> Result<Answer> {
        let last = self.last_period(ask)?;
        let (groups, groups_in_all, through) = match last {
            Some(last) => self.groups(ask, last)?,
            None => (Vec::new(), 0, None),
        };
        let value = only_value(&groups, ask);
        let due = ask.target.as_ref().and_then(|target| target.due);
        let (forecast, no_forecast) = match (ask.forecast.or(due), last) {
            (None, _) => (None, None),
            (Some(_), _) if !ask.by.is_empty() => (None, Some(NoForecast::Groups)),
            (Some(_), None) => (None, Some(NoForecast::TooFew)),
            (Some(until), Some(last)) => match self.forecast(last, until)? {
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
            TargetStanding::of(target, file, value, forecast)
        });
        Ok(Answer {
            only: ask.only.clone(),
            by: ask.by.clone(),
            period: last,
            groups,
            groups_in_all,
            freshness: self.freshness(),
            gaps: self.gaps(through, &ask.only)?,
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
    fn groups(&self, ask: &Ask, last: Period) -> Result<(Vec<Group>, usize, Option<Period>)> {
        let back = i32::try_from(ask.points).unwrap_or(i32::MAX) - 1;
        let periods: Vec<Period> = (0..ask.points)
            .map(|place| last.moved(place as i32 - back))
            .collect();
        let rolled = periods
            .iter()
            .map(|period| {
                let (period, until) = (*period, ask.until);
                self.roll.over(Extent { period, until })
            })
            .collect::<Result<Vec<Rolled>>>()?;
        let through = rolled.last().and_then(|rolled| rolled.through);
        let before = self.other(last, through, last.previous())?;
        let year_before = self.other(last, through, last.year_before())?;
        let keys = Self::keys(ask, &rolled).into_iter();
        let mut groups: Vec<Group> = keys
            .map(|key| self.group(ask, key, &periods, &rolled, [&before, &year_before]))
            .collect();
        let in_all = groups.len();
        sort(&mut groups, ask.order);
        groups.truncate(ask.limit.unwrap_or(in_all));
        Ok((groups, in_all, through))
    }

    /// Up to where another period is taken: as far as the last one has cells, when it is not over.
    fn as_much(&self, last: Period, through: Option<Period>, other: Period) -> Option<Period> {
        let through = through?;
        if through.last_day() >= last.last_day() {
            return None;
        }
        let own = self.definition.file.time.grain;
        let mut place = Period::of(last.first_day(), own);
        let mut same = Period::of(other.first_day(), own);
        while place < through {
            (place, same) = (place.next(), same.next());
        }
        Some(same)
    }

    /// The keys of all groups that have cells in some period; of a question without `by` the only one, with cells or not.
    fn keys(ask: &Ask, rolled: &[Rolled]) -> Vec<u64> {
        if ask.by.is_empty() {
            return vec![0];
        }
        let mut keys: Vec<u64> = rolled
            .iter()
            .flat_map(|rolled| rolled.groups.iter().map(|group| group.key))
            .collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// Another period, taken as far as the last one has cells.
    fn other(&self, last: Period, through: Option<Period>, period: Period) -> Result<Other> {
        let until = self.as_much(last, through, period);
        let rolled = self.roll.over(Extent { period, until })?;
        Ok(Other {
            period,
            until,
            rolled,
        })
    }

    fn group(
        &self,
        ask: &Ask,
        key: u64,
        periods: &[Period],
        rolled: &[Rolled],
        others: [&Other; 2],
    ) -> Group {
        let points = periods.iter().zip(rolled).map(|(period, rolled)| Point {
            period: *period,
            through: rolled.through,
            is_partial: self.is_partial(*period, rolled.through),
            value: rolled.number(key),
            cells: rolled.group(key).map_or(0, |group| group.cells),
        });
        let value = rolled
            .last()
            .map_or(Number::Missing, |last| last.number(key));
        let [before, year_before] = others.map(|other| {
            let number = other.rolled.number(key);
            Change::between(value, number, other.period, other.until)
        });
        let values = self.roll.values_of(key);
        let keys = ask.by.iter().zip(values);
        Group {
            keys: keys.map(|(by, value)| self.key(by, value)).collect(),
            points: points.collect(),
            before,
            year_before,
        }
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

    /// Whether more cells of a period are to come: it is not over, or its newest part has none yet.
    fn is_partial(&self, period: Period, through: Option<Period>) -> bool {
        period.last_day() >= self.today
            || through.is_none_or(|through| through.last_day() < period.last_day())
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

    /// The counties that are missed in the newest period of the answer.
    fn gaps(&self, through: Option<Period>, only: &[Only]) -> Result<Vec<Gap>> {
        let mut gaps = self.gaps_of(through.as_slice(), only)?;
        Ok(through
            .and_then(|period| gaps.remove(&period))
            .unwrap_or_default())
    }

    /// The counties that are missed in each of some periods of the metric's own length; a period without any is not among them.
    ///
    /// Missed is one that had cells in each of the periods before, until it has some again or has been away for as many periods. One
    /// that has them now and then, as of things that seldom come, is not missed, nor one that was merged into another, with which it
    /// reports.
    pub(crate) fn gaps_of(
        &self,
        periods: &[Period],
        only: &[Only],
    ) -> Result<BTreeMap<Period, Vec<Gap>>> {
        let Some((area, _)) = self.definition.file.area() else {
            return Ok(BTreeMap::new());
        };
        let counties = self.by_area(area, AreaLevel::County, only)?;
        let units = self.by_area(area, AreaLevel::Managing, only)?;
        let mut all = BTreeMap::new();
        for period in periods {
            let mut gaps = self.missed(&counties, *period);
            if !gaps.is_empty() {
                self.drop_merged(&mut gaps, &units, *period);
            }
            if !gaps.is_empty() {
                gaps.sort_by(|one, other| one.area.cmp(&other.area));
                all.insert(*period, gaps);
            }
        }
        Ok(all)
    }

    fn missed(&self, counties: &Roll<'_>, period: Period) -> Vec<Gap> {
        let at = |period: Period| counties.cells_of(Extent::whole(period));
        let known = self.cells.within(period).start;
        let before = self.cells.periods.get(..known).unwrap_or_default();
        // The newest first.
        let before: Vec<Rolled> = before
            .iter()
            .rev()
            .take(2 * STEADY - 1)
            .map(|one| at(*one))
            .collect();
        let now = at(period);
        let mut gaps = Vec::new();
        for away in 0..STEADY {
            let Some((gone, steady)) = before.split_at_checked(away) else {
                break;
            };
            let steady = match steady.get(..STEADY) {
                Some(steady) => steady,
                // Of a metric that has just begun every period counts.
                None if away == 0 => steady,
                None => break,
            };
            let Some((last, earlier)) = steady.split_first() else {
                break;
            };
            let missed = last.groups.iter().filter(|group| {
                let has = |rolled: &Rolled| rolled.group(group.key).is_some();
                !has(&now) && !gone.iter().any(has) && earlier.iter().all(has)
            });
            gaps.extend(missed.filter_map(|group| {
                let area = counties.values_of(group.key).into_iter().next().flatten()?;
                Some(Gap {
                    name: self.areas.name_of(&area).map(str::to_owned),
                    newest: last.through,
                    area,
                })
            }));
        }
        gaps
    }

    /// Leaves out the counties whose managing unit of today has cells of the period.
    fn drop_merged(&self, gaps: &mut Vec<Gap>, units: &Roll<'_>, period: Period) {
        let reported: HashSet<Arc<str>> = units
            .cells_of(Extent::whole(period))
            .groups
            .iter()
            .flat_map(|group| units.values_of(group.key))
            .flatten()
            .collect();
        gaps.retain(|gap| {
            let unit = self.areas.above(&gap.area, AreaLevel::Managing, self.today);
            unit.is_none_or(|unit| !reported.contains(&unit))
        });
    }

    fn by_area(&self, area: &ColumnName, level: AreaLevel, only: &[Only]) -> Result<Roll<'_>> {
        let by = [By {
            dimension: area.clone(),
            level: Some(level),
        }];
        Roll::new(
            self.definition,
            self.cells,
            self.areas,
            &by,
            only,
            self.today,
        )
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
