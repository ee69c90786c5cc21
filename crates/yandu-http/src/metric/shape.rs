//! The shapes of metrics in the interface.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yandu_lake::Number;
use yandu_metrics::{
    Alert, Answer, AreaLevel, Ask, BaselineChange, By, Change, Definition, Forecast, Group, Key,
    Note, Only, Order, Point, Recorded, Target, TargetStanding,
};
use yandu_pack::declare::{Comparison, Direction};
use yandu_words::{ColumnName, Grain, MetricId, Period};

use crate::Result;
use crate::pack_page::PageTitle;
use crate::problem::Problem;

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
    /// Points of the work plan that it serves.
    pub points: Vec<u8>,
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
    pub about: Option<String>,
    pub owner: String,
    /// What is counted and how, in words.
    pub formula: String,
    /// The law, standard or plan that asks for it.
    pub basis: Option<String>,
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
    pub grain: String,
    /// `sum` where periods are put together, `last` where the newest stands for all.
    pub across: String,
    pub dimensions: Vec<MetricDimension>,
    /// `up`, `down` or `none`.
    pub direction: String,
    /// `>=`, `<=`, `>`, `<`, `=` or `change`.
    pub comparison: String,
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
    /// The values that dimensions must have. A division stands for all that lies in it, a managing unit for its area.
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
    pub value: f64,
    /// `>=`, `<=`, `>`, `<` or `=`; as the metric says when absent.
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
    pub notes: Vec<MetricNote>,
    /// Whether a number of the last period was told differently before.
    pub restated: bool,
}

/// The numbers of one combination of values.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MetricGroup {
    pub keys: Vec<MetricKey>,
    /// Oldest first.
    pub points: Vec<MetricPoint>,
    /// Against the period before.
    pub before: Option<MetricChange>,
    /// Against the same period of the year before.
    pub year_before: Option<MetricChange>,
}

/// The value of a dimension.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MetricKey {
    pub dimension: String,
    /// Absent for data that have none, or lie in no area of the level.
    pub value: Option<String>,
    /// The name of an area.
    pub name: Option<String>,
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
    /// Why there is no change or no percentage: `no-value`, `no-other` or `other-is-zero`.
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
    pub newest: Option<String>,
}

/// The data that an answer was made of.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MetricData {
    pub model: String,
    pub version: Option<u64>,
}

/// The change since the baseline.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MetricBaseline {
    /// Whether the metric needs a baseline and has none; then nothing else is here.
    pub missing: bool,
    pub period: Option<String>,
    pub value: Option<f64>,
    pub source: Option<String>,
    pub change: Option<f64>,
    pub percent: Option<f64>,
}

/// A number held against its target.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MetricTargetStanding {
    pub value: f64,
    pub comparison: String,
    pub due: Option<String>,
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

/// Dimensions that a metric can be asked by at once; it has no more.
const BY: usize = 8;

fn wrong(field: &str, error: impl std::fmt::Display) -> Box<Problem> {
    Problem::new("invalid-body", format!("`{field}`: {error}"))
}

fn read<T: std::str::FromStr<Err: std::fmt::Display>>(field: &str, text: &str) -> Result<T> {
    text.parse().map_err(|error| wrong(field, error))
}

impl MetricAsk {
    /// The question, or what is wrong with it.
    pub(crate) fn read(self) -> Result<Ask> {
        let period = |field: &str, text: Option<String>| -> Result<Option<Period>> {
            text.map(|text| read(field, &text)).transpose()
        };
        let grain = self.grain.map(|grain| {
            let known = Grain::ALL.into_iter().find(|known| known.name() == grain);
            known.ok_or_else(|| wrong("grain", "write day, month, quarter or year"))
        });
        let order = match self.order.as_deref() {
            None | Some("key") => Order::Key,
            Some("greatest") => Order::Greatest,
            Some("least") => Order::Least,
            Some(_) => return Err(wrong("order", "write key, greatest or least")),
        };
        let within = |field: &str, number: Option<u32>, most: u32| match number {
            Some(number) if !(1..=most).contains(&number) => {
                Err(wrong(field, format!("{number} is not from 1 to {most}")))
            }
            number => Ok(number.map(|number| number as usize)),
        };
        if self.by.len() > BY {
            return Err(wrong("by", format!("at most {BY} dimensions are asked by")));
        }
        let by = self.by.into_iter().map(MetricBy::read);
        let only = self.only.into_iter().map(|(dimension, values)| {
            Ok(Only {
                dimension: read("only", &dimension)?,
                values,
            })
        });
        Ok(Ask {
            metric: read::<MetricId>("metric", &self.metric)?,
            period: period("period", self.period)?,
            grain: grain.transpose()?,
            points: within("points", self.points, 4_000)?.unwrap_or(1),
            by: by.collect::<Result<Vec<By>>>()?,
            only: only.collect::<Result<Vec<Only>>>()?,
            order,
            limit: within("limit", self.limit, 20_000)?,
            target: self.target.map(MetricTarget::read).transpose()?,
            forecast: period("forecast", self.forecast)?,
        })
    }
}

impl MetricBy {
    fn read(self) -> Result<By> {
        let level = self.level.map(|level| {
            let levels = AreaLevel::ALL.map(AreaLevel::name).join(", ");
            AreaLevel::from_name(&level)
                .ok_or_else(|| wrong("level", format!("write one of {levels}")))
        });
        Ok(By {
            dimension: read::<ColumnName>("dimension", &self.dimension)?,
            level: level.transpose()?,
        })
    }
}

impl MetricTarget {
    fn read(self) -> Result<Target> {
        const KNOWN: [Comparison; 5] = [
            Comparison::AtLeast,
            Comparison::AtMost,
            Comparison::Above,
            Comparison::Below,
            Comparison::Equal,
        ];
        let comparison = self.comparison.map(|sign| {
            let known = KNOWN.into_iter().find(|known| known.sign() == sign);
            known.ok_or_else(|| wrong("comparison", "write >=, <=, >, < or ="))
        });
        let due = self.due.map(|due| read("due", &due));
        Ok(Target {
            value: self.value,
            comparison: comparison.transpose()?,
            due: due.transpose()?,
        })
    }
}

impl MetricLine {
    pub(super) fn new(definition: &Definition, newest: Option<&Recorded>) -> Self {
        let file = &definition.file;
        Self {
            id: file.metric.to_string(),
            title: (&file.title).into(),
            owner: file.owner.clone(),
            unit: file.unit.clone(),
            decimals: file.decimals,
            grain: file.time.grain.name().to_owned(),
            points: file.points.clone(),
            newest: newest.map(MetricRecorded::from),
        }
    }
}

impl From<&Definition> for MetricDefinition {
    fn from(definition: &Definition) -> Self {
        use yandu_pack::declare::{Across, DimensionKind};
        let file = &definition.file;
        let dimensions = file.dimensions.iter().map(|(name, dimension)| {
            let kind = match dimension.kind {
                DimensionKind::Area => "area",
                DimensionKind::Unit => "unit",
                DimensionKind::Class => "class",
            };
            MetricDimension {
                name: name.to_string(),
                kind: kind.to_owned(),
                title: dimension.title.as_ref().map(Into::into),
            }
        });
        let across = match file.time.across {
            Across::Sum => "sum",
            Across::Last => "last",
        };
        Self {
            id: file.metric.to_string(),
            version: definition.version.to_string(),
            title: (&file.title).into(),
            about: file.about.clone(),
            owner: file.owner.clone(),
            formula: file.formula.clone(),
            basis: file.basis.clone(),
            points: file.points.clone(),
            unit: file.unit.clone(),
            decimals: file.decimals,
            model: file.of.to_string(),
            model_sql: definition.model_sql.to_string(),
            measure: file.measure.clone(),
            condition: file.condition.clone(),
            grain: file.time.grain.name().to_owned(),
            across: across.to_owned(),
            dimensions: dimensions.collect(),
            direction: direction(file.direction).to_owned(),
            comparison: file.comparison.sign().to_owned(),
        }
    }
}

fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Up => "up",
        Direction::Down => "down",
        Direction::None => "none",
    }
}

fn text(period: Period) -> String {
    period.to_string()
}

impl From<Number> for MetricNumber {
    fn from(number: Number) -> Self {
        let (value, state) = match number {
            Number::Value(value) => (Some(value), "value"),
            Number::Missing => (None, "missing"),
            Number::DividedByZero => (None, "divided-by-zero"),
            Number::Failed => (None, "failed"),
        };
        Self {
            value,
            state: state.to_owned(),
        }
    }
}

impl From<Answer> for MetricAnswer {
    fn from(answer: Answer) -> Self {
        let file = &answer.definition.file;
        let gaps = answer.gaps.into_iter().map(|gap| MetricGap {
            area: gap.area.to_string(),
            name: gap.name,
            newest: gap.newest.map(text),
        });
        let freshness = answer.freshness;
        Self {
            metric: file.metric.to_string(),
            definition: answer.definition.version.to_string(),
            title: (&file.title).into(),
            unit: file.unit.clone(),
            decimals: file.decimals,
            direction: direction(file.direction).to_owned(),
            period: answer.period.map(text),
            groups: answer.groups.into_iter().map(MetricGroup::from).collect(),
            groups_in_all: answer.groups_in_all,
            freshness: MetricFreshness {
                newest: freshness.newest.map(text),
                age_days: freshness.age_days,
                promised_days: freshness.promised_days,
                late_days: freshness.late_days,
            },
            gaps: gaps.collect(),
            data: MetricData {
                model: answer.data.model.to_string(),
                version: answer.data.version,
            },
            baseline: answer.baseline.map(MetricBaseline::from),
            target: answer.target.map(MetricTargetStanding::from),
            forecast: answer.forecast.map(MetricForecast::from),
            notes: answer.notes.into_iter().map(MetricNote::from).collect(),
            restated: answer.is_restated,
        }
    }
}

impl From<Group> for MetricGroup {
    fn from(group: Group) -> Self {
        Self {
            keys: group.keys.into_iter().map(MetricKey::from).collect(),
            points: group.points.into_iter().map(MetricPoint::from).collect(),
            before: group.before.map(MetricChange::from),
            year_before: group.year_before.map(MetricChange::from),
        }
    }
}

impl From<Key> for MetricKey {
    fn from(key: Key) -> Self {
        Self {
            dimension: key.dimension.to_string(),
            value: key.value.map(|value| value.to_string()),
            name: key.name,
        }
    }
}

impl From<Point> for MetricPoint {
    fn from(point: Point) -> Self {
        Self {
            period: text(point.period),
            through: point.through.map(text),
            partial: point.is_partial,
            number: point.value.into(),
            cells: point.cells,
        }
    }
}

impl From<Change> for MetricChange {
    fn from(change: Change) -> Self {
        Self {
            period: text(change.period),
            through: change.through.map(text),
            number: change.value.into(),
            change: change.change,
            percent: change.percent,
            why: change.no_change.map(|why| why.name().to_owned()),
        }
    }
}

impl From<BaselineChange> for MetricBaseline {
    fn from(baseline: BaselineChange) -> Self {
        match baseline {
            BaselineChange::Since {
                period,
                value,
                source,
                change,
                percent,
            } => Self {
                missing: false,
                period: Some(text(period)),
                value: Some(value),
                source,
                change,
                percent,
            },
            BaselineChange::Missing => Self {
                missing: true,
                period: None,
                value: None,
                source: None,
                change: None,
                percent: None,
            },
        }
    }
}

impl From<TargetStanding> for MetricTargetStanding {
    fn from(standing: TargetStanding) -> Self {
        Self {
            value: standing.value,
            comparison: standing.comparison.sign().to_owned(),
            due: standing.due.map(text),
            met: standing.is_met,
            gap: standing.gap,
            percent: standing.percent,
            will_be_met: standing.will_be_met,
        }
    }
}

impl From<Forecast> for MetricForecast {
    fn from(forecast: Forecast) -> Self {
        let points = forecast.points.iter().map(|point| MetricForecastPoint {
            period: text(point.period),
            value: point.value,
            low: point.low,
            high: point.high,
        });
        Self {
            method: forecast.method.name().to_owned(),
            total: forecast.is_total,
            points: points.collect(),
            past_error: forecast.past_error,
            past_percent: forecast.past_percent,
            past_inside: forecast.past_inside,
            trials: forecast.trials,
        }
    }
}

impl From<Note> for MetricNote {
    fn from(note: Note) -> Self {
        Self {
            id: note.id,
            metric: note.metric.to_string(),
            area: note.area,
            period: text(note.period),
            text: note.text,
            author: note.author,
            written_at: note.written_at,
        }
    }
}

impl From<&Recorded> for MetricRecorded {
    fn from(recorded: &Recorded) -> Self {
        let gone = || MetricNumber {
            value: None,
            state: "gone".to_owned(),
        };
        Self {
            area: recorded.area.clone(),
            period: text(recorded.period),
            number: recorded.value.map_or_else(gone, MetricNumber::from),
            unit: recorded.unit.clone(),
            definition: recorded.definition.clone(),
            version: recorded.version,
            recorded_at: recorded.recorded_at,
        }
    }
}

impl From<Alert> for MetricAlert {
    fn from(alert: Alert) -> Self {
        Self {
            id: alert.id,
            metric: alert.metric.to_string(),
            area: alert.area,
            kind: alert.kind.name().to_owned(),
            period: text(alert.period),
            value: alert.value,
            bound: alert.bound,
            opened_at: alert.opened_at,
            closed_at: alert.closed_at,
            closed_value: alert.closed_value,
        }
    }
}
