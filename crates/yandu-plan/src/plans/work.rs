//! What people do with a plan: review it, approve it, break it down, work on it, prove it, change it, close it.

use yandu_store::{document_name, media_type};

use super::change::Effect;
use super::{Cause, Plans};
use crate::binding;
use crate::decompose;
use crate::edit::{self, CountyShare, Edit};
use crate::progress::{self, NodeStep};
use crate::record::{
    ChangeRequest, ChangeState, Evidence, EvidenceFields, ItemChange, Items, Plan, PlanDocument,
    Status, difference,
};
use crate::reviewing::{self, Decisions, Progress};
use crate::revision::RevisionKind;
use crate::rules::Pace;
use crate::standing::{Actuals, Today, standing};
use crate::store;
use crate::{Error, Result};

/// Edits of one request.
const EDITS: usize = 1000;

impl Plans {
    /// Writes what a person decided about the reading, all of it or nothing.
    pub async fn review(&self, id: &str, decisions: Decisions, cause: Cause) -> Result<Plan> {
        self.change(id, RevisionKind::Reviewed, cause, |plan, bench| {
            plan.must_be(Status::Reviewing, "reviewed")?;
            let before = plan.clone();
            reviewing::decide(plan, &decisions, &bench.by)?;
            edit::follow(&before, plan);
            Ok(Effect::None)
        })
        .await
    }

    /// Puts a plan in force, once everything that the reading left open is decided. A plan that nobody has broken down is broken
    /// down as its text proposes.
    pub async fn approve(&self, id: &str, pace: Pace, cause: Cause) -> Result<Plan> {
        self.change(id, RevisionKind::Approved, cause, |plan, bench| {
            plan.must_be(Status::Reviewing, "approved")?;
            if bench.by.reason.is_none() {
                return Err(Error::NoReason);
            }
            let progress = Progress::of(plan);
            if !progress.is_complete() {
                return Err(Error::ReviewOpen(progress.open()));
            }
            if plan.tasks.is_empty() {
                decompose::propose(plan, bench.today, pace);
            }
            plan.status = Status::Approved;
            plan.head.approved = Some(bench.by.clone());
            Ok(Effect::Baseline)
        })
        .await
    }

    /// Proposes tasks and nodes from the text, in the place of those that are there; not once the plan is in force.
    pub async fn decompose(&self, id: &str, pace: Pace, cause: Cause) -> Result<Plan> {
        self.change(id, RevisionKind::Decomposed, cause, |plan, bench| {
            plan.must_be(Status::Reviewing, "broken down anew")?;
            decompose::propose(plan, bench.today, pace);
            Ok(Effect::None)
        })
        .await
    }

    /// Edits points, tasks and nodes. Once the plan is in force this only fills what it leaves open and adds to it; what it says is
    /// changed by an approved change.
    pub async fn edit(&self, id: &str, edits: Vec<Edit>, cause: Cause) -> Result<Plan> {
        self.change(id, RevisionKind::Edited, cause, |plan, bench| {
            plan.must_be_open("edited")?;
            check_number(&edits)?;
            let before = edit::apply_and(plan, &edits, &bench.by, |plan, one| {
                // What is removed, and added again under its id, would lose what became of it.
                match one.op {
                    edit::Op::Remove => stays(plan, bench.baseline.as_ref()),
                    edit::Op::Set | edit::Op::Add => Ok(()),
                }
            })?;
            let approved = bench.baseline.as_ref().map(|(_, items)| items);
            decompose::retitle(&before, plan, |item| {
                approved.is_none_or(|items| !items.contains_key(item))
            });
            stays(plan, bench.baseline.as_ref())?;
            Ok(Effect::None)
        })
        .await
    }

    /// Gives counties copies of a task.
    pub async fn split(
        &self,
        id: &str,
        task: &str,
        shares: Vec<CountyShare>,
        cause: Cause,
    ) -> Result<Plan> {
        self.change(id, RevisionKind::Edited, cause, |plan, bench| {
            plan.must_be_open("edited")?;
            edit::split(plan, task, &shares)?;
            stays(plan, bench.baseline.as_ref())?;
            Ok(Effect::None)
        })
        .await
    }

    /// Binds a target to what its actual comes from.
    pub async fn bind(
        &self,
        id: &str,
        target: u32,
        source: crate::record::Source,
        cause: Cause,
    ) -> Result<Plan> {
        self.change(id, RevisionKind::Bound, cause, |plan, bench| {
            plan.must_be_open("bound")?;
            binding::bind(plan, target, source, &bench.by)?;
            Ok(Effect::None)
        })
        .await
    }

    /// Binds the targets that nobody has bound as the city's file proposes.
    pub async fn propose_bindings(&self, id: &str, cause: Cause) -> Result<Plan> {
        self.change(id, RevisionKind::Bound, cause, |plan, _| {
            plan.must_be_open("bound")?;
            binding::propose(plan, &self.inner.proposals);
            Ok(Effect::None)
        })
        .await
    }

    /// Says that a node began, is finished, or is not finished after all.
    pub async fn step(&self, id: &str, node: &str, step: NodeStep, cause: Cause) -> Result<Plan> {
        self.change(id, RevisionKind::Progressed, cause, |plan, bench| {
            plan.must_be(Status::Approved, "worked on")?;
            progress::step(plan, node, &step, (&bench.by, bench.today))?;
            Ok(Effect::None)
        })
        .await
    }

    /// Keeps a document of at most so many bytes by its content, and gives its hash.
    pub async fn keep_document(
        &self,
        id: &str,
        (name, bytes): (String, Vec<u8>),
        most_bytes: u64,
        cause: Cause,
    ) -> Result<(Plan, String)> {
        self.plan(id).await?.must_be_open("given documents")?;
        let size_bytes = bytes.len() as u64;
        let media_type = media_type(&bytes, most_bytes)?;
        let documents = self.inner.documents.clone();
        let hash = tokio::task::spawn_blocking(move || documents.keep(&bytes)).await??;
        let key = hash.clone();
        let plan = self
            .change(id, RevisionKind::Proved, cause, |plan, bench| {
                plan.must_be_open("given documents")?;
                plan.documents
                    .entry(hash.clone())
                    .or_insert_with(|| PlanDocument {
                        hash: hash.clone(),
                        name: document_name(&name),
                        media_type: media_type.to_owned(),
                        size_bytes,
                        by: bench.by.clone(),
                    });
                Ok(Effect::None)
            })
            .await?;
        Ok((plan, key))
    }

    /// A document of a plan with its bytes.
    pub async fn document(&self, id: &str, hash: &str) -> Result<(PlanDocument, Vec<u8>)> {
        let plan = self.plan(id).await?;
        let document = plan.documents.get(hash).cloned();
        let shown: String = hash.chars().take(64).collect();
        let document = document.ok_or_else(|| plan.missing("document", shown))?;
        let documents = self.inner.documents.clone();
        let hash = document.hash.clone();
        let bytes = tokio::task::spawn_blocking(move || documents.read(&hash)).await??;
        Ok((document, bytes))
    }

    /// Hands in evidence for a target or a node, and gives its number.
    pub async fn submit(
        &self,
        id: &str,
        about: &str,
        fields: EvidenceFields,
        cause: Cause,
    ) -> Result<(Plan, u32)> {
        let mut number = 0;
        let plan = self
            .change(id, RevisionKind::Proved, cause, |plan, bench| {
                plan.must_be(Status::Approved, "proved")?;
                number = progress::submit(plan, about, fields, (&bench.by, bench.today))?;
                Ok(Effect::None)
            })
            .await?;
        Ok((plan, number))
    }

    /// Accepts evidence, or returns it, and writes down with that what it closed or opened again. Who decides otherwise than somebody
    /// did before says which revision was looked at, so that nobody overrides a decision that was not seen.
    ///
    /// # Errors
    ///
    /// [`Error::Overtaken`] where it was decided since that revision, [`Error::Elsewhere`] where only something else has changed since,
    /// and [`Error::AlreadyDecided`] where it is decided and no revision was said, or decided so.
    pub async fn judge(
        &self,
        id: &str,
        number: u32,
        accept: bool,
        (cause, today): (Cause, Today<'_>),
    ) -> Result<Plan> {
        let is_seen = cause.expected.is_some();
        let judged = self
            .change(id, RevisionKind::Proved, cause, |plan, bench| {
                plan.must_be(Status::Approved, "proved")?;
                progress::judge(plan, number, (accept, is_seen), &bench.by)?;
                progress::settle_proved(plan, number, today, &bench.by);
                Ok(Effect::None)
            })
            .await;
        let Err(Error::Outdated {
            id,
            revision,
            expected,
        }) = judged
        else {
            return judged;
        };
        let item = format!("evidence/{number}");
        let (plan, is_as_seen) = self.since(&id, expected, &item).await?;
        let evidence = plan.evidence.get(&number);
        Err(match (evidence, evidence.and_then(Evidence::told)) {
            (Some(_), _) if is_as_seen => Error::Elsewhere {
                id,
                revision,
                expected,
                item: format!("evidence `{number}`"),
            },
            (_, Some(told)) => Error::Overtaken {
                id,
                revision,
                expected,
                told,
            },
            (_, None) => Error::Outdated {
                id,
                revision,
                expected,
            },
        })
    }

    /// A plan, and whether one of its items is as it was at a revision.
    async fn since(&self, id: &str, revision: u64, item: &str) -> Result<(Plan, bool)> {
        // Plan and history of one moment.
        let mut reading = yandu_store::reading(self.inner.store.pool()).await?;
        let plan = store::find(&mut reading, id).await?;
        let plan = plan.ok_or_else(|| Error::NoPlan(id.to_owned()))?;
        let is_as_it_was = revision <= plan.revision
            && !store::is_changed_since(&mut reading, id, revision, item).await?;
        Ok((plan, is_as_it_was))
    }

    /// Writes down which targets are closed and which are open again by what is known now. The actuals are of the plan as it was looked
    /// at: one that was bound otherwise meanwhile would take the number of one metric for that of another.
    ///
    /// # Errors
    ///
    /// [`Error::Outdated`] where there is something to write down and the plan has changed since.
    pub async fn settle(
        &self,
        looked: &Plan,
        actuals: &Actuals,
        today: Today<'_>,
        who: &str,
    ) -> Result<Plan> {
        let cause = Cause {
            who: who.to_owned(),
            reason: None,
            expected: Some(looked.revision),
        };
        // Most looks find nothing new, and then nobody waits for a writer.
        let mut settled = looked.clone();
        let stands = standing(looked, actuals, today);
        let by = crate::record::Decision {
            who: who.to_owned(),
            at: looked.updated_at,
            reason: None,
        };
        if looked.status != Status::Approved
            || !progress::settle(&mut settled, &stands, actuals, &by)
        {
            return Ok(settled);
        }
        self.change(&looked.id, RevisionKind::Settled, cause, |plan, bench| {
            plan.must_be(Status::Approved, "settled")?;
            let stands = standing(plan, actuals, today);
            progress::settle(plan, &stands, actuals, &bench.by);
            Ok(Effect::None)
        })
        .await
    }

    /// Asks for a change of what the plan binds people to; the edits must be possible as things stand.
    pub async fn ask_change(
        &self,
        id: &str,
        edits: Vec<Edit>,
        cause: Cause,
    ) -> Result<(Plan, u32)> {
        let mut number = 0;
        let plan = self
            .change(id, RevisionKind::Changed, cause, |plan, bench| {
                plan.must_be(Status::Approved, "changed")?;
                if bench.by.reason.is_none() {
                    return Err(Error::NoReason);
                }
                check_number(&edits)?;
                edit::apply(&mut plan.clone(), &edits, &bench.by)?;
                number = plan.changes.keys().last().map_or(1, |last| last + 1);
                let request = ChangeRequest {
                    number,
                    edits,
                    requested: bench.by.clone(),
                    state: ChangeState::Requested,
                    decided: None,
                    baseline: None,
                };
                plan.changes.insert(number, request);
                Ok(Effect::None)
            })
            .await?;
        Ok((plan, number))
    }

    /// Approves a change, which is made then and is the next baseline, or rejects it.
    ///
    /// # Errors
    ///
    /// [`Error::AlreadyDecided`] where it is decided, whichever revision was looked at, and [`Error::Elsewhere`] where it is as it was
    /// in that revision and only something else has changed since.
    pub async fn decide_change(
        &self,
        id: &str,
        number: u32,
        approve: bool,
        cause: Cause,
    ) -> Result<Plan> {
        let decided = self
            .change(id, RevisionKind::Changed, cause, |plan, bench| {
                plan.must_be(Status::Approved, "changed")?;
                if bench.by.reason.is_none() {
                    return Err(Error::NoReason);
                }
                let missing = plan.missing("change", number);
                let request = plan.changes.get(&number).ok_or(missing)?;
                if let Some(told) = request.told() {
                    return Err(Error::AlreadyDecided { told });
                }
                let edits = request.edits.clone();
                if approve {
                    edit::apply(plan, &edits, &bench.by)?;
                }
                let next = bench.baseline.as_ref().map_or(1, |(last, _)| last + 1);
                if let Some(request) = plan.changes.get_mut(&number) {
                    request.state = if approve {
                        ChangeState::Approved
                    } else {
                        ChangeState::Rejected
                    };
                    request.decided = Some(bench.by.clone());
                    request.baseline = approve.then_some(next);
                }
                Ok(if approve {
                    Effect::Baseline
                } else {
                    Effect::None
                })
            })
            .await;
        let Err(Error::Outdated {
            id,
            revision,
            expected,
        }) = decided
        else {
            return decided;
        };
        let item = format!("change/{number}");
        let (plan, is_as_seen) = self.since(&id, expected, &item).await?;
        let request = plan.changes.get(&number);
        Err(match (request, request.and_then(ChangeRequest::told)) {
            (_, Some(told)) => Error::AlreadyDecided { told },
            (Some(_), None) if is_as_seen => Error::Elsewhere {
                id,
                revision,
                expected,
                item: format!("change `{number}`"),
            },
            (_, None) => Error::Outdated {
                id,
                revision,
                expected,
            },
        })
    }

    /// Closes a plan: its year is reviewed, and it stays as it is.
    pub async fn close(&self, id: &str, cause: Cause) -> Result<Plan> {
        self.change(id, RevisionKind::Closed, cause, |plan, bench| {
            plan.must_be(Status::Approved, "closed")?;
            if bench.by.reason.is_none() {
                return Err(Error::NoReason);
            }
            plan.status = Status::Closed;
            plan.head.closed = Some(bench.by.clone());
            Ok(Effect::None)
        })
        .await
    }

    /// How two baselines differ; without a second number, how the plan as it is now differs from the first.
    pub async fn difference(
        &self,
        id: &str,
        from: u32,
        to: Option<u32>,
    ) -> Result<Vec<ItemChange>> {
        // Plan and baselines of one moment.
        let mut reading = yandu_store::reading(self.inner.store.pool()).await?;
        let plan = store::find(&mut reading, id).await?;
        let plan = plan.ok_or_else(|| Error::NoPlan(id.to_owned()))?;
        let baselines = store::baselines(&mut reading, id).await?;
        let find = |number: u32| {
            let mut all = baselines.iter();
            let found = all.find(|baseline| baseline.number == number);
            found
                .map(|baseline| baseline.items.clone())
                .ok_or_else(|| plan.missing("baseline", number))
        };
        let to = match to {
            Some(number) => find(number)?,
            None => plan.binding()?,
        };
        Ok(difference(&find(from)?, &to))
    }
}

fn check_number(edits: &[Edit]) -> Result<()> {
    if (1..=EDITS).contains(&edits.len()) {
        return Ok(());
    }
    Err(Error::invalid("edits", "from 1 to 1000 edits"))
}

/// Refuses what only an approved change may do.
fn stays(plan: &Plan, baseline: Option<&(u32, Items)>) -> Result<()> {
    let Some((_, items)) = baseline else {
        return Ok(());
    };
    match edit::broken(items, &plan.binding()?) {
        Some(what) => Err(Error::ChangeNeeded(what)),
        None => Ok(()),
    }
}
