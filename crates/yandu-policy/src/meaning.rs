//! Which fields a policy means by the columns that it names.
//!
//! A policy is written with names, and means the fields that had them when it was put in force. It follows a field that is renamed.
//! Where a name is another field's by now, or the field is gone, nobody knows what its author would say: a permit shows nothing of
//! that dataset until somebody says it anew, and what withholds withholds both.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use yandu_words::FieldId;
use yandu_words::id::DatasetId;

use crate::annotation::Annotation;
use crate::city::{Action, Dataset};
use crate::policies::Known;
use crate::statement::{Effect, Statement};

/// What policies mean, by their names.
pub type Meanings = BTreeMap<Arc<str>, Meaning>;

/// What a policy means.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meaning {
    /// What it says of rows, columns and masks. One that says something else by now is read anew.
    pub said: String,
    /// The fields that were meant, by dataset and name.
    pub fields: BTreeMap<DatasetId, BTreeMap<String, FieldId>>,
}

/// Reads and changes the names of columns in conditions on rows, which is done elsewhere: this crate has no SQL of its own.
pub trait RowNames {
    /// The names that a condition has for columns; none where it cannot be read.
    fn columns(&self, sql: &str) -> BTreeSet<String>;

    /// The same condition over columns that are called otherwise; `None` where it cannot be read.
    fn renamed(&self, sql: &str, names: &BTreeMap<String, String>) -> Option<String>;
}

/// What policies meant when they were put in force.
#[derive(Clone, Copy)]
pub struct Held<'a> {
    pub meanings: &'a Meanings,
    pub names: &'a dyn RowNames,
    /// Names of texts that are written anew, with the names of now, whenever a set is built.
    pub of_now: &'a [&'a str],
}

/// A column that a permit names and that is not what it was. The permit shows nothing of the dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub policy: Arc<str>,
    pub dataset: DatasetId,
    pub column: String,
    pub lost: Lost,
}

/// Why a column is not what a policy meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lost {
    /// The name is another field's now.
    Another,
    /// No column is the field any more.
    Gone,
}

impl Finding {
    /// What to do about it.
    pub const HELP: &'static str = "name the column that is meant, or give the policy another `@id` if it means the column of now";
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            policy,
            dataset,
            column,
            ..
        } = self;
        write!(
            f,
            "`{policy}` shows nothing of `{dataset}`: its column `{column}` "
        )?;
        f.write_str(match self.lost {
            Lost::Another => "is another field now",
            Lost::Gone => "is gone",
        })
    }
}

/// What a statement means in the datasets of a city.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Resolved {
    pub(crate) meaning: Option<Meaning>,
    /// Conditions on rows with the names of now, where these are not those that were written.
    pub(crate) rows: BTreeMap<DatasetId, Arc<str>>,
    /// Datasets of which a permit shows nothing, because it names what is not there any more.
    pub(crate) closed: BTreeSet<DatasetId>,
    pub(crate) findings: Vec<Finding>,
}

impl Resolved {
    /// Whether a name was meant in some dataset, whatever it is called now.
    pub(crate) fn means(&self, name: &str) -> bool {
        let mut fields = self.meaning.iter().flat_map(|one| one.fields.values());
        fields.any(|of_dataset| of_dataset.contains_key(name))
    }
}

/// What names are in one dataset.
#[derive(Default)]
struct Meant<'a> {
    fields: Vec<(&'a str, FieldId)>,
    /// The names of now of those that have others.
    renamed: BTreeMap<String, String>,
    lost: Vec<(&'a str, Lost)>,
}

impl<'a> Meant<'a> {
    fn of(
        names: &BTreeSet<&'a str>,
        dataset: &Dataset,
        before: Option<&BTreeMap<String, FieldId>>,
    ) -> Self {
        let mut meant = Self::default();
        for name in names.iter().copied() {
            let now = dataset.columns.get(name).map(|column| column.field);
            meant.fields.extend(now.map(|field| (name, field)));
            let before = before.and_then(|before| before.get(name)).copied();
            let Some(field) = before.filter(|before| Some(*before) != now) else {
                continue;
            };
            let called = dataset.name_of(field);
            meant.fields.extend(called.map(|_| (name, field)));
            match (now, called) {
                (None, Some(called)) => {
                    meant.renamed.insert(name.to_owned(), called.to_owned());
                }
                (Some(_), _) => meant.lost.push((name, Lost::Another)),
                (None, None) => meant.lost.push((name, Lost::Gone)),
            }
        }
        meant
    }
}

impl Statement {
    /// Looks up which fields the names of the statement are in the datasets that it can reach. What it shows or withholds follows
    /// fields from now on.
    pub(crate) fn resolve(&mut self, reached: &[(&DatasetId, &Dataset)], held: Option<&Held<'_>>) {
        let held = held.filter(|held| !held.of_now.contains(&self.source()));
        let rows = self.rows().cloned();
        let in_rows = held.zip(rows.as_ref());
        let in_rows = in_rows.map(|(held, rows)| held.names.columns(rows));
        let in_rows = in_rows.unwrap_or_default();
        let (columns, masks) = self.names();
        if columns.is_empty() && masks.is_empty() && in_rows.is_empty() {
            return;
        }
        let names: BTreeSet<&str> = columns
            .iter()
            .chain(&masks)
            .chain(&in_rows)
            .map(String::as_str)
            .collect();
        let said = self.said();
        let before = held.and_then(|held| held.meanings.get(&self.id));
        let before = before.filter(|before| before.said == said);
        let mut meaning = Meaning {
            said,
            fields: before.map_or_else(BTreeMap::new, |before| before.fields.clone()),
        };
        let mut resolved = Resolved::default();
        let mut fields: Vec<(&str, FieldId)> = Vec::new();
        for (id, dataset) in reached {
            let known = before.and_then(|before| before.fields.get(*id));
            let meant = Meant::of(&names, dataset, known);
            if held.is_some() {
                let of_dataset = meaning.fields.entry((*id).clone()).or_default();
                for (name, field) in &meant.fields {
                    if field.is_recorded() {
                        of_dataset.entry((*name).to_owned()).or_insert(*field);
                    }
                }
            }
            if matches!(self.effect, Effect::Permit(_)) {
                if !meant.lost.is_empty() {
                    resolved.closed.insert((*id).clone());
                }
                resolved
                    .findings
                    .extend(meant.lost.iter().map(|(name, lost)| Finding {
                        policy: Arc::clone(&self.id),
                        dataset: (*id).clone(),
                        column: (*name).to_owned(),
                        lost: *lost,
                    }));
            }
            if let Some((held, rows)) = held.zip(rows.as_ref())
                && meant.renamed.keys().any(|name| in_rows.contains(name))
                && let Some(now) = held.names.renamed(rows, &meant.renamed)
            {
                resolved.rows.insert((*id).clone(), now.into());
            }
            fields.extend(meant.fields);
        }
        meaning
            .fields
            .retain(|_, of_dataset| !of_dataset.is_empty());
        resolved.meaning = (!meaning.fields.is_empty()).then_some(meaning);
        let of_columns = fields.iter().filter(|(name, _)| columns.contains(*name));
        let of_columns: BTreeSet<FieldId> = of_columns.map(|(_, field)| *field).collect();
        match &mut self.effect {
            Effect::Permit(shows) => {
                if let Some(columns) = &mut shows.columns {
                    columns.fields = of_columns;
                }
                let masked = fields
                    .iter()
                    .filter_map(|(name, field)| Some((*field, shows.masks.get(*name)?.clone())));
                shows.field_masks = masked.collect();
            }
            Effect::Withhold(withholds) => {
                if let Some(columns) = &mut withholds.columns {
                    columns.fields = of_columns;
                }
            }
            Effect::Forbid => {}
        }
        self.resolved = resolved;
    }

    /// Whether it permits nothing of this, because it names what is not there any more.
    pub(crate) fn is_closed(&self, action: Action, resource: &Known) -> bool {
        // Mostly nothing is, which is the first thing to look at.
        !self.resolved.closed.is_empty()
            && action == Action::Read
            && self.resolved.closed.contains(resource.uid.id().unescaped())
    }

    /// The condition on rows as it was written.
    pub(crate) fn rows(&self) -> Option<&Arc<str>> {
        match &self.effect {
            Effect::Permit(shows) => shows.rows.as_ref(),
            Effect::Forbid | Effect::Withhold(_) => None,
        }
    }

    /// The condition on the rows of a dataset with the names of now.
    pub(crate) fn rows_of(&self, dataset: &DatasetId) -> Option<&Arc<str>> {
        self.resolved.rows.get(dataset).or_else(|| self.rows())
    }

    /// The columns that it names to show or withhold, and those to mask.
    fn names(&self) -> (BTreeSet<String>, BTreeSet<String>) {
        let (columns, masks) = match &self.effect {
            Effect::Permit(shows) => (shows.columns.as_ref(), Some(&shows.masks)),
            Effect::Withhold(withholds) => (withholds.columns.as_ref(), None),
            Effect::Forbid => (None, None),
        };
        (
            columns.map_or_else(BTreeSet::new, |columns| columns.names.clone()),
            masks
                .into_iter()
                .flat_map(BTreeMap::keys)
                .cloned()
                .collect(),
        )
    }

    /// What it says of columns, as it was written.
    fn said(&self) -> String {
        let annotations = [Annotation::Rows, Annotation::Columns, Annotation::Masks];
        let said = annotations.map(|one| self.policy.annotation(one.name()).unwrap_or_default());
        said.join("\n")
    }
}
