//! A plan as it is kept: its text in pieces, what the reading found, and what people decided about each part of it.
//!
//! A plan is made of items, each with a key such as `figure/12`. What is stored, what a change wrote, and how two baselines differ
//! is told by items, so that there is one answer to what belongs to a plan.

mod figure;
mod items;
mod point;
mod proof;
mod task;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use yandu_words::calendar::CITY_CLOCK;

pub use figure::{DoubtAnswer, Figure, FigureState, Origin, PlanOffer, Said};
pub use items::ItemChange;
pub(crate) use items::difference;
pub(crate) use items::{Items, Kept, items_of};
pub use point::{PlanPiece, PlanPoint, Review, Verdict};
pub(crate) use proof::Closings;
pub use proof::{
    Binding, ChangeRequest, ChangeState, Closing, Evidence, EvidenceFields, EvidenceState,
    Measured, PlanDocument, ShownBy, Source, Way,
};
pub(crate) use task::place_of;
pub use task::{Finish, Gone, Node, NodeFields, Task, TaskFields};

use crate::reading::Chapter;

/// Who decided something, when and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    pub who: String,
    pub at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Decision {
    /// Says of something how it was decided, by whom, when on the city's clocks, and why.
    fn told(&self, what: &str, state: &str) -> String {
        let at = CITY_CLOCK.to_datetime(self.at).strftime("%Y-%m-%d %H:%M");
        let why = self.reason.as_ref();
        let why = why.map(|why| format!(", {why}")).unwrap_or_default();
        format!("{what} is {state} already, by `{}` on {at}{why}", self.who)
    }
}

/// How far a plan has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// People go through its text.
    Reviewing,
    /// It is in force: what is changed from here on is changed by approval.
    Approved,
    /// Its year is reviewed and it is kept as it was.
    Closed,
}

impl Status {
    pub const ALL: [Self; 3] = [Self::Reviewing, Self::Approved, Self::Closed];

    /// Stable name, as JSON writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reviewing => "reviewing",
            Self::Approved => "approved",
            Self::Closed => "closed",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}

/// The file that a plan was imported from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceText {
    /// BLAKE3 of its bytes, in hexadecimal; under this name they are kept.
    pub hash: String,
    pub name: Option<String>,
    pub size_bytes: u64,
    pub encoding: String,
    /// Signs of the text.
    pub signs: usize,
}

/// What a person should look at in the text as a whole, and what was said to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanFinding {
    pub number: u32,
    pub code: String,
    pub message: String,
    pub mend: String,
    pub offset: usize,
    pub line: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub point: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<Decision>,
}

/// What is said of a plan as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    pub title: Option<String>,
    pub year: Option<i16>,
    pub source: SourceText,
    pub chapters: Vec<Chapter>,
    /// Units that answer for every point, as the text names them.
    pub everywhere: Vec<String>,
    pub imported: Decision,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved: Option<Decision>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<Decision>,
}

/// A plan with all that belongs to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    pub id: String,
    pub revision: u64,
    pub status: Status,
    pub updated_at: Timestamp,
    pub head: Head,
    pub pieces: BTreeMap<u32, PlanPiece>,
    pub points: BTreeMap<u32, PlanPoint>,
    pub figures: BTreeMap<u32, Figure>,
    pub offers: BTreeMap<u32, PlanOffer>,
    pub findings: BTreeMap<u32, PlanFinding>,
    pub tasks: BTreeMap<String, Task>,
    pub nodes: BTreeMap<String, Node>,
    /// By target.
    pub bindings: BTreeMap<u32, Binding>,
    pub documents: BTreeMap<String, PlanDocument>,
    pub evidence: BTreeMap<u32, Evidence>,
    pub changes: BTreeMap<u32, ChangeRequest>,
    pub closings: Closings,
}

impl Plan {
    /// A plan of which only the head is known.
    pub(crate) fn empty(head: Head) -> Self {
        Self {
            id: String::new(),
            revision: 0,
            status: Status::Reviewing,
            updated_at: Timestamp::UNIX_EPOCH,
            head,
            pieces: BTreeMap::new(),
            points: BTreeMap::new(),
            figures: BTreeMap::new(),
            offers: BTreeMap::new(),
            findings: BTreeMap::new(),
            tasks: BTreeMap::new(),
            nodes: BTreeMap::new(),
            bindings: BTreeMap::new(),
            documents: BTreeMap::new(),
            evidence: BTreeMap::new(),
            changes: BTreeMap::new(),
            closings: BTreeMap::new(),
        }
    }

    /// The figures that are targets and were not rejected.
    pub fn targets(&self) -> impl Iterator<Item = &Figure> {
        self.figures.values().filter(|figure| figure.is_target())
    }

    /// The first and the last year that it is for; none where neither its title nor a target says it.
    pub fn years(&self) -> Option<(i16, i16)> {
        let due = || self.targets().filter_map(|target| target.said.due);
        let last = self.head.year.or_else(|| due().map(Date::year).max())?;
        let first = due().map(Date::year).min().unwrap_or(last);
        Some((first.min(last), last))
    }

    /// The city's task that has to reach a target.
    pub fn task_of(&self, target: &Figure) -> Option<&Task> {
        let mut tasks = self.tasks.values();
        tasks.find(|task| task.target == Some(target.number) && task.of.is_none())
    }

    /// Who answers for a target: the unit that leads its task, and while none does, that of its point.
    pub fn lead_of(&self, target: &Figure) -> Option<&String> {
        let task = self.task_of(target);
        let point = target.point.and_then(|point| self.points.get(&point));
        task.and_then(|task| task.said.lead.as_ref())
            .or_else(|| point.and_then(|point| point.lead.as_ref()))
    }

    /// The units that have a part in `target/12` or `node/3.2-1`: those that lead and support its task, or the county of a copy; those of
    /// its point where the task names none.
    pub fn units_of(&self, item: &str) -> Vec<&str> {
        let target = item.strip_prefix("target/").and_then(|number| {
            let number = number.parse().ok()?;
            self.figures.get(&number)
        });
        let node = item.strip_prefix("node/").and_then(|id| self.nodes.get(id));
        let task = match (target, node) {
            (Some(target), _) => self.task_of(target),
            (None, node) => node.and_then(|node| self.tasks.get(&node.task)),
        };
        let point = task
            .map(|task| task.point)
            .or(target.and_then(|target| target.point));
        let point = point.and_then(|point| self.points.get(&point));
        let of_task = task.into_iter().flat_map(|task| {
            let said = &task.said;
            said.lead.iter().chain(&said.supports).chain(&task.county)
        });
        let of_task: Vec<&str> = of_task.map(String::as_str).collect();
        if !of_task.is_empty() {
            return of_task;
        }
        let of_point = point.into_iter();
        let of_point = of_point.flat_map(|point| point.lead.iter().chain(&point.supports));
        of_point.map(String::as_str).collect()
    }

    /// Tasks in the order of their numbers, copies of counties behind the city's task.
    pub fn tasks_in_order(&self) -> Vec<&Task> {
        let mut tasks: Vec<&Task> = self.tasks.values().collect();
        tasks.sort_by_cached_key(|task| place_of(&task.id));
        tasks
    }

    /// Nodes in the order of their numbers.
    pub fn nodes_in_order(&self) -> Vec<&Node> {
        let mut nodes: Vec<&Node> = self.nodes.values().collect();
        nodes.sort_by_cached_key(|node| place_of(&node.id));
        nodes
    }

    /// The piece of the text in which a place stands.
    pub(crate) fn piece_at(&self, offset: usize) -> Option<&PlanPiece> {
        // Pieces are numbered in the order of the text.
        let mut pieces = self.pieces.values().rev();
        pieces
            .find(|piece| piece.offset <= offset)
            .filter(|piece| offset < piece.end)
    }
}
