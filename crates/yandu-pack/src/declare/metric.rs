use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use yandu_words::{ColumnName, DatasetId, Grain, MetricId, Period, Title};

use super::Period as Length;
use super::words::{words, words_if_any, words_schema};

/// `metrics/*.yaml`: a number that is computed from the rows of a model and can be asked for by period, area and class.
///
/// The rows of the model are its cells: one for a period and a combination of dimensions. Several metrics may stand on one
/// model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MetricFile {
    /// The id of the metric, `pack.name`, the name being that of its file.
    pub metric: MetricId,
    pub title: Title,
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "words_if_any"
    )]
    #[schemars(schema_with = "words_schema")]
    pub about: Option<Title>,
    /// The department that answers for the number.
    #[schemars(length(min = 1))]
    pub owner: String,
    /// What is counted and how, in words.
    #[serde(deserialize_with = "words")]
    #[schemars(schema_with = "words_schema", extend("minLength" = 1))]
    pub formula: Title,
    /// The law, standard or plan that asks for the number.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "words_if_any"
    )]
    #[schemars(schema_with = "words_schema")]
    pub basis: Option<Title>,
    /// The points of the work plan that it serves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(inner(range(min = 1, max = 99)))]
    pub points: Vec<u8>,
    /// The model whose rows are the cells.
    pub of: DatasetId,
    /// A condition that the rows have to fit.
    #[serde(default, rename = "where", skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub condition: Option<String>,
    /// SQL over `sum`, `count`, `min`, `max` and `avg` of columns of the model.
    #[schemars(length(min = 1), example = "100.0 * sum(done) / nullif(sum(due), 0)")]
    pub measure: String,
    /// The unit of the number, such as 座 or %; a number without one says so with `1`.
    #[schemars(length(min = 1))]
    pub unit: String,
    /// Digits after the point that are shown.
    #[serde(default)]
    #[schemars(range(max = 6))]
    pub decimals: u8,
    pub time: MetricTime,
    /// The columns of the model by which the number can be asked for.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    #[schemars(extend("maxProperties" = 8))]
    pub dimensions: IndexMap<ColumnName, MetricDimension>,
    /// Which way is better.
    #[serde(default)]
    pub direction: Direction,
    /// How the number is compared with a target that does not say it.
    #[serde(default)]
    pub comparison: Comparison,
    /// The value that changes are counted from. Where it is missing, an answer that needs it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Baseline>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thresholds: Option<Thresholds>,
    /// How many days after its end the newest period may be missing before the number is called late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fresh: Option<Length>,
}

/// The column of the period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MetricTime {
    /// A column of dates, each the first day of its period.
    pub column: ColumnName,
    pub grain: Grain,
    #[serde(default)]
    pub across: Across,
}

/// What several periods make together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Across {
    /// A flow: the rows of all periods count.
    #[default]
    Sum,
    /// A stock: the newest period stands for all.
    Last,
}

/// A column by which a number can be asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MetricDimension {
    /// The column, where it is not named like the dimension.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<ColumnName>,
    #[serde(default)]
    pub kind: DimensionKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Title>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DimensionKind {
    /// Codes of administrative divisions, which roll up to those above them and to managing units.
    Area,
    /// Departments and other organisations.
    Unit,
    #[default]
    Class,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// More is better.
    Up,
    /// Less is better.
    Down,
    /// Neither.
    #[default]
    None,
}

/// How an actual value is held against a target.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Comparison {
    #[default]
    #[serde(rename = ">=")]
    AtLeast,
    #[serde(rename = "<=")]
    AtMost,
    #[serde(rename = ">")]
    Above,
    #[serde(rename = "<")]
    Below,
    #[serde(rename = "=")]
    Equal,
    /// The change since the baseline is what counts.
    #[serde(rename = "change")]
    Change,
}

impl Comparison {
    pub fn sign(self) -> &'static str {
        match self {
            Self::AtLeast => ">=",
            Self::AtMost => "<=",
            Self::Above => ">",
            Self::Below => "<",
            Self::Equal => "=",
            Self::Change => "change",
        }
    }
}

/// A value of the past.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    pub value: f64,
    pub period: Period,
    /// Where the value was published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// When a number is worth a word.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Thresholds {
    /// An alert is raised below this value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub below: Option<f64>,
    /// An alert is raised above this value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub above: Option<f64>,
}

impl MetricFile {
    /// The column of one of its dimensions.
    pub fn column_of<'a>(&'a self, name: &'a ColumnName) -> Option<&'a ColumnName> {
        let dimension = self.dimensions.get(name)?;
        Some(dimension.column.as_ref().unwrap_or(name))
    }

    /// The dimension of areas, with its column; there is at most one.
    pub fn area(&self) -> Option<(&ColumnName, &ColumnName)> {
        let area = self
            .dimensions
            .iter()
            .find(|(_, dimension)| dimension.kind == DimensionKind::Area);
        area.map(|(name, dimension)| (name, dimension.column.as_ref().unwrap_or(name)))
    }
}
