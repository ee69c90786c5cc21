//! The negative list (负面清单): what may not be shared, each entry with its legal basis.
//!
//! An entry is a record, and policies that forbid are made of it: they hold against every permit, and every new grant is checked
//! against them.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use yandu_policy::{City, Dataset, quoted};
use yandu_words::Grade;
use yandu_words::id::{DatasetId, PackId};

use crate::field::Fields;
use crate::grant::{Ended, text};
use crate::{Error, Result};

/// The name of the text that the policies of entries stand in.
pub(crate) const NEGATIVE: &str = "negative-list";

/// The number of an entry, written `N12`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EntryId(pub(crate) i64);

impl fmt::Display for EntryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "N{}", self.0)
    }
}

impl FromStr for EntryId {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = text
            .strip_prefix('N')
            .and_then(|number| number.parse().ok());
        number
            .filter(|number| *number > 0)
            .map(Self)
            .ok_or_else(|| {
                format!("`{text}` is no entry of the negative list, which is written like N12")
            })
    }
}

impl TryFrom<String> for EntryId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<EntryId> for String {
    fn from(id: EntryId) -> Self {
        id.to_string()
    }
}

/// What may not be shared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewEntry {
    /// One dataset; or else `pack`; or else all.
    #[serde(default)]
    pub dataset: Option<DatasetId>,
    /// All datasets of a pack.
    #[serde(default)]
    pub pack: Option<PackId>,
    /// Only these columns are withheld.
    #[serde(default)]
    pub columns: Option<BTreeSet<String>>,
    /// Only values of this grade and above are withheld.
    #[serde(default)]
    pub from_grade: Option<Grade>,
    /// The departments that may have it all the same.
    #[serde(default)]
    pub except: BTreeSet<String>,
    /// The law, and its article.
    pub basis: String,
    /// What it is about.
    pub about: String,
}

/// An entry as it was added, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    pub id: EntryId,
    #[serde(flatten)]
    pub entry: NewEntry,
    /// The fields of the columns that it names, as they were when it was added or when a dataset came.
    #[serde(skip)]
    pub fields: Fields,
    pub added_by: String,
    pub added_at: Timestamp,
    pub removed: Option<Ended>,
}

impl NewEntry {
    pub(crate) fn checked(mut self) -> Result<Self> {
        self.basis = text("basis", &self.basis)?;
        self.about = text("about", &self.about)?;
        if self.dataset.is_some() && self.pack.is_some() {
            return Err(Error::grant(
                "pack",
                "it is about a dataset or a pack, not both",
            ));
        }
        if self.columns.as_ref().is_some_and(BTreeSet::is_empty) {
            return Err(Error::grant("columns", "it would withhold no column"));
        }
        Ok(self)
    }

    /// The datasets of a city that it is about.
    pub(crate) fn meant<'c>(
        &self,
        city: &'c City,
    ) -> impl Iterator<Item = (&'c DatasetId, &'c Dataset)> {
        city.datasets.iter().filter(move |(id, _)| {
            self.dataset.as_ref().is_none_or(|named| named == *id)
                && self.pack.as_ref().is_none_or(|named| *named == id.pack())
        })
    }

    /// Which of its columns a city has, none of them where it names none; `None` where there is nothing that it is about.
    pub(crate) fn there(&self, city: &City) -> Option<Vec<&str>> {
        let mut meant = self.meant(city);
        let Some(named) = &self.columns else {
            return meant.next().map(|_| Vec::new());
        };
        let meant: Vec<&Dataset> = meant.map(|(_, dataset)| dataset).collect();
        let is_there = |column: &&str| {
            meant
                .iter()
                .any(|dataset| dataset.columns.contains_key(*column))
        };
        let there: Vec<&str> = named.iter().map(String::as_str).filter(is_there).collect();
        (!there.is_empty()).then_some(there)
    }

    /// The policies that the entry is in a city, in Cedar; none where nothing could show what it is about. One is over the names that
    /// it was made with, and one over the other names that its fields have in a dataset: elsewhere those names are other columns.
    pub(crate) fn policies(&self, id: EntryId, fields: &Fields, city: &City) -> Option<String> {
        let mut text = String::new();
        if let Some(columns) = self.there(city) {
            let resource = match (&self.dataset, &self.pack) {
                (Some(dataset), _) => equal_to(dataset),
                (None, Some(pack)) => format!("resource in Pack::{}", quoted(pack.as_str())),
                (None, None) => "resource is Dataset".to_owned(),
            };
            text.push_str(&self.policy(&id.to_string(), &resource, &columns));
        }
        for (place, (dataset, columns)) in self.renamed(fields, city).iter().enumerate() {
            let name = format!("{id}.{}", place + 1);
            text.push_str(&self.policy(&name, &equal_to(dataset), columns));
        }
        (!text.is_empty()).then_some(text)
    }

    fn policy(&self, name: &str, resource: &str, columns: &[&str]) -> String {
        let mut text = format!(
            "@id({})\n@about({})\n@basis({})\n",
            quoted(name),
            quoted(&self.about),
            quoted(&self.basis)
        );
        if !columns.is_empty() {
            text.push_str(&format!("@columns({})\n", quoted(&columns.join(", "))));
        }
        if let Some(grade) = self.from_grade {
            text.push_str(&format!("@from_grade({})\n", quoted(grade.name())));
        }
        text.push_str(&format!(
            "forbid (\n  principal,\n  action == Action::\"read\",\n  {resource}\n)"
        ));
        let except: Vec<String> = self
            .except
            .iter()
            .map(|department| format!("principal in Department::{}", quoted(department)))
            .collect();
        if !except.is_empty() {
            text.push_str(&format!(" unless {{\n  {}\n}}", except.join(" || ")));
        }
        text.push_str(";\n");
        text
    }
}

fn equal_to(dataset: &DatasetId) -> String {
    format!("resource == Dataset::{}", quoted(dataset.as_str()))
}
