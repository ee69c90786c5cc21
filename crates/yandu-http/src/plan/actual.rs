//! What a plan is looked at with: the rules that the pack of plans declares, the calendar, and what its metrics show.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;
use yandu_lake::{Number, Principal};
use yandu_metrics::{Answer, Ask, Definition, Point};
use yandu_pack::declare::{Across, Direction, MetricFile, SettingValue};
use yandu_plan::{
    Actual, Actuals, MetricSource, Plan, RuleValue, Rules, Standing, Status, Today, Wanted, Way,
};
use yandu_words::calendar::{CITY_CLOCK, Calendar};
use yandu_words::{Grain, MetricId, Period};

use crate::Result;
use crate::state::State;

/// The pack whose settings are the rules of supervision.
const RULES: &str = "plan";
/// Points that a metric is asked for: some years of months, or a year of days.
const POINTS: usize = 400;

/// How long plans are left alone while no number changes; a day may have passed meanwhile.
const LOOK_AGAIN: Duration = Duration::from_mins(10);

/// A day with its rules and its calendar.
pub(crate) struct Look {
    pub(super) day: Date,
    pub(super) rules: Rules,
    pub(super) calendar: Arc<Calendar>,
}

impl Look {
    pub(super) fn today(&self) -> Today<'_> {
        Today {
            day: self.day,
            rules: &self.rules,
            calendar: &self.calendar,
        }
    }
}

/// The rules as the site has set them.
pub(super) fn rules(state: &State) -> Result<Rules> {
    let packs = state.collector().packs();
    let settings = RULES.parse().ok().and_then(|pack| packs.settings(&pack));
    let rules = Rules::read(|name| match settings.as_ref()?.value(name)? {
        SettingValue::Integer(number) => Some(RuleValue::Number(*number as f64)),
        SettingValue::Number(number) => Some(RuleValue::Number(*number)),
        SettingValue::Text(text) => Some(RuleValue::Text(text.clone())),
        SettingValue::Boolean(_) => None,
    })?;
    Ok(rules)
}

/// What a rule is based on.
pub(super) fn basis(state: &State, rule: &str) -> Option<String> {
    let packs = state.collector().packs();
    let pack = packs
        .packs()
        .find(|pack| pack.file().pack.as_str() == RULES)?;
    let mut settings = pack.file().settings.iter();
    let (_, setting) = settings.find(|(name, _)| name.as_str() == rule)?;
    setting.basis.clone()
}

/// The day for which a plan is told: today, and of a closed plan the day on which it was closed.
pub(super) async fn look(state: &State, plan: &Plan) -> Result<Look> {
    let closed = plan.head.closed.as_ref();
    Ok(Look {
        day: closed.map_or_else(
            || state.plans().today(),
            |closed| CITY_CLOCK.to_datetime(closed.at).date(),
        ),
        rules: rules(state)?,
        calendar: state.collector().calendar().await,
    })
}

/// How a plan stands; nothing while it is under review.
pub(crate) async fn standing(
    state: &State,
    principal: &Principal,
    plan: &Plan,
) -> Result<Option<(Standing, Look)>> {
    if plan.status == Status::Reviewing {
        return Ok(None);
    }
    let look = look(state, plan).await?;
    let shown = shown(state, principal, plan, look.day).await;
    let mut standing = yandu_plan::standing(plan, &shown.actuals, look.today());
    standing.hide(&shown.hidden);
    Ok(Some((standing, look)))
}

/// What the metrics of a plan show of the whole city, and whose numbers are not for whoever looks.
#[derive(Default)]
pub(super) struct Shown {
    /// Of all targets: a plan stands the same for everybody, and a part of the city would make work late that is not.
    pub(super) actuals: Actuals,
    /// What is to be said of the metrics that whoever looks sees.
    pub(super) metrics: BTreeMap<String, MetricSource>,
    /// Targets whose numbers are to be left out.
    pub(super) hidden: BTreeSet<u32>,
}

/// What the metrics of a plan show to somebody. Of a metric that cannot be asked there is nothing, not even that it has no value.
pub(super) async fn shown(state: &State, principal: &Principal, plan: &Plan, day: Date) -> Shown {
    let everything = Principal::local_administrator();
    let mut shown = Shown::default();
    for wanted in yandu_plan::wanted(plan, day) {
        let is_shown = is_shown(state, principal, &wanted.metric);
        if !is_shown {
            shown.hidden.insert(wanted.target);
        }
        if let Some((series, source)) = series(state, &everything, &wanted).await {
            shown.actuals.insert(wanted.target, series);
            if is_shown {
                shown.metrics.insert(wanted.metric, source);
            }
        }
    }
    shown
}

/// Whether somebody sees all that a metric is made of; of one that is not there nothing is hidden.
fn is_shown(state: &State, principal: &Principal, metric: &str) -> bool {
    definition(state, metric)
        .is_none_or(|definition| state.metrics().shows_whole(principal, &definition))
}

/// The metric of an id that a plan keeps; `None` where no pack declares it any more.
pub(super) fn definition(state: &State, metric: &str) -> Option<Definition> {
    state.metrics().definition(&metric.parse().ok()?).ok()
}

async fn series(
    state: &State,
    principal: &Principal,
    wanted: &Wanted,
) -> Option<(Vec<Actual>, MetricSource)> {
    let metric = wanted.metric.parse().ok()?;
    let definition = state.metrics().definition(&metric).ok()?;
    if wanted.way == Way::YearSum && !definition.adds_up() {
        tracing::debug!(%metric, "numbers that cannot be added up show nothing of a target");
        return None;
    }
    let is_of_year = is_of_year(wanted.way, &definition.file);
    let today = state.plans().today();
    let own = definition.file.time.grain;
    let grain = if is_of_year { Grain::Year } else { own };
    let until = last_known(wanted.to, today, own);
    let mut ask = Ask {
        grain: Some(grain),
        // Today the newest is meant, which may be of long ago.
        period: (wanted.to != today).then(|| until.within(grain)),
        until: Some(until),
        points: if is_of_year { 4 } else { POINTS },
        ..Ask::newest(metric)
    };
    let mut answer = ask_metric(state, principal, &ask).await?;
    if let Some(last) = last_told(&answer)
        && Some(last) != answer.period
    {
        // What is compared with the year before is the last number that counts.
        ask.period = Some(last);
        answer = ask_metric(state, principal, &ask).await?;
    }
    let source = MetricSource {
        title: definition.file.title.zh.clone(),
        owner: definition.file.owner.clone(),
        version: answer.data.version,
        newest: answer.freshness.newest,
        // How late the data was on a day that is past nobody can say any more.
        late_days: answer.freshness.late_days.filter(|_| wanted.to == today),
    };
    let group = answer.groups.into_iter().next()?;
    let baseline = match (wanted.against_year_before, group.year_before.value) {
        (true, Number::Value(before)) => Some(before),
        (true, _) => None,
        (false, _) => declared_baseline(&definition.file),
    };
    let is_more_better = match definition.file.direction {
        Direction::Up => Some(true),
        Direction::Down => Some(false),
        Direction::None => None,
    };
    let mut sum = 0.0;
    let own = || {
        let points = group.points.iter();
        points.filter(|point| is_in_time(point.period, wanted))
    };
    let newest: Vec<Period> = own().filter_map(|point| point.through).collect();
    let gaps = gaps(state, principal, &ask.metric, &newest).await?;
    let series = own().filter_map(|point| {
        let value = value_of(point)?;
        sum += value;
        let through = through(point);
        Some(Actual {
            value: if wanted.way == Way::YearSum {
                sum
            } else {
                value
            },
            // Of a period that runs today is the last day.
            as_of: through.min(wanted.to),
            period: Some(if wanted.way == Way::YearSum {
                Period::of(through, Grain::Year)
            } else {
                point.period
            }),
            unit: definition.file.unit.clone(),
            is_more_better,
            baseline,
            missing: point
                .through
                .and_then(|newest| gaps.get(&newest).cloned())
                .unwrap_or_default(),
            trail: Some(format!("metric/{}", wanted.metric)),
        })
    });
    Some((series.collect(), source))
}

/// The areas that are missed in some periods of a metric, by name.
async fn gaps(
    state: &State,
    principal: &Principal,
    metric: &MetricId,
    periods: &[Period],
) -> Option<BTreeMap<Period, Vec<String>>> {
    let gaps = match state.metrics().gaps(principal, metric, periods).await {
        Ok(gaps) => gaps,
        Err(error) => {
            tracing::debug!(%metric, %error, "a metric does not say which areas are missing");
            return None;
        }
    };
    let named = gaps.into_iter().map(|(period, gaps)| {
        let names = gaps.into_iter();
        let names = names.map(|gap| gap.name.unwrap_or_else(|| gap.area.to_string()));
        (period, names.collect::<Vec<String>>())
    });
    Some(named.collect())
}

/// Whether the number of a whole year is compared: a share of sums is that of the year and not that of its last month.
pub(super) fn is_of_year(way: Way, metric: &MetricFile) -> bool {
    way != Way::YearSum && metric.time.across == Across::Sum
}

/// Against what a change is measured, as the metric declares it.
pub(super) fn declared_baseline(metric: &MetricFile) -> Option<f64> {
    metric.baseline.as_ref().map(|baseline| baseline.value)
}

pub(super) async fn ask_metric(state: &State, principal: &Principal, ask: &Ask) -> Option<Answer> {
    match state.metrics().ask(principal, ask).await {
        Ok(answer) => Some(answer),
        Err(error) => {
            tracing::debug!(metric = %ask.metric, %error, "a metric shows nothing of a target");
            None
        }
    }
}

/// The last period of which a number was known on a day. What runs today is known as far as it has come; how much of it was there
/// on an earlier day nobody can say.
fn last_known(day: Date, today: Date, grain: Grain) -> Period {
    let running = Period::of(day, grain);
    if day == today || running.last_day() <= day {
        running
    } else {
        running.previous()
    }
}

/// The last period of an answer that has a number.
fn last_told(answer: &Answer) -> Option<Period> {
    let points = &answer.groups.first()?.points;
    let last = points.iter().rfind(|point| point.cells > 0)?;
    Some(last.period)
}

fn is_in_time(period: Period, wanted: &Wanted) -> bool {
    period.first_day() >= wanted.from && period.first_day() <= wanted.to
}

pub(super) fn value_of(point: &Point) -> Option<f64> {
    match point.value {
        Number::Value(value) if point.cells > 0 => Some(value),
        _ => None,
    }
}

/// The last day of which a point knows.
fn through(point: &Point) -> Date {
    point.through.unwrap_or(point.period).last_day()
}

/// Writes down, whenever numbers may have changed, which targets of plans in force are closed and which are open again.
pub async fn settle_plans(state: State, over: impl Future<Output = ()>) {
    let mut over = std::pin::pin!(over);
    let mut changes = state.metrics().changes();
    let mut day = state.plans().today();
    loop {
        // With a new day lamps change though no number did, and somebody may look at them.
        if std::mem::replace(&mut day, state.plans().today()) != day {
            state.metrics().wake();
        }
        if let Err(problem) = settle(&state).await {
            tracing::warn!(problem = problem.detail, "plans could not be settled");
        }
        tokio::select! {
            () = &mut over => return,
            changed = changes.changed() => if changed.is_err() { return },
            () = tokio::time::sleep(LOOK_AGAIN) => {}
        }
    }
}

async fn settle(state: &State) -> Result<()> {
    let principal = Principal::local_administrator();
    for plan in state.plans().list().await? {
        if plan.status != Status::Approved {
            continue;
        }
        let plan = state.plans().plan(&plan.id).await?;
        let look = look(state, &plan).await?;
        let shown = shown(state, &principal, &plan, look.day).await;
        let settled = state
            .plans()
            .settle(&plan, &shown.actuals, look.today(), "system")
            .await;
        match settled {
            // Somebody changed it while its metrics were asked: the next look is at the plan as it is then.
            Ok(_) | Err(yandu_plan::Error::Outdated { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use yandu_words::Grain;

    use super::last_known;

    #[test]
    fn a_period_counts_on_a_day_when_it_is_over_or_runs_today() {
        let known = |day: &str, today: &str, grain| {
            last_known(day.parse().unwrap(), today.parse().unwrap(), grain).to_string()
        };
        assert_eq!(known("2026-03-31", "2026-07-10", Grain::Month), "2026-03");
        assert_eq!(known("2026-05-31", "2026-07-10", Grain::Quarter), "2026-Q1");
        assert_eq!(known("2026-07-10", "2026-07-10", Grain::Month), "2026-07");
        // A plan that was closed within the month.
        assert_eq!(known("2026-07-10", "2026-07-20", Grain::Month), "2026-06");
    }
}
