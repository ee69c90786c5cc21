use std::collections::{BTreeSet, HashMap};
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use yandu_store::Store;
use yandu_words::{BatchId, DatasetId, FieldId, Grade};

use crate::evidence::Reason;
use crate::store::MIGRATIONS;
use crate::{Result, store};

/// What holds of an open suggestion that is stricter than the present grade.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UntilConfirmed {
    /// Nothing: the declared grade holds.
    Declared,
    /// The suggestion, where values that passed a check digit speak for it and the pack says nothing of the column itself.
    #[default]
    Checked,
    /// The suggestion, wherever it is stricter.
    Stricter,
}

/// Where a suggestion stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    Open,
    Confirmed,
    /// Decided with another class or grade.
    Changed,
    Rejected,
    /// Other evidence has made another suggestion.
    Superseded,
    /// The field is gone, or nothing speaks for it any more.
    Withdrawn,
}

/// How a suggestion stands to the present grade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bearing {
    /// Nothing speaks for a class.
    Nothing,
    Same,
    Lower,
    Higher,
}

/// A suggestion as it is recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    pub id: i64,
    pub dataset: DatasetId,
    pub owner: String,
    /// None for the dataset as a whole.
    pub field: Option<FieldId>,
    pub name: Option<String>,
    pub class: Option<String>,
    pub grade: Grade,
    pub confidence: f64,
    pub reasons: Vec<Reason>,
    pub evidence: String,
    pub present: Grade,
    pub bearing: Bearing,
    /// Whether it holds until somebody decides.
    pub holds: bool,
    pub status: Status,
    pub batch: Option<BatchId>,
    pub opened_at: Timestamp,
    pub decided_by: Option<String>,
    pub decided_at: Option<Timestamp>,
    pub reason: Option<String>,
}

/// What somebody decided of a field, or of a dataset as a whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Classified {
    pub id: i64,
    pub dataset: DatasetId,
    pub owner: String,
    pub field: Option<FieldId>,
    pub name: Option<String>,
    pub class: Option<String>,
    pub grade: Grade,
    /// What it was before.
    pub before: Grade,
    /// What the pack declared.
    pub declared: Grade,
    /// What flowed in along lineage, and from where.
    pub inflow: Option<Grade>,
    pub inflow_from: Vec<String>,
    pub is_lowering: bool,
    pub reason: Option<String>,
    pub decided_by: String,
    pub decided_at: Timestamp,
    pub suggestion: Option<i64>,
}

/// Which suggestions are meant.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of these datasets alone.
    pub datasets: Option<BTreeSet<DatasetId>>,
    pub owner: Option<String>,
    pub status: Option<Status>,
    pub class: Option<String>,
    pub grade: Option<Grade>,
    pub bearing: Option<Bearing>,
    pub field: Option<FieldId>,
}

/// How far a dataset is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DatasetCount {
    /// Open suggestions.
    pub open: u64,
    /// Those of them that are stricter than the present grade.
    pub higher: u64,
    /// Those of them for which nothing speaks.
    pub nothing: u64,
    /// Fields that somebody has decided.
    pub decided: u64,
    /// Suggestions that somebody has rejected and nothing has taken the place of.
    pub rejected: u64,
}

/// Suggestions and decisions of a city. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Classification {
    pub(crate) store: Store,
    pub(crate) until_confirmed: UntilConfirmed,
}

impl Classification {
    pub async fn open(store: Store, until_confirmed: UntilConfirmed) -> Result<Self> {
        store.migrate("classify", MIGRATIONS).await?;
        Ok(Self {
            store,
            until_confirmed,
        })
    }

    pub fn until_confirmed(&self) -> UntilConfirmed {
        self.until_confirmed
    }

    /// Suggestions, those that are stricter than the present grade first, after a key where it is given.
    pub async fn list(
        &self,
        filter: &Filter,
        after: Option<(u8, i64)>,
        limit: u32,
    ) -> Result<Vec<Suggestion>> {
        store::list(self.store.pool(), filter, after, limit).await
    }

    pub async fn suggestion(&self, id: i64) -> Result<Suggestion> {
        let mut connection = self.store.pool().acquire().await?;
        store::find(&mut connection, id).await
    }

    /// How far each dataset is that has a suggestion or a decision.
    pub async fn counts(&self) -> Result<HashMap<DatasetId, DatasetCount>> {
        store::counts(self.store.pool()).await
    }

    /// The decisions on a field, or on a dataset as a whole, the newest first.
    pub async fn decisions(
        &self,
        dataset: &DatasetId,
        field: Option<FieldId>,
    ) -> Result<Vec<Classified>> {
        store::decisions(self.store.pool(), dataset, field).await
    }

    /// What is in force of every field that somebody decided on, and of every such dataset.
    pub async fn in_force(&self) -> Result<HashMap<(DatasetId, Option<FieldId>), Classified>> {
        let mut connection = self.store.pool().acquire().await?;
        store::in_force(&mut connection, None).await
    }

    /// Decisions that made something less sensitive, the newest first, before one where it is named.
    pub async fn lowerings(
        &self,
        datasets: Option<&BTreeSet<DatasetId>>,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Classified>> {
        store::lowerings(self.store.pool(), datasets, before, limit).await
    }
}

macro_rules! words {
    ($type:ident { $($variant:ident = $word:literal,)+ }) => {
        impl $type {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }

            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($word => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}

words!(Status {
    Open = "open",
    Confirmed = "confirmed",
    Changed = "changed",
    Rejected = "rejected",
    Superseded = "superseded",
    Withdrawn = "withdrawn",
});

words!(Bearing {
    Nothing = "nothing",
    Same = "same",
    Lower = "lower",
    Higher = "higher",
});

impl Bearing {
    /// How a grade stands to the present one.
    pub(crate) fn of(grade: Grade, present: Grade, confidence: f64) -> Self {
        if confidence == 0.0 {
            return Self::Nothing;
        }
        match grade.cmp(&present) {
            std::cmp::Ordering::Greater => Self::Higher,
            std::cmp::Ordering::Equal => Self::Same,
            std::cmp::Ordering::Less => Self::Lower,
        }
    }

    pub fn rank(self) -> u8 {
        match self {
            Self::Nothing => 0,
            Self::Same => 1,
            Self::Lower => 2,
            Self::Higher => 3,
        }
    }

    pub(crate) fn of_rank(rank: i64) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|bearing| i64::from(bearing.rank()) == rank)
    }
}
