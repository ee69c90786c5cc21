//! How a target stands: its actual, against what it says, on a day.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use yandu_words::Period;

use super::side::{self, folded};
use super::{Lamp, Today, Told, days_to, lamp};
use crate::plans::day_of;
use crate::reading::Comparison;
use crate::record::{EvidenceState, Figure, Plan, Source, Way};
use crate::rules::Counted;

/// What a metric, a form or a person says of a target on a day.
#[derive(Debug, Clone, PartialEq)]
pub struct Actual {
    /// As the binding takes it: a sum from the beginning of the target's time, a value at the day, or a level whose change counts.
    pub value: f64,
    /// The last day that it speaks of.
    pub as_of: Date,
    /// The period of the metric that it is the number of; evidence has none.
    pub period: Option<Period>,
    /// In what it is counted; empty where that is not said.
    pub unit: String,
    /// Whether more is better; `None` where neither is.
    pub is_more_better: Option<bool>,
    /// Against what a change is measured, where the metric declares it.
    pub baseline: Option<f64>,
    /// Areas that have reported nothing of it though they are expected to, by name: the number is not that of the whole.
    pub missing: Vec<String>,
    /// Where the trail of the number begins.
    pub trail: Option<String>,
}

/// The actuals of targets, by their numbers, each in the order of time.
pub type Actuals = BTreeMap<u32, Vec<Actual>>;

/// What a target needs to know of its metric: values at days from `from` to `to`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub target: u32,
    pub metric: String,
    pub way: Way,
    /// The baseline of a change is the value of the same time of the year before.
    pub against_year_before: bool,
    /// The first day of the target's time.
    pub from: Date,
    pub to: Date,
}

/// What the metrics of a plan are to be asked for on a day.
pub fn wanted(plan: &Plan, today: Date) -> Vec<Wanted> {
    plan.targets()
        .filter_map(|target| {
            let binding = plan.bindings.get(&target.number)?;
            let measured = binding.source.measured()?;
            Some(Wanted {
                target: target.number,
                metric: measured.metric.to_owned(),
                way: measured.way,
                against_year_before: measured.against_year_before,
                from: start_of(plan, target),
                to: end_of(measured.way, target, today),
            })
        })
        .collect()
}

/// The last day that counts: a sum over a year ends with the year of the target.
fn end_of(way: Way, target: &Figure, today: Date) -> Date {
    match (way, target.said.due) {
        (Way::YearSum, Some(due)) => today.min(date(due.year(), 12, 31)),
        _ => today,
    }
}

/// The first day of the time of a target: that of the plan's year, or of its own when it is earlier.
fn start_of(plan: &Plan, target: &Figure) -> Date {
    let due = target.said.due.map(Date::year);
    let year = match (plan.head.year, due) {
        (Some(plan), Some(due)) => plan.min(due),
        (Some(year), None) | (None, Some(year)) => year,
        (None, None) => 1,
    };
    date(year.clamp(1, 9999), 1, 1)
}

/// How a target stands.
#[derive(Debug, Clone, PartialEq)]
pub struct TargetStanding {
    pub lamp: Lamp,
    pub due: Option<Counted>,
    pub days_left: Option<i64>,
    /// The newest actual.
    pub actual: Option<Actual>,
    /// What is reached by the newest actual, as it is told.
    pub told: Option<Told>,
    /// The numbers of the whole that were compared, in the order of the days that they speak of.
    pub series: Vec<(Date, f64)>,
    /// The number of the target; absent where it says words or a range.
    pub goal: Option<f64>,
    /// The number that is compared: of a change, the change.
    pub measured: Option<f64>,
    pub is_met: Option<bool>,
    /// How much of the target is reached, where that can be said.
    pub share: Option<f64>,
    /// What lacks; negative where there is more than asked for.
    pub gap: Option<f64>,
    /// So much is asked for at most, and a part of it says nothing.
    pub is_ceiling: bool,
    pub closed: Option<Closed>,
    /// It was reached once and is not any more.
    pub is_reopened: bool,
    /// Why it is not closed.
    pub lack: Option<Lack>,
    /// Its numbers are not for whoever looks, and are left out.
    pub is_hidden: bool,
}

impl TargetStanding {
    /// Leaves out every number. How it stands against its date, that it is closed, and when, are the plan's own and stay.
    pub(super) fn hide(&mut self) {
        self.is_hidden = true;
        self.actual = None;
        self.told = None;
        self.series.clear();
        self.measured = None;
        self.is_met = None;
        self.share = None;
        self.gap = None;
        self.lack = self.lack.map(|_| Lack::NotShown);
    }

    /// The day from which a part of the target is reached, and all of it where the part is all.
    pub(super) fn reached(&self, share: f64) -> Option<Date> {
        if self.lack == Some(Lack::SideNotSaid) {
            return None;
        }
        if share >= 1.0 || self.is_ceiling {
            return self.closed.map(|closed| closed.on);
        }
        let part = self.goal? * share;
        let mut begins = None;
        for (day, value) in &self.series {
            begins = begins.or(Some(*day)).filter(|_| *value >= part);
        }
        begins
    }
}

/// That a target is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed {
    pub on: Date,
    /// The metric shows it; otherwise accepted evidence does.
    pub by_metric: bool,
}

/// Why a target is not closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lack {
    /// It is bound to nothing yet.
    NoBinding,
    /// Its metric or its form says nothing yet.
    NoActual,
    /// No evidence was accepted yet.
    NoEvidence,
    /// The value does not reach it.
    NotMet,
    /// Areas are missing in its newest number, so that nobody knows what the whole is.
    AreasMissing,
    /// The actual is counted in another unit.
    UnitDiffers,
    /// A change, and nobody has said against what.
    NoBaseline,
    /// Neither its words nor its metric say on which side of its value it is to be, and nobody has decided it.
    SideNotSaid,
    /// Whoever looks may not see the data of its metric.
    NotShown,
}

impl Lack {
    pub const ALL: [Self; 9] = [
        Self::NoBinding,
        Self::NoActual,
        Self::NoEvidence,
        Self::NotMet,
        Self::AreasMissing,
        Self::UnitDiffers,
        Self::NoBaseline,
        Self::SideNotSaid,
        Self::NotShown,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Self::NoBinding => "no-binding",
            Self::NoActual => "no-actual",
            Self::NoEvidence => "no-evidence",
            Self::NotMet => "not-met",
            Self::AreasMissing => "areas-missing",
            Self::UnitDiffers => "unit-differs",
            Self::NoBaseline => "no-baseline",
            Self::SideNotSaid => "side-not-said",
            Self::NotShown => "not-shown",
        }
    }

    /// In Chinese.
    pub fn text(self) -> &'static str {
        match self {
            Self::NoBinding => "没有确定数据来源",
            Self::NoActual => "数据来源还没有数值",
            Self::NoEvidence => "还没有通过审核的证明材料",
            Self::NotMet => "未达到目标值",
            Self::AreasMissing => "有地区缺报，暂不认定",
            Self::UnitDiffers => "实际值的计量单位与目标不同",
            Self::NoBaseline => "变化指标没有基数",
            Self::SideNotSaid => "未写明是不低于还是不高于",
            Self::NotShown => "您的账号无权查看该数据",
        }
    }
}

/// How a target stands on a day.
pub(super) fn stand(
    plan: &Plan,
    target: &Figure,
    actuals: &Actuals,
    is_begun: bool,
    today: Today<'_>,
) -> TargetStanding {
    let source = plan.bindings.get(&target.number).map(|one| &one.source);
    let by_metric = source.and_then(Source::measured).is_some();
    let (series, shown_on) = if by_metric {
        let series = actuals.get(&target.number).cloned().unwrap_or_default();
        (series, None)
    } else {
        reported(plan, target)
    };
    let known = || series.iter().filter(|actual| actual.as_of <= today.day);
    // Of a number in which areas are missing nobody knows whether the whole reaches the target, or has fallen back behind it.
    let judged: Vec<(Date, Result<f64, Lack>)> = known()
        .filter(|actual| actual.missing.is_empty())
        .map(|actual| (actual.as_of, measure(target, actual, source)))
        .collect();
    let newest = known().next_back().cloned();
    let is_part = newest
        .as_ref()
        .is_some_and(|actual| !actual.missing.is_empty());
    let is_up = newest.as_ref().and_then(|actual| actual.is_more_better);
    let meets = |value: f64| is_met(target, value, is_up, today.rules.about_share);
    let (closed_on, was_met) = run_of(&judged, meets);
    let closed_on = closed_on.or(shown_on);
    let last = newest
        .as_ref()
        .map(|actual| measure(target, actual, source));
    let measured = last.and_then(Result::ok);
    let told = newest
        .as_ref()
        .map(|actual| Told::of(target, source, actual, measured));
    let due = target
        .said
        .due
        .map(|due| today.rules.rest_day.count(due, today.calendar));
    let goal = target.said.value.number();
    let is_ceiling = side::is_ceiling(target, is_up);
    // Where it is not known what would be on course, nothing is.
    let is_open = side::is_open(target, is_up);
    let share = measured
        .zip(goal)
        .filter(|(_, goal)| !is_ceiling && !is_open && !is_part && *goal != 0.0)
        .map(|(value, goal)| value / goal);
    let mut lamp = lamp::of(
        closed_on,
        due.map_or(Date::MAX, |due| due.day),
        (is_begun || newest.is_some()) && !is_open,
        today,
    );
    if matches!(lamp, Lamp::OnCourse | Lamp::NotBegun)
        && is_behind(plan, target, source, share, today)
    {
        lamp = Lamp::Near;
    }
    TargetStanding {
        lamp,
        due,
        days_left: due.map(|due| days_to(today.day, due.day)),
        is_met: measured.filter(|_| !is_part).and_then(meets),
        gap: measured
            .filter(|_| !is_open && !is_part)
            .and_then(|value| gap(target, value)),
        is_ceiling,
        measured,
        told,
        share,
        goal,
        series: judged
            .iter()
            .filter_map(|(day, value)| Some((*day, value.ok()?)))
            .collect(),
        closed: closed_on.map(|on| Closed { on, by_metric }),
        is_reopened: closed_on.is_none() && (was_met || was_closed(plan, target, today.day)),
        lack: closed_on.is_none().then(|| {
            if is_open {
                return Lack::SideNotSaid;
            }
            match lack_of(source, target, last) {
                Lack::NotMet if is_part => Lack::AreasMissing,
                lack => lack,
            }
        }),
        actual: newest,
        is_hidden: false,
    }
}

/// What evidence that was accepted says: figures in the order of the days that they speak of; of a target without a number, the day
/// from which documents show it.
fn reported(plan: &Plan, target: &Figure) -> (Vec<Actual>, Option<Date>) {
    let about = format!("target/{}", target.number);
    let accepted = || {
        let all = plan.evidence.values();
        all.filter(|one| one.about == about && one.state == EvidenceState::Accepted)
    };
    if !target.said.is_numeric() {
        return (Vec::new(), accepted().map(|one| one.said.on).min());
    }
    let mut series: Vec<(Date, u32, Actual)> = accepted()
        .filter_map(|one| {
            let actual = Actual {
                value: one.said.value?,
                as_of: one.said.on,
                period: None,
                unit: target.said.unit.clone(),
                is_more_better: None,
                baseline: None,
                missing: Vec::new(),
                trail: Some(format!("evidence/{}", one.number)),
            };
            Some((one.said.on, one.number, actual))
        })
        .collect();
    series.sort_by_key(|(on, number, _)| (*on, *number));
    (
        series.into_iter().map(|(.., actual)| actual).collect(),
        None,
    )
}

/// The day with which the last run of days begins on which a target is met, and whether it ever was.
fn run_of(
    judged: &[(Date, Result<f64, Lack>)],
    meets: impl Fn(f64) -> Option<bool>,
) -> (Option<Date>, bool) {
    let mut begins = None;
    let mut was_met = false;
    for (day, value) in judged {
        if value.ok().and_then(&meets) == Some(true) {
            begins = begins.or(Some(*day));
            was_met = true;
        } else {
            begins = None;
        }
    }
    (begins, was_met)
}

/// Whether a target was seen to be closed by a day. What its metric shows of the past may be otherwise by now, and evidence may have been
/// returned.
fn was_closed(plan: &Plan, target: &Figure, day: Date) -> bool {
    let seen = plan.closings.get(&target.number).into_iter().flatten();
    let mut closed = seen.filter(|closing| closing.closed_on.is_some());
    closed.any(|closing| day_of(closing.seen.at) <= day)
}

/// The number of an actual that is compared with the target.
pub(super) fn measure(
    target: &Figure,
    actual: &Actual,
    source: Option<&Source>,
) -> Result<f64, Lack> {
    let Some(measured) = source.and_then(Source::measured) else {
        return Ok(actual.value);
    };
    if measured.way != Way::Change {
        // A number without a unit of its own is counted in 1.
        let bare = |unit: &str| folded(unit).trim_start_matches('1').to_owned();
        let same = actual.unit.is_empty() || bare(&actual.unit) == bare(&target.said.unit);
        return if same {
            Ok(actual.value)
        } else {
            Err(Lack::UnitDiffers)
        };
    }
    let baseline = measured
        .baseline
        .or(actual.baseline)
        .ok_or(Lack::NoBaseline)?;
    if folded(&target.said.unit) == "%" {
        if baseline == 0.0 {
            return Err(Lack::NoBaseline);
        }
        return Ok((actual.value - baseline) / baseline.abs() * 100.0);
    }
    Ok(actual.value - baseline)
}

/// How a target is compared: a plain number is reached from the side of which its words speak, or else from that which its metric
/// declares to be better, and from below where a verb of doing is all that they say. Of a change its size is compared.
fn asked(target: &Figure, is_more_better: Option<bool>) -> Comparison {
    match target.said.comparison {
        Comparison::Change => target.said.bound.unwrap_or(Comparison::AtLeast),
        Comparison::Equal if side::is_ceiling(target, is_more_better) => Comparison::AtMost,
        comparison => comparison,
    }
}

/// The ends of what a target asks for, as a value is told: one number, or a range. A fall lies below zero.
fn ends(target: &Figure) -> Option<(f64, f64)> {
    let said = &target.said;
    let Some((low, high)) = &said.range else {
        return said.value.number().map(|goal| (goal, goal));
    };
    let (low, high) = (low.as_f64()?, high.as_f64()?);
    if side::is_fall(target) {
        let (low, high) = (-low.abs(), -high.abs());
        return Some((low.min(high), low.max(high)));
    }
    Some((low, high))
}

/// Whether a value reaches a target; `None` where that cannot be said.
pub(super) fn is_met(
    target: &Figure,
    value: f64,
    is_more_better: Option<bool>,
    about: f64,
) -> Option<bool> {
    if side::is_open(target, is_more_better) {
        return None;
    }
    let (low, high) = ends(target)?;
    let is_fall = side::is_fall(target);
    let (value, low, high) = if is_fall {
        (-value, -high, -low)
    } else {
        (value, low, high)
    };
    // A last binary digit is no shortfall.
    let slack = |goal: f64| goal.abs().max(1.0) * 1e-9;
    let at_least = |goal: f64| value >= goal - slack(goal);
    let at_most = |goal: f64| value <= goal + slack(goal);
    Some(match asked(target, is_more_better) {
        Comparison::AtLeast | Comparison::Equal | Comparison::Change => at_least(low),
        Comparison::AtMost => at_most(high),
        Comparison::Above => value > low + slack(low),
        Comparison::Below => value < high - slack(high),
        Comparison::About => at_least(low - low.abs() * about),
        // What lies outside on the side that is better is no shortfall; where nobody says which that is, it is none of the range.
        Comparison::Between => match better(target, is_more_better, is_fall) {
            Some(true) => at_least(low),
            Some(false) => at_most(high),
            None => at_least(low) && at_most(high),
        },
    })
}

/// Whether more of what a range bounds is better. Of a fall that is its size.
fn better(target: &Figure, is_more_better: Option<bool>, is_fall: bool) -> Option<bool> {
    if side::is_ceiling(target, is_more_better) {
        return Some(false);
    }
    is_more_better.map(|more| more != is_fall)
}

/// What lacks to a target; of a range to its nearer end, and nothing within.
fn gap(target: &Figure, value: f64) -> Option<f64> {
    let (low, high) = ends(target)?;
    Some(value.clamp(low.min(high), low.max(high)) - value)
}

/// Whether a sum that grows over the target's time is behind its straight-line pace.
fn is_behind(
    plan: &Plan,
    target: &Figure,
    source: Option<&Source>,
    share: Option<f64>,
    today: Today<'_>,
) -> bool {
    let measured = source.and_then(Source::measured);
    let is_sum = measured.is_some_and(|measured| measured.way == Way::YearSum);
    let (Some(share), Some(due), true) = (share, target.said.due, is_sum) else {
        return false;
    };
    let start = start_of(plan, target);
    let whole = days_to(start, due).max(1) as f64;
    let passed = days_to(start, today.day).max(0) as f64;
    share < today.rules.near_share * (passed / whole).min(1.0)
}

fn lack_of(source: Option<&Source>, target: &Figure, newest: Option<Result<f64, Lack>>) -> Lack {
    match (source, newest) {
        (_, Some(Err(lack))) => lack,
        (_, Some(Ok(_))) => Lack::NotMet,
        (None | Some(Source::Open), None) => Lack::NoBinding,
        (Some(Source::Metric { .. } | Source::Form { .. }), None) if target.said.is_numeric() => {
            Lack::NoActual
        }
        _ => Lack::NoEvidence,
    }
}
