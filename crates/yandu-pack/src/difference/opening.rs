//! What other packs may open: more to see for somebody, or more of it. Declarations are compared, and nobody's rights are worked out.

use serde::{Deserialize, Serialize};
use yandu_policy::text_of_mask;
use yandu_words::{ColumnName, DatasetId, Mask};

use super::{Comparison, word};
use crate::declare;
use crate::packs::Packs;

/// Something that other packs may open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    pub what: Opens,
    /// None where it is about policies.
    pub dataset: Option<DatasetId>,
    /// The column, or the pack whose policies are others.
    pub name: Option<String>,
    pub from: Option<String>,
    pub to: Option<String>,
}

/// What opens something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Opens {
    /// A column has a lower grade than before.
    Grade,
    /// Something else stands in for the values of a column.
    Mask,
    /// A column of a model may be less sensitive than what flows into it.
    Lowered,
    /// It may be shared with fewer conditions.
    Sharing,
    /// The public may have more of it.
    Public,
    /// Another department answers for it, and sees what owners see.
    Owner,
    /// A policy permits more, or forbids less.
    Policies,
}

impl Packs {
    /// What offered packs may open in the place of these. Datasets that are new open nothing: there was nothing to see of them.
    pub fn openings(&self, offered: &Self) -> Vec<Opening> {
        let mut openings = Vec::new();
        for after in offered.datasets() {
            if let Some(before) = self.dataset(after.id()) {
                openings.extend(Comparison::new(self, offered, before, after).openings());
            }
        }
        let opened = yandu_policy::opened(&self.policy_sources(), &offered.policy_sources());
        openings.extend(opened.into_iter().map(|pack| Opening {
            what: Opens::Policies,
            dataset: None,
            name: Some(pack),
            from: None,
            to: None,
        }));
        openings
    }
}

impl Comparison<'_> {
    fn openings(&self) -> Vec<Opening> {
        let (before, after) = (self.before.file(), self.after.file());
        let mut openings = Vec::new();
        let mut push =
            |what, name: Option<&ColumnName>, from: Option<String>, to: Option<String>| {
                openings.push(Opening {
                    what,
                    dataset: Some(self.after.id().clone()),
                    name: name.map(ToString::to_string),
                    from,
                    to,
                });
            };
        if share(after.sharing.class) > share(before.sharing.class) {
            let (from, to) = (&before.sharing.class, &after.sharing.class);
            push(Opens::Sharing, None, word(from), word(to));
        }
        if open(after.opening) > open(before.opening) {
            push(
                Opens::Public,
                None,
                word(&before.opening),
                word(&after.opening),
            );
        }
        if after.owner != before.owner {
            let (from, to) = (before.owner.clone(), after.owner.clone());
            push(Opens::Owner, None, Some(from), Some(to));
        }
        let renamed = self.renamed();
        for (name, column) in &after.columns {
            let former = renamed.iter().find(|(_, to)| *to == name);
            let former = former.map_or(name, |(from, _)| *from);
            let was = before.columns.get(former);
            let is_explained_now = was.is_none_or(|was| was.lowered.is_none());
            if column.lowered.is_some() && is_explained_now {
                push(Opens::Lowered, Some(name), None, column.lowered.clone());
            }
            if was.is_none() {
                continue;
            }
            let grades = (
                self.before.declared_grade(former.as_str()),
                self.after.declared_grade(name.as_str()),
            );
            if grades.1 < grades.0 {
                let (from, to) = (word(&grades.0), word(&grades.1));
                push(Opens::Grade, Some(name), from, to);
            }
            let masks = (
                self.before.declared_mask(former.as_str()),
                self.after.declared_mask(name.as_str()),
            );
            if let (Some(from), Some(to)) = masks
                && from != to
                && to != Mask::Null
            {
                let (from, to) = (text_of_mask(&from), text_of_mask(&to));
                push(Opens::Mask, Some(name), Some(from), Some(to));
            }
        }
        openings
    }
}

/// The more, the fewer conditions.
fn share(class: declare::SharingClass) -> u8 {
    match class {
        declare::SharingClass::None => 0,
        declare::SharingClass::Conditional => 1,
        declare::SharingClass::Unconditional => 2,
    }
}

/// The more, the more open.
fn open(opening: declare::Opening) -> u8 {
    match opening {
        declare::Opening::Closed => 0,
        declare::Opening::Conditional => 1,
        declare::Opening::Open => 2,
    }
}
