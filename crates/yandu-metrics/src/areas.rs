//! The areas by which cells are put together: the tree of divisions, and the units that manage parts of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::AsArray;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type};
use futures::TryStreamExt as _;
use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use yandu_lake::{Lake, Session, Version};
use yandu_words::division::{
    Area, DivisionRow, DivisionTree, Level, ManagingUnit, ManagingUnits, enclosing_codes,
};

use crate::Result;
use crate::metrics::sees;

/// How large the areas are that a metric is asked by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AreaLevel {
    City,
    County,
    Township,
    Village,
    /// The units that answer for parts of the city, with or without a division code of their own.
    Managing,
}

impl AreaLevel {
    pub const ALL: [Self; 5] = [
        Self::City,
        Self::County,
        Self::Township,
        Self::Village,
        Self::Managing,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::City => "city",
            Self::County => "county",
            Self::Township => "township",
            Self::Village => "village",
            Self::Managing => "managing",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == name)
    }
}

/// The datasets that say which areas there are. Without them areas have codes and no names.
const DIVISIONS: &str = "base.division";
const UNITS: &str = "base.managing_unit";
const UNIT_AREAS: &str = "base.unit_area";
/// What is read of divisions, and of units.
const DIVISION_COLUMNS: &[&str] = &["code", "name", "kind", "parent"];
const UNIT_COLUMNS: &[&str] = &["code", "name", "kind"];
/// What is read of the parts that units answer for.
const PARTS: &[&str] = &["unit", "division", "valid_from", "valid_to"];

/// The list, and its columns, by which it is known what belongs to which unit.
pub(crate) const PARTS_OF_UNITS: (&str, &[&str]) = (UNIT_AREAS, PARTS);

/// That list; none for an area that has a code of its own.
pub(crate) fn list_of_unit(area: &str) -> Option<(&'static str, &'static [&'static str])> {
    (!is_code(area)).then_some(PARTS_OF_UNITS)
}

/// Whether an area is a division by its code, and no managing unit.
fn is_code(area: &str) -> bool {
    area.bytes().all(|byte| byte.is_ascii_digit())
}

/// The areas of a city at one version of the lists.
#[derive(Debug, Default)]
pub(crate) struct Areas {
    versions: Vec<Option<Version>>,
    divisions: DivisionTree,
    units: ManagingUnits,
}

impl Areas {
    /// The versions of the lists as they are now.
    pub(crate) async fn versions(lake: &Lake) -> Result<Vec<Option<Version>>> {
        let mut versions = Vec::new();
        for list in [DIVISIONS, UNITS, UNIT_AREAS] {
            let id = list.parse().ok().filter(|id| lake.has(id));
            versions.push(match id {
                Some(id) => lake.version(&id).await?,
                None => None,
            });
        }
        Ok(versions)
    }

    pub(crate) fn is_of(&self, versions: &[Option<Version>]) -> bool {
        self.versions == versions
    }

    /// Reads the lists. One with faults is told of, and left out.
    pub(crate) async fn read(session: &Session, versions: Vec<Option<Version>>) -> Result<Self> {
        // A list of which a reader sees a part of the columns, or some under a mask, or whose permits have ended, names nothing to them.
        let has = |list: &str, columns: &[&str]| {
            list.parse().is_ok_and(|list| {
                let columns = columns.iter().copied();
                sees(session, &list, columns).unwrap_or_default()
            })
        };
        let mut areas = Self {
            versions,
            ..Self::default()
        };
        if !has(DIVISIONS, DIVISION_COLUMNS) {
            return Ok(areas);
        }
        let rows = texts(session, DIVISIONS, DIVISION_COLUMNS).await?;
        let divisions = rows.iter().map(|row| DivisionRow {
            code: cell(row, "code"),
            name: cell(row, "name"),
            kind: cell(row, "kind"),
            parent: Some(cell(row, "parent")).filter(|parent| !parent.is_empty()),
        });
        match DivisionTree::from_rows(divisions) {
            Ok(tree) => areas.divisions = tree,
            Err(faults) => {
                tracing::warn!(%faults, "the list of divisions has faults; areas have no names");
            }
        }
        if !has(UNITS, UNIT_COLUMNS) || !has(UNIT_AREAS, PARTS) {
            return Ok(areas);
        }
        let units = texts(session, UNITS, UNIT_COLUMNS).await?;
        let units = units.iter().map(|row| ManagingUnit {
            code: cell(row, "code"),
            name: cell(row, "name"),
            kind: cell(row, "kind"),
        });
        let parts = texts(session, UNIT_AREAS, PARTS).await?;
        let parts = parts.iter().filter_map(|row| {
            Some(Area {
                unit: cell(row, "unit"),
                division: cell(row, "division"),
                valid_from: cell(row, "valid_from").parse().ok()?,
                valid_to: cell(row, "valid_to").parse().ok(),
            })
        });
        match ManagingUnits::from_rows(&areas.divisions, units, parts) {
            Ok(units) => areas.units = units,
            Err(faults) => {
                tracing::warn!(%faults, "the list of managing units has faults, and is not used");
            }
        }
        Ok(areas)
    }

    /// The area of a level that a division lies in on a day; none for what is no division, or stands higher.
    pub(crate) fn above(&self, code: &str, level: AreaLevel, day: Date) -> Option<Arc<str>> {
        let wanted = match level {
            AreaLevel::City => Level::City,
            AreaLevel::County => Level::County,
            AreaLevel::Township => Level::Township,
            AreaLevel::Village => Level::Village,
            AreaLevel::Managing => {
                return self
                    .units
                    .unit_of(code, day)
                    .map(|unit| unit.code.as_str().into());
            }
        };
        enclosing_codes(code)
            .into_iter()
            .find(|above| Level::of_code(above) == Some(wanted))
            .map(Into::into)
    }

    /// Whether a division lies in no county.
    pub(crate) fn is_outside(&self, code: &str, day: Date) -> bool {
        self.above(code, AreaLevel::County, day).is_none()
    }

    /// Whether a division lies in an area, or is it, on a day. An area is a code, or the name of a managing unit.
    pub(crate) fn lies_in(&self, code: &str, area: &str, day: Date) -> bool {
        if is_code(area) {
            return code == area || enclosing_codes(code).iter().any(|above| above == area);
        }
        self.units
            .unit_of(code, day)
            .is_some_and(|unit| unit.code == area)
    }

    pub(crate) fn name_of(&self, area: &str) -> Option<&str> {
        let division = self
            .divisions
            .lookup(area)
            .map(|division| division.name.as_str());
        division.or_else(|| self.units.lookup(area).map(|unit| unit.name.as_str()))
    }

    /// The areas that there are, with their names, where the lists do not have this one: those that are called so, or else the
    /// counties and the units. `None` where they have it, and where the reader sees no list that would.
    pub(crate) fn others(&self, area: &str) -> Option<Vec<(&str, &str)>> {
        if self.name_of(area).is_some() {
            return None;
        }
        let divisions = self.divisions.iter();
        let divisions = divisions.map(|one| (one.code.as_str(), one.name.as_str()));
        let called: Vec<(&str, &str)> = divisions
            .chain(self.managing_units())
            .filter(|(_, name)| *name == area)
            .collect();
        if !called.is_empty() {
            return Some(called);
        }
        let is_listed = if is_code(area) {
            !self.divisions.is_empty()
        } else {
            !self.units.is_empty()
        };
        is_listed.then(|| self.counties().chain(self.managing_units()).collect())
    }

    /// The counties with their names, in the order of their codes.
    pub(crate) fn counties(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self.divisions.iter();
        let mut counties: Vec<(&str, &str)> = all
            .filter(|division| division.level == Level::County)
            .map(|division| (division.code.as_str(), division.name.as_str()))
            .collect();
        counties.sort_unstable();
        counties.into_iter()
    }

    /// The units that answer for parts of the city, in the order of their list.
    pub(crate) fn managing_units(&self) -> impl Iterator<Item = (&str, &str)> {
        let units = self.units.iter();
        units.map(|unit| (unit.code.as_str(), unit.name.as_str()))
    }
}

type Row = BTreeMap<&'static str, String>;

fn cell(row: &Row, column: &str) -> String {
    row.get(column).cloned().unwrap_or_default()
}

/// Columns of a list as texts; NULL is empty.
async fn texts(session: &Session, list: &str, columns: &[&'static str]) -> Result<Vec<Row>> {
    let sql = format!("select {} from {list}", columns.join(", "));
    let mut rows = session.query(&sql).await?;
    let mut found = Vec::new();
    while let Some(batch) = rows.try_next().await? {
        let mut all = vec![Row::new(); batch.num_rows()];
        for (place, name) in columns.iter().enumerate() {
            let column = batch.column(place);
            if *column.data_type() == DataType::Date32 {
                let days = column.as_primitive::<Date32Type>().iter();
                for (row, day) in all.iter_mut().zip(days) {
                    let day = day.map(|day| date(1970, 1, 1).saturating_add(i64::from(day).days()));
                    row.insert(name, day.map(|day| day.to_string()).unwrap_or_default());
                }
                continue;
            }
            let values = cast(column, &DataType::Utf8)?;
            for (row, value) in all.iter_mut().zip(values.as_string::<i32>()) {
                row.insert(name, value.unwrap_or_default().to_owned());
            }
        }
        found.append(&mut all);
    }
    Ok(found)
}
