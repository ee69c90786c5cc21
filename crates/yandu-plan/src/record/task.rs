use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Decision;

/// A task: a part of a point that one unit leads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Point and number, as `3.2`; a county's copy has the county's number behind a dash.
    pub id: String,
    pub point: u32,
    pub said: TaskFields,
    /// The sentence that it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sentence: Option<u32>,
    /// The target that it has to reach.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<u32>,
    /// Of a county's copy: the city's task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// Of a county's copy: the county.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub county: Option<String>,
    /// The highest number of a node that was removed.
    #[serde(default, skip_serializing_if = "Gone::is_none")]
    pub gone_nodes: Gone,
    /// The highest number of a county's copy that was removed.
    #[serde(default, skip_serializing_if = "Gone::is_none")]
    pub gone_copies: Gone,
}

/// The highest number of a part that was removed, 0 where none was. Drafts, changes and baselines call a part by its number, so
/// none is given again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Gone(u32);

impl Gone {
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde hands over a reference"
    )]
    pub(crate) fn is_none(&self) -> bool {
        self.0 == 0
    }

    /// Notes that a part is removed.
    pub(crate) fn add(&mut self, id: &str) {
        self.0 = self.0.max(number_of(id));
    }

    /// The number of a new part beside those that are there.
    pub(crate) fn next<'a>(self, ids: impl Iterator<Item = &'a String>) -> u32 {
        ids.map(|id| number_of(id)).fold(self.0, u32::max) + 1
    }
}

/// The number of a part within that to which it belongs.
fn number_of(id: &str) -> u32 {
    place_of(id).last().copied().unwrap_or(0)
}

/// What is said of a task. All of it can be edited.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskFields {
    pub title: String,
    /// Absent until somebody is assigned.
    #[serde(default)]
    pub lead: Option<String>,
    #[serde(default)]
    pub supports: Vec<String>,
    /// Counties that take part.
    #[serde(default)]
    pub counties: Vec<String>,
    /// What there is to show when it is done.
    #[serde(default)]
    pub deliverable: Option<String>,
    pub due: Date,
    /// Of a county's copy: its share of the target.
    #[serde(default)]
    pub quantity: Option<f64>,
}

/// A dated step of a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Node {
    /// The task and a number, as `3.2.1`.
    pub id: String,
    pub task: String,
    pub said: NodeFields,
    /// When the work on it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun: Option<Decision>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished: Option<Finish>,
}

/// What is said of a node. All of it can be edited.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodeFields {
    pub title: String,
    pub due: Date,
    #[serde(default)]
    pub deliverable: Option<String>,
    /// How much of the target is to be reached by then, from 0 to 1.
    #[serde(default)]
    pub share: Option<f64>,
}

/// That a node is finished.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finish {
    /// The day for which it counts: that of the report, or an earlier one that documents show.
    pub on: Date,
    pub by: Decision,
    /// Documents that show it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<String>,
}

/// The place of an id among others: numbers by their size, `3.10` behind `3.9`.
pub(crate) fn place_of(id: &str) -> Vec<u32> {
    id.split(['.', '-'])
        .map(|part| part.parse().unwrap_or(u32::MAX))
        .collect()
}
