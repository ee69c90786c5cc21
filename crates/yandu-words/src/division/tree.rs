use std::collections::HashMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::lines;
use crate::{Read, Standard};

/// How high a division stands; its code says so.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    Province,
    /// A prefecture-level city.
    City,
    /// A district, county or county-level city, or a zone that the statistical list counts as one.
    County,
    /// A street, town or township, or a farm or zone that the statistical list counts as one.
    Township,
    /// A village or residents' committee.
    Village,
}

impl Level {
    /// The level of a valid code of 6, 9 or 12 digits; zeros at the end are places that are not used.
    pub fn of_code(code: &str) -> Option<Self> {
        if !matches!(Standard::Division.read_text(code), Read::Canonical(_)) {
            return None;
        }
        let all_zero = |part: Option<&str>| part.is_none_or(|p| p.bytes().all(|b| b == b'0'));
        Some(if !all_zero(code.get(9..)) {
            Self::Village
        } else if !all_zero(code.get(6..9)) {
            Self::Township
        } else if !all_zero(code.get(4..6)) {
            Self::County
        } else if !all_zero(code.get(2..4)) {
            Self::City
        } else {
            Self::Province
        })
    }

    /// How many digits of a code name its division of this level.
    fn digits(self) -> usize {
        match self {
            Self::Province => 2,
            Self::City => 4,
            Self::County => 6,
            Self::Township => 9,
            Self::Village => 12,
        }
    }
}

/// The code itself and those of the divisions around it, from the nearest to the province, whether
/// there are rows for them or not; nothing for a text that is no code.
///
/// Codes above townships are given with six digits.
pub fn enclosing_codes(code: &str) -> Vec<String> {
    let Some(level) = Level::of_code(code) else {
        return Vec::new();
    };
    [
        Level::Village,
        Level::Township,
        Level::County,
        Level::City,
        Level::Province,
    ]
    .into_iter()
    .filter(|above| *above <= level)
    .filter_map(|above| code.get(..above.digits()))
    .map(|digits| format!("{digits:0<6}"))
    .collect()
}

/// A row of the list of divisions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DivisionRow {
    pub code: String,
    pub name: String,
    /// What it is called in the list that it comes from: county, street, farm.
    pub kind: String,
    /// The code of the division that it is a part of; none for a root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
}

/// A division in its tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Division {
    pub code: String,
    pub name: String,
    pub kind: String,
    pub level: Level,
    pub parent: Option<String>,
}

/// What is wrong with a row of the list of divisions.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DivisionFault {
    #[error("row {row}: `{code}` is no division code of 6, 9 or 12 digits")]
    Code { row: usize, code: String },
    #[error("row {row}: the division `{code}` has no name")]
    NoName { row: usize, code: String },
    #[error("row {row}: the division `{code}` is there already, in row {first}")]
    Twice {
        row: usize,
        first: usize,
        code: String,
    },
    #[error("row {row}: `{parent}`, the parent of `{code}`, is not in the list")]
    NoParent {
        row: usize,
        code: String,
        parent: String,
    },
    #[error("row {row}: `{code}` cannot be a part of `{parent}`, whose code is not above it")]
    NotAbove {
        row: usize,
        code: String,
        parent: String,
    },
}

/// Everything that is wrong with a list of divisions; rows are counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the list of divisions has {} faults:\n{}", .0.len(), lines(.0))]
pub struct DivisionFaults(pub Vec<DivisionFault>);

/// Divisions by code, with what is above and below each.
#[derive(Debug, Clone, Default)]
pub struct DivisionTree {
    divisions: Vec<Division>,
    by_code: HashMap<String, usize>,
    children: HashMap<String, Vec<usize>>,
    roots: Vec<usize>,
}

impl DivisionTree {
    /// Builds the tree from rows in any order, or lists everything that is wrong with them.
    ///
    /// A parent's code is always above its children's: it is of a higher level and its used digits
    /// begin theirs. So there are no cycles.
    pub fn from_rows(rows: impl IntoIterator<Item = DivisionRow>) -> Result<Self, DivisionFaults> {
        let mut faults = Vec::new();
        let mut tree = Self::default();
        let mut places = Vec::new();
        for (row, division) in rows.into_iter().enumerate().map(|(at, row)| (at + 1, row)) {
            let Some(level) = Level::of_code(&division.code) else {
                let code = division.code;
                faults.push(DivisionFault::Code { row, code });
                continue;
            };
            if division.name.trim().is_empty() {
                let code = division.code.clone();
                faults.push(DivisionFault::NoName { row, code });
            }
            let place = tree.divisions.len();
            if let Some(&first) = tree.by_code.get(&division.code) {
                faults.push(DivisionFault::Twice {
                    row,
                    first: places.get(first).copied().unwrap_or_default(),
                    code: division.code,
                });
                continue;
            }
            tree.by_code.insert(division.code.clone(), place);
            places.push(row);
            tree.divisions.push(Division {
                code: division.code,
                name: division.name,
                kind: division.kind,
                level,
                parent: division.parent.filter(|parent| !parent.is_empty()),
            });
        }
        tree.link(&places, &mut faults);
        if faults.is_empty() {
            Ok(tree)
        } else {
            Err(DivisionFaults(faults))
        }
    }

    fn link(&mut self, rows: &[usize], faults: &mut Vec<DivisionFault>) {
        for ((place, division), &row) in self.divisions.iter().enumerate().zip(rows) {
            let Some(parent) = &division.parent else {
                self.roots.push(place);
                continue;
            };
            let Some(above) = self
                .by_code
                .get(parent)
                .and_then(|place| self.divisions.get(*place))
            else {
                faults.push(DivisionFault::NoParent {
                    row,
                    code: division.code.clone(),
                    parent: parent.clone(),
                });
                continue;
            };
            let prefix = parent.get(..above.level.digits()).unwrap_or(parent);
            if above.level < division.level && division.code.starts_with(prefix) {
                self.children.entry(parent.clone()).or_default().push(place);
            } else {
                faults.push(DivisionFault::NotAbove {
                    row,
                    code: division.code.clone(),
                    parent: parent.clone(),
                });
            }
        }
    }

    pub fn len(&self) -> usize {
        self.divisions.len()
    }

    pub fn is_empty(&self) -> bool {
        self.divisions.is_empty()
    }

    /// All divisions in the order of the rows.
    pub fn iter(&self) -> impl Iterator<Item = &Division> {
        self.divisions.iter()
    }

    /// The division of exactly this code.
    pub fn lookup(&self, code: &str) -> Option<&Division> {
        self.divisions.get(*self.by_code.get(code)?)
    }

    /// The division of this code or the nearest one around it that is in the tree: a village of which
    /// the list knows only the town leads to the town.
    pub fn nearest(&self, code: &str) -> Option<&Division> {
        self.lookup(code).or_else(|| {
            enclosing_codes(code)
                .iter()
                .find_map(|code| self.lookup(code))
        })
    }

    pub fn level(&self, code: &str) -> Option<Level> {
        self.lookup(code).map(|division| division.level)
    }

    /// The divisions that this one is a part of, from the nearest to the root.
    pub fn ancestors(&self, code: &str) -> impl Iterator<Item = &Division> {
        std::iter::successors(self.parent(code), |division| self.parent(&division.code))
    }

    fn parent(&self, code: &str) -> Option<&Division> {
        self.lookup(self.lookup(code)?.parent.as_deref()?)
    }

    /// The divisions right below this one, in the order of the rows.
    pub fn children(&self, code: &str) -> impl Iterator<Item = &Division> {
        self.children
            .get(code)
            .into_iter()
            .flatten()
            .filter_map(|place| self.divisions.get(*place))
    }

    pub fn roots(&self) -> impl Iterator<Item = &Division> {
        self.roots
            .iter()
            .filter_map(|place| self.divisions.get(*place))
    }

    /// The names from the root down to this division, joined: `盐城市亭湖区五星街道`.
    pub fn full_name(&self, code: &str) -> Option<String> {
        let division = self.lookup(code)?;
        let mut names: Vec<&str> = self.ancestors(code).map(|d| d.name.as_str()).collect();
        names.reverse();
        names.push(&division.name);
        Some(names.concat())
    }
}
