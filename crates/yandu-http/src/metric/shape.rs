//! The shapes of metrics in the interface.

mod ask;
mod told;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::pack_page::PageTitle;

/// A metric in the list of metrics.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MetricLine {
    #[schema(example = "telecom.new_station")]
    pub id: String,
    pub title: PageTitle,
    pub owner: String,
    pub unit: String,
    pub decimals: u8,
    /// `day`, `month`, `quarter` or `year`.
    pub grain: String,
    /// Whether an alert is raised when it is outside of its bounds.
    pub bounded: bool,
    /// Points of the work plan that it serves.
    pub points: Vec<u8>,
    /// Whether whoever asks sees all that its numbers are made of. To others none is told here; they ask for the number of what they see.
    pub is_whole: bool,
    /// The newest period of the whole that is recorded.
    pub newest: Option<MetricRecorded>,
}

/// What a metric is.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MetricDefinition {
    pub id: String,
    /// Stands for what the number means: another formula, unit or query is another version.
    pub version: String,
    pub title: PageTitle,
    pub about: Option<PageTitle>,
    pub owner: String,
    /// What is counted and how, in words.
    pub formula: PageTitle,
    /// The law, standard or plan that asks for it.
    pub basis: Option<PageTitle>,
    pub points: Vec<u8>,
    pub unit: String,
    pub decimals: u8,
    /// The model whose rows are its cells.
    pub model: String,
    /// The SELECT of the model.
    pub model_sql: String,
    /// SQL over the rows of the model.
    pub measure: String,
    /// The condition that rows of the model have to fit.
    pub condition: Option<String>,
    /// The column of the model that says the period.
    pub time: String,
    pub grain: String,
    /// `sum` where periods are put together, `last` where the newest stands for all.
    pub across: String,
    pub dimensions: Vec<MetricDimension>,
    /// `up`, `down` or `none`.
    pub direction: String,
    /// `>=`, `<=`, `>`, `<`, `=` or `change`.
    pub comparison: String,
    /// From what changes are counted.
    pub baseline: Option<MetricPast>,
    /// Outside of which an alert is raised.
    pub bounds: Option<MetricBounds>,
    /// How many days after its end the newest period may be missing before the number is called late; absent where nothing is promised.
    pub promised_days: Option<i64>,
}

/// A value of the past.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MetricPast {
    pub value: f64,
    #[schema(example = "2024-12")]
    pub period: String,
    /// Where it was published.
    pub source: Option<String>,
}

/// The bounds of a number, in its unit.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MetricBounds {
    pub below: Option<f64>,
    pub above: Option<f64>,
}

/// A column that a metric can be asked by.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MetricDimension {
    pub name: String,
    /// `area`, `unit` or `class`.
    pub kind: String,
    pub title: Option<PageTitle>,
}

/// A question to one metric.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MetricAsk {
    #[schema(example = "telecom.new_station")]
    pub metric: String,
    /// The last period that is wanted; the newest with data when there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "2025-06")]
    pub period: Option<String>,
    /// The length of the periods where `period` is absent: `day`, `month`, `quarter` or `year`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grain: Option<String>,
    /// How many periods are wanted, the last of them included; one when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 4000)]
    pub points: Option<u32>,
    /// What it is asked by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 8)]
    pub by: Vec<MetricBy>,
    /// The values that dimensions must have. A division stands for all that lies in it, a managing unit for its area, and an
    /// empty text for data that have no value, or lie in no county.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub only: BTreeMap<String, Vec<String>>,
    /// `key`, `greatest` or `least`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
    /// How many groups are wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 20000)]
    pub limit: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<MetricTarget>,
    /// Until when the number is to be foreseen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "2025")]
    pub forecast: Option<String>,
}

/// A dimension that a metric is asked by.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MetricBy {
    pub dimension: String,
    /// Of areas: `city`, `county`, `township`, `village` or `managing`; their own codes when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
}

/// What a number should be.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MetricTarget {
    /// In the unit of the metric; of a change, by how much the number should differ from the baseline of the metric.
    pub value: f64,
    /// `>=`, `<=`, `>`, `<`, `=` or `change`; as the metric says when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comparison: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "2025")]
    pub due: Option<String>,
}

/// A number, or why there is none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MetricNumber {
    pub value: Option<f64>,
    /// `value`, `missing`, `divided-by-zero`, `failed`, or in a history `gone`.
    pub state: String,
}

/// The answer of a metric.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MetricAnswer {
    pub metric: String,
    pub definition: String,
    pub title: PageTitle,
    pub unit: String,
    pub decimals: u8,
    pub direction: String,
    /// The values that dimensions had to have; everything when empty.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub only: BTreeMap<String, Vec<String>>,
    /// The last period; absent while there are no data.
    pub period: Option<String>,
    pub groups: Vec<MetricGroup>,
    /// How many groups there are in all.
    pub groups_in_all: usize,
    pub freshness: MetricFreshness,
    /// Counties that had data in each of the periods before and have none in the newest one.
    pub gaps: Vec<MetricGap>,
    pub data: MetricData,
    pub baseline: Option<MetricBaseline>,
    pub target: Option<MetricTargetStanding>,
    pub forecast: Option<MetricForecast>,
    /// Why nothing is foreseen where it was wanted: `too-few` (periods that follow on each other), `past` (the period has its number
    /// already) or `groups` (it is asked by a dimension).
    #[schema(pattern = "^(too-few|past|groups)$")]
    pub forecast_lack: Option<String>,
    /// The same in Chinese.
    pub forecast_lack_text: Option<String>,
    pub notes: Vec<MetricNote>,
    /// Whether a number of the last period was told differently before, as its history has it. Absent where the history is not for
    /// whoever asks, and for what is narrowed to anything but one county, which has none.
    pub restated: Option<bool>,
    /// Only the rows that whoever asks sees went into the numbers: those of the whole city may be others. Absent where all rows did.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_part: bool,
}

/// The numbers of one combination of values.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MetricGroup {
    pub keys: Vec<MetricKey>,
    /// Oldest first.
    pub points: Vec<MetricPoint>,
    /// Against the period before.
    pub before: MetricChange,
    /// Against the same period of the year before.
    pub year_before: MetricChange,
}

/// The value of a dimension.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MetricKey {
    pub dimension: String,
    /// Absent for data that have none, or lie in no area of the level.
    pub value: Option<String>,
    /// The name of an area, or what a code stands for.
    pub name: Option<PageTitle>,
}

/// A number of a period.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MetricPoint {
    pub period: String,
    /// The newest period with data that it holds.
    pub through: Option<String>,
    /// Whether more data of the period are to come.
    pub partial: bool,
    #[serde(flatten)]
    pub number: MetricNumber,
    /// Rows of the model that it is put together from.
    pub cells: usize,
}

/// How a number differs from one of another time.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MetricChange {
    pub period: String,
    /// Up to where the other period was taken, so that as much of it is compared.
    pub through: Option<String>,
    /// The other number.
    #[serde(flatten)]
    pub number: MetricNumber,
    pub change: Option<f64>,
    pub percent: Option<f64>,
    /// Why there is no change or no percentage: `no-value`, `no-other`, `other-is-zero` or `areas-missing`.
    pub why: Option<String>,
}

/// How old the data are.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MetricFreshness {
    pub newest: Option<String>,
    /// Days since that period ended; negative while it runs.
    pub age_days: Option<i64>,
    pub promised_days: Option<i64>,
    /// By how many days the next period is late; absent when it is not.
    pub late_days: Option<i64>,
}

/// An area without data.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MetricGap {
    pub area: String,
    pub name: Option<String>,
    /// The newest period in which it has data.
    pub newest: Option<String>,
    /// The period in which it has none, of the metric's own length: of a longer one that was asked for the newest part.
    pub period: String,
}

/// The data that an answer was made of.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MetricData {
    pub model: String,
    pub version: Option<u64>,
    /// Rows of the model, of what was asked of, that are of periods which have not begun: they are in no number.
    pub later_cells: usize,
}

/// The change since the baseline.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MetricBaseline {
    /// Whether the metric needs a baseline and has none; then nothing else is here.
    pub missing: bool,
    pub period: Option<String>,
    pub value: Option<f64>,
    pub source: Option<String>,
    /// Absent where there is no number, or one of a part alone.
    pub change: Option<f64>,
    pub percent: Option<f64>,
}

/// A number held against its target.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MetricTargetStanding {
    pub value: f64,
    pub comparison: String,
    pub due: Option<String>,
    /// Whether it should be reached by now: its due date is over, or there is none.
    pub is_due: bool,
    /// Absent where there is no number, or one of a part alone, or a change and no baseline.
    pub met: Option<bool>,
    /// What is missing to the target; negative when it is passed.
    pub gap: Option<f64>,
    /// The part that is reached, in percent.
    pub percent: Option<f64>,
    /// Whether the forecast reaches it in time.
    pub will_be_met: Option<bool>,
}

/// What is foreseen.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MetricForecast {
    /// `line` or `seasons`.
    pub method: String,
    /// Whether the points are totals since the beginning of the long period, or numbers of single periods.
    pub total: bool,
    pub points: Vec<MetricForecastPoint>,
    /// The mean distance of what was foreseen from what came.
    pub past_error: f64,
    pub past_percent: Option<f64>,
    /// The part of the past periods that lay in the interval, in percent; 80 are expected.
    pub past_inside: f64,
    pub trials: usize,
}

/// A period that is foreseen, with the interval that four of five lie in.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MetricForecastPoint {
    pub period: String,
    pub value: f64,
    pub low: f64,
    pub high: f64,
}

/// What somebody said of a number.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MetricNote {
    pub id: i64,
    pub metric: String,
    /// Empty for the whole.
    pub area: String,
    pub period: String,
    pub text: String,
    pub author: String,
    #[schema(value_type = String, format = DateTime)]
    pub written_at: Timestamp,
}

/// A number as it was told at a time.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MetricRecorded {
    pub area: String,
    pub period: String,
    #[serde(flatten)]
    pub number: MetricNumber,
    pub unit: String,
    pub definition: String,
    /// Version of the model.
    pub version: u64,
    #[schema(value_type = String, format = DateTime)]
    pub recorded_at: Timestamp,
}

/// A number that is, or was, outside of its bounds.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MetricAlert {
    pub id: i64,
    pub metric: String,
    pub area: String,
    /// `below` or `above`.
    pub kind: String,
    pub period: String,
    pub value: f64,
    pub bound: f64,
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub closed_at: Option<Timestamp>,
    pub closed_value: Option<f64>,
}
