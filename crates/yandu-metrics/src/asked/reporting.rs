//! Who is missing: counties that have cells as a rule, and none in a period. What the rule is follows from each county's own past.

use std::cell::OnceCell;
use std::collections::HashSet;
use std::sync::Arc;

use yandu_words::{ColumnName, Period};

use super::Asked;
use crate::Result;
use crate::answer::Gap;
use crate::areas::AreaLevel;
use crate::ask::{By, Only};
use crate::roll::{Extent, Roll};

/// Periods with cells before a county is missed.
const KNOWN: usize = 3;
/// Periods before a county went away that say how often it has cells, and the most for which it is missed.
const PAST: usize = 12;
/// A county is missed where it was away for as long fewer than once in so many times that it had come.
const TIMES: usize = 5;

/// The counties that a question is about, and which of them have cells in each period.
pub(crate) struct Reporting<'a> {
    asked: &'a Asked<'a>,
    area: ColumnName,
    only: Vec<Only>,
    by_county: Roll<'a>,
    /// Made when some county is missing.
    by_unit: OnceCell<Roll<'a>>,
    /// Of each period with cells, the keys of the counties that have some, once somebody asked.
    counties: Vec<OnceCell<Vec<u64>>>,
}

/// An extent of time and the newest period of it with cells.
pub(super) type Told = (Extent, Option<Period>);

impl Asked<'_> {
    /// None where the metric has no areas.
    pub(crate) fn reporting(&self, only: &[Only]) -> Result<Option<Reporting<'_>>> {
        let Some((area, _)) = self.definition.file.area() else {
            return Ok(None);
        };
        let periods = self.cells.periods.iter();
        Ok(Some(Reporting {
            asked: self,
            area: area.clone(),
            only: only.to_vec(),
            by_county: self.by_area(area, AreaLevel::County, only)?,
            by_unit: OnceCell::new(),
            counties: periods.map(|_| OnceCell::new()).collect(),
        }))
    }

    fn by_area(&self, area: &ColumnName, level: AreaLevel, only: &[Only]) -> Result<Roll<'_>> {
        let by = [By {
            dimension: area.clone(),
            level: Some(level),
        }];
        let (definition, cells, areas) = (self.definition, self.cells, self.areas);
        Roll::new(definition, cells, areas, &by, only, self.today)
    }
}

impl Reporting<'_> {
    /// The counties that are missed in a period of the metric's own length: those that have been without cells for longer than
    /// they are wont to, until they have some again or have been away for as many periods as they had some in. One that has them now and
    /// then, as of things that seldom come, is not missed when it is away as usual, nor one that was merged into another, with which it
    /// reports.
    pub(crate) fn missing(&self, period: Period) -> Result<Vec<Gap>> {
        let mut gaps = self.missed(period);
        if !gaps.is_empty() {
            let reported = areas_in(self.by_unit()?, Extent::whole(period));
            let (areas, today) = (self.asked.areas, self.asked.today);
            gaps.retain(|gap| {
                let unit = areas.above(&gap.area, AreaLevel::Managing, today);
                unit.is_none_or(|unit| !reported.contains(&unit))
            });
        }
        gaps.sort_by(|one, other| one.area.cmp(&other.area));
        Ok(gaps)
    }

    fn by_unit(&self) -> Result<&Roll<'_>> {
        if let Some(by_unit) = self.by_unit.get() {
            return Ok(by_unit);
        }
        let (area, level) = (&self.area, AreaLevel::Managing);
        let by_unit = self.asked.by_area(area, level, &self.only)?;
        Ok(self.by_unit.get_or_init(|| by_unit))
    }

    /// The same with those that were merged.
    fn missed(&self, period: Period) -> Vec<Gap> {
        let places = self.asked.cells.within(period);
        // The newest first.
        let before = (0..places.start).rev().take(2 * PAST - 1);
        let before: Vec<(Period, &[u64])> =
            before.filter_map(|place| self.counties(place)).collect();
        let now: Vec<(Period, &[u64])> = places.filter_map(|place| self.counties(place)).collect();
        let mut seen: HashSet<u64> = now
            .iter()
            .flat_map(|(_, counties)| counties.iter().copied())
            .collect();
        let mut gaps = Vec::new();
        for (gone, (newest, counties)) in before.iter().enumerate().take(PAST) {
            let past = before.get(gone..).unwrap_or_default();
            let missed = counties
                .iter()
                .filter(|county| seen.insert(**county) && is_missed(**county, gone + 1, past));
            gaps.extend(missed.filter_map(|county| {
                let mut area = self.by_county.values_of(*county).into_iter();
                let area = area.next().flatten()?;
                Some(Gap {
                    name: self.asked.areas.name_of(&area).map(str::to_owned),
                    newest: Some(*newest),
                    period,
                    area,
                })
            }));
        }
        gaps
    }

    /// A period with cells, by its place, and the keys of the counties that have some.
    fn counties(&self, place: usize) -> Option<(Period, &[u64])> {
        let period = *self.asked.cells.periods.get(place)?;
        let counties = self.counties.get(place)?;
        let counties = counties.get_or_init(|| self.by_county.keys_of(Extent::whole(period)));
        Some((period, counties.as_slice()))
    }

    /// The counties that are missing from one of two extents and are in the other, so that their numbers are not about the same. One
    /// that is missing at the end of a long period alone is in its number.
    pub(super) fn unlike(&self, one: Told, other: Told) -> Result<Vec<Arc<str>>> {
        let mut unlike = Vec::new();
        for ((extent, through), (compared, _)) in [(one, other), (other, one)] {
            let gaps = through.map(|through| self.missing(through)).transpose()?;
            let gaps = gaps.unwrap_or_default();
            if gaps.is_empty() {
                continue;
            }
            let there = areas_in(&self.by_county, extent);
            let compared = areas_in(&self.by_county, compared);
            let missing = gaps.into_iter().map(|gap| gap.area);
            unlike.extend(missing.filter(|area| !there.contains(area) && compared.contains(area)));
        }
        Ok(unlike)
    }
}

/// Whether a county is missed that is away for so many periods, by those up to the last in which it had cells, the newest first.
fn is_missed(county: u64, away: usize, past: &[(Period, &[u64])]) -> bool {
    // Of a metric that has just begun every period counts.
    if away == 1 && past.len() < KNOWN {
        return past.iter().all(|(_, counties)| counties.contains(&county));
    }
    let mut there: Vec<usize> = Vec::new();
    for (place, (_, counties)) in past.iter().take(PAST).enumerate() {
        if counties.contains(&county) {
            there.push(place);
        }
    }
    if there.len() < KNOWN || away > there.len() {
        return false;
    }
    let times = there.iter().zip(there.iter().skip(1));
    let as_long = times.filter(|(later, earlier)| *earlier - *later > away);
    as_long.count() * TIMES < there.len() - 1
}

/// The areas that have cells in an extent of time.
fn areas_in(roll: &Roll<'_>, extent: Extent) -> HashSet<Arc<str>> {
    let keys = roll.keys_of(extent).into_iter();
    let areas = keys.flat_map(|key| roll.values_of(key));
    areas.flatten().collect()
}
