//! Who is missing: counties that have cells as a rule, and none in a period. What the rule is follows from each county's own past.

use std::cell::OnceCell;
use std::collections::HashSet;
use std::sync::Arc;

use yandu_words::Period;

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
    by_county: Roll<'a>,
    by_unit: Roll<'a>,
    /// Of each period with cells, the keys of the counties that have some, once somebody asked.
    counties: Vec<OnceCell<Vec<u64>>>,
}

/// An extent of time and the newest period of it with cells.
type Told = (Extent, Option<Period>);

impl Asked<'_> {
    /// None where the metric has no areas.
    pub(crate) fn reporting(&self, only: &[Only]) -> Result<Option<Reporting<'_>>> {
        let Some((area, _)) = self.definition.file.area() else {
            return Ok(None);
        };
        let by_area = |level: AreaLevel| {
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
        };
        let periods = self.cells.periods.iter();
        Ok(Some(Reporting {
            asked: self,
            by_county: by_area(AreaLevel::County)?,
            by_unit: by_area(AreaLevel::Managing)?,
            counties: periods.map(|_| OnceCell::new()).collect(),
        }))
    }
}

impl Reporting<'_> {
    /// The counties that are missed in a period of the metric's own length: those that have been without cells for longer than
    /// they are wont to, until they have some again or have been away for as many periods as they had some in. One that has them now and
    /// then, as of things that seldom come, is not missed when it is away as usual, nor one that was merged into another, with which it
    /// reports.
    pub(crate) fn missing(&self, period: Period) -> Vec<Gap> {
        let mut gaps = self.missed(period);
        if !gaps.is_empty() {
            let reported = areas_in(&self.by_unit, Extent::whole(period));
            let (areas, today) = (self.asked.areas, self.asked.today);
            gaps.retain(|gap| {
                let unit = areas.above(&gap.area, AreaLevel::Managing, today);
                unit.is_none_or(|unit| !reported.contains(&unit))
            });
        }
        gaps.sort_by(|one, other| one.area.cmp(&other.area));
        gaps
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
        let counties = self.counties.get(place)?.get_or_init(|| {
            let groups = self.by_county.cells_of(Extent::whole(period)).groups;
            groups.iter().map(|group| group.key).collect()
        });
        Some((period, counties.as_slice()))
    }

    /// The counties that are missing from one of two extents and are in the other, so that their numbers are not about the same. One
    /// that is missing at the end of a long period alone is in its number.
    pub(super) fn unlike(&self, one: Told, other: Told) -> Vec<Arc<str>> {
        let mut unlike = Vec::new();
        for ((extent, through), (compared, _)) in [(one, other), (other, one)] {
            let gaps = through.map(|through| self.missing(through));
            let gaps = gaps.unwrap_or_default();
            if gaps.is_empty() {
                continue;
            }
            let there = areas_in(&self.by_county, extent);
            let compared = areas_in(&self.by_county, compared);
            let missing = gaps.into_iter().map(|gap| gap.area);
            unlike.extend(missing.filter(|area| !there.contains(area) && compared.contains(area)));
        }
        unlike
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
    let groups = roll.cells_of(extent).groups;
    let areas = groups.iter().flat_map(|group| roll.values_of(group.key));
    areas.flatten().collect()
}
