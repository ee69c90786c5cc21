use std::collections::{HashMap, HashSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{DivisionTree, enclosing_codes, lines};

/// A body that answers for a part of the city, with or without a division code of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManagingUnit {
    pub code: String,
    pub name: String,
    /// District, county, county-level city or zone.
    pub kind: String,
}

/// A division that a unit answers for during some time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Area {
    pub unit: String,
    pub division: String,
    pub valid_from: Date,
    /// The first day on which it is no longer so; none while it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<Date>,
}

impl Area {
    fn holds_on(&self, date: Date) -> bool {
        self.valid_from <= date && self.valid_to.is_none_or(|end| date < end)
    }

    fn overlaps(&self, other: &Self) -> bool {
        let ends_after =
            |one: &Self, two: &Self| one.valid_to.is_none_or(|end| two.valid_from < end);
        ends_after(self, other) && ends_after(other, self)
    }
}

/// What is wrong with the lists of units and their areas; rows are counted from 1 in each list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AreaFault {
    #[error("unit row {row}: the unit `{unit}` has no code or no name")]
    Blank { row: usize, unit: String },
    #[error("unit row {row}: the unit `{unit}` is there twice")]
    UnitTwice { row: usize, unit: String },
    #[error("area row {row}: `{unit}` is no unit in the list")]
    NoUnit { row: usize, unit: String },
    #[error("area row {row}: `{division}` is no division in the list")]
    NoDivision { row: usize, division: String },
    #[error("area row {row}: `{division}` ends at {valid_to}, which is not after {valid_from}")]
    Reversed {
        row: usize,
        division: String,
        valid_from: Date,
        valid_to: Date,
    },
    #[error("area row {row}: `{division}` has a unit already at that time, in row {first}")]
    Overlap {
        row: usize,
        first: usize,
        division: String,
    },
}

/// Everything that is wrong with the lists of units and their areas.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the managing units have {} faults:\n{}", .0.len(), lines(.0))]
pub struct AreaFaults(pub Vec<AreaFault>);

/// The managing units, and which of them answers for a division on a day.
///
/// A place belongs to the unit of the longest code that has one: streets of a zone are mapped one by
/// one, the rest of their county by the code of the county.
#[derive(Debug, Clone, Default)]
pub struct ManagingUnits {
    units: Vec<ManagingUnit>,
    by_code: HashMap<String, usize>,
    areas: Vec<Area>,
    by_division: HashMap<String, Vec<usize>>,
}

impl ManagingUnits {
    /// Builds the units and their areas over a tree, or lists everything that is wrong with them.
    pub fn from_rows(
        tree: &DivisionTree,
        units: impl IntoIterator<Item = ManagingUnit>,
        areas: impl IntoIterator<Item = Area>,
    ) -> Result<Self, AreaFaults> {
        let mut faults = Vec::new();
        let mut built = Self::default();
        for (row, unit) in units
            .into_iter()
            .enumerate()
            .map(|(at, unit)| (at + 1, unit))
        {
            built.take_unit(row, unit, &mut faults);
        }
        let areas: Vec<Area> = areas.into_iter().collect();
        for (at, area) in areas.iter().enumerate() {
            built.check_area(tree, at + 1, area, &areas, &mut faults);
            let places = built.by_division.entry(area.division.clone());
            places.or_default().push(at);
        }
        built.areas = areas;
        if faults.is_empty() {
            Ok(built)
        } else {
            Err(AreaFaults(faults))
        }
    }

    fn take_unit(&mut self, row: usize, unit: ManagingUnit, faults: &mut Vec<AreaFault>) {
        if unit.code.trim().is_empty() || unit.name.trim().is_empty() {
            let unit = unit.code.clone();
            faults.push(AreaFault::Blank { row, unit });
        }
        let place = self.units.len();
        if self.by_code.contains_key(&unit.code) {
            let unit = unit.code;
            faults.push(AreaFault::UnitTwice { row, unit });
            return;
        }
        self.by_code.insert(unit.code.clone(), place);
        self.units.push(unit);
    }

    /// Looks at one area and at those before it, whose places `by_division` holds.
    fn check_area(
        &self,
        tree: &DivisionTree,
        row: usize,
        area: &Area,
        areas: &[Area],
        faults: &mut Vec<AreaFault>,
    ) {
        if !self.by_code.contains_key(&area.unit) {
            let unit = area.unit.clone();
            faults.push(AreaFault::NoUnit { row, unit });
        }
        if tree.lookup(&area.division).is_none() {
            let division = area.division.clone();
            faults.push(AreaFault::NoDivision { row, division });
        }
        if let Some(valid_to) = area.valid_to
            && valid_to <= area.valid_from
        {
            faults.push(AreaFault::Reversed {
                row,
                division: area.division.clone(),
                valid_from: area.valid_from,
                valid_to,
            });
            return;
        }
        let before = self.by_division.get(&area.division);
        let overlapping = before
            .into_iter()
            .flatten()
            .find(|place| areas.get(**place).is_some_and(|other| other.overlaps(area)));
        if let Some(&place) = overlapping {
            faults.push(AreaFault::Overlap {
                row,
                first: place + 1,
                division: area.division.clone(),
            });
        }
    }

    /// All units in the order of the rows.
    pub fn iter(&self) -> impl Iterator<Item = &ManagingUnit> {
        self.units.iter()
    }

    pub fn len(&self) -> usize {
        self.units.len()
    }

    pub fn is_empty(&self) -> bool {
        self.units.is_empty()
    }

    pub fn lookup(&self, unit: &str) -> Option<&ManagingUnit> {
        self.units.get(*self.by_code.get(unit)?)
    }

    /// The unit that answers for a division on a day: that of the code itself, or else of the nearest
    /// division around it that has one.
    pub fn unit_of(&self, division: &str, date: Date) -> Option<&ManagingUnit> {
        enclosing_codes(division)
            .iter()
            .filter_map(|code| self.by_division.get(code))
            .find_map(|places| {
                places
                    .iter()
                    .filter_map(|place| self.areas.get(*place))
                    .find(|area| area.holds_on(date))
            })
            .and_then(|area| self.lookup(&area.unit))
    }

    /// The codes that are mapped to a unit on a day, as they stand in the list: a county and streets
    /// of another, of which nothing is taken away that other units hold inside of it.
    pub fn areas_of(&self, unit: &str, date: Date) -> impl Iterator<Item = &str> {
        self.areas
            .iter()
            .filter(move |area| area.unit == unit && area.holds_on(date))
            .map(|area| area.division.as_str())
    }

    /// The divisions of the tree that a unit answers for on a day and that have no division below
    /// them: the places that add up to its whole territory.
    pub fn leaves_of<'a>(
        &'a self,
        tree: &'a DivisionTree,
        unit: &str,
        date: Date,
    ) -> HashSet<&'a str> {
        tree.iter()
            .filter(|division| tree.children(&division.code).next().is_none())
            .filter(|division| {
                self.unit_of(&division.code, date)
                    .is_some_and(|found| found.code == unit)
            })
            .map(|division| division.code.as_str())
            .collect()
    }
}
