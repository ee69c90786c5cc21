//! What the metrics of a plan foresee for the days on which its targets are due.

use axum::Json;
use axum::extract::State as Shared;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yandu_lake::Principal;
use yandu_metrics::Ask;
use yandu_plan::{Ahead, Foreseen, NoForecast, Rules, Standing, Status, Wanted, Way};
use yandu_words::{Grain, MetricId, Period};

use super::actual::{ask_metric, declared_baseline, is_of_year, standing, value_of};
use super::stand::ToldOfPlan;
use crate::Result;
use crate::caller::Caller;
use crate::extract::Path;
use crate::problem::Problem;
use crate::state::State;

/// What is foreseen of the targets of a plan.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct ForecastsOfPlan {
    /// The targets that are still open, have a number and a day to come, and whose metric has a number; none while the plan is not in
    /// force.
    pub targets: Vec<ForecastOfTarget>,
}

/// What is foreseen of a target, or why nothing is.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ForecastOfTarget {
    /// The number of the target.
    pub target: u32,
    pub foreseen: Option<ForeseenOfPlan>,
    /// Why nothing is foreseen: `too-few` (periods that follow on each other), `no-sum` (the number of a year counts, and is no sum of
    /// those of its parts), `several-years` or `no-baseline`.
    #[schema(pattern = "^(too-few|no-sum|several-years|no-baseline)$")]
    pub lack: Option<String>,
    /// The same in Chinese.
    pub lack_text: Option<String>,
}

/// A number of a time to come, as it is compared with its target.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ForeseenOfPlan {
    /// The period at whose end the target is due: one of the metric's own, up to which the number of a year is put together, or the
    /// year that ends then.
    #[schema(example = "2025-12")]
    pub period: String,
    pub told: ToldOfPlan,
    /// The ends of an interval that four of five lie in, in the unit of `told`.
    pub low: f64,
    pub high: f64,
    /// Absent where it cannot be said, as of a number in another unit.
    pub will_be_met: Option<bool>,
}

/// Tells what the metrics of a plan foresee for the days on which its targets are due, each as it is compared with its target.
#[utoipa::path(get, path = "/plans/{id}/forecasts", tag = "plans", params(("id" = String, Path, description = "Id of the plan.")), responses((status = 200, body = ForecastsOfPlan), Problem))]
pub(super) async fn list_forecasts(
    Shared(state): Shared<State>,
    Caller(principal): Caller,
    Path(id): Path<String>,
) -> Result<Json<ForecastsOfPlan>> {
    let plan = state.plans().plan(&id).await?;
    let mut told = ForecastsOfPlan::default();
    if plan.status != Status::Approved {
        return Ok(Json(told));
    }
    let Some((stands, look)) = standing(&state, &principal, &plan).await? else {
        return Ok(Json(told));
    };
    let over = Over {
        plan: &plan,
        stands: &stands,
        rules: &look.rules,
    };
    for wanted in yandu_plan::wanted(&plan, look.day) {
        if let Some(foreseen) = over.foresee(&state, &principal, &wanted).await {
            told.targets
                .push(ForecastOfTarget::of(wanted.target, foreseen));
        }
    }
    Ok(Json(told))
}

/// A plan with how it stands.
struct Over<'a> {
    plan: &'a yandu_plan::Plan,
    stands: &'a Standing,
    rules: &'a Rules,
}

impl Over<'_> {
    /// What is foreseen of a target; `None` where nobody asks for it, as it is closed, or where its metric tells nothing at all.
    async fn foresee(
        &self,
        state: &State,
        principal: &Principal,
        wanted: &Wanted,
    ) -> Option<Result<Foreseen, NoForecast>> {
        let target = self.plan.figures.get(&wanted.target)?;
        let stands = self.stands.targets.get(&wanted.target)?;
        let newest = stands.actual.as_ref()?;
        let due = target.said.due.filter(|due| *due >= self.stands.day)?;
        if stands.closed.is_some() || stands.goal.is_none() {
            return None;
        }
        let ahead = ahead(state, principal, wanted, due).await?;
        Some(
            ahead.and_then(|ahead| {
                yandu_plan::foreseen(self.plan, target, newest, &ahead, self.rules)
            }),
        )
    }
}

/// What a metric foresees for the period in which a target is due: its own number, or what has come of the year by then, as is
/// compared. `None` where it cannot be asked.
async fn ahead(
    state: &State,
    principal: &Principal,
    wanted: &Wanted,
    due: Date,
) -> Option<Result<Ahead, NoForecast>> {
    let metric: MetricId = wanted.metric.parse().ok()?;
    let definition = state.metrics().definition(&metric).ok()?;
    let file = &definition.file;
    let is_sum = wanted.way == Way::YearSum;
    if is_sum && wanted.from.year() != due.year() {
        return Some(Err(NoForecast::SeveralYears));
    }
    let own = file.time.grain;
    let grain = if is_sum || is_of_year(wanted.way, file) {
        Grain::Year
    } else {
        own
    };
    let whole = Period::of(due, grain);
    let part = Period::of(due, own);
    let until = if part.last_day() == whole.last_day() {
        whole
    } else {
        part
    };
    let ask = Ask {
        grain: Some(grain),
        forecast: Some(until),
        ..Ask::newest(metric.clone())
    };
    let forecast = ask_metric(state, principal, &ask).await?.forecast;
    let last = forecast.and_then(|all| Some((all.is_total, *all.points.last()?)));
    // A series that ended long ago is not foreseen as far as that.
    let last = last.filter(|(_, last)| last.period.last_day() >= until.last_day());
    let Some((is_total, last)) = last else {
        return Some(Err(NoForecast::TooFew));
    };
    // What is foreseen of a month says nothing about a year.
    if grain != own && !is_total {
        return Some(Err(NoForecast::NoSum));
    }
    let baseline = if wanted.against_year_before {
        let before = Ask {
            period: Some(whole.year_before()),
            until: Some(until.year_before()),
            ..Ask::newest(metric)
        };
        let answer = ask_metric(state, principal, &before).await?;
        let group = answer.groups.first();
        group.and_then(|group| value_of(group.points.last()?))
    } else {
        declared_baseline(file)
    };
    Some(Ok(Ahead {
        period: until,
        value: last.value,
        low: last.low,
        high: last.high,
        baseline,
    }))
}

impl ForecastOfTarget {
    fn of(target: u32, foreseen: Result<Foreseen, NoForecast>) -> Self {
        let lack = foreseen.as_ref().err();
        Self {
            target,
            lack: lack.map(|lack| lack.code().to_owned()),
            lack_text: lack.map(|lack| lack.text().to_owned()),
            foreseen: foreseen.ok().map(|foreseen| ForeseenOfPlan {
                period: foreseen.period.to_string(),
                told: (&foreseen.told).into(),
                low: foreseen.low,
                high: foreseen.high,
                will_be_met: foreseen.is_met,
            }),
        }
    }
}
