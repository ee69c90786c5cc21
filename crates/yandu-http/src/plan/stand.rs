//! How a plan stands, as it is told.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yandu_plan::{Counts, Lamp, Source, Standing, Tally};
use yandu_words::id::DatasetId;

use yandu_collect::form::ReportFilter;

use super::tell::DecisionOfPlan;
use crate::Result;
use crate::access::{Asker, HANDLES};
use crate::form::FormReport;
use crate::state::State;

/// How a plan stands on a day.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct StandingOfPlan {
    #[schema(value_type = String, format = Date)]
    pub day: Date,
    /// Which working-day calendar counted.
    pub calendar: String,
    /// Over the tasks of the city.
    pub whole: TallyOfPlan,
    /// Over the targets.
    pub targets: CountsOfPlan,
    /// By leading unit: over the tasks that it leads.
    pub units: Vec<NamedTallyOfPlan>,
    /// By county: over its copies of tasks.
    pub counties: Vec<NamedTallyOfPlan>,
    /// Nodes of the city's tasks by the month of their date.
    pub months: Vec<MonthOfPlan>,
}

/// How many items have which lamp.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct CountsOfPlan {
    pub not_begun: u32,
    pub on_course: u32,
    pub near: u32,
    pub late: u32,
    pub done: u32,
    pub done_late: u32,
}

/// Items with the lamp of all of them: the worst.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TallyOfPlan {
    /// `not-begun`, `on-course`, `near`, `late`, `done` or `done-late`; absent where there is nothing.
    #[schema(pattern = "^(not-begun|on-course|near|late|done|done-late)$")]
    pub lamp: Option<String>,
    pub counts: CountsOfPlan,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NamedTallyOfPlan {
    #[schema(example = "市工信局")]
    pub name: String,
    #[serde(flatten)]
    pub tally: TallyOfPlan,
}

/// Nodes of a month.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MonthOfPlan {
    #[schema(example = "2025-06")]
    pub month: String,
    pub nodes: Vec<String>,
    #[serde(flatten)]
    pub tally: TallyOfPlan,
}

/// How a target stands.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TargetStandingOfPlan {
    #[schema(pattern = "^(not-begun|on-course|near|late|done|done-late)$")]
    pub lamp: String,
    /// In Chinese.
    pub lamp_text: String,
    pub due: Option<CountedOfPlan>,
    /// Days to the due date; negative behind it.
    pub days_left: Option<i64>,
    pub actual: Option<ActualOfPlan>,
    /// What is reached by the actual, as it is told.
    pub told: Option<ToldOfPlan>,
    /// The number that is compared: of a change, the change.
    pub measured: Option<f64>,
    pub is_met: Option<bool>,
    /// How much of the target is reached, where that can be said; 1 is all.
    pub share: Option<f64>,
    /// What lacks; negative where there is more than asked for.
    pub gap: Option<f64>,
    /// The day from which it is closed.
    #[schema(value_type = Option<String>, format = Date)]
    pub closed_on: Option<Date>,
    /// `metric` or `evidence`.
    #[schema(pattern = "^(metric|evidence)$")]
    pub closed_by: Option<String>,
    /// It was reached once and is not any more.
    pub is_reopened: bool,
    /// Why it is not closed: `no-binding`, `no-actual`, `no-evidence`, `not-met`, `areas-missing`, `unit-differs`, `no-baseline`,
    /// `side-not-said`, or `not-shown` to whoever asks.
    #[schema(
        pattern = "^(no-binding|no-actual|no-evidence|not-met|areas-missing|unit-differs|no-baseline|side-not-said|not-shown)$"
    )]
    pub lack: Option<String>,
    /// The same in Chinese.
    pub lack_text: Option<String>,
    /// The numbers of the whole that were compared, by the days that they speak of.
    pub series: Vec<SeriesPointOfPlan>,
    /// Whoever asks does not see all that the metric is made of: its numbers are left out. Absent where they are not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_hidden: bool,
}

/// A due date as it counts.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CountedOfPlan {
    /// Where it lands when its own day is a day of rest, as the rule says.
    #[schema(value_type = String, format = Date)]
    pub day: Date,
    /// The calendar has no data of that year: Monday to Friday were taken for working days.
    pub is_presumed: bool,
}

/// The newest actual of a target.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ActualOfPlan {
    pub value: f64,
    pub unit: String,
    /// The last day that it speaks of.
    #[schema(value_type = String, format = Date)]
    pub as_of: Date,
    /// The period of the metric that it is the number of; evidence has none.
    #[schema(example = "2025")]
    pub period: Option<String>,
    /// Against what a change is measured.
    pub baseline: Option<f64>,
    /// Areas that have reported nothing of it though they are expected to, by name: it is not the number of the whole, and closes and
    /// opens nothing. Absent where none is missing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// Where the trail of the number begins: `metric/<id>` or `evidence/<number>`.
    #[schema(example = "metric/telecom.new_station")]
    pub trail: Option<String>,
}

/// A number with its unit. A change is signed: below zero it went down.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ToldOfPlan {
    pub value: f64,
    /// Of a change that of the target: `%` of the baseline, `percentage point`, or a unit of measure. Empty or `1` of a bare number.
    #[schema(example = "percentage point")]
    pub unit: String,
    pub is_change: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SeriesPointOfPlan {
    #[schema(value_type = String, format = Date)]
    pub on: Date,
    pub value: f64,
}

/// Where the actual of a target comes from.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct BindingOfPlan {
    /// `metric` over the city's data, `form` of the lead unit, `by-hand` until there is one, or `open`.
    #[schema(pattern = "^(metric|form|by-hand|open)$")]
    pub kind: String,
    /// The metric, or the dataset of the form.
    pub id: Option<String>,
    /// The metric over the reports of the form.
    pub metric: Option<String>,
    /// The newest report of the form, where somebody has reported; for whoever has to do with the form or sees all of its dataset.
    pub last_report: Option<FormReport>,
    /// `year-sum`, `at-date`, `change` or `share`.
    #[schema(pattern = "^(year-sum|at-date|change|share)$")]
    pub way: Option<String>,
    /// Of a change: against which value.
    pub baseline: Option<f64>,
    /// Of a change: against the same time of the year before.
    pub against_year_before: bool,
    /// Who bound it; absent where the city's file proposes it.
    pub by: Option<DecisionOfPlan>,
    pub note: Option<String>,
}

impl BindingOfPlan {
    pub(super) fn of(binding: Option<&yandu_plan::Binding>) -> Self {
        let source = binding.map_or(&Source::Open, |binding| &binding.source);
        let mut told = Self {
            kind: source.name().to_owned(),
            id: None,
            metric: None,
            last_report: None,
            way: None,
            baseline: None,
            against_year_before: false,
            by: binding
                .and_then(|one| one.by.as_ref())
                .map(DecisionOfPlan::from),
            note: binding.and_then(|one| one.note.clone()),
        };
        match source {
            Source::Metric {
                metric,
                way,
                baseline,
                against_year_before,
            } => {
                told.id = Some(metric.clone());
                told.way = Some(way.name().to_owned());
                (told.baseline, told.against_year_before) = (*baseline, *against_year_before);
            }
            Source::Form {
                dataset,
                metric,
                way,
            } => {
                (told.id, told.metric) = (Some(dataset.clone()), metric.clone());
                told.way = way.map(|way| way.name().to_owned());
            }
            Source::ByHand | Source::Open => {}
        }
        told
    }
}

impl BindingOfPlan {
    /// Adds the newest report of the form, which says who reported and when, for whoever has to do with the form or sees all of its
    /// dataset; a form that no pack declares any more has none.
    pub(super) async fn add_report(&mut self, state: &State, asker: &Asker) -> Result<()> {
        let form = self.id.as_ref().filter(|_| self.kind == "form");
        let Some(form) = form.and_then(|id| id.parse::<DatasetId>().ok()) else {
            return Ok(());
        };
        let is_told =
            asker.duty(state).may(HANDLES, &form) || asker.whole_columns(state, &form).shows_all();
        if !is_told {
            return Ok(());
        }
        let newest = ReportFilter {
            limit: 1,
            ..ReportFilter::default()
        };
        self.last_report = match state.collector().reports(&form, &newest).await {
            Ok(reports) => reports.into_iter().next().map(FormReport::from),
            Err(yandu_collect::Error::NoForm(_)) => None,
            Err(error) => return Err(error.into()),
        };
        Ok(())
    }
}

impl StandingOfPlan {
    pub(super) fn of(plan: &yandu_plan::Plan, standing: &Standing, calendar: &str) -> Self {
        let mut targets = CountsOfPlan::default();
        for target in standing.targets.values() {
            targets.add(target.lamp);
        }
        Self {
            day: standing.day,
            calendar: calendar.to_owned(),
            whole: (&standing.whole).into(),
            targets,
            units: named(&standing.units),
            counties: named(&standing.counties),
            months: months(plan, standing, None),
        }
    }
}

fn named(tallies: &BTreeMap<String, Tally>) -> Vec<NamedTallyOfPlan> {
    let told = |(name, tally): (&String, &Tally)| NamedTallyOfPlan {
        name: name.clone(),
        tally: tally.into(),
    };
    tallies.iter().map(told).collect()
}

/// Nodes of the city's tasks by month, of one point or of all.
pub(super) fn months(
    plan: &yandu_plan::Plan,
    standing: &Standing,
    point: Option<u32>,
) -> Vec<MonthOfPlan> {
    let mut months: BTreeMap<String, (Vec<String>, Tally)> = BTreeMap::new();
    for node in plan.nodes_in_order() {
        let task = plan.tasks.get(&node.task);
        let is_asked = task
            .is_some_and(|task| task.of.is_none() && point.is_none_or(|point| point == task.point));
        let (true, Some(stands)) = (is_asked, standing.nodes.get(&node.id)) else {
            continue;
        };
        let month = node.said.due.strftime("%Y-%m").to_string();
        let (nodes, tally) = months.entry(month).or_default();
        nodes.push(node.id.clone());
        tally.add(stands.lamp);
    }
    months
        .into_iter()
        .map(|(month, (nodes, tally))| MonthOfPlan {
            month,
            nodes,
            tally: (&tally).into(),
        })
        .collect()
}

impl CountsOfPlan {
    fn add(&mut self, lamp: Lamp) {
        let count = match lamp {
            Lamp::NotBegun => &mut self.not_begun,
            Lamp::OnCourse => &mut self.on_course,
            Lamp::Near => &mut self.near,
            Lamp::Late => &mut self.late,
            Lamp::Done => &mut self.done,
            Lamp::DoneLate => &mut self.done_late,
        };
        *count += 1;
    }
}

impl From<&Counts> for CountsOfPlan {
    fn from(counts: &Counts) -> Self {
        Self {
            not_begun: counts.of(Lamp::NotBegun),
            on_course: counts.of(Lamp::OnCourse),
            near: counts.of(Lamp::Near),
            late: counts.of(Lamp::Late),
            done: counts.of(Lamp::Done),
            done_late: counts.of(Lamp::DoneLate),
        }
    }
}

impl From<&Tally> for TallyOfPlan {
    fn from(tally: &Tally) -> Self {
        Self {
            lamp: tally.lamp().map(|lamp| lamp.name().to_owned()),
            counts: (&tally.counts).into(),
        }
    }
}

impl From<yandu_plan::Counted> for CountedOfPlan {
    fn from(counted: yandu_plan::Counted) -> Self {
        Self {
            day: counted.day,
            is_presumed: counted.is_presumed,
        }
    }
}

impl From<&yandu_plan::Told> for ToldOfPlan {
    fn from(told: &yandu_plan::Told) -> Self {
        Self {
            value: told.value,
            unit: told.unit.clone(),
            is_change: told.is_change,
        }
    }
}

impl From<&ToldOfPlan> for yandu_plan::Told {
    fn from(told: &ToldOfPlan) -> Self {
        Self {
            value: told.value,
            unit: told.unit.clone(),
            is_change: told.is_change,
        }
    }
}

impl From<&yandu_plan::TargetStanding> for TargetStandingOfPlan {
    fn from(target: &yandu_plan::TargetStanding) -> Self {
        let by = |closed: yandu_plan::Closed| {
            if closed.by_metric {
                "metric"
            } else {
                "evidence"
            }
        };
        Self {
            lamp: target.lamp.name().to_owned(),
            lamp_text: target.lamp.text().to_owned(),
            due: target.due.map(CountedOfPlan::from),
            days_left: target.days_left,
            actual: target.actual.as_ref().map(|actual| ActualOfPlan {
                value: actual.value,
                unit: actual.unit.clone(),
                as_of: actual.as_of,
                period: actual.period.map(|period| period.to_string()),
                baseline: actual.baseline,
                missing: actual.missing.clone(),
                trail: actual.trail.clone(),
            }),
            told: target.told.as_ref().map(ToldOfPlan::from),
            measured: target.measured,
            is_met: target.is_met,
            share: target.share,
            gap: target.gap,
            closed_on: target.closed.map(|closed| closed.on),
            closed_by: target.closed.map(|closed| by(closed).to_owned()),
            is_reopened: target.is_reopened,
            lack: target.lack.map(|lack| lack.code().to_owned()),
            lack_text: target.lack.map(|lack| lack.text().to_owned()),
            series: target
                .series
                .iter()
                .map(|(on, value)| SeriesPointOfPlan {
                    on: *on,
                    value: *value,
                })
                .collect(),
            is_hidden: target.is_hidden,
        }
    }
}
