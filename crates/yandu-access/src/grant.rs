//! Grants: who may read which columns and rows of a dataset, for which purpose, until when and how often.
//!
//! A grant is a record, and a policy is made of it, so that whatever forbids goes before it like before any permit.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use yandu_policy::{GRANTS, Way, mask_of, quoted};
use yandu_words::id::DatasetId;
use yandu_words::{ColumnName, Grade};

use crate::account::{self, Account};
use crate::field::Fields;
use crate::{Error, Result};

/// Signs of the longest text of a grant.
const TEXT_LENGTH: usize = 500;

/// The number of a grant, written `G12`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct GrantId(pub(crate) i64);

impl fmt::Display for GrantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "G{}", self.0)
    }
}

impl FromStr for GrantId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = text
            .strip_prefix('G')
            .and_then(|number| number.parse().ok());
        number
            .filter(|number| *number > 0)
            .map(Self)
            .ok_or_else(|| format!("`{text}` is no number of a grant, which is written like G12"))
    }
}

impl TryFrom<String> for GrantId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<GrantId> for String {
    fn from(id: GrantId) -> Self {
        id.to_string()
    }
}

impl GrantId {
    /// The name of the policy that is made of it.
    pub(crate) fn policy(self) -> String {
        format!("{GRANTS}/{self}")
    }

    /// The grant that a policy was made of.
    pub(crate) fn of_policy(policy: &str) -> Option<Self> {
        let (source, id) = policy.split_once('/')?;
        (source == GRANTS).then(|| id.parse().ok()).flatten()
    }
}

/// Who is granted something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grantee {
    pub kind: GranteeKind,
    /// The id of an account or of a role, or the name of a department.
    pub id: String,
}

/// Which grants are looked for: those that fit every part.
#[derive(Debug, Clone, Default)]
pub struct GrantFilter {
    pub dataset: Option<DatasetId>,
    /// Who reads under it: it is to the account itself, to its department or to one of its roles.
    pub account: Option<Account>,
    /// To whom it is: to the department of this name, or to an account of it.
    pub department: Option<String>,
    /// It was given before this one.
    pub before: Option<GrantId>,
    /// How many, at most.
    pub most: Option<u32>,
}

impl Grantee {
    /// The account itself.
    pub fn of(account: &Account) -> Self {
        Self {
            kind: match account.kind {
                account::Kind::Person => GranteeKind::Person,
                account::Kind::Service => GranteeKind::Service,
                account::Kind::Organisation => GranteeKind::Organisation,
            },
            id: account.id.to_string(),
        }
    }

    /// All that an account is granted something as: itself, its department and its roles.
    pub(crate) fn all(account: &Account) -> Vec<Self> {
        let department = account.department.iter().map(|name| Self {
            kind: GranteeKind::Department,
            id: name.clone(),
        });
        let roles = account.roles.iter().map(|role| Self {
            kind: GranteeKind::Role,
            id: role.to_string(),
        });
        let own = std::iter::once(Self::of(account));
        own.chain(department).chain(roles).collect()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GranteeKind {
    Person,
    Service,
    Organisation,
    /// Everybody who belongs to a department.
    Department,
    /// Everybody who holds a role.
    Role,
}

impl GranteeKind {
    pub const ALL: [Self; 5] = [
        Self::Person,
        Self::Service,
        Self::Organisation,
        Self::Department,
        Self::Role,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Service => "service",
            Self::Organisation => "organisation",
            Self::Department => "department",
            Self::Role => "role",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether it is one account, and not all of a department or a role.
    pub fn is_account(self) -> bool {
        matches!(self, Self::Person | Self::Service | Self::Organisation)
    }

    fn scope(self, id: &str) -> String {
        let id = quoted(id);
        match self {
            Self::Person => format!("principal == Person::{id}"),
            Self::Service => format!("principal == Service::{id}"),
            Self::Organisation => format!("principal == Organisation::{id}"),
            Self::Department => format!("principal in Department::{id}"),
            Self::Role => format!("principal in Role::{id}"),
        }
    }
}

/// What is granted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewGrant {
    pub to: Grantee,
    pub dataset: DatasetId,
    /// The columns that are shown; all where it is missing.
    #[serde(default)]
    pub columns: Option<BTreeSet<String>>,
    /// A condition on rows in SQL; all rows where it is missing.
    #[serde(default)]
    pub rows: Option<String>,
    /// The grade up to which values are shown as they are.
    pub up_to: Grade,
    /// Masks of single columns, such as `keep 3 4`.
    #[serde(default)]
    pub masks: BTreeMap<String, String>,
    /// What it is for. Whoever reads under it and names a purpose names this one.
    pub purpose: String,
    /// The law or document that it follows.
    #[serde(default)]
    pub basis: Option<String>,
    /// The first moment at which it holds; at once where it is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// The first moment at which it does not hold any more.
    pub until: Timestamp,
    /// How often it may be used; as often as one likes where it is missing.
    #[serde(default)]
    pub uses: Option<u32>,
    /// The ways on which data may be handed over.
    #[serde(default = "pages")]
    pub ways: BTreeSet<Way>,
}

fn pages() -> BTreeSet<Way> {
    BTreeSet::from([Way::Page])
}

/// A grant as it was given, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Grant {
    pub id: GrantId,
    #[serde(flatten)]
    pub granted: NewGrant,
    /// The fields of the columns that it names, as they were when it was given.
    #[serde(skip)]
    pub fields: Fields,
    pub used: u32,
    pub given_by: String,
    pub given_at: Timestamp,
    pub revoked: Option<Ended>,
    /// Why it shows nothing though it holds: the dataset is another one now.
    pub broken: Option<String>,
}

/// Who ended something, when and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ended {
    pub by: String,
    pub at: Timestamp,
    pub why: String,
}

impl NewGrant {
    /// The same without blanks around its texts, or what is wrong with it.
    pub(crate) fn checked(mut self, now: Timestamp, days: u32) -> Result<Self> {
        self.purpose = text("purpose", &self.purpose)?;
        if let Some(basis) = &self.basis {
            self.basis = Some(text("basis", basis)?);
        }
        if let Some(rows) = &self.rows {
            self.rows = Some(text("rows", rows)?);
        }
        if self.until <= now {
            return Err(Error::grant("until", "this time is past"));
        }
        // What began before it was given begins when it is given.
        self.from = self.from.filter(|from| *from > now);
        let longest = |since| crate::settings::later(since, crate::settings::days(days));
        let from = self.from.unwrap_or(now);
        if from > longest(now) {
            let why = format!("a grant begins within {days} days");
            return Err(Error::grant("from", why));
        }
        if self.until <= from {
            return Err(Error::grant("until", "it would end before it begins"));
        }
        if self.until > longest(from) {
            let why = format!("a grant holds at most {days} days");
            return Err(Error::grant("until", why));
        }
        if self.uses == Some(0) {
            return Err(Error::grant("uses", "it could never be used"));
        }
        if self.ways.is_empty() {
            return Err(Error::grant("ways", "it could be used on no way"));
        }
        if self.columns.as_ref().is_some_and(BTreeSet::is_empty) {
            return Err(Error::grant("columns", "it would show no column"));
        }
        for (column, mask) in &self.masks {
            if column.parse::<ColumnName>().is_err() {
                return Err(Error::grant(
                    "masks",
                    format!("`{column}` is no name of a column"),
                ));
            }
            if mask.contains(';') {
                return Err(Error::grant(
                    "masks",
                    format!("`{column}`: a mask has no `;` in it"),
                ));
            }
            mask_of(mask).map_err(|why| Error::grant("masks", format!("`{column}`: {why}")))?;
        }
        Ok(self)
    }

    /// The policy that the grant is, in Cedar.
    pub(crate) fn policy(&self, id: GrantId) -> String {
        let mut text = format!(
            "@id({})\n@about({})\n@up_to({})\n",
            quoted(&id.to_string()),
            quoted(&self.purpose),
            quoted(self.up_to.name())
        );
        let mut annotate = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                text.push_str(&format!("@{name}({})\n", quoted(&value)));
            }
        };
        annotate("basis", self.basis.clone());
        annotate("rows", self.rows.clone());
        let columns = self.columns.as_ref();
        annotate("columns", columns.map(|columns| joined(columns, ", ")));
        let masks = self.masks.iter();
        let masks: Vec<String> = masks
            .map(|(column, mask)| format!("{column}: {mask}"))
            .collect();
        annotate("masks", (!masks.is_empty()).then(|| masks.join("; ")));
        let ways: Vec<String> = self.ways.iter().map(|way| quoted(way.name())).collect();
        text.push_str(&format!(
            "permit (\n  {},\n  action == Action::\"read\",\n  resource == Dataset::{}\n) when {{\n  \
             (if context has purpose then context.purpose == {} else true) && [{}].contains(context.way)\n}};\n",
            self.to.kind.scope(&self.to.id),
            quoted(self.dataset.as_str()),
            quoted(&self.purpose),
            ways.join(", ")
        ));
        text
    }
}

impl Grant {
    /// Whether it can be used.
    pub fn is_in_force(&self, now: Timestamp) -> bool {
        !self.is_over(now) && !self.is_waiting(now)
    }

    /// Whether its term has not begun yet.
    pub fn is_waiting(&self, now: Timestamp) -> bool {
        self.granted.from.is_some_and(|from| now < from)
    }

    /// Whether it cannot be used any more.
    pub(crate) fn is_over(&self, now: Timestamp) -> bool {
        self.revoked.is_some()
            || now >= self.granted.until
            || self.granted.uses.is_some_and(|uses| self.used >= uses)
    }
}

fn joined(words: &BTreeSet<String>, between: &str) -> String {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    words.join(between)
}

/// A text that says something in one line.
pub(crate) fn text(field: &'static str, text: &str) -> Result<String> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Error::grant(field, "it is empty"));
    }
    if text.chars().count() > TEXT_LENGTH {
        return Err(Error::grant(
            field,
            format!("it has more than {TEXT_LENGTH} signs"),
        ));
    }
    if text.chars().any(char::is_control) {
        return Err(Error::grant(field, "it is one line of text"));
    }
    Ok(text.to_owned())
}
