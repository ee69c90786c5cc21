//! The life of an entry, as a table.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where an entry stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Written down, nobody has looked at it.
    Drafted,
    /// Looked at and found right; may be published.
    Reviewed,
    /// In force.
    Published,
    /// Published, and its content has changed since.
    Changed,
    /// No longer in force. Its history stays.
    Withdrawn,
}

/// Where somebody may move an entry to. `Changed` is in no target: an entry gets there by a change of its content alone.
const MOVES: &[(Status, &[Status])] = &[
    (Status::Drafted, &[Status::Reviewed, Status::Withdrawn]),
    (
        Status::Reviewed,
        &[Status::Published, Status::Drafted, Status::Withdrawn],
    ),
    (Status::Published, &[Status::Withdrawn]),
    (Status::Changed, &[Status::Published, Status::Withdrawn]),
    (Status::Withdrawn, &[Status::Drafted]),
];

impl Status {
    pub const ALL: [Self; 5] = [
        Self::Drafted,
        Self::Reviewed,
        Self::Published,
        Self::Changed,
        Self::Withdrawn,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Drafted => "drafted",
            Self::Reviewed => "reviewed",
            Self::Published => "published",
            Self::Changed => "changed",
            Self::Withdrawn => "withdrawn",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }

    /// Where an entry may be moved from here.
    pub fn moves(self) -> &'static [Self] {
        MOVES
            .iter()
            .find(|(from, _)| *from == self)
            .map_or(&[], |(_, to)| *to)
    }

    /// Where a change of its content takes an entry: what was reviewed or published is no longer what was looked at.
    pub(crate) fn after_change(self) -> Self {
        match self {
            Self::Reviewed => Self::Drafted,
            Self::Published => Self::Changed,
            other => other,
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
