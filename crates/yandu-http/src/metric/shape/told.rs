//! Answers of metrics as they are told.

use yandu_lake::Number;
use yandu_metrics::{
    Alert, Answer, BaselineChange, Change, Definition, Forecast, Group, Key, Note, Point, Recorded,
    TargetStanding,
};
use yandu_pack::declare::Direction;
use yandu_words::Period;

use crate::pack_page::PageTitle;

use super::{
    MetricAlert, MetricAnswer, MetricBaseline, MetricBounds, MetricChange, MetricData,
    MetricDefinition, MetricDimension, MetricForecast, MetricForecastPoint, MetricFreshness,
    MetricGap, MetricGroup, MetricKey, MetricLine, MetricNote, MetricNumber, MetricPast,
    MetricPoint, MetricRecorded, MetricTargetStanding,
};

impl MetricLine {
    pub(crate) fn new(definition: &Definition, is_whole: bool, newest: Option<&Recorded>) -> Self {
        let file = &definition.file;
        Self {
            id: file.metric.to_string(),
            title: (&file.title).into(),
            owner: file.owner.clone(),
            unit: file.unit.clone(),
            decimals: file.decimals,
            grain: file.time.grain.name().to_owned(),
            bounded: file
                .thresholds
                .as_ref()
                .is_some_and(|bounds| bounds.below.is_some() || bounds.above.is_some()),
            points: file.points.clone(),
            is_whole,
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
            about: file.about.as_ref().map(PageTitle::from),
            owner: file.owner.clone(),
            formula: (&file.formula).into(),
            basis: file.basis.as_ref().map(PageTitle::from),
            points: file.points.clone(),
            unit: file.unit.clone(),
            decimals: file.decimals,
            model: file.of.to_string(),
            model_sql: definition.model_sql.to_string(),
            measure: file.measure.clone(),
            condition: file.condition.clone(),
            time: file.time.column.to_string(),
            grain: file.time.grain.name().to_owned(),
            across: across.to_owned(),
            dimensions: dimensions.collect(),
            direction: direction(file.direction).to_owned(),
            comparison: file.comparison.sign().to_owned(),
            baseline: file.baseline.as_ref().map(|baseline| MetricPast {
                value: baseline.value,
                period: text(baseline.period),
                source: baseline.source.clone(),
            }),
            bounds: file.thresholds.as_ref().map(|bounds| MetricBounds {
                below: bounds.below,
                above: bounds.above,
            }),
            promised_days: definition.promised_days(),
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
            period: text(gap.period),
        });
        let freshness = answer.freshness;
        let only = answer.only.into_iter();
        Self {
            only: only
                .map(|only| (only.dimension.to_string(), only.values))
                .collect(),
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
                later_cells: answer.data.later_cells,
            },
            baseline: answer.baseline.map(MetricBaseline::from),
            target: answer.target.map(MetricTargetStanding::from),
            forecast: answer.forecast.map(MetricForecast::from),
            forecast_lack: answer.no_forecast.map(|why| why.code().to_owned()),
            forecast_lack_text: answer.no_forecast.map(|why| why.text().to_owned()),
            notes: answer.notes.into_iter().map(MetricNote::from).collect(),
            restated: answer.is_restated,
            is_part: answer.is_part,
        }
    }
}

impl From<Group> for MetricGroup {
    fn from(group: Group) -> Self {
        Self {
            keys: group.keys.into_iter().map(MetricKey::from).collect(),
            points: group.points.into_iter().map(MetricPoint::from).collect(),
            before: group.before.into(),
            year_before: group.year_before.into(),
        }
    }
}

impl From<Key> for MetricKey {
    fn from(key: Key) -> Self {
        Self {
            dimension: key.dimension.to_string(),
            value: key.value.map(|value| value.to_string()),
            name: key.name.as_ref().map(PageTitle::from),
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
            is_due: standing.is_due,
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
