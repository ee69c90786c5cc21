//! Who is missing: counties that have cells in one period after the other, and none in one.

use std::collections::HashSet;
use std::sync::Arc;

use yandu_words::{ColumnName, Period};

use super::Asked;
use crate::Result;
use crate::answer::Gap;
use crate::areas::AreaLevel;
use crate::ask::{Ask, By};
use crate::roll::{Extent, Roll, Rolled};

/// Periods in each of which a county must have had cells to be missed in the next one.
const STEADY: usize = 3;

/// The counties that a question is about.
pub(super) struct Reporting<'a> {
    asked: &'a Asked<'a>,
    ask: &'a Ask,
    area: &'a ColumnName,
    by_county: Roll<'a>,
}

/// An extent of time and the newest period of it with cells.
type Told = (Extent, Option<Period>);

impl Asked<'_> {
    /// None where the metric has no areas.
    pub(super) fn reporting<'s>(&'s self, ask: &'s Ask) -> Result<Option<Reporting<'s>>> {
        let Some((area, _)) = self.definition.file.area() else {
            return Ok(None);
        };
        Ok(Some(Reporting {
            asked: self,
            ask,
            area,
            by_county: self.by_area(area, AreaLevel::County, ask)?,
        }))
    }

    fn by_area(&self, area: &ColumnName, level: AreaLevel, ask: &Ask) -> Result<Roll<'_>> {
        let by = [By {
            dimension: area.clone(),
            level: Some(level),
        }];
        Roll::new(
            self.definition,
            self.cells,
            self.areas,
            &by,
            &ask.only,
            self.today,
        )
    }
}

impl Reporting<'_> {
    /// The counties that had cells in each of the periods before one, and have none in it. One that has them now and then, as of
    /// things that seldom come, is not missing, nor one that was merged into another, with which it reports.
    pub(super) fn missing(&self, period: Period) -> Result<Vec<Gap>> {
        let Asked {
            cells,
            areas,
            today,
            ..
        } = self.asked;
        let roll = &self.by_county;
        let known = cells.within(period).start;
        let before = cells.periods.get(..known).unwrap_or_default();
        let before = before.iter().rev().take(STEADY);
        let before: Vec<Rolled> = before.map(|one| roll.sums(Extent::whole(*one))).collect();
        let Some((last, earlier)) = before.split_first() else {
            return Ok(Vec::new());
        };
        let now = roll.sums(Extent::whole(period));
        let missing = last.groups.iter().filter(|group| {
            now.group(group.key).is_none()
                && earlier.iter().all(|one| one.group(group.key).is_some())
        });
        let mut gaps: Vec<Gap> = missing
            .filter_map(|group| {
                let area = roll.values_of(group.key).into_iter().next().flatten()?;
                Some(Gap {
                    name: areas.name_of(&area).map(str::to_owned),
                    newest: last.through,
                    period,
                    area,
                })
            })
            .collect();
        if !gaps.is_empty() {
            let units = self
                .asked
                .by_area(self.area, AreaLevel::Managing, self.ask)?;
            let reported = areas_in(&units, Extent::whole(period));
            gaps.retain(|gap| {
                let unit = areas.above(&gap.area, AreaLevel::Managing, *today);
                unit.is_none_or(|unit| !reported.contains(&unit))
            });
        }
        gaps.sort_by(|one, other| one.area.cmp(&other.area));
        Ok(gaps)
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
    let groups = roll.sums(extent).groups;
    let areas = groups.iter().flat_map(|group| roll.values_of(group.key));
    areas.flatten().collect()
}
