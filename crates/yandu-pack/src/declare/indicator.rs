use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use yandu_words::{Grade, IndicatorSetId, Title};

use super::{Opening, Origin, SharingClass};

/// `indicators/*.yaml`: what a province wants to know of a city's ledger, answered from its entries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IndicatorFile {
    /// The id of the set, `pack.name`, the name being that of its file.
    pub indicators: IndicatorSetId,
    pub title: Title,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// True where nobody has issued the set: it shows what one looks like.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sample: bool,
    /// The document that asks for the indicators.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<String>,
    #[schemars(length(min = 1))]
    pub items: Vec<Indicator>,
}

/// One number that is asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Indicator {
    /// The number or code that the document gives it.
    #[schemars(
        regex(pattern = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$"),
        example = "A-01"
    )]
    pub id: String,
    pub title: Title,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// The unit of the answer, such as 个 or %.
    #[schemars(length(min = 1))]
    pub unit: String,
    pub measure: Measure,
}

/// How an indicator is computed from the entries of the ledger.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// How many entries there are.
    Count(EntryFilter),
    /// What part of some entries others are, in percent.
    Share(Box<Share>),
    /// The sum of a fact over entries; those of which it is not known are counted beside it.
    Sum(FactMeasure),
    /// The mean of a fact over the entries of which it is known.
    Mean(FactMeasure),
    /// Nothing in the ledger answers it, and why not.
    Uncovered(Uncovered),
}

/// `part` is looked for among those that `of` finds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Share {
    pub part: EntryFilter,
    #[serde(default)]
    pub of: EntryFilter,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FactMeasure {
    pub fact: Fact,
    #[serde(default)]
    pub of: EntryFilter,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Uncovered {
    #[schemars(length(min = 1))]
    pub reason: String,
}

/// What is measured of the data of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Fact {
    Rows,
    Bytes,
    /// The quality score, from 0 to 100.
    Score,
    /// Uses in the last thirty days.
    Uses,
}

/// Which entries are meant: those that fit every key that is given. Of a list, one value has to fit.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EntryFilter {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub status: Vec<EntryStatus>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub origin: Vec<Origin>,
    /// The form in which the data is there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kind: Vec<EntryKind>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sharing: Vec<SharingClass>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub opening: Vec<Opening>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grade: Vec<Grade>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub owner: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub theme: Vec<String>,
    /// Points of the work plan that the entry serves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(inner(range(min = 1, max = 25)))]
    pub point: Vec<u8>,
    /// Whether the newest delivery is as new as was promised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fresh: Option<bool>,
    /// Whether the entry lacks nothing that it needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complete: Option<bool>,
    /// The least quality score.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score_at_least: Option<f64>,
}

/// Where an entry stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EntryStatus {
    Drafted,
    Reviewed,
    Published,
    Changed,
    Withdrawn,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EntryKind {
    Table,
    Api,
    File,
    Stream,
}
