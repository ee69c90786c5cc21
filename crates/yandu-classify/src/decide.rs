//! What stewards decide.

use std::collections::HashMap;

use jiff::Timestamp;
use yandu_words::{DatasetId, FieldId, Grade};

use crate::classification::{Classification, Classified, Status, Suggestion};
use crate::facts::Inflow;
use crate::settle::in_force_grade;
use crate::{Error, Result, store};

/// Signs of the longest reason.
const REASON_LENGTH: usize = 500;

/// What becomes of suggestions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    Confirm,
    /// Another class or grade than was suggested.
    Change {
        class: Option<String>,
        grade: Grade,
    },
    /// What holds, stays.
    Reject,
}

/// How a field stands at the moment of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Present {
    pub dataset: DatasetId,
    pub owner: String,
    /// None for the dataset as a whole.
    pub field: Option<FieldId>,
    pub name: Option<String>,
    /// The grade in force.
    pub grade: Grade,
    pub declared: Grade,
    pub inflow: Option<Inflow>,
}

/// What was decided of one.
#[derive(Debug, Clone, PartialEq)]
pub struct Decided {
    pub suggestion: Option<Suggestion>,
    /// None where a suggestion was rejected that did not hold.
    pub classified: Option<Classified>,
}

impl Present {
    /// What holds without any decision.
    fn usual(&self) -> Grade {
        let inflow = self.inflow.as_ref().map(|inflow| inflow.grade);
        self.declared.max(inflow.unwrap_or(Grade::General1))
    }

    /// The same with what somebody has decided since it was looked at: nothing becomes less sensitive than that unnoticed.
    fn as_decided(&self, in_force: &HashMap<(DatasetId, Option<FieldId>), Classified>) -> Self {
        let decided = in_force.get(&(self.dataset.clone(), self.field));
        let decided = decided.map(|decided| in_force_grade(decided, self.declared));
        Self {
            grade: decided.map_or(self.grade, |decided| self.grade.max(decided)),
            ..self.clone()
        }
    }

    /// Below what a grade is a lowering: what is in force, what the pack declares and what flows in.
    fn highest(&self) -> Grade {
        self.grade.max(self.usual())
    }
}

impl Classification {
    /// Decides on suggestions, each with how its field stands: all of them or none, for one reason.
    pub async fn decide(
        &self,
        by: &str,
        chosen: &[(i64, Present)],
        verdict: &Verdict,
        reason: Option<&str>,
    ) -> Result<Vec<Decided>> {
        let reason = checked(reason)?;
        if *verdict == Verdict::Reject && reason.is_none() {
            return Err(Error::RejectionReason);
        }
        let at = self.store.clock().now();
        let mut writing = yandu_store::writing(self.store.pool()).await?;
        let in_force = store::in_force(&mut writing, None).await?;
        let mut decided = Vec::with_capacity(chosen.len());
        for (id, present) in chosen {
            let present = &present.as_decided(&in_force);
            let mut suggestion = store::find(&mut writing, *id).await?;
            if suggestion.status != Status::Open {
                return Err(Error::Decided {
                    id: *id,
                    status: suggestion.status.name(),
                });
            }
            let (status, class, grade) = match verdict {
                Verdict::Confirm => (
                    Status::Confirmed,
                    suggestion.class.clone(),
                    suggestion.grade,
                ),
                Verdict::Change { class, grade } => (
                    Status::Changed,
                    class.clone().or_else(|| suggestion.class.clone()),
                    *grade,
                ),
                Verdict::Reject => (Status::Rejected, None, present.usual()),
            };
            suggestion.status = status;
            suggestion.decided_by = Some(by.to_owned());
            suggestion.decided_at = Some(at);
            suggestion.reason.clone_from(&reason);
            // Rejecting what holds meanwhile makes the field less sensitive than it was, which is on record like any other lowering.
            let is_given_up = std::mem::take(&mut suggestion.holds);
            let mut classified = None;
            if status != Status::Rejected || is_given_up {
                let mut new = of(present, class, grade, reason.clone(), by, at)?;
                new.suggestion = Some(*id);
                new.id = store::classify(&mut writing, &new, None).await?;
                classified = Some(new);
            }
            store::decide(&mut writing, &suggestion).await?;
            decided.push(Decided {
                suggestion: Some(suggestion),
                classified,
            });
        }
        writing.commit().await?;
        Ok(decided)
    }

    /// Decides on a field, or on a dataset as a whole, of which nothing is suggested. An open suggestion of it is changed by that.
    pub async fn classify(
        &self,
        by: &str,
        present: &Present,
        class: Option<String>,
        grade: Grade,
        reason: Option<&str>,
    ) -> Result<Decided> {
        let reason = checked(reason)?;
        let at = self.store.clock().now();
        let mut writing = yandu_store::writing(self.store.pool()).await?;
        let present = &present.as_decided(&store::in_force(&mut writing, None).await?);
        let mut newest = store::newest(&mut writing, &present.dataset).await?;
        let open = newest
            .remove(&present.field)
            .filter(|suggestion| suggestion.status == Status::Open);
        let mut new = of(present, class, grade, reason.clone(), by, at)?;
        new.suggestion = open.as_ref().map(|suggestion| suggestion.id);
        new.id = store::classify(&mut writing, &new, None).await?;
        let suggestion = match open {
            Some(mut suggestion) => {
                suggestion.status = Status::Changed;
                suggestion.decided_by = Some(by.to_owned());
                suggestion.decided_at = Some(at);
                suggestion.reason = reason;
                suggestion.holds = false;
                store::decide(&mut writing, &suggestion).await?;
                Some(suggestion)
            }
            None => None,
        };
        writing.commit().await?;
        Ok(Decided {
            suggestion,
            classified: Some(new),
        })
    }
}

fn of(
    present: &Present,
    class: Option<String>,
    grade: Grade,
    reason: Option<String>,
    by: &str,
    at: Timestamp,
) -> Result<Classified> {
    let highest = present.highest();
    let is_lowering = grade < highest;
    if is_lowering && reason.is_none() {
        return Err(Error::LoweringReason {
            name: match &present.name {
                Some(name) => format!("{}.{name}", present.dataset),
                None => present.dataset.to_string(),
            },
            from: highest,
            to: grade,
        });
    }
    let inflow = present.inflow.as_ref();
    Ok(Classified {
        id: 0,
        dataset: present.dataset.clone(),
        owner: present.owner.clone(),
        field: present.field,
        name: present.name.clone(),
        class,
        grade,
        before: present.grade,
        declared: present.declared,
        inflow: inflow.map(|inflow| inflow.grade),
        inflow_from: inflow.map(|inflow| inflow.from.clone()).unwrap_or_default(),
        is_lowering,
        reason,
        decided_by: by.to_owned(),
        decided_at: at,
        suggestion: None,
    })
}

/// A reason without blanks around it; none where it is empty.
fn checked(reason: Option<&str>) -> Result<Option<String>> {
    let Some(reason) = reason.map(str::trim).filter(|reason| !reason.is_empty()) else {
        return Ok(None);
    };
    if reason.chars().count() > REASON_LENGTH || reason.chars().any(char::is_control) {
        return Err(Error::Reason(REASON_LENGTH));
    }
    Ok(Some(reason.to_owned()))
}
