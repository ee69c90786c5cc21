//! What an account may refer to: roles, departments and divisions, which packs bring along.

use std::collections::{BTreeMap, BTreeSet};

use yandu_words::Title;

use crate::separation::ADMINISTRATORS;
use crate::{Error, Result};
use yandu_words::RoleId;

/// How many near names are told of one that is not known.
const NEAR: usize = 3;
/// How alike two names are that one may be taken for the other.
const LIKENESS: f64 = 0.6;
/// A name that is longer is compared with none.
const NEAR_LENGTH: usize = 64;

/// The roles, departments and divisions that there are. The roles of the three administrators are always among them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    pub roles: BTreeMap<RoleId, Title>,
    /// Names of departments, as the ledger has them.
    pub departments: BTreeSet<String>,
    /// Codes of divisions.
    pub divisions: BTreeSet<String>,
}

impl Default for Known {
    fn default() -> Self {
        Self::new(BTreeMap::new(), BTreeSet::new(), BTreeSet::new())
    }
}

impl Known {
    pub fn new(
        roles: BTreeMap<RoleId, Title>,
        departments: BTreeSet<String>,
        divisions: BTreeSet<String>,
    ) -> Self {
        Self {
            roles,
            departments,
            divisions,
        }
        .with_administrators()
    }

    /// The same with the roles of the administrators, as they are called everywhere.
    pub(crate) fn with_administrators(mut self) -> Self {
        let titles = [
            Title::new("系统管理员", "System administrator"),
            Title::new("安全管理员", "Security administrator"),
            Title::new("审计管理员", "Audit administrator"),
        ];
        for (name, title) in ADMINISTRATORS.into_iter().zip(titles) {
            if let Ok(role) = name.parse() {
                self.roles.insert(role, title);
            }
        }
        self
    }

    pub(crate) fn check_role(&self, role: &RoleId, with_near: bool) -> Result<()> {
        let names = self.roles.keys().map(RoleId::as_str);
        check("role", role.as_str(), names, with_near)
    }

    pub(crate) fn check_department(&self, code: &str, with_near: bool) -> Result<()> {
        if self.departments.contains(code) {
            return Ok(());
        }
        let codes = self.departments.iter().map(String::as_str);
        check("department", code, codes, with_near)
    }

    pub(crate) fn check_division(&self, code: &str, with_near: bool) -> Result<()> {
        if self.divisions.contains(code) {
            return Ok(());
        }
        let codes = self.divisions.iter().map(String::as_str);
        check("division", code, codes, with_near)
    }
}

fn check<'a>(
    what: &'static str,
    text: &str,
    names: impl Iterator<Item = &'a str> + Clone,
    with_near: bool,
) -> Result<()> {
    if names.clone().any(|name| name == text) {
        return Ok(());
    }
    Err(Error::Unknown {
        what,
        text: text.chars().take(NEAR_LENGTH).collect(),
        near: if with_near {
            near(text, names)
        } else {
            Vec::new()
        },
    })
}

/// The names that are most like a text, the likest first.
fn near<'a>(text: &str, names: impl Iterator<Item = &'a str>) -> Vec<String> {
    if text.chars().count() > NEAR_LENGTH {
        return Vec::new();
    }
    let mut alike: Vec<(f64, &str)> = names
        .map(|name| (strsim::normalized_damerau_levenshtein(text, name), name))
        .filter(|(likeness, _)| *likeness >= LIKENESS)
        .collect();
    alike.sort_by(|one, other| other.0.total_cmp(&one.0));
    let nearest = alike.into_iter().take(NEAR);
    nearest.map(|(_, name)| name.to_owned()).collect()
}
