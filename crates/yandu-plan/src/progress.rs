//! 闭环式管理: nodes that begin and are finished, evidence that is handed in and looked at, and what metrics show of targets.

use jiff::civil::{Date, date};
use serde::Deserialize;

use crate::plans::day_of;
use crate::record::{
    Closing, Decision, Evidence, EvidenceFields, EvidenceState, Finish, Plan, Source,
};
use crate::reviewing::said;
use crate::standing::{Actuals, Standing, Today, measuring, standing};
use crate::{Error, Result};

/// Documents of one piece of evidence.
const DOCUMENTS: usize = 50;

/// What becomes of a node.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "step", rename_all = "kebab-case", deny_unknown_fields)]
pub enum NodeStep {
    /// Work on it began.
    Begin,
    /// It is finished: today, or on an earlier day that documents show.
    Finish {
        #[serde(default)]
        on: Option<Date>,
        #[serde(default)]
        documents: Vec<String>,
    },
    /// It is not finished after all.
    Reopen,
}

pub(crate) fn step(
    plan: &mut Plan,
    key: &str,
    step: &NodeStep,
    (by, today): (&Decision, Date),
) -> Result<()> {
    let missing = plan.missing("node", key);
    let node = plan.nodes.get(key).ok_or(missing)?;
    let is_measured = measuring(plan, node).is_some();
    let first_day = first_day(plan);
    if let NodeStep::Finish { documents, .. } = step {
        check_documents(plan, documents)?;
    }
    let Some(node) = plan.nodes.get_mut(key) else {
        return Ok(());
    };
    match step {
        NodeStep::Begin => {
            node.begun.get_or_insert_with(|| by.clone());
        }
        NodeStep::Finish { .. } if is_measured => {
            return Err(Error::NotProved {
                item: format!("node/{key}"),
                why: "the metric of its target says when it is reached",
            });
        }
        NodeStep::Finish { .. } if node.finished.is_some() => {
            return Err(Error::invalid("step", "it is finished already"));
        }
        NodeStep::Finish { on, documents } => {
            let on = on.unwrap_or(today);
            check_day(first_day, on, today)?;
            if on < today && documents.is_empty() {
                return Err(Error::NotProved {
                    item: format!("node/{key}"),
                    why: "an earlier day than today is shown by documents",
                });
            }
            node.begun.get_or_insert_with(|| by.clone());
            node.finished = Some(Finish {
                on,
                by: by.clone(),
                documents: documents.clone(),
            });
        }
        NodeStep::Reopen if node.finished.is_none() => {
            return Err(Error::invalid("step", "it is not finished"));
        }
        NodeStep::Reopen if by.reason.is_none() => return Err(Error::NoReason),
        NodeStep::Reopen => node.finished = None,
    }
    Ok(())
}

/// Hands in evidence for a target or a node.
pub(crate) fn submit(
    plan: &mut Plan,
    about: &str,
    fields: EvidenceFields,
    (by, today): (&Decision, Date),
) -> Result<u32> {
    let (kind, key) = about.split_once('/').unwrap_or((about, ""));
    match kind {
        "target" => {
            let number = key.parse().ok();
            let target = number.and_then(|number: u32| plan.figures.get(&number));
            let target = target.filter(|target| target.is_target());
            let number = target.ok_or_else(|| plan.missing("target", key))?.number;
            let binding = plan.bindings.get(&number);
            if binding.is_some_and(|one| one.source.measured().is_some()) {
                return Err(Error::NotProved {
                    item: about.to_owned(),
                    why: "its metric says what is reached, and nothing is reported beside it",
                });
            }
        }
        "node" if plan.nodes.contains_key(key) => {}
        _ => return Err(plan.missing("item", about)),
    }
    check_day(first_day(plan), fields.on, today)?;
    if fields.value.is_some_and(|value| !value.is_finite()) {
        return Err(Error::invalid("value", "a number"));
    }
    check_documents(plan, &fields.documents)?;
    let fields = EvidenceFields {
        source: said(fields.source.as_deref()),
        note: said(fields.note.as_deref()),
        ..fields
    };
    if fields.value.is_none() && fields.documents.is_empty() {
        return Err(Error::invalid("documents", "a figure, or documents"));
    }
    let number = plan.evidence.keys().last().map_or(1, |last| last + 1);
    plan.evidence.insert(
        number,
        Evidence {
            number,
            about: about.to_owned(),
            said: fields,
            submitted: by.clone(),
            state: EvidenceState::Submitted,
            decided: None,
        },
    );
    Ok(number)
}

/// The first day on which anything of a plan can be done: the beginning of its first year, or its approval where that was earlier.
fn first_day(plan: &Plan) -> Option<Date> {
    let (first, _) = plan.years()?;
    let begin = date(first.clamp(1, 9999), 1, 1);
    let approved = plan.head.approved.as_ref().map(|by| day_of(by.at));
    Some(approved.map_or(begin, |approved| approved.min(begin)))
}

fn check_day(first: Option<Date>, on: Date, today: Date) -> Result<()> {
    if on > today {
        return Err(Error::invalid("on", "a day that has come"));
    }
    match first.filter(|first| on < *first) {
        Some(first) => Err(Error::invalid(
            "on",
            format!("a day of the plan, which begins on {first}"),
        )),
        None => Ok(()),
    }
}

fn check_documents(plan: &Plan, documents: &[String]) -> Result<()> {
    if documents.len() > DOCUMENTS {
        return Err(Error::invalid("documents", "at most 50"));
    }
    let unknown = documents
        .iter()
        .find(|hash| !plan.documents.contains_key(*hash));
    match unknown {
        Some(hash) => Err(plan.missing("document", hash.chars().take(64).collect::<String>())),
        None => Ok(()),
    }
}

/// Accepts evidence or returns it. What was accepted can be returned later, by whoever has seen that it was, and opens again what it
/// closed.
pub(crate) fn judge(
    plan: &mut Plan,
    number: u32,
    (accept, is_seen): (bool, bool),
    by: &Decision,
) -> Result<()> {
    let missing = plan.missing("evidence", number);
    let evidence = plan.evidence.get(&number).ok_or(missing)?;
    if by.reason.is_none() {
        return Err(Error::NoReason);
    }
    let state = if accept {
        EvidenceState::Accepted
    } else {
        EvidenceState::Returned
    };
    if let Some(told) = evidence.told()
        && (!is_seen || evidence.state == state)
    {
        return Err(Error::AlreadyDecided { told });
    }
    if accept {
        let item = evidence.about.clone();
        let target = item
            .strip_prefix("target/")
            .and_then(|key| plan.figures.get(&key.parse::<u32>().ok()?));
        let is_number = target.is_some_and(|one| one.said.is_numeric());
        // 数字指标没有带日期和来源的数，不能销号。
        if is_number && (evidence.said.value.is_none() || evidence.said.source.is_none()) {
            return Err(Error::NotProved {
                item,
                why: "a target with a number needs a dated figure and its source",
            });
        }
        if target.is_some() && evidence.said.documents.is_empty() {
            return Err(Error::NotProved {
                item,
                why: "a target that no metric measures is proved by documents",
            });
        }
    }
    if let Some(evidence) = plan.evidence.get_mut(&number) {
        evidence.state = state;
        evidence.decided = Some(by.clone());
    }
    Ok(())
}

/// Writes down whether the target of evidence that was decided about is closed or open again, with the decision itself: one that is
/// taken back before the next look stays told. A target that a metric measures waits for its numbers.
pub(crate) fn settle_proved(plan: &mut Plan, number: u32, today: Today<'_>, by: &Decision) {
    let about = plan.evidence.get(&number).map(|one| one.about.as_str());
    let target = about.and_then(|about| about.strip_prefix("target/")?.parse::<u32>().ok());
    let Some(target) = target else {
        return;
    };
    let unmeasured = Actuals::new();
    let mut stands = standing(plan, &unmeasured, today);
    stands.targets.retain(|number, _| *number == target);
    settle(plan, &stands, &unmeasured, by);
}

/// Writes down which targets are closed and which are open again, where that is otherwise than it was last seen. Says whether
/// anything was. A target whose metric could not be asked stays as it was seen.
pub(crate) fn settle(
    plan: &mut Plan,
    standing: &Standing,
    actuals: &Actuals,
    by: &Decision,
) -> bool {
    let mut changed = false;
    for (number, stands) in &standing.targets {
        let source = plan.bindings.get(number).map(|one| &one.source);
        let measured = source.and_then(Source::measured);
        if measured.is_some() && !actuals.contains_key(number) {
            continue;
        }
        let metric = measured.map(|measured| measured.metric.to_owned());
        let seen = plan.closings.get(number).and_then(|all| all.last());
        let before = seen.and_then(|closing| closing.closed_on);
        let now = stands.closed.map(|closed| closed.on);
        if before == now {
            continue;
        }
        changed = true;
        let actual = stands.actual.as_ref();
        let trail = actual.and_then(|one| one.trail.as_deref());
        let evidence = trail.and_then(|trail| trail.strip_prefix("evidence/")?.parse().ok());
        // It is the last number of the whole that closes or opens a target.
        let is_part = actual.is_some_and(|actual| !actual.missing.is_empty());
        let whole = stands.series.last().filter(|_| is_part);
        plan.closings.entry(*number).or_default().push(Closing {
            closed_on: now,
            value: whole.map(|(_, value)| *value).or(stands.measured),
            as_of: whole
                .map(|(on, _)| *on)
                .or(actual.map(|actual| actual.as_of)),
            metric,
            evidence,
            seen: by.clone(),
        });
    }
    changed
}
