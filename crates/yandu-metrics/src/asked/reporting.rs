//! Who is missing: counties that have cells in one period after the other, and none in one.

use std::collections::HashSet;
use std::sync::Arc;

use yandu_words::{ColumnName, Period};

use super::Asked;
use crate::Result;
use crate::answer::Gap;
use crate::areas::AreaLevel;
use crate::ask::{By, Only};
use crate::roll::{Extent, Roll, Rolled};

/// Periods in each of which a county must have had cells to be missed in the next ones, and for how many it is missed.
const STEADY: usize = 3;

/// The counties that a question is about.
pub(crate) struct Reporting<'a> {
    asked: &'a Asked<'a>,
    only: &'a [Only],
    area: &'a ColumnName,
    by_county: Roll<'a>,
}

/// An extent of time and the newest period of it with cells.
type Told = (Extent, Option<Period>);

impl Asked<'_> {
    /// None where the metric has no areas.
    pub(crate) fn reporting<'s>(&'s self, only: &'s [Only]) -> Result<Option<Reporting<'s>>> {
        let Some((area, _)) = self.definition.file.area() else {
            return Ok(None);
        };
        Ok(Some(Reporting {
            asked: self,
            only,
            area,
            by_county: self.by_area(area, AreaLevel::County, only)?,
        }))
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
}

impl Reporting<'_> {
    /// The counties that are missed in a period of the metric's own length: those that had cells in each of the periods before, until
    /// they have some again or have been away for as many periods. One that has them now and then, as of things that seldom come, is not
    /// missed, nor one that was merged into another, with which it reports.
    pub(crate) fn missing(&self, period: Period) -> Result<Vec<Gap>> {
        let mut gaps = self.missed(period);
        if !gaps.is_empty() {
            let managing = AreaLevel::Managing;
            let units = self.asked.by_area(self.area, managing, self.only)?;
            let reported = areas_in(&units, Extent::whole(period));
            let (areas, today) = (self.asked.areas, self.asked.today);
            gaps.retain(|gap| {
                let unit = areas.above(&gap.area, managing, today);
                unit.is_none_or(|unit| !reported.contains(&unit))
            });
        }
        gaps.sort_by(|one, other| one.area.cmp(&other.area));
        Ok(gaps)
    }

    /// The same with those that were merged.
    fn missed(&self, period: Period) -> Vec<Gap> {
        let roll = &self.by_county;
        let cells = self.asked.cells;
        let known = cells.within(period).start;
        let before = cells.periods.get(..known).unwrap_or_default();
        // The newest first.
        let before = before.iter().rev().take(2 * STEADY - 1);
        let before: Vec<Rolled> = before
            .map(|one| roll.cells_of(Extent::whole(*one)))
            .collect();
        let now = roll.cells_of(Extent::whole(period));
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
                let area = roll.values_of(group.key).into_iter().next().flatten()?;
                Some(Gap {
                    name: self.asked.areas.name_of(&area).map(str::to_owned),
                    newest: last.through,
                    period,
                    area,
                })
            }));
        }
        gaps
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

/// The areas that have cells in an extent of time.
fn areas_in(roll: &Roll<'_>, extent: Extent) -> HashSet<Arc<str>> {
    let groups = roll.cells_of(extent).groups;
    let areas = groups.iter().flat_map(|group| roll.values_of(group.key));
    areas.flatten().collect()
}
