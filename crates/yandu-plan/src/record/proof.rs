use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Decision, Plan};
use crate::edit::Edit;

/// Where the actual value of a target comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Source {
    /// A metric over the city's data.
    Metric {
        metric: String,
        way: Way,
        /// Of a change: the value against which it is measured, where the metric does not declare it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        baseline: Option<f64>,
        /// Of a change: it is measured against the same time of the year before.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        against_year_before: bool,
    },
    /// A reporting form of the lead unit: a dataset of origin `form`, and the metric that is computed from its reports. Without a
    /// metric it is proved by evidence.
    Form {
        dataset: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        metric: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        way: Option<Way>,
    },
    /// Reported by hand with evidence, until there is a form.
    ByHand,
    /// Nobody has said.
    Open,
}

/// The metric that says what of a target is reached.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured<'a> {
    pub metric: &'a str,
    pub way: Way,
    /// Of a change: the value against which it is measured.
    pub baseline: Option<f64>,
    pub against_year_before: bool,
}

impl Source {
    /// A form. It has a metric over its reports with its way, or neither.
    pub fn form(
        dataset: String,
        metric: Option<String>,
        way: Option<&str>,
    ) -> Result<Self, &'static str> {
        let way = match (&metric, way) {
            (None, None) => None,
            (Some(_), Some(way)) => Some(Way::from_name(way).ok_or(Way::ONE_OF)?),
            _ => return Err("a form has a `metric` over its reports with its `way`, or neither"),
        };
        Ok(Self::Form {
            dataset,
            metric,
            way,
        })
    }

    /// The metric behind it, over the city's data or over the reports of a form.
    pub fn measured(&self) -> Option<Measured<'_>> {
        match self {
            Self::Metric {
                metric,
                way,
                baseline,
                against_year_before,
            } => Some(Measured {
                metric,
                way: *way,
                baseline: *baseline,
                against_year_before: *against_year_before,
            }),
            Self::Form {
                metric: Some(metric),
                way: Some(way),
                ..
            } => Some(Measured {
                metric,
                way: *way,
                baseline: None,
                against_year_before: false,
            }),
            _ => None,
        }
    }

    pub fn name(&self) -> &'static str {
        match self {
            Self::Metric { .. } => "metric",
            Self::Form { .. } => "form",
            Self::ByHand => "by-hand",
            Self::Open => "open",
        }
    }
}

/// How the actual value is taken from a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// The sum over the year of the target, up to its day.
    YearSum,
    /// The value at the day.
    AtDate,
    /// The change of the value against a baseline.
    Change,
    /// A share in percent at the day.
    Share,
}

impl Way {
    /// What is said to a name that is none.
    pub const ONE_OF: &'static str = "`way` is one of `year-sum`, `at-date`, `change`, `share`";

    pub const ALL: [Self; 4] = [Self::YearSum, Self::AtDate, Self::Change, Self::Share];

    pub fn name(self) -> &'static str {
        match self {
            Self::YearSum => "year-sum",
            Self::AtDate => "at-date",
            Self::Change => "change",
            Self::Share => "share",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|way| way.name() == name)
    }
}

/// What a target is bound to, and who said so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Binding {
    pub source: Source,
    /// Absent where the city's file proposed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Decision>,
    /// What the city's file or the person says to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A document that is kept, by its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanDocument {
    /// BLAKE3 of its bytes, in hexadecimal.
    pub hash: String,
    pub name: String,
    /// What its content is, whatever its name says.
    pub media_type: String,
    pub size_bytes: u64,
    pub by: Decision,
}

/// What was handed in for a target or a node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    pub number: u32,
    /// `target/12` or `node/3.2.1`.
    pub about: String,
    pub said: EvidenceFields,
    pub submitted: Decision,
    pub state: EvidenceState,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided: Option<Decision>,
}

impl Evidence {
    /// What was decided about it, by whom and when; `None` while nobody has.
    pub(crate) fn told(&self) -> Option<String> {
        let by = self.decided.as_ref()?;
        Some(by.told(&format!("evidence `{}`", self.number), self.state.name()))
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidenceFields {
    /// The day that it speaks of.
    pub on: Date,
    /// The figure reached by then, counted from the beginning of the target's time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// Where the figure comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Hashes of documents.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EvidenceState {
    Submitted,
    Accepted,
    Returned,
}

impl EvidenceState {
    pub fn name(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Accepted => "accepted",
            Self::Returned => "returned",
        }
    }
}

/// A change of what the plan binds people to, asked for and decided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangeRequest {
    pub number: u32,
    pub edits: Vec<Edit>,
    pub requested: Decision,
    pub state: ChangeState,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided: Option<Decision>,
    /// The baseline that it made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<u32>,
}

impl ChangeRequest {
    /// What was decided about it, by whom and when; `None` while nobody has.
    pub(crate) fn told(&self) -> Option<String> {
        let by = self.decided.as_ref()?;
        Some(by.told(&format!("change `{}`", self.number), self.state.name()))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeState {
    Requested,
    Approved,
    Rejected,
}

impl ChangeState {
    pub fn name(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
        }
    }
}

/// That a target was found closed, or open again, when its actual was looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Closing {
    /// The day from which the target is reached; absent while it is not.
    pub closed_on: Option<Date>,
    pub value: Option<f64>,
    /// The day that the value speaks of.
    pub as_of: Option<Date>,
    /// The metric that showed the value; evidence has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric: Option<String>,
    /// The number of the evidence that showed the value; a metric has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<u32>,
    pub seen: Decision,
}

/// What showed the value of a closing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShownBy<'a> {
    Metric(&'a str),
    Evidence,
    /// The closing names neither, and nothing that was known when it was written down says it.
    Unknown,
}

impl Plan {
    /// What showed the value of a closing of a target. The binding of now says nothing of it: the target may have been bound to
    /// something else then. Of a closing that names nothing it is evidence with this value of this day, accepted before.
    pub fn shown_by<'a>(&self, target: u32, closing: &'a Closing) -> ShownBy<'a> {
        if let Some(metric) = &closing.metric {
            return ShownBy::Metric(metric);
        }
        let about = format!("target/{target}");
        let is_shown = closing.evidence.is_some()
            || self.evidence.values().any(|one| {
                let accepted = one.decided.as_ref();
                one.about == about
                    && one.state == EvidenceState::Accepted
                    && accepted.is_some_and(|accepted| accepted.at <= closing.seen.at)
                    && one.said.value.is_some()
                    && one.said.value == closing.value
                    && Some(one.said.on) == closing.as_of
            });
        if is_shown {
            ShownBy::Evidence
        } else {
            ShownBy::Unknown
        }
    }
}

/// What was found of a target, oldest first.
pub(crate) type Closings = BTreeMap<u32, Vec<Closing>>;
