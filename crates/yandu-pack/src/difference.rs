//! What another state of the packs means for each dataset: declarations are compared, and no row is looked at.
//!
//! An effect is what a change *may* do to rows that are stored under the installed declaration. Whether it does anything
//! depends on the rows, which whoever has them looks at.

mod check;
mod column;
mod opening;
mod rename;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use yandu_words::{ColumnName, DatasetId, PackId};

use crate::dataset::Dataset;
use crate::declare::Column;
use crate::packs::Packs;

pub use opening::{Opening, Opens};
pub use rename::PossibleRename;

/// What offered packs change of installed ones.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Packs that come, go, or have another version.
    pub packs: Vec<PackChange>,
    /// Datasets with at least one change, those that stay in the order of the offered packs and the removed ones last.
    pub datasets: Vec<DatasetChange>,
}

/// A pack with the versions that it says it has, before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackChange {
    pub pack: PackId,
    /// Absent when the pack is new.
    pub from: Option<String>,
    /// Absent when the pack is gone.
    pub to: Option<String>,
}

/// What changes of one dataset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatasetChange {
    pub dataset: DatasetId,
    pub changes: Vec<Change>,
}

/// One change of a declaration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub what: What,
    /// The column, check, code list or setting that changes.
    pub name: Option<String>,
    pub from: Option<String>,
    pub to: Option<String>,
    pub effect: Effect,
}

/// The part of a declaration that changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    DatasetAdded,
    DatasetRemoved,
    Title,
    About,
    Owner,
    Steward,
    Origin,
    Form,
    Sharing,
    Opening,
    Refresh,
    Grade,
    Key,
    ColumnAdded,
    ColumnRemoved,
    /// A removed column is declared again: stored rows still have it, or the packs that declared it come back.
    ColumnReturned,
    ColumnRenamed,
    /// Title, description or unit.
    ColumnText,
    /// The headers under which a column is delivered.
    ColumnHeaders,
    /// Grade or mask.
    ColumnGrade,
    ColumnType,
    ColumnStandard,
    ColumnCodes,
    ColumnRequired,
    ColumnOptional,
    CodeList,
    CheckAdded,
    CheckRemoved,
    CheckChanged,
    CheckLevel,
    /// Title or quality dimension.
    CheckText,
    Setting,
    ModelSql,
    /// The inputs that a model does not wait for.
    MayBeAbsent,
}

/// What a change may do to stored rows, from the mildest to the strongest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    None,
    /// Rows that wait in quarantine may pass now; nothing is released by itself.
    Release,
    /// Rows are looked at again; what is found is noted, and no row moves.
    Note,
    /// The model is computed anew.
    Refresh,
    /// Values are no longer shown. They stay in the files and come back with the declaration.
    Hide,
    /// Rows are looked at again; those that break something hard go to quarantine.
    Recheck,
    /// Values are read again under another meaning; rows with a value that cannot be go to quarantine.
    Convert,
}

impl Effect {
    /// Whether stored rows, or what is seen of them, may be different afterwards.
    pub fn touches_rows(self) -> bool {
        matches!(self, Self::Hide | Self::Recheck | Self::Convert)
    }
}

impl DatasetChange {
    /// The strongest effect of its changes.
    pub fn effect(&self) -> Effect {
        let effects = self.changes.iter().map(|change| change.effect);
        effects.max().unwrap_or(Effect::None)
    }

    pub fn has(&self, what: What) -> bool {
        self.changes.iter().any(|change| change.what == what)
    }

    /// The columns that come back.
    pub fn returned(&self) -> impl Iterator<Item = &str> {
        let returned = self
            .changes
            .iter()
            .filter(|change| change.what == What::ColumnReturned);
        returned.filter_map(|change| change.name.as_deref())
    }

    /// The columns that take over the values of another one, each with the former name.
    pub fn renamed(&self) -> BTreeMap<&str, &str> {
        let renamed = self
            .changes
            .iter()
            .filter(|change| change.what == What::ColumnRenamed);
        renamed
            .filter_map(|change| Some((change.to.as_deref()?, change.from.as_deref()?)))
            .collect()
    }
}

impl Difference {
    pub fn is_empty(&self) -> bool {
        self.packs.is_empty() && self.datasets.is_empty()
    }

    pub fn dataset(&self, id: &DatasetId) -> Option<&DatasetChange> {
        self.datasets.iter().find(|change| change.dataset == *id)
    }
}

impl Change {
    fn new(what: What, effect: Effect) -> Self {
        Self {
            what,
            name: None,
            from: None,
            to: None,
            effect,
        }
    }

    fn of(mut self, name: &impl ToString) -> Self {
        self.name = Some(name.to_string());
        self
    }

    fn between(mut self, from: Option<impl ToString>, to: Option<impl ToString>) -> Self {
        self.from = from.map(|from| from.to_string());
        self.to = to.map(|to| to.to_string());
        self
    }
}

impl Packs {
    /// What `offered` changes of these packs.
    pub fn difference(&self, offered: &Self) -> Difference {
        let changed = offered.datasets().filter_map(|dataset| {
            let changes = match self.dataset(dataset.id()) {
                Some(installed) => Comparison::new(self, offered, installed, dataset).changes(),
                None => vec![Change::new(What::DatasetAdded, Effect::None)],
            };
            some(dataset.id(), changes)
        });
        let removed = self
            .datasets()
            .filter(|dataset| offered.dataset(dataset.id()).is_none())
            .filter_map(|dataset| {
                let change = Change::new(What::DatasetRemoved, Effect::Hide);
                some(dataset.id(), vec![change])
            });
        Difference {
            packs: packs(self, offered),
            datasets: changed.chain(removed).collect(),
        }
    }
}

fn some(dataset: &DatasetId, changes: Vec<Change>) -> Option<DatasetChange> {
    (!changes.is_empty()).then(|| DatasetChange {
        dataset: dataset.clone(),
        changes,
    })
}

fn packs(installed: &Packs, offered: &Packs) -> Vec<PackChange> {
    let version = |packs: &Packs, id: &PackId| packs.pack(id).map(|p| p.file().version.clone());
    let gone = installed
        .packs()
        .filter(|pack| offered.pack(pack.id()).is_none());
    offered
        .packs()
        .chain(gone)
        .map(|pack| PackChange {
            pack: pack.id().clone(),
            from: version(installed, pack.id()),
            to: version(offered, pack.id()),
        })
        .filter(|change| change.from != change.to)
        .collect()
}

/// Two declarations of one dataset, each with the packs that it stands in.
struct Comparison<'a> {
    installed: &'a Packs,
    offered: &'a Packs,
    before: &'a Dataset,
    after: &'a Dataset,
}

impl<'a> Comparison<'a> {
    fn new(
        installed: &'a Packs,
        offered: &'a Packs,
        before: &'a Dataset,
        after: &'a Dataset,
    ) -> Self {
        Self {
            installed,
            offered,
            before,
            after,
        }
    }

    fn changes(&self) -> Vec<Change> {
        let mut changes = self.texts();
        changes.extend(self.columns());
        changes.extend(self.key());
        changes.extend(self.checks());
        changes.extend(self.settings());
        changes.extend(self.model());
        changes.extend(self.may_be_absent());
        changes
    }

    /// What is said about a dataset and not about its rows.
    fn texts(&self) -> Vec<Change> {
        let (before, after) = (self.before.file(), self.after.file());
        let mut changes = Vec::new();
        let mut compare = |what, from: Option<String>, to: Option<String>| {
            if from != to {
                changes.push(Change::new(what, Effect::None).between(from, to));
            }
        };
        let title = |title: &yandu_words::Title| match &title.en {
            Some(en) => Some(format!("{} / {en}", title.zh)),
            None => Some(title.zh.clone()),
        };
        compare(What::Title, title(&before.title), title(&after.title));
        compare(What::About, before.about.clone(), after.about.clone());
        compare(
            What::Owner,
            Some(before.owner.clone()),
            Some(after.owner.clone()),
        );
        compare(What::Steward, before.steward.clone(), after.steward.clone());
        compare(What::Origin, word(&before.origin), word(&after.origin));
        compare(What::Form, word(&before.form), word(&after.form));
        compare(What::Sharing, word(&before.sharing), word(&after.sharing));
        compare(What::Opening, word(&before.opening), word(&after.opening));
        compare(What::Refresh, word(&before.refresh), word(&after.refresh));
        compare(What::Grade, word(&before.grade), word(&after.grade));
        changes
    }

    fn key(&self) -> Option<Change> {
        let key = |dataset: &Dataset| {
            let mut key: Vec<String> = dataset.file().key.iter().map(ToString::to_string).collect();
            key.sort();
            key
        };
        let (before, after) = (key(self.before), key(self.after));
        if before == after {
            return None;
        }
        let effect = if after.is_empty() {
            Effect::Release
        } else {
            Effect::Recheck
        };
        let shown = |key: Vec<String>| (!key.is_empty()).then(|| key.join(", "));
        Some(Change::new(What::Key, effect).between(shown(before), shown(after)))
    }

    /// Whether every row must have a value in a column.
    fn is_required(dataset: &Dataset, name: &ColumnName, column: &Column) -> bool {
        column.required || dataset.file().key.contains(name)
    }

    /// Another SELECT, or the same with other settings in it.
    fn model(&self) -> Option<Change> {
        let sql = |packs: &Packs| {
            let model = packs.model(self.after.id())?;
            Some(
                packs
                    .sql_of(model)
                    .unwrap_or_else(|_| model.sql().to_owned()),
            )
        };
        let (before, after) = (sql(self.installed), sql(self.offered));
        (before != after)
            .then(|| Change::new(What::ModelSql, Effect::Refresh).between(before, after))
    }

    /// With more inputs that may be absent, a model that waited for one is made.
    fn may_be_absent(&self) -> Option<Change> {
        let inputs = |dataset: &Dataset| -> BTreeSet<DatasetId> {
            dataset.file().may_be_absent.iter().cloned().collect()
        };
        let (before, after) = (inputs(self.before), inputs(self.after));
        if before == after {
            return None;
        }
        let effect = if after.is_subset(&before) {
            Effect::None
        } else {
            Effect::Refresh
        };
        let shown = |inputs: BTreeSet<DatasetId>| {
            let names: Vec<String> = inputs.iter().map(ToString::to_string).collect();
            (!names.is_empty()).then(|| names.join(", "))
        };
        Some(Change::new(What::MayBeAbsent, effect).between(shown(before), shown(after)))
    }

    /// Settings whose value changes and that a check of the dataset names.
    fn settings(&self) -> Vec<Change> {
        let Ok(pack) = self.after.id().parts().0.parse::<PackId>() else {
            return Vec::new();
        };
        let (Some(before), Some(after)) =
            (self.installed.settings(&pack), self.offered.settings(&pack))
        else {
            return Vec::new();
        };
        let texts: Vec<(String, bool)> = self
            .after
            .file()
            .checks
            .iter()
            .map(|check| {
                let is_hard = check.level == crate::declare::Level::Hard;
                (word(check).unwrap_or_default(), is_hard)
            })
            .collect();
        let mut changes = Vec::new();
        for (name, value) in after.usable() {
            let was = before.value(&name);
            let mark = format!("${{{name}}}");
            let used: Vec<bool> = texts
                .iter()
                .filter(|(text, _)| text.contains(&mark))
                .map(|(_, is_hard)| *is_hard)
                .collect();
            if was == Some(value) || used.is_empty() {
                continue;
            }
            let effect = if used.contains(&true) {
                Effect::Recheck
            } else {
                Effect::Note
            };
            changes.push(
                Change::new(What::Setting, effect)
                    .of(&name)
                    .between(was, Some(value)),
            );
        }
        changes
    }
}

/// A declared value as it stands in a pack: a word alone, or JSON for more than that.
fn word<T: Serialize>(value: &T) -> Option<String> {
    match serde_json::to_value(value).ok()? {
        serde_json::Value::Null => None,
        serde_json::Value::String(text) => Some(text),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests;
