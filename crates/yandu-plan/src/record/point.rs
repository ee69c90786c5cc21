use serde::{Deserialize, Serialize};

use super::{Decision, Gone};
use crate::reading::{Assignment, Role};
use crate::sheet::PieceKind;

/// A piece of the text, and the review of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanPiece {
    /// From 1, in the order of the text.
    pub number: u32,
    pub kind: PieceKind,
    pub point: Option<u32>,
    /// Unicode code points from the start of the text.
    pub offset: usize,
    /// Behind the last sign.
    pub end: usize,
    pub text: String,
    /// Whether a line of the text begins with it.
    pub starts_line: bool,
    /// Whether a person has to look at it: it is a sentence of a point, names units, or holds a figure.
    pub is_reviewed_alone: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<Review>,
}

/// What a person said to a piece of the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    pub verdict: Verdict,
    pub by: Decision,
}

/// How a person found the reading of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// All of it is right as it was read.
    Accepted,
    /// Something of it was corrected, rejected or added.
    Corrected,
}

impl Verdict {
    pub fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Corrected => "corrected",
        }
    }
}

/// A point with the units that answer for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanPoint {
    pub number: u32,
    /// As the text numbers it.
    pub label: String,
    pub title: String,
    pub offset: usize,
    pub end: usize,
    /// The one leading unit; absent where the text names none or several, until one is assigned.
    pub lead: Option<String>,
    /// Units that support, and those that answer together without a leading one.
    pub supports: Vec<String>,
    /// Who assigned or corrected the units, where they are not those of the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assigned: Option<Decision>,
    /// Who answers for which part of the point, as the text has it.
    pub assignments: Vec<Assignment>,
    /// The highest number of a task that was removed.
    #[serde(default, skip_serializing_if = "Gone::is_none")]
    pub gone_tasks: Gone,
}

impl PlanPoint {
    /// The naming of units that covers a place of the text.
    pub(crate) fn assignment_at(&self, offset: usize) -> Option<&Assignment> {
        let covers = |one: &&Assignment| one.from <= offset && offset < one.offset.max(one.end);
        self.assignments.iter().find(covers)
    }

    /// Leading units that the text names anywhere in the point.
    pub fn leads_of_text(&self) -> Vec<&str> {
        let mut leads: Vec<&str> = Vec::new();
        let units = self.assignments.iter().flat_map(|one| &one.units);
        for unit in units.filter(|unit| unit.role == Role::Lead) {
            if !leads.contains(&unit.name.as_str()) {
                leads.push(&unit.name);
            }
        }
        leads
    }
}
